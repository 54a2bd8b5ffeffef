//! `wenzhen test`: the `expect` questions of the articles, or a table of judged questions; what came
//! of them, and what moved since another run.

mod comparison;
mod figures;
mod run_file;

pub(super) use figures::share;
use std::{
    io::Write,
    path::{Path, PathBuf},
};

use super::{
    Failure,
    open::{Opened, open},
    settings::Settings,
};
use crate::journey::{
    AskFault, Judged, JudgedFault, Snapshot, TestRun, ask_all, compare, expectations, read_judged, unknown_ids,
};

/// What is wanted of the command.
pub(super) struct Wish {
    /// A table of judged questions, instead of the `expect` questions.
    pub queries: Option<PathBuf>,
    /// Words only, without the sentence model.
    pub lexical: bool,
    /// `text` or `json`.
    pub format: String,
    /// Where the run is kept.
    pub save: Option<PathBuf>,
    /// A run kept before.
    pub against: Option<PathBuf>,
}

/// Runs the tests; an `expect` that does not find its article first makes the command fail.
pub(super) fn test(settings: &Settings, wish: &Wish) -> Result<(), Failure> {
    if !["text", "json"].contains(&wish.format.as_str()) {
        return Err(Failure::usage(format!("不认识格式 `{}`", wish.format), "写 text 或 json"));
    }
    let then = wish.against.as_deref().map(run_file::read).transpose()?;
    let opened = open(&settings.kb)?;
    let opened = match &settings.embeddings {
        Some(wanted) if !wish.lexical => opened.with_meaning(wanted, &settings.data)?,
        _ => opened,
    };
    let run = run(&opened, wish.queries.as_deref())?;
    let comparison = then.as_ref().map(|then| compare(then, &run));
    if let Some(path) = &wish.save {
        run_file::write(path, &run)?;
    }
    let mut out = std::io::stdout().lock();
    let written = if wish.format == "json" {
        run_file::print(&mut out, &run, comparison.as_ref())
    } else {
        figures::print(&mut out, &run, settings.embeddings.is_some() && !wish.lexical)
            .and_then(|()| comparison.as_ref().map_or(Ok(()), |c| comparison::print(&mut out, c)))
    };
    written.map_err(|e| Failure::system(format!("写不出结果：{e}"), "检查输出的去向"))?;
    let failing = run.asked.iter().filter(|a| a.is_answerable() && !a.is_first()).count();
    if wish.queries.is_none() && failing > 0 {
        return Err(Failure::findings(format!("{failing} 条 expect 没有排在第一")));
    }
    Ok(())
}

fn run(opened: &Opened, queries: Option<&Path>) -> Result<TestRun, Failure> {
    let snapshot = opened.finder.snapshot().map_err(|e| Failure::system(format!("没有读到知识库：{e}"), "再试一次"))?;
    let judged = match queries {
        None => expectations(&snapshot),
        Some(path) => read_table(path)?,
    };
    if judged.is_empty() {
        return Err(Failure::usage("没有可以跑的问题", "在文章头部写 expect，或用 --queries 给一份 TSV"));
    }
    tell_unknown(&judged, &snapshot);
    ask_all(&opened.finder, &judged).map_err(|fault| ask_failure(&fault))
}

/// The judged questions of the table at `path`.
pub(super) fn read_table(path: &Path) -> Result<Vec<Judged>, Failure> {
    let text = std::fs::read_to_string(path)
        .map_err(|e| Failure::usage(format!("读不了 `{}`：{e}", path.display()), "检查文件名和权限；文件要是 UTF-8"))?;
    read_judged(&text).map_err(|fault| refused(path, &fault))
}

/// Tells of answers the folder does not have.
pub(super) fn tell_unknown(judged: &[Judged], snapshot: &Snapshot) {
    for (name, id) in unknown_ids(judged, snapshot) {
        // Nobody is left to tell when the terminal is gone.
        let _ = writeln!(std::io::stderr(), "注意：{name} 的答案 `{id}` 不在知识库里");
    }
}

/// Why a judged question could not be asked, for the terminal.
pub(super) fn ask_failure(fault: &AskFault) -> Failure {
    match fault {
        AskFault::Question(name, why) => {
            Failure::usage(format!("{name} 不能当问题搜：{why}"), "问题不能是空的，最多 512 个字")
        }
        AskFault::Find(name, why) => Failure::system(format!("搜索 {name} 失败：{why}"), "再试一次"),
    }
}

fn refused(path: &Path, fault: &JudgedFault) -> Failure {
    let file = path.display();
    match fault {
        JudgedFault::Columns => {
            Failure::usage(format!("`{file}` 第 1 行没有 query 和 ids 两列"), "第一行写列名，用制表符分隔")
        }
        JudgedFault::Incomplete(line) => {
            Failure::usage(format!("`{file}` 第 {line} 行缺 query 或 ids"), "没有答案的问题 ids 写 NONE")
        }
        JudgedFault::Audience { line, audience } => Failure::usage(
            format!("`{file}` 第 {line} 行的 audience 是 `{audience}`"),
            "写 public（用户来问）或 agent（坐席来问），也可以空着",
        ),
    }
}
