//! Looks at the folder and says which files differ from the last look. Events only say where to
//! look; what is there decides.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    fs::{self, Metadata},
    io,
    path::{Path, PathBuf},
};

use ignore::gitignore::{Gitignore, GitignoreBuilder};
use walkdir::{DirEntry, WalkDir};

use super::{
    Change, Content, Corpus, ListFile, Tick,
    read::read,
    stamp::{Stamp, identity},
};
use crate::article::{RelPath, Revision};

/// Lists what is not read, in the syntax of gitignore; at the top of the folder.
const IGNORE: &str = ".kbignore";
/// What is wrong with a folder that was put in the place of the last one and holds nothing of ours.
const EMPTY_INSTEAD: &str = "换成了另一个没有文章的文件夹，是否没有挂载？";

/// Remembers what each file looked like.
#[derive(Debug)]
pub struct Scanner {
    root: PathBuf,
    /// Device and inode of the folder at the last look; `None` before it and while there is none.
    identity: Option<(u64, u64)>,
    /// The same of the folder in which everything was looked at last.
    home: Option<(u64, u64)>,
    /// What `.kbignore` leaves out, and the stamp it was read at.
    left_out: (Option<Stamp>, Gitignore),
    seen: HashMap<RelPath, Seen>,
    /// What each link leads to, by the path of the link.
    links: BTreeMap<PathBuf, Behind>,
    /// Parts that could not be read when they were looked at last, and why.
    blind: BTreeMap<RelPath, String>,
    /// Not everything has been looked at yet: a hint is not enough.
    is_new: bool,
}

/// What a link leads to.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Behind {
    path: Option<PathBuf>,
    /// Device and inode of a folder.
    folder: Option<(u64, u64)>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Seen {
    stamp: Stamp,
    hash: Option<Revision>,
    racy: bool,
}

/// What a look found.
#[derive(Debug, Default)]
pub struct Look {
    /// Files that differ.
    pub changes: Vec<Change>,
    /// A hint led to a folder: files may still be on their way into it.
    pub folder_hinted: bool,
    /// The folder itself could not be read; nothing was concluded from that.
    pub fault: Option<io::Error>,
    /// Parts of the folder that could not be read, and why; what was known of them stays.
    pub blind: BTreeMap<RelPath, String>,
    /// The folder, or one behind a link in it, is another one than at the last look, something happened
    /// to it, or a part of it can be read again: who watched it watches in vain.
    pub folder_replaced: bool,
}

impl Scanner {
    /// A scanner that has seen nothing yet.
    #[must_use]
    pub fn new(root: &Path) -> Self {
        Self {
            root: root.to_owned(),
            identity: identity(root),
            home: None,
            left_out: (None, Gitignore::empty()),
            seen: HashMap::new(),
            links: BTreeMap::new(),
            blind: BTreeMap::new(),
            is_new: true,
        }
    }

    /// This scanner when it knows only what is in `corpus`: it reads every file again and reports those that
    /// differ, and that the folder must be watched anew, because nobody may have heard so.
    #[must_use]
    pub fn after(&self, corpus: &Corpus) -> Self {
        let unlike_any = Stamp::default();
        let files = corpus.entries().map(|(path, entry)| (path.clone(), entry.hash));
        let pictures = corpus.pictures.iter().map(|path| (path.clone(), None));
        let lists = corpus.list_problems.keys().map(|list| (RelPath::new(list.file_name()), None));
        let all = files.chain(pictures).chain(lists);
        let seen = all.map(|(path, hash)| (path, Seen { stamp: unlike_any.clone(), hash, racy: true })).collect();
        Self { seen, identity: None, home: self.home, ..Self::new(&self.root) }
    }

    /// Looks where `tick` says.
    pub fn look(&mut self, tick: &Tick) -> Look {
        let mut look = Look::default();
        let now = identity(&self.root);
        let before = std::mem::replace(&mut self.identity, now);
        look.folder_replaced = now.is_some() && (before != now || tick.hints.contains(&self.root));
        let is_other = now != self.home;
        // When other files count than before, only a look at all of them tells.
        let everything = self.read_left_out() || tick.everything || self.is_new || is_other;
        if is_other && now.is_some() && !self.seen.is_empty() && !self.has_ours() {
            // As when a disk is unmounted: what remains is the empty folder it was mounted on.
            look.fault = Some(io::Error::new(io::ErrorKind::NotFound, EMPTY_INSTEAD));
        } else if everything {
            let root = self.root.clone();
            self.look_below(&root, &mut look);
            if look.fault.is_none() && identity(&self.root) == now {
                (self.home, self.is_new) = (now, false);
            }
        } else {
            self.look_at_hints(&tick.hints, &mut look);
        }
        look.blind.clone_from(&self.blind);
        if let Err(fault) = fs::metadata(&self.root) {
            self.identity = None;
            look.fault.get_or_insert(fault);
        }
        look
    }

