//! Who is calling: a bearer token, or the signed cookie of a sign-in.

use std::{
    convert::Infallible,
    net::IpAddr,
    sync::{Mutex, PoisonError},
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use axum::{
    extract::{ConnectInfo, FromRef, FromRequestParts},
    http::{HeaderMap, StatusCode, header, request::Parts},
};
use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use super::{
    error::{ApiFault, HttpFault},
    limit::Limit,
    routes::ServerState,
};
use crate::access::Role;

/// A sign-in lasts a working day.
const SESSION: Duration = Duration::from_secs(12 * 3600);
/// Wrong tokens from one address within [`GUESS_WINDOW`] that are told to be wrong; who has the right one is let in
/// whatever others at the address tried, since behind a proxy all share one.
const GUESSES: u32 = 10;
const GUESS_WINDOW: Duration = Duration::from_secs(600);
/// Said of a sign-in link that was used, or printed at an earlier start. There is no other way in then, and the data
/// folder is in reach of who runs the server only.
const OLD_LINK: &str = "登录链接只能用一次，重新启动后旧链接也作废。请用最近一次启动时印出的链接；\
                        用过以后还要再登录，就停掉问诊，删掉数据文件夹里的 link-used 文件，再启动，会印出新的链接。";
/// The same where tokens are set.
const OLD_LINK_BESIDE_TOKENS: &str = "登录链接只能用一次，这个已经用过或者作废了。这里设置了口令，请用口令登录。";
/// The cookie's name.
const COOKIE: &str = "wenzhen";

/// Tokens that give roles; an absent one gives none.
#[derive(Clone, Default)]
pub struct Tokens {
    /// For agents.
    pub agent: Option<String>,
    /// For editors.
    pub editor: Option<String>,
    /// For the administrator.
    pub admin: Option<String>,
}

/// Checks tokens, signs cookies, counts wrong guesses.
pub struct Auth {
    /// SHA-256 of each token, so that comparing takes the same time whatever its length.
    tokens: Vec<(Role, [u8; 32])>,
    key: [u8; 32],
    link: Mutex<Option<Link>>,
    guesses: Limit<IpAddr>,
}

/// A sign-in link that works once.
struct Link {
    /// SHA-256 of its token.
    token: [u8; 32],
    /// Remembers that it has been used.
    used: Box<dyn FnOnce() + Send>,
}

impl Auth {
    /// Roles by `tokens`; cookies are signed with `secret`, and a changed token ends all sign-ins.
    #[must_use]
    pub fn new(tokens: &Tokens, secret: &[u8; 32]) -> Self {
        let named = [(Role::Admin, &tokens.admin), (Role::Editor, &tokens.editor), (Role::Agent, &tokens.agent)];
        let tokens: Vec<(Role, [u8; 32])> = named
            .into_iter()
            .filter_map(|(role, t)| Some((role, hash(t.as_deref().filter(|t| !t.is_empty())?))))
            .collect();
        let mut key = Sha256::new();
        key.update(secret);
        for (_, token) in &tokens {
            key.update(token);
        }
        Self { tokens, key: key.finalize().into(), link: Mutex::default(), guesses: Limit::new(GUESSES, GUESS_WINDOW) }
    }

    /// Whether any token is set.
    #[must_use]
    pub fn has_tokens(&self) -> bool {
        !self.tokens.is_empty()
    }

    /// Lets `token` sign in as administrator, once; then `used` is called.
    pub fn allow_once(&self, token: &str, used: impl FnOnce() + Send + 'static) {
        let link = Link { token: hash(token), used: Box::new(used) };
        *self.link.lock().unwrap_or_else(PoisonError::into_inner) = Some(link);
    }

    /// The role of the sign-in link, when `token` is its; afterwards it gives none.
    fn use_link(&self, token: &str) -> Option<Role> {
        let given = hash(token);
        let mut link = self.link.lock().unwrap_or_else(PoisonError::into_inner);
        let taken = link.take_if(|link| bool::from(link.token.ct_eq(&given)));
        drop(link);
        (taken?.used)();
        Some(Role::Admin)
    }

    /// The role a token gives.
    fn role_of(&self, token: &str) -> Option<Role> {
        let given = hash(token);
        self.tokens.iter().find(|(_, t)| bool::from(t.ct_eq(&given))).map(|(role, _)| *role)
    }

    /// Signs in with a token typed at `/login`, counting wrong ones from `address`.
    pub(crate) fn sign_in(&self, token: &str, address: Option<IpAddr>) -> Result<Role, HttpFault> {
        let role = self.role_of(token.trim()).or_else(|| self.use_link(token.trim()));
        role.ok_or_else(|| self.refused(address, "wrong-token", "口令不对。请检查后再试。"))
    }

    /// Signs in by the link printed at a start.
    pub(crate) fn follow_link(&self, token: &str, address: Option<IpAddr>) -> Result<Role, HttpFault> {
        self.use_link(token.trim()).ok_or_else(|| {
            let detail = if self.has_tokens() { OLD_LINK_BESIDE_TOKENS } else { OLD_LINK };
            self.refused(address, "old-link", detail)
        })
    }

    /// The cookie of a sign-in.
    pub(crate) fn cookie(&self, role: Role) -> String {
        let until = unix_now() + SESSION.as_secs();
        let said = format!("{}.{until}", role.as_str());
        format!(
            "{COOKIE}={said}.{}; Path=/; Max-Age={}; HttpOnly; SameSite=Lax",
            self.signature(&said),
            SESSION.as_secs()
        )
    }

    /// The cookie that ends a sign-in.
    pub(crate) fn no_cookie() -> String {
        format!("{COOKIE}=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax")
    }

    /// The role of the signed cookie in `headers`.
    pub(crate) fn role_of_headers(&self, headers: &HeaderMap) -> Option<Role> {
        let value = cookie(headers, COOKIE)?;
        let (said, signature) = value.rsplit_once('.')?;
        let (role, until) = said.split_once('.')?;
        let valid = bool::from(self.signature(said).as_bytes().ct_eq(signature.as_bytes()));
        let lasting = until.parse::<u64>().is_ok_and(|until| until > unix_now());
        (valid && lasting).then(|| Role::ALL.into_iter().find(|r| r.as_str() == role)).flatten()
    }

    fn signature(&self, said: &str) -> String {
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.key).expect("HMAC takes a key of any length");
        mac.update(said.as_bytes());
        mac.finalize().into_bytes().iter().map(|b| format!("{b:02x}")).collect()
    }

    /// Counts a wrong token from `address` and says what is wrong, unless there were too many.
    fn refused(&self, address: Option<IpAddr>, code: &'static str, detail: &str) -> HttpFault {
        if let Some(address) = address {
            if self.guesses.is_over(&address) {
                let detail = "口令试错太多次，请十分钟后再试。";
                return HttpFault::new(StatusCode::TOO_MANY_REQUESTS, "too-many-guesses", detail);
            }
            self.guesses.count(address);
        }
        HttpFault::new(StatusCode::UNAUTHORIZED, code, detail)
    }
}

