//! Scenarios, random processes and an in-memory machine with oracles, for our tests and for yours.
//!
//! Not a server: everything runs in the caller's thread, on a clock the test moves.

pub mod coverage;
pub mod dice;
mod drive;
mod oracle;
pub mod random;
pub mod scenario;
#[cfg(feature = "sim")]
pub mod sim;
pub mod world;

pub use dice::Dice;
pub use drive::{Life, drive};
pub use random::random_process;
pub use world::World;
