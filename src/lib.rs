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
