//! The vectors of the articles beside the index: several short texts of each, found by meaning.

use std::{
    cmp::Ordering,
    collections::{HashMap, HashSet},
    sync::Arc,
};

use super::{IndexDocument, Reader};
use crate::{
    access::{Role, lowest_reader},
    article::{Article, Audience, Place, Revision},
    meaning::{Compact, CompactRows, Vector},
    text::normalize,
};

/// Characters of the first text of an article that are read.
const LEAD: usize = 160;

/// A text of an article that may mean what a question means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Meant {
    /// Whether only staff may know it.
    pub staff: bool,
    /// Where it stands.
    pub place: Place,
    /// The text.
    pub text: String,
}

/// The short texts of `article` in normal form: its title, people's own words, both with how it begins,
/// and each section with its heading.
#[must_use]
pub fn meant_texts(article: &Article) -> Vec<Meant> {
    let staff = |audience: Audience| audience == Audience::Agent || lowest_reader(article) > Role::Customer;
    let own = staff(article.audience);
    let title = normalize(&article.title);
    let mut texts = vec![Meant { staff: own, place: Place::Title, text: title.clone() }];
    for said in article.symptoms.iter().chain(&article.asked) {
        texts.push(Meant { staff: own, place: Place::Symptom, text: normalize(said) });
    }
    let said = normalize(&article.symptoms.join("；"));
    for hidden in [false, true] {
        let body = article.passages().filter(|p| p.place == Place::Body && staff(p.audience) == hidden);
        let lead: String = body.flat_map(|p| p.text.chars().chain(['。'])).take(LEAD).collect();
        if !lead.is_empty() {
            texts.push(Meant {
                staff: hidden,
                place: Place::Body,
                text: format!("{title}。{said}。{}", normalize(&lead)),
            });
        }
    }
    let mut section = Section { heading: "", staff: own, text: String::new() };
    for passage in article.passages() {
        let hidden = staff(passage.audience);
        if passage.place == Place::Heading || hidden != section.staff {
            texts.extend(section.meant(&title));
            section = Section { heading: section.heading, staff: hidden, text: String::new() };
        }
        match passage.place {
            // What only staff may read names no text for others.
            Place::Heading => section.heading = if hidden && !own { "" } else { passage.text },
            _ => section.text.extend(passage.text.chars().chain(['。'])),
        }
    }
    texts.extend(section.meant(&title));
    texts
}

/// What stands below a heading for one kind of reader.
struct Section<'a> {
    heading: &'a str,
    staff: bool,
    text: String,
}

impl Section<'_> {
    fn meant(&self, title: &str) -> Option<Meant> {
        let lead: String = self.text.chars().take(LEAD).collect();
        let text = format!("{title}。{}。{}", normalize(self.heading), normalize(&lead));
        (!lead.is_empty()).then_some(Meant { staff: self.staff, place: Place::Heading, text })
    }
}

/// The vectors of one version of an article.
#[derive(Debug)]
pub struct ArticleVectors {
    revision: Revision,
    texts: Box<[Known]>,
    /// Those of the texts, in their order.
    rows: CompactRows,
}

/// A text of an article that has a vector.
#[derive(Debug)]
struct Known {
    staff: bool,
    place: Place,
    /// Only of a title and people's own words, which are shown as reasons: the long texts need much room.
    short: Option<Box<str>>,
}

/// The vectors of all articles that have them.
#[derive(Debug, Clone, Default)]
pub struct Vectors {
    by_key: HashMap<u64, Arc<ArticleVectors>>,
    /// The middle of all texts each reader may know; empty before [`Vectors::settle`].
    centres: [Arc<[f32]>; 2],
    /// What the middle is made of: these texts, and some of no article for a folder too small to have a middle of
    /// its own.
    sums: [Sum; 2],
}

/// Vectors added up exactly: what is taken away again leaves nothing behind, and their order does not matter. So one
/// save costs the texts of one article, not those of the folder.
#[derive(Debug, Clone, Default)]
struct Sum {
    numbers: Vec<i64>,
    n: i64,
}

