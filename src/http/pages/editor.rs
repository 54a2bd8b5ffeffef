//! `/editor`: what is wrong in the folder and what was published last.

use askama::Template;
use axum::{
    extract::{Request, State},
    response::{IntoResponse, Redirect, Response},
};

use super::{SiteView, page, path_of, problem_page};
use crate::{
    access::Role,
    article::{Level, Problem},
    http::{auth::Caller, links::article_url, routes::ServerState},
    journey::{Live, Receipt, Snapshot, TrialResult},
};

/// Receipts shown.
const RECEIPTS: usize = 30;
/// Hex digits of a hash shown.
const HASH: usize = 12;

#[derive(Template)]
#[template(path = "page/editor.html")]
struct EditorPage {
    page_title: String,
    site: SiteView,
    editor: EditorView,
}

struct EditorView {
    n_articles: usize,
    generation: u64,
    /// The last attempt to publish failed.
    failing: bool,
    errors: usize,
    warnings: usize,
    /// `expect` questions that found their article first, of those that were asked.
    passed: usize,
    asked: usize,
    /// Articles found by meaning, and why it is silent; nothing when none is wanted.
    meaning: Option<String>,
    files: Vec<FileView>,
    receipts: Vec<ReceiptView>,
}

struct FileView {
    file: String,
    problems: Vec<ProblemView>,
}

struct ProblemView {
    line: u32,
    column: u32,
    code: &'static str,
    severity: &'static str,
    message: String,
    hint: &'static str,
}

struct ReceiptView {
    file: String,
    url: Option<String>,
    hash: String,
    generation: u64,
    ms: u64,
    problems: usize,
    /// What came of its `expect` questions: how many passed; a dash until they have been asked.
    tests: String,
    failed: Vec<String>,
    at: String,
}

/// The editors' page; others are led to the sign-in.
pub(crate) async fn editor(State(state): State<ServerState>, caller: Caller, request: Request) -> Response {
    if caller.0 == Role::Customer {
        return Redirect::to("/login?next=/editor").into_response();
    }
    if let Err(fault) = caller.at_least(Role::Editor) {
        return problem_page(&state, caller, &request, fault);
    }
    let snapshot = match state.finder.snapshot() {
        Ok(snapshot) => snapshot,
        Err(fault) => return problem_page(&state, caller, &request, fault.into()),
    };
    let receipts = state.finder.live().receipts.latest(RECEIPTS);
    page(&EditorPage {
        page_title: "编辑台 - 问诊".to_owned(),
        site: SiteView::new(&state, caller, request.headers(), path_of(&request)),
        editor: view(&snapshot, state.finder.live(), receipts),
    })
}

fn view(snapshot: &Snapshot, live: &Live, receipts: Vec<Receipt>) -> EditorView {
    let problems = live.problems(snapshot);
    let count = |level| problems.iter().filter(|p| p.trouble.level() == level).count();
    let mut files: Vec<FileView> = Vec::new();
    for problem in &problems {
        let file = problem.file.to_string();
        if files.last().is_none_or(|f| f.file != file) {
            files.push(FileView { file, problems: Vec::new() });
        }
        if let Some(last) = files.last_mut() {
            last.problems.push(problem_view(problem));
        }
    }
    let (passed, asked) = live.trials.total();
    EditorView {
        passed,
        asked,
        meaning: live.meaning.progress(snapshot, Role::Editor).map(|(ready, of)| {
            let silent = if live.meaning.trouble().is_some() { "，出了问题，先只按词搜" } else { "" };
            format!("语义 {ready}/{of}{silent}")
        }),
        n_articles: snapshot.n_articles(),
        generation: snapshot.generation,
        failing: live.is_failing(),
        errors: count(Level::Error),
        warnings: count(Level::Warning),
        files,
        receipts: receipts.into_iter().map(|r| receipt_view(r, live)).collect(),
    }
}

fn problem_view(problem: &Problem) -> ProblemView {
    ProblemView {
        line: problem.line,
        column: problem.column,
        code: problem.trouble.code(),
        severity: problem.trouble.level().as_str(),
        message: problem.trouble.sentence(),
        hint: problem.trouble.hint(),
    }
}

fn receipt_view(receipt: Receipt, live: &Live) -> ReceiptView {
    let tests = receipt.id.as_ref().and_then(|id| live.trials.of(id, receipt.generation));
    let of = |t: &TrialResult| format!("{}/{}", t.passed, t.passed + t.failed.len());
    ReceiptView {
        file: receipt.file.to_string(),
        url: receipt.id.as_ref().map(article_url),
        hash: receipt.hash.map_or_else(|| "已删除".to_owned(), |h| h.to_string()[..HASH].to_owned()),
        generation: receipt.generation,
        ms: receipt.save_to_search_ms.unwrap_or_default(),
        problems: receipt.problems.len(),
        tests: tests.as_deref().map_or_else(|| "—".to_owned(), of),
        failed: tests.map(|t| t.failed.clone()).unwrap_or_default(),
        at: crate::journey::clock_time(receipt.at),
    }
}
