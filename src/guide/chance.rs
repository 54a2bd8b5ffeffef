//! How likely each step is the fix, and what it costs to try (ALGORITHMS A2, A5).
//!
//! Without outcomes the chances come from the author: the label 常见, 一般 or 少见, else the place in the file.

use super::Channel;
use crate::article::{Layer, Likelihood, Step};

/// Chance that no step of the article is the fix, before anything was tried.
pub const NO_STEP: f64 = 0.25;
/// What the place in the file tells of a step without a label: each is worth so much of the one before.
const RANK_DECAY: f64 = 0.8;
/// Minutes added for a risk of 0, 1 and 2; a risk of 3 is never offered and counts like 2.
const RISK_MINUTES: [f64; 4] = [0.0, 2.0, 10.0, 10.0];
/// Even a glance takes half a minute; a cost of 0 would make any chance worth taking.
const SHORTEST: f64 = 0.5;
/// Weight of an agent who waits on the line, beside the minutes of the customer.
const AGENT_WEIGHT: f64 = 1.0;

/// A step with its chance and its cost.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Weighed<'a> {
    /// The step.
    pub step: &'a Step,
    /// Minutes of everybody who is busy with it, and what its risk is worth in minutes.
    pub cost: f64,
    /// Chance that it is the fix, before anything was tried.
    pub chance: f64,
}

/// Minutes a step takes. Where the author gave none: 1 for a look (its limit), 3 for software, 5 for
/// hardware, a little above the medians of the shipped articles (1, 2, 3), so that a forgotten figure is
/// no advantage.
#[must_use]
pub fn minutes(step: &Step) -> u32 {
    step.minutes.unwrap_or(match step.layer {
        Layer::Precheck => 1,
        Layer::Software => 3,
        Layer::Hardware => 5,
    })
}

/// What it costs to try a step.
#[must_use]
pub fn cost(step: &Step, channel: Channel) -> f64 {
    let busy = match channel {
        Channel::OwnHands => 1.0,
        Channel::Phone => 1.0 + AGENT_WEIGHT,
    };
    f64::from(minutes(step)).max(SHORTEST) * busy + RISK_MINUTES[usize::from(step.safety.risk.min(3))]
}

/// Weighs `steps`, given in the order they are walked. The chances and [`NO_STEP`] sum to 1.
///
/// A label counts 3, 2 or 1. A step without one counts its cost × 0.8^place, so that chance per minute
/// falls along the file and no data means the author's order; where others have labels, the steps
/// without one are 一般 on average. There a step that others need is mere preparation: chance 0.
#[must_use]
pub fn weigh<'a>(steps: &[&'a Step], channel: Channel) -> Vec<Weighed<'a>> {
    let costs: Vec<f64> = steps.iter().map(|s| cost(s, channel)).collect();
    let labelled = steps.iter().any(|s| s.likely.is_some());
    let prepares = |step: &Step| labelled && steps.iter().any(|s| s.needs.contains(&step.id));
    let mut shares: Vec<f64> = (0..).zip(&costs).map(|(rank, cost)| cost * RANK_DECAY.powi(rank)).collect();
    let unlabelled = || (0..steps.len()).filter(|&i| steps[i].likely.is_none() && !prepares(steps[i]));
    let mean = unlabelled().map(|i| shares[i]).sum::<f64>() / unlabelled().count().max(1) as f64;
    for (share, step) in shares.iter_mut().zip(steps) {
        *share = match step.likely {
            Some(label) => weight(label),
            None if prepares(step) => 0.0,
            None => weight(Likelihood::Average) * *share / mean,
        };
    }
    let sum: f64 = shares.iter().sum();
    let chance = |share: f64| if sum > 0.0 { (1.0 - NO_STEP) * share / sum } else { 0.0 };
    let weighed = steps.iter().zip(costs).zip(shares);
    weighed.map(|((step, cost), share)| Weighed { step, cost, chance: chance(share) }).collect()
}

fn weight(label: Likelihood) -> f64 {
    match label {
        Likelihood::Common => 3.0,
        Likelihood::Average => 2.0,
        Likelihood::Rare => 1.0,
    }
}
