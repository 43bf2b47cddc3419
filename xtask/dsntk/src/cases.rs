//! The questions: models of the kit with its cases, Camunda's expressions, and generated ones.
//! It does not judge the answers.

use crate::generator::{Generator, VARIABLES};
use crate::{Case, corpus, plain, scala, support, tck};
use decision::dmn::Model;
use decision::{Budget, Mode, Value};
use dsntk_feel::FeelScope;
use dsntk_feel::context::FeelContext;
use dsntk_model_evaluator::ModelEvaluator;
use roxmltree::{Document, Node};
use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::Arc;
use std::sync::mpsc::channel;
use std::time::Duration;

/// How long the other engine may think.
const PATIENCE: Duration = Duration::from_secs(10);
/// Its recursion knows no bound but this.
const STACK: usize = 256 << 20;

/// The models of a level of the compatibility kit, asked its own cases.
pub(crate) fn kit(level: &str) -> Vec<Case> {
    let Some(folder) = corpus::folder("dmn-tck") else { return Vec::new() };
    let folder = folder.join("TestCases").join(format!("compliance-{level}"));
    corpus::entries(&folder).iter().flat_map(|models| folder_of(models)).collect()
}

fn folder_of(folder: &Path) -> Vec<Case> {
    let files = corpus::entries(folder);
    let name = folder.file_name().expect("a name").to_string_lossy().into_owned();
    if tck::JAVA.contains(&name.as_str()) {
        return Vec::new();
    }
    let ours = tck::models(&files);
    let theirs = their_models(&files);
    let mut cases = Vec::new();
    for tests in files.iter().filter(|path| path.extension().is_some_and(|it| it == "xml")) {
        let text = std::fs::read_to_string(tests).expect("readable corpus");
        let document = Document::parse(&text).expect("test cases are XML");
        let root = document.root_element();
        let file =
            tck::child(root, "modelName").and_then(|it| it.text()).unwrap_or_default().trim();
        let Some(Ok(model)) = ours.get(file) else { continue };
        for case in tck::children(root, "testCase") {
            cases.extend(asked(&name, model, theirs.as_ref(), case));
        }
    }
    cases
}

/// Both answers to one case of the kit, one for each result it wants.
fn asked(
    folder: &str,
    model: &Model,
    theirs: Result<&Arc<ModelEvaluator>, &String>,
    case: Node<'_, '_>,
) -> Vec<Case> {
    let id = case.attribute("id").unwrap_or_default();
    let wanted = tck::children(case, "resultNode");
    let wanted = wanted.map(|result| {
        let name = result.attribute("name").unwrap_or_default();
        let invoked = tck::service(case).unwrap_or(name);
        let answer = match theirs {
            Ok(theirs) => {
                tck::output(their_decision(theirs, model, invoked, &tck::inputs(case)), name)
            }
            Err(error) => Value::from(format!("<model refused: {error}>")),
        };
        Case {
            of: format!("{folder} {id}"),
            source: name.to_owned(),
            ours: plain::of_ours(&tck::found(model, case, name)),
            theirs: answer,
            expected: Some(tck::child(result, "expected").map_or(Value::Null, tck::value_of)),
        }
    });
    wanted.collect()
}

fn their_models(files: &[std::path::PathBuf]) -> Result<Arc<ModelEvaluator>, String> {
    let models = files.iter().filter(|path| path.extension().is_some_and(|it| it == "dmn"));
    let sources = models.map(|path| std::fs::read_to_string(path).expect("readable corpus"));
    their_model(sources.collect())
}

/// The other engine's reading of models that may import one another.
pub(crate) fn their_model(sources: Vec<String>) -> Result<Arc<ModelEvaluator>, String> {
    apart(move || {
        let parsed = sources.iter().map(|source| dsntk_model::parse(source));
        let parsed: Result<Vec<_>, _> = parsed.collect();
        let built = parsed.and_then(|parsed| ModelEvaluator::new(&parsed));
        built.map_err(|error| error.to_string())
    })
    .unwrap_or_else(|| Err("panicked or never ended".to_owned()))
}

