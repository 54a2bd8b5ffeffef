//! What a search finds and in which order: known answers of ALGORITHMS C11 and what DESIGN §2 promises,
//! end to end over small folders. Refusals stand in `api.rs`, what customers must not find in `leak.rs`.

use std::{
    sync::atomic::{AtomicBool, AtomicUsize, Ordering},
    thread,
};

use serde_json::{Value, json};
use wenzhen::{access::Role, found::Question};

use super::world::{World, encoded};

type File = (String, String);

/// An article `id` with the lines `header` besides its id.
fn article(id: &str, header: &str, body: &str) -> File {
    (format!("{id}.md"), format!("---\nid: {id}\n{header}\n---\n{body}\n"))
}

fn of(files: &[File]) -> World {
    World::new(&files.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect::<Vec<_>>())
}

async fn ask(world: &World, q: &str, rest: &str) -> Value {
    let answer = world.get(&format!("/api/v1/search?limit=50&q={}{rest}", encoded(q)), "").await;
    assert_eq!(answer.status, 200, "{q}: {}", answer.text());
    answer.json()
}

fn ids(answer: &Value) -> Vec<&str> {
    answer["results"].as_array().expect("results").iter().filter_map(|r| r["id"].as_str()).collect()
}

fn whys(answer: &Value) -> Vec<(&str, &str)> {
    let reasons = answer["results"][0]["reasons"].as_array().expect("reasons");
    reasons.iter().map(|r| (r["why"].as_str().unwrap_or(""), r["text"].as_str().unwrap_or(""))).collect()
}

// ---- What machine it is

/// The complaint of the second is asked of a machine of a build that the first speaks of.
fn of_builds() -> World {
    of(&[
        article(
            "fill",
            "title: 洗碗机不进水\nappliance: 洗碗机\nsymptoms: [台式的忘了加水, 台式的要自己加水, 台式的一滴水也没有]",
            "台式的先加水。湿了就擦。",
        ),
        article("dry", "title: 洗碗机烘干差\nappliance: 洗碗机\nsymptoms: [碗洗完是湿的]", "等一等再拿。"),
        article("frost", "title: 冰箱结霜\nappliance: 冰箱\nsymptoms: [里面都是冰]", "CJ-BX218-A1 是直冷，冰自己化。"),
        article(
            "chill",
            "title: 冰箱冻坏菜\nappliance: 冰箱\nsymptoms: [里面都是冰, 冰自己化]",
            "调高一点，冰自己化。",
        ),
    ])
}

#[tokio::test]
async fn what_build_the_machine_is_does_not_outweigh_what_is_wrong_with_it() {
    assert_eq!(ids(&ask(&of_builds(), "台式的 碗是湿的", "").await)[0], "dry");
}

#[tokio::test]
async fn a_model_is_found_in_a_text_with_and_without_its_brand() {
    let world = of_builds();
    for q in ["BX218A1 冰", "bx218-a1 冰", "CJ-BX218-A1 冰"] {
        assert_eq!(ids(&ask(&world, q, "").await)[0], "frost", "{q}");
    }
}

// ---- How people speak of it

/// Two neighbours; of the first people have asked in words that no text of it has.
fn asked_of() -> World {
    of(&[
        article(
            "cold",
            "title: 热水器水不热\nappliance: 热水器\nasked: [放了半天还是冰的, 洗着洗着就冰了, 冰凉的没法洗, 出来的都是冰的]",
            "先看温度。",
        ),
        article("leak", "title: 热水器漏水\nappliance: 热水器\nsymptoms: [底下湿了一片]", "冰凉的水淌到地上，先关阀。"),
    ])
}

#[tokio::test]
async fn of_two_articles_with_the_same_words_the_one_people_ask_for_so_is_first() {
    let answer = ask(&asked_of(), "冰凉的水", "&explain=1").await;
    assert_eq!(ids(&answer), ["cold", "leak"]);
    let likelihood = |i: usize| -> f64 {
        let parts = answer["results"][i]["explain"].as_array().expect("parts");
        parts.iter().find(|p| p["name"] == "likelihood").and_then(|p| p["score"].as_f64()).expect("a likelihood")
    };
    assert_eq!(likelihood(0), 0.0, "the likeliest loses nothing");
    assert!(likelihood(1) < -1.0, "{}", likelihood(1));
}

/// Words of questions people have asked make an answer less sure; they do not keep the article from being shown.
#[tokio::test]
async fn what_is_worded_as_people_ask_is_shown_before_what_has_more_of_the_words() {
    let answer = ask(&asked_of(), "洗着洗着冰了，地上", "").await;
    assert_eq!((ids(&answer).first(), &answer["answer"]), (Some(&"cold"), &json!("possible")), "{answer}");
    let one = asked_of().get(&format!("/api/v1/search?limit=1&q={}", encoded("洗着洗着冰了，地上")), "").await.json();
    assert_eq!((ids(&one), &one["answer"]), (vec!["cold"], &json!("possible")), "however few are wanted");
}

/// A new article that nobody has asked for yet is not kept behind one that many have asked for.
#[tokio::test]
async fn an_article_nobody_has_asked_for_yet_is_found_by_its_title() {
    let asked: Vec<String> = (0..60).map(|n| format!("烘干机滤网怎么取下来洗{n}回")).collect();
    let old = format!("title: 烘干机滤网清洁\nappliance: 烘干机\nasked: [{}]", asked.join(", "));
    let new = "title: 烘干机滤网怎么取\nappliance: 烘干机";
    let world = of(&[article("old", &old, "烘干机滤网怎么取：往上提。"), article("z-new", new, "打开机门。")]);
    assert_eq!(ids(&ask(&world, "烘干机滤网怎么取", "").await), ["z-new", "old"]);
}

