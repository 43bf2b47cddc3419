//! The engine: the executable graph of a process, and step/apply over its aggregates.
//!
//! Pure: no clock, no files, no threads. A command goes in, events come out, and only events
//! change state.

pub mod change;
pub mod command;
pub mod decide;
pub mod definitions;
pub mod element;
pub mod event;
pub mod graph;
pub mod life;
pub mod limits;
pub mod part;
pub mod record;
pub mod resources;
pub mod state;
pub mod step;

pub use decision::{CompileError, Value};
pub use work::key;
