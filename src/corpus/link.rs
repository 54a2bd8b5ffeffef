//! What a link written in an article leads to, in every way authors of existing folders write it.

use std::{collections::HashSet, sync::Arc};

use percent_encoding::percent_decode_str;

use super::{
    Corpus,
    names::{Name, ends, last_part},
};
use crate::article::{Article, ArticleId, Link, RelPath};

impl Corpus {
    /// The article in service that `target`, written in `from`, means: a relative or absolute path
    /// with or without `.md`, `/a/id`, an old address, or `wiki:` and a name.
    #[must_use]
    pub fn linked(&self, from: &Article, target: &str) -> Option<&Arc<Article>> {
        if let Some(name) = target.strip_prefix("wiki:") {
            return self.named(name);
        }
        let plain = plain(target);
        if let Some(id) = plain.strip_prefix("/a/") {
            return self.article(&ArticleId::new(id)?);
        }
        let by_path = page_paths(from, target).iter().find_map(|path| self.article_at(path));
        by_path.or_else(|| self.redirected(&plain))
    }

    /// The article an old address leads to.
    #[must_use]
    pub fn redirected(&self, address: &str) -> Option<&Arc<Article>> {
        let wanted = address.trim_end_matches('/');
        if !wanted.starts_with('/') {
            return None;
        }
        self.called(Name::Address(wanted))
    }

    /// The picture that `target`, written in `from`, means: by its path, else by its name anywhere.
    #[must_use]
    pub fn picture(&self, from: &Article, target: &str) -> Option<&RelPath> {
        let target = plain(target);
        let by_path = from.picture_paths(&target).into_iter().find_map(|path| self.pictures.get(&path));
        by_path.or_else(|| {
            let name = target.strip_prefix("wiki:")?;
            self.names.files(Name::Picture(name)).find(|p| ends(p.as_str()).any(|end| end == name))
        })
    }

    /// Where articles in service show the picture at `path`, in the order of their paths.
    pub fn shows<'a>(&'a self, path: &'a RelPath) -> impl Iterator<Item = (&'a Arc<Article>, &'a Link)> {
        let picture = self.pictures.get(path).into_iter();
        picture
            .flat_map(|picture| self.names.files(Name::Shown(last_part(picture.as_str()))))
            .filter_map(|file| self.article_at(file))
            .flat_map(|article| article.links.iter().map(move |link| (article, link)))
            .filter(move |(article, link)| link.picture && self.picture(article, &link.to) == Some(path))
    }

    /// The article of this file name, path, title or other name.
    fn named(&self, name: &str) -> Option<&Arc<Article>> {
        wiki_names(name).into_iter().find_map(|name| self.called(name))
    }
}

/// What the target of a wiki link may be the name of, likeliest first.
fn wiki_names(name: &str) -> [Name<'_>; 3] {
    let name = name.split('#').next().unwrap_or(name).trim();
    let name = name.strip_suffix(".md").unwrap_or(name);
    [Name::File(name), Name::Title(name), Name::Symptom(name)]
}

/// Whether `link`, written in `from`, uses one of the names in `moved`. What a picture is called only pictures decide.
pub(super) fn is_moved(from: &Article, link: &Link, moved: &HashSet<u64>) -> bool {
    if link.picture || is_elsewhere(&link.to) {
        return false;
    }
    let has = |name: Name<'_>| moved.contains(&name.digest());
    if let Some(name) = link.to.strip_prefix("wiki:") {
        return wiki_names(name).into_iter().any(has);
    }
    let plain = plain(&link.to);
    plain.strip_prefix("/a/").is_some_and(|id| has(Name::Id(id)))
        || has(Name::Address(plain.trim_end_matches('/')))
        || page_paths(from, &link.to).iter().any(|path| has(Name::Path(path.as_str())))
}

/// Whether a target leads out of the folder or stays on the page.
pub(super) fn is_elsewhere(to: &str) -> bool {
    let lower = to.to_ascii_lowercase();
    lower.contains("://") || ["mailto:", "tel:", "#", "data:", "javascript:"].iter().any(|s| lower.starts_with(s))
}

/// Without anchor and query, `%20` decoded.
pub(super) fn plain(target: &str) -> String {
    let path = target.split(['#', '?']).next().unwrap_or(target);
    percent_decode_str(path).decode_utf8_lossy().into_owned()
}

/// Files a path written in `from` may mean.
pub(super) fn page_paths(from: &Article, target: &str) -> Vec<RelPath> {
    let Some(path) = from.path.resolve(&plain(target)) else { return Vec::new() };
    let stem = path.as_str().strip_suffix(".html").unwrap_or(path.as_str()).to_owned();
    let join =
        |rest: &str| if stem.is_empty() { rest.trim_start_matches('/').to_owned() } else { format!("{stem}{rest}") };
    let ends = ["", ".md", "/index.md", "/_index.md", "/README.md"];
    ends.iter().map(|end| RelPath::new(&join(end))).collect()
}
