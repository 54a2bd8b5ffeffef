//! `/w/{id}`: one step on a screen, and the way out.

use askama::Template;
use axum::{
    body::Body,
    extract::{Form, Path, Request, State},
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Redirect, Response},
};
use serde::Deserialize;

use super::{
    SiteView, page, path_of, problem_page,
    walk_view::{Mode, WalkView},
};
use crate::{
    article::Outcome,
    guide::Channel,
    http::{
        auth::{Caller, From},
        error::HttpFault,
        routes::ServerState,
    },
    journey::{Beginning, Reply, WalkFault, WalkPlace},
};

#[derive(Template)]
#[template(path = "page/walk.html")]
struct WalkPage {
    page_title: String,
    site: SiteView,
    walk: WalkView,
}

/// What the page sends.
#[derive(Deserialize, Default)]
#[serde(default)]
pub(crate) struct WalkForm {
    pub step: Option<String>,
    pub outcome: Option<String>,
    pub sign: Option<String>,
    pub value: Option<String>,
    pub unknown: Option<String>,
    pub none: Option<String>,
    pub back: Option<String>,
    pub exit: Option<String>,
    pub turn: Option<String>,
    pub on: Option<String>,
}

/// What was pressed.
pub(super) enum Pressed {
    Reply(Reply),
    Back,
    Exit,
}

impl WalkForm {
    pub(super) fn pressed(&self) -> Result<Pressed, HttpFault> {
        let reply = match self {
            Self { back: Some(_), .. } => return Ok(Pressed::Back),
            Self { exit: Some(_), .. } => return Ok(Pressed::Exit),
            Self { none: Some(_), .. } => Some(Reply::NoneOfThese),
            Self { sign: Some(sign), unknown: Some(_), .. } => Some(Reply::Sign { sign: sign.clone(), value: None }),
            Self { sign: Some(sign), value: Some(value), .. } => {
                Some(Reply::Sign { sign: sign.clone(), value: Some(value.clone()) })
            }
            Self { step: Some(step), outcome: Some(outcome), .. } => {
                Outcome::read(outcome).map(|outcome| Reply::Step { step: step.clone(), outcome })
            }
            _ => None,
        };
        let fault = || HttpFault::bad_request("bad-answer", "没有看懂按的是哪个按钮，请返回再按一次。");
        reply.map(Pressed::Reply).ok_or_else(fault)
    }

    /// Sent twice, a form counts once: it names the turn it was shown in.
    pub(super) fn answer_id(&self) -> Option<String> {
        self.turn.as_ref().filter(|t| !t.is_empty() && t.len() <= 20).map(|t| format!("page-{t}"))
    }
}

/// Where the walkthrough stands.
pub(crate) async fn walk(
    State(state): State<ServerState>,
    caller: Caller,
    Path(id): Path<String>,
    request: Request,
) -> Response {
    let mode = Mode::read(request.uri().query().unwrap_or(""));
    match state.walker.walked(&id, caller.0).await {
        Err(fault) => problem_page(&state, caller, &request, fault.into()),
        Ok(walked) => {
            let view = WalkView::new(&walked, caller.0, mode);
            let site = SiteView::new(&state, caller, request.headers(), path_of(&request));
            page(&WalkPage { page_title: format!("{} - 问诊", view.title), site, walk: view })
        }
    }
}

/// One press of a button; the page that follows is got, so that going back in the browser sends nothing.
pub(crate) async fn walk_on(
    State(state): State<ServerState>,
    caller: Caller,
    from: From,
    Path(id): Path<String>,
    headers: HeaderMap,
    Form(form): Form<WalkForm>,
) -> Response {
    match act(&state, caller, &from, &id, &form).await {
        Ok(mode) => Redirect::to(&format!("/w/{id}{}", mode.query())).into_response(),
        Err(fault) => refused(&state, caller, headers, fault),
    }
}

/// Does what was pressed and says what to show. Where it leads to the exit, the code is ready, unless too many were given
/// out: the exit is shown without one rather than not at all.
pub(super) async fn act(
    state: &ServerState,
    Caller(role): Caller,
    from: &From,
    id: &str,
    form: &WalkForm,
) -> Result<Mode, HttpFault> {
    let mode = if form.on.is_some() { Mode::On } else { Mode::AsIs };
    let walked = match form.pressed()? {
        Pressed::Back => {
            state.walker.take_back(id, role).await?;
            return Ok(Mode::AsIs);
        }
        Pressed::Exit => {
            state.tries.hand_off(&state.walker, id, role, from).await?;
            return Ok(Mode::Exit);
        }
        Pressed::Reply(reply) => match state.walker.answer(id, reply, form.answer_id().as_deref(), role).await {
            // Another page has gone on: this one shows where it stands now.
            Err(WalkFault::NotDue) => return Ok(Mode::AsIs),
            other => other?,
        },
    };
    let at_the_exit = matches!(walked.place, WalkPlace::Service { .. } | WalkPlace::Danger { .. });
    if at_the_exit && walked.handoff.is_none() && walked.walkthrough.channel == Channel::OwnHands {
        match state.tries.hand_off(&state.walker, id, role, from).await {
            Err(fault) if fault.status != StatusCode::TOO_MANY_REQUESTS => return Err(fault),
            _ => {}
        }
    }
    Ok(mode)
}

/// What the start button sends.
#[derive(Deserialize)]
pub(crate) struct BeginForm {
    #[serde(default)]
    article: String,
    #[serde(default)]
    q: String,
}

/// `POST /w`: begins a walkthrough of an article, or of a complaint.
pub(crate) async fn begin_walk(
    State(state): State<ServerState>,
    caller: Caller,
    from: From,
    headers: HeaderMap,
    Form(sent): Form<BeginForm>,
) -> Response {
    if let Err(fault) = state.tries.begin(caller.0, &from) {
        return refused(&state, caller, headers, fault);
    }
    let said = |text: String| Some(text).filter(|t| !t.trim().is_empty());
    let beginning = Beginning {
        article: said(sent.article),
        complaint: said(sent.q),
        channel: Channel::OwnHands,
        model: None,
        signs: Vec::new(),
    };
    match state.walker.begin(beginning, caller.0).await {
        Ok(walked) => Redirect::to(&format!("/w/{}", walked.walkthrough.id)).into_response(),
        Err(fault) => refused(&state, caller, headers, fault.into()),
    }
}

/// A form that was refused, as a page.
pub(super) fn refused(state: &ServerState, caller: Caller, headers: HeaderMap, fault: HttpFault) -> Response {
    let mut request = Request::new(Body::empty());
    *request.headers_mut() = headers;
    problem_page(state, caller, &request, fault)
}
