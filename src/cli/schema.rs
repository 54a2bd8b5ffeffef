//! `wenzhen schema`: the front matter as a JSON Schema, so that editors complete and check it.

use std::io::Write;

use serde_json::{Map, Value, json};

use super::Failure;
use crate::article::{Audience, Kind, Severity, Status};

/// Prints the schema.
pub(super) fn schema() -> Result<(), Failure> {
    let mut out = std::io::stdout().lock();
    serde_json::to_writer_pretty(&mut out, &front_matter())
        .map_err(std::io::Error::from)
        .and_then(|()| writeln!(out))
        .map_err(|e| Failure::system(format!("写不出结果：{e}"), "检查输出的去向"))
}

/// What may stand between `---` and `---`. Unknown keys are kept, so they are allowed.
fn front_matter() -> Value {
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "问诊文章的文件头",
        "description": "kb 文件夹里一篇文章开头 --- 和 --- 之间的内容。每一项都可以不写。",
        "type": "object",
        "properties": properties(),
        "additionalProperties": true,
        "$defs": {
            // Codes such as 07 and 1e3 are read as they are written, whatever YAML takes them for.
            "text": { "type": ["string", "number", "boolean", "null"] },
            "texts": { "anyOf": [
                { "$ref": "#/$defs/text" },
                { "type": "array", "items": { "$ref": "#/$defs/text" } },
            ]},
            "day": { "type": ["string", "null"], "pattern": r"^\d{4}[-/.]\d{1,2}[-/.]\d{1,2}([T ].*)?$" },
        },
    })
}

fn properties() -> Map<String, Value> {
    let kinds = Kind::ALL.iter().map(|k| (k.as_str(), k.label()));
    let audiences = Audience::ALL.iter().map(|a| (a.as_str(), a.label()));
    let severities = Severity::ALL.iter().map(|s| (s.as_str(), s.label()));
    let statuses = Status::ALL.iter().map(|s| (s.as_str(), s.label()));
    let mut all = Map::new();
    let mut put = |key: &str, value: Value| all.insert(key.to_owned(), value);
    put("id", id());
    put("title", of("text", "标题。不写：第一个 # 标题，再没有就用文件名。"));
    put("kind", one_of("文章是做什么的。", "how-to", kinds));
    put("appliance", of("texts", "电器，一个，或写成列表。"));
    put("models", of("texts", "适用型号，* 代表后面任意几个字。不写：不限型号。"));
    put("codes", of("texts", "故障代码。只写在解释这个代码的那一篇，别的文章用链接指过去。照原样读，07 不会变成 7。"));
    put("symptoms", of("texts", "用户自己的说法，会被搜到。"));
    put("asked", of("texts", "相似问：别人这样问过，也是这一篇回答。会被搜到，不显示在文章里，可以写很多。"));
    put("signs", signs());
    put("audience", one_of("给谁看。写错时只有编辑看得到。", "public", audiences));
    put("severity", one_of("有多危险。", "normal", severities));
    put("status", one_of("写到哪一步了。草稿和待审只有编辑看得到；写错时也一样。", "published", statuses));
    put("draft", json!({ "type": ["boolean", "null"], "description": "别的工具的写法：true 就是 status: draft。" }));
    put("owner", of("text", "谁负责，只有坐席和编辑看得到。"));
    put("reviewed", of("day", "上次核对的日期，写成 2026-11-01 这样。"));
    put("review_by", of("day", "下次核对的日期，过了就列入待办。"));
    put("expires", of("day", "过了这天，用户就看不到了。"));
    put("expect", of("texts", "搜索测试：搜这句话，这一篇应该排第一。不进搜索，不要和 symptoms、asked 写成一样的话。"));
    for key in ["aliases", "alias"] {
        put(key, of("texts", "以 / 开头是旧网址，会转过来；否则是别名，会被搜到。"));
    }
    for key in ["tags", "tag", "keywords", "categories"] {
        put(key, of("texts", "别的工具的写法：和 symptoms 一样会被搜到。"));
    }
    for key in ["description", "summary"] {
        put(key, of("text", "别的工具的写法：一句话说这篇文章讲什么。"));
    }
    all
}

fn of(definition: &str, description: &str) -> Value {
    json!({ "$ref": format!("#/$defs/{definition}"), "description": description })
}

fn one_of(about: &str, default: &str, values: impl Iterator<Item = (&'static str, &'static str)>) -> Value {
    let (names, labels): (Vec<&str>, Vec<&str>) = values.unzip();
    let list: Vec<String> = names.iter().zip(&labels).map(|(name, label)| format!("{name} {label}")).collect();
    json!({
        "description": format!("{about}{}。不写：{default}。", list.join(" · ")),
        "enum": names,
        // Not of the standard: editors show it beside each value.
        "enumDescriptions": labels,
        "default": default,
    })
}

fn id() -> Value {
    json!({
        "type": ["string", "number"],
        // What the address of a page can hold.
        "pattern": r#"^[^\s/\\?#%"<>]+$"#,
        "maxLength": 200,
        "description": "文章的名字，定了就别改；改了就是一篇新文章。不写：用路径，去掉 .md，/ 变 --，空格变 -。",
    })
}

fn signs() -> Value {
    json!({
        "type": ["object", "null"],
        "additionalProperties": { "$ref": "#/$defs/text" },
        "description": "把它和相近文章分开的事实，例如 {能进水: 是}。名称和取值只能来自 kb/signs.toml。",
    })
}
