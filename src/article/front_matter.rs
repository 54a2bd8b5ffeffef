//! Finds the front matter: the lines between `---` and `---`, or `+++` and `+++`, at the very top
//! or below nothing but blank lines.

/// Where the header of a file stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum FrontMatter<'a> {
    /// The file starts with its text.
    None,
    /// The header, its first line in the file (from 1), and how many lines the file has up to its end mark.
    Some { yaml: &'a str, first: u32, lines: usize },
    /// A TOML header between `+++` and `+++`; the same places.
    Toml { toml: &'a str, first: u32, lines: usize },
    /// A first mark on this line (from 1) and no second one.
    Open(u32),
}

pub(super) fn cut(text: &str) -> FrontMatter<'_> {
    let (above, top) = below_blank_lines(text);
    let toml = top.starts_with("+++");
    let Some(rest) = top.strip_prefix(if toml { "+++" } else { "---" }) else { return FrontMatter::None };
    let Some(end) = rest.find('\n') else { return FrontMatter::None };
    if !rest[..end].trim().is_empty() {
        return FrontMatter::None;
    }
    let start = 3 + end + 1;
    // Below blank lines a mark may as well be a rule across the page: then no name of a field follows.
    if above > 0 && !begins_with_a_key(&top[start..]) {
        return FrontMatter::None;
    }
    let first = above as u32 + 2;
    let mut at = start;
    for (n, line) in top[start..].split_inclusive('\n').enumerate() {
        let said = line.trim_end();
        let lines = above + n + 2;
        if toml && said == "+++" {
            return FrontMatter::Toml { toml: &top[start..at], first, lines };
        }
        if !toml && (said == "---" || said == "...") {
            return FrontMatter::Some { yaml: &top[start..at], first, lines };
        }
        at += line.len();
    }
    FrontMatter::Open(above as u32 + 1)
}

/// How many blank lines `text` begins with, and what stands below them.
fn below_blank_lines(text: &str) -> (usize, &str) {
    let blank = |line: &&str| line.trim_matches(is_blank).is_empty();
    let (mut n, mut bytes) = (0, 0);
    for line in text.split_inclusive('\n').take_while(blank) {
        n += 1;
        bytes += line.len();
    }
    (n, text[bytes..].trim_start_matches('\u{feff}'))
}

/// White space, and byte order marks that an editor left in the text.
pub(super) fn is_blank(c: char) -> bool {
    c.is_whitespace() || c == '\u{feff}'
}

fn begins_with_a_key(header: &str) -> bool {
    let line = header.lines().find(|l| !l.trim().is_empty()).unwrap_or("");
    let Some(at) = line.find([':', '=']) else { return false };
    let ends = line[at + 1..].chars().next().is_none_or(|c| c.is_whitespace() || line.as_bytes()[at] == b'=');
    let key = line[..at].trim().trim_matches(['"', '\'']);
    ends && !key.is_empty() && key.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '-'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_closed_block_at_the_top_is_a_header() {
        assert_eq!(cut("---\nid: a\n---\n文"), FrontMatter::Some { yaml: "id: a\n", first: 2, lines: 3 });
        assert_eq!(cut("--- \n---\n"), FrontMatter::Some { yaml: "", first: 2, lines: 2 });
        assert_eq!(cut("---\nid: a\n"), FrontMatter::Open(1));
        assert_eq!(cut("+++\nid = 1\n+++\n文"), FrontMatter::Toml { toml: "id = 1\n", first: 2, lines: 3 });
        assert_eq!(cut("# 题\n---\n"), FrontMatter::None);
        assert_eq!(cut("----\na\n---\n"), FrontMatter::None);
    }

    #[test]
    fn blank_lines_above_a_header_do_not_make_it_text() {
        let yaml = FrontMatter::Some { yaml: "id: a\n", first: 4, lines: 5 };
        assert_eq!(cut("\n \u{feff}\n---\nid: a\n---\n文"), yaml);
        assert_eq!(cut("\n+++\nid=1\n+++\n"), FrontMatter::Toml { toml: "id=1\n", first: 3, lines: 4 });
        assert_eq!(cut("\u{feff}---\nid: a\n"), FrontMatter::Open(1));
        assert_eq!(cut("\n---\nid: a\n"), FrontMatter::Open(2));
        assert_eq!(cut("\n---\n# 题\n\n---\n尾\n"), FrontMatter::None, "rules across the page");
        assert_eq!(cut("\n---\nhttps://example.cn\n---\n"), FrontMatter::None);
    }
}
