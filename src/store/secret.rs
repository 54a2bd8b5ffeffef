//! The key that signs cookies, made once and kept beside the data.

use std::{
    fs,
    io::{self, Write},
    path::Path,
};

use super::StoreFault;

/// Length of the key, in bytes.
const BYTES: usize = 32;

/// The key.
#[derive(Clone)]
pub struct Secret {
    /// Its bytes.
    pub bytes: [u8; BYTES],
    /// It was made just now: this data folder is new.
    pub is_new: bool,
}

impl Secret {
    /// Reads `data/secret`, or makes it, readable by its owner only.
    ///
    /// # Errors
    /// When it can be neither read nor made.
    pub fn open(data: &Path) -> Result<Self, StoreFault> {
        let path = data.join("secret");
        let fault = |source| StoreFault { path: path.clone(), source };
        fs::create_dir_all(data).map_err(fault)?;
        match fs::read(&path) {
            Ok(read) => match read.try_into() {
                Ok(bytes) => return Ok(Self { bytes, is_new: false }),
                Err(_) => fs::remove_file(&path).map_err(fault)?,
            },
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(fault(error)),
        }
        let bytes = random_bytes().map_err(fault)?;
        let mut options = fs::OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        options.open(&path).and_then(|mut file| file.write_all(&bytes)).map_err(fault)?;
        Ok(Self { bytes, is_new: true })
    }
}

/// Bytes nobody can guess.
///
/// # Errors
/// When the operating system has none.
pub fn random_bytes<const N: usize>() -> io::Result<[u8; N]> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(io::Error::other)?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_key_is_made_once() {
        let data = tempfile::tempdir().expect("a folder");
        let first = Secret::open(data.path()).expect("made");
        let second = Secret::open(data.path()).expect("read");
        assert!(first.is_new && !second.is_new && first.bytes == second.bytes);
        fs::write(data.path().join("secret"), "short").expect("written");
        assert!(Secret::open(data.path()).expect("made anew").is_new);
    }
}
