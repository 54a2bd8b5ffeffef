//! Times of the parts people wait for, over a made-up folder; run by hand on a quiet machine.
//!
//! Ratios to a bare engine are taken by `benches/README.md`'s commands, in one interleaved run.

mod corpus;

use std::{fs, sync::Arc};

use divan::{Bencher, black_box};
use tempfile::TempDir;
use wenzhen::{
    access::Role,
    article::{RelPath, parse},
    corpus::Tick,
    found::Question,
    journey::{Finder, Live, Publisher, local_today},
    text::{Dictionary, cut, normalize},
};

const SIZES: [usize; 2] = [2_000, 10_000];

fn main() {
    divan::main();
}

struct Folder {
    dir: TempDir,
    publisher: Publisher,
    finder: Finder,
}

fn folder(n: usize) -> Folder {
    let dir = TempDir::new().expect("a folder");
    let kb = dir.path().join("kb");
    fs::create_dir(&kb).expect("kb is made");
    corpus::write(&kb, n);
    let live = Live::new();
    let mut publisher =
        Publisher::new(&kb, &dir.path().join("data"), Arc::clone(&live), local_today).expect("a publisher");
    publisher.step(&everything()).expect("a turn");
    Folder { finder: Finder::new(live, &kb), dir, publisher }
}

fn everything() -> Tick {
    Tick { hints: Vec::new(), everything: true }
}

#[divan::bench(args = SIZES, sample_count = 50, sample_size = 1)]
fn save_one_article_to_found(bencher: Bencher<'_, '_>, n: usize) {
    let mut world = folder(n);
    let path = world.dir.path().join("kb/00/0.md");
    let mut i = 0;
    bencher.bench_local(|| {
        i += 1;
        fs::write(&path, corpus::article(0, &format!("edit{i}"))).expect("written");
        let tick = Tick { hints: vec![path.clone()], everything: false };
        world.publisher.step(&tick).expect("a turn").generation
    });
}

#[divan::bench(args = SIZES)]
fn find(bencher: Bencher<'_, '_>, n: usize) {
    let world = folder(n);
    let queries = ["洗衣机排水泵漏水怎么办", "空调不制冷", "油烟机异响 E4", "遥控器没反应", "冰箱门封结冰有异味"];
    let questions: Vec<Question> = queries.iter().map(|q| Question::new(q).expect("a question")).collect();
    let mut i = 0;
    bencher.bench_local(|| {
        i += 1;
        world.finder.find(&questions[i % questions.len()], Role::Customer).expect("found").total
    });
}

#[divan::bench(args = SIZES, sample_count = 5, sample_size = 1)]
fn build_the_whole_index(bencher: Bencher<'_, '_>, n: usize) {
    let dir = TempDir::new().expect("a folder");
    let kb = dir.path().join("kb");
    fs::create_dir(&kb).expect("kb is made");
    corpus::write(&kb, n);
    bencher.bench_local(|| {
        let data = TempDir::new().expect("a folder");
        let mut publisher = Publisher::new(&kb, data.path(), Live::new(), local_today).expect("a publisher");
        publisher.step(&everything()).expect("a turn").receipts.len()
    });
}

#[divan::bench]
fn parse_one_article(bencher: Bencher<'_, '_>) {
    let text = corpus::article(7, "mark");
    bencher.bench(|| parse(&RelPath::new("a.md"), black_box(text.as_bytes())));
}

#[divan::bench]
fn normalise_and_cut_one_article(bencher: Bencher<'_, '_>) {
    let (text, dictionary) = (corpus::article(7, "mark"), Dictionary::with_words(&[]));
    bencher.bench(|| cut(&dictionary, &normalize(black_box(&text))));
}
