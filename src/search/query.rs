//! A question read: appliance, codes, models, and the words that must be found.

use std::collections::BTreeMap;

use super::{Vocabulary, contrast::without_ruled_out, sound::Heard};
use crate::{
    found::{Question, Understood},
    text::{
        Dictionary, ErrorCode, Synonyms, canonical_model, codes_in, models_in, normalize, query_words, spoken_codes,
    },
};

/// Words that carry no complaint. Negations (不 没 无 漏) are never among them.
const STOP: &str = "的 了 是 我 我家 我们 家 家里 家的 你 您 他 它 们 的话 怎么 怎么办 怎么样 怎么回事 怎样 如何 为什么 为何 咋 咋办 咋回事 \
    请问 你好 您好 谢谢 麻烦 一下 一个 这个 那个 这 那 啊 呢 吗 吧 呀 哦 嗯 就 都 也 还 又 很 太 有 在 把 被 和 跟 给 着 过 会 要 想 能 可以 \
    是不是 有没有 什么 啥 然后 但是 因为 所以 之后 以后 时候 的时候 现在 今天 昨天 刚才 突然 老是 总是 一直 似的 里 里面 上 下 个 台 次 点 些 用 来 去 \
    说 让 对 从 到 出 与 及 或 但 而 才 再 已经 帮 帮我 急 显示 报 提示 出现 错误 代码 故障代码 错误代码 报错 型号";

/// Words that say only that something is wrong: alone they ask for a question, not an answer.
const GENERIC: &str = "坏 坏了 故障 问题 有问题 毛病 出毛病 不好用 不好使 用不了 不能用 修 维修 报修 出问题 不行 不行了 异常 不正常 不工作";

/// Words that say what build of machine it is, as a model does, and not what is wrong with it. Those that some
/// complaints depend on (直冷, 滚筒, 挂机) are not among them.
const BUILDS: &str = "台式 台式机 嵌入式 独立式 落地式 立式 壁挂式 老式 旧式 新式 老款 旧款 新款 同款 家用";

/// Negations that belong to the word behind them.
const NEGATIONS: [&str; 5] = ["不", "没", "无", "未", "没有"];

/// Negations with a helping verb: 不能启动 complains as 不启动 does.
const NEGATED_VERBS: [&str; 7] = ["不能", "不会", "不可以", "不肯", "没法", "无法", "不再"];

/// Words that announce a code.
const CODE_WORDS: [&str; 7] = ["代码", "错误", "故障", "显示", "报", "提示", "编号"];

/// Most words of one question that are searched.
const GROUPS: usize = 24;

/// One word of a question with everything that may stand for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    /// The word.
    pub word: String,
    /// Other words for it.
    pub synonyms: Vec<String>,
    /// The word without its negation, when the dictionary knows only that.
    pub bare: Option<String>,
    /// It says only that something is wrong, or on what model.
    pub generic: bool,
}

/// A question read.
#[derive(Debug, Clone, Default)]
pub struct Reading {
    /// What a person is shown of it.
    pub understood: Understood,
    /// Words to be found.
    pub groups: Vec<Group>,
    /// Codes that some article explains, canonical.
    pub codes: Vec<String>,
    /// Models named, canonical.
    pub models: Vec<String>,
    /// The appliances named or chosen, in normal form.
    pub appliances: Vec<String>,
    /// It is about a thing of another brand.
    pub is_of_other_brand: bool,
    /// An appliance without articles that is named and no other.
    pub not_covered: Option<String>,
}

impl Reading {
    /// Nothing was said but the appliance and that something is wrong.
    #[must_use]
    pub fn is_generic(&self) -> bool {
        self.codes.is_empty() && self.models.is_empty() && self.groups.iter().all(|g| g.generic)
    }
}

