//! `wenzhen tune`: weights of the ranking learned from the folder's own questions, as a proposal beside `ranking.toml`
//! that an editor takes or throws away.

use std::{
    fs,
    io::Write,
    path::{Path, PathBuf},
};

use super::{
    Failure,
    open::open,
    settings::Settings,
    table::write_table,
    test::{ask_failure, read_table, share, tell_unknown},
};
use crate::journey::{ENOUGH_TO_LEARN, Share, TuneFault, Tuned, Verdict, expectations, tune as learn_weights};

/// The file that is written; no setting, whatever stands in it.
const PROPOSED: &str = "ranking.proposed.toml";
/// Each learned weight with what it is for, as an editor reads it.
const REASONS: [(&str, &str); 12] = [
    ("mix_words", "按词搜每得十分算多少"),
    ("mix_words_share", "按词搜的得分占第一名的几成"),
    ("near_title", "标题的意思相近；标题短，彼此又像"),
    ("near_phrase", "用户常见说法里意思最近的一句"),
    ("near_whole", "整篇概括起来意思相近"),
    ("near_section", "意思最近的一节；要问的往往只在一处讲到"),
    ("mix_likelihood", "问题的说法像不像用户问这篇的话；比最像的一篇差多少"),
    ("mix_other_appliance", "问的是一种电器、文章讲另一种，扣这么多"),
    ("mix_sign", "对上一个现象加这么多，对不上扣这么多"),
    ("sure_bias", "答得对不对的把握：起点；越低越常说没有找到"),
    ("sure_coverage", "答得对不对的把握：问题的词在第一篇里说到了几成"),
    ("sure_score", "答得对不对的把握：第一篇的得分"),
];

/// Learns from the `expect` questions and the tables `queries`, prints what it brings, and writes the proposal where it
/// brings something.
pub(super) fn tune(settings: &Settings, queries: &[PathBuf]) -> Result<(), Failure> {
    let Some(wanted) = &settings.embeddings else {
        let hint = "去掉 --embeddings off 再运行；这些权重是合并词和意思用的";
        return Err(Failure::usage("没有语义模型，没有可调的权重", hint));
    };
    let tables = queries.iter().map(|path| read_table(path)).collect::<Result<Vec<_>, _>>()?;
    let opened = open(&settings.kb)?.with_meaning(wanted, &settings.data)?;
    let snapshot = opened.finder.snapshot().map_err(|e| Failure::system(format!("没有读到知识库：{e}"), "再试一次"))?;
    let mut judged = expectations(&snapshot);
    judged.extend(tables.into_iter().flatten());
    tell_unknown(&judged, &snapshot);
    let tuned = learn_weights(&opened.finder, &judged).map_err(|fault| refused(&fault))?;
    let path = settings.kb.join(PROPOSED);
    let verdict = tuned.verdict();
    if verdict == Verdict::Better {
        let failed = |e| Failure::system(format!("写不了 `{}`：{e}", path.display()), "检查文件夹在不在、能不能写");
        fs::write(&path, proposal(&tuned)).map_err(failed)?;
    }
    print(&mut std::io::stdout().lock(), &tuned, verdict, &path)
        .map_err(|e| Failure::system(format!("写不出结果：{e}"), "检查输出的去向"))
}

fn refused(fault: &TuneFault) -> Failure {
    match fault {
        TuneFault::TooFew(n) => Failure::usage(
            format!("能用来学的问题只有 {n} 个，至少要 {ENOUGH_TO_LEARN} 个，没有调"),
            "在文章头部多写 expect，或用 --queries 给问题表；带代码、型号的和没有答案的问题不算",
        ),
        TuneFault::Ranking(why) => {
            Failure::usage(format!("ranking.toml 读不懂：{why}"), "运行 wenzhen check，改好 ranking.toml 再来")
        }
        TuneFault::Ask(fault) => ask_failure(fault),
    }
}

fn print(out: &mut impl Write, tuned: &Tuned, verdict: Verdict, path: &Path) -> std::io::Result<()> {
    let n = tuned.before.asked.len();
    writeln!(out, "从 {n} 个问题里学；另有 {} 个靠代码、型号就能定，和这些权重无关", tuned.n_without)?;
    writeln!(out, "\n■ 排第一：现在 → 新权重（交叉验证：每个问题用的权重，都没有从它学过；括号里是 95% 区间）")?;
    write_table(out, &places(tuned))?;
    writeln!(out, "p 小于 0.05 才说得上真有差别；题数不到 20 的分组不比。")?;
    writeln!(out, "\n■ 其他：现在 → 新权重")?;
    write_table(out, &others(tuned))?;
    if verdict == Verdict::NoGain {
        writeln!(out, "\n新权重没有让更多问题排对，或者差别可能只是碰巧：不建议改，没有写文件。")?;
    }
    if verdict == Verdict::LessHonest {
        writeln!(out, "\n新权重排得更对，却让更多没有答案的问题得到了答案：不建议改，没有写文件。")?;
    }
    if verdict != Verdict::Better {
        let old = if path.exists() {
            format!("`{}` 是以前写的，没有动。\n", path.display())
        } else {
            String::new()
        };
        return write!(out, "{old}");
    }
    writeln!(out, "\n■ 建议的权重")?;
    write_table(out, &weights(tuned))?;
    writeln!(
        out,
        "\n写好了 `{0}`，还没有生效，ranking.toml 没有动。\n采用：看过以后改名为 ranking.toml（替换原来的），存盘就生效；再跑 wenzhen test 核对。\n不采用：删掉 `{0}`。",
        path.display()
    )
}

