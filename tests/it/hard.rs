//! What other programs do to a folder that is in service: git, rsync, unzip, links that are swapped,
//! a queue or a disk that is full, a clock that goes back. Afterwards search equals the folder, and
//! nobody who searched meanwhile was refused.
//!
//! One save of each kind is in `live`; what is wrong in the folder itself or at a start is in `trouble`.

use std::{
    fs,
    os::unix::fs::symlink,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::atomic::{AtomicBool, AtomicU8, Ordering},
    thread,
    time::{Duration, Instant, SystemTime},
};

use tempfile::TempDir;
use wenzhen::article::Date;

use crate::{
    live::{Dice, Server, Story, about, program, sha256, with_id, within, write},
    world::{EDITOR, World},
};

/// Many files are found within this, on a machine that is busy compiling.
const DEADLINE: Duration = Duration::from_secs(20);
/// Files a program changes at one stroke.
const MANY: usize = 500;
const YEAR: Duration = Duration::from_secs(365 * 24 * 60 * 60);

// ---- Programs that write many files

#[test]
fn a_branch_switched_by_git_leaves_exactly_its_own_articles() {
    let folder = TempDir::new().expect("a folder");
    let kb = folder.path().join("kb");
    let git = |arguments: &[&str]| {
        let mut git = Command::new("git");
        git.arg("-C").arg(&kb).args(["-c", "user.name=n", "-c", "user.email=n@localhost", "-c", "core.autocrlf=false"]);
        // Neither the settings of this machine nor those of a hook that runs the tests.
        for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("GIT_")) {
            git.env_remove(name);
        }
        git.env("GIT_CONFIG_GLOBAL", "/dev/null").env("GIT_CONFIG_SYSTEM", "/dev/null");
        let done = git.args(arguments).output().expect("git runs");
        assert!(done.status.success(), "git {arguments:?}: {}", String::from_utf8_lossy(&done.stderr));
    };
    write(&kb.join("kept.md"), about("青桐鹭"));
    git(&["init", "--quiet", "--initial-branch=old"]);
    // Of ten articles one is only in the old branch, one only in the new one.
    let (old, new) = (|n: &usize| !n.is_multiple_of(10), |n: &usize| n % 10 != 1);
    for (branch, set, there) in [("old", 0, old as fn(&usize) -> bool), ("new", 1, new)] {
        if branch == "new" {
            git(&["checkout", "--quiet", "-b", branch]);
            (0..MANY).filter(old).for_each(|n| fs::remove_file(kb.join(place(n))).expect("removed"));
        }
        (0..MANY).filter(there).for_each(|n| write(&kb.join(place(n)), about(&word(set, n))));
        git(&["add", "--all"]);
        git(&["commit", "--quiet", "--message", branch]);
    }
    git(&["checkout", "--quiet", "old"]);
    let story = Story { server: Server::start(folder.path()), folder };
    for (branch, set, there) in [("new", 1, new as fn(&usize) -> bool), ("old", 0, old), ("new", 1, new)] {
        let began = Instant::now();
        while_searching(&story.server, || {
            git(&["checkout", "--quiet", branch]);
            for n in 0..MANY {
                until_titled(&story.server, &word(set, n), there(&n).then(|| id_of(n)));
            }
        });
        eprintln!("git checkout {branch}: {} ms", began.elapsed().as_millis());
        for n in 0..MANY {
            until_titled(&story.server, &word(1 - set, n), None);
        }
    }
}

