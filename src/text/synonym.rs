//! `synonyms.txt`: words that mean the same, for all articles or for one appliance.

use std::collections::HashMap;

use super::{
    list::{ListFault, ListFaultKind, lines},
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
#[must_use]
pub fn parse_synonyms(text: &str) -> (Synonyms, Vec<ListFault>) {
    let mut synonyms = Synonyms::default();
    let mut faults = Vec::new();
    let mut scope = String::new();
    for (line, said) in lines(text) {
        if let Some(name) = said.strip_prefix('[').and_then(|s| s.strip_suffix(']')) {
            scope = if name.trim() == "*" { String::new() } else { normalize(name) };
            continue;
        }
        if let Some((from, to)) = said.split_once("->") {
            let (from, to) = (normalize(from), normalize(to));
            if from.is_empty() || to.is_empty() {
                faults.push(ListFault { line, kind: ListFaultKind::SynonymForm(said.to_owned()) });
            }
            synonyms.add(&scope, &from, &to);
            continue;
        }
        let words: Vec<String> = said.split('=').map(normalize).collect();
        if words.len() < 2 || words.iter().any(String::is_empty) {
            faults.push(ListFault { line, kind: ListFaultKind::SynonymForm(said.to_owned()) });
            continue;
        }
        for a in &words {
            for b in &words {
                synonyms.add(&scope, a, b);
            }
        }
    }
    (synonyms, faults)
}

#[cfg(test)]
mod tests {
    use super::*;

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
