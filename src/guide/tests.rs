//! Walking: the known answers of ALGORITHMS A4 and A9, and what must hold for any article and any answers.

use proptest::prelude::*;

use super::*;
use crate::article::{Article, Layer, Outcome, RelPath, Step, parse};

const CLOSE: f64 = 1e-9;

/// An article from lines such as `软 reset minutes=5`; 看, 软 and 硬 say the section.
fn article_of(steps: &[&str]) -> Article {
    let mut text = "---\nid: a\ntitle: 甲\nkind: troubleshooting\nappliance: 洗衣机\n---\n".to_owned();
    for (mark, heading) in [("看", "先看一眼"), ("软", "软件排查"), ("硬", "硬件排查")] {
        text += &format!("## {heading}\n");
        for rest in steps.iter().filter_map(|s| s.strip_prefix(mark)) {
            let id = rest.split_whitespace().next().expect("an id");
            text += &format!("### 做 {id} {{#{}}}\n话。\n", rest.trim());
        }
    }
    parse(&RelPath::new("a.md"), text.as_bytes()).article.expect("an article")
}

fn walk_of(channel: Channel, outcomes: &[(&str, Outcome)]) -> Walkthrough {
    let step = |(step, outcome): &(&str, Outcome)| Said::Step { step: (*step).to_owned(), outcome: *outcome };
    Walkthrough {
        id: WalkthroughId::from_bytes([7; 16]),
        channel,
        model: None,
        symptom: None,
        signs: Vec::new(),
        candidates: Vec::new(),
        began_ms: 0,
        answers: outcomes.iter().map(|o| Answer { said: step(o), at_ms: 0 }).collect(),
    }
}

fn at<'a>(article: &'a Article, walkthrough: &'a Walkthrough) -> Situation<'a> {
    Situation { article, walkthrough, visit_minutes: 120.0, hazard: false, withdrawn: false }
}

fn stand<'a>(article: &'a Article, walkthrough: &'a Walkthrough) -> Stand<'a> {
    advance(&at(article, walkthrough))
}

/// The step that is offered, by the rule or in spite of it.
fn offered<'a>(stand: &Stand<'a>) -> Option<&'a Step> {
    match stand {
        Stand::Step(next) | Stand::Service(Service { next: Some(next), .. }) => Some(next.step),
        _ => None,
    }
}

fn ids<'a>(steps: impl IntoIterator<Item = &'a Step>) -> Vec<&'a str> {
    steps.into_iter().map(|s| s.id.as_str()).collect()
}

fn weighed<'a>(article: &'a Article, figures: &[(f64, f64)]) -> Vec<Weighed<'a>> {
    article.steps().zip(figures).map(|(step, &(cost, chance))| Weighed { step, cost, chance }).collect()
}

fn proposed_ids<'a>(steps: &[Weighed<'a>]) -> Vec<&'a str> {
    ids(proposed(steps).into_iter().map(|w| w.step))
}

fn reason(stand: &Stand<'_>) -> Option<ServiceReason> {
    match stand {
        Stand::Service(service) => Some(service.reason),
        _ => None,
    }
}

fn close(a: f64, b: f64) -> bool {
    (a - b).abs() < CLOSE
}

// ---- Known answers

/// ALGORITHMS A4: S1 to S4 of 洗衣机不排水.
fn example() -> Article {
    article_of(&["软 s1 minutes=5", "软 s2 minutes=1", "硬 s3 minutes=3", "硬 s4 minutes=10"])
}

const EXAMPLE: [(f64, f64); 4] = [(5.0, 0.15), (1.0, 0.10), (3.0, 0.20), (10.0, 0.30)];

