//! The key that signs cookies, made once and kept beside the data; and whether the sign-in link has been used.

use std::{
    fs,
    io::{self, Write},
    path::Path,
};

use super::StoreFault;

/// Length of the key, in bytes.
const BYTES: usize = 32;
/// Stands in the data folder once a sign-in link has been used; who deletes it gets a new link.
const LINK_USED: &str = "link-used";

/// The key.
#[derive(Clone)]
pub struct Secret {
    /// Its bytes.
    pub bytes: [u8; BYTES],
}

impl Secret {
    /// Reads `data/secret`, or makes it, readable by its owner only. A new key ends every sign-in, so a
    /// sign-in link counts as not used again.
    ///
    /// # Errors
    /// When it can be neither read nor made.
    pub fn open(data: &Path) -> Result<Self, StoreFault> {
        let path = data.join("secret");
        let fault = |source| StoreFault { path: path.clone(), source };
        fs::create_dir_all(data).map_err(fault)?;
        match fs::read(&path) {
            Ok(read) => match read.try_into() {
                Ok(bytes) => return Ok(Self { bytes }),
                Err(_) => fs::remove_file(&path).map_err(fault)?,
            },
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(fault(error)),
        }
        match fs::remove_file(data.join(LINK_USED)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(fault(error)),
            _ => {}
        }
        let bytes = random_bytes().map_err(fault)?;
        let mut options = fs::OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        options.open(&path).and_then(|mut file| file.write_all(&bytes)).map_err(fault)?;
        Ok(Self { bytes })
    }
}

/// Whether somebody has signed in to this data folder by the link printed at a start.
#[must_use]
pub fn is_link_used(data: &Path) -> bool {
    data.join(LINK_USED).exists()
}

/// Remembers that somebody has.
///
/// # Errors
/// When the data folder cannot be written.
pub fn mark_link_used(data: &Path) -> Result<(), StoreFault> {
    let path = data.join(LINK_USED);
    fs::write(&path, "").map_err(|source| StoreFault { path, source })
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
        assert_eq!(first.bytes, second.bytes);
        fs::write(data.path().join("secret"), "short").expect("written");
        assert_ne!(Secret::open(data.path()).expect("made anew").bytes, first.bytes);
    }

    #[test]
    fn a_used_link_is_remembered_until_the_mark_or_the_key_is_deleted() {
        let data = tempfile::tempdir().expect("a folder");
        let used_after_a_start = || {
            Secret::open(data.path()).expect("a key");
            is_link_used(data.path())
        };
        assert!(!used_after_a_start() && !used_after_a_start());
        for deleted in ["link-used", "secret"] {
            mark_link_used(data.path()).expect("written");
            assert!(used_after_a_start());
            fs::remove_file(data.path().join(deleted)).expect("deleted");
            assert!(!used_after_a_start(), "{deleted}");
        }
    }
}
