//! The nouns: a walkthrough, what was said in it, and over which channel.

use std::fmt;

use crate::article::{ArticleId, Outcome, Revision};

/// The name of a walkthrough: `w_` and 128 random bits in hexadecimal. Who knows it may go on with it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct WalkthroughId(String);

impl WalkthroughId {
    /// The name made of 16 random bytes.
    #[must_use]
    pub fn from_bytes(bytes: [u8; 16]) -> Self {
        Self(bytes.iter().fold("w_".to_owned(), |id, b| format!("{id}{b:02x}")))
    }

    /// Reads a name.
    #[must_use]
    pub fn read(text: &str) -> Option<Self> {
        let digits = text.strip_prefix("w_")?;
        let fits = digits.len() == 32 && digits.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b));
        fits.then(|| Self(text.to_owned()))
    }

    /// The name as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for WalkthroughId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Who does the steps.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Channel {
    /// The customer, alone, on the page.
    OwnHands,
    /// The customer, led by an agent on the telephone.
    Phone,
}

impl Channel {
    /// The name in JSON and the store.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::OwnHands => "self",
            Self::Phone => "phone",
        }
    }

    /// Reads the name.
    #[must_use]
    pub fn read(text: &str) -> Option<Self> {
        [Self::OwnHands, Self::Phone].into_iter().find(|c| c.as_str() == text)
    }
}

/// An article that may fit the complaint, as found when the walkthrough began.
#[derive(Debug, Clone, PartialEq)]
pub struct Candidate {
    /// The article.
    pub article: ArticleId,
    /// Its score, comparable within one walkthrough only.
    pub score: f64,
}

/// What was said at one moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Said {
    /// An article is walked from here on, in the text it had then.
    Began {
        /// The article.
        article: ArticleId,
        /// Its text, kept in the store.
        revision: Revision,
    },
    /// What came of a step.
    Step {
        /// The step's id in the article that is walked.
        step: String,
        /// What came of it.
        outcome: Outcome,
    },
    /// The answer to a narrowing question; `None` is 不清楚.
    Sign {
        /// The sign asked for.
        sign: String,
        /// One of its values.
        value: Option<String>,
    },
    /// 都不是: the article that is walked, or those the question leads to, do not fit.
    NoneOfThese {
        /// The articles that were shown and refused.
        refused: Vec<ArticleId>,
    },
}

/// One answer of a walkthrough.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// What was said.
    pub said: Said,
    /// When, in milliseconds since 1970.
    pub at_ms: i64,
}

/// A walkthrough as it is kept.
#[derive(Debug, Clone, PartialEq)]
pub struct Walkthrough {
    /// Its name.
    pub id: WalkthroughId,
    /// Who does the steps.
    pub channel: Channel,
    /// The model of the appliance, when it was given.
    pub model: Option<String>,
    /// The complaint in the words of the customer, personal data masked.
    pub symptom: Option<String>,
    /// Signs known from the start: name, value.
    pub signs: Vec<(String, String)>,
    /// Articles that may fit, best first; empty when it began with an article.
    pub candidates: Vec<Candidate>,
    /// When it began, in milliseconds since 1970.
    pub began_ms: i64,
    /// What was said and not taken back, oldest first.
    pub answers: Vec<Answer>,
}
