//! `tests/sample/hostile/` over HTTP: no page and no JSON of it holds anything that runs, loads from
//! elsewhere or leads to a script. What a real browser does with it is in `tests/browser/hostile.rs`.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

use serde_json::Value;

use super::{
    check::{
        self,
        markup::{Extent, elements, faults},
    },
    world::{EDITOR, World, encoded},
};

/// Fewer payloads would mean that the folder has lost some.
const PAYLOADS: usize = 600;
/// What a payload does: it sets `window.pwned` or asks this host.
const DEEDS: [&str; 2] = ["pwned", "example.invalid"];
/// File names that may do something where one is shown; not every system takes such files from an archive.
const NAMES: [&str; 4] = [
    "<img src=x onerror=window.pwned=1>.md",
    "\"><script>window.pwned=1<",
    "' onclick='window.pwned=1.md",
    "javascript:window.pwned=1.md",
];
/// Elements a page has a fixed number of.
const COUNTED: [&str; 9] = ["script", "meta", "link", "form", "input", "button", "title", "h1", "symbol"];

#[test]
fn the_folder_holds_a_great_many_payloads() {
    let texts: Vec<String> = samples().iter().map(|(_, bytes)| String::from_utf8_lossy(bytes).into_owned()).collect();
    let n: usize = DEEDS.iter().map(|deed| texts.iter().map(|text| text.matches(deed).count()).sum::<usize>()).sum();
    assert!(n >= PAYLOADS, "{n} payloads");
}

#[test]
fn each_payload_alone_is_harmless_in_any_article() {
    for (_, bytes) in samples() {
        check::article(&bytes);
        let text = String::from_utf8_lossy(&bytes).into_owned();
        for paragraph in text.split("\n\n") {
            for before in ["", "羊毛\n", "> ", "- ", "## 软件排查\n### ", "<p>", ":::agent\n"] {
                check::article(format!("---\nkind: troubleshooting\n---\n{before}{paragraph}\n").as_bytes());
            }
        }
        for line in text.lines() {
            check::article(format!("| 一 |\n|--|\n| {line} |\n").as_bytes());
            check::front_matter(line.as_bytes());
        }
    }
}

#[tokio::test]
async fn no_page_of_a_hostile_folder_holds_more_than_our_own_elements() {
    let world = world();
    let plain = counted(&page(&world, "/a/harmless", "").await);
    let staff = counted(&page(&world, "/a/harmless", EDITOR).await);
    let ids = ids(&world);
    assert!(ids.len() > 15, "{ids:?}");
    for id in &ids {
        let path = format!("/a/{}", encoded(id));
        assert_eq!(counted(&page(&world, &path, EDITOR).await), staff, "{id}");
        if world.get(&path, "").await.status == 200 {
            assert_eq!(counted(&page(&world, &path, "").await), plain, "{id}");
        }
    }
    for token in ["", EDITOR] {
        for q in ["羊毛衫卡住", "javascript:window.pwned=1", "<img src=x onerror=window.pwned=1>", "onclick"] {
            page(&world, &format!("/?limit=50&q={}", encoded(q)), token).await;
        }
        page(&world, "/", token).await;
    }
    let desk = page(&world, "/editor", EDITOR).await;
    assert!(desk.contains("&#60;img src=x onerror=window.pwned=1&#62;.md"), "file names are shown as they are written");
}

#[tokio::test]
async fn no_json_of_a_hostile_article_holds_html_that_could_run() {
    let world = world();
    for token in ["", EDITOR] {
        let mut n = 0;
        for id in ids(&world) {
            let answer = world.get(&format!("/api/v1/articles/{}", encoded(&id)), token).await;
            if answer.status == 404 && token.is_empty() {
                continue;
            }
            assert_eq!((answer.status.as_u16(), answer.header("content-type")), (200, "application/json"), "{id}");
            let json = answer.json();
            let parts = [&json["sections"], &json["steps"]].into_iter().flat_map(|l| l.as_array().expect("a list"));
            for html in parts.chain([&json]).map(|part: &Value| part["html"].as_str().expect("html")) {
                let wrong = faults(html, Extent::Piece);
                assert!(wrong.is_empty(), "{id}: {wrong:#?}\nin {html}");
                n += 1;
            }
        }
        assert!(n > 40, "{n} pieces of HTML");
    }
}

