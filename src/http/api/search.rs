//! `GET /api/v1/search` and `POST /api/v1/search/batch`.

use axum::{
    Json,
    extract::State,
    http::{HeaderValue, header},
    response::{IntoResponse, Response},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{blocking_or_waiting, walkthrough_body::QuestionBody};
use crate::{
    access::Role,
    article::{ArticleId, Kind},
    found::{Alert, Found, Hit, Question, Understood},
    http::{
        auth::Caller,
        error::{ApiFault, HttpFault, ProblemJson},
        links::article_url,
        params::Params,
        routes::ServerState,
    },
    journey::FindFault,
};

/// Questions in one batch.
const BATCH: usize = 50;
const KNOWN: [&str; 11] =
    ["q", "appliance", "kind", "model", "sign", "not", "limit", "offset", "explain", "exact", "meaning"];

/// An answer.
#[derive(Serialize, ToSchema)]
pub(crate) struct SearchBody {
    query: String,
    generation: u64,
    took_us: u64,
    /// How many articles match. Results behind the page are counted without being looked at, so for questions
    /// of several words it may fall from page to page; above `offset` + `limit` there is a further page, and on
    /// the last page it is exact.
    total: usize,
    /// `confident`, `possible` or `none`.
    answer: &'static str,
    /// `used`; `not_needed`: a code or a model says it all; `late`: its vector was not ready in time;
    /// `off`: none is wanted, none is ready, or its source is in trouble.
    meaning: &'static str,
    understood: UnderstoodBody,
    alert: Option<AlertBody>,
    /// A question that tells the results apart; answered with `sign=名:值`, 不清楚 with `sign=名:`, 都不是 with `not=`.
    question: Option<QuestionBody>,
    results: Vec<HitBody>,
}

#[derive(Serialize, ToSchema)]
struct UnderstoodBody {
    text: String,
    appliance: Option<String>,
    codes: Vec<String>,
    /// Codes no article of the appliance explains.
    unknown_codes: Vec<String>,
    models: Vec<String>,
    signs: std::collections::BTreeMap<String, String>,
    not: Vec<String>,
    corrections: Vec<CorrectionBody>,
}

/// Words of the question that were taken for others.
#[derive(Serialize, ToSchema)]
struct CorrectionBody {
    from: String,
    to: String,
    why: &'static str,
}

#[derive(Serialize, ToSchema)]
struct AlertBody {
    hazard: String,
    severity: &'static str,
    article: Option<String>,
    say: String,
}

#[derive(Serialize, ToSchema)]
struct HitBody {
    id: String,
    title: String,
    kind: &'static str,
    appliance: Option<String>,
    audience: &'static str,
    severity: &'static str,
    url: String,
    score: f32,
    snippet: SnippetBody,
    reasons: Vec<ReasonBody>,
    /// Parts of the score, with `explain=1`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    explain: Vec<PartBody>,
}

#[derive(Serialize, ToSchema)]
struct SnippetBody {
    text: String,
    /// Character offsets into `text`: start and one past the end.
    marks: Vec<(usize, usize)>,
}

#[derive(Serialize, ToSchema)]
struct ReasonBody {
    why: &'static str,
    field: &'static str,
    text: String,
}

#[derive(Serialize, ToSchema)]
struct PartBody {
    name: &'static str,
    about: String,
    score: f32,
}

impl SearchBody {
    fn new(found: Found, question: &Question) -> Self {
        let understood = UnderstoodBody::new(&found.understood, question);
        Self {
            query: found.query,
            generation: found.generation,
            took_us: found.took_us,
            total: found.total,
            answer: found.answer.as_str(),
            meaning: found.meaning.as_str(),
            understood,
            alert: found.alert.map(AlertBody::new),
            question: found.question.as_ref().map(QuestionBody::new),
            results: found.hits.into_iter().map(HitBody::new).collect(),
        }
    }
}

impl UnderstoodBody {
    fn new(understood: &Understood, question: &Question) -> Self {
        Self {
            text: understood.text.clone(),
            appliance: understood.appliance.clone(),
            codes: understood.codes.clone(),
            unknown_codes: understood.unknown_codes.clone(),
            models: understood.models.clone(),
            signs: question.signs.iter().cloned().collect(),
            not: question.not.iter().map(ToString::to_string).collect(),
            corrections: understood
                .corrections
                .iter()
                .map(|c| CorrectionBody { from: c.from.clone(), to: c.to.clone(), why: c.why.as_str() })
                .collect(),
        }
    }
}

impl AlertBody {
    fn new(alert: Alert) -> Self {
        Self {
            hazard: alert.hazard,
            severity: "danger",
            article: alert.article.map(|a| a.id.to_string()),
            say: alert.say,
        }
    }
}

impl HitBody {
    fn new(hit: Hit) -> Self {
        let article = &hit.article;
        Self {
            id: article.id.to_string(),
            title: article.title.clone(),
            kind: article.kind.as_str(),
            appliance: article.appliances.first().cloned(),
            audience: article.audience.as_str(),
            severity: article.severity.as_str(),
            url: article_url(&article.id),
            score: hit.score,
            snippet: SnippetBody { text: hit.snippet.text, marks: hit.snippet.marks },
            reasons: hit
                .reasons
                .into_iter()
                .map(|r| ReasonBody { why: r.why.as_str(), field: r.place.as_str(), text: r.text })
                .collect(),
            explain: hit.parts.into_iter().map(|p| PartBody { name: p.name, about: p.about, score: p.score }).collect(),
        }
    }
}

/// Reads a question from a query string.
pub(crate) fn question(params: &Params) -> Result<Question, HttpFault> {
    let mut question = Question::new(params.one("q")?.unwrap_or(""))?;
    let filled = |name: &'static str| {
        params.one(name).map(|v| v.filter(|v| !v.trim().is_empty()).map(|v| v.chars().take(100).collect::<String>()))
    };
    question.appliance = filled("appliance")?;
    question.model = filled("model")?;
    if let Some(kind) = filled("kind")? {
        let read =
            Kind::read(&kind).ok_or_else(|| HttpFault::bad_request("bad-kind", format!("不认识 kind `{kind}`。")))?;
        question.kind = Some(read);
    }
    for sign in params.all("sign") {
        let (name, value) = sign
            .split_once([':', '：'])
            .ok_or_else(|| HttpFault::bad_request("bad-sign", "sign 要写成 名称:值，例如 能排水:是。"))?;
        question.signs.push((name.to_owned(), value.to_owned()));
    }
    for id in params.all("not") {
        question.not.push(ArticleId::new(id).ok_or_else(|| HttpFault::bad_request("bad-id", "not 要写文章的 id。"))?);
    }
    let is_on = |name| params.one(name).map(|v| v.is_some_and(|v| v == "1" || v == "true"));
    question.explain = is_on("explain")?;
    question.exact = is_on("exact")?;
    question.wait = waits(params.one("meaning")?)?;
    Ok(question.page(params.number("limit", 10)?, params.number("offset", 0)?)?)
}