    /// Reads `.kbignore` when it has changed; returns whether it has.
    fn read_left_out(&mut self) -> bool {
        let path = self.root.join(IGNORE);
        let stamp = fs::metadata(&path).ok().filter(Metadata::is_file).map(|m| Stamp::of(&m));
        if stamp == self.left_out.0 {
            return false;
        }
        let mut builder = GitignoreBuilder::new(&self.root);
        // A line that is no pattern is left out alone; the others count.
        let _ = stamp.as_ref().map(|_| builder.add(&path));
        self.left_out = (stamp, builder.build().unwrap_or_else(|_| Gitignore::empty()));
        true
    }

    fn look_at_hints(&mut self, hints: &[PathBuf], look: &mut Look) {
        let mut hints: Vec<&PathBuf> = hints.iter().collect();
        hints.sort();
        hints.dedup();
        for hint in hints {
            if !hint.starts_with(&self.root) {
                // The watcher may report the folder behind a link; only a look at all tells.
                let root = self.root.clone();
                return self.look_below(&root, look);
            }
            match fs::metadata(hint) {
                Ok(meta) if meta.is_dir() => {
                    look.folder_hinted = true;
                    self.look_below(hint, look);
                }
                Ok(meta) => {
                    self.see_again(&self.rel(hint));
                    self.look_at(hint, &meta, &mut look.changes);
                }
                Err(error) if is_absent(&error) => {
                    let prefix = self.rel(hint);
                    self.see_again(&prefix);
                    self.forget_below(&prefix, &BTreeSet::new(), &mut look.changes);
                }
                Err(error) => {
                    let part = self.rel(hint);
                    if !is_hidden(&part) {
                        self.blind.insert(part, error.to_string());
                    }
                }
            }
        }
    }

    fn look_below(&mut self, folder: &Path, look: &mut Look) {
        let (mut present, mut links, mut blind) = (BTreeSet::new(), BTreeMap::new(), BTreeMap::new());
        for entry in files_below(folder) {
            let entry = match entry {
                Ok(entry) => entry,
                Err(error) => {
                    self.take_fault(error, folder, &mut blind, look);
                    continue;
                }
            };
            if entry.path_is_symlink() {
                let path = fs::canonicalize(entry.path()).ok();
                let folder = entry.file_type().is_dir().then(|| identity(entry.path())).flatten();
                links.insert(entry.path().to_owned(), Behind { path, folder });
            }
            if !entry.file_type().is_file() || !self.is_ours(entry.path()) {
                continue;
            }
            match entry.metadata() {
                Ok(meta) => {
                    present.insert(self.rel(entry.path()));
                    self.look_at(entry.path(), &meta, &mut look.changes);
                }
                Err(error) => self.take_fault(error, folder, &mut blind, look),
            }
        }
        if look.fault.is_some() || !self.is_the_same() {
            return;
        }
        let known = std::mem::take(&mut self.links).into_iter();
        let (before, elsewhere): (BTreeMap<_, _>, _) = known.partition(|(path, _)| path.starts_with(folder));
        // The watcher follows the links it finds when it begins, and no others.
        look.folder_replaced |= before != links;
        links.extend::<BTreeMap<_, _>>(elsewhere);
        self.links = links;
        let prefix = self.rel(folder);
        // Nor could it watch what could not be read.
        look.folder_replaced |= self.blind.keys().any(|b| is_below(b, &prefix) && !blind.contains_key(b));
        present.extend(self.seen.keys().filter(|p| blind.keys().any(|b| is_below(p, b))).cloned());
        self.see_again(&prefix);
        self.blind.extend(blind);
        self.forget_below(&prefix, &present, &mut look.changes);
    }

    /// A part that cannot be read says nothing about the files in it; the whole folder is no part.
    fn take_fault(&self, error: walkdir::Error, folder: &Path, blind: &mut BTreeMap<RelPath, String>, look: &mut Look) {
        let is_whole = error.depth() == 0 && folder == self.root;
        let part = self.rel(error.path().unwrap_or(folder));
        // A link that leads back up is no fault: what is behind it is found where it is.
        let Some(error) = error.into_io_error() else { return };
        if is_whole {
            look.fault = Some(error);
        } else if !is_absent(&error) && !is_hidden(&part) {
            blind.insert(part, error.to_string());
        }
    }