/// Reads `question` for a reader whose articles speak `vocabulary`.
#[must_use]
pub fn read_question(
    question: &Question,
    dictionary: &Dictionary,
    synonyms: &Synonyms,
    vocabulary: &Vocabulary,
) -> Reading {
    let text = vocabulary.appliances.with_whole_models(&normalize(&question.text));
    let heard = Heard { text, ..Heard::default() };
    read_heard(question, heard, dictionary, synonyms, vocabulary)
}

/// Reads `question` in the words it was `heard` in.
pub(super) fn read_heard(
    question: &Question,
    heard: Heard,
    dictionary: &Dictionary,
    synonyms: &Synonyms,
    vocabulary: &Vocabulary,
) -> Reading {
    let Heard { text, others, corrections } = heard;
    let words = join_negations(query_words(dictionary, &without_ruled_out(&text)), dictionary);
    let named = vocabulary.appliances.named_in(&text);
    let chosen = question.appliance.as_deref().map(|a| vec![normalize(a)]);
    let appliances = chosen.unwrap_or_else(|| named.appliances.clone());
    // A model no article is for is a word like any other.
    let mut models: Vec<String> = models_in(&text).into_iter().filter(|m| vocabulary.has_model(m)).collect();
    models.extend(question.model.as_deref().map(canonical_model).filter(|m| !m.is_empty()));
    let of_named =
        |by: &BTreeMap<String, String>| appliances.is_empty() || appliances.iter().any(|a| by.contains_key(a));
    let mut spelled = codes_in(&text);
    spelled.extend(plain_codes(&text, &words, vocabulary, &appliances));
    let spoken = spoken_codes(&text).into_iter().filter(|c| vocabulary.codes.get(c).is_some_and(of_named));
    for code in spoken.collect::<Vec<_>>() {
        if !spelled.contains(&code) {
            spelled.push(code);
        }
    }
    let known = |code: &ErrorCode| vocabulary.codes.get(code).filter(|by| of_named(by));
    let written = appliances.first().and_then(|a| vocabulary.appliances.written(a)).cloned();
    let mut reading = Reading {
        understood: Understood {
            appliance: question.appliance.clone().or(written),
            models: models.clone(),
            text: text.clone(),
            corrections,
            ..Understood::default()
        },
        appliances: appliances.clone(),
        models,
        is_of_other_brand: vocabulary.others.is_of_other_brand(&text, &named.mentions),
        not_covered: vocabulary.others.appliance_in(&text).filter(|_| appliances.is_empty()).map(str::to_owned),
        ..Reading::default()
    };
    for code in &spelled {
        match known(code) {
            Some(by) => {
                reading.understood.codes.extend(by.values().next().cloned());
                reading.codes.push(code.as_str().to_owned());
            }
            None => reading.understood.unknown_codes.push(code.as_str().to_uppercase()),
        }
    }
    reading.groups = groups(words, &reading, &spelled, &named.mentions, synonyms);
    for group in reading.groups.iter_mut().filter(|g| g.word.is_ascii()) {
        // It has named its appliance; few articles spell it out, and those that do not are no worse for it.
        group.generic |= vocabulary.appliances.is_model(&group.word);
    }
    for group in &mut reading.groups {
        group.synonyms.extend(others.get(&group.word).into_iter().flatten().cloned());
    }
    reading
}

/// Codes of letters only (dF) or digits only (10003), which look like words: only those that exist;
/// a bare number counts for a named appliance, beside a word that announces a code.
fn plain_codes(
    text: &str,
    words: &[(String, Option<String>)],
    vocabulary: &Vocabulary,
    appliances: &[String],
) -> Vec<ErrorCode> {
    let announced = CODE_WORDS.iter().any(|w| text.contains(w));
    let ascii = words.iter().map(|w| w.0.as_str()).filter(|w| w.is_ascii());
    let is_code = |word: &&str| {
        let digits = word.bytes().all(|b| b.is_ascii_digit());
        let letters = word.bytes().all(|b| b.is_ascii_alphabetic());
        letters && word.len() <= 2 || digits && announced && !appliances.is_empty()
    };
    let codes = ascii.filter(is_code).filter_map(ErrorCode::new);
    codes
        .filter(|c| {
            vocabulary
                .codes
                .get(c)
                .is_some_and(|by| appliances.is_empty() || appliances.iter().any(|a| by.contains_key(a)))
        })
        .collect()
}

