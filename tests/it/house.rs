//! The plan of the house as tests: which room may import which, and the tidy rules of the project.
//!
//! Each rule is a pure function from a [`Tree`] (path → text) to complaints, so that the seeded
//! violations at the end prove that it can fail. What the rooms do is left to the other tests.

use proc_macro2::{Delimiter, Ident, Spacing, TokenStream, TokenTree};
use pulldown_cmark::{Event, Parser, Tag};
use std::collections::{BTreeMap, BTreeSet};
use std::{fs, path::Path};
use syn::visit::{self, Visit};

/// Room → the rooms it may import. A new arrow is a design change: this table, the one in
/// `src/README.md` and the commit message change together.
const ROOMS: &str = "
    text    →
    article →
    access  → article
    found   → article
    guide   → article found
    case    → article guide
    corpus  → article text
    meaning →
    index   → text article access meaning
    search  → text article found access index
    store   → article guide case access
    journey → text article access found guide case corpus meaning index search store
    http    → article found guide case access journey
    cli     → text article access found guide case corpus meaning index search store journey http
    main    → cli
    lib     →
";

/// Rooms that are planned and not built. Who moves in takes the row up into [`ROOMS`], with the
/// arrow from cli that leads to it.
const ROOMS_TO_COME: &str = "
    mcp     → article found guide case access journey
";

/// Inside `cli` only these files may name an engine.
const COMPOSITION: &[&str] = &["src/cli/settings.rs", "src/cli/serve.rs", "src/cli/open.rs"];
const NEW_ARROW: &str = "a new arrow is a design change: ROOMS, src/README.md, commit message";
const ENGINES: &[&str] = &["corpus", "meaning", "index", "search", "store"];

const MAX_PRODUCT_LINES: usize = 300;
const MAX_FUNCTION_LINES: usize = 60;
const MAX_SCRIPT_LINES: usize = 199;
const EMPTY_WORDS: &str = "util utils helper helpers common misc manager";

#[test]
fn every_room_stands_in_the_import_table() {
    holds(rooms_are_known);
}

#[test]
fn rooms_import_only_what_the_table_allows_and_only_through_the_door() {
    holds(imports_run_down);
}

#[test]
fn lib_rs_is_a_table_of_contents_with_one_line_a_room() {
    holds(contents_hold_no_code);
}

#[test]
fn the_map_in_src_readme_shows_every_room_and_the_same_arrows() {
    holds(map_agrees);
}

#[test]
fn files_and_functions_are_short_enough_to_read() {
    holds(lengths_are_kept);
}

#[test]
fn no_file_folder_or_module_has_a_name_that_says_nothing() {
    holds(names_say_something);
}

#[test]
fn every_rust_file_opens_by_saying_what_it_holds() {
    holds(files_introduce_themselves);
}

#[test]
fn every_relative_link_in_the_documents_leads_somewhere() {
    holds(links_lead_somewhere);
}

type Rule = fn(&Tree) -> Vec<String>;

fn holds(rule: Rule) {
    let mut tree = Tree::new();
    collect(Path::new(env!("CARGO_MANIFEST_DIR")), "", &mut tree);
    let complaints = rule(&tree).join("\n");
    assert!(complaints.is_empty(), "\n{complaints}\n");
}

// ---- The tree

/// Every file by its path from the top, with its text, which is empty if it is not UTF-8.
type Tree = BTreeMap<String, String>;

fn collect(folder: &Path, prefix: &str, tree: &mut Tree) {
    for entry in fs::read_dir(folder).expect("a folder of the repository can be listed") {
        let file = entry.expect("a folder can be read to its end").path();
        let name = file.file_name().unwrap_or_default().to_string_lossy();
        let path = format!("{prefix}{name}");
        if [".git", "target", "node_modules"].contains(&&*name) || path == "data" {
            continue;
        }
        if file.is_dir() {
            collect(&file, &format!("{path}/"), tree);
        } else {
            tree.insert(path, fs::read_to_string(&file).unwrap_or_default());
        }
    }
}

