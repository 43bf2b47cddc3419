//! The browser workspace: its files, its pages under any path of its own, and what says where it
//! is when this binary holds none.
//!
//! Not here: the workspace itself (`web/`), and every path under `/v2`, `/api` and `/health`.

use axum::body::Body;
use axum::extract::Request;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::response::Response;
use bytes::Bytes;

/// What the workspace may do in a browser: speak with this server and nobody else. Styles are set
/// inline by the diagram and form libraries; scripts never are.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; \
                      img-src 'self' data: blob:; font-src 'self' data:; connect-src 'self'; \
                      manifest-src 'self'; worker-src 'self'; base-uri 'none'; \
                      form-action 'self'; frame-ancestors 'none'";

/// First segments of paths that programs ask; a page there would hide their mistake.
const NOT_PAGES: &[&str] = &["api", "health", "metrics", "v1", "v2"];

/// Names in this folder contain a hash of the content, so they never change.
const HASHED: &str = "assets/";

const ABSENT: &str = include_str!("workspace/absent.html");

/// One file as it goes over the wire.
struct File {
    content: Bytes,
    is_gzip: bool,
    /// Quoted.
    tag: String,
}

/// The answer, if the request asks for a file or a page of the workspace.
pub(crate) fn answer(request: &Request) -> Option<Response> {
    if !matches!(*request.method(), Method::GET | Method::HEAD) {
        return None;
    }
    let path = request.uri().path().trim_start_matches('/');
    let accepts = Accepts::of(request.headers());
    if let Some(file) = (!path.is_empty()).then(|| file(path, accepts.gzip)).flatten() {
        return Some(respond(path, file, request.headers()));
    }
    let first = path.split('/').next().unwrap_or_default();
    if NOT_PAGES.contains(&first) || path.starts_with(HASHED) {
        return None;
    }
    if !path.is_empty() && !accepts.html {
        return None;
    }
    Some(match file("index.html", accepts.gzip) {
        Some(index) => respond("index.html", index, request.headers()),
        None => absent(),
    })
}

/// What the client can read.
struct Accepts {
    gzip: bool,
    html: bool,
}

impl Accepts {
    fn of(headers: &HeaderMap) -> Self {
        let named = |name, what: &str| {
            headers.get_all(name).iter().filter_map(|it| it.to_str().ok()).any(|it| {
                it.split(',').any(|part| {
                    let mut parts = part.split(';').map(str::trim);
                    parts.next() == Some(what) && !parts.any(|it| it == "q=0")
                })
            })
        };
        Accepts {
            gzip: named(header::ACCEPT_ENCODING, "gzip"),
            html: named(header::ACCEPT, "text/html"),
        }
    }
}

fn respond(path: &str, file: File, asked: &HeaderMap) -> Response {
    let is_known = asked
        .get_all(header::IF_NONE_MATCH)
        .iter()
        .filter_map(|it| it.to_str().ok())
        .any(|it| it.split(',').any(|tag| tag.trim().trim_start_matches("W/") == file.tag));
    let mut response = if is_known {
        let mut response = Response::new(Body::empty());
        *response.status_mut() = StatusCode::NOT_MODIFIED;
        response
    } else {
        Response::new(Body::from(file.content))
    };
    let headers = response.headers_mut();
    let caching =
        if path.starts_with(HASHED) { "public, max-age=31536000, immutable" } else { "no-cache" };
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(caching));
    headers.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    if let Ok(tag) = HeaderValue::try_from(file.tag) {
        headers.insert(header::ETAG, tag);
    }
    if file.is_gzip {
        headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
    }
    guard(headers, media_type(path));
    response
}

fn absent() -> Response {
    let mut response = Response::new(Body::from(ABSENT));
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    guard(headers, "text/html; charset=utf-8");
    response
}

