//! What support works on: the handoff code (接力码), the handoff, feedback, and their rules.

use std::fmt;

use crate::{article::ArticleId, guide::WalkthroughId};

/// The quasigroup of Damm's check digit: every wrong digit and every swap of neighbours is noticed
/// (H. M. Damm, Total anti-symmetrische Quasigruppen, 2004).
const DAMM: [[u8; 10]; 10] = [
    [0, 3, 1, 7, 5, 9, 8, 6, 4, 2],
    [7, 0, 9, 2, 1, 5, 4, 8, 6, 3],
    [4, 2, 0, 6, 8, 7, 1, 3, 5, 9],
    [1, 7, 5, 0, 9, 8, 3, 4, 2, 6],
    [6, 1, 2, 3, 0, 4, 5, 9, 7, 8],
    [3, 6, 7, 4, 2, 0, 9, 5, 8, 1],
    [5, 8, 6, 9, 7, 2, 0, 1, 3, 4],
    [8, 9, 4, 5, 3, 6, 2, 0, 1, 7],
    [9, 4, 3, 8, 6, 1, 7, 2, 0, 5],
    [2, 5, 8, 1, 4, 3, 6, 7, 9, 0],
];
/// Live codes from which on a code has eight digits: guessing stays hopeless.
pub const MANY_CODES: u64 = 30_000;
/// How long a code leads to its walkthrough, in milliseconds.
pub const CODE_LASTS_MS: i64 = 24 * 3600 * 1000;

/// A code that leads to a walkthrough: six digits, or eight, the last of them a check digit.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct HandoffCode(String);

impl HandoffCode {
    /// The code made of a `random` number, with eight digits when `n_live` codes are in use.
    #[must_use]
    pub fn new(random: u64, n_live: u64) -> Self {
        let digits = if n_live >= MANY_CODES { 7 } else { 5 };
        let number = format!("{:0digits$}", random % 10_u64.pow(digits as u32));
        let check = check_digit(&number);
        Self(format!("{number}{check}"))
    }

    /// Reads a code as people write it, with blanks or dashes between the groups; `None` when the
    /// check digit does not fit.
    #[must_use]
    pub fn read(text: &str) -> Option<Self> {
        let digits: String = text.chars().filter(|c| !(c.is_whitespace() || *c == '-')).collect();
        let fits = matches!(digits.len(), 6 | 8) && digits.bytes().all(|b| b.is_ascii_digit());
        (fits && check_digit(&digits) == 0).then_some(Self(digits))
    }

    /// The digits.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The digits in two groups, to be read aloud.
    #[must_use]
    pub fn spoken(&self) -> String {
        let (first, second) = self.0.split_at(self.0.len() / 2);
        format!("{first} {second}")
    }
}

impl fmt::Display for HandoffCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The check digit of `digits`; 0 when they end in their own.
fn check_digit(digits: &str) -> u8 {
    digits.bytes().fold(0, |row, b| DAMM[usize::from(row)][usize::from(b - b'0')])
}

/// A walkthrough given on by code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Handoff {
    /// The code.
    pub code: HandoffCode,
    /// What it leads to.
    pub walkthrough: WalkthroughId,
    /// Until when, in milliseconds since 1970.
    pub expires_ms: i64,
}

/// A word about an article or one of its steps.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Feedback {
    /// The article.
    pub article: ArticleId,
    /// The step, when it is about one.
    pub step: Option<String>,
    /// Whether it helped.
    pub helpful: bool,
    /// Why not, personal data masked.
    pub reason: Option<String>,
    /// When, in milliseconds since 1970.
    pub at_ms: i64,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_check_digit_is_that_of_damms_example() {
        assert_eq!(check_digit("572"), 4);
        assert_eq!(check_digit("5724"), 0);
    }

    #[test]
    fn every_wrong_digit_and_every_swap_of_two_hundred_codes_is_refused() {
        for n in 0..200_u64 {
            let code = HandoffCode::new(n * 48_271 + 7, 0);
            assert_eq!(HandoffCode::read(code.as_str()).as_ref(), Some(&code));
            let digits: Vec<u8> = code.as_str().bytes().collect();
            let refused = |d: &[u8]| HandoffCode::read(std::str::from_utf8(d).expect("digits")).is_none();
            for i in 0..digits.len() {
                for other in (b'0'..=b'9').filter(|d| *d != digits[i]) {
                    let mut wrong = digits.clone();
                    wrong[i] = other;
                    assert!(refused(&wrong), "{code} with {} at {i}", char::from(other));
                }
                if i + 1 < digits.len() && digits[i] != digits[i + 1] {
                    let mut wrong = digits.clone();
                    wrong.swap(i, i + 1);
                    assert!(refused(&wrong), "{code} swapped at {i}");
                }
            }
        }
    }

    #[test]
    fn a_code_is_read_as_people_write_it_and_grows_with_use() {
        let code = HandoffCode::new(48_291, 0);
        assert_eq!(HandoffCode::read(&format!(" {} ", code.spoken())).as_ref(), Some(&code));
        assert_eq!(code.spoken().len(), 7);
        assert_eq!(HandoffCode::new(1, MANY_CODES).as_str().len(), 8);
        assert_eq!((HandoffCode::read("12345"), HandoffCode::read("十二万")), (None, None));
    }
}
