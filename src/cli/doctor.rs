//! `wenzhen doctor`: what of an installation is well, and what needs somebody. Changes nothing.

use std::{
    fs,
    io::{self, ErrorKind, Read, Write},
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpListener, TcpStream},
    path::Path,
    time::Duration,
};

use walkdir::WalkDir;

use super::{
    Failure,
    open::{open, way_in_without_tokens},
    progress::trouble_words,
    settings::{FILE, Settings},
};
use crate::{article::Level, journey::examine};

/// Where Linux says how many folders one user may watch.
const WATCHES: &str = "/proc/sys/fs/inotify/max_user_watches";
/// A program on our port has this long to say that it is Wenzhen.
const PATIENCE: Duration = Duration::from_millis(500);
/// A shorter token can be guessed in time: who has the right one is let in however many wrong ones were tried.
const TOKEN_CHARS: usize = 16;
/// Most read of its answer.
const ANSWER_BYTES: u64 = 64 << 10;

/// One line of the list.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Finding {
    /// As it should be.
    Well(String),
    /// Not wrong, and worth knowing.
    Told(String),
    /// Needs somebody: what is wrong, what to try.
    Wrong(String, String),
}

/// Prints the list; what needs somebody makes the command fail.
pub(super) fn doctor(settings: &Settings) -> Result<(), Failure> {
    let mut findings = vec![settings_file(settings)];
    findings.extend(kb(settings));
    findings.push(data(&settings.data));
    findings.push(port(settings));
    findings.extend(meaning(settings));
    findings.push(hotline(settings));
    findings.push(tokens(settings));
    let wrong = findings.iter().filter(|f| matches!(f, Finding::Wrong(..))).count();
    print(&mut io::stdout().lock(), &findings, wrong)
        .map_err(|e| Failure::system(format!("写不出结果：{e}"), "检查输出的去向"))?;
    if wrong > 0 { Err(Failure::findings(format!("有 {wrong} 项要处理"))) } else { Ok(()) }
}

fn print(out: &mut impl Write, findings: &[Finding], wrong: usize) -> io::Result<()> {
    for finding in findings {
        match finding {
            Finding::Well(said) => writeln!(out, "正常  {said}")?,
            Finding::Told(said) => writeln!(out, "说明  {said}")?,
            Finding::Wrong(said, hint) => writeln!(out, "问题  {said}\n      提示：{hint}")?,
        }
    }
    if wrong == 0 { writeln!(out, "没有要处理的。") } else { Ok(()) }
}

fn settings_file(settings: &Settings) -> Finding {
    if settings.from_file {
        Finding::Well(format!("读取了设置文件 {FILE}"))
    } else {
        Finding::Told(format!("没有设置文件 {FILE}，用命令行、环境变量和默认值"))
    }
}

fn kb(settings: &Settings) -> Vec<Finding> {
    let opened = open(&settings.kb).and_then(|opened| {
        opened.finder.snapshot().map_err(|e| Failure::system(format!("没有读到知识库：{e}"), "检查文件夹的权限"))
    });
    let snapshot = match opened {
        Ok(snapshot) => snapshot,
        Err(failure) => return vec![Finding::Wrong(failure.what, failure.hint)],
    };
    let place = settings.kb.display();
    let mut findings = vec![match snapshot.n_articles() {
        0 => Finding::Wrong(
            format!("知识库 {place} 还没有文章"),
            "把 .md 文件放进去，或用 wenzhen new 建一篇".to_owned(),
        ),
        n => Finding::Well(format!("知识库 {place}，{n} 篇文章")),
    }];
    let problems = snapshot.every_problem();
    let count = |level| problems.iter().filter(|p| p.trouble.level() == level).count();
    let (errors, warnings, notes) = (count(Level::Error), count(Level::Warning), count(Level::Note));
    let said = format!("文章里有 {errors} 个错误，{warnings} 个警告，{notes} 个提示");
    findings.push(match errors {
        0 => Finding::Well(said),
        _ => Finding::Wrong(said, "用 wenzhen check 列出来，照提示改".to_owned()),
    });
    findings.extend(danger(&settings.kb));
    let (folders, closed) = folders(&settings.kb);
    findings.extend(closed.map(|path| {
        Finding::Wrong(format!("知识库里的 {path} 读不了"), "检查它的权限，里面的文章现在搜不到".to_owned())
    }));
    findings.extend(limit().map(|limit| watches(folders, limit)));
    findings
}

