//! Wenzhen 问诊: a folder of Markdown articles, searched in Chinese, live.

/// Raw characters to comparable words.
pub mod text;
