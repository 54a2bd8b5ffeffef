//! The program as it runs: a real folder, its watcher, HTTP on loopback. After every kind of save
//! search equals the folder, also when the program is killed in the middle.
//!
//! What goes wrong with a folder or at a start is in `trouble`, answers themselves in `api` and `search`.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    io::{BufRead, BufReader},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::{Mutex, mpsc},
    thread,
    time::{Duration, Instant},
};

use serde_json::Value;
use sha2::{Digest, Sha256};
use tempfile::TempDir;

use crate::world::{EDITOR, World, encoded};

/// A save is found within this. It is far more than it takes: only what never happens fails.
const DEADLINE: Duration = Duration::from_secs(5);
/// The program has started within this, on a machine that is busy compiling.
const START: Duration = Duration::from_secs(30);
/// Between two tries.
const POLL: Duration = Duration::from_millis(20);
/// Longer than the publisher waits after an event before it looks at everything.
const SETTLED: Duration = Duration::from_millis(1_200);

// ---- One story for each kind of change

#[test]
fn a_new_file_is_found() {
    let story = Story::new(&[("a.md", &about("青桐鹭"))]);
    story.until(&[("青桐鹭", &["a"]), ("白榆鸢", &[])]);
    story.write("b.md", about("白榆鸢"));
    story.until(&[("青桐鹭", &["a"]), ("白榆鸢", &["b"])]);
}

#[test]
fn a_file_written_in_place_is_found_by_its_new_words_only() {
    let story = Story::new(&[("a.md", &about("青桐鹭"))]);
    story.until(&[("青桐鹭", &["a"])]);
    story.write("a.md", about("白榆鸢"));
    story.until(&[("青桐鹭", &[]), ("白榆鸢", &["a"])]);
}

#[test]
fn a_save_by_vim_replaces_the_article_and_leaves_no_copy() {
    let story = Story::new(&[("a.md", &about("青桐鹭"))]);
    story.until(&[("青桐鹭", &["a"])]);
    // As strace shows it: a probe, the original renamed, a new file, the backup deleted.
    story.write("4913", "");
    story.remove("4913");
    story.rename("a.md", "a.md~");
    story.write("a.md", about("白榆鸢"));
    story.until(&[("青桐鹭", &[]), ("白榆鸢", &["a"])]);
    story.remove("a.md~");
    story.write("b.md", about("赤枫鹇"));
    story.until(&[("青桐鹭", &[]), ("白榆鸢", &["a"]), ("赤枫鹇", &["b"])]);
}

#[test]
fn a_file_renamed_over_an_article_replaces_it() {
    let story = Story::new(&[("a.md", &about("青桐鹭"))]);
    story.until(&[("青桐鹭", &["a"])]);
    story.write(".a.md.tmp", about("白榆鸢"));
    story.rename(".a.md.tmp", "a.md");
    story.until(&[("青桐鹭", &[]), ("白榆鸢", &["a"])]);
}

#[test]
fn a_deleted_file_is_no_longer_found() {
    let story = Story::new(&[("a.md", &about("青桐鹭")), ("b.md", &about("白榆鸢"))]);
    story.until(&[("青桐鹭", &["a"]), ("白榆鸢", &["b"])]);
    story.remove("a.md");
    story.until(&[("青桐鹭", &[]), ("白榆鸢", &["b"])]);
    assert_eq!(story.server.get("/api/v1/articles/a", EDITOR).0, 404);
}

#[test]
fn a_file_moved_to_another_folder_keeps_its_id_only_if_it_is_written() {
    let story = Story::new(&[("a.md", &about("青桐鹭")), ("b.md", &with_id("own", "白榆鸢"))]);
    story.until(&[("青桐鹭", &["a"]), ("白榆鸢", &["own"])]);
    story.rename("a.md", "夏/a.md");
    story.rename("b.md", "夏/b.md");
    story.until(&[("青桐鹭", &["夏--a"]), ("白榆鸢", &["own"])]);
    let status = |id: &str| story.server.get(&format!("/api/v1/articles/{}", encoded(id)), EDITOR).0;
    assert_eq!((status("a"), status("夏--a"), status("own")), (404, 200, 200));
}

