//! Completions of what is being typed: titles, people's own words, codes, models; by their characters
//! or in pinyin.

use std::sync::Arc;

use crate::{
    article::Article,
    found::{Suggestion, SuggestionKind},
    text::{begins_in_pinyin, first_letters, letter_bit, normalize},
};

/// Rows returned.
const ROWS: usize = 8;
/// From so many letters on they may be pinyin.
const LETTERS: usize = 2;

struct Entry {
    /// In normal form, without blanks.
    plain: Box<str>,
    n_chars: usize,
    /// With which letters its first character may begin: most entries need no closer look.
    first_letters: u32,
    text: Box<str>,
    kind: SuggestionKind,
    article: Arc<Article>,
}

/// All that can be suggested to one kind of reader, sorted, each text once.
pub struct Suggestions {
    entries: Vec<Entry>,
}

impl Suggestions {
    /// Collects from `articles`, which the reader may all see.
    pub fn new<'a>(articles: impl Iterator<Item = &'a Arc<Article>>) -> Self {
        let mut entries = Vec::new();
        for article in articles {
            let mut add = |text: &str, kind| {
                let plain = fold(text);
                if !plain.is_empty() {
                    let (n_chars, first_letters) = (plain.chars().count(), first_letters(&plain));
                    let (text, article) = (text.into(), Arc::clone(article));
                    entries.push(Entry { plain: plain.into(), n_chars, first_letters, text, kind, article });
                }
            };
            add(&article.title, SuggestionKind::Title);
            for symptom in &article.symptoms {
                add(symptom, SuggestionKind::Symptom);
            }
            for code in &article.codes {
                add(&format!("{}{code}", article.appliances.first().map_or("", String::as_str)), SuggestionKind::Code);
                add(code, SuggestionKind::Code);
            }
            for model in article.models.iter().filter(|m| !m.contains('*')) {
                add(model, SuggestionKind::Model);
            }
        }
        entries.sort_by(|a, b| (&a.plain, a.kind, &a.article.id).cmp(&(&b.plain, b.kind, &b.article.id)));
        entries.dedup_by(|later, first| later.plain == first.plain);
        Self { entries }
    }

    /// At most eight completions of `typed`: those that begin with it, then those that hold it, then
    /// those that begin with it in pinyin.
    #[must_use]
    pub fn complete(&self, typed: &str) -> Vec<Suggestion> {
        let typed = fold(typed);
        if typed.is_empty() {
            return Vec::new();
        }
        let from = self.entries.partition_point(|e| *e.plain < *typed);
        let begins = self.entries[from..].iter().take_while(|e| e.plain.starts_with(&typed));
        let mut found = first_rows(begins.map(|e| ((e.n_chars, e.kind), e)));
        if found.len() < ROWS {
            // Most entries do not hold it, and saying so is cheaper than saying where.
            let holds = self.entries.iter().filter(|e| e.plain.contains(&typed));
            let places = holds.filter_map(|e| e.plain.find(&typed).map(|at| (at, e)));
            found.extend(first_rows(places.filter(|(at, _)| *at > 0).map(|(at, e)| ((at, e.n_chars), e))));
        }
        if found.len() < ROWS && typed.len() >= LETTERS && typed.bytes().all(|b| b.is_ascii_lowercase()) {
            let first = letter_bit(typed.as_bytes()[0]);
            let may = self.entries.iter().filter(|e| e.first_letters & first != 0 && !e.plain.contains(&typed));
            let spelled = may.filter(|e| begins_in_pinyin(&e.plain, &typed));
            found.extend(first_rows(spelled.map(|e| ((e.n_chars, e.kind), e))));
        }
        let row = |e: &Entry| Suggestion { text: e.text.to_string(), kind: e.kind, article: Arc::clone(&e.article) };
        found.into_iter().take(ROWS).map(row).collect()
    }
}

/// The first rows by their keys; those with the same key stay in their order.
fn first_rows<'e, K: Ord + Copy>(keyed: impl Iterator<Item = (K, &'e Entry)>) -> Vec<&'e Entry> {
    let mut all: Vec<(K, usize, &Entry)> = keyed.enumerate().map(|(i, (key, e))| (key, i, e)).collect();
    let order = |row: &(K, usize, &Entry)| (row.0, row.1);
    if all.len() > ROWS {
        // Of one letter there may be thousands.
        all.select_nth_unstable_by_key(ROWS, order);
        all.truncate(ROWS);
    }
    all.sort_unstable_by_key(order);
    all.into_iter().map(|(_, _, e)| e).collect()
}

fn fold(text: &str) -> String {
    normalize(text).chars().filter(|c| c.is_alphanumeric()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::article::{RelPath, parse};

    #[test]
    fn what_begins_with_it_comes_before_what_holds_it() {
        let read =
            |name: &str, text: &str| Arc::new(parse(&RelPath::new(name), text.as_bytes()).article.expect("an article"));
        let articles = [
            read("a.md", "---\ntitle: 洗衣机不脱水\nsymptoms: [甩干桶不转]\nappliance: 洗衣机\n---\n一\n"),
            read(
                "b.md",
                "---\ntitle: 洗衣机显示 E1\nappliance: 洗衣机\ncodes: [E1]\nmodels: [CJ-XYB080-A1]\n---\n二\n",
            ),
        ];
        let s = Suggestions::new(articles.iter());
        let texts = |t: &str| s.complete(t).into_iter().map(|s| s.text).collect::<Vec<_>>();
        assert_eq!(texts("洗衣机不"), ["洗衣机不脱水"]);
        assert_eq!(texts("不"), ["甩干桶不转", "洗衣机不脱水"]);
        assert_eq!(texts("e1"), ["E1", "洗衣机E1", "洗衣机显示 E1"]);
        assert_eq!(texts("cjxyb"), ["CJ-XYB080-A1"]);
        assert_eq!(texts("xyjb"), ["洗衣机不脱水"]);
        assert_eq!(texts("shuaigantong"), ["甩干桶不转"]);
        assert!(texts("s").is_empty(), "one letter says nothing");
        assert!(texts("  ").is_empty() && texts("火箭").is_empty());
    }
    #[test]
    fn a_text_many_articles_share_takes_one_row_and_the_shortest_come_first() {
        let files = (0..12)
            .map(|n| format!("---\ntitle: 洗衣机漏水{n:02}\nsymptoms: [漏水, 漏水{}]\n---\n一\n", "啊".repeat(n)));
        let articles: Vec<Arc<Article>> = files
            .enumerate()
            .map(|(n, f)| Arc::new(parse(&RelPath::new(&format!("{n}.md")), f.as_bytes()).article.expect("an article")))
            .collect();
        let s = Suggestions::new(articles.iter());
        let texts = |t: &str| s.complete(t).into_iter().map(|s| s.text).collect::<Vec<_>>();
        let shortest: Vec<String> = (0..ROWS).map(|n| format!("漏水{}", "啊".repeat(n))).collect();
        assert_eq!(texts("漏"), shortest);
        assert_eq!(texts("漏水"), shortest);
        assert_eq!(texts("loushui"), shortest);
        assert_eq!(texts("机漏")[..2], ["洗衣机漏水00", "洗衣机漏水01"]);
        assert_eq!(texts("机漏").len(), ROWS);
    }
}
