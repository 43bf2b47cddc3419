//! FEEL and DMN: parse, compile at deployment, evaluate within a budget.
//! It is not a process engine: it never learns where a variable lives or what a gateway does.

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