fn line<const N: usize>(cells: [String; N]) -> Vec<String> {
    cells.to_vec()
}

/// Of each stratum and of all: how many are first, then and now.
fn places(tuned: &Tuned) -> Vec<Vec<String>> {
    let comparison = tuned.comparison();
    let (before, after) = (tuned.before.by_stratum(), tuned.after.by_stratum());
    let mut rows = vec![["分组", "题数", "现在", "新权重", "相差", "p"].map(str::to_owned).to_vec()];
    let mut row = |name: &str, stratum: Option<&str>, then: Share, now: Share| {
        let tested = comparison.differences.iter().find(|d| d.stratum == stratum);
        let points = (now.k as f64 - then.k as f64) / then.n as f64 * 100.0;
        let within = tested.map(|d| format!("（{:+.1}–{:+.1}）", d.interval.0 * 100.0, d.interval.1 * 100.0));
        let p = tested.map_or_else(|| "-".to_owned(), |d| format!("{:.3}", d.p));
        let difference = format!("{points:+.1} 点{}", within.unwrap_or_default());
        rows.push(line([name.to_owned(), then.n.to_string(), share(then), share(now), difference, p]));
    };
    for (stratum, then) in before.iter().filter(|(_, tally)| tally.first.n > 0) {
        row(stratum, Some(stratum), then.first, after.get(stratum).map(|t| t.first).unwrap_or_default());
    }
    row("合计", None, tuned.before.total().first, tuned.after.total().first);
    rows
}

/// What else moves with the weights.
fn others(tuned: &Tuned) -> Vec<Vec<String>> {
    let (then, now) = (tuned.before.total(), tuned.after.total());
    let mrr = |value: Option<f64>| value.map_or_else(|| "-".to_owned(), |m| format!("{m:.3}"));
    let row = |name: &str, then: Share, now: Share| line([name.to_owned(), share(then), share(now)]);
    vec![
        row("前三", then.top3, now.top3),
        line(["MRR@10".to_owned(), mrr(then.mrr()), mrr(now.mrr())]),
        row("有答案，却说没有找到", then.answered_none, now.answered_none),
        row("没有答案，也说没有找到", then.none, now.none),
        row("没有答案，却答得有把握", then.false_confident, now.false_confident),
        row("答得有把握，前三里有对的", then.confident_right, now.confident_right),
    ]
}

fn weights(tuned: &Tuned) -> Vec<Vec<String>> {
    let row = |change: &crate::journey::WeightChange| {
        let moved = if change.moved() { format!("{:.2}", change.after) } else { "不变".to_owned() };
        line([change.name.to_owned(), format!("{:.2}", change.before), moved, reason(change.name).to_owned()])
    };
    let head = ["权重", "现在", "建议", "管什么"].map(str::to_owned).to_vec();
    std::iter::once(head).chain(tuned.changes.iter().map(row)).collect()
}

fn reason(name: &str) -> &'static str {
    REASONS.iter().find(|(known, _)| *known == name).map_or("", |(_, reason)| reason)
}

/// The text of `ranking.proposed.toml`: all that should stand in `ranking.toml`.
fn proposal(tuned: &Tuned) -> String {
    let total = |run: &crate::journey::TestRun| share(run.total().first);
    let mut text = format!(
        "# `wenzhen tune` 的建议，还没有生效。\n# 采用：看过以后改名为 ranking.toml（替换原来的），存盘就生效；原来设的其他权重也抄在这里了。\n# 不采用：删掉这个文件。\n# 交叉验证，排第一：{} → {}\n\n[weights]\n",
        total(&tuned.before),
        total(&tuned.after)
    );
    for change in &tuned.changes {
        let (before, after) = (change.before, change.after);
        let moved = if change.moved() { format!("{before:.2} → {after:.2}") } else { "没有变".to_owned() };
        text.push_str(&setting(change.name, after, &format!("{}（{moved}）", reason(change.name))));
    }
    for kept in &tuned.kept {
        text.push_str(&setting(&kept.name, kept.value, &kept.reason));
    }
    text
}

fn setting(name: &str, value: f32, reason: &str) -> String {
    let reason = toml::Value::String(reason.to_owned());
    format!("{name} = {{ value = {value:?}, reason = {reason} }}\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::journey::{TestRun, WeightChange, WeightSetting};

    #[test]
    fn a_reason_with_quotes_and_line_ends_is_carried_over_as_it_was() {
        let run = || TestRun { asked: Vec::new() };
        let change = WeightChange { name: "near_title", before: 3.0, after: 4.25 };
        let odd = WeightSetting { name: "tie".into(), value: 0.3, reason: "引号 \" 和\n换行".into() };
        let tuned = Tuned { changes: vec![change], kept: vec![odd.clone()], before: run(), after: run(), n_without: 0 };
        let text = proposal(&tuned);
        let read: toml::Table = text.parse().unwrap_or_else(|e| panic!("{e}\n{text}"));
        assert_eq!(read["weights"]["tie"]["reason"].as_str(), Some(odd.reason.as_str()));
        assert_eq!(read["weights"]["near_title"]["value"].as_float(), Some(4.25));
        assert!(text.contains("标题短，彼此又像（3.00 → 4.25）"), "{text}");
    }
}