// ---- Codes and models

fn coded() -> World {
    of(&[
        article(
            "a-mentions-e4",
            "title: 洗衣机提示音说明\nappliance: 洗衣机\nsymptoms: [显示 E4, E4 灯闪]",
            &"显示 E4 就听提示音，E4 E4 E4。\n".repeat(20),
        ),
        article("washer-e1", "title: 洗衣机进水超时\nkind: error-code\nappliance: 洗衣机\ncodes: [E1]", "进水慢。"),
        article(
            "washer-e4",
            "title: 洗衣机门没关好\nkind: error-code\nappliance: 洗衣机\ncodes: [E4]",
            "把门关到听见咔一声。",
        ),
        article("washer-e14", "title: 洗衣机水温异常\nkind: error-code\nappliance: 洗衣机\ncodes: [E14]", "等水凉。"),
        article(
            "washer-e40",
            "title: 洗衣机电压低\nkind: error-code\nappliance: 洗衣机\ncodes: [E40]",
            "别和空调一起开。",
        ),
        article("washer-p3", "title: 洗衣机水位异常\nkind: error-code\nappliance: 洗衣机\ncodes: [P3]", "断电重启。"),
        article("ac-p2", "title: 空调压缩机保护\nkind: error-code\nappliance: 空调\ncodes: [P2]", "等三分钟。"),
        article("ac-p4", "title: 空调外机过热\nkind: error-code\nappliance: 空调\ncodes: [P4]", "清外机。"),
        article("ac-not-cooling", "title: 空调不制冷\nkind: troubleshooting\nappliance: 空调", "先看模式。"),
        article("ac-model", "title: 空调挂机安装尺寸\nappliance: 空调\nmodels: [KFR-35GW/26]", "留出三十厘米。"),
        article("ac-other-model", "title: 空调挂机安装要求\nappliance: 空调\nmodels: [KFR-26GW/11]", "留出三十厘米。"),
        article("washer-series", "title: 滚筒系列说明\nappliance: 洗衣机\nmodels: [CJ-XYG*]", "滚筒。"),
    ])
}

#[tokio::test]
async fn every_spelling_of_a_code_finds_the_article_that_explains_it() {
    let world = coded();
    for q in [
        "E4",
        "e4",
        "Ｅ４",
        "e-04",
        "E 4",
        "错误代码E4",
        "E04",
        "E.4",
        "E_4",
        "故障E-4",
        "显示E4怎么办",
        "洗衣机e4",
        "洗衣机 报 Ｅ－０４",
        "E−4",
        "E—4",
        "洗衣機顯示E４",
        "e４",
        "洗衣机屏幕上跳一个E4出来",
    ] {
        let answer = ask(&world, q, "").await;
        assert_eq!(ids(&answer).first(), Some(&"washer-e4"), "{q}: {:?}", ids(&answer));
        assert_eq!(answer["understood"]["codes"], json!(["E4"]), "{q}");
        assert!(whys(&answer).contains(&("code", "E4")), "{q}: {answer}");
        assert_eq!(answer["answer"], "confident", "{q}");
    }
}

#[tokio::test]
async fn a_code_is_not_its_neighbour() {
    let world = coded();
    for (q, id) in [
        ("E1", "washer-e1"),
        ("E14", "washer-e14"),
        ("E40", "washer-e40"),
        ("E014", "washer-e14"),
        ("洗衣机 P3", "washer-p3"),
        ("空调P2", "ac-p2"),
    ] {
        let answer = ask(&world, q, "").await;
        assert_eq!(ids(&answer).first(), Some(&id), "{q}: {:?}", ids(&answer));
        assert!(
            !ids(&answer).iter().any(|other| *other != id && other.contains("-e") && !other.starts_with("a-")),
            "{q}: {:?}",
            ids(&answer)
        );
    }
}

#[tokio::test]
async fn the_article_of_a_code_stands_before_articles_that_share_more_words() {
    let mut files =
        vec![article("z-code", "title: 门锁提示\nkind: error-code\nappliance: 洗衣机\ncodes: [E4]", "关门。")];
    for n in 0..5 {
        files.push(article(
            &format!("a-{n}"),
            "title: 洗衣机脱水时漏水滴水\nappliance: 洗衣机\nsymptoms: [脱水时漏水, 门边滴水]",
            "脱水时漏水滴水，门边滴水。",
        ));
    }
    let world = of(&files);
    assert_eq!(
        ids(&ask(&world, "脱水时门边漏水滴水", "").await).first(),
        Some(&"a-0"),
        "without the code the words decide"
    );
    assert_eq!(ids(&ask(&world, "脱水时门边漏水滴水 E4", "").await).first(), Some(&"z-code"));
}

#[tokio::test]
async fn a_code_nobody_explains_for_that_appliance_is_answered_with_none() {
    let world = coded();
    for (q, rest) in [
        ("空调 P3", String::new()),
        ("空调显示P3怎么办", String::new()),
        ("冷氣 P03", format!("&appliance={}", encoded("空调"))),
        ("P9", String::new()),
        ("洗衣机E9", String::new()),
    ] {
        let answer = ask(&world, q, &rest).await;
        if q.starts_with("冷氣") {
            // 冷氣 is a word besides: perhaps something, never the code of another appliance.
            assert!(!ids(&answer).contains(&"washer-p3") && answer["answer"] != "confident", "{q}: {answer}");
        } else {
            assert_eq!(
                (&answer["answer"], ids(&answer).len(), &answer["total"]),
                (&json!("none"), 0, &json!(0)),
                "{q}: {answer}"
            );
        }
        assert_eq!(answer["understood"]["codes"], json!([]), "{q}");
    }
    assert_eq!(ask(&world, "空调 P3", "").await["understood"]["unknown_codes"], json!(["P3"]));
    let more = ask(&world, "空调不制冷 显示 P3", "").await;
    assert_eq!(
        (ids(&more).first(), &more["answer"]),
        (Some(&"ac-not-cooling"), &json!("possible")),
        "what else was said may help: {more}"
    );
}

