//! Running an expression in a line.

use decision::{
    Budget, Env, Evaluation, Failure, Mode, Scope, Value, compile, compile_unary_tests,
};
use jiff::tz::TimeZone;

/// 2024-02-29T13:37:00Z.
pub(crate) fn env() -> Env {
    Env { now_ms: 1_709_213_820_000, zone: TimeZone::UTC, seed: 7 }
}

/// What a run gives, with every way to fail as text.
pub(crate) fn run(source: &str, scope: &dyn Scope) -> Result<Evaluation, String> {
    let program = compile(source, Mode::Camunda).map_err(|error| error.to_string())?;
    let result: Result<_, Failure> = program.evaluate(scope, &env(), &mut Budget::default());
    result.map_err(|failure| failure.to_string())
}

pub(crate) fn run_tests(
    source: &str,
    input: &Value,
    scope: &dyn Scope,
) -> Result<Evaluation, String> {
    let program = compile_unary_tests(source, Mode::Camunda).map_err(|error| error.to_string())?;
    let result: Result<_, Failure> = program.test(input, scope, &env(), &mut Budget::default());
    result.map_err(|failure| failure.to_string())
}
