//! What the articles are not about, as the word list says: other brands, and appliances without articles. A code means
//! something else on another brand, and one appliance's trouble is not another's.

use crate::text::Word;

/// Tag in `words.txt` of a brand that is not ours.
const OTHER_BRAND: &str = "别家";
/// Tag in `words.txt` of an appliance without articles.
const NOT_COVERED: &str = "未收";
/// What may stand between a brand and what it is the brand of.
const JOINTS: [&str; 4] = ["牌的", "牌子的", "牌", "的"];

/// Brands and appliances the articles are not about, in normal form.
#[derive(Debug, Clone, Default)]
pub(super) struct Others {
    brands: Vec<String>,
    appliances: Vec<String>,
}

impl Others {
    pub(super) fn new(words: &[Word]) -> Self {
        let tagged = |tag: &str| words.iter().filter(|w| w.tag == tag).map(|w| w.text.clone()).collect();
        Self { brands: tagged(OTHER_BRAND), appliances: tagged(NOT_COVERED) }
    }

    /// Whether another brand stands in `text` before an appliance, one of `mentions`, or before a code. Elsewhere it may
    /// be a word like any other: 老板让我来问, 电饭煲煮小米.
    pub(super) fn is_of_other_brand(&self, text: &str, mentions: &[String]) -> bool {
        let is_before = |brand: &str, at: usize| {
            let after = text[at + brand.len()..].trim_start();
            let after = JOINTS.iter().find_map(|joint| after.strip_prefix(joint)).unwrap_or(after).trim_start();
            let code = after.starts_with(|c: char| c.is_ascii_alphanumeric())
                || ["显示", "报"].iter().any(|s| after.starts_with(s));
            code || mentions.iter().chain(&self.appliances).any(|m| after.starts_with(m.as_str()))
        };
        // A Latin name is a word of its own: tcl, not the end of another.
        let begins =
            |brand: &str, at: usize| !brand.is_ascii() || !text[..at].ends_with(|c: char| c.is_ascii_alphanumeric());
        self.brands.iter().any(|b| text.match_indices(b.as_str()).any(|(at, _)| begins(b, at) && is_before(b, at)))
    }

    /// The appliance without articles that `text` names.
    pub(super) fn appliance_in(&self, text: &str) -> Option<&str> {
        self.appliances.iter().map(String::as_str).find(|name| text.contains(name))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::parse_words;

    fn others() -> Others {
        Others::new(&parse_words("格力\t别家\n美的\t别家\n老板\t别家\ntcl\t别家\n除湿机\t未收\n澄家\n").0)
    }

    #[test]
    fn a_brand_counts_before_an_appliance_or_a_code() {
        let is_other = |text: &str| others().is_of_other_brand(text, &["空调".to_owned(), "洗衣机".to_owned()]);
        for text in [
            "格力空调e1",
            "我家美的洗衣机报e1",
            "格力牌的空调不冷",
            "老板 洗衣机e2",
            "美的显示e3",
            "tcl 空调 e1",
            "格力e1",
            "格力除湿机e2",
        ] {
            assert!(is_other(text), "{text}");
        }
        for text in ["澄家空调e1", "老板让我来问空调e1", "空调挺美的", "xtcl空调", "空调e1"] {
            assert!(!is_other(text), "{text}");
        }
    }

    #[test]
    fn an_appliance_without_articles_is_known_by_name() {
        assert_eq!(others().appliance_in("家里的除湿机e2"), Some("除湿机"));
        assert_eq!(others().appliance_in("空调除湿"), None);
    }
}
