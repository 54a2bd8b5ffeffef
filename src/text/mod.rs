//! Raw characters to comparable words. Knows no article, no folder, no index.

mod address;
mod code;
mod dictionary;
mod hazard;
mod list;
mod mask;
mod normalize;
mod person;
mod segment;
mod sound;
mod synonym;

pub use code::{ErrorCode, canonical_model, codes_in, models_in, spoken_codes};
pub use dictionary::{Dictionary, Word, parse_words};
pub use hazard::{Hazard, Hazards, parse_hazards};
pub use list::{ListFault, ListFaultKind};
pub use mask::mask;
pub use normalize::{Normalized, normalize};
pub use segment::{Cut, Run, cut, grams, query_words, runs};
pub use sound::{Readings, begins_in_pinyin, first_letters, folded_syllable, initials, letter_bit, parse_readings};
pub use synonym::{Synonyms, parse_synonyms};

#[cfg(test)]
mod tests;
