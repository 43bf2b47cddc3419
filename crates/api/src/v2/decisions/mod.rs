//! Decisions: what is deployed, asking it, and what was said before.
//!
//! Not here: DMN (`decision`), and evaluations of business rule tasks, which their instance does.

pub(crate) mod definitions;
pub(crate) mod evaluation;
pub(crate) mod instances;
pub(crate) mod requirements;
pub(crate) mod tables;
