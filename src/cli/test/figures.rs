//! The figures of a run, and the questions behind them, for people.

use std::io::Write;

use crate::{
    cli::{table::write_table, wording},
    found::AnswerClass,
    journey::{AlertRule, Asked, Share, Tally, TestRun},
};

/// A table of figures: what each column is called and how it is counted.
type Columns = [(&'static str, fn(&Tally) -> String)];

const FOUND: &Columns = &[
    ("有答案", |t| t.first.n.to_string()),
    ("排第一", |t| share(t.first)),
    ("前三", |t| share(t.top3)),
    ("前五", |t| share(t.top5)),
    ("MRR@10", |t| t.mrr().map_or_else(|| "-".to_owned(), |m| format!("{m:.3}"))),
];
const HONEST: &Columns = &[
    ("有答案，却说没有找到", |t| share(t.answered_none)),
    ("没有答案，也说没有找到", |t| share(t.none)),
    ("没有答案，却答得有把握", |t| share(t.false_confident)),
    ("答得有把握，前三里有对的", |t| share(t.confident_right)),
];
const DANGER: &Columns = &[
    ("问的是危险，提示了", |t| share(t.alerted)),
    ("答案是紧急文章，提示了", |t| share(t.may_alert)),
    ("与危险无关，却提示了", |t| share(t.false_alert)),
];

/// Prints everything that is to be known of one run.
pub(super) fn print(out: &mut impl Write, run: &TestRun, has_meaning: bool) -> std::io::Result<()> {
    let total = run.total();
    writeln!(
        out,
        "{} 个问题（{} 个有答案，{} 个没有），{}；括号里是 95% 置信区间",
        total.n(),
        total.first.n,
        total.none.n,
        if has_meaning { "按词和意思搜" } else { "只按词搜" }
    )?;
    writeln!(out, "\n■ 对的文章排在哪里")?;
    table(out, run, FOUND, |t| t.first.n > 0)?;
    writeln!(out, "\n■ 有没有说大话")?;
    table(out, run, HONEST, |_| true)?;
    writeln!(out, "\n■ 危险提示")?;
    table(out, run, DANGER, |t| t.alerted.n + t.may_alert.n + t.false_alert.k > 0)?;
    list(out, run, "没有排第一", |a| a.is_answerable() && !a.is_first())?;
    list(out, run, "没有答案，却答得有把握", |a| !a.is_answerable() && a.answer == AnswerClass::Confident)?;
    list(out, run, "问的是危险，却没有提示", |a| a.alert_rule == AlertRule::Must && a.alert.is_none())?;
    list(out, run, "与危险无关，却提示了", |a| a.alert_rule == AlertRule::MustNot && a.alert.is_some())
}

/// `299/356 84.0%（79.8–87.5）`.
pub(in crate::cli) fn share(share: Share) -> String {
    let Some(value) = share.value() else { return "-".to_owned() };
    let (low, high) = share.interval();
    let percent = |x: f64| x * 100.0;
    format!("{}/{} {:.1}%（{:.1}–{:.1}）", share.k, share.n, percent(value), percent(low), percent(high))
}

fn table(out: &mut impl Write, run: &TestRun, columns: &Columns, shown: fn(&Tally) -> bool) -> std::io::Result<()> {
    let row = |name: &str, tally: &Tally| {
        let cells = columns.iter().map(|(_, cell)| cell(tally));
        std::iter::once(name.to_owned()).chain(cells).collect::<Vec<String>>()
    };
    let head = std::iter::once("分组").chain(columns.iter().map(|(name, _)| *name)).map(str::to_owned).collect();
    let strata = run.by_stratum();
    let mut rows: Vec<Vec<String>> = vec![head];
    rows.extend(strata.iter().filter(|(_, tally)| shown(tally)).map(|(name, tally)| row(name, tally)));
    rows.push(row("合计", &run.total()));
    write_table(out, &rows)
}

fn list(out: &mut impl Write, run: &TestRun, what: &str, is_meant: fn(&Asked) -> bool) -> std::io::Result<()> {
    let meant: Vec<&Asked> = run.asked.iter().filter(|a| is_meant(a)).collect();
    if meant.is_empty() {
        return Ok(());
    }
    writeln!(out, "\n■ {what}（{} 个）", meant.len())?;
    for asked in meant {
        writeln!(out, "{}  {}", asked.judged.name, asked.judged.query)?;
        writeln!(out, "    {}", outcome(asked))?;
    }
    Ok(())
}

/// What came of one question, in a line.
pub(super) fn outcome(asked: &Asked) -> String {
    let mut said = Vec::new();
    if asked.is_answerable() {
        let place = asked.rank().map_or_else(|| "不在前十".to_owned(), |r| format!("第 {}", r + 1));
        said.push(format!("应是 {}：{place}", asked.judged.wanted.join(" 或 ")));
    }
    match asked.got.first() {
        Some(first) if !asked.is_first() => {
            said.push(format!("第一是 {}（{}）", first.id, wording::class(asked.answer)));
        }
        Some(_) => said.push(wording::class(asked.answer).to_owned()),
        None => said.push("答的是「没有找到」".to_owned()),
    }
    said.extend(asked.alert.as_ref().map(|hazard| format!("提示了危险 {hazard}")));
    said.join("；")
}
