//! Step attributes at the end of a `###` heading: `{#id minutes=2 likely=常见 safety=断电,关水}`.

use std::collections::{HashMap, HashSet};

use super::{Layer, Likelihood, Safety, SectionRole, Step, Trouble, Who, yaml::Mark};

/// Longest title made from a list item, in characters.
const TITLE_CHARS: usize = 24;

/// What an author wrote in the braces.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Attributes {
    id: Option<String>,
    minutes: Option<u32>,
    likely: Option<Likelihood>,
    safety: Safety,
    needs: Vec<String>,
    who: Option<Who>,
}

impl Attributes {
    /// A step with these attributes; `lines` = heading, first line of text, one past the last.
    pub(super) fn into_step(self, title: &str, layer: Layer, lines: (usize, usize, usize)) -> Step {
        Step {
            named: self.id.is_some(),
            id: self.id.unwrap_or_else(|| slug(title)),
            title: title.to_owned(),
            layer,
            minutes: self.minutes,
            likely: self.likely,
            safety: self.safety,
            needs: self.needs,
            who: self.who.unwrap_or(Who::Customer),
            heading_line: lines.0,
            lines: (lines.1, lines.2),
        }
    }

    /// The id, for a heading that is no step.
    pub(super) fn into_id(self) -> Option<String> {
        self.id
    }

    fn read(text: &str, mark: Mark, troubles: &mut Vec<(Mark, Trouble)>) -> Self {
        let mut out = Self::default();
        for word in text.split(' ').filter(|w| !w.is_empty()) {
            if word.contains(['"', '\'', '“', '”', '\u{3000}', '\t', '＝']) {
                troubles.push((mark, Trouble::AttributeForm(word.to_owned())));
            } else if let Some(id) = word.strip_prefix('#') {
                out.id = Some(slug(id)).filter(|s| !s.is_empty());
            } else if let Some((key, value)) = word.split_once('=') {
                if let Err(trouble) = out.set(key, value) {
                    troubles.push((mark, trouble));
                }
            } else {
                troubles.push((mark, Trouble::AttributeForm(word.to_owned())));
            }
        }
        out
    }

    fn set(&mut self, key: &str, value: &str) -> Result<(), Trouble> {
        let wrong = || Trouble::AttributeForm(format!("{key}={value}"));
        let list = || value.split(',').filter(|v| !v.is_empty());
        match key {
            "minutes" => self.minutes = Some(value.parse().ok().filter(|m| *m <= 1_440).ok_or_else(wrong)?),
            "likely" => self.likely = Some(Likelihood::read(value).ok_or_else(wrong)?),
            "risk" => self.safety.risk = value.parse().ok().filter(|r| *r <= 3).ok_or_else(wrong)?,
            "safety" => self.safety.first = list().map(str::to_owned).collect(),
            "needs" => self.needs = list().map(|v| slug(v.trim_start_matches('#'))).collect(),
            "who" => self.who = Some(Who::read(value).ok_or_else(wrong)?),
            other => return Err(Trouble::UnknownAttribute(other.to_owned())),
        }
        Ok(())
    }
}

/// The layer of the steps below a section, when it is walked.
pub(super) fn layer(role: SectionRole) -> Option<Layer> {
    match role {
        SectionRole::Precheck => Some(Layer::Precheck),
        SectionRole::Software => Some(Layer::Software),
        SectionRole::Hardware => Some(Layer::Hardware),
        _ => None,
    }
}

/// Blanks the braces of heading lines and returns what they say, by line from 0.
pub(super) fn blank_attributes(
    text: &str,
    troubles: &mut Vec<(Mark, Trouble)>,
) -> (String, HashMap<usize, Attributes>) {
    let mut out = String::with_capacity(text.len());
    let mut found = HashMap::new();
    for (i, line) in text.split_inclusive('\n').enumerate() {
        let said = line.trim_end();
        let is_heading =
            said.trim_start_matches(' ').starts_with('#') && line.len() - line.trim_start_matches(' ').len() <= 3;
        let open = said.rfind(['{', '｛']).filter(|_| is_heading && said.ends_with(['}', '｝']));
        let Some(open) = open else {
            if is_heading && (said.contains(['｛', '｝']) || said.contains("{#")) {
                troubles.push((Mark { line: i as u32 + 1, column: 1 }, Trouble::AttributeBrace));
            }
            out.push_str(line);
            continue;
        };
        let column = said[..open].chars().count() as u32 + 1;
        let mark = Mark { line: i as u32 + 1, column };
        let inner = said[open..].trim_start_matches(['{', '｛']).trim_end_matches(['}', '｝']);
        if said[open..].contains(['｛', '｝']) {
            troubles.push((mark, Trouble::AttributeBrace));
        }
        found.insert(i, Attributes::read(inner, mark, troubles));
        out.push_str(&line[..open]);
        out.extend(std::iter::repeat_n(' ', said.len() - open));
        out.push_str(&line[said.len()..]);
    }
    (out, found)
}