impl Sum {
    fn count(&mut self, rows: &CompactRows, i: usize, times: i64) {
        rows.add_to(i, &mut self.numbers, times);
        self.n += times;
    }

    fn middle(&self) -> Arc<[f32]> {
        let n = self.n.max(1) as f64;
        self.numbers.iter().map(|x| (*x as f64 / CompactRows::UNIT / n) as f32).collect()
    }
}

const READERS: [Reader; 2] = [Reader::Public, Reader::Staff];

/// How near the texts of an article are to a question: 0 for what has nothing to do with it, 1 for the same.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Nearness {
    /// Its title.
    pub title: f32,
    /// The nearest of people's own words.
    pub phrase: f32,
    /// All of it in short: title, people's own words, how it begins.
    pub whole: f32,
    /// The nearest of its sections.
    pub section: f32,
}

impl Nearness {
    /// All in one number.
    #[must_use]
    pub fn mean(&self) -> f32 {
        (self.title + self.phrase + self.whole + self.section) / 4.0
    }
}

/// An article whose text is near a question in meaning.
#[derive(Debug, Clone)]
pub struct Near {
    /// The number of the article; see [`IndexDocument::key`].
    pub key: u64,
    /// How near it is.
    pub nearness: Nearness,
    /// Where the nearest short text stands.
    pub place: Place,
    /// That text.
    pub text: String,
}

/// How far from the middle of all texts one of them lies, most often: what is as far in the direction
/// of the question is as near as can be.
const FAR: f32 = 0.98;

impl Vectors {
    /// No articles yet, and texts about anything at all beside which they are seen.
    #[must_use]
    pub fn beside(others: &CompactRows) -> Self {
        let mut vectors = Self::default();
        for sum in &mut vectors.sums {
            (0..others.len()).for_each(|i| sum.count(others, i, 1));
        }
        vectors
    }

    /// How many articles have theirs.
    #[must_use]
    pub fn n_articles(&self) -> usize {
        self.by_key.len()
    }

    /// Whether no article has any yet.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.by_key.is_empty()
    }

    /// Whether this version has its vectors.
    #[must_use]
    pub fn has(&self, article: &Article) -> bool {
        self.by_key.get(&IndexDocument::key(&article.id)).is_some_and(|v| v.revision == article.revision)
    }

    /// Puts the vectors of an article in the place of older ones.
    pub fn put(&mut self, article: &Article, vectors: ArticleVectors) {
        vectors.count(&mut self.sums, 1);
        let older = self.by_key.insert(IndexDocument::key(&article.id), Arc::new(vectors));
        older.iter().for_each(|older| older.count(&mut self.sums, -1));
    }

    /// Keeps only the articles that `is_there`, by their numbers, and finds the middle of what is left.
    pub fn settle(&mut self, is_there: impl Fn(u64) -> bool) {
        self.by_key.retain(|key, vectors| {
            let stays = is_there(*key);
            if !stays {
                vectors.count(&mut self.sums, -1);
            }
            stays
        });
        self.centres = self.sums.each_ref().map(Sum::middle);
    }

    /// The `n` articles nearest to `question` and those numbered `also`, by texts `reader` may know,
    /// nearest first; `scale` brings a nearness to what the built-in model would have.
    #[must_use]
    pub fn near(
        &self,
        question: &Vector,
        reader: Reader,
        n: usize,
        also: &[u64],
        scale: impl Fn(f32) -> f32,
    ) -> Vec<Near> {
        let centre = &self.centres[usize::from(reader == Reader::Staff)];
        let seen = question.seen_from(centre);
        let (middle, seen) = (seen.along(centre), seen.fine());
        let mut similarities = Vec::new();
        let mut all = Vec::with_capacity(self.by_key.len());
        for (key, vectors) in &self.by_key {
            vectors.rows.similarities(&seen, &mut similarities);
            let nearness = |i: usize| scale((similarities[i] - middle) / FAR);
            all.extend(vectors.nearest(reader, nearness).map(|(nearness, text)| Found { nearness, key: *key, text }));
        }
        // Most articles are far away, and their order does not matter.
        if n < all.len() {
            all.select_nth_unstable_by(n, Found::order);
        }
        let also: HashSet<u64> = also.iter().copied().collect();
        let mut wanted: Vec<Found<'_>> =
            (0..).zip(all).filter(|(i, found)| *i < n || also.contains(&found.key)).map(|(_, found)| found).collect();
        wanted.sort_by(Found::order);
        wanted.into_iter().map(Found::near).collect()
    }
}

