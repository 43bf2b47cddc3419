//! The expressions of the DMN Technology Compatibility Kit, beside Camunda's published results.
//! Only decisions that are one expression each; tables and boxed expressions are not FEEL.

use crate::corpus;
use crate::support::env;
use decision::{Budget, Mode, Value, compile};
use roxmltree::{Document, Node};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Results that hold today in each mode; they may only be raised.
const FLOOR_CAMUNDA: usize = 1_240;
const FLOOR_STANDARD: usize = 1_258;

#[derive(Default)]
struct Tally {
    passed: usize,
    failed: usize,
    /// Failed here, though Camunda's engine has it right.
    regressed: usize,
}

#[test]
fn agrees_with_the_compatibility_kit_as_far_as_before() {
    let Some(folder) = corpus::folder("dmn-tck") else { return };
    let theirs = published(&folder.join("TestResults/CamundaDmnScala/1.9.0/tck_results.csv"));
    for (mode, floor) in [(Mode::Camunda, FLOOR_CAMUNDA), (Mode::Standard, FLOOR_STANDARD)] {
        let mut tally = Tally::default();
        for level in ["compliance-level-2", "compliance-level-3"] {
            for model in folders(&folder.join("TestCases").join(level)) {
                run_model(&model, level, mode, &theirs, &mut tally);
            }
        }
        let Tally { passed, failed, regressed } = tally;
        eprintln!("{mode:?}: passed {passed}, failed {failed}, of these {regressed} Camunda has");
        assert!(passed >= floor, "{mode:?}: {passed} results hold, which is less than {floor}");
    }
}

/// Whether Camunda's engine passed, by folder, file and case.
fn published(path: &Path) -> BTreeMap<(String, String, String), bool> {
    let text = std::fs::read_to_string(path).expect("readable corpus");
    let mut results = BTreeMap::new();
    for line in text.lines() {
        let cells: Vec<&str> = line.split(',').map(|cell| cell.trim_matches('"')).collect();
        if let [folder, file, case, verdict, ..] = cells[..] {
            let key = (folder.to_owned(), file.to_owned(), case.to_owned());
            results.insert(key, verdict == "SUCCESS");
        }
    }
    results
}

fn folders(path: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(path).expect("readable corpus");
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.expect("an entry").path()).collect();
    paths.sort();
    paths
}

fn run_model(
    folder: &Path,
    level: &str,
    mode: Mode,
    theirs: &BTreeMap<(String, String, String), bool>,
    tally: &mut Tally,
) {
    let files = folders(folder);
    let with =
        |ending: String| files.iter().filter(move |path| path.to_string_lossy().ends_with(&ending));
    let name = folder.file_name().expect("a name").to_string_lossy();
    let Some(model) = with(format!("{name}.dmn")).next() else { return };
    let text = std::fs::read_to_string(model).expect("readable corpus");
    let Ok(model) = Document::parse(&text) else { return };
    for tests in with(".xml".to_owned()) {
        let text = std::fs::read_to_string(tests).expect("readable corpus");
        let Ok(tests_document) = Document::parse(&text) else { continue };
        let file = tests.file_stem().expect("a name").to_string_lossy();
        for case in children(tests_document.root_element(), "testCase") {
            let id = case.attribute("id").unwrap_or_default();
            let key = (format!("{level}/{name}"), file.to_string(), id.to_owned());
            let camunda = theirs.get(&key).copied().unwrap_or(false);
            for result in children(case, "resultNode") {
                let wanted = result.attribute("name").unwrap_or_default();
                let mut scope = inputs(case);
                let Some(found) = decide(&model, wanted, mode, &mut scope, 0) else { continue };
                let expected = match child(result, "expected") {
                    Some(expected) => value_of(expected),
                    None => Value::Null,
                };
                if same(&found, &expected) {
                    tally.passed += 1;
                    continue;
                }
                tally.failed += 1;
                tally.regressed += usize::from(camunda);
                let (found, expected) = (found.to_json(), expected.to_json());
                let column = if camunda { "camunda-has" } else { "camunda-too" };
                let source = named(&model, wanted).and_then(literal).unwrap_or_default();
                eprintln!(
                    "{mode:?} {column} {name} {id} {wanted} | {source} | expected {expected} | found {found}"
                );
            }
        }
    }
}

fn children<'a>(node: Node<'a, 'a>, name: &'static str) -> impl Iterator<Item = Node<'a, 'a>> {
    node.children().filter(move |child| child.tag_name().name() == name)
}

fn child<'a>(node: Node<'a, 'a>, name: &'static str) -> Option<Node<'a, 'a>> {
    children(node, name).next()
}

