//! What goes wrong with a folder, with the data beside it and at a start: nobody loses an article by
//! it, and who can help is told in Chinese.
//!
//! Kinds of saves and being killed are in `live`.

use std::{
    fs,
    io::Read,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::mpsc,
    thread,
    time::{Duration, SystemTime},
};

use axum::http::StatusCode;
use serde_json::Value;
use tempfile::TempDir;
use wenzhen::{
    article::{Date, RelPath},
    corpus::Tick,
    journey::PublishFault,
};

use crate::{
    live::{Server, about, broken_header, program, sha256, with_id, within},
    world::{EDITOR, World, encoded, today},
};

/// Nothing here takes longer, unless it hangs.
const DEADLINE: Duration = Duration::from_secs(10);

// ---- Files that are no articles, or two for one

#[tokio::test]
async fn of_two_files_with_one_id_the_first_path_serves_and_the_other_when_it_is_gone() {
    let mut world = World::new(&[("b.md", &with_id("own", "白榆鸢")), ("a.md", &with_id("own", "青桐鹭"))]);
    assert_eq!((world.ids("青桐鹭").await, world.ids("白榆鸢").await), (ids(&["own"]), ids(&[])));
    assert_eq!(world.problems().await, [problem("b.md", "id-taken")]);
    world.remove("a.md");
    world.look();
    assert_eq!((world.ids("青桐鹭").await, world.ids("白榆鸢").await), (ids(&[]), ids(&["own"])));
    assert_eq!(world.problems().await, []);
    // Back again, and before it in the order of paths.
    world.write("a.md", &with_id("own", "赤枫鹇"));
    world.look();
    assert_eq!((world.ids("赤枫鹇").await, world.ids("白榆鸢").await), (ids(&["own"]), ids(&[])));
}

#[tokio::test]
async fn an_id_that_changes_ends_the_old_article_and_begins_a_new_one() {
    let mut world = World::new(&[("a.md", &with_id("old", "青桐鹭"))]);
    world.write("a.md", &with_id("new", "青桐鹭"));
    world.look();
    assert_eq!(world.ids("青桐鹭").await, ["new"]);
    assert_eq!(world.get("/api/v1/articles/old", EDITOR).await.status, StatusCode::NOT_FOUND);
    // The last good version is of the new one, also after a restart.
    world.write("a.md", &broken_header("白榆鸢"));
    let mut world = world.restart();
    world.look();
    assert_eq!((world.ids("青桐鹭").await, world.ids("白榆鸢").await), (ids(&["new"]), ids(&[])));
}

#[tokio::test]
async fn a_folder_named_like_an_article_is_a_folder() {
    let mut world = World::new(&[("x.md/in.md", &about("青桐鹭")), ("a.md", &about("白榆鸢"))]);
    assert_eq!((world.ids("青桐鹭").await, world.ids("白榆鸢").await), (ids(&["x.md--in"]), ids(&["a"])));
    world.remove("a.md");
    fs::create_dir(world.kb().join("a.md")).expect("made");
    world.look_at("a.md");
    assert_eq!(world.ids("白榆鸢").await, ids(&[]), "a folder took the place of the article");
    assert_eq!(world.problems().await, []);
}

#[cfg(unix)]
#[tokio::test]
async fn a_link_to_nowhere_is_no_article_until_its_target_is_there() {
    use std::os::unix::fs::symlink;
    let mut world = World::new(&[("a.md", &about("青桐鹭")), ("b.md", &about("白榆鸢"))]);
    world.remove("a.md");
    symlink("nowhere.txt", world.kb().join("a.md")).expect("linked");
    let report = world.look();
    assert!(report.folder_fault.is_none(), "{:?}", report.folder_fault);
    assert_eq!((world.ids("青桐鹭").await, world.ids("白榆鸢").await), (ids(&[]), ids(&["b"])));
    world.write("nowhere.txt", &about("赤枫鹇"));
    world.look();
    assert_eq!(world.ids("赤枫鹇").await, ["a"]);
}

#[cfg(unix)]
#[tokio::test]
async fn a_pipe_named_like_an_article_holds_nobody_up() {
    let mut world = World::new(&[("a.md", &about("青桐鹭")), ("b.md", &about("白榆鸢"))]);
    world.remove("a.md");
    for name in ["a.md", "f.md", "words.txt"] {
        let made = Command::new("mkfifo").arg(world.kb().join(name)).status().expect("mkfifo runs");
        assert!(made.success());
    }
    let (done, waits) = mpsc::channel();
    thread::spawn(move || {
        world.look_at("f.md");
        world.look();
        // Nobody listens any more when it took too long.
        let _ = done.send(world);
    });
    let world = waits.recv_timeout(DEADLINE).expect("a look ends: opening a pipe waits for a writer");
    assert_eq!((world.ids("青桐鹭").await, world.ids("白榆鸢").await), (ids(&[]), ids(&["b"])));
}

