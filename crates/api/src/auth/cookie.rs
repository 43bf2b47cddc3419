//! The cookie of a browser's session.
//!
//! Not here: whose session it is, and how long it lasts.

use axum::http::{HeaderMap, HeaderValue, header};
use std::net::IpAddr;

/// Its name on loopback, where there is no TLS.
const ON_LOOPBACK: &str = "segue-session";
/// Its name everywhere else: a browser takes it from this very host over TLS only (RFC 6265bis,
/// 4.1.3.2).
const ELSEWHERE: &str = "__Host-segue-session";

/// The name of the cookie at the host that was asked. The other name says nothing there: a page of
/// a neighbouring host, which can set a cookie without the prefix, shall not choose the session.
fn name(headers: &HeaderMap) -> &'static str {
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
    let name = match host.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        Some((address, _)) => address,
        None => host.split_once(':').map_or(host, |(name, _)| name),
    };
    let is_loopback = name.parse::<IpAddr>().is_ok_and(|address| address.is_loopback());
    if is_loopback || name.eq_ignore_ascii_case("localhost") { ON_LOOPBACK } else { ELSEWHERE }
}

/// The secret in a request's cookie.
pub(super) fn read(headers: &HeaderMap) -> Option<&str> {
    let name = name(headers);
    let texts = headers.get_all(header::COOKIE).iter().filter_map(|it| it.to_str().ok());
    let mut pairs =
        texts.flat_map(|text| text.split(';')).filter_map(|it| it.trim().split_once('='));
    pairs.find(|(found, _)| *found == name).map(|(_, secret)| secret).filter(|it| !it.is_empty())
}

/// The header that sets it; an empty secret and no seconds delete it. Scripts cannot read it, and
/// browsers send it with no request of another site.
pub(crate) fn write(headers: &HeaderMap, secret: &str, seconds: u64) -> HeaderValue {
    let name = name(headers);
    let secure = if name == ELSEWHERE { "; Secure" } else { "" };
    let text =
        format!("{name}={secret}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Strict{secure}");
    let mut value = HeaderValue::from_str(&text).expect("a secret is letters and digits");
    value.set_sensitive(true);
    value
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(host: &str, cookie: &str) -> HeaderMap {
        let cookie = (header::COOKIE, cookie.parse().unwrap());
        HeaderMap::from_iter([(header::HOST, host.parse().unwrap()), cookie])
    }

    #[test]
    fn is_for_this_host_alone() {
        let set = |host: &str| write(&asked(host, ""), "x", 60).to_str().unwrap().to_owned();
        let elsewhere =
            "__Host-segue-session=x; Path=/; Max-Age=60; HttpOnly; SameSite=Strict; Secure";
        for host in ["segue.example", "segue.example:8443", "10.0.0.1:8080", "127.0.0.1.example"] {
            assert_eq!(set(host), elsewhere, "{host}");
        }
        let here = "segue-session=x; Path=/; Max-Age=60; HttpOnly; SameSite=Strict";
        for host in ["localhost:8080", "127.0.0.1:8080", "[::1]:8080", "LocalHost"] {
            assert_eq!(set(host), here, "{host}");
        }
    }

    #[test]
    fn a_cookie_without_the_prefix_says_nothing_elsewhere() {
        let both = "a=1; segue-session=theirs; __Host-segue-session=ours";
        assert_eq!(read(&asked("segue.example", both)), Some("ours"));
        assert_eq!(read(&asked("segue.example", "segue-session=theirs")), None);
        assert_eq!(read(&asked("localhost:8080", both)), Some("theirs"));
        assert_eq!(read(&asked("localhost:8080", "segue-session=")), None);
    }
}
