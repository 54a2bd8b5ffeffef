//! Wenzhen 问诊: a folder of Markdown articles, searched in Chinese, live.

/// Who may see what.
pub mod access;
/// One Markdown file as a typed value.
pub mod article;
/// What support works on: handoffs, feedback.
pub mod case;
/// The terminal door.
pub mod cli;
/// The kb folder as one value.
pub mod corpus;
/// What a search is asked and what it says.
pub mod found;
/// A walkthrough as a pure fold.
pub mod guide;
/// The HTTP door.
pub mod http;
/// The written side of tantivy.
pub mod index;
/// What people come for: publish and find.
pub mod journey;
/// Text to vector.
pub mod meaning;
/// The asked side.
pub mod search;
/// What survives a restart.
pub mod store;
/// Raw characters to comparable words.
pub mod text;
