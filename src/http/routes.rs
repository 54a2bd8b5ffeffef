//! Every URL on one screen.

use std::{sync::Arc, time::Duration};

use axum::{
    Json, Router,
    extract::State,
    http::StatusCode,
    middleware::{from_fn, from_fn_with_state},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use tower_http::{catch_panic::CatchPanicLayer, compression::CompressionLayer, timeout::TimeoutLayer};
use utoipa::{OpenApi, openapi::OpenApi as OpenApiDocument};
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{api, assets, auth::Auth, guard, pages, tries::Tries};
use crate::journey::{Finder, Walker};

/// No answer takes longer; the longest wait a caller can ask for is shorter.
const TIMEOUT: Duration = Duration::from_secs(20);
/// Largest body of a request: batches and forms are small.
const BODY_BYTES: usize = 256 << 10;

/// The service hotline, from the settings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hotline {
    /// The number to dial.
    pub number: String,
    /// When somebody answers.
    pub hours: String,
}

/// What handlers share.
#[derive(Clone)]
pub struct ServerState {
    /// Finds.
    pub finder: Finder,
    /// Leads through articles.
    pub walker: Walker,
    /// Who is calling.
    pub auth: Arc<Auth>,
    /// What may be tried only so often.
    pub tries: Arc<Tries>,
    /// The hotline, when one is set.
    pub hotline: Option<Arc<Hotline>>,
}

#[derive(OpenApi)]
#[openapi(
    info(title = "Wenzhen 问诊", description = "Search and troubleshooting for home appliances."),
    tags((name = "search"), (name = "articles"), (name = "walkthroughs"), (name = "editing"))
)]
struct Document;

fn api_router() -> OpenApiRouter<ServerState> {
    OpenApiRouter::with_openapi(Document::openapi())
        .routes(routes!(api::search::search))
        .routes(routes!(api::search::batch))
        .routes(routes!(api::suggest::suggest))
        .routes(routes!(api::articles::article))
        .routes(routes!(api::status::status))
        .routes(routes!(api::receipts::receipt))
        .routes(routes!(api::events::events))
        .routes(routes!(api::problems::problems))
        .routes(routes!(api::walkthroughs::begin))
        .routes(routes!(api::walkthroughs::walkthrough))
        .routes(routes!(api::walkthroughs::answer))
        .routes(routes!(api::walkthroughs::take_back))
        .routes(routes!(api::walkthroughs::hand_off))
        .routes(routes!(api::walkthroughs::note))
        .routes(routes!(api::handoffs::handoff))
        .routes(routes!(api::handoffs::feedback))
}

/// The API as an OpenAPI document.
#[must_use]
pub fn openapi() -> OpenApiDocument {
    api_router().into_openapi()
}

/// All routes.
pub fn router(state: ServerState) -> Router {
    let (api, document) = api_router().split_for_parts();
    let pages = Router::new()
        .route("/", get(pages::home))
        .route("/a/{id}", get(pages::article))
        .route("/w", post(pages::begin_walk))
        .route("/w/{id}", get(pages::walk).post(pages::walk_on))
        .route("/desk", get(pages::desk).post(pages::desk_on))
        .route("/feedback", post(pages::feedback))
        .route("/editor", get(pages::editor))
        .route("/login", get(pages::login_form).post(pages::login))
        .route("/logout", post(pages::logout))
        .route("/view", post(pages::view))
        .route("/media/{*path}", get(api::media::media))
        .route("/assets/{name}", get(assets::asset_file))
        .route("/api/v1/openapi.json", get(move || async move { Json(document) }))
        .route("/healthz", get(|| async { "ok" }))
        .route("/readyz", get(readyz))
        .fallback(pages::old_address);
    pages
        .merge(api)
        .layer(axum::extract::DefaultBodyLimit::max(BODY_BYTES))
        .layer(TimeoutLayer::with_status_code(StatusCode::SERVICE_UNAVAILABLE, TIMEOUT))
        .layer(from_fn_with_state(state.clone(), guard::ready))
        .layer(from_fn_with_state(state.clone(), guard::own_forms))
        .layer(from_fn_with_state(state.clone(), guard::plain_faults))
        .layer(CatchPanicLayer::custom(guard::panicked))
        .layer(from_fn(guard::security_headers))
        .layer(CompressionLayer::new())
        .with_state(state)
}

async fn readyz(State(state): State<ServerState>) -> Response {
    match state.finder.snapshot() {
        Ok(_) => "ready".into_response(),
        Err(_) => super::error::HttpFault::not_ready().into_json(),
    }
}
