//! An embeddings server: any that answers `POST {base}/embeddings` as OpenAI's does.
//!
//! What it sends is not trusted: count, order, dimension and every number are checked, and the size is bounded. When to
//! ask again after a failure is left to the caller.

use std::{
    net::IpAddr,
    sync::{Arc, OnceLock},
    time::Duration,
};

use serde::{Deserialize, Serialize};
use ureq::{
    Agent, Error,
    http::Uri,
    tls::{RootCerts, TlsConfig},
};

use super::{Kind, SourceFault, Vector};

/// Most bytes of an answer: 32 texts of 8,192 numbers in 25 characters each, and as much again.
const ANSWER_BYTES: u64 = 16 << 20;
/// Most numbers of a vector; the largest models have half as many.
const MAX_DIMENSION: usize = 8_192;
/// Characters sent of a text: in Chinese they stay below the 512 pieces that the smallest models read.
const TEXT_CHARS: usize = 480;

/// The address is none of an embeddings server.
#[derive(Debug, thiserror::Error)]
#[error("not an address such as http://127.0.0.1:8081/v1")]
pub struct BadAddress;

/// A server, and what is known of it.
pub(super) struct Server {
    agent: Agent,
    address: String,
    model: String,
    key: Option<String>,
    /// That of the first answer; every other must have the same.
    dimension: OnceLock<usize>,
}

#[derive(Serialize)]
struct Asked<'a> {
    model: &'a str,
    input: Vec<String>,
}

#[derive(Deserialize)]
struct Answer {
    data: Vec<Embedding>,
}

#[derive(Deserialize)]
struct Embedding {
    index: Option<usize>,
    embedding: Vec<f32>,
}

/// Where a server is asked, from the address in the settings.
///
/// # Errors
/// When it is no http or https address, or holds a password or a query.
pub(super) fn endpoint(base: &str) -> Result<String, BadAddress> {
    let base = base.trim().trim_end_matches('/');
    let uri: Uri = base.parse().map_err(|_| BadAddress)?;
    let known = matches!(uri.scheme_str(), Some("http" | "https"));
    let plain = uri.authority().is_some_and(|a| !a.as_str().contains('@') && !a.host().is_empty());
    if known && plain && uri.query().is_none() { Ok(format!("{base}/embeddings")) } else { Err(BadAddress) }
}

impl Server {
    /// A server that answers at `address`; nothing is sent yet.
    pub(super) fn new(address: &str, model: &str, key: Option<&str>) -> Self {
        let tls = TlsConfig::builder()
            // The authorities this machine trusts: a server in the house often has a certificate of the house.
            .root_certs(RootCerts::PlatformVerifier)
            .unversioned_rustls_crypto_provider(Arc::new(rustls::crypto::ring::default_provider()));
        // A redirect would carry the texts, and the key, to somebody who is not in the settings.
        let mut config = Agent::config_builder().tls_config(tls.build()).http_status_as_error(false).max_redirects(0);
        if is_on_this_machine(address) {
            config = config.proxy(None);
        }
        Self {
            agent: config.build().new_agent(),
            address: address.to_owned(),
            model: model.to_owned(),
            key: key.map(str::to_owned),
            dimension: OnceLock::new(),
        }
    }

    /// How many numbers its vectors have, once it has answered.
    pub(super) fn dimension(&self) -> Option<usize> {
        self.dimension.get().copied()
    }

    /// The vectors of `texts`, in their order, within `time`.
    ///
    /// # Errors
    /// When there is no answer, or none that can be believed.
    pub(super) fn embed(&self, texts: &[&str], kind: Kind, time: Duration) -> Result<Vec<Vector>, SourceFault> {
        let prefix = if is_e5(&self.model) { kind.prefix() } else { "" };
        let input = texts.iter().map(|t| prefix.chars().chain(t.chars().take(TEXT_CHARS)).collect()).collect();
        let mut request = self.agent.post(&self.address).config().timeout_global(Some(time)).build();
        if let Some(key) = &self.key {
            request = request.header("authorization", format!("Bearer {key}"));
        }
        let mut response = request.send_json(Asked { model: &self.model, input }).map_err(fault)?;
        if !response.status().is_success() {
            return Err(SourceFault::Refused(response.status().as_u16()));
        }
        let body = response.body_mut().with_config().limit(ANSWER_BYTES).read_to_vec().map_err(fault)?;
        let answer: Answer = serde_json::from_slice(&body).map_err(|_| SourceFault::Foreign)?;
        self.believe(answer, texts.len())
    }

