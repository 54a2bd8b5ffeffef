//! `/`: the search box and what it found.

use askama::Template;
use axum::{
    extract::{Request, State},
    response::Response,
};

use super::{
    SiteView,
    narrowing::{Here, LinkView, NarrowingView, UnderstoodView},
    page, path_of, problem_page,
};
use crate::{
    access::{Role, standing_banner},
    article::{Article, Severity},
    found::{Alert, AnswerClass, Found, Hit, Question, QuestionFault, Snippet},
    http::{
        api::{blocking, search::question},
        auth::Caller,
        error::HttpFault,
        links::{article_url, query_value},
        params::Params,
        routes::ServerState,
    },
    journey::Snapshot,
};

/// Reasons shown for a result.
const REASONS: usize = 3;
const KNOWN: [&str; 8] = ["q", "appliance", "kind", "limit", "offset", "sign", "not", "exact"];

#[derive(Template)]
#[template(path = "page/home.html", blocks = ["results"])]
struct HomePage {
    page_title: String,
    site: SiteView,
    q: String,
    n_articles: usize,
    appliances: Vec<FacetView>,
    results: Option<ResultsView>,
}

struct FacetView {
    name: String,
    url: String,
    selected: bool,
}

struct ResultsView {
    query: String,
    answer: &'static str,
    total: usize,
    alert: Option<AlertView>,
    notice: Option<String>,
    understood: Vec<UnderstoodView>,
    results: Vec<ResultView>,
    more_url: Option<String>,
    question: Option<String>,
    narrowing: Option<NarrowingView>,
    /// What was answered, each with the way to take it back.
    answered: Vec<LinkView>,
}

pub(super) struct AlertView {
    pub say: String,
    pub url: Option<String>,
    pub title: Option<String>,
}

impl AlertView {
    pub(super) fn new(say: String, article: Option<&Article>) -> Self {
        Self { url: article.map(|a| article_url(&a.id)), title: article.map(|a| a.title.clone()), say }
    }

    pub(super) fn of(alert: Alert) -> Self {
        Self::new(alert.say, alert.article.as_deref())
    }
}

struct ResultView {
    url: String,
    title: String,
    kind: &'static str,
    appliance: String,
    agent_only: bool,
    snippet: Vec<PieceView>,
    reasons: Vec<String>,
    urgent: bool,
    danger: bool,
    banner: Option<&'static str>,
}

struct PieceView {
    text: String,
    marked: bool,
}

/// The start page, or the results of `q`; with `X-Fragment: results` only the block of results.
pub(crate) async fn home(
    State(state): State<ServerState>,
    caller: Caller,
    params: Params,
    request: Request,
) -> Response {
    let fragment = request.headers().get("x-fragment").is_some_and(|v| v == "results");
    let site = SiteView::new(&state, caller, request.headers(), path_of(&request));
    match build(&state, caller, params, site).await {
        Ok(home) if fragment => page(&home.as_results()),
        Ok(home) => page(&home),
        Err(fault) => problem_page(&state, caller, &request, fault),
    }
}

async fn build(state: &ServerState, caller: Caller, params: Params, site: SiteView) -> Result<HomePage, HttpFault> {
    let params = params.only(&KNOWN)?;
    let q = params.one("q")?.unwrap_or("").to_owned();
    let asked = match question(&params) {
        Ok(question) => Some(question),
        // An empty box is the start page; everything else is said.
        Err(fault) if fault.code == HttpFault::from(QuestionFault::Empty).code => None,
        Err(fault) => return Err(fault),
    };
    let chosen = params.one("appliance")?.filter(|a| !a.is_empty()).map(str::to_owned);
    let snapshot = state.finder.snapshot()?;
    let found = match asked {
        None => None,
        Some(question) => {
            let finder = state.finder.clone();
            let wanted = question.clone();
            Some((blocking(move || finder.find(&wanted, caller.0)).await??, question))
        }
    };
    let page_title = if found.is_some() {
        format!("{} - 问诊", q.trim())
    } else {
        "问诊：家电问题，先软后硬".to_owned()
    };
    Ok(HomePage {
        page_title,
        site,
        n_articles: snapshot.n_readable(caller.0),
        appliances: facets(&snapshot, caller.0, &q, chosen.as_deref()),
        results: found.map(|(found, question)| results(found, &question)),
        q,
    })
}

