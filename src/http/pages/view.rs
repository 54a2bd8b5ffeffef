//! `POST /view`: large text on or off, remembered in a cookie, without script.

use axum::{
    extract::Form,
    response::{IntoResponse, Redirect, Response},
};
use serde::Deserialize;

use super::{own_path, sign_in::with_cookie};

/// The fields of the form.
#[derive(Deserialize)]
pub(crate) struct ViewForm {
    #[serde(default)]
    back: String,
    #[serde(default)]
    large: String,
}

/// Remembers the size of the text and goes back.
pub(crate) async fn view(Form(sent): Form<ViewForm>) -> Response {
    let (size, age) = if sent.large == "1" { ("large", 31_536_000) } else { ("", 0) };
    let cookie = format!("text={size}; Path=/; Max-Age={age}; SameSite=Lax");
    with_cookie(Redirect::to(own_path(&sent.back)).into_response(), &cookie)
}
