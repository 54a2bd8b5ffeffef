//! The vector of a text, and a small form of it for keeping many.

use super::file::WIDTH;
use super::reduce::{dot, wide};

/// The largest number of the small form.
const MAX_COMPACT: f32 = 127.0;

/// 384 numbers of length 1 together.
#[derive(Debug, Clone, PartialEq)]
pub struct Vector(Box<[f32]>);

impl Vector {
    /// Brings a row of 384 numbers to length 1.
    pub(crate) fn new(row: &[f32]) -> Self {
        let scale = 1.0 / dot(row, row).sqrt().max(1e-6);
        Vector(row.iter().map(|x| x * scale).collect())
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

    /// The numbers themselves.
    #[must_use]
    pub fn as_slice(&self) -> &[f32] {
        &self.0
    }

    /// The small form, a quarter of the size.
    #[must_use]
    pub fn compact(&self) -> Compact {
        let scale = self.0.iter().fold(1e-9, |max: f32, x| max.max(x.abs())) / MAX_COMPACT;
        let mut numbers = [0; WIDTH];
        numbers.iter_mut().zip(&self.0).for_each(|(number, x)| *number = (x / scale).round() as i8);
        Compact { scale, numbers }
    }
}

/// A vector in 388 bytes; its similarities differ from the whole vector's by less than 0.002.
#[derive(Debug, Clone, PartialEq)]
pub struct Compact {
    scale: f32,
    numbers: [i8; WIDTH],
}

impl Compact {
    /// The size of a kept vector.
    pub const BYTES: usize = 4 + WIDTH;

    /// The cosine of the angle to a whole vector.
    #[must_use]
    pub fn similarity(&self, other: &Vector) -> f32 {
        wide(
            #[inline(always)]
            || dot(&self.numbers.map(f32::from), &other.0),
        ) * self.scale
    }

    /// The bytes to keep: the scale (little endian), then the numbers.
    #[must_use]
    pub fn to_bytes(&self) -> [u8; Self::BYTES] {
        let mut bytes = [0; Self::BYTES];
        bytes[..4].copy_from_slice(&self.scale.to_le_bytes());
        bytes[4..].iter_mut().zip(self.numbers).for_each(|(byte, number)| *byte = number.cast_unsigned());
        bytes
    }

    /// The vector that was kept, or nothing when the bytes hold none.
    #[must_use]
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (scale, rest) = bytes.split_first_chunk()?;
        let rest: &[u8; WIDTH] = rest.try_into().ok()?;
        let scale = f32::from_le_bytes(*scale);
        (scale.is_finite() && scale > 0.0).then(|| Compact { scale, numbers: rest.map(u8::cast_signed) })
    }
}
