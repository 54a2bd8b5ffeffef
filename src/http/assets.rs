//! Style, scripts and icon, inside the binary, under names that hold the hash of their content.

use std::sync::LazyLock;

use axum::{
    extract::Path,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};

use crate::article::Revision;

/// Hex digits of the hash in a name.
const DIGITS: usize = 12;

struct Asset {
    name: String,
    media_type: &'static str,
    content: &'static str,
}

/// URLs for the layout.
pub(crate) struct AssetUrls {
    pub style: String,
    pub scripts: Vec<String>,
    pub icon: String,
}

static ASSETS: LazyLock<Vec<Asset>> = LazyLock::new(|| {
    let css = "text/css; charset=utf-8";
    let script = "text/javascript; charset=utf-8";
    vec![
        asset("main", "css", css, include_str!("../../web/style/main.css")),
        asset("search", "js", script, include_str!("../../web/script/search.js")),
        asset("keys", "js", script, include_str!("../../web/script/keys.js")),
        asset("desk", "js", script, include_str!("../../web/script/desk.js")),
        asset("live", "js", script, include_str!("../../web/script/live.js")),
        asset("icon", "svg", "image/svg+xml", include_str!("../../web/icon/icon.svg")),
    ]
});

pub(crate) static URLS: LazyLock<AssetUrls> = LazyLock::new(|| {
    let with = |ending: &str| {
        ASSETS
            .iter()
            .filter(move |a| a.name.ends_with(ending))
            .map(|a| format!("/assets/{}", a.name))
            .collect::<Vec<_>>()
    };
    AssetUrls { style: with(".css").concat(), scripts: with(".js"), icon: with(".svg").concat() }
});

fn asset(stem: &str, ending: &str, media_type: &'static str, content: &'static str) -> Asset {
    let hash = Revision::of(content.as_bytes()).to_string();
    Asset { name: format!("{stem}-{}.{ending}", &hash[..DIGITS]), media_type, content }
}

/// `GET /assets/{name}`
pub(crate) async fn asset_file(Path(name): Path<String>) -> Response {
    match ASSETS.iter().find(|a| a.name == name) {
        None => StatusCode::NOT_FOUND.into_response(),
        Some(asset) => {
            let headers = [
                (header::CONTENT_TYPE, HeaderValue::from_static(asset.media_type)),
                (header::CACHE_CONTROL, HeaderValue::from_static("public, max-age=31536000, immutable")),
            ];
            (headers, asset.content).into_response()
        }
    }
}
