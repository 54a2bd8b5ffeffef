//! The forward pass: ids of pieces in, one vector out.
//!
//! This is a BERT encoder with normalisation after each addition (Devlin et al. 2018, arXiv:1810.04805) and the
//! vocabulary of XLM-R; positions count from 0. The matrices are in 8 bits (`linear`), all else in 32-bit floats.

use std::borrow::Cow;

use rten_simd::SimdUnaryOp;
use rten_vecmath::{Exp, Gelu};

use super::file::{BLOCK, BLOCK_BYTES, HEADS, INNER, LAYERS, ModelFault, ModelFile, POSITIONS, WIDTH, unpack};
use super::linear::{Kernel, Linear};
use super::reduce::{dot, highest, total, wide};

/// Added to a variance before its root is taken, so that a constant row divides by something.
const EPSILON: f32 = 1e-12;
/// Numbers per head.
const HEAD: usize = WIDTH / HEADS;
/// Bytes of a row of the word table.
const WORD_BYTES: usize = WIDTH / BLOCK * BLOCK_BYTES;

/// The weights, ready to be multiplied with.
pub(crate) struct Encoder {
    /// Still in 4 bits: a text asks for few of its rows.
    words: Cow<'static, [u8]>,
    /// A row per position, the row of the one text type already added.
    positions: Vec<f32>,
    norm: Norm,
    layers: Vec<Layer>,
}

/// A layer: attention, then the feed-forward part, each added to its input and normalised.
struct Layer {
    query_key_value: Linear,
    attended: Linear,
    attended_norm: Norm,
    widen: Linear,
    narrow: Linear,
    norm: Norm,
}

/// Layer normalisation.
struct Norm {
    weight: Vec<f32>,
    bias: Vec<f32>,
}

impl Encoder {
    /// Takes the weights from the file and rounds them to 8 bits; `keep` keeps the word table beyond it.
    pub(crate) fn new<'a>(
        file: &ModelFile<'a>,
        keep: impl FnOnce(&'a [u8]) -> Cow<'static, [u8]>,
    ) -> Result<Self, ModelFault> {
        let kernel = Kernel::default();
        let mut positions = file.numbers("emb.pos", POSITIONS * WIDTH)?;
        // The file has a second type, which e5 never uses.
        let types = file.numbers("emb.type", 2 * WIDTH)?;
        for row in positions.chunks_exact_mut(WIDTH) {
            row.iter_mut().zip(&types).for_each(|(x, of_type)| *x += of_type);
        }
        Ok(Encoder {
            words: keep(file.blocks("emb.word", file.pieces.len(), WIDTH)?),
            positions,
            norm: Norm::new(file, "emb.ln")?,
            layers: (0..LAYERS).map(|n| Layer::new(&kernel, file, n)).collect::<Result<_, _>>()?,
        })
    }

    /// The mean of the last layer's rows over all pieces, marks and prefix included, as e5 was trained.
    pub(crate) fn encode(&self, ids: &[u32]) -> Vec<f32> {
        let kernel = Kernel::default();
        let mut rows = self.look_up(ids);
        for layer in &self.layers {
            layer.apply(&kernel, &mut rows);
        }
        let mut mean = vec![0.0; WIDTH];
        for row in rows.chunks_exact(WIDTH) {
            mean.iter_mut().zip(row).for_each(|(mean, x)| *mean += x / ids.len() as f32);
        }
        mean
    }

    /// Each piece's word row plus the row of its place.
    fn look_up(&self, ids: &[u32]) -> Vec<f32> {
        let mut rows = vec![0.0; ids.len() * WIDTH];
        for ((row, position), &id) in rows.chunks_exact_mut(WIDTH).zip(self.positions.chunks_exact(WIDTH)).zip(ids) {
            unpack(&self.words[id as usize * WORD_BYTES..][..WORD_BYTES], row);
            row.iter_mut().zip(position).for_each(|(x, position)| *x += position);
        }
        self.norm.apply(&mut rows);
        rows
    }
}

impl Layer {
    fn new(kernel: &Kernel, file: &ModelFile, n: usize) -> Result<Self, ModelFault> {
        let linear = |names: &[&str], n_out, n_in| {
            let (mut blocks, mut bias) = (Vec::new(), Vec::new());
            for name in names {
                blocks.extend_from_slice(file.blocks(&format!("l{n}.{name}.w"), n_out, n_in)?);
                bias.extend(file.numbers(&format!("l{n}.{name}.b"), n_out)?);
            }
            Ok::<_, ModelFault>(Linear::new(kernel, &blocks, &bias))
        };
        Ok(Layer {
            // One matrix for all three: the rows are rounded and packed once.
            query_key_value: linear(&["q", "k", "v"], WIDTH, WIDTH)?,
            attended: linear(&["ao"], WIDTH, WIDTH)?,
            attended_norm: Norm::new(file, &format!("l{n}.aln"))?,
            widen: linear(&["fi"], INNER, WIDTH)?,
            narrow: linear(&["fo"], WIDTH, INNER)?,
            norm: Norm::new(file, &format!("l{n}.oln"))?,
        })
    }

