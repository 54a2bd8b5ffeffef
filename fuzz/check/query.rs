//! Any text is a question or is refused, and its answer keeps what it promises.

use std::{
    collections::BTreeSet,
    fs,
    sync::{Arc, OnceLock},
};

use tempfile::TempDir;
use wenzhen::{
    access::Role,
    article::{Audience, Date, Status},
    corpus::Tick,
    found::{AnswerClass, Found, Question, Snippet},
    journey::{Finder, Live, Publisher},
    text::{Cut, Dictionary, Normalized, codes_in, cut, grams, models_in, normalize, query_words},
};

/// Articles with every field a question can be about.
const FOLDER: [(&str, &str); 9] = [
    ("不脱水.md", include_str!("../../kb/洗衣机/washer-no-spin.md")),
    ("漏水.md", include_str!("../../kb/洗衣机/washer-leak.md")),
    ("代码.md", include_str!("../../kb/洗衣机/washer-error-e4.md")),
    ("不制冷.md", include_str!("../../kb/空调/ac-not-cooling.md")),
    ("空调代码.md", include_str!("../../kb/空调/ac-error-e1.md")),
    ("话术.md", "---\nid: soothe\ntitle: 安抚话术\naudience: agent\n---\n½①洗衣機 ＷｉＦｉ 不脱水时先道歉。\n"),
    ("words.txt", include_str!("../../kb/words.txt")),
    ("synonyms.txt", include_str!("../../kb/synonyms.txt")),
    ("danger.txt", include_str!("../../kb/danger.txt")),
];

/// Asks `bytes`, read as text, as a customer and as an editor.
///
/// # Panics
/// When the answer has more results than asked for, marks outside its snippets, or an article that
/// is not for the reader.
pub fn query(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    reads(&text);
    let Ok(plain) = Question::new(&text) else { return };
    let word: String = plain.text.chars().take(40).collect();
    // One way to ask for each input, or asking would take most of the time.
    let (question, limit, offset) = match bytes.len() % 3 {
        0 => (plain, 1, 0),
        1 => (Question { appliance: Some(word.clone()), model: Some(word), ..plain }, 50, 0),
        _ => (Question { appliance: Some("洗衣机".into()), signs: vec![(word.clone(), word)], ..plain }, 3, 1),
    };
    let question = Question { explain: limit == 1, ..question.page(limit, offset).expect("a page within reach") };
    for role in [Role::Customer, Role::Editor] {
        answers(&finder().find(&question, role).expect("the index answers"), &question, role);
    }
    for role in [Role::Customer, Role::Editor] {
        for suggestion in finder().suggest(&text, role).expect("a snapshot") {
            assert!(!suggestion.text.is_empty());
            assert!(role == Role::Editor || suggestion.article.audience == Audience::Public);
        }
    }
}

/// The text below the question: normal form, words, pairs, codes and models.
fn reads(text: &str) {
    static DICTIONARY: OnceLock<Dictionary> = OnceLock::new();
    let dictionary = DICTIONARY.get_or_init(|| Dictionary::with_words(&[]));
    let plain = normalize(text);
    let normal = Normalized::new(text);
    assert_eq!(plain, normal.text);
    let n = text.chars().count();
    for at in 0..plain.chars().count() {
        let (from, to) = normal.source_range(at, at + 1);
        assert!(from < to && to <= n, "character {at} of {plain:?} comes from {from}..{to} of {n}");
    }
    assert!(!plain.contains(Cut::SEPARATOR), "{plain:?}");
    for word in cut(dictionary, &plain).iter().chain(query_words(dictionary, &plain).iter().map(String::as_str)) {
        assert!(!word.is_empty());
    }
    let _ = (grams(&plain), codes_in(&plain), models_in(&plain));
}

fn answers(found: &Found, question: &Question, role: Role) {
    let n = found.hits.len();
    assert!(n <= question.limit, "{n} results, {} asked for", question.limit);
    assert!(found.total >= n, "{n} results of {}", found.total);
    assert!(found.answer != AnswerClass::None || n == 0, "none, and {n} results");
    let ids: BTreeSet<&str> = found.hits.iter().map(|h| h.article.id.as_str()).collect();
    assert_eq!(ids.len(), n, "an article twice");
    for hit in &found.hits {
        assert!(hit.score.is_finite() && (0.0..=1.001).contains(&hit.coverage), "{} {}", hit.score, hit.coverage);
        let public = hit.article.audience == Audience::Public && hit.article.status == Status::Published;
        assert!(role == Role::Editor || public, "a customer sees {}", hit.article.id);
        assert!(question.explain || hit.parts.is_empty());
        marks(&hit.snippet);
    }
}

/// Marks are not empty, ascend without overlapping and lie inside the text.
fn marks(snippet: &Snippet) {
    let n = snippet.text.chars().count();
    let mut last = 0;
    for &(from, to) in &snippet.marks {
        assert!(last <= from && from < to && to <= n, "{snippet:?}");
        last = to;
    }
}

/// Finds in [`FOLDER`]. The folder is removed at once: what is asked for is held open.
fn finder() -> &'static Finder {
    static FINDER: OnceLock<Finder> = OnceLock::new();
    FINDER.get_or_init(|| {
        let folder = TempDir::new().expect("a temporary folder");
        let kb = folder.path().join("kb");
        fs::create_dir(&kb).expect("kb is made");
        for (name, text) in FOLDER {
            fs::write(kb.join(name), text).expect("the file is written");
        }
        let live = Live::new();
        let today = || Date::new(2026, 11, 21).expect("a day of the calendar");
        let mut publisher =
            Publisher::new(&kb, &folder.path().join("data"), Arc::clone(&live), today).expect("a publisher");
        publisher.step(&Tick { hints: Vec::new(), everything: true }).expect("a turn");
        let finder = Finder::new(live, &kb);
        assert_eq!(finder.snapshot().expect("a snapshot").n_articles(), 6);
        finder
    })
}
