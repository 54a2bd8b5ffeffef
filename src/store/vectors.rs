//! Vectors kept between starts, by the hash of their text: making them costs minutes, reading them nothing.
//!
//! One file of records of the same length, written at its end. What is no whole record is left out, so
//! a stop in the middle of writing loses one vector; the file may be deleted at any time.

use std::{
    collections::HashMap,
    fs,
    io::Write,
    path::{Path, PathBuf},
};

use super::StoreFault;
use crate::article::Revision;

/// Bytes of the hash of a text.
const KEY: usize = 16;
/// A larger file is begun anew: most of it is texts that no article has any more.
const MAX_BYTES: u64 = 256 << 20;

/// The kept vectors, as bytes of one length.
#[derive(Debug)]
pub struct KeptVectors {
    file: Option<fs::File>,
    path: PathBuf,
    by_text: HashMap<[u8; KEY], Box<[u8]>>,
    bytes: usize,
}

impl KeptVectors {
    /// Opens the vectors of the model `name` in the data folder; each has `bytes` bytes.
    ///
    /// # Errors
    /// When the file cannot be made.
    pub fn open(data: &Path, name: &str, bytes: usize) -> Result<Self, StoreFault> {
        Self::open_up_to(data, name, bytes, MAX_BYTES)
    }

    fn open_up_to(data: &Path, name: &str, bytes: usize, max_bytes: u64) -> Result<Self, StoreFault> {
        let path = data.join(format!("vectors-{name}"));
        let fault = |source| StoreFault { path: path.clone(), source };
        fs::create_dir_all(data).map_err(fault)?;
        let mut known = fs::read(&path).unwrap_or_default();
        let too_large = known.len() as u64 >= max_bytes;
        if too_large {
            known.clear();
        }
        let mut by_text = HashMap::new();
        let whole = known.len() / (KEY + bytes) * (KEY + bytes);
        for record in known[..whole].chunks_exact(KEY + bytes) {
            if let Some((key, vector)) = record.split_first_chunk() {
                by_text.insert(*key, vector.into());
            }
        }
        let fits = known.len() == whole && !too_large;
        let file =
            fs::OpenOptions::new().create(true).append(fits).write(true).truncate(!fits).open(&path).map_err(fault)?;
        let mut kept = Self { file: Some(file), path, by_text, bytes };
        if !fits {
            // Written anew whole, so that the records stand where they are looked for.
            let all: Vec<u8> = kept.by_text.iter().flat_map(|(key, v)| key.iter().chain(v.iter()).copied()).collect();
            kept.append(&all)?;
        }
        Ok(kept)
    }

    /// The vector of `text`, when it was kept.
    #[must_use]
    pub fn of(&self, text: &str) -> Option<&[u8]> {
        self.by_text.get(&key(text)).map(|v| &**v)
    }

    /// Keeps the vector of `text`.
    ///
    /// # Errors
    /// When it cannot be written; it is known all the same until the process ends.
    pub fn keep(&mut self, text: &str, vector: &[u8]) -> Result<(), StoreFault> {
        debug_assert_eq!(vector.len(), self.bytes);
        self.by_text.insert(key(text), vector.into());
        self.append(&[&key(text), vector].concat())
    }

    fn append(&mut self, bytes: &[u8]) -> Result<(), StoreFault> {
        let Some(file) = &mut self.file else { return Ok(()) };
        file.write_all(bytes).map_err(|source| {
            // Half a record would put all that follow out of their places.
            self.file = None;
            StoreFault { path: self.path.clone(), source }
        })
    }
}

fn key(text: &str) -> [u8; KEY] {
    let hash = Revision::of(text.as_bytes()).0;
    std::array::from_fn(|i| hash[i])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn vectors_survive_a_restart_and_a_torn_record_is_left_out() {
        let data = tempfile::tempdir().expect("a folder");
        let open = || KeptVectors::open(data.path(), "m", 3).expect("opens");
        let mut kept = open();
        kept.keep("一", &[1, 2, 3]).expect("kept");
        kept.keep("二", &[4, 5, 6]).expect("kept");
        drop(kept);
        let path = data.path().join("vectors-m");
        let mut bytes = fs::read(&path).expect("read");
        bytes.truncate(bytes.len() - 1);
        fs::write(&path, bytes).expect("written");
        let mut kept = open();
        assert_eq!((kept.of("一"), kept.of("二")), (Some(&[1, 2, 3][..]), None));
        kept.keep("三", &[7, 8, 9]).expect("kept");
        drop(kept);
        assert_eq!((open().of("一"), open().of("三")), (Some(&[1, 2, 3][..]), Some(&[7, 8, 9][..])));
    }

    #[test]
    fn a_file_that_has_grown_too_large_is_begun_anew() {
        let data = tempfile::tempdir().expect("a folder");
        let record = (KEY + 3) as u64;
        let open = || KeptVectors::open_up_to(data.path(), "m", 3, 2 * record).expect("opens");
        open().keep("一", &[1, 2, 3]).expect("kept");
        let mut kept = open();
        assert!(kept.of("一").is_some());
        kept.keep("二", &[4, 5, 6]).expect("kept");
        drop(kept);
        assert!(open().of("一").is_none());
        assert_eq!(fs::metadata(data.path().join("vectors-m")).expect("there").len(), 0);
    }
}
