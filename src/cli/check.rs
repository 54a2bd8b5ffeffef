//! `wenzhen check`: every problem of the folder, with its place and what to try.

use std::io::Write;

use super::{Failure, open::open, sarif, settings::Settings};
use crate::article::{Level, Problem};

/// How the problems are written.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Format {
    /// For people.
    Text,
    /// For scripts.
    Json,
    /// SARIF 2.1.0, for code hosts and editors.
    Sarif,
}

impl Format {
    fn read(text: &str) -> Option<Self> {
        match text {
            "text" => Some(Self::Text),
            "json" => Some(Self::Json),
            "sarif" => Some(Self::Sarif),
            _ => None,
        }
    }
}

/// Lists the problems at or above `level`; errors make the command fail, whatever is listed.
pub(super) fn check(settings: &Settings, format: &str, level: &str) -> Result<(), Failure> {
    let format = Format::read(format)
        .ok_or_else(|| Failure::usage(format!("不认识格式 `{format}`"), "写 text、json 或 sarif"))?;
    let lowest = [Level::Error, Level::Warning, Level::Note]
        .into_iter()
        .find(|l| l.as_str() == level)
        .ok_or_else(|| Failure::usage(format!("不认识级别 `{level}`"), "写 error、warning 或 note"))?;
    let opened = open(&settings.kb)?;
    let snapshot = opened.finder.snapshot().map_err(|e| Failure::system(format!("没有读到知识库：{e}"), "再试一次"))?;
    let problems = snapshot.every_problem();
    let shown: Vec<&Problem> = problems.iter().filter(|p| p.trouble.level() <= lowest).collect();
    let count = |level| problems.iter().filter(|p| p.trouble.level() == level).count();
    let (errors, warnings, notes) = (count(Level::Error), count(Level::Warning), count(Level::Note));
    let summary = format!("{} 篇文章，{errors} 个错误，{warnings} 个警告，{notes} 个提示", snapshot.n_articles());
    let mut out = std::io::stdout().lock();
    let written = match format {
        Format::Text => print_text(&mut out, &shown),
        Format::Json => print_json(&mut out, &shown),
        Format::Sarif => print_sarif(&mut out, &shown, settings),
    };
    written.map_err(|e| Failure::system(format!("写不出结果：{e}"), "检查输出的去向"))?;
    if errors > 0 {
        return Err(Failure::findings(summary));
    }
    // Nobody is left to tell when the terminal is gone.
    let _ = match format {
        Format::Text => writeln!(out, "{summary}"),
        // What stands on standard output is for a program.
        Format::Json | Format::Sarif => writeln!(std::io::stderr(), "{summary}"),
    };
    Ok(())
}

fn print_text(out: &mut impl Write, problems: &[&Problem]) -> std::io::Result<()> {
    for problem in problems {
        let trouble = &problem.trouble;
        writeln!(
            out,
            "{}:{}:{} {} [{}] {}",
            problem.file,
            problem.line,
            problem.column,
            trouble.level().label(),
            trouble.code(),
            trouble.sentence()
        )?;
        writeln!(out, "    提示：{}", trouble.hint())?;
    }
    Ok(())
}

fn print_json(out: &mut impl Write, problems: &[&Problem]) -> std::io::Result<()> {
    let rows: Vec<serde_json::Value> = problems
        .iter()
        .map(|p| {
            serde_json::json!({
                "file": p.file.as_str(), "line": p.line, "column": p.column, "code": p.trouble.code(),
                "level": p.trouble.level().as_str(), "message": p.trouble.sentence(), "hint": p.trouble.hint(),
            })
        })
        .collect();
    serde_json::to_writer_pretty(&mut *out, &rows)?;
    writeln!(out)
}

fn print_sarif(out: &mut impl Write, problems: &[&Problem], settings: &Settings) -> std::io::Result<()> {
    let log = sarif::log(problems, &std::path::absolute(&settings.kb)?);
    serde_json::to_writer_pretty(&mut *out, &log)?;
    writeln!(out)
}