#[test]
fn a_moved_folder_takes_its_articles_along_and_is_watched_in_its_new_place() {
    let story = Story::new(&[("夏/a.md", &about("青桐鹭")), ("夏/深/b.md", &about("白榆鸢"))]);
    story.until(&[("青桐鹭", &["夏--a"]), ("白榆鸢", &["夏--深--b"])]);
    story.rename("夏", "秋");
    story.until(&[("青桐鹭", &["秋--a"]), ("白榆鸢", &["秋--深--b"])]);
    story.settle();
    story.write("秋/深/b.md", about("赤枫鹇"));
    story.until(&[("青桐鹭", &["秋--a"]), ("白榆鸢", &[]), ("赤枫鹇", &["秋--深--b"])]);
}

#[test]
fn folders_made_at_once_with_a_file_inside_are_found_and_watched() {
    let story = Story::new(&[]);
    story.write("一/二/三/a.md", about("青桐鹭"));
    story.until(&[("青桐鹭", &["一--二--三--a"])]);
    story.settle();
    story.write("一/二/三/a.md", about("白榆鸢"));
    story.write("一/二/b.md", about("赤枫鹇"));
    story.until(&[("青桐鹭", &[]), ("白榆鸢", &["一--二--三--a"]), ("赤枫鹇", &["一--二--b"])]);
}

#[test]
fn a_file_rewritten_in_gb18030_is_found_and_reported() {
    let story = Story::new(&[("a.md", &about("青桐鹭"))]);
    story.until(&[("青桐鹭", &["a"])]);
    let text = about("白榆鸢");
    story.write("a.md", encoding_rs::GB18030.encode(&text).0);
    story.until(&[("青桐鹭", &[]), ("白榆鸢", &["a"])]);
    story.until_problems("a.md", &["gb18030"]);
}

#[test]
fn a_good_article_with_a_broken_header_is_served_as_it_was_until_it_is_good_again() {
    let story = Story::new(&[("a.md", &with_id("own", "青桐鹭"))]);
    story.until(&[("青桐鹭", &["own"])]);
    story.write("a.md", broken_header("白榆鸢"));
    story.until_problems("a.md", &["header-syntax", "last-good"]);
    story.until(&[("青桐鹭", &["own"]), ("白榆鸢", &[])]);
    story.write("a.md", with_id("own", "赤枫鹇"));
    story.until(&[("青桐鹭", &[]), ("白榆鸢", &[]), ("赤枫鹇", &["own"])]);
    story.until_problems("a.md", &[]);
}

#[test]
fn an_empty_a_binary_and_a_huge_file_over_a_good_article_leave_it_in_service() {
    let story = Story::new(&[("a.md", &about("青桐鹭"))]);
    story.until(&[("青桐鹭", &["a"])]);
    for (bytes, code) in unreadable("白榆鸢") {
        story.write("a.md", bytes);
        story.until_problems("a.md", &["last-good", code]);
        story.until(&[("青桐鹭", &["a"]), ("白榆鸢", &[])]);
    }
    story.remove("a.md");
    story.until(&[("青桐鹭", &[]), ("白榆鸢", &[])]);
}

#[test]
fn an_empty_a_binary_and_a_huge_new_file_are_reported_and_harm_nobody() {
    let story = Story::new(&[("good.md", &about("青桐鹭"))]);
    story.until(&[("青桐鹭", &["good"])]);
    for (bytes, code) in unreadable("白榆鸢") {
        story.write(&format!("{code}.md"), bytes);
        story.until_problems(&format!("{code}.md"), &[code]);
    }
    story.write("later.md", about("赤枫鹇"));
    story.until(&[("青桐鹭", &["good"]), ("白榆鸢", &[]), ("赤枫鹇", &["later"])]);
    assert_eq!(story.server.get("/healthz", "").0, 200);
}

