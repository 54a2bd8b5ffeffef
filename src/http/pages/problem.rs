//! The page for 4xx and 5xx, with the search box and the way home.

use askama::Template;
use axum::{
    extract::Request,
    http::{HeaderValue, StatusCode, header},
    response::Response,
};

use super::{SiteView, page, path_of};
use crate::http::{auth::Caller, error::HttpFault, routes::ServerState};

#[derive(Template)]
#[template(path = "page/problem.html")]
struct ProblemPage {
    page_title: String,
    site: SiteView,
    status: u16,
    heading: &'static str,
    detail: String,
    request: Option<String>,
}

/// `fault` as a page.
pub(crate) fn problem_page(state: &ServerState, caller: Caller, request: &Request, fault: HttpFault) -> Response {
    let heading = match fault.status {
        StatusCode::NOT_FOUND => "没有找到这个页面",
        StatusCode::GONE => "这篇文章已经停用",
        StatusCode::SERVICE_UNAVAILABLE => "请稍等一下",
        StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => "这里需要登录",
        StatusCode::TOO_MANY_REQUESTS => "请歇一会儿再试",
        s if s.is_server_error() => "服务器出了问题",
        _ => "这个请求读不懂",
    };
    let mut response = page(&ProblemPage {
        page_title: format!("{heading} - 问诊"),
        site: SiteView::new(state, caller, request.headers(), path_of(request)),
        status: fault.status.as_u16(),
        heading,
        detail: fault.detail,
        request: fault.request,
    });
    *response.status_mut() = fault.status;
    if fault.status == StatusCode::SERVICE_UNAVAILABLE {
        response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("2"));
    }
    response
}
