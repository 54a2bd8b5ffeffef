//! Where links of an article lead, as URLs one reader can follow.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

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
        // Only to a place that is there: other tools name their headings in their own way.
        let wanted = target.split_once('#').map_or("", |(_, anchor)| anchor);
        let section = found.sections.iter().find(|s| s.slug == wanted || s.heading == wanted).map(|s| s.slug.as_str());
        let step = found.steps().find(|s| s.id == wanted || s.title == wanted).map(|s| s.id.as_str());
        let place = section.or(step).filter(|_| !wanted.is_empty());
        Some(article_url(&found.id) + &place.map(|p| format!("#{p}")).unwrap_or_default())
    }

    fn picture(&self, target: &str) -> Option<String> {
        let path = self.snapshot.picture(self.article, target)?;
        Some(format!("/media/{}", utf8_percent_encode(path.as_str(), PATH)))
    }
}