// ---- The folder itself

#[tokio::test]
async fn a_folder_renamed_away_leaves_its_articles_in_service_until_it_is_back() {
    let mut world = World::new(&[("a.md", &about("青桐鹭")), ("夏/b.md", &about("白榆鸢"))]);
    let away = world.data().join("away");
    fs::rename(world.kb(), &away).expect("moved away");
    assert!(world.look().folder_fault.is_some(), "the editor is told");
    assert_eq!((world.ids("青桐鹭").await, world.ids("白榆鸢").await), (ids(&["a"]), ids(&["夏--b"])));
    fs::write(away.join("夏/b.md"), about("赤枫鹇")).expect("written");
    fs::rename(&away, world.kb()).expect("moved back");
    assert!(world.look().folder_fault.is_none());
    assert_eq!((world.ids("青桐鹭").await, world.ids("白榆鸢").await), (ids(&["a"]), ids(&[])));
    assert_eq!(world.ids("赤枫鹇").await, ["夏--b"]);
}

/// As when the disk is unmounted that `kb` is the mount point of.
#[cfg(unix)]
#[tokio::test]
async fn an_empty_folder_in_the_place_of_kb_leaves_its_articles_in_service_and_kept() {
    let mut world = World::new(&[("a.md", &about("青桐鹭")), ("夏/b.md", &about("白榆鸢")), ("图/a.png", "1")]);
    let away = world.data().join("away");
    fs::rename(world.kb(), &away).expect("moved away");
    fs::create_dir(world.kb()).expect("made");
    for n in 0..2 {
        for report in [world.look(), world.look_at(""), world.look_at("a.md"), world.look_at("夏")] {
            assert!(report.folder_fault.is_some(), "{n}: the editor is told");
        }
        assert_eq!((world.ids("青桐鹭").await, world.ids("白榆鸢").await), (ids(&["a"]), ids(&["夏--b"])), "{n}");
    }
    // Mounted again.
    fs::remove_dir(world.kb()).expect("removed");
    fs::rename(&away, world.kb()).expect("moved back");
    world.write("a.md", &broken_header("赤枫鹇"));
    let report = world.look();
    assert!(report.folder_fault.is_none() && report.folder_replaced, "{:?}", report.folder_fault);
    assert_eq!(world.ids("白榆鸢").await, ["夏--b"]);
    let mut world = world.restart();
    world.look();
    assert_eq!(world.ids("青桐鹭").await, ["a"], "its kept version has survived");
}

#[cfg(unix)]
#[tokio::test]
async fn files_put_into_an_empty_folder_in_the_place_of_kb_are_served() {
    let mut world = World::new(&[("a.md", &about("青桐鹭")), ("b.md", &about("白榆鸢"))]);
    fs::rename(world.kb(), world.data().join("away")).expect("moved away");
    fs::create_dir(world.kb()).expect("made");
    world.look();
    world.write("a.md", &about("赤枫鹇"));
    let report = world.look_at("a.md");
    assert!(report.folder_fault.is_none(), "{:?}", report.folder_fault);
    assert_eq!((world.ids("赤枫鹇").await, world.ids("青桐鹭").await), (ids(&["a"]), ids(&[])));
    assert_eq!(world.ids("白榆鸢").await, ids(&[]), "it is another folder now");
    // Emptied by hand, the same folder is empty.
    world.remove("a.md");
    assert!(world.look().folder_fault.is_none());
    assert_eq!(world.ids("赤枫鹇").await, ids(&[]));
}

#[tokio::test]
async fn an_event_of_a_folder_that_has_vanished_takes_no_article_with_it() {
    let files = [("a.md", &*about("青桐鹭")), ("夏/b.md", &about("白榆鸢"))];
    // What the watcher reports when kb is renamed (itself), and what was still on its way then.
    for hint in ["", "a.md", "夏"] {
        let mut world = World::new(&files);
        let away = world.data().join("away");
        fs::rename(world.kb(), &away).expect("moved away");
        let report = world.look_at(hint);
        assert!(report.folder_fault.is_some(), "hint `{hint}`: the editor is told");
        assert_eq!(
            (world.ids("青桐鹭").await, world.ids("白榆鸢").await),
            (ids(&["a"]), ids(&["夏--b"])),
            "hint `{hint}`"
        );
        // The kept versions have survived, too.
        fs::rename(&away, world.kb()).expect("moved back");
        world.write("a.md", &broken_header("赤枫鹇"));
        let mut world = world.restart();
        world.look();
        assert_eq!(world.ids("青桐鹭").await, ["a"], "hint `{hint}`");
    }
}

