//! `/desk`: an agent takes a call: search, the article, one step after the other, the visit note.

use askama::Template;
use axum::{
    extract::{Form, Request, State},
    http::HeaderMap,
    response::{IntoResponse, Redirect, Response},
};
use serde::Deserialize;

use super::{
    SiteView,
    article::{ArticleView, view as article_view},
    home::AlertView,
    narrowing::{Here, LinkView, NarrowingView},
    page, path_of, problem_page,
    walk::{WalkForm, act, refused},
    walk_view::{Mode, WalkView},
};
use crate::{
    access::Role,
    article::{Audience, Renderer, Severity},
    found::{AnswerClass, Found, Hit, Question},
    guide::{Channel, is_walkable},
    http::{
        api::{blocking, search::question},
        auth::{Caller, From},
        error::HttpFault,
        links::{ReaderLinks, query_value},
        params::Params,
        routes::ServerState,
    },
    journey::{ArticleAnswer, Beginning, WalkFault},
};

/// Results on the desk: what fits beside an article.
const RESULTS: usize = 8;

#[derive(Template)]
#[template(path = "page/desk.html", blocks = ["results"])]
struct DeskPage {
    page_title: String,
    site: SiteView,
    desk: DeskView,
}

#[derive(Default)]
struct DeskView {
    q: String,
    code: String,
    /// This page without what is shown beside the step.
    here: String,
    focus_search: bool,
    notice: Option<String>,
    /// Whether a word about the article was just kept.
    said: bool,
    alert: Option<AlertView>,
    searched: bool,
    found_as: &'static str,
    results: Vec<ResultView>,
    /// What to ask the customer, where several articles are near.
    narrowing: Option<NarrowingView>,
    /// What was answered, each with the way to take it back.
    answered: Vec<LinkView>,
    walk: Option<WalkView>,
    /// What is written for agents in the article, to read aloud or to keep to.
    aloud: String,
    article: Option<ArticleView>,
}

struct ResultView {
    url: String,
    title: String,
    kind: &'static str,
    agent_only: bool,
    danger: bool,
    selected: bool,
}

/// The desk: nothing yet, results, an article, or a walkthrough; with `X-Fragment: results` only the block of results.
pub(crate) async fn desk(
    State(state): State<ServerState>,
    caller: Caller,
    from: From,
    params: Params,
    request: Request,
) -> Response {
    if caller.at_least(Role::Agent).is_err() {
        return Redirect::to("/login?next=%2Fdesk").into_response();
    }
    match shown(&state, caller.0, &from, params, request.headers()).await {
        Err(fault) => problem_page(&state, caller, &request, fault),
        Ok(desk) => {
            let site = SiteView::new(&state, caller, request.headers(), path_of(&request));
            let whole = DeskPage { page_title: "坐席台 - 问诊".to_owned(), site, desk };
            let fragment = request.headers().get("x-fragment").is_some_and(|v| v == "results");
            if fragment { page(&whole.as_results()) } else { page(&whole) }
        }
    }
}

async fn shown(
    state: &ServerState,
    role: Role,
    from: &From,
    params: Params,
    headers: &HeaderMap,
) -> Result<DeskView, HttpFault> {
    let params = params.only(&["q", "a", "w", "code", "on", "sign", "not", "said"])?;
    let given = |name: &str| params.one(name).map(|v| v.unwrap_or("").trim().to_owned());
    let (q, mut article, mut walk, code) = (given("q")?, given("a")?, given("w")?, given("code")?);
    let mode = if params.one("on")? == Some("1") { Mode::On } else { Mode::AsIs };
    let said = params.one("said")? == Some("1");
    let mut desk = DeskView { code: code.clone(), said, ..DeskView::default() };
    if !code.is_empty() {
        match state.tries.open_code(&state.walker, &code, role, from, headers).await {
            Ok(walked) => walk = walked.walkthrough.id.to_string(),
            Err(fault) => desk.notice = Some(fault.detail),
        }
    }
    if !walk.is_empty() {
        let walked = state.walker.walked(&walk, role).await?;
        article = walked.article.as_ref().map(|a| a.id.to_string()).unwrap_or_default();
        desk.walk = Some(WalkView::new(&walked, role, mode));
    }
    desk.q = q.clone();
    desk.here = format!("/desk?q={}&w={}", query_value(&q), walk);
    desk.focus_search = article.is_empty() && walk.is_empty();
    if !q.is_empty() {
        search(state, role, question(&params)?, &article, &mut desk).await?;
    }
    if !article.is_empty() {
        open(state, role, article, &q, &mut desk).await?;
    }
    Ok(desk)
}

