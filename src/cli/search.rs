//! `wenzhen search`: one question from the terminal, with every part of every score if wanted.

use std::io::Write;

use super::{Failure, open::open, settings::Settings};
use crate::{
    access::Role,
    found::{AnswerClass, Found, Question, QuestionFault},
};

/// Searches and prints.
pub(super) fn search(settings: &Settings, query: &str, explain: bool, agent: bool) -> Result<(), Failure> {
    let mut question = Question::new(query).map_err(|fault| match fault {
        QuestionFault::TooLong(n) => Failure::usage(format!("问题有 {n} 个字"), "说得短一些，最多 512 个字"),
        _ => Failure::usage("问题是空的", "写上要找的问题，例如：wenzhen search 洗衣机不脱水"),
    })?;
    question.explain = explain;
    let opened = open(&settings.kb)?;
    let opened = if settings.embeddings { opened.with_meaning(&settings.data)? } else { opened };
    let role = if agent { Role::Agent } else { Role::Customer };
    let found =
        opened.finder.find(&question, role).map_err(|e| Failure::system(format!("搜索失败：{e}"), "再试一次"))?;
    print(&mut std::io::stdout().lock(), &found)
        .map_err(|e| Failure::system(format!("写不出结果：{e}"), "检查输出的去向"))
}

fn print(out: &mut impl Write, found: &Found) -> std::io::Result<()> {
    let class = match found.answer {
        AnswerClass::Confident => "有把握",
        AnswerClass::Possible => "可能相关",
        AnswerClass::None => "没有找到",
    };
    let u = &found.understood;
    writeln!(out, "{class}，共 {} 篇，{} 微秒", found.total, found.took_us)?;
    writeln!(
        out,
        "理解为：{}  电器：{}  代码：{}  未收录代码：{}  型号：{}",
        u.text,
        u.appliance.as_deref().unwrap_or("-"),
        list(&u.codes),
        list(&u.unknown_codes),
        list(&u.models)
    )?;
    if let Some(alert) = &found.alert {
        writeln!(out, "【危险】{}", alert.say)?;
    }
    for (i, hit) in found.hits.iter().enumerate() {
        writeln!(
            out,
            "{:>2}. {:.2}  覆盖 {:.0}%  {}  {}",
            i + 1,
            hit.score,
            hit.coverage * 100.0,
            hit.article.id,
            hit.article.title
        )?;
        for reason in &hit.reasons {
            writeln!(out, "      {} {} 「{}」", reason.why.as_str(), reason.place.as_str(), reason.text)?;
        }
        for part in &hit.parts {
            writeln!(out, "      {:+.3}  {} {}", part.score, part.name, part.about)?;
        }
    }
    Ok(())
}

fn list(items: &[String]) -> String {
    if items.is_empty() { "-".to_owned() } else { items.join("、") }
}