#[test]
fn word_lists_take_effect_when_they_are_saved_and_end_when_they_are_deleted() {
    let story = Story::new(&[("a.md", &about("青桐鹭")), ("words.txt", "青桐鹭\n")]);
    story.until(&[("青桐鹭", &["a"]), ("白榆鸢", &[])]);
    // A word of the synonyms is a word of questions at once, whatever the dictionary says.
    story.write("synonyms.txt", "白榆鸢 = 青桐鹭\n");
    story.until(&[("青桐鹭", &["a"]), ("白榆鸢", &["a"])]);
    story.write("synonyms.txt", "赤枫鹇 = 青桐鹭\n");
    story.until(&[("白榆鸢", &[]), ("赤枫鹇", &["a"])]);
    story.write("words.txt", "赤枫鹇\n");
    story.until(&[("青桐鹭", &["a"]), ("白榆鸢", &[]), ("赤枫鹇", &["a"])]);
    story.remove("synonyms.txt");
    story.until(&[("青桐鹭", &["a"]), ("白榆鸢", &[]), ("赤枫鹇", &[])]);
}

#[test]
fn a_folder_renamed_away_and_back_never_takes_an_article_out_of_service() {
    let story = Story::new(&[("a.md", &about("青桐鹭")), ("夏/b.md", &about("白榆鸢"))]);
    story.until(&[("青桐鹭", &["a"]), ("白榆鸢", &["夏--b"])]);
    let away = story.folder.path().join("away");
    fs::rename(story.kb(""), &away).expect("moved away");
    // Nothing is to happen, so there is nothing to wait for but the look after the event.
    story.settle();
    story.until(&[("青桐鹭", &["a"]), ("白榆鸢", &["夏--b"])]);
    fs::rename(&away, story.kb("")).expect("moved back");
    story.write("夏/b.md", about("赤枫鹇"));
    story.until(&[("青桐鹭", &["a"]), ("白榆鸢", &[]), ("赤枫鹇", &["夏--b"])]);
}

#[test]
fn a_folder_put_in_place_of_the_old_one_is_found_and_watched() {
    let story = Story::new(&[("a.md", &about("青桐鹭"))]);
    story.until(&[("青桐鹭", &["a"])]);
    let (old, new) = (story.folder.path().join("old"), story.folder.path().join("new"));
    fs::create_dir(&new).expect("made");
    fs::write(new.join("b.md"), about("白榆鸢")).expect("written");
    fs::rename(story.kb(""), &old).expect("moved away");
    fs::rename(&new, story.kb("")).expect("moved in");
    story.until(&[("青桐鹭", &[]), ("白榆鸢", &["b"])]);
    story.settle();
    story.write("b.md", about("赤枫鹇"));
    story.until(&[("白榆鸢", &[]), ("赤枫鹇", &["b"])]);
}

// ---- Receipts

#[test]
fn a_receipt_says_which_article_the_saved_bytes_became() {
    let story = Story::new(&[]);
    let before = story.server.generation();
    let text = with_id("own", "青桐鹭");
    story.write("洗衣机/甲.md", &text);
    let receipt = format!("/api/v1/receipts/{}", sha256(&text));
    let (status, body) = story.server.get(&format!("{receipt}?wait=5s"), EDITOR);
    assert_eq!(status, 200, "{body}");
    assert_eq!((&body["file"], &body["id"]), (&"洗衣机/甲.md".into(), &"own".into()));
    assert_eq!(body["hash"], sha256(&text).as_str());
    assert!(body["generation"].as_u64().is_some_and(|g| before < g && g <= story.server.generation()), "{body}");
    assert!(body["save_to_search_ms"].is_u64(), "{body}");
    assert_eq!((&body["problems"], &body["tests"]), (&Value::Array(Vec::new()), &Value::Null));
    assert_eq!(story.server.ids("青桐鹭"), ["own"], "what has a receipt is found, without waiting");
    assert_eq!(story.server.get(&receipt, EDITOR), (200, body), "it is remembered");
}