#[tokio::test]
async fn a_code_beside_a_thing_no_article_knows_is_answered_with_none() {
    let world = of(&[article("level", "title: 水位过高\nappliance: 洗衣机\ncodes: [E8]", "关龙头。")]);
    for q in ["微波炉 E8", "微波炉显示e8"] {
        let answer = ask(&world, q, "").await;
        assert_eq!((&answer["answer"], ids(&answer).len()), (&json!("none"), 0), "{q}: {answer}");
    }
    assert_eq!(ids(&ask(&world, "显示E8怎么办", "").await).first(), Some(&"level"));
    assert_eq!(ask(&world, "关龙头 E8", "").await["answer"], json!("confident"));
}

#[tokio::test]
async fn one_code_of_two_appliances_is_not_answered_with_confidence() {
    let world = of(&[
        article("washer", "title: 洗衣机门没关好\nappliance: 洗衣机\ncodes: [E4]", "关门。"),
        article("ac", "title: 空调风机异常\nappliance: 空调\ncodes: [E4]", "断电。"),
    ]);
    let answer = ask(&world, "E4", "").await;
    assert_eq!((&answer["answer"], ids(&answer).len()), (&json!("possible"), 2), "{answer}");
    for (q, id) in [("空调 E4", "ac"), ("洗衣机E4", "washer")] {
        let answer = ask(&world, q, "").await;
        assert_eq!((&answer["answer"], ids(&answer).first()), (&json!("confident"), Some(&id)), "{q}: {answer}");
    }
}

/// Where no appliance is named, what else is said tells the articles of a code apart, and lifts no other article.
#[tokio::test]
async fn of_the_articles_of_one_code_the_one_people_ask_for_so_is_first() {
    let washer = "asked: [洗到后头就趴窝了, 甩干以前不动了, 洗完停在那儿不甩]";
    let world = of(&[
        article("lock", "title: 门锁提示音\nappliance: 智能门锁\ncodes: [E2]", "以前就出来趴着不动，甩一甩，换电池。"),
        article("washer", &format!("title: 洗衣机排水超时\nappliance: 洗衣机\ncodes: [E2]\n{washer}"), "清滤网。"),
        article("z-other", &format!("title: 干衣机转筒停转\nappliance: 干衣机\n{washer}"), "看门。"),
    ]);
    assert_eq!(ids(&ask(&world, "E2", "").await)[..2], ["lock", "washer"], "without more words the id decides");
    let answer = ask(&world, "甩以前就趴着不动，出来个E2", "").await;
    assert_eq!(ids(&answer).first(), Some(&"washer"), "{answer}");
    let named = ask(&world, "甩以前就趴着不动 智能门锁 E2", "&explain=1").await;
    assert_eq!(ids(&named).first(), Some(&"lock"), "{named}");
}

#[tokio::test]
async fn a_code_of_letters_only_or_digits_only_finds_its_article() {
    let world = of(&[
        article("foam", "title: 洗衣机泡沫太多\nappliance: 洗衣机\ncodes: [Sd]", "等泡沫消。"),
        article("seven", "title: 洗衣机水位传感器\nappliance: 洗衣机\ncodes: ['07']", "重启。"),
        article("other", "title: 洗衣机漏水\nappliance: 洗衣机", "滴水。"),
    ]);
    for (q, id) in
        [("洗衣机显示Sd", "foam"), ("洗衣机 SD", "foam"), ("洗衣机错误代码7", "seven"), ("洗衣机故障代码07", "seven")]
    {
        assert_eq!(ids(&ask(&world, q, "").await).first(), Some(&id), "{q}");
    }
}

#[tokio::test]
async fn every_spelling_of_a_model_finds_its_article() {
    let world = coded();
    for q in [
        "KFR35GW",
        "kfr-35gw/26",
        "KFR−35GW",
        "kfr-35gw",
        "KFR-35GW/26",
        "ＫＦＲ－３５ＧＷ",
        "kfr35gw26",
        "空调KFR-35GW",
    ] {
        let answer = ask(&world, q, "").await;
        assert_eq!(ids(&answer).first(), Some(&"ac-model"), "{q}: {:?}", ids(&answer));
        assert!(whys(&answer).contains(&("model", "KFR-35GW/26")), "{q}: {answer}");
    }
    assert_eq!(ids(&ask(&world, "KFR-26GW", "").await).first(), Some(&"ac-other-model"));
    for q in ["CJ-XYG100-B2", "cjxyg100"] {
        assert_eq!(
            ids(&ask(&world, q, "").await).first(),
            Some(&"washer-series"),
            "{q}: a series is written with a star"
        );
    }
    let parameter = ask(&world, "空调挂机安装", "&model=kfr35gw").await;
    assert_eq!(
        ids(&parameter)[..2],
        ["ac-model", "ac-other-model"],
        "a chosen model moves its article up: {parameter}"
    );
    let parameter = ask(&world, "空调挂机安装", "&model=kfr26gw").await;
    assert_eq!(ids(&parameter)[..2], ["ac-other-model", "ac-model"]);
}