/// The files of a place and kind; `kb/` has its own rules, and samples may break all of them.
fn files<'a>(tree: &'a Tree, top: &str, end: &str) -> Vec<(&'a str, &'a str)> {
    let ours = |path: &str| !path.starts_with("kb/") && !path.starts_with("tests/sample/");
    let asked = |path: &str| path.starts_with(top) && path.ends_with(end) && ours(path);
    let all = tree.iter().map(|(path, text)| (&**path, &**text));
    all.filter(|(path, _)| asked(path)).collect()
}

/// `src/index/open.rs` → `index`, `src/found.rs` → `found`, `src/main.rs` → `main`.
fn room_of(path: &str) -> &str {
    let below = path.trim_start_matches("src/");
    below.split(['/', '.']).next().unwrap_or(below)
}

fn built_rooms(tree: &Tree) -> BTreeSet<&str> {
    let files = files(tree, "src/", ".rs").into_iter();
    files.map(|(path, _)| room_of(path)).collect()
}

type Plan<'a> = BTreeMap<&'a str, BTreeSet<&'a str>>;

fn plan(table: &str) -> Plan<'_> {
    let rows = table.lines().filter_map(|row| row.split_once('→'));
    rows.map(|(room, arrows)| (room.trim(), arrows.split_whitespace().collect())).collect()
}

// ---- Rooms and imports

fn rooms_are_known(tree: &Tree) -> Vec<String> {
    let (plan, to_come) = (plan(ROOMS), plan(ROOMS_TO_COME));
    let built = built_rooms(tree);
    let mut complaints = Vec::new();
    for name in built.iter().filter(|name| !plan.contains_key(*name)) {
        let advice = if to_come.contains_key(name) {
            "move its row up from ROOMS_TO_COME to ROOMS, and tell src/README.md"
        } else {
            "put it into the room whose word it is, or add a row to ROOMS and src/README.md"
        };
        complaints.push(format!("src/{name} is not in the import table: {advice}"));
    }
    for name in plan.keys().filter(|name| !built.contains(*name)) {
        let advice = "delete its row from ROOMS, or move it to ROOMS_TO_COME";
        complaints.push(format!("room `{name}` of the import table is not in src: {advice}"));
    }
    complaints
}

fn imports_run_down(tree: &Tree) -> Vec<String> {
    let mut complaints = Vec::new();
    for (path, text) in files(tree, "src/", ".rs") {
        for (import, line) in Paths::read_file(path, text).found {
            let wrong = wrong_import(tree, path, &import);
            complaints.extend(wrong.map(|why| format!("{path}:{line} {why}")));
        }
    }
    complaints.dedup();
    complaints
}

fn wrong_import(tree: &Tree, path: &str, import: &[String]) -> Option<String> {
    let (plan, from) = (plan(ROOMS), room_of(path));
    let arrows = plan.get(from)?; // without a row `rooms_are_known` complains
    let to = import.first().map_or("*", String::as_str);
    if to == from || !plan.contains_key(to) && to != "*" {
        return None;
    }
    let must_not = format!("room `{from}` must not import");
    if to == "*" {
        return Some(format!("{must_not} the whole crate: name the rooms it needs"));
    }
    if !arrows.contains(to) {
        let instead = match from {
            "http" => "ask a journey for it",
            "journey" => "return a value and let the doors above render it",
            "main" => "start it through a command of `cli`",
            _ if ENGINES.contains(&from) => "let a journey join the two, or move the noun down",
            _ => "take the value as a parameter, or move the noun down",
        };
        return Some(format!("{must_not} `{to}`: {instead}; {NEW_ARROW}"));
    }
    if from == "cli" && ENGINES.contains(&to) && !COMPOSITION.contains(&path) {
        let instead = "let settings.rs, serve.rs or open.rs open the engine and hand it over";
        return Some(format!("{must_not} `{to}` in this file: {instead}"));
    }
    let file = import.get(1).filter(|_| import.len() > 2)?;
    let is_file = |end| tree.contains_key(&format!("src/{to}/{file}{end}"));
    let instead = format!("import `{to}::Item`, and let src/{to}/mod.rs `pub use` it");
    let behind = is_file(".rs") || is_file("/mod.rs");
    behind.then(|| format!("{must_not} `{to}::{file}`, behind the door of `{to}`: {instead}"))
}

