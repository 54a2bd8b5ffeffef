//! Articles as an author writes them: what is read, what is hidden, what is said about it.

use std::collections::HashSet;

use proptest::prelude::*;

use super::*;

const SAMPLE: &str = "---
id: washer-no-spin
title: 洗衣机不脱水
kind: troubleshooting
appliance: 洗衣机
models: [CJ-XYG*, CJ-XYB080-A1]
codes: [07, 1e3]
symptoms: [甩干桶不转, 衣服还滴水]
asked: [甩了跟没甩一样]
signs: {能排水: 是, 桶转: 否}
audience: public
reviewed: 2026-11-01
expect:
  - 洗完的衣服还能拧出水
---
## 现象
水排空了，桶不转。
## 先看一眼
### 看门关严没有 {#door minutes=1}
关上门。
## 软件排查
### 换成单脱水程序 {#spin-program minutes=2 likely=常见}
把程序调到「单脱水」。
**判断**：能转就是程序问题。
## 硬件排查
### 清理排水泵滤网 {#pump-filter minutes=8 safety=断电,关水 needs=#door}
> [!CAUTION]
> 先断电。
## 联系售后
仍不转就报修。
:::agent
坐席话术：别急。
:::
";

fn read(text: &str) -> Parsed {
    parse(&RelPath::new("洗衣机/a b.md"), text.as_bytes())
}

fn codes(parsed: &Parsed) -> Vec<&'static str> {
    parsed.problems.iter().map(|p| p.trouble.code()).collect()
}

#[test]
fn a_full_article_is_read_whole() {
    let parsed = read(SAMPLE);
    assert_eq!(codes(&parsed), [""; 0]);
    let a = parsed.article.expect("an article");
    assert_eq!(
        (a.id.as_str(), a.kind, a.codes.as_slice()),
        ("washer-no-spin", Kind::Troubleshooting, &["07".to_owned(), "1e3".to_owned()][..])
    );
    assert_eq!((a.symptoms.len(), a.asked.as_slice()), (2, &["甩了跟没甩一样".to_owned()][..]));
    assert_eq!(a.signs, [("能排水".to_owned(), "是".to_owned()), ("桶转".to_owned(), "否".to_owned())]);
    assert_eq!(a.expect_lines, [14]);
    let roles: Vec<_> = a.sections.iter().map(|s| s.role).collect();
    use SectionRole::{Hardware, Precheck, Service, Software, Symptoms};
    assert_eq!(roles, [Symptoms, Precheck, Software, Hardware, Service]);
    let steps: Vec<_> = a.steps().map(|s| (s.id.as_str(), s.layer, s.minutes)).collect();
    assert_eq!(
        steps,
        [
            ("door", Layer::Precheck, Some(1)),
            ("spin-program", Layer::Software, Some(2)),
            ("pump-filter", Layer::Hardware, Some(8))
        ]
    );
    let staff: Vec<_> = a.passages().filter(|p| p.audience == Audience::Agent).map(|p| p.text).collect();
    assert_eq!(staff, ["坐席话术：别急。"]);
    assert!(check_article(&a, Date::new(2026, 11, 21).expect("a day")).is_empty());
}

#[test]
fn a_file_without_header_is_a_public_how_to() {
    let a = read("# 怎么清洗滤网\n\n拿出来冲一冲。\n").article.expect("an article");
    assert_eq!((a.id.as_str(), a.title.as_str(), a.kind), ("洗衣机--a-b", "怎么清洗滤网", Kind::HowTo));
    assert_eq!((a.audience, a.status), (Audience::Public, Status::Published));
    assert_eq!(read("没有标题\n").article.expect("an article").title, "a b");
}

