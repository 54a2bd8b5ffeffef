//! What a search is asked and what it says, without wire format.

use std::sync::Arc;

use crate::article::{Article, ArticleId, Kind, Place};

/// Longest query, in characters.
pub const QUERY_CHARS: usize = 512;
/// Most results on one page.
pub const LIMIT: usize = 50;
/// Last result that can be reached.
pub const DEPTH: usize = 1_000;

/// A bounded question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question {
    /// What was typed, control characters gone, at most [`QUERY_CHARS`] characters, not blank.
    pub text: String,
    /// Only this appliance.
    pub appliance: Option<String>,
    /// Only this kind.
    pub kind: Option<Kind>,
    /// Articles for this model first.
    pub model: Option<String>,
    /// Signs that were asked for: name, value; an empty value is 不清楚.
    pub signs: Vec<(String, String)>,
    /// Not these articles.
    pub not: Vec<ArticleId>,
    /// Results wanted, 1 to [`LIMIT`].
    pub limit: usize,
    /// Results skipped.
    pub offset: usize,
    /// Whether every part of every score is wanted.
    pub explain: bool,
    /// Search for the words as they are typed: nothing is taken for what it sounds like.
    pub exact: bool,
    /// Whether the answer waits for meaning, however long that takes.
    pub wait: bool,
}

/// Why a question cannot be asked.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum QuestionFault {
    /// Nothing is left after cleaning.
    #[error("the query is empty")]
    Empty,
    /// More than [`QUERY_CHARS`] characters.
    #[error("the query has `{0}` characters")]
    TooLong(usize),
    /// A limit below 1.
    #[error("the limit is below 1")]
    NoLimit,
    /// Beyond [`DEPTH`].
    #[error("offset and limit reach beyond the last result")]
    TooDeep,
}

impl Question {
    /// A question for the first ten results of `text`.
    ///
    /// Tabs and line ends become blanks, other control characters go.
    ///
    /// # Errors
    /// When nothing is left or the text is too long.
    pub fn new(text: &str) -> Result<Self, QuestionFault> {
        let clean: String = text
            .chars()
            .map(|c| if matches!(c, '\t' | '\r' | '\n') { ' ' } else { c })
            .filter(|c| !c.is_control())
            .collect();
        let clean = clean.trim();
        if clean.is_empty() {
            return Err(QuestionFault::Empty);
        }
        let n = clean.chars().count();
        if n > QUERY_CHARS {
            return Err(QuestionFault::TooLong(n));
        }
        Ok(Self {
            text: clean.to_owned(),
            appliance: None,
            kind: None,
            model: None,
            signs: Vec::new(),
            not: Vec::new(),
            limit: 10,
            offset: 0,
            explain: false,
            exact: false,
            wait: false,
        })
    }

    /// The page of results wanted; a limit above [`LIMIT`] is cut to it.
    ///
    /// # Errors
    /// When `limit` is 0 or the page lies beyond [`DEPTH`].
    pub fn page(mut self, limit: usize, offset: usize) -> Result<Self, QuestionFault> {
        if limit == 0 {
            return Err(QuestionFault::NoLimit);
        }
        self.limit = limit.min(LIMIT);
        self.offset = offset;
        if offset.saturating_add(self.limit) > DEPTH {
            return Err(QuestionFault::TooDeep);
        }
        Ok(self)
    }
}

/// How sure the answer is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AnswerClass {
    /// The first result answers.
    Confident,
    /// Perhaps one of them does.
    Possible,
    /// Nothing does: results are empty.
    None,
}

impl AnswerClass {
    /// The name in JSON.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Confident => "confident",
            Self::Possible => "possible",
            Self::None => "none",
        }
    }
}

/// What the question was understood as.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Understood {
    /// The text that was searched, in normal form.
    pub text: String,
    /// The appliance named.
    pub appliance: Option<String>,
    /// Codes named, as the articles write them where one has them.
    pub codes: Vec<String>,
    /// Codes named that no article of the appliance explains.
    pub unknown_codes: Vec<String>,
    /// Models named.
    pub models: Vec<String>,
    /// What was taken for what.
    pub corrections: Vec<Correction>,
}

/// A word that was looked for.
#[derive(Debug, Clone, PartialEq)]
pub struct SearchedWord {
    /// The word.
    pub word: String,
    /// Other words for it that were looked for, too.
    pub synonyms: Vec<String>,
    /// Its share of the question by weight, 0 to 1: rare words say more.
    pub share: f32,
}

/// Words of the question that were taken for others.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Correction {
    /// As they were typed.
    pub from: String,
    /// What was searched instead.
    pub to: String,
    /// Why: by sound, or pinyin.
    pub why: Evidence,
}

/// Which evidence spoke for a result.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Evidence {
    /// The code itself.
    Code,
    /// The model itself.
    Model,
    /// The word itself.
    Literal,
    /// Another word for it.
    Synonym,
    /// A word that sounds like it.
    Sound,
    /// A word that is written so in pinyin, or by its first letters.
    Pinyin,
    /// A text that means the same.
    Meaning,
}

impl Evidence {
    /// The name in JSON.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Code => "code",
            Self::Model => "model",
            Self::Literal => "literal",
            Self::Synonym => "synonym",
            Self::Sound => "sound",
            Self::Pinyin => "pinyin",
            Self::Meaning => "meaning",
        }
    }
}