/// The paths of one file that start at the crate, counted from its root; a glob ends in `*`.
///
/// Read from the tokens, not from the syntax tree: so one reader sees `use` trees, expressions,
/// types, attributes, test modules and the insides of macros alike.
#[derive(Default)]
struct Paths {
    found: Vec<(Vec<String>, usize)>,
    modules: Vec<(String, usize)>,
    /// The module that is being read, and whether a `use` is.
    module: Vec<String>,
    in_use: bool,
    /// What a `use` has named: after `use crate::store as attic`, `attic` is `store`.
    names: BTreeMap<String, Vec<String>>,
}

impl Paths {
    fn read_file(path: &str, text: &str) -> Self {
        let mut paths = Self::default();
        let parts = path.trim_end_matches(".rs").split('/').skip(1);
        let own = parts.filter(|part| !["mod", "lib", "main"].contains(part));
        paths.module.extend(own.map(str::to_owned));
        match text.parse() {
            Ok(tokens) => paths.read(tokens),
            Err(why) => panic!("{path} cannot be read as Rust: {why}"),
        }
        paths
    }

    fn read(&mut self, tokens: TokenStream) {
        let tokens: Vec<TokenTree> = tokens.into_iter().collect();
        let mut at = 0;
        while let Some(token) = tokens.get(at) {
            at += 1;
            match token {
                TokenTree::Group(group) => self.read(group.stream()),
                TokenTree::Punct(mark) => self.in_use &= mark.as_char() != ';',
                TokenTree::Ident(word) if word == "use" => self.in_use = true,
                TokenTree::Ident(word) if word == "mod" => at = self.read_module(&tokens, at),
                TokenTree::Ident(word) => {
                    let inside_a_path = at >= 3 && is_mark(&tokens, at - 3);
                    if let Some(root) = self.root(word, inside_a_path) {
                        at = self.follow(&tokens, at, root);
                    }
                }
                TokenTree::Literal(_) => {}
            }
        }
    }

    fn read_module(&mut self, tokens: &[TokenTree], at: usize) -> usize {
        if let Some(TokenTree::Ident(name)) = tokens.get(at) {
            self.modules.push((plain(name), name.span().start().line));
            if let Some(TokenTree::Group(body)) = tokens.get(at + 1) {
                self.module.push(plain(name));
                self.read(body.stream());
                self.module.pop();
            }
        }
        at + 2
    }

    /// Where a path leads that starts with this word, if it can lead to a room.
    fn root(&self, word: &Ident, inside_a_path: bool) -> Option<Vec<String>> {
        match plain(word).as_str() {
            "crate" | "wenzhen" => Some(Vec::new()),
            "self" => Some(self.module.clone()),
            "super" => Some(parent(&self.module)),
            name if !inside_a_path => self.names.get(name).cloned(),
            _ => None,
        }
    }

    /// Follows a path whose next part, if any, stands at `at`; returns where reading goes on.
    fn follow(&mut self, all: &[TokenTree], mut at: usize, mut path: Vec<String>) -> usize {
        let renamed = |at: usize| self.in_use && all.get(at).is_some_and(|word| is(word, "as"));
        if !is_mark(all, at) && !renamed(at) {
            return at; // `self` the value, `pub(crate)`
        }
        while is_mark(all, at) {
            at += 2;
            match all.get(at) {
                Some(TokenTree::Ident(word)) if word == "self" => {}
                Some(TokenTree::Ident(word)) if word == "super" => path = parent(&path),
                Some(TokenTree::Ident(word)) => path.push(plain(word)),
                Some(TokenTree::Punct(mark)) if mark.as_char() == '*' => path.push("*".to_owned()),
                Some(TokenTree::Group(group)) if group.delimiter() == Delimiter::Brace => {
                    let inner: Vec<TokenTree> = group.stream().into_iter().collect();
                    let parts = inner.split(|token| is(token, ","));
                    for part in parts.filter(|part| !part.is_empty()) {
                        self.follow(&[&all[at - 2..at], part].concat(), 0, path.clone());
                    }
                    return at + 1;
                }
                _ => break, // `::<T>`, to be read on its own
            }
            at += 1;
        }
        let name_at = if renamed(at) { at + 1 } else { at - 1 };
        if self.in_use {
            let own = path.last().filter(|_| is(&all[name_at], "self"));
            let name = own.cloned().unwrap_or(all[name_at].to_string());
            self.names.insert(name, path.clone());
        }
        self.found.push((path, all[at - 1].span().start().line));
        at
    }
}