#[test]
fn a_receipt_names_the_problems_of_a_file_that_kept_its_last_good_version() {
    let story = Story::new(&[("a.md", &with_id("own", "青桐鹭"))]);
    let text = broken_header("白榆鸢");
    story.write("a.md", &text);
    let (status, body) = story.server.get(&format!("/api/v1/receipts/{}?wait=5s", sha256(&text)), EDITOR);
    assert_eq!((status, &body["id"]), (200, &"own".into()), "{body}");
    let codes: Vec<&Value> = body["problems"].as_array().into_iter().flatten().map(|p| &p["code"]).collect();
    assert_eq!(codes, ["header-syntax", "last-good"]);
}

#[test]
fn receipts_are_for_editors_and_an_unknown_one_is_missing() {
    let story = Story::new(&[]);
    let text = about("青桐鹭");
    story.write("a.md", &text);
    let receipt = format!("/api/v1/receipts/{}", sha256(&text));
    assert_eq!(story.server.get(&format!("{receipt}?wait=5s"), EDITOR).0, 200);
    assert_eq!(story.server.get(&receipt, "").0, 401);
    assert_eq!(story.server.get(&receipt, "wrong-token").0, 401);
    let unknown = format!("/api/v1/receipts/{}", sha256("never saved"));
    let (status, body) = story.server.get(&unknown, EDITOR);
    assert_eq!((status, &body["code"]), (404, &"no-receipt".into()), "{body}");
    assert_eq!(story.server.get(&format!("{unknown}?wait=1s"), EDITOR).0, 404);
    assert_eq!(story.server.get(&format!("{unknown}?wait=soon"), EDITOR).0, 400);
}

#[tokio::test]
async fn bytes_that_no_file_holds_any_more_have_no_receipt() {
    let (one, other) = (about("青桐鹭"), about("白榆鸢"));
    let mut world = World::new(&[("a.md", &one), ("synonyms.txt", "甲乙 = 丙丁\n")]);
    let receipt = async |world: &World, text: &str| {
        let answer = world.get(&format!("/api/v1/receipts/{}", sha256(text)), EDITOR).await;
        (answer.status.as_u16(), answer.json()["file"].clone())
    };
    assert_eq!(receipt(&world, &one).await, (200, "a.md".into()));
    assert_eq!(receipt(&world, "甲乙 = 丙丁\n").await, (200, "synonyms.txt".into()), "a list is no article");
    world.write("a.md", &other);
    world.look();
    assert_eq!((receipt(&world, &one).await.0, receipt(&world, &other).await.0), (404, 200));
    world.write("b.md", &one);
    world.look();
    assert_eq!(receipt(&world, &one).await, (200, "b.md".into()), "another file holds them");
    world.write("a.md", &one);
    world.look();
    assert_eq!((receipt(&world, &one).await, receipt(&world, &other).await.0), ((200, "a.md".into()), 404));
    world.remove("a.md");
    world.look();
    assert_eq!(receipt(&world, &one).await, (200, "b.md".into()));
    world.remove("b.md");
    world.look();
    assert_eq!(receipt(&world, &one).await.0, 404);
}

#[tokio::test]
async fn every_file_of_a_bulk_save_has_a_receipt() {
    const FILES: usize = 1_200;
    let mut world = World::new(&[]);
    let words = |n: usize| format!("# 第{n}篇\n");
    (0..FILES).for_each(|n| world.write(&format!("{n:04}.md"), &words(n)));
    world.look();
    for n in [0, 500, FILES - 1] {
        let answer = world.get(&format!("/api/v1/receipts/{}", sha256(words(n))), EDITOR).await;
        let (body, file) = (answer.json(), format!("{n:04}.md"));
        assert_eq!((answer.status.as_u16(), &body["file"]), (200, &file.as_str().into()), "{body}");
        assert!(body["id"].is_string() && body["problems"].is_array(), "{body}");
        assert_eq!(body["generation"], world.live.snapshot().expect("published").generation);
    }
}

