//! `GET /api/v1/events`: what happens in the folder, as server-sent events.
//!
//! Everybody hears of articles they may see; editors also of receipts and of tests.

use std::{
    collections::VecDeque,
    convert::Infallible,
    sync::{Arc, LazyLock},
    time::Duration,
};

use axum::{
    extract::State,
    http::StatusCode,
    response::{
        IntoResponse, Response,
        sse::{Event, KeepAlive, Sse},
    },
};
use futures_util::stream;
use serde::Serialize;
use tokio::sync::broadcast;
use utoipa::ToSchema;

use super::{
    articles::article_revision,
    listeners::{Listeners, Place},
    receipts::{ReceiptBody, TestsBody},
};
use crate::{
    access::Role,
    article::ArticleId,
    http::{
        auth::{Caller, From},
        error::{ApiFault, HttpFault, ProblemJson},
        params::Params,
        routes::ServerState,
        tries::counted,
    },
    journey::{Live, News, Published},
};

/// A line now and then, so that nobody in between thinks the connection dead.
const KEEP_ALIVE: Duration = Duration::from_secs(15);

/// `hello`, the first event: the state when the listening began.
#[derive(Serialize, ToSchema)]
struct HelloBody {
    generation: u64,
    /// Of the article asked for; `null` when the caller cannot see it.
    #[serde(skip_serializing_if = "Option::is_none")]
    revision: Option<Option<String>>,
}

/// `article`: one the caller may see has changed.
#[derive(Serialize, ToSchema)]
struct ChangedBody {
    id: String,
    /// `null`: the caller can see it no longer.
    revision: Option<String>,
}

/// `tests`, for editors: the questions of an article have been asked.
#[derive(Serialize, ToSchema)]
struct TriedBody {
    id: String,
    #[serde(flatten)]
    tests: TestsBody,
}

struct Listener {
    role: Role,
    /// The only article to hear of.
    article: Option<ArticleId>,
    live: Arc<Live>,
    news: broadcast::Receiver<News>,
    waiting: VecDeque<Event>,
    _place: Place,
}

/// Events from now on: `hello`, `article`, `missed` (some were lost: look again); for editors also
/// `receipt` and `tests`.
#[utoipa::path(get, path = "/api/v1/events", tag = "editing",
    params(("article" = Option<String>, Query, description = "hear of this article only")),
    responses((status = OK, content_type = "text/event-stream", body = String),
              (status = SERVICE_UNAVAILABLE, body = ProblemJson)))]
pub(crate) async fn events(
    State(state): State<ServerState>,
    Caller(role): Caller,
    from: From,
    params: Params,
) -> Result<Response, ApiFault> {
    static LISTENERS: LazyLock<Arc<Listeners>> = LazyLock::new(Listeners::new);
    let params = params.only(&["article"])?;
    let no_id = || HttpFault::bad_request("bad-article", "article 要写成文章的 id。");
    let article = params.one("article")?.map(|id| ArticleId::new(id).ok_or_else(no_id)).transpose()?;
    let full = || {
        HttpFault::new(StatusCode::SERVICE_UNAVAILABLE, "too-many-listeners", "同时接收通知的页面太多了，请稍后再连。")
    };
    let place = LISTENERS.place(role > Role::Customer, counted(role, &from)).ok_or_else(full)?;
    let live = Arc::clone(state.finder.live());
    let news = live.listen();
    let snapshot = state.finder.snapshot().map_err(HttpFault::from)?;
    let revision = article.as_ref().map(|id| snapshot.article(id.as_str(), role).map(|a| article_revision(a, role)));
    let hello = HelloBody { generation: snapshot.generation, revision };
    let waiting = event("hello", &hello).into_iter().collect();
    let listener = Listener { role, article, live, news, waiting, _place: place };
    let events = stream::unfold(listener, |mut listener| async move {
        let event = listener.next().await?;
        Some((Ok::<_, Infallible>(event), listener))
    });
    let mut response = Sse::new(events).keep_alive(KeepAlive::new().interval(KEEP_ALIVE)).into_response();
    // A proxy that gathers the answer before it sends it on would make news old.
    response.headers_mut().insert("x-accel-buffering", axum::http::HeaderValue::from_static("no"));
    Ok(response)
}

impl Listener {
    /// The next event; `None` when the server stops.
    async fn next(&mut self) -> Option<Event> {
        loop {
            if let Some(event) = self.waiting.pop_front() {
                return Some(event);
            }
            match self.news.recv().await {
                Ok(News::Published(published)) => self.published(&published),
                Ok(News::Tried(id, result)) if self.role >= Role::Editor && self.article.is_none() => {
                    let tests = TestsBody::new(&result);
                    self.waiting.extend(event("tests", &TriedBody { id: id.to_string(), tests }));
                }
                Ok(News::Tried(..) | News::Meant(_)) => {}
                Err(broadcast::error::RecvError::Lagged(_)) => {
                    self.waiting.push_back(Event::default().event("missed").data("{}"))
                }
                Ok(News::Closing) | Err(broadcast::error::RecvError::Closed) => return None,
            }
        }
    }

    fn published(&mut self, published: &Published) {
        let role = self.role;
        let changed = |id: &ArticleId, revision| event("article", &ChangedBody { id: id.to_string(), revision });
        for (id, before, after) in published.seen_by(role) {
            if self.article.as_ref().is_some_and(|only| only != id) {
                continue;
            }
            // Text for staff is no change for a customer, not even one of time.
            let (before, after) = (before.map(|a| article_revision(a, role)), after.map(|a| article_revision(a, role)));
            if before != after {
                self.waiting.extend(changed(id, after));
            }
        }
        if role >= Role::Editor && self.article.is_none() {
            for receipt in &published.receipts {
                self.waiting.extend(event("receipt", &ReceiptBody::new(receipt.clone(), &self.live)));
            }
        }
    }
}

fn event(name: &str, body: &impl Serialize) -> Option<Event> {
    // Bodies made here always serialize.
    Event::default().event(name).json_data(body).ok()
}
