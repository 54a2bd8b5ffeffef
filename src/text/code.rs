//! Error codes and model numbers in any spelling (ALGORITHMS C6).
//!
//! Works on text in normal form: full width is folded, dashes are one, case is lower.

/// An error code in canonical form: letters in lower case, leading zeros of the number gone.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ErrorCode(String);

impl ErrorCode {
    /// The canonical form of a code as an author writes it in `codes:` (`E1`, `dF`, `1`, `10003`).
    /// `None` when nothing but punctuation is there.
    #[must_use]
    pub fn new(written: &str) -> Option<Self> {
        let plain: String = super::normalize(written).chars().filter(|c| c.is_alphanumeric()).collect();
        if plain.is_empty() {
            return None;
        }
        let digits_at = plain.find(|c: char| c.is_ascii_digit()).unwrap_or(plain.len());
        let (letters, number) = plain.split_at(digits_at);
        let number = match number.trim_start_matches('0') {
            "" if !number.is_empty() => "0",
            rest => rest,
        };
        Some(Self(format!("{letters}{number}")))
    }

    /// The canonical text, such as `e4`.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Letters before the number of a code spelled in a running text.
const CODE_LETTERS: usize = 2;
/// Digits of such a code; App codes have five.
const CODE_DIGITS: usize = 5;
/// A model has at least so many letters and digits.
const MODEL_CHARS: usize = 5;

/// Codes spelled out in `text`: one or two letters and a number (`e4`, `e-04`, `e 4`), possibly
/// glued to Chinese. Models are taken out before, so `kfr-35gw` holds no `r35`.
/// `E0` written with the letter O is read as zero.
#[must_use]
pub fn codes_in(text: &str) -> Vec<ErrorCode> {
    let mut found: Vec<ErrorCode> = Vec::new();
    let tokens = ascii_tokens(text);
    let mut i = 0;
    while i < tokens.len() {
        let token = tokens[i].0;
        let letters: String = token.chars().take_while(char::is_ascii_alphabetic).collect();
        let mut number = token[letters.len()..].replace('o', "0");
        if number.is_empty() && letters.len() == 2 && letters.ends_with('o') && letters != "no" && letters != "go" {
            push(&mut found, &letters[..1], "0", "");
            i += 1;
            continue;
        }
        let mut used = 1;
        if number.is_empty()
            && let Some((next, gap)) = tokens.get(i + 1)
            && *gap
            && next.bytes().all(|b| b.is_ascii_digit())
        {
            number = (*next).to_owned();
            used = 2;
        }
        let digits = number.bytes().take_while(u8::is_ascii_digit).count();
        let tail = &number[digits..];
        let plausible = (1..=CODE_LETTERS).contains(&letters.len())
            && (1..=CODE_DIGITS).contains(&digits)
            && (tail.is_empty() || (tail.len() == 1 && tail.bytes().all(|b| b.is_ascii_alphabetic())));
        if plausible && !is_model(token) {
            push(&mut found, &letters, &number[..digits], tail);
            i += used;
        } else {
            i += 1;
        }
    }
    found
}

/// How the letters of codes sound when they are said in Chinese.
const SPOKEN_LETTERS: [(&str, &str); 14] = [
    ("意", "e"),
    ("伊", "e"),
    ("衣", "e"),
    ("诶去", "h"),
    ("艾奇", "h"),
    ("爱吃", "h"),
    ("艾福", "f"),
    ("爱抚", "f"),
    ("艾弗", "f"),
    ("屁", "p"),
    ("批", "p"),
    ("皮", "p"),
    ("艾欧", "l"),
    ("爱偶", "l"),
];
/// Chinese digits as they are said, and in the forms of bills.
const SPOKEN_DIGITS: &str = "零〇洞一幺壹二两贰三叁四肆五伍六陆七拐柒八捌九勾玖";
const SPOKEN_VALUES: &str = "000111222334455666777788999";

/// Codes said aloud and written down as heard: `意三`, `e叁`, `幺洞五`, `一零零零四`. Whether there are such
/// codes is for the caller to know.
#[must_use]
pub fn spoken_codes(text: &str) -> Vec<ErrorCode> {
    let chars: Vec<char> = text.chars().collect();
    let digit = |c: &char| {
        let at = SPOKEN_DIGITS.chars().position(|d| d == *c);
        at.and_then(|i| SPOKEN_VALUES.chars().nth(i)).or_else(|| c.is_ascii_digit().then_some(*c))
    };
    let mut found = Vec::new();
    let mut i = 0;
    while i < chars.len() {
        let digits: String = chars[i..].iter().map_while(digit).collect();
        let length = digits.chars().count();
        if length == 0 {
            i += 1;
            continue;
        }
        let said = chars[i..i + length].iter().any(|c| !c.is_ascii_digit());
        let before: String = chars[..i].iter().collect();
        let before = before.trim_end_matches(' ');
        let letter = SPOKEN_LETTERS.iter().find(|(name, _)| before.ends_with(name)).map(|(_, l)| (*l).to_owned());
        let spelled = before.chars().last().filter(|c| said && c.is_ascii_lowercase()).map(String::from);
        match letter.or(spelled) {
            Some(letter) if length <= 2 => push(&mut found, &letter, &digits, ""),
            None if said && (2..=CODE_DIGITS).contains(&length) => push(&mut found, "", &digits, ""),
            _ => {}
        }
        i += length;
    }
    found
}

fn push(found: &mut Vec<ErrorCode>, letters: &str, number: &str, tail: &str) {
    if let Some(code) = ErrorCode::new(&format!("{letters}{number}{tail}"))
        && !found.contains(&code)
    {
        found.push(code);
    }
}

/// A model number reduced to its letters and digits: `KFR-35GW/26` is `kfr35gw26`.
#[must_use]
pub fn canonical_model(written: &str) -> String {
    super::normalize(written).chars().filter(char::is_ascii_alphanumeric).collect()
}

/// Model numbers (or leading parts of at least five characters with letters and digits) in `text`.
#[must_use]
pub fn models_in(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    for run in text.split(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '-' | '/' | '_'))) {
        let plain = canonical_model(run);
        if is_model(&plain) && !found.contains(&plain) {
            found.push(plain);
        }
    }
    found
}

