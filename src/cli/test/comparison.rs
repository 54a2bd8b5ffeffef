//! What moved between two runs, for people.

use std::io::Write;

use super::figures::outcome;
use crate::{
    cli::{table::write_table, wording},
    journey::{Asked, Comparison, Moved},
};

/// Places of an answer that are shown.
const PLACES: usize = 3;
/// Parts of scores that are shown for a question.
const CAUSES: usize = 6;

/// Prints the figures that differ, then every question that moved.
pub(super) fn print(out: &mut impl Write, comparison: &Comparison<'_>) -> std::io::Result<()> {
    writeln!(
        out,
        "\n■ 和上次比：{} 个问题两次都有，{} 个升了，{} 个降了，{} 个的危险提示变了",
        comparison.both,
        comparison.up.len(),
        comparison.down.len(),
        comparison.alerts.len()
    )?;
    if comparison.only_then + comparison.only_now > 0 {
        writeln!(
            out,
            "  只在上次有 {} 个，只在这次有 {} 个（问法或答案改过也算），不比",
            comparison.only_then, comparison.only_now
        )?;
    }
    let head = ["分组", "题数", "上次排第一", "这次排第一", "相差", "95% 区间", "p"];
    let mut rows: Vec<Vec<String>> = vec![head.map(str::to_owned).to_vec()];
    for d in &comparison.differences {
        let n = d.n as f64;
        let points = (d.now as f64 - d.then as f64) / n * 100.0;
        rows.push(vec![
            d.stratum.unwrap_or("合计").to_owned(),
            d.n.to_string(),
            format!("{} {:.1}%", d.then, d.then as f64 / n * 100.0),
            format!("{} {:.1}%", d.now, d.now as f64 / n * 100.0),
            format!("{points:+.1} 点"),
            format!("{:+.1} 到 {:+.1}", d.interval.0 * 100.0, d.interval.1 * 100.0),
            if d.p < 0.001 { "<0.001".to_owned() } else { format!("{:.3}", d.p) },
        ]);
    }
    write_table(out, &rows)?;
    if !comparison.differences.is_empty() {
        writeln!(out, "p 小于 0.05 才说得上真有差别，不然多半是碰巧；题数不到 20 的分组不比。")?;
    }
    for (what, moved) in [("升了", &comparison.up), ("降了", &comparison.down), ("危险提示变了", &comparison.alerts)]
    {
        if !moved.is_empty() {
            writeln!(out, "\n■ {what}（{} 个）", moved.len())?;
        }
        for moved in moved {
            question(out, moved)?;
        }
    }
    Ok(())
}

fn question(out: &mut impl Write, moved: &Moved<'_>) -> std::io::Result<()> {
    let judged = &moved.now.judged;
    writeln!(out, "{}  {}", judged.name, judged.query)?;
    for (when, asked) in [("上次", moved.then), ("这次", moved.now)] {
        writeln!(out, "    {when}  {}", outcome(asked))?;
        writeln!(out, "          {}", places(asked))?;
    }
    if moved.then.understood != moved.now.understood {
        writeln!(out, "    理解  上次「{}」，这次「{}」", moved.then.understood, moved.now.understood)?;
    }
    if moved.then.meaning != moved.now.meaning {
        let (then, now) = (wording::meaning(moved.then.meaning), wording::meaning(moved.now.meaning));
        writeln!(out, "    意思  上次{then}，这次{now}")?;
    }
    for cause in moved.causes().iter().take(CAUSES) {
        let about = if cause.about.is_empty() { String::new() } else { format!("「{}」", cause.about) };
        let part = wording::part(cause.name);
        writeln!(out, "    得分  {}  {part}{about}  {:.2} → {:.2}", cause.id, cause.then, cause.now)?;
    }
    Ok(())
}

fn places(asked: &Asked) -> String {
    let place = |(i, got): (usize, &crate::journey::Got)| {
        let right = if asked.judged.wanted.contains(&got.id) { "✓" } else { "" };
        format!("{}. {}{right} {:.2}", i + 1, got.id, got.score)
    };
    let places: Vec<String> = asked.got.iter().take(PLACES).enumerate().map(place).collect();
    if places.is_empty() { "（空）".to_owned() } else { places.join("   ") }
}
