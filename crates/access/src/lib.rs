//! Who may do what, and the tamper-evident record of who did what.
//!
//! Not here: authentication, storage, clocks. Everything is a function of its arguments.

pub mod chain;
pub mod finding;
pub mod permit;
pub mod verify;

pub use permit::{Action, Actor, Denial, Resource, permit};
