//! Personal data out of a text before anything keeps it: telephone and identity numbers, bank cards,
//! e-mail; addresses and names are next door. Models, serial numbers, codes, figures and service numbers stay.

use super::{address, normalize::Normalized, person};

/// Digits as they are said or written on bills, ten a row from 0 to 9; `_` fills up.
const SPOKEN: [&str; 4] = ["零一二三四五六七八九", "〇幺两叁肆伍陆拐捌勾", "洞壹贰______玖", "○______柒__"];
/// What may stand between two groups of one number.
const BETWEEN: &str = " -.,、·()";
/// Most groups of one number: an identity number said digit by digit.
const GROUPS: usize = 18;
/// How far before a number the word that says what it is may stand, in characters.
const LABEL_CHARS: usize = 12;

const PHONE_WORDS: &[&str] = &[
    "电话", "手机", "号码", "联系", "座机", "固话", "打给", "拨打", "回电", "回拨", "微信", "传真", "短信", "tel",
    "phone", "mobile", "wx", "vx", "call",
];
const SERIAL_WORDS: &[&str] = &[
    "序列号",
    "序列号码",
    "序列号是",
    "机身号",
    "机身码",
    "机号",
    "条码",
    "条形码",
    "编号",
    "编码",
    "型号",
    "机型",
    "订单",
    "订单号码",
    "单号",
    "工单",
    "sn",
    "s/n",
    "货号",
    "物料",
    "设备号",
    "批号",
];
const CARD_WORDS: &[&str] = &["卡号", "银行卡", "信用卡", "储蓄卡", "账号", "帐号", "退款到"];
const IDENTITY_WORDS: &[&str] = &["身份证", "证件"];

/// `text` with 〔电话〕, 〔证件号〕, 〔卡号〕, 〔邮箱〕, 〔地址〕 and 〔姓名〕 in place of personal data. Of an address the
/// part down to the city or district stays, of a name the word beside it.
///
/// Masking a masked text changes nothing.
#[must_use]
pub fn mask(text: &str) -> String {
    let mut masked = text.to_owned();
    loop {
        // What stands beside a placeholder is looked at again. This ends: each round takes characters away
        // that are no placeholder.
        let next = replace(&masked);
        if next == masked {
            return masked;
        }
        masked = next;
    }
}

fn replace(text: &str) -> String {
    let normal = Normalized::new(text);
    let chars: Vec<char> = normal.text.chars().collect();
    let mut spans = emails(&chars);
    spans.extend(numbers(&chars));
    spans.extend(address::places(&chars).into_iter().map(|(from, to)| (from, to, "〔地址〕")));
    spans.extend(person::names(&chars).into_iter().map(|(from, to)| (from, to, "〔姓名〕")));
    // The sort is stable: of two that begin together the e-mail goes before the number in it.
    spans.sort_by_key(|(from, ..)| *from);
    let source: Vec<char> = text.chars().collect();
    let (mut out, mut at) = (String::with_capacity(text.len()), 0);
    for (from, to, placeholder) in spans {
        let (start, end) = normal.source_range(from, to);
        if start >= at && start < end {
            out.extend(&source[at..start]);
            out.push_str(placeholder);
            at = end;
        }
    }
    out.extend(&source[at..]);
    out
}

