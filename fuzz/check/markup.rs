//! Whether HTML holds anything that runs, loads from elsewhere or leads to a script.
//!
//! Reads with html5ever's tokenizer and knows two lists of its own: what an article may hold, and
//! what our pages hold besides. What the sanitiser allows is not asked.

use std::cell::RefCell;

use html5ever::{
    tendril::StrTendril,
    tokenizer::{
        BufferQueue, StartTag, Tag, Token, TokenSink, TokenSinkResult, Tokenizer, TokenizerOpts,
        states::{Rawtext, Rcdata, ScriptData},
    },
};

/// How much of a page is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Extent {
    /// HTML made from an article.
    Piece,
    /// A whole page of ours around it.
    Page,
}

/// Elements of articles; `h2` and `h3` are ours, with an id.
const PROSE: &str = "p br hr ul ol li table thead tbody tr th td strong b em i del s code pre a img blockquote aside \
    h2 h3 h4 h5 h6 sup sub kbd mark";
/// Elements of our pages besides.
const PAGE: &str = "html head title meta link script body header footer main nav section article div span form input \
    button label h1 details summary svg symbol path circle use";
/// Attributes of articles.
const PROSE_ATTRIBUTES: &str = "a.href a.title a.rel img.src img.alt img.title ol.start h2.id h3.id \
    blockquote.class aside.class";
/// Attributes of our pages that could run or lead somewhere.
const LEADING: &str = "href src srcset action formaction poster data background ping cite longdesc manifest codebase \
    xlink:href target http-equiv style srcdoc usemap profile archive lowsrc dynsrc is nonce";

/// One start tag.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Element {
    /// Its name in lower case.
    pub name: String,
    /// Its attributes: name in lower case and value.
    pub attributes: Vec<(String, String)>,
}

impl Element {
    /// The value of the attribute `name`, empty when it is not there.
    #[must_use]
    pub fn attribute(&self, name: &str) -> &str {
        self.attributes.iter().find(|(n, _)| n == name).map_or("", |(_, value)| value)
    }
}

/// The start tags of `html`, in their order.
#[must_use]
pub fn elements(html: &str) -> Vec<Element> {
    let tokenizer = Tokenizer::new(Tags::default(), TokenizerOpts::default());
    let input = BufferQueue::default();
    input.push_back(StrTendril::from(html));
    let _ = tokenizer.feed(&input);
    tokenizer.end();
    tokenizer.sink.0.into_inner()
}

/// Everything in `html` that could run, load from elsewhere or lead to a script; empty when it is harmless.
#[must_use]
pub fn faults(html: &str, extent: Extent) -> Vec<String> {
    let mut found = Vec::new();
    for element in elements(html) {
        let of_attribute = |(name, value): &(String, String)| wrong_attribute(&element, name, value, extent);
        let whole = wrong_element(&element, extent);
        let wrong = whole.into_iter().chain(element.attributes.iter().filter_map(of_attribute));
        found.extend(wrong.map(|why| format!("{why}: {element:?}")));
    }
    found
}

#[derive(Default)]
struct Tags(RefCell<Vec<Element>>);

impl TokenSink for Tags {
    type Handle = ();

    fn process_token(&self, token: Token, _line: u64) -> TokenSinkResult<()> {
        let Token::TagToken(Tag { kind: StartTag, name, attrs, .. }) = token else { return TokenSinkResult::Continue };
        let attributes = attrs.iter().map(|a| (a.name.local.to_lowercase(), a.value.to_string())).collect();
        self.0.borrow_mut().push(Element { name: name.to_string(), attributes });
        // What a browser reads as text until the end tag.
        match &*name {
            "title" | "textarea" => TokenSinkResult::RawData(Rcdata),
            "style" | "xmp" | "iframe" | "noembed" | "noframes" | "noscript" => TokenSinkResult::RawData(Rawtext),
            "script" => TokenSinkResult::RawData(ScriptData),
            "plaintext" => TokenSinkResult::Plaintext,
            _ => TokenSinkResult::Continue,
        }
    }
}

fn is_in(list: &str, word: &str) -> bool {
    list.split_whitespace().any(|w| w == word)
}

fn wrong_element(element: &Element, extent: Extent) -> Option<&'static str> {
    let known = is_in(PROSE, &element.name) || extent == Extent::Page && is_in(PAGE, &element.name);
    if !known {
        return Some("an element that has no place here");
    }
    let ours = match element.name.as_str() {
        "script" => element.attribute("src").starts_with("/assets/"),
        "link" => element.attribute("href").starts_with("/assets/"),
        "form" => ["/", "/view", "/login", "/logout", "/feedback"].contains(&element.attribute("action")),
        _ => true,
    };
    (!ours).then_some("not the page's own")
}

fn wrong_attribute(element: &Element, name: &str, value: &str, extent: Extent) -> Option<&'static str> {
    if name.starts_with("on") {
        return Some("a handler");
    }
    let written = format!("{}.{name}", element.name);
    let known = is_in(PROSE_ATTRIBUTES, &written);
    let harmless = extent == Extent::Page && (!is_in(LEADING, name) || is_in("href src action", name));
    if !known && !harmless {
        return Some("an attribute that has no place here");
    }
    match (element.name.as_str(), name) {
        ("a", "href") => leads_to_script(value).then_some("a link that leads astray"),
        ("img", "src") => (!value.starts_with("/media/")).then_some("a picture from elsewhere"),
        ("use", "href") => (!value.starts_with("#i-")).then_some("a picture from elsewhere"),
        (_, "href" | "src" | "action") => leads_elsewhere(value).then_some("something from elsewhere"),
        _ => None,
    }
}

/// The address as a browser reads it: without blanks around it, tabs and line ends inside.
fn as_read(value: &str) -> String {
    let inner = value.trim_matches(|c: char| c <= ' ');
    inner.chars().filter(|c| !matches!(c, '\t' | '\n' | '\r')).flat_map(char::to_lowercase).collect()
}

fn scheme(address: &str) -> Option<&str> {
    let (scheme, _) = address.split_once(':')?;
    let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.');
    (scheme.starts_with(|c: char| c.is_ascii_alphabetic()) && scheme.chars().all(fits)).then_some(scheme)
}

fn leads_to_script(value: &str) -> bool {
    let address = as_read(value);
    match scheme(&address) {
        Some(scheme) => !["http", "https", "mailto", "tel"].contains(&scheme),
        None => has_foreign_host(&address),
    }
}

fn leads_elsewhere(value: &str) -> bool {
    let address = as_read(value);
    scheme(&address).is_some() || has_foreign_host(&address)
}

/// `//host`, which a browser also reads in `\\host` and `/\host`.
fn has_foreign_host(address: &str) -> bool {
    let mut start = address.chars();
    matches!((start.next(), start.next()), (Some('/' | '\\'), Some('/' | '\\')))
}