#[test]
fn a_copy_by_rsync_that_keeps_times_and_sizes_equals_its_source() {
    let source = TempDir::new().expect("a folder");
    let story =
        Story::new(&[("kept.md", &about("青桐鹭")), ("a.md", &about("白榆鸢")), ("gone/b.md", &about("赤枫鹇"))]);
    story.until(&[("白榆鸢", &["a"]), ("赤枫鹇", &["gone--b"])]);
    // As long as the article it replaces, and older than it.
    for (path, word) in [("kept.md", "青桐鹭"), ("a.md", "玄柏鸥"), ("新/深/c.md", "紫杉雀")] {
        write(&source.path().join(path), about(word));
        set_modified(&source.path().join(path), SystemTime::now() - YEAR);
    }
    while_searching(&story.server, || {
        rsync(source.path(), &story.kb(""));
        story.until(&[("白榆鸢", &[]), ("赤枫鹇", &[]), ("玄柏鸥", &["a"]), ("紫杉雀", &["新--深--c"])]);
    });
    // Once more: the same size again, and the very time of the version before.
    let time = fs::metadata(source.path().join("a.md")).and_then(|m| m.modified()).expect("a time");
    write(&source.path().join("a.md"), about("金松鹊"));
    set_modified(&source.path().join("a.md"), time);
    rsync(source.path(), &story.kb(""));
    story.until(&[("玄柏鸥", &[]), ("金松鹊", &["a"]), ("紫杉雀", &["新--深--c"])]);
}

#[test]
fn files_unpacked_with_times_of_years_ago_are_found() {
    let story = Story::new(&[("kept.md", &about("青桐鹭")), ("a.md", &about("白榆鸢"))]);
    story.until(&[("白榆鸢", &["a"])]);
    let unpack = |path: &str, word: &str| {
        // As unzip does: made or truncated in place, filled, closed, and then given its time.
        story.write(path, about(word));
        set_modified(&story.kb(path), SystemTime::now() - 5 * YEAR);
    };
    while_searching(&story.server, || {
        unpack("a.md", "赤枫鹇");
        unpack("包/一/二/b.md", "玄柏鸥");
        unpack("包/c.md", "紫杉雀");
        story.until(&[("白榆鸢", &[]), ("赤枫鹇", &["a"]), ("玄柏鸥", &["包--一--二--b"]), ("紫杉雀", &["包--c"])]);
    });
    story.settle();
    unpack("包/一/二/b.md", "金松鹊");
    story.until(&[("玄柏鸥", &[]), ("金松鹊", &["包--一--二--b"])]);
}

#[test]
fn five_hundred_files_rewritten_at_once_are_all_found() {
    let folder = TempDir::new().expect("a folder");
    let save =
        |set: usize| (0..MANY).for_each(|n| write(&folder.path().join("kb").join(place(n)), about(&word(set, n))));
    save(0);
    write(&folder.path().join("kb/kept.md"), about("青桐鹭"));
    let server = Server::start(folder.path());
    until_titled(&server, &word(0, MANY - 1), Some(id_of(MANY - 1)));
    let began = Instant::now();
    while_searching(&server, || {
        save(1);
        let written = began.elapsed();
        (0..MANY).for_each(|n| until_titled(&server, &word(1, n), Some(id_of(n))));
        eprintln!(
            "{MANY} files: written in {} ms, found after {} ms",
            written.as_millis(),
            began.elapsed().as_millis()
        );
    });
    (0..MANY).for_each(|n| until_titled(&server, &word(0, n), None));
}

#[test]
fn files_saved_without_a_pause_while_others_are_being_indexed_each_get_their_receipt() {
    const SAVES: usize = 300;
    let story = Story::new(&[("kept.md", &about("青桐鹭"))]);
    while_searching(&story.server, || {
        let mut dice = Dice(0x5EED_0006);
        for n in 0..SAVES {
            story.write(&place(n), about(&word(0, n)));
            // One that is saved again and again: only its last version has to be found.
            story.write("again.md", about(&word(1, n)));
            // The next save comes at any moment of the turn that takes this one.
            thread::sleep(Duration::from_micros(dice.below(6_000)));
        }
    });
    let receipt = |text: &str| story.server.get(&format!("/api/v1/receipts/{}?wait=5s", sha256(text)), EDITOR);
    for n in 0..SAVES {
        let (status, body) = receipt(&about(&word(0, n)));
        assert_eq!((status, body["id"].as_str()), (200, Some(&*id_of(n))), "{n}: {body}");
        until_titled(&story.server, &word(0, n), Some(id_of(n)));
    }
    assert_eq!(receipt(&about(&word(1, SAVES - 1))).0, 200);
    (0..SAVES - 1).for_each(|n| until_titled(&story.server, &word(1, n), None));
    until_titled(&story.server, &word(1, SAVES - 1), Some("again".to_owned()));
}

