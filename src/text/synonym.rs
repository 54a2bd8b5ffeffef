//! `synonyms.txt`: words that mean the same, for all articles or for one appliance.

use std::collections::HashMap;

use super::{
    list::{ListFault, ListFaultKind, closed, lines, opened},
    normalize,
};

/// Synonyms by scope; the general scope is the empty string.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Synonyms {
    by_scope: HashMap<String, HashMap<String, Vec<String>>>,
}

impl Synonyms {
    /// Other words for `word` (in normal form): the general ones, then those of `appliance`.
    pub fn of<'a>(&'a self, word: &'a str, appliance: Option<&'a str>) -> impl Iterator<Item = &'a str> {
        let scopes = std::iter::once("").chain(appliance);
        scopes.filter_map(move |s| self.by_scope.get(s)?.get(word)).flatten().map(String::as_str)
    }

    /// Every Chinese word of at least two characters, so that a question is not cut across it.
    pub fn words(&self) -> impl Iterator<Item = &str> {
        let all = self.by_scope.values().flatten().flat_map(|(from, to)| std::iter::once(from).chain(to));
        all.map(String::as_str).filter(|w| !w.is_ascii() && !w.contains(' ') && (2..=8).contains(&w.chars().count()))
    }

    /// The general ones: a word, what it stands for, and whether it is so both ways.
    pub fn general(&self) -> impl Iterator<Item = (&str, &[String], bool)> {
        let all = self.by_scope.get("");
        let back =
            move |from: &str, to: &String| all.and_then(|a| a.get(to)).is_some_and(|b| b.iter().any(|w| w == from));
        all.into_iter()
            .flatten()
            .map(move |(from, to)| (from.as_str(), to.as_slice(), to.iter().any(|t| back(from, t))))
    }

    /// The general ones and those of `appliance`: a word and what it stands for.
    pub fn about(&self, appliance: &str) -> impl Iterator<Item = (&str, &[String])> {
        let scopes = ["", appliance].into_iter().filter_map(|s| self.by_scope.get(s));
        let mut all: Vec<_> = scopes.flatten().map(|(from, to)| (from.as_str(), to.as_slice())).collect();
        all.sort_unstable();
        all.into_iter()
    }

    fn add(&mut self, scope: &str, from: &str, to: &str) {
        if from == to || from.is_empty() || to.is_empty() {
            return;
        }
        // A question has wifi for wi-fi, as the index does.
        let joined = if from.is_ascii() && !from.contains(' ') { from.replace('-', "") } else { from.to_owned() };
        let all = self.by_scope.entry(scope.to_owned()).or_default().entry(joined).or_default();
        if !all.iter().any(|t| t == to) {
            all.push(to.to_owned());
        }
    }
}

/// Reads `synonyms.txt`: `[洗衣机]` opens a scope, `[*]` ends it; `a = b = c`; `a -> b`; `#` comments.
///
/// Lines below a scope that cannot be read are left out: they are not meant for the appliance above.
#[must_use]
pub fn parse_synonyms(text: &str) -> (Synonyms, Vec<ListFault>) {
    let mut synonyms = Synonyms::default();
    let mut faults = Vec::new();
    let mut scope = Some(String::new());
    for (line, said) in lines(text) {
        if let Some(header) = opened(said) {
            scope = scope_of(header);
            if scope.is_none() {
                faults.push(ListFault { line, kind: ListFaultKind::SynonymScope(said.to_owned()) });
            }
            continue;
        }
        let Some(scope) = &scope else { continue };
        if let Some((from, to)) = said.split_once("->") {
            let (from, to) = (normalize(from), normalize(to));
            if from.is_empty() || to.is_empty() {
                faults.push(ListFault { line, kind: ListFaultKind::SynonymForm(said.to_owned()) });
            }
            synonyms.add(scope, &from, &to);
            continue;
        }
        let words: Vec<String> = said.split('=').map(normalize).collect();
        if words.len() < 2 || words.iter().any(String::is_empty) {
            faults.push(ListFault { line, kind: ListFaultKind::SynonymForm(said.to_owned()) });
            continue;
        }
        for a in &words {
            for b in &words {
                synonyms.add(scope, a, b);
            }
        }
    }
    (synonyms, faults)
}

/// The scope a header opens, without its opening bracket; the general one is the empty string.
fn scope_of(header: &str) -> Option<String> {
    let (name, _) = closed(header).filter(|(_, rest)| rest.is_empty())?;
    let name = normalize(name);
    if name == "*" { Some(String::new()) } else { (!name.is_empty()).then_some(name) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn below_a_broken_scope_no_line_falls_into_the_scope_above() {
        for broken in ["[洗衣机", "[洗衣机] 甩水 = 脱水", "[ ]"] {
            let (s, faults) =
                parse_synonyms(&format!("[空调]\n冷气 = 冷风\n{broken}\n脱水 = 甩干\n[*]\nWiFi = 网络\n"));
            let n = |word: &str, appliance| s.of(word, Some(appliance)).count();
            assert_eq!((n("冷气", "空调"), n("wifi", "空调")), (1, 1), "{broken}");
            assert_eq!((n("脱水", "空调"), n("脱水", "洗衣机")), (0, 0), "{broken}");
            assert_eq!(faults.iter().map(|f| f.line).collect::<Vec<_>>(), [3], "{broken}");
        }
        let (s, faults) = parse_synonyms("【洗衣机】\n脱水 = 甩干\n［*］\nWiFi = 网络\n");
        assert!(faults.is_empty(), "{faults:?}");
        assert_eq!(s.of("脱水", Some("洗衣机")).collect::<Vec<_>>(), ["甩干"]);
        assert_eq!((s.of("脱水", None).count(), s.of("wifi", None).count()), (0, 1));
    }

    #[test]
    fn scopes_and_directions_are_kept() {
        let (s, faults) = parse_synonyms("冷氣機 -> 空调\n[洗衣机]\n脱水 = 甩干 = 甩水\n[*]\nWiFi -> 网络\n只有一个\n");
        let of = |w: &str, a: Option<&str>| s.of(w, a).map(str::to_owned).collect::<Vec<_>>();
        assert_eq!(of("冷气机", None), ["空调"]);
        assert!(of("空调", None).is_empty());
        assert_eq!(of("甩干", Some("洗衣机")), ["脱水", "甩水"]);
        assert!(of("甩干", None).is_empty());
        assert_eq!(of("wifi", Some("洗衣机")), ["网络"]);
        let joined = parse_synonyms("no-go zone -> 禁区\nWi-Fi -> 网络\n").0;
        assert_eq!(joined.of("wifi", None).collect::<Vec<_>>(), ["网络"], "a question has it in one piece");
        assert_eq!(faults, [ListFault { line: 6, kind: ListFaultKind::SynonymForm("只有一个".into()) }]);
    }
}
