//! The keys of a header that are no fields of ours: those of other tools, and slips of the pen for
//! the fields that decide who reads an article.

/// Keys of other tools that say nothing to us.
pub(super) const OTHER_TOOLS: [&str; 44] = [
    "date",
    "lastmod",
    "updated",
    "created",
    "modified",
    "publishdate",
    "expirydate",
    "weight",
    "order",
    "layout",
    "type",
    "slug",
    "url",
    "permalink",
    "sidebar",
    "sidebar_label",
    "sidebar_position",
    "sidebar_class_name",
    "hide_title",
    "hide_table_of_contents",
    "pagination_label",
    "pagination_prev",
    "pagination_next",
    "toc",
    "outline",
    "menu",
    "params",
    "series",
    "linktitle",
    "author",
    "authors",
    "image",
    "images",
    "cover",
    "head",
    "hero",
    "features",
    "cssclass",
    "cssclasses",
    "publish",
    "lang",
    "translationkey",
    "editlink",
    "lastupdated",
];

/// Words of their own that stand close to the name of a field.
const ORDINARY: [&str; 10] =
    ["state", "states", "stat", "stats", "static", "stars", "starts", "exports", "express", "experts"];

/// What people write instead of the English name.
const CHINESE: [(&str, &[&str]); 3] =
    [("audience", &["受众", "读者", "对象", "可见"]), ("status", &["状态", "草稿"]), ("expires", &["过期", "有效期"])];

/// Most letters in which a slip differs from the name.
const SLIP: usize = 2;

/// Fields whose misreading could show staff text to customers.
pub(super) fn decides_readers(key: &str) -> bool {
    matches!(key, "audience" | "status")
}

/// Whether `key` looks like a slip and is a word other folders use.
pub(super) fn is_ordinary(key: &str) -> bool {
    ORDINARY.contains(&key)
}

/// The field which decides who reads, and when, that the unknown `key` may have been meant for.
pub(super) fn meant_for(key: &str) -> Option<&'static str> {
    let narrow = |c: char| match u32::from(c) {
        wide @ 0xFF01..=0xFF5E => char::from_u32(wide - 0xFEE0).unwrap_or(c).to_ascii_lowercase(),
        _ => c,
    };
    let key: Vec<char> = key.chars().map(narrow).collect();
    let text: String = key.iter().collect();
    let found = CHINESE.iter().find(|(name, words)| {
        let name: Vec<char> = name.chars().collect();
        differing_letters(&key, &name) <= SLIP || words.iter().any(|word| names(&text, word))
    });
    found.map(|(name, _)| *name)
}

/// Whether a Chinese key is `word`, or `word` with 文章, 发布, 阅读 … before it or 范围, 性 … after it.
fn names(key: &str, word: &str) -> bool {
    // 状态 and 对象 stand in the names of many other things: 设备状态, 服务对象.
    let broad = matches!(word, "状态" | "对象");
    let own = |rest: &str| matches!(rest, "" | "文章" | "文档" | "发布" | "阅读");
    if broad { key.strip_suffix(word).is_some_and(own) } else { key.contains(word) }
}

/// Letters to add, leave out or change to get from one word to the other (Levenshtein distance).
fn differing_letters(one: &[char], other: &[char]) -> usize {
    if one.len().abs_diff(other.len()) > SLIP {
        return SLIP + 1;
    }
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (i, a) in one.iter().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, b) in other.iter().enumerate() {
            let changed = diagonal + usize::from(a != b);
            diagonal = row[j + 1];
            row[j + 1] = changed.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[other.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slips_for_the_fields_that_decide_who_reads_are_known() {
        let slips = "audiance=audience audienc=audience ａｕｄｉｅｎｃｅ=audience statu=status statsu=status expired=expires \
                     受众=audience 可见范围=audience 阅读对象=audience 状态=status 发布状态=status 草稿=status 有效期=expires";
        for slip in slips.split_whitespace() {
            let (key, field) = slip.split_once('=').expect("a pair");
            assert_eq!(meant_for(key), Some(field), "{key}");
            assert!(!is_ordinary(key));
        }
        for key in "author date tags slug sidebar stage 设备状态 服务对象 片区 标签 helpdesk_owner".split(' ')
        {
            assert_eq!(meant_for(key), None, "{key}");
        }
    }
}
