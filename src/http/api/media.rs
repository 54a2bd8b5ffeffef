//! `GET /media/{path}`: pictures of articles the caller may see.

use axum::{
    extract::{Path, State},
    http::{HeaderValue, header},
    response::{IntoResponse, Response},
};

use super::blocking;
use crate::http::{auth::Caller, error::ApiFault, routes::ServerState};

/// An SVG is a document: nothing in it may run or load.
const SVG_CSP: &str = "default-src 'none'; style-src 'unsafe-inline'; sandbox";

/// One picture.
pub(crate) async fn media(
    State(state): State<ServerState>,
    Caller(role): Caller,
    Path(path): Path<String>,
) -> Result<Response, ApiFault> {
    let picture = blocking(move || state.finder.picture(&path, role)).await??;
    let cache = if picture.staff_only { "private, no-store" } else { "public, max-age=300" };
    let svg = picture.media_type == "image/svg+xml";
    let mut response = picture.bytes.into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(picture.media_type));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(cache));
    headers.insert(header::VARY, HeaderValue::from_static("Authorization, Cookie"));
    if svg {
        headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(SVG_CSP));
    }
    Ok(response)
}