/// What the complaint finds.
async fn search(
    state: &ServerState,
    role: Role,
    question: Question,
    open: &str,
    desk: &mut DeskView,
) -> Result<(), HttpFault> {
    let question = question.page(RESULTS, 0)?;
    let (finder, wanted) = (state.finder.clone(), question.clone());
    let found: Found = blocking(move || finder.find(&wanted, role)).await??;
    let here = Here::on("/desk", &question.text, &question);
    desk.searched = true;
    desk.narrowing = found.question.as_ref().map(|asked| here.narrowing(asked, &found));
    desk.answered = here.answered();
    desk.found_as = match found.answer {
        AnswerClass::Confident => "最可能的答案",
        AnswerClass::Possible => "可能相关",
        AnswerClass::None => "没有找到。换个说法，或问清电器和代码",
    };
    let result = |hit: &Hit| ResultView {
        url: format!("/desk?q={}&a={}", query_value(&question.text), query_value(hit.article.id.as_str())),
        title: hit.article.title.clone(),
        kind: hit.article.kind_label(),
        agent_only: hit.article.audience == Audience::Agent,
        danger: hit.article.severity == Severity::Danger,
        selected: hit.article.id.as_str() == open,
    };
    desk.results = found.hits.iter().map(result).collect();
    desk.alert = found.alert.map(AlertView::of);
    Ok(())
}

/// The article, and its first step where it can be walked and is not yet.
async fn open(state: &ServerState, role: Role, id: String, q: &str, desk: &mut DeskView) -> Result<(), HttpFault> {
    let finder = state.finder.clone();
    let answer = match blocking(move || finder.article(&id, role)).await? {
        // The walkthrough leads on although the article has gone.
        Err(_) if desk.walk.is_some() => return Ok(()),
        other => other?,
    };
    if desk.walk.is_none() && is_walkable(&answer.article) {
        let walked = state.walker.preview(&answer.article, Some(q).filter(|q| !q.is_empty()), role).await?;
        let mut walk = WalkView::new(&walked, role, Mode::AsIs);
        walk.id.clear();
        desk.walk = Some(walk);
    }
    desk.aloud = aloud(&answer, role);
    desk.article = Some(article_view(&answer, Caller(role)));
    Ok(())
}

/// The blocks for agents, wherever they stand in the article; those of a step stand beside it, too.
fn aloud(answer: &ArticleAnswer, role: Role) -> String {
    let article = &answer.article;
    if article.audience == Audience::Agent {
        return String::new();
    }
    let links = ReaderLinks { article, snapshot: &answer.snapshot, role };
    let renderer = Renderer::new(article, role.viewer(), &links);
    let mut html = String::new();
    let mut from = 0;
    for block in article.agent_lines.chunk_by(|a, b| a == b) {
        let to = from + block.len();
        if block[0] {
            html.push_str(&renderer.html((from, to)));
        }
        from = to;
    }
    html
}

/// What the desk sends: a press, and where.
#[derive(Deserialize)]
pub(crate) struct DeskForm {
    #[serde(default)]
    w: String,
    #[serde(default)]
    a: String,
    #[serde(default)]
    q: String,
    #[serde(flatten)]
    pressed: WalkForm,
}

/// One press. The first one begins the walkthrough.
pub(crate) async fn desk_on(
    State(state): State<ServerState>,
    caller: Caller,
    from: From,
    headers: HeaderMap,
    Form(sent): Form<DeskForm>,
) -> Response {
    if caller.at_least(Role::Agent).is_err() {
        return Redirect::to("/login?next=%2Fdesk").into_response();
    }
    match press(&state, caller, &from, &sent).await {
        Ok(to) => Redirect::to(&to).into_response(),
        Err(fault) => refused(&state, caller, headers, fault),
    }
}

async fn press(state: &ServerState, caller: Caller, from: &From, sent: &DeskForm) -> Result<String, HttpFault> {
    let mut id = sent.w.clone();
    if id.is_empty() {
        let beginning = Beginning {
            article: Some(sent.a.clone()),
            complaint: Some(sent.q.clone()).filter(|q| !q.trim().is_empty()),
            channel: Channel::Phone,
            model: None,
            signs: Vec::new(),
        };
        let walked =
            state.walker.begin(beginning, caller.0).await.map_err(|fault: WalkFault| HttpFault::from(fault))?;
        id = walked.walkthrough.id.to_string();
    }
    let mode = act(state, caller, from, &id, &sent.pressed).await?;
    let on = if mode == Mode::On { "&on=1" } else { "" };
    Ok(format!("/desk?q={}&w={id}{on}", query_value(&sent.q)))
}
