//! `wenzhen search`: one question from the terminal, with every part of every score if wanted.

use super::{Failure, explain, open::open, settings::Settings};
use crate::{
    access::Role,
    found::{Question, QuestionFault},
};

/// Searches and prints.
pub(super) fn search(settings: &Settings, query: &str, explain: bool, agent: bool) -> Result<(), Failure> {
    let mut question = Question::new(query).map_err(|fault| match fault {
        QuestionFault::TooLong(n) => Failure::usage(format!("问题有 {n} 个字"), "说得短一些，最多 512 个字"),
        _ => Failure::usage("问题是空的", "写上要找的问题，例如：wenzhen search 洗衣机不脱水"),
    })?;
    question.explain = explain;
    question.wait = true;
    let opened = open(&settings.kb)?;
    let opened = match &settings.embeddings {
        Some(wanted) => opened.with_meaning(wanted, &settings.data)?,
        None => opened,
    };
    let role = if agent { Role::Agent } else { Role::Customer };
    let found =
        opened.finder.find(&question, role).map_err(|e| Failure::system(format!("搜索失败：{e}"), "再试一次"))?;
    explain::print(&mut std::io::stdout().lock(), &found)
        .map_err(|e| Failure::system(format!("写不出结果：{e}"), "检查输出的去向"))
}
