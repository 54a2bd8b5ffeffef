//! One answer as a row of the database, there and back.

use sqlx::Row as _;

use super::{connect::Row, fault::DatabaseFault};
use crate::{
    article::{ArticleId, Outcome, Revision},
    guide::{Answer, Said, WalkthroughId},
};

/// The columns that depend on what was said.
#[derive(Debug, Default)]
pub(super) struct Columns<'a> {
    pub(super) kind: &'static str,
    pub(super) article: Option<&'a str>,
    pub(super) revision: Option<String>,
    pub(super) step: Option<&'a str>,
    pub(super) outcome: Option<&'static str>,
    pub(super) sign: Option<&'a str>,
    pub(super) value: Option<&'a str>,
    pub(super) refused: Option<String>,
}

impl<'a> Columns<'a> {
    /// The columns of `said` while the article `walked` is walked.
    pub(super) fn of(said: &'a Said, walked: Option<&'a str>) -> Self {
        match said {
            Said::Began { article, revision } => Self {
                kind: "began",
                article: Some(article.as_str()),
                revision: Some(revision.to_string()),
                ..Self::default()
            },
            Said::Step { step, outcome } => Self {
                kind: "step",
                article: walked,
                step: Some(step),
                outcome: Some(outcome.as_str()),
                ..Self::default()
            },
            Said::Sign { sign, value } => {
                Self { kind: "sign", sign: Some(sign), value: value.as_deref(), ..Self::default() }
            }
            Said::NoneOfThese { refused } => {
                let refused: Vec<&str> = refused.iter().map(ArticleId::as_str).collect();
                Self { kind: "none_of_these", refused: Some(refused.join(" ")), ..Self::default() }
            }
        }
    }
}

/// The answer in `row`.
pub(super) fn answer_of(row: &Row, id: &WalkthroughId) -> Result<Answer, DatabaseFault> {
    let kind: String = row.try_get("kind")?;
    let text = |column| row.try_get::<Option<String>, _>(column);
    let said = match kind.as_str() {
        "began" => began(text("article")?, text("revision")?),
        "step" => match (text("step")?, text("outcome")?) {
            (Some(step), Some(outcome)) => Outcome::read(&outcome).map(|outcome| Said::Step { step, outcome }),
            _ => None,
        },
        "sign" => {
            let value = text("value")?;
            text("sign")?.map(|sign| Said::Sign { sign, value })
        }
        "none_of_these" => {
            let refused = text("refused")?.unwrap_or_default();
            let refused: Option<_> = refused.split_whitespace().map(ArticleId::new).collect();
            refused.map(|refused| Said::NoneOfThese { refused })
        }
        _ => None,
    };
    let at_ms = row.try_get("at_ms")?;
    let seq: i64 = row.try_get("seq")?;
    let said = said.ok_or_else(|| DatabaseFault::bad_row("answer", format_args!("{id} {seq}")))?;
    Ok(Answer { said, at_ms })
}

fn began(article: Option<String>, revision: Option<String>) -> Option<Said> {
    let revision = Revision(read_hex(&revision?)?.try_into().ok()?);
    Some(Said::Began { article: ArticleId::new(&article?)?, revision })
}

/// Bytes as hexadecimal digits.
pub(super) fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    bytes.iter().flat_map(|b| [b >> 4, b & 15]).map(|digit| char::from(DIGITS[usize::from(digit)])).collect()
}

/// Reads hexadecimal digits.
pub(super) fn read_hex(digits: &str) -> Option<Vec<u8>> {
    let value = |digit: u8| char::from(digit).to_digit(16);
    let byte = |pair: &[u8; 2]| Some((value(pair[0])? << 4 | value(pair[1])?) as u8);
    let (pairs, rest) = digits.as_bytes().as_chunks::<2>();
    pairs.iter().map(byte).collect::<Option<_>>().filter(|_| rest.is_empty())
}
