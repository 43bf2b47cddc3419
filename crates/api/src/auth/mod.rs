//! Who asks: passwords, tokens and sessions, turned into an actor with grants.
//!
//! Not here: what an actor may do (`guard` says what reading needs, the runtime asks for commands),
//! and the requests that change who there is.

pub(crate) mod asker;
mod authenticator;
mod bootstrap;
pub(crate) mod cookie;
pub(crate) mod credentials;
pub(crate) mod guard;
pub(crate) mod password;
mod signed;

pub(crate) use authenticator::{Authenticator, TOKEN_PREFIX};
pub use bootstrap::{FirstAdministrator, Guest, first_administrator, invite};
pub use password::PasswordCost;

use axum::http::{HeaderValue, header};
use axum::response::Response;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};

/// Whether callers must say who they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Authentication {
    /// Everybody is the same user, who may do everything.
    #[default]
    None,
    /// By what this server knows itself: users, clients and tokens.
    Local,
}

/// Random bytes from the operating system.
pub(crate) fn random<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).expect("the operating system has random numbers");
    bytes
}

/// A secret that nobody guesses: 256 bits in letters and digits of base64url.
pub(crate) fn new_secret() -> String {
    URL_SAFE_NO_PAD.encode(random::<32>())
}

/// What is kept of such a secret.
pub(crate) fn digest_of(secret: &str) -> String {
    use std::fmt::Write;
    let digest = Sha256::digest(secret.as_bytes());
    digest.iter().fold(String::with_capacity(64), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// An answer that nobody keeps: it holds a secret.
pub(crate) fn no_store(mut response: Response) -> Response {
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}