fn is_model(token: &str) -> bool {
    let letters = token.bytes().filter(u8::is_ascii_alphabetic).count();
    let digits = token.bytes().filter(u8::is_ascii_digit).count();
    // Units such as 2000w or 100ml begin with the number; a model begins with a letter or holds
    // letters on both sides of it.
    let starts_with_letters = token.bytes().take(2).all(|b| b.is_ascii_alphabetic());
    letters + digits >= MODEL_CHARS && letters >= 2 && digits >= 2 && starts_with_letters
}

/// ASCII words of `text`, hyphen and dot cut, each with whether the next follows within one joint.
fn ascii_tokens(text: &str) -> Vec<(&str, bool)> {
    let mut out: Vec<(&str, bool)> = Vec::new();
    let bytes = text.as_bytes();
    let mut i = 0;
    let mut last_end: Option<usize> = None;
    while i < bytes.len() {
        if !bytes[i].is_ascii_alphanumeric() {
            i += 1;
            continue;
        }
        let start = i;
        let mut model_end = start;
        while model_end < bytes.len()
            && (bytes[model_end].is_ascii_alphanumeric() || matches!(bytes[model_end], b'-' | b'/'))
        {
            model_end += 1;
        }
        if is_model(&canonical_model(&text[start..model_end])) {
            i = model_end;
            last_end = None;
            continue;
        }
        while i < bytes.len() && bytes[i].is_ascii_alphanumeric() {
            i += 1;
        }
        let joint = last_end.is_some_and(|end| {
            start - end <= 2 && text[end..start].bytes().all(|b| matches!(b, b' ' | b'-' | b'_' | b'.'))
        });
        out.push((&text[start..i], joint));
        last_end = Some(i);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::normalize;

    fn codes(text: &str) -> Vec<String> {
        codes_in(&normalize(text)).iter().map(|c| c.as_str().to_owned()).collect()
    }

    #[test]
    fn one_code_in_every_spelling() {
        for spelled in ["Ｅ４", "e-04", "E 4", "错误代码E4", "显示e4怎么办", "E04", "e.4", "故障E_4"] {
            assert_eq!(codes(spelled), ["e4"], "{spelled}");
        }
        assert_eq!(codes("EO"), ["e0"]);
        assert_eq!(codes("先E1后E2"), ["e1", "e2"]);
    }

    #[test]
    fn codes_are_read_as_they_are_said() {
        let spoken = |text: &str| spoken_codes(text).iter().map(|c| c.as_str().to_owned()).collect::<Vec<_>>();
        for (said, code) in [
            ("意三", "e3"),
            ("显示e叁", "e3"),
            ("诶去二", "h2"),
            ("幺洞五", "105"),
            ("一零零零四", "10004"),
            ("e幺", "e1"),
            ("e洞二", "e2"),
        ] {
            assert_eq!(spoken(said), [code], "{said}");
        }
        assert!(spoken("洗了三次").is_empty() && spoken("e4").is_empty() && spoken("100").is_empty());
    }

    #[test]
    fn models_and_measures_are_no_codes() {
        for plain in ["kfr-35gw", "CJ-XYG100-B2", "2000w", "wifi 5", "usb3", "第 3 步", "no", "设成 60 度"] {
            assert!(codes(plain).is_empty(), "{plain}: {:?}", codes(plain));
        }
    }

    #[test]
    fn authors_codes_are_read_as_written() {
        for (written, canonical) in
            [("E1", "e1"), ("07", "7"), ("1e3", "1e3"), ("dF", "df"), ("0", "0"), ("10003", "10003")]
        {
            assert_eq!(ErrorCode::new(written).map(|c| c.0), Some(canonical.to_owned()));
        }
        assert_eq!(ErrorCode::new(" - "), None);
    }

    #[test]
    fn one_model_in_every_spelling() {
        for spelled in ["KFR35GW", "kfr-35gw", "KFR−35GW", "kfr_35gw"] {
            assert_eq!(models_in(&normalize(spelled)), ["kfr35gw"], "{spelled}");
        }
        assert_eq!(canonical_model("KFR-35GW/26"), "kfr35gw26");
        assert!(models_in("e4 60 分钟 2000w").is_empty());
    }
}
