//! Vectors kept between starts, by the hash of their text: making them costs minutes, reading them nothing.
//!
//! One file of records of the same length, written at its end, each with a sum over its bytes. What is no whole
//! record is left out, so a stop in the middle of writing loses one vector; the file may be deleted at any time.

use std::{
    collections::HashMap,
    fs,
    io::{self, Read, Seek, SeekFrom, Write},
    path::{Path, PathBuf},
};

use super::StoreFault;
use crate::article::Revision;

/// Bytes of the hash of a text.
const KEY: usize = 16;
/// Bytes of the sum at the end of a record.
const SUM: usize = 4;
/// A larger file is begun anew: most of it is texts that no article has any more.
const MAX_BYTES: u64 = 256 << 20;

/// Which vectors: what made them, how many numbers each has, and in how many bytes it is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct VectorForm<'a> {
    /// The model.
    pub model: &'a str,
    /// How many numbers.
    pub dimension: usize,
    /// How many bytes.
    pub n_bytes: usize,
}

/// The kept vectors, as bytes of one length. They stay in the file: those in service are held by whom they serve.
#[derive(Debug)]
pub struct KeptVectors {
    file: fs::File,
    path: PathBuf,
    by_text: HashMap<[u8; KEY], Place>,
    /// Where the next record begins; nowhere after half a record.
    end: Option<u64>,
    n_bytes: usize,
}

#[derive(Debug)]
enum Place {
    /// Its record begins there.
    InFile(u64),
    /// It could not be written.
    Here(Box<[u8]>),
}

/// What a look at the file says.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct KeptCount {
    /// Vectors that can be read.
    pub whole: usize,
    /// Bytes that are no vector.
    pub broken_bytes: usize,
}

impl KeptVectors {
    /// Opens the vectors of this form in the data folder.
    ///
    /// # Errors
    /// When the file cannot be made.
    pub fn open(data: &Path, form: VectorForm<'_>) -> Result<Self, StoreFault> {
        Self::open_up_to(data, form, MAX_BYTES)
    }

    /// Looks at the vectors of this form without opening or changing anything; no file holds none.
    ///
    /// # Errors
    /// When there is a file that cannot be read.
    pub fn count(data: &Path, form: VectorForm<'_>) -> Result<KeptCount, StoreFault> {
        let path = path(data, form);
        match fs::read(&path) {
            Ok(known) => {
                let whole = records(&known, form.n_bytes).count();
                Ok(KeptCount { whole, broken_bytes: known.len() - whole * length(form.n_bytes) })
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(KeptCount::default()),
            Err(source) => Err(StoreFault { path, source }),
        }
    }

    fn open_up_to(data: &Path, form: VectorForm<'_>, max_bytes: u64) -> Result<Self, StoreFault> {
        let path = path(data, form);
        let fault = |source| StoreFault { path: path.clone(), source };
        fs::create_dir_all(data).map_err(fault)?;
        let mut known = fs::read(&path).unwrap_or_default();
        let too_large = known.len() as u64 >= max_bytes;
        if too_large {
            known.clear();
        }
        let by_text: HashMap<_, _> = records(&known, form.n_bytes)
            .zip(starts(form.n_bytes))
            .map(|((key, _), at)| (key, Place::InFile(at)))
            .collect();
        let n_whole = records(&known, form.n_bytes).count();
        if known.len() != n_whole * length(form.n_bytes) || too_large {
            // Written anew whole, so that the records stand where they are looked for.
            let all: Vec<u8> = records(&known, form.n_bytes).flat_map(|(key, vector)| record(&key, vector)).collect();
            fs::write(&path, all).map_err(fault)?;
        }
        let file = fs::OpenOptions::new().create(true).read(true).append(true).open(&path).map_err(fault)?;
        let end = Some((n_whole * length(form.n_bytes)) as u64);
        Ok(Self { file, path, by_text, end, n_bytes: form.n_bytes })
    }

    /// The vector of `text`, when it was kept.
    #[must_use]
    pub fn of(&self, text: &str) -> Option<Vec<u8>> {
        let key = key(text);
        match self.by_text.get(&key)? {
            Place::Here(vector) => Some(vector.to_vec()),
            Place::InFile(at) => {
                let mut bytes = vec![0; length(self.n_bytes)];
                let mut file = &self.file;
                file.seek(SeekFrom::Start(*at)).and_then(|_| file.read_exact(&mut bytes)).ok()?;
                // Somebody may have written into it meanwhile.
                let (own, vector) = records(&bytes, self.n_bytes).next()?;
                (own == key).then(|| vector.to_vec())
            }
        }
    }

    /// Keeps the vector of `text`.
    ///
    /// # Errors
    /// When it cannot be written; it is known all the same until the process ends.
    pub fn keep(&mut self, text: &str, vector: &[u8]) -> Result<(), StoreFault> {
        debug_assert_eq!(vector.len(), self.n_bytes);
        let key = key(text);
        let Some(at) = self.end else {
            self.by_text.insert(key, Place::Here(vector.into()));
            return Ok(());
        };
        if let Err(source) = self.file.write_all(&record(&key, vector)) {
            // Half a record would put all that follow out of their places.
            self.end = None;
            self.by_text.insert(key, Place::Here(vector.into()));
            return Err(StoreFault { path: self.path.clone(), source });
        }
        self.by_text.insert(key, Place::InFile(at));
        self.end = Some(at + length(self.n_bytes) as u64);
        Ok(())
    }
}

fn path(data: &Path, form: VectorForm<'_>) -> PathBuf {
    data.join(format!("vectors-{}-{}", form.model, form.dimension))
}

/// The length of a record.
fn length(n_bytes: usize) -> usize {
    KEY + n_bytes + SUM
}

/// Where the records of a file begin.
fn starts(n_bytes: usize) -> impl Iterator<Item = u64> {
    (0..).map(move |n| n * length(n_bytes) as u64)
}

fn record(key: &[u8; KEY], vector: &[u8]) -> Vec<u8> {
    let body = [key, vector].concat();
    let sum = sum(&body);
    [body, sum.to_vec()].concat()
}

/// The records of a file that are whole, each as key and vector.
fn records(known: &[u8], n_bytes: usize) -> impl Iterator<Item = ([u8; KEY], &[u8])> {
    known.chunks_exact(length(n_bytes)).filter_map(|record| {
        let (body, of_body) = record.split_last_chunk::<SUM>()?;
        let (key, vector) = body.split_first_chunk::<KEY>()?;
        (sum(body) == *of_body).then_some((*key, vector))
    })
}

/// FNV-1a: it must notice a torn or overwritten record, not resist anybody.
fn sum(bytes: &[u8]) -> [u8; SUM] {
    bytes.iter().fold(0x811c_9dc5_u32, |sum, byte| (sum ^ u32::from(*byte)).wrapping_mul(0x0100_0193)).to_le_bytes()
}

fn key(text: &str) -> [u8; KEY] {
    let hash = Revision::of(text.as_bytes()).0;
    std::array::from_fn(|i| hash[i])
}

#[cfg(test)]
mod tests {
    use super::*;

