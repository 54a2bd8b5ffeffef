//! Where vectors come from: the model in the binary, or a server. One face for both.

use std::time::Duration;

use super::{
    Kind, Scale, Vector,
    scale::PAIRS,
    server::{BadAddress, Server, endpoint},
};
#[cfg(feature = "model")]
use super::{Model, ModelFault};

/// Pieces the model reads of a question, and of a text of an article.
#[cfg(feature = "model")]
const PIECES: [usize; 2] = [64, 160];
/// Texts in one request to a server: its answer stays below a megabyte, and a failed one loses little.
const BATCH: usize = 32;
/// Questions a server is asked about at the same time; it computes elsewhere.
const AT_ONCE: usize = 8;
/// Most letters of a model's name in the name of a file.
const NAME_CHARS: usize = 40;

/// Which vectors are wanted: a setting.
#[derive(Clone, PartialEq)]
pub struct Embeddings(Wanted);

#[derive(Clone, PartialEq)]
enum Wanted {
    #[cfg(feature = "model")]
    BuiltIn,
    /// Where a server is asked, for which model, and what it wants to be shown.
    Server { address: String, model: String, key: Option<String> },
}

/// Why there are no vectors.
#[derive(Debug, thiserror::Error)]
pub enum SourceFault {
    /// The model in the binary is damaged; build it again.
    #[cfg(feature = "model")]
    #[error(transparent)]
    Model(#[from] ModelFault),
    /// Nobody answers at the address, or the connection broke.
    #[error("the embeddings server cannot be reached")]
    Unreachable(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The answer did not come in time.
    #[error("the embeddings server did not answer in time")]
    Slow,
    /// The server does not want to: wrong key, wrong model, too much to do.
    #[error("the embeddings server answered with status `{0}`")]
    Refused(u16),
    /// The answer is not that of an embeddings server.
    #[error("the answer holds no vectors for these texts")]
    Foreign,
    /// The model does not tell Chinese texts apart.
    #[error("the model does not know which of 16 passages belong to which questions")]
    Blind,
    /// Vectors of another model than before.
    #[error("the vectors have `{got}` numbers instead of `{wanted}`")]
    Dimension {
        /// As many as before.
        wanted: usize,
        /// As many as now.
        got: usize,
    },
}

/// What a server says to texts it does not like: bad request, too large, not to be processed.
const NOT_THIS: [u16; 3] = [400, 413, 422];

/// An opened source. It may be shared between threads.
pub struct Source(Opened);

enum Opened {
    #[cfg(feature = "model")]
    BuiltIn(Box<Model>),
    /// A server, and what its vectors are kept under.
    Server(Box<Server>, String),
}

impl Embeddings {
    /// The model in the binary, when it was built with one.
    #[must_use]
    pub fn built_in() -> Option<Self> {
        #[cfg(feature = "model")]
        return Some(Self(Wanted::BuiltIn));
        #[cfg(not(feature = "model"))]
        None
    }

    /// The server at the address `base`, such as `http://127.0.0.1:8081/v1`.
    ///
    /// # Errors
    /// When that is no such address.
    pub fn server(base: &str, model: &str, key: Option<&str>) -> Result<Self, BadAddress> {
        let (address, key) = (endpoint(base)?, key.map(str::to_owned));
        Ok(Self(Wanted::Server { address, model: model.to_owned(), key }))
    }

    /// Opens the source; a server is not asked yet.
    ///
    /// # Errors
    /// When the model in the binary is damaged.
    pub fn open(&self) -> Result<Source, SourceFault> {
        Ok(Source(match &self.0 {
            #[cfg(feature = "model")]
            Wanted::BuiltIn => Opened::BuiltIn(Box::new(Model::built_in()?)),
            Wanted::Server { address, model, key } => {
                Opened::Server(Box::new(Server::new(address, model, key.as_deref())), file_name(model))
            }
        }))
    }
}

impl Source {
    /// The vectors of `texts`, in their order. A server has `time` for them, the model takes some milliseconds each,
    /// so that this belongs on a blocking thread.
    ///
    /// # Errors
    /// When the server does not answer, or with something else.
    pub fn embed(&self, texts: &[&str], kind: Kind, time: Duration) -> Result<Vec<Vector>, SourceFault> {
        match &self.0 {
            #[cfg(feature = "model")]
            Opened::BuiltIn(model) => {
                let [question, text] = PIECES;
                let n_pieces = if kind == Kind::Query { question } else { text };
                // It was learned with the prefix of questions before everything.
                Ok(texts.iter().map(|text| model.embed(text, Kind::Query, n_pieces)).collect())
            }
            Opened::Server(server, _) => server.embed(texts, kind, time),
        }
    }

    /// The same where one text must not cost the others theirs: a text that the server will not take, too long for its
    /// model or whatever, gets none.
    ///
    /// # Errors
    /// When the server takes no text at all, does not answer, or with something else.
    pub fn embed_each(&self, texts: &[&str], kind: Kind, time: Duration) -> Result<Vec<Option<Vector>>, SourceFault> {
        match (self.embed(texts, kind, time), texts) {
            (Err(SourceFault::Refused(status)), [text]) if NOT_THIS.contains(&status) => {
                self.embed(&[PAIRS[0].0], kind, time)?;
                tracing::warn!(status, n_bytes = text.len(), "the embeddings server does not take a text");
                Ok(vec![None])
            }
            (Err(SourceFault::Refused(status)), texts) if NOT_THIS.contains(&status) => {
                let (front, back) = texts.split_at(texts.len() / 2);
                let mut vectors = self.embed_each(front, kind, time)?;
                vectors.extend(self.embed_each(back, kind, time)?);
                Ok(vectors)
            }
            (vectors, _) => Ok(vectors?.into_iter().map(Some).collect()),
        }
    }

    /// How its cosines compare to those of the built-in model. A server is asked for that, which also shows that it
    /// works, and how long its vectors are.
    ///
    /// # Errors
    /// When the server does not answer, or with something else, or its model knows no Chinese.
    pub fn scale(&self, time: Duration) -> Result<Scale, SourceFault> {
        if !self.is_remote() {
            return Ok(Scale::default());
        }
        let questions = self.embed(&PAIRS.map(|(question, _)| question), Kind::Query, time)?;
        let passages = self.embed(&PAIRS.map(|(_, passage)| passage), Kind::Passage, time)?;
        Scale::measure(&questions, &passages)
    }

    /// How many numbers its vectors have; not known of a server that has not answered yet.
    #[must_use]
    pub fn dimension(&self) -> Option<usize> {
        match &self.0 {
            #[cfg(feature = "model")]
            Opened::BuiltIn(_) => Some(Model::DIMENSION),
            Opened::Server(server, _) => server.dimension(),
        }
    }

    /// What its vectors are kept under.
    #[must_use]
    pub fn name(&self) -> &str {
        match &self.0 {
            #[cfg(feature = "model")]
            Opened::BuiltIn(_) => Model::NAME,
            Opened::Server(_, name) => name,
        }
    }

    /// How many texts are embedded in one call.
    #[must_use]
    pub fn batch(&self) -> usize {
        match &self.0 {
            #[cfg(feature = "model")]
            Opened::BuiltIn(_) => 1,
            Opened::Server(..) => BATCH,
        }
    }

    /// How many questions may be embedded at the same time.
    #[must_use]
    pub fn at_once(&self) -> usize {
        match &self.0 {
            // One thread a question: the matrices of a short text are too small to share.
            #[cfg(feature = "model")]
            Opened::BuiltIn(_) => std::thread::available_parallelism().map_or(1, usize::from).min(AT_ONCE),
            Opened::Server(..) => AT_ONCE,
        }
    }

    /// Whether the computing is done elsewhere.
    #[must_use]
    pub fn is_remote(&self) -> bool {
        matches!(self.0, Opened::Server(..))
    }
}

/// A model's name as part of a file name, with a hash behind it: two names may look the same then.
fn file_name(model: &str) -> String {
    let plain: String =
        model.chars().take(NAME_CHARS).map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }).collect();
    // FNV-1a.
    let hash = model.bytes().fold(0x811c_9dc5_u32, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193));
    format!("{plain}-{hash:08x}")
}
