//! The known answers of ALGORITHMS C11 (R1–R16) and C1 over the articles of this repository, by words
//! alone. Three stand in `search.rs`, over small folders made for them: R8 (a complaint and its
//! opposite), R14 (marks), R15 (an edited synonym).

use std::{fs, path::Path, sync::OnceLock};

use proptest::{
    prelude::*,
    test_runner::{Config, TestRunner},
};
use wenzhen::{
    access::Role,
    found::{AnswerClass, Found, Question},
    journey::{Finder, read_judged},
    text::{Dictionary, cut, normalize, parse_hazards, parse_words, query_words},
};

use super::world::World;

/// Every file of the repository's `kb`: path below it, text.
fn kb() -> Vec<(String, String)> {
    fn collect(folder: &Path, prefix: &str, files: &mut Vec<(String, String)>) {
        for entry in fs::read_dir(folder).expect("kb can be listed") {
            let path = entry.expect("an entry").path();
            let name = format!("{prefix}{}", path.file_name().expect("a name").to_string_lossy());
            if path.is_dir() {
                collect(&path, &format!("{name}/"), files);
            } else if let Ok(text) = fs::read_to_string(&path) {
                files.push((name, text));
            }
        }
    }
    let mut files = Vec::new();
    collect(&Path::new(env!("CARGO_MANIFEST_DIR")).join("kb"), "", &mut files);
    files.sort();
    files
}

fn world_of(files: &[(String, String)]) -> World {
    World::new(&files.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect::<Vec<_>>())
}

/// Finds in the repository's `kb`; published once for all tests, its folder is removed at once.
fn finder() -> &'static Finder {
    static FINDER: OnceLock<Finder> = OnceLock::new();
    FINDER.get_or_init(|| world_of(&kb()).finder.clone())
}

fn find(q: &str) -> Found {
    finder().find(&Question::new(q).expect("a question"), Role::Customer).expect("an answer")
}

fn ids(found: &Found) -> Vec<String> {
    found.hits.iter().map(|h| h.article.id.to_string()).collect()
}

fn first(q: &str) -> String {
    ids(&find(q)).into_iter().next().unwrap_or_default()
}

#[test]
fn r1_a_complaint_that_only_sounds_right_is_put_right() {
    let found = find("空条不制冷");
    assert_eq!((found.understood.text.as_str(), ids(&found)[0].as_str()), ("空调不制冷", "ac-not-cooling"));
    let corrections: Vec<_> = found.understood.corrections.iter().map(|c| (c.from.as_str(), c.to.as_str())).collect();
    assert_eq!(corrections, [("空条", "空调")], "what was taken for what is told");
}

#[test]
fn r2_names_that_only_sound_right_are_put_right() {
    for (typed, meant) in [("热水气", "热水器"), ("电饭褒", "电饭煲"), ("路油器", "路由器")] {
        assert_eq!(find(typed).understood.text, meant);
    }
}

#[test]
fn r3_words_that_sound_like_others_and_are_right_stay() {
    for word in ["水位", "水温", "电源"] {
        let understood = find(word).understood;
        assert_eq!((understood.text.as_str(), understood.corrections.len()), (word, 0));
    }
}

/// 是湿 sounds as 试试 does, which many articles say; nobody who means any of them would say so here.
#[test]
fn what_nobody_would_rather_say_is_not_heard_instead() {
    let understood = find("台式的 碗洗完是湿的").understood;
    assert_eq!((understood.text.as_str(), understood.corrections.len()), ("台式的 碗洗完是湿的", 0));
}

#[test]
fn a_model_in_pieces_is_no_code() {
    let understood = find("cj kt35 b2 怎么连手机").understood;
    assert_eq!((understood.appliance.as_deref(), understood.unknown_codes.len()), (Some("空调"), 0));
}