/// Receipts that come after the news of their generation leave the caller waiting for the next one.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_caller_who_waits_for_a_receipt_is_woken_by_the_turn_that_brings_it() {
    let mut world = World::new(&[]);
    let words = |n: usize| format!("# 第{n}篇\n");
    (0..900).for_each(|n| world.write(&format!("{n:03}.md"), &words(n)));
    let path = format!("/api/v1/receipts/{}?wait=10s", sha256(words(899)));
    let asking = {
        let router = world.router.clone();
        let request = axum::http::Request::get(path).header("authorization", format!("Bearer {EDITOR}"));
        let request = request.body(axum::body::Body::empty()).expect("a request");
        async move { tower::ServiceExt::oneshot(router, request).await.expect("an answer").status().as_u16() }
    };
    let mut asking = Box::pin(asking);
    let waits =
        std::future::poll_fn(|context| std::task::Poll::Ready(asking.as_mut().poll(context).is_pending())).await;
    assert!(waits, "nothing is published yet");
    let asked = tokio::spawn(asking);
    tokio::task::block_in_place(|| world.look());
    let answered = tokio::time::timeout(DEADLINE, asked).await.expect("woken before the ten seconds are over");
    assert_eq!(answered.expect("no panic"), 200);
}

// ---- Killed

#[test]
fn a_server_killed_at_any_moment_starts_again_with_what_the_folder_holds() {
    const ROUNDS: usize = 10;
    const SAVES: u64 = 20;
    let folder = TempDir::new().expect("a folder");
    let kb = folder.path().join("kb");
    write(&kb.join("kept.md"), with_id("kept", "青桐鹭"));
    let mut dice = Dice(0x05EE_D0FC_4A05);
    let mut desk = Desk::new(&kb);
    (0..SAVES).for_each(|_| desk.save(&mut dice));

    let mut story = Story { server: Server::start(folder.path()), folder };
    story.write("kept.md", broken_header("白榆鸢"));
    story.until_problems("kept.md", &["header-syntax", "last-good"]);
    for round in 1..=ROUNDS {
        let last = dice.below(SAVES);
        for save in 0..SAVES {
            desk.save(&mut dice);
            // People save at any moment, and the end comes at any moment after a save.
            thread::sleep(Duration::from_micros(dice.below(8_000)));
            if save == last {
                story.server.kill();
            }
        }
        story.server = Server::start(story.folder.path());
        for (path, word) in &desk.there {
            let id = path.trim_end_matches(".md").replace('/', "--");
            assert_eq!(story.server.titled(word), [id], "round {round}: {path} holds {word}");
        }
        for word in desk.gone.iter().rev().take(if round == ROUNDS { usize::MAX } else { 40 }) {
            assert!(story.server.titled(word).is_empty(), "round {round}: {word} is in no file any more");
        }
        assert_eq!(story.server.titled("青桐鹭"), ["kept"], "round {round}: the last good version");
        assert!(story.server.titled("白榆鸢").is_empty(), "round {round}: the broken version");
    }
    assert!(desk.gone.len() > 100 && desk.there.len() > 10, "the saves were of all kinds");
}

/// Somebody who saves without a pause: forty places, every save with a word of its own.
struct Desk {
    kb: PathBuf,
    /// Path to word.
    there: BTreeMap<String, String>,
    gone: Vec<String>,
    n_words: usize,
}

impl Desk {
    fn new(kb: &Path) -> Self {
        Self { kb: kb.to_owned(), there: BTreeMap::new(), gone: Vec::new(), n_words: 0 }
    }

    fn save(&mut self, dice: &mut Dice) {
        let path = format!("{}/{}.md", ["春", "夏", "秋", "冬"][dice.index(4)], dice.below(10));
        let file = self.kb.join(&path);
        match (self.there.contains_key(&path), dice.below(5)) {
            (true, 0) => {
                fs::remove_file(&file).expect("deleted");
                self.gone.extend(self.there.remove(&path));
            }
            (true, 1) => {
                let to = format!("移/{}", path.replace('/', ""));
                fs::create_dir_all(self.kb.join("移")).expect("made");
                fs::rename(&file, self.kb.join(&to)).expect("moved");
                let word = self.there.remove(&path).expect("it was there");
                self.gone.extend(self.there.insert(to, word));
            }
            (true, 2) => {
                let beside = self.kb.join(".beside");
                let word = self.word();
                write(&beside, about(&word));
                fs::rename(&beside, &file).expect("renamed over");
                self.gone.extend(self.there.insert(path, word));
            }
            _ => {
                let word = self.word();
                write(&file, about(&word));
                self.gone.extend(self.there.insert(path, word));
            }
        }
    }