/// A folder without danger phrases is served like any other; an empty list is among the errors already.
fn danger(kb: &Path) -> Option<Finding> {
    let said = "没有危险词表 danger.txt，有人说冒烟、漏电时不会提醒；\
                可以把问诊自带的 kb/danger.txt 复制进知识库再改，写法见 kb/README.md";
    (!kb.join("danger.txt").exists()).then(|| Finding::Told(said.to_owned()))
}

/// How many folders there are at and below `root`, and the first that cannot be read.
fn folders(root: &Path) -> (usize, Option<String>) {
    let (mut n, mut closed) = (0, None);
    for entry in WalkDir::new(root).follow_links(true) {
        match entry {
            Ok(entry) => n += usize::from(entry.file_type().is_dir()),
            Err(error) => {
                // A link to nowhere, such as the lock file of an editor, hides nothing.
                let refused = error.io_error().is_some_and(|e| e.kind() != ErrorKind::NotFound);
                if let Some(path) = error.path().filter(|_| refused && closed.is_none()) {
                    closed = Some(path.display().to_string());
                }
            }
        }
    }
    (n, closed)
}

/// How many folders a user may watch; `None` where the system has no such limit.
fn limit() -> Option<usize> {
    fs::read_to_string(WATCHES).ok()?.trim().parse().ok()
}

fn watches(folders: usize, limit: usize) -> Finding {
    let said = format!("系统最多监视 {limit} 个文件夹，知识库有 {folders} 个");
    if folders < limit {
        return Finding::Well(said);
    }
    let wanted = (folders * 2).max(524_288);
    let hint = format!("改动要等 30 秒才能搜到；用 sysctl fs.inotify.max_user_watches={wanted} 放宽");
    Finding::Wrong(said, hint)
}

fn data(folder: &Path) -> Finding {
    // Of a folder that will be made at the first start, what is there already decides.
    let full = std::path::absolute(folder).unwrap_or_else(|_| folder.to_owned());
    let nearest = full.ancestors().find(|path| path.symlink_metadata().is_ok()).unwrap_or(&full);
    match probe(nearest) {
        Ok(()) if nearest == full => Finding::Well(format!("数据文件夹 {} 可以写", folder.display())),
        Ok(()) => Finding::Well(format!("数据文件夹 {} 还没有，启动时会建", folder.display())),
        Err(error) => Finding::Wrong(
            format!("数据文件夹 {} 不能写：{error}", folder.display()),
            "检查权限和磁盘空间，或用 --data 指定另一个文件夹".to_owned(),
        ),
    }
}

/// Writes a file into `folder` and takes it away again.
fn probe(folder: &Path) -> io::Result<()> {
    let path = folder.join(format!(".wenzhen-doctor-{}", std::process::id()));
    let mut file = fs::OpenOptions::new().write(true).create_new(true).open(&path)?;
    let written = file.write_all(b"wenzhen").and_then(|()| file.sync_all());
    fs::remove_file(&path)?;
    written
}

fn port(settings: &Settings) -> Finding {
    let address = settings.listen;
    let number = address.port();
    match TcpListener::bind(address) {
        Ok(_) if number == 0 => Finding::Well("端口由系统挑选".to_owned()),
        Ok(_) => Finding::Well(format!("端口 {number} 空着，可以监听 {address}")),
        Err(error) => {
            if error.kind() == ErrorKind::AddrInUse
                && let Some(status) = status_at(address)
            {
                return running(number, &status, settings.poll.is_some());
            }
            let what = match error.kind() {
                ErrorKind::AddrInUse => format!("端口 {number} 被别的程序占用"),
                _ => format!("不能监听 {address}：{error}"),
            };
            Finding::Wrong(what, "关掉占用它的程序，或用 --listen 127.0.0.1:8081 换一个端口".to_owned())
        }
    }
}

/// What the status of a running Wenzhen says.
fn running(port: u16, status: &str, only_looks: bool) -> Finding {
    if status.contains("\"publishing\":\"failing\"") {
        let hint = "看它的日志里 publishing failed 一行；重新启动会从文件夹重建";
        return Finding::Wrong(format!("端口 {port} 上的问诊发布失败，搜到的是旧内容"), hint.to_owned());
    }
    if status.contains("\"watcher\":\"looks\"") && !only_looks {
        let hint = "改动要等 30 秒才能搜到；放宽 sysctl fs.inotify.max_user_watches，再重新启动";
        return Finding::Wrong(format!("端口 {port} 上的问诊收不到全部文件变化的通知"), hint.to_owned());
    }
    Finding::Told(format!("端口 {port} 上，问诊正在运行"))
}

/// The status of the Wenzhen that answers at `address`.
fn status_at(address: SocketAddr) -> Option<String> {
    let answer = ask_status(address).ok()?;
    ["\"generation\"", "\"watcher\""].iter().all(|field| answer.contains(field)).then_some(answer)
}

