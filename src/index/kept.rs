//! An index as bytes, so that the next start takes it up and cuts only the articles that differ.
//!
//! Beside the files of the index stands a mark for each article in it: what differs from the folder is told by the
//! marks alone. Counts are not among the bytes, they are taken from the index itself.

use std::{collections::HashMap, path::Path, sync::Arc};

use tantivy::{Directory, Index, Term, directory::RamDirectory};

use super::{IndexDocument, IndexFault, IndexWriter};
use crate::{
    article::{Article, Revision},
    text::Dictionary,
};

/// Says from which state of an article its document was cut: the start of a SHA-256.
type Mark = [u8; 16];

/// tantivy's list of its files, without which it would never delete one that is no longer needed.
const LIST_OF_FILES: &str = ".managed.json";
/// An index is taken up when at most one article in so many differs; to cut more takes as long as to begin anew.
const DIFFERING: usize = 4;

/// A kept index, brought to the state of the folder; not yet committed.
pub struct Resumed {
    /// Its writer.
    pub writer: IndexWriter,
    /// How many articles were cut anew or taken out.
    pub n_differing: usize,
}

impl IndexWriter {
    /// What was committed last, which holds exactly `articles`, as bytes for [`Self::resume`].
    ///
    /// # Errors
    /// When tantivy cannot read its own files.
    pub fn to_bytes<'a>(&self, articles: impl Iterator<Item = &'a Arc<Article>>) -> Result<Vec<u8>, IndexFault> {
        // A copy stands still; in the index itself files come and go while segments are merged.
        let still = RamDirectory::create();
        self.directory.persist(&still)?;
        let mut bytes = Vec::new();
        let marks: Vec<(u64, Mark)> = articles.map(|a| (IndexDocument::key(&a.id), mark(a))).collect();
        put_length(&mut bytes, marks.len());
        for (key, mark) in marks {
            bytes.extend(key.to_le_bytes());
            bytes.extend(mark);
        }
        let managed = Index::open(still.clone())?.directory().list_managed_files();
        for path in managed.iter().map(|p| &**p).chain([Path::new(LIST_OF_FILES)]) {
            // One that is only announced has not been written yet, and belongs to no segment.
            if let (Some(name), Ok(content)) = (path.to_str(), still.atomic_read(path)) {
                put_length(&mut bytes, name.len());
                bytes.extend(name.as_bytes());
                put_length(&mut bytes, content.len());
                bytes.extend(content);
            }
        }
        Ok(bytes)
    }

    /// Takes up an index from `bytes` of [`Self::to_bytes`] and brings it to the state of `articles`, cut with the same
    /// `dictionary` as those in it. `None` when the bytes are no such index, or too much differs.
    ///
    /// # Errors
    /// When tantivy cannot read or write the index.
    pub fn resume(
        dictionary: Dictionary,
        bytes: &[u8],
        articles: &[Arc<Article>],
    ) -> Result<Option<Resumed>, IndexFault> {
        let Some((mut marks, directory)) = read(bytes) else { return Ok(None) };
        let differing: Vec<Arc<Article>> =
            articles.iter().filter(|a| marks.get(&IndexDocument::key(&a.id)) != Some(&mark(a))).cloned().collect();
        for article in articles {
            marks.remove(&IndexDocument::key(&article.id));
        }
        let n_differing = differing.len() + marks.len();
        if n_differing * DIFFERING > articles.len() {
            return Ok(None);
        }
        let mut writer = Self::over(&Index::open(directory.clone())?, directory, dictionary)?;
        for key in differing.iter().map(|a| IndexDocument::key(&a.id)).chain(marks.into_keys()) {
            writer.inner.delete_term(Term::from_field_u64(writer.fields.key, key));
        }
        writer.replace(&[], &differing)?;
        Ok(Some(Resumed { writer, n_differing }))
    }
}

/// The id is in the key; the path names an article without a title.
fn mark(article: &Article) -> Mark {
    let digest = Revision::of(&[&article.revision.0, article.path.as_str().as_bytes()].concat()).0;
    std::array::from_fn(|i| digest[i])
}

fn put_length(bytes: &mut Vec<u8>, length: usize) {
    bytes.extend((length as u64).to_le_bytes());
}

/// The marks by key, and the files.
fn read(mut bytes: &[u8]) -> Option<(HashMap<u64, Mark>, RamDirectory)> {
    let n_marks = take_length(&mut bytes)?;
    let mut marks = HashMap::new();
    for _ in 0..n_marks {
        let key = u64::from_le_bytes(*take_array(&mut bytes)?);
        marks.insert(key, *take_array(&mut bytes)?);
    }
    let directory = RamDirectory::create();
    while !bytes.is_empty() {
        let name = take_text(&mut bytes)?;
        let name = std::str::from_utf8(name).ok()?;
        directory.atomic_write(Path::new(name), take_text(&mut bytes)?).ok()?;
    }
    Some((marks, directory))
}