#[test]
fn r4_every_spelling_of_a_code_is_the_same_question() {
    for appliance in ["洗衣机", "空调"] {
        let written = find(&format!("{appliance} E4"));
        assert_eq!(written.answer, AnswerClass::Confident, "{appliance}");
        for spelling in ["Ｅ４", "e-04", "E 4", "错误代码E4"] {
            let found = find(&format!("{appliance} {spelling}"));
            assert_eq!(
                (ids(&found), &found.understood.codes),
                (ids(&written), &written.understood.codes),
                "{spelling}"
            );
        }
    }
}

#[test]
fn r5_every_spelling_of_a_model_finds_what_is_for_it() {
    let files = [
        ("a.md", "---\nid: wall\ntitle: 挂机安装尺寸\nappliance: 空调\nmodels: [KFR-35GW/26]\n---\n留出三十厘米。\n"),
        ("b.md", "---\nid: other\ntitle: 挂机安装尺寸\nappliance: 空调\nmodels: [KFR-26GW/11]\n---\n留出三十厘米。\n"),
    ];
    let world = World::new(&files);
    for q in ["KFR35GW", "kfr-35gw/26", "KFR−35GW(2212)"] {
        let found = world.finder.find(&Question::new(q).expect("a question"), Role::Customer).expect("an answer");
        assert_eq!(ids(&found).first().map(String::as_str), Some("wall"), "{q}");
    }
}

#[test]
fn r6_traditional_script_is_the_same_question() {
    for (traditional, simplified) in [("洗衣機不轉動", "洗衣机不转动"), ("螢幕沒有顯示", "屏幕没有显示")]
    {
        let (a, b) = (find(traditional), find(simplified));
        assert_eq!((a.understood.text.as_str(), ids(&a)), (simplified, ids(&b)));
        assert!(!a.hits.is_empty(), "{traditional}");
    }
    let washers = ids(&find("洗衣機不轉動"));
    assert!(washers[..2].iter().any(|id| id == "washer-not-tumbling"), "{washers:?}");
}

#[test]
fn r7_pinyin_is_read_as_words_and_first_letters_are_completed() {
    assert_eq!(find("kongtiao").understood.text, "空调");
    assert_eq!(find("chongqi").understood.text, "重启", "not zhong qi");
    assert_eq!(first("kongtiaobuzhileng"), "ac-not-cooling");
    let suggested = finder().suggest("kt", Role::Customer).expect("suggestions");
    assert!(!suggested.is_empty() && suggested.iter().all(|s| s.text.contains("空调")), "{suggested:?}");
}

#[test]
fn r9_more_than_fourteen_characters_without_a_mark_find_their_article() {
    for (q, id) in [
        ("底下那个小口插充电宝是干嘛的", "lock-howto-battery-emergency"),
        ("电箱里写着热水器的那个往下掉", "ewh-trips"),
        ("一开热水器满屋都是热烘烘的废气", "gwh-exhaust-co"),
    ] {
        assert_eq!(first(q), id, "{q}");
    }
}

#[test]
fn r10_the_order_of_words_is_not_locked() {
    for q in ["打火不着 燃气灶", "燃气灶打不着火", "打不着火 燃气灶"] {
        assert_eq!(first(q), "stove-no-ignite", "{q}");
    }
}

#[test]
fn r11_a_code_the_appliance_does_not_have_is_never_answered_with_another() {
    for q in ["空调 P3", "空调显示P3怎么办", "空调P03"] {
        let found = find(q);
        assert_eq!((found.answer, found.hits.len(), found.total), (AnswerClass::None, 0, 0), "{q}");
        assert_eq!(found.understood.unknown_codes, ["P3"], "{q}");
    }
}

#[test]
fn r12_what_the_articles_are_not_about_is_not_found() {
    for q in ["今天天气", "今天天气怎么样", "北京到上海的火车"] {
        assert_eq!((find(q).answer, find(q).hits.len()), (AnswerClass::None, 0), "{q}");
    }
}

