//! The vector of a text, and a small form of it for keeping many.

use super::reduce::{dot, wide};

/// The largest number of the small form.
const MAX_COMPACT: f32 = 127.0;

/// Bytes of the scale of the small form.
const SCALE_BYTES: usize = 4;

/// As many numbers as its model has, of length 1 together.
#[derive(Debug, Clone, PartialEq)]
pub struct Vector(Box<[f32]>);

impl Vector {
    /// Brings a row of numbers to length 1.
    pub(crate) fn new(row: &[f32]) -> Self {
        let scale = 1.0 / dot(row, row).sqrt().max(1e-6);
        Vector(row.iter().map(|x| x * scale).collect())
    }

    /// The vector of numbers that somebody else sent; nothing when they point nowhere.
    #[must_use]
    pub fn of(row: &[f32]) -> Option<Self> {
        // Divided by the largest first, so that no square is too large or too small.
        let largest = row.iter().fold(0.0f32, |max, x| max.max(x.abs()));
        let even: Vec<f32> = row.iter().map(|x| x / largest).collect();
        (largest > 0.0 && even.iter().all(|x| x.is_finite())).then(|| Self::new(&even))
    }

    /// The cosine of the angle between two vectors, 1 for the same meaning.
    ///
    /// Any two texts have 0.7 or more, so only the order within one question says something.
    #[must_use]
    pub fn similarity(&self, other: &Vector) -> f32 {
        wide(
            #[inline(always)]
            || dot(&self.0, &other.0),
        )
    }

    /// Where it lies as seen from `centre`, the middle of many texts: all texts share most of their
    /// direction, and only what is left tells them apart.
    #[must_use]
    pub fn seen_from(&self, centre: &[f32]) -> Vector {
        Vector::new(&self.0.iter().zip(centre).map(|(x, c)| x - c).collect::<Vec<f32>>())
    }

    /// The sum of the products with `numbers`.
    #[must_use]
    pub fn along(&self, numbers: &[f32]) -> f32 {
        dot(&self.0, numbers)
    }

    /// The numbers themselves.
    #[must_use]
    pub fn as_slice(&self) -> &[f32] {
        &self.0
    }

    /// The small form, a quarter of the size.
    #[must_use]
    pub fn compact(&self) -> Compact {
        let scale = self.0.iter().fold(1e-9, |max: f32, x| max.max(x.abs())) / MAX_COMPACT;
        Compact { scale, numbers: self.0.iter().map(|x| (x / scale).round() as i8).collect() }
    }
}

/// A vector in a byte a number; its similarities differ from the whole vector's by less than 0.002.
#[derive(Debug, Clone, PartialEq)]
pub struct Compact {
    scale: f32,
    numbers: Box<[i8]>,
}

impl Compact {
    /// The size of a kept vector of so many numbers.
    #[must_use]
    pub fn n_bytes(dimension: usize) -> usize {
        SCALE_BYTES + dimension
    }

    /// The cosine of the angle to a whole vector of the same model.
    #[must_use]
    pub fn similarity(&self, other: &Vector) -> f32 {
        wide(
            #[inline(always)]
            || dot(&self.numbers, &other.0),
        ) * self.scale
    }

    /// How many numbers it has.
    #[must_use]
    pub fn dimension(&self) -> usize {
        self.numbers.len()
    }

    /// What is 1 in a sum of vectors: fine enough for the smallest scale, and millions of vectors fit.
    pub const UNIT: f64 = (1_u64 << 40) as f64;

    /// Adds its numbers so many times to `sum`, in whole numbers of [`Compact::UNIT`].
    pub fn add_to(&self, sum: &mut [i64], times: i64) {
        let scale = (f64::from(self.scale) * Self::UNIT) as i64 * times;
        sum.iter_mut().zip(&self.numbers).for_each(|(sum, x)| *sum += i64::from(*x) * scale);
    }

    /// The bytes to keep: the scale (little endian), then the numbers.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let numbers = self.numbers.iter().map(|number| number.cast_unsigned());
        self.scale.to_le_bytes().into_iter().chain(numbers).collect()
    }

    /// The vector that was kept, or nothing when the bytes hold none.
    #[must_use]
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (scale, numbers) = bytes.split_first_chunk::<SCALE_BYTES>()?;
        let scale = f32::from_le_bytes(*scale);
        let numbers = numbers.iter().map(|byte| byte.cast_signed()).collect();
        (scale.is_finite() && scale > 0.0).then_some(Compact { scale, numbers })
    }
}