fn plain(word: &Ident) -> String {
    word.to_string().trim_start_matches("r#").to_owned()
}

fn is(token: &TokenTree, text: &str) -> bool {
    token.to_string() == text
}

fn parent(module: &[String]) -> Vec<String> {
    module[..module.len().saturating_sub(1)].to_vec()
}

/// Whether `::` stands here.
fn is_mark(tokens: &[TokenTree], at: usize) -> bool {
    let colon = |at| match tokens.get(at) {
        Some(TokenTree::Punct(mark)) if mark.as_char() == ':' => Some(mark.spacing()),
        _ => None,
    };
    colon(at) == Some(Spacing::Joint) && colon(at + 1).is_some()
}

// ---- The table of contents and the map

fn parsed(path: &str, text: &str) -> syn::File {
    syn::parse_file(text).unwrap_or_else(|why| panic!("{path} cannot be parsed: {why}"))
}

fn contents_hold_no_code(tree: &Tree) -> Vec<String> {
    let mut complaints = Vec::new();
    for (path, text) in files(tree, "src/lib.rs", "") {
        for (nth, item) in (1..).zip(parsed(path, text).items) {
            let sound = matches!(&item, syn::Item::Mod(room) if is_entry(room));
            if !sound {
                complaints.push(format!("{path} item {nth} is not one `///` line over a `pub mod`: say in one line what the room holds, and keep all code in rooms"));
            }
        }
    }
    complaints
}

fn is_entry(room: &syn::ItemMod) -> bool {
    let public = matches!(room.vis, syn::Visibility::Public(_)) && room.content.is_none();
    public && room.attrs.len() == 1 && room.attrs[0].path().is_ident("doc")
}

fn map_agrees(tree: &Tree) -> Vec<String> {
    let map = tree.get("src/README.md").map_or("", String::as_str);
    let (planned, drawn) = (plan(ROOMS), drawn_plan(map));
    let mut names = built_rooms(tree);
    names.extend(planned.keys().chain(drawn.keys()));
    let told = |row: Option<&BTreeSet<_>>| row.map_or("no row".to_owned(), |to| format!("{to:?}"));
    let mut complaints = Vec::new();
    for name in names {
        let (drawn, planned) = (drawn.get(name), planned.get(name));
        if drawn != planned || planned.is_none() {
            let (drawn, planned) = (told(drawn), told(planned));
            complaints.push(format!("src/README.md has {drawn} for `{name}`, ROOMS has {planned}: make the table Room | may import | must never know agree with ROOMS"));
        }
    }
    complaints
}

/// What the map lets each room import. `every room` stands for all but the room itself, `main` and
/// `lib`; what follows a `;` is for the reader.
fn drawn_plan(map: &str) -> Plan<'_> {
    let mut drawn = Plan::new();
    let is_head = |line: &str| line.starts_with("| Room | may import | must never know |");
    let rows = map.lines().skip_while(|line| !is_head(line)).skip(2);
    for row in rows.take_while(|row| row.starts_with('|')) {
        let cells: Vec<&str> = row.split('|').map(str::trim).collect();
        let arrows = cells[2].split(';').next().unwrap_or_default();
        for room in in_backticks(cells[1]) {
            let mut may_import: BTreeSet<&str> = in_backticks(arrows).collect();
            if arrows.starts_with("every room") {
                may_import = plan(ROOMS).into_keys().collect();
                may_import.retain(|other| ![room, "main", "lib"].contains(other));
            }
            drawn.insert(room, may_import);
        }
    }
    drawn
}

fn in_backticks(cell: &str) -> impl Iterator<Item = &str> {
    cell.split('`').skip(1).step_by(2)
}

// ---- Lengths

