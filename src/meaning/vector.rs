//! The vector of a text, and a small form of it for keeping many.

use super::reduce::{dot, dot_whole, wide};

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

    /// The form in which a question is compared with many.
    #[must_use]
    pub fn fine(&self) -> Fine {
        // However long the rows are, their sum of products stays below 2^31.
        let most = i32::MAX / MAX_COMPACT as i32 / i32::try_from(self.0.len().max(1)).unwrap_or(i32::MAX);
        let scale = self.largest() / most.clamp(1, i32::from(i16::MAX)) as f32;
        Fine { scale, numbers: self.0.iter().map(|x| (x / scale) as i16).collect() }
    }

    fn largest(&self) -> f32 {
        self.0.iter().fold(1e-9, |max: f32, x| max.max(x.abs()))
    }

    /// The small form, a quarter of the size.
    #[must_use]
    pub fn compact(&self) -> Compact {
        let scale = self.largest() / MAX_COMPACT;
        Compact { scale, numbers: self.0.iter().map(|x| (x / scale).round() as i8).collect() }
    }
}

/// A vector in two bytes a number: fine enough that only the other side's rounding is seen.
#[derive(Debug, Clone)]
pub struct Fine {
    scale: f32,
    numbers: Box<[i16]>,
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

    /// How many numbers it has.
    #[must_use]
    pub fn dimension(&self) -> usize {
        self.numbers.len()
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

/// Small forms of one length in one piece of memory: comparing a question with all of them is mostly waiting for
/// memory, and that comes fastest in a row.
#[derive(Debug, Clone, Default)]
pub struct CompactRows {
    scales: Box<[f32]>,
    numbers: Box<[i8]>,
}

impl FromIterator<Compact> for CompactRows {
    fn from_iter<I: IntoIterator<Item = Compact>>(vectors: I) -> Self {
        let (mut scales, mut numbers) = (Vec::new(), Vec::new());
        for vector in vectors {
            debug_assert_eq!(numbers.len(), scales.len() * vector.dimension(), "all are of one model");
            scales.push(vector.scale);
            numbers.extend(vector.numbers);
        }
        Self { scales: scales.into(), numbers: numbers.into() }
    }
}

impl CompactRows {
    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.scales.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.scales.is_empty()
    }

    /// The numbers of row `i` with their scale.
    fn row(&self, i: usize) -> (f32, &[i8]) {
        let dimension = self.numbers.len() / self.len();
        (self.scales[i], &self.numbers[i * dimension..(i + 1) * dimension])
    }

    /// The cosine of the angle between each row and a vector of the same model, put in place of what `into` held.
    pub fn similarities(&self, other: &Fine, into: &mut Vec<f32>) {
        into.clear();
        wide(
            #[inline(always)]
            || {
                for (numbers, scale) in self.numbers.chunks_exact(other.numbers.len()).zip(&self.scales) {
                    into.push(dot_whole(numbers, &other.numbers) as f32 * scale * other.scale);
                }
            },
        );
    }

    /// What is 1 in a sum of vectors: fine enough for the smallest scale, and millions of vectors fit.
    pub const UNIT: f64 = (1_u64 << 40) as f64;

    /// Adds the numbers of row `i` so many times to `sum`, in whole numbers of [`CompactRows::UNIT`].
    pub fn add_to(&self, i: usize, sum: &mut Vec<i64>, times: i64) {
        let (scale, numbers) = self.row(i);
        let scale = (f64::from(scale) * Self::UNIT) as i64 * times;
        sum.resize(numbers.len(), 0);
        sum.iter_mut().zip(numbers).for_each(|(sum, x)| *sum += i64::from(*x) * scale);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Numbers between -1 and 1 that repeat for no length used here.
    fn vector(seed: usize, dimension: usize) -> Vector {
        let number = |i: usize| ((i * 7919 + seed * 104_729) % 2003) as f32 / 1001.0 - 1.0;
        Vector::of(&(0..dimension).map(number).collect::<Vec<f32>>()).expect("it points somewhere")
    }

    #[test]
    fn rows_in_whole_numbers_are_as_near_as_the_vectors_themselves() {
        for dimension in [1, 3, 384, 1000, 4096, 70_000] {
            let others: Vec<Vector> = (2..7).map(|seed| vector(seed, dimension)).collect();
            let rows: CompactRows = others.iter().map(Vector::compact).collect();
            let question = vector(1, dimension);
            let mut all = vec![9.0];
            rows.similarities(&question.fine(), &mut all);
            assert_eq!(all.len(), rows.len());
            for (near, other) in all.iter().zip(&others) {
                let exact = question.similarity(other);
                assert!((near - exact).abs() < 0.005, "{dimension}: {near} is {exact}");
            }
        }
    }

    #[test]
    fn the_longest_rows_of_the_largest_numbers_do_not_wrap() {
        for dimension in [384, 4096, 70_000] {
            let same = Vector::of(&vec![1.0; dimension]).expect("a vector");
            let rows: CompactRows = std::iter::once(same.compact()).collect();
            let mut all = Vec::new();
            rows.similarities(&same.fine(), &mut all);
            assert!((all[0] - 1.0).abs() < 0.005, "{dimension}: {all:?}");
        }
    }
}
