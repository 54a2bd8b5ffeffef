//! A knowledge base opened for one command: read once, published into memory, data untouched.

use std::{io::Write, path::Path, sync::Arc, time::Instant};

use super::{
    Failure,
    progress::{Teller, trouble_words},
    settings::Settings,
};
use crate::{
    corpus::Tick,
    journey::{Embedder, Finder, Live, Publisher, StartFault, local_today},
    meaning::Embeddings,
    store::{DatabaseFault, Store, is_link_used},
};

/// A command asks an embeddings server in trouble so often, then ends.
const TRIES: usize = 3;

/// What `doctor` says of an installation without tokens.
pub(super) fn way_in_without_tokens(data: &Path) -> String {
    if is_link_used(data) {
        let mark = data.join("link-used");
        return format!(
            "没有设置口令，一次性登录链接已经用过：还要再登录，就停掉问诊，删掉 {}，再启动，会印出新的链接",
            mark.display()
        );
    }
    "没有设置口令：用启动时印出的一次性链接登录；用过之前，每次启动都会印出一个新的".to_owned()
}

/// An opened knowledge base. The data it needed is gone when this is dropped.
pub(super) struct Opened {
    pub finder: Finder,
    _data: Scratch,
}

/// A folder that exists as long as this does.
struct Scratch(std::path::PathBuf);

impl Drop for Scratch {
    fn drop(&mut self) {
        // A folder left behind in the system's temporary place is cleaned by the system.
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// Reads the folder `kb` once.
///
/// Versions kept by a server are not used: what stands in the folder is what is judged.
pub(super) fn open(kb: &Path) -> Result<Opened, Failure> {
    let scratch = Scratch(std::env::temp_dir().join(format!("wenzhen-{}", std::process::id())));
    let live = Live::new();
    let mut publisher = Publisher::new(kb, &scratch.0, Arc::clone(&live), local_today).map_err(start_failure)?;
    let turn = publisher.step(&Tick { hints: Vec::new(), everything: true });
    turn.map_err(|e| Failure::system(format!("建立索引失败：{e}"), "检查内存和磁盘是否够用"))?;
    Ok(Opened { finder: Finder::new(live, kb), _data: scratch })
}

impl Opened {
    /// Lets meaning speak, too: with the vectors kept in `data`, and those made now.
    pub(super) fn with_meaning(self, wanted: &Embeddings, data: &Path) -> Result<Self, Failure> {
        let live = Arc::clone(self.finder.live());
        let mut embedder = Embedder::open(Arc::clone(&live), data, wanted.clone(), false);
        let mut teller = Teller::default();
        for _ in 0..TRIES {
            while embedder.step() {
                if let Some(line) = embedder.progress().and_then(|p| teller.line(p, Instant::now())) {
                    // Beside the result; nobody is left to tell when the terminal is gone.
                    let _ = writeln!(std::io::stderr(), "{line}");
                }
            }
            let Some(trouble) = live.meaning.trouble() else { return Ok(self) };
            tracing::debug!(trouble = trouble.as_str(), "tried again");
            std::thread::sleep(embedder.rest());
        }
        let (what, hint) = live.meaning.trouble().map_or(("", ""), trouble_words);
        Err(Failure::system(what, format!("{hint}；只按词搜用 --embeddings off")))
    }
}

/// Does `work` with the database of these settings, which must be there already.
pub(super) fn open_store<T, W, F>(settings: &Settings, work: W) -> Result<T, Failure>
where
    W: FnOnce(Store) -> F,
    F: Future<Output = Result<T, DatabaseFault>>,
{
    let path = &settings.database;
    if !path.exists() {
        let hint = "在服务运行的目录里执行，或用 --data、--database 指定";
        return Err(Failure::usage(format!("没有数据库 `{}`", path.display()), hint));
    }
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|e| Failure::system(format!("启动失败：{e}"), "检查系统资源"))?;
    runtime.block_on(async {
        let failed = |fault: DatabaseFault| database_failure(path, &fault);
        let store = Store::open(path).await.map_err(failed)?;
        let done = work(store.clone()).await.map_err(failed);
        store.close().await;
        done
    })
}

/// Why the database cannot be used, for the terminal.
pub(super) fn database_failure(path: &Path, fault: &DatabaseFault) -> Failure {
    let shown = path.display();
    let (what, hint) = match fault {
        DatabaseFault::CannotOpen { source, .. } => {
            (format!("打不开数据库 `{shown}`：{source}"), "检查路径和权限，或用 --database 指定另一个文件")
        }
        DatabaseFault::NewerSchema { .. } => {
            (format!("数据库 `{shown}` 是更新版本的问诊写的"), "用那个版本，或用 --database 指定另一个文件")
        }
        DatabaseFault::Full(_) => (format!("数据库 `{shown}` 所在的磁盘满了"), "腾出空间再启动"),
        DatabaseFault::Busy(_) => (format!("数据库 `{shown}` 正忙"), "等几秒再试"),
        DatabaseFault::Damaged(_) => {
            (format!("`{shown}` 不是数据库，或者损坏了"), "从备份恢复，或用 --database 指定另一个文件")
        }
        other => (format!("数据库 `{shown}` 用不了：{other}"), "检查磁盘和权限"),
    };
    Failure::system(what, hint)
}

/// Why a publisher cannot start, for the terminal.
pub(super) fn start_failure(fault: StartFault) -> Failure {
    match fault {
        StartFault::NoFolder(path) => Failure::usage(
            format!("知识库文件夹 `{}` 不存在", path.display()),
            "在有 kb 文件夹的目录里运行，或用 --kb 指定文件夹",
        ),
        StartFault::Store(fault) => Failure::system(
            format!("数据文件夹用不了：`{}`（{}）", fault.path.display(), fault.source),
            "检查权限和磁盘空间，或用 --data 指定另一个文件夹",
        ),
    }
}
