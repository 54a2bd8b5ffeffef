//! Rules between articles, and of articles against the lists.

use std::collections::{BTreeSet, HashMap};

use super::{
    Corpus, Difference,
    link::{is_elsewhere, is_moved, page_paths},
};
use crate::{
    article::{Article, Audience, Date, Place, Problem, RelPath, Trouble, check_article},
    text::{ErrorCode, normalize},
};

/// Sentences of one article that are named for differing from one fact: each is looked up in the file.
const DIFFERING: usize = 50;

/// How much must be checked again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CheckScope {
    /// Articles that changed and those with a link that leads elsewhere now.
    Changed,
    /// Everything, for a new day or after a change of a list.
    Everything,
}

/// Checks `corpus` after `difference` and stores what it finds there.
/// `is_file` says whether a file (a picture) exists below the folder.
pub fn check(
    corpus: &mut Corpus,
    difference: &Difference,
    scope: CheckScope,
    today: Date,
    is_file: &dyn Fn(&RelPath) -> bool,
) {
    let everything = scope == CheckScope::Everything || difference.lists_changed || difference.pictures_changed;
    let taken = difference.taken.iter().map(|t| &t.path);
    // An article that steps in for another of its id was not taken now and is checked for the first time.
    let touched: BTreeSet<&RelPath> = taken.chain(difference.put.iter().map(|a| &a.path)).collect();
    let moved = &difference.moved;
    let is_linked = |a: &Article| !moved.is_empty() && a.links.iter().any(|link| is_moved(a, link, moved));
    let articles: Vec<_> =
        corpus.articles().filter(|a| everything || touched.contains(&a.path) || is_linked(a)).cloned().collect();
    let findings: Vec<(RelPath, Vec<Problem>)> = articles
        .iter()
        .map(|article| {
            let mut found = check_article(article, today);
            links(corpus, article, is_file, &mut found);
            signs(corpus, article, &mut found);
            facts(corpus, article, &mut found);
            expects(article, &mut found);
            (article.path.clone(), found)
        })
        .collect();
    for (path, found) in findings {
        corpus.set_checks(&path, found);
    }
    let mut shared = codes(corpus);
    shared.extend(hazards(corpus));
    corpus.set_shared_problems(shared);
}

fn links(corpus: &Corpus, article: &Article, is_file: &dyn Fn(&RelPath) -> bool, found: &mut Vec<Problem>) {
    for link in article.links.iter().filter(|l| !is_elsewhere(&l.to)) {
        let wiki = link.to.strip_prefix("wiki:");
        let to = wiki.unwrap_or(&link.to).to_owned();
        let trouble = if link.picture {
            let lost = corpus.picture(article, &link.to).is_none();
            // Other tools keep pictures outside the folder of texts; ours lie beside them.
            let outside = wiki.is_some() || link.to.starts_with('/');
            lost.then_some(if outside { Trouble::PictureElsewhere(to) } else { Trouble::DeadPicture(to) })
        } else {
            match corpus.linked(article, &link.to) {
                None if wiki.is_some() => Some(Trouble::UnwrittenPage(to)),
                None if !page_paths(article, &link.to).iter().any(is_file) => Some(Trouble::DeadLink(to)),
                Some(t) if t.audience == Audience::Agent && link.audience == Audience::Public => {
                    Some(Trouble::StaffLink(to))
                }
                _ => None,
            }
        };
        found.extend(trouble.map(|trouble| Problem {
            file: article.path.clone(),
            line: link.line,
            column: 1,
            trouble,
        }));
    }
}

fn signs(corpus: &Corpus, article: &Article, found: &mut Vec<Problem>) {
    for (name, value) in &article.signs {
        let sign = article.appliances.iter().find_map(|a| corpus.lists.signs.sign(a, name));
        let trouble = match sign {
            None => Some(Trouble::UnknownSign(name.clone())),
            Some(sign) if !sign.values.contains(value) => Some(Trouble::SignValue(name.clone(), value.clone())),
            Some(_) => None,
        };
        let line = article.signs_line.max(1);
        found.extend(trouble.map(|trouble| Problem { file: article.path.clone(), line, column: 1, trouble }));
    }
}

