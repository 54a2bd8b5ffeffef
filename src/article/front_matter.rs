//! Finds the front matter: the lines between `---` and `---`, or `+++` and `+++`, at the very top.

/// Where the header of a file stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum FrontMatter<'a> {
    /// The file starts with its text.
    None,
    /// The header, and how many lines it takes with both marks.
    Some { yaml: &'a str, lines: usize },
    /// A TOML header between `+++` and `+++`, and how many lines it takes with both marks.
    Toml { toml: &'a str, lines: usize },
    /// A first mark and no second one.
    Open,
}

pub(super) fn cut(text: &str) -> FrontMatter<'_> {
    let toml = text.starts_with("+++");
    let Some(rest) = text.strip_prefix(if toml { "+++" } else { "---" }) else { return FrontMatter::None };
    let Some(end) = rest.find('\n') else { return FrontMatter::None };
    if !rest[..end].trim().is_empty() {
        return FrontMatter::None;
    }
    let start = 3 + end + 1;
    let mut at = start;
    for (n, line) in text[start..].split_inclusive('\n').enumerate() {
        let said = line.trim_end();
        if toml && said == "+++" {
            return FrontMatter::Toml { toml: &text[start..at], lines: n + 2 };
        }
        if !toml && (said == "---" || said == "...") {
            return FrontMatter::Some { yaml: &text[start..at], lines: n + 2 };
        }
        at += line.len();
    }
    FrontMatter::Open
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_closed_block_at_the_top_is_a_header() {
        assert_eq!(cut("---\nid: a\n---\n文"), FrontMatter::Some { yaml: "id: a\n", lines: 3 });
        assert_eq!(cut("--- \n---\n"), FrontMatter::Some { yaml: "", lines: 2 });
        assert_eq!(cut("---\nid: a\n"), FrontMatter::Open);
        assert_eq!(cut("+++\nid = 1\n+++\n文"), FrontMatter::Toml { toml: "id = 1\n", lines: 3 });
        assert_eq!(cut("# 题\n---\n"), FrontMatter::None);
        assert_eq!(cut("----\na\n---\n"), FrontMatter::None);
    }
}
