//! Findings against the tables themselves, asked at points of every segment.

use super::{Finding, Input, analysis};
use crate::dmn::{self, Model};
use crate::limits::ANALYSIS_WORK;
use crate::{Budget, Env, Mode, Value};
use proptest::prelude::{ProptestConfig, Strategy, prop, proptest};
use std::collections::{BTreeMap, BTreeSet};

/// A table of Camunda's over `amount`, `tier` and `open`; in a rule the output stands last.
fn table(hit: &str, allowed: [&str; 3], rules: &[[&str; 4]]) -> Model {
    let escaped = |text: &str| text.replace('&', "&amp;").replace('<', "&lt;");
    let input = |(name, allowed): (&&str, &str)| {
        let values = match allowed {
            "" => String::new(),
            values => format!("<inputValues><text>{}</text></inputValues>", escaped(values)),
        };
        format!("<input><inputExpression><text>{name}</text></inputExpression>{values}</input>")
    };
    let inputs: String = ["amount", "tier", "open"].iter().zip(allowed).map(input).collect();
    let rule = |[amount, tier, open, output]: &[&str; 4]| {
        let cells = [amount, tier, open]
            .map(|cell| format!("<inputEntry><text>{}</text></inputEntry>", escaped(cell)));
        let output = format!("<outputEntry><text>{}</text></outputEntry>", escaped(output));
        format!("<rule>{}{output}</rule>", cells.concat())
    };
    let rules: String = rules.iter().map(rule).collect();
    let xml = format!(
        "<definitions xmlns=\"https://www.omg.org/spec/DMN/20191111/MODEL/\" id=\"d\" name=\"d\" \
         namespace=\"https://camunda.org/schema/1.0/dmn\" xmlns:modeler=\"http://camunda.org/schema/modeler/1.0\" \
         modeler:executionPlatform=\"Camunda Cloud\"><decision id=\"it\" name=\"it\">\
         <decisionTable hitPolicy=\"{hit}\">{inputs}<output><outputValues><text>\"x\",\"y\"</text>\
         </outputValues></output>{rules}</decisionTable></decision></definitions>"
    );
    let model = dmn::open(xml.as_bytes(), &[]).expect("it is read");
    assert_eq!(model.mode(), Mode::Camunda);
    model
}

fn findings(model: &Model, work: u64) -> Vec<Finding> {
    let program = model.graph.nodes[0].program.as_ref().expect("it has a table");
    let code = &*program.0;
    let table = &code.tables[0];
    let inputs: Vec<Input<'_>> = table
        .inputs
        .iter()
        .map(|input| Input {
            expression: &input.name,
            name: &input.name,
            local: input.local,
            allowed: None,
            integers: false,
        })
        .collect();
    analysis(code, table, &inputs, &mut { work })
}

fn messages(model: &Model) -> Vec<String> {
    model.problems().iter().map(|problem| problem.message.clone()).collect()
}

/// Places of the rules that match, from 0; the model has a hit policy that tells all.
fn matching(model: &Model, scope: &BTreeMap<String, Value>) -> Vec<usize> {
    let env = Env { now_ms: 0, zone: jiff::tz::TimeZone::UTC, seed: 0 };
    let found = model.evaluate("it", scope, &env, &mut Budget::default()).expect("a decision");
    assert_eq!(found.failure, None);
    found.decisions[0].rules.iter().map(|rule| rule.index - 1).collect()
}

/// At least one point in each segment of the cells below.
fn points() -> Vec<BTreeMap<String, Value>> {
    let mut points = Vec::new();
    for amount in -4..=14 {
        for tier in ["a", "b", "c", "d"] {
            for open in [true, false] {
                let half = format!("{}", f64::from(amount) / 2.0);
                let amount = Value::Number(half.parse().expect("a number"));
                let inputs = [("amount", amount), ("tier", tier.into()), ("open", open.into())];
                points.push(inputs.into_iter().map(|(k, v)| (k.to_owned(), v)).collect());
            }
        }
    }
    points
}

const AMOUNTS: &[&str] = &[
    "-",
    "-",
    "< 3",
    "<= 3",
    "> 3",
    ">= 5",
    "3",
    "[2..4]",
    "(2..4)",
    "]3..6]",
    "not(3)",
    "not([2..4])",
    "1, 6",
    "< 2, > 5",
    "? > 1 and ? < 5",
    "1 < ?",
    "? between 2 and 4",
    "? in (< 2, 4)",
    "[1,6]",
    "-1",
];
const TIERS: &[&str] =
    &["-", "\"a\"", "\"b\"", "\"a\",\"b\"", "not(\"a\")", "not(\"a\",\"b\")", "[\"b\",\"c\"]"];
const OPENS: &[&str] = &["-", "-", "true", "false", "not(true)", "true, false"];