type Span = (usize, usize, &'static str);

fn emails(chars: &[char]) -> Vec<Span> {
    let local = |c: &char| c.is_ascii_alphanumeric() || "._%+-".contains(*c);
    let domain = |c: &char| c.is_ascii_alphanumeric() || "-.".contains(*c);
    let ats = (0..chars.len()).filter(|&i| chars[i] == '@');
    let spans = ats.filter_map(|at| {
        let from = at - chars[..at].iter().rev().take_while(|c| local(c)).count();
        let mut to = at + 1 + chars[at + 1..].iter().take_while(|c| domain(c)).count();
        while to > at + 1 && !chars[to - 1].is_ascii_alphanumeric() {
            to -= 1;
        }
        let name: String = chars[at + 1..to].iter().collect();
        let top = name.rsplit_once('.').map_or("", |(_, top)| top);
        let is_top = top.len() >= 2 && top.bytes().all(|b| b.is_ascii_alphabetic());
        (from < at && is_top).then_some((from, to, "〔邮箱〕"))
    });
    spans.collect()
}

/// Digits that stand together.
struct Group {
    from: usize,
    to: usize,
    digits: String,
    /// Written in Chinese.
    spoken: bool,
}

fn numbers(chars: &[char]) -> Vec<Span> {
    let groups = groups(chars);
    let mut spans = Vec::new();
    let mut i = 0;
    while i < groups.len() {
        let together = 1
            + (i + 1..groups.len())
                .take_while(|&j| joined(&chars[groups[j - 1].to..groups[j].from]))
                .take(GROUPS - 1)
                .count();
        let longest = (1..=together).rev().find_map(|n| Some((n, kind(chars, &groups[i..i + n])?)));
        let Some((n, kind)) = longest else {
            i += 1;
            continue;
        };
        let (mut from, mut to) = (groups[i].from, groups[i + n - 1].to);
        to += usize::from(kind == Kind::Identity && chars.get(to) == Some(&'x'));
        while from > 0 && (chars[from - 1] == '+' || chars[from - 1] == '(' && chars[from..to].contains(&')')) {
            from -= 1;
        }
        spans.extend(kind.placeholder().map(|placeholder| (from, to, placeholder)));
        i += n;
    }
    spans
}

fn joined(between: &[char]) -> bool {
    between.len() <= 2 && between.iter().all(|c| BETWEEN.contains(*c))
}

fn groups(chars: &[char]) -> Vec<Group> {
    let mut groups: Vec<Group> = Vec::new();
    for (i, c) in chars.iter().enumerate() {
        let Some((digit, spoken)) = digit(*c) else { continue };
        match groups.last_mut() {
            Some(last) if last.to == i && last.spoken == spoken => {
                last.to += 1;
                last.digits.push(digit);
            }
            _ => groups.push(Group { from: i, to: i + 1, digits: digit.to_string(), spoken }),
        }
    }
    groups.into_iter().flat_map(split).collect()
}

/// In 一三八…零一直打不通 the last 一 is a word: the number ends before it, or begins later.
fn split(group: Group) -> Vec<Group> {
    let n = group.digits.len();
    if !group.spoken || !(12..=13).contains(&n) {
        return vec![group];
    }
    let part = |from: usize, to: usize| Group {
        from: group.from + from,
        to: group.from + to,
        digits: group.digits[from..to].to_owned(),
        spoken: true,
    };
    let at = if is_mobile(&group.digits[..11]) { 11 } else { n - 11 };
    vec![part(0, at), part(at, n)]
}

/// The digit a character stands for, and whether it is a Chinese one.
fn digit(c: char) -> Option<(char, bool)> {
    if c.is_ascii_digit() {
        return Some((c, false));
    }
    let value = SPOKEN.iter().find_map(|row| row.chars().position(|d| d == c && d != '_'))?;
    char::from_digit(value as u32, 10).map(|d| (d, true))
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Phone,
    Identity,
    Card,
    /// A number of companies, such as 400-…: stays.
    Service,
}

impl Kind {
    fn placeholder(self) -> Option<&'static str> {
        match self {
            Self::Phone => Some("〔电话〕"),
            Self::Identity => Some("〔证件号〕"),
            Self::Card => Some("〔卡号〕"),
            Self::Service => None,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Label {
    Phone,
    Serial,
    Card,
    Identity,
    None,
}

/// What the groups are when they are one number.
fn kind(chars: &[char], groups: &[Group]) -> Option<Kind> {
    let (first, last) = (groups.first()?, groups.last()?);
    let digits: String = groups.iter().map(|g| g.digits.as_str()).collect();
    let sizes: Vec<usize> = groups.iter().map(|g| g.digits.len()).collect();
    // Said aloud, a number is grouped in any way; 138一二三四五六七八 is one too.
    let spoken = groups.iter().all(|g| g.spoken);
    let mixed = groups.iter().any(|g| g.spoken) && last.to - first.from == digits.len();
    let label = label(&chars[..first.from]);
    let x = chars.get(last.to) == Some(&'x') && digits.len() == 17;
    let end = last.to + usize::from(x);
    if digits.len() == 10 && (digits.starts_with("400") || digits.starts_with("800")) {
        return Some(Kind::Service);
    }
    if label == Label::Serial || grown_on(&chars[..first.from], &chars[end..]) {
        return None;
    }
    // 400 1200 800 are speeds or temperatures, whatever they are together.
    let figures = groups.len() > 1 && !spoken && label == Label::None && sizes.iter().all(|n| *n > 1);
    if figures && groups.iter().all(|g| g.digits.ends_with('0')) {
        return None;
    }
    let abroad = first.from > 0 && chars[first.from - 1] == '+' && (8..=15).contains(&digits.len());
    let is_phone =
        abroad || is_phone(&digits, &sizes, spoken || mixed) || (label == Label::Phone && is_local(&digits, &sizes));
    if is_phone {
        return Some(Kind::Phone);
    }
    if is_identity(&digits, &sizes, x, spoken) || (label == Label::Identity && digits.len() + usize::from(x) == 18) {
        return Some(Kind::Identity);
    }
    let fours = sizes.iter().rev().skip(1).all(|n| *n == 4);
    let is_card = (16..=19).contains(&digits.len()) && (fours || spoken || matches!(sizes[..], [6, 10..=13]));
    (is_card && (label == Label::Card || digits.starts_with("62") || luhn(&digits))).then_some(Kind::Card)
}

/// The nearest word before a number that says what it is; another number stands between it and what it says.
fn label(before: &[char]) -> Label {
    let near = before.iter().rev().take(LABEL_CHARS).take_while(|c| !c.is_ascii_digit() && !"〔〕。;\n".contains(**c));
    let near: String = near.collect::<Vec<_>>().into_iter().rev().collect();
    let lists = [
        (Label::Phone, PHONE_WORDS),
        (Label::Serial, SERIAL_WORDS),
        (Label::Card, CARD_WORDS),
        (Label::Identity, IDENTITY_WORDS),
    ];
    let ends = |words: &[&str]| {
        words.iter().filter_map(|w| near.rfind(w).map(|at| (at + w.len(), w.len()))).max().unwrap_or((0, 0))
    };
    let nearest = lists.iter().map(|(label, words)| (ends(words), *label)).max_by_key(|(end, _)| *end);
    nearest.filter(|((end, _), _)| *end > 0).map_or(Label::None, |(_, label)| label)
}

/// Whether letters stand at the number, directly or behind a dash: then it is part of a model or serial.
fn grown_on(before: &[char], after: &[char]) -> bool {
    let bond = |c: Option<&char>| c.is_some_and(|c| "-_/".contains(*c));
    let letter = |c: Option<&char>| c.is_some_and(char::is_ascii_alphabetic);
    let end = before.len() - usize::from(bond(before.last()));
    let word: String = before[..end].iter().rev().take_while(|c| c.is_ascii_alphanumeric()).collect();
    let word: String = word.chars().rev().collect();
    let word = if letter(before[..end].last()) { word } else { String::new() };
    let names_it = PHONE_WORDS.contains(&word.as_str());
    (!word.is_empty() && !names_it) || letter(after.first()) || (bond(after.first()) && letter(after.get(1)))
}

fn is_mobile(digits: &str) -> bool {
    digits.len() == 11 && digits.starts_with('1') && matches!(digits.as_bytes()[1], b'3'..=b'9')
}

fn is_phone(digits: &str, sizes: &[usize], spoken: bool) -> bool {
    let bare = ["0086", "86"].iter().find_map(|code| digits.strip_prefix(code).filter(|rest| is_mobile(rest)));
    if bare.is_some() {
        return true;
    }
    let ones = sizes.iter().all(|n| *n == 1);
    let grouped = (sizes[0] == 3 && sizes.iter().all(|n| *n > 1)) || matches!(sizes, [4, 4, 3] | [4, 3, 4] | [7, 4]);
    if is_mobile(digits) && (sizes.len() == 1 || ones || spoken || grouped) {
        return true;
    }
    // Area codes: 010 and 02x with eight digits, 03xx to 09xx with seven or eight; then an extension.
    let area = match digits.as_bytes() {
        [b'0', b'1', b'0', ..] | [b'0', b'2', ..] => 3,
        [b'0', b'3'..=b'9', ..] => 4,
        _ => return false,
    };
    let local = match (sizes, spoken) {
        ([_], _) | (_, true) => digits.len().saturating_sub(area),
        ([a, local @ (7 | 8)] | [a, local @ (7 | 8), 1..=5], _) if *a == area => *local,
        ([a, n @ (3 | 4), 4] | [a, n @ (3 | 4), 4, 1..=5], _) if *a == area => n + 4,
        _ => return false,
    };
    let fits = if area == 3 { local == 8 } else { local == 7 || local == 8 };
    fits && matches!(digits.as_bytes()[area], b'2'..=b'9')
}

/// A number without area code; a day such as 20261122 is none.
fn is_local(digits: &str, sizes: &[usize]) -> bool {
    let day = digits.len() == 8 && digits.starts_with("20") && is_day(&digits[4..]);
    matches!(sizes, [7 | 8] | [3 | 4, 4]) && matches!(digits.as_bytes()[0], b'2'..=b'8') && !day
}

/// 18 characters with a day of birth, or the 15 digits of before 2000.
fn is_identity(digits: &str, sizes: &[usize], x: bool, spoken: bool) -> bool {
    let province = matches!(digits.get(..2).and_then(|p| p.parse().ok()), Some(11..=82_u8 | 91));
    let n = digits.len() + usize::from(x);
    let grouped = spoken
        || matches!(sizes, [15 | 17 | 18] | [6, 8, 3 | 4] | [6, 4, 4, 3 | 4] | [6, 11 | 12] | [14, 3 | 4] | [6, 6, 3])
        || sizes.iter().all(|n| *n == 1);
    let born = match n {
        18 => matches!(&digits[6..8], "18" | "19" | "20") && is_day(&digits[10..14]),
        15 => is_day(&digits[8..12]),
        _ => false,
    };
    province && grouped && born
}

/// Month and day in four digits.
fn is_day(digits: &str) -> bool {
    matches!(digits[..2].parse(), Ok(1..=12_u8)) && matches!(digits[2..].parse(), Ok(1..=31_u8))
}

/// The check of card numbers.
fn luhn(digits: &str) -> bool {
    let sum: u32 = (0..)
        .zip(digits.bytes().rev())
        .map(|(i, b)| match u32::from(b - b'0') * (1 + i % 2) {
            n @ 10.. => n - 9,
            n => n,
        })
        .sum();
    sum.is_multiple_of(10)
}
