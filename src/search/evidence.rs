//! What of a question an article really says: per group where it stands, and how much is covered.

use super::{
    folded::{Depth, Folded},
    query::Group,
};
use crate::{
    article::{Audience, Place},
    found::Reason,
};

/// Weight from which the words of a question can point at one article.
const TELLING: f32 = 0.8;
/// What an article says about a question.
#[derive(Debug, Clone, Default)]
pub(super) struct Evidences {
    /// Share of the question by weight, 0 to 1; less for what stands only in questions people have asked.
    pub coverage: f32,
    /// Share in the title.
    pub title: f32,
    /// Best share in one of people's own phrases.
    pub symptom: f32,
    /// One reason for each group that was found.
    pub reasons: Vec<Reason>,
    /// Index of the passage that says most, with its weight.
    pub best: Option<(usize, f32)>,
}

/// Words of a question with their weights (idf).
pub(super) struct Weighed<'q> {
    pub groups: &'q [Group],
    pub idf: &'q [f32],
    /// What a word that stands only in questions people have asked counts for coverage.
    pub asked: f32,
}

/// Words of time and number say when and how much, not what.
const TIMES: [&str; 22] = [
    "星期",
    "星期几",
    "礼拜",
    "周末",
    "几",
    "几点",
    "几号",
    "几天",
    "明天",
    "后天",
    "早上",
    "上午",
    "中午",
    "下午",
    "晚上",
    "夜里",
    "天",
    "月",
    "年",
    "日期",
    "时间",
    "多久",
];

fn is_time(word: &str) -> bool {
    TIMES.contains(&word)
}

impl Weighed<'_> {
    /// Whether the words are rare enough to point at one article: 洗衣 alone points at all of them.
    pub(super) fn tells(&self) -> bool {
        let telling = self.groups.iter().zip(self.idf).filter(|(g, _)| !is_time(&g.word));
        telling.map(|(_, idf)| idf).sum::<f32>() >= TELLING
    }
}

/// Gathers the evidence in the folded texts of an article that the reader may see.
pub(super) fn gather(folded: &Folded, question: &Weighed<'_>, depth: Depth, staff: bool) -> Evidences {
    let mut weights = vec![0.0f32; folded.segments.len()];
    let mut covered = 0.0;
    let mut reasons = Vec::new();
    for (group, idf) in question.groups.iter().zip(question.idf) {
        let mut found = folded.matched(group, depth);
        found.retain(|segment, _| staff || folded.segments[*segment].audience == Audience::Public);
        for (segment, (share, _)) in &found {
            weights[*segment] += share * idf;
        }
        // The first of the best: titles come before texts.
        let best = found.iter().fold(None, |best: Option<(&usize, &(f32, _))>, next| match best {
            Some(b) if b.1.0 >= next.1.0 => Some(b),
            _ => Some(next),
        });
        let counts = |segment: &usize| if folded.asked.contains(segment) { question.asked } else { 1.0 };
        covered += found.iter().map(|(segment, (share, _))| share * counts(segment)).fold(0.0, f32::max) * idf;
        if let Some((segment, (_, why))) = best {
            let place = folded.segments[*segment].place;
            reasons.extend(why.map(|(why, words)| Reason { why, place, text: words.to_owned() }));
        }
    }
    let total: f32 = question.idf.iter().sum();
    let of_total = |weight: f32| if total > 0.0 { weight / total } else { 0.0 };
    let mut out = Evidences { coverage: of_total(covered), reasons, ..Evidences::default() };
    for (i, (segment, weight)) in folded.segments.iter().zip(weights).enumerate() {
        match (segment.place, i.checked_sub(folded.n_short)) {
            (Place::Title, _) => out.title = of_total(weight),
            (Place::Symptom, _) => out.symptom = out.symptom.max(of_total(weight)),
            (Place::Body, Some(i)) if weight > out.best.map_or(0.0, |(_, most)| most) => {
                out.best = Some((i, weight));
            }
            _ => {}
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::article::{RelPath, parse};

    fn coverage(word: &str, text: &str) -> f32 {
        let article = parse(&RelPath::new("a.md"), format!("# 题\n\n{text}\n").as_bytes()).article.expect("an article");
        let groups = [Group { word: word.into(), synonyms: Vec::new(), bare: None, generic: false }];
        gather(&Folded::new(&article), &Weighed { groups: &groups, idf: &[2.0], asked: 0.5 }, Depth::Whole, false)
            .coverage
    }

    #[test]
    fn a_word_of_time_points_at_no_article() {
        let group = |word: &str| Group { word: word.into(), synonyms: Vec::new(), bare: None, generic: false };
        let tells = |word: &str| Weighed { groups: &[group(word)], idf: &[4.0], asked: 0.5 }.tells();
        assert!(!tells("礼拜") && tells("漏水"));
    }

    /// What a question is likely about, and how sure an answer is, are two things.
    #[test]
    fn a_question_people_have_asked_counts_as_their_words_and_covers_less() {
        let file = "---\ntitle: 洗衣机不排水\nasked: [脏水赖着不走]\n---\n水留在筒里。\n";
        let article = parse(&RelPath::new("a.md"), file.as_bytes()).article.expect("an article");
        let groups = [Group { word: "脏水".into(), synonyms: Vec::new(), bare: None, generic: false }];
        let found =
            gather(&Folded::new(&article), &Weighed { groups: &groups, idf: &[2.0], asked: 0.5 }, Depth::Whole, false);
        assert_eq!((found.symptom, found.coverage), (1.0, 0.5));
        let why: Vec<(Place, &str)> = found.reasons.iter().map(|r| (r.place, r.text.as_str())).collect();
        assert_eq!(why, [(Place::Symptom, "脏水")]);
    }

    #[test]
    fn the_opposite_is_not_the_same() {
        assert!(coverage("制冷", "空调不制冷") < coverage("制冷", "空调制冷慢"));
        assert_eq!(coverage("不制冷", "空调不制冷"), 1.0);
        assert!(coverage("不制冷", "空调制冷慢") < 1.0);
    }

    #[test]
    fn a_number_is_not_found_inside_another_and_a_hyphen_parts_no_word() {
        assert_eq!(coverage("e1", "显示 e12"), 0.0);
        assert_eq!(coverage("e1", "显示e1"), 1.0);
        assert_eq!(coverage("wifi", "连 Wi-Fi 上网"), 1.0);
    }

    #[test]
    fn the_passage_that_says_most_is_known() {
        let article =
            parse(&RelPath::new("a.md"), "# 题\n\n漏水\n\n漏水又跳闸\n".as_bytes()).article.expect("an article");
        let group = |word: &str| Group { word: word.into(), synonyms: Vec::new(), bare: None, generic: false };
        let groups = [group("漏水"), group("跳闸")];
        let found = gather(
            &Folded::new(&article),
            &Weighed { groups: &groups, idf: &[1.0, 1.0], asked: 0.5 },
            Depth::Whole,
            false,
        );
        assert_eq!(found.best.and_then(|(i, _)| article.passages().nth(i)).map(|p| p.text), Some("漏水又跳闸"));
    }
}
