//! The index a start may take up: one file, believed only when it is whole and was written for the same mark.
//!
//! It holds nothing that cannot be made again from the folder, so it may be deleted at any time.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use super::StoreFault;
use crate::article::Revision;

/// The file of the kept index.
#[derive(Debug)]
pub struct KeptIndex {
    path: PathBuf,
}

impl KeptIndex {
    /// The one in the folder `data`, whether it exists or not.
    #[must_use]
    pub fn in_folder(data: &Path) -> Self {
        Self { path: data.join("index") }
    }

    /// What was kept for `mark`; nothing when it was torn, changed or kept for another.
    #[must_use]
    pub fn read(&self, mark: Revision) -> Option<Vec<u8>> {
        let mut bytes = fs::read(&self.path).ok()?;
        let written = bytes.split_off(bytes.len().checked_sub(mark.0.len())?);
        (written == sum(mark, &bytes).0).then_some(bytes)
    }

    /// Keeps `bytes` for `mark` in place of what was kept before.
    ///
    /// # Errors
    /// When they cannot be written; what was kept before is still there.
    pub fn write(&self, mark: Revision, mut bytes: Vec<u8>) -> Result<(), StoreFault> {
        let sum = sum(mark, &bytes);
        bytes.extend(sum.0);
        let beside = self.path.with_extension("writing");
        let written = fs::write(&beside, bytes).and_then(|()| fs::rename(&beside, &self.path));
        written.map_err(|source: io::Error| StoreFault { path: self.path.clone(), source })
    }
}

/// A sum over `bytes` that no other mark has.
fn sum(mark: Revision, bytes: &[u8]) -> Revision {
    Revision::of(&[mark.0, Revision::of(bytes).0].concat())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_torn_changed_or_kept_for_another_mark_is_not_believed() {
        let data = tempfile::tempdir().expect("a folder");
        let kept = KeptIndex::in_folder(data.path());
        let mark = Revision::of(b"this program, these words");
        assert_eq!(kept.read(mark), None);
        kept.write(mark, b"first".to_vec()).expect("written");
        kept.write(mark, b"second".to_vec()).expect("written");
        assert_eq!(kept.read(mark), Some(b"second".to_vec()));
        assert_eq!(kept.read(Revision::of(b"other words")), None);
        let whole = fs::read(&kept.path).expect("read");
        let mut changed = whole.clone();
        changed[2] ^= 1;
        for bytes in [&whole[..whole.len() - 1], &whole[..10], &[], &changed] {
            fs::write(&kept.path, bytes).expect("written");
            assert_eq!(kept.read(mark), None);
        }
    }
}
