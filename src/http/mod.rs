//! The HTTP door: URLs, JSON, HTML, status codes. Parses, calls one journey, renders.

mod api;
mod assets;
mod auth;
mod error;
mod guard;
mod links;
mod pages;
mod params;
mod routes;

pub use auth::{Auth, Tokens};
pub use routes::{Hotline, ServerState, openapi, router};
