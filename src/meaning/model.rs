//! multilingual-e5-small, opened: a text becomes pieces, pieces become a vector; the built-in one was learned on with
//! complaints about household appliances.

use std::{borrow::Cow, path::Path};

use super::{
    Kind, Vector,
    file::{ModelFault, ModelFile, POSITIONS, WIDTH},
    forward::Encoder,
    tokenizer::Tokenizer,
};

/// The fewest pieces a text may be cut to: the two marks, a prefix, and a little of the text.
const MIN_PIECES: usize = 8;

/// An opened model. It never changes and may be shared between threads.
pub struct Model {
    tokenizer: Tokenizer,
    encoder: Encoder,
}

impl Model {
    /// The name of the built-in model, for what is kept of it.
    pub const NAME: &str = "e5-small-zh-household-2";
    /// How many numbers its vectors have.
    pub const DIMENSION: usize = WIDTH;

    /// Opens the model inside the binary.
    ///
    /// # Errors
    /// When it is damaged.
    pub fn built_in() -> Result<Self, ModelFault> {
        // Its word table stays where it is, inside the program.
        Self::new(include_bytes!("../../model/e5-small-zh-household.bin"), Cow::Borrowed)
    }

    /// Opens the model file at `path`.
    ///
    /// # Errors
    /// When the file cannot be read, is another kind of file, or is damaged.
    pub fn open(path: &Path) -> Result<Self, ModelFault> {
        Self::from_bytes(&std::fs::read(path)?)
    }

    /// Opens a model from the bytes of its file, which are not needed afterwards.
    ///
    /// # Errors
    /// When the bytes are another kind of file, or damaged.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, ModelFault> {
        Self::new(bytes, |words| Cow::Owned(words.to_vec()))
    }

    fn new<'a>(bytes: &'a [u8], keep: impl FnOnce(&'a [u8]) -> Cow<'static, [u8]>) -> Result<Self, ModelFault> {
        let mut file = ModelFile::parse(bytes)?;
        Ok(Model { encoder: Encoder::new(&file, keep)?, tokenizer: Tokenizer::new(&mut file) })
    }

    /// The vector of a text, of which at most `max_pieces` pieces are read (8 to 512; `pieces` tells what counts).
    ///
    /// It takes some milliseconds and grows with the pieces, so it belongs on a blocking thread.
    #[must_use]
    pub fn embed(&self, text: &str, kind: Kind, max_pieces: usize) -> Vector {
        Vector::new(&self.encoder.encode(&self.pieces(text, kind, max_pieces)))
    }

    /// The ids of the pieces that `embed` reads: start mark, prefix, text, end mark.
    #[must_use]
    pub fn pieces(&self, text: &str, kind: Kind, max_pieces: usize) -> Vec<u32> {
        self.tokenizer.pieces(&format!("{}{text}", kind.prefix()), max_pieces.clamp(MIN_PIECES, POSITIONS))
    }
}