fn facets(snapshot: &Snapshot, role: Role, q: &str, chosen: Option<&str>) -> Vec<FacetView> {
    let facet = |name: &str| {
        let selected = chosen == Some(name);
        let mut fields = Vec::new();
        if !q.trim().is_empty() {
            fields.push(format!("q={}", query_value(q)));
        }
        if !selected {
            fields.push(format!("appliance={}", query_value(name)));
        }
        let url = if fields.is_empty() { "/".to_owned() } else { format!("/?{}", fields.join("&")) };
        // A facet without words asks for everything of the appliance.
        let url =
            if q.trim().is_empty() && !selected { format!("/?q={0}&appliance={0}", query_value(name)) } else { url };
        FacetView { name: name.to_owned(), url, selected }
    };
    snapshot.appliances(role).iter().map(|name| facet(name)).collect()
}

fn results(found: Found, question: &Question) -> ResultsView {
    let next = question.offset + question.limit;
    let more = found.total > next && found.hits.len() == question.limit && next + question.limit <= crate::found::DEPTH;
    let ask = found.answer == AnswerClass::Possible
        && found.understood.codes.len() == 1
        && found.understood.appliance.is_none();
    let here = Here::new(&found.query, question);
    ResultsView {
        narrowing: found.question.as_ref().map(|asked| here.narrowing(asked, &found)),
        answered: here.answered(),
        answer: found.answer.as_str(),
        total: found.total,
        notice: notice(&found),
        understood: here.understood(&found.understood),
        more_url: more.then(|| format!("{}&offset={next}", here.url())),
        question: ask.then(|| "是哪种电器？同一个代码在不同电器上意思不同。".to_owned()),
        alert: found.alert.map(AlertView::of),
        results: found.hits.into_iter().map(result).collect(),
        query: found.query,
    }
}

fn notice(found: &Found) -> Option<String> {
    let codes = &found.understood.unknown_codes;
    (!codes.is_empty()).then(|| {
        let of = found.understood.appliance.as_deref().unwrap_or("");
        format!("没有收录{of}代码 {}。请以产品说明书为准，或联系售后。", codes.join("、"))
    })
}

fn result(hit: Hit) -> ResultView {
    let article = &hit.article;
    let reason = |r: &crate::found::Reason| {
        let place = match r.place {
            crate::article::Place::Title => "标题",
            crate::article::Place::Symptom => "常见说法",
            crate::article::Place::Heading => "小标题",
            crate::article::Place::Body => "正文",
        };
        match r.why {
            crate::found::Evidence::Code => format!("解释代码 {}", r.text),
            crate::found::Evidence::Model => format!("适用型号 {}", r.text),
            crate::found::Evidence::Literal => format!("「{}」在{place}", r.text),
            crate::found::Evidence::Sound => format!("同音「{}」在{place}", r.text),
            crate::found::Evidence::Meaning => format!("意思相近：{}", r.text),
            crate::found::Evidence::Pinyin => format!("拼音「{}」在{place}", r.text),
            crate::found::Evidence::Synonym => format!("近义词「{}」在{place}", r.text),
        }
    };
    ResultView {
        url: article_url(&article.id),
        title: article.title.clone(),
        kind: article.kind.label(),
        appliance: article.appliances.join("、"),
        agent_only: article.audience == crate::article::Audience::Agent,
        reasons: hit.reasons.iter().take(REASONS).map(reason).collect(),
        urgent: article.severity == Severity::Urgent,
        danger: article.severity == Severity::Danger,
        banner: standing_banner(article),
        snippet: pieces(&hit.snippet),
    }
}

fn pieces(snippet: &Snippet) -> Vec<PieceView> {
    let chars: Vec<char> = snippet.text.chars().collect();
    let text = |from: usize, to: usize| chars[from..to].iter().collect::<String>();
    let mut pieces = Vec::new();
    let mut at = 0;
    for &(from, to) in &snippet.marks {
        if from > at {
            pieces.push(PieceView { text: text(at, from), marked: false });
        }
        pieces.push(PieceView { text: text(from, to), marked: true });
        at = to;
    }
    if at < chars.len() {
        pieces.push(PieceView { text: text(at, chars.len()), marked: false });
    }
    pieces
}
