//! Rows reduced to one number, in an order of additions that is the same on every machine.
//!
//! Activations are rounded to 8 bits, so a difference in the last bit of a sum can grow to a thousandth in the vector.
//! Sixteen fixed lanes keep AVX2 and AVX-512 equal to the bit, and stored vectors true when the machine changes.

use rten_simd::{Isa, SimdOp};

/// Independent sums, as many as the widest vectors hold.
const LANES: usize = 16;

/// Runs plain loops, compiled for the widest vectors this machine has.
pub(crate) fn wide<T>(loops: impl FnOnce() -> T) -> T {
    Wide(loops).dispatch()
}

struct Wide<F>(F);

impl<T, F: FnOnce() -> T> SimdOp for Wide<F> {
    type Output = T;

    #[inline(always)]
    fn eval<I: Isa>(self, _: I) -> T {
        (self.0)()
    }
}

/// The sum of products of two rows whose length is a multiple of the lanes.
#[inline(always)]
pub(crate) fn dot(a: &[f32], b: &[f32]) -> f32 {
    let mut sums = [0.0f32; LANES];
    for (a, b) in a.as_chunks::<LANES>().0.iter().zip(b.as_chunks::<LANES>().0) {
        for ((sum, a), b) in sums.iter_mut().zip(a).zip(b) {
            *sum += a * b;
        }
    }
    sums.into_iter().sum()
}

/// The sum of a row.
#[inline(always)]
pub(crate) fn total(row: &[f32]) -> f32 {
    let (chunks, rest) = row.as_chunks::<LANES>();
    let mut sums = [0.0f32; LANES];
    for chunk in chunks {
        for (sum, x) in sums.iter_mut().zip(chunk) {
            *sum += x;
        }
    }
    sums.iter().chain(rest).sum()
}

/// The highest number of a row.
#[inline(always)]
pub(crate) fn highest(row: &[f32]) -> f32 {
    let (chunks, rest) = row.as_chunks::<LANES>();
    let mut highest = [f32::NEG_INFINITY; LANES];
    for chunk in chunks {
        for (highest, &x) in highest.iter_mut().zip(chunk) {
            *highest = if x > *highest { x } else { *highest };
        }
    }
    highest.iter().chain(rest).fold(f32::NEG_INFINITY, |highest, &x| highest.max(x))
}

/// The number furthest from zero in a row whose length is a multiple of the lanes, without its sign.
#[inline(always)]
pub(crate) fn largest(row: &[f32]) -> f32 {
    let mut largest = [0.0f32; LANES];
    for chunk in row.as_chunks::<LANES>().0 {
        for (largest, x) in largest.iter_mut().zip(chunk) {
            *largest = if x.abs() > *largest { x.abs() } else { *largest };
        }
    }
    largest.into_iter().fold(0.0, f32::max)
}
