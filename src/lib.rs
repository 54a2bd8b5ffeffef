//! Wenzhen 问诊: a folder of Markdown articles, searched in Chinese, live.

/// Raw characters to comparable words.
pub mod text;
/// One Markdown file as a typed value.
pub mod article;
/// Who may see what.
pub mod access;
/// What a search is asked and what it says.
pub mod found;
/// The kb folder as one value.
pub mod corpus;
/// The written side of tantivy.
pub mod index;
/// The asked side.
pub mod search;
/// What survives a restart.
pub mod store;
/// What people come for: publish and find.
pub mod journey;
/// The HTTP door.
pub mod http;
/// The terminal door.
pub mod cli;