fn hash(token: &str) -> [u8; 32] {
    Sha256::digest(token.as_bytes()).into()
}

fn unix_now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs()
}

/// The value of a cookie.
pub(crate) fn cookie<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    let pairs = headers.get_all(header::COOKIE).into_iter().filter_map(|h| h.to_str().ok()).flat_map(|h| h.split(';'));
    pairs.filter_map(|pair| pair.trim().split_once('=')).find(|(n, _)| *n == name).map(|(_, v)| v)
}

/// The token of `Authorization: Bearer`, empty when it is none. Other schemes are not for us: a server in front that
/// asks for a password sends it on.
fn bearer(headers: &HeaderMap) -> Option<&str> {
    headers.get_all(header::AUTHORIZATION).into_iter().find_map(|value| {
        let said = value.as_bytes();
        let (scheme, token) = said.split_at(said.iter().position(|b| *b == b' ').unwrap_or(said.len()));
        scheme.eq_ignore_ascii_case(b"bearer").then(|| std::str::from_utf8(token).unwrap_or("").trim())
    })
}

/// The address a request came from; absent when a test calls the router directly.
pub(crate) struct From(pub Option<IpAddr>);

impl<S: Send + Sync> FromRequestParts<S> for From {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Infallible> {
        Ok(Self(parts.extensions.get::<ConnectInfo<std::net::SocketAddr>>().map(|c| c.0.ip())))
    }
}

/// Who is calling.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Caller(pub Role);

impl<S> FromRequestParts<S> for Caller
where
    ServerState: FromRef<S>,
    S: Send + Sync,
{
    type Rejection = ApiFault;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiFault> {
        let auth = ServerState::from_ref(state).auth;
        let Some(token) = bearer(&parts.headers) else {
            return Ok(Self(auth.role_of_headers(&parts.headers).unwrap_or(Role::Customer)));
        };
        if let Some(role) = auth.role_of(token) {
            return Ok(Self(role));
        }
        let address = parts.extensions.get::<ConnectInfo<std::net::SocketAddr>>().map(|c| c.0.ip());
        Err(auth.refused(address, "wrong-token", "口令不对。请用 Authorization: Bearer 加正确的口令。").into())
    }
}

impl Caller {
    /// The caller, when the role is at least `role`.
    pub(crate) fn at_least(self, role: Role) -> Result<Self, HttpFault> {
        match self.0 {
            mine if mine >= role => Ok(self),
            Role::Customer => Err(HttpFault::sign_in()),
            _ => Err(HttpFault::new(StatusCode::FORBIDDEN, "forbidden", format!("这里需要{}权限。", role.label()))),
        }
    }
}
