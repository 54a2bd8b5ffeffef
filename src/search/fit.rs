//! Weights that make the right row of each choice the likeliest (a conditional logit, as ListNet's top one), held
//! back towards the weights they begin with. No chance in it: the same choices give the same weights.

use std::array::from_fn;

/// Steps at most; from the present weights six to ten suffice.
const STEPS: usize = 40;
/// How often a step that goes too far is halved.
const HALVINGS: usize = 12;
/// A weight twice what it was costs as much as being this much less likely, in natural logarithms.
const HOLD: f64 = 5.0;

/// Rows of which some are right.
pub(super) struct Choice<const N: usize> {
    pub rows: Vec<Row<N>>,
    /// As so many choices it counts.
    pub counts: f64,
}

/// One of them: what the weights multiply, and what is added without a weight.
pub(super) struct Row<const N: usize> {
    pub features: [f64; N],
    pub plus: f64,
    pub right: bool,
}

/// The loss at some weights, with its slope and its curvature.
struct Slope<const N: usize> {
    loss: f64,
    gradient: [f64; N],
    curvature: [[f64; N]; N],
}

/// Fits weights to `choices`, beginning `from` and never below `lowest`: Newton's steps, halved until they help.
pub(super) fn fit<const N: usize>(choices: &[Choice<N>], from: [f64; N], lowest: [f64; N]) -> [f64; N] {
    let mut weights = from;
    let mut here = slope(choices, &weights, &from);
    for _ in 0..STEPS {
        let step = solved(free(&here, &weights, &lowest));
        let tried = (0..HALVINGS).map(|halved| {
            let share = 0.5_f64.powi(halved as i32);
            let next: [f64; N] = from_fn(|i| (weights[i] - share * step[i]).max(lowest[i]));
            (next, slope(choices, &next, &from))
        });
        let Some((next, there)) = tried.into_iter().find(|(_, there)| there.loss < here.loss - 1e-9) else { break };
        (weights, here) = (next, there);
    }
    weights
}

fn slope<const N: usize>(choices: &[Choice<N>], weights: &[f64; N], from: &[f64; N]) -> Slope<N> {
    let mut slope = Slope { loss: 0.0, gradient: [0.0; N], curvature: [[0.0; N]; N] };
    for choice in choices {
        slope.add(choice, weights);
    }
    for i in 0..N {
        let strength = HOLD / from[i].abs().max(1.0).powi(2);
        slope.loss += strength * (weights[i] - from[i]).powi(2);
        slope.gradient[i] += 2.0 * strength * (weights[i] - from[i]);
        slope.curvature[i][i] += 2.0 * strength;
    }
    slope
}

impl<const N: usize> Slope<N> {
    /// What `choice` adds: −ln of the chance that a right row is taken. Where several are right the curvature is
    /// that of all rows only, which is never less than it should be.
    fn add(&mut self, choice: &Choice<N>, weights: &[f64; N]) {
        let score = |row: &Row<N>| row.plus + row.features.iter().zip(weights).map(|(f, w)| f * w).sum::<f64>();
        let scores: Vec<f64> = choice.rows.iter().map(score).collect();
        let best = scores.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let odds: Vec<f64> = scores.iter().map(|s| (s - best).exp()).collect();
        let all: f64 = odds.iter().sum();
        let rows = || choice.rows.iter().zip(&odds);
        // A right row far behind all others still has a chance.
        let right = rows().filter(|(row, _)| row.right).map(|(_, odds)| odds).sum::<f64>().max(1e-30);
        self.loss -= choice.counts * (right / all).ln();
        let mean: [f64; N] = from_fn(|i| rows().map(|(row, odds)| odds / all * row.features[i]).sum());
        for (row, odds) in rows() {
            let own = if row.right { odds / right } else { 0.0 };
            let apart: [f64; N] = from_fn(|i| row.features[i] - mean[i]);
            for i in 0..N {
                self.gradient[i] -= choice.counts * own * apart[i];
                for k in 0..N {
                    self.curvature[i][k] += choice.counts * odds / all * apart[i] * apart[k];
                }
            }
        }
    }
}

