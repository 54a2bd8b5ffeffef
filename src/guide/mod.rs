//! A walkthrough as a pure fold: a procedure and the answers so far say where one stands. Knows
//! neither who is walking nor where it is kept.

mod model;

pub use model::{Answer, Candidate, Channel, Said, Walkthrough, WalkthroughId};
