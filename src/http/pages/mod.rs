//! The HTML pages: one view struct for each template, filled from what a journey found.

mod article;
mod desk;
mod editor;
mod feedback;
mod home;
mod narrowing;
mod problem;
mod sign_in;
mod view;
mod walk;
mod walk_view;

pub(super) use article::{article, old_address};
pub(super) use desk::{desk, desk_on};
pub(super) use editor::editor;
pub(super) use feedback::feedback;
pub(super) use home::home;
pub(super) use problem::problem_page;
pub(super) use sign_in::{login, login_form, logout};
pub(super) use view::view;
pub(super) use walk::{begin_walk, walk, walk_on};

use askama::Template;
use axum::{
    extract::Request,
    http::{HeaderMap, HeaderValue, header},
    response::{Html, IntoResponse, Response},
};

use super::{
    assets::URLS,
    auth::{Caller, cookie},
    error::HttpFault,
    routes::{Hotline, ServerState},
};
use crate::access::Role;

/// What every page shows.
pub(crate) struct SiteView {
    style: &'static str,
    scripts: &'static [String],
    icon: &'static str,
    large: bool,
    role: Option<&'static str>,
    agent: bool,
    editor: bool,
    hotline: Option<HotlineView>,
    path: String,
}

struct HotlineView {
    number: String,
    hours: String,
}

impl SiteView {
    pub(crate) fn new(state: &ServerState, Caller(role): Caller, headers: &HeaderMap, path: String) -> Self {
        let hotline = |h: &Hotline| HotlineView { number: h.number.clone(), hours: h.hours.clone() };
        Self {
            style: &URLS.style,
            scripts: &URLS.scripts,
            icon: &URLS.icon,
            large: cookie(headers, "text") == Some("large"),
            role: (role > Role::Customer).then(|| role.label()),
            agent: role >= Role::Agent,
            editor: role >= Role::Editor,
            hotline: state.hotline.as_deref().map(hotline),
            path,
        }
    }
}

/// Path and query of a request, to come back to.
pub(crate) fn path_of(request: &Request) -> String {
    request.uri().path_and_query().map_or("/", |p| p.as_str()).to_owned()
}

/// A page for one reader: kept by nobody in between.
pub(crate) fn page(template: &impl Template) -> Response {
    match template.render() {
        Ok(html) => private(Html(html).into_response()),
        Err(error) => HttpFault::ours(&error).into_json(),
    }
}

fn private(mut response: Response) -> Response {
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-store"));
    headers.insert(header::VARY, HeaderValue::from_static("Authorization, Cookie, X-Fragment"));
    response
}

/// A path of our own to go back to; anything else leads home.
pub(crate) fn own_path(path: &str) -> &str {
    let ours =
        path.starts_with('/') && !path.starts_with("//") && !path.contains(|c: char| c == '\\' || c.is_control());
    if ours { path } else { "/" }
}
