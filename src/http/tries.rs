//! What may be tried only so often, loopback included: handoff codes, which could be guessed, and
//! feedback, which could be flooded. And what customers may have kept only so often: walkthroughs and codes.

use std::{net::IpAddr, time::Duration};

use axum::http::{HeaderMap, StatusCode, header};

use super::{auth::From, error::HttpFault, limit::Limit};
use crate::{
    access::Role,
    article::Revision,
    case::Handoff,
    journey::{WalkFault, Walked, Walker},
};

/// Wrong codes one sign-in may try within [`WINDOW`]: people mistype, programs guess.
const PER_CALLER: u32 = 15;
/// Wrong codes all who share an address may try within it: signing in again gives no new tries.
const PER_ADDRESS: u32 = 30;
/// Words of feedback from one address within it.
const FEEDBACK: u32 = 30;
/// Walkthroughs customers at one address may begin within it: each stays for a year.
const BEGUN: u32 = 120;
/// Codes they may be given within it: there are not many of six digits.
const CODES: u32 = 60;
const WINDOW: Duration = Duration::from_secs(600);

/// Counts tries.
pub struct Tries {
    callers: Limit<Revision>,
    addresses: Limit<Option<IpAddr>>,
    feedback: Limit<Option<IpAddr>>,
    begun: Limit<IpAddr>,
    codes: Limit<IpAddr>,
}

/// The address of a customer among whose requests one counts; none for staff, and none for this machine: a proxy on it
/// sends everybody from there.
pub(crate) fn counted(role: Role, From(address): &From) -> Option<IpAddr> {
    address.map(|a| a.to_canonical()).filter(|a| role == Role::Customer && !a.is_loopback())
}

impl Default for Tries {
    fn default() -> Self {
        let limit = |allowed| Limit::new(allowed, WINDOW);
        Self {
            callers: Limit::new(PER_CALLER, WINDOW),
            addresses: limit(PER_ADDRESS),
            feedback: limit(FEEDBACK),
            begun: Limit::new(BEGUN, WINDOW),
            codes: Limit::new(CODES, WINDOW),
        }
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

    /// Counts a walkthrough that is about to begin, unless there were too many.
    pub(crate) fn begin(&self, role: Role, from: &From) -> Result<(), HttpFault> {
        let detail = "从这里开始的排查太多了，请十分钟后再试；急的话请直接联系售后。";
        count(&self.begun, role, from, "too-many-walkthroughs", detail)
    }

    /// The code of the walkthrough `id`; only new ones are counted.
    pub(crate) async fn hand_off(
        &self,
        walker: &Walker,
        id: &str,
        role: Role,
        from: &From,
    ) -> Result<Handoff, HttpFault> {
        if counted(role, from).is_some() {
            if let Some(handoff) = walker.walked(id, role).await?.handoff {
                return Ok(handoff);
            }
            let detail = "从这里取的接力码太多了，请十分钟后再试；急的话请直接联系售后。";
            count(&self.codes, role, from, "too-many-new-codes", detail)?;
        }
        Ok(walker.hand_off(id, role).await?)
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

fn count(
    limit: &Limit<IpAddr>,
    role: Role,
    from: &From,
    code: &'static str,
    detail: &'static str,
) -> Result<(), HttpFault> {
    let Some(address) = counted(role, from) else { return Ok(()) };
    if limit.is_over(&address) {
        return Err(HttpFault::new(StatusCode::TOO_MANY_REQUESTS, code, detail));
    }
    limit.count(address);
    Ok(())
}

/// The sign-in of a request, without keeping it.
fn caller(headers: &HeaderMap) -> Revision {
    let said = [header::AUTHORIZATION, header::COOKIE].map(|name| headers.get(name).map_or(&b""[..], |v| v.as_bytes()));
    Revision::of(&said.concat())
}