    /// Forgets that what is below `prefix` could not be read.
    fn see_again(&mut self, prefix: &RelPath) {
        self.blind.retain(|part, _| !is_below(part, prefix));
    }

    fn forget_below(&mut self, prefix: &RelPath, present: &BTreeSet<RelPath>, changes: &mut Vec<Change>) {
        if !self.is_the_same() {
            return;
        }
        let mut gone: Vec<RelPath> =
            self.seen.keys().filter(|p| is_below(p, prefix) && !present.contains(*p)).cloned().collect();
        gone.sort();
        for path in gone {
            self.seen.remove(&path);
            changes.push(Change { path, content: None, modified: None });
        }
    }

    fn look_at(&mut self, path: &Path, meta: &Metadata, changes: &mut Vec<Change>) {
        if !meta.is_file() || !self.is_ours(path) {
            return;
        }
        let rel = self.rel(path);
        let stamp = Stamp::of(meta);
        let before = self.seen.get(&rel);
        if before.is_some_and(|b| b.stamp == stamp && !b.racy) {
            return;
        }
        let content = if is_picture(&rel) { Some(Content::Picture) } else { read(path, meta.len()) };
        let Some(content) = content else {
            // Gone between the look and the read.
            self.forget_below(&rel.clone(), &BTreeSet::new(), changes);
            return;
        };
        let hash = if let Content::Bytes(bytes) = &content { Some(Revision::of(bytes)) } else { None };
        let after = fs::metadata(path).map(|m| Stamp::of(&m)).ok();
        let racy = stamp.must_be_read_again(&content, after.as_ref());
        let same = before.is_some_and(|b| b.hash.is_some() && b.hash == hash || hash.is_none() && b.stamp == stamp);
        // What was read of it before counts until it can be read again.
        let hash = hash.or_else(|| before.filter(|_| same).and_then(|b| b.hash));
        let modified = stamp.modified;
        self.seen.insert(rel.clone(), Seen { stamp, hash, racy });
        if !same {
            changes.push(Change { path: rel, content: Some(content), modified });
        }
    }

    /// Whether the folder is there and still the one this look began with: otherwise what is missing in it says
    /// nothing about the files.
    fn is_the_same(&self) -> bool {
        self.identity.is_some() && identity(&self.root) == self.identity
    }

    fn has_ours(&self) -> bool {
        files_below(&self.root).flatten().any(|e| e.file_type().is_file() && self.is_ours(e.path()))
    }

    fn is_ours(&self, path: &Path) -> bool {
        let rel = self.rel(path);
        if ListFile::at(&rel).is_some() {
            return true;
        }
        if is_hidden(&rel) {
            return false;
        }
        if is_picture(&rel) {
            return true;
        }
        let aside = |part: &str| part.starts_with('_') && part != "_index.md";
        let name = rel.as_str().rsplit('/').next().unwrap_or("");
        let lower = name.to_ascii_lowercase();
        let readme = lower == "readme.md" || (lower.starts_with("readme.") && lower.ends_with(".md"));
        let left_out = || self.left_out.1.matched_path_or_any_parents(rel.as_str(), false).is_ignore();
        lower.ends_with(".md") && !readme && !rel.as_str().split('/').any(aside) && !left_out()
    }

    fn rel(&self, path: &Path) -> RelPath {
        let rel = path.strip_prefix(&self.root).unwrap_or(path);
        let parts: Vec<_> = rel.components().map(|c| c.as_os_str().to_string_lossy()).collect();
        RelPath::new(&parts.join("/"))
    }
}

/// Whether a file is a picture that articles may show, by its ending.
pub(super) fn is_picture(path: &RelPath) -> bool {
    let ending = path.as_str().rsplit_once('.').map_or("", |(_, e)| e).to_ascii_lowercase();
    ["png", "jpg", "jpeg", "webp", "gif", "svg"].contains(&ending.as_str())
}

/// Everything below `folder`, in the order of names.
fn files_below(folder: &Path) -> impl Iterator<Item = Result<DirEntry, walkdir::Error>> {
    WalkDir::new(folder).follow_links(true).sort_by_file_name().into_iter().filter_entry(is_wanted)
}

/// Folders whose name begins with `_` are looked into: they hold no articles, but pictures.
fn is_wanted(entry: &DirEntry) -> bool {
    entry.depth() == 0 || !entry.file_name().to_string_lossy().starts_with('.')
}

