//! When to advise service: further steps cost more than they are likely to save (ALGORITHMS A6), or the
//! caller has had enough. The rule recommends; going on stays possible.

use super::{Channel, Remaining, Weighed};

/// Minutes after which service is advised: alone, and over the telephone.
const PATIENCE: (u32, u32) = (15, 20);
/// So many steps that could not be done are enough.
const CANNOT_DO: usize = 2;

/// Why service is advised.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ServiceReason {
    /// The article went out of service, or is no longer for this reader, in mid-walk.
    Withdrawn,
    /// Every step was gone through.
    AllDone,
    /// What is left is for a technician, or too risky.
    TechnicianOnly,
    /// What is left needs a step that was not done.
    NeedsUndone,
    /// Two steps could not be done.
    CannotDo,
    /// It has taken long enough: minutes so far.
    LongEnough(u32),
    /// The steps that are left cost more than they are likely to save.
    NotWorthIt(Remaining),
}

impl ServiceReason {
    /// The sentence for customers.
    #[must_use]
    pub fn say(self) -> String {
        format!("{}；建议联系售后，做过的步骤会一并带去，不用重做。", self.why())
    }

    /// The sentence for an agent, who is the service.
    #[must_use]
    pub fn say_to_agent(self) -> String {
        format!("{}；请安排上门，或转二线，做过的步骤都在上门单里。", self.why())
    }

    fn why(self) -> String {
        match self {
            Self::Withdrawn => "这篇排查内容已经变更，请不要再往下做".to_owned(),
            Self::AllDone => "能做的步骤都走过了".to_owned(),
            Self::TechnicianOnly => "剩下的步骤要由专业人员来做".to_owned(),
            Self::NeedsUndone => "剩下的步骤要先做完前面没做的那一步，现在做不了".to_owned(),
            Self::CannotDo => "已经有两步做不到".to_owned(),
            Self::LongEnough(minutes) => format!("已经花了大约 {minutes} 分钟"),
            Self::NotWorthIt(left) => {
                format!("剩余 {} 步约需 {} 分钟，解决的可能不大", left.steps, left.minutes)
            }
        }
    }
}

/// Expected minutes of trying the first 0, 1, 2 … of `steps` and then calling service, which costs
/// `visit_minutes`, when the steps that failed leave `rest` of the chances.
#[must_use]
pub fn prefix_costs(steps: &[Weighed<'_>], rest: f64, visit_minutes: f64) -> Vec<f64> {
    let (mut guided, mut unsolved) = (0.0, 1.0);
    let mut costs = vec![visit_minutes];
    for step in steps {
        guided += step.cost * unsolved;
        unsolved = f64::max(unsolved - step.chance / rest, 0.0);
        costs.push(guided + visit_minutes * unsolved);
    }
    costs
}

/// How many of the steps are worth trying before service; the fewest, where it makes no difference.
#[must_use]
pub fn worth_trying(costs: &[f64]) -> usize {
    (0..costs.len()).min_by(|&a, &b| costs[a].total_cmp(&costs[b])).unwrap_or(0)
}

/// Whether the caller has had enough, after so many minutes and so many steps that could not be done.
pub(super) fn enough(channel: Channel, minutes: u32, cannot_do: usize) -> Option<ServiceReason> {
    let patience = match channel {
        Channel::OwnHands => PATIENCE.0,
        Channel::Phone => PATIENCE.1,
    };
    if cannot_do >= CANNOT_DO {
        return Some(ServiceReason::CannotDo);
    }
    (minutes > patience).then_some(ServiceReason::LongEnough(minutes))
}
