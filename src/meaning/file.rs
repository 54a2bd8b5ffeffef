//! The model file (form E5S1) taken apart: pieces, character map and weights, each checked before it is used.
//!
//! The form is described at the head of `model/convert.py`. What the parts mean is left to the tokenizer and the
//! forward pass; here we only make sure that no later step can read beyond the file or meet a number that is none.

use std::collections::HashMap;

/// Numbers per vector and per row of every inner matrix.
pub(crate) const WIDTH: usize = 384;
/// Encoder layers.
pub(crate) const LAYERS: usize = 12;
/// Attention heads in each layer.
pub(crate) const HEADS: usize = 12;
/// Numbers per row inside the feed-forward part.
pub(crate) const INNER: usize = 1536;
/// Rows of the position table, so the most pieces one text may have.
pub(crate) const POSITIONS: usize = 512;
/// Weights that share one scale.
pub(crate) const BLOCK: usize = 32;
/// Bytes of a block: a 16-bit scale and 32 nibbles.
pub(crate) const BLOCK_BYTES: usize = 18;

const MARK: &[u8; 4] = b"E5S1";
const VERSION: u32 = 1;

/// Why a model cannot be opened.
#[derive(Debug, thiserror::Error)]
pub enum ModelFault {
    /// The file could not be read at all; look at its path and rights.
    #[error("cannot read the model file")]
    Unreadable(#[from] std::io::Error),
    /// Another kind of file, or a model of another shape; put the right one there.
    #[error("not multilingual-e5-small in the form E5S1, version 1")]
    Foreign,
    /// The file ends too early; copy it again.
    #[error("the model file ends inside its {part}, at byte `{byte}`")]
    CutShort {
        /// What was being read.
        part: &'static str,
        /// How many bytes there are.
        byte: usize,
    },
    /// The file contradicts itself; copy it again.
    #[error("the model file is damaged in its {part}")]
    Damaged {
        /// What does not hold together.
        part: &'static str,
    },
}

/// One matrix or vector, still in the file's bytes.
struct Tensor<'a> {
    four_bit: bool,
    n_weights: usize,
    bytes: &'a [u8],
}

/// The parts of a model file, borrowed from its bytes.
pub(crate) struct ModelFile<'a> {
    /// Piece and score (a log probability), by id.
    pub(crate) pieces: Vec<(&'a str, f32)>,
    /// Ids of the start mark, the end mark and the unknown piece.
    pub(crate) marks: [u32; 3],
    /// What a character is replaced by before the text is cut.
    pub(crate) characters: HashMap<char, Box<str>>,
    tensors: HashMap<&'a str, Tensor<'a>>,
}

impl<'a> ModelFile<'a> {
    /// Takes the file apart.
    ///
    /// # Errors
    /// When it is not this model, ends too early, or contradicts itself.
    pub(crate) fn parse(bytes: &'a [u8]) -> Result<Self, ModelFault> {
        let mut reader = Reader { bytes, at: 0, part: "head" };
        if reader.take(4).map_err(|_| ModelFault::Foreign)? != MARK || reader.u32()? != VERSION {
            return Err(ModelFault::Foreign);
        }
        let n_rows = read_shape(&mut reader)?;
        let (pieces, marks) = read_pieces(&mut reader)?;
        if n_rows < pieces.len() {
            return Err(ModelFault::Damaged { part: "head" });
        }
        let characters = read_characters(&mut reader)?;
        let tensors = read_tensors(&mut reader)?;
        Ok(ModelFile { pieces, marks, characters, tensors })
    }

    /// A vector of exactly `n` finite numbers.
    pub(crate) fn numbers(&self, name: &str, n: usize) -> Result<Vec<f32>, ModelFault> {
        let damaged = ModelFault::Damaged { part: "numbers" };
        let numbers: Vec<f32> = match self.tensors.get(name) {
            Some(tensor) if !tensor.four_bit && tensor.n_weights == n && tensor.bytes.len() == n * 4 => {
                tensor.bytes.as_chunks().0.iter().map(|&four| f32::from_le_bytes(four)).collect()
            }
            _ => return Err(damaged),
        };
        if numbers.iter().all(|x| x.is_finite()) { Ok(numbers) } else { Err(damaged) }
    }

