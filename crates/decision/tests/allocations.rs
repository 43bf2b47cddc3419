//! What the hottest expressions allocate: nothing, where their variables are decoded.
//! It does not measure time; the benches do.

use decision::{Budget, Env, Mode, Value, compile};

fn allocations(source: &str) -> u64 {
    let program = compile(source, Mode::Camunda).expect("a valid expression");
    let scope = [
        ("amount", Value::from(1500i64)),
        ("limit", Value::Number("999.99".parse().expect("a number"))),
        ("status", Value::from("open")),
        ("urgent", Value::from(true)),
    ];
    let env = Env { now_ms: 0, zone: jiff::tz::TimeZone::UTC, seed: 0 };
    let mut truth = None;
    let counted = allocation_counter::measure(|| {
        let found = program.evaluate(&scope, &env, &mut Budget::default());
        truth = found.expect("within budget").value.as_boolean();
    });
    assert_eq!(truth, Some(true), "{source}");
    counted.count_total
}

#[test]
fn comparing_numbers_texts_and_booleans_allocates_nothing() {
    for source in [
        "amount > 1000",
        "amount > limit",
        "amount > 1000 and status = \"open\"",
        "status = \"open\" or urgent",
        "urgent",
        "urgent = true",
        "amount between 1000 and 2000",
        "amount in [1000..2000]",
        "status in (\"new\", \"open\")",
        "not(status = \"closed\")",
        "if amount >= limit then urgent else false",
        "amount * 2 > 1000",
    ] {
        assert_eq!(allocations(source), 0, "{source}");
    }
}

#[test]
fn the_counter_counts() {
    assert!(allocations("count([amount, limit]) = 2") > 0);
}
