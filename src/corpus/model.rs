//! The folder as a value, and what differs between two looks at it.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap, HashSet},
    path::PathBuf,
    sync::Arc,
    time::SystemTime,
};

use super::{ListFile, Lists, names::Names, scan::is_picture};
use crate::article::{Article, ArticleId, Parsed, Problem, RelPath, Revision, Trouble, parse};

/// Something may have happened: where to look first. A hint, never a fact.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tick {
    /// Paths (absolute) worth a look now.
    pub hints: Vec<PathBuf>,
    /// Look at everything.
    pub everything: bool,
}

/// What a look found of one file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Content {
    /// Its bytes.
    Bytes(Vec<u8>),
    /// A picture, whose bytes are read when somebody asks for it.
    Picture,
    /// Larger than an article may be, in bytes.
    TooLarge(u64),
    /// It is there and cannot be read.
    Unreadable(String),
}

/// One file that is new or different, or gone (`content` = `None`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// The file.
    pub path: RelPath,
    /// What it holds now.
    pub content: Option<Content>,
    /// When the file was last written, by its own record.
    pub modified: Option<SystemTime>,
}

/// What is known of one file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The article in service; perhaps the last good version of it.
    pub article: Option<Arc<Article>>,
    /// SHA-256 of the bytes seen last.
    pub hash: Option<Revision>,
    /// What is wrong with the file as it stands in the folder.
    pub problems: Vec<Problem>,
    /// The article is an older version, because the file became unreadable.
    pub last_good: bool,
    /// What is wrong with the article among the others, as of the last check.
    pub checks: Vec<Problem>,
}

/// Bytes of earlier good versions, by path: what survives a restart.
pub trait KeptVersions {
    /// The last good bytes of `path`.
    fn recall(&self, path: &RelPath) -> Option<Vec<u8>>;
}

/// The whole folder.
#[derive(Debug, Clone, Default)]
pub struct Corpus {
    entries: BTreeMap<RelPath, Arc<Entry>>,
    served: HashMap<ArticleId, RelPath>,
    /// Pictures below the folder.
    pub(super) pictures: Arc<BTreeSet<RelPath>>,
    /// What links call the articles in service and the pictures.
    pub(super) names: Arc<Names>,
    /// The lists beside the articles.
    pub lists: Lists,
    /// Problems of the lists that were ever there.
    pub(super) list_problems: BTreeMap<ListFile, Vec<Problem>>,
    /// Problems that belong to no single article, as of the last check.
    shared_problems: Vec<Problem>,
}

/// What differs between two states of the folder, by article id.
#[derive(Debug, Clone, Default)]
pub struct Difference {
    /// New or different articles in service.
    pub put: Vec<Arc<Article>>,
    /// Ids no longer in service.
    pub gone: Vec<ArticleId>,
    /// The words a text is cut into have changed: every article must be cut again.
    pub words_changed: bool,
    /// Pictures came or went: links to them must be checked again.
    pub pictures_changed: bool,
    /// Any list has changed.
    pub lists_changed: bool,
    /// Files whose bytes were taken: path, hash, problems of the file.
    pub taken: Vec<Taken>,
    /// Names (their digests) that lead elsewhere than before: links that use them must be checked again.
    pub(super) moved: HashSet<u64>,
}

/// One file whose new content was taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Taken {
    /// The file.
    pub path: RelPath,
    /// SHA-256 of its bytes; `None` when it is gone or could not be read.
    pub hash: Option<Revision>,
    /// The article it gives.
    pub id: Option<ArticleId>,
    /// Its good bytes, to be kept against a later accident; `None` when they are not good.
    pub keep: Option<Vec<u8>>,
    /// When the file was last written.
    pub modified: Option<SystemTime>,
}

impl Difference {
    /// Whether search is the same as before.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.put.is_empty() && self.gone.is_empty() && !self.lists_changed && self.taken.is_empty()
    }
}

impl Corpus {
    /// Articles in service, in the order of their paths.
    pub fn articles(&self) -> impl Iterator<Item = &Arc<Article>> {
        self.entries
            .iter()
            .filter_map(|(path, entry)| entry.article.as_ref().filter(|a| self.served.get(&a.id) == Some(path)))
    }

    /// The article in service under `id`.
    #[must_use]
    pub fn article(&self, id: &ArticleId) -> Option<&Arc<Article>> {
        self.entries.get(self.served.get(id)?)?.article.as_ref()
    }

