//! `GET /api/v1/problems`: what is wrong in the folder, for editors.

use axum::{Json, extract::State, response::Response};
use serde::Serialize;
use utoipa::ToSchema;

use super::search::uncached;
use crate::{
    access::Role,
    article::Problem,
    http::{
        auth::Caller,
        error::{ApiFault, ProblemJson},
        params::Params,
        routes::ServerState,
    },
};

/// One problem of a file.
#[derive(Serialize, ToSchema)]
pub(crate) struct FileProblemBody {
    file: String,
    line: u32,
    column: u32,
    code: &'static str,
    level: &'static str,
    message: String,
    hint: &'static str,
}

impl FileProblemBody {
    pub(crate) fn new(problem: &Problem) -> Self {
        Self {
            file: problem.file.to_string(),
            line: problem.line,
            column: problem.column,
            code: problem.trouble.code(),
            level: problem.trouble.level().as_str(),
            message: problem.trouble.sentence(),
            hint: problem.trouble.hint(),
        }
    }
}

#[derive(Serialize, ToSchema)]
pub(crate) struct ProblemsBody {
    generation: u64,
    problems: Vec<FileProblemBody>,
}

/// Everything that is wrong in the folder.
#[utoipa::path(get, path = "/api/v1/problems", tag = "editing",
    responses((status = OK, body = ProblemsBody), (status = UNAUTHORIZED, body = ProblemJson)))]
pub(crate) async fn problems(
    State(state): State<ServerState>,
    caller: Caller,
    params: Params,
) -> Result<Response, ApiFault> {
    params.only(&[])?;
    caller.at_least(Role::Editor)?;
    let snapshot = state.finder.snapshot()?;
    let problems = state.finder.live().problems(&snapshot);
    let problems = problems.iter().map(FileProblemBody::new).collect();
    Ok(uncached(Json(ProblemsBody { generation: snapshot.generation, problems })))
}