// ---- Words

#[tokio::test]
async fn a_complaint_and_its_opposite_are_kept_apart() {
    let pairs = [
        ("空调不制冷", "空调制冷"),
        ("洗衣机不排水", "洗衣机排水"),
        ("洗衣机不脱水", "洗衣机脱水"),
        ("洗衣机不进水", "洗衣机不排水"),
        ("燃气灶点火没反应", "燃气灶点火"),
    ];
    for words in ["", "不制冷\n不排水\n不脱水\n不进水\n"] {
        for (a, b) in pairs {
            let world = of(&[
                article("a", &format!("title: {a}"), "检查设置。"),
                article("b", &format!("title: {b}"), "检查设置。"),
                article("c", "title: 电饭煲煮不熟", "检查内胆。"),
                ("words.txt".into(), words.into()),
            ]);
            for (q, first) in [(a, "a"), (b, "b")] {
                let found = ask(&world, q, "").await;
                assert_eq!(ids(&found).first(), Some(&first), "{q} among {a} and {b} with words `{words}`: {found}");
            }
        }
    }
}

#[tokio::test]
async fn an_article_about_the_opposite_does_not_win_by_saying_it_often() {
    let world = of(&[
        article(
            "a-cools",
            "title: 空调制冷模式\nappliance: 空调\nsymptoms: [制冷, 制冷慢]",
            &"制冷时把温度设为二十六度，制冷正常。\n".repeat(10),
        ),
        article("z-cools-not", "title: 空调不制冷\nappliance: 空调", "先看模式。"),
    ]);
    assert_eq!(ids(&ask(&world, "空调不制冷", "").await).first(), Some(&"z-cools-not"));
    assert_eq!(ids(&ask(&world, "空调制冷", "").await).first(), Some(&"a-cools"));
}

#[tokio::test]
async fn a_long_clause_without_punctuation_is_searched_like_any_text() {
    let clause = "我家里的滚筒洗衣机洗完衣服以后筒里面的水一直排不出去";
    let mut files = vec![
        article("body", "title: 甲", &format!("{clause}{clause}")),
        article("title", "title: 燃气热水器打开龙头以后要等很久才出热水而且忽冷忽热", "见正文。"),
    ];
    files.extend((0..8).map(|n| article(&format!("noise-{n}"), &format!("title: 电饭煲说明 {n}"), "内胆要擦干。")));
    let world = of(&files);
    for (q, id) in [
        (clause, "body"),
        ("筒里面的水排不出去", "body"),
        ("燃气热水器打开龙头以后要等很久才出热水而且忽冷忽热", "title"),
        ("热水忽冷忽热", "title"),
    ] {
        let answer = ask(&world, q, "").await;
        assert_eq!(ids(&answer).first(), Some(&id), "{q}: {answer}");
    }
}

#[tokio::test]
async fn words_in_another_order_find_the_same_article() {
    for words in ["", "打不着火\n"] {
        for appliance in ["", "\nappliance: 燃气灶"] {
            let world = of(&[
                article("stove", &format!("title: 燃气灶打不着火{appliance}"), "先看电池。"),
                article("stove-smell", &format!("title: 燃气灶有味道{appliance}"), "先关总阀。"),
                article("heater", "title: 燃气热水器水不热", "先看水压。"),
                ("words.txt".into(), words.into()),
            ]);
            for q in ["打火不着 燃气灶", "燃气灶打不着火", "打不着火 燃气灶", "燃气灶 火打不着", "打不着火的燃气灶"]
            {
                let answer = ask(&world, q, "").await;
                assert_eq!(ids(&answer).first(), Some(&"stove"), "{q} (`{words}`, `{appliance}`): {answer}");
            }
        }
    }
}

#[tokio::test]
async fn traditional_script_and_full_width_are_the_same_words() {
    let world = of(&[
        article("not-turning", "title: 洗衣机不转动", "看插头。"),
        article("screen", "title: 屏幕没有显示", "看电源。"),
        article("wifi", "title: 連不上 Wi-Fi 網路", "看路由器。"),
        article("rice", "title: 电饭煲煮不熟", "看内胆。"),
    ]);
    for (q, id) in [
        ("洗衣機不轉動", "not-turning"),
        ("螢幕沒有顯示", "screen"),
        ("连不上网络", "wifi"),
        ("ｗｉｆｉ", "wifi"),
        ("WIFI", "wifi"),
        ("電飯煲煮不熟", "rice"),
    ] {
        assert_eq!(ids(&ask(&world, q, "").await).first(), Some(&id), "{q}");
    }
}

#[tokio::test]
async fn a_word_in_the_title_counts_more_than_one_in_the_text() {
    let mut files = vec![
        article("a-body", "title: 日常保养", "滤网脏了就清洗滤网，滤网、滤网。"),
        article("z-title", "title: 滤网清洗", "拆下来冲干净，晾干装回去。"),
    ];
    files.extend((0..6).map(|n| article(&format!("noise-{n}"), &format!("title: 电饭煲 {n}"), "内胆要擦干。")));
    let world = of(&files);
    for q in ["滤网", "清洗滤网"] {
        let answer = ask(&world, q, "").await;
        assert_eq!(ids(&answer), ["z-title", "a-body"], "{q}: {answer}");
    }
}

