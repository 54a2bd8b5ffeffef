//! The terminal door: settings, one file for each command. What people read is Chinese.

mod arguments;
mod check;
mod doctor;
mod explain;
mod forget;
mod new;
mod open;
mod progress;
mod sarif;
mod schema;
mod search;
mod serve;
mod settings;
mod table;
mod terminal;
mod test;
mod tune;
mod wording;

pub use arguments::{Cli, run};
pub use terminal::Failure;
