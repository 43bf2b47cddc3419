//! The runtime: lanes, batches, group commit, timers, the projector. The only committer.
//!
//! Not here: what commands mean (`engine`), SQL (`store`), HTTP (`api`).

pub mod node;
pub mod request;
