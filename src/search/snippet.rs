//! What to show of an article, with the words that matched marked.
//!
//! tantivy's generator panics on overlapping tokens and knows one field only, so matches are found
//! in the normal form of the text itself and carried back to the characters as written.

use crate::{found::Snippet, text::Normalized};

/// Characters shown: three lines on a phone hold two thirds of them.
const SHOWN: usize = 96;
/// A first match further in than this moves the window to it.
const EARLY: usize = 36;
/// Characters kept before such a match.
const BEFORE: usize = 20;

/// A piece of `text` around the first of `words` (in normal form), with all of them marked.
pub(super) fn snippet(text: &str, words: &[&str]) -> Snippet {
    let normal = Normalized::new(text);
    let chars: Vec<char> = normal.text.chars().collect();
    let mut ranges: Vec<(usize, usize)> = Vec::new();
    for word in words.iter().filter(|w| !w.is_empty()) {
        let word: Vec<char> = word.chars().collect();
        let starts = (0..chars.len()).filter(|&i| chars[i..].starts_with(&word));
        ranges.extend(starts.map(|i| normal.source_range(i, i + word.len())));
    }
    ranges.sort_unstable();
    let source: Vec<char> = text.chars().collect();
    let first = ranges.first().map_or(0, |r| r.0);
    let from = if first <= EARLY { 0 } else { first - BEFORE };
    let to = (from + SHOWN).min(source.len());
    let lead = usize::from(from > 0);
    let mut shown = String::new();
    if from > 0 {
        shown.push('…');
    }
    shown.extend(&source[from..to]);
    if to < source.len() {
        shown.push('…');
    }
    let mut marks: Vec<(usize, usize)> = Vec::new();
    for (a, b) in ranges.into_iter().filter(|&(a, b)| a >= from && b <= to) {
        let (a, b) = (a - from + lead, b - from + lead);
        match marks.last_mut() {
            Some(last) if a <= last.1 => last.1 = last.1.max(b),
            _ => marks.push((a, b)),
        }
    }
    Snippet { text: shown, marks }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn marked(text: &str, words: &[&str]) -> Vec<String> {
        let s = snippet(text, words);
        let chars: Vec<char> = s.text.chars().collect();
        s.marks.iter().map(|&(a, b)| chars[a..b].iter().collect()).collect()
    }

    #[test]
    fn marks_stand_right_after_characters_that_grow_and_in_traditional_script() {
        assert_eq!(marked("①½ 洗衣機不排水", &["洗衣机", "不排水"]), ["洗衣機不排水"]);
        assert_eq!(marked("½½½ 洗衣機", &["洗衣机"]), ["洗衣機"]);
        assert_eq!(marked("ＷｉＦｉ 灯", &["wifi"]), ["ＷｉＦｉ"]);
    }

    #[test]
    fn overlapping_words_make_one_mark_and_no_panic() {
        assert_eq!(marked("清理排水泵滤网", &["排水", "排水泵", "水泵"]), ["排水泵"]);
    }

    #[test]
    fn a_long_text_is_cut_around_the_first_match() {
        let text = format!("{}漏水{}", "前".repeat(200), "后".repeat(200));
        let s = snippet(&text, &["漏水"]);
        assert!(s.text.starts_with('…') && s.text.ends_with('…') && s.text.chars().count() == SHOWN + 2);
        assert_eq!(marked(&text, &["漏水"]), ["漏水"]);
        assert_eq!(snippet(&"前".repeat(300), &["漏水"]).marks, []);
    }
}
