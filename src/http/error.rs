//! What goes wrong, as RFC 9457 JSON under `/api` and as a Chinese page elsewhere.

use axum::{
    Json,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    found::{DEPTH, LIMIT, QUERY_CHARS, QuestionFault},
    journey::{FindFault, WalkFault},
};

/// A refusal, before it is known whether JSON or a page is wanted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct HttpFault {
    pub status: StatusCode,
    /// Stable, for programs.
    pub code: &'static str,
    /// For people, in Chinese.
    pub detail: String,
    /// For the log of a fault of ours.
    pub request: Option<String>,
}

/// RFC 9457 problem details.
#[derive(Serialize, ToSchema)]
pub(crate) struct ProblemJson {
    #[serde(rename = "type")]
    kind: &'static str,
    title: &'static str,
    status: u16,
    detail: String,
    code: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    request: Option<String>,
}

impl HttpFault {
    pub(crate) fn new(status: StatusCode, code: &'static str, detail: impl Into<String>) -> Self {
        Self { status, code, detail: detail.into(), request: None }
    }

    pub(crate) fn bad_request(code: &'static str, detail: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, code, detail)
    }

    pub(crate) fn not_found() -> Self {
        Self::new(StatusCode::NOT_FOUND, "not-found", "没有这个地址，或者您没有权限查看。")
    }

    pub(crate) fn not_ready() -> Self {
        Self::new(StatusCode::SERVICE_UNAVAILABLE, "not-ready", "正在读取知识库，请稍等几秒再试。")
    }

    pub(crate) fn sign_in() -> Self {
        Self::new(StatusCode::UNAUTHORIZED, "sign-in", "这里需要工作人员的口令。")
    }

    /// A fault of ours: logged once with a number, told without the inside.
    pub(crate) fn ours(error: &(dyn std::error::Error + 'static)) -> Self {
        let number = request_number();
        tracing::error!(request = %number, error = error, "request failed");
        let detail = "服务器出了问题，我们已经记下。请稍后再试。";
        Self { request: Some(number), ..Self::new(StatusCode::INTERNAL_SERVER_ERROR, "internal", detail) }
    }

    /// The answer for a program.
    pub(crate) fn into_json(self) -> Response {
        let body = ProblemJson {
            kind: "about:blank",
            title: self.status.canonical_reason().unwrap_or("Error"),
            status: self.status.as_u16(),
            detail: self.detail,
            code: self.code,
            request: self.request,
        };
        let mut response = (self.status, Json(body)).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if self.status == StatusCode::SERVICE_UNAVAILABLE {
            headers.insert(header::RETRY_AFTER, HeaderValue::from_static("2"));
        }
        if self.status == StatusCode::UNAUTHORIZED {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        response
    }
}

/// Names one failed request in the log and on the page.
fn request_number() -> String {
    use std::{
        sync::atomic::{AtomicU64, Ordering},
        time::{SystemTime, UNIX_EPOCH},
    };
    static COUNT: AtomicU64 = AtomicU64::new(1);
    let seconds = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
    format!("{seconds:x}-{}", COUNT.fetch_add(1, Ordering::Relaxed))
}

impl From<FindFault> for HttpFault {
    fn from(fault: FindFault) -> Self {
        match fault {
            FindFault::NotReady => Self::not_ready(),
            FindFault::NotFound => Self::not_found(),
            FindFault::Gone => Self::new(StatusCode::GONE, "gone", "这篇文章已经停用。请重新搜索。"),
            FindFault::Search(error) => Self::ours(&error),
        }
    }
}

impl From<WalkFault> for HttpFault {
    fn from(fault: WalkFault) -> Self {
        let (status, code, detail) = match fault {
            WalkFault::NotFound => {
                (StatusCode::NOT_FOUND, "no-walkthrough", "没有这次排查，或者已经过期删除。请重新搜索，从头开始。")
            }
            WalkFault::Full => (StatusCode::CONFLICT, "full", "这次排查的回答太多了，请重新开始。"),
            WalkFault::NotWalkable => {
                (StatusCode::CONFLICT, "not-walkable", "这篇文章没有可以一步步做的步骤，请直接看文章。")
            }
            WalkFault::NotDue => {
                (StatusCode::CONFLICT, "not-due", "现在要做的不是这一步，可能在别处已经答过。请刷新，按现在显示的来。")
            }
            WalkFault::NoCode => {
                (StatusCode::NOT_FOUND, "no-code", "没有这个接力码，或者已经过期。请核对数字，或请用户重新取一个。")
            }
            WalkFault::StaffOnly => return Self::sign_in(),
            WalkFault::Question(fault) => return fault.into(),
            WalkFault::Find(fault) => return fault.into(),
            WalkFault::Busy(_) => {
                let busy = Self::ours(&fault);
                let detail = "现在人多，这一步还没有记下。请稍等几秒，再按一次。".to_owned();
                return Self { status: StatusCode::SERVICE_UNAVAILABLE, code: "busy", detail, ..busy };
            }
            WalkFault::Database(_) | WalkFault::Broke(_) | WalkFault::Random(_) => return Self::ours(&fault),
        };
        Self::new(status, code, detail)
    }
}

impl From<QuestionFault> for HttpFault {
    fn from(fault: QuestionFault) -> Self {
        match fault {
            QuestionFault::Empty => Self::bad_request("empty-query", "q 是空的。请写上要找的问题。"),
            QuestionFault::TooLong(n) => {
                Self::bad_request("query-too-long", format!("q 有 {n} 个字，最多 {QUERY_CHARS} 个。请说得短一些。"))
            }
            QuestionFault::NoLimit => Self::bad_request("bad-limit", format!("limit 要在 1 到 {LIMIT} 之间。")),
            QuestionFault::TooDeep => {
                Self::bad_request("too-deep", format!("offset 加 limit 最多 {DEPTH}。请换更准确的说法。"))
            }
        }
    }
}

/// A refusal under `/api`.
pub(crate) struct ApiFault(pub HttpFault);

impl<F: Into<HttpFault>> From<F> for ApiFault {
    fn from(fault: F) -> Self {
        Self(fault.into())
    }
}

impl IntoResponse for ApiFault {
    fn into_response(self) -> Response {
        self.0.into_json()
    }
}