#[tokio::test]
async fn peoples_own_words_count_more_than_the_text() {
    let world = of(&[
        article("a-body", "title: 甲", "衣服湿淋淋的时候看这里，湿淋淋。"),
        article("z-symptom", "title: 乙\nsymptoms: [衣服捞出来湿淋淋的]", "看转速。"),
    ]);
    let answer = ask(&world, "衣服湿淋淋", "").await;
    assert_eq!(ids(&answer), ["z-symptom", "a-body"]);
    assert!(
        answer["results"][0]["reasons"].as_array().expect("reasons").iter().any(|r| r["field"] == "symptoms"),
        "{answer}"
    );
}

#[tokio::test]
async fn one_unknown_word_among_four_does_not_hide_an_article() {
    let mut files = vec![article("spin", "title: 内筒高速旋转时抖动", "放平机身。")];
    files.extend((0..6).map(|n| article(&format!("noise-{n}"), &format!("title: 电饭煲 {n}"), "内胆要擦干。")));
    let world = of(&files);
    for q in ["内筒 高速 旋转 鲲鹏", "鲲鹏 内筒 抖动 高速", "内筒 高速 旋转 抖动 鲲鹏"] {
        let answer = ask(&world, q, "").await;
        assert_eq!(ids(&answer), ["spin"], "{q}: {answer}");
    }
    let half = ask(&world, "鲲鹏 抖动", "").await;
    assert!(ids(&half) == ["spin"] && half["answer"] == "possible", "half of it is known: {half}");
    let little = ask(&world, "鲲鹏 麒麟 凤凰 貔貅 饕餮 抖动", "").await;
    assert_eq!(little["answer"], "none", "a quarter of it is not enough: {little}");
}

#[tokio::test]
async fn tests_of_an_article_are_not_searched() {
    let world = of(&[article("a", "title: 甲\nexpect: [紫晶阀门要怎么旋]", "正文。")]);
    assert_eq!(ask(&world, "紫晶阀门要怎么旋", "").await["answer"], "none");
}

// ---- How sure an answer is

fn small_house() -> World {
    of(&[
        article(
            "no-spin",
            "title: 洗衣机不脱水\nkind: troubleshooting\nappliance: 洗衣机\nsigns: {能排水: 是}",
            "水已经排空，内筒不转。",
        ),
        article(
            "leak",
            "title: 洗衣机漏水\nkind: troubleshooting\nappliance: 洗衣机\nsigns: {能排水: 否}",
            "门边滴水。",
        ),
        article("clean", "title: 洗衣机筒自洁\nkind: how-to\nappliance: 洗衣机", "选筒自洁程序。"),
        article("ac", "title: 空调漏水\nkind: troubleshooting\nappliance: 空调", "排水管堵了就滴水。"),
        article("ac-clean", "title: 空调滤网清洗\nkind: how-to\nappliance: 空调", "冲干净晾干。"),
    ])
}

#[tokio::test]
async fn saying_only_that_the_machine_is_broken_is_possible_and_never_more() {
    let world = small_house();
    for q in ["洗衣机坏了", "洗衣机出问题了怎么办", "洗衣机故障", "洗衣机", "我家洗衣機壞了"]
    {
        let answer = ask(&world, q, "").await;
        assert_eq!(answer["answer"], "possible", "{q}: {answer}");
        assert!(
            ids(&answer).len() >= 3 && ids(&answer)[..3].iter().all(|id| ["no-spin", "leak", "clean"].contains(id)),
            "{q}: {answer}"
        );
        assert_eq!(answer["understood"]["appliance"], "洗衣机");
    }
}

#[tokio::test]
async fn what_no_article_is_about_is_none() {
    let world = small_house();
    for q in ["今天天气怎么样", "股票行情", "北京到上海的火车", "hello world", "鲲鹏"] {
        let answer = ask(&world, q, "").await;
        assert_eq!(
            (&answer["answer"], ids(&answer).len(), &answer["total"]),
            (&json!("none"), 0, &json!(0)),
            "{q}: {answer}"
        );
    }
}

#[tokio::test]
async fn a_complaint_in_the_words_of_a_title_is_confident() {
    let world = small_house();
    for (q, id) in [
        ("洗衣机不脱水", "no-spin"),
        ("请问我家洗衣机不脱水怎么办", "no-spin"),
        ("空调漏水", "ac"),
        ("洗衣机漏水", "leak"),
    ] {
        let answer = ask(&world, q, "").await;
        assert_eq!((&answer["answer"], ids(&answer).first()), (&json!("confident"), Some(&id)), "{q}: {answer}");
    }
}

#[tokio::test]
async fn another_appliance_is_never_a_confident_answer() {
    let world = of(&[
        article("washer", "title: 洗衣机不转\nappliance: 洗衣机", "看插头。"),
        article("ac", "title: 空调滴水\nappliance: 空调", "看排水管。"),
    ]);
    for q in ["跑步机不转", "空调不转", "洗衣机滴水", "小米电视不转"] {
        let answer = ask(&world, q, "").await;
        assert_ne!(answer["answer"], "confident", "{q}: {answer}");
    }
}