/// Puts a negation before the word it negates: 不 + 脱水 is one thing to find. Also returns the word
/// without its negation when the dictionary does not know the two as one.
fn join_negations(words: Vec<String>, dictionary: &Dictionary) -> Vec<(String, Option<String>)> {
    let mut out: Vec<(String, Option<String>)> = Vec::with_capacity(words.len());
    let mut words = words.into_iter().peekable();
    while let Some(word) = words.next() {
        let negation = match word.as_str() {
            verb if NEGATED_VERBS.contains(&verb) => "不",
            plain if NEGATIONS.contains(&plain) => plain,
            _ => {
                out.push((word, None));
                continue;
            }
        };
        // A negation with nothing behind it says nothing that could be found.
        let Some(bare) = words.next_if(|w| !w.is_ascii()) else { continue };
        let joined = format!("{negation}{bare}");
        let known = dictionary.has(&joined) || is_in(STOP, &bare);
        out.push((joined, (!known).then_some(bare)));
    }
    out
}

fn groups(
    words: Vec<(String, Option<String>)>,
    reading: &Reading,
    spelled: &[ErrorCode],
    mentions: &[String],
    synonyms: &Synonyms,
) -> Vec<Group> {
    let is_known = |written: &str| {
        ErrorCode::new(written).is_some_and(|c| spelled.contains(&c) && reading.codes.iter().any(|k| k == c.as_str()))
    };
    // A code may stand in two words: e 4.
    let halves: Vec<String> = words
        .windows(2)
        .filter(|pair| pair.iter().all(|(w, _)| w.is_ascii()) && is_known(&format!("{}{}", pair[0].0, pair[1].0)))
        .flat_map(|pair| pair.iter().map(|(w, _)| w.clone()))
        .collect();
    let in_code_or_model = |word: &str| {
        let in_code = is_known(word) || halves.iter().any(|h| h == word);
        word.is_ascii() && (in_code || reading.models.iter().any(|m| m.contains(word)))
    };
    let is_appliance = |word: &str| mentions.iter().any(|m| m == word || m.contains(word) && word.chars().count() > 1);
    let mut groups: Vec<Group> = Vec::new();
    let all_stop = words.iter().all(|(w, _)| is_in(STOP, w));
    for (word, bare) in words {
        let skip = (is_in(STOP, &word) && !all_stop) || in_code_or_model(&word) || is_appliance(&word);
        if skip || groups.iter().any(|g| g.word == word) || groups.len() == GROUPS {
            continue;
        }
        let appliance = Some(reading.appliances.as_slice()).filter(|a| a.len() == 1).map(|a| a[0].as_str());
        let mut others: Vec<String> = synonyms.of(&word, appliance).map(str::to_owned).collect();
        if let Some(bare) = &bare {
            let negation = word.strip_suffix(bare.as_str()).unwrap_or("");
            others.extend(synonyms.of(bare, appliance).map(|s| format!("{negation}{s}")));
        }
        groups.push(Group { generic: is_in(GENERIC, &word) || is_in(BUILDS, &word), synonyms: others, bare, word });
    }
    groups
}

/// Whether `word` carries no complaint.
pub(super) fn says_nothing(word: &str) -> bool {
    is_in(STOP, word)
}