/// A folder behind a link that leads to itself: there, and nobody can read it, whoever they are.
#[cfg(unix)]
#[tokio::test]
async fn a_part_that_cannot_be_read_at_the_first_look_keeps_nothing_else_out_of_service() {
    let mut world = World::unpublished(&[("a.md", &about("青桐鹭"))]);
    std::os::unix::fs::symlink("夏", world.kb().join("夏")).expect("linked");
    let report = world.look();
    assert!(report.folder_fault.is_none(), "no look each second: {:?}", report.folder_fault);
    let blind: Vec<&str> = report.blind.keys().map(RelPath::as_str).collect();
    assert_eq!((report.generation, blind), (1, vec!["夏"]));
    assert_eq!(world.get("/readyz", "").await.status, StatusCode::OK);
    assert_eq!(world.ids("青桐鹭").await, ["a"]);
    world.write("c.md", &about("赤枫鹇"));
    world.look_at("c.md");
    assert_eq!(world.ids("赤枫鹇").await, ["c"]);
    // Now it can be read.
    world.remove("夏");
    world.write("夏/b.md", &about("白榆鸢"));
    let report = world.look();
    assert!(report.blind.is_empty() && report.folder_replaced, "it is to be watched, too: {:?}", report.blind);
    assert_eq!((world.ids("青桐鹭").await, world.ids("白榆鸢").await), (ids(&["a"]), ids(&["夏--b"])));
}

#[cfg(unix)]
#[tokio::test]
async fn what_was_known_of_a_part_that_cannot_be_read_any_more_stays_in_service_and_kept() {
    let mut world = World::new(&[("a.md", &about("青桐鹭")), ("夏/b.md", &about("白榆鸢"))]);
    let away = world.data().join("away");
    fs::rename(world.kb().join("夏"), &away).expect("moved away");
    std::os::unix::fs::symlink("夏", world.kb().join("夏")).expect("linked");
    world.write("a.md", &about("赤枫鹇"));
    world.look();
    assert_eq!((world.ids("赤枫鹇").await, world.ids("白榆鸢").await), (ids(&["a"]), ids(&["夏--b"])));
    // After a restart, too: its kept version is there when it can be read again.
    let mut world = world.restart();
    world.look();
    assert_eq!((world.ids("赤枫鹇").await, world.ids("白榆鸢").await), (ids(&["a"]), ids(&[])));
    world.remove("夏");
    fs::rename(&away, world.kb().join("夏")).expect("moved back");
    world.write("夏/b.md", &broken_header("玄柏鸥"));
    world.look();
    assert_eq!(world.ids("白榆鸢").await, ["夏--b"]);
}

/// A link to itself: there, but the system cannot say what it is.
#[cfg(unix)]
#[tokio::test]
async fn a_file_that_cannot_be_asked_about_is_not_taken_for_deleted() {
    let mut world = World::new(&[("a.md", &about("青桐鹭")), ("b.md", &about("白榆鸢"))]);
    world.remove("a.md");
    std::os::unix::fs::symlink("a.md", world.kb().join("a.md")).expect("linked");
    let report = world.look_at("a.md");
    assert_eq!(report.blind.keys().map(RelPath::as_str).collect::<Vec<_>>(), ["a.md"], "the editor is told");
    assert_eq!(world.ids("青桐鹭").await, ["a"], "after an event");
    world.write("b.md", &about("赤枫鹇"));
    world.look();
    assert_eq!((world.ids("青桐鹭").await, world.ids("赤枫鹇").await), (ids(&["a"]), ids(&["b"])));
    // Its kept version is there, too.
    world.remove("a.md");
    world.write("a.md", &broken_header("玄柏鸥"));
    let mut world = world.restart();
    let report = world.look();
    assert!(report.blind.is_empty(), "{:?}", report.blind);
    assert_eq!(world.ids("青桐鹭").await, ["a"]);
    world.remove("a.md");
    world.look_at("a.md");
    assert_eq!(world.ids("青桐鹭").await, ids(&[]), "deleted is deleted");
}

