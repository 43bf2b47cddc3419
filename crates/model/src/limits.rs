//! Every limit of this crate, by name; the documents list them.
//!
//! Not a place for defaults: each of these is refused when exceeded, before the XML parser runs.

/// Errors kept for one file, and as many warnings; what follows is counted only.
pub const MAX_PROBLEMS: usize = 1_000;
/// Bytes of the id of an element.
pub const MAX_ID_BYTES: usize = 256;
/// Problems of one rule that come with a suggestion of what was meant.
pub const MAX_SUGGESTIONS: usize = 50;
/// Bytes of an element id carried by a problem.
pub const MAX_PROBLEM_ID_BYTES: usize = 256;
/// Bytes a text in short notation may have (64 KiB).
pub const MAX_SHORT_BYTES: usize = 64 * 1024;
/// Sub-processes inside sub-processes in short notation.
pub const MAX_SHORT_DEPTH: usize = 32;
