//! The line that spoils a YAML header: the reader stops at the innocent one below it.

use super::yaml::Mark;

/// Where a header that could not be read on from `fault` went wrong, and how (empty: not known).
/// `first_line` is the line of the file on which `yaml` starts.
pub(super) fn culprit(yaml: &str, first_line: u32, fault: Mark) -> (Mark, &'static str) {
    let read = fault.line.saturating_sub(first_line) as usize + 1;
    let lines: Vec<&str> = yaml.lines().take(read).collect();
    let found = lines.iter().enumerate().rev().find_map(|(i, line)| {
        let (at, cause) = slip(line)?;
        let column = line[..at].chars().count() as u32 + 1;
        Some((Mark { line: first_line + i as u32, column }, cause))
    });
    found.unwrap_or((fault, ""))
}

/// The byte at which a line goes wrong in one of the usual ways.
fn slip(line: &str) -> Option<(usize, &'static str)> {
    let said = line.trim_start();
    let start = line.len() - said.len();
    if said.starts_with('#') {
        return None;
    }
    if let Some(item) = said.strip_prefix("- ") {
        return Some((line.len() - item.len(), unclosed(item)?));
    }
    if let Some(cause) = unclosed(said) {
        return Some((start, cause));
    }
    let at = said.find([':', '：'])?;
    let is_key = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-');
    let named = !said[..at].is_empty() && said[..at].trim_end().chars().all(is_key);
    let value = said[at..].trim_start_matches([':', '：']);
    if named && said[at..].starts_with('：') {
        return Some((start + at, "：这里用了全角冒号（：）"));
    }
    if named && !value.is_empty() && !value.starts_with([' ', '\t', '/']) {
        return Some((start + at, "：冒号后面少一个空格"));
    }
    let value = value.trim_start();
    Some((line.len() - value.len(), unclosed(value)?))
}

/// A bracket or quote that opens `value` and is not closed on its line.
fn unclosed(value: &str) -> Option<&'static str> {
    let count = |c: char| value.matches(c).count();
    match value.chars().next()? {
        '[' if count('[') > count(']') => Some("：方括号 [ 没有配对的 ]"),
        '{' if count('{') > count('}') => Some("：花括号 { 没有配对的 }"),
        quote @ ('"' | '\'') if count(quote) % 2 == 1 => Some("：引号没有配对"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_line_at_fault_is_found_above_the_one_that_stopped_the_reader() {
        let found = |yaml: &str, line: u32| {
            let (mark, cause) = culprit(yaml, 2, Mark { line, column: 9 });
            (mark.line, mark.column, cause)
        };
        assert_eq!(found("id: a\nkind：x\ntitle: b\n", 4), (3, 5, "：这里用了全角冒号（：）"));
        assert_eq!(found("id: a\nkind:x\ntitle: b\n", 4), (3, 5, "：冒号后面少一个空格"));
        assert_eq!(found("id: a\ntitle: b\nappliance: [加湿器\nkind: x\n", 5), (4, 12, "：方括号 [ 没有配对的 ]"));
        assert_eq!(found("title: \"甲\nkind: \"b\"\n", 3), (2, 8, "：引号没有配对"));
        assert_eq!(found("expect:\n  - 'a\nid: b\n", 4), (3, 5, "：引号没有配对"));
        // What stands below the fault is not at fault; neither are colons within words.
        assert_eq!(found("title: 甲：乙\nurl: https://a.cn\nx: *y\nkind：z\n", 4), (4, 9, ""));
    }
}
