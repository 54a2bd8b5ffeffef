//! One test binary: what a person would notice, through a whole knowledge base.

mod api;
mod commands;
mod events;
mod folders;
mod guide;
#[cfg(unix)]
mod hard;
mod house;
mod leak;
mod licences;
mod live;
mod pages;
mod search;
mod trouble;
mod world;
