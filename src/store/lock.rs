//! One server for one data folder: a lock the system frees when the process ends, however it ends.

use std::{
    fs::{self, File, TryLockError},
    path::Path,
};

use super::StoreFault;

/// Holds the data folder as long as it lives.
#[derive(Debug)]
pub struct DataLock {
    _file: File,
}

/// Why the data folder cannot be held.
#[derive(Debug, thiserror::Error)]
pub enum LockFault {
    /// Another process holds it.
    #[error("another server uses the data folder")]
    Taken,
    /// It cannot be used at all.
    #[error(transparent)]
    Store(#[from] StoreFault),
}

impl DataLock {
    /// Takes the folder `data`, making it when it is not there.
    ///
    /// # Errors
    /// When another process holds it or it cannot be written.
    pub fn take(data: &Path) -> Result<Self, LockFault> {
        let path = data.join("lock");
        let fault = |source| StoreFault { path: path.clone(), source };
        fs::create_dir_all(data).map_err(fault)?;
        let file = File::options().create(true).truncate(false).write(true).open(&path).map_err(fault)?;
        match file.try_lock() {
            Ok(()) => Ok(Self { _file: file }),
            Err(TryLockError::WouldBlock) => Err(LockFault::Taken),
            Err(TryLockError::Error(source)) => Err(fault(source).into()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_is_held_once_and_free_again_afterwards() {
        let data = tempfile::tempdir().expect("a folder");
        let held = DataLock::take(data.path()).expect("held");
        assert!(matches!(DataLock::take(data.path()), Err(LockFault::Taken)));
        drop(held);
        assert!(DataLock::take(data.path()).is_ok());
    }
}