fn take_array<'b, const N: usize>(bytes: &mut &'b [u8]) -> Option<&'b [u8; N]> {
    let (array, rest) = bytes.split_first_chunk()?;
    *bytes = rest;
    Some(array)
}

fn take_length(bytes: &mut &[u8]) -> Option<usize> {
    usize::try_from(u64::from_le_bytes(*take_array(bytes)?)).ok()
}

fn take_text<'b>(bytes: &mut &'b [u8]) -> Option<&'b [u8]> {
    let length = take_length(bytes)?;
    let (text, rest) = bytes.split_at_checked(length)?;
    *bytes = rest;
    Some(text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        article::{RelPath, parse},
        index::{IndexView, Reader},
    };

    fn article(i: usize, said: &str) -> Arc<Article> {
        let audience = if i.is_multiple_of(3) { "agent" } else { "public" };
        let text = format!("---\nid: a{i}\ntitle: 洗衣机{said}\naudience: {audience}\n---\n{said} {said}，第{i}台。\n");
        Arc::new(parse(&RelPath::new(&format!("{i}.md")), text.as_bytes()).article.expect("an article"))
    }

    fn dictionary() -> Dictionary {
        Dictionary::with_words(&[])
    }

    fn built(articles: &[Arc<Article>]) -> (IndexWriter, IndexView) {
        let mut writer = IndexWriter::new(dictionary()).expect("an index");
        writer.replace(&[], articles).expect("taken");
        let view = writer.commit().expect("committed");
        (writer, view)
    }

    fn kept(articles: &[Arc<Article>]) -> Vec<u8> {
        built(articles).0.to_bytes(articles.iter()).expect("bytes")
    }

    fn resume(bytes: &[u8], articles: &[Arc<Article>]) -> Option<Resumed> {
        IndexWriter::resume(dictionary(), bytes, articles).expect("an index or none")
    }

    fn counts(view: &IndexView) -> Vec<String> {
        let fields = &view.fields;
        let of = |reader, word| {
            let weights = [fields.words, fields.grams, fields.staff_words, fields.staff_grams]
                .map(|field| view.statistics.weight(fields, reader, field, word).score(3, 1));
            format!("{word} {} {weights:?}", view.statistics.n_with_word(reader, word))
        };
        let words = ["洗衣机", "漏水", "跳闸", "不转", "7", "第"];
        [Reader::Public, Reader::Staff].into_iter().flat_map(|reader| words.map(|word| of(reader, word))).collect()
    }

    #[test]
    fn an_index_taken_up_and_changed_is_as_one_built_of_the_same_articles() {
        let before: Vec<_> = (0..20).map(|i| article(i, ["漏水", "跳闸"][i % 2])).collect();
        let mut after = before[2..].to_vec();
        after[3] = article(5, "不转");
        after.push(article(30, "不转"));
        let Resumed { mut writer, n_differing } = resume(&kept(&before), &after).expect("taken up");
        assert_eq!(n_differing, 4, "two gone, one changed, one new");
        let view = writer.commit().expect("committed");
        assert_eq!(view.searcher.num_docs(), 19);
        assert_eq!(counts(&view), counts(&built(&after).1));
        // It goes on like any other, and what is kept of it holds its changes.
        writer.replace(&after[..1], &[]).expect("taken out");
        let less = &after[1..];
        assert_eq!(counts(&writer.commit().expect("committed")), counts(&built(less).1));
        let mut again = resume(&writer.to_bytes(less.iter()).expect("bytes"), less).expect("taken up");
        assert_eq!(again.n_differing, 0);
        assert_eq!(counts(&again.writer.commit().expect("committed")), counts(&built(less).1));
    }

    #[test]
    fn an_index_of_other_articles_and_bytes_of_something_else_are_not_taken_up() {
        let before: Vec<_> = (0..20).map(|i| article(i, "漏水")).collect();
        let other: Vec<_> = (0..20).map(|i| article(i, if i < 6 { "跳闸" } else { "漏水" })).collect();
        let bytes = kept(&before);
        assert!(resume(&bytes, &other).is_none());
        assert!(resume(&bytes[..bytes.len() - 1], &before).is_none());
        assert!(resume(b"", &before).is_none() && resume(b"no index at all", &before).is_none());
        assert!(resume(&bytes, &before).is_some());
    }
}
