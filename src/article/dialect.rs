//! Marks of other tools (Hugo, Docusaurus, Obsidian, VitePress) turned into plain Markdown, line by
//! line, so that existing folders are served unedited.
//!
//! Works outside code fences. What only those tools can draw (shortcodes, components, scripts) is
//! left out with a note; the words inside stay.

use std::borrow::Cow;

use super::{
    Trouble,
    block::directive,
    inline::{attribute, component_start, highlights, outside_code, wiki_links, without_block_id},
    yaml::Mark,
};

/// Alerts inside each other; further ones lie beside each other in the last. Nobody nests so many, and
/// each line would be quoted as often as a file opens one: a megabyte would become gigabytes.
const QUOTES: usize = 8;

/// The lines of a text after translation (one entry for each line, perhaps with line breaks inside),
/// and notes of what was left out. `None` when nothing was to translate.
pub(super) fn translate(text: &str, header: usize) -> (Option<Vec<String>>, Vec<(Mark, Trouble)>) {
    let mut state = State::default();
    let mut out = Vec::new();
    let mut changed = false;
    for (i, line) in text.lines().enumerate() {
        let plain = i < header || state.leaves(line);
        let new = if plain { Cow::Borrowed(line) } else { Cow::Owned(state.line(i as u32 + 1, line)) };
        changed |= new != line;
        out.push(new);
    }
    (changed.then(|| out.into_iter().map(Cow::into_owned).collect()), state.notes)
}

#[derive(Default)]
struct State {
    /// The mark and length of the open code fence.
    fence: Option<(char, usize)>,
    /// Open containers: whether their lines are quoted.
    containers: Vec<bool>,
    /// How many of them are.
    n_quoted: usize,
    /// Inside `<script>` or `<style>`: the tag that ends it.
    script: Option<&'static str>,
    /// Inside an `export` of several lines, which ends at a blank line.
    module: bool,
    /// Inside an Obsidian comment of several lines.
    comment: bool,
    notes: Vec<(Mark, Trouble)>,
}

impl State {
    /// Whether nothing is open and `line` holds no mark of any kind: most lines, which need no further look.
    fn leaves(&self, line: &str) -> bool {
        let nothing_open =
            self.fence.is_none() && self.script.is_none() && !self.module && !self.comment && self.n_quoted == 0;
        let said = line.trim_start();
        nothing_open
            && said.is_empty() == line.is_empty()
            && !line.bytes().any(|b| matches!(b, b'{' | b'[' | b'<' | b'%' | b'=' | b'^'))
            && !said.starts_with("```")
            && !said.starts_with("~~~")
            && directive(line).is_none()
            && !is_module_line(line)
    }

    fn line(&mut self, number: u32, line: &str) -> String {
        let quote = self.quote();
        if let Some(text) = self.verbatim(line) {
            return if quote.is_empty() { text } else { format!("{quote}{text}") };
        }
        if let Some(name) = directive(line) {
            return self.container(name);
        }
        if is_module_line(line) || self.module {
            self.module = !line.trim().is_empty() && !line.trim_end().ends_with(';');
            self.note(number, "import / export");
            return String::new();
        }
        if let Some(said) = self.notice(line) {
            return said;
        }
        if matches!(line.trim(), "[[toc]]" | "[[TOC]]" | "[TOC]" | "[toc]") {
            return String::new();
        }
        let mut line = callout(line).unwrap_or_else(|| line.to_owned());
        line = self.shortcodes(number, &line);
        line = self.components(number, &line);
        line = self.comments(&line);
        line = outside_code(&line, |part| highlights(&wiki_links(part)));
        line = without_block_id(&line).to_owned();
        if quote.is_empty() { line } else { format!("{quote}{line}") }
    }

    /// Lines of code fences, scripts and comments; `None` for a line to translate.
    fn verbatim(&mut self, line: &str) -> Option<String> {
        if let Some(end) = self.script {
            if line.contains(end) {
                self.script = None;
            }
            return Some(String::new());
        }
        let said = line.trim_start();
        let mark = said.chars().next().filter(|c| matches!(c, '`' | '~'));
        let run = mark.map_or(0, |m| said.chars().take_while(|c| *c == m).count());
        if let Some((open, length)) = self.fence {
            if mark == Some(open) && run >= length && said.trim_end().chars().all(|c| c == open) {
                self.fence = None;
            }
            return Some(line.to_owned());
        }
        if let Some(mark) = mark
            && run >= 3
            && !(mark == '`' && said[run..].contains('`'))
        {
            self.fence = Some((mark, run));
            return Some(line.to_owned());
        }
        if line.trim() == "%%" {
            self.comment = !self.comment;
            return Some(String::new());
        }
        if self.comment {
            return Some(String::new());
        }
        None
    }