/// Whether `meaning` says to wait for it.
fn waits(meaning: Option<&str>) -> Result<bool, HttpFault> {
    match meaning {
        None | Some("") => Ok(false),
        Some("wait") => Ok(true),
        Some(_) => Err(HttpFault::bad_request("bad-meaning", "meaning 只能写 wait（等语义算好再答）。")),
    }
}

/// Searches the articles the caller may read.
#[utoipa::path(get, path = "/api/v1/search", tag = "search",
    params(
        ("q" = String, Query, description = "The complaint, at most 512 characters"),
        ("appliance" = Option<String>, Query), ("kind" = Option<String>, Query), ("model" = Option<String>, Query),
        ("sign" = Option<Vec<String>>, Query, description = "名称:值, repeatable; an empty value is 不清楚"),
        ("not" = Option<Vec<String>>, Query, description = "Article ids to leave out, repeatable"),
        ("limit" = Option<usize>, Query, description = "1 to 50"), ("offset" = Option<usize>, Query),
        ("explain" = Option<u8>, Query, description = "1 adds the parts of each score"),
        ("exact" = Option<u8>, Query, description = "1 searches the words as typed: nothing is taken for what it sounds like"),
        ("meaning" = Option<String>, Query, description = "wait: for tools, answers when meaning has spoken, within 15 s; by default the answer goes out after 300 ms without it and says late"),
    ),
    responses((status = OK, body = SearchBody), (status = BAD_REQUEST, body = ProblemJson)))]
pub(crate) async fn search(
    State(state): State<ServerState>,
    Caller(role): Caller,
    params: Params,
) -> Result<Response, ApiFault> {
    let params = params.only(&KNOWN)?;
    let question = question(&params)?;
    let body = blocking_or_waiting(question.wait, move || answer(&state, question, role)).await??;
    Ok(uncached(Json(body)))
}

fn answer(state: &ServerState, question: Question, role: Role) -> Result<SearchBody, FindFault> {
    let found = state.finder.find(&question, role)?;
    Ok(SearchBody::new(found, &question))
}

/// Answers change with every save and differ by reader: nobody in between keeps them.
pub(crate) fn uncached(body: impl IntoResponse) -> Response {
    let mut response = body.into_response();
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-store"));
    response
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct BatchRequest {
    /// Complaints, at most 50.
    queries: Vec<String>,
    /// `wait`: as in `GET /api/v1/search`, for all of them together.
    meaning: Option<String>,
}

#[derive(Serialize, ToSchema)]
pub(crate) struct BatchBody {
    answers: Vec<SearchBody>,
}

/// Answers several questions from one state of the folder.
#[utoipa::path(post, path = "/api/v1/search/batch", tag = "search", request_body = BatchRequest,
    responses((status = OK, body = BatchBody), (status = BAD_REQUEST, body = ProblemJson)))]
pub(crate) async fn batch(
    State(state): State<ServerState>,
    Caller(role): Caller,
    params: Params,
    Json(batch): Json<BatchRequest>,
) -> Result<Response, ApiFault> {
    params.only(&[])?;
    if batch.queries.len() > BATCH {
        return Err(HttpFault::bad_request("batch-too-long", format!("一次最多 {BATCH} 个问题。")).into());
    }
    let wait = waits(batch.meaning.as_deref())?;
    let questions: Result<Vec<Question>, _> =
        batch.queries.iter().map(|q| Question::new(q).map(|question| Question { wait, ..question })).collect();
    let questions = questions?;
    let answers = blocking_or_waiting(wait, move || {
        let found = state.finder.find_each(&questions, role)?;
        Ok::<_, FindFault>(found.into_iter().zip(&questions).map(|(f, q)| SearchBody::new(f, q)).collect())
    })
    .await??;
    Ok(uncached(Json(BatchBody { answers })))
}
