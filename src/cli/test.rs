//! `wenzhen test`: the `expect` questions of the articles, or a table of judged questions.

use std::{collections::BTreeMap, io::Write, path::Path};

use super::{
    Failure,
    open::{Opened, open},
    settings::Settings,
};
use crate::{
    access::Role,
    article::{ArticleId, Audience},
    found::{AnswerClass, Question},
};

/// What must come out of one question.
struct Judged {
    name: String,
    query: String,
    /// Any of these; empty = unanswerable.
    ids: Vec<String>,
    stratum: String,
    role: Role,
}

/// Counts of one stratum.
#[derive(Default, Clone, Copy)]
struct Tally {
    answerable: usize,
    first: usize,
    top3: usize,
    answered_none: usize,
    unanswerable: usize,
    none: usize,
    confident_wrongly: usize,
}

/// Runs the tests; a failing `expect` is listed and makes the command fail.
pub(super) fn test(settings: &Settings, queries: Option<&Path>, lexical: bool) -> Result<(), Failure> {
    let opened = open(&settings.kb)?;
    let by_words = lexical || !settings.embeddings;
    let opened = if by_words { opened } else { opened.with_meaning(&settings.data)? };
    let judged = match queries {
        Some(path) => read_table(path)?,
        None => expectations(&opened)?,
    };
    if judged.is_empty() {
        return Err(Failure::usage("没有可以跑的问题", "在文章头部写 expect，或用 --queries 给一份 TSV"));
    }
    let mut strata: BTreeMap<String, Tally> = BTreeMap::new();
    let mut failing = Vec::new();
    for one in &judged {
        let outcome = ask(&opened, one)?;
        let tally = strata.entry(one.stratum.clone()).or_default();
        tally.add(one, &outcome);
        if !one.ids.is_empty() && outcome.rank != Some(0) {
            failing.push(format!(
                "{}：「{}」应是 {}，第一是 {}",
                one.name,
                one.query,
                one.ids.join("|"),
                outcome.first.as_deref().unwrap_or("（没有找到）")
            ));
        }
    }
    let mut out = std::io::stdout().lock();
    print(&mut out, &strata, &failing).map_err(|e| Failure::system(format!("写不出结果：{e}"), "检查输出的去向"))?;
    if queries.is_none() && !failing.is_empty() {
        return Err(Failure::findings(format!("{} 条 expect 没有排在第一", failing.len())));
    }
    Ok(())
}

struct Outcome {
    /// Position of the first right article.
    rank: Option<usize>,
    first: Option<String>,
    answer: AnswerClass,
}

fn ask(opened: &Opened, one: &Judged) -> Result<Outcome, Failure> {
    let failed =
        |e: &dyn std::fmt::Display| Failure::system(format!("搜索「{}」失败：{e}", one.query), "检查这一条问题");
    let question = Question::new(&one.query).map_err(|e| failed(&e))?;
    let found = opened.finder.find(&question, one.role).map_err(|e| failed(&e))?;
    let ids: Vec<&ArticleId> = found.hits.iter().map(|h| &h.article.id).collect();
    Ok(Outcome {
        rank: ids.iter().position(|id| one.ids.iter().any(|want| want == id.as_str())),
        first: ids.first().map(|id| id.to_string()),
        answer: found.answer,
    })
}

impl Tally {
    fn add(&mut self, one: &Judged, outcome: &Outcome) {
        if one.ids.is_empty() {
            self.unanswerable += 1;
            self.none += usize::from(outcome.answer == AnswerClass::None);
            self.confident_wrongly += usize::from(outcome.answer == AnswerClass::Confident);
            return;
        }
        self.answerable += 1;
        self.first += usize::from(outcome.rank == Some(0));
        self.top3 += usize::from(outcome.rank.is_some_and(|r| r < 3));
        self.answered_none += usize::from(outcome.answer == AnswerClass::None);
    }

    fn plus(self, other: Self) -> Self {
        Self {
            answerable: self.answerable + other.answerable,
            first: self.first + other.first,
            top3: self.top3 + other.top3,
            answered_none: self.answered_none + other.answered_none,
            unanswerable: self.unanswerable + other.unanswerable,
            none: self.none + other.none,
            confident_wrongly: self.confident_wrongly + other.confident_wrongly,
        }
    }
}