    /// The article in service that stands in the file `path`.
    #[must_use]
    pub fn article_at(&self, path: &RelPath) -> Option<&Arc<Article>> {
        self.entries.get(path)?.article.as_ref().filter(|a| self.served.get(&a.id) == Some(path))
    }

    /// How many articles are in service.
    #[must_use]
    pub fn n_articles(&self) -> usize {
        self.served.len()
    }

    /// Files and what is known of them.
    pub fn entries(&self) -> impl Iterator<Item = (&RelPath, &Arc<Entry>)> {
        self.entries.iter()
    }

    /// Whether a file is known at `path`, whatever it holds.
    pub(super) fn has_file(&self, path: &RelPath) -> bool {
        self.entries.contains_key(path)
    }

    /// Everything that is wrong, files in the order of their paths.
    #[must_use]
    pub fn problems(&self) -> Vec<Problem> {
        let mut all: Vec<Problem> =
            self.entries.values().flat_map(|e| e.problems.iter().chain(&e.checks).cloned()).collect();
        all.extend(self.list_problems.values().flatten().cloned());
        all.extend(self.shared_problems.iter().cloned());
        all.sort_by(|a, b| (&a.file, a.line, a.column).cmp(&(&b.file, b.line, b.column)));
        all
    }

    /// Problems of one file, its own and among the others.
    #[must_use]
    pub fn problems_of(&self, path: &RelPath) -> Vec<Problem> {
        let list = ListFile::at(path).and_then(|l| self.list_problems.get(&l)).into_iter().flatten();
        let own = self.entries.get(path).into_iter().flat_map(|e| e.problems.iter().chain(&e.checks));
        let from = self.shared_problems.partition_point(|p| p.file < *path);
        let shared = self.shared_problems[from..].iter().take_while(|p| p.file == *path);
        own.chain(list).chain(shared).cloned().collect()
    }

    pub(super) fn set_checks(&mut self, path: &RelPath, checks: Vec<Problem>) {
        if let Some(entry) = self.entries.get_mut(path)
            && entry.checks != checks
        {
            Arc::make_mut(entry).checks = checks;
        }
    }

    pub(super) fn set_shared_problems(&mut self, mut problems: Vec<Problem>) {
        problems.sort_by(|a, b| a.file.cmp(&b.file));
        self.shared_problems = problems;
    }

    /// The folder after `changes`, and what differs.
    ///
    /// A file that became unreadable keeps the version in service, or the one `kept` recalls.
    #[must_use]
    pub fn apply(&self, changes: Vec<Change>, kept: &dyn KeptVersions) -> (Corpus, Difference) {
        let mut next = self.clone();
        let mut difference = Difference::default();
        let (pictures, changes): (Vec<Change>, Vec<Change>) = changes.into_iter().partition(|c| is_picture(&c.path));
        if !pictures.is_empty() {
            difference.pictures_changed = true;
            next.take_pictures(pictures);
        }
        let (lists, files): (Vec<Change>, Vec<Change>) =
            changes.into_iter().partition(|c| ListFile::at(&c.path).is_some());
        for change in lists {
            next.take_list(&change, &mut difference);
        }
        for (change, parsed) in parse_all(files) {
            next.take_file(change, parsed, kept, &mut difference);
        }
        next.serve();
        next.compare(self, &mut difference);
        next.rename(self, &mut difference);
        (next, difference)
    }

    fn take_list(&mut self, change: &Change, difference: &mut Difference) {
        let Some(list) = ListFile::at(&change.path) else { return };
        let words = Arc::clone(&self.lists.words);
        let bytes = match &change.content {
            Some(Content::Bytes(bytes)) => Some(bytes.as_slice()),
            // What cannot be read changes nothing.
            Some(content) => {
                self.list_problems.insert(list, unread(&change.path, content).problems);
                return;
            }
            None => None,
        };
        let warned = !self.lists.hazards.0.is_empty();
        let mut problems = self.lists.set(list, bytes);
        if list == ListFile::Danger && bytes.is_none() && warned {
            // Who deletes it may; nobody should find out from a customer.
            problems.push(Problem { file: change.path.clone(), line: 1, column: 1, trouble: Trouble::DangerGone });
        }
        self.list_problems.insert(list, problems);
        difference.lists_changed = true;
        difference.words_changed |= words != self.lists.words;
        difference.taken.push(Taken {
            path: change.path.clone(),
            hash: bytes.map(Revision::of),
            id: None,
            keep: None,
            modified: change.modified,
        });
    }