fn named<'a>(model: &'a Document<'a>, name: &str) -> Option<Node<'a, 'a>> {
    let mut all = model.root_element().children();
    all.find(|node| {
        node.attribute("name") == Some(name) && node.tag_name().name() != "itemDefinition"
    })
}

/// The text of a decision that is one expression.
fn literal<'a>(node: Node<'a, 'a>) -> Option<&'a str> {
    let inner = child(node, "encapsulatedLogic").unwrap_or(node);
    child(child(inner, "literalExpression")?, "text")?.text()
}

/// The value of a decision or business knowledge model, after those it requires.
fn decide(
    model: &Document<'_>,
    name: &str,
    mode: Mode,
    scope: &mut BTreeMap<String, Value>,
    depth: u32,
) -> Option<Value> {
    let node = named(model, name)?;
    let source = literal(node)?;
    if node.tag_name().name() == "decisionService" || depth > 20 {
        return None;
    }
    for requirement in node.descendants() {
        if !matches!(requirement.tag_name().name(), "requiredDecision" | "requiredKnowledge") {
            continue;
        }
        let id = requirement.attribute("href")?.strip_prefix('#')?;
        let all = model.root_element().children();
        let required = { all }.find(|node| node.attribute("id") == Some(id))?;
        let required = required.attribute("name")?;
        if !scope.contains_key(required) {
            let value = decide(model, required, mode, scope, depth + 1)?;
            scope.insert(required.to_owned(), value);
        }
    }
    let source = match child(node, "encapsulatedLogic") {
        Some(logic) => {
            let names = children(logic, "formalParameter").filter_map(|p| p.attribute("name"));
            format!("function({}) {source}", names.collect::<Vec<_>>().join(", "))
        }
        None => source.to_owned(),
    };
    let Ok(program) = compile(&source, mode) else { return Some(Value::from("does not compile")) };
    let result = program.evaluate(scope, &env(), &mut Budget::default());
    Some(result.map_or_else(|failure| Value::from(failure.to_string()), |found| found.value))
}

fn inputs(case: Node<'_, '_>) -> BTreeMap<String, Value> {
    let mut scope = BTreeMap::new();
    for input in case.children().filter(|node| node.tag_name().name() == "inputNode") {
        scope.insert(input.attribute("name").unwrap_or_default().to_owned(), value_of(input));
    }
    scope
}

/// The typed value in a test case.
fn value_of(node: Node<'_, '_>) -> Value {
    let named = |name: &'static str| node.children().filter(move |n| n.tag_name().name() == name);
    if let Some(list) = named("list").next() {
        let items = list.children().filter(|item| item.tag_name().name() == "item");
        return Value::list(items.map(value_of).collect());
    }
    if named("component").next().is_some() {
        let entry = |n: Node<'_, '_>| (n.attribute("name").unwrap_or_default().into(), value_of(n));
        return Value::context(named("component").map(entry).collect());
    }
    let Some(value) = named("value").next() else { return Value::Null };
    let attribute = |name: &str| value.attributes().find(|a| a.name() == name).map(|a| a.value());
    if attribute("nil") == Some("true") {
        return Value::Null;
    }
    let text = value.text().unwrap_or_default();
    let kind = attribute("type").unwrap_or("xsd:string");
    match kind.rsplit(':').next().unwrap_or(kind) {
        "decimal" | "double" | "integer" | "int" | "float" | "long" => {
            text.trim().parse().map_or(Value::Null, Value::Number)
        }
        "boolean" => Value::from(text.trim() == "true"),
        "date" | "time" | "dateTime" | "duration" | "dayTimeDuration" | "yearMonthDuration" => {
            let source = format!("@\"{}\"", text.trim());
            let program = compile(&source, Mode::Camunda).expect("a literal");
            let none = BTreeMap::new();
            let found = program.evaluate(&none, &env(), &mut Budget::default());
            found.expect("a literal").value
        }
        _ => Value::from(text),
    }
}

/// Numbers agree to eight digits, as the kit's own runner has it; zones by what they show.
fn same(found: &Value, expected: &Value) -> bool {
    match (found, expected) {
        (Value::Number(a), Value::Number(b)) => {
            let (a, b) = (a.to_f64(), b.to_f64());
            (a - b).abs() <= 1e-8 * b.abs().max(1.0)
        }
        (Value::List(a), Value::List(b)) => {
            a.items().len() == b.items().len()
                && a.items().iter().zip(b.items()).all(|(a, b)| same(a, b))
        }
        (Value::Context(a), Value::Context(b)) => {
            a.entries().len() == b.entries().len()
                && a.entries().iter().all(|(key, a)| b.get(key).is_some_and(|b| same(a, b)))
        }
        _ => found == expected || found.to_json() == expected.to_json(),
    }
}
