//! The commands beside the server, run as a person runs them: what they print, how they end, what
//! they write.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    net::TcpListener,
    path::{Path, PathBuf},
    process::Command,
};

use proc_macro2::{TokenStream, TokenTree};
use serde_json::{Value, json};
use tempfile::TempDir;
use wenzhen::{
    article::{Article, Audience, Kind, Level, RelPath, SectionRole, Severity, Status, parse},
    journey::local_today,
};

use crate::live::{Server, about, program, with_id};

// ---- check

/// An error, a warning and a note, in a file whose name an address must escape.
const TROUBLED: &str = "---\n{𠮷: 大, severity: 某}\n---\n# 青桐鹭\n\n保证修好。\n";

#[test]
fn check_in_sarif_puts_every_problem_at_its_place_below_kb() {
    let folder = kb(&[("洗 衣机/a#b:1.md", TROUBLED)]);
    let ended = run(folder.path(), &["check", "--format", "sarif"]);
    let log = ended.json();
    let run = &log["runs"][0];
    assert_eq!((&log["version"], log["runs"].as_array().map(Vec::len)), (&json!("2.1.0"), Some(1)));
    assert_eq!((&run["tool"]["driver"]["name"], &run["columnKind"]), (&json!("wenzhen"), &json!("unicodeCodePoints")));
    assert_eq!(run["tool"]["driver"]["version"], env!("CARGO_PKG_VERSION"));
    let mut places: Vec<Value> = Vec::new();
    for result in run["results"].as_array().expect("results") {
        let place = &result["locations"][0]["physicalLocation"];
        assert_eq!(place["artifactLocation"]["uri"], "%E6%B4%97%20%E8%A1%A3%E6%9C%BA/a%23b%3A1.md");
        let base = place["artifactLocation"]["uriBaseId"].as_str().expect("a base");
        let base = run["originalUriBaseIds"][base]["uri"].as_str().expect("the base is told");
        assert!(base.starts_with("file:///") && base.ends_with("/kb/"), "{base}");
        let region = &place["region"];
        places.push(json!([result["level"], result["ruleId"], region["startLine"], region["startColumn"]]));
    }
    places.sort_by_key(Value::to_string);
    // 𠮷 is one character of two UTF-16 units: 某 is the eighteenth character of its line.
    let expected = [
        json!(["error", "unknown-severity", 2, 18]),
        json!(["note", "unknown-field", 2, 2]),
        json!(["warning", "absolute-promise", 6, 1]),
    ];
    assert_eq!(places, expected);
}

#[test]
fn every_result_of_a_sarif_log_has_its_rule_with_a_level_and_a_hint() {
    let folder = kb(&[("a.md", TROUBLED), ("b.md", "---\nsize: 大\n---\n[甲](c.md) [乙](d.md)\n")]);
    let log = run(folder.path(), &["check", "--format", "sarif"]).json();
    let rules = log["runs"][0]["tool"]["driver"]["rules"].as_array().expect("rules").clone();
    let results = log["runs"][0]["results"].as_array().expect("results").clone();
    assert_eq!((rules.len(), results.len()), (4, 6), "one rule a code, one result a problem");
    for result in &results {
        let rule = &rules[result["ruleIndex"].as_u64().expect("an index") as usize];
        assert_eq!((&rule["id"], &rule["defaultConfiguration"]["level"]), (&result["ruleId"], &result["level"]));
        assert!(rule["help"]["text"].as_str().is_some_and(|hint| !hint.is_empty()), "{rule}");
    }
    let of = |rows: &[Value], key: &str, code: &str, text: &str| -> Vec<String> {
        let rows = rows.iter().filter(|row| row[key] == code);
        rows.map(|row| row[text]["text"].as_str().expect("a text").to_owned()).collect()
    };
    // The rule speaks of every dead link, the results of theirs.
    assert_eq!(of(&rules, "id", "dead-link", "shortDescription"), ["链接 `…` 指向的文件不存在"]);
    let said = ["c.md", "d.md"].map(|file| format!("链接 `{file}` 指向的文件不存在"));
    assert_eq!(of(&results, "ruleId", "dead-link", "message"), said);
}

