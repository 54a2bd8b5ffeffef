//! `/a/{id}`: one article, step by step.

use std::collections::HashMap;

use askama::Template;
use axum::{
    extract::{Path, Request, State},
    response::{IntoResponse, Redirect, Response},
};

use super::{SiteView, feedback::SAID, own_path, page, path_of, problem_page};
use crate::{
    article::{Audience, Renderer, Section, SectionRole, Severity, Step, Who},
    guide::is_walkable,
    http::{
        api::{articles::article_revision, blocking},
        auth::Caller,
        error::HttpFault,
        guard,
        links::{ReaderLinks, article_url},
        routes::ServerState,
    },
    journey::ArticleAnswer,
};

/// Sections from which on a table of contents helps.
const TOC_SECTIONS: usize = 3;

#[derive(Template)]
#[template(path = "page/article.html")]
struct ArticlePage {
    page_title: String,
    site: SiteView,
    back: String,
    /// The complaint the reader came with.
    asked: String,
    /// Whether a word about the article was just kept.
    said: bool,
    article: ArticleView,
}

pub(super) struct ArticleView {
    pub id: String,
    pub revision: String,
    pub title: String,
    pub kind: &'static str,
    pub appliance: String,
    pub models: Vec<String>,
    pub codes: Vec<String>,
    pub agent_only: bool,
    pub urgent: bool,
    pub danger: bool,
    pub banner: Option<&'static str>,
    pub intro: Vec<SectionView>,
    pub sections: Vec<SectionView>,
    pub reviewed: Option<String>,
    pub minutes: u32,
    pub n_steps: usize,
    pub toc: bool,
    pub exit: Option<String>,
    /// Whether it can be walked step by step.
    pub walked: bool,
}

pub(super) struct SectionView {
    pub slug: String,
    pub heading: String,
    pub role: &'static str,
    pub html: String,
    pub steps: Vec<StepView>,
}

pub(super) struct StepView {
    pub n: usize,
    pub slug: String,
    pub title: String,
    pub html: String,
    pub minutes: Option<u32>,
    pub likely: Option<&'static str>,
    pub safety: Vec<String>,
    pub technician: bool,
    pub needs: Vec<LinkView>,
}

pub(super) struct LinkView {
    pub url: String,
    pub title: String,
}

/// One article as the caller may read it.
pub(crate) async fn article(
    State(state): State<ServerState>,
    caller: Caller,
    Path(id): Path<String>,
    request: Request,
) -> Response {
    let finder = state.finder.clone();
    let built =
        blocking(move || finder.article(&id, caller.0).map(|answer| view(&answer, caller)).map_err(HttpFault::from))
            .await;
    match built.and_then(|view| view) {
        Err(fault) => problem_page(&state, caller, &request, fault),
        Ok(article) => page(&ArticlePage {
            page_title: format!("{} - 问诊", article.title),
            site: SiteView::new(&state, caller, request.headers(), path_of(&request)),
            asked: asked(&back(&request)),
            back: back(&request),
            said: request.uri().query() == Some(SAID),
            article,
        }),
    }
}

/// An address the article had in another tool leads to the article; any other is not found.
pub(crate) async fn old_address(State(state): State<ServerState>, caller: Caller, request: Request) -> Response {
    let path = percent_encoding::percent_decode_str(request.uri().path()).decode_utf8_lossy().into_owned();
    let found = state.finder.snapshot().ok().and_then(|s| s.redirected(&path, caller.0).map(|a| article_url(&a.id)));
    match found {
        Some(url) => Redirect::permanent(&url).into_response(),
        None => guard::fault(&state, request, HttpFault::not_found()),
    }
}

/// The results the reader came from, or the start page.
fn back(request: &Request) -> String {
    let came_from = request.headers().get("referer").and_then(|r| r.to_str().ok()).unwrap_or("");
    let path = came_from.split_once("://").and_then(|(_, rest)| rest.find('/').map(|i| &rest[i..])).unwrap_or("/");
    let path = own_path(path);
    if path.starts_with("/?") { path.to_owned() } else { "/".to_owned() }
}

