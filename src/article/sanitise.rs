//! What of the HTML made from an article reaches a page: a list of tags, attributes and places links may lead to.

use std::{
    collections::{HashMap, HashSet},
    sync::OnceLock,
};

/// Pictures come from the folder only, so no third party learns who reads; links stay readable ones.
fn leads_where_allowed(element: &str, attribute: &str, value: &str) -> bool {
    let known = ["http://", "https://", "mailto:", "tel:", "#", "/a/"];
    match (element, attribute) {
        ("img", "src") => value.starts_with("/media/") && !climbs(value),
        ("a", "href") => {
            let lower = value.to_ascii_lowercase();
            known.iter().any(|k| lower.starts_with(k)) && !(value.starts_with('/') && climbs(value))
        }
        _ => true,
    }
}

/// Whether a browser reads `.` or `..` somewhere in this path, in any spelling (URL standard, path state).
fn climbs(path: &str) -> bool {
    let plain: String = path.chars().filter(|c| !matches!(c, '\t' | '\n' | '\r')).collect();
    let plain = plain.to_ascii_lowercase().replace("%2e", ".");
    plain.split(['/', '\\', '?', '#']).any(|part| matches!(part, "." | ".."))
}

/// Classes of the alerts GitHub's Markdown has.
const ALERTS: [&str; 5] = [
    "markdown-alert-note",
    "markdown-alert-tip",
    "markdown-alert-important",
    "markdown-alert-warning",
    "markdown-alert-caution",
];

/// Lets through what an article may show, and nothing that acts.
pub(super) fn sanitiser() -> &'static ammonia::Builder<'static> {
    static SANITISER: OnceLock<ammonia::Builder<'static>> = OnceLock::new();
    SANITISER.get_or_init(|| {
        let tags: HashSet<&str> = [
            "p",
            "br",
            "hr",
            "ul",
            "ol",
            "li",
            "table",
            "thead",
            "tbody",
            "tr",
            "th",
            "td",
            "strong",
            "b",
            "em",
            "i",
            "del",
            "s",
            "code",
            "pre",
            "a",
            "img",
            "blockquote",
            "h4",
            "h5",
            "h6",
            "sup",
            "sub",
            "kbd",
            "mark",
        ]
        .into();
        let attributes: HashMap<&str, HashSet<&str>> = HashMap::from([
            ("a", HashSet::from(["href", "title"])),
            ("img", HashSet::from(["src", "alt", "title"])),
            ("ol", HashSet::from(["start"])),
        ]);
        let classes = HashMap::from([("blockquote", HashSet::from(ALERTS))]);
        let mut builder = ammonia::Builder::default();
        builder
            .tags(tags)
            .tag_attributes(attributes)
            .generic_attributes(HashSet::new())
            .allowed_classes(classes)
            .url_schemes(HashSet::from(["http", "https", "mailto", "tel"]))
            .link_rel(Some("noopener noreferrer"))
            .attribute_filter(|element, attribute, value| {
                leads_where_allowed(element, attribute, value).then(|| value.into())
            });
        builder
    })
}