// ---- Links

#[test]
fn articles_behind_a_linked_folder_are_found_and_watched() {
    let outside = TempDir::new().expect("a folder");
    let put = |path: &str, word: &str| write(&outside.path().join(path), about(word));
    put("one/a.md", "白榆鸢");
    put("two/b.md", "赤枫鹇");
    let folder = TempDir::new().expect("a folder");
    let kb = folder.path().join("kb");
    write(&kb.join("kept.md"), about("青桐鹭"));
    symlink(outside.path().join("one"), kb.join("early")).expect("linked");
    let story = Story { server: Server::start(folder.path()), folder };
    story.until(&[("白榆鸢", &["early--a"])]);
    put("one/a.md", "玄柏鸥");
    timed("edit behind a link that was there at the start", || {
        story.until(&[("白榆鸢", &[]), ("玄柏鸥", &["early--a"])]);
    });
    symlink(outside.path().join("two"), story.kb("late")).expect("linked");
    timed("new link", || story.until(&[("赤枫鹇", &["late--b"])]));
    story.settle();
    put("two/b.md", "紫杉雀");
    timed("edit behind a new link", || story.until(&[("赤枫鹇", &[]), ("紫杉雀", &["late--b"])]));
    // Another target in place of the first.
    put("three/c.md", "金松鹊");
    swap_link(&outside.path().join("three"), &story.kb("late"));
    timed("swapped link", || story.until(&[("紫杉雀", &[]), ("金松鹊", &["late--c"])]));
    story.settle();
    put("three/c.md", "银槐鹰");
    timed("edit behind a swapped link", || story.until(&[("金松鹊", &[]), ("银槐鹰", &["late--c"])]));
    story.remove("late");
    story.until(&[("银槐鹰", &[]), ("玄柏鸥", &["early--a"]), ("青桐鹭", &["kept"])]);
}

/// As Kubernetes publishes a ConfigMap: every name is a link through `..data`, and that is swapped.
#[test]
fn a_config_map_whose_data_link_is_swapped_is_found() {
    let folder = TempDir::new().expect("a folder");
    let kb = folder.path().join("kb");
    for (path, word) in [("a.md", "白榆鸢"), ("b.md", "赤枫鹇"), ("kept.md", "青桐鹭")] {
        write(&kb.join("..2026_01").join(path), about(word));
    }
    symlink("..2026_01", kb.join("..data")).expect("linked");
    for name in ["a.md", "b.md", "kept.md"] {
        symlink(format!("..data/{name}"), kb.join(name)).expect("linked");
    }
    let story = Story { server: Server::start(folder.path()), folder };
    story.until(&[("白榆鸢", &["a"]), ("赤枫鹇", &["b"])]);
    while_searching(&story.server, || {
        for (path, word) in [("a.md", "玄柏鸥"), ("c.md", "紫杉雀"), ("kept.md", "青桐鹭")] {
            story.write(&format!("..2026_02/{path}"), about(word));
        }
        swap_link(Path::new("..2026_02"), &story.kb("..data"));
        symlink("..data/c.md", story.kb("c.md")).expect("linked");
        story.remove("b.md");
        fs::remove_dir_all(story.kb("..2026_01")).expect("removed");
        timed("..data swapped", || {
            story.until(&[("白榆鸢", &[]), ("赤枫鹇", &[]), ("玄柏鸥", &["a"]), ("紫杉雀", &["c"])]);
        });
    });
    // Only the link: no name comes or goes, and the folder before stays.
    story.settle();
    for (path, word) in [("a.md", "金松鹊"), ("c.md", "银槐鹰"), ("kept.md", "青桐鹭")] {
        story.write(&format!("..2026_03/{path}"), about(word));
    }
    story.settle();
    swap_link(Path::new("..2026_03"), &story.kb("..data"));
    timed("..data swapped alone", || story.until(&[("玄柏鸥", &[]), ("金松鹊", &["a"]), ("银槐鹰", &["c"])]));
}

