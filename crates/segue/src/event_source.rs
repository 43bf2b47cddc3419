//! A client of server-sent events over one connection of HTTP/1.1.
//!
//! Not here: what the messages say, and coming back after an end (`command::events`).

use std::io;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::http::{Body, Head, connect, malformed, read_head};
use crate::limits::{ANSWER_BYTES_MAX, STREAM_SILENCE_SECONDS_MAX};

/// An open stream.
#[derive(Debug)]
pub(crate) struct EventSource {
    stream: TcpStream,
    /// Bytes as they came, chunks not taken apart.
    input: Vec<u8>,
    is_chunked: bool,
    /// Bytes of the chunk that is being read.
    chunk: usize,
    /// The body so far, up to the next empty line.
    text: Vec<u8>,
    is_over: bool,
    /// The last id seen: where to go on.
    pub(crate) last: Option<String>,
}

/// What a server says to the wish for a stream.
#[derive(Debug)]
pub(crate) enum Opened {
    /// Here it is.
    Stream(EventSource),
    /// It refuses: the status and its reason.
    Refused(u16, Vec<u8>),
}

impl EventSource {
    /// Asks for a stream; `after` is the id to go on from, `authorization` the header of that name.
    pub(crate) async fn open(
        authority: &str,
        path: &str,
        after: Option<&str>,
        authorization: Option<&str>,
    ) -> io::Result<Opened> {
        let mut stream = connect(authority).await?;
        let last = after.map(|id| format!("last-event-id: {id}\r\n")).unwrap_or_default();
        let who = authorization.map(|who| format!("authorization: {who}\r\n")).unwrap_or_default();
        let request = format!(
            "GET {path} HTTP/1.1\r\nhost: {authority}\r\naccept: text/event-stream\r\n{who}{last}\r\n"
        );
        stream.write_all(request.as_bytes()).await?;
        let mut input = Vec::new();
        let head = loop {
            read_more(&mut stream, &mut input).await?;
            if let Some(head) = read_head(&input)? {
                break head;
            }
        };
        let Head { status, length, body, .. } = head;
        input.drain(..length);
        if status != 200 {
            let Body::Bytes(length) = body else { return Ok(Opened::Refused(status, input)) };
            while input.len() < length {
                read_more(&mut stream, &mut input).await?;
            }
            return Ok(Opened::Refused(status, input));
        }
        Ok(Opened::Stream(EventSource {
            stream,
            input,
            is_chunked: body == Body::Chunked,
            chunk: 0,
            text: Vec::new(),
            is_over: false,
            last: after.map(str::to_owned),
        }))
    }

    /// The data of the next message; `None` when the server has ended the stream.
    pub(crate) async fn next(&mut self) -> io::Result<Option<String>> {
        loop {
            while let Some(end) = self.text.windows(2).position(|two| two == b"\n\n") {
                let block: Vec<u8> = self.text.drain(..end + 2).collect();
                let block = String::from_utf8(block).map_err(|_| malformed("text"))?;
                let field = |name| block.lines().find_map(|line| line.strip_prefix(name));
                if let Some(id) = field("id: ") {
                    self.last = Some(id.to_owned());
                }
                if let Some(data) = field("data: ") {
                    return Ok(Some(data.to_owned()));
                }
            }
            if self.text.len() > ANSWER_BYTES_MAX {
                return Err(malformed("a shorter message"));
            }
            if self.is_over {
                return Ok(None);
            }
            if !self.take_chunks()? {
                read_more(&mut self.stream, &mut self.input).await?;
            }
        }
    }

    /// Moves what has arrived into the text; whether anything moved.
    fn take_chunks(&mut self) -> io::Result<bool> {
        if !self.is_chunked {
            self.text.append(&mut self.input);
            return Ok(!self.text.is_empty());
        }
        if self.chunk == 0 {
            let Some(end) = self.input.windows(2).position(|two| two == b"\r\n") else {
                return Ok(false);
            };
            let line = String::from_utf8_lossy(&self.input[..end]).into_owned();
            self.input.drain(..end + 2);
            // The end of the chunk before leaves an empty line.
            if line.is_empty() {
                return Ok(true);
            }
            let size = line.split(';').next().unwrap_or_default().trim();
            self.chunk =
                usize::from_str_radix(size, 16).map_err(|_| malformed("a chunk's size"))?;
            self.is_over = self.chunk == 0;
            return Ok(true);
        }
        let length = self.chunk.min(self.input.len());
        self.text.extend(self.input.drain(..length));
        self.chunk -= length;
        Ok(length > 0)
    }
}

async fn read_more(stream: &mut TcpStream, input: &mut Vec<u8>) -> io::Result<()> {
    let limit = Duration::from_secs(STREAM_SILENCE_SECONDS_MAX);
    match tokio::time::timeout(limit, stream.read_buf(input)).await {
        Ok(Ok(0)) => Err(io::Error::new(io::ErrorKind::UnexpectedEof, "the server closed")),
        Ok(read) => read.map(drop),
        Err(_) => Err(io::Error::new(io::ErrorKind::TimedOut, "the server is silent")),
    }
}