#[test]
fn k1_the_worked_example_costs_what_the_table_says() {
    let article = example();
    let steps = weighed(&article, &EXAMPLE);
    for (order, guided) in [([0, 1, 3, 2], 14.70), ([1, 0, 2, 3], 13.25), ([1, 2, 0, 3], 12.70)] {
        let order: Vec<_> = order.iter().map(|&i| steps[i]).collect();
        assert!(close(prefix_costs(&order, 1.0, 0.0)[4], guided), "guided {guided}");
        assert!(close(prefix_costs(&order, 1.0, 120.0)[4], guided + 30.0), "total of {guided}");
    }
    assert_eq!(proposed_ids(&steps), ["s2", "s1", "s3", "s4"]);
    let best: Vec<_> = proposed(&steps).into_iter().copied().collect();
    let costs = prefix_costs(&best, 1.0, 120.0);
    for (cost, expected) in costs.iter().zip([120.0, 109.0, 95.5, 73.75, 43.25]) {
        assert!(close(*cost, expected), "{costs:?}");
    }
    assert_eq!(worth_trying(&costs), 4);
    assert_eq!(worth_trying(&prefix_costs(&best, 1.0, 15.0)), 1, "S2, then service");
}

#[test]
fn k6_what_must_come_before_is_one_block_with_it() {
    let article = article_of(&["硬 off", "硬 step needs=#off", "硬 other"]);
    let at = |other: f64| proposed_ids(&weighed(&article, &[(1.0, 0.0), (2.0, 0.4), (1.0, other)]));
    // The block is worth .4 / 3 = .133 a minute: .14 goes before it, .12 behind.
    assert_eq!(at(0.14), ["other", "off", "step"]);
    assert_eq!(at(0.12), ["off", "step", "other"]);
}

#[test]
fn shared_preparation_is_done_once_for_the_best_of_its_group() {
    let steps = ["硬 open", "硬 poor needs=#open", "硬 good needs=#open", "硬 alone"];
    let article = article_of(&steps);
    let figures = [(4.0, 0.0), (5.0, 0.05), (2.0, 0.3), (3.0, 0.12)];
    // open + good: .3 / 6 = .05 a minute; alone: .04; poor: .01.
    assert_eq!(proposed_ids(&weighed(&article, &figures)), ["open", "good", "alone", "poor"]);
    let article = article_of(&["软 a needs=#b", "软 b needs=#a", "软 c needs=#a,#b"]);
    let steps = weighed(&article, &[(1.0, 0.1), (1.0, 0.2), (1.0, 0.3)]);
    assert_eq!(proposed_ids(&steps).len(), 3, "a circle loses no step");
}

#[test]
fn k8_a_prefix_may_pay_although_its_first_step_does_not() {
    let article = article_of(&["软 a", "软 b", "软 c"]);
    let steps = weighed(&article, &[(10.0, 0.08), (10.0, 0.08), (10.0, 0.3)]);
    let costs = prefix_costs(&steps, 1.0, 100.0);
    assert!(costs[1] > costs[0] && costs[2] > costs[0], "{costs:?}");
    assert!(close(costs[3], 27.6 + 54.0), "{costs:?}");
    assert_eq!(worth_trying(&costs), 3);
}

#[test]
fn k9_the_id_of_an_article_changes_nothing() {
    let steps = ["软 b minutes=3", "软 a minutes=3", "硬 d minutes=3", "硬 c minutes=3"];
    let (one, mut other) = (article_of(&steps), article_of(&steps));
    other.id = crate::article::ArticleId::new("z").expect("an id");
    let walk = walk_of(Channel::Phone, &[("b", Outcome::NotSolved)]);
    assert_eq!(stand(&one, &walk), stand(&other, &walk));
    let order = |a: &Article| proposed_ids(&weigh(&walked(a), Channel::Phone)).join(" ");
    assert_eq!(order(&one), order(&other));
}

#[test]
fn labels_count_three_two_one_and_mere_preparation_nothing() {
    let article = article_of(&[
        "软 a likely=常见",
        "软 b likely=一般",
        "软 c likely=少见",
        "硬 off",
        "硬 d likely=常见 needs=#off",
    ]);
    let weighed = weigh(&walked(&article), Channel::OwnHands);
    let expected = [0.25, 0.75 * 2.0 / 9.0, 0.75 / 9.0, 0.0, 0.25];
    assert!(weighed.iter().zip(expected).all(|(w, q)| close(w.chance, q)), "{weighed:?}");
    let costs = |channel| cost(&article_of(&["硬 a minutes=4 risk=2"]).steps().next().expect("one").clone(), channel);
    assert!(close(costs(Channel::OwnHands), 14.0) && close(costs(Channel::Phone), 18.0));
}

// ---- Walking

