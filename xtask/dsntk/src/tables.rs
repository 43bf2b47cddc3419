//! Random decision tables of every hit policy, asked random inputs.
//! It does not know what they should give.

use crate::generator::Generator;
use crate::{Case, cases, plain, support};
use decision::{Budget, Value};
use std::collections::BTreeMap;

/// Hit policies with their aggregators.
const POLICIES: [&str; 11] = [
    "UNIQUE",
    "ANY",
    "FIRST",
    "PRIORITY",
    "RULE ORDER",
    "OUTPUT ORDER",
    "COLLECT",
    "COLLECT\" aggregation=\"SUM",
    "COLLECT\" aggregation=\"COUNT",
    "COLLECT\" aggregation=\"MIN",
    "COLLECT\" aggregation=\"MAX",
];
const NUMBERS: [&str; 9] =
    ["-", "1", "&lt; 2", "&gt;= 2", "[1..3)", "not(2)", "1, 3", "? * 2 = 4", "(0..10]"];
const TEXTS: [&str; 7] =
    ["-", "\"a\"", "\"a\", \"b\"", "not(\"b\")", "starts with(?, \"a\")", "null", "? in (\"c\")"];
/// How often each table is asked.
const QUESTIONS: u64 = 4;

/// Asks `count` questions.
pub(crate) fn generated(count: u64) -> Vec<Case> {
    (0..count / QUESTIONS).flat_map(table).collect()
}

fn table(seed: u64) -> Vec<Case> {
    let mut random = Generator::new(seed);
    let policy = random.pick(&POLICIES);
    let source = model(&policy, &mut random);
    let ours = decision::dmn::read(source.as_bytes(), &[]).expect("a model without errors");
    let theirs = cases::their_model(vec![source.clone()]);
    let ask = |_| {
        let (number, text) =
            (random.pick(&["1", "2", "3", "12", "null"]), random.pick(&["a", "b", "ab"]));
        let read = |source: &str| support::run(source, &BTreeMap::new()).expect("a literal").value;
        let number = read(&number);
        let inputs = BTreeMap::from([
            ("number".to_owned(), number.clone()),
            ("text".to_owned(), Value::from(text.as_str())),
        ]);
        let mut budget = Budget::default();
        let found = ours.evaluate("d", &inputs, &support::env(), &mut budget).expect("it is there");
        Case {
            of: format!("table {seed} {policy}"),
            source: format!("{} {text} of {source}", number.to_json()),
            // What stops an evaluation is no value, as is the null of the other engine.
            ours: plain::of_ours(&found.output),
            theirs: match &theirs {
                Ok(theirs) => cases::their_decision(theirs, &ours, "decision", &inputs),
                Err(error) => Value::from(format!("<model refused: {error}>")),
            },
            expected: None,
        }
    };
    (0..QUESTIONS).map(ask).collect()
}

/// A table of two inputs; two outputs where the policy allows it.
fn model(policy: &str, random: &mut Generator) -> String {
    let aggregated = policy.contains("aggregation");
    let two = !aggregated && random.below(2) == 0;
    let mut rules = String::new();
    for rule in 0..1 + random.below(5) {
        let (number, text) = (random.pick(&NUMBERS), random.pick(&TEXTS));
        let first = random.pick(&["1", "2", "3", "number + 1"]);
        let first = if aggregated { first } else { random.pick(&["1", "2", "3"]) };
        rules.push_str(&format!(
            "<rule id=\"r{rule}\"><inputEntry><text>{number}</text></inputEntry>\
             <inputEntry><text>{text}</text></inputEntry>\
             <outputEntry><text>{first}</text></outputEntry>"
        ));
        if two {
            let second = random.pick(&["\"x\"", "\"y\""]);
            rules.push_str(&format!("<outputEntry><text>{second}</text></outputEntry>"));
        }
        rules.push_str("</rule>");
    }
    let outputs = if two {
        "<output id=\"o1\" name=\"first\" typeRef=\"number\"><outputValues><text>3, 2, 1</text>\
         </outputValues></output><output id=\"o2\" name=\"second\" typeRef=\"string\">\
         <outputValues><text>\"x\", \"y\"</text></outputValues></output>"
    } else if aggregated {
        "<output id=\"o1\" typeRef=\"number\"/>"
    } else {
        "<output id=\"o1\" typeRef=\"number\"><outputValues><text>3, 2, 1</text></outputValues>\
         </output>"
    };
    format!(
        "<definitions xmlns=\"https://www.omg.org/spec/DMN/20230324/MODEL/\" id=\"m\" name=\"m\" \
         namespace=\"https://example.org/m\">\
         <inputData id=\"i1\" name=\"number\"><variable name=\"number\" typeRef=\"number\"/></inputData>\
         <inputData id=\"i2\" name=\"text\"><variable name=\"text\" typeRef=\"string\"/></inputData>\
         <decision id=\"d\" name=\"decision\"><variable name=\"decision\"/>\
         <informationRequirement id=\"q1\"><requiredInput href=\"#i1\"/></informationRequirement>\
         <informationRequirement id=\"q2\"><requiredInput href=\"#i2\"/></informationRequirement>\
         <decisionTable hitPolicy=\"{policy}\">\
         <input id=\"c1\"><inputExpression typeRef=\"number\"><text>number</text></inputExpression></input>\
         <input id=\"c2\"><inputExpression typeRef=\"string\"><text>text</text></inputExpression></input>\
         {outputs}{rules}</decisionTable></decision></definitions>"
    )
}
