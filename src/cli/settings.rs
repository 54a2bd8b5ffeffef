//! Settings: `wenzhen.toml`, then `WENZHEN_*`, then flags; same names, every one with a default.

use std::{
    net::SocketAddr,
    path::{Path, PathBuf},
    time::Duration,
};

use clap::{Args, Parser, Subcommand};
use serde::Deserialize;

use super::{Failure, check, doctor, new, schema, search, serve, test};
use crate::http::{Hotline, Tokens};

/// The settings file, in the working directory.
pub(super) const FILE: &str = "wenzhen.toml";
const KB: &str = "kb";
const DATA: &str = "data";
const LISTEN: &str = "127.0.0.1:8080";
/// Environment variables that are settings.
const VARIABLES: [&str; 10] = [
    "WENZHEN_KB",
    "WENZHEN_DATA",
    "WENZHEN_LISTEN",
    "WENZHEN_AGENT_TOKEN",
    "WENZHEN_EDITOR_TOKEN",
    "WENZHEN_ADMIN_TOKEN",
    "WENZHEN_HOTLINE",
    "WENZHEN_HOTLINE_HOURS",
    "WENZHEN_POLL",
    "WENZHEN_EMBEDDINGS",
];

/// 问诊：把一个 Markdown 文件夹变成家电排障搜索
#[derive(Parser, Debug)]
#[command(name = "wenzhen", version, disable_help_subcommand = true, arg_required_else_help = false)]
pub struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    flags: Flags,
}

/// Flags of every command.
#[derive(Args, Debug, Clone, Default)]
struct Flags {
    /// 知识库文件夹（默认 kb）
    #[arg(long, global = true, value_name = "文件夹")]
    kb: Option<PathBuf>,
    /// 数据文件夹（默认 data）
    #[arg(long, global = true, value_name = "文件夹")]
    data: Option<PathBuf>,
    /// 监听地址（默认 127.0.0.1:8080）
    #[arg(long, global = true, value_name = "地址")]
    listen: Option<String>,
    /// 服务热线号码，显示在页面上（默认不显示）
    #[arg(long, global = true, value_name = "号码")]
    hotline: Option<String>,
    /// 热线时间（默认 7×24 小时）
    #[arg(long, global = true, value_name = "时间")]
    hotline_hours: Option<String>,
    /// 网络文件夹收不到变化通知时，每隔几秒查看一次（默认靠系统通知）
    #[arg(long, global = true, value_name = "秒")]
    poll: Option<String>,
    /// 语义模型：built-in（默认，内置）或 off（只按词搜）
    #[arg(long, global = true, value_name = "模型")]
    embeddings: Option<String>,
}

#[derive(Subcommand, Debug)]
enum Command {
    /// 启动服务（不写命令时就是它）
    Serve,
    /// 检查知识库，列出所有问题；有错误时退出码为 1
    Check {
        /// 输出格式：text、json、sarif
        #[arg(long, default_value = "text", value_name = "格式")]
        format: String,
        /// 只列出这个级别及以上：error、warning、note
        #[arg(long, default_value = "note", value_name = "级别")]
        level: String,
    },
    /// 建一篇新文章，里面有这一类该写的小节；不会改动已有的文件
    New {
        /// 类型：troubleshooting、error-code、how-to、policy、script、procedure
        #[arg(value_name = "类型")]
        kind: String,
        /// 标题
        #[arg(value_name = "标题")]
        title: String,
        /// 电器，也是文章所在的文件夹（默认不分电器，放在知识库最上层）
        #[arg(long, value_name = "电器")]
        appliance: Option<String>,
        /// 文章 id，也是文件名（默认用标题）
        #[arg(long, value_name = "id")]
        id: Option<String>,
    },
    /// 看看安装得好不好：知识库、数据文件夹、端口、设置；有要处理的，退出码为 1
    Doctor,
    /// 输出文件头的 JSON Schema，给编辑器做补全和检查
    Schema,
    /// 在终端里搜索
    Search {
        /// 要找的问题
        query: String,
        /// 列出每个得分的由来
        #[arg(long)]
        explain: bool,
        /// 以坐席身份搜索
        #[arg(long)]
        agent: bool,
    },
    /// 跑文章里的 expect，或一份问题表
    Test {
        /// TSV 文件：query、ids，可选 qid、stratum、audience
        #[arg(long, value_name = "文件")]
        queries: Option<PathBuf>,
        /// 只按词搜，不用语义模型
        #[arg(long)]
        lexical: bool,
    },
}

