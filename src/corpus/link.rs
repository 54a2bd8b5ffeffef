//! What a link written in an article leads to, in every way authors of existing folders write it.

use std::sync::Arc;

use percent_encoding::percent_decode_str;

use super::Corpus;
use crate::article::{Article, ArticleId, RelPath};

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
        self.articles().find(|a| a.redirects.iter().any(|r| r.trim_end_matches('/') == wanted))
    }

    /// The picture that `target`, written in `from`, means: by its path, else by its name anywhere.
    #[must_use]
    pub fn picture(&self, from: &Article, target: &str) -> Option<&RelPath> {
        let target = plain(target);
        let by_path = from.picture_paths(&target).into_iter().find_map(|path| self.pictures.get(&path));
        by_path.or_else(|| {
            let name = target.strip_prefix("wiki:")?;
            let file = |p: &RelPath| {
                p.as_str().strip_suffix(name).is_some_and(|folder| folder.is_empty() || folder.ends_with('/'))
            };
            self.pictures.iter().find(|p| file(p))
        })
    }

    /// The article of this file name, path, title or other name.
    fn named(&self, name: &str) -> Option<&Arc<Article>> {
        let name = name.split('#').next().unwrap_or(name).trim();
        let name = name.strip_suffix(".md").unwrap_or(name);
        let file = |a: &Article| {
            let path = a.path.as_str();
            let path = path.strip_suffix(".md").unwrap_or(path);
            path.strip_suffix(name).is_some_and(|folder| folder.is_empty() || folder.ends_with('/'))
        };
        let by_file = self.articles().find(|a| file(a));
        by_file
            .or_else(|| self.articles().find(|a| a.title == name))
            .or_else(|| self.articles().find(|a| a.symptoms.iter().any(|s| s == name)))
    }
}

/// Without anchor and query, `%20` decoded.
fn plain(target: &str) -> String {
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
