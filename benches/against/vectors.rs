//! Made-up vectors for all articles of a folder: the real ones of 10,000 articles take hours, and time and memory do
//! not depend on where vectors point.

use std::{collections::HashSet, path::Path};

use wenzhen::{
    index::meant_texts,
    meaning::{Compact, Embeddings, Vector},
    store::{KeptVectors, VectorForm},
};

use crate::{saves::articles, typed::read};

/// Fills the data folder as if the model had read every article.
pub(crate) fn fill(kb: &Path, data: &Path, seed: u64) {
    let source = Embeddings::built_in().expect("the model is in the binary").open().expect("the model opens");
    let dimension = source.dimension().expect("the model knows how long its vectors are");
    let form = VectorForm { model: source.name(), dimension, n_bytes: Compact::n_bytes(dimension) };
    let mut kept = KeptVectors::open(data, form).expect("the data folder opens");
    let mut random = Random(seed);
    let (mut n_articles, mut n_texts, mut seen) = (0, 0, HashSet::new());
    for article in articles(kb).iter().filter_map(|path| read(path)) {
        n_articles += 1;
        for meant in meant_texts(&article) {
            n_texts += 1;
            if seen.insert(meant.text.clone()) {
                let row: Vec<f32> = (0..dimension).map(|_| random.next()).collect();
                let vector = Vector::of(&row).expect("it points somewhere").compact();
                kept.keep(&meant.text, &vector.to_bytes()).expect("the vector is kept");
            }
        }
    }
    println!("{n_articles} articles, {n_texts} texts, {} of them different", seen.len());
}

/// SplitMix64.
pub(crate) struct Random(pub(crate) u64);

impl Random {
    /// The next bits.
    pub(crate) fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// A number around 0, by the sum of four: near enough to the bell of chance.
    fn next(&mut self) -> f32 {
        let bits = self.bits();
        (0..4).map(|i| f32::from((bits >> (16 * i)) as u16) / 65_536.0 - 0.5).sum()
    }
}
