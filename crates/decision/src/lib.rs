//! FEEL and DMN: parse, compile at deployment, evaluate within a budget.
//! It is not a process engine: it never learns where a variable lives or what a gateway does.
//!
//! An expression is compiled once ([`compile`], [`compile_unary_tests`]) to a [`Program`] that
//! knows the names it reads, and is evaluated as often as one likes; a DMN file is read once
//! ([`dmn::read`], or [`dmn::open`] with an analysis of its tables) to a [`dmn::Model`]. Both can
//! be shared between threads and cloned for nothing.
//!
//! ```
//! use decision::{Budget, Env, Mode, Value, compile};
//!
//! let program = compile("if amount > limit then \"ask\" else \"pay\"", Mode::Camunda)?;
//! assert_eq!(program.free_names().join(" "), "amount limit");
//!
//! let env = Env { now_ms: 0, zone: jiff::tz::TimeZone::UTC, seed: 0 };
//! let scope = [("amount", Value::from(70_i64)), ("limit", Value::from(50_i64))];
//! let found = program.evaluate(&scope, &env, &mut Budget::default())?;
//! assert_eq!(found.value, Value::from("ask"));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! - **Values** ([`Value`]) are FEEL's: decimals of 34 digits ([`Number`]), texts, dates, times,
//!   durations, lists, contexts in the order of insertion, ranges and functions.
//! - **Variables** come from a [`Scope`], by name and only when the expression reads them; one may
//!   hand out JSON text ([`Variable::Json`]), of which only what is read is decoded.
//! - **Two modes** ([`Mode`]): as Camunda 8 has it (null and a warning instead of an error), and as
//!   the DMN standard has it.
//! - **Budgets** ([`Budget`]) bound steps, memory, list sizes and depth; beyond one the evaluation
//!   ends with a [`Failure`]. Source and nesting are bounded too ([`limits`]), patterns are matched
//!   in linear time, and nothing recurses on the user's depth.
//! - **Determinism**: the present, the zone and the seed of `uuid()` and `random number()` are
//!   inputs ([`Env`]). Equal inputs give equal results, on every machine and in WebAssembly.
//! - **Errors** carry the span they are about ([`CompileError`], [`Note`], [`dmn::Problem`]) and
//!   often what may have been meant.
//!
//! `examples/condition.rs` and `examples/decide.rs` show all of it.

mod ast;
mod budget;
mod builtin;
mod compile;
pub mod dmn;
mod error;
mod evaluate;
mod json;
mod lexer;
pub mod limits;
mod names;
mod nearest;
mod number;
mod outcome;
mod parser;
#[cfg(test)]
mod print;
mod program;
mod temporal;
mod value;

pub use budget::{Budget, Env, Evaluation, Scope, Variable};
pub use compile::{compile, compile_unary_tests};
pub use error::{CompileError, Failure, Warning, WarningKind};
pub use json::JsonError;
pub use number::{NotANumber, Number, Rounding};
pub use program::{Mode, Note, Program};
pub use temporal::{DateTime, Far, Time, YearsMonths, Zone};
pub use value::{Context, Function, List, Range, Value};
