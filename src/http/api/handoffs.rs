//! `GET /api/v1/handoffs/{code}` and `POST /api/v1/feedback`.

use axum::{
    Json,
    extract::{Path, State},
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Response},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{
    search::uncached,
    walkthrough_body::{DueStepBody, WalkthroughBody},
};
use crate::{
    access::Role,
    http::{
        auth::{Caller, From},
        error::{ApiFault, ProblemJson},
        params::Params,
        routes::ServerState,
    },
    journey::{FeedbackGiven, WalkPlace},
};

/// What a code leads to.
#[derive(Serialize, ToSchema)]
pub(crate) struct HandoffBody {
    code: String,
    walkthrough: WalkthroughBody,
    model: Option<String>,
    symptom: Option<String>,
    next: Option<DueStepBody>,
}

/// The walkthrough a code leads to.
#[utoipa::path(get, path = "/api/v1/handoffs/{code}", tag = "walkthroughs", params(("code" = String, Path)),
    responses((status = OK, body = HandoffBody), (status = UNAUTHORIZED, body = ProblemJson), (status = NOT_FOUND, body = ProblemJson), (status = TOO_MANY_REQUESTS, body = ProblemJson)))]
pub(crate) async fn handoff(
    State(state): State<ServerState>,
    caller: Caller,
    from: From,
    Path(code): Path<String>,
    params: Params,
    headers: HeaderMap,
) -> Result<Response, ApiFault> {
    let Caller(role) = caller.at_least(Role::Agent)?;
    params.only(&[])?;
    let walked = state.tries.open_code(&state.walker, &code, role, &from, &headers).await?;
    let next = match &walked.place {
        WalkPlace::Step(step) => Some(step),
        WalkPlace::Service { next, .. } => next.as_ref(),
        _ => None,
    };
    Ok(uncached(Json(HandoffBody {
        code: walked.handoff.as_ref().map(|h| h.code.to_string()).unwrap_or(code),
        next: next.map(|step| DueStepBody::new(step, &walked, role)),
        model: walked.walkthrough.model.clone(),
        symptom: walked.walkthrough.symptom.clone(),
        walkthrough: WalkthroughBody::new(&walked, role),
    })))
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct FeedbackRequest {
    article: String,
    step: Option<String>,
    helpful: bool,
    /// At most 500 characters; telephone numbers and the like are masked.
    reason: Option<String>,
}

/// A word about an article or a step.
#[utoipa::path(post, path = "/api/v1/feedback", tag = "walkthroughs", request_body = FeedbackRequest,
    responses((status = NO_CONTENT), (status = NOT_FOUND, body = ProblemJson), (status = TOO_MANY_REQUESTS, body = ProblemJson)))]
pub(crate) async fn feedback(
    State(state): State<ServerState>,
    Caller(role): Caller,
    from: From,
    params: Params,
    Json(sent): Json<FeedbackRequest>,
) -> Result<Response, ApiFault> {
    params.only(&[])?;
    state.tries.feedback(from)?;
    let given = FeedbackGiven { article: sent.article, step: sent.step, helpful: sent.helpful, reason: sent.reason };
    state.walker.feedback(given, role).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}
