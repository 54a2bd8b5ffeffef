//! The bytes of one file, within their limits.

use std::{
    fs,
    io::{self, Read},
    path::Path,
};

use super::Content;
use crate::article::{MAX_BYTES, RelPath};

/// Largest picture served.
const PICTURE_BYTES: u64 = 16 << 20;

/// The content of a file; `None` when it is no longer there.
pub(super) fn read(path: &Path, bytes: u64) -> Option<Content> {
    if bytes > MAX_BYTES {
        return Some(Content::TooLarge(bytes));
    }
    let mut content = Vec::with_capacity(bytes as usize);
    let limit = MAX_BYTES + 1;
    match fs::File::open(path).and_then(|file| file.take(limit).read_to_end(&mut content)) {
        Ok(_) if content.len() as u64 > MAX_BYTES => Some(Content::TooLarge(content.len() as u64)),
        Ok(_) => Some(Content::Bytes(content)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => None,
        Err(error) => Some(Content::Unreadable(error.kind().to_string())),
    }
}

/// The bytes of the picture at `path` below `root`; `None` when it is not there or too large.
#[must_use]
pub fn read_picture(root: &Path, path: &RelPath) -> Option<Vec<u8>> {
    let full = root.join(path.as_str());
    let meta = fs::metadata(&full).ok().filter(|m| m.is_file() && m.len() <= PICTURE_BYTES)?;
    let mut bytes = Vec::with_capacity(meta.len() as usize);
    fs::File::open(full).ok()?.take(PICTURE_BYTES).read_to_end(&mut bytes).ok()?;
    Some(bytes)
}
