//! What we ship may be shipped: the licences of every package that ends up in the product.
//!
//! Walks the graph that Cargo has resolved, without the network; packages that only tests use are
//! left out. Known flaws of packages are left to `deny.toml`.

use serde_json::{Value, json};
use std::collections::{BTreeMap, VecDeque};
use std::process::Command;

/// Licences that ask for no more than to be named, and MPL-2.0, which only binds its own files.
const PERMITTED: &[&str] = &[
    "MIT",
    "Apache-2.0",
    "Apache-2.0 WITH LLVM-exception",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "ISC",
    "Zlib",
    "CC0-1.0",
    "Unicode-3.0",
    "Unlicense",
    "MPL-2.0",
    "0BSD",
    "BSL-1.0",
];

/// Packages that need a C compiler, cmake or a system library to build: `cargo run` must just work.
const REFUSED: &[&str] = &["aws-lc-sys", "aws-lc-rs", "openssl-sys"];

#[test]
fn every_package_in_the_product_may_be_shipped() {
    let complaints = licence_complaints(&resolved_graph());
    assert!(complaints.is_empty(), "packages that may not be shipped:\n{}\n", complaints.join("\n"));
}

fn resolved_graph() -> Value {
    let target = "x86_64-unknown-linux-gnu";
    let cargo = std::env::var_os("CARGO").unwrap_or("cargo".into());
    let output = Command::new(cargo)
        .args(["metadata", "--format-version", "1", "--offline", "--locked"])
        .args(["--filter-platform", target])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .expect("cargo can be started, it has started this test");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "`cargo metadata` failed, run `cargo fetch --locked` first:\n{said}");
    serde_json::from_slice(&output.stdout).expect("cargo metadata prints JSON")
}

fn licence_complaints(graph: &Value) -> Vec<String> {
    let by_id =
        |list: &'static str| move |value: &Value| (value[list].as_str().unwrap_or_default().to_owned(), value.clone());
    let packages: BTreeMap<String, Value> = each(&graph["packages"]).map(by_id("id")).collect();
    let nodes: BTreeMap<String, Value> = each(&graph["resolve"]["nodes"]).map(by_id("id")).collect();
    let root = graph["resolve"]["root"].as_str().expect("the graph has a root package").to_owned();

    let mut way_to = BTreeMap::from([(root.clone(), String::new())]);
    let mut next = VecDeque::from([root]);
    let mut complaints = Vec::new();
    while let Some(id) = next.pop_front() {
        let package = &packages[&id];
        let name = package["name"].as_str().expect("a package has a name");
        let way = format!("{}{name}", way_to[&id]);
        complaints.extend(wrong_package(package, name).map(|why| format!("{way}: {why}")));
        for dependency in each(&nodes[&id]["deps"]).filter(|dependency| is_in_the_product(dependency)) {
            let id = dependency["pkg"].as_str().expect("a dependency has an id").to_owned();
            if !way_to.contains_key(&id) {
                way_to.insert(id.clone(), format!("{way} → "));
                next.push_back(id);
            }
        }
    }
    complaints
}

fn each(list: &Value) -> impl Iterator<Item = &Value> {
    list.as_array().into_iter().flatten()
}

/// `kind` is null for a normal dependency; one of several kinds is enough.
fn is_in_the_product(dependency: &Value) -> bool {
    each(&dependency["dep_kinds"]).any(|kind| kind["kind"].is_null() || kind["kind"] == "build")
}

fn wrong_package(package: &Value, name: &str) -> Option<String> {
    if REFUSED.contains(&name) {
        return Some("does not build with Rust alone: turn off the feature that brings it in".to_owned());
    }
    let Some(licence) = package["license"].as_str() else {
        return Some("states no licence: choose another package, or ask its authors to state one".to_owned());
    };
    match is_permitted(licence) {
        Ok(true) => None,
        Ok(false) => Some(format!("`{licence}` is not permissive: choose another package")),
        Err(why) => Some(format!("`{licence}` cannot be read ({why}): look at its licence by hand")),
    }
}

/// Reads an SPDX licence expression, also in the old form `A/B` for `A OR B`.
///
/// AND binds tighter than OR: <https://spdx.github.io/spdx-spec/v3.0.1/annexes/spdx-license-expressions/>.
fn is_permitted(expression: &str) -> Result<bool, String> {
    let spaced = expression.replace('(', " ( ").replace(')', " ) ").replace('/', " OR ");
    let words: Vec<&str> = spaced.split_whitespace().collect();
    let mut rest = words.as_slice();
    let permitted = alternatives(&mut rest)?;
    match rest.first() {
        None => Ok(permitted),
        Some(word) => Err(format!("`{word}` is not expected here")),
    }
}