/// As git-sync publishes a revision: `kb` is a link, or lies behind one, and that is swapped.
#[test]
fn a_knowledge_base_whose_link_is_swapped_is_found_and_watched() {
    for behind in [false, true] {
        let folder = TempDir::new().expect("a folder");
        let (link, below) = if behind { ("current", "kb") } else { ("kb", "") };
        let put = |rev: &str, word: &str| write(&folder.path().join(rev).join(below).join("a.md"), about(word));
        for (rev, word) in [("rev1", "白榆鸢"), ("rev2", "赤枫鹇")] {
            put(rev, word);
            write(&folder.path().join(rev).join(below).join("kept.md"), about("青桐鹭"));
        }
        symlink("rev1", folder.path().join(link)).expect("linked");
        if behind {
            symlink("current/kb", folder.path().join("kb")).expect("linked");
        }
        let server = Server::start(folder.path());
        let until = |expected: &[(&str, Option<&str>)]| {
            expected.iter().for_each(|(word, id)| until_titled(&server, word, id.map(str::to_owned)));
        };
        until(&[("白榆鸢", Some("a"))]);
        while_searching(&server, || {
            swap_link(Path::new("rev2"), &folder.path().join(link));
            let took = timed("kb swapped", || until(&[("赤枫鹇", Some("a")), ("白榆鸢", None)]));
            assert!(took < Duration::from_secs(5), "{took:?}");
        });
        thread::sleep(Duration::from_millis(1_200)); // the look that follows a swap
        put("rev2", "玄柏鸥");
        let took = timed("edit in the new kb", || until(&[("玄柏鸥", Some("a")), ("赤枫鹇", None)]));
        assert!(took < Duration::from_secs(5), "{took:?}");
        swap_link(Path::new("rev1"), &folder.path().join(link));
        let took = timed("kb swapped back", || until(&[("白榆鸢", Some("a")), ("玄柏鸥", None)]));
        assert!(took < Duration::from_secs(5), "{took:?}");
    }
}

// ---- A system at its limits

/// A server that may watch so many folders, in a user namespace of its own, so that nothing else on this machine
/// notices; none where the system allows no such namespaces.
#[cfg(target_os = "linux")]
fn with_watches(n: usize, folder: &Path) -> Option<Server> {
    let script = format!("echo {n} > /proc/sys/user/max_inotify_watches && exec \"$0\" \"$@\"");
    let outer = ["unshare", "--user", "--map-root-user", "sh", "-c", &script];
    let try_it = Command::new(outer[0]).args(&outer[1..]).arg("true").stderr(Stdio::null()).status();
    if !try_it.is_ok_and(|status| status.success()) {
        eprintln!("not tried: this system allows no user namespaces");
        return None;
    }
    Some(Server::run(&mut inside(&outer, program(folder, "127.0.0.1:0"))))
}

#[cfg(target_os = "linux")]
#[test]
fn a_system_without_a_watch_to_give_starts_and_says_that_it_only_looks() {
    let folder = folder_with_kept();
    let Some(server) = with_watches(0, folder.path()) else { return };
    assert_eq!(server.get("/api/v1/status", "").1["watcher"], "looks");
    assert_eq!(server.titled("青桐鹭"), ["kept"]);
}