    const FORM: VectorForm<'static> = VectorForm { model: "m", dimension: 3, n_bytes: 3 };

    fn kept_two(data: &Path) -> PathBuf {
        let mut kept = KeptVectors::open(data, FORM).expect("opens");
        kept.keep("一", &[1, 2, 3]).expect("kept");
        kept.keep("二", &[4, 5, 6]).expect("kept");
        data.join("vectors-m-3")
    }

    #[test]
    fn vectors_survive_a_restart_and_a_torn_record_is_left_out() {
        let data = tempfile::tempdir().expect("a folder");
        let open = || KeptVectors::open(data.path(), FORM).expect("opens");
        let path = kept_two(data.path());
        let mut bytes = fs::read(&path).expect("read");
        bytes.truncate(bytes.len() - 1);
        fs::write(&path, bytes).expect("written");
        assert_eq!(
            KeptVectors::count(data.path(), FORM).expect("counted"),
            KeptCount { whole: 1, broken_bytes: length(3) - 1 }
        );
        let mut kept = open();
        assert_eq!((kept.of("一"), kept.of("二")), (Some(vec![1, 2, 3]), None));
        kept.keep("三", &[7, 8, 9]).expect("kept");
        assert_eq!((kept.of("一"), kept.of("三")), (Some(vec![1, 2, 3]), Some(vec![7, 8, 9])));
        drop(kept);
        assert_eq!((open().of("一"), open().of("三")), (Some(vec![1, 2, 3]), Some(vec![7, 8, 9])));
        assert_eq!(KeptVectors::count(data.path(), FORM).expect("counted"), KeptCount { whole: 2, broken_bytes: 0 });
    }

    #[test]
    fn an_overwritten_byte_costs_its_vector_and_no_other() {
        let data = tempfile::tempdir().expect("a folder");
        let path = kept_two(data.path());
        let mut bytes = fs::read(&path).expect("read");
        bytes[KEY] ^= 1;
        fs::write(&path, bytes).expect("written");
        let kept = KeptVectors::open(data.path(), FORM).expect("opens");
        assert_eq!((kept.of("一"), kept.of("二")), (None, Some(vec![4, 5, 6])));
    }

    #[test]
    fn what_is_written_over_while_it_is_open_is_not_believed() {
        let data = tempfile::tempdir().expect("a folder");
        let path = kept_two(data.path());
        let kept = KeptVectors::open(data.path(), FORM).expect("opens");
        let mut bytes = fs::read(&path).expect("read");
        bytes.truncate(length(3) + 4);
        bytes[KEY] ^= 1;
        fs::write(&path, bytes).expect("written");
        assert_eq!((kept.of("一"), kept.of("二")), (None, None));
    }

    #[test]
    fn a_file_of_something_else_is_begun_anew() {
        let data = tempfile::tempdir().expect("a folder");
        fs::write(data.path().join("vectors-m-3"), "not vectors at all, and long enough for some").expect("written");
        assert!(KeptVectors::count(data.path(), FORM).expect("counted").broken_bytes > 0);
        let path = kept_two(data.path());
        assert_eq!(fs::metadata(path).expect("there").len(), 2 * length(3) as u64);
    }

    #[test]
    fn a_file_that_has_grown_too_large_is_begun_anew() {
        let data = tempfile::tempdir().expect("a folder");
        let open = || KeptVectors::open_up_to(data.path(), FORM, 2 * length(3) as u64).expect("opens");
        open().keep("一", &[1, 2, 3]).expect("kept");
        let mut kept = open();
        assert!(kept.of("一").is_some());
        kept.keep("二", &[4, 5, 6]).expect("kept");
        drop(kept);
        assert!(open().of("一").is_none());
        assert_eq!(fs::metadata(data.path().join("vectors-m-3")).expect("there").len(), 0);
    }
}