    /// A word that no other file has had.
    fn word(&mut self) -> String {
        const PARTS: [&str; 3] = ["赤橙黄绿蓝靛紫墨", "松柏杨柳槐梧杉枫", "鹤雁鸥隼鹊鸠鸽鹬"];
        let n = self.n_words;
        self.n_words += 1;
        let part = |i: u32| PARTS[i as usize].chars().nth(n / 8_usize.pow(i) % 8).expect("eight characters");
        (0..3).map(part).collect()
    }
}

/// Small and seeded, so that a failure can be repeated: xorshift64 (Marsaglia 2003).
pub(crate) struct Dice(pub(crate) u64);

impl Dice {
    pub(crate) fn below(&mut self, n: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % n
    }

    fn index(&mut self, n: usize) -> usize {
        usize::try_from(self.below(n as u64)).expect("smaller than n")
    }
}

// ---- The program and its folder

/// A running program over a folder of its own.
pub(crate) struct Story {
    pub(crate) server: Server,
    pub(crate) folder: TempDir,
}

impl Story {
    pub(crate) fn new(files: &[(&str, &str)]) -> Self {
        let folder = TempDir::new().expect("a folder");
        fs::create_dir(folder.path().join("kb")).expect("kb is made");
        for (path, text) in files {
            write(&folder.path().join("kb").join(path), text);
        }
        Self { server: Server::start(folder.path()), folder }
    }

    pub(crate) fn kb(&self, path: &str) -> PathBuf {
        let kb = self.folder.path().join("kb");
        if path.is_empty() { kb } else { kb.join(path) }
    }

    /// Truncates and writes, making the folders.
    pub(crate) fn write(&self, path: &str, bytes: impl AsRef<[u8]>) {
        write(&self.kb(path), bytes);
    }

    pub(crate) fn rename(&self, from: &str, to: &str) {
        let to = self.kb(to);
        fs::create_dir_all(to.parent().expect("a parent")).expect("the folder is made");
        fs::rename(self.kb(from), to).expect("renamed");
    }

    pub(crate) fn remove(&self, path: &str) {
        fs::remove_file(self.kb(path)).expect("removed");
    }

    /// Lets the look pass that follows every event, so that only an event can tell what comes next.
    pub(crate) fn settle(&self) {
        thread::sleep(SETTLED);
    }

    /// Waits until each word finds exactly these articles, all at the same time.
    pub(crate) fn until(&self, expected: &[(&str, &[&str])]) {
        let mut found = Vec::new();
        let holds = within(DEADLINE, || {
            found = expected.iter().map(|(word, _)| (*word, self.server.ids(word))).collect();
            found.iter().zip(expected).all(|((_, found), (_, ids))| found == ids)
        });
        assert!(holds, "expected {expected:?}\n   found {found:?}");
    }

    /// Waits until `file` has exactly the problems `codes`.
    fn until_problems(&self, file: &str, codes: &[&str]) {
        let codes: BTreeSet<String> = codes.iter().map(|&code| code.to_owned()).collect();
        let mut found = BTreeSet::new();
        let holds = within(DEADLINE, || {
            found = self.server.problems(file);
            found == codes
        });
        assert!(holds, "{file}: expected {codes:?}, found {found:?}");
    }
}

/// The program, running; killed when dropped.
pub(crate) struct Server {
    child: Child,
    /// Such as `http://127.0.0.1:41234`.
    pub(crate) address: String,
    agent: ureq::Agent,
    /// Lines of standard output after the address.
    said: Mutex<mpsc::Receiver<String>>,
}

