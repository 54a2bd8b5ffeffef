//! Query strings, read strictly: a parameter we do not know is named, not ignored.

use std::convert::Infallible;

use axum::{extract::FromRequestParts, http::request::Parts};
use percent_encoding::percent_decode_str;

use super::error::HttpFault;

/// Parameters read from one query string.
const PARAMETERS: usize = 64;

/// The pairs of a query string, decoded; a string that cannot be read fails when it is used, so that
/// a page says it as a page.
#[derive(Debug)]
pub(crate) struct Params(Result<Vec<(String, String)>, HttpFault>);

impl Params {
    fn read(query: &str) -> Result<Vec<(String, String)>, HttpFault> {
        let mut pairs = Vec::new();
        for part in query.split('&').filter(|p| !p.is_empty()) {
            let (name, value) = part.split_once('=').unwrap_or((part, ""));
            pairs.push((decode(name)?, decode(value)?));
            if pairs.len() > PARAMETERS {
                return Err(HttpFault::bad_request("too-many-parameters", format!("参数超过 {PARAMETERS} 个。")));
            }
        }
        Ok(pairs)
    }

    /// Refuses parameters that are not among `known`.
    pub(crate) fn only(self, known: &[&str]) -> Result<Self, HttpFault> {
        let pairs = self.0.as_ref().map_err(Clone::clone)?;
        match pairs.iter().find(|(name, _)| !known.contains(&name.as_str())) {
            None => Ok(self),
            Some((name, _)) => {
                let detail = format!("不认识参数 `{name}`。可用的有：{}。", known.join("、"));
                Err(HttpFault::bad_request("unknown-parameter", detail))
            }
        }
    }

    /// The value of `name`; twice is refused.
    pub(crate) fn one(&self, name: &str) -> Result<Option<&str>, HttpFault> {
        let pairs = self.0.as_ref().map_err(Clone::clone)?;
        let mut values = pairs.iter().filter(|(n, _)| n == name).map(|(_, v)| v.as_str());
        let first = values.next();
        if values.next().is_some() {
            return Err(HttpFault::bad_request("parameter-twice", format!("参数 `{name}` 只能写一次。")));
        }
        Ok(first)
    }

    /// All values of `name`.
    pub(crate) fn all<'p>(&'p self, name: &'p str) -> impl Iterator<Item = &'p str> {
        self.0.iter().flatten().filter(move |(n, _)| n == name).map(|(_, v)| v.as_str())
    }

    /// The whole number `name`, or `default`.
    pub(crate) fn number(&self, name: &'static str, default: usize) -> Result<usize, HttpFault> {
        match self.one(name)?.filter(|v| !v.is_empty()) {
            None => Ok(default),
            Some(text) => text.parse().map_err(|_| {
                HttpFault::bad_request(
                    "bad-number",
                    format!("`{name}` 应当是不小于 0 的整数，收到的是 `{}`。", cut(text)),
                )
            }),
        }
    }
}

fn decode(text: &str) -> Result<String, HttpFault> {
    let text = text.replace('+', " ");
    let decoded = percent_decode_str(&text).decode_utf8();
    decoded
        .map(std::borrow::Cow::into_owned)
        .map_err(|_| HttpFault::bad_request("not-utf8", "参数不是有效的 UTF-8 文字。"))
}

fn cut(text: &str) -> String {
    text.chars().take(40).collect()
}

impl<S: Send + Sync> FromRequestParts<S> for Params {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Infallible> {
        Ok(Self(Self::read(parts.uri.query().unwrap_or(""))))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_query_string_is_read_strictly() {
        let read = |query: &str| Params(Params::read(query));
        let p = read("q=%E6%B4%97+%E8%A1%A3&sign=a&sign=b");
        assert_eq!(p.one("q"), Ok(Some("洗 衣")));
        assert_eq!(p.all("sign").collect::<Vec<_>>(), ["a", "b"]);
        assert_eq!(p.one("sign").map_err(|f| f.code), Err("parameter-twice"));
        assert_eq!(p.only(&["q"]).map(|_| ()).map_err(|f| f.code), Err("unknown-parameter"));
        assert_eq!(read("q=%ff").one("q").map_err(|f| f.code), Err("not-utf8"));
        let n = |query: &str| read(query).number("limit", 10).map_err(|f| f.code);
        assert_eq!(
            [n(""), n("limit=3"), n("limit=-1"), n("limit=x")],
            [Ok(10), Ok(3), Err("bad-number"), Err("bad-number")]
        );
    }
}
