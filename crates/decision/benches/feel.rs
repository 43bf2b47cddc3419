//! What an expression costs: compiled once, evaluated with decoded or raw variables.

use decision::{Budget, Env, Evaluation, Mode, Program, Scope, Value, Variable, compile};
use divan::{Bencher, black_box};

fn main() {
    divan::main();
}

/// Variables as the store keeps them.
struct Raw(&'static [(&'static str, &'static str)]);

impl Scope for Raw {
    fn variable(&self, name: &str) -> Option<Variable<'_>> {
        self.0.iter().find(|(known, _)| *known == name).map(|(_, text)| Variable::Json(text))
    }
}

const GATEWAY: &str = "amount > 1000 and status = \"open\"";

fn env() -> Env {
    Env { now_ms: 1_700_000_000_000, zone: jiff::tz::TimeZone::UTC, seed: 1 }
}

fn program(source: &str) -> Program {
    compile(source, Mode::Camunda).expect("a valid expression")
}

fn bench(bencher: Bencher<'_, '_>, source: &str, scope: &dyn Scope) {
    let (program, env) = (program(source), env());
    let evaluate = |program: &Program| -> Evaluation {
        program.evaluate(scope, &env, &mut Budget::default()).expect("within budget")
    };
    bencher.bench_local(|| evaluate(black_box(&program)));
}

fn decoded() -> [(&'static str, Value); 2] {
    [("amount", Value::from(1500i64)), ("status", Value::from("open"))]
}

const RAW: Raw = Raw(&[
    ("amount", "1500"),
    ("status", "\"open\""),
    (
        "order",
        r#"{"id":"4711","lines":[{"sku":"a","price":10.5,"count":2},{"sku":"b","price":3,"count":1}],
            "customer":{"name":"Smith","address":{"city":"Berlin","zip":"10115"}},"total":24}"#,
    ),
]);

#[divan::bench]
fn gateway_decoded(bencher: Bencher<'_, '_>) {
    bench(bencher, GATEWAY, &decoded());
}

#[divan::bench]
fn gateway_raw_json(bencher: Bencher<'_, '_>) {
    bench(bencher, GATEWAY, &RAW);
}

#[divan::bench]
fn variable(bencher: Bencher<'_, '_>) {
    bench(bencher, "amount", &decoded());
}

#[divan::bench]
fn path_raw_json(bencher: Bencher<'_, '_>) {
    bench(bencher, "order.customer.address.city", &RAW);
}

#[divan::bench]
fn filter_and_sum_raw_json(bencher: Bencher<'_, '_>) {
    bench(bencher, "sum(order.lines[count > 1].price)", &RAW);
}

#[divan::bench]
fn decimal_arithmetic(bencher: Bencher<'_, '_>) {
    bench(bencher, "amount * 1.19 + 0.005", &decoded());
}

#[divan::bench]
fn loop_of_a_thousand(bencher: Bencher<'_, '_>) {
    bench(bencher, "for i in 1..1000 return i * 2 + amount", &decoded());
}

/// Twenty rows of two tests each, of which the last fits.
#[divan::bench]
fn table_of_twenty_rows(bencher: Bencher<'_, '_>) {
    let env = env();
    let rows: Vec<(Program, Program)> = (0..20)
        .map(|row| {
            let amount = format!("[{}..{})", row * 100, (row + 1) * 100);
            let tests = |source: &str| {
                decision::compile_unary_tests(source, Mode::Camunda).expect("valid tests")
            };
            (tests(&amount), tests("\"open\", \"held\""))
        })
        .collect();
    let (amount, status) = (Value::from(1950i64), Value::from("open"));
    let scope: [(&str, Value); 0] = [];
    bencher.bench_local(|| {
        let mut budget = Budget::default();
        rows.iter().position(|(first, second)| {
            let mut holds = |tests: &Program, input: &Value| {
                let result = tests.test(input, &scope, &env, &mut budget).expect("within budget");
                result.value.as_boolean() == Some(true)
            };
            holds(first, &amount) && holds(second, &status)
        })
    });
}

#[divan::bench]
fn compile_gateway(bencher: Bencher<'_, '_>) {
    bencher.bench_local(|| program(black_box(GATEWAY)));
}

#[divan::bench]
fn decode_66_bytes() -> Value {
    let text = r#"{"amount":1500,"status":"open","customer":{"name":"x","vip":true}}"#;
    Value::from_json(black_box(text)).expect("valid JSON")
}