/// The other engine's answer for a decision or service by its name.
pub(crate) fn their_decision(
    theirs: &Arc<ModelEvaluator>,
    model: &Model,
    invoked: &str,
    inputs: &BTreeMap<String, Value>,
) -> Value {
    let (theirs, invoked) = (Arc::clone(theirs), invoked.to_owned());
    let (namespace, name) = (model.namespace().to_owned(), model.name().to_owned());
    let inputs = inputs.clone();
    let answer = apart(move || {
        let context = context_of(&inputs);
        plain::of_theirs(&theirs.evaluate_invocable(&namespace, &name, &invoked, &context))
    });
    answer.unwrap_or_else(|| Value::from("<panicked or never ended>"))
}

/// Camunda's expressions, read as the standard has them.
pub(crate) fn scala() -> Vec<Case> {
    let Some(folder) = corpus::folder("feel-scala-cases") else { return Vec::new() };
    let all = std::fs::read_to_string(folder.join("cases.jsonl")).expect("readable corpus");
    let mut cases = Vec::new();
    for line in all.lines() {
        let case = Value::from_json(line).expect("a case is JSON");
        let text = |key: &str| {
            let context = case.as_context().expect("a case is an object");
            context.get(key).and_then(Value::as_str).unwrap_or_default().to_owned()
        };
        if text("kind").contains("UnaryTests") {
            continue;
        }
        let Some(arguments) = scala::arguments(&text("args_rest"), false) else { continue };
        cases.push(expression(text("file"), text("expression"), arguments.variables));
    }
    cases
}

/// Random expressions over a few variables.
pub(crate) fn generated(count: u64) -> Vec<Case> {
    let variables: BTreeMap<String, Value> = VARIABLES
        .iter()
        .map(|(name, source)| {
            let value = support::run(source, &BTreeMap::new()).expect("a literal").value;
            ((*name).to_owned(), value)
        })
        .collect();
    let make = |seed| {
        let source = Generator::new(seed).expression();
        expression(format!("seed {seed}"), source, variables.clone())
    };
    (0..count).map(make).collect()
}

fn expression(of: String, source: String, variables: BTreeMap<String, Value>) -> Case {
    let ours = match decision::compile(&source, Mode::Standard) {
        Err(error) => Value::from(format!("<refused: {}>", error.message)),
        Ok(program) => {
            let mut budget = Budget::default();
            match program.evaluate(&variables, &support::env(), &mut budget) {
                Ok(found) => plain::of_ours(&found.value),
                Err(failure) => Value::from(format!("<{failure}>")),
            }
        }
    };
    let asked = source.clone();
    let theirs = apart(move || {
        let scope = FeelScope::from(context_of(&variables));
        match dsntk_feel_parser::parse_expression(&scope, &asked, false) {
            Ok(node) => plain::of_theirs(&dsntk_feel_evaluator::evaluate(&scope, &node)),
            Err(_) => Value::from("<refused>"),
        }
    });
    let theirs = theirs.unwrap_or_else(|| Value::from("<panicked or never ended>"));
    Case { of, source, ours, theirs, expected: None }
}

/// Variables as the other engine has them; what it cannot read as a literal is absent.
fn context_of(variables: &BTreeMap<String, Value>) -> FeelContext {
    let mut context = FeelContext::default();
    for (name, value) in variables {
        let scope = FeelScope::default();
        let literal = plain::literal(value);
        if let Ok(node) = dsntk_feel_parser::parse_expression(&scope, &literal, false) {
            let value = dsntk_feel_evaluator::evaluate(&scope, &node);
            context.set_entry(&dsntk_feel::Name::from(name.as_str()), value);
        }
    }
    context
}

/// Asks the other engine in a thread of its own; nothing when it panics or never ends. A thread
/// that never ends is left behind.
fn apart<T: Send + 'static>(ask: impl FnOnce() -> T + Send + 'static) -> Option<T> {
    let (send, receive) = channel();
    let asked = move || {
        if let Ok(answer) = catch_unwind(AssertUnwindSafe(ask)) {
            // Nobody listens any more to an answer that came too late.
            let _ = send.send(answer);
        }
    };
    std::thread::Builder::new().stack_size(STACK).spawn(asked).expect("a thread starts");
    receive.recv_timeout(PATIENCE).ok()
}
