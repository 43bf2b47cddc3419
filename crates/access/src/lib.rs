//! Who may do what, and the tamper-evident record of who did what.
//!
//! Not here: authentication, storage, clocks. Everything is a function of its arguments.

pub mod chain;
pub mod finding;
pub mod grant;
pub mod identity;
pub mod permit;
pub mod verify;

pub use grant::{Grant, Grants, Permission, Reach, ResourceType};
pub use permit::{Actor, Denial, Resource, permit};