#[test]
fn what_decides_who_may_read_fails_closed() {
    for header in [
        "audience: pubic",
        "status: publishd",
        "audience:",
        "audience: [public]",
        "audience: agent\naudience: public",
        "Audience: agnet",
        "audiance: agent",
        "statu: draft",
        "受众: agent",
        "状态: draft",
        "state: draft",
        "expire: 2020-01-01",
        "title: \"open",
        "- a\n- b",
        "{id: a}\naudience: agent",
    ] {
        let parsed = read(&format!("---\n{header}\n---\n正文\n"));
        let a = parsed.article.as_ref().expect("an article");
        assert_eq!((a.audience, a.status), (Audience::Agent, Status::Draft), "{header}");
        assert!(parsed.problems.iter().any(|p| p.trouble.level() == Level::Error), "{header}");
    }
    let open = read("---\ntitle: 没有结尾\n正文\n");
    assert!(!open.sound && codes(&open) == ["header-open"]);
    assert_eq!(open.article.expect("an article").status, Status::Draft);
    let yaml = read("---\ntitle: \"没有结尾\nid: a\n---\n正文\n");
    assert!(!yaml.sound && yaml.problems[0].trouble.code() == "header-syntax");
    assert_eq!(read("---\nAudience: agent\n---\n正文\n").article.expect("an article").audience, Audience::Agent);
}

#[test]
fn a_header_that_is_not_read_as_one_is_never_served_as_text() {
    let staff = "title: 回电\naudience: agent\nexpect: [密语]\n---\n正文\n";
    for above in ["", " ---\n", "----\n", "--\n", "——\n", "－－－\n", "<!-- x -->\n---\n", "```yaml\n", "---\n---\n"]
    {
        let parsed = read(&format!("{above}{staff}"));
        assert!(!parsed.sound && codes(&parsed).contains(&"header-unread"), "{above}: {:?}", codes(&parsed));
        let a = parsed.article.expect("an article");
        assert_eq!((a.audience, a.status), (Audience::Agent, Status::Draft), "{above}");
        assert!(a.passages().all(|p| p.audience == Audience::Agent), "{above}");
    }
    for above in ["\n---\n", " \n\n---\n", "\u{feff}\u{feff}---\n"] {
        let parsed = read(&format!("{above}{staff}"));
        assert_eq!(codes(&parsed), [""; 0], "{above}");
        let a = parsed.article.expect("an article");
        assert_eq!((a.title.as_str(), a.audience, a.passages().len()), ("回电", Audience::Agent, 1), "{above}");
        assert_eq!(a.expect_lines, [above.matches('\n').count() as u32 + 3], "{above}");
    }
}

#[test]
fn keys_of_other_tools_do_not_hide_an_article() {
    let header =
        "author: 周\ndate: 2025-01-01\ntags: [a]\nslug: a\nstate: open\nstatic: true\nexports: x\n设备状态: 新";
    let parsed = read(&format!("---\n{header}\n---\n正文\n"));
    assert_eq!(codes(&parsed), ["unknown-field"; 4]);
    assert_eq!(parsed.article.expect("an article").status, Status::Published);
}

#[test]
fn commas_of_full_width_part_names_and_are_told_of_in_symptoms() {
    let lists = "appliance: [打印机，复印机]\nmodels: [P100、P200， P300]\ncodes: E1，E2；07";
    let parsed = read(&format!("---\n{lists}\n---\n正文\n"));
    assert_eq!(codes(&parsed), [""; 0]);
    let a = parsed.article.expect("an article");
    assert_eq!(
        (a.appliances, a.models),
        (vec!["打印机".into(), "复印机".into()], ["P100", "P200", "P300"].map(String::from).to_vec())
    );
    assert_eq!(a.codes, ["E1", "E2", "07"]);
    for (symptoms, told) in [
        ("[不转，漏水]", &["wide-comma"][..]),
        ("不转，漏水", &["wide-comma"]),
        ("[转几下，停了, 漏水]", &[]),
        ("\n  - 转几下，停了", &[]),
    ] {
        assert_eq!(codes(&read(&format!("---\nsymptoms: {symptoms}\n---\n正文\n"))), told, "{symptoms}");
    }
}

#[test]
fn a_header_that_cannot_be_read_is_told_of_at_the_line_at_fault() {
    for (line, said) in [("kind：how-to", "全角冒号（：）"), ("kind:how-to", "少一个空格"), ("codes: [E1", "没有配对")]
    {
        let parsed = read(&format!("---\nid: a\n{line}\ntitle: 甲\nowner: 乙\n---\n正文\n"));
        let problem = &parsed.problems[0];
        assert_eq!((problem.trouble.code(), problem.line), ("header-syntax", 3), "{line}");
        assert!(
            problem.trouble.sentence().contains(said) && problem.trouble.hint().contains("全角冒号（：）"),
            "{line}"
        );
    }
}