    /// The vectors in the order of the texts, when the answer holds them.
    fn believe(&self, answer: Answer, n_texts: usize) -> Result<Vec<Vector>, SourceFault> {
        let mut vectors = vec![None; n_texts];
        for (position, one) in answer.data.into_iter().enumerate() {
            let place = vectors.get_mut(one.index.unwrap_or(position)).ok_or(SourceFault::Foreign)?;
            let got = one.embedding.len();
            if got == 0 || got > MAX_DIMENSION || one.embedding.iter().any(|x| !x.is_finite()) || place.is_some() {
                return Err(SourceFault::Foreign);
            }
            let wanted = *self.dimension.get_or_init(|| got);
            if got != wanted {
                return Err(SourceFault::Dimension { wanted, got });
            }
            *place = Some(Vector::of(&one.embedding).ok_or(SourceFault::Foreign)?);
        }
        vectors.into_iter().collect::<Option<_>>().ok_or(SourceFault::Foreign)
    }
}

fn fault(error: Error) -> SourceFault {
    match error {
        Error::Timeout(_) => SourceFault::Slow,
        Error::BodyExceedsLimit(_) | Error::Protocol(_) | Error::Http(_) => SourceFault::Foreign,
        other => SourceFault::Unreachable(Box::new(other)),
    }
}

/// Such an address is never asked through a proxy.
fn is_on_this_machine(address: &str) -> bool {
    let uri: Option<Uri> = address.parse().ok();
    let host = uri.as_ref().and_then(Uri::host).unwrap_or_default().trim_matches(['[', ']']);
    host == "localhost" || host.parse().is_ok_and(|ip: IpAddr| ip.is_loopback())
}

/// The models of this family were trained with a word before each text; servers leave that to who asks.
fn is_e5(model: &str) -> bool {
    let model = model.to_ascii_lowercase();
    let mut parts = model.split(|c: char| !c.is_ascii_alphanumeric());
    parts.any(|part| part == "e5") && !model.contains("instruct")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_http_or_https_without_password_or_query() {
        for (base, read) in [
            ("http://127.0.0.1:8081/v1", Some("http://127.0.0.1:8081/v1/embeddings")),
            (" https://api.example.com/v1/ ", Some("https://api.example.com/v1/embeddings")),
            ("http://[::1]:80", Some("http://[::1]:80/embeddings")),
            ("ftp://a/v1", None),
            ("127.0.0.1:8081", None),
            ("http://name:password@a/v1", None),
            ("http://a/v1?key=1", None),
            ("http:///v1", None),
            ("", None),
        ] {
            assert_eq!(endpoint(base).ok().as_deref(), read, "{base}");
        }
    }

    #[test]
    fn this_machine_is_asked_without_a_proxy() {
        for (address, here) in [
            ("http://127.0.0.1:1/v1", true),
            ("http://localhost/v1", true),
            ("http://[::1]:1/v1", true),
            ("http://10.0.0.1/v1", false),
            ("https://localhost.example.com/v1", false),
        ] {
            assert_eq!(is_on_this_machine(address), here, "{address}");
        }
    }

    #[test]
    fn only_the_family_of_e5_gets_a_word_before_each_text() {
        for (model, prefixed) in [
            ("intfloat/multilingual-e5-small", true),
            ("E5-large-v2", true),
            ("multilingual-e5-large-instruct", false),
            ("BAAI/bge-m3", false),
            ("text-embedding-3-small", false),
            ("de5k", false),
        ] {
            assert_eq!(is_e5(model), prefixed, "{model}");
        }
    }

    #[test]
    fn what_cannot_be_vectors_is_not_believed() {
        let server = Server::new("http://127.0.0.1:1/v1/embeddings", "m", None);
        let one = |index, numbers: &[f32]| Embedding { index, embedding: numbers.to_vec() };
        let believe = |data| server.believe(Answer { data }, 2).map(|v| v[0].as_slice().to_vec());
        let (x, y) = ([3.0, 0.0, 4.0], [0.0, 1.0, 0.0]);
        assert_eq!(believe(vec![one(Some(1), &y), one(Some(0), &x)]).expect("in order"), [0.6, 0.0, 0.8]);
        assert_eq!(believe(vec![one(None, &x), one(None, &y)]).expect("in place"), [0.6, 0.0, 0.8]);
        for wrong in [
            vec![one(Some(0), &x)],
            vec![one(Some(0), &x), one(Some(0), &y)],
            vec![one(Some(0), &x), one(Some(2), &y)],
            vec![one(Some(0), &x), one(Some(1), &y), one(Some(2), &y)],
            vec![one(Some(0), &x), one(Some(1), &[])],
            vec![one(Some(0), &x), one(Some(1), &[0.0, 0.0, 0.0])],
            vec![one(Some(0), &x), one(Some(1), &[f32::NAN, 0.0, 0.0])],
        ] {
            assert!(matches!(believe(wrong), Err(SourceFault::Foreign)));
        }
        let other = believe(vec![one(Some(0), &x), one(Some(1), &[1.0, 0.0])]);
        assert!(matches!(other, Err(SourceFault::Dimension { wanted: 3, got: 2 })));
    }
}
