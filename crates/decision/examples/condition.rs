//! A condition compiled once and asked often, over variables that stay JSON until they are read.
//!
//! `cargo run -p decision --example condition`
#![allow(clippy::print_stdout, reason = "an example shows what it finds")]

use decision::{Budget, Env, Failure, Mode, Scope, Value, Variable, compile};
use std::collections::BTreeMap;

/// Variables as a server has them: names and JSON texts.
struct Variables(BTreeMap<&'static str, &'static str>);

impl Scope for Variables {
    fn variable(&self, name: &str) -> Option<Variable<'_>> {
        // Only what the expression names is asked for, and only as much as it reads is decoded.
        self.0.get(name).map(|json| Variable::Json(json))
    }
}

fn main() {
    let source = "order.total > 1000 and some item in order.items satisfies item.fragile";
    let program = compile(source, Mode::Camunda).expect("an expression");
    assert_eq!(program.free_names().join(" "), "order");

    // The present, the zone and the seed of randomness are given: equal ones give equal results.
    let env = Env { now_ms: 1_709_213_820_000, zone: jiff::tz::TimeZone::UTC, seed: 7 };
    let order = r#"{"total": 1250.50, "items": [{"fragile": false}, {"fragile": true}]}"#;
    let scope = Variables(BTreeMap::from([("order", order), ("unread", "not even JSON")]));
    let found = program.evaluate(&scope, &env, &mut Budget::default()).expect("within its budget");
    println!("{source}\n  is {}", found.value);
    assert_eq!(found.value, Value::from(true));

    // What is missing is null and a warning in Camunda's mode; nothing fails.
    let program = compile("order.discount + 1", Mode::Camunda).expect("an expression");
    let found = program.evaluate(&scope, &env, &mut Budget::default()).expect("within its budget");
    println!("order.discount + 1\n  is {}: {}", found.value, found.warnings[0].message);
    assert!(found.value.is_null());

    // What would not end is stopped by its budget, as a value that says so.
    let program = compile("for x in 1..1000000000 return x", Mode::Camunda).expect("an expression");
    let stopped = program.evaluate(&scope, &env, &mut Budget::default()).expect_err("too much");
    println!("for x in 1..1000000000 return x\n  stops: {stopped}");
    assert!(matches!(stopped, Failure::ListTooLong { .. } | Failure::Fuel | Failure::Memory));

    // What is no expression says what was expected, and where.
    let error = compile("order.total => 1000", Mode::Camunda).expect_err("no expression");
    println!("order.total => 1000\n  is refused: {error} at {:?}", error.span);

    // What compiles and will not work is noted before it runs.
    let program = compile("upper cas(name)", Mode::Camunda).expect("an expression");
    let note = &program.notes()[0];
    println!(
        "upper cas(name)\n  is noted: {} {}",
        note.message,
        note.hint.as_deref().unwrap_or("")
    );
}