// ---- Faults of our own

thread_local! {
    static BREAKS: std::cell::Cell<bool> = const { std::cell::Cell::new(false) };
}

/// A calendar that panics once whenever it is told to.
fn breaking_today() -> Date {
    assert!(!BREAKS.take(), "a fault on purpose");
    today()
}

#[tokio::test]
async fn a_turn_that_panics_keeps_the_old_state_in_service_and_the_next_look_finds_everything() {
    let lists = "洗衣机 = 白榆鸢\n";
    let files = [("a.md", &*about("青桐鹭")), ("b.md", &about("白榆鸢")), ("synonyms.txt", lists)];
    let mut world = World::unpublished_on(breaking_today, &files);
    world.look();
    let everything = Tick { hints: Vec::new(), everything: true };
    world.write("a.md", &about("赤枫鹇"));
    world.remove("b.md");
    world.remove("synonyms.txt");
    BREAKS.set(true);
    assert!(matches!(world.publisher.step(&everything), Err(PublishFault::Panicked)));
    assert_eq!((world.ids("青桐鹭").await, world.ids("白榆鸢").await), (ids(&["a"]), ids(&["b"])));
    let status = async |world: &World| world.get("/api/v1/status", "").await.json()["publishing"].clone();
    assert_eq!(status(&world).await, "failing");
    assert!(world.get("/editor", EDITOR).await.text().contains("上一次发布没有成功"));

    let report = world.look();
    assert_eq!((world.ids("赤枫鹇").await, world.ids("白榆鸢").await), (ids(&["a"]), ids(&[])));
    assert_eq!(world.ids("青桐鹭").await, ids(&[]));
    let told: Vec<&str> = report.receipts.iter().map(|r| r.file.as_str()).collect();
    assert_eq!((report.generation, told), (2, vec!["synonyms.txt", "a.md", "b.md"]), "only what differs");
    assert_eq!(status(&world).await, "well");
    assert!(!world.get("/editor", EDITOR).await.text().contains("上一次发布没有成功"));
}

#[tokio::test]
async fn a_first_turn_that_panics_is_made_up_for() {
    BREAKS.set(true);
    let mut world = World::unpublished_on(breaking_today, &[("a.md", &about("青桐鹭"))]);
    let everything = Tick { hints: Vec::new(), everything: true };
    assert!(world.publisher.step(&everything).is_err());
    assert_eq!(world.get("/readyz", "").await.status, 503);
    world.look();
    assert_eq!(world.ids("青桐鹭").await, ["a"]);
}

// ---- Lists

const SIGNS: &str = "[洗衣机.能排水]\nask = \"水能排干净吗？\"\nvalues = [\"是\", \"否\"]\n";
const SIGNED: &str = "---\nid: own\nappliance: 洗衣机\nsigns: {能排水: 否}\n---\n# 青桐鹭\n";

#[tokio::test]
async fn signs_that_cannot_be_read_stay_as_they_were() {
    let mut world = World::new(&[("signs.toml", SIGNS), ("a.md", SIGNED)]);
    assert_eq!(world.problems().await, []);
    world.write("signs.toml", "[洗衣机.能排水\n");
    world.look();
    assert_eq!(world.problems().await, [problem("signs.toml", "toml-syntax")], "the sign is still known");
    world.remove("signs.toml");
    world.look();
    assert_eq!(world.problems().await, [problem("a.md", "unknown-sign")], "deleted is not unreadable");
}

#[tokio::test]
async fn a_weight_that_is_no_number_stays_as_it_was_and_is_reported() {
    let mut world = World::new(&[("a.md", &about("青桐鹭"))]);
    for value in ["nan", "inf"] {
        world.write("ranking.toml", &format!("[weights]\ntie = {{ value = {value}, reason = \"\" }}\n"));
        world.look();
        assert_eq!(world.problems().await, [problem("ranking.toml", "weight-value")], "{value}");
        assert_eq!(world.ids("青桐鹭").await, ["a"], "{value}");
    }
}

#[tokio::test]
async fn a_list_that_is_too_large_stays_as_it_was_and_is_reported() {
    let large = "赤枫鹇 = 玄柏鸥\n".repeat(1 << 16);
    unreadable_list(large.as_bytes(), "too-large").await;
}

