//! `danger.txt`: phrases that mean danger, with the contexts in which they do not.
//!
//! A phrase counts only where no negative context covers it: 不进水 contains 进水, and 着火 stands
//! inside 打不着火 (ALGORITHMS A3, K12). `…` joins two parts at most eight characters apart.

use super::{
    list::{ListFault, ListFaultKind, closed, lines, opened},
    normalize,
};

/// Most characters that may stand where a phrase has `…`.
const GAP_CHARS: usize = 8;

/// One class of danger.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hazard {
    /// The stable name, such as `gas`.
    pub name: String,
    /// The article that leads through the emergency, by id.
    pub article: Option<String>,
    /// What to say at once.
    pub say: String,
    /// Where its header stands in the file: the line, from 1.
    pub line: u32,
    positive: Vec<Phrase>,
    negative: Vec<Phrase>,
}

/// The danger classes, in the order of the file: the first that matches is announced.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Hazards(pub Vec<Hazard>);

/// Parts of a phrase in their order, each as characters.
type Phrase = Vec<Vec<char>>;

impl Hazards {
    /// The class of this name.
    #[must_use]
    pub fn class(&self, name: &str) -> Option<&Hazard> {
        self.0.iter().find(|hazard| hazard.name == name)
    }

    /// The first hazard that `text` (in normal form) speaks of.
    #[must_use]
    pub fn find(&self, text: &str) -> Option<&Hazard> {
        let chars: Vec<char> = text.chars().filter(|c| !c.is_whitespace()).collect();
        self.0.iter().find(|hazard| {
            let covered: Vec<_> = hazard.negative.iter().flat_map(|p| places(p, &chars)).collect();
            let free = |(from, to): (usize, usize)| !covered.iter().any(|&(a, b)| a <= from && to <= b);
            hazard.positive.iter().flat_map(|p| places(p, &chars)).any(free)
        })
    }
}

/// Every place of `phrase` in `text`, as start and one past the end.
fn places(phrase: &Phrase, text: &[char]) -> Vec<(usize, usize)> {
    let Some((first, rest)) = phrase.split_first() else { return Vec::new() };
    let starts = (0..text.len()).filter(|&i| text[i..].starts_with(first));
    starts
        .filter_map(|start| {
            let mut end = start + first.len();
            for part in rest {
                let last = (end + GAP_CHARS).min(text.len());
                let at = (end..=last).find(|&i| text[i..].starts_with(part))?;
                end = at + part.len();
            }
            Some((start, end))
        })
        .collect()
}

/// Reads `danger.txt`: `[gas -> article-id] what to say`, `+ phrases`, `- contexts`, `|` between, `#` comments.
///
/// Lines below a header that cannot be read belong to no hazard: the one above says something else.
#[must_use]
pub fn parse_hazards(text: &str) -> (Hazards, Vec<ListFault>) {
    let mut hazards: Vec<Hazard> = Vec::new();
    let mut faults = Vec::new();
    let mut below_broken = false;
    for (line, said) in lines(text) {
        if let Some(header) = opened(said) {
            let read = hazard(line, said, header);
            below_broken = read.is_err();
            match read {
                Ok(hazard) => hazards.push(hazard),
                Err(kind) => faults.push(ListFault { line, kind }),
            }
            continue;
        }
        let Some(phrases) = said.strip_prefix(['+', '-']) else {
            faults.push(ListFault { line, kind: ListFaultKind::HazardForm(said.to_owned()) });
            continue;
        };
        if below_broken {
            continue;
        }
        let Some(hazard) = hazards.last_mut() else {
            faults.push(ListFault { line, kind: ListFaultKind::NoHazard });
            continue;
        };
        let into = if said.starts_with('+') { &mut hazard.positive } else { &mut hazard.negative };
        into.extend(phrases.split(['|', '｜']).map(phrase).filter(|p| !p.is_empty()));
    }
    if faults.is_empty() && hazards.iter().all(|h| h.positive.is_empty()) {
        faults.push(ListFault { line: 1, kind: ListFaultKind::NoHazardPhrase });
    }
    (Hazards(hazards), faults)
}

/// The hazard that the line `said` begins; `header` is what follows its bracket.
fn hazard(line: u32, said: &str, header: &str) -> Result<Hazard, ListFaultKind> {
    let (head, say) = closed(header).ok_or_else(|| ListFaultKind::HazardOpen(said.to_owned()))?;
    let (name, article) = head.split_once("->").unwrap_or((head, ""));
    let (name, article) = (name.trim(), article.trim());
    if name.is_empty() {
        return Err(ListFaultKind::HazardNameless(said.to_owned()));
    }
    Ok(Hazard {
        name: name.to_owned(),
        article: (!article.is_empty()).then(|| article.to_owned()),
        say: say.trim().to_owned(),
        line,
        positive: Vec::new(),
        negative: Vec::new(),
    })
}

