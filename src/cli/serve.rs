//! `wenzhen serve`, the composition root: folder, store, publisher, finder, server.

use std::{
    collections::BTreeMap,
    io::Write,
    net::SocketAddr,
    path::Path,
    sync::{Arc, mpsc},
    time::{Duration, Instant},
};

use super::{
    Failure,
    open::{database_failure, start_failure},
    progress::Teller,
    settings::Settings,
};
use crate::{
    article::RelPath,
    corpus::{Tick, watch},
    http::{Auth, ServerState, router},
    journey::{
        Comparer, Embedder, Finder, Live, Progress, PublishFault, Publisher, Report, Trials, Walker, clock_time,
        local_today, now_ms,
    },
    store::{DataLock, KEPT_MS, LockFault, Secret, Store, StoreFault, is_link_used, mark_link_used, random_bytes},
};

/// After a signal, answers under way have this long.
const GRACE: Duration = Duration::from_secs(5);
/// A look at the whole folder, whatever the system reports.
const PERIOD: Duration = Duration::from_secs(30);
const DAY: Duration = Duration::from_secs(24 * 3600);

/// Serves until a signal ends it.
pub(super) fn serve(settings: Settings) -> Result<(), Failure> {
    tracing_subscriber::fmt()
        .with_env_filter(
            tracing_subscriber::EnvFilter::try_from_env("RUST_LOG").unwrap_or_else(|_| "warn,html5ever=error".into()),
        )
        .with_writer(std::io::stderr)
        .init();
    let store_failure = |fault: StoreFault| start_failure(fault.into());
    let root = std::path::absolute(&settings.kb).unwrap_or_else(|_| settings.kb.clone());
    let _held = DataLock::take(&settings.data).map_err(|fault| match fault {
        LockFault::Taken => Failure::system(
            format!("数据文件夹 `{}` 正被另一个问诊使用", settings.data.display()),
            "先停掉那一个，或用 --data 给这一个指定另一个文件夹",
        ),
        LockFault::Store(fault) => store_failure(fault),
    })?;
    let live = Live::new();
    let publisher = Publisher::new(&root, &settings.data, Arc::clone(&live), local_today).map_err(start_failure)?;
    let secret = Secret::open(&settings.data).map_err(store_failure)?;
    let auth = Auth::new(&settings.tokens, &secret.bytes);
    let once = sign_in_link(&auth, &settings.data)?;
    let runtime =
        tokio::runtime::Runtime::new().map_err(|e| Failure::system(format!("启动失败：{e}"), "检查系统资源"))?;
    runtime.block_on(async {
        let listener = tokio::net::TcpListener::bind(settings.listen).await.map_err(|e| listen_failure(settings.listen, &e))?;
        let address = listener.local_addr().map_err(|e| listen_failure(settings.listen, &e))?;
        let finder = Finder::new(Arc::clone(&live), &root);
        let store = Store::open(&settings.database).await.map_err(|fault| database_failure(&settings.database, &fault))?;
        let walker = Walker::new(finder.clone(), store.clone(), settings.walks.clone(), now_ms);
        tokio::spawn(keep_tidy(walker.clone()));
        publish(publisher, &settings, &root, &finder)?;
        let hotline = settings.hotline.clone().map(Arc::new);
        let state = ServerState { finder, walker, auth: Arc::new(auth), tries: Arc::default(), hotline };
        say(&format!("问诊已启动：http://{address}/   （Ctrl+C 停止）"));
        say(&format!("  知识库 {}   数据 {}", root.display(), settings.data.display()));
        say(&format!("  编辑台 http://{address}/editor   接口说明 http://{address}/api/v1/openapi.json"));
        if let Some(once) = once {
            say(&format!("  登录链接（只能用一次）：http://{address}/login?once={once}"));
        }
        let app = router(state).into_make_service_with_connect_info::<SocketAddr>();
        let server = axum::serve(listener, app).with_graceful_shutdown(async move {
            stopped().await;
            live.close();
        });
        let (sender, ended) = tokio::sync::oneshot::channel::<()>();
        tokio::spawn(async move {
            stopped().await;
            tokio::time::sleep(GRACE).await;
            drop(sender);
        });
        let served = tokio::select! {
            result = std::future::IntoFuture::into_future(server) => result.map_err(|e| Failure::system(format!("服务中断：{e}"), "重新启动")),
            _ = ended => Ok(()),
        };
        store.close().await;
        served
    })
}

/// Deletes what has been kept long enough, each day.
async fn keep_tidy(walker: Walker) {
    let mut days = tokio::time::interval(DAY);
    loop {
        days.tick().await;
        if let Err(fault) = walker.sweep(KEPT_MS).await {
            tracing::warn!(error = &fault as &dyn std::error::Error, "old walkthroughs were not deleted");
        }
    }
}