fn lengths_are_kept(tree: &Tree) -> Vec<String> {
    let mut complaints = Vec::new();
    let mut product = files(tree, "src/", ".rs");
    product.retain(|(path, _)| !path.ends_with("/tests.rs"));
    for (path, text) in product {
        let mut file = parsed(path, text);
        let lines = product_lines(text, &mut file);
        if lines > MAX_PRODUCT_LINES && !is_table(text) {
            complaints.push(format!("{path} has {lines} product lines, {MAX_PRODUCT_LINES} are allowed: look for the second subject in it (if it is nothing but a table, its first //! lines say so)"));
        }
        let mut functions = Functions::default();
        functions.visit_file(&file);
        for (name, line, lines) in functions.long {
            complaints.push(format!("{path}:{line} function `{name}` has {lines} lines, {MAX_FUNCTION_LINES} are allowed: give its second half a name"));
        }
    }
    for (path, text) in files(tree, "web/script/", ".js") {
        let lines = text.lines().count();
        if lines > MAX_SCRIPT_LINES {
            complaints.push(format!(
                "{path} has {lines} lines, {MAX_SCRIPT_LINES} are allowed: split it into two modules by subject"
            ));
        }
    }
    complaints
}

/// Takes the test modules out of the file and counts the lines left that are neither blank nor
/// pure comment.
fn product_lines(text: &str, file: &mut syn::File) -> usize {
    let mut lines: Vec<&str> = text.lines().map(str::trim).collect();
    file.items.retain(|item| {
        if let syn::Item::Mod(module) = item
            && module.attrs.iter().any(is_for_tests)
            && let Some((body, _)) = &module.content
        {
            let first = module.attrs[0].pound_token.span.start().line;
            lines[first - 1..body.span.close().end().line].fill("");
            return false;
        }
        true
    });
    lines.retain(|line| !line.is_empty() && !line.starts_with("//"));
    lines.len()
}

fn is_for_tests(attr: &syn::Attribute) -> bool {
    attr.path().is_ident("cfg") && attr.parse_args::<Ident>().is_ok_and(|cfg| cfg == "test")
}

fn is_table(text: &str) -> bool {
    let mut opening = text.lines().take_while(|line| line.starts_with("//!"));
    opening.any(|line| words(line).any(|word| word == "table"))
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !c.is_alphanumeric())
}

/// Name, first line and lines of the functions over the limit.
#[derive(Default)]
struct Functions {
    long: Vec<(String, usize, usize)>,
    /// The function whose body comes next; it begins at `fn`, so doc comments are free.
    begun: Option<(String, usize)>,
}

impl<'ast> Visit<'ast> for Functions {
    fn visit_signature(&mut self, signature: &'ast syn::Signature) {
        let first = signature.fn_token.span.start().line;
        self.begun = Some((signature.ident.to_string(), first));
    }

    fn visit_block(&mut self, body: &'ast syn::Block) {
        if let Some((name, first)) = self.begun.take() {
            let lines = body.brace_token.span.close().end().line - first + 1;
            self.long.push((name, first, lines));
            self.long.retain(|(.., lines)| *lines > MAX_FUNCTION_LINES);
        }
        visit::visit_block(self, body);
    }
}

// ---- Names, openings, links

fn names_say_something(tree: &Tree) -> Vec<String> {
    let empty = |name: &str| words(name).any(|word| EMPTY_WORDS.split(' ').any(|not| not == word));
    let advice = "has a name that says nothing: name it after what it holds, or move its parts to their only users";
    let mut complaints = Vec::new();
    for top in ["src/", "tests/", "benches/", "web/", "fuzz/"] {
        for (path, text) in files(tree, top, "") {
            if empty(path) {
                complaints.push(format!("{path} {advice}"));
            }
            let rust = if path.ends_with(".rs") { text } else { "" };
            for (name, line) in Paths::read_file(path, rust).modules {
                if empty(&name) {
                    complaints.push(format!("{path}:{line} `mod {name}` {advice}"));
                }
            }
        }
    }
    complaints
}

fn files_introduce_themselves(tree: &Tree) -> Vec<String> {
    let mut silent = Vec::new();
    for top in ["src/", "tests/", "benches/"] {
        silent.extend(files(tree, top, ".rs"));
    }
    silent.retain(|(_, text)| !text.starts_with("//!"));
    let advice = "say what it holds and what it leaves to others";
    let complaint = |(path, _)| format!("{path} does not start with //!: {advice}");
    silent.into_iter().map(complaint).collect()
}

