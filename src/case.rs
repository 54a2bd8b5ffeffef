//! What support works on: the handoff code (接力码), the handoff, feedback, and their rules.

use std::fmt;

use crate::{
    article::{Article, ArticleId, Outcome, SectionRole},
    guide::WalkthroughId,
};

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

    /// Reads a code as people write it, in normal form: its digits, whatever stands around them; `None` when the
    /// check digit does not fit.
    #[must_use]
    pub fn read(text: &str) -> Option<Self> {
        let digits: String = text.chars().filter(char::is_ascii_digit).collect();
        let fits = matches!(digits.len(), 6 | 8);
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

/// What a technician should know before the visit.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct VisitNote {
    /// The complaint in the customer's words, masked.
    pub symptom: Option<String>,
    /// The appliance.
    pub appliance: Option<String>,
    /// Its model.
    pub model: Option<String>,
    /// The title of the article that was walked.
    pub article: Option<String>,
    /// Codes the article explains.
    pub codes: Vec<String>,
    /// Signs that were asked for: name, value.
    pub signs: Vec<(String, String)>,
    /// What was tried, oldest first.
    pub tried: Vec<NoteStep>,
    /// What the article says is likely broken.
    pub likely_parts: Vec<String>,
    /// What the customer was promised.
    pub promise: Option<String>,
}

/// A step of a visit note.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoteStep {
    /// Its title.
    pub title: String,
    /// What came of it.
    pub outcome: Outcome,
}

impl fmt::Display for VisitNote {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let line = |f: &mut fmt::Formatter<'_>, name: &str, said: Option<&str>| match said {
            Some(said) => writeln!(f, "{name}：{said}"),
            None => Ok(()),
        };
        line(f, "现象", self.symptom.as_deref())?;
        line(f, "电器", self.appliance.as_deref())?;
        line(f, "型号", self.model.as_deref())?;
        line(f, "对应文章", self.article.as_deref())?;
        line(f, "代码", Some(self.codes.join("、")).filter(|c| !c.is_empty()).as_deref())?;
        for (sign, value) in &self.signs {
            line(f, sign, Some(value))?;
        }
        if self.tried.is_empty() {
            writeln!(f, "已试步骤：没有")?;
        } else {
            writeln!(f, "已试步骤：")?;
        }
        for (n, step) in (1..).zip(&self.tried) {
            writeln!(f, "  {n}. {}（{}）", step.title, step.outcome.label())?;
        }
        if !self.likely_parts.is_empty() {
            writeln!(f, "可能的部位：")?;
        }
        for part in &self.likely_parts {
            writeln!(f, "  - {part}")?;
        }
        line(f, "已告知用户", self.promise.as_deref())
    }
}

/// What the 联系售后 section of `article`, as customers read it, says is likely broken: its sentences
/// about damage, and the items of a list that such a sentence opens.
#[must_use]
pub fn likely_parts(article: &Article) -> Vec<String> {
    let Some(section) = article.sections.iter().find(|s| s.role == SectionRole::Service) else { return Vec::new() };
    let lines = article.lines().zip(&article.agent_lines).take(section.lines.1).skip(section.lines.0);
    let mut parts = Vec::new();
    let mut opened = false;
    for (line, _) in lines.filter(|(_, staff)| !**staff) {
        let plain = line.trim().replace("**", "");
        if let Some(item) = plain.strip_prefix("- ").filter(|_| opened) {
            parts.push(item.trim_end_matches(['；', '。']).to_owned());
            continue;
        }
        opened &= plain.is_empty();
        for sentence in plain.trim_start_matches("- ").split_inclusive('。').filter(|s| speaks_of_damage(s)) {
            opened = sentence.ends_with('：');
            if !opened {
                parts.push(sentence.trim_end_matches('。').to_owned());
            }
        }
    }
    parts
}

/// Damage, and not who pays for it.
fn speaks_of_damage(sentence: &str) -> bool {
    let damage = ["坏", "失灵", "老化", "断了", "脱焊", "短路"];
    let money = ["保修", "收费", "免费", "费用", "元", "不要", "别"];
    damage.iter().any(|w| sentence.contains(w)) && !money.iter().any(|w| sentence.contains(w))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::article::{RelPath, parse};

    #[test]
    fn a_visit_note_says_what_was_tried_and_what_is_likely_broken() {
        let text = "---\ntitle: 不脱水\nkind: troubleshooting\n---\n## 软件排查\n### 试 {#a minutes=1}\n做。\n## 联系售后\n\
                    皮带坏了要换。自己拆坏的要收费。\n常见的损坏部位：\n\n- **门锁**；\n- 电机。\n\n报修请说型号。\n\
                    :::agent\n多半是电脑板坏了。\n:::\n";
        let article = parse(&RelPath::new("a.md"), text.as_bytes()).article.expect("an article");
        let parts = likely_parts(&article);
        assert_eq!(parts, ["皮带坏了要换", "门锁", "电机"]);
        let note = VisitNote {
            symptom: Some("甩不干".into()),
            tried: vec![NoteStep { title: "试".into(), outcome: Outcome::NotSolved }],
            likely_parts: parts,
            ..VisitNote::default()
        };
        let said = "现象：甩不干\n已试步骤：\n  1. 试（没解决）\n可能的部位：\n  - 皮带坏了要换\n  - 门锁\n  - 电机\n";
        assert_eq!(note.to_string(), said);
    }

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
        assert_eq!(HandoffCode::read(&format!("接力码：{code}。")).as_ref(), Some(&code), "with its label");
        assert_eq!(code.spoken().len(), 7);
        assert_eq!(HandoffCode::new(1, MANY_CODES).as_str().len(), 8);
        assert_eq!((HandoffCode::read("12345"), HandoffCode::read("十二万")), (None, None));
    }
}