#[test]
fn what_belongs_to_another_brand_or_to_an_appliance_without_articles_is_not_answered_with_ours() {
    for q in ["格力空调E1", "我家美的洗衣机报E1什么意思", "老板油烟机E1", "海尔冰箱E1", "除湿机E2", "跑步机坏了E2"]
    {
        assert_eq!((find(q).answer, find(q).hits.len()), (AnswerClass::None, 0), "{q}");
    }
    let question = Question::new("格力空调E1").expect("a question");
    let refused = vec![wenzhen::article::ArticleId::new("ac-leaking-water").expect("an id")];
    for asked in [Question { offset: 1, ..question.clone() }, Question { not: refused, ..question }] {
        let found = finder().find(&asked, Role::Customer).expect("an answer");
        assert_eq!((found.answer, found.hits.len()), (AnswerClass::None, 0), "on whatever page");
    }
    for q in ["跑步机不转", "空气炸锅不加热", "落地扇不摇头"] {
        assert_eq!(find(q).answer, AnswerClass::None, "{q}");
    }
    assert_eq!(find("美的洗衣机不脱水").answer, AnswerClass::Possible, "what helps ours may help them");
    // Our own, and what our articles speak of.
    assert_eq!(first("澄家洗衣机E2"), "washer-error-e2");
    assert_eq!(first("老板让我问洗衣机E2"), "washer-error-e2");
    assert_eq!(first("旁边开着加湿器火是黄的"), "stove-yellow-flame");
}

#[test]
fn a_danger_that_was_named_is_never_heard_as_something_else() {
    for (q, hazard) in [("煤气忘关了", "gas"), ("插头有烟", "fire"), ("家里电箱进水，快来人", "water-electric")]
    {
        let found = find(q);
        let alert = found.alert.map(|a| a.hazard.as_str().to_owned());
        assert_eq!((alert.as_deref(), found.understood.corrections.len()), (Some(hazard), 0), "{q}");
    }
}

#[test]
fn refusing_results_leads_to_the_next_ones() {
    let of = |not: &[String]| {
        let question = Question::new("冰箱门缝老淌水底下一滩").expect("a question");
        let not = not.iter().map(|id| wenzhen::article::ArticleId::new(id).expect("an id")).collect();
        finder().find(&Question { not, ..question }, Role::Customer).expect("an answer")
    };
    let mut refused = Vec::new();
    for _ in 0..4 {
        let found = of(&refused);
        assert_ne!(found.answer, AnswerClass::None, "{refused:?}");
        assert!(found.total >= found.hits.len() && ids(&found).iter().all(|id| !refused.contains(id)));
        refused.push(ids(&found)[0].clone());
    }
}

#[test]
fn r13_saying_only_that_it_is_broken_is_asked_back() {
    for (q, appliance) in [("洗衣机坏了", "洗衣机"), ("空调坏了怎么办", "空调"), ("冰箱出问题了", "冰箱")]
    {
        let found = find(q);
        assert_eq!(found.answer, AnswerClass::Possible, "{q}");
        assert!(found.question.is_some(), "{q} is asked back");
        assert!(
            found.hits.iter().all(|h| h.article.appliances.iter().any(|a| a == appliance)),
            "{q}: {:?}",
            ids(&found)
        );
    }
}