#[tokio::test]
async fn where_the_total_says_that_more_follows_the_next_page_is_not_empty() {
    let mut files: Vec<(String, String)> = (0..4)
        .map(|n| (format!("s{n}.md"), format!("# 滚筒门圈漏水发霉怎么清洗{n}\n滚筒门圈漏水发霉的清洗办法。\n")))
        .collect();
    files.extend((0..9).map(|n| (format!("w{n}.md"), format!("# 阳台清洗{n}\n打扫。\n"))));
    let files: Vec<(&str, &str)> = files.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
    let world = World::new(&files);
    let mut cut_off = false;
    for limit in 1..=5 {
        let mut seen = 0;
        loop {
            let url = format!("/api/v1/search?q={}&limit={limit}&offset={seen}", encoded("滚筒门圈漏水发霉清洗"));
            let answer = world.get(&url, "").await.json();
            let (n, total) = (ids(&answer).len(), answer["total"].as_u64().expect("a total") as usize);
            assert!(n > 0, "limit {limit}: nothing from {seen} on");
            seen += n;
            if total <= seen {
                assert_eq!(total, 4, "limit {limit}: the last page counts exactly");
                break;
            }
            cut_off |= n == limit;
        }
    }
    assert!(cut_off);
}

// ---- Filters and synonyms

#[tokio::test]
async fn a_filter_leaves_out_everything_else() {
    let world = small_house();
    let found = async |q: &str, rest: String| {
        let answer = ask(&world, q, &rest).await;
        let mut found: Vec<String> = ids(&answer).into_iter().map(str::to_owned).collect();
        assert_eq!(answer["total"], found.len(), "{q}{rest}: the total counts the same");
        found.sort();
        found
    };
    let (washer, ac) = (encoded("洗衣机"), encoded("空调"));
    assert_eq!(found("漏水", String::new()).await, ["ac", "leak"]);
    assert_eq!(found("漏水", format!("&appliance={ac}")).await, ["ac"]);
    assert_eq!(found("漏水", format!("&appliance={washer}")).await, ["leak"]);
    assert_eq!(found("漏水", format!("&appliance={}", encoded("空調"))).await, ["ac"], "in either script");
    assert_eq!(found("漏水", format!("&appliance={}", encoded("电视"))).await, [""; 0]);
    assert_eq!(found("洗衣机", String::from("&kind=how-to")).await, ["clean"]);
    assert_eq!(found("洗衣机", format!("&kind=troubleshooting&appliance={washer}")).await, ["leak", "no-spin"]);
    assert_eq!(found("洗衣机", String::from("&kind=policy")).await, [""; 0]);
    assert_eq!(found("漏水", String::from("&not=leak")).await, ["ac"]);
    assert_eq!(found("漏水", String::from("&not=leak&not=ac")).await, [""; 0]);
    assert_eq!(found("漏水", String::from("&not=nothing")).await, ["ac", "leak"]);
}

#[tokio::test]
async fn a_sign_that_agrees_moves_an_article_before_one_it_contradicts() {
    let world = small_house();
    for (value, first, last) in [("是", "no-spin", "leak"), ("否", "leak", "no-spin")] {
        let answer = ask(&world, "洗衣机", &format!("&sign={}", encoded(&format!("能排水:{value}")))).await;
        let order = ids(&answer);
        assert_eq!((order.first(), order.last()), (Some(&first), Some(&last)), "{value}: {answer}");
        assert_eq!(answer["understood"]["signs"], json!({ "能排水": value }));
    }
}

#[tokio::test]
async fn editing_the_synonyms_takes_effect_and_touches_no_article() {
    let mut world = of(&[
        article("noise", "title: 洗衣机噪音大\nappliance: 洗衣机", "放平机身。"),
        article("ac-noise", "title: 空调噪音大\nappliance: 空调", "拧紧外壳。"),
        article("other", "title: 洗衣机漏水\nappliance: 洗衣机", "滴水。"),
    ]);
    assert_eq!(ask(&world, "嘈杂", "").await["answer"], "none");
    world.write("synonyms.txt", "嘈杂 -> 噪音\n");
    let report = world.look();
    let files: Vec<String> = report.receipts.iter().map(|r| r.file.to_string()).collect();
    assert!(files == ["synonyms.txt"] && !report.rebuilt, "{files:?}");
    let answer = ask(&world, "洗衣机嘈杂", "").await;
    assert_eq!(ids(&answer).first(), Some(&"noise"));
    assert!(whys(&answer).contains(&("synonym", "噪音")), "{answer}");
    assert_eq!(ids(&ask(&world, "嘈杂", "").await).len(), 2);
    world.write("synonyms.txt", "[空调]\n嘈杂 -> 噪音\n");
    world.look();
    assert_eq!(ids(&ask(&world, "空调嘈杂", "").await).first(), Some(&"ac-noise"), "only for its appliance");
    assert_eq!(ask(&world, "嘈杂", "").await["answer"], "none");
    assert!(!whys(&ask(&world, "空调嘈杂", "").await).is_empty());
    world.remove("synonyms.txt");
    world.look();
    assert_eq!(ask(&world, "嘈杂", "").await["answer"], "none");
}

#[tokio::test]
async fn the_word_itself_stands_before_its_synonym() {
    let world = of(&[
        article("a-other", "title: 洗衣机甩干故障", "看转速。"),
        article("z-word", "title: 洗衣机脱水故障", "看转速。"),
        ("synonyms.txt".into(), "脱水 = 甩干\n".into()),
    ]);
    assert_eq!(ids(&ask(&world, "洗衣机脱水", "").await), ["z-word", "a-other"]);
    assert_eq!(ids(&ask(&world, "洗衣机甩干", "").await), ["a-other", "z-word"]);
}

#[tokio::test]
async fn a_new_word_of_the_list_is_found_in_articles_that_stand_there_already() {
    let mut world =
        of(&[article("a", "title: 洗衣机不排水", "看滤网。"), article("b", "title: 洗衣机排水慢", "看水管。")]);
    world.write("words.txt", "不排水\n");
    world.look();
    assert_eq!(ids(&ask(&world, "不排水", "").await).first(), Some(&"a"));
    assert_eq!(ids(&ask(&world, "排水", "").await).first(), Some(&"b"));
}

