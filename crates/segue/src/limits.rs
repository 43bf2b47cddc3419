//! The limits of the command line and its clients.
//!
//! Not the server's; those are in the crates that keep them.

/// Bytes of an answer's headers the client reads.
pub(crate) const ANSWER_HEAD_BYTES_MAX: usize = 64 * 1024;
/// Bytes of an answer's body the client reads (64 MiB).
pub(crate) const ANSWER_BYTES_MAX: usize = 64 * 1024 * 1024;
/// Seconds a client waits for a connection.
pub(crate) const CONNECT_SECONDS_MAX: u64 = 10;
/// Seconds a client waits for an answer, long polls included.
pub(crate) const ANSWER_SECONDS_MAX: u64 = 120;
/// Seconds a stream of events may be silent before the client opens it again; the server beats
/// every 15 s.
pub(crate) const STREAM_SILENCE_SECONDS_MAX: u64 = 45;
/// Milliseconds a client waits before it opens a stream again.
pub(crate) const STREAM_RETRY_MS: u64 = 1_000;
/// Milliseconds between two exports of spans.
pub(crate) const TELEMETRY_EXPORT_MS: u64 = 1_000;
/// Milliseconds between two exports of figures.
pub(crate) const TELEMETRY_FIGURES_MS: u64 = 15_000;
/// Definitions kept compiled for the names of spans.
pub(crate) const TELEMETRY_GRAPHS_MAX: usize = 128;
/// Spans that have begun and not ended; beyond, new ones are not told.
pub(crate) const TELEMETRY_OPEN_SPANS_MAX: usize = 200_000;
/// Ended spans that wait for the collector; beyond, they are lost.
pub(crate) const TELEMETRY_SPANS_MAX: usize = 16_384;
/// Milliseconds a stopping server waits for the collector to take the last ones.
pub(crate) const TELEMETRY_STOP_MS: u64 = 2_000;
/// Rows of one page the client asks for.
pub(crate) const PAGE_ROWS: u64 = 1_000;
