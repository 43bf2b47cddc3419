//! The real binary on a disk that loses power, fails to sync, writes short, or is full.
//!
//! Not kills (`kill`), where the disk keeps what it was given.

#![cfg(target_os = "linux")]
#![expect(clippy::unwrap_used, reason = "a test that cannot go on says so")]
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "figures are read by people")]

#[path = "../../src/http.rs"]
mod http;
#[path = "../../src/limits.rs"]
#[expect(dead_code, reason = "the client's limits, and others")]
mod limits;

mod crash;
mod errors;
mod examine;
mod full;
mod image;
mod mounted;
mod scenario;
mod server;
mod tape;