// ---- Snippets

/// What the marks of the first result point at, cut by characters.
fn marked(answer: &Value) -> Vec<String> {
    let snippet = &answer["results"][0]["snippet"];
    let text: Vec<char> = snippet["text"].as_str().expect("a text").chars().collect();
    let marks = snippet["marks"].as_array().expect("marks");
    marks
        .iter()
        .map(|mark| {
            let [from, to] = [0, 1].map(|i| usize::try_from(mark[i].as_u64().expect("an offset")).expect("small"));
            assert!(from < to && to <= text.len(), "{from}..{to} of {}", text.len());
            text[from..to].iter().collect()
        })
        .collect()
}

#[tokio::test]
async fn marks_point_at_the_words_as_they_are_written() {
    let before = "前面很长的说明文字".repeat(20);
    for (body, q, expected) in [
        ("放入洗涤剂以后漂洗。".to_owned(), "洗涤剂", vec!["洗涤剂"]),
        ("加½杯洗滌劑就夠了。".to_owned(), "洗涤剂", vec!["洗滌劑"]),
        ("①½②濾網堵了".to_owned(), "滤网", vec!["濾網"]),
        ("½½½①②③㎡℃濾網，再看濾網".to_owned(), "滤网", vec!["濾網", "濾網"]),
        ("🌀🌀𠮷 濾網".to_owned(), "滤网", vec!["濾網"]),
        ("第①步：螢幕沒有顯示".to_owned(), "屏幕", vec!["螢幕"]),
        ("等 ＷｉＦｉ 燈亮".to_owned(), "wifi", vec!["ＷｉＦｉ"]),
        ("e\u{301}e\u{301} 濾網".to_owned(), "滤网", vec!["濾網"]),
        ("不換行\u{200b}空白：濾\u{200b}網".to_owned(), "滤网", vec!["濾\u{200b}網"]),
        (format!("{before}½①濾網{before}"), "滤网", vec!["濾網"]),
        ("**先**看`濾網`，再看[水管](b.md)".to_owned(), "滤网 水管", vec!["濾網", "水管"]),
    ] {
        let world = of(&[article("a", "title: 甲", &body), article("b", "title: 乙", "丙丁。")]);
        let answer = ask(&world, q, "").await;
        assert_eq!(ids(&answer).first(), Some(&"a"), "{q} in {body}: {answer}");
        assert_eq!(marked(&answer), expected, "{q} in {body}: {}", answer["results"][0]["snippet"]);
    }
}

#[tokio::test]
async fn marks_rise_and_never_overlap() {
    let world = of(&[article("a", "title: 甲", "清理排水泵滤网，排水泵滤网在下面，滤网要清理。")]);
    let answer = ask(&world, "排水泵滤网 清理 滤网 排水", "").await;
    let marks: Vec<(u64, u64)> = answer["results"][0]["snippet"]["marks"]
        .as_array()
        .expect("marks")
        .iter()
        .map(|m| (m[0].as_u64().unwrap_or(0), m[1].as_u64().unwrap_or(0)))
        .collect();
    assert!(marks.len() >= 2 && marks.windows(2).all(|pair| pair[0].1 <= pair[1].0), "{marks:?}");
    assert!(marked(&answer).concat().contains("排水泵滤网"));
}

#[tokio::test]
async fn the_snippet_comes_from_the_passage_that_says_most() {
    let body = "第一段说电源。\n\n第二段说滤网。\n\n第三段说滤网堵了就排水慢。\n";
    let world = of(&[article("a", "title: 甲", body)]);
    let answer = ask(&world, "滤网堵了 排水慢", "").await;
    assert!(answer["results"][0]["snippet"]["text"].as_str().is_some_and(|t| t.starts_with("第三段")), "{answer}");
}

#[tokio::test]
async fn the_parts_of_a_score_add_up() {
    let world = small_house();
    let answer = ask(&world, "洗衣机漏水", "&explain=1").await;
    for result in answer["results"].as_array().expect("results") {
        let parts = result["explain"].as_array().expect("parts");
        let sum: f64 = parts.iter().filter(|p| p["name"] != "words").filter_map(|p| p["score"].as_f64()).sum();
        assert!((sum - result["score"].as_f64().expect("a score")).abs() < 1e-3, "{result}");
    }
    assert!(ask(&world, "洗衣机漏水", "").await["results"][0]["explain"].is_null(), "only when asked for");
}

// ---- The same question, the same answer

const VOCABULARY: [&str; 24] = [
    "洗衣机",
    "空调",
    "冰箱",
    "不脱水",
    "漏水",
    "滴水",
    "滤网",
    "排水管",
    "噪音",
    "不制冷",
    "插头",
    "跳闸",
    "童锁",
    "屏幕",
    "遥控器",
    "内筒",
    "门封",
    "水压",
    "电源",
    "重启",
    "程序",
    "温度",
    "E4",
    "Wi-Fi",
];

/// Text number `n` in version `v`, made of words by a fixed rule.
fn text(n: usize, v: usize) -> File {
    let word = |i: usize| VOCABULARY[(n * 7 + v * 5 + i * i * 3 + i) % VOCABULARY.len()];
    let body: Vec<&str> = (0..12 + (n + v) % 9).map(word).collect();
    article(
        &format!("t{n}"),
        &format!("title: {}{}\nappliance: {}", word(1), word(2), VOCABULARY[n % 3]),
        &body.join("，"),
    )
}