/// An article with the short text that says best what was asked.
struct Found<'v> {
    nearness: Nearness,
    key: u64,
    text: &'v Known,
}

impl Found<'_> {
    /// Nearest first.
    fn order(&self, other: &Self) -> Ordering {
        other.nearness.mean().total_cmp(&self.nearness.mean()).then(self.key.cmp(&other.key))
    }

    fn near(self) -> Near {
        let text = self.text.short.as_deref().unwrap_or_default().to_owned();
        Near { key: self.key, nearness: self.nearness, place: self.text.place, text }
    }
}

impl ArticleVectors {
    /// The vectors of the texts of `revision`.
    pub fn new(revision: Revision, texts: impl Iterator<Item = (Meant, Compact)>) -> Self {
        let known = |(meant, vector): (Meant, Compact)| {
            let is_short = matches!(meant.place, Place::Title | Place::Symptom);
            (Known { staff: meant.staff, place: meant.place, short: is_short.then(|| meant.text.into()) }, vector)
        };
        let (texts, vectors): (Vec<Known>, Vec<Compact>) = texts.map(known).unzip();
        Self { revision, texts: texts.into(), rows: vectors.into_iter().collect() }
    }

    fn count(&self, sums: &mut [Sum; 2], times: i64) {
        for (sum, reader) in sums.iter_mut().zip(READERS) {
            self.known_to(reader).for_each(|(i, _)| sum.count(&self.rows, i, times));
        }
    }

    fn known_to(&self, reader: Reader) -> impl Iterator<Item = (usize, &Known)> {
        self.texts.iter().enumerate().filter(move |(_, known)| !known.staff || reader == Reader::Staff)
    }

