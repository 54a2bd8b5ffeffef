//! The order of steps: the one the figures propose (ALGORITHMS A3), and what is still ahead of a
//! walkthrough, which keeps to the file.

use std::{cmp::Reverse, collections::BTreeMap};

use super::{Channel, Weighed, chance::minutes};
use crate::article::{Article, Layer, Outcome, Step, Who};

/// Ratios within 5 % count as equal; in buckets, because "within 5 %" of each other is no order.
const BUCKET: f64 = 1.05;
/// Highest risk offered to a customer or over the telephone.
const MAX_RISK: u8 = 2;

/// The order that costs least: layer by layer, within a layer the most chance per minute first, a step
/// never before those it needs. `steps` come in the author's order, which breaks ties.
#[must_use]
pub fn proposed<'b, 'a>(steps: &'b [Weighed<'a>]) -> Vec<&'b Weighed<'a>> {
    let layers = [Layer::Precheck, Layer::Software, Layer::Hardware];
    let members = |layer| (0..steps.len()).filter(move |&i| steps[i].step.layer == layer).collect::<Vec<_>>();
    layers.into_iter().flat_map(|layer| in_layer(steps, &members(layer))).map(|i| &steps[i]).collect()
}

/// Steps that are done in one go.
struct Block {
    steps: Vec<usize>,
    /// The step that must come before the first of them.
    after: Option<usize>,
}

/// Horn's rule: the best block comes next; where it must wait for another, the two become one block.
fn in_layer(steps: &[Weighed<'_>], members: &[usize]) -> Vec<usize> {
    let after = forest(steps, members);
    let mut blocks: Vec<Block> = members.iter().zip(after).map(|(&i, after)| Block { steps: vec![i], after }).collect();
    let mut order = Vec::with_capacity(members.len());
    while let Some(best) = (0..blocks.len()).min_by_key(|&b| rank(steps, &blocks[b].steps)) {
        let block = blocks.swap_remove(best);
        let waits_for = |b: &&mut Block| block.after.is_some_and(|i| b.steps.contains(&i));
        match blocks.iter_mut().find(waits_for) {
            Some(first) => first.steps.extend(block.steps),
            None => order.extend(block.steps),
        }
    }
    order
}

/// The total order of blocks: ratio, risk, minutes, place in the file, id.
fn rank<'a>(steps: &[Weighed<'a>], block: &[usize]) -> (Reverse<i64>, u8, u32, Option<usize>, Option<&'a str>) {
    let all = || block.iter().map(|&i| &steps[i]);
    let risk = all().map(|w| w.step.safety.risk).max().unwrap_or(0);
    let id = block.first().map(|&i| steps[i].step.id.as_str());
    let time = all().map(|w| minutes(w.step)).sum();
    (Reverse((ratio(all()).ln() / BUCKET.ln()).floor() as i64), risk, time, block.iter().min().copied(), id)
}

/// Chance per minute of steps done in one go.
fn ratio<'b, 'a: 'b>(block: impl Iterator<Item = &'b Weighed<'a>>) -> f64 {
    let (chance, cost) = block.fold((0.0, 0.0), |(q, c), w| (q + w.chance, c + w.cost));
    chance.max(1e-6) / f64::max(cost, 1e-6)
}

