//! Rows reduced to one number, in an order of additions that is the same on every machine.
//!
//! Activations are rounded to 8 bits, so a difference in the last bit of a sum can grow to a thousandth in the vector.
//! Sixteen fixed lanes keep AVX2 and AVX-512 equal to the bit, and stored vectors true when the machine changes.

#[cfg(feature = "model")]
use rten_simd::{Isa, SimdOp};

/// Independent sums, as many as the widest vectors hold.
const LANES: usize = 16;

/// Runs plain loops, compiled for the widest vectors this machine has.
#[cfg(feature = "model")]
pub(crate) fn wide<T>(loops: impl FnOnce() -> T) -> T {
    Wide(loops).dispatch()
}

/// Without the model's crates: for the vectors every machine has.
#[cfg(not(feature = "model"))]
pub(crate) fn wide<T>(loops: impl FnOnce() -> T) -> T {
    loops()
}

#[cfg(feature = "model")]
struct Wide<F>(F);

#[cfg(feature = "model")]
impl<T, F: FnOnce() -> T> SimdOp for Wide<F> {
    type Output = T;

    #[inline(always)]
    fn eval<I: Isa>(self, _: I) -> T {
        (self.0)()
    }
}

/// The sum of products of two rows of the same length.
#[inline(always)]
pub(crate) fn dot<T: Copy + Into<f32>>(a: &[T], b: &[f32]) -> f32 {
    let ((a, a_rest), (b, b_rest)) = (a.as_chunks::<LANES>(), b.as_chunks::<LANES>());
    let mut sums = [0.0f32; LANES];
    for (a, b) in a.iter().zip(b) {
        for ((sum, &a), b) in sums.iter_mut().zip(a).zip(b) {
            *sum += a.into() * b;
        }
    }
    let rest = a_rest.iter().zip(b_rest).map(|(&a, b)| a.into() * b);
    sums.into_iter().chain(rest).sum()
}

/// The sum of products of two rows of the same length, exactly; the caller sees to it that it stays below 2^31.
/// Whole numbers may be added in any order, so the compiler takes the fastest.
#[inline(always)]
pub(crate) fn dot_whole(a: &[i8], b: &[i16]) -> i32 {
    a.iter().zip(b).map(|(&a, &b)| i32::from(a) * i32::from(b)).sum()
}

/// The sum of a row.
#[cfg(feature = "model")]
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
#[cfg(feature = "model")]
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
#[cfg(feature = "model")]
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