#[test]
fn check_tells_of_an_article_written_twice_in_every_format() {
    let text = "内筒排空了水却不肯高速转，听得见嗡嗡声，衣服拿出来还在滴水，多半是衣物缠成一团偏向一边，机器为了不撞筒自己停了下来，过几分钟又试一次。";
    let folder = kb(&[("甲.md", text), ("乙.md", text), ("丙.md", "# 丙\n别的话\n")]);
    let text = run(folder.path(), &["check"]);
    assert_eq!(text.code, Some(0), "{}", text.said);
    assert!(text.out.contains("甲.md:1:1 警告 [near-duplicate] 和 乙.md 有 100% 的内容相同"), "{}", text.out);
    assert!(text.out.contains("0 个错误，1 个警告"), "{}", text.out);
    let json = run(folder.path(), &["check", "--format", "json"]).json();
    assert_eq!((&json[0]["code"], &json[0]["level"]), (&json!("near-duplicate"), &json!("warning")));
    let sarif = run(folder.path(), &["check", "--format", "sarif"]).json();
    assert_eq!(sarif["runs"][0]["results"][0]["ruleId"], "near-duplicate");
}

#[test]
fn check_fails_on_errors_in_every_format_and_only_on_errors() {
    let (bad, good) = (kb(&[("a.md", TROUBLED)]), kb(&[("a.md", "---\ncolour: 红\n---\n# 青桐鹭\n")]));
    for format in ["text", "json", "sarif"] {
        let ended = run(bad.path(), &["check", "--format", format, "--level", "error"]);
        assert_eq!(ended.code, Some(1), "{format}");
        assert!(ended.said.contains("1 篇文章，1 个错误，1 个警告，1 个提示"), "{format}: {}", ended.said);
        assert_eq!(run(good.path(), &["check", "--format", format]).code, Some(0), "{format}");
    }
}

#[test]
fn the_summary_of_check_never_stands_in_what_a_program_reads() {
    let folder = kb(&[("a.md", "---\ncolour: 红\n---\n# 青桐鹭\n")]);
    let summary = "1 篇文章，0 个错误，0 个警告，1 个提示";
    let json = run(folder.path(), &["check", "--format", "json"]);
    assert_eq!(json.json()[0]["code"], "unknown-field");
    let sarif = run(folder.path(), &["check", "--format", "sarif"]);
    assert_eq!(sarif.json()["runs"][0]["results"].as_array().map(Vec::len), Some(1));
    assert!(json.said.contains(summary) && sarif.said.contains(summary));
    let text = run(folder.path(), &["check"]);
    assert!(text.out.contains("a.md:2:1") && text.out.contains(summary), "{}", text.out);
}

#[test]
fn a_folder_without_problems_is_an_empty_sarif_log() {
    let folder = kb(&[("a.md", &about("青桐鹭"))]);
    let run = &run(folder.path(), &["check", "--format", "sarif"]).json()["runs"][0];
    assert_eq!((&run["results"], &run["tool"]["driver"]["rules"]), (&json!([]), &json!([])));
}

#[test]
fn an_unknown_format_of_check_is_refused_with_those_there_are() {
    let ended = run(kb(&[]).path(), &["check", "--format", "xml"]);
    assert_eq!((ended.code, ended.out.as_str()), (Some(2), ""));
    assert!(ended.said.contains("`xml`") && ended.said.contains("sarif"), "{}", ended.said);
}

// ---- new

