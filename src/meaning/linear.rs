//! A layer's matrix in 8 bits, and rows multiplied with it.
//!
//! Weights get one scale per output, activations one per row. Weights stay within ±63 although 8 bits hold ±127: the
//! AVX2 instruction adds pairs of products in 16 bits, and 2 × 255 × 63 is the most that fits. So every machine
//! computes the same integers, and stored vectors stay comparable when the machine changes.

use rten_gemm::{GemmExecutor, GemmInputA, GemmInputB, GemmOptions, PackedBMatrix};
use rten_simd::{Isa, SimdOp};
use rten_tensor::NdTensorView;
use rten_vecmath::{ExtendInit, Quantize};

use super::file::{BLOCK, BLOCK_BYTES, unpack};
use super::reduce::{largest, wide};

/// The matrix kernels for this machine. Made anew for each text, since it may not move between threads; that is cheap.
pub(crate) type Kernel = GemmExecutor<u8, i8, i32>;

/// The largest weight, see above.
const MAX_WEIGHT: f32 = 63.0;
/// The largest activation, and the number that stands for zero.
const MAX_ACTIVATION: f32 = 127.0;
const ZERO: u8 = 128;
/// Up to these sizes the multiplication is one block, and rten-gemm works on the caller's thread alone. Whole matrices
/// would be spread over its thread pool, which makes a short text slower and lets one question disturb the next.
const TILE_COLUMNS: usize = 128;
const TILE_ROWS: usize = 64;

/// A matrix and its bias: `n_in` numbers become `n_out`.
pub(crate) struct Linear {
    tiles: Vec<Tile>,
    n_in: usize,
    n_out: usize,
}

/// Up to 128 outputs.
struct Tile {
    weights: PackedBMatrix<i8>,
    outputs: Vec<Output>,
}

/// What turns an output's integer into a number.
#[derive(Clone, Copy)]
struct Output {
    /// Zero's share in the integer, `ZERO` times the sum of the weights.
    offset: i32,
    scale: f32,
    bias: f32,
}

impl Linear {
    /// Makes 8-bit tiles from rows of 4-bit blocks, one row per output.
    pub(crate) fn new(kernel: &Kernel, blocks: &[u8], bias: &[f32]) -> Self {
        let n_out = bias.len();
        let row_bytes = blocks.len() / n_out;
        let n_in = row_bytes / BLOCK_BYTES * BLOCK;
        let tile = |(blocks, bias): (&[u8], &[f32])| {
            let rows = blocks.chunks_exact(row_bytes).zip(bias);
            let mut weights = Vec::with_capacity(bias.len() * n_in);
            let outputs = rows.map(|(row, &bias)| round_row(row, bias, &mut weights, n_in)).collect();
            let weights = NdTensorView::from_data([bias.len(), n_in], &weights[..]);
            Tile { weights: kernel.prepack_b(weights.transposed()), outputs }
        };
        let tiles = blocks.chunks(row_bytes * TILE_COLUMNS).zip(bias.chunks(TILE_COLUMNS)).map(tile).collect();
        Linear { tiles, n_in, n_out }
    }

    /// Multiplies rows with the matrix and adds the bias.
    pub(crate) fn apply(&self, kernel: &Kernel, rows: &[f32]) -> Vec<f32> {
        let mut out = vec![0.0; rows.len() / self.n_in * self.n_out];
        let mut integers = vec![0; TILE_ROWS * TILE_COLUMNS];
        let blocks = rows.chunks(TILE_ROWS * self.n_in).zip(out.chunks_mut(TILE_ROWS * self.n_out));
        for (rows, out) in blocks {
            let (activations, scales) = round_activations(rows, self.n_in);
            let view = NdTensorView::from_data([scales.len(), self.n_in], &activations[..]);
            let packed = kernel.prepack_a(view);
            let mut first_column = 0;
            for tile in &self.tiles {
                let integers = &mut integers[..scales.len() * tile.outputs.len()];
                let (a, b) = (GemmInputA::Packed(&packed), GemmInputB::Packed(&tile.weights));
                kernel.gemm(integers, a, b, GemmOptions::default()).expect("all sizes come from the same matrices");
                let spread =
                    Spread { integers, outputs: &tile.outputs, scales: &scales, out, first_column, n_out: self.n_out };
                spread.dispatch();
                first_column += tile.outputs.len();
            }
        }
        out
    }
}

/// Rounds one output's weights to ±63 of their largest and appends them.
fn round_row(blocks: &[u8], bias: f32, weights: &mut Vec<i8>, n_in: usize) -> Output {
    let mut row = vec![0.0; n_in];
    unpack(blocks, &mut row);
    let scale = row.iter().fold(1e-9, |max: f32, w| max.max(w.abs())) / MAX_WEIGHT;
    let mut sum = 0;
    weights.extend(row.iter().map(|w| {
        let rounded = (w / scale).round() as i8;
        sum += i32::from(rounded);
        rounded
    }));
    Output { offset: sum * i32::from(ZERO), scale, bias }
}

/// Rounds each row to 8 bits of its largest number; answers the bytes and a scale per row.
fn round_activations(rows: &[f32], n_in: usize) -> (Vec<u8>, Vec<f32>) {
    let mut bytes = Vec::with_capacity(rows.len());
    let mut scales = Vec::with_capacity(rows.len() / n_in);
    for row in rows.chunks_exact(n_in) {
        // A row of zeros has no largest number to divide by.
        let scale = wide(
            #[inline(always)]
            || largest(row),
        )
        .max(1e-9)
            / MAX_ACTIVATION;
        scales.push(scale);
        bytes.extend_init(|free| Quantize::new(row, &mut free[..row.len()], 1.0 / scale, ZERO).dispatch());
    }
    (bytes, scales)
}

/// Writes a tile of integers as numbers into its columns of the output.
struct Spread<'a> {
    integers: &'a [i32],
    outputs: &'a [Output],
    scales: &'a [f32],
    out: &'a mut [f32],
    first_column: usize,
    n_out: usize,
}

impl SimdOp for Spread<'_> {
    type Output = ();

    #[inline(always)]
    fn eval<I: Isa>(self, _: I) {
        let n = self.outputs.len();
        let rows = self.integers.chunks_exact(n).zip(self.out.chunks_exact_mut(self.n_out)).zip(self.scales);
        for ((integers, out), &scale) in rows {
            let out = &mut out[self.first_column..][..n];
            for ((out, &z), output) in out.iter_mut().zip(integers).zip(self.outputs) {
                *out = (z - output.offset) as f32 * (output.scale * scale) + output.bias;
            }
        }
    }
}
