//! FEEL as its users meet it: tables of expressions, two corpora, and hostile input.
#![allow(
    clippy::disallowed_methods,
    clippy::print_stderr,
    reason = "tests read corpora and say what they skip"
)]

mod conformance;
mod corpus;
mod dmn;
mod feel_scala;
mod properties;
mod robustness;
mod scala;
mod support;
mod tables;
mod tck;
