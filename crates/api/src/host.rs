//! Which `Host` and `Origin` a request may name, so that no foreign web page can use a browser to
//! speak with this server (cross-site requests, DNS rebinding).
//!
//! Not here: who the user is.

use crate::problem::Problem;
use crate::state::Config;
use axum::http::{HeaderMap, StatusCode, Uri, header};
use std::net::{IpAddr, SocketAddr};

/// The hosts we answer for.
#[derive(Debug)]
pub(crate) struct Hosts {
    address: SocketAddr,
    /// Configured names in lower case, with a port if it must be that one.
    names: Vec<(String, Option<u16>)>,
    /// The usual spelling, compared first.
    usual: [String; 2],
}

impl Hosts {
    pub(crate) fn new(config: &Config) -> Self {
        let port = config.address.port();
        let names = config.hosts.iter().filter_map(|name| {
            let name = name.to_ascii_lowercase();
            split(&name).map(|(host, port)| (host.to_owned(), port))
        });
        Hosts {
            address: config.address,
            names: names.collect(),
            usual: [format!("127.0.0.1:{port}"), format!("localhost:{port}")],
        }
    }

    /// Refuses a request that names a host or an origin that is not ours.
    pub(crate) fn check(&self, headers: &HeaderMap, uri: &Uri) -> Result<(), Problem> {
        let mut hosts = headers.get_all(header::HOST).iter();
        let host = hosts.next().and_then(|host| host.to_str().ok()).unwrap_or_default();
        if hosts.next().is_some() || !self.answers_for(host) {
            return Err(self.refusal("Host", host));
        }
        if let Some(named) = uri.authority().filter(|named| !self.answers_for(named.as_str())) {
            return Err(self.refusal("Host", named.as_str()));
        }
        for origin in headers.get_all(header::ORIGIN) {
            let origin = origin.to_str().unwrap_or_default();
            let authority =
                origin.strip_prefix("http://").or_else(|| origin.strip_prefix("https://"));
            // Browsers leave out the scheme's own port, so the page's own host always passes.
            let is_ours = |it: &str| it.eq_ignore_ascii_case(host) || self.answers_for(it);
            if !authority.is_some_and(is_ours) {
                return Err(self.refusal("Origin", origin));
            }
        }
        Ok(())
    }

    fn answers_for(&self, authority: &str) -> bool {
        if self.usual.iter().any(|usual| usual == authority) {
            return true;
        }
        let authority = authority.to_ascii_lowercase();
        let Some((host, port)) = split(&authority) else { return false };
        let ours = port.unwrap_or(80) == self.address.port();
        if ours && (host == "localhost" || host.parse().is_ok_and(|ip| self.is_our_ip(ip))) {
            return true;
        }
        self.names.iter().any(|(name, only)| name == host && (only.is_none() || *only == port))
    }

    /// An address cannot be rebound as a name can; what counts is where we listen.
    fn is_our_ip(&self, ip: IpAddr) -> bool {
        let bound = self.address.ip();
        ip.is_loopback() || ip == bound || bound.is_unspecified()
    }

    fn refusal(&self, header: &str, found: &str) -> Problem {
        let [usual, _] = &self.usual;
        Problem::new(
            StatusCode::FORBIDDEN,
            "FORBIDDEN",
            format!(
                "Expected the header `{header}` to name this server, for example `{usual}`, but \
                 found `{found}`. If it is a name of this server, give it with --host-name."
            ),
        )
    }
}

