//! `wenzhen test` as a person runs it: what it prints, keeps, compares, and how it ends.

use std::{fs, path::Path};

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::live::program;

const SPIN: &str = "---\nid: spin\ntitle: 洗衣机不脱水\nappliance: 洗衣机\nexpect: [洗衣机不脱水]\n---\n看转速。\n";
const COOL: &str = "---\nid: cool\ntitle: 空调不制冷\nappliance: 空调\nexpect: [空调不制冷]\n---\n看模式。\n";
const GAS: &str =
    "---\nid: gas\ntitle: 燃气泄漏\nappliance: 燃气灶\nseverity: danger\nkind: procedure\n---\n关阀，开窗。\n";
const DANGER: &str = "[gas -> gas]\n请先关总阀、开窗、离开。\n+ 煤气味\n";
const TABLE: &str = "qid\tquery\tids\tstratum\n\
    q1\t洗衣机不脱水\tspin\ttyped\n\
    q2\t空调不制冷\tspin\ttyped\n\
    q3\t股票行情\tNONE\tunanswerable\n\
    q4\t厨房有煤气味\tgas\tsafety\n";

/// How a command ended.
struct Ended {
    code: Option<i32>,
    out: String,
    said: String,
}

fn folder() -> TempDir {
    let folder = TempDir::new().expect("a folder");
    fs::create_dir(folder.path().join("kb")).expect("made");
    for (name, text) in [
        ("kb/spin.md", SPIN),
        ("kb/cool.md", COOL),
        ("kb/gas.md", GAS),
        ("kb/danger.txt", DANGER),
        ("judged.tsv", TABLE),
    ] {
        fs::write(folder.path().join(name), text).expect("written");
    }
    folder
}

fn run(folder: &Path, arguments: &[&str]) -> Ended {
    let arguments = [&["test"], arguments].concat();
    let output = program(folder, "127.0.0.1:0").args(arguments).output().expect("the program runs");
    let text = |bytes| String::from_utf8(bytes).expect("UTF-8");
    Ended { code: output.status.code(), out: text(output.stdout), said: text(output.stderr) }
}

/// The line that begins with `start`, its cells parted by blanks.
fn cells<'o>(ended: &'o Ended, start: &str) -> Vec<&'o str> {
    let line = ended.out.lines().find(|l| l.starts_with(start));
    line.unwrap_or_else(|| panic!("no line {start}: {}{}", ended.out, ended.said)).split_whitespace().collect()
}

#[test]
fn an_expect_question_that_does_not_find_its_article_first_is_named_and_fails() {
    let folder = folder();
    assert_eq!(run(folder.path(), &[]).code, Some(0));
    fs::write(folder.path().join("kb/spin.md"), SPIN.replace("[洗衣机不脱水]", "[空调不制冷]")).expect("written");
    let ended = run(folder.path(), &[]);
    assert_eq!(ended.code, Some(1), "{}", ended.out);
    assert!(ended.said.contains("1 条 expect 没有排在第一"), "{}", ended.said);
    assert!(ended.out.contains("spin.md:5  空调不制冷\n    应是 spin"), "{}", ended.out);
}

#[test]
fn a_table_is_counted_by_stratum_with_intervals_and_never_fails() {
    let folder = folder();
    let ended = run(folder.path(), &["--queries", "judged.tsv"]);
    assert_eq!(ended.code, Some(0), "{}", ended.said);
    assert!(ended.out.starts_with("4 个问题（3 个有答案，1 个没有），只按词搜"), "{}", ended.out);
    // 1 of 2: Wilson's interval is 9.5 to 90.5 %.
    assert_eq!(cells(&ended, "typed")[..4], ["typed", "2", "1/2", "50.0%（9.5–90.5）"], "{}", ended.out);
    assert_eq!(cells(&ended, "合计")[..3], ["合计", "3", "2/3"]);
    assert!(ended.out.contains("safety  1/1 100.0%"), "the danger is announced: {}", ended.out);
    assert!(ended.out.contains("■ 没有排第一（1 个）\nq2  空调不制冷"), "{}", ended.out);
}

