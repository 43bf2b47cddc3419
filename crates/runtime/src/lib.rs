//! The runtime: lanes, batches, group commit, timers, the projector. The only committer.
//!
//! Not here: what commands mean (`engine`), SQL (`store`), HTTP (`api`).

mod answer;
pub mod batch_operation;
pub mod clock;
mod deletion;
pub mod deploy;
mod deployed;
mod disk;
pub mod doctor;
mod driver;
pub mod identity;
mod inbox;
pub mod keep;
pub mod lane;
pub mod limits;
mod metric;
pub mod node;
pub mod project;
pub mod request;
pub mod stream;
