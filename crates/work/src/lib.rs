//! From signal to closure: events, detectors, gates, alerts, cases, and step/apply over them.
//!
//! Pure, and it knows no process: a case asks for one, and whoever carries that out tells it of the
//! end. A command goes in, events come out, and only events change state.

pub mod alert;
pub mod case;
pub mod definition;
pub mod detector;
pub mod expectation;
pub mod gate;
pub mod key;
pub mod limits;
pub mod received;
pub mod rejection;
pub mod route;
mod step;

pub use step::{
    Command, Effect, Event, FindProcess, Inputs, Known, Outcome, ProcessStart, State, Target, step,
};