fn phrase(written: &str) -> Phrase {
    let chars = |part: &str| normalize(part).chars().filter(|c| !c.is_whitespace()).collect::<Vec<_>>();
    written.split('…').map(chars).filter(|p| !p.is_empty()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIST: &str = "[gas -> procedure-emergency-gas] 请先关总阀。\n+ 燃气味 | 煤气罐…嘶嘶\n- 没有…味\n\
                        [fire] 请先断电。\n+ 着火 | 火花\n- 打不着火\n";

    #[test]
    fn a_phrase_counts_unless_a_context_covers_it() {
        let (hazards, faults) = parse_hazards(LIST);
        assert!(faults.is_empty());
        let name = |t: &str| hazards.find(&normalize(t)).map(|h| h.name.clone());
        assert_eq!(name("厨房有燃氣味").as_deref(), Some("gas"));
        assert_eq!(name("煤气罐那里一直嘶嘶响").as_deref(), Some("gas"));
        assert_eq!(name("没有闻到燃气味"), None);
        assert_eq!(name("热水器打不着火"), None);
        assert_eq!(name("打不着火，后来着火了").as_deref(), Some("fire"));
    }

    #[test]
    fn k12_the_shipped_list_tells_danger_from_its_look_alikes() {
        let (hazards, _) = parse_hazards(include_str!("../../kb/danger.txt"));
        let name = |t: &str| hazards.find(&normalize(t)).map(|h| h.name.clone());
        for harmless in ["洗衣机不进水", "热水器打不着火", "燃气灶不着火"] {
            assert_eq!(name(harmless), None, "{harmless}");
        }
        for (danger, hazard) in [("厨房有燃气味", "gas"), ("插头冒火花", "fire"), ("洗衣机漏电麻手", "shock")]
        {
            assert_eq!(name(danger).as_deref(), Some(hazard), "{danger}");
        }
    }

    #[test]
    fn below_a_broken_header_no_line_falls_into_the_hazard_above() {
        let shock = "[shock] 别碰它。\n+ 漏电\n";
        for (broken, is_open) in [
            ("[fire -> smoke 请先断电。", true),
            ("[fire -> smoke 请【马上】断电。", true),
            ("[ -> smoke] 请先断电。", false),
        ] {
            let said = broken.to_owned();
            let kind = if is_open { ListFaultKind::HazardOpen(said) } else { ListFaultKind::HazardNameless(said) };
            let (hazards, faults) =
                parse_hazards(&format!("{shock}{broken}\n+ 冒烟\n- 漏电\n[gas] 关阀。\n+ 煤气味\n"));
            let name = |t: &str| hazards.find(&normalize(t)).map(|h| h.name.as_str());
            assert_eq!((name("冒烟"), name("漏电"), name("煤气味")), (None, Some("shock"), Some("gas")), "{broken}");
            assert_eq!(faults, [ListFault { line: 3, kind }]);
        }
        let (hazards, faults) = parse_hazards("【fire -> smoke】【紧急】请先断电。\n+ 冒烟\n");
        assert!(faults.is_empty(), "{faults:?}");
        let fire = hazards.find("冒烟").expect("a hazard");
        assert_eq!(
            (fire.name.as_str(), fire.article.as_deref(), fire.say.as_str()),
            ("fire", Some("smoke"), "【紧急】请先断电。")
        );
    }

    #[test]
    fn a_full_width_bar_parts_phrases_and_a_list_without_any_is_a_fault() {
        let (hazards, faults) = parse_hazards("[fire] 请先断电。\n+ 冒烟｜着火\n- 打不着火｜不冒烟\n");
        assert!(faults.is_empty());
        let danger = |t: &str| hazards.find(t).is_some();
        assert!(danger("冒烟了") && danger("着火了") && !danger("打不着火") && !danger("不冒烟"));
        for empty in ["", "# 危险词表\n", "[fire] 请先断电。\n", "[fire] 请先断电。\n+ ｜\n- 打不着火\n"]
        {
            let fault = ListFault { line: 1, kind: ListFaultKind::NoHazardPhrase };
            assert_eq!(parse_hazards(empty).1, [fault], "{empty}");
        }
    }

    #[test]
    fn wrong_lines_are_named() {
        let (_, faults) = parse_hazards("+ 早了\n[a] 说\n乱写\n");
        assert_eq!(faults[0], ListFault { line: 1, kind: ListFaultKind::NoHazard });
        assert_eq!(faults[1], ListFault { line: 3, kind: ListFaultKind::HazardForm("乱写".into()) });
    }
}