#[cfg(target_os = "linux")]
#[test]
fn a_limit_of_watches_that_is_reached_later_is_told_and_the_new_folders_are_looked_at() {
    let folder = folder_with_kept();
    let Some(server) = with_watches(2, folder.path()) else { return };
    assert_eq!(server.get("/api/v1/status", "").1["watcher"], "events");
    for (name, word) in [("一", "白榆鸢"), ("二", "玄柏鸥"), ("三", "赤枫鹇")] {
        fs::create_dir(folder.path().join("kb").join(name)).expect("made");
        fs::write(folder.path().join("kb").join(name).join("a.md"), about(word)).expect("written");
    }
    until_titled(&server, "赤枫鹇", Some("三--a".to_owned()));
    assert!(within(DEADLINE, || server.get("/api/v1/status", "").1["watcher"] == "looks"), "it is told");
}

#[cfg(unix)]
#[test]
fn a_single_linked_file_edited_where_it_lies_is_found_at_once() {
    let folder = folder_with_kept();
    let elsewhere = folder.path().join("elsewhere");
    fs::create_dir(&elsewhere).expect("made");
    fs::write(elsewhere.join("text.md"), about("白榆鸢")).expect("written");
    symlink(elsewhere.join("text.md"), folder.path().join("kb/a.md")).expect("linked");
    let server = Server::start(folder.path());
    until_titled(&server, "白榆鸢", Some("a".to_owned()));
    fs::write(elsewhere.join("text.md"), about("赤枫鹇")).expect("written");
    let took = timed("edit of a linked file", || until_titled(&server, "赤枫鹇", Some("a".to_owned())));
    assert!(took < Duration::from_secs(5), "{took:?}");
    // A link made while the server runs; saved as editors do, by a file put in its place.
    fs::write(elsewhere.join("more.md"), about("玄柏鸥")).expect("written");
    symlink(elsewhere.join("more.md"), folder.path().join("kb/b.md")).expect("linked");
    until_titled(&server, "玄柏鸥", Some("b".to_owned()));
    thread::sleep(Duration::from_millis(1_200)); // the look that follows
    fs::write(elsewhere.join("fresh"), about("青桐鹭二")).expect("written");
    fs::rename(elsewhere.join("fresh"), elsewhere.join("more.md")).expect("put in its place");
    let took = timed("edit of a new linked file", || until_titled(&server, "青桐鹭二", Some("b".to_owned())));
    assert!(took < Duration::from_secs(5), "{took:?}");
}

#[test]
fn a_folder_that_is_only_looked_at_is_found_with_every_change() {
    let folder = folder_with_kept();
    let server = Server::run(program(folder.path(), "127.0.0.1:0").args(["--poll", "1"]));
    assert_eq!(server.get("/api/v1/status", "").1["watcher"], "looks");
    let story = Story { server, folder };
    story.write("a.md", about("白榆鸢"));
    story.until(&[("青桐鹭", &["kept"]), ("白榆鸢", &["a"])]);
    story.write("a.md", about("赤枫鹇"));
    story.write("新/深/b.md", about("玄柏鸥"));
    story.until(&[("白榆鸢", &[]), ("赤枫鹇", &["a"]), ("玄柏鸥", &["新--深--b"])]);
    story.remove("a.md");
    story.until(&[("赤枫鹇", &[]), ("玄柏鸥", &["新--深--b"]), ("青桐鹭", &["kept"])]);
}

