//! The checks that fuzzing runs, over the inputs it has kept and over a few ten thousand arbitrary ones.

use std::{
    fs,
    path::{Path, PathBuf},
};

use proptest::{
    collection::vec,
    prelude::*,
    test_runner::{Config, TestRunner},
};

use super::check;

/// Arbitrary inputs for each check.
const CASES: u32 = 10_000;
/// Most files kept for one check, and their bytes together with those of the others.
const KEPT_FILES: usize = 100;
const KEPT_BYTES: usize = 400 << 10;

type Check = fn(&[u8]);
const CHECKS: [(&str, Check); 4] = [
    ("article", check::article),
    ("front_matter", check::front_matter),
    ("query", check::query),
    ("lists", check::lists),
];

/// Marks that mean something to one of the parsers.
const MARKS: [&str; 84] = [
    "---\n",
    "+++\n",
    "...\n",
    "id: a\n",
    "audience: agent\n",
    "status: draft\n",
    "signs: {甲: 乙}\n",
    "kind: troubleshooting\n",
    "codes: [E1, 07]\n",
    "aliases: /旧\n",
    "title = \"甲\"\n",
    "reviewed: 2026-02-30\n",
    "&a ",
    "*a",
    "? ",
    "|\n",
    ">-\n",
    "!!",
    "## 软件排查\n",
    "### 步 {#s minutes=2}\n",
    "### 步 ｛a｝\n",
    "# ",
    ":::agent\n",
    ":::tip 题\n",
    ":::\n",
    "```\n",
    "~~~",
    "> [!CAUTION]\n",
    "1. 一\n",
    "   二\n",
    "- ",
    "| a | b |\n|--|--|\n| c | d |\n",
    "<script>",
    "</script>",
    "<img src=x onerror=1>",
    "<a href=\"javascript:1\">",
    "<!--",
    "-->",
    "<Tab label=\"甲\">",
    "**「甲」**乙\n",
    "[链](a.md)",
    "![图](b.png)",
    "[[甲|乙]]",
    "![[图.png]]",
    "==",
    "%%",
    "{{< figure src=\"",
    ">}}",
    "{{% notice tip %}}",
    "{{%",
    "{{<",
    "\"\"\"",
    "}}",
    "`",
    "<",
    ">",
    "\"",
    "'",
    "{",
    "}",
    "[",
    "]",
    "(",
    ")",
    "\t",
    "\r",
    "\n",
    "\u{3000}",
    "\u{feff}",
    "\u{202e}",
    "\u{0}",
    "洗衣机",
    "不脱水",
    "E4",
    "KFR-35GW",
    "½①",
    "冷氣機",
    "ＷｉＦｉ",
    "\u{301}",
    "-> ",
    "= ",
    "+ 漏…电 | 火\n",
    "[gas -> a] 说\n",
    "词",
];

#[test]
fn every_kept_input_passes_its_check() {
    let mut bytes_kept = 0;
    for (name, check) in CHECKS {
        let files = files(&format!("fuzz/corpus/{name}"));
        assert!((10..=KEPT_FILES).contains(&files.len()), "{} files are kept for {name}", files.len());
        for (path, bytes) in files {
            bytes_kept += bytes.len();
            passes(check, &bytes, &path);
        }
    }
    assert!(bytes_kept < KEPT_BYTES, "{bytes_kept} bytes are kept");
}

#[test]
fn every_hostile_sample_passes_every_check() {
    for (path, bytes) in files("tests/sample/hostile") {
        for (_, check) in CHECKS {
            passes(check, &bytes, &path);
        }
    }
}

#[test]
fn any_bytes_are_an_article_that_cannot_run() {
    holds(check::article);
}

#[test]
fn any_header_is_read_and_never_shows_what_is_for_staff() {
    holds(check::front_matter);
}

#[test]
fn any_text_is_asked_and_answered_within_bounds() {
    holds(check::query);
}

#[test]
fn any_bytes_are_a_list_or_faults_with_their_lines() {
    holds(check::lists);
}

/// Half of the inputs are made of marks, a quarter are texts, a quarter bytes.
fn inputs() -> impl Strategy<Value = Vec<u8>> {
    let marks = vec(0..MARKS.len(), 0..24).prop_map(|marks| marks.into_iter().map(|m| MARKS[m]).collect::<String>());
    prop_oneof![
        2 => marks.prop_map(String::into_bytes),
        1 => vec(any::<char>(), 0..64).prop_map(|chars| chars.into_iter().collect::<String>().into_bytes()),
        1 => vec(any::<u8>(), 0..256),
    ]
}

fn holds(check: Check) {
    let mut runner = TestRunner::new(Config { cases: CASES, failure_persistence: None, ..Config::default() });
    let outcome = runner.run(&inputs(), |bytes| {
        check(&bytes);
        Ok(())
    });
    outcome.unwrap_or_else(|why| panic!("{why}"));
}

fn passes(check: Check, bytes: &[u8], path: &Path) {
    // The panic has said what did not hold; this says where.
    let outcome = std::panic::catch_unwind(|| check(bytes));
    assert!(outcome.is_ok(), "the input is {}", path.display());
}

/// The files of `folder`, by path.
fn files(folder: &str) -> Vec<(PathBuf, Vec<u8>)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    let entries = fs::read_dir(&folder).unwrap_or_else(|e| panic!("{}: {e}", folder.display()));
    let paths = entries.map(|entry| entry.expect("the folder can be read to its end").path());
    let mut files: Vec<_> = paths.map(|path| (path.clone(), fs::read(path).expect("a kept input"))).collect();
    files.sort();
    files
}