#[tokio::test]
async fn a_list_that_is_no_text_stays_as_it_was_and_is_reported() {
    unreadable_list(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\n", "not-text").await;
}

async fn unreadable_list(bytes: &[u8], code: &str) {
    let words = ("words.txt", "青桐鹭\n白榆鸢\n");
    let mut world = World::new(&[words, ("synonyms.txt", "白榆鸢 = 青桐鹭\n"), ("a.md", &about("青桐鹭"))]);
    assert_eq!(world.ids("白榆鸢").await, ["a"]);
    world.write_bytes("synonyms.txt", bytes);
    world.look();
    assert_eq!(world.ids("白榆鸢").await, ["a"], "the last good list");
    assert_eq!(world.problems().await, [problem("synonyms.txt", code)]);
    world.remove("synonyms.txt");
    world.look();
    assert_eq!(world.ids("白榆鸢").await, ids(&[]), "deleted is not unreadable");
    assert_eq!(world.problems().await, []);
}

#[tokio::test]
async fn synonyms_below_a_broken_scope_are_not_taken_for_those_of_another_appliance() {
    let good = "[空调]\n赤枫鹇 = 青桐鹭\n";
    let words = ("words.txt", "青桐鹭\n白榆鸢\n");
    let mut world = World::new(&[words, ("synonyms.txt", good), ("a.md", &about("青桐鹭"))]);
    world.write("synonyms.txt", &format!("{good}[洗衣机\n白榆鸢 = 青桐鹭\n"));
    world.look();
    let told = [problem("synonyms.txt", "last-good"), problem("synonyms.txt", "synonym-scope")];
    assert_eq!(world.problems().await, told);
    world.write("synonyms.txt", "【*】\n白榆鸢 = 青桐鹭\n");
    world.look();
    assert_eq!((world.problems().await, world.ids("白榆鸢").await), (vec![], ids(&["a"])));
}

/// What the search says at once when somebody asks `q`.
async fn hazard(world: &World, q: &str) -> Value {
    world.get(&format!("/api/v1/search?q={}", encoded(q)), "").await.json()["alert"]["hazard"].clone()
}

#[tokio::test]
async fn a_broken_danger_header_never_gives_the_words_of_another_danger() {
    let good = "[shock] 别再碰它。\n+ 漏电\n[fire] 请先断电。\n+ 冒烟\n";
    let broken = good.replace("[fire]", "[fire");
    let mut world = World::new(&[("danger.txt", good), ("a.md", &about("青桐鹭"))]);
    world.write("danger.txt", &broken);
    world.look();
    assert_eq!((hazard(&world, "冰箱冒烟了").await, hazard(&world, "漏电").await), ("fire".into(), "shock".into()));
    let told = [problem("danger.txt", "last-good"), problem("danger.txt", "hazard-open")];
    assert_eq!(world.problems().await, told);
    // Never seen good: the fire lines belong to nobody, the shock lines to shock.
    let mut world = world.restart();
    world.look();
    assert_eq!((hazard(&world, "冰箱冒烟了").await, hazard(&world, "漏电").await), (Value::Null, "shock".into()));
    assert_eq!(world.problems().await, [problem("danger.txt", "hazard-open")]);
}

#[tokio::test]
async fn danger_rules_are_not_switched_off_without_a_word() {
    let mut world = World::new(&[("danger.txt", "[fire] 请先断电。\n+ 冒烟\n"), ("a.md", &about("青桐鹭"))]);
    world.write("danger.txt", "[fire] 请先断电。\n+ 冒烟｜着火\n");
    world.look();
    assert_eq!((hazard(&world, "冰箱冒烟了").await, world.problems().await), ("fire".into(), vec![]));
    for empty in ["", "# 以后再写\n"] {
        world.write("danger.txt", empty);
        world.look();
        assert_eq!(hazard(&world, "冰箱冒烟了").await, "fire", "emptied by accident");
        let told: Vec<String> = world.problems().await.into_iter().map(|(_, code)| code).collect();
        assert_eq!(told, ["hazard-none", "last-good"]);
    }
    world.remove("danger.txt");
    world.look();
    assert_eq!(hazard(&world, "冰箱冒烟了").await, Value::Null, "deleted on purpose");
    assert_eq!(world.problems().await, [problem("danger.txt", "danger-gone")]);
    world.write("danger.txt", "[fire] 请先断电。\n+ 冒烟\n");
    world.look();
    assert_eq!((hazard(&world, "冰箱冒烟了").await, world.problems().await), ("fire".into(), vec![]));
}

#[tokio::test]
async fn the_receipt_of_a_list_names_what_is_wrong_with_it_among_the_articles() {
    let mut world = World::new(&[("a.md", &about("青桐鹭"))]);
    for (file, text, code) in [
        ("danger.txt", "[gas -> nope] 请先关总阀。\n+ 煤气味\n", "hazard-article"),
        ("ranking.toml", "[weights]\ntie = { value = nan, reason = \"\" }\n", "weight-value"),
    ] {
        world.write(file, text);
        let report = world.look();
        let told: Vec<_> = report.receipts.iter().map(|r| (r.file.as_str(), r.problems.len())).collect();
        assert_eq!(told, [(file, 1)]);
        assert_eq!(report.receipts[0].problems[0].trouble.code(), code);
    }
}

/// As an old editor on Windows saves it: the danger phrases must not be gone without a word.
#[tokio::test]
async fn danger_phrases_saved_in_gb18030_still_warn_and_the_encoding_is_reported() {
    let danger = "[gas] 请先关总阀。\n+ 煤气味\n";
    let mut world = World::new(&[("danger.txt", danger), ("a.md", &about("青桐鹭"))]);
    world.write_bytes("danger.txt", &encoding_rs::GB18030.encode(danger).0);
    world.look();
    let answer = world.get(&format!("/api/v1/search?q={}", encoded("有煤气味")), "").await.json();
    assert_eq!(answer["alert"]["hazard"], "gas", "{answer}");
    assert_eq!(world.problems().await, [problem("danger.txt", "gb18030")]);
}

#[tokio::test]
async fn an_article_saved_as_utf_16_is_read_and_reported() {
    let text = about("青桐鹭");
    let little: Vec<u8> = [0xFEFF].into_iter().chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect();
    let big: Vec<u8> = [0xFEFF].into_iter().chain(text.encode_utf16()).flat_map(u16::to_be_bytes).collect();
    for bytes in [little, big] {
        let mut world = World::new(&[]);
        world.write_bytes("a.md", &bytes);
        world.look();
        assert_eq!(world.ids("青桐鹭").await, ["a"]);
        assert!(world.problems().await.iter().any(|(file, _)| file == "a.md"), "the encoding is reported");
    }
}

// ---- What is kept for bad days

/// A stop between writing the new version and removing the one before leaves both.
#[tokio::test]
async fn of_two_kept_versions_the_newer_one_serves_after_a_restart() {
    // Several, because each has an even chance to be right by accident.
    let names: Vec<String> = (0..8).map(|n| format!("{n}.md")).collect();
    let mut world = World::new(&[]);
    names.iter().for_each(|name| world.write(name, &about("青桐鹭")));
    world.look();
    let kept = fs::read_dir(world.data().join("last-good")).expect("listed");
    let old: Vec<PathBuf> = kept.map(|entry| entry.expect("an entry").path()).collect();
    let old: Vec<(Vec<u8>, PathBuf)> = old.into_iter().map(|path| (fs::read(&path).expect("read"), path)).collect();
    assert_eq!(old.len(), names.len());
    names.iter().for_each(|name| world.write(name, &about("白榆鸢")));
    world.look();
    for (bytes, path) in old {
        // As if it had not been removed yet.
        fs::write(&path, bytes).expect("written");
        let file = fs::File::options().write(true).open(&path).expect("opened");
        file.set_modified(SystemTime::now() - Duration::from_secs(60)).expect("a minute old");
    }
    names.iter().for_each(|name| world.write(name, &broken_header("赤枫鹇")));
    let mut world = world.restart();
    world.look();
    assert_eq!((world.ids("青桐鹭").await.len(), world.ids("白榆鸢").await.len()), (0, names.len()));
}

#[tokio::test]
async fn a_version_that_cannot_be_kept_is_reported_and_the_others_are_kept() {
    let mut world = World::new(&[]);
    // A folder in the place of the file that is to hold the first article.
    let name = format!("{}-{}", &sha256("a.md")[..32], sha256(about("青桐鹭")));
    fs::create_dir_all(world.data().join("last-good").join(name).join("full")).expect("made");
    world.write("a.md", &about("青桐鹭"));
    world.write("b.md", &about("白榆鸢"));
    assert!(world.look().store_fault.is_some());
    assert_eq!(world.ids("青桐鹭").await, ["a"], "in service all the same");
    world.write("b.md", &broken_header("赤枫鹇"));
    let mut world = world.restart();
    world.look();
    assert_eq!((world.ids("青桐鹭").await, world.ids("白榆鸢").await), (ids(&["a"]), ids(&["b"])));
}

#[tokio::test]
async fn a_file_deleted_while_the_server_was_down_does_not_come_back_from_what_was_kept() {
    let world = World::new(&[("a.md", &about("青桐鹭"))]);
    world.remove("a.md");
    let mut world = world.restart();
    world.look();
    world.write("a.md", &broken_header("白榆鸢"));
    world.look();
    assert_eq!(world.ids("青桐鹭").await, ids(&[]), "its deletion was seen, so it is a new file");
}

// ---- Starts

#[test]
fn a_second_server_on_the_same_port_ends_and_names_the_port() {
    let (first, second) = (folder_with_kb(), folder_with_kb());
    let first = Server::start(first.path());
    let listen = first.address.trim_start_matches("http://");
    let port = listen.rsplit(':').next().expect("a port");
    let (code, said) = end_of(&mut program(second.path(), listen));
    assert_eq!(code, Some(3), "{said}");
    assert!(said.contains(&format!("端口 {port} 已被占用")) && said.contains("提示："), "{said}");
    assert_eq!(first.get("/healthz", "").0, 200);
}

#[test]
fn a_second_server_on_the_same_data_folder_ends_and_the_first_goes_on() {
    let folder = folder_with_kb();
    let first = Server::start(folder.path());
    let (code, said) = end_of(&mut program(folder.path(), "127.0.0.1:0"));
    assert_eq!(code, Some(3), "{said}");
    assert!(said.contains("正被另一个问诊使用") && said.contains("--data"), "{said}");
    assert_eq!(first.get("/healthz", "").0, 200);
}

#[test]
fn a_missing_kb_folder_ends_the_start_with_a_hint() {
    let folder = TempDir::new().expect("a folder");
    let (code, said) = end_of(&mut program(folder.path(), "127.0.0.1:0"));
    assert_eq!(code, Some(2), "{said}");
    let kb = folder.path().join("kb").display().to_string();
    assert!(said.contains(&kb) && said.contains("提示：") && said.contains("--kb"), "{said}");
}

#[test]
fn an_unknown_setting_ends_the_start_with_the_settings_there_are() {
    let folder = folder_with_kb();
    let (code, said) = end_of(program(folder.path(), "127.0.0.1:0").env("WENZHEN_KBB", "x"));
    assert_eq!(code, Some(2), "{said}");
    assert!(said.contains("`WENZHEN_KBB`") && said.contains("提示：") && said.contains("WENZHEN_KB、"), "{said}");
}

#[test]
fn an_unwritable_data_folder_ends_the_start_and_is_named() {
    let folder = folder_with_kb();
    fs::write(folder.path().join("data"), "a file in its place").expect("written");
    let (code, said) = end_of(&mut program(folder.path(), "127.0.0.1:0"));
    assert_eq!(code, Some(3), "{said}");
    let data = folder.path().join("data").display().to_string();
    assert!(said.contains(&data) && said.contains("提示：") && said.contains("--data"), "{said}");
}

#[tokio::test]
async fn before_the_first_publication_only_health_is_answered() {
    let mut world = World::unpublished(&[("a.md", &about("青桐鹭"))]);
    assert!(world.live.snapshot().is_none());
    let api = [
        format!("/api/v1/search?q={}", encoded("青桐鹭")),
        "/api/v1/suggest?q=a".into(),
        "/api/v1/articles/a".into(),
        "/api/v1/status".into(),
        "/api/v1/problems".into(),
    ];
    let pages = ["/", "/a/a", "/editor", "/media/a.png"].map(String::from);
    for path in api.iter().chain(&pages).chain(&["/readyz".to_owned()]) {
        let answer = world.get(path, EDITOR).await;
        assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE, "{path}");
        assert!(answer.header("retry-after").parse::<u32>().is_ok_and(|seconds| seconds > 0), "{path}");
        assert!(answer.text().contains("正在读取知识库"), "{path}: {}", answer.text());
    }
    for path in &api {
        assert_eq!(world.get(path, EDITOR).await.header("content-type"), "application/problem+json", "{path}");
    }
    assert_eq!(world.get("/healthz", "").await.status, StatusCode::OK);
    world.look();
    for path in ["/readyz", "/healthz", "/", "/a/a", &api[0]] {
        assert_eq!(world.get(path, "").await.status, StatusCode::OK, "{path}");
    }
}