    /// The blocks of a 4-bit matrix with at least `n_rows` rows of `n_columns` weights, cut to `n_rows`.
    pub(crate) fn blocks(&self, name: &str, n_rows: usize, n_columns: usize) -> Result<&'a [u8], ModelFault> {
        let damaged = ModelFault::Damaged { part: "weights" };
        let Some(tensor) = self.tensors.get(name) else { return Err(damaged) };
        let n_bytes = n_rows * n_columns / BLOCK * BLOCK_BYTES;
        if !tensor.four_bit
            || tensor.bytes.len() < n_bytes
            || tensor.n_weights / BLOCK * BLOCK_BYTES != tensor.bytes.len()
        {
            return Err(damaged);
        }
        let blocks = &tensor.bytes[..n_bytes];
        let finite = |block: &[u8; BLOCK_BYTES]| half([block[0], block[1]]).is_finite();
        if blocks.as_chunks().0.iter().all(finite) { Ok(blocks) } else { Err(damaged) }
    }
}

/// Writes the weights of 4-bit blocks to `out`: byte j of a block holds weight j (low half) and j + 16 (high half).
pub(crate) fn unpack(blocks: &[u8], out: &mut [f32]) {
    let blocks = blocks.as_chunks::<BLOCK_BYTES>().0;
    for (block, out) in blocks.iter().zip(out.as_chunks_mut::<BLOCK>().0) {
        let scale = half([block[0], block[1]]);
        let (low, high) = out.split_at_mut(BLOCK / 2);
        for ((&byte, low), high) in block[2..].iter().zip(low).zip(high) {
            *low = (f32::from(byte & 15) - 8.0) * scale;
            *high = (f32::from(byte >> 4) - 8.0) * scale;
        }
    }
}

/// A 16-bit float (IEEE 754 binary16) as 32 bits.
pub(crate) fn half(bytes: [u8; 2]) -> f32 {
    let bits = u16::from_le_bytes(bytes);
    let (exponent, fraction) = (i32::from(bits >> 10 & 31), f32::from(bits & 1023));
    let size = match exponent {
        0 => fraction * 2f32.powi(-24),
        31 => f32::NAN,
        _ => (1024.0 + fraction) * 2f32.powi(exponent - 25),
    };
    if bits >> 15 == 1 { -size } else { size }
}

/// Reads the sizes, which must be those of this model, and answers the rows of the word table.
fn read_shape(reader: &mut Reader) -> Result<usize, ModelFault> {
    let mut sizes = [0; 7];
    for size in &mut sizes {
        *size = reader.size()?;
    }
    let [width, layers, heads, inner, n_rows, positions, _types] = sizes;
    let _epsilon = reader.f32()?;
    let block = reader.size()?;
    if [width, layers, heads, inner, positions, block] != [WIDTH, LAYERS, HEADS, INNER, POSITIONS, BLOCK] {
        return Err(ModelFault::Foreign);
    }
    Ok(n_rows)
}

/// Pieces with their scores, and the ids of the marks for start, end and unknown.
type Pieces<'a> = (Vec<(&'a str, f32)>, [u32; 3]);

fn read_pieces<'a>(reader: &mut Reader<'a>) -> Result<Pieces<'a>, ModelFault> {
    reader.part = "pieces";
    let damaged = || ModelFault::Damaged { part: "pieces" };
    let n = reader.size()?;
    let [start, end, _padding, unknown] = [reader.u32()?, reader.u32()?, reader.u32()?, reader.u32()?];
    if [start, end, unknown].iter().any(|&id| id as usize >= n) {
        return Err(damaged());
    }
    let text_bytes = reader.long()?;
    let offsets = reader.take_many(n.saturating_add(1), 4)?.as_chunks().0;
    let scores = reader.take_many(n, 4)?.as_chunks().0;
    let text = reader.take(text_bytes)?;
    let mut pieces = Vec::with_capacity(n);
    for (ends, &score) in offsets.windows(2).zip(scores) {
        let [from, to] = [ends[0], ends[1]].map(|four| u32::from_le_bytes(four) as usize);
        let piece = text.get(from..to).and_then(|piece| std::str::from_utf8(piece).ok()).ok_or_else(damaged)?;
        let score = f32::from_le_bytes(score);
        // A score is a log probability; a huge one would let sums of scores overflow.
        if !(-1000.0..=0.0).contains(&score) {
            return Err(damaged());
        }
        pieces.push((piece, score));
    }
    Ok((pieces, [start, end, unknown]))
}

