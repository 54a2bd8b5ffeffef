//! One normaliser for index and query: NFKC, dashes, case, Traditional to Simplified, spaces.
//!
//! Steps, in this order (ALGORITHMS C1): NFKC, lower case, every dash to `-`, white space to one
//! blank, control and zero-width characters dropped, Traditional to Simplified character by
//! character, then the few Taiwan words below. The vocabulary conversion Tw2sp is never used: it
//! breaks plain Simplified text (程序 would become 进程). Where words start and end is the
//! segmenter's business.

use std::sync::OnceLock;

use unicode_normalization::{
    UnicodeNormalization,
    char::{canonical_combining_class, is_combining_mark},
};

/// Taiwan words whose characters are Simplified already but whose word is not ours.
/// Written in Simplified characters, each as long as its replacement, so that offsets stay put.
/// The third column holds characters that must not follow (网路由器 is 网 + 路由器).
const TAIWAN_WORDS: [([char; 2], [char; 2], &str); 7] = [
    (['萤', '幕'], ['屏', '幕'], ""),
    (['荧', '幕'], ['屏', '幕'], ""),
    (['网', '路'], ['网', '络'], "由径"),
    (['程', '式'], ['程', '序'], ""),
    (['视', '讯'], ['视', '频'], ""),
    (['软', '体'], ['软', '件'], ""),
    (['硬', '体'], ['硬', '件'], ""),
];

/// Words in which 著 is really 著 (zhù); everywhere else it stands for 着.
const ZHU_BEFORE: &str = "显原名专论编巨土卓昭";
const ZHU_AFTER: &str = "名作称者";

/// Characters whose Simplified form depends on their neighbours.
const CONTEXTUAL: &str = "兒覆夥藉瞭麽幺於乾著苧闔鍾讎畫";

const DROP: u16 = 0;
const COMPLEX: u16 = u16::MAX;

/// A text in normal form, with the way back to the characters it was made from.
///
/// Offsets count characters (Unicode scalar values), not bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Normalized {
    /// The text in normal form.
    pub text: String,
    /// For each character of `text`: first and one-past-last character of its source.
    origin: Vec<(u32, u32)>,
}

impl Normalized {
    /// Normalises `source` and remembers where each character came from.
    #[must_use]
    pub fn new(source: &str) -> Self {
        let mut chars = Vec::with_capacity(source.len() / 2);
        fold(source, |c, from, to| chars.push((c, from, to)));
        let mut text: Vec<char> = chars.iter().map(|(c, _, _)| *c).collect();
        replace_words(&mut text);
        Self { text: text.into_iter().collect(), origin: chars.into_iter().map(|(_, from, to)| (from, to)).collect() }
    }

    /// The source characters behind the characters `start..end` of the normal form.
    #[must_use]
    pub fn source_range(&self, start: usize, end: usize) -> (usize, usize) {
        if start >= end || end > self.origin.len() {
            return (0, 0);
        }
        (self.origin[start].0 as usize, self.origin[end - 1].1 as usize)
    }
}

/// The normal form of `source`, without offsets.
#[must_use]
pub fn normalize(source: &str) -> String {
    let mut out = String::with_capacity(source.len());
    let mut rewrites = false;
    fold(source, |c, _, _| {
        rewrites |= matches!(c, '著' | '幕' | '路' | '式' | '讯' | '体');
        out.push(c);
    });
    if !rewrites {
        return out;
    }
    let mut chars: Vec<char> = out.chars().collect();
    replace_words(&mut chars);
    chars.into_iter().collect()
}

/// Sends each character of the normal form (before word replacement) to `sink`, with its source range.
fn fold(source: &str, mut sink: impl FnMut(char, u32, u32)) {
    let table = table();
    let mut spaces = Spaces::default();
    let simple = |c: char| u32::from(c) < 0x1_0000 && table[c as usize] != COMPLEX;
    if source.chars().all(simple) {
        for (i, c) in (0u32..).zip(source.chars()) {
            let folded = table[c as usize];
            if folded != DROP {
                spaces.pass(char::from_u32(u32::from(folded)).unwrap_or(' '), i, i + 1, &mut sink);
            }
        }
        return;
    }
    let chars: Vec<char> = source.chars().collect();
    let mut folded: Vec<(char, u32, u32)> = Vec::with_capacity(chars.len());
    let mut i = 0;
    while i < chars.len() {
        let mut end = i + 1;
        while end < chars.len() && is_mark(chars[end]) {
            end += 1;
        }
        let range = (i as u32, end as u32);
        // A small letter may join a mark that its capital does not: composed once more.
        for c in chars[i..end].iter().copied().nfkc().flat_map(char::to_lowercase).nfkc() {
            if let Some(c) = tidy(c) {
                folded.push((c, range.0, range.1));
            }
        }
        i = end;
    }
    let simplified = fast2s::convert(&folded.iter().map(|f| f.0).collect::<String>());
    for ((_, from, to), c) in folded.into_iter().zip(simplified.chars()) {
        spaces.pass(c, from, to, &mut sink);
    }
}

/// Lets one blank through between words and none at the ends.
#[derive(Default)]
struct Spaces {
    waiting: Option<(u32, u32)>,
    started: bool,
}

impl Spaces {
    fn pass(&mut self, c: char, from: u32, to: u32, sink: &mut impl FnMut(char, u32, u32)) {
        if c == ' ' {
            let start = self.waiting.map_or(from, |w| w.0);
            self.waiting = Some((start, to));
            return;
        }
        if let Some((from, to)) = self.waiting.take()
            && self.started
        {
            sink(' ', from, to);
        }
        self.started = true;
        sink(c, from, to);
    }
}