/// Each kind with its sections, as the authors' guide has them.
const KINDS: [(&str, &str); 6] = [
    ("troubleshooting", "现象 先看一眼 软件排查 硬件排查 联系售后"),
    ("error-code", "含义 代码表 软件排查 硬件排查 联系售后"),
    ("how-to", "准备 步骤 完成后"),
    ("policy", "结论 规则 例外 举例 依据"),
    ("script", "什么时候用 这样说 不要说"),
    ("procedure", "适用 步骤 时限 上报"),
];

#[test]
fn a_new_article_of_every_kind_is_a_draft_of_today_without_errors() {
    let folder = kb(&[]);
    for (kind, sections) in KINDS {
        let before = local_today();
        let ended =
            run(folder.path(), &["new", kind, &format!("青桐鹭 {kind}"), "--appliance", "洗衣机", "--id", kind]);
        let path = format!("洗衣机/{kind}.md");
        assert_eq!(ended.code, Some(0), "{}", ended.said);
        assert!(ended.out.contains(&format!("{kind}.md")) && ended.out.contains("wenzhen check"), "{}", ended.out);
        let article = read(folder.path(), &path);
        assert_eq!((article.kind.as_str(), article.title), (kind, format!("青桐鹭 {kind}")));
        assert_eq!((article.id.as_str(), article.appliances), (kind, vec!["洗衣机".to_owned()]));
        assert_eq!((article.status, article.expect), (Status::Draft, vec![]));
        let reviewed = article.reviewed.expect("a date");
        assert!(before <= reviewed && reviewed <= local_today());
        let headings: Vec<&str> = article.sections.iter().map(|s| s.heading.as_str()).collect();
        assert_eq!(headings.join(" "), sections, "{kind}");
        assert!(article.sections.iter().all(|s| s.role != SectionRole::Other), "{kind}");
    }
    let checked = run(folder.path(), &["check", "--format", "json", "--level", "error"]);
    assert_eq!((checked.code, checked.json()), (Some(0), json!([])));
    assert!(checked.said.starts_with("6 篇文章"), "{}", checked.said);
}

#[test]
fn a_new_article_without_an_id_is_named_after_its_title_on_the_top() {
    let folder = kb(&[]);
    let title = "E1：\"门没关好\" #1 [新]: 怎么办?\\n";
    assert_eq!(run(folder.path(), &["new", "how-to", title]).code, Some(2), "a backslash is no part of a name");
    let title = title.trim_end_matches("\\n");
    assert_eq!(run(folder.path(), &["new", "how-to", title]).code, Some(0));
    assert_eq!(files(folder.path()), ["kb/E1：-门没关好---1-[新]--怎么办-.md"]);
    let article = read(folder.path(), "E1：-门没关好---1-[新]--怎么办-.md");
    assert_eq!((article.title.as_str(), article.appliances.len()), (title, 0));
}

#[test]
fn a_new_article_never_touches_a_file_that_is_there() {
    let folder = kb(&[("洗衣机/own.md", "青桐鹭")]);
    let ended = run(folder.path(), &["new", "how-to", "白榆鸢", "--appliance", "洗衣机", "--id", "own"]);
    assert_eq!(ended.code, Some(2));
    assert!(ended.said.contains("own.md` 已经有了") && ended.said.contains("提示："), "{}", ended.said);
    assert_eq!(fs::read_to_string(folder.path().join("kb/洗衣机/own.md")).expect("read"), "青桐鹭");
}

#[test]
fn an_id_of_another_article_is_refused_for_a_new_one_and_that_one_is_named() {
    let folder = kb(&[("空调/other.md", &with_id("own", "青桐鹭"))]);
    let ended = run(folder.path(), &["new", "how-to", "白榆鸢", "--appliance", "洗衣机", "--id", "own"]);
    assert_eq!(ended.code, Some(2));
    assert!(ended.said.contains("`own`") && ended.said.contains("空调/other.md"), "{}", ended.said);
    assert_eq!(files(folder.path()), ["kb/空调/other.md"]);
    assert!(!folder.path().join("kb/洗衣机").exists());
}

