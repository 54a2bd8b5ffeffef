//! Completions of what is being typed: titles and people's own words, by how somebody types them.

use std::{fs, path::Path};

use pinyin::ToPinyin;
use wenzhen::article::{Article, RelPath, parse};

use crate::{
    client::{agent, ask, percentile},
    saves::articles,
};

/// Texts of the folder that are typed.
const TEXTS: usize = 400;
/// The manners: their name, and what is typed of a text.
type Manner = (&'static str, fn(&str) -> String);
const MANNERS: [Manner; 7] = [
    ("first character", |text| text.chars().take(1).collect()),
    ("first two", |text| text.chars().take(2).collect()),
    ("first four", |text| text.chars().take(4).collect()),
    ("third and fourth", |text| text.chars().skip(2).take(2).collect()),
    ("last character", |text| text.chars().last().into_iter().collect()),
    ("first letters", |text| syllables(text).filter_map(|s| s.chars().next()).take(4).collect()),
    ("pinyin of three", |text| syllables(text).take(3).collect()),
];

fn syllables(text: &str) -> impl Iterator<Item = &'static str> {
    text.to_pinyin().flatten().map(pinyin::Pinyin::plain)
}

/// Types titles and symptoms of the folder to every server in turns.
pub(crate) fn typed(kb: &Path, servers: &[&str]) {
    let mut all = Vec::new();
    let mut n_entries = 0;
    for path in articles(kb) {
        let Some(article) = read(&path) else { continue };
        let named = article.models.iter().filter(|m| !m.contains('*')).count();
        n_entries += 1 + article.symptoms.len() + 2 * article.codes.len() + named;
        all.push(article.title.clone());
        all.extend(article.symptoms.iter().cloned());
    }
    let texts: Vec<&String> = (0..TEXTS).map(|n| &all[n * 7919 % all.len()]).collect();
    println!("{n_entries} entries, {} of them titles and symptoms\n", all.len());
    println!("| server | typed | n | p50 us | p99 us | slowest us | failed |\n|{}", " --- |".repeat(7));
    let agent = agent();
    for (name, manner) in MANNERS {
        let typed: Vec<String> = texts.iter().map(|t| manner(t)).filter(|t| !t.trim().is_empty()).collect();
        let mut times = vec![(Vec::new(), 0); servers.len()];
        for text in &typed {
            for (server, (micros, failed)) in servers.iter().zip(&mut times) {
                match ask(&agent, server, text) {
                    Some(took) => micros.push(took),
                    None => *failed += 1,
                }
            }
        }
        for (n, (micros, failed)) in times.iter_mut().enumerate() {
            micros.sort_unstable();
            let [p50, p99, last] = [0.5, 0.99, 1.0].map(|p| percentile(micros, p));
            println!("| {n} | {name} | {} | {p50:.0} | {p99:.0} | {last:.0} | {failed} |", micros.len());
        }
    }
}

/// The article in a file of the folder.
pub(crate) fn read(path: &Path) -> Option<Article> {
    let bytes = fs::read(path).expect("the article is read");
    parse(&RelPath::new(&path.file_name()?.to_string_lossy()), &bytes).article
}
