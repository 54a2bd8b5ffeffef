//! An answer as an editor reads it: what was understood, which words stand where, and what each score
//! is made of.

use std::io::Write;

use super::{table::padded, wording};
use crate::found::{Found, Hit, Reason, ScorePart, SearchedWord};

/// Synonyms shown of a word.
const SYNONYMS: usize = 6;
/// Columns of the names before the lines.
const NAMES: usize = 8;

/// Prints `found`; the scores part by part when it has them.
pub(super) fn print(out: &mut impl Write, found: &Found) -> std::io::Result<()> {
    writeln!(
        out,
        "{}：{} 篇相关，{:.1} 毫秒，{}",
        wording::class(found.answer),
        found.total,
        found.took_us as f64 / 1_000.0,
        wording::meaning(found.meaning)
    )?;
    understood(out, found)?;
    if let Some(alert) = &found.alert {
        writeln!(out, "【危险】{}", alert.say)?;
    }
    for (i, hit) in found.hits.iter().enumerate() {
        writeln!(out, "\n{:>2}. {}  {}", i + 1, hit.article.title, hit.article.id)?;
        writeln!(out, "    {:.2} 分，文章说到了问题的 {:.0}%", hit.score, hit.coverage * 100.0)?;
        matched(out, hit, &found.words)?;
        if !hit.parts.is_empty() {
            score(out, hit)?;
        }
    }
    if found.hits.iter().any(|h| !h.parts.is_empty()) {
        writeln!(out, "\n得分只能在同一个问题里比。各部分的权重可以在知识库的 ranking.toml 里改。")?;
    }
    Ok(())
}

fn line(out: &mut impl Write, name: &str, text: &str) -> std::io::Result<()> {
    writeln!(out, "    {}{text}", padded(name, NAMES))
}

fn understood(out: &mut impl Write, found: &Found) -> std::io::Result<()> {
    let u = &found.understood;
    line(out, "理解为", &u.text)?;
    for correction in &u.corrections {
        let why = wording::evidence(correction.why);
        line(out, "", &format!("「{}」当作「{}」（{why}）", correction.from, correction.to))?;
    }
    let lists = [("代码", &u.codes), ("没收录", &u.unknown_codes), ("型号", &u.models)];
    if let Some(appliance) = &u.appliance {
        line(out, "电器", appliance)?;
    }
    for (name, items) in lists.into_iter().filter(|(_, items)| !items.is_empty()) {
        line(out, name, &items.join("、"))?;
    }
    for (i, word) in found.words.iter().enumerate() {
        let mut text = format!("「{}」占 {:.0}%", word.word, word.share * 100.0);
        if !word.synonyms.is_empty() {
            let more = if word.synonyms.len() > SYNONYMS { "……" } else { "" };
            let shown: Vec<&str> = word.synonyms.iter().take(SYNONYMS).map(String::as_str).collect();
            text.push_str(&format!("，也找 {}{more}", shown.join("、")));
        }
        line(out, if i == 0 { "找的词" } else { "" }, &text)?;
    }
    Ok(())
}

/// Which words stand where, and which do not stand in the article.
fn matched(out: &mut impl Write, hit: &Hit, words: &[SearchedWord]) -> std::io::Result<()> {
    let said = |r: &Reason| {
        let near = hit.similarity.filter(|_| r.why == crate::found::Evidence::Meaning);
        let near = near.map(|s| format!("（相近 {s:.2}）")).unwrap_or_default();
        format!("{}的{}「{}」{near}", wording::place(r.place), wording::evidence(r.why), r.text)
    };
    for (i, reason) in hit.reasons.iter().enumerate() {
        line(out, if i == 0 { "对上了" } else { "" }, &said(reason))?;
    }
    let stands = |word: &SearchedWord| {
        let own = |text: &String| *text == word.word || word.synonyms.contains(text);
        hit.reasons.iter().any(|r| own(&r.text)) || hit.parts.iter().any(|p| p.name == "words" && p.about == word.word)
    };
    let missing: Vec<&str> = words.iter().filter(|w| !stands(w)).map(|w| w.word.as_str()).collect();
    if missing.is_empty() { Ok(()) } else { line(out, "没对上", &missing.join("、")) }
}

