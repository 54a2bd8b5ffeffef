//! A walkthrough as a pure fold: a procedure and the answers so far say where one stands. Knows
//! neither who is walking nor where it is kept.

mod advance;
mod chance;
mod model;
mod order;
mod question;
mod stop;

pub use advance::{Danger, Proposal, Remaining, Service, Situation, Stand, Tally, advance, is_walkable};
pub use chance::{NO_STEP, Weighed, cost, minutes, weigh};
pub use model::{Answer, Candidate, Channel, Said, Walkthrough, WalkthroughId};
pub use order::{ahead, is_offered, proposed, walked};
pub use question::{Contender, Contest, Narrowed, narrow, ranking};
pub use stop::{ServiceReason, prefix_costs, worth_trying};

#[cfg(test)]
mod tests;