fn is_hidden(path: &RelPath) -> bool {
    path.as_str().split('/').any(|part| part.starts_with('.'))
}

/// Whether there is nothing at the path that was asked for; any other error says that something may be there.
fn is_absent(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory)
}

fn is_below(path: &RelPath, prefix: &RelPath) -> bool {
    let (path, prefix) = (path.as_str(), prefix.as_str());
    prefix.is_empty() || path == prefix || path.strip_prefix(prefix).is_some_and(|rest| rest.starts_with('/'))
}

#[cfg(test)]
mod tests {
    use std::time::SystemTime;

    use super::*;
    use crate::corpus::KeptVersions;

    fn everything() -> Tick {
        Tick { hints: Vec::new(), everything: true }
    }

    fn hint(path: &Path) -> Tick {
        Tick { hints: vec![path.to_owned()], everything: false }
    }

    fn names(look: &Look) -> Vec<(String, bool)> {
        look.changes.iter().map(|c| (c.path.to_string(), c.content.is_some())).collect()
    }

    #[test]
    fn only_articles_and_lists_are_looked_at() {
        let dir = tempfile::tempdir().expect("a folder");
        for name in ["a.md", "README.md", "README.en.md", "_index.md", "_x.md", ".h.md", "b.txt", "words.txt", "c.MD"] {
            fs::write(dir.path().join(name), name).expect("written");
        }
        fs::create_dir_all(dir.path().join(".git")).expect("made");
        fs::write(dir.path().join(".git/d.md"), "d").expect("written");
        fs::create_dir(dir.path().join("folder.md")).expect("made");
        let look = Scanner::new(dir.path()).look(&everything());
        let found: Vec<String> = names(&look).into_iter().map(|n| n.0).collect();
        assert_eq!(found, ["_index.md", "a.md", "c.MD", "words.txt"]);
    }

    /// An event names the file, a look at everything goes through its folder.
    #[test]
    fn a_picture_below_a_folder_beginning_with_an_underscore_is_seen_both_ways_and_an_article_never() {
        let dir = tempfile::tempdir().expect("a folder");
        let folder = dir.path().join("_图/深");
        fs::create_dir_all(&folder).expect("made");
        let mut scanner = Scanner::new(dir.path());
        scanner.look(&everything());
        let picture = folder.join("a.png");
        for path in [&picture, &folder.join("a.md")] {
            fs::write(path, "1").expect("written");
            scanner.look(&hint(path));
        }
        assert_eq!(names(&scanner.look(&everything())), [], "it is there still");
        let look = Scanner::new(dir.path()).look(&everything());
        assert_eq!(names(&look), [("_图/深/a.png".into(), true)]);
    }

    #[test]
    fn what_kbignore_lists_is_not_read_and_comes_back_without_it() {
        let dir = tempfile::tempdir().expect("a folder");
        fs::create_dir(dir.path().join("草稿")).expect("made");
        for name in ["a.md", "a.bak.md", "草稿/b.md"] {
            fs::write(dir.path().join(name), name).expect("written");
        }
        let mut scanner = Scanner::new(dir.path());
        assert_eq!(names(&scanner.look(&everything())).len(), 3);
        let list = dir.path().join(".kbignore");
        fs::write(&list, "草稿/\n*.bak.md\n").expect("written");
        assert_eq!(names(&scanner.look(&hint(&list))), [("a.bak.md".into(), false), ("草稿/b.md".into(), false)]);
        fs::remove_file(&list).expect("removed");
        assert_eq!(names(&scanner.look(&hint(&list))).len(), 2);
    }

    #[test]
    fn a_look_tells_new_changed_and_gone_files_once() {
        let dir = tempfile::tempdir().expect("a folder");
        let (a, sub) = (dir.path().join("a.md"), dir.path().join("s"));
        fs::create_dir(&sub).expect("made");
        fs::write(&a, "1").expect("written");
        fs::write(sub.join("b.md"), "1").expect("written");
        let mut scanner = Scanner::new(dir.path());
        assert_eq!(names(&scanner.look(&everything())), [("a.md".into(), true), ("s/b.md".into(), true)]);
        assert_eq!(names(&scanner.look(&everything())), []);
        fs::write(&a, "2").expect("written");
        assert_eq!(names(&scanner.look(&hint(&a))), [("a.md".into(), true)]);
        assert_eq!(names(&scanner.look(&hint(&a))), []);
        fs::remove_dir_all(&sub).expect("removed");
        assert_eq!(names(&scanner.look(&hint(&sub))), [("s/b.md".into(), false)]);
        fs::remove_file(&a).expect("removed");
        assert_eq!(names(&scanner.look(&everything())), [("a.md".into(), false)]);
    }