impl Drop for Server {
    fn drop(&mut self) {
        self.kill();
    }
}

impl Server {
    /// Starts the program over `kb` and `data` in `folder` and waits until it is ready.
    pub(crate) fn start(folder: &Path) -> Self {
        Self::run(&mut program(folder, "127.0.0.1:0"))
    }

    /// Starts `program`, which listens on a port of its choice, and waits until it is ready.
    pub(crate) fn run(program: &mut Command) -> Self {
        let mut child = program.stdout(Stdio::piped()).spawn().expect("the program starts");
        let out = BufReader::new(child.stdout.take().expect("a pipe"));
        let (say, said) = mpsc::channel();
        // Read to the end: a full pipe would hold the program up.
        thread::spawn(move || out.lines().map_while(Result::ok).for_each(|line| say.send(line).unwrap_or(())));
        let config = ureq::Agent::config_builder().proxy(None).http_status_as_error(false).timeout_global(Some(START));
        let said = Mutex::new(said);
        let mut server = Self { child, address: String::new(), agent: config.build().new_agent(), said };
        let line = server.until_said("问诊已启动");
        let address =
            line.strip_prefix("问诊已启动：").and_then(|rest| rest.split_once("/ ")).map(|(address, _)| address);
        server.address = address.unwrap_or_else(|| panic!("no address: {line}")).to_owned();
        assert!(within(START, || server.get("/readyz", "").0 == 200), "the program becomes ready");
        server
    }

    /// Ends the program at once (SIGKILL).
    pub(crate) fn kill(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }

    pub(crate) fn pid(&self) -> String {
        self.child.id().to_string()
    }

    /// Waits for a line on standard output that contains `words`.
    pub(crate) fn until_said(&self, words: &str) -> String {
        let said = self.said.lock().expect("nobody fails while reading");
        let mut lines = std::iter::from_fn(|| said.recv_timeout(START).ok());
        lines.find(|line| line.contains(words)).unwrap_or_else(|| panic!("`{words}` was not said"))
    }

    /// Status and JSON, `null` when the body is none.
    pub(crate) fn get(&self, path: &str, token: &str) -> (u16, Value) {
        let (status, text) = self.text(path, token);
        (status, serde_json::from_str(&text).unwrap_or_default())
    }

    /// Status and body as text.
    pub(crate) fn text(&self, path: &str, token: &str) -> (u16, String) {
        let mut request = self.agent.get(format!("{}{path}", self.address));
        if !token.is_empty() {
            request = request.header("authorization", format!("Bearer {token}"));
        }
        let mut response = request.call().unwrap_or_else(|fault| panic!("{path}: {fault}"));
        let text = response.body_mut().read_to_string().unwrap_or_else(|fault| panic!("{path}: {fault}"));
        (response.status().as_u16(), text)
    }

    /// Sends JSON: status and JSON of the answer.
    pub(crate) fn send(&self, method: &str, path: &str, body: &Value, token: &str) -> (u16, Value) {
        let uri = format!("{}{path}", self.address);
        let mut request =
            ureq::http::Request::builder().method(method).uri(uri).header("content-type", "application/json");
        if !token.is_empty() {
            request = request.header("authorization", format!("Bearer {token}"));
        }
        let request = request.body(body.to_string()).expect("a request");
        let mut response = self.agent.run(request).unwrap_or_else(|fault| panic!("{path}: {fault}"));
        let text = response.body_mut().read_to_string().unwrap_or_else(|fault| panic!("{path}: {fault}"));
        (response.status().as_u16(), serde_json::from_str(&text).unwrap_or_default())
    }

    /// The status of the answer to JSON that is posted; nothing when there is none.
    pub(crate) fn try_send(&self, path: &str, body: &Value) -> Option<u16> {
        let request = self.agent.post(format!("{}{path}", self.address)).header("content-type", "application/json");
        let mut response = request.send(body.to_string()).ok()?;
        response.body_mut().read_to_string().ok()?;
        Some(response.status().as_u16())
    }