#[test]
fn a_run_for_programs_tells_every_question() {
    let folder = folder();
    let ended = run(folder.path(), &["--queries", "judged.tsv", "--format", "json"]);
    let json: Value = serde_json::from_str(&ended.out).expect("JSON");
    let queries = json["queries"].as_array().expect("queries");
    assert_eq!(queries.len(), 4);
    let q2 = &queries[1];
    assert_eq!((&q2["qid"], &q2["rank"], &q2["wanted"]), (&json!("q2"), &Value::Null, &json!(["spin"])));
    assert_eq!((&q2["got"][0]["id"], &q2["answer"]), (&json!("cool"), &json!("confident")));
    assert!(q2["got"][0]["parts"].as_array().is_some_and(|p| p.iter().any(|p| p["name"] == "title")), "{q2}");
    assert_eq!((&queries[3]["alert"], &queries[3]["alert_rule"]), (&json!("gas"), &json!("must")));
    assert_eq!((&queries[2]["answer"], &queries[2]["alert_rule"]), (&json!("none"), &json!("must_not")));
    let all = &json["strata"][0];
    assert_eq!(
        (&all["stratum"], &all["success_at_1"]["k"], &all["success_at_1"]["n"]),
        (&Value::Null, &json!(2), &json!(3))
    );
}

#[test]
fn a_kept_run_tells_later_what_moved_and_why() {
    let folder = folder();
    let path = folder.path();
    assert_eq!(run(path, &["--queries", "judged.tsv", "--save", "before.json"]).code, Some(0));
    let same = run(path, &["--queries", "judged.tsv", "--against", "before.json"]);
    assert!(same.out.contains("4 个问题两次都有，0 个升了，0 个降了，0 个的危险提示变了"), "{}{}", same.out, same.said);
    fs::write(path.join("kb/spin.md"), SPIN.replace("洗衣机不脱水", "甩干桶")).expect("written");
    fs::remove_file(path.join("kb/danger.txt")).expect("removed");
    let moved = run(path, &["--queries", "judged.tsv", "--against", "before.json"]);
    assert!(moved.out.contains("0 个升了，2 个降了，1 个的危险提示变了"), "{}{}", moved.out, moved.said);
    let down = moved.out.split("■ 降了（2 个）\n").nth(1).expect("what went down");
    assert!(down.starts_with("q1  洗衣机不脱水\n    上次  应是 spin：第 1"), "{down}");
    let json = run(path, &["--queries", "judged.tsv", "--against", "before.json", "--format", "json"]).out;
    let json: Value = serde_json::from_str(&json).expect("JSON");
    assert_eq!(json["comparison"]["down"][0]["qid"], "q1");
    assert_eq!(
        (&json["comparison"]["success_at_1"][0]["then"], &json["comparison"]["success_at_1"][0]["now"]),
        (&json!(2), &json!(0))
    );
}

#[test]
fn what_cannot_be_read_is_refused_with_what_to_try() {
    let folder = folder();
    fs::write(folder.path().join("no-ids.tsv"), "query\tid\n洗衣机\tspin\n").expect("written");
    fs::write(folder.path().join("gap.tsv"), "query\tids\n洗衣机\t\n").expect("written");
    fs::write(folder.path().join("broken.json"), "{\"form\": 1").expect("written");
    fs::write(folder.path().join("later.json"), "{\"form\": 99, \"queries\": []}").expect("written");
    for (arguments, said) in [
        (&["--queries", "nothing.tsv"][..], "读不了 `nothing.tsv`"),
        (&["--queries", "no-ids.tsv"], "`no-ids.tsv` 第 1 行没有 query 和 ids"),
        (&["--queries", "gap.tsv"], "`gap.tsv` 第 2 行缺 query 或 ids"),
        (&["--against", "nothing.json"], "读不了 `nothing.json`"),
        (&["--against", "broken.json"], "`broken.json` 第 1 行不是一次测试的结果"),
        (&["--against", "later.json"], "`later.json` 是另一种版本（99）的结果"),
        (&["--format", "xml"], "不认识格式 `xml`"),
    ] {
        let ended = run(folder.path(), arguments);
        assert_eq!((ended.code, ended.out.as_str()), (Some(2), ""), "{arguments:?}: {}", ended.said);
        assert!(ended.said.contains(said) && ended.said.contains("提示："), "{arguments:?}: {}", ended.said);
    }
    let unwritable = run(folder.path(), &["--save", "no/folder.json"]);
    assert!(unwritable.code == Some(3) && unwritable.said.contains("写不了 `no/folder.json`"), "{}", unwritable.said);
}

#[test]
fn an_answer_that_is_not_in_the_folder_is_named() {
    let folder = folder();
    fs::write(folder.path().join("old.tsv"), "qid\tquery\tids\nq9\t洗衣机不脱水\tgone|spin\n").expect("written");
    let ended = run(folder.path(), &["--queries", "old.tsv"]);
    assert!(ended.said.contains("q9 的答案 `gone` 不在知识库里"), "{}", ended.said);
    assert_eq!(ended.code, Some(0));
}
