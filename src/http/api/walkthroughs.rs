//! `/api/v1/walkthroughs`: begin, stand, answer, take back, hand off, visit note.

use axum::{
    Json,
    extract::{Path, State},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{search::uncached, walkthrough_body::WalkthroughBody};
use crate::{
    access::Role,
    article::Outcome,
    guide::Channel,
    http::{
        auth::{Caller, From},
        error::{ApiFault, HttpFault, ProblemJson},
        params::Params,
        routes::ServerState,
    },
    journey::{Beginning, Reply, Walked},
};

fn shown(walked: &Walked, role: Role) -> Response {
    uncached(Json(WalkthroughBody::new(walked, role)))
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct BeginRequest {
    /// The article to walk; or `q`.
    article: Option<String>,
    /// The complaint; the article is found from it, by questions where several fit.
    q: Option<String>,
    /// `self` (the default) or `phone`.
    channel: Option<String>,
    model: Option<String>,
    /// Signs known already: name and value.
    #[serde(default)]
    signs: std::collections::BTreeMap<String, String>,
}

/// Begins a walkthrough.
#[utoipa::path(post, path = "/api/v1/walkthroughs", tag = "walkthroughs", request_body = BeginRequest,
    responses((status = CREATED, body = WalkthroughBody), (status = BAD_REQUEST, body = ProblemJson), (status = NOT_FOUND, body = ProblemJson), (status = TOO_MANY_REQUESTS, body = ProblemJson)))]
pub(crate) async fn begin(
    State(state): State<ServerState>,
    Caller(role): Caller,
    from: From,
    params: Params,
    Json(sent): Json<BeginRequest>,
) -> Result<Response, ApiFault> {
    params.only(&[])?;
    let channel = match sent.channel.as_deref() {
        None => Channel::OwnHands,
        Some(name) => Channel::read(name).ok_or_else(|| {
            HttpFault::bad_request("bad-channel", "channel 要写 self（用户自己做）或 phone（电话里做）。")
        })?,
    };
    let beginning = Beginning {
        article: sent.article,
        complaint: sent.q,
        channel,
        model: sent.model,
        signs: sent.signs.into_iter().collect(),
    };
    state.tries.begin(role, &from)?;
    let walked = state.walker.begin(beginning, role).await?;
    Ok((StatusCode::CREATED, shown(&walked, role)).into_response())
}

/// Where a walkthrough stands.
#[utoipa::path(get, path = "/api/v1/walkthroughs/{id}", tag = "walkthroughs", params(("id" = String, Path)),
    responses((status = OK, body = WalkthroughBody), (status = NOT_FOUND, body = ProblemJson)))]
pub(crate) async fn walkthrough(
    State(state): State<ServerState>,
    Caller(role): Caller,
    Path(id): Path<String>,
    params: Params,
) -> Result<Response, ApiFault> {
    params.only(&[])?;
    let walked = state.walker.walked(&id, role).await?;
    Ok(shown(&walked, role))
}

/// An answer: to a step (`step`, `outcome`), to a question (`sign`, `value`, or `value: null` for 不清楚), or 都不是.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct AnswerRequest {
    step: Option<String>,
    /// `solved`, `not_solved`, `cannot_do`, `skipped` or `unsafe`.
    outcome: Option<String>,
    sign: Option<String>,
    value: Option<String>,
    /// 都不是: what is shown does not fit.
    #[serde(default)]
    none_of_these: bool,
    /// Sent again with the same id, an answer changes nothing.
    answer_id: Option<String>,
}

/// Answers what is asked or due.
#[utoipa::path(post, path = "/api/v1/walkthroughs/{id}/answers", tag = "walkthroughs", params(("id" = String, Path)),
    request_body = AnswerRequest,
    responses((status = OK, body = WalkthroughBody), (status = CONFLICT, body = ProblemJson), (status = NOT_FOUND, body = ProblemJson)))]
pub(crate) async fn answer(
    State(state): State<ServerState>,
    Caller(role): Caller,
    Path(id): Path<String>,
    params: Params,
    Json(sent): Json<AnswerRequest>,
) -> Result<Response, ApiFault> {
    params.only(&[])?;
    let answer_id = sent.answer_id.clone();
    let reply = reply(sent)?;
    let walked = state.walker.answer(&id, reply, answer_id.as_deref(), role).await?;
    Ok(shown(&walked, role))
}

