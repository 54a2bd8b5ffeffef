//! Settings: `wenzhen.toml`, then `WENZHEN_*`, then flags; same names, every one with a default.

use std::{
    net::SocketAddr,
    path::{Path, PathBuf},
    time::Duration,
};

use serde::Deserialize;

use super::{Failure, arguments::Flags};
use crate::{
    http::{Hotline, Tokens},
    journey::WalkRules,
    meaning::Embeddings,
};

/// The settings file, in the working directory.
pub(super) const FILE: &str = "wenzhen.toml";
const KB: &str = "kb";
const DATA: &str = "data";
const LISTEN: &str = "127.0.0.1:8080";
/// The database, in the data folder.
const DATABASE: &str = "wenzhen.db";
/// What a visit costs in minutes of work, where nobody has said (ALGORITHMS A2).
const VISIT_MINUTES: f64 = 120.0;
/// Asked of an embeddings server: the model that the binary has, too.
const EMBEDDINGS_MODEL: &str = "multilingual-e5-small";
/// Environment variables that are settings.
const VARIABLES: [&str; 15] = [
    "WENZHEN_KB",
    "WENZHEN_DATA",
    "WENZHEN_DATABASE",
    "WENZHEN_LISTEN",
    "WENZHEN_AGENT_TOKEN",
    "WENZHEN_EDITOR_TOKEN",
    "WENZHEN_ADMIN_TOKEN",
    "WENZHEN_HOTLINE",
    "WENZHEN_HOTLINE_HOURS",
    "WENZHEN_PROMISE",
    "WENZHEN_VISIT_MINUTES",
    "WENZHEN_POLL",
    "WENZHEN_EMBEDDINGS",
    "WENZHEN_EMBEDDINGS_MODEL",
    "WENZHEN_EMBEDDINGS_KEY",
];

/// All settings, complete.
#[derive(Clone)]
pub(super) struct Settings {
    pub kb: PathBuf,
    pub data: PathBuf,
    pub database: PathBuf,
    pub listen: SocketAddr,
    pub tokens: Tokens,
    pub hotline: Option<Hotline>,
    pub walks: WalkRules,
    /// The folder is looked at this often, and not watched.
    pub poll: Option<Duration>,
    /// Where vectors come from; nothing for words only.
    pub embeddings: Option<Embeddings>,
    /// Whether there is a `wenzhen.toml`.
    pub from_file: bool,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
struct File {
    kb: Option<PathBuf>,
    data: Option<PathBuf>,
    database: Option<String>,
    listen: Option<String>,
    agent_token: Option<String>,
    editor_token: Option<String>,
    admin_token: Option<String>,
    hotline: Option<String>,
    hotline_hours: Option<String>,
    promise: Option<String>,
    visit_minutes: Option<f64>,
    poll: Option<u64>,
    embeddings: Option<String>,
    embeddings_model: Option<String>,
    embeddings_key: Option<String>,
}

/// The settings file; `None` when there is none.
fn read_file(path: &Path) -> Result<Option<String>, Failure> {
    match std::fs::read_to_string(path) {
        Ok(text) => Ok(Some(text)),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => {
            let what = format!("读不了设置文件 `{}`：{error}", path.display());
            Err(Failure::usage(what, "检查它的权限，存成 UTF-8 编码"))
        }
    }
}

fn refuse_unknown_variables(names: impl Iterator<Item = String>) -> Result<(), Failure> {
    for name in names.filter(|n| n.starts_with("WENZHEN_")) {
        if !VARIABLES.contains(&name.as_str()) {
            let hint = format!("可用的有：{}", VARIABLES.join("、"));
            return Err(Failure::usage(format!("不认识环境变量 `{name}`"), hint));
        }
    }
    Ok(())
}

impl Settings {
    /// The settings this process was started with.
    pub(super) fn of_this_process(flags: &Flags) -> Result<Self, Failure> {
        let file = read_file(Path::new(FILE))?;
        let settings = Self::read(file.as_deref(), &|name| std::env::var(name).ok(), flags)?;
        refuse_unknown_variables(std::env::vars().map(|(name, _)| name))?;
        Ok(settings)
    }