    #[test]
    fn a_second_write_within_the_same_time_stamp_is_seen() {
        second_write_is_seen(SystemTime::now());
    }

    /// As unzip and rsync write.
    #[cfg(unix)]
    #[test]
    fn a_second_write_with_the_same_old_time_is_seen() {
        second_write_is_seen(SystemTime::UNIX_EPOCH);
    }

    fn second_write_is_seen(modified: SystemTime) {
        let dir = tempfile::tempdir().expect("a folder");
        let a = dir.path().join("a.md");
        let write = |text: &str| {
            fs::write(&a, text).expect("written");
            let file = fs::File::options().write(true).open(&a).expect("opened");
            file.set_modified(modified).expect("set");
        };
        let mut scanner = Scanner::new(dir.path());
        write("1");
        scanner.look(&everything());
        // As if the second write had left every stamp alike: the scanner reads again all the same.
        write("2");
        let stamp = Stamp::of(&fs::metadata(&a).expect("there"));
        if let Some(seen) = scanner.seen.get_mut(&RelPath::new("a.md")) {
            seen.stamp = stamp;
        }
        assert_eq!(names(&scanner.look(&everything())), [("a.md".into(), true)]);
    }

    #[test]
    fn a_folder_that_vanishes_takes_no_article_with_it() {
        let dir = tempfile::tempdir().expect("a folder");
        let root = dir.path().join("kb");
        fs::create_dir(&root).expect("made");
        fs::write(root.join("a.md"), "1").expect("written");
        let mut scanner = Scanner::new(&root);
        scanner.look(&everything());
        fs::rename(&root, dir.path().join("away")).expect("moved");
        let look = scanner.look(&everything());
        assert!(look.changes.is_empty() && look.fault.is_some());
    }

    #[cfg(unix)]
    #[test]
    fn an_empty_folder_in_the_place_of_the_last_one_takes_no_article_with_it_and_one_emptied_by_hand_does() {
        let dir = tempfile::tempdir().expect("a folder");
        let root = dir.path().join("kb");
        fs::create_dir(&root).expect("made");
        fs::write(root.join("a.md"), "1").expect("written");
        let mut scanner = Scanner::new(&root);
        scanner.look(&everything());
        fs::rename(&root, dir.path().join("away")).expect("moved");
        fs::create_dir(&root).expect("made");
        fs::write(root.join("README.md"), "a disk goes here").expect("written");
        for tick in [everything(), hint(&root.join("a.md")), hint(&root), everything()] {
            let look = scanner.look(&tick);
            assert!(look.changes.is_empty() && look.fault.is_some(), "{tick:?}: {:?}", look.changes);
        }
        // Files in it: they count, and those of the last one are gone.
        fs::write(root.join("b.md"), "2").expect("written");
        let look = scanner.look(&hint(&root.join("b.md")));
        assert!(look.fault.is_none(), "{:?}", look.fault);
        assert_eq!(names(&look), [("b.md".into(), true), ("a.md".into(), false)]);
        fs::remove_file(root.join("b.md")).expect("removed");
        let look = scanner.look(&everything());
        assert!(look.fault.is_none(), "{:?}", look.fault);
        assert_eq!(names(&look), [("b.md".into(), false)]);
    }

    /// A turn that fails begins anew from what is in service: that must not make it forget which folder that was.
    #[cfg(unix)]
    #[test]
    fn a_scanner_that_begins_anew_still_knows_which_folder_it_was() {
        let dir = tempfile::tempdir().expect("a folder");
        let root = dir.path().join("kb");
        fs::create_dir(&root).expect("made");
        fs::write(root.join("words.txt"), "1").expect("written");
        let mut scanner = Scanner::new(&root);
        let (corpus, _) = Corpus::default().apply(scanner.look(&everything()).changes, &Nothing);
        fs::rename(&root, dir.path().join("away")).expect("moved");
        fs::create_dir(&root).expect("made");
        let look = scanner.after(&corpus).look(&everything());
        assert!(look.changes.is_empty() && look.fault.is_some(), "{:?}", look.changes);
    }

    struct Nothing;

    impl KeptVersions for Nothing {
        fn recall(&self, _: &RelPath) -> Option<Vec<u8>> {
            None
        }
    }
}
