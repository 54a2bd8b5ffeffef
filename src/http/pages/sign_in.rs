//! `/login` and `/logout`: a token, or the one-time link, becomes a signed cookie.

use askama::Template;
use axum::{
    extract::{Form, Request, State},
    http::{HeaderMap, HeaderValue, header},
    response::{IntoResponse, Redirect, Response},
};
use serde::Deserialize;

use super::{SiteView, own_path, page, path_of, problem_page};
use crate::http::{
    auth::{Auth, Caller, From},
    params::Params,
    routes::ServerState,
};

#[derive(Template)]
#[template(path = "page/login.html")]
struct LoginPage {
    page_title: String,
    site: SiteView,
    failed: Option<String>,
    next: String,
}

/// The fields of the form.
#[derive(Deserialize)]
pub(crate) struct LoginForm {
    token: String,
    #[serde(default)]
    next: String,
}

/// The form; with `once` the link printed at a start, which works once.
pub(crate) async fn login_form(
    State(state): State<ServerState>,
    caller: Caller,
    params: Params,
    From(address): From,
    request: Request,
) -> Response {
    let params = match params.only(&["next", "once"]) {
        Ok(params) => params,
        Err(fault) => return problem_page(&state, caller, &request, fault),
    };
    let next = params.one("next").ok().flatten().unwrap_or("/").to_owned();
    if let Ok(Some(once)) = params.one("once") {
        return match state.auth.follow_link(once, address) {
            Ok(role) => signed_in(state.auth.cookie(role), "/editor"),
            Err(fault) => form(&state, caller, request.headers(), path_of(&request), Some(fault.detail), next),
        };
    }
    form(&state, caller, request.headers(), path_of(&request), None, next)
}

fn form(
    state: &ServerState,
    caller: Caller,
    headers: &HeaderMap,
    path: String,
    failed: Option<String>,
    next: String,
) -> Response {
    let site = SiteView::new(state, caller, headers, path);
    page(&LoginPage { page_title: "登录 - 问诊".to_owned(), site, failed, next: own_path(&next).to_owned() })
}

/// Signs in with a token.
pub(crate) async fn login(
    State(state): State<ServerState>,
    caller: Caller,
    From(address): From,
    headers: HeaderMap,
    Form(sent): Form<LoginForm>,
) -> Response {
    match state.auth.sign_in(&sent.token, address) {
        Ok(role) => signed_in(state.auth.cookie(role), own_path(&sent.next)),
        Err(fault) => {
            let status = fault.status;
            let mut response = form(&state, caller, &headers, "/login".to_owned(), Some(fault.detail), sent.next);
            *response.status_mut() = status;
            response
        }
    }
}

fn signed_in(cookie: String, next: &str) -> Response {
    with_cookie(Redirect::to(if next.is_empty() { "/" } else { next }).into_response(), &cookie)
}

/// Ends the sign-in.
pub(crate) async fn logout() -> Response {
    with_cookie(Redirect::to("/").into_response(), &Auth::no_cookie())
}

/// `response` that also sets a cookie.
pub(super) fn with_cookie(mut response: Response, cookie: &str) -> Response {
    if let Ok(value) = HeaderValue::from_str(cookie) {
        response.headers_mut().insert(header::SET_COOKIE, value);
    }
    response
}