/// For each member the one step of the layer it comes directly after, so that all it needs come before
/// it: several needs become a chain, and a need that would close a circle is dropped.
fn forest(steps: &[Weighed<'_>], members: &[usize]) -> Vec<Option<usize>> {
    let needs =
        |i: usize| members.iter().copied().filter(move |&j| j != i && steps[i].step.needs.contains(&steps[j].step.id));
    let mut sorted = Vec::with_capacity(members.len());
    let mut seen = Vec::new();
    for &i in members {
        visit(i, &needs, &mut seen, &mut sorted);
    }
    let place = |i: usize| sorted.iter().position(|&j| j == i);
    let mut before: BTreeMap<usize, Vec<usize>> =
        sorted.iter().map(|&i| (i, needs(i).filter(|&j| place(j) < place(i)).collect())).collect();
    let mut after = BTreeMap::new();
    for &i in sorted.iter().rev() {
        let mut chain = before.remove(&i).unwrap_or_default();
        chain.sort_by_key(|&j| place(j));
        chain.dedup();
        for pair in chain.windows(2) {
            before.entry(pair[1]).or_default().push(pair[0]);
        }
        after.insert(i, chain.last().copied());
    }
    members.iter().map(|i| after.get(i).copied().flatten()).collect()
}

/// Appends `i` to `sorted`, behind what it needs.
fn visit<I: Iterator<Item = usize>>(
    i: usize,
    needs: &impl Fn(usize) -> I,
    seen: &mut Vec<usize>,
    sorted: &mut Vec<usize>,
) {
    if seen.contains(&i) {
        return;
    }
    seen.push(i);
    for need in needs(i) {
        visit(need, needs, seen, sorted);
    }
    sorted.push(i);
}

/// All steps in the order they are walked: by layer, within a layer as in the file.
#[must_use]
pub fn walked(article: &Article) -> Vec<&Step> {
    let mut steps: Vec<&Step> = article.steps().collect();
    steps.sort_by_key(|s| s.layer);
    steps
}

/// Whether `step` may be offered over `channel`.
#[must_use]
pub fn is_offered(step: &Step, channel: Channel) -> bool {
    let can = match step.who {
        Who::Customer => true,
        Who::Agent => channel == Channel::Phone,
        Who::Technician => false,
    };
    can && step.safety.risk <= MAX_RISK
}

/// What is still to be done, in the order it is walked, when `tried` came of the steps so far.
///
/// A step comes behind those it needs. It is left out when one of them cannot be done any more: it was
/// not done when its turn came, is not offered over this channel, is unknown, needs itself, or belongs to a
/// later layer (software never comes after hardware).
#[must_use]
pub fn ahead<'a>(article: &'a Article, channel: Channel, tried: &BTreeMap<&str, Outcome>) -> Vec<&'a Step> {
    let steps = walked(article);
    let mut path = Path { steps: &steps, tried, offered: &|s| is_offered(s, channel), open: Vec::new() };
    let mut order: Vec<&Step> = Vec::with_capacity(steps.len());
    for step in &steps {
        if !tried.contains_key(step.id.as_str()) && path.is_possible(step) {
            path.place(step, &mut order);
        }
    }
    order
}

struct Path<'p, 'a> {
    steps: &'p [&'a Step],
    tried: &'p BTreeMap<&'p str, Outcome>,
    offered: &'p dyn Fn(&Step) -> bool,
    /// Steps whose needs are being looked at: one that turns up again needs itself.
    open: Vec<&'a str>,
}

impl<'a> Path<'_, 'a> {
    fn is_possible(&mut self, step: &'a Step) -> bool {
        if let Some(outcome) = self.tried.get(step.id.as_str()) {
            return matches!(outcome, Outcome::NotSolved | Outcome::Solved);
        }
        if !(self.offered)(step) || self.open.contains(&step.id.as_str()) {
            return false;
        }
        self.open.push(&step.id);
        let possible = step.needs.iter().all(|id| {
            let need = self.steps.iter().find(|s| s.id == *id).copied();
            need.is_some_and(|need| need.layer <= step.layer && self.is_possible(need))
        });
        self.open.pop();
        possible
    }

    /// Appends a possible step behind what it needs.
    fn place(&self, step: &'a Step, order: &mut Vec<&'a Step>) {
        if self.tried.contains_key(step.id.as_str()) || order.iter().any(|s| s.id == step.id) {
            return;
        }
        for need in self.steps.iter().filter(|s| step.needs.contains(&s.id)) {
            self.place(need, order);
        }
        order.push(step);
    }
}
