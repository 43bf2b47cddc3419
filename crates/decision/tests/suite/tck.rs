//! The DMN Technology Compatibility Kit: models, and cases with typed inputs and results.
//! What is not in the corpus is not tried here.

use crate::corpus::{entries, folder};
use crate::support::env;
use decision::dmn::{self, Model};
use decision::{Budget, Mode, Value, compile};
use roxmltree::{Document, Node};
use std::collections::BTreeMap;
use std::path::Path;

/// How the cases of one level went.
#[derive(Default)]
pub(crate) struct Tally {
    pub(crate) passed: usize,
    pub(crate) all: usize,
    /// Case, and what was expected and found.
    pub(crate) failed: Vec<String>,
    /// Cases that need Java.
    pub(crate) not_applicable: Vec<String>,
}

/// Models whose functions are written in Java, which is not here.
pub(crate) const JAVA: &[&str] = &["0076-feel-external-java"];

/// Runs the cases of a level; nothing without the corpus.
pub(crate) fn level(name: &str) -> Option<Tally> {
    let folder = folder("dmn-tck")?;
    let mut tally = Tally::default();
    for model in entries(&folder.join("TestCases").join(format!("compliance-{name}"))) {
        run_folder(&model, &mut tally);
    }
    Some(tally)
}

fn run_folder(folder: &Path, tally: &mut Tally) {
    let files = entries(folder);
    let name = folder.file_name().expect("a name").to_string_lossy();
    let models = models(&files);
    for tests in files.iter().filter(|path| path.extension().is_some_and(|it| it == "xml")) {
        let text = std::fs::read_to_string(tests).expect("readable corpus");
        let document = Document::parse(&text).expect("test cases are XML");
        let root = document.root_element();
        let file = child(root, "modelName").and_then(|it| it.text()).unwrap_or_default().trim();
        for case in children(root, "testCase") {
            let id = format!("{name} {}", case.attribute("id").unwrap_or_default());
            if JAVA.contains(&&*name) {
                tally.not_applicable.push(id);
                continue;
            }
            tally.all += 1;
            let failures = match models.get(file) {
                Some(Ok(model)) => judge(model, case),
                Some(Err(error)) => vec![error.clone()],
                None => vec![format!("no model {file}")],
            };
            match failures.is_empty() {
                true => tally.passed += 1,
                false => tally.failed.push(format!("{id}: {}", failures.join("; "))),
            }
        }
    }
}

/// The models of a folder by file name, imported ones read before those that import them.
pub(crate) fn models(files: &[std::path::PathBuf]) -> BTreeMap<String, Result<Model, String>> {
    let mut read: BTreeMap<String, Result<Model, String>> = BTreeMap::new();
    let dmn = files.iter().filter(|path| path.extension().is_some_and(|it| it == "dmn"));
    let mut waiting: Vec<_> = dmn.collect();
    while !waiting.is_empty() {
        let before = waiting.len();
        waiting.retain(|path| {
            let source = std::fs::read(path).expect("readable corpus");
            let known: Vec<&Model> = read.values().flatten().collect();
            let name = path.file_name().expect("a name").to_string_lossy().into_owned();
            let model = dmn::open(&source, &known);
            let missing = |model: &Model| {
                model.problems().iter().any(|problem| problem.rule == "dmn-import-missing")
            };
            let waits = model.as_ref().is_ok_and(missing);
            if !waits {
                let said = |problems: Vec<dmn::Problem>| {
                    problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
                };
                read.insert(name, model.map_err(said));
            }
            waits
        });
        assert!(waiting.len() < before, "models that import one another: {waiting:?}");
    }
    read
}

/// What is wrong with the results of a case.
fn judge(model: &Model, case: Node<'_, '_>) -> Vec<String> {
    let mut failures = Vec::new();
    for result in children(case, "resultNode") {
        let wanted = result.attribute("name").unwrap_or_default();
        let found = found(model, case, wanted);
        let expected = child(result, "expected").map_or(Value::Null, value_of);
        if !same(&found, &expected) {
            let (found, expected) = (found.to_json(), expected.to_json());
            failures.push(format!("{wanted}: expected {expected}, but found {found}"));
        }
    }
    failures
}

/// What a model gives for the result of a case that is called `wanted`.
pub(crate) fn found(model: &Model, case: Node<'_, '_>, wanted: &str) -> Value {
    let scope = inputs(case);
    let mut budget = Budget::default();
    let found = match service(case) {
        Some(service) => model
            .services()
            .find(|(_, name)| **name == *service)
            .and_then(|(id, _)| model.invoke_service(id, &scope, &env(), &mut budget)),
        None => model
            .decisions()
            .iter()
            .find(|decision| *decision.name == *wanted)
            .and_then(|it| model.evaluate(&it.id, &scope, &env(), &mut budget)),
    };
    match found {
        None => Value::from(format!("no decision {wanted}")),
        Some(found) => match found.failure {
            Some(failed) => Value::from(failed.failure.to_string()),
            None => output(found.output, wanted),
        },
    }
}

/// The name of the decision service that a case calls.
pub(crate) fn service<'a>(case: Node<'a, 'a>) -> Option<&'a str> {
    let called = case.attribute("type") == Some("decisionService");
    called.then(|| case.attribute("invocableName").unwrap_or_default())
}

/// Of a service with several outputs each is a result of its own.
pub(crate) fn output(all: Value, wanted: &str) -> Value {
    let one = all.as_context().and_then(|all| all.get(wanted)).cloned();
    one.unwrap_or(all)
}

pub(crate) fn children<'a>(
    node: Node<'a, 'a>,
    name: &'static str,
) -> impl Iterator<Item = Node<'a, 'a>> {
    node.children().filter(move |child| child.tag_name().name() == name)
}

pub(crate) fn child<'a>(node: Node<'a, 'a>, name: &'static str) -> Option<Node<'a, 'a>> {
    children(node, name).next()
}

pub(crate) fn inputs(case: Node<'_, '_>) -> BTreeMap<String, Value> {
    let mut scope = BTreeMap::new();
    for input in case.children().filter(|node| node.tag_name().name() == "inputNode") {
        scope.insert(input.attribute("name").unwrap_or_default().to_owned(), value_of(input));
    }
    scope
}

/// The typed value in a test case.
pub(crate) fn value_of(node: Node<'_, '_>) -> Value {
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
pub(crate) fn same(found: &Value, expected: &Value) -> bool {
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
