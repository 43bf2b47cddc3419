//! What an expression costs: compiled once, evaluated with decoded or raw variables.

use decision::dmn::{self, Model};
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

/// A model whose decision is a table of `rules` rules over two inputs.
fn table(rules: u32) -> String {
    let rule = |at: u32| {
        format!(
            "<rule><inputEntry><text>[{}..{})</text></inputEntry><inputEntry><text>\"open\", \
             \"held\"</text></inputEntry><outputEntry><text>{at}</text></outputEntry></rule>",
            at * 100,
            (at + 1) * 100
        )
    };
    let rules: String = (0..rules).map(rule).collect();
    format!(
        "<definitions xmlns=\"https://www.omg.org/spec/DMN/20191111/MODEL/\" id=\"d\" name=\"d\" \
         namespace=\"d\" xmlns:zeebe=\"http://camunda.org/schema/zeebe/1.0\"><decision id=\"it\" \
         name=\"it\"><decisionTable hitPolicy=\"UNIQUE\"><input><inputExpression><text>amount</text>\
         </inputExpression></input><input><inputExpression><text>status</text></inputExpression>\
         </input><output/>{rules}</decisionTable></decision></definitions>"
    )
}

fn model(source: &str) -> Model {
    dmn::read(source.as_bytes(), &[]).expect("a good model")
}

/// A whole decision, with the record of inputs and rules that the history gets.
#[divan::bench(args = [20, 1_000])]
fn decision_of_a_table_raw_json(bencher: Bencher<'_, '_>, rules: u32) {
    let (model, env) = (model(&table(rules)), env());
    bencher.bench_local(|| {
        let found = model.evaluate(black_box("it"), &RAW, &env, &mut Budget::default());
        assert!(found.as_ref().is_some_and(|found| found.failure.is_none()));
        found
    });
}

/// As at a deployment, but without the analysis.
#[divan::bench(args = [20, 1_000])]
fn read_a_table(bencher: Bencher<'_, '_>, rules: u32) {
    let source = table(rules);
    bencher.bench_local(|| model(black_box(&source)));
}

/// As at a deployment: overlaps and gaps are looked for.
#[divan::bench(args = [20, 1_000, 5_000])]
fn read_and_analyze_a_table(bencher: Bencher<'_, '_>, rules: u32) {
    let source = table(rules);
    bencher.bench_local(|| dmn::open(black_box(source.as_bytes()), &[]).expect("a model"));
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
