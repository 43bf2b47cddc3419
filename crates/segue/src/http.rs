//! A small HTTP/1.1 client over one kept connection: cheap enough to measure a server with.
//!
//! Not here: what is asked (`client`), TLS, redirects, proxies. A request is never sent twice.

use std::io;
use std::ops::Range;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::limits::{
    ANSWER_BYTES_MAX, ANSWER_HEAD_BYTES_MAX, ANSWER_SECONDS_MAX, CONNECT_SECONDS_MAX,
};

/// Bytes a connection reads ahead.
const READ_AHEAD: usize = 64 * 1024;

/// One request.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Request<'a> {
    pub(crate) method: &'static str,
    pub(crate) path: &'a str,
    /// Empty for a request without a body.
    pub(crate) content_type: &'a str,
    /// `Idempotency-Key`, if the request may have to be sent again.
    pub(crate) key: Option<&'a str>,
    pub(crate) body: &'a [u8],
}

impl<'a> Request<'a> {
    /// Asks for a resource.
    pub(crate) fn get(path: &'a str) -> Self {
        Request { method: "GET", path, content_type: "", key: None, body: &[] }
    }

    /// Sends JSON.
    pub(crate) fn post(path: &'a str, json: &'a [u8]) -> Self {
        Request { method: "POST", path, content_type: "application/json", key: None, body: json }
    }

    /// The same under an idempotency key.
    pub(crate) fn with_key(mut self, key: &'a str) -> Self {
        self.key = Some(key);
        self
    }
}

/// An answer; its body lies in the connection's buffer until the next request.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Answer<'c> {
    pub(crate) status: u16,
    pub(crate) body: &'c [u8],
}

/// One kept connection. It opens when needed, and again after an error.
#[derive(Debug)]
pub(crate) struct Connection {
    authority: String,
    /// Who asks, in every request.
    pub(crate) authorization: Option<&'static str>,
    stream: Option<TcpStream>,
    output: Vec<u8>,
    input: Vec<u8>,
    /// Where the last answer's body lies in the input.
    body: Range<usize>,
}

/// What the head of an answer says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Head {
    pub(crate) status: u16,
    /// Where the body begins.
    pub(crate) length: usize,
    pub(crate) body: Body,
    closes: bool,
}

/// How long the body of an answer is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Body {
    Bytes(usize),
    Chunked,
    UntilClosed,
}

impl Connection {
    /// A connection to `host:port`; nothing is sent yet.
    pub(crate) fn to(authority: &str) -> Self {
        Connection {
            authority: authority.to_owned(),
            authorization: None,
            stream: None,
            output: Vec::with_capacity(1024),
            input: Vec::with_capacity(READ_AHEAD),
            body: 0..0,
        }
    }

