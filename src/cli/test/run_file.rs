//! A run as JSON: kept in a file, read again to compare with, printed for programs.

use std::{fs, io::Write, path::Path};

use serde::{Deserialize, Serialize};

use crate::{
    access::Role,
    cli::Failure,
    found::{AnswerClass, MeaningUse},
    journey::{AlertRule, Asked, Comparison, Got, Judged, Moved, Part, Share, Tally, TestRun},
};

/// The form of the file; a later one gets another number.
const FORM: u32 = 1;

#[derive(Serialize, Deserialize)]
struct RunBody {
    form: u32,
    #[serde(default, skip_deserializing)]
    program: &'static str,
    #[serde(default, skip_deserializing)]
    strata: Vec<TallyBody>,
    #[serde(default, skip_deserializing, skip_serializing_if = "Option::is_none")]
    comparison: Option<ComparisonBody>,
    queries: Vec<AskedBody>,
}

#[derive(Serialize, Deserialize)]
struct AskedBody {
    qid: String,
    query: String,
    stratum: String,
    audience: String,
    wanted: Vec<String>,
    /// From 1; `null` = not among the first ten, or nothing wanted.
    #[serde(default, skip_deserializing)]
    rank: Option<usize>,
    answer: String,
    alert: Option<String>,
    alert_rule: String,
    meaning: String,
    understood: String,
    got: Vec<GotBody>,
}

#[derive(Serialize, Deserialize)]
struct GotBody {
    id: String,
    score: f32,
    parts: Vec<PartBody>,
}

#[derive(Serialize, Deserialize)]
struct PartBody {
    name: String,
    about: String,
    score: f32,
}

#[derive(Serialize)]
struct TallyBody {
    /// `null` = all.
    stratum: Option<String>,
    success_at_1: ShareBody,
    success_at_3: ShareBody,
    success_at_5: ShareBody,
    mrr_at_10: Option<f64>,
    answerable_none: ShareBody,
    unanswerable_none: ShareBody,
    unanswerable_confident: ShareBody,
    confident_right_in_3: ShareBody,
    danger_alerted: ShareBody,
    urgent_answer_alerted: ShareBody,
    false_alerts: ShareBody,
}

#[derive(Serialize)]
struct ShareBody {
    k: usize,
    n: usize,
    /// Wilson's 95 % interval.
    interval: (f64, f64),
}

#[derive(Serialize)]
struct ComparisonBody {
    both: usize,
    only_then: usize,
    only_now: usize,
    up: Vec<MovedBody>,
    down: Vec<MovedBody>,
    alerts_changed: Vec<MovedBody>,
    success_at_1: Vec<DifferenceBody>,
}

#[derive(Serialize)]
struct MovedBody {
    qid: String,
    then_rank: Option<usize>,
    now_rank: Option<usize>,
    then_answer: &'static str,
    now_answer: &'static str,
}

#[derive(Serialize)]
struct DifferenceBody {
    stratum: Option<String>,
    n: usize,
    then: usize,
    now: usize,
    p: f64,
    interval: (f64, f64),
}

/// Keeps `run` at `path`.
pub(super) fn write(path: &Path, run: &TestRun) -> Result<(), Failure> {
    let failed = |e: &dyn std::fmt::Display| {
        Failure::system(format!("写不了 `{}`：{e}", path.display()), "检查文件夹在不在、能不能写")
    };
    let mut bytes = Vec::new();
    print(&mut bytes, run, None).map_err(|e| failed(&e))?;
    fs::write(path, bytes).map_err(|e| failed(&e))
}

/// Prints `run`, and how it differs, as JSON.
pub(super) fn print(out: &mut impl Write, run: &TestRun, comparison: Option<&Comparison<'_>>) -> std::io::Result<()> {
    let strata = run.by_stratum().into_iter().map(|(name, tally)| TallyBody::new(Some(name), &tally));
    let body = RunBody {
        form: FORM,
        program: env!("CARGO_PKG_VERSION"),
        strata: std::iter::once(TallyBody::new(None, &run.total())).chain(strata).collect(),
        comparison: comparison.map(ComparisonBody::new),
        queries: run.asked.iter().map(AskedBody::new).collect(),
    };
    serde_json::to_writer(&mut *out, &body)?;
    writeln!(out)
}

