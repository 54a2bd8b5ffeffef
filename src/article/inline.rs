//! Marks of other tools within a line: wiki links, highlights, block ids, attributes of tags.

/// The start of a tag whose name begins with a capital letter.
pub(super) fn component_start(text: &str) -> Option<usize> {
    text.match_indices('<').map(|(i, _)| i).find(|i| {
        let name = text[i + 1..].trim_start_matches('/');
        name.starts_with(|c: char| c.is_ascii_uppercase())
    })
}

/// Tags of HTML that an author opened and has not closed.
#[derive(Debug, Default)]
pub(super) struct OpenTags(Vec<String>);

impl OpenTags {
    /// More are shown as they are written: a page takes time with the square of their depth.
    const MOST: usize = 32;
    /// Those without an end, and those that the next of their kind ends.
    const WITHOUT_END: [&str; 17] = [
        "area", "br", "col", "dd", "dt", "hr", "img", "input", "li", "option", "p", "tbody", "td", "th", "thead", "tr",
        "wbr",
    ];

    /// Takes the tags of `html`; whether they may stand in the page.
    pub(super) fn take(&mut self, html: &str) -> bool {
        for (i, _) in html.match_indices('<') {
            let tag = &html[i + 1..];
            let end = tag.strip_prefix('/');
            let name = end.unwrap_or(tag).split(|c: char| !c.is_ascii_alphanumeric()).next().unwrap_or("");
            let name = name.to_ascii_lowercase();
            if end.is_some() {
                self.0.truncate(self.0.iter().rposition(|open| *open == name).unwrap_or(self.0.len()));
            } else if name.starts_with(|c: char| c.is_ascii_alphabetic()) && !Self::WITHOUT_END.contains(&name.as_str())
            {
                if self.0.len() == Self::MOST {
                    return false;
                }
                self.0.push(name);
            }
        }
        true
    }
}

/// The value of `name="…"` in a tag.
pub(super) fn attribute<'t>(tag: &'t str, name: &str) -> Option<&'t str> {
    let at = tag.find(&format!("{name}="))? + name.len() + 1;
    let quote = tag[at..].chars().next().filter(|c| matches!(c, '"' | '\''))?;
    tag[at + 1..].split(quote).next()
}

/// Applies `change` to the parts of a line outside code spans.
pub(super) fn outside_code(line: &str, change: impl Fn(&str) -> String) -> String {
    if !line.contains('`') {
        return change(line);
    }
    line.split('`')
        .enumerate()
        .map(|(i, part)| if i % 2 == 0 { change(part) } else { part.to_owned() })
        .collect::<Vec<_>>()
        .join("`")
}

/// `[[页面#标题|文字]]` and `![[图.png]]` as links with the target `wiki:…`.
pub(super) fn wiki_links(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some(open) = rest.find("[[") {
        let Some(end) = rest[open..].find("]]").map(|e| open + e) else { break };
        let inner = &rest[open + 2..end];
        // In a table the bar is written with a backslash.
        let (target, said) = inner.split_once("\\|").or_else(|| inner.split_once('|')).unwrap_or((inner, inner));
        let before = &rest[..open];
        let embed = before.ends_with('!');
        out.push_str(if embed { &before[..before.len() - 1] } else { before });
        let picture =
            [".png", ".jpg", ".jpeg", ".gif", ".webp", ".svg"].iter().any(|e| target.to_ascii_lowercase().ends_with(e));
        let said = if said == target { said.rsplit('#').next().unwrap_or(said).trim_start_matches('^') } else { said };
        let mark = if embed && picture { "!" } else { "" };
        out.push_str(&format!("{mark}[{said}](<wiki:{target}>)"));
        rest = &rest[end + 2..];
    }
    out.push_str(rest);
    out
}

/// `==重点==` as marked text.
pub(super) fn highlights(text: &str) -> String {
    if text.contains("===") {
        return text.to_owned();
    }
    let parts: Vec<&str> = text.split("==").collect();
    if parts.len() < 3 || parts.len().is_multiple_of(2) {
        return text.to_owned();
    }
    let marked =
        |(i, part): (usize, &&str)| if i % 2 == 1 { format!("<mark>{part}</mark>") } else { (*part).to_owned() };
    parts.iter().enumerate().map(marked).collect()
}

/// A line without Obsidian's ` ^block-id` at its end.
pub(super) fn without_block_id(line: &str) -> &str {
    match line.rfind(" ^") {
        Some(at) if line[at + 2..].chars().all(|c| c.is_ascii_alphanumeric() || c == '-') && line.len() > at + 2 => {
            &line[..at]
        }
        _ => line,
    }
}