fn any_rules() -> impl Strategy<Value = Vec<[&'static str; 4]>> {
    let of = |cells: &'static [&'static str]| prop::sample::select(cells);
    let outputs = of(&["\"x\"", "\"y\""]);
    let rule = (of(AMOUNTS), of(TIERS), of(OPENS), outputs);
    prop::collection::vec(rule.prop_map(|(a, b, c, d)| [a, b, c, d]), 1..7)
}

/// The inputs of an example, with something in the place of those that do not count.
fn inputs_of(example: &str) -> BTreeMap<String, Value> {
    let mut inputs: BTreeMap<String, Value> = points().remove(0);
    for part in example.split(", `").filter(|part| !part.is_empty()) {
        let (name, value) = part.trim_start_matches('`').split_once("` = ").expect("a pair");
        let program = crate::compile(value, Mode::Camunda).expect("a literal");
        let env = Env { now_ms: 0, zone: jiff::tz::TimeZone::UTC, seed: 0 };
        let scope: [(&str, Value); 0] = [];
        let found = program.evaluate(&scope, &env, &mut Budget::default()).expect("a literal");
        inputs.insert(name.to_owned(), found.value);
    }
    inputs
}

fn check_gaps(found: &[Finding], all: &Model) {
    let is_gap = points().iter().any(|point| matching(all, point).is_empty());
    let gaps = found.iter().filter_map(|finding| match finding {
        Finding::Gap { part, example, .. } => Some((part, example)),
        _ => None,
    });
    let mut told = false;
    for (part, example) in gaps {
        told = true;
        assert_eq!(matching(all, &inputs_of(example)), [], "gap {part}: {example}");
    }
    assert_eq!(told, is_gap, "{found:?}");
}

fn check_never(found: &[Finding], all: &Model, rules: usize) {
    let matched: BTreeSet<usize> = points().iter().flat_map(|it| matching(all, it)).collect();
    let never: BTreeSet<usize> = found
        .iter()
        .filter_map(|finding| match finding {
            Finding::Never { rule, .. } => Some(*rule),
            _ => None,
        })
        .collect();
    let expected = (0..rules).filter(|rule| !matched.contains(rule)).collect();
    assert_eq!(never, expected, "{found:?}");
}

fn config() -> ProptestConfig {
    ProptestConfig { cases: 150, failure_persistence: None, ..ProptestConfig::default() }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn overlaps_and_gaps_are_those_of_the_table(rules in any_rules()) {
        let all = table("COLLECT", [""; 3], &rules);
        let found = findings(&table("UNIQUE", [""; 3], &rules), ANALYSIS_WORK);
        let mut told = BTreeSet::new();
        for finding in &found {
            if let Finding::Overlap { rule, others, example, .. } = finding {
                let both = matching(&all, &inputs_of(example));
                assert!(both.contains(rule) && both.contains(&others[0]), "{example}: {both:?}");
                told.extend(others.iter().map(|other| (*other, *rule)));
            }
        }
        let mut real = BTreeSet::new();
        for point in points() {
            let matched = matching(&all, &point);
            for (at, second) in matched.iter().enumerate() {
                real.extend(matched[..at].iter().map(|first| (*first, *second)));
            }
        }
        assert_eq!(told, real);
        check_gaps(&found, &all);
        check_never(&found, &all, rules.len());
    }

    #[test]
    fn masked_rules_are_those_that_never_decide(
        rules in any_rules(),
        by_priority in prop::bool::ANY,
    ) {
        let all = table("COLLECT", [""; 3], &rules);
        let hit = if by_priority { "PRIORITY" } else { "FIRST" };
        let one = table(hit, [""; 3], &rules);
        let found = findings(&one, ANALYSIS_WORK);
        let (mut deciding, mut matched) = (BTreeSet::new(), BTreeSet::new());
        for point in points() {
            deciding.extend(matching(&one, &point));
            matched.extend(matching(&all, &point));
        }
        let masked: BTreeSet<usize> = found
            .iter()
            .filter_map(|finding| match finding {
                Finding::Masked { rule, .. } => Some(*rule),
                _ => None,
            })
            .collect();
        assert_eq!(masked, &matched - &deciding, "{found:?}");
        check_gaps(&found, &all);
    }
}