    fn read(file: Option<&str>, variable: &dyn Fn(&str) -> Option<String>, flags: &Flags) -> Result<Self, Failure> {
        let from_file = file.is_some();
        let file: File = match file {
            None => File::default(),
            Some(text) => toml::from_str(text).map_err(|e| {
                let line = text.get(..e.span().map_or(0, |s| s.start)).unwrap_or("").matches('\n').count() + 1;
                Failure::usage(
                    format!("{FILE} 第 {line} 行读不懂或有不认识的设置"),
                    "可用的有：kb、data、database、listen、agent_token、editor_token、admin_token、hotline、hotline_hours、promise、visit_minutes、poll、embeddings、embeddings_model、embeddings_key",
                )
            })?,
        };
        let path = |flag: &Option<PathBuf>, name: &str, file: Option<PathBuf>, default: &str| {
            flag.clone().or_else(|| variable(name).map(PathBuf::from)).or(file).unwrap_or_else(|| default.into())
        };
        let text = |flag: &Option<String>, name: &str, file: Option<String>| {
            flag.clone().or_else(|| variable(name)).or(file).filter(|t| !t.trim().is_empty())
        };
        let listen = text(&flags.listen, "WENZHEN_LISTEN", file.listen).unwrap_or_else(|| LISTEN.to_owned());
        let listen = listen.parse().map_err(|_| {
            Failure::usage(format!("监听地址 `{listen}` 读不懂"), "写成 127.0.0.1:8080 或 0.0.0.0:8080")
        })?;
        let poll =
            text(&flags.poll, "WENZHEN_POLL", file.poll.map(|n| n.to_string())).map(|t| seconds(&t)).transpose()?;
        let embeddings = embeddings(
            text(&flags.embeddings, "WENZHEN_EMBEDDINGS", file.embeddings).as_deref(),
            text(&flags.embeddings_model, "WENZHEN_EMBEDDINGS_MODEL", file.embeddings_model).as_deref(),
            text(&None, "WENZHEN_EMBEDDINGS_KEY", file.embeddings_key).as_deref(),
        )?;
        let number = text(&flags.hotline, "WENZHEN_HOTLINE", file.hotline);
        let hours = text(&flags.hotline_hours, "WENZHEN_HOTLINE_HOURS", file.hotline_hours)
            .unwrap_or_else(|| "7×24 小时".to_owned());
        let data = path(&flags.data, "WENZHEN_DATA", file.data, DATA);
        let database = text(&flags.database, "WENZHEN_DATABASE", file.database);
        let visit = text(&flags.visit_minutes, "WENZHEN_VISIT_MINUTES", file.visit_minutes.map(|n| n.to_string()));
        let walks = WalkRules {
            visit_minutes: visit.map_or(Ok(VISIT_MINUTES), |t| minutes(&t))?,
            promise: text(&flags.promise, "WENZHEN_PROMISE", file.promise),
        };
        Ok(Self {
            database: database.map_or_else(|| Ok(data.join(DATABASE)), |d| database_file(&d))?,
            walks,
            kb: path(&flags.kb, "WENZHEN_KB", file.kb, KB),
            data,
            listen,
            tokens: Tokens {
                agent: text(&None, "WENZHEN_AGENT_TOKEN", file.agent_token),
                editor: text(&None, "WENZHEN_EDITOR_TOKEN", file.editor_token),
                admin: text(&None, "WENZHEN_ADMIN_TOKEN", file.admin_token),
            },
            hotline: number.map(|number| Hotline { number, hours }),
            poll,
            embeddings,
            from_file,
        })
    }
}

/// A file; the other database there will be is refused by name.
fn database_file(text: &str) -> Result<PathBuf, Failure> {
    if text.starts_with("postgres") {
        let hint = "写一个文件，例如 --database data/wenzhen.db";
        return Err(Failure::usage("这一版还不能用 PostgreSQL", hint));
    }
    Ok(text.strip_prefix("sqlite://").or_else(|| text.strip_prefix("sqlite:")).unwrap_or(text).into())
}

/// What a visit costs: a whole day of work is the most that makes sense.
fn minutes(text: &str) -> Result<f64, Failure> {
    let number = text.trim().parse().ok().filter(|n| (0.0..=1_440.0).contains(n));
    number.ok_or_else(|| {
        Failure::usage(format!("visit_minutes 的分钟数 `{text}` 读不懂"), "写 0 到 1440 的数，例如 --visit-minutes 120")
    })
}

/// Where vectors come from.
fn embeddings(chosen: Option<&str>, model: Option<&str>, key: Option<&str>) -> Result<Option<Embeddings>, Failure> {
    let chosen = chosen.map(str::trim);
    if let Some(address) = chosen.filter(|c| c.starts_with("http://") || c.starts_with("https://")) {
        let server = Embeddings::server(address, model.unwrap_or(EMBEDDINGS_MODEL), key).map_err(|_| {
            let hint = "写成 http://127.0.0.1:8081/v1，不带用户名和参数；密钥写在 embeddings_key 里";
            Failure::usage("向量服务的地址读不懂", hint)
        })?;
        return Ok(Some(server));
    }
    if model.or(key).is_some() {
        let what = "embeddings_model、embeddings_key 只用于向量服务，embeddings 却不是它的地址";
        return Err(Failure::usage(what, "把 embeddings 设成 http://…/v1，或去掉这两个设置"));
    }
    match chosen {
        Some("off") => Ok(None),
        None => Ok(Embeddings::built_in()),
        Some("built-in") => Embeddings::built_in().map(Some).ok_or_else(|| {
            let hint = "写 off（只按词搜）或向量服务的地址 http://…/v1，或用带 model 功能的程序";
            Failure::usage("这个程序编译时没有带上内置模型（model 功能关闭）", hint)
        }),
        Some(other) => {
            let hint = "写 built-in（内置的模型）、off（只按词搜）或向量服务的地址 http://…/v1";
            Err(Failure::usage(format!("不认识语义模型 `{other}`"), hint))
        }
    }
}

/// How often to look: a network folder looked at more often than each second gains nothing.
fn seconds(text: &str) -> Result<Duration, Failure> {
    let number = text.trim().parse().ok().filter(|n| (1..=3_600).contains(n));
    number
        .map(Duration::from_secs)
        .ok_or_else(|| Failure::usage(format!("poll 的秒数 `{text}` 读不懂"), "写 1 到 3600 的整数，例如 --poll 5"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flags_go_before_variables_before_the_file() {
        let file = "kb = \"a\"\nlisten = \"127.0.0.1:1\"\nhotline = \"1\"\n";
        let variable = |name: &str| (name == "WENZHEN_LISTEN").then(|| "127.0.0.1:2".to_owned());
        let read = |flags: &Flags| Settings::read(Some(file), &variable, flags).expect("reads");
        let s = read(&Flags::default());
        assert_eq!((s.kb.to_str(), s.listen.port(), s.data.to_str()), (Some("a"), 2, Some("data")));
        assert_eq!(s.hotline.map(|h| h.number).as_deref(), Some("1"));
        assert_eq!(read(&Flags { listen: Some("127.0.0.1:3".into()), ..Flags::default() }).listen.port(), 3);
    }

    #[test]
    fn what_is_unknown_is_refused_with_a_hint() {
        let none = |_: &str| None;
        let failure = Settings::read(Some("\nkbb = 1\n"), &none, &Flags::default()).err().expect("refused");
        assert!(failure.what.contains("第 2 行") && failure.hint.contains("kb"));
        let flags = Flags { listen: Some("8080".into()), ..Flags::default() };
        assert!(Settings::read(None, &none, &flags).err().is_some_and(|f| f.exit == 2));
        for (poll, read) in [("5", Some(5)), ("0", None), ("often", None), ("99999", None)] {
            let flags = Flags { poll: Some(poll.into()), ..Flags::default() };
            let found = Settings::read(None, &none, &flags).ok().and_then(|s| s.poll).map(|d| d.as_secs());
            assert_eq!(found, read, "{poll}");
        }
        assert!(refuse_unknown_variables(["WENZHEN_KBB".to_owned()].into_iter()).is_err());
        assert!(refuse_unknown_variables(["PATH".to_owned(), "WENZHEN_KB".to_owned()].into_iter()).is_ok());
    }

    #[test]
    fn vectors_come_from_the_binary_or_from_a_server_and_what_fits_neither_is_refused() {
        let read = |chosen: Option<&str>, model: Option<&str>| embeddings(chosen, model, None);
        let refused = |chosen, model| read(chosen, model).err().map(|f| f.to_string()).unwrap_or_default();
        assert!(read(Some("off"), None).is_ok_and(|e| e.is_none()));
        assert!(read(None, None).is_ok_and(|e| e == Embeddings::built_in()));
        match Embeddings::built_in() {
            Some(built_in) => assert!(read(Some("built-in"), None).is_ok_and(|e| e == Some(built_in))),
            None => assert!(refused(Some("built-in"), None).contains("没有带上内置模型")),
        }
        for model in [None, Some("bge-m3")] {
            let server = Embeddings::server("http://a:1/v1", model.unwrap_or(EMBEDDINGS_MODEL), None).ok();
            assert!(read(Some("http://a:1/v1/"), model).is_ok_and(|e| e.is_some() && e == server));
        }
        for wrong in ["http://", "http://me:secret@a/v1", "ftp://a", "on"] {
            let said = refused(Some(wrong), None);
            assert!(said.contains("提示：") && said.contains("http://") && !said.contains("secret"), "{wrong}: {said}");
        }
        let useless = refused(Some("off"), Some("bge-m3"));
        assert!(useless.contains("embeddings_model") && useless.contains("提示："), "{useless}");
    }
}