/// One reason for a result.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reason {
    /// Which evidence.
    pub why: Evidence,
    /// Where in the article.
    pub place: Place,
    /// The words of the article.
    pub text: String,
}

/// A piece of an article with the words that matched.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Snippet {
    /// The text.
    pub text: String,
    /// Character ranges into `text`, ascending, not overlapping.
    pub marks: Vec<(usize, usize)>,
}

/// One part of a score.
#[derive(Debug, Clone, PartialEq)]
pub struct ScorePart {
    /// What it is for, such as `words`.
    pub name: &'static str,
    /// The word or value it is about.
    pub about: String,
    /// What it adds.
    pub score: f32,
}

/// One result.
#[derive(Debug, Clone, PartialEq)]
pub struct Hit {
    /// The article.
    pub article: Arc<Article>,
    /// Its score; comparable within one answer only.
    pub score: f32,
    /// The same without how likely the question is of it, which compares the results with one another only: what tells
    /// how sure the answer is.
    pub evidence: f32,
    /// Why it is here.
    pub reasons: Vec<Reason>,
    /// What to show of it.
    pub snippet: Snippet,
    /// Share of the question, by weight, that the article covers: 0 to 1.
    pub coverage: f32,
    /// How near the article is in meaning, when that was asked: about 0 for another topic, 1 for the same text.
    pub similarity: Option<f32>,
    /// Parts of the score, when asked for.
    pub parts: Vec<ScorePart>,
}

/// Danger announced above everything.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Alert {
    /// The stable name of the hazard.
    pub hazard: String,
    /// The article that leads through it, when the reader may see one.
    pub article: Option<Arc<Article>>,
    /// What to say at once.
    pub say: String,
}

/// A whole answer.
#[derive(Debug, Clone, PartialEq)]
pub struct Found {
    /// What was typed.
    pub query: String,
    /// The state of the folder it was answered from.
    pub generation: u64,
    /// How long it took, in microseconds.
    pub took_us: u64,
    /// How many articles match; 0 when the class is `None`. Above `offset` + `limit` it says only that a
    /// further page has something: where a question has several words, weak results do not count, and those
    /// behind the page are not looked at. On the last page it is exact.
    pub total: usize,
    /// How sure the answer is.
    pub answer: AnswerClass,
    /// What the question was understood as.
    pub understood: Understood,
    /// Nothing is said but that something is wrong, perhaps with what appliance: 洗衣机坏了.
    pub is_vague: bool,
    /// The words that were looked for, when asked to explain.
    pub words: Vec<SearchedWord>,
    /// Whether meaning spoke beside the words.
    pub meaning: MeaningUse,
    /// Danger, when the question speaks of it.
    pub alert: Option<Alert>,
    /// What to ask back, when several articles are near.
    pub question: Option<NarrowingQuestion>,
    /// The results.
    pub hits: Vec<Hit>,
}

/// What part the sentence model had in an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MeaningUse {
    /// It spoke.
    Used,
    /// The words said enough: a code, a model.
    NotNeeded,
    /// It was not ready when the answer had to go out.
    Late,
    /// There is none, it is in trouble, or nothing has its vectors yet.
    Off,
}

impl MeaningUse {
    /// The name in JSON.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Used => "used",
            Self::NotNeeded => "not_needed",
            Self::Late => "late",
            Self::Off => "off",
        }
    }
}

/// A question that tells articles near each other apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NarrowingQuestion {
    /// The sign that is asked for.
    pub sign: String,
    /// The question.
    pub text: String,
    /// Its answers; 不清楚 and 都不是 are always possible besides.
    pub options: Vec<Choice>,
}

/// One answer to a narrowing question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choice {
    /// The value of the sign.
    pub value: String,
    /// The articles it makes likeliest, best first.
    pub leads_to: Vec<ArticleId>,
}

/// One completion of what is being typed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Suggestion {
    /// What to search for.
    pub text: String,
    /// What it is.
    pub kind: SuggestionKind,
    /// The article it leads to.
    pub article: Arc<Article>,
}

/// What a suggestion is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum SuggestionKind {
    /// A title.
    Title,
    /// One of people's own words.
    Symptom,
    /// An error code.
    Code,
    /// A model.
    Model,
}

impl SuggestionKind {
    /// The name in JSON.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Title => "title",
            Self::Symptom => "symptom",
            Self::Code => "code",
            Self::Model => "model",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_question_is_bounded() {
        assert_eq!(Question::new("\u{0}\t\n "), Err(QuestionFault::Empty));
        assert_eq!(Question::new("洗衣机\n不\u{1}转").map(|q| q.text), Ok("洗衣机 不转".into()));
        assert!(Question::new(&"水".repeat(QUERY_CHARS)).is_ok());
        assert_eq!(Question::new(&"水".repeat(QUERY_CHARS + 1)), Err(QuestionFault::TooLong(QUERY_CHARS + 1)));
        let q = || Question::new("水").expect("a question");
        assert_eq!(q().page(0, 0), Err(QuestionFault::NoLimit));
        assert_eq!(q().page(99, 0).map(|q| q.limit), Ok(LIMIT));
        assert!(q().page(10, 990).is_ok());
        assert_eq!(q().page(10, 991), Err(QuestionFault::TooDeep));
        assert_eq!(q().page(1, usize::MAX), Err(QuestionFault::TooDeep));
    }
}
