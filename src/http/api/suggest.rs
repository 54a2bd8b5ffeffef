//! `GET /api/v1/suggest`.

use axum::{Json, extract::State, response::Response};
use serde::Serialize;
use utoipa::ToSchema;

use super::{blocking, search::uncached};
use crate::{
    found::{QUERY_CHARS, QuestionFault, Suggestion},
    http::{
        auth::Caller,
        error::{ApiFault, HttpFault, ProblemJson},
        links::article_url,
        params::Params,
        routes::ServerState,
    },
};

/// Longest text completed, in characters.
const TYPED: usize = 64;

#[derive(Serialize, ToSchema)]
pub(crate) struct SuggestBody {
    query: String,
    suggestions: Vec<SuggestionBody>,
}

#[derive(Serialize, ToSchema)]
struct SuggestionBody {
    text: String,
    kind: &'static str,
    article: String,
    url: String,
}

/// Completes what is being typed.
#[utoipa::path(get, path = "/api/v1/suggest", tag = "search", params(("q" = String, Query)),
    responses((status = OK, body = SuggestBody), (status = BAD_REQUEST, body = ProblemJson)))]
pub(crate) async fn suggest(
    State(state): State<ServerState>,
    Caller(role): Caller,
    params: Params,
) -> Result<Response, ApiFault> {
    let params = params.only(&["q"])?;
    let query = params.one("q")?.unwrap_or("").to_owned();
    if query.chars().filter(|c| !c.is_control()).collect::<String>().trim().is_empty() {
        return Err(HttpFault::bad_request("empty-query", "q 是空的。请写上要找的问题。").into());
    }
    let n = query.chars().count();
    if n > QUERY_CHARS {
        return Err(HttpFault::from(QuestionFault::TooLong(n)).into());
    }
    let typed: String = query.chars().take(TYPED).collect();
    let rows = blocking(move || state.finder.suggest(&typed, role)).await??;
    let row = |s: Suggestion| SuggestionBody {
        url: article_url(&s.article.id),
        article: s.article.id.to_string(),
        kind: s.kind.as_str(),
        text: s.text,
    };
    Ok(uncached(Json(SuggestBody { query, suggestions: rows.into_iter().map(row).collect() })))
}