#[test]
fn every_encoding_and_line_end_gives_the_same_article() {
    let plain = read(SAMPLE).article.expect("an article");
    let crlf = format!("\u{feff}{}", SAMPLE.replace('\n', "\r\n"));
    let gb = encoding_rs::GB18030.encode(SAMPLE).0.into_owned();
    for bytes in [crlf.as_bytes(), &gb] {
        let a = parse(&RelPath::new("洗衣机/a b.md"), bytes).article.expect("an article");
        assert_eq!(Article { revision: plain.revision, ..a }, plain);
    }
}

#[test]
fn what_is_no_article_is_named_and_not_indexed() {
    let big = vec![b'a'; MAX_BYTES as usize + 1];
    for (bytes, code) in [(&b""[..], "empty"), (b" \n\n", "empty"), (b"\x89PNG\0\0", "not-text"), (&big, "too-large")] {
        let parsed = parse(&RelPath::new("a.md"), bytes);
        assert!(parsed.article.is_none() && !parsed.sound);
        assert_eq!(codes(&parsed), [code]);
    }
}

#[test]
fn text_for_staff_changes_nothing_customers_read() {
    let plain = "# 题\n公开一\n公开二\n\n## 软件排查\n- 甲\n- 乙\n\n尾\n";
    let lines: Vec<&str> = plain.lines().collect();
    let expected = read(plain).article.expect("an article");
    let public = |a: &Article| {
        a.passages().filter(|p| p.audience == Audience::Public).map(|p| p.text.to_owned()).collect::<Vec<_>>()
    };
    let html = |a: &Article| {
        a.sections.iter().map(|s| (s.slug.clone(), render(a, s.lines, Viewer::Customer, &NoLinks))).collect::<Vec<_>>()
    };
    for at in 0..=lines.len() {
        let mut with = lines.clone();
        with.splice(at..at, [":::agent", "## 内部 {#x}", "密语", ":::"]);
        let article = read(&(with.join("\n") + "\n")).article.expect("an article");
        assert_eq!(public(&article), public(&expected), "block before line {at}");
        let unheaded = |slug: &str| slug == "intro" || slug == "preface";
        let shown: Vec<_> =
            html(&article).into_iter().filter(|(slug, html)| !unheaded(slug) || !html.is_empty()).collect();
        assert_eq!(shown, html(&expected), "block before line {at}");
    }
}

#[test]
fn every_section_has_an_id_of_its_own_and_a_second_title_is_kept() {
    let text = "先说一句。\n# 甲\n一\n# 乙\n二\n# 乙\n三\n## Q\n四\n## intro\n五\n";
    let a = read(text).article.expect("an article");
    let found: Vec<_> = a.sections.iter().map(|s| (s.slug.as_str(), s.heading.as_str())).collect();
    let expected = [("preface", ""), ("intro", ""), ("乙", "乙"), ("乙-2", "乙"), ("q-2", "Q"), ("intro-2", "intro")];
    assert_eq!((a.title.as_str(), found), ("甲", expected.to_vec()));
}

#[test]
fn a_step_named_like_a_part_of_the_page_is_renamed_and_its_author_hears_of_it() {
    let parsed = read("---\nkind: troubleshooting\n---\n## 软件排查\n### 退出 {#exit}\n按一下\n## 联系售后\n报修\n");
    assert_eq!(codes(&parsed), ["step-id-of-page"]);
    assert_eq!(parsed.article.expect("an article").steps().map(|s| s.id.clone()).collect::<Vec<_>>(), ["exit-2"]);
}