    /// `:::tip 标题` becomes an alert whose lines are quoted; `:::` ends it.
    fn container(&mut self, said: &str) -> String {
        if said.is_empty() {
            self.n_quoted -= usize::from(self.containers.pop() == Some(true));
            // The outer one goes on.
            return self.quote().trim_end().to_owned();
        }
        let end = said.find(|c: char| !(c.is_alphanumeric() || c == '-')).unwrap_or(said.len());
        let (name, title) = said.split_at(end);
        let title = title.trim().trim_start_matches('[').trim_end_matches(']').trim();
        let outer = self.quote();
        let Some(kind) = alert(name).filter(|_| !matches!(name, "code-group" | "raw" | "v-pre")) else {
            self.containers.push(false);
            return String::new();
        };
        self.containers.push(true);
        self.n_quoted += 1;
        if title.is_empty() {
            format!("{outer}> [!{kind}]")
        } else {
            format!("{outer}> [!{kind}]\n{outer}> **{title}**\n{outer}>")
        }
    }

    /// What stands before each line inside the open alerts.
    fn quote(&self) -> String {
        "> ".repeat(self.n_quoted.min(QUOTES))
    }

    /// Hugo's `{{% notice warning %}}` and its like open and close an alert, on lines of their own or
    /// around one line.
    fn notice(&mut self, line: &str) -> Option<String> {
        let said = line.trim();
        let close = if said.starts_with("{{<") { ">}}" } else { "%}}" };
        let inner = said.strip_prefix("{{<").or_else(|| said.strip_prefix("{{%"))?;
        let (inner, rest) = inner.split_once(close)?;
        let inner = inner.trim();
        if let Some(name) = inner.strip_prefix('/') {
            return is_notice(name.trim()).then(|| self.container(""));
        }
        let name = inner.split_whitespace().next().unwrap_or("");
        if !is_notice(name) {
            return None;
        }
        let bare = inner.split_whitespace().nth(1).map(|w| w.trim_matches('"')).filter(|w| alert(w).is_some());
        let kind =
            ["style", "type", "level", "color"].iter().find_map(|n| attribute(inner, n)).filter(|k| alert(k).is_some());
        let kind = kind.or(bare).or(alert(name).map(|_| name)).unwrap_or("note");
        let quoted = inner.split('"').skip(1).step_by(2).find(|q| alert(q).is_none() && !q.is_empty());
        let title = attribute(inner, "title").or(quoted).unwrap_or("");
        let opened = self.container(&format!("{kind} {title}"));
        let Some((words, _)) = ["{{< /", "{{% /", "{{</", "{{%/"].iter().find_map(|end| rest.split_once(end)) else {
            return Some(if rest.trim().is_empty() { opened } else { format!("{opened}\n> {}", rest.trim()) });
        };
        self.container("");
        Some(format!("{opened}\n> {}\n", words.trim()))
    }