#[test]
fn one_goes_from_a_look_to_software_to_hardware_to_service() {
    let article = article_of(&["看 look minutes=1", "软 mode minutes=2", "硬 hose minutes=3"]);
    let mut said: Vec<(&str, Outcome)> = Vec::new();
    for step in ["look", "mode", "hose"] {
        let walk = walk_of(Channel::OwnHands, &said);
        let Stand::Step(next) = stand(&article, &walk) else { panic!("{step}") };
        assert_eq!((next.step.id.as_str(), next.remaining.steps), (step, 3 - said.len()));
        said.push((step, Outcome::NotSolved));
    }
    let walk = walk_of(Channel::OwnHands, &said);
    assert_eq!(stand(&article, &walk), Stand::Service(Service { reason: ServiceReason::AllDone, next: None }));
    said[2].1 = Outcome::Solved;
    let walk = walk_of(Channel::OwnHands, &said);
    assert!(matches!(stand(&article, &walk), Stand::Solved { step } if step.id == "hose"));
}

#[test]
fn why_a_step_comes_now_is_said_without_inventing_a_past() {
    let article = article_of(&["软 mode minutes=2 likely=常见", "硬 hose minutes=3 safety=断电,关水"]);
    let why = |said: &[(&str, Outcome)], tally| match stand(&article, &walk_of(Channel::Phone, said)) {
        Stand::Step(next) => next.why(tally),
        other => panic!("{other:?}"),
    };
    let none = Tally::default();
    assert_eq!(why(&[], none), "先做「做 mode」：约 2 分钟；这是常见原因；属于软件，先软后硬。");
    let past = Tally { solved: 7, tried: 40 };
    assert_eq!(
        why(&[("mode", Outcome::NotSolved)], past),
        "接着做「做 hose」：约 3 分钟，注意断电、关水；过去试过 40 次，7 次由它解决；属于硬件，软件步骤已走过。"
    );
}

#[test]
fn only_a_look_without_any_risk_is_called_free_of_risk() {
    let why = |text: &str| {
        let article = parse(&RelPath::new("a.md"), text.as_bytes()).article.expect("an article");
        match stand(&article, &walk_of(Channel::OwnHands, &[])) {
            Stand::Step(next) => next.why(Tally::default()),
            other => panic!("{other:?}"),
        }
    };
    let plain = "---\nid: a\nkind: troubleshooting\nseverity: normal\n---\n## 现象\n漏水。\n## 先看一眼\n### 看 {#a minutes=1}\n\
                 看。\n## 软件排查\n### 做 {#b minutes=1}\n做。\n";
    assert_eq!(why(plain), "先做「看」：约 1 分钟；只是先看一眼，没有风险。");
    for risky in [
        plain.replace("normal", "urgent"),
        plain.replace("漏水。", "漏水。\n\n> [!CAUTION]\n> 先关阀。\n"),
        plain.replace("看。", "> [!WARNING]\n> 地滑。\n\n看。"),
    ] {
        assert_eq!(why(&risky), "先做「看」：约 1 分钟。", "{risky}");
    }
    let careful = plain.replace("#a minutes=1", "#a minutes=1 safety=断电");
    assert_eq!(why(&careful), "先做「看」：约 1 分钟，注意断电。");
    let bare = plain.replace("normal", "urgent").replace("{#a minutes=1}", "{#a}");
    assert_eq!(why(&bare), "先做「看」。", "nothing to say, no colon");
    let for_staff = plain.replace("看。", "看。\n\n:::agent\n> [!CAUTION]\n> 内部。\n:::\n");
    assert_eq!(why(&for_staff), why(plain), "a text for staff changes nothing customers read");
    let warned_later = plain.to_owned() + "\n> [!CAUTION]\n> 别拆。\n";
    assert_eq!(why(&warned_later), why(plain), "a warning further down is not about it");
}