/// The complaint in the address of results.
fn asked(back: &str) -> String {
    let pairs = back.strip_prefix("/?").unwrap_or("").split('&').filter_map(|pair| pair.split_once('='));
    let said = pairs.filter(|(name, _)| *name == "q").map(|(_, value)| value.replace('+', " ")).next();
    said.map(|q| percent_encoding::percent_decode_str(&q).decode_utf8_lossy().into_owned()).unwrap_or_default()
}

pub(super) fn view(answer: &ArticleAnswer, caller: Caller) -> ArticleView {
    let article = &answer.article;
    let links = ReaderLinks { article, snapshot: &answer.snapshot, role: caller.0 };
    let renderer = Renderer::new(article, caller.0.viewer(), &links);
    let html = |lines| renderer.html(lines);
    let mut n = 0;
    let mut all: Vec<SectionView> = article.sections.iter().map(|s| section(s, &html, &mut n)).collect();
    all.retain(|s| !(s.heading.is_empty() && s.html.trim().is_empty()));
    let first = all.iter().position(|s| !matches!(s.role, "other" | "symptoms" | "meaning")).unwrap_or(all.len());
    let sections = all.split_off(first);
    let service = article.sections.iter().find(|s| s.role == SectionRole::Service);
    ArticleView {
        id: article.id.to_string(),
        revision: article_revision(article, caller.0),
        title: article.title.clone(),
        kind: article.kind_label(),
        appliance: article.appliances.join("、"),
        models: article.models.clone(),
        codes: article.codes.clone(),
        agent_only: article.audience == Audience::Agent,
        urgent: article.severity == Severity::Urgent,
        danger: article.severity == Severity::Danger,
        banner: answer.banner.map(crate::access::Banner::label),
        intro: all,
        toc: sections.len() >= TOC_SECTIONS,
        sections,
        reviewed: article.reviewed.map(|d| d.to_string()),
        minutes: article.steps().filter_map(|s| s.minutes).sum(),
        n_steps: n,
        exit: service.map(|s| s.slug.clone()),
        walked: is_walkable(article) && article.severity != Severity::Danger,
    }
}

fn section(section: &Section, html: &dyn Fn((usize, usize)) -> String, n: &mut usize) -> SectionView {
    let titles = section.steps.iter().map(|s| (s.id.as_str(), s.title.as_str())).collect();
    let steps = section.steps.iter().map(|s| {
        *n += 1;
        step(s, with_verdict(&html(s.lines)), *n, &titles)
    });
    SectionView {
        slug: section.slug.clone(),
        heading: section.heading.clone(),
        role: section.role.as_str(),
        html: html(section.lines),
        steps: steps.collect(),
    }
}

/// Steps tell in their last line what to make of it: a paragraph of its own.
pub(super) fn with_verdict(html: &str) -> String {
    const VERDICT: &str = "<strong>判断</strong>";
    let own = format!("<p class=\"verdict\">{VERDICT}");
    html.replace(&format!("<p>{VERDICT}"), &own)
        .replace(&format!("\n{VERDICT}"), &format!("</p>\n{own}"))
        .replace(&format!("。{VERDICT}"), &format!("。</p>\n{own}"))
}

/// A step; `titles` of its section by id.
fn step(step: &Step, html: String, n: usize, titles: &HashMap<&str, &str>) -> StepView {
    let needs = step.needs.iter().map(|id| {
        let title = titles.get(id.as_str()).copied().unwrap_or(id);
        LinkView { url: format!("#{id}"), title: title.to_owned() }
    });
    StepView {
        n,
        slug: step.id.clone(),
        title: step.title.clone(),
        html,
        minutes: step.minutes,
        likely: step.likely.map(crate::article::Likelihood::label),
        safety: step.safety.first.clone(),
        technician: step.who == Who::Technician || step.safety.risk >= 3,
        needs: needs.collect(),
    }
}
