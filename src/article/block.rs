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
    // Names of the open containers; `true` = for staff.
    let mut open: Vec<bool> = Vec::new();
    for (i, line) in lines.iter().enumerate().skip(header) {
        let mark = Mark { line: i as u32 + 1, column: 1 };
        let inside = open.contains(&true);
        hidden[i] = inside;
        if fenced[i] && !inside {
            continue;
        }
        match directive(line) {
            Some("") => {
                let staff = open.pop();
                hidden[i] = inside || staff == Some(true);
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
                hidden[i] = inside || staff;
            }
            None => {}
        }
    }
    if open.contains(&true) {
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
    let mut i = header;
    while i < lines.len() {
        let Some((mark, count)) = fence(lines[i]) else {
            i += 1;
            continue;
        };
        let closes = |line: &&str| {
            fence(line).is_some_and(|(m, n)| m == mark && n >= count) && line.trim().chars().all(|c| c == mark)
        };
        match lines[i + 1..].iter().position(closes) {
            Some(length) => {
                fenced[i..=i + 1 + length].fill(true);
                i += length + 2;
            }
            None => i += 1,
        }
    }
    fenced
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
}