#[test]
fn a_needed_step_comes_first_and_what_cannot_be_prepared_is_left_out() {
    let article = article_of(&["硬 filter needs=#off", "硬 off", "硬 hose"]);
    let next = |said: &[(&str, Outcome)]| {
        let walk = walk_of(Channel::Phone, said);
        offered(&stand(&article, &walk)).map(|s| s.id.clone())
    };
    assert_eq!(next(&[]).as_deref(), Some("off"));
    let walk = walk_of(Channel::Phone, &[]);
    let Stand::Step(first) = stand(&article, &walk) else { panic!("a step") };
    assert!(first.why(Tally::default()).contains("做「做 filter」之前要先做它"));
    assert_eq!(next(&[("off", Outcome::NotSolved)]).as_deref(), Some("filter"));
    for outcome in [Outcome::CannotDo, Outcome::Skipped] {
        assert_eq!(next(&[("off", outcome)]).as_deref(), Some("hose"), "{outcome:?}");
        let walk = walk_of(Channel::Phone, &[("off", outcome), ("hose", Outcome::NotSolved)]);
        assert_eq!(reason(&stand(&article, &walk)), Some(ServiceReason::NeedsUndone));
    }
    for steps in [["软 a needs=#a", "软 b"], ["软 a needs=#gone", "软 b"], ["软 a needs=#h", "软 b"]] {
        let article = article_of(&[steps[0], steps[1], "硬 h who=technician"]);
        assert_eq!(ids(ahead(&article, Channel::Phone, &Default::default())), ["b"], "{steps:?}");
    }
}

#[test]
fn a_skipped_step_is_not_offered_again_and_counts_as_untried() {
    let article = article_of(&["软 a minutes=30", "软 b minutes=1"]);
    let walk = walk_of(Channel::OwnHands, &[("a", Outcome::Skipped)]);
    assert_eq!(offered(&stand(&article, &walk)).map(|s| s.id.as_str()), Some("b"));
    assert_eq!(reason(&stand(&article, &walk)), None, "its 30 minutes were not spent");
}

#[test]
fn what_is_for_agents_technicians_or_too_risky_is_kept_from_customers() {
    let article = article_of(&["软 agent who=agent", "软 risky risk=3", "软 expert who=technician", "软 own"]);
    let all = |channel| ids(ahead(&article, channel, &Default::default()));
    assert_eq!(all(Channel::OwnHands), ["own"]);
    assert_eq!(all(Channel::Phone), ["agent", "own"]);
    let walk = walk_of(Channel::OwnHands, &[("own", Outcome::NotSolved)]);
    assert_eq!(reason(&stand(&article, &walk)), Some(ServiceReason::TechnicianOnly));
}

#[test]
fn service_is_advised_and_going_on_stays_possible() {
    let article = article_of(&["软 a minutes=8", "软 b minutes=8", "软 c minutes=8", "软 d minutes=1"]);
    let after = |channel, said: &[(&str, Outcome)]| {
        let walk = walk_of(channel, said);
        let stand = stand(&article, &walk);
        (reason(&stand), offered(&stand).map(|s| s.id.clone()))
    };
    let failed = [("a", Outcome::NotSolved), ("b", Outcome::NotSolved), ("c", Outcome::NotSolved)];
    assert_eq!(after(Channel::OwnHands, &failed[..1]), (None, Some("b".into())));
    assert_eq!(after(Channel::OwnHands, &failed[..2]), (Some(ServiceReason::LongEnough(16)), Some("c".into())));
    assert_eq!(after(Channel::Phone, &failed[..2]), (None, Some("c".into())));
    assert_eq!(after(Channel::Phone, &failed), (Some(ServiceReason::LongEnough(24)), Some("d".into())));
    let unable = [("a", Outcome::CannotDo), ("b", Outcome::CannotDo)];
    assert_eq!(after(Channel::OwnHands, &unable), (Some(ServiceReason::CannotDo), Some("c".into())));
    let walk = walk_of(Channel::OwnHands, &[]);
    let cheap = advance(&Situation { visit_minutes: 5.0, ..at(&article, &walk) });
    let left = Remaining { steps: 4, minutes: 25 };
    assert_eq!((reason(&cheap), offered(&cheap).is_some()), (Some(ServiceReason::NotWorthIt(left)), true));
    assert!(ServiceReason::NotWorthIt(left).say().starts_with("剩余 4 步约需 25 分钟"));
}

