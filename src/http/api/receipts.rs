//! `GET /api/v1/receipts/{hash}`: whether these bytes can be found yet, for editors.

use std::time::Duration;

use axum::{
    Json,
    extract::{Path, State},
    response::Response,
};
use serde::Serialize;
use utoipa::ToSchema;

use super::{problems::FileProblemBody, search::uncached};
use crate::{
    access::Role,
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
    save_to_search_ms: u64,
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

/// The receipt for the bytes with this SHA-256; waits for it up to `wait` (such as `5s`).
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
    let mut generations = state.finder.live().generations();
    let found = tokio::time::timeout(wait, async {
        loop {
            if let Some(receipt) = state.finder.live().receipts.of(&hash.to_lowercase()) {
                return Some(receipt);
            }
            if generations.changed().await.is_err() {
                return None;
            }
        }
    });
    // A receipt that is there already is found even without a wait.
    let found = match found.await {
        Ok(found) => found,
        Err(_) => state.finder.live().receipts.of(&hash.to_lowercase()),
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

fn seconds(text: &str) -> Option<Duration> {
    let seconds: u64 = text.strip_suffix('s').unwrap_or(text).parse().ok()?;
    Some(Duration::from_secs(seconds)).filter(|d| *d <= WAIT)
}