    fn apply(&self, kernel: &Kernel, rows: &mut [f32]) {
        let query_key_value = self.query_key_value.apply(kernel, rows);
        let mixed = attend(&query_key_value);
        add(rows, &self.attended.apply(kernel, &mixed));
        self.attended_norm.apply(rows);
        let mut inner = self.widen.apply(kernel, rows);
        Gelu {}.map_mut(&mut inner);
        add(rows, &self.narrow.apply(kernel, &inner));
        self.norm.apply(rows);
    }
}

impl Norm {
    fn new(file: &ModelFile, name: &str) -> Result<Self, ModelFault> {
        let [weight, bias] = ["w", "b"].map(|part| file.numbers(&format!("{name}.{part}"), WIDTH));
        Ok(Norm { weight: weight?, bias: bias? })
    }

    /// Gives each row mean 0 and variance 1, then the learnt scale and bias.
    fn apply(&self, rows: &mut [f32]) {
        for row in rows.chunks_exact_mut(WIDTH) {
            wide(
                #[inline(always)]
                || self.apply_to_row(row),
            );
        }
    }

    #[inline(always)]
    fn apply_to_row(&self, row: &mut [f32]) {
        let mean = total(row) / WIDTH as f32;
        row.iter_mut().for_each(|x| *x -= mean);
        let scale = 1.0 / (dot(row, row) / WIDTH as f32 + EPSILON).sqrt();
        for ((x, weight), bias) in row.iter_mut().zip(&self.weight).zip(&self.bias) {
            *x = *x * scale * weight + bias;
        }
    }
}

fn add(rows: &mut [f32], more: &[f32]) {
    rows.iter_mut().zip(more).for_each(|(x, more)| *x += more);
}

/// Scaled dot-product attention: each piece's row becomes a mean of all value rows, head by head.
fn attend(query_key_value: &[f32]) -> Vec<f32> {
    let n = query_key_value.len() / (3 * WIDTH);
    let mut mixed = vec![0.0; n * WIDTH];
    let (mut keys, mut values) = (vec![0.0; HEAD * n], vec![0.0; n * HEAD]);
    let mut shares = vec![0.0; n * n];
    for first in (0..WIDTH).step_by(HEAD) {
        // Each head's part is copied together, since rows so far apart would push each other out of the cache; keys
        // also lie across, so that one number of all keys forms a row.
        for (place, row) in query_key_value.chunks_exact(3 * WIDTH).enumerate() {
            for (key, x) in keys[place..].iter_mut().step_by(n).zip(&row[WIDTH + first..][..HEAD]) {
                *key = *x;
            }
            values[place * HEAD..][..HEAD].copy_from_slice(&row[2 * WIDTH + first..][..HEAD]);
        }
        for (row, shares) in query_key_value.chunks_exact(3 * WIDTH).zip(shares.chunks_exact_mut(n)) {
            wide(
                #[inline(always)]
                || weigh(&row[first..][..HEAD], &keys, shares),
            );
            share_out(shares);
        }
        for (shares, mixed) in shares.chunks_exact(n).zip(mixed.chunks_exact_mut(WIDTH)) {
            wide(
                #[inline(always)]
                || mix(shares, &values, &mut mixed[first..][..HEAD]),
            );
        }
    }
    mixed
}

/// How well a query fits each key. Four rows of keys at a time, which spares most reading and writing of the shares.
#[inline(always)]
fn weigh(query: &[f32], keys: &[f32], shares: &mut [f32]) {
    let n = shares.len();
    let scale = 1.0 / (HEAD as f32).sqrt();
    shares.fill(0.0);
    for (query, keys) in query.as_chunks::<4>().0.iter().zip(keys.chunks_exact(4 * n)) {
        let query = query.map(|x| x * scale);
        let (one, rest) = keys.split_at(n);
        let (two, rest) = rest.split_at(n);
        let (three, four) = rest.split_at(n);
        for ((((share, one), two), three), four) in shares.iter_mut().zip(one).zip(two).zip(three).zip(four) {
            *share += query[0] * one + query[1] * two + query[2] * three + query[3] * four;
        }
    }
}

/// Makes fits into shares of one whole (softmax). Not rten-vecmath's own, whose sum depends on the vectors' width.
fn share_out(shares: &mut [f32]) {
    let best = wide(
        #[inline(always)]
        || highest(shares),
    );
    shares.iter_mut().for_each(|share| *share -= best);
    Exp {}.map_mut(shares);
    let scale = 1.0
        / wide(
            #[inline(always)]
            || total(shares),
        );
    shares.iter_mut().for_each(|share| *share *= scale);
}

/// Sums the values by their shares. Four at a time, so that one addition seldom has to wait for the last.
#[inline(always)]
fn mix(shares: &[f32], values: &[f32], mixed: &mut [f32]) {
    let (shares, last_shares) = shares.as_chunks::<4>();
    let (values, last_values) = values.as_chunks::<HEAD>().0.as_chunks::<4>();
    let mut sums = [0.0; HEAD];
    for (share, value) in shares.iter().zip(values) {
        for (n, sum) in sums.iter_mut().enumerate() {
            *sum +=
                (share[0] * value[0][n] + share[1] * value[1][n]) + (share[2] * value[2][n] + share[3] * value[3][n]);
        }
    }
    for (share, value) in last_shares.iter().zip(last_values) {
        sums.iter_mut().zip(value).for_each(|(sum, x)| *sum += share * x);
    }
    mixed.copy_from_slice(&sums);
}