fn read_characters(reader: &mut Reader) -> Result<HashMap<char, Box<str>>, ModelFault> {
    reader.part = "character map";
    let damaged = || ModelFault::Damaged { part: "character map" };
    let (n, n_bytes) = (reader.size()?, reader.size()?);
    let end = reader.at.saturating_add(n_bytes);
    let mut characters = HashMap::new();
    for _ in 0..n {
        let from = char::from_u32(reader.u32()?).ok_or_else(damaged)?;
        let mut to = String::new();
        for _ in 0..reader.take(1)?[0] {
            to.push(char::from_u32(reader.u32()?).ok_or_else(damaged)?);
        }
        characters.insert(from, to.into_boxed_str());
    }
    if reader.at == end { Ok(characters) } else { Err(damaged()) }
}

fn read_tensors<'a>(reader: &mut Reader<'a>) -> Result<HashMap<&'a str, Tensor<'a>>, ModelFault> {
    reader.part = "list of weights";
    let damaged = || ModelFault::Damaged { part: "list of weights" };
    let mut tensors = HashMap::new();
    for _ in 0..reader.size()? {
        let name_bytes = reader.take(2)?;
        let name = reader.take(usize::from(u16::from_le_bytes([name_bytes[0], name_bytes[1]])))?;
        let name = std::str::from_utf8(name).map_err(|_| damaged())?;
        let four_bit = match reader.take(1)?[0] {
            0 => false,
            1 => true,
            _ => return Err(damaged()),
        };
        let (n_weights, from, n_bytes) = (reader.size()?, reader.long()?, reader.long()?);
        let cut_short = ModelFault::CutShort { part: "weights", byte: reader.bytes.len() };
        let to = from.checked_add(n_bytes).ok_or_else(damaged)?;
        let bytes = reader.bytes.get(from..to).ok_or(cut_short)?;
        tensors.insert(name, Tensor { four_bit, n_weights, bytes });
    }
    Ok(tensors)
}

/// A place in the bytes, and what is being read there.
struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
    part: &'static str,
}

impl<'a> Reader<'a> {
    fn take(&mut self, n: usize) -> Result<&'a [u8], ModelFault> {
        let cut_short = ModelFault::CutShort { part: self.part, byte: self.bytes.len() };
        let taken = self.bytes[self.at..].get(..n).ok_or(cut_short)?;
        self.at += n;
        Ok(taken)
    }

    fn take_many(&mut self, n: usize, size_bytes: usize) -> Result<&'a [u8], ModelFault> {
        self.take(n.saturating_mul(size_bytes))
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], ModelFault> {
        Ok(self.take(N)?.try_into().expect("take answers as many bytes as were asked for"))
    }

    fn u32(&mut self) -> Result<u32, ModelFault> {
        Ok(u32::from_le_bytes(self.array()?))
    }

    fn f32(&mut self) -> Result<f32, ModelFault> {
        Ok(f32::from_le_bytes(self.array()?))
    }

    /// A count or size. A negative one becomes huge, and is then found to be too long for the file.
    fn size(&mut self) -> Result<usize, ModelFault> {
        Ok(self.u32()? as usize)
    }

    /// A size in 64 bits, the largest possible when it does not fit this machine.
    fn long(&mut self) -> Result<usize, ModelFault> {
        Ok(usize::try_from(u64::from_le_bytes(self.array()?)).unwrap_or(usize::MAX))
    }
}
