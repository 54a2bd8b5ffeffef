//! What may be tried only so often, loopback included: handoff codes, which could be guessed, and
//! feedback, which could be flooded.

use std::{net::IpAddr, time::Duration};

use axum::http::{HeaderMap, StatusCode, header};

use super::{auth::From, error::HttpFault, limit::Limit};
use crate::{
    access::Role,
    article::Revision,
    journey::{WalkFault, Walked, Walker},
};

/// Wrong codes one sign-in may try within [`WINDOW`]: people mistype, programs guess.
const PER_CALLER: u32 = 15;
/// Wrong codes all who share an address may try within it: signing in again gives no new tries.
const PER_ADDRESS: u32 = 30;
/// Words of feedback from one address within it.
const FEEDBACK: u32 = 30;
const WINDOW: Duration = Duration::from_secs(600);

/// Counts tries.
pub struct Tries {
    callers: Limit<Revision>,
    addresses: Limit<Option<IpAddr>>,
    feedback: Limit<Option<IpAddr>>,
}

impl Default for Tries {
    fn default() -> Self {
        let limit = |allowed| Limit::new(allowed, WINDOW);
        Self { callers: Limit::new(PER_CALLER, WINDOW), addresses: limit(PER_ADDRESS), feedback: limit(FEEDBACK) }
    }
}

impl Tries {
    /// Counts a word of feedback, unless there were too many.
    pub(crate) fn feedback(&self, From(address): From) -> Result<(), HttpFault> {
        if self.feedback.is_over(&address) {
            let detail = "反馈太多了，请过十分钟再说。";
            return Err(HttpFault::new(StatusCode::TOO_MANY_REQUESTS, "too-much-feedback", detail));
        }
        self.feedback.count(address);
        Ok(())
    }

    /// The walkthrough `code` leads to.
    pub(crate) async fn open_code(
        &self,
        walker: &Walker,
        code: &str,
        role: Role,
        From(address): &From,
        headers: &HeaderMap,
    ) -> Result<Walked, HttpFault> {
        let caller = caller(headers);
        if self.callers.is_over(&caller) || self.addresses.is_over(address) {
            let detail = "接力码试错太多次，请十分钟后再试，或者请用户重新念一遍。";
            return Err(HttpFault::new(StatusCode::TOO_MANY_REQUESTS, "too-many-codes", detail));
        }
        walker.open_code(code, role).await.map_err(|fault| {
            if matches!(fault, WalkFault::NoCode) {
                self.callers.count(caller);
                self.addresses.count(*address);
            }
            fault.into()
        })
    }
}

/// The sign-in of a request, without keeping it.
fn caller(headers: &HeaderMap) -> Revision {
    let said = [header::AUTHORIZATION, header::COOKIE].map(|name| headers.get(name).map_or(&b""[..], |v| v.as_bytes()));
    Revision::of(&said.concat())
}