fn links_lead_somewhere(tree: &Tree) -> Vec<String> {
    let mut complaints = Vec::new();
    for (path, text) in files(tree, "", ".md") {
        for (event, place) in Parser::new(text).into_offset_iter() {
            let mut lost = match &event {
                Event::Start(Tag::Link { dest_url, .. }) => vec![&**dest_url],
                Event::Start(Tag::Image { dest_url, .. }) => vec![&**dest_url],
                Event::Html(html) | Event::InlineHtml(html) => html_targets(html),
                _ => Vec::new(),
            };
            lost.retain(|target| !leads_somewhere(tree, path, target));
            let line = text[..place.start].matches('\n').count() + 1;
            for target in lost {
                complaints.push(format!(
                    "{path}:{line} links to `{target}`, which does not exist: correct the path or delete the link"
                ));
            }
        }
    }
    complaints
}

fn html_targets(html: &str) -> Vec<&str> {
    let keys = [" src=\"", " href=\""];
    let after = keys.iter().flat_map(|key| html.split(key).skip(1));
    after.filter_map(|rest| rest.split('"').next()).collect()
}

fn leads_somewhere(tree: &Tree, from: &str, target: &str) -> bool {
    let file = target.split(['#', '?']).next().unwrap_or_default();
    if file.is_empty() || file.contains(':') {
        return true; // within the page; https:, mailto:
    }
    let mut parts: Vec<&str> = from.split('/').collect();
    parts.pop();
    for part in file.split('/') {
        match part {
            "" | "." => {}
            ".." if parts.pop().is_none() => return false,
            ".." => {}
            name => parts.push(name),
        }
    }
    let path = parts.join("/");
    let folder = format!("{path}/");
    path.is_empty() || tree.contains_key(&path) || tree.keys().any(|key| key.starts_with(&folder))
}

// ---- Seeded violations: each rule can fail, and only for its reason

/// Runs a rule over a sound house with every room in it, once for each case. Cases are parted by
/// blank lines: `path: text` puts a file in (`⏎` is a line end), `→` is how a complaint begins.
fn seeded(rule: Rule, cases: &str) {
    let room = |name: &str| (format!("src/{name}.rs"), "//! A room.".to_owned());
    let mut sound: Tree = plan(ROOMS).keys().map(|name| room(name)).collect();
    sound.insert("src/README.md".to_owned(), drawn(ROOMS));
    assert_eq!(rule(&sound).join("\n"), "", "in the sound house");
    for case in cases.trim().split("\n\n") {
        let mut tree = sound.clone();
        let mut expected = Vec::new();
        for line in case.lines().map(str::trim) {
            if let Some(complaint) = line.strip_prefix("→ ") {
                expected.push(complaint);
            } else {
                let (path, text) = line.split_once(": ").expect("a case names a file");
                tree.insert(path.to_owned(), text.replace('⏎', "\n"));
            }
        }
        let found = rule(&tree);
        let begins = |(found, start): (&String, &&str)| found.starts_with(start);
        let same = found.len() == expected.len() && found.iter().zip(&expected).all(begins);
        assert!(same, "{case}\nexpected {expected:#?}\nfound {found:#?}");
    }
}

fn drawn(table: &str) -> String {
    let mut map = "# Map\n\n| Room | may import | must never know |\n|---|---|---|\n".to_owned();
    for (room, arrows) in plan(table) {
        let mut arrows: String = arrows.iter().map(|to| format!(" `{to}`")).collect();
        if room == "cli" {
            arrows = "every room; but `engines` only in three files".to_owned();
        }
        map.push_str(&format!("| `{room}` | {arrows} | – |\n"));
    }
    map
}

#[test]
fn a_forbidden_import_is_seen_however_it_is_written() {
    for text in [
        "use crate::{article::Article,⏎ store::{Row, self},⏎};",
        "mod tests {⏎ use super::super::store::Row; }",
        "fn f() {⏎ g(1, crate::store::open()?) }",
        "fn f() ->⏎ Vec<<crate::store::Row as Iterator>::Item> {}",
        "macro_rules! m {⏎ () => {{ $crate::store::open() }} }",
        "fn f() { assert_eq!(1, [⏎ crate::store::open()]) }",
        "⏎#[cfg(test)] mod tests { use crate::store::Row; }",
        "⏎use crate::store::*;",
        "⏎use super::r#store;",
        "⏎use ::wenzhen::store as attic;",
    ] {
        let complaint = "→ src/found.rs:2 room `found` must not import `store`: take the value";
        seeded(imports_run_down, &format!("src/found.rs: {text}\n{complaint}"));
    }
}

