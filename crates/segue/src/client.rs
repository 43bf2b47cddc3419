//! Questions to a running server over REST, with refusals turned into sentences.
//!
//! Not here: bytes on the wire (`http`), and what is printed (`command`).

use std::path::Path;

use serde_json::{Value, json};

use crate::credentials::authorization;
use crate::failure::Failure;
use crate::http::{Connection, Request};
use crate::limits::PAGE_ROWS;

/// Which server a verb talks to.
#[derive(Debug, Clone, clap::Args)]
pub(crate) struct ServerAddress {
    /// The server, as `segue serve` printed it.
    #[arg(
        long,
        env = "SEGUE_ADDRESS",
        default_value = "http://127.0.0.1:8080",
        value_name = "URL"
    )]
    pub(crate) address: String,
}

impl ServerAddress {
    /// `host:port` of the server.
    pub(crate) fn authority(&self) -> Result<String, Failure> {
        authority(&self.address)
    }

    /// A client of the server.
    pub(crate) fn client(&self) -> Result<Client, Failure> {
        Ok(Client::to(&self.authority()?))
    }
}

/// `host:port` of `http://host:port`.
fn authority(address: &str) -> Result<String, Failure> {
    let wrong = |found: &str| {
        Failure::usage(format!(
            "Expected the server's address like http://127.0.0.1:8080, but found {found}."
        ))
    };
    let rest = match address.split_once("://") {
        Some(("http", rest)) => rest,
        Some((scheme, _)) => return Err(wrong(&format!("scheme `{scheme}`"))),
        None => address,
    };
    let rest = rest.trim_end_matches('/');
    let usable = |c: char| c.is_ascii_alphanumeric() || "-._:[]".contains(c);
    if rest.is_empty() || !rest.chars().all(usable) {
        return Err(wrong(&format!("`{address}`")));
    }
    let port = rest.rsplit_once(':').filter(|(_, port)| port.parse::<u16>().is_ok());
    Ok(if port.is_some() { rest.to_owned() } else { format!("{rest}:80") })
}

/// A connection to a server that speaks JSON.
#[derive(Debug)]
pub(crate) struct Client {
    connection: Connection,
    authority: String,
}

impl Client {
    /// A client of the server at `host:port`.
    pub(crate) fn to(authority: &str) -> Self {
        let mut connection = Connection::to(authority);
        connection.authorization = authorization();
        Client { connection, authority: authority.to_owned() }
    }

    /// A client that says who it is by this header, if there is one.
    pub(crate) fn by(authority: &str, authorization: Option<&'static str>) -> Self {
        let mut client = Client::to(authority);
        client.connection.authorization = authorization.or(client.connection.authorization);
        client
    }

    /// Asks for a resource.
    pub(crate) async fn get(&mut self, path: &str) -> Result<Value, Failure> {
        self.ask(Request::get(path)).await
    }

    /// Sends JSON.
    pub(crate) async fn post(&mut self, path: &str, body: &Value) -> Result<Value, Failure> {
        let body = body.to_string();
        self.ask(Request::post(path, body.as_bytes())).await
    }

    /// Changes a resource with JSON.
    pub(crate) async fn patch(&mut self, path: &str, body: &Value) -> Result<Value, Failure> {
        let body = body.to_string();
        let request = Request::post(path, body.as_bytes());
        self.ask(Request { method: "PATCH", ..request }).await
    }

    /// Takes a resource away.
    pub(crate) async fn delete(&mut self, path: &str) -> Result<Value, Failure> {
        let request = Request::get(path);
        self.ask(Request { method: "DELETE", ..request }).await
    }

    /// Sends JSON under an idempotency key: sent again, it is not done again.
    pub(crate) async fn post_once(
        &mut self,
        path: &str,
        key: &str,
        body: &Value,
    ) -> Result<Value, Failure> {
        let body = body.to_string();
        self.ask(Request::post(path, body.as_bytes()).with_key(key)).await
    }

    /// All rows a search finds, page by page.
    pub(crate) async fn search(
        &mut self,
        path: &str,
        filter: &Value,
        limit: u64,
    ) -> Result<Vec<Value>, Failure> {
        let mut rows = Vec::new();
        let mut after: Option<String> = None;
        while (rows.len() as u64) < limit {
            let mut page = json!({ "limit": PAGE_ROWS.min(limit - rows.len() as u64) });
            if let Some(cursor) = &after {
                page["after"] = json!(cursor);
            }
            let answer = self.post(path, &json!({ "filter": filter, "page": page })).await?;
            let items = answer["items"].as_array().map_or(&[][..], Vec::as_slice);
            rows.extend(items.iter().cloned());
            let cursor = answer["page"]["endCursor"].as_str().map(str::to_owned);
            if items.is_empty() || cursor.is_none() || cursor == after {
                break;
            }
            after = cursor;
        }
        Ok(rows)
    }