    fn take_file(
        &mut self,
        change: Change,
        parsed: Option<Parsed>,
        kept: &dyn KeptVersions,
        difference: &mut Difference,
    ) {
        let Change { path, content, modified } = change;
        let Some(content) = content else {
            if self.entries.remove(&path).is_some() {
                difference.taken.push(Taken { path, hash: None, id: None, keep: None, modified });
            }
            return;
        };
        let hash = if let Content::Bytes(bytes) = &content { Some(Revision::of(bytes)) } else { None };
        let Parsed { article, mut problems, sound } = parsed.unwrap_or_else(|| unread(&path, &content));
        let mut last_good = false;
        let article = if sound {
            article.map(Arc::new)
        } else {
            let good = self.entries.get(&path).and_then(|e| e.article.clone().filter(|_| e.last_good || e.sound()));
            let good = good.or_else(|| parse(&path, &kept.recall(&path)?).article.map(Arc::new));
            last_good = good.is_some();
            good.or_else(|| article.map(Arc::new))
        };
        if last_good {
            problems.push(Problem { file: path.clone(), line: 1, column: 1, trouble: Trouble::LastGood });
        }
        let keep = match content {
            Content::Bytes(bytes) if sound => Some(bytes),
            _ => None,
        };
        difference.taken.push(Taken {
            path: path.clone(),
            hash,
            id: article.as_ref().map(|a| a.id.clone()),
            keep,
            modified,
        });
        self.entries.insert(path, Arc::new(Entry { article, hash, problems, last_good, checks: Vec::new() }));
    }

    /// Decides which file serves each id: the first path wins, and the others hear of it.
    fn serve(&mut self) {
        self.served.clear();
        let mut taken = Vec::new();
        for (path, entry) in &self.entries {
            let Some(article) = &entry.article else { continue };
            match self.served.get(&article.id) {
                None => {
                    self.served.insert(article.id.clone(), path.clone());
                }
                Some(first) => taken.push((path.clone(), article.id.to_string(), first.clone())),
            }
        }
        for entry in self.entries.values_mut() {
            if entry.problems.iter().any(|p| matches!(p.trouble, Trouble::IdTaken(..))) {
                Arc::make_mut(entry).problems.retain(|p| !matches!(p.trouble, Trouble::IdTaken(..)));
            }
        }
        for (path, id, by) in taken {
            let Some(entry) = self.entries.get_mut(&path) else { continue };
            let problem = Problem { file: path, line: 1, column: 1, trouble: Trouble::IdTaken(id, by) };
            let entry = Arc::make_mut(entry);
            entry.problems.push(problem);
            // It is checked among the others when it serves.
            entry.checks.clear();
        }
    }

    fn compare(&self, before: &Corpus, difference: &mut Difference) {
        let same = |a: &Arc<Article>| {
            before.article(&a.id).is_some_and(|b| Arc::ptr_eq(a, b) || (a.revision == b.revision && a.path == b.path))
        };
        difference.put = self.articles().filter(|a| !same(a)).cloned().collect();
        difference.gone = before.served.keys().filter(|id| !self.served.contains_key(*id)).cloned().collect();
        difference.gone.sort();
    }
}

impl Entry {
    /// The article was read from the bytes in the folder and its header was readable.
    fn sound(&self) -> bool {
        let unread = |t: &Trouble| matches!(t, Trouble::HeaderOpen | Trouble::HeaderSyntax(_) | Trouble::HeaderUnread);
        !self.problems.iter().any(|p| unread(&p.trouble))
    }
}

fn unread(path: &RelPath, content: &Content) -> Parsed {
    let trouble = match content {
        Content::TooLarge(bytes) => Trouble::TooLarge(*bytes),
        Content::Unreadable(cause) => Trouble::Unreadable(cause.clone()),
        Content::Bytes(_) | Content::Picture => Trouble::NotText,
    };
    Parsed { article: None, problems: vec![Problem { file: path.clone(), line: 1, column: 1, trouble }], sound: false }
}

