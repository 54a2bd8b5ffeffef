//! What the values of a search are called on the terminal.

use crate::{
    article::Place,
    found::{AnswerClass, Evidence, MeaningUse},
};

/// How sure an answer is.
pub(super) fn class(answer: AnswerClass) -> &'static str {
    match answer {
        AnswerClass::Confident => "有把握",
        AnswerClass::Possible => "可能相关",
        AnswerClass::None => "没有找到",
    }
}

/// Where in an article.
pub(super) fn place(place: Place) -> &'static str {
    match place {
        Place::Title => "标题",
        Place::Symptom => "常见说法",
        Place::Heading => "小标题",
        Place::Body => "正文",
    }
}

/// Which evidence, before the words it is about.
pub(super) fn evidence(why: Evidence) -> &'static str {
    match why {
        Evidence::Code => "代码",
        Evidence::Model => "型号",
        Evidence::Literal => "原词",
        Evidence::Synonym => "近义词",
        Evidence::Sound => "同音",
        Evidence::Pinyin => "拼音",
        Evidence::Meaning => "意思相近",
    }
}

/// A part of a score by its name; a name of a later version is shown as it is.
pub(super) fn part(name: &str) -> &str {
    match name {
        "index" => "全文",
        "title" => "标题",
        "title_exact" => "问题就是标题",
        "symptom" => "常见说法",
        "sign" => "现象",
        "other_appliance" => "是别的电器",
        "mix_words" => "按词",
        "mix_words_share" => "按词在各篇里的高低",
        "near_title" => "标题的意思",
        "near_phrase" => "常见说法的意思",
        "near_whole" => "全文大意",
        "near_section" => "小节的意思",
        "mix_other_appliance" => "是别的电器",
        "mix_sign" => "现象",
        "likelihood" | "mix_likelihood" => "像不像用户问这篇的话",
        "first_aid" => "教人应对危险",
        "words" => "词",
        other => other,
    }
}

/// What part the sentence model had.
pub(super) fn meaning(used: MeaningUse) -> &'static str {
    match used {
        MeaningUse::Used => "用了语义模型",
        MeaningUse::NotNeeded => "不用语义模型（代码、型号已经说清）",
        MeaningUse::Late => "语义模型没有赶上",
        MeaningUse::Off => "没有语义模型",
    }
}
