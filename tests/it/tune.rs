//! `wenzhen tune` as an editor runs it: what it proposes, and what it leaves alone.

use std::{fs, path::Path};

use tempfile::TempDir;
use wenzhen::search::Weights;

use crate::{
    embeddings::{DIMENSION, Fake, Manner},
    live::program,
};

/// Nothing counts, so that ids decide; every answer passes.
const WRONG: &str = "[weights]
mix_words = { value = 0.0, reason = \"错\" }
mix_words_share = { value = 0.0, reason = \"错\" }
near_title = { value = 0.0, reason = \"错\" }
near_phrase = { value = 0.0, reason = \"错\" }
near_whole = { value = 0.0, reason = \"错\" }
near_section = { value = 0.0, reason = \"错\" }
mix_likelihood = { value = 0.0, reason = \"错\" }
sure_bias = { value = 5.0, reason = \"都放行\" }
tie = { value = 0.2, reason = \"自己量的\" }
";

struct Ended {
    code: Option<i32>,
    out: String,
    said: String,
}

/// So many articles of a washer, each about something else, each with a question.
fn folder(n: u32) -> TempDir {
    let folder = TempDir::new().expect("a folder");
    fs::create_dir(folder.path().join("kb")).expect("made");
    for i in 0..n {
        let about: String =
            [i, i + 3_000].into_iter().filter_map(|i| char::from_u32(0x5000 + 7 * i % 0x4000)).collect();
        let text = format!(
            "---\nid: a{i}\nappliance: 洗衣机\nexpect: [家里洗衣机{about}怎么办]\n---\n# 洗衣机{about}\n看看{about}。\n"
        );
        fs::write(folder.path().join(format!("kb/a{i}.md")), text).expect("written");
    }
    folder
}

fn run(folder: &Path, embeddings: &str, arguments: &[&str]) -> Ended {
    let mut command = program(folder, "127.0.0.1:0");
    let output = command.args(["--embeddings", embeddings]).args(arguments).output().expect("the program runs");
    let text = |bytes| String::from_utf8(bytes).expect("UTF-8");
    Ended { code: output.status.code(), out: text(output.stdout), said: text(output.stderr) }
}

#[test]
fn wrong_weights_are_put_right_in_a_proposal_that_is_no_setting_until_it_is_renamed() {
    let fake = Fake::new(Manner::Well(DIMENSION));
    let folder = folder(120);
    let kb = folder.path().join("kb");
    let (set, proposed) = (kb.join("ranking.toml"), kb.join("ranking.proposed.toml"));
    fs::write(&set, WRONG).expect("written");
    let first = run(folder.path(), &fake.base(), &["tune"]);
    assert_eq!(first.code, Some(0), "{}{}", first.out, first.said);
    assert!(first.out.contains("写好了"), "{}", first.out);
    assert_eq!(fs::read_to_string(&set).expect("still there"), WRONG);
    let text = fs::read_to_string(&proposed).expect("a proposal");
    let weights = Weights::read(&text).unwrap_or_else(|e| panic!("{e:?}\n{text}"));
    assert_eq!(weights.tie, 0.2, "what else was set goes along");
    assert!(text.contains("自己量的") && text.contains("0.00 → "), "{text}");

    // It is there now, and changes nothing.
    assert_eq!(run(folder.path(), &fake.base(), &["tune"]).out, first.out);
    assert_eq!(fs::read_to_string(&proposed).expect("a proposal"), text);
    let check = run(folder.path(), "off", &["check", "--format", "json"]);
    assert_eq!((check.code, check.out.contains("ranking")), (Some(0), false), "{}", check.out);
    let failing = run(folder.path(), &fake.base(), &["test"]);
    assert!(failing.code == Some(1), "ids still decide: {}", failing.out);

    fs::rename(&proposed, &set).expect("taken");
    let passing = run(folder.path(), &fake.base(), &["test"]);
    assert_eq!(passing.code, Some(0), "{}{}", passing.out, passing.said);
    let again = run(folder.path(), &fake.base(), &["tune"]);
    assert_eq!(again.code, Some(0), "{}", again.said);
    assert!(again.out.contains("不建议改，没有写文件") && !proposed.exists(), "{}", again.out);
}

#[test]
fn too_few_questions_no_model_or_a_broken_ranking_is_refused_and_nothing_is_written() {
    let fake = Fake::new(Manner::Well(DIMENSION));
    let folder = folder(99);
    let few = run(folder.path(), &fake.base(), &["tune"]);
    assert_eq!(few.code, Some(2), "{}", few.out);
    assert!(few.said.contains("只有 99 个，至少要 100 个"), "{}", few.said);
    fs::write(folder.path().join("more.tsv"), "query\tids\n洗衣机\n").expect("written");
    let broken = run(folder.path(), &fake.base(), &["tune", "--queries", "more.tsv"]);
    assert_eq!(broken.code, Some(2), "{}", broken.out);
    assert!(broken.said.contains("`more.tsv` 第 2 行缺 query 或 ids"), "{}", broken.said);
    let lexical = run(folder.path(), "off", &["tune"]);
    assert_eq!(lexical.code, Some(2), "{}", lexical.out);
    assert!(lexical.said.contains("没有语义模型"), "{}", lexical.said);
    fs::write(folder.path().join("kb/ranking.toml"), "[weights]\nx = { value = 1, reason = \"\" }\n").expect("written");
    let ranking = run(folder.path(), &fake.base(), &["tune"]);
    assert!(ranking.code == Some(2) && ranking.said.contains("ranking.toml"), "{}", ranking.said);
    assert!(!folder.path().join("kb/ranking.proposed.toml").exists());
}