#[test]
fn a_new_article_never_leaves_kb_or_hides_in_it() {
    let folder = kb(&[]);
    let outside = folder.path().join("outside").display().to_string();
    let wishes: [&[&str]; 10] = [
        &["标题", "--appliance", ".."],
        &["标题", "--appliance", "../outside"],
        &["标题", "--appliance", &outside],
        &["标题", "--appliance", "甲/../.."],
        &["标题", "--appliance", ".git"],
        &["标题", "--id", "../x"],
        &["标题", "--id", "_x"],
        &["../标题"],
        &["README"],
        &["..标题"],
    ];
    for wish in wishes {
        let ended = run(folder.path(), &[&["new", "how-to"], wish].concat());
        assert_eq!(ended.code, Some(2), "{wish:?}: {}{}", ended.out, ended.said);
        assert!(ended.said.contains("提示："), "{wish:?}: {}", ended.said);
        assert_eq!(files(folder.path()), [""; 0], "{wish:?}");
    }
}

#[cfg(unix)]
#[test]
fn a_new_article_does_not_follow_a_link_out_of_kb() {
    let folder = kb(&[]);
    fs::create_dir(folder.path().join("outside")).expect("made");
    std::os::unix::fs::symlink(folder.path().join("outside"), folder.path().join("kb/洗衣机")).expect("linked");
    let ended = run(folder.path(), &["new", "how-to", "标题", "--appliance", "洗衣机"]);
    assert_eq!(ended.code, Some(2), "{}{}", ended.out, ended.said);
    assert_eq!(files(&folder.path().join("outside")), [""; 0]);
}

#[test]
fn an_unknown_kind_is_refused_with_the_six_there_are() {
    let ended = run(kb(&[]).path(), &["new", "faq", "标题"]);
    assert_eq!(ended.code, Some(2));
    for (kind, _) in KINDS {
        assert!(ended.said.contains(kind), "{kind}: {}", ended.said);
    }
}

// ---- doctor

#[test]
fn doctor_finds_a_good_folder_well_and_changes_nothing() {
    let folder = kb(&[("a.md", &about("青桐鹭"))]);
    let ended = run(folder.path(), &["doctor"]);
    assert_eq!(ended.code, Some(0), "{}{}", ended.out, ended.said);
    let lines = ["1 篇文章", "0 个错误，0 个警告，0 个提示", "没有设置文件 wenzhen.toml", "启动时会建", "口令：编辑"];
    for line in lines {
        assert!(ended.out.contains(line), "{line}: {}", ended.out);
    }
    assert_eq!(files(folder.path()), ["kb/a.md"]);
    assert!(!folder.path().join("data").exists());
}

#[test]
fn doctor_says_whether_hotline_tokens_and_settings_file_are_there() {
    let folder = kb(&[("a.md", &about("青桐鹭"))]);
    let bare = ended(program(folder.path(), "127.0.0.1:0").env_remove("WENZHEN_EDITOR_TOKEN").arg("doctor"));
    assert!(bare.out.contains("没有设置服务热线，页面不显示电话") && bare.out.contains("没有设置口令"), "{}", bare.out);
    assert_eq!(bare.code, Some(0), "what may be left out is not wrong: {}", bare.out);
    assert!(bare.out.contains("每次启动都会印出一个新的"), "{}", bare.out);
    fs::create_dir(folder.path().join("data")).expect("made");
    fs::write(folder.path().join("data/link-used"), "").expect("written");
    let used = ended(program(folder.path(), "127.0.0.1:0").env_remove("WENZHEN_EDITOR_TOKEN").arg("doctor"));
    assert!(used.out.contains("已经用过") && used.out.contains("data/link-used"), "{}", used.out);
    fs::write(folder.path().join("wenzhen.toml"), "hotline = \"400-1\"\nagent_token = \"secret-a\"\n")
        .expect("written");
    let full = run(folder.path(), &["doctor"]);
    assert!(full.out.contains("服务热线 400-1") && full.out.contains("口令：坐席、编辑"), "{}", full.out);
    assert!(full.out.contains("读取了设置文件 wenzhen.toml") && !full.out.contains("没有设置"), "{}", full.out);
    assert!(full.out.contains("容易被猜中"), "a short token: {}", full.out);
    assert!(!full.out.contains("secret-a"), "a token is not shown");
}