#[tokio::test]
async fn an_old_address_leads_to_an_article_of_ours_only() {
    let world = world();
    let mut n = 0;
    for article in world.live.snapshot().expect("a snapshot").articles() {
        for address in &article.redirects {
            let answer = world.get(&encoded(address).replace("%2F", "/"), "").await;
            n += usize::from(answer.status == 308);
            let to = answer.header("location");
            assert!(answer.status == 404 || to.starts_with("/a/"), "{address} {} {to}", answer.status);
        }
    }
    assert!(n > 0, "no old address is known");
}

#[tokio::test]
async fn a_picture_that_is_a_program_is_served_as_a_picture_in_a_sandbox() {
    let world = world();
    for name in ["script.svg", "onload.svg", "external.svg"] {
        let answer = world.get(&format!("/media/{name}"), "").await;
        assert_eq!((answer.status.as_u16(), answer.header("content-type")), (200, "image/svg+xml"), "{name}");
        let policy = answer.header("content-security-policy");
        let mut rules: Vec<&str> = policy.split(';').map(str::trim).collect();
        rules.sort_unstable();
        assert_eq!(rules, ["default-src 'none'", "sandbox", "style-src 'unsafe-inline'"], "{name}");
        assert_eq!(answer.header("x-content-type-options"), "nosniff");
    }
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/sample/hostile")
}

/// The files of the folder: name and bytes.
fn samples() -> Vec<(String, Vec<u8>)> {
    let entries = fs::read_dir(folder()).expect("the folder can be listed");
    let paths = entries.map(|entry| entry.expect("the folder can be read to its end").path());
    let mut files: Vec<_> = paths
        .map(|path| {
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            (name, fs::read(path).expect("a file of the folder"))
        })
        .collect();
    files.sort();
    files
}

fn world() -> World {
    let mut world = World::unpublished(&[("harmless.md", "# 羊毛衫晾干\n\n## 步骤\n\n平放。\n")]);
    for (name, bytes) in samples() {
        world.write_bytes(&name, &bytes);
    }
    for name in NAMES {
        world.write(name, "羊毛衫卡住。\n");
    }
    world.look();
    world
}

fn ids(world: &World) -> Vec<String> {
    world.live.snapshot().expect("a snapshot").articles().map(|a| a.id.to_string()).collect()
}

async fn page(world: &World, path: &str, token: &str) -> String {
    let answer = world.get(path, token).await;
    assert_eq!(answer.status, 200, "{path}: {}", answer.text());
    let html = answer.text();
    let wrong = faults(&html, Extent::Page);
    assert!(wrong.is_empty(), "{path}: {wrong:#?}\nin {html}");
    html
}

/// How many of each of [`COUNTED`] are in `html`.
fn counted(html: &str) -> BTreeMap<&'static str, usize> {
    let all = elements(html);
    COUNTED.into_iter().map(|name| (name, all.iter().filter(|e| e.name == name).count())).collect()
}

#[test]
fn html_that_runs_or_leads_astray_is_told_from_html_that_does_not() {
    for bad in [
        "<script>1</script>",
        "<p onclick=1>",
        "<p/onclick=1>",
        "<IMG SRC=x>",
        "<img src=//a/media/>",
        "<a href=javascript:1>",
        "<a href='&#106;ava&Tab;script:1'>",
        "<a href=' \u{1}javascript:1'>",
        "<a href='//a'>",
        "<a href='/\t/a'>",
        "<a href='\\\\a'>",
        "<a href=data:,1>",
        "<a href=x target=_blank>",
        "<p style=x>",
        "<svg>",
        "<style></style>",
        "<base href=/>",
        "<noscript><p title='</noscript><img>'>",
        "<!--><img src=x>-->",
        "<b title='x'><h2 class=x>",
    ] {
        assert_ne!(faults(bad, Extent::Piece), [""; 0], "{bad}");
        assert_ne!(
            faults(&bad.replace("<p style=x>", "<p style=x onload=1>"), Extent::Page).len()
                + usize::from(bad.contains("<svg>") || bad.starts_with("<b title")),
            0,
            "{bad}"
        );
    }
    for good in [
        "&lt;script>1&lt;/script>",
        "<a href='https://a.cn' rel=x title='<script>'>链</a>",
        "<a href=tel:1>打</a><a href=/a/b#c>看</a><a href=b.md>看</a>",
        "<img src=/media/a.svg alt='onclick=1'>",
        "<blockquote class=markdown-alert-note><p>onclick=1 javascript:1</p></blockquote>",
        "<!-- <script>1</script> -->",
    ] {
        assert_eq!(faults(good, Extent::Piece), [""; 0], "{good}");
        assert_eq!(faults(good, Extent::Page), [""; 0], "{good}");
    }
}
