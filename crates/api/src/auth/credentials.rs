//! What a request says about who asks: the header `Authorization`, or a cookie.
//!
//! Not here: whether it is true.

use super::cookie;
use crate::problem::Problem;
use axum::http::{HeaderMap, header};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

/// What was said. Has no `Debug`: it holds secrets.
#[derive(PartialEq, Eq)]
pub(crate) enum Credentials {
    /// Nothing; an empty header says nothing either.
    None,
    /// A name and a password or secret.
    Basic(String, String),
    /// A token.
    Bearer(String),
    /// A session's secret, from a cookie.
    Session(String),
    /// Something that cannot be read.
    Unreadable,
}

impl Credentials {
    /// Reads them. A cookie never stands beside a header: which of the two is meant nobody knows.
    pub(crate) fn of(headers: &HeaderMap) -> Result<Self, Problem> {
        match (Self::of_header(headers), cookie::read(headers)) {
            (Credentials::None, Some(secret)) => Ok(Credentials::Session(secret.to_owned())),
            (header, None) => Ok(header),
            _ => Err(Problem::invalid(
                "Expected either the header `Authorization` or a session's cookie, but found both.",
            )),
        }
    }

    fn of_header(headers: &HeaderMap) -> Self {
        let mut said = headers.get_all(header::AUTHORIZATION).iter();
        let Some(header) = said.next() else { return Credentials::None };
        if said.next().is_some() {
            return Credentials::Unreadable;
        }
        let Ok(text) = header.to_str() else { return Credentials::Unreadable };
        let text = text.trim();
        if text.is_empty() {
            return Credentials::None;
        }
        let (scheme, rest) = text.split_once(' ').unwrap_or((text, ""));
        match scheme.to_ascii_lowercase().as_str() {
            "bearer" if !rest.trim().is_empty() => Credentials::Bearer(rest.trim().to_owned()),
            "basic" => basic(rest.trim()).unwrap_or(Credentials::Unreadable),
            _ => Credentials::Unreadable,
        }
    }
}

fn basic(encoded: &str) -> Option<Credentials> {
    let text = String::from_utf8(STANDARD.decode(encoded).ok()?).ok()?;
    let (name, password) = text.split_once(':')?;
    Some(Credentials::Basic(name.to_owned(), password.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(values: &[&str]) -> Credentials {
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append(header::AUTHORIZATION, value.parse().unwrap());
        }
        Credentials::of(&headers).ok().unwrap()
    }

    #[test]
    fn reads_what_clients_send() {
        let basic = Credentials::Basic("ada".to_owned(), "a:b".to_owned());
        assert!(of(&["Basic YWRhOmE6Yg=="]) == basic);
        assert!(of(&["bearer  x.y"]) == Credentials::Bearer("x.y".to_owned()));
        assert!(of(&[""]) == Credentials::None, "clients without credentials send it empty");
        assert!(of(&[]) == Credentials::None);
        for wrong in ["Basic !", "Basic YWRh", "Bearer", "Digest x"] {
            assert!(of(&[wrong]) == Credentials::Unreadable, "{wrong}");
        }
        let both =
            [("host", "localhost"), ("cookie", "segue-session=x"), ("authorization", "Bearer x")];
        let mut headers: HeaderMap = both[..2]
            .iter()
            .map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap()))
            .collect();
        assert!(Credentials::of(&headers).ok() == Some(Credentials::Session("x".to_owned())));
        headers.insert(header::AUTHORIZATION, both[2].1.parse().unwrap());
        assert!(Credentials::of(&headers).is_err(), "which one?");
        assert!(of(&["Bearer x", "Bearer y"]) == Credentials::Unreadable, "which one?");
    }
}