    /// Sends a request and reads its answer. After an error nobody knows whether it was carried
    /// out, except when the connection was refused.
    pub(crate) async fn send(&mut self, request: Request<'_>) -> io::Result<Answer<'_>> {
        let limit = Duration::from_secs(ANSWER_SECONDS_MAX);
        let exchanged = match tokio::time::timeout(limit, self.exchange(request)).await {
            Ok(exchanged) => exchanged,
            Err(_) => Err(io::Error::new(io::ErrorKind::TimedOut, "no answer in time")),
        };
        match exchanged {
            Ok((status, body, closes)) => {
                if closes {
                    self.stream = None;
                }
                self.body = body;
                Ok(Answer { status, body: self.last_body() })
            }
            Err(error) => {
                self.stream = None;
                Err(error)
            }
        }
    }

    /// The body of the last answer again, for callers that looked at its status in a loop.
    pub(crate) fn last_body(&self) -> &[u8] {
        &self.input[self.body.clone()]
    }

    async fn exchange(&mut self, request: Request<'_>) -> io::Result<(u16, Range<usize>, bool)> {
        if self.stream.is_none() {
            self.stream = Some(connect(&self.authority).await?);
        }
        let stream = self.stream.as_mut().expect("the connection was just opened");
        write_request(&mut self.output, &self.authority, self.authorization, request);
        stream.write_all(&self.output).await?;
        self.input.clear();
        let head = loop {
            more(stream, &mut self.input).await?;
            if let Some(head) = read_head(&self.input)? {
                break head;
            }
        };
        let body = match head.body {
            Body::Bytes(length) => {
                let end = head.length + length;
                while self.input.len() < end {
                    more(stream, &mut self.input).await?;
                }
                head.length..end
            }
            Body::Chunked => read_chunks(stream, &mut self.input, head.length).await?,
            Body::UntilClosed => {
                while stream.read_buf(&mut self.input).await? > 0 {
                    bounded(self.input.len())?;
                }
                head.length..self.input.len()
            }
        };
        Ok((head.status, body, head.closes))
    }
}

pub(crate) async fn connect(authority: &str) -> io::Result<TcpStream> {
    let limit = Duration::from_secs(CONNECT_SECONDS_MAX);
    let connecting = tokio::time::timeout(limit, TcpStream::connect(authority));
    let Ok(connected) = connecting.await else {
        return Err(io::Error::new(io::ErrorKind::TimedOut, "no connection in time"));
    };
    let stream = connected?;
    stream.set_nodelay(true)?;
    Ok(stream)
}

fn write_request(
    output: &mut Vec<u8>,
    authority: &str,
    authorization: Option<&str>,
    request: Request<'_>,
) {
    output.clear();
    let mut part = |text: &str| output.extend_from_slice(text.as_bytes());
    for text in [request.method, " ", request.path, " HTTP/1.1\r\nhost: ", authority, "\r\n"] {
        part(text);
    }
    if let Some(who) = authorization {
        for text in ["authorization: ", who, "\r\n"] {
            part(text);
        }
    }
    if let Some(key) = request.key {
        for text in ["idempotency-key: ", key, "\r\n"] {
            part(text);
        }
    }
    if !request.content_type.is_empty() {
        let length = request.body.len().to_string();
        for text in ["content-type: ", request.content_type, "\r\ncontent-length: ", &length] {
            part(text);
        }
        part("\r\n");
    }
    part("\r\n");
    output.extend_from_slice(request.body);
}

/// Reads what has arrived, waiting for the first byte.
async fn more(stream: &mut TcpStream, input: &mut Vec<u8>) -> io::Result<()> {
    bounded(input.len())?;
    if stream.read_buf(input).await? == 0 {
        return Err(io::Error::new(io::ErrorKind::UnexpectedEof, "the server closed"));
    }
    Ok(())
}

fn bounded(length: usize) -> io::Result<()> {
    if length <= ANSWER_BYTES_MAX { Ok(()) } else { Err(malformed("an answer of bearable size")) }
}

pub(crate) fn malformed(expected: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, format!("Expected {expected} from the server."))
}

/// The head of an answer, or `None` while it is incomplete.
pub(crate) fn read_head(input: &[u8]) -> io::Result<Option<Head>> {
    let Some(end) = input.windows(4).position(|four| four == b"\r\n\r\n") else {
        if input.len() > ANSWER_HEAD_BYTES_MAX {
            return Err(malformed("a shorter head"));
        }
        return Ok(None);
    };
    let head = std::str::from_utf8(&input[..end]).map_err(|_| malformed("a head in ASCII"))?;
    let mut lines = head.split("\r\n");
    let status = lines.next().and_then(|line| line.strip_prefix("HTTP/1.1 ")?.get(..3));
    let status = status.and_then(|digits| digits.parse().ok());
    let status: u16 = status.ok_or_else(|| malformed("an HTTP/1.1 status line"))?;
    let has_body = !matches!(status, 100..=199 | 204 | 304);
    let mut body = if has_body { Body::UntilClosed } else { Body::Bytes(0) };
    let mut closes = false;
    for line in lines {
        let Some((name, value)) = line.split_once(':') else { continue };
        let value = value.trim();
        if name.eq_ignore_ascii_case("content-length") && has_body {
            body = Body::Bytes(value.parse().map_err(|_| malformed("a content length"))?);
        } else if name.eq_ignore_ascii_case("transfer-encoding") && value.contains("chunked") {
            body = Body::Chunked;
        } else if name.eq_ignore_ascii_case("connection") {
            closes = value.eq_ignore_ascii_case("close");
        }
    }
    closes |= body == Body::UntilClosed;
    Ok(Some(Head { status, length: end + 4, body, closes }))
}

/// Reads chunks until the last and puts their content where the first chunk began.
async fn read_chunks(
    stream: &mut TcpStream,
    input: &mut Vec<u8>,
    start: usize,
) -> io::Result<Range<usize>> {
    let (mut read, mut written) = (start, start);
    loop {
        let line_end = loop {
            if let Some(at) = input[read..].windows(2).position(|two| two == b"\r\n") {
                break read + at;
            }
            more(stream, input).await?;
        };
        let size = std::str::from_utf8(&input[read..line_end]).unwrap_or_default();
        let size = size.split(';').next().unwrap_or_default().trim();
        let size = usize::from_str_radix(size, 16).map_err(|_| malformed("a chunk's size"))?;
        bounded(size)?;
        let content = line_end + 2;
        while input.len() < content + size + 2 {
            more(stream, input).await?;
        }
        input.copy_within(content..content + size, written);
        written += size;
        read = content + size + 2;
        if size == 0 {
            return Ok(start..written);
        }
    }
}
