//! One test binary: what a person would notice, through a whole knowledge base.

mod house;
mod licences;
