//! Tells a header that was not read as one from prose: its lines must not be served as text.

use super::front_matter::is_blank;

/// Lines with text that are looked at.
const LINES: usize = 30;

/// Fields no prose line begins with: one of them tells a header wherever it stands.
const TELLING: [&str; 12] = [
    "audience",
    "status",
    "kind",
    "appliance",
    "symptoms",
    "severity",
    "expires",
    "expect",
    "reviewed",
    "review_by",
    "signs",
    "draft",
];

/// Fields that tell a header where the text begins with them.
const FIRST: [&str; 5] = ["id", "title", "owner", "models", "codes"];

/// The line (from 0) at which a text without a header looks like one.
pub(super) fn lost_header(text: &str) -> Option<usize> {
    let (mut seen, mut begun, mut below_mark, mut in_code) = (0, false, false, false);
    for (i, line) in text.lines().enumerate() {
        let said = line.trim_matches(is_blank);
        if said.is_empty() {
            continue;
        }
        seen += 1;
        // Below a mark `#` begins a comment, not the title.
        if seen > LINES || (!below_mark && is_heading(said)) {
            return None;
        }
        let fence = said.starts_with("```") || said.starts_with("~~~");
        if fence && begun {
            in_code = !in_code;
        }
        if !begun && (fence || is_mark(said)) {
            below_mark = true;
            continue;
        }
        if !in_code && names(said, !begun) {
            return Some(i);
        }
        begun |= !said.starts_with("<!--");
    }
    None
}

/// The line (from 0) at which the text below a header begins with a field: the header ended too early.
pub(super) fn rest_of_header(text: &str, body_line: usize) -> Option<usize> {
    let mut below = text.lines().enumerate().skip(body_line).map(|(i, line)| (i, line.trim_matches(is_blank)));
    let (i, said) = below.find(|(_, said)| !said.is_empty() && !is_mark(said))?;
    names(said, true).then_some(i)
}

/// Whether a line begins with the name of a field and a colon or an equals sign.
fn names(said: &str, first: bool) -> bool {
    let said = said.strip_prefix("<!--").unwrap_or(said).trim_start_matches(['{', '"', '\'', ' ']);
    let Some(at) = said.find([':', '：', '=', '＝']) else { return false };
    let key = said[..at].trim_end_matches(['"', '\'', ' ', '\t']).to_ascii_lowercase();
    TELLING.contains(&key.as_str()) || (first && FIRST.contains(&key.as_str()))
}

/// Two dashes or more of any width, as people write for `---`, or `+++`.
fn is_mark(said: &str) -> bool {
    let dash = |c: char| matches!(c, '-' | '+' | '\u{2010}'..='\u{2015}' | '\u{2212}' | '－' | '＋' | '﹣' | '一');
    said.starts_with("---") || (said.chars().count() > 1 && said.chars().all(dash))
}

fn is_heading(said: &str) -> bool {
    let text = said.trim_start_matches('#');
    text.len() < said.len() && (text.is_empty() || text.starts_with(char::is_whitespace))
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEADER: &str = "title: 回电\naudience: agent\n---\n# 题\n密语\n";

    #[test]
    fn a_header_whose_first_mark_is_lost_or_strange_is_told_from_prose() {
        assert_eq!(lost_header(HEADER), Some(0));
        for mark in [" ---", "----", "--", "–––", "——", "－－－", "--- # 头", "```yaml", "<!-- x -->\n---", "# 注"]
        {
            let found = lost_header(&format!("{mark}\n{HEADER}"));
            assert_eq!(found.is_some(), mark != "# 注", "{mark}");
        }
        for line in ["audience：agent", "Status = \"draft\"", "{\"audience\": \"agent\"}", "  kind:script"] {
            assert_eq!(lost_header(&format!("先写一句。\n{line}\n")), Some(1), "{line}");
        }
        assert_eq!(lost_header("----\n# 注\nstatus: draft\n"), Some(2));
    }

    #[test]
    fn prose_is_no_header() {
        for text in [
            "洗衣机：先看门。\n注意: 断电。\n",
            "# 题\nstatus: 200\n",
            "正文\n```yaml\nstatus: draft\n```\n",
            "正文\ntitle: 题\n",
            "状态：运行灯亮\n",
            "---\n# 题\n一句。\n",
            "看 audience: agent 一项\n",
            "https://example.cn/?status=1\n",
        ] {
            assert_eq!(lost_header(text), None, "{text}");
        }
        assert_eq!(lost_header(&format!("{}status: draft\n", "一句。\n".repeat(LINES))), None);
    }

    #[test]
    fn a_header_that_ends_too_early_is_seen() {
        assert_eq!(rest_of_header("---\n---\n\n---\nid: a\n", 2), Some(4));
        assert_eq!(rest_of_header("---\nid: a\n---\naudience: agent\n", 3), Some(3));
        assert_eq!(rest_of_header("---\nid: a\n---\n正文\nstatus: draft\n", 3), None);
    }
}