/// A question in the words of the article's own index tests nothing.
fn expects(article: &Article, found: &mut Vec<Problem>) {
    if article.expect.is_empty() {
        return;
    }
    let plain = |text: &str| normalize(text).chars().filter(|c| c.is_alphanumeric()).collect::<String>();
    let told: BTreeSet<String> =
        article.symptoms.iter().chain(&article.asked).chain([&article.title]).map(|t| plain(t)).collect();
    for (question, line) in article.expect.iter().zip(&article.expect_lines) {
        if told.contains(&plain(question)) {
            let trouble = Trouble::ExpectTold(question.clone());
            found.push(Problem { file: article.path.clone(), line: *line, column: 1, trouble });
        }
    }
}

/// Figures with their unit, such as `60-100cm`, in a text in normal form without blanks.
fn figures(text: &str) -> Vec<(String, String)> {
    let chars: Vec<char> = text.chars().filter(|c| !c.is_whitespace()).collect();
    let mut found = Vec::new();
    let mut i = 0;
    while i < chars.len() {
        if !chars[i].is_ascii_digit() {
            i += 1;
            continue;
        }
        let from = i;
        while i < chars.len() && (chars[i].is_ascii_digit() || matches!(chars[i], '.' | '-' | '~' | '至' | '到')) {
            i += 1;
        }
        let number: String = chars[from..i].iter().collect();
        let number = number.replace(['~', '至', '到'], "-").trim_end_matches(['-', '.']).to_owned();
        let unit: String = match chars.get(i) {
            Some(c) if c.is_ascii_alphabetic() || *c == '°' => {
                chars[i..].iter().take_while(|c| c.is_ascii_alphabetic() || **c == '°').collect()
            }
            Some('分') => "分钟".into(),
            Some('小') => "小时".into(),
            Some(c) => c.to_string(),
            None => String::new(),
        };
        found.push((number, unit));
    }
    found
}

fn facts(corpus: &Corpus, article: &Article, found: &mut Vec<Problem>) {
    let mut facts = corpus.lists.facts.iter().filter(|f| article.appliances.contains(&f.appliance)).peekable();
    if facts.peek().is_none() {
        return;
    }
    let body = article.passages().filter(|p| p.place == Place::Body);
    let sentences = body.flat_map(|p| p.text.split(['。', '；', '！', '？']));
    // Once for all facts, of which there may be hundreds.
    let sentences: Vec<(&str, String)> = sentences.map(|s| (s, normalize(s))).collect();
    for fact in facts {
        let value = figures(&normalize(&fact.value));
        let Some((number, unit)) = value.first() else { continue };
        let about: Vec<String> = fact.about.iter().map(|a| normalize(a)).collect();
        let mut n_differing = 0;
        for (sentence, plain) in &sentences {
            if n_differing == DIFFERING || !about.iter().all(|word| plain.contains(word.as_str())) {
                continue;
            }
            let same_unit: Vec<_> = figures(plain).into_iter().filter(|(_, u)| u == unit).collect();
            if same_unit.is_empty() || same_unit.iter().any(|(n, _)| n == number) {
                continue;
            }
            n_differing += 1;
            let line = article.source.lines().position(|l| l.contains(sentence.trim())).unwrap_or(0) as u32 + 1;
            let said = same_unit.iter().map(|(n, u)| format!("{n} {u}")).collect::<Vec<_>>().join("、");
            let trouble = Trouble::FigureDiffers(said, fact.value.clone());
            found.push(Problem { file: article.path.clone(), line, column: 1, trouble });
        }
    }
}

/// A code explained by two articles of the same appliance.
fn codes(corpus: &Corpus) -> Vec<Problem> {
    let mut first: HashMap<(String, ErrorCode), RelPath> = HashMap::new();
    let mut found = Vec::new();
    for article in corpus.articles() {
        for (code, appliance) in article.codes.iter().flat_map(|c| article.appliances.iter().map(move |a| (c, a))) {
            let Some(canonical) = ErrorCode::new(code) else { continue };
            match first.get(&(appliance.clone(), canonical.clone())) {
                Some(by) => {
                    let trouble = Trouble::CodeTaken(code.clone(), by.clone());
                    found.push(Problem { file: article.path.clone(), line: 1, column: 1, trouble });
                }
                None => {
                    first.insert((appliance.clone(), canonical), article.path.clone());
                }
            }
        }
    }
    found
}

