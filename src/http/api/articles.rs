//! `GET /api/v1/articles/{id}`.

use axum::{
    Json,
    extract::{Path, State},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::Serialize;
use utoipa::ToSchema;

use super::blocking;
use crate::{
    access::Role,
    article::{Article, Renderer, Section, Step},
    http::{
        auth::Caller,
        error::{ApiFault, HttpFault, ProblemJson},
        links::{ReaderLinks, article_url},
        params::Params,
        routes::ServerState,
    },
    journey::ArticleAnswer,
};

/// Changes when the same article is rendered in another way.
const RENDERER: u32 = 1;

/// An article for one reader.
#[derive(Serialize, ToSchema)]
pub(crate) struct ArticleBody {
    id: String,
    title: String,
    kind: &'static str,
    appliances: Vec<String>,
    models: Vec<String>,
    codes: Vec<String>,
    symptoms: Vec<String>,
    signs: std::collections::BTreeMap<String, String>,
    audience: &'static str,
    severity: &'static str,
    status: &'static str,
    /// Why it is out of service; staff only.
    banner: Option<&'static str>,
    /// Staff only.
    owner: Option<String>,
    reviewed: Option<String>,
    revision: String,
    url: String,
    sections: Vec<SectionBody>,
    steps: Vec<StepBody>,
    html: String,
}

#[derive(Serialize, ToSchema)]
struct SectionBody {
    id: String,
    heading: String,
    role: &'static str,
    html: String,
    steps: Vec<String>,
}

#[derive(Serialize, ToSchema)]
struct StepBody {
    id: String,
    title: String,
    layer: &'static str,
    minutes: Option<u32>,
    likely: Option<&'static str>,
    risk: u8,
    safety: Vec<String>,
    needs: Vec<String>,
    who: &'static str,
    html: String,
}

impl ArticleBody {
    fn new(answer: &ArticleAnswer, role: Role) -> Self {
        let article = &answer.article;
        let links = ReaderLinks { article, snapshot: &answer.snapshot, role };
        let renderer = Renderer::new(article, role.viewer(), &links);
        let html = |lines| renderer.html(lines);
        let mut sections: Vec<SectionBody> = article.sections.iter().map(|s| section(s, html(s.lines))).collect();
        // Text for staff before the first heading leaves nothing for others.
        sections.retain(|s| !(s.heading.is_empty() && s.html.trim().is_empty() && s.steps.is_empty()));
        let steps: Vec<StepBody> = article.steps().map(|s| step(s, html(s.lines))).collect();
        let staff = role > Role::Customer;
        Self {
            id: article.id.to_string(),
            title: article.title.clone(),
            kind: article.kind.as_str(),
            appliances: article.appliances.clone(),
            models: article.models.clone(),
            codes: article.codes.clone(),
            symptoms: article.symptoms.clone(),
            signs: article.signs.iter().cloned().collect(),
            audience: article.audience.as_str(),
            severity: article.severity.as_str(),
            status: article.status.as_str(),
            banner: answer.banner.map(crate::access::Banner::label),
            owner: article.owner.clone().filter(|_| staff),
            reviewed: article.reviewed.map(|d| d.to_string()),
            revision: article_revision(article, role),
            url: article_url(&article.id),
            html: whole(&sections, &steps),
            sections,
            steps,
        }
    }
}

/// The revision a reader may know: a customer's does not change with text for staff.
pub(crate) fn article_revision(article: &Article, role: Role) -> String {
    if role > Role::Customer {
        return article.revision.to_string();
    }
    let public: String = article
        .source
        .lines()
        .zip(&article.agent_lines)
        .filter(|(_, hidden)| !**hidden)
        .flat_map(|(line, _)| [line, "\n"])
        .collect();
    let head = format!(
        "{}\n{}\n{}\n{:?}\n{:?}\n{:?}\n{:?}\n{:?}\n{:?}\n{:?}\n",
        article.id,
        article.title,
        article.kind.as_str(),
        article.appliances,
        article.models,
        article.codes,
        article.symptoms,
        article.signs,
        article.severity,
        article.reviewed,
    );
    crate::article::Revision::of((head + &public).as_bytes()).to_string()
}

fn section(section: &Section, html: String) -> SectionBody {
    SectionBody {
        id: section.slug.clone(),
        heading: section.heading.clone(),
        role: section.role.as_str(),
        html,
        steps: section.steps.iter().map(|s| s.id.clone()).collect(),
    }
}

fn step(step: &Step, html: String) -> StepBody {
    StepBody {
        id: step.id.clone(),
        title: step.title.clone(),
        layer: step.layer.as_str(),
        minutes: step.minutes,
        likely: step.likely.map(crate::article::Likelihood::label),
        risk: step.safety.risk,
        safety: step.safety.first.clone(),
        needs: step.needs.clone(),
        who: step.who.as_str(),
        html,
    }
}

/// The whole body as one piece of HTML.
fn whole(sections: &[SectionBody], steps: &[StepBody]) -> String {
    let mut out = String::new();
    // In the order of their sections: none is left out, since a section with steps stays.
    let mut steps = steps.iter();
    for body in sections {
        if !body.heading.is_empty() {
            out.push_str(&format!("<h2 id=\"{}\">{}</h2>\n", escaped(&body.id), escaped(&body.heading)));
        }
        out.push_str(&body.html);
        for step in steps.by_ref().take(body.steps.len()) {
            out.push_str(&format!("<h3 id=\"{}\">{}</h3>\n{}", escaped(&step.id), escaped(&step.title), step.html));
        }
    }
    out
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

/// One article, as the caller may read it.
#[utoipa::path(get, path = "/api/v1/articles/{id}", tag = "articles", params(("id" = String, Path)),
    responses((status = OK, body = ArticleBody), (status = NOT_MODIFIED), (status = NOT_FOUND, body = ProblemJson), (status = GONE, body = ProblemJson)))]
pub(crate) async fn article(
    State(state): State<ServerState>,
    Caller(role): Caller,
    Path(id): Path<String>,
    params: Params,
    headers: HeaderMap,
) -> Result<Response, ApiFault> {
    params.only(&[])?;
    let body = blocking(move || {
        let answer = state.finder.article(&id, role)?;
        Ok::<_, HttpFault>(ArticleBody::new(&answer, role))
    });
    let body = body.await??;
    // Links depend on the other articles, so the tag covers the text as rendered.
    let whole = serde_json::to_vec(&body).map_err(|error| HttpFault::ours(&error))?;
    let tag = format!("W/\"{RENDERER}-{}\"", &crate::article::Revision::of(&whole).to_string()[..32]);
    let cache = if role == Role::Customer { "public, no-cache" } else { "private, no-store" };
    let mut response =
        if headers.get(header::IF_NONE_MATCH).is_some_and(|sent| sent.to_str().is_ok_and(|s| s.contains(&tag))) {
            StatusCode::NOT_MODIFIED.into_response()
        } else {
            Json(body).into_response()
        };
    let out = response.headers_mut();
    out.insert(header::CACHE_CONTROL, HeaderValue::from_static(cache));
    out.insert(header::VARY, HeaderValue::from_static("Authorization, Cookie"));
    if let Ok(tag) = HeaderValue::from_str(&tag) {
        out.insert(header::ETAG, tag);
    }
    Ok(response)
}
