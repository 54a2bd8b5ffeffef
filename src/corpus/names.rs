//! The names links are looked up by, and which of them lead elsewhere after a change. Kept from one state of the
//! folder to the next: who saves one article must not wait until every link was looked for in every article.

use std::{
    collections::{BTreeSet, HashSet},
    hash::{DefaultHasher, Hash as _, Hasher as _},
    iter,
    sync::Arc,
};

use super::{
    Change, Corpus, Difference,
    link::{is_elsewhere, plain},
};
use crate::article::{Article, Audience, RelPath};

/// What a link calls an article or a picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Name<'a> {
    /// The path of an article without `.md`, or what follows a `/` in it.
    File(&'a str),
    Title(&'a str),
    Symptom(&'a str),
    /// An old address without `/` at its end.
    Address(&'a str),
    Path(&'a str),
    Id(&'a str),
    /// The path of a picture, or what follows a `/` in it.
    Picture(&'a str),
    /// The last part of a path, of a picture an article shows.
    Shown(&'a str),
}

impl Name<'_> {
    /// Stands for the name where many are kept.
    pub(super) fn digest(self) -> u64 {
        let mut hasher = DefaultHasher::new();
        self.hash(&mut hasher);
        hasher.finish()
    }
}

/// One name (its digest) of one file, and who may read the article in it.
type Called = (u64, RelPath, Audience);

/// Names of the articles in service and of the pictures, and the files that have them.
#[derive(Debug, Clone, Default)]
pub(super) struct Names(BTreeSet<Called>);

impl Names {
    /// Files that may have `name`, in the order of their paths. Two names can have one digest: who asks
    /// compares the names.
    pub(super) fn files(&self, name: Name<'_>) -> impl Iterator<Item = &RelPath> {
        let digest = name.digest();
        let from = (digest, RelPath::new(""), Audience::ALL[0]);
        self.0.range(from..).take_while(move |(d, ..)| *d == digest).map(|(_, path, _)| path)
    }
}

impl Corpus {
    /// The first article in service that has `name`.
    pub(super) fn called(&self, name: Name<'_>) -> Option<&Arc<Article>> {
        let mut articles = self.names.files(name).filter_map(|path| self.article_at(path));
        articles.find(|article| names_of(article).any(|other| other == name))
    }

    /// Takes pictures that came or went.
    pub(super) fn take_pictures(&mut self, changes: Vec<Change>) {
        let (pictures, Names(names)) = (Arc::make_mut(&mut self.pictures), Arc::make_mut(&mut self.names));
        for Change { path, content, .. } in changes {
            let called: Vec<Called> =
                ends(path.as_str()).map(|end| (Name::Picture(end).digest(), path.clone(), Audience::Public)).collect();
            if content.is_some() {
                names.extend(called);
                pictures.insert(path);
            } else {
                called.iter().for_each(|known| {
                    names.remove(known);
                });
                pictures.remove(&path);
            }
        }
    }

    /// Takes the names of the articles in `difference`, and tells it which lead elsewhere than in `before`.
    pub(super) fn rename(&mut self, before: &Corpus, difference: &mut Difference) {
        let ids = difference.put.iter().map(|a| &a.id).chain(&difference.gone);
        let old: Vec<Arc<Article>> = ids.filter_map(|id| before.article(id).cloned()).collect();
        let digests = |article: &Article| names_of(article).map(Name::digest).collect();
        let moved = self.exchange(&called(&old, digests), &called(&difference.put, digests));
        self.exchange(&called(&old, shown_by), &called(&difference.put, shown_by));
        difference.moved.extend(moved);
        // A file without an article is there for a link all the same.
        let came_or_went = difference.taken.iter().map(|t| &t.path);
        let came_or_went = came_or_went.filter(|path| before.has_file(path) != self.has_file(path));
        difference.moved.extend(came_or_went.map(|path| Name::Path(path.as_str()).digest()));
    }

    /// Takes `new` names for `old` ones; returns those that are not in both.
    fn exchange(&mut self, old: &BTreeSet<Called>, new: &BTreeSet<Called>) -> HashSet<u64> {
        if old == new {
            // Most saves: the snapshots go on sharing the names.
            return HashSet::new();
        }
        let Names(names) = Arc::make_mut(&mut self.names);
        for gone in old.difference(new) {
            names.remove(gone);
        }
        names.extend(new.difference(old).cloned());
        old.symmetric_difference(new).map(|(digest, ..)| *digest).collect()
    }
}

fn called(articles: &[Arc<Article>], digests: impl Fn(&Article) -> Vec<u64>) -> BTreeSet<Called> {
    let of = |article: &Arc<Article>| {
        let (path, audience) = (article.path.clone(), article.audience);
        digests(article).into_iter().map(move |digest| (digest, path.clone(), audience))
    };
    articles.iter().flat_map(of).collect()
}

/// Everything a link may call `article`.
fn names_of(article: &Article) -> impl Iterator<Item = Name<'_>> {
    let path = article.path.as_str();
    let files = ends(path.strip_suffix(".md").unwrap_or(path)).map(Name::File);
    let own = [Name::Title(&article.title), Name::Path(path), Name::Id(article.id.as_str())];
    let symptoms = article.symptoms.iter().map(|s| Name::Symptom(s));
    let addresses = article.redirects.iter().map(|r| Name::Address(r.trim_end_matches('/')));
    files.chain(own).chain(symptoms).chain(addresses)
}

/// The last parts of the paths `article` may mean where it shows a picture.
fn shown_by(article: &Article) -> Vec<u64> {
    let mut digests = Vec::new();
    for link in article.links.iter().filter(|l| l.picture && !is_elsewhere(&l.to)) {
        let target = plain(&link.to);
        let paths = article.picture_paths(&target);
        let named = target.strip_prefix("wiki:");
        let meant = paths.iter().map(RelPath::as_str).chain(named);
        digests.extend(meant.map(|path| Name::Shown(last_part(path)).digest()));
    }
    digests
}

/// `path`, and what follows each `/` in it.
pub(super) fn ends(path: &str) -> impl Iterator<Item = &str> {
    iter::once(path).chain(path.match_indices('/').map(|(at, _)| &path[at + 1..]))
}

/// What follows the last `/` of `path`.
pub(super) fn last_part(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        article::Link,
        corpus::{Content, KeptVersions},
    };

    struct Nothing;
    impl KeptVersions for Nothing {
        fn recall(&self, _path: &RelPath) -> Option<Vec<u8>> {
            None
        }
    }

    fn change(path: &str, text: Option<&str>) -> Change {
        let content = text.map(|text| Content::Bytes(text.as_bytes().to_vec()));
        Change { path: RelPath::new(path), content, modified: None }
    }

    /// What a wiki link leads to, looked for in every article.
    fn looked_for<'a>(corpus: &'a Corpus, name: &str) -> Option<&'a Arc<Article>> {
        let is_file = |a: &Article| {
            let file = a.path.as_str().trim_end_matches(".md");
            file == name || file.ends_with(&format!("/{name}"))
        };
        let by_file = corpus.articles().find(|a| is_file(a));
        let by_title = || corpus.articles().find(|a| a.title == name);
        by_file.or_else(by_title).or_else(|| corpus.articles().find(|a| a.symptoms.iter().any(|s| s == name)))
    }

    fn agrees(corpus: &Corpus) {
        let from = corpus.articles().next().expect("an article");
        for name in ["甲", "乙", "丙", "洗/甲", "深/洗/甲", "/甲", "", "洗", "甲.md", "没有"] {
            let expected = looked_for(corpus, name.trim_end_matches(".md")).map(|a| a.path.to_string());
            let found = corpus.linked(from, &format!("wiki:{name}")).map(|a| a.path.to_string());
            assert_eq!(found, expected, "{name}");
        }
        let mut fresh = Corpus::default();
        fresh.take_pictures(corpus.pictures.iter().map(|p| change(p.as_str(), Some(""))).collect());
        let mut all = Difference { put: corpus.articles().cloned().collect(), ..Difference::default() };
        fresh.rename(&Corpus::default(), &mut all);
        assert_eq!(fresh.names.0, corpus.names.0, "names kept and names made anew");
    }

    #[test]
    fn a_name_leads_where_going_through_all_articles_leads_whatever_came_and_went() {
        let mut corpus = Corpus::default();
        for changes in [
            vec![
                change("洗/甲.md", Some("---\ntitle: 乙\nsymptoms: [丙]\n---\n![](图/一.png)\n")),
                change("深/洗/甲.md", Some("---\nid: x\ntitle: 丙\naliases: [/旧/]\n---\n文\n")),
                change("图/一.png", Some("")),
            ],
            vec![change("乙.md", Some("# 甲\n")), change("别/一.png", Some(""))],
            vec![change("洗/甲.md", None), change("图/一.png", None)],
            vec![change("a.md", Some("---\nid: x\ntitle: 丙\n---\n![[一.png]]\n"))],
            vec![change("a.md", None), change("丙.md", Some("---\nsymptoms: [乙, 乙]\n---\n文\n"))],
        ] {
            corpus = corpus.apply(changes, &Nothing).0;
            agrees(&corpus);
        }
        assert_eq!(corpus.redirected("/旧").map(|a| a.path.as_str()), Some("深/洗/甲.md"));
    }

    #[test]
    fn a_picture_is_shown_where_a_link_means_it() {
        let shown = |written: &str, picture: &str| {
            let files = vec![change("洗/a.md", Some(&format!("{written}\n"))), change(picture, Some(""))];
            let corpus = Corpus::default().apply(files, &Nothing).0;
            let path = RelPath::new(picture);
            let links: Vec<&Link> = corpus.shows(&path).map(|(_, link)| link).collect();
            assert!(corpus.shows(&RelPath::new("洗/没有.png")).next().is_none());
            links.len()
        };
        for (written, picture, n) in [
            ("![](一.png)", "洗/一.png", 1),
            ("![](../图/一.png) ![](/图/一.png)", "图/一.png", 2),
            ("![](/一.png)", "static/一.png", 1),
            ("![](%E4%B8%80.png)", "洗/一.png", 1),
            ("![[一.png]]", "很/深/一.png", 1),
            ("![](一.png)", "别/一.png", 0),
            ("[一](一.png)", "洗/一.png", 0),
            ("![](https://x.cn/一.png)", "洗/一.png", 0),
        ] {
            assert_eq!(shown(written, picture), n, "{written} {picture}");
        }
    }
}