fn guard(headers: &mut HeaderMap, kind: &'static str) {
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    headers.insert("cross-origin-opener-policy", HeaderValue::from_static("same-origin"));
    headers.insert("cross-origin-resource-policy", HeaderValue::from_static("same-origin"));
}

fn media_type(path: &str) -> &'static str {
    match path.rsplit('.').next().unwrap_or_default() {
        "css" => "text/css; charset=utf-8",
        "html" => "text/html; charset=utf-8",
        "js" => "text/javascript; charset=utf-8",
        "json" | "webmanifest" => "application/json",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "woff" => "font/woff",
        "woff2" => "font/woff2",
        _ => "application/octet-stream",
    }
}

/// The file, compressed when the build left a compressed copy beside it.
#[cfg(feature = "workspace")]
fn file(path: &str, accepts_gzip: bool) -> Option<File> {
    use std::borrow::Cow;
    use std::fmt::Write;

    #[derive(rust_embed::Embed)]
    #[folder = "../../web/dist"]
    #[allow_missing = true]
    struct Built;

    let compressed = accepts_gzip.then(|| Built::get(&format!("{path}.gz"))).flatten();
    let is_gzip = compressed.is_some();
    let found = compressed.or_else(|| Built::get(path))?;
    let content = match found.data {
        Cow::Borrowed(bytes) => Bytes::from_static(bytes),
        Cow::Owned(bytes) => Bytes::from(bytes),
    };
    let mut tag = "\"".to_owned();
    for byte in &found.metadata.sha256_hash()[..12] {
        write!(tag, "{byte:02x}").expect("a string takes everything");
    }
    tag.push('"');
    Some(File { content, is_gzip, tag })
}

#[cfg(not(feature = "workspace"))]
fn file(_: &str, _: bool) -> Option<File> {
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(method: Method, path: &str, accept: &str) -> Option<Response> {
        let request = Request::builder().method(method).uri(path).header(header::ACCEPT, accept);
        answer(&request.body(Body::empty()).unwrap())
    }

    #[test]
    fn any_path_of_its_own_is_a_page() {
        for path in ["/", "/operate/instances/1", "/work?q=a"] {
            let page = asked(Method::GET, path, "text/html,*/*;q=0.8").unwrap();
            assert_eq!(page.status(), StatusCode::OK, "{path}");
            assert_eq!(page.headers()[header::CONTENT_TYPE], "text/html; charset=utf-8");
            let policy = page.headers()[header::CONTENT_SECURITY_POLICY].to_str().unwrap();
            assert!(policy.contains("script-src 'self';"), "{policy}");
        }
    }

    #[test]
    fn a_program_that_asks_a_wrong_path_gets_a_problem() {
        assert!(asked(Method::GET, "/v2/nothing", "text/html").is_none());
        assert!(asked(Method::GET, "/api/v1/nothing", "text/html").is_none());
        assert!(asked(Method::GET, "/process-instances", "application/json").is_none());
        assert!(asked(Method::POST, "/", "text/html").is_none());
    }

    #[test]
    fn a_file_that_is_gone_is_not_a_page() {
        assert!(asked(Method::GET, "/assets/old-1234.js", "text/html").is_none());
    }

    #[test]
    fn what_is_known_is_not_sent_again() {
        let file =
            || File { content: Bytes::from_static(b"x"), is_gzip: true, tag: "\"a\"".into() };
        let mut asked = HeaderMap::new();
        assert_eq!(respond("assets/a.js", file(), &asked).status(), StatusCode::OK);
        asked.insert(header::IF_NONE_MATCH, HeaderValue::from_static("W/\"b\", \"a\""));
        let again = respond("assets/a.js", file(), &asked);
        assert_eq!(again.status(), StatusCode::NOT_MODIFIED);
        assert!(again.headers()[header::CACHE_CONTROL].to_str().unwrap().contains("immutable"));
        assert_eq!(
            respond("index.html", file(), &asked).headers()[header::CACHE_CONTROL],
            "no-cache"
        );
    }
}
