//! `GET /api/v1/receipts/{hash}`: whether these bytes can be found yet, for editors.

use std::{sync::Arc, time::Duration};

use axum::{
    Json,
    extract::{Path, State},
    response::Response,
};
use serde::Serialize;
use utoipa::ToSchema;

use super::{blocking, problems::FileProblemBody, search::uncached};
use crate::{
    access::Role,
    article::Revision,
    http::{
        auth::Caller,
        error::{ApiFault, HttpFault, ProblemJson},
        params::Params,
        routes::ServerState,
    },
    journey::{Live, Receipt, TrialResult},
};

/// Longest wait for a receipt.
const WAIT: Duration = Duration::from_secs(10);

#[derive(Serialize, ToSchema)]
pub(crate) struct ReceiptBody {
    file: String,
    hash: Option<String>,
    id: Option<String>,
    generation: u64,
    /// `null` where so much was saved since that it was forgotten.
    save_to_search_ms: Option<u64>,
    problems: Vec<FileProblemBody>,
    /// What came of the `expect` questions of the article; `null` until they have been asked.
    tests: Option<TestsBody>,
}

#[derive(Serialize, ToSchema)]
pub(crate) struct TestsBody {
    /// Questions that found the article first.
    passed: usize,
    /// The other ones.
    failed: Vec<String>,
}

impl TestsBody {
    pub(crate) fn new(result: &TrialResult) -> Self {
        Self { passed: result.passed, failed: result.failed.clone() }
    }
}

impl ReceiptBody {
    pub(crate) fn new(receipt: Receipt, live: &Live) -> Self {
        let tests = receipt.id.as_ref().and_then(|id| live.trials.of(id, receipt.generation));
        Self {
            file: receipt.file.to_string(),
            hash: receipt.hash.map(|h| h.to_string()),
            id: receipt.id.map(|id| id.to_string()),
            generation: receipt.generation,
            save_to_search_ms: receipt.save_to_search_ms,
            problems: receipt.problems.iter().map(FileProblemBody::new).collect(),
            tests: tests.as_deref().map(TestsBody::new),
        }
    }
}

/// The receipt for the bytes with this SHA-256, as long as a file holds them; waits for it up to `wait` (such as `5s`).
#[utoipa::path(get, path = "/api/v1/receipts/{hash}", tag = "editing",
    params(("hash" = String, Path), ("wait" = Option<String>, Query, description = "such as 5s, at most 10s")),
    responses((status = OK, body = ReceiptBody), (status = NOT_FOUND, body = ProblemJson)))]
pub(crate) async fn receipt(
    State(state): State<ServerState>,
    caller: Caller,
    Path(hash): Path<String>,
    params: Params,
) -> Result<Response, ApiFault> {
    caller.at_least(Role::Editor)?;
    let params = params.only(&["wait"])?;
    let wait = match params.one("wait")? {
        None => Duration::ZERO,
        Some(text) => {
            seconds(text).ok_or_else(|| HttpFault::bad_request("bad-wait", "wait 要写成 5s 这样，最多 10s。"))?
        }
    };
    let found = match revision(&hash) {
        Some(hash) => found(state.finder.live(), hash, wait).await?,
        None => None,
    };
    let missing = || {
        HttpFault::new(
            axum::http::StatusCode::NOT_FOUND,
            "no-receipt",
            "还没有收到这个文件的内容。请确认它在 kb 文件夹里并已保存。",
        )
    };
    Ok(uncached(Json(ReceiptBody::new(found.ok_or_else(missing)?, state.finder.live()))))
}

async fn found(live: &Arc<Live>, hash: Revision, wait: Duration) -> Result<Option<Receipt>, HttpFault> {
    let until = tokio::time::Instant::now() + wait;
    // Before the first look, or what is published in between would be missed.
    let mut generations = live.generations();
    loop {
        let looking = Arc::clone(live);
        let found = blocking(move || looking.receipt(hash)).await?;
        let waits =
            found.is_none() && matches!(tokio::time::timeout_at(until, generations.changed()).await, Ok(Ok(())));
        if !waits {
            return Ok(found);
        }
    }
}

/// Reads a SHA-256 in hex.
fn revision(hex: &str) -> Option<Revision> {
    if hex.len() != 64 || !hex.bytes().all(|b| b.is_ascii_hexdigit()) {
        return None;
    }
    let mut bytes = [0; 32];
    for (i, byte) in bytes.iter_mut().enumerate() {
        *byte = u8::from_str_radix(hex.get(2 * i..2 * i + 2)?, 16).ok()?;
    }
    Some(Revision(bytes))
}

fn seconds(text: &str) -> Option<Duration> {
    let seconds: u64 = text.strip_suffix('s').unwrap_or(text).parse().ok()?;
    Some(Duration::from_secs(seconds)).filter(|d| *d <= WAIT)
}