/// The equations of a step, in which weights at their lowest that would go lower stand still.
fn free<const N: usize>(here: &Slope<N>, weights: &[f64; N], lowest: &[f64; N]) -> ([[f64; N]; N], [f64; N]) {
    let stands = |i: usize| weights[i] <= lowest[i] && here.gradient[i] > 0.0;
    let cell = |i: usize, k: usize| match (stands(i) || stands(k), i == k) {
        (true, same) => f64::from(u8::from(same)),
        (false, _) => here.curvature[i][k],
    };
    (from_fn(|i| from_fn(|k| cell(i, k))), from_fn(|i| if stands(i) { 0.0 } else { here.gradient[i] }))
}

/// Gauss's elimination. The curvature is positive definite by what holds the weights back: no pivot is zero.
fn solved<const N: usize>((mut a, mut b): ([[f64; N]; N], [f64; N])) -> [f64; N] {
    for i in 0..N {
        for k in i + 1..N {
            let share = a[k][i] / a[i][i];
            let above = a[i];
            for (cell, above) in a[k].iter_mut().zip(above) {
                *cell -= share * above;
            }
            b[k] -= share * b[i];
        }
    }
    for i in (0..N).rev() {
        let known: f64 = (i + 1..N).map(|k| a[i][k] * b[k]).sum();
        b[i] = (b[i] - known) / a[i][i];
    }
    b
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A row against one of nothing: a plain logistic regression.
    fn against_nothing(features: [f64; 2], right: bool) -> Choice<2> {
        let row = |features, right| Row { features, plus: 0.0, right };
        Choice { rows: vec![row(features, right), row([0.0; 2], !right)], counts: 1.0 }
    }

    #[test]
    fn the_chance_of_a_share_is_its_logarithm_of_odds() {
        // 800 of 1000: ln 4 = 1.386; what holds it back towards 1 takes next to nothing from a thousand.
        let choices: Vec<Choice<2>> = (0..1_000).map(|i| against_nothing([1.0, 0.0], i % 5 != 0)).collect();
        let fitted = fit(&choices, [1.0, 0.5], [f64::MIN; 2]);
        assert!((fitted[0] - 4.0_f64.ln()).abs() < 0.03, "{fitted:?}");
        assert!((fitted[1] - 0.5).abs() < 1e-9, "nothing speaks of the second: it stays");
    }

    #[test]
    fn the_feature_that_tells_right_from_wrong_gains_and_none_goes_below_its_lowest() {
        let row = |features, right| Row { features, plus: 0.0, right };
        // The first tells; the second speaks for the wrong one three times of four.
        let choices: Vec<Choice<2>> = (0..400)
            .map(|i| {
                let (own, other) = if i % 4 == 0 { (1.0, 0.0) } else { (0.0, 1.0) };
                let strong = if i % 10 == 0 { 0.0 } else { 1.0 };
                Choice { rows: vec![row([strong, own], true), row([1.0 - strong, other], false)], counts: 1.0 }
            })
            .collect();
        let fitted = fit(&choices, [0.0, 3.0], [0.0; 2]);
        assert!(fitted[0] > 1.5 && fitted[1] == 0.0, "{fitted:?}");
        assert_eq!(fitted, fit(&choices, [0.0, 3.0], [0.0; 2]), "the same again");
    }

    #[test]
    fn what_is_added_without_a_weight_counts() {
        // 500 against 500: the weight takes back exactly what is added.
        let choices: Vec<Choice<1>> = (0..1_000)
            .map(|i| Choice {
                rows: vec![
                    Row { features: [1.0], plus: 0.0, right: i % 2 == 0 },
                    Row { features: [0.0], plus: 2.0, right: i % 2 == 1 },
                ],
                counts: 1.0,
            })
            .collect();
        assert!((fit(&choices, [2.0], [0.0])[0] - 2.0).abs() < 1e-9);
        // Held back by 10·(w − 0.5) against a curvature of 250: 1.94.
        assert!((fit(&choices, [0.5], [0.0])[0] - 1.94).abs() < 0.01);
    }
}