/// Starts the publishing thread and the watcher.
fn publish(publisher: Publisher, settings: &Settings, root: &Path, finder: &Finder) -> Result<(), Failure> {
    let (sender, ticks) = mpsc::channel();
    let period = settings.poll.unwrap_or(PERIOD);
    let may_watch = settings.poll.is_none();
    let watch_root = {
        let (root, sender) = (root.to_owned(), sender.clone());
        move || may_watch.then(|| watch(&root, sender.clone()))
    };
    let watcher = watch_root();
    let live = Arc::clone(finder.live());
    live.set_watching(matches!(&watcher, Some(Ok(w)) if !w.is_blind()));
    if let Some(Err(fault)) = &watcher {
        tracing::warn!(error = fault as &dyn std::error::Error, "watching is off");
        say(&format!("  系统不能通知文件变化，改为每 {} 秒查看一次。", period.as_secs()));
    }
    let idle = idle_work(settings, finder)?;
    let root = root.to_owned();
    let run = move || {
        // The watcher lives as long as the loop; the sender keeps the loop alive without it.
        let mut watcher = watcher;
        let mut first = true;
        let mut was_in_trouble = None;
        let mut was_blind = BTreeMap::new();
        publisher.run(&ticks, period, |turn| {
            if let Ok(report) = turn {
                was_blind = tell_blind(report, &was_blind, &root);
            }
            // The same trouble again is not told again.
            let in_trouble = match turn {
                Err(fault) => Some(fault.to_string()),
                Ok(report) => report.folder_fault.as_ref().map(ToString::to_string),
            };
            if in_trouble.is_none() || in_trouble != was_in_trouble {
                tell(turn, first);
            }
            was_in_trouble = in_trouble;
            first &= !turn.as_ref().is_ok_and(|report| report.generation > 0);
            for work in &idle {
                // Who works has ended with the process.
                let _ = work.send(());
            }
            if live.is_watching() && matches!(&watcher, Some(Ok(w)) if w.is_blind()) {
                live.set_watching(false);
                say(&format!(
                    "  系统的监视名额用完了：有的文件夹改为每 {} 秒查看一次，详见 wenzhen doctor。",
                    period.as_secs()
                ));
            }
            if turn.as_ref().is_ok_and(|report| report.folder_replaced) {
                // The old one first: two at a time need twice as many watches.
                drop(watcher.take());
                watcher = watch_root();
                live.set_watching(matches!(&watcher, Some(Ok(w)) if !w.is_blind()));
                // What happened before it watched. Nobody else holds the other end.
                let _ = sender.send(Tick { hints: Vec::new(), everything: true });
            }
        });
    };
    thread("publish", run)
}

/// Starts what is done after publishing, when nobody waits for it; each hears of what was published.
fn idle_work(settings: &Settings, finder: &Finder) -> Result<Vec<mpsc::Sender<()>>, Failure> {
    let live = finder.live();
    let trials = Trials::new(finder.clone());
    let (to_trials, published) = mpsc::channel();
    thread("trials", move || trials.run(&published))?;
    let comparer = Comparer::new(Arc::clone(live));
    let (to_comparer, published) = mpsc::channel();
    thread("compare", move || comparer.run(&published))?;
    let mut all = vec![to_trials.clone(), to_comparer];
    if let Some(wanted) = settings.embeddings.clone() {
        let embedder = Embedder::open(Arc::clone(live), &settings.data, wanted, true);
        let (to_embedder, published) = mpsc::channel();
        let mut teller = Teller::default();
        let tell = move |progress: Progress| {
            teller.line(progress, Instant::now()).iter().for_each(|line| say(line));
            if progress.ready == progress.of {
                // Who tries the questions has ended with the process.
                let _ = to_trials.send(());
            }
        };
        thread("embed", move || embedder.run(&published, tell))?;
        all.push(to_embedder);
    }
    Ok(all)
}

fn thread(name: &str, run: impl FnOnce() + Send + 'static) -> Result<(), Failure> {
    let spawned = std::thread::Builder::new().name(name.to_owned()).spawn(run);
    spawned.map(|_| ()).map_err(|e| Failure::system(format!("启动失败：{e}"), "检查系统资源"))
}

/// One line for each part that can no longer be read; returns all that cannot.
fn tell_blind(report: &Report, before: &BTreeMap<RelPath, String>, root: &Path) -> BTreeMap<RelPath, String> {
    for (part, why) in report.blind.iter().filter(|(part, _)| !before.contains_key(*part)) {
        say(&format!("读不了知识库里的 {}（{why}），其余照常发布。", root.join(part.as_str()).display()));
    }
    report.blind.clone()
}

