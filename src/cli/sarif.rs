//! Problems as a SARIF 2.1.0 log: what code hosts and editors show beside the lines.
//! <https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html>

use std::{
    collections::BTreeMap,
    path::{MAIN_SEPARATOR, Path},
};

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value, json};

use crate::article::{Problem, SectionRole, Trouble};

/// What places in a log are relative to: the kb folder.
const BASE: &str = "KB";
/// Everything but the unreserved characters of RFC 3986 and the `/` between the parts of a path.
const NOT_IN_PATHS: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~').remove(b'/');

/// The log of `problems` found below `root`, an absolute path.
pub(super) fn log(problems: &[&Problem], root: &Path) -> Value {
    // Of each code the first problem: it stands for the rule.
    let mut rules: BTreeMap<&str, &Trouble> = BTreeMap::new();
    for problem in problems {
        rules.entry(problem.trouble.code()).or_insert(&problem.trouble);
    }
    let index: BTreeMap<&str, usize> = rules.keys().zip(0..).map(|(code, i)| (*code, i)).collect();
    let results: Vec<Value> = problems.iter().map(|p| result(p, index[p.trouble.code()])).collect();
    json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": "wenzhen",
                "version": env!("CARGO_PKG_VERSION"),
                "language": "zh-CN",
                "rules": rules.values().map(|trouble| rule(trouble)).collect::<Vec<_>>(),
            }},
            // Without it columns would count UTF-16 units.
            "columnKind": "unicodeCodePoints",
            "originalUriBaseIds": { BASE: { "uri": folder_uri(root) } },
            "results": results,
        }],
    })
}

fn rule(trouble: &Trouble) -> Value {
    json!({
        "id": trouble.code(),
        "shortDescription": { "text": general(trouble) },
        "help": { "text": trouble.hint() },
        "defaultConfiguration": { "level": trouble.level().as_str() },
    })
}

fn result(problem: &Problem, rule: usize) -> Value {
    let trouble = &problem.trouble;
    json!({
        "ruleId": trouble.code(),
        "ruleIndex": rule,
        "level": trouble.level().as_str(),
        "message": { "text": trouble.sentence() },
        "locations": [{ "physicalLocation": {
            "artifactLocation": {
                "uri": utf8_percent_encode(problem.file.as_str(), NOT_IN_PATHS).to_string(),
                "uriBaseId": BASE,
            },
            "region": { "startLine": problem.line.max(1), "startColumn": problem.column.max(1) },
        }}],
    })
}

/// `file:///…/kb/`; the `/` at the end makes it a base.
fn folder_uri(root: &Path) -> String {
    let path = root.to_string_lossy().replace(MAIN_SEPARATOR, "/");
    let path = path.trim_matches('/');
    format!("file:///{}/", utf8_percent_encode(path, NOT_IN_PATHS))
}

/// What holds for every problem of the same code: the sentence without the values of this one.
fn general(trouble: &Trouble) -> String {
    let said = match trouble {
        Trouble::TooLarge(_) => "文件超过 1 MiB，没有收录",
        Trouble::Unreadable(_) => "读不了这个文件",
        Trouble::HeaderSyntax(_) => "头部有一行读不懂",
        Trouble::FieldShape(..) => "头部有一项的值写法不对",
        Trouble::IdTaken(..) => "id 已经由另一个文件使用，这个文件没有收录",
        Trouble::CodeTaken(..) => "代码已经由另一篇文章解释",
        Trouble::UnknownBlock(_) => "不认识 ::: 后面的名称，为安全起见只给坐席看",
        Trouble::PrecheckCount(_) => "「先看一眼」超过 2 步",
        Trouble::NearDuplicate(..) => "和另一篇文章的内容大部分相同",
        Trouble::Overlap(..) => "和另一篇文章的内容有不少重叠",
        Trouble::Overdue(_) => "过了复审日期",
        Trouble::FigureDiffers(..) => "数字和 facts.toml 里的不同",
        _ => return without_values(&trouble.sentence()),
    };
    said.to_owned()
}

/// A sentence with `…` for what it quotes, except for the names of sections.
fn without_values(sentence: &str) -> String {
    let mut out = String::new();
    let mut rest = sentence;
    while let Some(open) = rest.find(['`', '「']) {
        let (before, quoted) = rest.split_at(open);
        let Some(end) = end_of_quote(quoted) else { break };
        let (quoted, after) = quoted.split_at(end);
        let mark = quoted.chars().next().map_or(0, char::len_utf8);
        let inside = &quoted[mark..end - mark];
        out.push_str(before);
        if SectionRole::ALL.iter().any(|role| role.label() == inside) || inside == "名称: 值" {
            out.push_str(quoted);
        } else {
            out.extend([&quoted[..mark], "…", &quoted[end - mark..]]);
        }
        rest = after;
    }
    out.push_str(rest);
    out
}

/// Where the quote `text` begins with ends; what is quoted may hold a 「」 of its own.
fn end_of_quote(text: &str) -> Option<usize> {
    if let Some(rest) = text.strip_prefix('`') {
        return rest.find('`').map(|at| at + 2);
    }
    let mut depth = 0;
    for (at, c) in text.char_indices() {
        match c {
            '「' => depth += 1,
            '」' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return Some(at + c.len_utf8());
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rule_is_described_without_the_values_of_one_problem() {
        let step = "按「启动」".to_owned();
        assert_eq!(general(&Trouble::NoMinutes(step.clone())), "步骤「…」没有写要几分钟");
        assert_eq!(general(&Trouble::PrecheckHeavy(step)), "「先看一眼」里的「…」超过 1 分钟或有风险");
        assert_eq!(general(&Trouble::SignValue("水".into(), "是".into())), "signs 里「…」的值「…」没有登记");
        assert_eq!(general(&Trouble::DeadLink("a.md".into())), "链接 `…` 指向的文件不存在");
        assert_eq!(general(&Trouble::NoExit), Trouble::NoExit.sentence());
        assert_eq!(general(&Trouble::HeaderShape), Trouble::HeaderShape.sentence());
        assert_eq!(general(&Trouble::TooLarge(7)), general(&Trouble::TooLarge(8)));
    }

    #[test]
    fn a_sentence_with_a_quote_that_does_not_end_stays_whole() {
        assert_eq!(without_values("链接 `a"), "链接 `a");
        assert_eq!(without_values("步骤「甲「乙」"), "步骤「甲「乙」");
    }
}
