//! Passages of an article, held as ranges of its source: most texts stand there word for word, and a
//! copy of each would be the largest part of an article in memory.

use super::{Audience, Passage, Place};

/// Bytes looked through for the next passage behind the last one: in all of a long file that would take long.
const REACH: usize = 4_096;

/// Passages in the order of the file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Passages {
    spans: Box<[Span]>,
    /// Texts that do not stand in the source as they are read: with marks inside, or over several lines.
    others: Box<str>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Span {
    place: Place,
    audience: Audience,
    /// Where it begins in the source, or behind its end in `others`.
    start: u32,
    length: u32,
}

impl Passages {
    /// Takes `texts` of the article written as `source`, whose body begins at the byte `body`.
    pub(super) fn new(source: &str, body: usize, texts: &[Passage<'_>]) -> Self {
        let mut others = String::new();
        let mut from = source.floor_char_boundary(body);
        let mut span = |passage: &Passage<'_>| {
            // The texts come in the order of the file: the next one stands behind the last, if at all.
            let length = passage.text.len();
            let until = source.floor_char_boundary(from + length + REACH);
            let start = if let Some(at) = source[from..until].find(passage.text) {
                from += at + length;
                from - length
            } else {
                from = source.floor_char_boundary(from + length);
                others.push_str(passage.text);
                source.len() + others.len() - length
            };
            Span { place: passage.place, audience: passage.audience, start: start as u32, length: length as u32 }
        };
        let spans = texts.iter().map(&mut span).collect();
        Self { spans, others: others.as_str().into() }
    }

    /// The passages of the article written as `source`.
    pub(super) fn iter<'a>(&'a self, source: &'a str) -> impl ExactSizeIterator<Item = Passage<'a>> {
        self.spans.iter().map(move |span| {
            let (start, length) = (span.start as usize, span.length as usize);
            let (held, start) =
                start.checked_sub(source.len()).map_or((source, start), |behind| (&*self.others, behind));
            Passage { place: span.place, audience: span.audience, text: &held[start..start + length] }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_the_source_does_not_hold_is_kept_besides() {
        let source = "---\n---\n# 题\n先**断电**\n\n再断电\n\n尾";
        let text = |place, audience, text| Passage { place, audience, text };
        let texts = [
            text(Place::Heading, Audience::Public, "题"),
            text(Place::Body, Audience::Public, "先断电"),
            text(Place::Body, Audience::Public, "再断电"),
            text(Place::Body, Audience::Agent, "尾"),
        ];
        let passages = Passages::new(source, 8, &texts);
        assert_eq!(passages.iter(source).collect::<Vec<_>>(), texts);
        assert_eq!(&*passages.others, "先断电");
    }
}
