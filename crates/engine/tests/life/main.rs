//! The life every element shares, one file per phase, told as scenarios.
//!
//! Not what single elements do; their own files in `src/element` have those scenarios.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on says so")]

mod ad_hoc;
mod cancelling;
mod compensation;
mod effects;
mod errors;
mod handlers;
mod incidents;
mod instructions;
mod jobs;
mod listeners;
mod loops;
mod machine;
mod messages;
mod migrating;
mod modifying;
mod multi_instance;
mod pages;
mod problems;
mod refusals;
mod standard_loop;
mod standing_still;
mod starts;
mod task_listeners;
mod timers;
mod tokens;
mod variables;
