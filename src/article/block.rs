//! Which lines only staff may read: `:::agent` blocks, cut by lines before any Markdown is read.
//!
//! Everything doubtful is for staff: a block that is not closed hides the rest of the file, a block
//! of an unknown name (a mistyped `:::agnet`) is hidden, and a code fence that is never closed does
//! not make a block inside it harmless.

use super::{Trouble, yaml::Mark};

/// Containers that other tools write and that may be shown to everybody.
const PUBLIC_BLOCKS: [&str; 14] = [
    "tip",
    "note",
    "info",
    "warning",
    "caution",
    "danger",
    "important",
    "details",
    "success",
    "code-group",
    "raw",
    "v-pre",
    "hint",
    "question",
];

/// Marks the lines of `text` that only staff may read; the first `header` lines are left unmarked.
pub(super) fn agent_lines(text: &str, header: usize) -> (Vec<bool>, Vec<(Mark, Trouble)>) {
    let lines: Vec<&str> = text.lines().collect();
    let fenced = fenced_lines(&lines, header);
    let mut hidden = vec![false; lines.len()];
    let mut troubles = Vec::new();
    let mut opened_at = 0;
    // The open containers; `true` = for staff.
    let mut open: Vec<bool> = Vec::new();
    // How many of them are for staff: a file may open a hundred thousand.
    let mut n_staff = 0;
    for (i, line) in lines.iter().enumerate().skip(header) {
        let mark = Mark { line: i as u32 + 1, column: 1 };
        let inside = n_staff > 0;
        hidden[i] = inside;
        if fenced[i] && !inside {
            continue;
        }
        match directive(line) {
            Some("") => {
                n_staff -= usize::from(open.pop() == Some(true));
                hidden[i] = inside;
            }
            Some(name) => {
                let known =
                    name.split(|c: char| !(c.is_alphanumeric() || c == '-')).next().unwrap_or("").to_lowercase();
                let staff = !PUBLIC_BLOCKS.contains(&known.as_str());
                if staff && known != "agent" {
                    troubles.push((mark, Trouble::UnknownBlock(name.to_owned())));
                }
                if staff && !inside {
                    opened_at = i;
                }
                open.push(staff);
                n_staff += usize::from(staff);
                hidden[i] = inside || staff;
            }
            None => {}
        }
    }
    if n_staff > 0 {
        troubles.push((Mark { line: opened_at as u32 + 1, column: 1 }, Trouble::AgentBlockOpen));
    }
    (hidden, troubles)
}

/// The name behind `:::` when the line is a container mark; empty for a closing mark.
/// Full-width colons and list or quote marks before it count too: a leak is worse than a note.
pub(super) fn directive(line: &str) -> Option<&str> {
    let said = line.trim_start_matches(|c: char| c.is_whitespace() || matches!(c, '>' | '-' | '*' | '+'));
    let rest = said.trim_start_matches([':', '：']);
    let colons = said.chars().count() - rest.chars().count();
    (colons >= 3).then(|| rest.trim())
}

/// Lines inside code fences that are closed.
fn fenced_lines(lines: &[&str], header: usize) -> Vec<bool> {
    let mut fenced = vec![false; lines.len()];
    let fences: Vec<Fence> = (header..lines.len()).filter_map(|i| Fence::read(i, lines[i])).collect();
    // The shortest fence of each mark that nothing behind it closes: what is as long and stands further
    // down is not closed either, and is not looked for in all of a long file again.
    let mut unclosed = [usize::MAX; 2];
    let mut n = 0;
    while let Some(open) = fences.get(n) {
        n += 1;
        let shortest = &mut unclosed[usize::from(open.mark == '~')];
        if open.count >= *shortest {
            continue;
        }
        let closes = |f: &Fence| f.is_bare && f.mark == open.mark && f.count >= open.count;
        match fences[n..].iter().position(closes) {
            Some(length) => {
                fenced[open.line..=fences[n + length].line].fill(true);
                n += length + 1;
            }
            None => *shortest = open.count,
        }
    }
    fenced
}

/// A line that can open a code fence.
struct Fence {
    line: usize,
    mark: char,
    count: usize,
    /// Nothing but the mark: it can close one, too.
    is_bare: bool,
}

impl Fence {
    fn read(i: usize, line: &str) -> Option<Self> {
        let (mark, count) = fence(line)?;
        Some(Self { line: i, mark, count, is_bare: line.trim().chars().all(|c| c == mark) })
    }
}

/// The mark and length of a code fence line.
fn fence(line: &str) -> Option<(char, usize)> {
    let indent = line.len() - line.trim_start_matches(' ').len();
    let said = &line[indent..];
    let mark = said.chars().next().filter(|c| matches!(c, '`' | '~'))?;
    let count = said.chars().take_while(|c| *c == mark).count();
    let info_has_mark = mark == '`' && said[count..].contains('`');
    (indent <= 3 && count >= 3 && !info_has_mark).then_some((mark, count))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hidden(text: &str) -> String {
        agent_lines(text, 0).0.iter().map(|h| if *h { 'x' } else { '.' }).collect()
    }

    #[test]
    fn a_block_and_its_marks_are_hidden() {
        assert_eq!(hidden("公开\n:::agent\n话术\n:::\n公开\n"), ".xxx.");
        assert_eq!(hidden("  ::: agent\n话\n:::\n公"), "xxx.");
        assert_eq!(hidden("：：：agent\n话\n：：：\n公"), "xxx.");
        assert_eq!(hidden("> :::agent\n> 话\n> :::\n公"), "xxx.");
    }

    #[test]
    fn doubt_hides() {
        let (lines, troubles) = agent_lines("公\n:::agent\n话\n还是话\n", 0);
        assert_eq!(lines, [false, true, true, true]);
        assert_eq!(troubles, [(Mark { line: 2, column: 1 }, Trouble::AgentBlockOpen)]);
        let (lines, troubles) = agent_lines(":::agnet\n话\n:::\n公\n", 0);
        assert_eq!(lines, [true, true, true, false]);
        assert!(matches!(troubles[0].1, Trouble::UnknownBlock(_)));
        // A fence that is never closed would run to the end and show the block as code.
        assert_eq!(hidden("```\n:::agent\n话\n:::\n公"), ".xxx.");
    }

    #[test]
    fn a_sample_in_a_code_fence_is_no_block_and_blocks_nest() {
        assert_eq!(hidden("```\n:::agent\n话\n:::\n```\n公"), "......");
        assert_eq!(hidden(":::agent\n:::tip\n提示\n:::\n仍是话\n:::\n公"), "xxxxxx.");
        assert_eq!(hidden(":::tip\n公\n:::agent\n话\n:::\n公\n:::\n公"), "..xxx...");
        assert_eq!(hidden(":::agent\n```\n:::\n公"), "xxx.");
    }

    #[test]
    fn a_fence_that_is_not_closed_leaves_shorter_and_other_ones_to_be_closed() {
        assert_eq!(hidden("````\n:::agent\n话\n:::\n```\n:::agent\n```\n````a\n:::agent"), ".xxx....x");
        assert_eq!(hidden("```a\n~~~\n:::agent\n~~~\n```b\n:::agent\n公"), ".....xx");
        assert_eq!(hidden("~~~~\n```\n:::agent\n~~~\n````\n~~~\n:::agent"), "......x");
    }
}