fn expectations(opened: &Opened) -> Result<Vec<Judged>, Failure> {
    let snapshot = opened.finder.snapshot().map_err(|e| Failure::system(format!("没有读到知识库：{e}"), "再试一次"))?;
    let mut judged = Vec::new();
    for article in snapshot.articles() {
        let role = if article.audience == Audience::Agent { Role::Agent } else { Role::Customer };
        for (query, line) in article.expect.iter().zip(&article.expect_lines) {
            judged.push(Judged {
                name: format!("{}:{line}", article.path),
                query: query.clone(),
                ids: vec![article.id.to_string()],
                stratum: article.appliances.first().cloned().unwrap_or_else(|| "其他".to_owned()),
                role,
            });
        }
    }
    Ok(judged)
}

/// Reads the table: a header, then a row a question.
fn read_table(path: &Path) -> Result<Vec<Judged>, Failure> {
    let text = std::fs::read_to_string(path)
        .map_err(|e| Failure::usage(format!("读不了 `{}`：{e}", path.display()), "检查文件名和权限；文件要是 UTF-8"))?;
    let mut lines = (1..).zip(text.trim_start_matches('\u{feff}').lines());
    let header: Vec<&str> = lines.next().map(|(_, l)| l.trim_end().split('\t').collect()).unwrap_or_default();
    let column = |name: &str| header.iter().position(|h| *h == name);
    let (Some(query), Some(ids)) = (column("query"), column("ids")) else {
        return Err(Failure::usage(
            format!("`{}` 第 1 行没有 query 和 ids 两列", path.display()),
            "第一行写列名，用制表符分隔",
        ));
    };
    let mut judged = Vec::new();
    for (n, line) in lines.filter(|(_, l)| !l.trim().is_empty()) {
        let cells: Vec<&str> = line.split('\t').collect();
        let cell = |i: Option<usize>| i.and_then(|i| cells.get(i)).map_or("", |c| c.trim());
        if cell(Some(query)).is_empty() || cell(Some(ids)).is_empty() {
            return Err(Failure::usage(
                format!("`{}` 第 {n} 行缺 query 或 ids", path.display()),
                "没有答案的问题 ids 写 NONE",
            ));
        }
        let wanted = cell(Some(ids));
        judged.push(Judged {
            name: Some(cell(column("qid")))
                .filter(|q| !q.is_empty())
                .map_or_else(|| format!("第 {n} 行"), str::to_owned),
            query: cell(Some(query)).to_owned(),
            ids: if wanted == "NONE" { Vec::new() } else { wanted.split('|').map(str::to_owned).collect() },
            stratum: Some(cell(column("stratum"))).filter(|s| !s.is_empty()).unwrap_or("全部").to_owned(),
            role: if cell(column("audience")) == "agent" { Role::Agent } else { Role::Customer },
        });
    }
    Ok(judged)
}

fn print(out: &mut impl Write, strata: &BTreeMap<String, Tally>, failing: &[String]) -> std::io::Result<()> {
    writeln!(out, "分组\t可答\t第一\t前三\t答成没有\t不可答\t答没有\t误答")?;
    let all = strata.values().fold(Tally::default(), |a, b| a.plus(*b));
    let rows = strata.iter().map(|(name, tally)| (name.as_str(), *tally)).chain([("合计", all)]);
    for (name, t) in rows {
        let share = |n: usize, of: usize| {
            if of == 0 { "-".to_owned() } else { format!("{n}/{of}={:.3}", n as f64 / of as f64) }
        };
        writeln!(
            out,
            "{name}\t{}\t{}\t{}\t{}\t{}\t{}\t{}",
            t.answerable,
            share(t.first, t.answerable),
            share(t.top3, t.answerable),
            share(t.answered_none, t.answerable),
            t.unanswerable,
            share(t.none, t.unanswerable),
            share(t.confident_wrongly, t.unanswerable),
        )?;
    }
    for line in failing {
        writeln!(out, "没有排第一  {line}")?;
    }
    Ok(())
}
