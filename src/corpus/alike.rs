//! Articles that say nearly the same (ALGORITHMS D): one of two gets mended, and readers find the other.
//! Compares the articles of one appliance with each other; never on the way of a save.

use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
};

use super::Corpus;
use crate::{
    article::{Article, Place, Problem, SectionRole, Status, Trouble},
    text::{ErrorCode, normalize},
};

/// Characters of a shingle.
const SHINGLE: usize = 4;
/// Shared shingles of all shingles (Jaccard) from which on two articles are one written twice.
const DUPLICATE: f64 = 0.6;
/// From which on they overlap.
const OVERLAP: f64 = 0.35;
/// A shingle in more than this share of the articles, and in more than so many, is boilerplate: a safety note
/// belongs into each of them.
const COMMON_SHARE: f64 = 0.2;
const COMMON: usize = 5;
/// Of an article that keeps less than this share, everything is boilerplate, and all of it is compared.
const KEPT_SHARE: f64 = 0.2;
/// Shorter texts say too little to be the same.
const SHORTEST: usize = 50;
/// Larger groups are not compared: their pairs grow with the square.
const LARGEST: usize = 5_000;
/// Numbers of a sketch, and how many of them two articles share at least that overlap: at OVERLAP 22 are
/// expected, and fewer than 6 come about once in a hundred thousand pairs.
const SKETCH: usize = 64;
const SKETCH_SHARED: usize = 6;

/// Articles that are compared with each other, by appliance; those without one stand under an empty name.
#[must_use]
pub fn by_appliance(corpus: &Corpus) -> BTreeMap<String, Vec<Arc<Article>>> {
    let mut groups: BTreeMap<String, Vec<Arc<Article>>> = BTreeMap::new();
    for article in corpus.articles().filter(|a| is_compared(a)) {
        let none = article.appliances.is_empty().then(String::new);
        for name in article.appliances.iter().cloned().chain(none) {
            groups.entry(name).or_default().push(Arc::clone(article));
        }
    }
    groups
}

/// What replaced an article may say the same; rows of code tables look alike without being it.
fn is_compared(article: &Article) -> bool {
    article.status != Status::Retired && article.sections.iter().all(|s| s.role != SectionRole::CodeTable)
}

/// A problem for each pair in `group` that says nearly the same, at the later of the two paths.
#[must_use]
pub fn alike(group: &[Arc<Article>]) -> Vec<Problem> {
    if group.len() > LARGEST {
        return Vec::new();
    }
    let texts: Vec<Text> = without_boilerplate(group.iter().map(|a| shingles(a)).collect());
    let mut found = Vec::new();
    for (i, first) in group.iter().enumerate() {
        for (j, second) in group.iter().enumerate().skip(i + 1) {
            let (a, b) = (&texts[i], &texts[j]);
            if !a.may_overlap(b) || are_told_apart(first, second) {
                continue;
            }
            let share = jaccard(&a.shingles, &b.shingles);
            let (one, other) = if first.path < second.path { (first, second) } else { (second, first) };
            let percent = (share * 100.0) as u32;
            let trouble = match share {
                s if s >= DUPLICATE => Trouble::NearDuplicate(one.path.clone(), percent),
                s if s >= OVERLAP => Trouble::Overlap(one.path.clone(), percent),
                _ => continue,
            };
            found.push(Problem { file: other.path.clone(), line: 1, column: 1, trouble });
        }
    }
    found
}

/// Another code or another range of models is another case, however alike the words are.
fn are_told_apart(a: &Article, b: &Article) -> bool {
    let same_code = |x: &String, y: &String| ErrorCode::new(x) == ErrorCode::new(y);
    let same_model = |x: &String, y: &String| {
        let meets = |range: &str, model: &str| range.strip_suffix('*').is_some_and(|stem| model.starts_with(stem));
        x == y || meets(x, y) || meets(y, x)
    };
    none_meets(&a.codes, &b.codes, same_code) || none_meets(&a.models, &b.models, same_model)
}

fn none_meets(a: &[String], b: &[String], meets: impl Fn(&String, &String) -> bool) -> bool {
    !a.is_empty() && !b.is_empty() && !a.iter().any(|x| b.iter().any(|y| meets(x, y)))
}

/// What of an article is compared.
struct Text {
    /// Sorted, each once.
    shingles: Vec<u64>,
    /// The smallest number of each bucket the shingles fall into (one-permutation MinHash).
    sketch: [u32; SKETCH],
}

