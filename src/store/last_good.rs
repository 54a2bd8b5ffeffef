//! The last good bytes of each file, so that an article broken while the server was down, or before
//! it was stopped, still has a version to serve.
//!
//! One file for each path: `<hash of the path>-<revision>`. Writing goes through a temporary name,
//! so a stop in the middle leaves the older version whole.

use std::{
    collections::{HashMap, HashSet},
    fs, io,
    path::{Path, PathBuf},
};

use crate::article::{RelPath, Revision};

/// Hex digits of the hash of a path in a file name.
const NAME_DIGITS: usize = 32;

/// The data folder cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("cannot use `{path}`")]
pub struct StoreFault {
    /// The folder or file.
    pub path: PathBuf,
    /// Why not.
    #[source]
    pub source: io::Error,
}

/// The kept versions.
#[derive(Debug)]
pub struct LastGood {
    folder: PathBuf,
    /// File name by hash of the path.
    names: HashMap<String, String>,
}

impl LastGood {
    /// Opens `data/last-good`, making it when it is not there.
    ///
    /// # Errors
    /// When the folder cannot be made or read.
    pub fn open(data: &Path) -> Result<Self, StoreFault> {
        let folder = data.join("last-good");
        let fault = |source| StoreFault { path: folder.clone(), source };
        fs::create_dir_all(&folder).map_err(fault)?;
        let mut found = Vec::new();
        for entry in fs::read_dir(&folder).map_err(fault)? {
            let entry = entry.map_err(fault)?;
            let written = entry.metadata().and_then(|m| m.modified()).ok();
            let name = entry.file_name().to_string_lossy().into_owned();
            if let Some((hash, _)) = name.split_once('-') {
                found.push((written, hash.to_owned(), name));
            }
        }
        // A stop between writing a version and removing the older one leaves both: the newer counts.
        found.sort();
        let mut names: HashMap<String, String> = HashMap::new();
        for (_, hash, name) in found {
            if let Some(older) = names.insert(hash, name) {
                let _ = fs::remove_file(folder.join(older));
            }
        }
        Ok(Self { folder, names })
    }

    /// The bytes kept for `path`.
    #[must_use]
    pub fn recall(&self, path: &RelPath) -> Option<Vec<u8>> {
        fs::read(self.folder.join(self.names.get(&hash(path))?)).ok()
    }

    /// Keeps `bytes` for `path` in place of what was kept before.
    ///
    /// # Errors
    /// When they cannot be written; what was kept before is still there.
    pub fn keep(&mut self, path: &RelPath, bytes: &[u8]) -> Result<(), StoreFault> {
        let hash = hash(path);
        let name = format!("{hash}-{}", Revision::of(bytes));
        let before = self.names.get(&hash).cloned();
        if before.as_ref() == Some(&name) {
            return Ok(());
        }
        let (temporary, target) = (self.folder.join("writing"), self.folder.join(&name));
        let written = fs::write(&temporary, bytes).and_then(|()| fs::rename(&temporary, &target));
        written.map_err(|source| StoreFault { path: target, source })?;
        if let Some(before) = before {
            // A stale version left behind costs a few bytes; the name map decides.
            let _ = fs::remove_file(self.folder.join(before));
        }
        self.names.insert(hash, name);
        Ok(())
    }

    /// Forgets every path that is not among `present`: their files were deleted while nobody looked.
    pub fn forget_others<'p>(&mut self, present: impl Iterator<Item = &'p RelPath>) {
        let present: HashSet<String> = present.map(hash).collect();
        let gone: Vec<String> = self.names.keys().filter(|h| !present.contains(*h)).cloned().collect();
        for hash in gone {
            self.forget_hash(&hash);
        }
    }

    /// Forgets `path`: its file was deleted.
    pub fn forget(&mut self, path: &RelPath) {
        self.forget_hash(&hash(path));
    }

    fn forget_hash(&mut self, hash: &str) {
        if let Some(name) = self.names.remove(hash) {
            let _ = fs::remove_file(self.folder.join(name));
        }
    }
}

fn hash(path: &RelPath) -> String {
    Revision::of(path.as_str().as_bytes()).to_string()[..NAME_DIGITS].to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_kept_survives_and_is_replaced_and_forgotten() {
        let data = tempfile::tempdir().expect("a folder");
        let path = RelPath::new("洗衣机/a.md");
        let mut kept = LastGood::open(data.path()).expect("opens");
        assert_eq!(kept.recall(&path), None);
        kept.keep(&path, b"1").expect("kept");
        kept.keep(&path, b"2").expect("kept");
        let mut again = LastGood::open(data.path()).expect("opens");
        assert_eq!(again.recall(&path).as_deref(), Some(&b"2"[..]));
        assert_eq!(fs::read_dir(data.path().join("last-good")).expect("reads").count(), 1);
        again.forget(&path);
        assert_eq!(LastGood::open(data.path()).expect("opens").recall(&path), None);
    }

    #[test]
    fn a_data_folder_that_cannot_be_used_is_named() {
        let data = tempfile::tempdir().expect("a folder");
        fs::write(data.path().join("last-good"), "a file in the way").expect("written");
        assert!(LastGood::open(data.path()).is_err());
    }
}