fn is_in(list: &str, word: &str) -> bool {
    list.split_whitespace().any(|w| w == word)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        article::{RelPath, parse},
        text::{parse_synonyms, parse_words},
    };

    fn read(text: &str) -> Reading {
        let article = |body: &str| parse(&RelPath::new("a.md"), body.as_bytes()).article.expect("an article");
        let articles = [
            article("---\nappliance: 洗衣机\ncodes: [E1]\n---\n一\n"),
            article("---\nappliance: 空调\ncodes: [E1, E4]\n---\n二\n"),
        ];
        let dictionary = Dictionary::with_words(&parse_words("不脱水\n脱水").0);
        let synonyms = parse_synonyms("冷气机 -> 空调\n[洗衣机]\n脱水 = 甩干\n").0;
        let question = Question::new(text).expect("a question");
        read_question(&question, &dictionary, &synonyms, &Vocabulary::new(articles.iter(), &synonyms, &[]))
    }

    fn words(reading: &Reading) -> Vec<&str> {
        reading.groups.iter().map(|g| g.word.as_str()).collect()
    }

    #[test]
    fn appliance_code_and_complaint_are_told_apart() {
        let r = read("请问我家洗衣機显示Ｅ－０１不脱水怎么办");
        assert_eq!(r.appliances, ["洗衣机"]);
        assert_eq!(
            (r.codes.as_slice(), r.understood.codes.as_slice()),
            (&["e1".to_owned()][..], &["E1".to_owned()][..])
        );
        assert_eq!(words(&r), ["不脱水"]);
        assert_eq!(read("冷气机滴水").appliances, ["空调"]);
    }

    #[test]
    fn a_code_no_article_of_the_appliance_has_is_named_unknown() {
        let r = read("洗衣机 E4");
        assert!(r.codes.is_empty());
        assert_eq!(r.understood.unknown_codes, ["E4"]);
        assert!(!read("空调 E4").codes.is_empty());
    }

    #[test]
    fn a_model_no_article_is_for_is_searched_as_a_word() {
        assert!(words(&read("zq7k9d22")).contains(&"zq7k9d22"));
        assert!(read("zq7k9d22").models.is_empty());
    }

    #[test]
    fn a_model_that_names_its_appliance_weighs_little_as_a_word() {
        let article = parse(&RelPath::new("a.md"), "---\nappliance: 净水器\n---\n一\n".as_bytes()).article;
        let synonyms = parse_synonyms("JS* -> 净水器\n").0;
        let vocabulary = Vocabulary::new(article.iter(), &synonyms, &[]);
        let read = |text: &str| {
            let question = Question::new(text).expect("a question");
            read_question(&question, &Dictionary::with_words(&[]), &synonyms, &vocabulary)
        };
        let generic = |r: &Reading| r.groups.iter().map(|g| (g.word.clone(), g.generic)).collect::<Vec<_>>();
        let r = read("JS800-B2 滤网");
        assert_eq!(
            (r.appliances.as_slice(), generic(&r)[0].clone()),
            (&["净水器".to_owned()][..], ("js800b2".into(), true))
        );
        assert!(generic(&r)[1..].iter().all(|(_, generic)| !generic), "{:?}", generic(&r));
        assert!(read("JS800-B2").is_generic() && !read("zz800b2").is_generic());
    }

    #[test]
    fn what_build_the_machine_is_weighs_little_beside_the_complaint() {
        let r = read("洗衣机 立式 漏水");
        let generic: Vec<(&str, bool)> = r.groups.iter().map(|g| (g.word.as_str(), g.generic)).collect();
        assert_eq!(generic, [("立式", true), ("漏水", false)]);
    }

    #[test]
    fn a_negation_stays_with_its_word_and_its_synonyms() {
        let r = read("洗衣机不甩干");
        assert_eq!(words(&r), ["不甩干"]);
        assert_eq!(r.groups[0].bare.as_deref(), Some("甩干"));
        assert_eq!(r.groups[0].synonyms, ["不脱水"]);
    }

    #[test]
    fn saying_only_that_something_is_wrong_is_generic() {
        assert!(read("洗衣机坏了").is_generic());
        assert!(read("洗衣机").is_generic());
        assert!(!read("洗衣机漏水").is_generic());
        assert!(!words(&read("怎么办")).is_empty(), "a question of stop words only is still searched");
    }
}