#[test]
fn doctor_says_that_no_danger_is_recognised_without_a_list() {
    let without = kb(&[("a.md", &about("青桐鹭"))]);
    let ended = run(without.path(), &["doctor"]);
    assert_eq!(ended.code, Some(0), "what may be left out is not wrong: {}", ended.out);
    let said = "没有危险词表 danger.txt，有人说冒烟、漏电时不会提醒；可以把";
    assert!(ended.out.contains(said), "{}", ended.out);
    let with = kb(&[("a.md", &about("青桐鹭")), ("danger.txt", "[fire] 请先断电。\n+ 冒烟\n")]);
    let ended = run(with.path(), &["doctor"]);
    assert!(ended.code == Some(0) && !ended.out.contains("danger.txt"), "{}", ended.out);
}

#[test]
fn doctor_fails_on_errors_in_articles_and_counts_them() {
    let folder = kb(&[("a.md", TROUBLED)]);
    let ended = run(folder.path(), &["doctor"]);
    assert_eq!(ended.code, Some(1));
    assert!(ended.out.contains("1 个错误，1 个警告，1 个提示") && ended.out.contains("wenzhen check"), "{}", ended.out);
}

#[test]
fn doctor_fails_on_a_folder_that_is_missing_or_holds_no_article() {
    let folder = TempDir::new().expect("a folder");
    let missing = run(folder.path(), &["doctor"]);
    assert_eq!(missing.code, Some(1));
    assert!(
        missing.out.contains("kb` 不存在") && missing.out.contains("服务热线"),
        "the rest is told: {}",
        missing.out
    );
    fs::create_dir(folder.path().join("kb")).expect("made");
    let empty = run(folder.path(), &["doctor"]);
    assert_eq!(empty.code, Some(1));
    assert!(empty.out.contains("还没有文章"), "{}", empty.out);
}

#[test]
fn doctor_fails_on_a_data_folder_that_cannot_be_written() {
    let folder = kb(&[("a.md", &about("青桐鹭"))]);
    fs::write(folder.path().join("data"), "a file in its place").expect("written");
    let ended = run(folder.path(), &["doctor"]);
    assert_eq!(ended.code, Some(1));
    assert!(ended.out.contains("data 不能写") && ended.out.contains("--data"), "{}", ended.out);
}

#[test]
fn doctor_fails_on_a_port_of_another_program() {
    let folder = kb(&[("a.md", &about("青桐鹭"))]);
    let other = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = other.local_addr().expect("an address");
    let taken = ended(program(folder.path(), &address.to_string()).arg("doctor"));
    assert_eq!(taken.code, Some(1));
    assert!(taken.out.contains(&format!("端口 {} 被别的程序占用", address.port())), "{}", taken.out);
    drop(other);
    let free = ended(program(folder.path(), &address.to_string()).arg("doctor"));
    assert!(free.out.contains(&format!("端口 {} 空着", address.port())), "{}", free.out);
}

#[test]
fn doctor_knows_a_running_wenzhen_on_the_port() {
    let folder = kb(&[("a.md", &about("青桐鹭"))]);
    let server = Server::start(folder.path());
    let ended = ended(program(folder.path(), server.address.trim_start_matches("http://")).arg("doctor"));
    assert_eq!(ended.code, Some(0), "{}", ended.out);
    assert!(ended.out.contains("问诊正在运行") && ended.out.contains("可以写"), "{}", ended.out);
}