#[test]
fn an_import_of_the_whole_crate_is_refused() {
    let cases = "
        src/found.rs: use crate::*;
        → src/found.rs:1 room `found` must not import the whole crate

        src/found.rs: mod a { use super::super::*; }
        → src/found.rs:1 room `found` must not import the whole crate

        src/found.rs: use super::{self as all};
        → src/found.rs:1 room `found` must not import the whole crate
    ";
    seeded(imports_run_down, cases);
}

#[test]
fn what_is_allowed_or_only_looks_like_an_import_is_left_alone() {
    let cases = "
        src/found.rs: //! See crate::store.⏎/* crate::store::x */⏎use std::store::Row;
        src/access.rs: pub(crate) use crate::article::{Article, self,};⏎use foreign::article::x::Y;
        src/corpus.rs: fn f(&self) -> u8 { self.store::<u8>(\"crate::store\") * crate::corpus::N as u8 }
        src/index.rs: mod inner { use super::*; pub(in crate::index) struct S; fn f() { self::store::x() } }
        src/article/mod.rs: use self::parse::A;⏎use crate::article::parse::B;⏎use super::article::parse::C;
        src/article/parse.rs: use super::{A, model::B};
    ";
    seeded(imports_run_down, cases);
}

#[test]
fn a_file_behind_the_door_is_not_imported_from_outside() {
    let cases = "
        src/found.rs: use crate::article::{⏎Article,⏎parse::{read, write}};
        src/article/parse.rs: //! Behind the door.
        → src/found.rs:3 room `found` must not import `article::parse`, behind the door

        src/found.rs: use crate::article;⏎fn f() { article::parse::read() }
        src/article/parse/mod.rs: //! Behind the door.
        → src/found.rs:2 room `found` must not import `article::parse`, behind the door

        src/found.rs: use crate::article::{parse, Kind};⏎fn f() { parse::<u8>(Kind::how_to()) }
        src/article/parse.rs: //! Behind the door, with a function of the same name.
    ";
    seeded(imports_run_down, cases);
}

#[test]
fn only_three_files_of_cli_name_engines_and_main_knows_only_cli() {
    let cases = "
        src/cli/serve.rs: use crate::store::Store;⏎use crate::journey::Finder;
        src/cli/check.rs: use crate::store::Store;⏎use crate::journey::Finder;
        src/main.rs: fn main() { wenzhen::cli::run(); wenzhen::store::open(); }
        → src/cli/check.rs:1 room `cli` must not import `store` in this file: let settings.rs, serve.rs
        → src/main.rs:1 room `main` must not import `store`: start it through a command
    ";
    seeded(imports_run_down, cases);
}

#[test]
fn a_room_without_a_row_and_a_row_without_a_room_are_named() {
    let cases = "
        src/attic.rs: //! Not planned.
        src/mcp/mod.rs: //! Planned.
        → src/attic is not in the import table: put it into the room
        → src/mcp is not in the import table: move its row up from ROOMS_TO_COME
    ";
    seeded(rooms_are_known, cases);
    let lost = rooms_are_known(&Tree::new());
    assert_eq!(lost.len(), plan(ROOMS).len());
    assert!(lost[0].starts_with("room `access` of the import table is not in src: delete"));
}

#[test]
fn lib_rs_with_code_or_without_a_doc_line_is_refused() {
    let cases = "
        src/lib.rs: /// One.⏎pub mod a;⏎pub mod b;⏎/// Two⏎/// lines.⏎pub mod c;⏎/// D.⏎mod d;⏎pub use a::X;
        → src/lib.rs item 2 is not one `///` line over a `pub mod`
        → src/lib.rs item 3 is not
        → src/lib.rs item 4 is not
        → src/lib.rs item 5 is not
    ";
    seeded(contents_hold_no_code, cases);
}

#[test]
fn a_map_that_misses_a_room_or_an_arrow_is_refused() {
    let map = drawn(
        &ROOMS.replace("store   → article guide case access", "store → guide case access").replace("lib ", "loft"),
    );
    let map = map.replace("# Map", "Says nothing of `lib`.").replace('\n', "⏎");
    let cases = format!(
        "src/attic.rs: //! Neither planned nor drawn.
        → src/README.md has no row for `attic`, ROOMS has no row: make the table

        src/README.md: {map}
        → src/README.md has no row for `lib`, ROOMS has {{}}: make the table
        → src/README.md has {{}} for `loft`, ROOMS has no row: make the table
        → src/README.md has {{\"access\", \"case\", \"guide\"}} for `store`, ROOMS has {{\"access\", \"article\", \"case\", \"guide\"}}: make the table"
    );
    seeded(map_agrees, &cases);
}

#[test]
fn a_file_one_line_too_long_is_refused_unless_it_is_a_table() {
    let (at_limit, over) = ("use a;⏎".repeat(300), "use a;⏎".repeat(301));
    let (script, long_script) = ("x⏎".repeat(199), "x⏎".repeat(200));
    let tests = "#[cfg(test)]⏎mod tests {⏎fn f() {}⏎}⏎";
    let cases = format!(
        "src/found.rs: //! Stable.⏎⏎// Why.⏎{at_limit}{tests}
        src/article.rs: //! A table of words.⏎{over}
        src/found/tests.rs: //! Cases.⏎{over}
        web/script/a.js: {script}

        src/found.rs: //! Stable.⏎{over}{tests}
        → src/found.rs has 301 product lines, 300 are allowed

        src/found.rs: //! Stable.⏎{at_limit}{tests}use b;
        → src/found.rs has 301 product lines, 300 are allowed

        web/script/a.js: {long_script}
        → web/script/a.js has 200 lines, 199 are allowed"
    );
    seeded(lengths_are_kept, &cases);
}

#[test]
fn a_function_one_line_too_long_is_refused() {
    let function = |lines: usize| format!("fn f() {{⏎{}}}", "g();⏎".repeat(lines - 2));
    let (at_limit, over) = (function(60), function(61));
    let cases = format!(
        "src/found.rs: /// Doc.⏎#[inline]⏎pub {at_limit}

        src/found.rs: #[cfg(test)]⏎mod tests {{ {over} }}

        src/found.rs: /// Doc.⏎#[inline]⏎pub {over}
        → src/found.rs:3 function `f` has 61 lines, 60 are allowed

        src/found.rs: impl S {{⏎{over} }}
        → src/found.rs:2 function `f` has 61 lines, 60 are allowed

        src/found.rs: mod inner {{ trait T {{ fn g();⏎{over} }} }}
        → src/found.rs:2 function `f` has 61 lines, 60 are allowed"
    );
    seeded(lengths_are_kept, &cases);
}

#[test]
fn a_name_that_says_nothing_is_refused() {
    let cases = "
        src/article/date_utils.rs: //!
        src/found.rs: mod commonplace;⏎mod misc { }
        tests/it/helpers/mod.rs: //!
        web/script/common.js: x
        kb/common/a.md: x
        → src/article/date_utils.rs has a name that says nothing
        → src/found.rs:2 `mod misc` has a name that says nothing
        → tests/it/helpers/mod.rs has a name that says nothing
        → web/script/common.js has a name that says nothing
    ";
    seeded(names_say_something, cases);
}

#[test]
fn a_rust_file_that_does_not_say_what_it_holds_is_refused() {
    let cases = "
        benches/load.rs: use std::fmt;
        tests/it/main.rs: //! Tests.
        → benches/load.rs does not start with //!
    ";
    seeded(files_introduce_themselves, cases);
}

#[test]
fn a_link_that_leads_nowhere_is_refused() {
    let cases = "
        README.md: [a](src/README.md#top) [b](https://x.y/z) [c](#here) [m](mailto:a@b.c) `[no](link)`
        docs/a.md: [up](../src/lib.rs) [folder](../docs)⏎⏎```⏎[no](link)⏎```

        README.md: [a](lost.md#top)⏎![b](docs/lost.png)⏎<img src=\"gone.png\">⏎⏎[c][d] [e](../out.md)⏎⏎[d]: lost.rs
        → README.md:1 links to `lost.md#top`, which does not exist
        → README.md:2 links to `docs/lost.png`
        → README.md:3 links to `gone.png`
        → README.md:5 links to `lost.rs`
        → README.md:5 links to `../out.md`
    ";
    seeded(links_lead_somewhere, cases);
}
