//! Which appliances a question speaks of: by their names, by what people call them, by model numbers.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    article::Article,
    text::{Synonyms, normalize},
};

/// From this share of its titles on an appliance is a thing people name; what stays below (通用服务)
/// holds articles that are about every appliance.
const NAMED_IN_TITLES: f32 = 0.3;
/// The brand before a model number.
const BRAND: &str = "cj";
/// Letters that variants of a model begin with; codes begin with others.
const VARIANTS: std::ops::RangeInclusive<char> = 'a'..='d';

/// What the appliances of the articles are called.
#[derive(Debug, Clone, Default)]
pub(super) struct Appliances {
    /// Normal form to written form.
    written: BTreeMap<String, String>,
    /// What may stand in a question, longest first.
    aliases: Vec<Alias>,
    /// Appliances (in normal form) whose articles are about all others.
    everywhere: BTreeSet<String>,
}

#[derive(Debug, Clone)]
struct Alias {
    text: String,
    appliances: Vec<String>,
    /// It means the appliance only where no better name stands: 滚筒 in 干衣机滚筒不转 is no washer.
    weak: bool,
    /// It is the beginning of a model number.
    model: bool,
}

/// What was found in one question.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Named {
    /// In normal form.
    pub appliances: Vec<String>,
    /// The words that name them.
    pub mentions: Vec<String>,
}

impl Appliances {
    pub(super) fn new<'a>(articles: impl Iterator<Item = &'a Article>, synonyms: &Synonyms) -> Self {
        let mut written: BTreeMap<String, String> = BTreeMap::new();
        let mut titles: BTreeMap<String, Vec<&str>> = BTreeMap::new();
        for article in articles {
            for appliance in &article.appliances {
                let plain = written.iter().find(|(_, w)| *w == appliance).map(|(p, _)| p.clone());
                let plain = plain.unwrap_or_else(|| normalize(appliance));
                titles.entry(plain.clone()).or_default().push(&article.title);
                written.entry(plain).or_insert_with(|| appliance.clone());
            }
        }
        let mut aliases: Vec<Alias> = written
            .keys()
            .map(|name| Alias { text: name.clone(), appliances: vec![name.clone()], weak: false, model: false })
            .collect();
        for (from, to, both_ways) in synonyms.general() {
            let meant: Vec<String> = to.iter().filter(|t| written.contains_key(*t)).cloned().collect();
            if meant.is_empty() || written.contains_key(from) {
                continue;
            }
            let (text, model) = from.strip_suffix('*').map_or((from, false), |start| (start, true));
            aliases.push(Alias { text: text.to_owned(), appliances: meant, weak: !both_ways || model, model });
        }
        aliases.sort_by(|a, b| b.text.len().cmp(&a.text.len()).then_with(|| a.text.cmp(&b.text)));
        let is_named = |name: &str, title: &str| {
            let title = normalize(title);
            aliases.iter().any(|a| !a.model && a.appliances.iter().any(|n| n == name) && title.contains(&a.text))
        };
        let everywhere = titles
            .into_iter()
            .filter(|(name, all)| {
                let named = all.iter().filter(|t| is_named(name, t)).count();
                (named as f32) < NAMED_IN_TITLES * all.len() as f32
            })
            .map(|(name, _)| name)
            .collect();
        Self { written, aliases, everywhere }
    }

    /// The appliances that `text` (in normal form) names.
    pub(super) fn named_in(&self, text: &str) -> Named {
        let mut taken = vec![false; text.len()];
        let (mut strong, mut weak) = (Named::default(), Named::default());
        for alias in &self.aliases {
            for (at, _) in text.match_indices(&alias.text) {
                let end = at + alias.text.len();
                if taken[at..end].contains(&true) || !alias.fits(text, at, end) {
                    continue;
                }
                taken[at..end].fill(true);
                let named = if alias.weak { &mut weak } else { &mut strong };
                named.mentions.push(alias.text.clone());
                for appliance in &alias.appliances {
                    if !named.appliances.contains(appliance) {
                        named.appliances.push(appliance.clone());
                    }
                }
            }
        }
        if strong.appliances.is_empty() { weak } else { strong }
    }

    /// Whether `word` is a model number that begins as those of an appliance do, or the brand before one.
    pub(super) fn is_model(&self, word: &str) -> bool {
        let plain = word.strip_prefix(BRAND).unwrap_or(word);
        let digit = |rest: &str| rest.starts_with(|c: char| c.is_ascii_digit());
        let mut starts = self.aliases.iter().filter(|a| a.model);
        word == BRAND || starts.any(|a| plain.strip_prefix(a.text.as_str()).is_some_and(digit))
    }

    /// `text` (in normal form) with those models whole that stand in pieces: `cj kt35 b2` is cj-kt35-b2.
    pub(super) fn with_whole_models(&self, text: &str) -> String {
        let mut whole = String::with_capacity(text.len());
        let mut before = None;
        for word in text.split(' ') {
            let joined = |before: &str| match before {
                BRAND => self.is_model(word),
                model => self.is_model(model) && is_variant(word),
            };
            whole.extend(before.map(|before| if joined(before) { '-' } else { ' ' }));
            whole.push_str(word);
            before = Some(word);
        }
        whole
    }

    /// How the articles write it.
    pub(super) fn written(&self, plain: &str) -> Option<&String> {
        self.written.get(plain)
    }

    /// Whether its articles are about all appliances.
    pub(super) fn is_everywhere(&self, plain: &str) -> bool {
        self.everywhere.contains(plain)
    }
}