fn ids(ids: &[&str]) -> Vec<String> {
    ids.iter().map(|&id| id.to_owned()).collect()
}

fn problem(file: &str, code: &str) -> (String, String) {
    (file.to_owned(), code.to_owned())
}

fn folder_with_kb() -> TempDir {
    let folder = TempDir::new().expect("a folder");
    fs::create_dir(folder.path().join("kb")).expect("kb is made");
    folder
}

/// Exit code and what was said on standard error, of a program that is to end by itself.
fn end_of(program: &mut Command) -> (Option<i32>, String) {
    let mut child = program.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().expect("the program starts");
    let mut code = None;
    let ended = within(DEADLINE, || {
        code = child.try_wait().expect("a child can be asked");
        code.is_some()
    });
    // One that has not ended would be left running by a failed test.
    let _ = child.kill();
    assert!(ended, "the program did not end");
    let mut said = String::new();
    child.stderr.take().expect("a pipe").read_to_string(&mut said).expect("read");
    (code.and_then(|code| code.code()), said)
}

#[test]
fn publishing_writes_no_index_to_the_disk() {
    // An fsync of each segment at each save would be most of it: an index is kept when the folder has come to rest.
    let world = World::new(&[("a.md", "# 甲\n")]);
    let mut kept: Vec<String> = fs::read_dir(world.data())
        .expect("the data folder")
        .map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned())
        .collect();
    // The database holds what people said, nothing of the folder.
    kept.retain(|name| !name.starts_with("wenzhen.db"));
    assert_eq!(kept, ["last-good"]);
}

