//! One Markdown file as a typed value: bytes in, article and problems out. Knows no folder, no
//! index, no clock.

mod block;
mod culprit;
mod date;
mod decode;
mod dialect;
mod facts;
mod front_matter;
mod header;
mod html;
mod inline;
mod keys;
mod lost_header;
mod model;
mod outline;
mod parse;
mod passages;
mod problem;
mod procedure;
mod rules;
mod sanitise;
mod signs;
mod step;
mod yaml;

pub use date::Date;
pub use decode::decode;
pub use facts::{Fact, parse_facts};
pub use html::{Links, NoLinks, Renderer, Viewer, render};
pub use model::{
    Article, ArticleId, Audience, Kind, Link, Passage, Place, RelPath, Revision, Section, SectionRole, Severity, Status,
};
pub use parse::{MAX_BYTES, Parsed, parse};
pub use problem::{Level, Problem, Trouble};
pub use procedure::{Layer, Likelihood, Outcome, Safety, Step, Who};
pub use rules::check_article;
pub use signs::{Sign, SignVocabulary, parse_signs};

#[cfg(test)]
mod tests;
