//! Whether a file or a folder is still the one it was: size, times, device and inode.

use std::{
    fs::{self, Metadata},
    path::Path,
    time::{Duration, SystemTime},
};

use super::Content;

/// A file written less than this before it was read may be written again within the same time
/// stamp, so it is read again at the next look (git calls such an entry racy).
const RACY: Duration = Duration::from_secs(2);

/// Size, times and place of a file. While they stay the same, its bytes do, too.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Stamp {
    bytes: u64,
    pub(super) modified: Option<SystemTime>,
    #[cfg(unix)]
    changed: (i64, i64),
    #[cfg(unix)]
    inode: (u64, u64),
}

impl Stamp {
    pub(super) fn of(meta: &Metadata) -> Self {
        #[cfg(unix)]
        use std::os::unix::fs::MetadataExt;
        Self {
            bytes: meta.len(),
            modified: meta.modified().ok(),
            #[cfg(unix)]
            changed: (meta.ctime(), meta.ctime_nsec()),
            #[cfg(unix)]
            inode: (meta.dev(), meta.ino()),
        }
    }

    /// Whether a file of this stamp, read as `content`, is to be read at the next look though its stamp is the
    /// same then; `after` is the stamp after it was read.
    pub(super) fn must_be_read_again(&self, content: &Content, after: Option<&Self>) -> bool {
        match content {
            // Its bytes are read when somebody asks for them.
            Content::Picture => false,
            // What failed once may work the next time: a network share, too many open files.
            Content::Unreadable(_) => true,
            Content::Bytes(_) | Content::TooLarge(_) => after != Some(self) || self.is_recent(),
        }
    }

    /// Whether the file may be written again without another stamp. A copy can carry an old time of
    /// writing; when it was changed on this machine it cannot choose.
    fn is_recent(&self) -> bool {
        let recent = |time: SystemTime| SystemTime::now().duration_since(time).map_or(true, |age| age < RACY);
        #[cfg(unix)]
        if let (Ok(seconds), Ok(nanos)) = (u64::try_from(self.changed.0), u32::try_from(self.changed.1))
            && recent(SystemTime::UNIX_EPOCH + Duration::new(seconds, nanos))
        {
            return true;
        }
        self.modified.is_some_and(recent)
    }
}

/// Device and inode of a folder, behind the links that lead to it.
pub(super) fn identity(folder: &Path) -> Option<(u64, u64)> {
    let meta = fs::metadata(folder).ok()?;
    #[cfg(unix)]
    return Some(Stamp::of(&meta).inode);
    #[cfg(not(unix))]
    Some((0, u64::from(meta.is_dir())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_could_not_be_read_is_tried_again_though_nobody_touches_it() {
        let old = Stamp::default();
        let other = Stamp { bytes: 1, ..Stamp::default() };
        let again = |content: Content, after: Option<&Stamp>| old.must_be_read_again(&content, after);
        assert!(again(Content::Unreadable("other error".to_owned()), Some(&old)));
        assert!(!again(Content::Bytes(Vec::new()), Some(&old)));
        assert!(again(Content::Bytes(Vec::new()), Some(&other)), "written while it was read");
        assert!(again(Content::Bytes(Vec::new()), None), "gone after it was read");
        assert!(!again(Content::Picture, Some(&other)));
    }
}