    /// Hugo's `{{< figure >}}` and `{{< ref >}}` are understood; other shortcodes leave their inner text.
    fn shortcodes(&mut self, number: u32, line: &str) -> String {
        let mut out = String::new();
        let mut rest = line;
        // The nearer of two marks, found in one go: looking for each would read all of a long line for the
        // one it does not hold.
        while let Some(open) = rest.as_bytes().windows(3).position(|w| matches!(w, b"{{<" | b"{{%")) {
            let close = if rest[open..].starts_with("{{<") { ">}}" } else { "%}}" };
            // `{{%}}` does not close itself with the sign that opens it.
            let Some(end) = rest[open + 3..].find(close).map(|e| open + 3 + e) else { break };
            let inner = rest[open + 3..end].trim();
            out.push_str(&rest[..open]);
            let name = inner.split_whitespace().next().unwrap_or("");
            match name {
                "figure" | "img" => {
                    let (alt, caption) = (attribute(inner, "alt"), attribute(inner, "caption"));
                    if let Some(src) = attribute(inner, "src") {
                        out.push_str(&format!("![{}](<{src}>)", alt.or(caption).unwrap_or("")));
                    }
                    if let (Some(_), Some(caption)) = (alt, caption) {
                        out.push_str(&format!(" *{caption}*"));
                    }
                }
                "" => {}
                name if name.starts_with('/') => {}
                "ref" | "relref" => out.push_str(inner[name.len()..].trim().trim_matches(['"', '\''])),
                _ => {
                    // What it is called stays readable: the name of a tab, the title of a fold.
                    let label = ["title", "name", "label", "caption", "alt", "text", "summary"]
                        .iter()
                        .find_map(|n| attribute(inner, n));
                    let label = label.or_else(|| inner.split_once('"').and_then(|(_, rest)| rest.split('"').next()));
                    if let Some(label) = label.filter(|l| !l.is_ascii()) {
                        out.push_str(&format!("**{label}** "));
                    }
                    self.note(number, "shortcode");
                }
            }
            rest = &rest[end + 3..];
        }
        out.push_str(rest);
        out
    }

    /// Components (`<Tabs>`, `<Badge text="新"/>`) leave their label; scripts leave nothing.
    fn components(&mut self, number: u32, line: &str) -> String {
        for (open, end) in [("<script", "</script>"), ("<style", "</style>")] {
            if line.trim_start().starts_with(open) {
                if !line.contains(end) {
                    self.script = Some(end);
                }
                self.note(number, "script");
                return String::new();
            }
        }
        let mut out = String::new();
        let mut rest = line;
        while let Some((open, end)) = rest.find("{/*").and_then(|o| Some((o, rest[o..].find("*/}")? + o + 3))) {
            out.push_str(&rest[..open]);
            rest = &rest[end..];
        }
        out.push_str(rest);
        let line = std::mem::take(&mut out);
        let mut rest = line.as_str();
        while let Some(open) = component_start(rest) {
            let Some(end) = rest[open..].find('>').map(|e| open + e) else { break };
            let tag = &rest[open + 1..end];
            out.push_str(&rest[..open]);
            let label = attribute(tag, "label").or_else(|| attribute(tag, "text")).or_else(|| attribute(tag, "title"));
            if let Some(label) = label {
                out.push_str(&format!("**{label}** "));
            }
            self.note(number, "component");
            rest = &rest[end + 1..];
        }
        out.push_str(rest);
        if out.trim().is_empty() { String::new() } else { out }
    }

    /// Obsidian's `%%…%%` within a line.
    fn comments(&mut self, line: &str) -> String {
        let mut parts = line.split("%%");
        let mut out = parts.next().unwrap_or("").to_owned();
        while let (Some(_hidden), Some(shown)) = (parts.next(), parts.next()) {
            out.push_str(shown);
        }
        if line.matches("%%").count() % 2 == 1 {
            self.comment = true;
        }
        out
    }

    fn note(&mut self, number: u32, what: &'static str) {
        let trouble = Trouble::LeftOut(what.to_owned());
        if !self.notes.iter().any(|(_, t)| *t == trouble) {
            self.notes.push((Mark { line: number, column: 1 }, trouble));
        }
    }
}

/// GitHub's name of an alert that other tools call `name`.
fn alert(name: &str) -> Option<&'static str> {
    Some(match name.to_ascii_lowercase().as_str() {
        "tip" | "hint" | "success" | "check" | "done" => "TIP",
        "note" | "info" | "abstract" | "summary" | "tldr" | "todo" | "question" | "help" | "faq" | "example"
        | "quote" | "cite" | "details" | "code-group" | "raw" | "v-pre" => "NOTE",
        "important" => "IMPORTANT",
        "warning" | "attention" => "WARNING",
        "caution" | "danger" | "error" | "failure" | "fail" | "missing" | "bug" => "CAUTION",
        _ => return None,
    })
}