/// What the score is made of: the sum first, then the sums inside it.
fn score(out: &mut impl Write, hit: &Hit) -> std::io::Result<()> {
    // Where meaning spoke, the score is made anew from features that take up the points of words.
    let is_mix = |name: &str| name.starts_with("mix_") || name.starts_with("near_");
    let is_mixed = hit.parts.iter().any(|p| is_mix(p.name));
    let inside = |p: &&ScorePart| p.name == "words";
    let at_the_end = |p: &&ScorePart| is_mix(p.name) || p.name == "first_aid";
    let by_words: Vec<&ScorePart> = hit.parts.iter().filter(|p| !inside(p) && !at_the_end(p)).collect();
    let end: Vec<&ScorePart> = hit.parts.iter().filter(at_the_end).collect();
    if is_mixed {
        line(out, "得分", &sum(&end))?;
        line(out, "按词", &format!("{}，折算成上面的「按词」", sum(&by_words)))?;
    } else {
        line(out, "得分", &sum(&by_words.into_iter().chain(end).collect::<Vec<_>>()))?;
    }
    let words: Vec<&ScorePart> = hit.parts.iter().filter(inside).collect();
    let index = hit.parts.iter().find(|p| p.name == "index").map_or(0.0, |p| p.score);
    let rest = index - words.iter().map(|p| p.score).sum::<f32>();
    let mut each: Vec<String> = words.iter().map(|p| format!("「{}」{:.2}", p.about, p.score)).collect();
    if rest >= 0.01 {
        each.push(format!("电器、代码、型号 {rest:.2}"));
    }
    if each.is_empty() { Ok(()) } else { line(out, "全文", &format!("{index:.2} = {}", each.join(" + "))) }
}

/// `15.96 = 全文 7.96 + 标题 4.00`.
fn sum(parts: &[&ScorePart]) -> String {
    let total: f32 = parts.iter().map(|p| p.score).sum();
    let part = |p: &&&ScorePart| {
        let about = if p.about.is_empty() { String::new() } else { format!("「{}」", p.about) };
        format!("{}{about} {:.2}", wording::part(p.name), p.score)
    };
    let shown: Vec<String> = parts.iter().filter(|p| p.score.abs() >= 0.005).map(|p| part(&p)).collect();
    if shown.is_empty() {
        format!("{total:.2}")
    } else {
        format!("{total:.2} = {}", shown.join(" + ").replace("+ -", "- "))
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::{
        article::{RelPath, parse},
        found::Snippet,
    };

    fn told(parts: &[(&'static str, f32)], score: f32) -> String {
        let article = parse(&RelPath::new("a.md"), "# 洗衣机漏水\n".as_bytes()).article.expect("an article");
        let part = |&(name, score): &(&'static str, f32)| ScorePart { name, about: String::new(), score };
        let hit = Hit {
            article: Arc::new(article),
            score,
            evidence: score,
            reasons: Vec::new(),
            snippet: Snippet::default(),
            coverage: 1.0,
            similarity: None,
            parts: parts.iter().map(part).collect(),
        };
        let mut out = Vec::new();
        super::score(&mut out, &hit).expect("written");
        String::from_utf8(out).expect("text")
    }

    #[test]
    fn a_score_is_told_as_the_sum_it_is_with_and_without_meaning() {
        let by_words = [("index", 5.0), ("title", 4.0)];
        let said = told(&by_words, 9.0);
        assert!(said.contains("9.00 = 全文 5.00 + 标题 4.00"), "{said}");
        let mixed = [by_words[0], by_words[1], ("mix_words", 1.5), ("near_title", 2.5), ("first_aid", 4.0)];
        let said = told(&mixed, 8.0);
        assert!(said.contains("8.00 = 按词 1.50 + 标题的意思 2.50 + 教人应对危险 4.00"), "{said}");
        assert!(said.contains("9.00 = 全文 5.00 + 标题 4.00，折算"), "{said}");
    }
}