/// One printed line per save.
fn tell(turn: &Result<Report, PublishFault>, first: bool) {
    match turn {
        Err(fault) => {
            tracing::error!(error = fault as &dyn std::error::Error, "publishing failed");
            say("发布失败，仍提供上一版，稍后重试。");
        }
        Ok(report) => {
            if let Some(fault) = &report.folder_fault {
                say(&format!("读不了知识库文件夹（{fault}），仍提供上一版。"));
            }
            if let Some(fault) = &report.store_fault {
                say(&format!("这一版能搜到，但没能留作备份：{}（{}）", fault.path.display(), fault.source));
            }
            if first && report.generation > 0 && report.receipts.is_empty() {
                say("知识库还没有文章：把 .md 文件放进知识库文件夹，存盘就能搜到。");
                return;
            }
            if first && report.generation > 0 {
                let kept = report.resumed.map(|n| format!("索引沿用上次的，{n} 篇有变化，"));
                say(&format!("已读取 {} 个文件，{}可以搜索。", report.receipts.len(), kept.unwrap_or_default()));
                return;
            }
            for receipt in &report.receipts {
                let id = receipt.id.as_ref().map_or_else(|| "—".to_owned(), ToString::to_string);
                let what = if receipt.hash.is_some() { "已保存" } else { "已删除或读不了" };
                let problems = if receipt.problems.is_empty() {
                    "没有问题".to_owned()
                } else {
                    format!("{} 个问题，见 /editor", receipt.problems.len())
                };
                say(&format!(
                    "{} {what} {} → {id}，{} 毫秒可搜，{problems}",
                    clock_time(receipt.at),
                    receipt.file,
                    receipt.save_to_search_ms.unwrap_or_default()
                ));
            }
        }
    }
}

/// A sign-in link for an installation without tokens. Each start gives a new one until one has been used: a start may
/// fail after this, or end before anybody read what it printed.
fn sign_in_link(auth: &Auth, data: &Path) -> Result<Option<String>, Failure> {
    if auth.has_tokens() || is_link_used(data) {
        return Ok(None);
    }
    let bytes: [u8; 16] = random_bytes().map_err(|e| Failure::system(format!("取不到随机数：{e}"), "检查系统"))?;
    let once: String = bytes.iter().map(|b| format!("{b:02x}")).collect();
    let data = data.to_owned();
    auth.allow_once(&once, move || {
        if let Err(fault) = mark_link_used(&data) {
            tracing::warn!(error = &fault as &dyn std::error::Error, "the next start will print a sign-in link again");
        }
    });
    Ok(Some(once))
}

fn listen_failure(address: SocketAddr, error: &std::io::Error) -> Failure {
    let what = match error.kind() {
        std::io::ErrorKind::AddrInUse => format!("端口 {} 已被占用", address.port()),
        std::io::ErrorKind::PermissionDenied => format!("没有权限监听 {address}"),
        _ => format!("不能监听 {address}：{error}"),
    };
    Failure::system(what, "关掉占用它的程序，或用 --listen 127.0.0.1:8081 换一个端口")
}

/// Ends with Ctrl+C or SIGTERM.
async fn stopped() {
    let interrupt = async {
        // Without a handler for it the default ends the process, which is as good.
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    };
    #[cfg(unix)]
    {
        match tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
            Ok(mut terminate) => tokio::select! { () = interrupt => {}, _ = terminate.recv() => {} },
            Err(_) => interrupt.await,
        }
    }
    #[cfg(not(unix))]
    interrupt.await;
}

fn say(line: &str) {
    // A closed terminal must not end the server.
    let _ = writeln!(std::io::stdout().lock(), "{line}");
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::Tokens;

    #[test]
    fn every_start_without_tokens_gives_a_sign_in_link_until_one_has_been_used() {
        let data = tempfile::tempdir().expect("a folder");
        let start = |tokens: &Tokens| {
            let secret = Secret::open(data.path()).expect("a key");
            let auth = Auth::new(tokens, &secret.bytes);
            let link = sign_in_link(&auth, data.path()).ok().flatten();
            (auth, link)
        };
        let none = Tokens::default();
        let lost = start(&none).1.expect("a link");
        let (auth, link) = start(&none);
        let link = link.expect("a link: the first start may have failed");
        assert!(auth.follow_link(&lost, None).is_err(), "only the newest one works");
        assert!(start(&none).1.is_some(), "a wrong one uses nothing up");
        let some = Tokens { editor: Some("editor-token".to_owned()), ..Tokens::default() };
        assert!(start(&some).1.is_none(), "where there are tokens nobody needs one");

        assert!(auth.follow_link(&link, None).is_ok() && auth.follow_link(&link, None).is_err());
        assert!(start(&none).1.is_none());
        std::fs::remove_file(data.path().join("link-used")).expect("deleted");
        assert!(start(&none).1.is_some(), "the way back in");
    }
}