/// `> [!warning]- 标题` with the kind GitHub knows and the title on a line of its own.
fn callout(line: &str) -> Option<String> {
    let quote = line.len() - line.trim_start_matches(['>', ' ']).len();
    let (marks, said) = line.split_at(quote);
    let (name, rest) = said.strip_prefix("[!")?.split_once(']')?;
    if !marks.contains('>') {
        return None;
    }
    let kind = alert(name).unwrap_or("NOTE");
    let title = rest.trim_start_matches(['-', '+']).trim();
    let marks = marks.trim_end();
    Some(if title.is_empty() {
        format!("{marks} [!{kind}]")
    } else {
        format!("{marks} [!{kind}]\n{marks} **{title}**\n{marks}")
    })
}

/// Shortcodes that themes use for alerts.
fn is_notice(name: &str) -> bool {
    [
        "notice",
        "callout",
        "alert",
        "admonition",
        "hint",
        "tip",
        "note",
        "info",
        "warning",
        "important",
        "caution",
        "danger",
    ]
    .contains(&name)
}

fn is_module_line(line: &str) -> bool {
    let import = line.starts_with("import ")
        && (line.contains(" from '")
            || line.contains(" from \"")
            || line.starts_with("import '")
            || line.starts_with("import \""));
    import
        || ["export const ", "export default ", "export function ", "export let "].iter().any(|e| line.starts_with(e))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(text: &str) -> String {
        translate(text, 0).0.map_or_else(|| text.trim_end().to_owned(), |l| l.join("\n"))
    }

    #[test]
    fn containers_and_callouts_become_alerts() {
        assert_eq!(lines(":::tip 小窍门\n先看灯。\n:::\n后"), "> [!TIP]\n> **小窍门**\n>\n> 先看灯。\n\n后");
        assert_eq!(lines(":::danger\n\n断电\n:::"), "> [!CAUTION]\n> \n> 断电\n");
        assert_eq!(lines("> [!warning]- 小心\n> 烫"), "> [!WARNING]\n> **小心**\n>\n> 烫");
        assert_eq!(lines("> [!CAUTION]\n> 烫"), "> [!CAUTION]\n> 烫");
    }

    #[test]
    fn a_line_is_quoted_a_few_times_however_many_alerts_are_open() {
        let n = 1_000;
        let deep = lines(&format!("{}字\n{}尾", ":::tip\n".repeat(n), ":::\n".repeat(n)));
        assert!(deep.contains(&format!("\n{}字\n", "> ".repeat(QUOTES))));
        assert!(!deep.contains(&"> ".repeat(QUOTES + 2)) && deep.ends_with("\n尾"));
    }

    #[test]
    fn wiki_links_embeds_and_comments_are_read() {
        assert_eq!(
            lines("见 [[不脱水|这里]] 和 [[漏水#门封]]"),
            "见 [这里](<wiki:不脱水>) 和 [门封](<wiki:漏水#门封>)"
        );
        assert_eq!(lines("![[图.png]] ![[另一页]]"), "![图.png](<wiki:图.png>) [另一页](<wiki:另一页>)");
        assert_eq!(lines("看%%不给看%%得见 ^a1\n%%\n藏\n%%\n尾"), "看得见\n\n\n\n尾");
        assert_eq!(lines("`[[不动]]` ==重点=="), "`[[不动]]` <mark>重点</mark>");
    }

    #[test]
    fn what_only_another_tool_can_draw_leaves_its_words_and_a_note() {
        let (_, notes) =
            translate("import Tabs from '@theme/Tabs';\n<Tabs>\n<TabItem value=\"a\" label=\"滚筒\">\n先排水\n", 0);
        assert_eq!(notes.len(), 2);
        assert_eq!(lines("<TabItem value=\"a\" label=\"滚筒\">"), "**滚筒** ");
        assert_eq!(
            lines("{{% notice tip %}}字{{% /notice %}}\n{{< figure src=\"/a.png\" alt=\"图\" >}}"),
            "> [!TIP]\n> 字\n\n![图](</a.png>)"
        );
        assert_eq!(lines("字{{%}}字{{% x %}}"), "字");
        assert_eq!(lines("字{{%}}字"), "字{{%}}字");
        assert_eq!(lines("<script setup>\nlet a = 1\n</script>\n字"), "\n\n\n字");
        assert_eq!(lines("```js\nimport a from 'b'\n:::tip\n```"), "```js\nimport a from 'b'\n:::tip\n```");
    }
}
