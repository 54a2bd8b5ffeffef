//! Scores of some thousand documents, added up side by side; knows no index.

/// Documents looked at together: their scores stay in the processor's nearest memory.
pub(super) const SPAN: usize = 4_096;
const WORD: usize = u64::BITS as usize;

/// A set of documents of one span.
#[derive(Clone)]
pub(super) struct Bits([u64; SPAN / WORD]);

impl Bits {
    pub(super) const NONE: Self = Self([0; SPAN / WORD]);

    /// The first `n`.
    pub(super) fn first(n: usize) -> Self {
        let of_word = |at: usize| match n.saturating_sub(at * WORD) {
            0 => 0,
            here if here < WORD => (1 << here) - 1,
            _ => u64::MAX,
        };
        Self(std::array::from_fn(of_word))
    }

    pub(super) fn has(&self, i: usize) -> bool {
        self.0[i / WORD] >> (i % WORD) & 1 == 1
    }

    pub(super) fn set(&mut self, i: usize) {
        self.0[i / WORD] |= 1 << (i % WORD);
    }

    pub(super) fn unset(&mut self, i: usize) {
        self.0[i / WORD] &= !(1 << (i % WORD));
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.iter().all(|word| *word == 0)
    }

    /// Keeps what is in `other` too.
    pub(super) fn keep(&mut self, other: &Self) {
        self.0.iter_mut().zip(other.0).for_each(|(own, other)| *own &= other);
    }

    /// Calls `each` with all in their order; none is left.
    fn drain(&mut self, mut each: impl FnMut(usize)) {
        for (at, word) in self.0.iter_mut().enumerate() {
            let mut left = std::mem::take(word);
            while left != 0 {
                each(at * WORD + left.trailing_zeros() as usize);
                left &= left - 1;
            }
        }
    }
}

/// Scores of the documents of one span, and which have one. Those without stand at zero.
pub(super) struct Tally {
    scores: Vec<f32>,
    pub(super) seen: Bits,
}

impl Tally {
    pub(super) fn new() -> Self {
        Self { scores: vec![0.0; SPAN], seen: Bits::NONE }
    }

    pub(super) fn add(&mut self, i: usize, score: f32) {
        self.scores[i] += score;
        self.seen.set(i);
    }

    pub(super) fn score(&self, i: usize) -> f32 {
        self.scores[i]
    }

    /// Calls `each` with all that were seen, in their order; none is left.
    pub(super) fn drain(&mut self, mut each: impl FnMut(usize, f32)) {
        let Self { scores, seen } = self;
        seen.drain(|i| each(i, std::mem::take(&mut scores[i])));
    }
}

/// Where the scores of a plan are added up; empty before and after each span.
pub(super) struct Room {
    pub body: Tally,
    pub beside: Tally,
    pub scratch: Scratch,
}

/// Where those of one clause are.
pub(super) struct Scratch {
    /// Of its ways: the best, and all together.
    pub best: Vec<f32>,
    pub all: Tally,
    /// Of the terms of one way: all together, and how many.
    pub parts: Tally,
    pub counts: Vec<u16>,
}

impl Room {
    pub(super) fn new() -> Self {
        let scratch = Scratch { best: vec![0.0; SPAN], all: Tally::new(), parts: Tally::new(), counts: vec![0; SPAN] };
        Self { body: Tally::new(), beside: Tally::new(), scratch }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tally_gives_each_document_once_in_order_and_is_empty_then() {
        let mut tally = Tally::new();
        for (i, score) in [(4_095, 1.0), (0, 0.5), (64, 2.0), (0, 0.25)] {
            tally.add(i, score);
        }
        let mut all = Vec::new();
        tally.drain(|i, score| all.push((i, score)));
        assert_eq!(all, [(0, 0.75), (64, 2.0), (4_095, 1.0)]);
        assert!(tally.seen.is_empty() && tally.score(0) == 0.0);
    }

    #[test]
    fn the_first_documents_end_inside_a_word_or_at_its_edge() {
        for n in [0, 1, 63, 64, 65, SPAN] {
            let mut bits = Bits::first(n);
            assert_eq!((0..SPAN).filter(|i| bits.has(*i)).count(), n);
            bits.keep(&Bits::first(1));
            assert_eq!(bits.is_empty(), n == 0);
        }
    }
}
