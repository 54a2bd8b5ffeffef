//! What can be written behind `wenzhen`: commands and flags.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

use super::{Failure, check, doctor, forget, new, schema, search, serve, settings::Settings, test, tune};

/// 问诊：把一个 Markdown 文件夹变成家电排障搜索
#[derive(Parser, Debug)]
#[command(name = "wenzhen", version, disable_help_subcommand = true, arg_required_else_help = false)]
pub struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    flags: Flags,
}

impl Cli {
    /// Whether it runs until it is stopped.
    #[must_use]
    pub fn serves(&self) -> bool {
        matches!(self.command, None | Some(Command::Serve))
    }
}

/// Flags of every command.
#[derive(Args, Debug, Clone, Default)]
pub(super) struct Flags {
    /// 知识库文件夹（默认 kb）
    #[arg(long, global = true, value_name = "文件夹")]
    pub kb: Option<PathBuf>,
    /// 数据文件夹（默认 data）
    #[arg(long, global = true, value_name = "文件夹")]
    pub data: Option<PathBuf>,
    /// 数据库文件（默认 数据文件夹里的 wenzhen.db）
    #[arg(long, global = true, value_name = "文件")]
    pub database: Option<String>,
    /// 监听地址（默认 127.0.0.1:8080）
    #[arg(long, global = true, value_name = "地址")]
    pub listen: Option<String>,
    /// 服务热线号码，显示在页面上（默认不显示）
    #[arg(long, global = true, value_name = "号码")]
    pub hotline: Option<String>,
    /// 热线时间（默认 7×24 小时）
    #[arg(long, global = true, value_name = "时间")]
    pub hotline_hours: Option<String>,
    /// 需要上门时对用户的承诺，显示在出口页和上门单里（默认不写）
    #[arg(long, global = true, value_name = "文字")]
    pub promise: Option<String>,
    /// 上门一次折合多少分钟坐席时间；越大，越晚建议上门（默认 120）
    #[arg(long, global = true, value_name = "分钟")]
    pub visit_minutes: Option<String>,
    /// 网络文件夹收不到变化通知时，每隔几秒查看一次（默认靠系统通知）
    #[arg(long, global = true, value_name = "秒")]
    pub poll: Option<String>,
    /// 语义模型：built-in（默认，内置）、off（只按词搜），或兼容 OpenAI 的向量服务地址 http://…/v1
    #[arg(long, global = true, value_name = "模型")]
    pub embeddings: Option<String>,
    /// 向量服务用的模型名（默认 multilingual-e5-small）
    #[arg(long, global = true, value_name = "名称")]
    pub embeddings_model: Option<String>,
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
    /// 按接力码删除一次排查和其中说过的全部内容，删了找不回
    Forget {
        /// 接力码，六位或八位数字
        #[arg(value_name = "接力码")]
        code: String,
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
    /// 跑文章里的 expect（有一条没排第一，退出码为 1），或一份问题表
    Test {
        /// TSV 问题表：第一行是列名 query、ids（多个答案用 | 隔开，没有答案写 NONE），可选 qid、stratum、audience
        #[arg(long, value_name = "文件")]
        queries: Option<PathBuf>,
        /// 只按词搜，不用语义模型
        #[arg(long)]
        lexical: bool,
        /// 输出格式：text、json
        #[arg(long, default_value = "text", value_name = "格式")]
        format: String,
        /// 把这次结果存成文件，以后用 --against 比较
        #[arg(long, value_name = "文件")]
        save: Option<PathBuf>,
        /// 和以前存下的结果比：哪些问题升了、降了、为什么，差别是不是偶然
        #[arg(long, value_name = "文件")]
        against: Option<PathBuf>,
    },
    /// 从文章里的 expect 和问题表学排序的权重；确实更好，就写出 ranking.proposed.toml 供您采用，不动 ranking.toml
    Tune {
        /// 再加上这些 TSV 问题表，格式和 test 的一样
        #[arg(long, value_name = "文件", num_args = 1..)]
        queries: Vec<PathBuf>,
    },
}

/// Runs the chosen command.
///
/// # Errors
/// What happened and what to try, in Chinese.
pub fn run(cli: Cli) -> Result<(), Failure> {
    let settings = Settings::of_this_process(&cli.flags)?;
    match cli.command.unwrap_or(Command::Serve) {
        Command::Serve => serve::serve(settings),
        Command::Check { format, level } => check::check(&settings, &format, &level),
        Command::New { kind, title, appliance, id } => {
            let wish = new::Wish { kind: &kind, title: &title, appliance: appliance.as_deref(), id: id.as_deref() };
            new::new(&settings, &wish)
        }
        Command::Forget { code } => forget::forget(&settings, &code),
        Command::Doctor => doctor::doctor(&settings),
        Command::Schema => schema::schema(),
        Command::Search { query, explain, agent } => search::search(&settings, &query, explain, agent),
        Command::Test { queries, lexical, format, save, against } => {
            test::test(&settings, &test::Wish { queries, lexical, format, save, against })
        }
        Command::Tune { queries } => tune::tune(&settings, &queries),
    }
}