impl Text {
    fn new(shingles: Vec<u64>) -> Self {
        let mut sketch = [u32::MAX; SKETCH];
        for shingle in &shingles {
            // Fibonacci hashing: the high bits of the product depend on all of the shingle.
            let mixed = shingle.wrapping_mul(0x9e37_79b9_7f4a_7c15);
            let mixed = (mixed ^ (mixed >> 29)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            let slot = &mut sketch[(mixed >> 58) as usize];
            *slot = (*slot).min((mixed >> 16) as u32);
        }
        Self { shingles, sketch }
    }

    fn may_overlap(&self, other: &Self) -> bool {
        let (a, b) = (self.shingles.len(), other.shingles.len());
        let shared = self.sketch.iter().zip(&other.sketch).filter(|(x, y)| x == y && **x != u32::MAX).count();
        a.min(b) >= SHORTEST && a.min(b) as f64 >= a.max(b) as f64 * OVERLAP && shared >= SKETCH_SHARED
    }
}

fn shingles(article: &Article) -> Vec<u64> {
    let mut out = Vec::new();
    let (mut last, mut n) = (0_u64, 0);
    for passage in article.passages().filter(|p| matches!(p.place, Place::Heading | Place::Body)) {
        for c in normalize(passage.text).chars().filter(|c| c.is_alphanumeric()) {
            // Sixteen bits tell all but the rarest characters apart.
            last = last << 16 | u64::from(c as u32 & 0xffff);
            n += 1;
            if n >= SHINGLE {
                out.push(last);
            }
        }
    }
    out.sort_unstable();
    out.dedup();
    out
}

fn without_boilerplate(all: Vec<Vec<u64>>) -> Vec<Text> {
    let common = ((all.len() as f64 * COMMON_SHARE) as usize).max(COMMON);
    let mut n_with: HashMap<u64, u32> = HashMap::new();
    // In a group as small as that nothing can be common.
    if all.len() > COMMON {
        all.iter().flatten().for_each(|s| *n_with.entry(*s).or_default() += 1);
    }
    let is_rare = |s: &u64| n_with.get(s).is_none_or(|n| *n as usize <= common);
    let kept = |whole: Vec<u64>| {
        let kept: Vec<u64> = whole.iter().copied().filter(is_rare).collect();
        if (kept.len() as f64) < whole.len() as f64 * KEPT_SHARE { whole } else { kept }
    };
    all.into_iter().map(|whole| Text::new(kept(whole))).collect()
}

/// Shared of all, of two sorted lists without repeats.
fn jaccard(a: &[u64], b: &[u64]) -> f64 {
    let (mut i, mut j, mut shared) = (0, 0, 0);
    while i < a.len() && j < b.len() {
        let (x, y) = (a[i], b[j]);
        shared += usize::from(x == y);
        i += usize::from(x <= y);
        j += usize::from(y <= x);
    }
    shared as f64 / (a.len() + b.len() - shared).max(1) as f64
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::article::{RelPath, parse};

    /// Different Chinese characters, `from` … `to` of an endless text without repeats.
    fn text(from: usize, to: usize) -> String {
        let all = (0x4e00_u32..0x9fa5).filter_map(char::from_u32);
        let stays = |c: &char| normalize(&c.to_string()) == c.to_string() && !"著幕路式讯体".contains(*c);
        all.filter(stays).skip(from).take(to - from).collect()
    }

    /// Articles of one appliance, the path of each and its header besides; what is said of the pairs.
    fn said(articles: &[(&str, &str, String)]) -> Vec<(String, &'static str, u32)> {
        let group: Vec<Arc<Article>> = articles
            .iter()
            .map(|(path, header, body)| {
                let source = format!("---\nid: {path}\n{header}\n---\n## 现象\n{body}\n");
                Arc::new(parse(&RelPath::new(path), source.as_bytes()).article.expect("an article"))
            })
            .filter(|a| is_compared(a))
            .collect();
        let one = |p: Problem| match &p.trouble {
            Trouble::NearDuplicate(of, n) => (format!("{}={of}", p.file), "duplicate", *n),
            Trouble::Overlap(of, n) => (format!("{}={of}", p.file), "overlap", *n),
            other => panic!("{other:?}"),
        };
        alike(&group).into_iter().map(one).collect()
    }

    #[test]
    fn shared_shingles_of_all_decide_between_duplicate_overlap_and_neither() {
        // With 现象 in front each has 999 shingles; the shared beginning of n characters gives n − 1.
        let half = |shared: usize, from: usize| text(0, shared) + &text(from, from + 1_000 - shared);
        for (shared, expected) in [
            (1_000, vec![("b.md=a.md".to_owned(), "duplicate", 100)]),
            (800, vec![("b.md=a.md".to_owned(), "duplicate", 66)]), // 799 / 1199
            (700, vec![("b.md=a.md".to_owned(), "overlap", 53)]),   // 699 / 1299
            (530, vec![("b.md=a.md".to_owned(), "overlap", 36)]),   // 529 / 1469
            (500, vec![]),                                          // 499 / 1499
        ] {
            let pair = [("b.md", "", half(shared, 2_000)), ("a.md", "", half(shared, 4_000))];
            assert_eq!(said(&pair), expected, "{shared} shared");
        }
    }

    #[test]
    fn what_every_article_repeats_is_not_compared_and_copies_of_copies_are() {
        let safety = text(0, 300);
        let paths = ["a.md", "b.md", "c.md", "d.md", "e.md", "f.md", "g.md"];
        let with = |own: &dyn Fn(usize) -> String| -> Vec<_> {
            paths.iter().enumerate().map(|(i, path)| (*path, "", safety.clone() + &own(i))).collect()
        };
        assert_eq!(said(&with(&|i| text(1_000 + 150 * i, 1_150 + 150 * i))), []);
        assert_eq!(said(&with(&|_| String::new())).len(), 7 * 6 / 2);
    }

    #[test]
    fn other_codes_other_models_tables_and_articles_out_of_service_are_no_duplicates() {
        let pair = |a: &'static str, b: &'static str| said(&[("a.md", a, text(0, 300)), ("b.md", b, text(0, 300))]);
        assert_eq!(pair("codes: [E1]", "codes: [E2]"), []);
        assert_eq!(pair("codes: [E1]", "codes: [E-01]").len(), 1);
        assert_eq!(pair("models: [CJ-XYG*]", "models: [CJ-XYB080]"), []);
        assert_eq!(pair("models: [CJ-XYG*]", "models: [CJ-XYG100]").len(), 1);
        assert_eq!(pair("codes: [E1]", "").len(), 1);
        assert_eq!(pair("status: retired", ""), []);
        let table = text(0, 300) + "\n\n## 代码表\n" + &text(300, 600);
        assert_eq!(said(&[("a.md", "", table.clone()), ("b.md", "", table)]), []);
    }
}