/// The run kept at `path`.
pub(super) fn read(path: &Path) -> Result<TestRun, Failure> {
    let file = path.display();
    let text =
        fs::read(path).map_err(|e| Failure::usage(format!("读不了 `{file}`：{e}"), "先用 --save 存一次，再来比较"))?;
    let hint = "用 wenzhen test --save 存下的文件";
    let body: RunBody = serde_json::from_slice(&text)
        .map_err(|e| Failure::usage(format!("`{file}` 第 {} 行不是一次测试的结果", e.line()), hint))?;
    if body.form != FORM {
        let hint = "用现在的程序重新 --save 一次";
        return Err(Failure::usage(format!("`{file}` 是另一种版本（{}）的结果", body.form), hint));
    }
    let asked = body.queries.into_iter().map(|a| {
        let name = a.qid.clone();
        a.asked().ok_or_else(|| Failure::usage(format!("`{file}` 里 {name} 这一题读不懂"), hint))
    });
    Ok(TestRun { asked: asked.collect::<Result<_, _>>()? })
}

impl AskedBody {
    fn new(asked: &Asked) -> Self {
        let part = |p: &Part| PartBody { name: p.name.clone(), about: p.about.clone(), score: p.score };
        let got = |g: &Got| GotBody { id: g.id.clone(), score: g.score, parts: g.parts.iter().map(part).collect() };
        Self {
            qid: asked.judged.name.clone(),
            query: asked.judged.query.clone(),
            stratum: asked.judged.stratum.clone(),
            audience: asked.judged.role.as_str().to_owned(),
            wanted: asked.judged.wanted.clone(),
            rank: asked.rank().map(|r| r + 1),
            answer: asked.answer.as_str().to_owned(),
            alert: asked.alert.clone(),
            alert_rule: asked.alert_rule.as_str().to_owned(),
            meaning: asked.meaning.as_str().to_owned(),
            understood: asked.understood.clone(),
            got: asked.got.iter().map(got).collect(),
        }
    }

    /// `None` when a word of it is unknown.
    fn asked(self) -> Option<Asked> {
        use AnswerClass::{Confident, None as NoAnswer, Possible};
        use MeaningUse::{NotNeeded, Off, Used};
        let part = |p: PartBody| Part { name: p.name, about: p.about, score: p.score };
        let got = |g: GotBody| Got { id: g.id, score: g.score, parts: g.parts.into_iter().map(part).collect() };
        Some(Asked {
            judged: Judged {
                name: self.qid,
                query: self.query,
                wanted: self.wanted,
                stratum: self.stratum,
                role: Role::ALL.into_iter().find(|r| r.as_str() == self.audience)?,
            },
            alert_rule: AlertRule::ALL.into_iter().find(|r| r.as_str() == self.alert_rule)?,
            understood: self.understood,
            got: self.got.into_iter().map(got).collect(),
            answer: [Confident, Possible, NoAnswer].into_iter().find(|c| c.as_str() == self.answer)?,
            alert: self.alert,
            meaning: [Used, NotNeeded, Off].into_iter().find(|m| m.as_str() == self.meaning)?,
        })
    }
}

impl TallyBody {
    fn new(stratum: Option<&str>, t: &Tally) -> Self {
        let share = |s: Share| ShareBody { k: s.k, n: s.n, interval: s.interval() };
        Self {
            stratum: stratum.map(str::to_owned),
            success_at_1: share(t.first),
            success_at_3: share(t.top3),
            success_at_5: share(t.top5),
            mrr_at_10: t.mrr(),
            answerable_none: share(t.answered_none),
            unanswerable_none: share(t.none),
            unanswerable_confident: share(t.false_confident),
            confident_right_in_3: share(t.confident_right),
            danger_alerted: share(t.alerted),
            urgent_answer_alerted: share(t.may_alert),
            false_alerts: share(t.false_alert),
        }
    }
}

impl ComparisonBody {
    fn new(c: &Comparison<'_>) -> Self {
        let moved = |all: &[Moved<'_>]| {
            let body = |m: &Moved<'_>| MovedBody {
                qid: m.now.judged.name.clone(),
                then_rank: m.then.rank().map(|r| r + 1),
                now_rank: m.now.rank().map(|r| r + 1),
                then_answer: m.then.answer.as_str(),
                now_answer: m.now.answer.as_str(),
            };
            all.iter().map(body).collect()
        };
        Self {
            both: c.both,
            only_then: c.only_then,
            only_now: c.only_now,
            up: moved(&c.up),
            down: moved(&c.down),
            alerts_changed: moved(&c.alerts),
            success_at_1: c
                .differences
                .iter()
                .map(|d| DifferenceBody {
                    stratum: d.stratum.map(str::to_owned),
                    n: d.n,
                    then: d.then,
                    now: d.now,
                    p: d.p,
                    interval: d.interval,
                })
                .collect(),
        }
    }
}