    /// The best of each kind of text, and the short text that says it best. Whoever may know any text of an article
    /// may know its title.
    fn nearest(&self, reader: Reader, similarity: impl Fn(usize) -> f32) -> Option<(Nearness, &Known)> {
        let mut best: [Option<(f32, &Known)>; 4] = [None; 4];
        for (i, known) in self.known_to(reader) {
            let similarity = similarity(i);
            let kind = &mut best[match known.place {
                Place::Title => 0,
                Place::Symptom => 1,
                Place::Body => 2,
                Place::Heading => 3,
            }];
            if kind.is_none_or(|(s, _)| similarity > s) {
                *kind = Some((similarity, known));
            }
        }
        let nearest = best[..2].iter().flatten().max_by(|a, b| a.0.total_cmp(&b.0))?.1;
        // An article without one kind of text is as near as its title.
        let title = best.iter().flatten().next()?.0;
        let of = |kind: usize| best[kind].map_or(title, |(s, _)| s);
        Some((Nearness { title, phrase: of(1), whole: of(2), section: of(3) }, nearest))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::article::{RelPath, parse};

    fn texts(file: &str) -> Vec<(bool, Place, String)> {
        let article = parse(&RelPath::new("a.md"), file.as_bytes()).article.expect("an article");
        meant_texts(&article).into_iter().map(|m| (m.staff, m.place, m.text)).collect()
    }

    #[cfg(feature = "model")]
    #[test]
    fn texts_of_the_built_in_model_lie_as_far_from_their_middle_as_is_said() {
        let model = crate::meaning::Model::built_in().expect("it opens");
        let texts =
            ["洗衣机不脱水", "空调不制冷", "冰箱结冰", "电视没有声音", "燃气灶打不着火", "怎么退货", "保修多久"];
        let vectors = texts.map(|text| model.embed(text, crate::meaning::Kind::Query, 64));
        let n = texts.len() as f32;
        let middle = |i: usize| vectors.iter().map(|v| v.as_slice()[i]).sum::<f32>() / n;
        let squares = |i: usize| vectors.iter().map(|v| (v.as_slice()[i] - middle(i)).powi(2)).sum::<f32>();
        // The middle of few texts is drawn to each of them, hence one less.
        let far = ((0..crate::meaning::Model::DIMENSION).map(squares).sum::<f32>() / (n - 1.0)).sqrt();
        assert!((far - FAR).abs() < 0.1, "{far}");
    }

    #[test]
    fn each_section_is_a_text_with_its_heading_and_staff_sections_stay_with_staff() {
        let file = "---\ntitle: 回电\n---\n## 何时\n答不上来。\n## 怎么说\n先道歉。\n:::agent\n密语\n:::\n";
        let sections: Vec<_> = texts(file).into_iter().filter(|t| t.1 == Place::Heading).collect();
        let text = |staff, text: &str| (staff, Place::Heading, text.to_owned());
        assert_eq!(
            sections,
            [
                text(false, "回电。何时。答不上来。。"),
                text(false, "回电。怎么说。先道歉。。"),
                text(true, "回电。怎么说。密语。"),
            ]
        );
        assert!(texts(file).iter().all(|t| t.0 || !t.2.contains("密语")));
    }

    #[test]
    fn each_question_people_have_asked_is_a_text_for_who_may_read_the_article() {
        for (audience, staff) in [("public", false), ("agent", true)] {
            let file = format!("---\ntitle: 题\naudience: {audience}\nasked: [脏水赖着不走, 桶里有水]\n---\n正文\n");
            let said: Vec<_> = texts(&file).into_iter().filter(|t| t.1 == Place::Symptom).collect();
            let text = |text: &str| (staff, Place::Symptom, text.to_owned());
            assert_eq!(said, [text("脏水赖着不走"), text("桶里有水")]);
        }
    }

    #[test]
    fn the_middle_is_the_same_however_the_folder_came_about() {
        let article = |id: &str| {
            let file = format!("---\nid: {id}\naudience: agent\n---\n# 题\n");
            parse(&RelPath::new("a.md"), file.as_bytes()).article.expect("an article")
        };
        let vector = |n: usize| crate::meaning::Vector::of(&[n as f32, 1.0, 0.3]).expect("a vector").compact();
        let meant = |staff| Meant { staff, place: Place::Title, text: "题".to_owned() };
        let of = |n: usize| [(meant(n % 2 == 1), vector(n)), (meant(true), vector(n + 7))];
        let put = |vectors: &mut Vectors, id: &str, n: usize| {
            let article = article(id);
            vectors.put(&article, ArticleVectors::new(article.revision, of(n).into_iter()));
        };
        let mut one = Vectors::beside(&std::iter::once(vector(20)).collect());
        ["a", "b", "c"].into_iter().zip([1, 2, 3]).for_each(|(id, n)| put(&mut one, id, n));
        one.settle(|_| true);
        let mut other = Vectors::beside(&std::iter::once(vector(20)).collect());
        ["c", "x", "b", "a", "a"].into_iter().zip([3, 9, 5, 4, 1]).for_each(|(id, n)| put(&mut other, id, n));
        put(&mut other, "b", 2);
        let gone = IndexDocument::key(&article("x").id);
        other.settle(|key| key != gone);
        assert_eq!(one.centres, other.centres);
        let plain: CompactRows = [vector(20), vector(2)].into_iter().collect();
        let mut along = Vec::new();
        for i in 0..3 {
            plain.similarities(&crate::meaning::Vector::of(&axis(i)).expect("one").fine(), &mut along);
            let mean = along.iter().sum::<f32>() / 2.0;
            assert!((one.centres[0][i] - mean).abs() < 1e-4, "customers: {:?}", one.centres[0]);
        }
    }

    fn axis(i: usize) -> Vec<f32> {
        (0..3).map(|j| f32::from(u8::from(i == j))).collect()
    }
}
