//! The few numbers of the ranking, each with its reason; `ranking.toml` in the folder overrides them.

use std::collections::BTreeMap;

use serde::Deserialize;

/// Declares the weights: name, default, reason.
macro_rules! weights {
    ($($(#[$doc:meta])* $name:ident = $default:literal;)+) => {
        /// Weights of the ranking (ALGORITHMS C4, C8).
        #[derive(Debug, Clone, PartialEq)]
        pub struct Weights { $($(#[$doc])* pub $name: f32),+ }

        impl Default for Weights {
            fn default() -> Self {
                Self { $($name: $default),+ }
            }
        }

        impl Weights {
            pub(super) fn set(&mut self, name: &str, value: f32) -> bool {
                match name { $(stringify!($name) => self.$name = value,)+ _ => return false }
                true
            }
        }
    };
}

weights! {
    /// Share of the other evidence added to the best of a group: a word counts once.
    tie = 0.1;
    /// A synonym is a little less certain than the word itself.
    synonym = 0.7;
    /// Neighbouring characters inside a word catch what the dictionary splits otherwise.
    grams = 0.5;
    /// A word that says only that something is wrong, or what build the machine is.
    generic = 0.3;
    /// The very code an article explains outweighs its words.
    code = 8.0;
    /// The very model.
    model = 5.0;
    /// A leading part of the model.
    model_part = 3.0;
    /// The appliance that was named.
    appliance = 3.0;
    /// Taken off an article of another appliance than the one named.
    other_appliance = 12.0;
    /// Words of the question in the title, by share.
    title = 4.0;
    /// The question is the title, letter for letter.
    title_exact = 6.0;
    /// Words of the question in one of people's own phrases, by share.
    symptom = 4.0;
    /// A word that stands in no text of the article but in questions people have asked counts less where it is told how
    /// sure an answer is: so many questions hold nearly any word.
    asked = 0.3;
    /// For how likely the question is, asked by whoever means the article, against the likeliest article: for each
    /// natural logarithm, which is at most 0.
    likelihood = 0.3;
    /// Where a question speaks of danger, added to the article that leads through it.
    first_aid = 4.0;
    /// Where meaning spoke the score is a sum of features; these weights suit folders without asked questions, and were
    /// chosen on two such folders and on our own (`benches/README.md`). For ten points of words.
    mix_words = 2.2;
    /// For the words as a share of the best result's.
    mix_words_share = 0.35;
    /// For how near the title is in meaning: titles are short and alike.
    near_title = 4.3;
    /// For the nearest of people's own words.
    near_phrase = 12.4;
    /// For all of the article in short.
    near_whole = 8.6;
    /// For the nearest section: what one asks for is often said in one place only.
    near_section = 11.5;
    /// For how likely the question is, for ten natural logarithms.
    mix_likelihood = 2.0;
    /// Taken off where meaning spoke too, for another appliance than the one named: who says 洗衣机 is not shown a
    /// dryer that rattles just so.
    mix_other_appliance = 4.0;
    /// For each sign that agrees, where meaning spoke.
    mix_sign = 3.0;
    /// A sign that agrees with the article (and taken off when it contradicts).
    sign = 4.0;
    /// Where meaning spoke, the chance that one of the first three answers is a logistic function of the
    /// first result's coverage and score; its numbers are fitted on judged questions (C8). How near it is
    /// and how far ahead of the second added nothing in cross-validation.
    sure_bias = -6.6;
    /// For coverage, 0 to 1.
    sure_coverage = 1.55;
    /// For its score.
    sure_score = 0.52;
    /// Added for each halving of fifty articles down to those there are: in a small folder right answers score less,
    /// and wrong ones less still. Chosen on random parts of the knowledge base of 1 to 60 articles.
    sure_small = 0.35;
    /// Added where it is told whether there is anything to show and the first result is about an appliance that was
    /// named: few who name a machine we have articles on ask for what none of them says.
    sure_named = 1.0;
    /// From this chance on an answer is `confident`.
    sure_confident = 0.99;
    /// From this chance on it is `possible`.
    sure_possible = 0.5;
    /// A result beside the first is shown from this coverage on, when it is not near in meaning.
    weak = 0.1;
    /// As near in meaning as this, a result is shown whatever its words.
    near = 0.25;
    /// As likely as this against the likeliest article (a natural logarithm), a result is shown whatever its words.
    likely = -4.0;
    /// From this coverage on an answer is `confident`.
    confident = 0.6;
    /// From this coverage on an answer is `possible`; set by hand, to be calibrated on judged
    /// queries: lower finds more spoken complaints, higher says none to more questions nobody can answer.
    possible = 0.25;
}

/// Why `ranking.toml` was not taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum WeightFault {
    /// No TOML of the shape `[weights] name = {{ value = 1.0, reason = "…" }}`.
    #[error("line `{0}` cannot be read")]
    Form(u32),
    /// A name that does not exist.
    #[error("no weight is called `{0}`")]
    Unknown(String),
    /// A value that is no finite number: sums with it would compare with nothing.
    #[error("the weight `{0}` is no finite number")]
    NoNumber(String),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    weights: BTreeMap<String, Row>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    value: f32,
    reason: String,
}

/// A line of `ranking.toml`.
#[derive(Debug, Clone, PartialEq)]
pub struct Setting {
    /// The weight.
    pub name: String,
    /// Its value.
    pub value: f32,
    /// Why it has it.
    pub reason: String,
}

/// The lines of `toml`, by name.
///
/// # Errors
/// As [`Weights::read`].
pub fn settings(toml: &str) -> Result<Vec<Setting>, WeightFault> {
    Weights::read(toml)?;
    let setting = |(name, row): (String, Row)| Setting { name, value: row.value, reason: row.reason };
    Ok(File::read(toml)?.weights.into_iter().map(setting).collect())
}

impl File {
    fn read(toml: &str) -> Result<Self, WeightFault> {
        toml::from_str(toml).map_err(|e| {
            let before = toml.get(..e.span().map_or(0, |s| s.start)).unwrap_or("");
            WeightFault::Form(before.matches('\n').count() as u32 + 1)
        })
    }
}

impl Weights {
    /// The defaults with what `toml` says instead.
    ///
    /// # Errors
    /// When it is no TOML of this shape, names an unknown weight or gives one that is no finite number.
    pub fn read(toml: &str) -> Result<Self, WeightFault> {
        let file = File::read(toml)?;
        let mut weights = Self::default();
        for (name, row) in file.weights {
            if !row.value.is_finite() {
                return Err(WeightFault::NoNumber(name));
            }
            if !weights.set(&name, row.value) {
                return Err(WeightFault::Unknown(name));
            }
        }
        Ok(weights)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_overrides_by_name_and_gives_its_reason() {
        let w = Weights::read("[weights]\nsynonym = { value = 0.5, reason = \"量过\" }\n").expect("reads");
        assert_eq!((w.synonym, w.code), (0.5, Weights::default().code));
        assert_eq!(Weights::read("[weights]\nx = { value = 1, reason = \"\" }"), Err(WeightFault::Unknown("x".into())));
        assert_eq!(Weights::read("[weights]\nsynonym = 0.5\n"), Err(WeightFault::Form(2)));
    }

    #[test]
    fn a_weight_that_is_no_finite_number_is_refused() {
        for value in ["nan", "-nan", "inf", "-inf", "1e39"] {
            let read = Weights::read(&format!("[weights]\ntie = {{ value = {value}, reason = \"\" }}\n"));
            assert_eq!(read, Err(WeightFault::NoNumber("tie".into())), "{value}");
        }
    }
}
