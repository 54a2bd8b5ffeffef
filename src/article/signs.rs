//! `signs.toml`: the closed facts that tell neighbouring articles apart, with the question for each.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::yaml::Mark;

/// One fact people can be asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sign {
    /// The question.
    pub ask: String,
    /// The answers it may have.
    pub values: Vec<String>,
    /// Asked in ascending order.
    pub order: u32,
}

/// All signs, by appliance and name.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SignVocabulary {
    by_appliance: BTreeMap<String, BTreeMap<String, Sign>>,
}

impl SignVocabulary {
    /// The sign `name` of `appliance`.
    #[must_use]
    pub fn sign(&self, appliance: &str, name: &str) -> Option<&Sign> {
        self.by_appliance.get(appliance)?.get(name)
    }

    /// Names known for `appliance`.
    pub fn names(&self, appliance: &str) -> impl Iterator<Item = &str> {
        self.by_appliance.get(appliance).into_iter().flat_map(|signs| signs.keys().map(String::as_str))
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    ask: String,
    values: Vec<String>,
    #[serde(default)]
    order: u32,
}

/// Reads `signs.toml`.
///
/// # Errors
/// The line and column at which the file stops being TOML of this shape.
pub fn parse_signs(text: &str) -> Result<SignVocabulary, (u32, u32)> {
    let quoted = quote_headers(text);
    let rows: BTreeMap<String, BTreeMap<String, Row>> = toml::from_str(&quoted).map_err(|e| fault(&quoted, &e))?;
    let sign = |row: Row| Sign { ask: row.ask, values: row.values, order: row.order };
    let signs = |rows: BTreeMap<String, Row>| rows.into_iter().map(|(name, row)| (name, sign(row))).collect();
    Ok(SignVocabulary { by_appliance: rows.into_iter().map(|(appliance, rows)| (appliance, signs(rows))).collect() })
}

/// TOML wants quotes around Chinese keys; authors write `[洗衣机.能排水]` without them.
fn quote_headers(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 64);
    for line in text.trim_start_matches('\u{feff}').lines() {
        let header = line.trim().strip_prefix('[').and_then(|l| l.strip_suffix(']'));
        match header {
            Some(inner) if !inner.starts_with('[') && !inner.contains('"') => {
                let parts: Vec<String> = inner.split('.').map(|p| format!("\"{}\"", p.trim())).collect();
                out.push_str(&format!("[{}]", parts.join(".")));
            }
            _ => out.push_str(line),
        }
        out.push('\n');
    }
    if !text.ends_with('\n') {
        // A fault at the end of the file stands in its last line, not below it.
        out.pop();
    }
    out
}

/// Where in `text` a TOML error stands.
pub(super) fn fault(text: &str, error: &toml::de::Error) -> (u32, u32) {
    let at = error.span().map_or(0, |s| s.start);
    let mark = mark_at(text, at);
    (mark.line, mark.column)
}

/// Line and column of byte `at`.
pub(super) fn mark_at(text: &str, at: usize) -> Mark {
    let before = text.get(..at).unwrap_or(text);
    let line = before.matches('\n').count() as u32 + 1;
    let column = before.rsplit('\n').next().unwrap_or("").chars().count() as u32 + 1;
    Mark { line, column }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chinese_headers_need_no_quotes() {
        let v = parse_signs("# 词表\n[洗衣机.能排水]\nask = \"能排吗？\"\nvalues = [\"是\",\"否\"]\norder = 2\n");
        let v = v.expect("reads");
        assert_eq!(v.sign("洗衣机", "能排水").map(|s| s.order), Some(2));
        assert_eq!(v.names("洗衣机").collect::<Vec<_>>(), ["能排水"]);
    }

    #[test]
    fn a_wrong_line_is_named() {
        assert_eq!(parse_signs("[a.b]\nask = 1\nvalues = []\n").map_err(|(line, _)| line), Err(2));
        assert_eq!(parse_signs("[a.b]\nask = \"\"\"字").map_err(|(line, _)| line), Err(2));
    }
}