/// All settings, complete.
#[derive(Clone)]
pub(super) struct Settings {
    pub kb: PathBuf,
    pub data: PathBuf,
    pub listen: SocketAddr,
    pub tokens: Tokens,
    pub hotline: Option<Hotline>,
    /// The folder is looked at this often, and not watched.
    pub poll: Option<Duration>,
    /// The sentence model speaks.
    pub embeddings: bool,
    /// Whether there is a `wenzhen.toml`.
    pub from_file: bool,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
struct File {
    kb: Option<PathBuf>,
    data: Option<PathBuf>,
    listen: Option<String>,
    agent_token: Option<String>,
    editor_token: Option<String>,
    admin_token: Option<String>,
    hotline: Option<String>,
    hotline_hours: Option<String>,
    poll: Option<u64>,
    embeddings: Option<String>,
}

/// Runs the chosen command.
///
/// # Errors
/// What happened and what to try, in Chinese.
pub fn run(cli: Cli) -> Result<(), Failure> {
    let file = read_file(Path::new(FILE))?;
    let settings = Settings::read(file.as_deref(), &|name| std::env::var(name).ok(), &cli.flags)?;
    refuse_unknown_variables(std::env::vars().map(|(name, _)| name))?;
    match cli.command.unwrap_or(Command::Serve) {
        Command::Serve => serve::serve(settings),
        Command::Check { format, level } => check::check(&settings, &format, &level),
        Command::New { kind, title, appliance, id } => {
            let wish = new::Wish { kind: &kind, title: &title, appliance: appliance.as_deref(), id: id.as_deref() };
            new::new(&settings, &wish)
        }
        Command::Doctor => doctor::doctor(&settings),
        Command::Schema => schema::schema(),
        Command::Search { query, explain, agent } => search::search(&settings, &query, explain, agent),
        Command::Test { queries, lexical } => test::test(&settings, queries.as_deref(), lexical),
    }
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
    fn read(file: Option<&str>, variable: &dyn Fn(&str) -> Option<String>, flags: &Flags) -> Result<Self, Failure> {
        let from_file = file.is_some();
        let file: File = match file {
            None => File::default(),
            Some(text) => toml::from_str(text).map_err(|e| {
                let line = text.get(..e.span().map_or(0, |s| s.start)).unwrap_or("").matches('\n').count() + 1;
                Failure::usage(
                    format!("{FILE} 第 {line} 行读不懂或有不认识的设置"),
                    "可用的有：kb、data、listen、agent_token、editor_token、admin_token、hotline、hotline_hours、poll、embeddings",
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
        let embeddings = match text(&flags.embeddings, "WENZHEN_EMBEDDINGS", file.embeddings).as_deref() {
            None | Some("built-in") => true,
            Some("off") => false,
            Some(other) => {
                let what = format!("不认识语义模型 `{other}`");
                return Err(Failure::usage(what, "写 built-in（内置的模型）或 off（只按词搜）"));
            }
        };
        let number = text(&flags.hotline, "WENZHEN_HOTLINE", file.hotline);
        let hours = text(&flags.hotline_hours, "WENZHEN_HOTLINE_HOURS", file.hotline_hours)
            .unwrap_or_else(|| "7×24 小时".to_owned());
        Ok(Self {
            kb: path(&flags.kb, "WENZHEN_KB", file.kb, KB),
            data: path(&flags.data, "WENZHEN_DATA", file.data, DATA),
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
}