fn alternatives(rest: &mut &[&str]) -> Result<bool, String> {
    let mut permitted = conditions(rest)?;
    while accept(rest, "OR") {
        permitted |= conditions(rest)?;
    }
    Ok(permitted)
}

fn conditions(rest: &mut &[&str]) -> Result<bool, String> {
    let mut permitted = licence(rest)?;
    while accept(rest, "AND") {
        permitted &= licence(rest)?;
    }
    Ok(permitted)
}

fn licence(rest: &mut &[&str]) -> Result<bool, String> {
    if accept(rest, "(") {
        let permitted = alternatives(rest)?;
        return if accept(rest, ")") { Ok(permitted) } else { Err("a `)` is missing".to_owned()) };
    }
    let mut name = licence_word(rest)?.to_owned();
    if accept(rest, "WITH") {
        name = format!("{name} WITH {}", licence_word(rest)?);
    }
    Ok(PERMITTED.contains(&name.as_str()))
}

fn licence_word<'a>(rest: &mut &[&'a str]) -> Result<&'a str, String> {
    match rest.split_first() {
        Some((word, tail)) if !["(", ")", "AND", "OR", "WITH"].contains(word) => {
            *rest = tail;
            Ok(word)
        }
        _ => Err("a licence is missing".to_owned()),
    }
}

fn accept(rest: &mut &[&str], expected: &str) -> bool {
    match rest.split_first() {
        Some((word, tail)) if *word == expected => {
            *rest = tail;
            true
        }
        _ => false,
    }
}

#[test]
fn licence_expressions_are_read_as_spdx_means_them() {
    let cases = [
        ("MIT", true),
        ("(MIT OR Apache-2.0) AND Unicode-3.0", true),
        ("MIT/Apache-2.0", true),
        ("MIT / GPL-3.0", true),
        ("MIT OR GPL-2.0", true),
        ("Apache-2.0 WITH LLVM-exception OR GPL-2.0", true),
        ("Apache-2.0 WITH LLVM-exception", true),
        ("GPL-3.0 AND MIT OR ISC", true),
        ("ISC OR MIT AND GPL-3.0", true),
        ("GPL-3.0", false),
        ("MIT AND LGPL-2.1", false),
        ("(ISC OR MIT) AND GPL-3.0", false),
        ("Apache-2.0 WITH Something-else", false),
        ("Unicode-DFS-2016", false),
        ("MIT+", false),
    ];
    for (expression, permitted) in cases {
        assert_eq!(is_permitted(expression), Ok(permitted), "{expression}");
    }
    for broken in ["", "MIT OR", "(MIT", "MIT)", "MIT ISC", "AND MIT", "Apache-2.0 WITH"] {
        assert!(is_permitted(broken).is_err(), "{broken}");
    }
}

#[test]
fn a_package_that_may_not_be_shipped_is_named_with_the_way_to_it() {
    let package = |name: &str, licence: Value| json!({ "id": name, "name": name, "license": licence });
    let needs = |name: &str, kind: Value| json!({ "pkg": name, "dep_kinds": [{ "kind": kind }] });
    let graph = json!({
        "packages": [
            package("wenzhen", json!("MIT")),
            package("middle", json!("MIT OR GPL-2.0")),
            package("copyleft", json!("GPL-3.0")),
            package("silent", Value::Null),
            package("openssl-sys", json!("MIT")),
            package("only-for-tests", json!("GPL-3.0")),
        ],
        "resolve": { "root": "wenzhen", "nodes": [
            { "id": "wenzhen", "deps": [needs("middle", Value::Null), needs("only-for-tests", json!("dev"))] },
            { "id": "middle", "deps": [
                needs("copyleft", Value::Null), needs("silent", json!("build")), needs("openssl-sys", Value::Null),
            ] },
            { "id": "copyleft", "deps": [needs("wenzhen", Value::Null)] },
            { "id": "silent", "deps": [] },
            { "id": "openssl-sys", "deps": [] },
        ] },
    });
    let complaints = licence_complaints(&graph);
    let expected = [
        "wenzhen → middle → copyleft: `GPL-3.0` is not permissive: choose another package",
        "wenzhen → middle → silent: states no licence: choose another package, or ask its authors to state one",
        "wenzhen → middle → openssl-sys: does not build with Rust alone: turn off the feature that brings it in",
    ];
    assert_eq!(complaints, expected);
}
