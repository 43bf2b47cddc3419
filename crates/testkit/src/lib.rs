//! Scenarios, random processes and an in-memory machine with oracles, for our tests and for yours.
//!
//! Not a server: everything runs in the caller's thread, on a clock the test moves.

pub mod coverage;
pub mod scenario;
pub mod world;

pub use world::World;