#[cfg(target_os = "linux")]
#[test]
fn what_happens_while_the_queue_of_events_is_full_is_found_and_watched_all_the_same() {
    const WORTH_IT: usize = 40_000;
    let queue = fs::read_to_string("/proc/sys/fs/inotify/max_queued_events").expect("Linux says it");
    let queue: usize = queue.trim().parse().expect("a number");
    if queue > WORTH_IT {
        eprintln!("not tried: a queue of {queue} events");
        return;
    }
    let story = Story::new(&[("kept.md", &about("青桐鹭")), ("夏/a.md", &about("白榆鸢")), ("b.md", &about("赤枫鹇"))]);
    story.until(&[("白榆鸢", &["夏--a"]), ("赤枫鹇", &["b"])]);
    signal("-STOP", &story.server);
    // A save is at least two events that are not like the one before.
    for n in 0..=queue / 2 {
        story.write(["夏/a.md", "b.md"][n % 2], about(["玄柏鸥", "紫杉雀"][n % 2]));
    }
    story.write("夏/a.md", about("金松鹊"));
    story.write("新/深/c.md", about("银槐鹰"));
    story.write("d.md", about("铜杨隼"));
    story.remove("b.md");
    signal("-CONT", &story.server);
    timed("after an overflow", || {
        story.until(&[("白榆鸢", &[]), ("赤枫鹇", &[]), ("玄柏鸥", &[]), ("紫杉雀", &[]), ("青桐鹭", &["kept"])]);
        story.until(&[("金松鹊", &["夏--a"]), ("银槐鹰", &["新--深--c"]), ("铜杨隼", &["d"])]);
    });
    story.settle();
    // Nobody was told of this folder when it was made.
    story.write("新/深/c.md", about("铁柳鹤"));
    story.until(&[("银槐鹰", &[]), ("铁柳鹤", &["新--深--c"])]);
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_keeps_no_good_version_and_says_so_and_the_save_is_found() {
    let folder = folder_with_kept();
    // Writing beyond the limit is to fail, as on a full disk, and not to end the program.
    let outer = ["sh", "-c", "trap '' XFSZ; exec \"$0\" \"$@\""];
    let server = Server::run(&mut inside(&outer, program(folder.path(), "127.0.0.1:0")));
    let story = Story { server, folder };
    story.until(&[("青桐鹭", &["kept"])]);
    limit_files(&story.server, "0");
    while_searching(&story.server, || {
        story.write("a.md", about("白榆鸢"));
        story.until(&[("白榆鸢", &["a"])]);
    });
    story.server.until_said("没能留作备份");
    story.write("a.md", about("赤枫鹇"));
    story.until(&[("白榆鸢", &[]), ("赤枫鹇", &["a"])]);
    limit_files(&story.server, "unlimited");
    story.write("a.md", with_id("a", "玄柏鸥"));
    story.until(&[("赤枫鹇", &[]), ("玄柏鸥", &["a"])]);
    let kept = || fs::read_dir(story.folder.path().join("data/last-good")).expect("listed");
    let sum = sha256(with_id("a", "玄柏鸥"));
    let ends = |file: &fs::DirEntry| file.file_name().to_string_lossy().ends_with(&sum);
    assert!(within(DEADLINE, || kept().flatten().any(|file| ends(&file))), "there is room again");
}

#[test]
fn a_data_folder_that_is_gone_while_serving_is_told_and_the_save_is_found() {
    let story = Story::new(&[("kept.md", &about("青桐鹭"))]);
    story.until(&[("青桐鹭", &["kept"])]);
    let kept = story.folder.path().join("data/last-good");
    fs::remove_dir_all(&kept).expect("removed");
    fs::write(&kept, "a file in its place").expect("written");
    while_searching(&story.server, || {
        story.write("a.md", about("白榆鸢"));
        story.until(&[("白榆鸢", &["a"])]);
    });
    let said = story.server.until_said("没能留作备份");
    assert!(said.contains(&kept.display().to_string()), "{said}");
    story.write("a.md", about("赤枫鹇"));
    story.until(&[("白榆鸢", &[]), ("赤枫鹇", &["a"])]);
}

// ---- Clocks

#[test]
fn a_file_from_the_future_and_then_from_the_past_is_found_each_time() {
    let story = Story::new(&[("kept.md", &about("青桐鹭"))]);
    let now = SystemTime::now();
    let times = [("白榆鸢", now + YEAR), ("赤枫鹇", now - YEAR), ("玄柏鸥", now + YEAR), ("紫杉雀", now - YEAR)];
    let mut before = "金松鹊";
    for (word, time) in times {
        story.write("a.md", about(word));
        set_modified(&story.kb("a.md"), time);
        story.until(&[(before, &[]), (word, &["a"]), ("青桐鹭", &["kept"])]);
        story.settle();
        before = word;
    }
}

#[tokio::test]
async fn an_article_that_has_expired_is_back_when_the_day_goes_back() {
    static DAY: AtomicU8 = AtomicU8::new(20);
    let expiring = format!("---\nid: promo\nexpires: 2026-11-20\n---\n{}", about("青桐鹭"));
    let files = [("promo.md", &*expiring), ("kept.md", &about("白榆鸢"))];
    let day = || Date::new(2026, 11, DAY.load(Ordering::Relaxed)).expect("a day of the calendar");
    let mut world = World::unpublished_on(day, &files);
    for (n, (day, there)) in [(20, true), (21, false), (20, true), (21, false), (1, true)].into_iter().enumerate() {
        DAY.store(day, Ordering::Relaxed);
        world.look();
        assert_eq!(!world.ids("青桐鹭").await.is_empty(), there, "turn {n}, day {day}");
        assert_eq!(world.ids("白榆鸢").await, ["kept"], "turn {n}, day {day}");
        world.write("later.md", &about(&word(0, n)));
        world.look_at("later.md");
        assert_eq!(world.ids(&word(0, n)).await, ["later"], "turn {n}, day {day}");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn what_a_server_frees_goes_back_at_once_unless_its_operator_wants_it_otherwise() {
    const DELAY: &str = "MIMALLOC_PURGE_DELAY";
    for (wanted, got) in [(None, "0"), (Some("100"), "100")] {
        let folder = TempDir::new().expect("a folder");
        write(&folder.path().join("kb/a.md"), about("青桐鹭"));
        let mut program = program(folder.path(), "127.0.0.1:0");
        program.env_remove(DELAY);
        wanted.map(|wanted| program.env(DELAY, wanted));
        let server = Server::run(&mut program);
        let environment = fs::read(format!("/proc/{}/environ", server.pid())).expect("the process is ours");
        let entry = format!("{DELAY}={got}");
        assert!(environment.split(|byte| *byte == 0).any(|e| e == entry.as_bytes()), "{entry}");
        assert_eq!(server.titled("青桐鹭"), ["a"], "every flag is still there");
    }
}

// ---- Words, places and the programs of others

/// The `n`th of 512 words; words of two sets share no first character.
fn word(set: usize, n: usize) -> String {
    const PARTS: [[&str; 3]; 2] = [
        ["赤橙黄绿蓝靛紫墨", "松柏杨柳槐梧杉枫", "鹤雁鸥隼鹊鸠鸽鹬"],
        ["金银铜铁锡铅锌铝", "松柏杨柳槐梧杉枫", "鹤雁鸥隼鹊鸠鸽鹬"],
    ];
    let part = |i: u32| PARTS[set][i as usize].chars().nth(n / 8_usize.pow(i) % 8).expect("eight characters");
    (0..3).map(part).collect()
}

fn place(n: usize) -> String {
    format!("{}/{n}.md", ["春", "夏", "秋", "冬"][n % 4])
}

fn id_of(n: usize) -> String {
    place(n).trim_end_matches(".md").replace('/', "--")
}

fn folder_with_kept() -> TempDir {
    let folder = TempDir::new().expect("a folder");
    write(&folder.path().join("kb/kept.md"), about("青桐鹭"));
    folder
}

/// Waits until exactly this article has `word` in its title.
fn until_titled(server: &Server, word: &str, id: Option<String>) {
    let expected: Vec<String> = id.into_iter().collect();
    let mut found = Vec::new();
    let holds = within(DEADLINE, || {
        found = server.titled(word);
        found == expected
    });
    assert!(holds, "{word}: expected {expected:?}, found {found:?}");
}

/// Does `work` while somebody else searches without a pause for what is always there.
fn while_searching(server: &Server, work: impl FnOnce()) {
    /// Lets the other end also when the work fails.
    struct Done<'a>(&'a AtomicBool);
    impl Drop for Done<'_> {
        fn drop(&mut self) {
            self.0.store(true, Ordering::Relaxed);
        }
    }
    let done = AtomicBool::new(false);
    thread::scope(|scope| {
        scope.spawn(|| {
            while !done.load(Ordering::Relaxed) {
                assert_eq!(server.titled("青桐鹭"), ["kept"], "what nobody touches is always found");
            }
        });
        let _done = Done(&done);
        work();
    });
}

fn timed(what: &str, work: impl FnOnce()) -> Duration {
    let began = Instant::now();
    work();
    eprintln!("{what}: {} ms", began.elapsed().as_millis());
    began.elapsed()
}

/// Without opening it for writing: who sets a time writes nothing.
fn set_modified(file: &Path, time: SystemTime) {
    let file = fs::File::open(file).expect("opened");
    file.set_times(fs::FileTimes::new().set_modified(time)).expect("the time is set");
}

/// `ln -s target`, renamed over `link`.
fn swap_link(target: &Path, link: &Path) {
    let beside = link.with_file_name(".swap");
    symlink(target, &beside).expect("linked");
    fs::rename(beside, link).expect("renamed over");
}

/// `rsync --archive --delete from/ to/` as strace shows it, with everything sent: what is not in
/// `from` is deleted, each file gets a name beside its own, its time, and then its own name.
fn rsync(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("made");
    let names = |folder: &Path| -> Vec<PathBuf> {
        fs::read_dir(folder).expect("listed").map(|entry| entry.expect("an entry").path()).collect()
    };
    let beside = |folder: &Path, path: &Path| folder.join(path.file_name().expect("a name"));
    for old in names(to).into_iter().filter(|path| !beside(from, path).exists()) {
        if old.is_dir() { fs::remove_dir_all(old) } else { fs::remove_file(old) }.expect("deleted");
    }
    for source in names(from) {
        let target = beside(to, &source);
        if source.is_dir() {
            rsync(&source, &target);
            continue;
        }
        let name = source.file_name().expect("a name").to_string_lossy();
        let temporary = to.join(format!(".{name}.X7Yz0q"));
        write(&temporary, fs::read(&source).expect("read"));
        set_modified(&temporary, fs::metadata(&source).and_then(|m| m.modified()).expect("a time"));
        fs::rename(temporary, target).expect("renamed over");
    }
}

/// `program` started by `outer`, whose last word is a script that ends in `exec "$0" "$@"`.
#[cfg(target_os = "linux")]
fn inside(outer: &[&str], program: Command) -> Command {
    let mut command = Command::new(outer[0]);
    command.args(&outer[1..]).arg(program.get_program()).args(program.get_args()).stdin(Stdio::null());
    for (name, value) in program.get_envs() {
        value.map(|value| command.env(name, value));
        if value.is_none() {
            command.env_remove(name);
        }
    }
    command
}

#[cfg(target_os = "linux")]
fn signal(signal: &str, server: &Server) {
    let sent = Command::new("kill").args([signal, &server.pid()]).status().expect("kill runs");
    assert!(sent.success());
}

/// From now on a file of the server grows no longer than this.
#[cfg(target_os = "linux")]
fn limit_files(server: &Server, bytes: &str) {
    let pid = server.pid();
    let done = Command::new("prlimit").args(["--pid", &pid, &format!("--fsize={bytes}:")]).status();
    assert!(done.expect("prlimit runs").success());
}
