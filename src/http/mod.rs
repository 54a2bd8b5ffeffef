//! The HTTP door: URLs, JSON, HTML, status codes. Parses, calls one journey, renders.

mod api;
mod assets;
mod auth;
mod error;
mod guard;
mod limit;
mod links;
mod pages;
mod params;
mod routes;
mod tries;

pub use auth::{Auth, Tokens};
pub use routes::{Hotline, ServerState, openapi, router};
pub use tries::Tries;
