//! One test binary: what a person would notice, through a whole knowledge base.

mod any_input;
mod api;
#[path = "../../fuzz/check/mod.rs"]
#[expect(unreachable_pub, reason = "it is also the library of the fuzz crate")]
mod check;
mod commands;
mod desk;
mod embeddings;
mod events;
mod folders;
mod guide;
#[cfg(unix)]
mod hard;
mod hostile;
mod house;
mod judged;
mod known;
mod leak;
mod licences;
mod live;
#[cfg(feature = "model")]
mod meaning;
mod pages;
#[cfg(unix)]
mod relay;
mod search;
mod trouble;
mod tune;
mod walk;
mod world;
