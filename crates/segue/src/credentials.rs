//! Who the command line is for a server that asks: `SEGUE_TOKEN`, or `SEGUE_USERNAME` and
//! `SEGUE_PASSWORD`. From the environment, which other users of the machine do not see, unlike
//! options.
//!
//! Not here: how a server checks them.

use std::sync::LazyLock;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

static AUTHORIZATION: LazyLock<Option<String>> = LazyLock::new(|| {
    let said = |name: &str| std::env::var(name).ok().filter(|text| !text.is_empty());
    header(said("SEGUE_TOKEN"), said("SEGUE_USERNAME"), said("SEGUE_PASSWORD"))
});

/// The header `Authorization` of all requests, if there is one.
pub(crate) fn authorization() -> Option<&'static str> {
    AUTHORIZATION.as_deref()
}

/// The header `Authorization` of a name and its password.
pub(crate) fn basic(name: &str, password: &str) -> String {
    format!("Basic {}", STANDARD.encode(format!("{name}:{password}")))
}

fn header(
    token: Option<String>,
    username: Option<String>,
    password: Option<String>,
) -> Option<String> {
    // Nothing that could begin another header.
    let plain = |token: &String| token.bytes().all(|byte| byte.is_ascii_graphic());
    if let Some(token) = token.filter(plain) {
        return Some(format!("Bearer {token}"));
    }
    Some(basic(&username?, &password.unwrap_or_default()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_wins_over_a_name() {
        let text = |text: &str| Some(text.to_owned());
        let basic = text("Basic YWRhOmE6Yg==");
        assert_eq!(header(None, text("ada"), text("a:b")), basic);
        assert_eq!(header(text("x"), text("ada"), text("a:b")), text("Bearer x"));
        assert_eq!(header(text("x\r\nhost: evil"), text("ada"), text("a:b")), basic);
        assert_eq!(header(None, None, text("a:b")), None);
    }
}