#[test]
fn danger_stops_everything_and_a_withdrawn_article_leads_to_the_exit() {
    let article = article_of(&["软 a", "软 b"]);
    let walk = walk_of(Channel::OwnHands, &[("a", Outcome::Unsafe)]);
    assert_eq!(stand(&article, &walk), Stand::Danger(Danger::Unsafe { step: "a" }));
    let mut solved = walk_of(Channel::OwnHands, &[("a", Outcome::Solved)]);
    assert_eq!(advance(&Situation { hazard: true, ..at(&article, &solved) }), Stand::Danger(Danger::Hazard));
    assert!(matches!(advance(&Situation { withdrawn: true, ..at(&article, &solved) }), Stand::Solved { .. }));
    solved.answers.clear();
    let exit = Stand::Service(Service { reason: ServiceReason::Withdrawn, next: None });
    assert_eq!(advance(&Situation { withdrawn: true, ..at(&article, &solved) }), exit);
}

#[test]
fn only_what_was_said_since_an_article_began_belongs_to_it() {
    let article = article_of(&["软 a", "软 b"]);
    let mut walk = walk_of(Channel::OwnHands, &[("a", Outcome::Solved), ("b", Outcome::CannotDo)]);
    let began = Said::Began { article: article.id.clone(), revision: article.revision };
    walk.answers.push(Answer { said: began, at_ms: 1 });
    assert_eq!(offered(&stand(&article, &walk)).map(|s| s.id.as_str()), Some("a"));
}

// ---- What holds for any article and any answers

