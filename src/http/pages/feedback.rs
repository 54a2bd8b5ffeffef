//! `POST /feedback`: a word about an article from its page or from the desk, without script.

use axum::{
    extract::{Form, State},
    http::HeaderMap,
    response::{IntoResponse, Redirect, Response},
};
use serde::Deserialize;

use super::{own_path, walk::refused};
use crate::{
    http::{
        auth::{Caller, From},
        error::HttpFault,
        routes::ServerState,
    },
    journey::FeedbackGiven,
};

/// In the address of a page: a word about it was kept.
pub(super) const SAID: &str = "said=1";

/// The fields of the form.
#[derive(Deserialize)]
pub(crate) struct FeedbackForm {
    #[serde(default)]
    article: String,
    /// The button that was pressed.
    #[serde(default)]
    about: String,
    #[serde(default)]
    reason: String,
    #[serde(default)]
    back: String,
}

/// Keeps the word and goes back to where it was said.
pub(crate) async fn feedback(
    State(state): State<ServerState>,
    caller: Caller,
    from: From,
    headers: HeaderMap,
    Form(sent): Form<FeedbackForm>,
) -> Response {
    match keep(&state, caller, from, &sent).await {
        Ok(()) => Redirect::to(&thanked(&sent.back)).into_response(),
        Err(fault) => refused(&state, caller, headers, fault),
    }
}

async fn keep(state: &ServerState, Caller(role): Caller, from: From, sent: &FeedbackForm) -> Result<(), HttpFault> {
    state.tries.feedback(from)?;
    let about = if sent.about == "wrong" { "答案不对" } else { "没帮上忙" };
    let more = sent.reason.trim();
    let reason = if more.is_empty() { about.to_owned() } else { format!("{about}：{more}") };
    let given = FeedbackGiven { article: sent.article.clone(), step: None, helpful: false, reason: Some(reason) };
    Ok(state.walker.feedback(given, role).await?)
}

/// The page to go back to, which says thank you where it can.
fn thanked(back: &str) -> String {
    let path = own_path(back);
    let thanks = path.starts_with("/a/") || path == "/desk" || path.starts_with("/desk?");
    if !thanks || path.contains(SAID) {
        return path.to_owned();
    }
    let mark = if path.contains('?') { '&' } else { '?' };
    format!("{path}{mark}{SAID}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_says_thank_you_once_and_no_other_site_does() {
        for (back, to) in [
            ("/a/spin", "/a/spin?said=1"),
            ("/a/spin?said=1", "/a/spin?said=1"),
            ("/desk?q=x&a=spin", "/desk?q=x&a=spin&said=1"),
            ("/?q=x", "/?q=x"),
            ("//evil.example/a/", "/"),
            ("", "/"),
        ] {
            assert_eq!(thanked(back), to, "{back}");
        }
    }
}