fn hazards(corpus: &Corpus) -> Vec<Problem> {
    let ids: BTreeSet<&str> = corpus.articles().map(|a| a.id.as_str()).collect();
    let named = corpus.lists.hazards.0.iter().filter_map(|h| Some((h.line, h.article.as_deref()?)));
    let missing = named.filter(|(_, id)| !ids.contains(id));
    missing
        .map(|(line, id)| Problem {
            file: RelPath::new("danger.txt"),
            line,
            column: 1,
            trouble: Trouble::HazardArticle(id.to_owned()),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use std::{cell::Cell, sync::Arc};

    use super::*;
    use crate::corpus::{Change, Content, KeptVersions};

    struct Nothing;
    impl KeptVersions for Nothing {
        fn recall(&self, _path: &RelPath) -> Option<Vec<u8>> {
            None
        }
    }

    fn put(path: &str, text: &str) -> Change {
        let content = Some(Content::Bytes(text.as_bytes().to_vec()));
        Change { path: RelPath::new(path), content, modified: None }
    }

    fn gone(path: &str) -> Change {
        Change { path: RelPath::new(path), content: None, modified: None }
    }

    /// The folder after `changes`, checked; `looked` counts how often a file was looked for.
    fn after(corpus: &Corpus, changes: Vec<Change>, looked: &Cell<usize>) -> Corpus {
        let (mut next, difference) = corpus.apply(changes, &Nothing);
        let today = Date::new(2026, 11, 21).expect("a day");
        let is_file = |_: &RelPath| {
            looked.set(looked.get() + 1);
            false
        };
        check(&mut next, &difference, CheckScope::Changed, today, &is_file);
        next
    }

    fn told(corpus: &Corpus) -> Vec<(String, &'static str)> {
        corpus.problems().into_iter().map(|p| (p.file.to_string(), p.trouble.code())).collect()
    }

    fn checked(files: &[(&str, &str)]) -> Vec<(String, &'static str)> {
        let changes = files.iter().map(|(path, text)| put(path, text)).collect();
        told(&after(&Corpus::default(), changes, &Cell::default()))
    }

    #[test]
    fn a_save_that_moves_no_name_does_not_look_for_the_links_of_others_again() {
        let looked = Cell::default();
        let files = vec![put("a.md", "[没有](c.md) [[乙]] [[未写]]\n"), put("乙.md", "乙\n")];
        let first = after(&Corpus::default(), files, &looked);
        let n = looked.replace(0);
        assert!(n > 0 && told(&first) == [("a.md".to_owned(), "dead-link"), ("a.md".to_owned(), "unwritten-page")]);
        let same = after(&first, vec![put("乙.md", "乙，改过。\n")], &looked);
        assert_eq!((looked.get(), told(&same)), (0, told(&first)), "only a body differs");
        assert!(Arc::ptr_eq(&first.names, &same.names), "snapshots share the names");
        after(&first, vec![put("丙.md", "丙\n")], &looked);
        assert_eq!(looked.get(), 0, "nobody links to the new name");
    }

    #[test]
    fn links_are_checked_again_when_what_they_are_called_by_comes_goes_or_turns() {
        let page = |header: &str| format!("---\n{header}\n---\n正文\n");
        let by_name = "[[某页]]\n";
        for (link, target, header) in [
            (by_name, "某页.md", "id: x"),
            (by_name, "深/某页.md", "id: x"),
            (by_name, "x.md", "title: 某页"),
            (by_name, "x.md", "symptoms: [某页]"),
            ("[旧](/旧址/x/)\n", "x.md", "aliases: [/旧址/x]"),
            ("[页](/a/x)\n", "某页.md", "id: x"),
            ("[页](深/某页.md)\n", "深/某页.md", "id: y"),
        ] {
            let looked = Cell::default();
            let dead = after(&Corpus::default(), vec![put("a.md", link)], &looked);
            let lost = told(&dead);
            assert_eq!(lost.len(), 1, "{link}");
            let found = after(&dead, vec![put(target, &page(header))], &looked);
            assert_eq!(told(&found), [], "{link} {target} {header}");
            let staff = after(&found, vec![put(target, &page(&format!("{header}\naudience: agent")))], &looked);
            assert_eq!(told(&staff), [("a.md".to_owned(), "staff-link")], "{link} {target} {header}");
            assert_eq!(told(&after(&staff, vec![gone(target)], &looked)), lost, "{link} {target} {header}");
        }
    }

    #[test]
    fn an_article_that_steps_in_for_another_of_its_id_is_checked() {
        let looked = Cell::default();
        let files = vec![put("c1.md", "---\nid: c\n---\n好\n"), put("c2.md", "---\nid: c\n---\n[没有](d.md)\n")];
        let both = after(&Corpus::default(), files.clone(), &looked);
        assert_eq!(told(&both), [("c2.md".to_owned(), "id-taken")]);
        let second = after(&both, vec![gone("c1.md")], &looked);
        assert_eq!(told(&second), [("c2.md".to_owned(), "dead-link")]);
        let again = after(&second, files[..1].to_vec(), &looked);
        assert_eq!(told(&again), told(&both), "as after a restart");
    }

    #[test]
    fn links_pictures_codes_signs_and_hazards_are_checked_between_files() {
        let found = checked(&[
            (
                "a.md",
                "---\nid: a\nappliance: 洗衣机\ncodes: [E1]\nsigns: {能排水: 也许, 能飞: 是}\n---\n[乙](b.md) [没有](c.md) [密](s.md) ![](图.png) ![](无.png) [网](https://x.cn)\n",
            ),
            ("b.md", "---\nid: b\nappliance: 洗衣机\ncodes: [E-01]\n---\n乙\n"),
            ("s.md", "---\nid: s\naudience: agent\n---\n密\n"),
            ("signs.toml", "[洗衣机.能排水]\nask = \"？\"\nvalues = [\"是\",\"否\"]\n"),
            ("danger.txt", "[gas -> nowhere] 快走\n+ 煤气\n"),
            ("图.png", ""),
        ]);
        let expected = [
            ("a.md", "sign-value"),
            ("a.md", "unknown-sign"),
            ("a.md", "dead-link"),
            ("a.md", "staff-link"),
            ("a.md", "dead-picture"),
            ("b.md", "code-taken"),
            ("danger.txt", "hazard-article"),
        ];
        assert_eq!(found, expected.map(|(f, c)| (f.to_owned(), c)));
    }

    #[test]
    fn a_question_in_the_words_of_the_article_itself_is_told_of() {
        let text = |expect: &str| {
            format!(
                "---\ntitle: 洗衣机不脱水\nsymptoms: [衣服还滴水, ok 键]\nasked: [甩了跟没甩一样]\nexpect:\n  - {expect}\n---\n一\n"
            )
        };
        let found = |expect: &str| checked(&[("a.md", &text(expect))]);
        for expect in ["衣服还滴水？", "洗衣机 不脱水", "ＯＫ键", "甩了跟没甩一样！"] {
            assert_eq!(found(expect), [("a.md".to_owned(), "expect-told")], "{expect}");
        }
        assert_eq!(found("洗完还能拧出水"), []);
    }

    #[test]
    fn a_missing_article_of_a_danger_is_reported_at_its_header() {
        let danger = "# 危险词表\n[fire -> a] 请先断电。\n+ 冒烟\n\n[gas -> nope] 请先关阀。\n+ 煤气味\n";
        let change = |path: &str, text: &str| Change {
            path: RelPath::new(path),
            content: Some(Content::Bytes(text.as_bytes().to_vec())),
            modified: None,
        };
        let files = vec![change("a.md", "甲\n"), change("danger.txt", danger)];
        let (mut corpus, difference) = Corpus::default().apply(files, &Nothing);
        let today = Date::new(2026, 11, 21).expect("a day");
        check(&mut corpus, &difference, CheckScope::Changed, today, &|_| false);
        let missing = Trouble::HazardArticle("nope".into());
        let at = corpus.problems().into_iter().find(|p| p.trouble == missing).map(|p| (p.file.to_string(), p.line));
        assert_eq!(at, Some(("danger.txt".to_owned(), 5)));
    }

    #[test]
    fn a_figure_that_differs_from_the_fact_is_found_and_a_right_one_is_not() {
        let facts = "[[fact]]\nappliance = \"洗衣机\"\nabout = [\"进水\", \"超时\"]\nvalue = \"8 分钟\"\n\
                     [[fact]]\nappliance = \"洗衣机\"\nabout = [\"排水管\", \"高\"]\nvalue = \"60–100 cm\"\n";
        let text = |body: &str| format!("---\nappliance: 洗衣机\n---\n{body}\n");
        let found = |body: &str| checked(&[("a.md", &text(body)), ("facts.toml", facts)]);
        assert_eq!(found("进水超过 5 分钟算超时。"), [("a.md".to_owned(), "figure-differs")]);
        assert_eq!(found("进水 8 分钟未到水位就是超时。排水管高 60—100cm。等 3 分钟。"), []);
        let many: String = (10..10 + 3 * DIFFERING).map(|n| format!("进水 {n} 分钟就是超时。\n\n")).collect();
        assert_eq!(found(&many).len(), DIFFERING);
    }
}
