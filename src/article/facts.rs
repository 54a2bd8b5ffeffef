//! `facts.toml`: figures that all articles of an appliance agree on.

use serde::Deserialize;

use super::signs::fault;

/// One figure: a sentence of an article of `appliance` that holds every word of `about` and a
/// figure of the same unit must state `value`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fact {
    /// The appliance.
    pub appliance: String,
    /// Words that all stand in the sentence.
    pub about: Vec<String>,
    /// The figure with its unit, such as `8 分钟` or `60–100 cm`.
    pub value: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    fact: Vec<Fact>,
}

/// Reads `facts.toml`.
///
/// # Errors
/// The line and column at which the file stops being TOML of this shape.
pub fn parse_facts(text: &str) -> Result<Vec<Fact>, (u32, u32)> {
    let text = text.trim_start_matches('\u{feff}');
    toml::from_str::<File>(text).map(|f| f.fact).map_err(|e| fault(text, &e))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn facts_are_read_and_a_wrong_line_is_named() {
        let facts = parse_facts("[[fact]]\nappliance = \"洗衣机\"\nabout = [\"进水超时\"]\nvalue = \"8 分钟\"\n");
        assert_eq!(facts.expect("reads")[0].value, "8 分钟");
        assert_eq!(parse_facts("[[fact]]\nappliance = \"洗衣机\"\nvalues = 1\n").map_err(|(l, _)| l), Err(3));
    }
}