#[test]
fn items_of_a_list_are_steps_when_there_are_no_headings() {
    let parsed = read(
        "---\nkind: troubleshooting\n---\n## 软件排查\n先说一句。\n1. 先看龙头，再等\n2. 重启\n## 联系售后\n报修\n",
    );
    let a = parsed.article.as_ref().expect("an article");
    let steps: Vec<_> = a.steps().map(|s| (s.id.as_str(), s.title.as_str())).collect();
    assert_eq!(steps, [("s1", "先看龙头"), ("s2", "重启")]);
    assert_eq!(codes(&parsed), ["step-unnamed", "step-unnamed"]);
}

#[test]
fn items_with_dots_in_a_later_section_are_no_steps_of_the_list_before() {
    let text = "---\nkind: troubleshooting\n---\n## 软件排查\n1. 重启\n2. 再试\n## 联系售后\n- 型号\n- 日期\n";
    let a = read(text).article.expect("an article");
    let steps: Vec<_> = a.steps().map(|s| (s.title.as_str(), s.lines)).collect();
    assert_eq!(steps, [("重启", (4, 5)), ("再试", (5, 6))]);
}

#[test]
fn the_rules_find_what_an_author_got_wrong() {
    let text = "---\nid: x\nkind: troubleshooting\nreview_by: 2026-01-01\n---\n## 硬件排查\n### 拆开看 {minutes=20 risk=2}\n百分百修好。\n### 看灯 {minutes=1 safety=断电 needs=#nope}\n\
                ## 软件排查\n### 重启\n## 先看一眼\n### 一 {minutes=1}\n### 二 {minutes=5}\n### 三 {minutes=1}\n";
    let a = read(text).article.expect("an article");
    let mut found: Vec<_> =
        check_article(&a, Date::new(2026, 11, 21).expect("a day")).iter().map(|p| p.trouble.code()).collect();
    found.sort_unstable();
    let mut expected = [
        "absolute-promise",
        "hardware-first",
        "no-exit",
        "no-minutes",
        "no-safety",
        "overdue",
        "precheck-count",
        "precheck-heavy",
        "slow-first",
        "unknown-need",
    ];
    expected.sort_unstable();
    assert_eq!(found, expected);
}

const WALKED: &str = "---\nkind: troubleshooting\n---\n";

/// An article of the largest size: `head`, and `part` as often as it fits, which is how often.
fn largest(head: &str, part: &str) -> (usize, Article, Vec<Problem>) {
    let n = (MAX_BYTES as usize - head.len()) / part.len();
    let parsed = read(&(head.to_owned() + &part.repeat(n)));
    (n, parsed.article.expect("an article"), parsed.problems)
}

fn n_ids(a: &Article) -> usize {
    let slugs = a.sections.iter().map(|s| s.slug.as_str());
    slugs.chain(a.steps().map(|s| s.id.as_str())).collect::<HashSet<_>>().len()
}

// What grows with the square of a file of the largest size does not come to an end in these.

#[test]
fn a_hundred_thousand_sections_and_steps_are_parsed_and_have_ids_of_their_own() {
    let (n, a, _) = largest("", "## a\n");
    assert_eq!((a.sections.len(), n_ids(&a)), (n, n));

    let (n, a, _) = largest(WALKED, "## 软件排查\n1. 看\n");
    assert_eq!((a.sections.len(), a.steps().count(), n_ids(&a)), (n, n, 2 * n));

    let (n, a, problems) = largest(&format!("{WALKED}## 软件排查\n"), "1. 看\n");
    assert_eq!((a.sections.len(), a.steps().count(), n_ids(&a), problems.len()), (1, n, n + 1, n));

    // Each line has a trouble, and each but the first an id that is taken.
    let (n, a, problems) = largest(&format!("{WALKED}## 软件排查\n"), "### a {#a x}\n");
    assert_eq!((a.steps().count(), n_ids(&a), problems.len()), (n, n + 1, 2 * n - 1));

    // No step says how long it takes, and there is no exit.
    let (n, a, _) = largest(&format!("{WALKED}## 软件排查\n"), "### a {needs=a}\n");
    assert_eq!(check_article(&a, Date::new(2026, 11, 21).expect("a day")).len(), n + 1);
}