/// Host (without brackets) and port of an authority; `None` if it is none.
fn split(authority: &str) -> Option<(&str, Option<u16>)> {
    let (host, port) = if let Some(rest) = authority.strip_prefix('[') {
        let (host, port) = rest.split_once(']')?;
        match port.strip_prefix(':') {
            Some(port) => (host, Some(port)),
            None if port.is_empty() => (host, None),
            None => return None,
        }
    } else {
        match authority.split_once(':') {
            Some((host, port)) => (host, Some(port)),
            None => (authority, None),
        }
    };
    let port = match port {
        None => None,
        Some(port) if port.bytes().all(|byte| byte.is_ascii_digit()) => Some(port.parse().ok()?),
        Some(_) => return None,
    };
    (!host.is_empty()).then_some((host, port))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hosts(address: &str, names: &[&str]) -> Hosts {
        let names = names.iter().map(|name| (*name).to_owned()).collect();
        Hosts::new(&Config { hosts: names, ..Config::at(address.parse().unwrap()) })
    }

    fn asked(hosts: &Hosts, host: &str, origin: Option<&str>) -> bool {
        let mut headers = HeaderMap::new();
        headers.insert(header::HOST, host.parse().unwrap());
        if let Some(origin) = origin {
            headers.insert(header::ORIGIN, origin.parse().unwrap());
        }
        hosts.check(&headers, &Uri::from_static("/v2/topology")).is_ok()
    }

    #[test]
    fn answers_for_loopback_at_its_own_port() {
        let hosts = hosts("127.0.0.1:8080", &[]);
        for host in ["127.0.0.1:8080", "localhost:8080", "LocalHost:8080", "[::1]:8080"] {
            assert!(asked(&hosts, host, None), "{host}");
        }
    }

    #[test]
    fn refuses_foreign_names_and_ports() {
        let hosts = hosts("127.0.0.1:8080", &[]);
        for host in [
            "",
            "localhost",
            "localhost:80",
            "localhost:8081",
            "evil.example:8080",
            "[::1:8080",
            "10.0.0.1:8080",
            "localhost:8080.evil.example",
            "localhost:8080:8080",
            ":8080",
            "localhost:+8080",
            "127.0.0.1.evil.example:8080",
            "[::1]8080",
            "user@localhost:8080",
        ] {
            assert!(!asked(&hosts, host, None), "{host}");
        }
    }

    #[test]
    fn a_request_names_one_host() {
        let hosts = hosts("127.0.0.1:8080", &[]);
        let mut headers = HeaderMap::new();
        assert!(hosts.check(&headers, &Uri::from_static("/")).is_err());
        headers.append(header::HOST, "localhost:8080".parse().unwrap());
        assert!(hosts.check(&headers, &Uri::from_static("/")).is_ok());
        assert!(hosts.check(&headers, &Uri::from_static("http://evil.example/")).is_err());
        headers.append(header::HOST, "evil.example".parse().unwrap());
        assert!(hosts.check(&headers, &Uri::from_static("/")).is_err());
    }

    #[test]
    fn refuses_foreign_origins() {
        let hosts = hosts("127.0.0.1:8080", &[]);
        let host = "localhost:8080";
        assert!(asked(&hosts, host, Some("http://localhost:8080")));
        assert!(asked(&hosts, host, Some("http://127.0.0.1:8080")));
        for origin in ["null", "", "http://localhost:3000", "https://evil.example", "file://"] {
            assert!(!asked(&hosts, host, Some(origin)), "{origin}");
        }
    }

    #[test]
    fn answers_for_configured_names() {
        let hosts = hosts("127.0.0.1:8080", &["segue.example", "other.example:9000"]);
        assert!(asked(&hosts, "segue.example", Some("https://segue.example")));
        assert!(asked(&hosts, "Segue.Example:443", None));
        assert!(asked(&hosts, "other.example:9000", None));
        assert!(!asked(&hosts, "other.example:9001", None));
        assert!(!asked(&hosts, "segue.example", Some("https://evil.example")));
    }

    #[test]
    fn answers_for_the_addresses_it_listens_at() {
        assert!(asked(&hosts("10.0.0.1:8080", &[]), "10.0.0.1:8080", None));
        assert!(!asked(&hosts("10.0.0.1:8080", &[]), "10.0.0.2:8080", None));
        assert!(asked(&hosts("0.0.0.0:8080", &[]), "10.0.0.2:8080", None));
        assert!(!asked(&hosts("0.0.0.0:8080", &[]), "evil.example:8080", None));
    }
}
