//! The authors' guide teaches what the parser reads.

use std::{fs, path::Path};

use wenzhen::article::{Level, RelPath, check_article, parse};

use crate::world::today;

/// The samples of `kb/README.md`: what stands in its ```markdown fences.
fn samples() -> Vec<String> {
    let guide = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("kb/README.md")).expect("the guide");
    let mut samples = Vec::new();
    let mut open: Option<(usize, String)> = None;
    for line in guide.lines() {
        let ticks = line.len() - line.trim_start_matches('`').len();
        match &mut open {
            Some((marks, text)) if ticks >= *marks && line.trim_matches('`').is_empty() => {
                samples.push(std::mem::take(text));
                open = None;
            }
            Some((_, text)) => {
                text.push_str(line);
                text.push('\n');
            }
            None if ticks >= 3 && line.trim_start_matches('`').trim() == "markdown" => {
                open = Some((ticks, String::new()))
            }
            None => {}
        }
    }
    samples
}

#[test]
fn every_sample_of_the_guide_is_a_sound_article() {
    let samples = samples();
    assert!(samples.len() >= 2, "a full sample and a small one");
    for sample in samples {
        let parsed = parse(&RelPath::new("例子.md"), sample.as_bytes());
        let article = parsed.article.expect("an article");
        let mut problems = parsed.problems;
        problems.extend(check_article(&article, today()));
        problems.retain(|p| p.trouble.level() == Level::Error);
        assert!(parsed.sound && problems.is_empty(), "{problems:?}\n{sample}");
    }
}

#[test]
fn sample_ids_cannot_be_taken_for_articles() {
    for sample in samples() {
        let named = sample.lines().find_map(|l| l.strip_prefix("id: "));
        assert!(named.is_none_or(|id| id.starts_with("example-")), "{named:?}");
    }
}