#[test]
fn a_settings_file_that_cannot_be_read_is_not_taken_for_none() {
    let folder = kb(&[("a.md", &about("青桐鹭"))]);
    fs::write(folder.path().join("wenzhen.toml"), b"hotline = \"\xC8\xC8\xCF\xDF\"\n").expect("written");
    let ended = run(folder.path(), &["doctor"]);
    assert_eq!(ended.code, Some(2));
    assert!(ended.said.contains("wenzhen.toml") && ended.said.contains("提示："), "{}", ended.said);
}

// ---- schema

#[test]
fn the_schema_is_of_2020_12_and_allows_unknown_keys() {
    let schema = schema();
    assert_eq!(schema["$schema"], "https://json-schema.org/draft/2020-12/schema");
    assert_eq!((&schema["type"], &schema["additionalProperties"]), (&json!("object"), &json!(true)));
    assert!(schema.get("required").is_none(), "every key may be left out");
}

#[test]
fn the_schema_has_exactly_the_keys_the_parser_reads_each_with_words() {
    let schema = schema();
    let properties = schema["properties"].as_object().expect("properties");
    let told: BTreeSet<String> = properties.keys().cloned().collect();
    let read: BTreeSet<String> = words_of_the_parser().into_iter().filter(|word| is_read(word)).collect();
    assert!(read.contains("id") && read.contains("expect") && read.len() >= 17, "{read:?}");
    assert_eq!(told, read);
    for (key, value) in properties {
        let words = value["description"].as_str().unwrap_or("");
        assert!(words.chars().any(|c| ('一'..='龥').contains(&c)), "{key} has no Chinese description");
    }
}

#[test]
fn every_definition_the_schema_points_to_is_there() {
    let schema = schema();
    let text = schema.to_string();
    let mut names: Vec<&str> = text.split("\"#/$defs/").skip(1).filter_map(|rest| rest.split('"').next()).collect();
    names.dedup();
    assert!(!names.is_empty());
    for name in names {
        assert!(schema["$defs"][name].is_object(), "{name}");
    }
}

#[test]
fn the_schema_lists_every_value_the_parser_accepts_and_no_other() {
    let schema = schema();
    let names = |list: Vec<&'static str>| list;
    let enums = BTreeMap::from([
        ("kind", names(Kind::ALL.iter().map(|v| v.as_str()).collect())),
        ("audience", names(Audience::ALL.iter().map(|v| v.as_str()).collect())),
        ("severity", names(Severity::ALL.iter().map(|v| v.as_str()).collect())),
        ("status", names(Status::ALL.iter().map(|v| v.as_str()).collect())),
    ]);
    for (key, values) in enums {
        let property = &schema["properties"][key];
        assert_eq!(property["enum"], json!(values), "{key}");
        assert_eq!(property["enumDescriptions"].as_array().map(Vec::len), Some(values.len()), "{key}");
        assert!(values.iter().any(|v| property["default"] == *v), "{key}");
        for value in &values {
            assert_eq!(codes_of(&format!("{key}: {value}")), [""; 0], "{key}: {value}");
        }
        for outside in ["outside", "Public", "DRAFT", "怎么办"] {
            assert!(!values.contains(&outside));
            assert_eq!(codes_of(&format!("{key}: {outside}")), [format!("unknown-{key}")], "{key}: {outside}");
        }
    }
}

#[test]
fn the_defaults_of_the_schema_are_those_of_the_parser() {
    let schema = schema();
    let parsed = parse(&RelPath::new("a.md"), b"# a\n");
    let article = parsed.article.expect("an article");
    let default = |key: &str| schema["properties"][key]["default"].as_str().expect("a default").to_owned();
    assert_eq!(default("kind"), article.kind.as_str());
    assert_eq!(default("audience"), article.audience.as_str());
    assert_eq!(default("severity"), article.severity.as_str());
    assert_eq!(default("status"), article.status.as_str());
}