#[test]
fn r16_the_same_question_has_the_same_order_across_segments_merges_and_a_restart() {
    let files = kb();
    let at_once = world_of(&files);
    let mut bit_by_bit = World::new(&[]);
    for part in files.chunks(23) {
        // Each part is a segment, then some of them merge; what is written twice leaves a hole.
        for text in ["---\ntitle: 洗衣机漏水\n---\n先占一个位置。\n", ""] {
            for (path, own) in part {
                bit_by_bit.write(path, if text.is_empty() || !path.ends_with(".md") { own } else { text });
            }
            bit_by_bit.look();
        }
    }
    let table = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/sample/find/dev.tsv"));
    let judged = read_judged(&table.expect("the table is there")).expect("a table");
    let told = |world: &World| -> Vec<(String, Vec<(String, f32)>)> {
        let asked = judged.iter().step_by(7).map(|j| {
            let found = world.finder.find(&Question::new(&j.query).expect("a question"), j.role).expect("an answer");
            (j.query.clone(), found.hits.iter().map(|h| (h.article.id.to_string(), h.score)).collect())
        });
        asked.collect()
    };
    let expected = told(&at_once);
    assert!(expected.iter().filter(|(_, hits)| hits.len() > 3).count() > 20, "there is something to order");
    assert_eq!(told(&bit_by_bit), expected, "in many segments");
    let mut again = bit_by_bit.restart();
    again.look();
    assert_eq!(told(&again), expected, "after a restart");
    again.keep_index();
    let mut again = again.restart();
    assert_eq!(again.look().resumed, Some(0));
    assert_eq!(told(&again), expected, "after a restart that took the kept index up");
}

#[test]
fn c1_conversion_keeps_our_own_words_and_converts_those_of_taiwan() {
    for word in ["怎么", "什么", "程序", "脱水程序", "元件", "行程", "通道"] {
        assert_eq!(find(word).understood.text, word);
    }
    for (typed, meant) in [("著火", "着火"), ("螢幕", "屏幕"), ("網路", "网络"), ("程式", "程序")] {
        assert_eq!(find(typed).understood.text, meant);
    }
}

/// The sentences as they are typed: what a correction may make of them is not asked here.
#[test]
fn k12_every_danger_is_announced_as_its_kind_and_no_ordinary_complaint_is() {
    let (hazards, faults) = parse_hazards(include_str!("../../kb/danger.txt"));
    assert!(faults.is_empty(), "{faults:?}");
    let sentences = include_str!("../sample/danger.tsv").lines().filter(|line| !line.starts_with('#')).skip(1);
    let wrong: Vec<String> = sentences
        .filter_map(|line| {
            let (kind, said) = line.split_once('\t').expect("two columns");
            let told = hazards.find(&normalize(said)).map_or("-", |hazard| hazard.name.as_str());
            (told != kind).then(|| format!("{said}: {told}, not {kind}"))
        })
        .collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn every_article_is_found_first_by_its_own_title() {
    let snapshot = finder().snapshot().expect("a snapshot");
    let missed: Vec<&str> = snapshot
        .readable(Role::Customer)
        .filter(|a| first(&a.title) != a.id.as_str())
        .map(|a| a.title.as_str())
        .collect();
    assert!(snapshot.n_readable(Role::Customer) > 200 && missed.is_empty(), "{missed:#?}");
}

/// Texts as people write them: sentences of the articles in pieces, and anything at all.
fn texts() -> impl Strategy<Value = String> {
    let all: Vec<char> = kb().into_iter().flat_map(|(_, text)| text.chars().collect::<Vec<_>>()).collect();
    let piece = (0..all.len() - 40, 1usize..40).prop_map(move |(at, n)| all[at..at + n].iter().collect::<String>());
    prop_oneof![3 => piece, 1 => "\\PC{0,40}"]
}

#[test]
fn any_text_is_cut_for_a_question_as_it_was_cut_for_the_index() {
    let words = kb().into_iter().find(|(path, _)| path == "words.txt").expect("words.txt").1;
    let dictionary = Dictionary::with_words(&parse_words(&words).0);
    let mut runner = TestRunner::new(Config { cases: 4_000, failure_persistence: None, ..Config::default() });
    let outcome = runner.run(&texts(), |text| {
        let plain = normalize(&text);
        prop_assert_eq!(&normalize(&plain), &plain, "the normal form is its own");
        let indexed = cut(&dictionary, &plain);
        for word in query_words(&dictionary, &plain) {
            prop_assert!(indexed.iter().any(|w| w == word), "{} of {} is not in the index", word, plain);
        }
        Ok(())
    });
    outcome.unwrap_or_else(|why| panic!("{why}"));
}