const WORDS: [&str; 4] = ["青桐鹭", "白榆鸢", "赤枫鹇", "玄柏鹗"];

/// Twenty articles; each fifth says the first word, the next one the second.
fn twenty(kb: &Path) {
    for n in 0..20 {
        fs::write(kb.join(format!("{n:02}.md")), with_id(&format!("a{n:02}"), WORDS[n % 4])).expect("written");
    }
}

#[tokio::test]
async fn a_kept_index_is_brought_to_the_folder_and_one_that_is_not_whole_is_built_anew() {
    let mut world = World::new(&[]);
    twenty(&world.kb());
    assert_eq!((world.look().resumed, world.ids(WORDS[0]).await.len()), (None, 5));
    world.keep_index();
    // While nobody looked: one gone, one changed, one new.
    world.remove("00.md");
    world.write("04.md", &with_id("a04", WORDS[1]));
    world.write("20.md", &with_id("a20", WORDS[0]));
    let mut world = world.restart();
    let report = world.look();
    assert_eq!((report.resumed, report.rebuilt, report.receipts.len()), (Some(3), false, 20));
    let expected = (ids(&["a08", "a12", "a16", "a20"]), 6);
    assert_eq!((sorted(world.ids(WORDS[0]).await), world.ids(WORDS[1]).await.len()), expected);

    world.keep_index();
    let whole = fs::read(world.data().join("index")).expect("an index is kept");
    let mut changed = whole.clone();
    changed[whole.len() / 2] ^= 1;
    for broken in [&whole[..whole.len() / 2], &[], &changed] {
        fs::write(world.data().join("index"), broken).expect("written");
        world = world.restart();
        let report = world.look();
        assert_eq!((report.resumed, report.rebuilt), (None, true));
        assert_eq!((sorted(world.ids(WORDS[0]).await), world.ids(WORDS[1]).await.len()), expected);
    }
    // Other words cut other words out of the same articles.
    world.keep_index();
    world.write("words.txt", "青桐鹭 n\n");
    let mut world = world.restart();
    assert!(world.look().rebuilt);
    assert_eq!(sorted(world.ids(WORDS[0]).await), expected.0);
}

#[test]
fn a_start_takes_up_the_index_a_running_program_has_kept() {
    let folder = folder_with_kb();
    let kb = folder.path().join("kb");
    twenty(&kb);
    let mut server = Server::start(folder.path());
    assert!(within(DEADLINE, || folder.path().join("data/index").exists()), "the index is kept");
    server.kill();
    fs::write(kb.join("00.md"), with_id("a00", WORDS[1])).expect("written");
    let server = Server::start(folder.path());
    server.until_said("索引沿用上次的，1 篇有变化");
    assert_eq!((server.titled(WORDS[0]).len(), server.titled(WORDS[1]).len()), (4, 6));
    // It goes on from there.
    fs::write(kb.join("01.md"), with_id("a01", WORDS[0])).expect("written");
    assert!(within(DEADLINE, || server.titled(WORDS[0]).contains(&"a01".to_owned())));
    assert_eq!(server.titled(WORDS[1]).len(), 5);
}

fn sorted(mut ids: Vec<String>) -> Vec<String> {
    ids.sort();
    ids
}