    /// Sends files as one deployment.
    pub(crate) async fn deploy(&mut self, files: &[(String, Vec<u8>)]) -> Result<Value, Failure> {
        self.send_files("/v2/deployments", files).await
    }

    /// Sends files as one form.
    pub(crate) async fn send_files(
        &mut self,
        path: &str,
        files: &[(String, Vec<u8>)],
    ) -> Result<Value, Failure> {
        let (content_type, body) = multipart(files);
        let request =
            Request { method: "POST", path, content_type: &content_type, key: None, body: &body };
        self.ask(request).await
    }

    /// Sends a request; `Null` stands for an answer without a body.
    pub(crate) async fn ask(&mut self, request: Request<'_>) -> Result<Value, Failure> {
        let answer = self.connection.send(request).await.map_err(|error| {
            Failure::work(format!(
                "Expected an answer from http://{}, but found: {error}. Start a server with \
                 `segue serve`, or name another with --address.",
                self.authority
            ))
        })?;
        let value = serde_json::from_slice(answer.body);
        match answer.status {
            200..=299 if answer.body.is_empty() => Ok(Value::Null),
            200..=299 => value.map_err(|error| {
                Failure::work(format!("Expected JSON from the server, but found: {error}"))
            }),
            status => Err(Failure::Work(refusal(status, &value.unwrap_or(Value::Null)))),
        }
    }
}

/// A problem+json document as a sentence.
pub(crate) fn refusal(status: u16, problem: &Value) -> String {
    let title = problem["title"].as_str().unwrap_or("the server refused");
    match problem["detail"].as_str() {
        Some(detail) => format!("{detail} ({status} {title})"),
        None => format!("Expected success, but found: {status} {title}"),
    }
}

/// Reads the files of a deployment.
pub(crate) fn read_files<P: AsRef<Path>>(paths: &[P]) -> Result<Vec<(String, Vec<u8>)>, Failure> {
    paths
        .iter()
        .map(|path| {
            let path = path.as_ref();
            let bytes = std::fs::read(path).map_err(|error| {
                Failure::work(format!("Expected to read {}: {error}", path.display()))
            })?;
            let name = path.file_name().unwrap_or(path.as_os_str());
            Ok((name.to_string_lossy().into_owned(), bytes))
        })
        .collect()
}

fn multipart(files: &[(String, Vec<u8>)]) -> (String, Vec<u8>) {
    // A boundary must not occur in any part; a longer one is tried until that is true.
    let mut boundary = "segue-part".to_owned();
    let occurs = |boundary: &str, bytes: &[u8]| {
        bytes.windows(boundary.len()).any(|window| window == boundary.as_bytes())
    };
    while files.iter().any(|(_, bytes)| occurs(&boundary, bytes)) {
        boundary.push_str("-x");
    }
    let mut body = Vec::new();
    for (name, bytes) in files {
        let name = name.replace(['"', '\r', '\n'], "_");
        let head = format!(
            "--{boundary}\r\ncontent-disposition: form-data; name=\"resources\"; \
             filename=\"{name}\"\r\ncontent-type: application/octet-stream\r\n\r\n"
        );
        body.extend_from_slice(head.as_bytes());
        body.extend_from_slice(bytes);
        body.extend_from_slice(b"\r\n");
    }
    body.extend_from_slice(format!("--{boundary}--\r\n").as_bytes());
    (format!("multipart/form-data; boundary={boundary}"), body)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_addresses_as_people_write_them() {
        assert_eq!(authority("http://127.0.0.1:8080").unwrap(), "127.0.0.1:8080");
        assert_eq!(authority("http://localhost/").unwrap(), "localhost:80");
        assert_eq!(authority("[::1]:9000").unwrap(), "[::1]:9000");
        assert!(authority("https://example.org").unwrap_err().to_string().contains("`https`"));
        assert!(authority("http://a b").is_err());
    }

    #[test]
    fn a_boundary_never_occurs_in_a_part() {
        let (content_type, body) = multipart(&[("a.bpmn".to_owned(), b"segue-part".to_vec())]);
        assert!(content_type.ends_with("boundary=segue-part-x"));
        assert!(body.ends_with(b"--segue-part-x--\r\n"));
    }

    #[test]
    fn says_why_the_server_refused() {
        let problem = json!({ "title": "NOT_FOUND", "detail": "Expected job 7, but found none." });
        assert_eq!(refusal(404, &problem), "Expected job 7, but found none. (404 NOT_FOUND)");
        assert!(refusal(502, &Value::Null).contains("502"));
    }
}
