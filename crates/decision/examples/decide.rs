//! A DMN file read and checked once, and a decision of it asked with the rules that matched.
//!
//! `cargo run -p decision --example decide`
#![allow(clippy::print_stdout, reason = "an example shows what it finds")]

use decision::{Budget, Env, Value, dmn};

/// A table whose last two rules overlap, on purpose.
const MODEL: &str = r##"
<definitions xmlns="https://www.omg.org/spec/DMN/20230324/MODEL/" id="shipping" name="Shipping"
             namespace="https://example.org/shipping">
  <inputData id="i" name="weight in kg"><variable name="weight in kg" typeRef="number"/></inputData>
  <decision id="carrier" name="Carrier">
    <variable name="Carrier" typeRef="string"/>
    <informationRequirement><requiredInput href="#i"/></informationRequirement>
    <decisionTable hitPolicy="UNIQUE">
      <input id="c"><inputExpression><text>weight in kg</text></inputExpression></input>
      <output id="o"/>
      <rule id="letter"><inputEntry><text>&lt; 1</text></inputEntry>
        <outputEntry><text>"post"</text></outputEntry></rule>
      <rule id="parcel"><inputEntry><text>[1..30]</text></inputEntry>
        <outputEntry><text>"parcel service"</text></outputEntry></rule>
      <rule id="freight"><inputEntry><text>&gt;= 30</text></inputEntry>
        <outputEntry><text>"forwarder"</text></outputEntry></rule>
    </decisionTable>
  </decision>
</definitions>"##;

fn main() {
    // `open` also compares the rules of tables; `read` is for who only evaluates.
    let model = dmn::open(MODEL.as_bytes(), &[]).expect("a model");
    for problem in model.problems() {
        println!("{problem}");
    }
    assert!(model.problems().iter().any(|problem| problem.rule == "dmn-table-overlap"));

    let env = Env { now_ms: 0, zone: jiff::tz::TimeZone::UTC, seed: 0 };
    let scope = [("weight in kg", Value::from(12_i64))];
    let mut budget = Budget::default();
    let found =
        model.evaluate("carrier", &scope, &env, &mut budget).expect("the decision is there");
    let decided = found.decisions.last().expect("the decision that was asked comes last");
    println!(
        "12 kg go by {}: rule {} of {}, for {} of {} units of fuel",
        found.output,
        decided.rules[0].id,
        decided.name,
        Budget::default().fuel - budget.fuel,
        Budget::default().fuel
    );
    assert_eq!(found.output, Value::from("parcel service"));
    assert_eq!(decided.rules[0].id, "parcel".into());
}