#[test]
fn tells_what_is_wrong_in_words() {
    let model = table(
        "UNIQUE",
        ["[0..100]", "\"gold\", \"silver\"", ""],
        &[
            ["< 10", "-", "-", "1"],
            ["[5..50]", "\"gold\"", "true", "2"],
            ["> 50", "\"goold\"", "-", "3"],
        ],
    );
    assert_eq!(
        messages(&model),
        [
            "Expected a rule for every input, but found none for `amount`: [10..50]; `tier`: \"gold\"; `open`: false, for example `amount` = 10, `tier` = \"gold\", `open` = false",
            "Expected a rule for every input, but found none for `amount`: [10..50]; `tier`: \"silver\", for example `amount` = 10, `tier` = \"silver\"",
            "Expected a rule for every input, but found none for `amount`: (50..100], for example `amount` = 51",
            "Expected at most one rule to match, as the hit policy UNIQUE has it, but found that rules 1 and 2 match together for `amount` = 5, `tier` = \"gold\", `open` = true",
            "Expected a cell that some value of `tier` passes, but found none that passes `\"goold\"`",
        ]
    );
    assert_eq!(model.problems()[4].hint.as_deref(), Some("did you mean `\"gold\"`?"));
}

#[test]
fn a_text_that_nobody_lists_is_worth_knowing_and_no_warning() {
    let rules = [["-", "\"a\"", "-", "1"], ["-", "\"b\"", "-", "2"]];
    let model = table("UNIQUE", [""; 3], &rules);
    let [problem] = model.problems() else { panic!("{:?}", model.problems()) };
    assert_eq!((problem.severity, problem.rule), (dmn::Severity::Info, "dmn-table-gap"));
    assert_eq!(
        problem.message,
        "Expected a rule for every input, but found none for `tier`: not(\"a\", \"b\"), for example `tier` = \"other\""
    );
    assert_eq!(messages(&table("UNIQUE", ["", "\"a\",\"b\"", ""], &rules)), [""; 0]);
}

#[test]
fn days_that_follow_one_another_leave_no_gap() {
    let whole = ["-", "-", "-", "1"];
    let rules =
        [["< date(\"2024-03-01\")", "-", "-", "1"], [">= date(\"2024-03-01\")", "-", "-", "2"]];
    assert_eq!(messages(&table("UNIQUE", [""; 3], &rules)), [""; 0]);
    let rules = [["<= @\"2024-02-29\"", "-", "-", "1"], [">= @\"2024-03-01\"", "-", "-", "2"]];
    assert_eq!(messages(&table("UNIQUE", [""; 3], &rules)), [""; 0]);
    let rules = [["<= @\"2024-02-28\"", "-", "-", "1"], [">= @\"2024-03-01\"", "-", "-", "2"]];
    assert_eq!(
        messages(&table("UNIQUE", [""; 3], &rules)),
        [
            "Expected a rule for every input, but found none for `amount`: (@\"2024-02-28\"..@\"2024-03-01\"), for example `amount` = @\"2024-02-29\""
        ]
    );
    let rules = [["<= duration(\"P1D\")", "-", "-", "1"], whole];
    let found = findings(&table("FIRST", [""; 3], &rules), ANALYSIS_WORK);
    assert_eq!(found, []);
}

#[test]
fn what_is_not_compared_with_constants_is_said_to_be_open() {
    let rules = [["> limit", "-", "-", "1"], ["3", "-", "-", "2"], ["3", "-", "-", "3"]];
    let found = findings(&table("UNIQUE", [""; 3], &rules), ANALYSIS_WORK);
    let example = "`amount` = 3".to_owned();
    let overlap = Finding::Overlap { rule: 2, others: vec![1], example, sure: true };
    assert_eq!(found, [Finding::Open { input: 0, rules: vec![0] }, overlap]);
}

#[test]
fn equal_outputs_may_overlap_under_any() {
    let rules = [["> 1", "-", "-", "1"], ["> 2", "-", "-", "1.0"], ["> 3", "-", "-", "limit"]];
    let found = findings(&table("ANY", [""; 3], &rules), ANALYSIS_WORK);
    let overlaps: Vec<_> = found
        .iter()
        .filter_map(|finding| match finding {
            Finding::Overlap { rule, others, sure, .. } => Some((*rule, others.len(), *sure)),
            _ => None,
        })
        .collect();
    assert_eq!(overlaps, [(2, 2, false)]);
}

#[test]
fn a_large_table_is_compared_within_bounds() {
    let numbers: Vec<[String; 2]> = (0..5_000u32)
        .map(|at| [format!("[{}..{})", at * 10, at * 10 + 10), format!("\"t{}\"", at % 100)])
        .collect();
    let rules: Vec<[&str; 4]> =
        numbers.iter().map(|[amount, tier]| [&**amount, &**tier, "-", "1"]).collect();
    let found = findings(&table("UNIQUE", [""; 3], &rules), ANALYSIS_WORK);
    assert!(found.iter().all(|it| !matches!(it, Finding::Overlap { .. } | Finding::TooLarge)));
    let rules: Vec<[&str; 4]> = vec![["> 1", "\"a\"", "true", "1"]; 5_000];
    let found = findings(&table("UNIQUE", [""; 3], &rules), 100_000);
    assert_eq!(found, [Finding::TooLarge]);
}
