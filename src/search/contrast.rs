//! 不是 X，就是 Y: what a caller rules out is not what they complain of.

/// How far behind 不是 what is ruled out reaches, in characters.
const REACH: usize = 14;
/// What the other half begins with.
const TURNS: [&str; 6] = ["就是", "而是", "只是", "是", "但", "可"];
/// Ends what is ruled out.
const PAUSES: [char; 7] = ['，', ',', '。', '；', ';', '、', ' '];

/// `text` (in normal form) without what it rules out: 不是不凉，是凉得慢 is left with 凉得慢.
pub(super) fn without_ruled_out(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find("不是") {
        let (before, from) = rest.split_at(at);
        let behind = &from["不是".len()..];
        out.push_str(before);
        // 是不是 asks.
        let ruled_out = if before.ends_with('是') { None } else { ruled_out(behind) };
        match ruled_out {
            Some(end) => {
                out.push(' ');
                rest = &behind[end..];
            }
            None => {
                out.push_str("不是");
                rest = behind;
            }
        }
    }
    out.push_str(rest);
    out
}

/// Where what is ruled out ends, when something else is said behind it.
fn ruled_out(behind: &str) -> Option<usize> {
    let mut near = behind.char_indices().take(REACH + 1);
    let pause = near.find(|(_, c)| PAUSES.contains(c));
    let (end, next) = match pause {
        Some((i, c)) => (i, i + c.len_utf8()),
        None => {
            let turn = TURNS[..3].iter().filter_map(|t| behind.find(t)).min()?;
            (turn, turn)
        }
    };
    (end > 0 && behind[next..].chars().count() >= 2 && behind[..end].chars().count() <= REACH).then_some(next)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_ruled_out_is_left_out() {
        for (said, meant) in [
            ("不是不凉,是凉得慢", " 是凉得慢"),
            ("电热水器不是不加热,烧得也快,就是一会儿就凉了", "电热水器 烧得也快,就是一会儿就凉了"),
            ("不是没电就是按了没动静", " 就是按了没动静"),
            ("空调是不是坏了,不凉", "空调是不是坏了,不凉"),
            ("这个不是我买的", "这个不是我买的"),
            ("洗衣机不脱水", "洗衣机不脱水"),
        ] {
            assert_eq!(without_ruled_out(said), meant);
        }
    }
}
