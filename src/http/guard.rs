//! What holds for every answer: security headers, readiness, forms from our own pages only, and a
//! Chinese page (or JSON) when nobody else answered.

use axum::{
    body::Body,
    extract::{Request, State},
    http::{HeaderValue, Method, StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Response},
};

use super::{auth::Caller, error::HttpFault, pages, routes::ServerState};
use crate::access::Role;

/// Everything from ourselves, nothing inline, nobody may frame us.
const CSP: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; \
                   form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// Adds the headers that keep a page from running or leaking anything.
pub(crate) async fn security_headers(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    let fixed = [
        (header::CONTENT_SECURITY_POLICY, CSP),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "same-origin"),
        (header::X_FRAME_OPTIONS, "DENY"),
    ];
    for (name, value) in fixed {
        headers.entry(name).or_insert(HeaderValue::from_static(value));
    }
    response
}

/// Until the folder has been read, everything but health and assets says so.
pub(crate) async fn ready(State(state): State<ServerState>, request: Request, next: Next) -> Response {
    let path = request.uri().path();
    let always = ["/healthz", "/readyz"].contains(&path) || path.starts_with("/assets/");
    if always || state.finder.snapshot().is_ok() {
        return next.run(request).await;
    }
    fault(&state, request, HttpFault::not_ready())
}

/// A form sent by another site does nothing here (the cookie is SameSite=Lax besides).
pub(crate) async fn own_forms(State(state): State<ServerState>, request: Request, next: Next) -> Response {
    let changes = !matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS);
    let foreign = request.headers().get("sec-fetch-site").is_some_and(|v| v == "cross-site" || v == "same-site");
    if changes && foreign {
        return fault(
            &state,
            request,
            HttpFault::new(StatusCode::FORBIDDEN, "foreign-form", "这个请求来自别的网站，没有执行。"),
        );
    }
    next.run(request).await
}

/// Answers of extractors and the router that carry plain text become ours.
pub(crate) async fn plain_faults(State(state): State<ServerState>, request: Request, next: Next) -> Response {
    let (path, method) = (request.uri().clone(), request.method().clone());
    let headers = request.headers().clone();
    let response = next.run(request).await;
    let status = response.status();
    let is_plain = response
        .headers()
        .get(header::CONTENT_TYPE)
        .is_none_or(|t| t.to_str().is_ok_and(|t| t.starts_with("text/plain")));
    if !(status.is_client_error() || status.is_server_error()) || !is_plain {
        return response;
    }
    let allow = response.headers().get(header::ALLOW).cloned();
    let mut again = Request::new(Body::empty());
    *again.uri_mut() = path;
    *again.method_mut() = method;
    *again.headers_mut() = headers;
    let (code, detail) = match status {
        StatusCode::NOT_FOUND => ("not-found", "没有这个地址，或者您没有权限查看。"),
        StatusCode::METHOD_NOT_ALLOWED => ("method-not-allowed", "这个地址不接受这种请求方法。"),
        StatusCode::PAYLOAD_TOO_LARGE => ("too-large", "请求太大。"),
        StatusCode::REQUEST_TIMEOUT | StatusCode::GATEWAY_TIMEOUT => ("timeout", "处理超时，请重试。"),
        StatusCode::UNSUPPORTED_MEDIA_TYPE => ("media-type", "请求体应当是 application/json。"),
        _ if status.is_client_error() => ("bad-request", "请求的内容读不懂，请检查格式。"),
        _ => ("internal", "服务器出了问题，请稍后再试。"),
    };
    let mut response = fault(&state, again, HttpFault::new(status, code, detail));
    if let Some(allow) = allow {
        response.headers_mut().insert(header::ALLOW, allow);
    }
    response
}

/// `fault` as JSON under `/api`, as a page elsewhere.
pub(crate) fn fault(state: &ServerState, request: Request, fault: HttpFault) -> Response {
    if request.uri().path().starts_with("/api/") {
        return fault.into_json();
    }
    let role = state.auth.role_of_headers(request.headers());
    pages::problem_page(state, Caller(role.unwrap_or(Role::Customer)), &request, fault).into_response()
}

/// A panic in a handler ends one request, never the server.
pub(crate) fn panicked(panic: Box<dyn std::any::Any + Send + 'static>) -> Response {
    let said = panic.downcast_ref::<String>().map(String::as_str).or_else(|| panic.downcast_ref::<&str>().copied());
    let error = std::io::Error::other(said.unwrap_or("panic").to_owned());
    HttpFault::ours(&error).into_json()
}