/// Whether `word` is the end of a model, as A1 or B2T; E4 behind a model is a code.
fn is_variant(word: &str) -> bool {
    let mut chars = word.chars();
    let letter = chars.next().is_some_and(|c| VARIANTS.contains(&c));
    letter && chars.next().is_some_and(|c| c.is_ascii_digit()) && chars.all(|c| c.is_ascii_alphabetic())
}

impl Alias {
    fn fits(&self, text: &str, start: usize, end: usize) -> bool {
        if !self.text.is_ascii() {
            return true;
        }
        let (before, after) = (&text[..start], &text[end..]);
        let before = before.strip_suffix('-').unwrap_or(before);
        let before = if self.model { before.strip_suffix(BRAND).unwrap_or(before) } else { before };
        let begins = !before.ends_with(|c: char| c.is_ascii_alphanumeric());
        let digit = after.starts_with(|c: char| c.is_ascii_digit());
        let goes_on = after.starts_with(|c: char| c.is_ascii_alphanumeric());
        begins && if self.model { digit } else { !goes_on }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        article::{RelPath, parse},
        text::parse_synonyms,
    };

    fn purifiers() -> Appliances {
        let list = parse_synonyms("JS* -> 净水器\n").0;
        let file = "---\nappliance: 净水器\n---\n一\n";
        let article = parse(&RelPath::new("a.md"), file.as_bytes()).article.expect("an article");
        Appliances::new([article].iter(), &list)
    }

    fn named(text: &str) -> Vec<String> {
        let article = |appliance: &str, title: &str| {
            let file = format!("---\nappliance: {appliance}\ntitle: {title}\n---\n一\n");
            parse(&RelPath::new("a.md"), file.as_bytes()).article.expect("an article")
        };
        let articles = [
            article("洗衣机", "洗衣机漏水"),
            article("燃气热水器", "燃气热水器打不着火"),
            article("净水器", "净水器漏水"),
            article("干衣机", "干衣机不转"),
            article("通用服务", "保修"),
        ];
        let list = "净水器 = 纯水机\n滚筒 -> 洗衣机\n热水器 -> 燃气热水器\nJS* -> 净水器\ntv -> 洗衣机\n";
        let appliances = Appliances::new(articles.iter(), &parse_synonyms(list).0);
        assert!(appliances.is_everywhere("通用服务") && !appliances.is_everywhere("净水器"));
        appliances.named_in(&normalize(text)).appliances
    }

    #[test]
    fn names_nicknames_and_models_name_an_appliance() {
        assert_eq!(named("纯水机旁边的洗衣机"), ["洗衣机", "净水器"]);
        assert_eq!(named("滚筒不转"), ["洗衣机"]);
        assert_eq!(named("干衣机滚筒不转"), ["干衣机"], "a nickname gives way to a name");
        assert_eq!(named("JS800-B2 换哪几个芯"), ["净水器"]);
        assert_eq!(named("cj-js600 漏水"), ["净水器"]);
        assert_eq!(named("js"), [""; 0], "without a number it is no model");
        assert_eq!(
            ["js800b2", "cjjs800", "cj", "js", "js-x", "xs800"].map(|word| purifiers().is_model(word)),
            [true, true, true, false, false, false]
        );
        assert_eq!(named("tvs"), [""; 0]);
        assert_eq!(named("燃气热水器不热"), ["燃气热水器"]);
    }

    #[test]
    fn a_model_in_pieces_is_made_whole_and_a_code_behind_it_stays_one() {
        for (text, whole) in [
            ("cj js800 b2 换芯", "cj-js800-b2 换芯"),
            ("净水器 js800 a1t 漏", "净水器 js800-a1t 漏"),
            ("js800 e4 漏", "js800 e4 漏"),
            ("js800 滤芯 b2", "js800 滤芯 b2"),
            ("cj 漏水", "cj 漏水"),
            ("b2 级 2 米", "b2 级 2 米"),
            ("", ""),
        ] {
            assert_eq!(purifiers().with_whole_models(text), whole);
        }
    }
}
