//! Rules an article can be held to on its own (rules between articles live with the folder).

use std::collections::HashMap;

use super::{Article, Audience, Date, Kind, Layer, Place, Problem, SectionRole, Step, Trouble};

/// Pre-checks allowed.
const PRECHECKS: usize = 2;
/// A step of so many minutes or less, without risk, is quick.
const QUICK_MINUTES: u32 = 2;
/// A step of so many minutes or more is slow.
const SLOW_MINUTES: u32 = 10;

/// Words no honest text uses.
const ABSOLUTE: [&str; 8] = ["百分百", "百分之百", "保证修好", "绝对不会", "绝对安全", "永不", "万无一失", "包修好"];
/// Words that only people in the trade know.
const JARGON: [&str; 8] = ["PCBA", "IPM", "EEPROM", "霍尔元件", "压敏电阻", "可控硅", "变频模块", "四通阀"];

/// What is wrong with `article` alone on `today`.
#[must_use]
pub fn check_article(article: &Article, today: Date) -> Vec<Problem> {
    let mut found = Vec::new();
    let mut say = |line: usize, trouble| {
        found.push(Problem { file: article.path.clone(), line: line as u32 + 1, column: 1, trouble });
    };
    if let Some(day) = article.review_by.filter(|day| *day < today) {
        say(header_line(article, "review_by:"), Trouble::Overdue(day));
    }
    if matches!(article.kind, Kind::Troubleshooting | Kind::ErrorCode) {
        walked(article, &mut say);
    }
    if article.kind == Kind::ErrorCode && article.codes.is_empty() {
        say(header_line(article, "kind:"), Trouble::NoCodes);
    }
    let layers: HashMap<&str, Layer> = article.steps().map(|s| (s.id.as_str(), s.layer)).collect();
    for step in article.steps() {
        needs(&layers, step, &mut say);
    }
    if article.audience == Audience::Public {
        words(article, &mut say);
    }
    found
}

fn walked(article: &Article, say: &mut impl FnMut(usize, Trouble)) {
    if article.steps().next().is_none() {
        say(0, Trouble::NoSteps);
    }
    if !article.sections.iter().any(|s| s.role == SectionRole::Service) {
        say(0, Trouble::NoExit);
    }
    let position = |role| article.sections.iter().position(|s| s.role == role);
    if let (Some(soft), Some(hard)) = (position(SectionRole::Software), position(SectionRole::Hardware))
        && hard < soft
    {
        say(article.sections[hard].lines.0.saturating_sub(1), Trouble::HardwareFirst);
    }
    for section in &article.sections {
        if section.role == SectionRole::Precheck && section.steps.len() > PRECHECKS {
            say(section.lines.0.saturating_sub(1), Trouble::PrecheckCount(section.steps.len()));
        }
        for step in &section.steps {
            if step.minutes.is_none() {
                say(step.heading_line, Trouble::NoMinutes(step.title.clone()));
            }
            if step.layer == Layer::Precheck && (step.minutes.is_some_and(|m| m > 1) || step.safety.risk > 0) {
                say(step.heading_line, Trouble::PrecheckHeavy(step.title.clone()));
            }
            if step.layer == Layer::Hardware && step.safety.first.is_empty() {
                say(step.heading_line, Trouble::NoSafety(step.title.clone()));
            }
        }
        for pair in section.steps.windows(2) {
            let slow = pair[0].minutes.is_some_and(|m| m >= SLOW_MINUTES) || pair[0].safety.risk >= 2;
            let quick = pair[1].minutes.is_some_and(|m| m <= QUICK_MINUTES) && pair[1].safety.risk == 0;
            if slow && quick && !pair[1].needs.contains(&pair[0].id) {
                say(pair[0].heading_line, Trouble::SlowFirst(pair[0].title.clone(), pair[1].title.clone()));
            }
        }
    }
}

fn needs(layers: &HashMap<&str, Layer>, step: &Step, say: &mut impl FnMut(usize, Trouble)) {
    for id in &step.needs {
        match layers.get(id.as_str()) {
            None => say(step.heading_line, Trouble::UnknownNeed(id.clone())),
            Some(needed) if *needed > step.layer => say(step.heading_line, Trouble::NeedLater(id.clone())),
            Some(_) => {}
        }
    }
}

/// Promises and words of the trade in what customers read.
fn words(article: &Article, say: &mut impl FnMut(usize, Trouble)) {
    // In one text: each word is looked for once, not in each passage.
    let mut text = String::with_capacity(article.source.len());
    for passage in article.passages().filter(|p| p.audience == Audience::Public && p.place == Place::Body) {
        text.push_str(passage.text);
        text.push('\n');
    }
    let line_of = |word: &str| article.source.lines().position(|l| l.contains(word)).unwrap_or(0);
    for word in ABSOLUTE {
        if text.contains(word) {
            say(line_of(word), Trouble::AbsolutePromise(word.to_owned()));
        }
    }
    for word in JARGON {
        // Explained where it first stands: a bracket, a dash or 就是 follows it.
        let first = text.find(word).map(|at| &text[at + word.len()..]);
        let explained =
            |after: &str| ["（", "(", "——", "，就是", "，也就是", "，即"].iter().any(|m| after.starts_with(m));
        if first.is_some_and(|after| !explained(after)) {
            say(line_of(word), Trouble::Jargon(word.to_owned()));
        }
    }
}

fn header_line(article: &Article, key: &str) -> usize {
    article.source.lines().position(|l| l.starts_with(key)).unwrap_or(0)
}
