//! `GET /api/v1/status`.

use std::time::UNIX_EPOCH;

use axum::{Json, extract::State, response::Response};
use serde::Serialize;
use utoipa::ToSchema;

use super::{blocking, search::uncached};
use crate::{
    access::Role,
    http::{
        auth::Caller,
        error::{ApiFault, HttpFault},
        params::Params,
        routes::ServerState,
    },
    journey::{Live, Snapshot, Trouble},
};

#[derive(Serialize, ToSchema)]
pub(crate) struct StatusBody {
    generation: u64,
    /// Articles the caller may read.
    articles: usize,
    /// Problems in the folder; editors only.
    problems: Option<usize>,
    /// `null`: search goes by words only, as set.
    meaning: Option<MeaningBody>,
    /// `events` when the system reports changes, `looks` when only looks at the folder do.
    watcher: &'static str,
    /// `well`, or `failing` when the last attempt to publish the folder failed: search is older than the folder.
    publishing: &'static str,
    /// Start of the process, milliseconds since 1970.
    started: u64,
}

#[derive(Serialize, ToSchema)]
pub(crate) struct MeaningBody {
    /// Articles that are found by meaning, of those the caller may read.
    ready: usize,
    of: usize,
    /// Why answers go by words only: `unreachable`, `slow`, `refused`, `foreign`, `dimension`, `blind`,
    /// `damaged`.
    trouble: Option<&'static str>,
}

fn meaning(live: &Live, snapshot: &Snapshot, role: Role) -> Option<MeaningBody> {
    let (ready, of) = live.meaning.progress(snapshot, role)?;
    Some(MeaningBody { ready, of, trouble: live.meaning.trouble().map(Trouble::as_str) })
}

/// How things stand.
#[utoipa::path(get, path = "/api/v1/status", tag = "editing", responses((status = OK, body = StatusBody)))]
pub(crate) async fn status(
    State(state): State<ServerState>,
    Caller(role): Caller,
    params: Params,
) -> Result<Response, ApiFault> {
    params.only(&[])?;
    let body = blocking(move || {
        let snapshot = state.finder.snapshot()?;
        let started = state.finder.live().started.duration_since(UNIX_EPOCH).unwrap_or_default();
        Ok::<_, HttpFault>(StatusBody {
            generation: snapshot.generation,
            articles: snapshot.n_readable(role),
            problems: (role >= Role::Editor).then(|| state.finder.live().problems(&snapshot).len()),
            meaning: meaning(state.finder.live(), &snapshot, role),
            watcher: state.finder.live().watcher(),
            publishing: if state.finder.live().is_failing() { "failing" } else { "well" },
            started: u64::try_from(started.as_millis()).unwrap_or(u64::MAX),
        })
    });
    Ok(uncached(Json(body.await??)))
}
