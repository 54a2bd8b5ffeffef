//! Where links of an article lead, as URLs one reader can follow.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

use crate::{
    access::Role,
    article::{Article, ArticleId, Links},
    journey::Snapshot,
};

/// What stands for itself in a path (RFC 3986, unreserved and the slash).
const PATH: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~').remove(b'/');

/// The URL of the page of `id`.
pub(crate) fn article_url(id: &ArticleId) -> String {
    format!("/a/{}", utf8_percent_encode(id.as_str(), PATH))
}

/// A value inside a query string.
pub(crate) fn query_value(text: &str) -> String {
    utf8_percent_encode(text, NON_ALPHANUMERIC).to_string()
}

/// Links of one article for one reader.
pub(crate) struct ReaderLinks<'a> {
    pub article: &'a Article,
    pub snapshot: &'a Snapshot,
    pub role: Role,
}

impl Links for ReaderLinks<'_> {
    fn article(&self, target: &str) -> Option<String> {
        let found = self.snapshot.linked(self.article, target, self.role)?;
        // A heading of a wiki link is no anchor of ours.
        let anchor = target.split_once('#').filter(|_| !target.starts_with("wiki:")).map(|(_, a)| format!("#{a}"));
        Some(article_url(&found.id) + &anchor.unwrap_or_default())
    }

    fn picture(&self, target: &str) -> Option<String> {
        let target = percent_decode_str(target).decode_utf8_lossy();
        let path = self.article.picture_paths(&target).into_iter().next()?;
        Some(format!("/media/{}", utf8_percent_encode(path.as_str(), PATH)))
    }
}