/// The heading as an anchor: letters and digits of any script, the rest one `-`.
pub(super) fn slug(heading: &str) -> String {
    let mut out = String::new();
    for c in heading.chars().flat_map(char::to_lowercase) {
        if c.is_alphanumeric() || c == '_' {
            out.push(c);
        } else if !out.is_empty() && !out.ends_with('-') {
            out.push('-');
        }
    }
    out.trim_end_matches('-').to_owned()
}

/// Ids of the page around an article; the names of its pictures begin with `i-`.
const PAGE_IDS: [&str; 8] = ["exit", "live-note", "main", "q", "q-hint", "results", "search", "search-status"];

/// Whether the page around an article has this id itself: a link to it would lead there.
pub(super) fn is_of_the_page(id: &str) -> bool {
    PAGE_IDS.contains(&id) || id.starts_with("i-")
}

/// The ids of one article. A file may hold a hundred thousand headings of one name: none is numbered by
/// trying all numbers before its own.
#[derive(Debug, Default)]
pub(super) struct Ids {
    taken: HashSet<String>,
    /// For each name that was wanted again, the number to try next.
    next: HashMap<String, usize>,
}

impl Ids {
    pub(super) fn contains(&self, id: &str) -> bool {
        self.taken.contains(id)
    }

    /// `wanted`, or `wanted-2` and so on when it is taken; remembers the answer.
    pub(super) fn unique(&mut self, wanted: String) -> String {
        let wanted = if wanted.is_empty() { "part".to_owned() } else { wanted };
        if !is_of_the_page(&wanted) && self.taken.insert(wanted.clone()) {
            return wanted;
        }
        let next = self.next.entry(wanted.clone()).or_insert(2);
        loop {
            let id = format!("{wanted}-{next}");
            *next += 1;
            if self.taken.insert(id.clone()) {
                return id;
            }
        }
    }
}

/// The first clause of a list item, without its number.
pub(super) fn item_title(line: &str) -> String {
    let said = line.trim_start().trim_start_matches(|c: char| c.is_ascii_digit());
    let said = said.trim_start_matches(['.', ')']).trim_start();
    let clause = said.split(['。', '，', '；', '：', '.', ';']).next().unwrap_or(said);
    clause.chars().filter(|c| *c != '*').take(TITLE_CHARS).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn braces_become_attributes_and_leave_the_heading() {
        let mut troubles = Vec::new();
        let text = "## 软件排查\n### 单脱水 {#spin minutes=2 likely=常见 safety=断电,关水 needs=#off risk=1}\n";
        let (blank, mut found) = blank_attributes(text, &mut troubles);
        assert!(troubles.is_empty() && blank.len() == text.len() && !blank.contains('{'));
        let step = found.remove(&1).expect("there").into_step("单脱水", Layer::Software, (1, 2, 3));
        assert_eq!((step.id.as_str(), step.minutes, step.likely), ("spin", Some(2), Some(Likelihood::Common)));
        assert_eq!((step.safety.risk, step.safety.first.len(), step.needs), (1, 2, vec!["off".to_owned()]));
    }

    #[test]
    fn what_cannot_be_read_is_named() {
        for (heading, code) in [
            ("### 甲 {minutes=\"2\"}", "attribute-form"),
            ("### 甲 {minutes=二}", "attribute-form"),
            ("### 甲 ｛minutes=2｝", "attribute-brace"),
            ("### 甲 {minuts=2}", "unknown-attribute"),
            ("### 甲 {#a minutes=2", "attribute-brace"),
            ("### 甲 {#a\u{3000}minutes=2}", "attribute-form"),
        ] {
            let mut troubles = Vec::new();
            blank_attributes(heading, &mut troubles);
            assert_eq!(troubles.first().map(|t| t.1.code()), Some(code), "{heading}");
        }
    }

    #[test]
    fn repeated_names_are_numbered() {
        let mut ids = Ids::default();
        let wanted = ["a", "a", "a-3", "a", "a-2", "q", "q", "", ""];
        let given = ["a", "a-2", "a-3", "a-4", "a-2-2", "q-2", "q-3", "part", "part-2"];
        assert_eq!(wanted.map(|w| ids.unique(w.into())), given);
        assert!(ids.contains("q-3") && !ids.contains("q"));
        assert_eq!(slug("换成「单脱水」 程序!"), "换成-单脱水-程序");
        assert_eq!(item_title("1. **先**看龙头，再看管子"), "先看龙头");
    }
}