fn is_mark(c: char) -> bool {
    canonical_combining_class(c) != 0 || is_combining_mark(c)
}

/// White space to a blank, dashes to `-`, invisible characters to nothing.
fn tidy(c: char) -> Option<char> {
    match c {
        '\u{00AD}' | '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{2064}' => None,
        '\u{FE00}'..='\u{FE0F}' | '\u{FEFF}' | '\u{FFFE}' | '\u{FFFF}' => None,
        '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{FE58}' | '\u{FE63}' | '\u{FF0D}' => Some('-'),
        c if c.is_whitespace() => Some(' '),
        c if c.is_control() => None,
        c => Some(c),
    }
}

/// One entry for each character of the basic plane: its normal form, `DROP`, or `COMPLEX` when the
/// answer needs its neighbours or more than one character. Built once, 128 KiB.
fn table() -> &'static [u16] {
    static TABLE: OnceLock<Vec<u16>> = OnceLock::new();
    TABLE.get_or_init(|| {
        let mut table = vec![COMPLEX; 0x1_0000];
        let plain: String =
            (0u32..0x1_0000).filter_map(char::from_u32).filter_map(one_to_one).map(|(_, c)| c).collect();
        let simplified = isolated_simplified(&plain);
        let mut next = simplified.into_iter();
        for c in (0u32..0x1_0000).filter_map(char::from_u32) {
            if one_to_one(c).is_some() {
                let to = next.next().unwrap_or(c);
                if !CONTEXTUAL.contains(to) && !CONTEXTUAL.contains(c) {
                    table[c as usize] = u16::try_from(u32::from(to)).unwrap_or(COMPLEX);
                }
            } else if !is_mark(c) && std::iter::once(c).nfkc().all(|c| tidy(c).is_none()) {
                table[c as usize] = DROP;
            }
        }
        table
    })
}

/// The single basic-plane character `c` folds to, when it is single.
fn one_to_one(c: char) -> Option<(char, char)> {
    if is_mark(c) {
        return None;
    }
    let mut folded = std::iter::once(c).nfkc().flat_map(char::to_lowercase);
    let first = tidy(folded.next()?)?;
    (folded.next().is_none() && u32::from(first) < 0xFFFF && first != '\0').then_some((c, first))
}

/// Simplified forms of characters that do not stand beside each other.
fn isolated_simplified(plain: &str) -> Vec<char> {
    let mut spaced = String::with_capacity(plain.len() * 2);
    for c in plain.chars() {
        spaced.push(c);
        spaced.push(' ');
    }
    fast2s::convert(&spaced).chars().step_by(2).collect()
}

fn replace_words(chars: &mut [char]) {
    for i in 0..chars.len() {
        let after = chars.get(i + 1).copied().unwrap_or(' ');
        if chars[i] == '著' {
            let before = if i == 0 { ' ' } else { chars[i - 1] };
            if !ZHU_BEFORE.contains(before) && !ZHU_AFTER.contains(after) {
                chars[i] = '着';
            }
        }
        for (from, to, not_before) in &TAIWAN_WORDS {
            let third = chars.get(i + 2).copied().unwrap_or(' ');
            if chars[i] == from[0] && after == from[1] && !not_before.contains(third) {
                chars[i] = to[0];
                chars[i + 1] = to[1];
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn width_case_dashes_and_blanks_fold() {
        assert_eq!(normalize("H\u{331}"), "\u{1e96}", "a small h with its line is one character");
        for (from, to) in [
            ("Ｅ４", "e4"),
            ("KFR−35GW", "kfr-35gw"),
            ("kfr—35", "kfr-35"),
            ("Wi‑Fi", "wi-fi"),
            ("  洗衣机\u{3000} \t不转 ", "洗衣机 不转"),
            ("60–100\u{200b} cm", "60-100 cm"),
            ("℃", "°c"),
            ("e\u{301}", "é"),
        ] {
            assert_eq!(normalize(from), to, "{from}");
        }
    }

    #[test]
    fn traditional_script_becomes_simplified_but_our_own_words_stay() {
        for (from, to) in [
            ("洗衣機不轉動", "洗衣机不转动"),
            ("螢幕沒有顯示", "屏幕没有显示"),
            ("網路連不上", "网络连不上"),
            ("脫水程式", "脱水程序"),
            ("看著火", "看着火"),
            ("著火了", "着火了"),
            ("著名品牌", "著名品牌"),
            ("乾衣機", "干衣机"),
        ] {
            assert_eq!(normalize(from), to, "{from}");
        }
        // What Tw2sp and a careless word table would break.
        for same in ["怎么", "什么", "程序", "脱水程序", "元件", "行程", "通道", "联网路由器", "官网路径"]
        {
            assert_eq!(normalize(same), same);
        }
    }

    #[test]
    fn offsets_survive_characters_that_grow_and_blanks_that_go() {
        let text = Normalized::new("①½  洗衣機");
        assert_eq!(text.text, "11\u{2044}2 洗衣机");
        assert_eq!(text.source_range(0, 1), (0, 1));
        assert_eq!(text.source_range(1, 4), (1, 2));
        assert_eq!(text.source_range(5, 8), (4, 7));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2_000))]
        #[test]
        fn both_forms_agree_and_ranges_lie_inside(source in "\\PC{0,40}") {
            let long = Normalized::new(&source);
            prop_assert_eq!(&long.text, &normalize(&source));
            let n = source.chars().count();
            for i in 0..long.text.chars().count() {
                let (from, to) = long.source_range(i, i + 1);
                prop_assert!(from < to && to <= n);
            }
        }
    }
}