    /// Says that `step` of the walkthrough did not solve it.
    pub(crate) fn did(&self, walk: &str, step: &str) {
        let body = serde_json::json!({"step": step, "outcome": "not_solved"});
        let (status, said) = self.send("POST", &format!("/api/v1/walkthroughs/{walk}/answers"), &body, "");
        assert_eq!(status, 200, "{said}");
    }

    fn results(&self, q: &str) -> Vec<Value> {
        let (status, body) = self.get(&format!("/api/v1/search?limit=50&q={}", encoded(q)), "");
        assert_eq!(status, 200, "{body}");
        body["results"].as_array().expect("results").clone()
    }

    /// Ids a customer finds for `q`.
    fn ids(&self, q: &str) -> Vec<String> {
        self.results(q).iter().map(id).collect()
    }

    /// Ids of what a customer finds for `word` that has it in its title.
    pub(crate) fn titled(&self, word: &str) -> Vec<String> {
        let has = |result: &&Value| result["title"].as_str().is_some_and(|title| title.contains(word));
        self.results(word).iter().filter(has).map(id).collect()
    }

    /// Codes of the problems of `file`.
    fn problems(&self, file: &str) -> BTreeSet<String> {
        let (status, body) = self.get("/api/v1/problems", EDITOR);
        assert_eq!(status, 200, "{body}");
        let of_file = body["problems"].as_array().expect("problems").iter().filter(|p| p["file"] == file);
        of_file.map(|p| p["code"].as_str().expect("a code").to_owned()).collect()
    }

    fn generation(&self) -> u64 {
        self.get("/api/v1/status", "").1["generation"].as_u64().expect("a generation")
    }
}

/// The program over `kb` and `data` in `folder`; no setting of this machine reaches it.
pub(crate) fn program(folder: &Path, listen: &str) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_wenzhen"));
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("WENZHEN_")) {
        command.env_remove(name);
    }
    command.current_dir(folder).arg("--kb").arg(folder.join("kb")).arg("--data").arg(folder.join("data"));
    command
        .args(["--listen", listen])
        .env("WENZHEN_EDITOR_TOKEN", EDITOR)
        .env("WENZHEN_EMBEDDINGS", "off")
        .stdin(Stdio::null());
    command
}

/// Tries until `holds` or the time is over.
pub(crate) fn within(time: Duration, mut holds: impl FnMut() -> bool) -> bool {
    let until = Instant::now() + time;
    loop {
        if holds() {
            return true;
        }
        if Instant::now() > until {
            return false;
        }
        thread::sleep(POLL);
    }
}

fn id(result: &Value) -> String {
    result["id"].as_str().expect("an id").to_owned()
}

pub(crate) fn write(file: &Path, bytes: impl AsRef<[u8]>) {
    fs::create_dir_all(file.parent().expect("a parent")).expect("the folder is made");
    fs::write(file, bytes).expect("the file is written");
}

/// In hex, by another hand than the product's.
pub(crate) fn sha256(bytes: impl AsRef<[u8]>) -> String {
    Sha256::digest(bytes.as_ref()).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// An article about an invented word; its id comes from its path.
pub(crate) fn about(word: &str) -> String {
    format!("# {word}\n\n{word}每周擦一次。\n")
}

/// The same with an id of its own.
pub(crate) fn with_id(id: &str, word: &str) -> String {
    format!("---\nid: {id}\n---\n{}", about(word))
}

/// The same with a quote in the header that never ends.
pub(crate) fn broken_header(word: &str) -> String {
    format!("---\nid: own\ntitle: \"{word}\n---\n{}", about(word))
}

/// Files that cannot become an article, with the code of the problem; `word` is inside where it can be.
fn unreadable(word: &str) -> [(Vec<u8>, &'static str); 3] {
    let binary = [b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", about(word).as_bytes()].concat();
    let huge = about(word).into_bytes().into_iter().cycle().take(10 << 20).collect();
    [(Vec::new(), "empty"), (binary, "not-text"), (huge, "too-large")]
}