/// Parses the bytes of `changes`, on all cores when there are many.
fn parse_all(changes: Vec<Change>) -> Vec<(Change, Option<Parsed>)> {
    const MANY: usize = 64;
    let one = |change: Change| {
        let parsed = match &change.content {
            Some(Content::Bytes(bytes)) => Some(parse(&change.path, bytes)),
            _ => None,
        };
        (change, parsed)
    };
    if changes.len() < MANY {
        return changes.into_iter().map(one).collect();
    }
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let per_thread = changes.len().div_ceil(threads);
    let mut rest = changes;
    let mut parts = Vec::new();
    while !rest.is_empty() {
        let tail = rest.split_off(per_thread.min(rest.len()));
        parts.push(std::mem::replace(&mut rest, tail));
    }
    std::thread::scope(|scope| {
        let running: Vec<_> =
            parts.into_iter().map(|part| scope.spawn(move || part.into_iter().map(one).collect::<Vec<_>>())).collect();
        running.into_iter().flat_map(|t| t.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))).collect()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Nothing;
    impl KeptVersions for Nothing {
        fn recall(&self, _path: &RelPath) -> Option<Vec<u8>> {
            None
        }
    }

    struct Kept(&'static str);
    impl KeptVersions for Kept {
        fn recall(&self, _path: &RelPath) -> Option<Vec<u8>> {
            Some(self.0.as_bytes().to_vec())
        }
    }

    fn put(path: &str, text: &str) -> Change {
        Change { path: RelPath::new(path), content: Some(Content::Bytes(text.as_bytes().to_vec())), modified: None }
    }

    fn gone(path: &str) -> Change {
        Change { path: RelPath::new(path), content: None, modified: None }
    }

    fn ids(d: &Difference) -> (Vec<String>, Vec<String>) {
        (d.put.iter().map(|a| a.id.to_string()).collect(), d.gone.iter().map(ToString::to_string).collect())
    }

    #[test]
    fn changes_become_articles_put_and_gone() {
        let (a, d) =
            Corpus::default().apply(vec![put("a.md", "# 甲\n"), put("b.md", "---\nid: x\n---\n乙\n")], &Nothing);
        assert_eq!(ids(&d), (vec!["a".into(), "x".into()], vec![]));
        let (b, d) = a.apply(vec![put("b.md", "---\nid: y\n---\n乙\n"), gone("a.md")], &Nothing);
        assert_eq!(ids(&d), (vec!["y".into()], vec!["a".into(), "x".into()]));
        let (_, d) = b.apply(vec![gone("b.md"), put("c/b.md", "---\nid: y\n---\n乙\n")], &Nothing);
        assert_eq!(ids(&d), (vec!["y".into()], vec![]), "a moved file keeps its id");
    }

    #[test]
    fn a_broken_file_keeps_its_last_good_version_until_good_or_deleted() {
        let good = "---\nid: x\n---\n好的\n";
        let (a, _) = Corpus::default().apply(vec![put("a.md", good)], &Nothing);
        for broken in ["---\nid: x\ntitle: \"\n---\n坏\n", "", "\0", "---\nid: x\n", "id: x\n---\n坏\n"] {
            let (b, d) = a.apply(vec![put("a.md", broken)], &Nothing);
            assert_eq!(ids(&d), (vec![], vec![]), "{broken:?}");
            let x = ArticleId::new("x").expect("an id");
            assert!(b.article(&x).is_some_and(|a| a.source.contains("好的")));
            assert!(b.problems().iter().any(|p| p.trouble == Trouble::LastGood));
            // Broken again in another way: still the good one.
            let (c, _) = b.apply(vec![put("a.md", "---\n[\n---\n又坏\n")], &Nothing);
            assert!(c.article(&x).is_some_and(|a| a.source.contains("好的")));
            let (d, _) = c.apply(vec![gone("a.md")], &Nothing);
            assert!(d.article(&x).is_none());
        }
    }

    #[test]
    fn after_a_restart_the_kept_version_serves() {
        let (a, _) =
            Corpus::default().apply(vec![put("a.md", "---\nid: \"\n---\n坏\n")], &Kept("---\nid: x\n---\n好的\n"));
        assert!(a.article(&ArticleId::new("x").expect("an id")).is_some());
        let (b, _) = Corpus::default().apply(vec![put("a.md", "---\nid: \"\n---\n坏\n")], &Nothing);
        let draft = b.articles().next().expect("an article");
        assert_eq!(draft.status, crate::article::Status::Draft, "never seen good: a draft for editors");
    }

    #[test]
    fn one_id_is_served_by_one_file() {
        let (a, d) = Corpus::default()
            .apply(vec![put("b.md", "---\nid: x\n---\n乙\n"), put("a.md", "---\nid: x\n---\n甲\n")], &Nothing);
        assert_eq!(d.put.len(), 1);
        assert_eq!(a.articles().map(|a| a.path.to_string()).collect::<Vec<_>>(), ["a.md"]);
        assert!(matches!(&a.problems()[0].trouble, Trouble::IdTaken(id, by) if id == "x" && by.as_str() == "a.md"));
        let (b, d) = a.apply(vec![gone("a.md")], &Nothing);
        assert_eq!(ids(&d), (vec!["x".into()], vec![]));
        assert!(b.problems().is_empty());
    }
}
