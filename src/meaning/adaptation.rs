//! The step after the encoder: one matrix that turns its vectors towards what complaints about household appliances
//! are told apart by. How it was learned, and from what, is told in `model/README.md`.

use super::file::{ModelFault, WIDTH, half};

const MARK: &[u8; 4] = b"E5A1";

/// A square matrix; row `i` is what the `i`th number of a vector adds to each number of the adapted one.
pub(crate) struct Adaptation {
    rows: Vec<f32>,
}

impl Adaptation {
    /// Takes the matrix from its file: a mark, then its rows in 16-bit floats, little endian.
    ///
    /// # Errors
    /// When it is another kind of file, has another size, or holds what is no finite number.
    pub(crate) fn parse(bytes: &[u8]) -> Result<Self, ModelFault> {
        let numbers = bytes.strip_prefix(MARK).ok_or(ModelFault::Foreign)?;
        let rows: Vec<f32> = numbers.as_chunks().0.iter().map(|&two| half(two)).collect();
        let is_whole = numbers.len() == WIDTH * WIDTH * 2 && rows.iter().all(|x| x.is_finite());
        is_whole.then_some(Self { rows }).ok_or(ModelFault::Damaged { part: "adaptation" })
    }

    /// The vector times the matrix.
    pub(crate) fn apply(&self, vector: &[f32]) -> Vec<f32> {
        let mut adapted = vec![0.0; WIDTH];
        for (x, row) in vector.iter().zip(self.rows.chunks_exact(WIDTH)) {
            adapted.iter_mut().zip(row).for_each(|(sum, weight)| *sum += x * weight);
        }
        adapted
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(numbers: impl Iterator<Item = u16>) -> Vec<u8> {
        MARK.iter().copied().chain(numbers.flat_map(u16::to_le_bytes)).collect()
    }

    #[test]
    fn a_vector_is_multiplied_with_the_matrix() {
        // Twos beside the diagonal: each number moves one place on and doubles.
        let two = |i: usize| if i % WIDTH == (i / WIDTH + 1) % WIDTH { 0x4000 } else { 0 };
        let adaptation = Adaptation::parse(&file((0..WIDTH * WIDTH).map(two))).expect("a matrix");
        let vector: Vec<f32> = (0..WIDTH).map(|i| i as f32).collect();
        let adapted = adaptation.apply(&vector);
        assert_eq!((adapted[0], adapted[1], adapted[383]), (766.0, 0.0, 764.0));
    }

    #[test]
    fn a_file_cut_short_or_with_what_is_no_number_is_a_fault() {
        let whole = file((0..WIDTH * WIDTH).map(|_| 0));
        assert!(Adaptation::parse(&whole).is_ok());
        for length in [0, 3, 4, 5, whole.len() - 2, whole.len() - 1] {
            assert!(Adaptation::parse(&whole[..length]).is_err(), "{length}");
        }
        let no_number = file((0..WIDTH * WIDTH).map(|i| if i == 7 { 0x7e00 } else { 0 }));
        assert!(matches!(Adaptation::parse(&no_number), Err(ModelFault::Damaged { part: "adaptation" })));
    }
}