/// Layer, minutes, likelihood, risk, who, and how far before it a needed step stands.
type AnyStep = (&'static str, Option<u32>, &'static str, u8, &'static str, Option<usize>);

/// Lines of [`article_of`]: layer, minutes, likelihood, risk, who, and how far before it a needed step stands.
fn any_steps(labels: bool, needs: bool) -> impl Strategy<Value = Vec<String>> {
    let likely = if labels { vec!["", " likely=常见", " likely=一般", " likely=少见"] } else { vec![""] };
    let step = (
        prop::sample::select(vec!["看", "软", "硬"]),
        prop::option::of(0..40_u32),
        prop::sample::select(likely),
        0..4_u8,
        prop::sample::select(vec!["", " who=agent", " who=technician", " who=customer"]),
        prop::option::of(0..12_usize),
    );
    prop::collection::vec(step, 1..9).prop_map(move |steps| {
        let line = |(i, step): (usize, AnyStep)| {
            let (mark, minutes, likely, risk, who, need) = step;
            let minutes = minutes.map(|m| format!(" minutes={m}")).unwrap_or_default();
            let need = need.filter(|_| needs).map(|n| format!(" needs=#s{n}")).unwrap_or_default();
            format!("{mark} s{i}{minutes}{likely} risk={risk}{who}{need}")
        };
        steps.into_iter().enumerate().map(line).collect()
    })
}

fn article_from(lines: &[String]) -> Article {
    article_of(&lines.iter().map(String::as_str).collect::<Vec<_>>())
}

fn any_channel() -> impl Strategy<Value = Channel> {
    prop::sample::select(vec![Channel::OwnHands, Channel::Phone])
}

/// Answers the step at hand with each of `outcomes` in turn; returns the stands, before each answer.
fn walk_on(
    article: &Article,
    channel: Channel,
    outcomes: &[Outcome],
    mut see: impl FnMut(&Walkthrough, &Stand<'_>),
) -> Walkthrough {
    let mut walk = walk_of(channel, &[]);
    for outcome in outcomes {
        let stand = stand(article, &walk);
        see(&walk, &stand);
        let Some(step) = offered(&stand) else { break };
        let said = Said::Step { step: step.id.clone(), outcome: *outcome };
        walk.answers.push(Answer { said, at_ms: 0 });
    }
    walk
}

const NO_END: [Outcome; 3] = [Outcome::NotSolved, Outcome::CannotDo, Outcome::Skipped];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn k4_no_data_means_the_editors_order(lines in any_steps(false, false), channel in any_channel()) {
        let article = article_from(&lines);
        let steps = walked(&article);
        let weighed = weigh(&steps, channel);
        prop_assert_eq!(proposed_ids(&weighed), ids(steps));
        prop_assert!(close(weighed.iter().map(|w| w.chance).sum::<f64>() + NO_STEP, 1.0));
    }

    #[test]
    fn k5_no_order_puts_software_after_hardware(
        lines in any_steps(true, true),
        figures in prop::collection::vec((0.1..60.0_f64, 0.0..1.0_f64), 12),
        outcomes in prop::collection::vec(prop::sample::select(NO_END.to_vec()), 12),
        channel in any_channel(),
    ) {
        let article = article_from(&lines);
        let weighed = weighed(&article, &figures);
        let proposed = proposed(&weighed);
        prop_assert_eq!(proposed.len(), weighed.len(), "no step is lost");
        prop_assert!(proposed.is_sorted_by_key(|w| w.step.layer));
        let mut layers: Vec<Layer> = Vec::new();
        walk_on(&article, channel, &outcomes, |_, stand| layers.extend(offered(stand).map(|s| s.layer)));
        prop_assert!(layers.is_sorted(), "{:?}", layers);
    }

    #[test]
    fn no_walk_offers_what_is_risky_for_technicians_or_not_prepared(
        lines in any_steps(true, true),
        outcomes in prop::collection::vec(prop::sample::select(NO_END.to_vec()), 12),
        channel in any_channel(),
    ) {
        let article = article_from(&lines);
        let mut wrong = Vec::new();
        walk_on(&article, channel, &outcomes, |walk, stand| {
            let Some(step) = offered(stand) else { return };
            let done = |id: &String| walk.answers.iter().any(|a| matches!(&a.said, Said::Step { step, outcome: Outcome::NotSolved } if step == id));
            let again = walk.answers.iter().any(|a| matches!(&a.said, Said::Step { step: s, .. } if *s == step.id));
            let own = channel == Channel::Phone || step.who == crate::article::Who::Customer;
            let fits = step.safety.risk <= 2 && step.who != crate::article::Who::Technician && own;
            if !fits || again || !step.needs.iter().all(done) {
                wrong.push(step.id.clone());
            }
        });
        prop_assert!(wrong.is_empty(), "{:?}", wrong);
    }

    #[test]
    fn without_needs_the_files_order_is_walked(lines in any_steps(true, false), channel in any_channel()) {
        let article = article_from(&lines);
        let mut seen = Vec::new();
        walk_on(&article, channel, &[Outcome::NotSolved; 12], |_, stand| seen.extend(offered(stand).map(|s| s.id.clone())));
        let expected: Vec<_> = walked(&article).into_iter().filter(|s| is_offered(s, channel)).map(|s| s.id.clone()).collect();
        prop_assert_eq!(seen, expected);
    }

    #[test]
    fn an_answer_taken_back_leads_back_to_where_one_was(
        lines in any_steps(true, true),
        outcomes in prop::collection::vec(prop::sample::select(Outcome::ALL.to_vec()), 12),
        channel in any_channel(),
    ) {
        let article = article_from(&lines);
        let mut seen = Vec::new();
        let mut walk = walk_on(&article, channel, &outcomes, |_, stand| seen.push(format!("{stand:?}")));
        if walk.answers.len() == seen.len() {
            seen.push(format!("{:?}", stand(&article, &walk)));
        }
        while let Some(was) = seen.pop() {
            prop_assert_eq!(was, format!("{:?}", stand(&article, &walk)));
            walk.answers.pop();
        }
    }

    #[test]
    fn the_best_order_of_a_layer_is_as_cheap_as_the_cheapest_of_all(
        figures in prop::collection::vec((0.5..20.0_f64, 0.01..0.2_f64), 4),
    ) {
        let article = article_of(&["软 a", "软 b", "软 c", "软 d"]);
        let steps = weighed(&article, &figures);
        let of = |order: &[Weighed<'_>]| prefix_costs(order, 1.0, 120.0)[4];
        let best: Vec<_> = proposed(&steps).into_iter().copied().collect();
        let mut cheapest = f64::INFINITY;
        for n in 0..256_usize {
            let order = [n % 4, n / 4 % 4, n / 16 % 4, n / 64];
            let all: std::collections::BTreeSet<_> = order.iter().collect();
            if all.len() == 4 {
                cheapest = cheapest.min(of(&order.map(|i| steps[i])));
            }
        }
        // Ratios within 5 % count as equal, which costs at most 5 % of the minutes.
        prop_assert!(of(&best) <= cheapest * 1.05, "{} {}", of(&best), cheapest);
    }
}