async fn told(world: &World) -> Vec<Value> {
    let mut told = Vec::new();
    for (i, a) in VOCABULARY.iter().enumerate() {
        let b = VOCABULARY[(i * 5 + 3) % VOCABULARY.len()];
        for q in [(*a).to_owned(), format!("{a}{b}"), format!("{a} {b} 鲲鹏 漏水")] {
            let mut answer = ask(world, &q, "&explain=1").await;
            answer["took_us"] = Value::Null;
            answer["generation"] = Value::Null;
            told.push(answer);
        }
    }
    told
}

#[tokio::test]
async fn many_edits_and_deletions_leave_no_trace_in_order_or_scores() {
    let mut old = of(&(0..40).map(|n| text(n, 0)).collect::<Vec<_>>());
    for v in 1..30 {
        for n in (v % 3..40).step_by(3) {
            let (path, body) = text(n, v);
            old.write(&path, &body);
        }
        old.look();
        let passing = article(&format!("passing-{v}"), "title: 洗衣机漏水", &"漏水 滤网 ".repeat(v));
        old.write(&passing.0, &passing.1);
        old.look();
        old.remove(&passing.0);
        old.look();
    }
    for n in 30..40 {
        old.remove(&text(n, 0).0);
    }
    old.look();
    let last = |n: usize| (1..30).rev().find(|v| n >= v % 3 && (n - v % 3).is_multiple_of(3)).unwrap_or(0);
    let fresh = of(&(0..30).map(|n| text(n, last(n))).collect::<Vec<_>>());
    let (old, fresh) = (told(&old).await, told(&fresh).await);
    assert!(
        fresh.iter().filter(|a| a["results"].as_array().is_some_and(|r| r.len() > 3)).count() > 30,
        "there is something to order"
    );
    for (a, b) in fresh.iter().zip(&old) {
        assert_eq!(a, b, "{}", a["query"]);
    }
}

#[tokio::test]
async fn the_same_question_has_the_same_answer_again_and_again() {
    let world = of(&(0..40).map(|n| text(n, 1)).collect::<Vec<_>>());
    let first = told(&world).await;
    for _ in 0..5 {
        assert_eq!(told(&world).await, first);
    }
}

#[tokio::test]
async fn equal_scores_stand_in_the_order_of_their_ids_on_every_page() {
    let files: Vec<File> =
        (0..70).rev().map(|n| article(&format!("w{n:02}"), "title: 洗衣机漏水", "门边滴水。")).collect();
    let mut world = World::new(&[]);
    for (path, text) in &files {
        world.write(path, text);
        world.look();
    }
    let expected: Vec<String> = (0..70).map(|n| format!("w{n:02}")).collect();
    let mut seen = Vec::new();
    for offset in (0..70).step_by(20) {
        let answer =
            world.get(&format!("/api/v1/search?limit=20&offset={offset}&q={}", encoded("漏水")), "").await.json();
        seen.extend(ids(&answer).into_iter().map(str::to_owned));
    }
    assert_eq!(seen, expected);
}

#[test]
fn searches_never_fail_and_never_mix_two_states_while_articles_are_rewritten() {
    let moving = |n: usize, v: usize| {
        article(&format!("m{n}"), &format!("title: 洗衣机漏水第{v}版"), &format!("第{v}版：门边滴水。"))
    };
    let stable = article("stable", "title: 空调滤网清洗", "冲干净。");
    let mut world = of(&(0..20).map(|n| moving(n, 0)).chain([stable]).collect::<Vec<_>>());
    let finder = world.finder.clone();
    let (done, asked) = (AtomicBool::new(false), AtomicUsize::new(0));
    /// Ends all when one panics.
    struct Done<'a>(&'a AtomicBool);
    impl Drop for Done<'_> {
        fn drop(&mut self) {
            self.0.store(true, Ordering::SeqCst);
        }
    }
    let read = || {
        let _done = Done(&done);
        let mut newest = 0;
        let question = |text: &str| Question::new(text).and_then(|q| q.page(50, 0)).expect("a question");
        while !done.load(Ordering::SeqCst) {
            let found = finder.find(&question("空调滤网"), Role::Customer).expect("a search never fails");
            assert_eq!(found.hits.first().map(|h| h.article.id.as_str()), Some("stable"));
            let found = finder.find(&question("洗衣机漏水"), Role::Customer).expect("a search never fails");
            assert!(found.generation >= newest, "never an older state than before");
            newest = found.generation;
            let version = found.hits[0].article.title.clone();
            assert!(found.hits.iter().all(|h| h.article.title == version), "one answer, one state");
            assert_eq!(found.hits.len(), 20 - usize::from(version.ends_with("7版")), "{version}");
            assert_eq!(found.total, found.hits.len());
            finder.suggest("洗衣机", Role::Customer).expect("completions never fail");
            asked.fetch_add(1, Ordering::SeqCst);
        }
    };
    thread::scope(|scope| {
        let _done = Done(&done);
        for _ in 0..3 {
            scope.spawn(read);
        }
        for v in 1..=40 {
            // In each seventh version of ten one article is away.
            for n in 0..20 {
                let (path, text) = moving(n, v);
                let away = n == 3 && v % 10 == 7;
                match away {
                    true => world.remove(&path),
                    false => world.write(&path, &text),
                }
            }
            world.look();
            let before = asked.load(Ordering::SeqCst);
            while asked.load(Ordering::SeqCst) < before + 3 && !done.load(Ordering::SeqCst) {
                thread::yield_now();
            }
        }
    });
    assert!(asked.load(Ordering::SeqCst) >= 120);
}