/// Every short text in the sources of the parser: its keys are among them.
fn words_of_the_parser() -> BTreeSet<String> {
    let mut words = BTreeSet::new();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/article");
    for entry in fs::read_dir(folder).expect("listed") {
        let source = fs::read_to_string(entry.expect("an entry").path()).expect("read");
        texts(source.parse().expect("Rust"), &mut words);
    }
    words.retain(|word| !word.is_empty() && word.chars().all(|c| c.is_ascii_lowercase() || c == '_'));
    words
}

fn texts(tokens: TokenStream, words: &mut BTreeSet<String>) {
    for token in tokens {
        match token {
            TokenTree::Group(group) => texts(group.stream(), words),
            TokenTree::Literal(literal) => drop(words.insert(literal.to_string().trim_matches('"').to_owned())),
            _ => {}
        }
    }
}

/// Whether the parser reads this key: it knows it, and minds a value no key takes. Keys of other
/// tools it only lets pass.
fn is_read(key: &str) -> bool {
    let codes = codes_of(&format!("{key}: {{a: {{b: c}}}}"));
    !codes.is_empty() && codes.iter().all(|code| code != "unknown-field")
}

/// Codes of what is wrong with a header.
fn codes_of(header: &str) -> Vec<String> {
    let parsed = parse(&RelPath::new("a.md"), format!("---\n{header}\n---\n# a\n").as_bytes());
    parsed.problems.iter().map(|p| p.trouble.code().to_owned()).collect()
}

fn schema() -> Value {
    let ended = run(kb(&[]).path(), &["schema"]);
    assert_eq!(ended.code, Some(0), "{}", ended.said);
    ended.json()
}

// ---- Running

/// How a command ended.
struct Ended {
    code: Option<i32>,
    /// Standard output.
    out: String,
    /// Standard error.
    said: String,
}

impl Ended {
    fn json(&self) -> Value {
        serde_json::from_str(&self.out).unwrap_or_else(|e| panic!("no JSON ({e}): {}\n{}", self.out, self.said))
    }
}

fn run(folder: &Path, arguments: &[&str]) -> Ended {
    ended(program(folder, "127.0.0.1:0").args(arguments))
}

fn ended(command: &mut Command) -> Ended {
    let output = command.output().expect("the program runs");
    let text = |bytes| String::from_utf8(bytes).expect("UTF-8");
    Ended { code: output.status.code(), out: text(output.stdout), said: text(output.stderr) }
}

/// A folder with a kb that holds `files`.
fn kb(files: &[(&str, &str)]) -> TempDir {
    let folder = TempDir::new().expect("a folder");
    fs::create_dir(folder.path().join("kb")).expect("made");
    for (path, text) in files {
        let file = folder.path().join("kb").join(path);
        fs::create_dir_all(file.parent().expect("a parent")).expect("made");
        fs::write(file, text).expect("written");
    }
    folder
}

/// Every file below `folder`, in order, with `/` between the parts.
fn files(folder: &Path) -> Vec<String> {
    let mut found = Vec::new();
    let mut open: Vec<PathBuf> = vec![folder.to_owned()];
    while let Some(next) = open.pop() {
        for entry in fs::read_dir(next).expect("listed") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                open.push(path);
            } else {
                found.push(path.strip_prefix(folder).expect("below").display().to_string());
            }
        }
    }
    found.sort();
    found
}

/// The article in a file below kb, which the parser reads without an error.
fn read(folder: &Path, path: &str) -> Article {
    let bytes = fs::read(folder.join("kb").join(path)).expect("the file is there");
    let parsed = parse(&RelPath::new(path), &bytes);
    let errors: Vec<_> = parsed.problems.iter().filter(|p| p.trouble.level() == Level::Error).collect();
    assert!(parsed.sound && errors.is_empty(), "{path}: {errors:?}");
    parsed.article.expect("an article")
}