#[test]
fn a_hundred_thousand_fences_and_blocks_that_are_not_closed_hide_what_they_must() {
    let n_hidden = |a: &Article| a.agent_lines.iter().filter(|hidden| **hidden).count();
    let (_, a, _) = largest("", "```a\n");
    assert_eq!(n_hidden(&a), 0);
    let (n, a, _) = largest("", "```a\n:::agent\n");
    assert_eq!(n_hidden(&a), 2 * n - 1);
    for (head, part) in [(":::agent\n", "话\n"), (":::agent\n", ":::agent\n"), (":::agent\n", ":::tip\n话\n:::\n")] {
        let (_, a, _) = largest(head, part);
        assert_eq!(n_hidden(&a), a.agent_lines.len());
        assert!(a.passages().all(|p| p.audience == Audience::Agent), "{part}");
        assert_eq!(render(&a, (0, a.agent_lines.len()), Viewer::Customer, &NoLinks), "", "{part}");
    }
}

#[test]
fn marks_that_fill_a_file_of_the_largest_size_are_parsed() {
    let words = |a: &Article| a.passages().map(|p| p.text.to_owned()).collect::<Vec<_>>();
    for mark in [">", "- ", "1. "] {
        let a = read(&(mark.repeat(MAX_BYTES as usize / mark.len() - 4) + "字\n")).article.expect("an article");
        assert_eq!(words(&a), ["字"], "{mark}");
    }
    let nested: String = (0..1_000).map(|depth| format!("{}- 字\n", "  ".repeat(depth))).collect();
    let a = read(&nested).article.expect("an article");
    assert_eq!(words(&a), vec!["字"; 1_000]);
    let (_, a, _) = largest("", "{{<>}}");
    assert_eq!(words(&a), [""; 0]);
}

#[test]
fn an_article_on_codes_that_names_none_is_told_of() {
    let text = |codes: &str| {
        format!(
            "---\nid: a\nkind: error-code\n{codes}---\n## 软件排查\n### 看 {{#see minutes=1}}\n看。\n## 联系售后\n报修。\n"
        )
    };
    let found = |codes: &str| {
        let article = read(&text(codes)).article.expect("an article");
        let problems = check_article(&article, Date::new(2026, 11, 21).expect("a day"));
        problems.iter().map(|p| (p.trouble.code(), p.line)).collect::<Vec<_>>()
    };
    assert_eq!(found("codes: [E1]\n"), []);
    assert_eq!(found(""), [("no-codes", 3)]);
    assert_eq!(found("codes: []\n"), [("no-codes", 3)]);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(3_000))]

    #[test]
    fn any_bytes_are_parsed_and_rendered(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        check_any(&bytes);
    }

    #[test]
    fn any_text_of_our_own_marks_is_parsed_and_rendered(
        parts in proptest::collection::vec(prop_oneof![
            Just("---\n"), Just("id: a\n"), Just("audience: agent\n"), Just("signs: {甲: 乙}\n"), Just("kind: troubleshooting\n"),
            Just("## 软件排查\n"), Just("### 步 {#s minutes=2}\n"), Just("### 步 ｛a｝\n"), Just(":::agent\n"), Just(":::\n"), Just("```\n"),
            Just("> [!CAUTION]\n"), Just("1. 一\n"), Just("   二\n"), Just("| a | b |\n|--|--|\n| c | d |\n"), Just("<script>"), Just("**「甲」**乙\n"),
            Just("[链](a.md)"), Just("\t"), Just("\u{3000}"), Just("&: *x [ { \" '\n"), Just("词"), Just("\n"),
        ], 0..40)
    ) {
        check_any(parts.concat().as_bytes());
    }
}

fn check_any(bytes: &[u8]) {
    let parsed = parse(&RelPath::new("a.md"), bytes);
    let Some(article) = parsed.article else { return };
    let n = article.source.lines().count();
    for section in &article.sections {
        assert!(section.lines.0 <= section.lines.1 && section.lines.1 <= n + 1);
        for step in &section.steps {
            assert!(step.lines.0 <= step.lines.1 && step.lines.1 <= n + 1);
            let html = render(&article, step.lines, Viewer::Customer, &NoLinks);
            assert!(!html.to_lowercase().contains("<script"));
        }
        let _ = render(&article, section.lines, Viewer::Staff, &NoLinks);
    }
}
