//! The client against a peer that answers byte by byte.
//!
//! Not a server; what servers answer to whole requests is tested with the real one.

use std::io;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use crate::http::{Connection, Request};

/// Serves one connection with the given bytes, in pieces of three.
async fn answered(bytes: &'static [u8]) -> io::Result<(u16, String)> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let authority = listener.local_addr()?.to_string();
    tokio::spawn(async move {
        let (mut peer, _) = listener.accept().await.expect("we connect");
        let mut request = vec![0; 4096];
        let _ = peer.read(&mut request).await.expect("we ask");
        for piece in bytes.chunks(3) {
            peer.write_all(piece).await.expect("we read");
            tokio::task::yield_now().await;
        }
    });
    let mut connection = Connection::to(&authority);
    let answer = connection.send(Request::get("/")).await?;
    Ok((answer.status, String::from_utf8_lossy(answer.body).into_owned()))
}

#[tokio::test]
async fn reads_a_body_of_known_length() {
    let got = answered(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello").await.unwrap();
    assert_eq!(got, (200, "hello".to_owned()));
}

#[tokio::test]
async fn joins_the_chunks_of_a_streamed_body() {
    let bytes = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n\
                  5\r\nhello\r\n6;x=y\r\n world\r\n0\r\n\r\n";
    assert_eq!(answered(bytes).await.unwrap(), (200, "hello world".to_owned()));
}

#[tokio::test]
async fn knows_that_no_content_has_no_body() {
    let got = answered(b"HTTP/1.1 204 No Content\r\n\r\n").await.unwrap();
    assert_eq!(got, (204, String::new()));
}

#[tokio::test]
async fn reads_until_the_end_when_no_length_is_given() {
    let got = answered(b"HTTP/1.1 500 Oh\r\nconnection: close\r\n\r\noh no").await.unwrap();
    assert_eq!(got, (500, "oh no".to_owned()));
}

#[tokio::test]
async fn an_answer_cut_short_is_an_error() {
    let error = answered(b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nhel").await.unwrap_err();
    assert_eq!(error.kind(), io::ErrorKind::UnexpectedEof);
}