fn reply(sent: AnswerRequest) -> Result<Reply, HttpFault> {
    if sent.answer_id.as_ref().is_some_and(|id| id.is_empty() || id.len() > 100) {
        return Err(HttpFault::bad_request("bad-answer-id", "answer_id 要有 1 到 100 个字节。"));
    }
    match (sent.step, sent.outcome, sent.sign, sent.none_of_these) {
        (Some(step), Some(outcome), None, false) => {
            let outcome = Outcome::read(&outcome).ok_or_else(|| {
                let known: Vec<&str> = Outcome::ALL.iter().map(|o| o.as_str()).collect();
                HttpFault::bad_request("bad-outcome", format!("outcome 要写 {} 之一。", known.join("、")))
            })?;
            Ok(Reply::Step { step, outcome })
        }
        (None, None, Some(sign), false) => Ok(Reply::Sign { sign, value: sent.value }),
        (None, None, None, true) => Ok(Reply::NoneOfThese),
        _ => Err(HttpFault::bad_request(
            "bad-answer",
            "回答一步要写 step 和 outcome；回答提问要写 sign 和 value；都不是要写 none_of_these: true。三者只写一种。",
        )),
    }
}

/// Takes the last answer back.
#[utoipa::path(delete, path = "/api/v1/walkthroughs/{id}/answers/last", tag = "walkthroughs", params(("id" = String, Path)),
    responses((status = OK, body = WalkthroughBody), (status = NOT_FOUND, body = ProblemJson)))]
pub(crate) async fn take_back(
    State(state): State<ServerState>,
    Caller(role): Caller,
    Path(id): Path<String>,
    params: Params,
) -> Result<Response, ApiFault> {
    params.only(&[])?;
    let walked = state.walker.take_back(&id, role).await?;
    Ok(shown(&walked, role))
}

/// A code, and until when it leads to the walkthrough.
#[derive(Serialize, ToSchema)]
pub(crate) struct CodeBody {
    code: String,
    /// Milliseconds since 1970.
    expires: i64,
}

/// A code (接力码) that leads an agent to the walkthrough; again, the same code.
#[utoipa::path(post, path = "/api/v1/walkthroughs/{id}/handoff", tag = "walkthroughs", params(("id" = String, Path)),
    responses((status = CREATED, body = CodeBody), (status = NOT_FOUND, body = ProblemJson), (status = TOO_MANY_REQUESTS, body = ProblemJson)))]
pub(crate) async fn hand_off(
    State(state): State<ServerState>,
    Caller(role): Caller,
    from: From,
    Path(id): Path<String>,
    params: Params,
) -> Result<Response, ApiFault> {
    params.only(&[])?;
    let handoff = state.tries.hand_off(&state.walker, &id, role, &from).await?;
    let body = CodeBody { code: handoff.code.to_string(), expires: handoff.expires_ms };
    Ok((StatusCode::CREATED, uncached(Json(body))).into_response())
}

/// The visit note: what a technician should know.
#[derive(Serialize, ToSchema)]
pub(crate) struct NoteBody {
    symptom: Option<String>,
    appliance: Option<String>,
    model: Option<String>,
    article: Option<String>,
    codes: Vec<String>,
    signs: std::collections::BTreeMap<String, String>,
    tried: Vec<NoteStepBody>,
    likely_parts: Vec<String>,
    promise: Option<String>,
    text: String,
}

#[derive(Serialize, ToSchema)]
struct NoteStepBody {
    title: String,
    outcome: &'static str,
}

/// The visit note, as JSON, or as text with `Accept: text/plain` or `?format=text`.
#[utoipa::path(get, path = "/api/v1/walkthroughs/{id}/note", tag = "walkthroughs",
    params(("id" = String, Path), ("format" = Option<String>, Query, description = "json (default) or text")),
    responses((status = OK, body = NoteBody), (status = NOT_FOUND, body = ProblemJson)))]
pub(crate) async fn note(
    State(state): State<ServerState>,
    Caller(role): Caller,
    Path(id): Path<String>,
    params: Params,
    headers: HeaderMap,
) -> Result<Response, ApiFault> {
    let params = params.only(&["format"])?;
    let wants_text = headers.get(header::ACCEPT).is_some_and(|a| a.to_str().is_ok_and(|a| a.starts_with("text/plain")));
    let as_text = match params.one("format")? {
        None => wants_text,
        Some("text") => true,
        Some("json") => false,
        Some(_) => return Err(HttpFault::bad_request("bad-format", "format 要写 json 或 text。").into()),
    };
    let note = state.walker.note(&id, role).await?;
    if as_text {
        return Ok(uncached(note.to_string()));
    }
    let text = note.to_string();
    let tried = note.tried.iter().map(|t| NoteStepBody { title: t.title.clone(), outcome: t.outcome.as_str() });
    Ok(uncached(Json(NoteBody {
        tried: tried.collect(),
        symptom: note.symptom,
        appliance: note.appliance,
        model: note.model,
        article: note.article,
        codes: note.codes,
        signs: note.signs.into_iter().collect(),
        likely_parts: note.likely_parts,
        promise: note.promise,
        text,
    })))
}