fn ask_status(address: SocketAddr) -> io::Result<String> {
    let ip = match address.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(ip) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        ip => ip,
    };
    let mut stream = TcpStream::connect_timeout(&SocketAddr::new(ip, address.port()), PATIENCE)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    stream.write_all(b"GET /api/v1/status HTTP/1.0\r\nHost: localhost\r\n\r\n")?;
    let mut answer = Vec::new();
    // What arrived before the time was over is enough.
    let _ = stream.take(ANSWER_BYTES).read_to_end(&mut answer);
    Ok(String::from_utf8_lossy(&answer).into_owned())
}

fn meaning(settings: &Settings) -> Vec<Finding> {
    let Some(wanted) = &settings.embeddings else {
        return vec![Finding::Told("语义搜索没有打开，只按词搜".to_owned())];
    };
    let report = match examine(wanted, &settings.data) {
        Ok(report) => report,
        Err(trouble) => {
            let (what, hint) = trouble_words(trouble);
            return vec![Finding::Wrong(format!("{what}，只能按词搜"), hint.to_owned())];
        }
    };
    let works = format!("语义模型能用，向量 {} 维，试算用了 {} 毫秒", report.dimension, report.took.as_millis());
    let kept = match report.kept {
        Ok(kept) if kept.broken_bytes == 0 => Finding::Well(format!("数据文件夹里存着 {} 个向量，都完好", kept.whole)),
        Ok(kept) => Finding::Told(format!(
            "数据文件夹里存着 {} 个完好的向量，另有 {} 个字节坏了，启动时会重新算",
            kept.whole, kept.broken_bytes
        )),
        Err(fault) => Finding::Wrong(
            format!("存着的向量读不了：{}（{}）", fault.path.display(), fault.source),
            "检查权限，或删掉这个文件，启动时会重新算".to_owned(),
        ),
    };
    vec![Finding::Well(works), kept]
}

fn hotline(settings: &Settings) -> Finding {
    match &settings.hotline {
        Some(hotline) => Finding::Well(format!("服务热线 {}（{}）", hotline.number, hotline.hours)),
        None => Finding::Told("没有设置服务热线，页面不显示电话".to_owned()),
    }
}

fn tokens(settings: &Settings) -> Finding {
    let tokens = &settings.tokens;
    let named = [("坐席", &tokens.agent), ("编辑", &tokens.editor), ("管理员", &tokens.admin)];
    let set: Vec<&str> = named.iter().filter(|(_, token)| token.is_some()).map(|(role, _)| *role).collect();
    if set.is_empty() {
        Finding::Told(way_in_without_tokens(&settings.data))
    } else if named.iter().any(|(_, token)| token.as_ref().is_some_and(|t| t.chars().count() < TOKEN_CHARS)) {
        Finding::Told(format!("设置了口令：{}；有的不到 {TOKEN_CHARS} 个字，容易被猜中", set.join("、")))
    } else {
        Finding::Well(format!("设置了口令：{}", set.join("、")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_many_folders_as_may_be_watched_need_somebody() {
        assert!(matches!(watches(10, 8_192), Finding::Well(said) if said.contains("8192") && said.contains("10")));
        assert!(matches!(watches(8_192, 8_192), Finding::Wrong(_, hint) if hint.contains("=524288")));
        assert!(matches!(watches(300_000, 8_192), Finding::Wrong(_, hint) if hint.contains("=600000")));
    }

    #[test]
    fn a_running_server_that_fails_or_only_looks_needs_somebody() {
        let status =
            |watcher: &str, publishing: &str| format!("{{\"watcher\":\"{watcher}\",\"publishing\":\"{publishing}\"}}");
        assert!(matches!(running(1, &status("events", "well"), false), Finding::Told(_)));
        assert!(matches!(running(1, &status("looks", "well"), true), Finding::Told(_)));
        assert!(
            matches!(running(1, &status("looks", "well"), false), Finding::Wrong(said, _) if said.contains("通知"))
        );
        assert!(
            matches!(running(1, &status("events", "failing"), true), Finding::Wrong(said, _) if said.contains("发布失败"))
        );
    }

    #[test]
    fn folders_are_counted_at_every_depth_and_files_are_not() {
        let root = tempfile::tempdir().expect("a folder");
        fs::create_dir_all(root.path().join("洗衣机/滚筒")).expect("made");
        fs::write(root.path().join("a.md"), "a").expect("written");
        assert_eq!(folders(root.path()), (3, None));
    }
}
