//! Boxed expressions and decision tables as they stand in the file.
//! It does not know what they mean. Native recursion is bounded by the depth of the XML.

use super::node::Node;
use super::{canonical, parameters, type_ref, variable};
use crate::dmn::problem::Problems;
use crate::dmn::tree::{Boxed, HitPolicy, Input, Logic, Output, Rule, Table, Text};
use std::sync::Arc;

/// The names of boxed expressions.
const EXPRESSIONS: &[&str] = &[
    "conditional",
    "context",
    "decisionTable",
    "every",
    "filter",
    "for",
    "functionDefinition",
    "invocation",
    "list",
    "literalExpression",
    "relation",
    "some",
];

/// The expression directly in an element.
pub(super) fn boxed_in(node: Node<'_, '_>, problems: &mut Problems<'_>) -> Option<Boxed> {
    let mut found = expressions(node);
    found.next().map(|child| boxed(child, problems))
}

fn expressions<'a, 'i>(node: Node<'a, 'i>) -> impl Iterator<Item = Node<'a, 'i>> {
    node.elements().filter(|child| child.is_dmn() && EXPRESSIONS.contains(&child.name()))
}

fn boxed(node: Node<'_, '_>, problems: &mut Problems<'_>) -> Boxed {
    Boxed { at: node.start(), kind: type_ref(node), logic: logic(node, problems) }
}

/// The expression in a child of this name; `null` where it is missing, which is a problem.
fn part(node: Node<'_, '_>, name: &str, problems: &mut Problems<'_>) -> Boxed {
    let found = node.child(name).and_then(|child| boxed_in(child, problems));
    found.unwrap_or_else(|| {
        let message = format!("Expected an expression in `{name}`, but found none");
        problems.error(node.start(), "dmn-expression-missing", message);
        let text = Text { text: "null".to_owned(), span: node.start(), ..Text::default() };
        Boxed { at: node.start(), kind: None, logic: Logic::Literal(text) }
    })
}

fn logic(node: Node<'_, '_>, problems: &mut Problems<'_>) -> Logic {
    let iterator = || canonical(node.attribute("iteratorVariable").unwrap_or("item"));
    match node.name() {
        "decisionTable" => Logic::Table(Box::new(table(node, problems))),
        "context" => {
            let mut entries = Vec::new();
            for entry in node.children("contextEntry") {
                if let Some(value) = boxed_in(entry, problems) {
                    entries.push((entry.child("variable").map(variable), value));
                }
            }
            Logic::Context(entries)
        }
        "relation" => Logic::Relation {
            columns: node.children("column").map(variable).collect(),
            rows: node.children("row").map(|row| all(row, problems)).collect(),
        },
        "list" => Logic::List(all(node, problems)),
        "invocation" => {
            let mut bindings = Vec::new();
            for binding in node.children("binding") {
                let parameter = binding.child("parameter").and_then(|it| it.attribute("name"));
                let value = boxed_in(binding, problems);
                bindings.push((canonical(parameter.unwrap_or_default()), value));
            }
            Logic::Invocation { callee: boxed_in(node, problems).map(Box::new), bindings }
        }
        "functionDefinition" => Logic::Function {
            is_feel: matches!(node.attribute("kind"), None | Some("FEEL" | "F")),
            parameters: parameters(node),
            body: boxed_in(node, problems).map(Box::new),
        },
        "conditional" => {
            let parts = ["if", "then", "else"].map(|name| part(node, name, problems));
            Logic::Conditional(Box::new(parts))
        }
        "filter" => Logic::Filter(Box::new(["in", "match"].map(|name| part(node, name, problems)))),
        "for" => {
            let parts = ["in", "return"].map(|name| part(node, name, problems));
            Logic::For(iterator(), Box::new(parts))
        }
        quantifier @ ("some" | "every") => {
            let parts = ["in", "satisfies"].map(|name| part(node, name, problems));
            let every = quantifier == "every";
            Logic::Quantified { every, iterator: iterator(), parts: Box::new(parts) }
        }
        _ => Logic::Literal(node.text_of("text").unwrap_or_default()),
    }
}

fn all(node: Node<'_, '_>, problems: &mut Problems<'_>) -> Vec<Boxed> {
    expressions(node).map(|child| boxed(child, problems)).collect()
}

fn table(node: Node<'_, '_>, problems: &mut Problems<'_>) -> Table {
    let inputs: Vec<Input> = node.children("input").map(input).collect();
    let outputs: Vec<Output> = node.children("output").map(output).collect();
    let rules: Vec<Rule> = node.children("rule").map(rule).collect();
    for rule in &rules {
        for (what, expected, found) in [
            ("conditions", inputs.len(), rule.inputs.len()),
            ("outputs", outputs.len(), rule.outputs.len()),
        ] {
            if expected != found {
                let message = format!("Expected {expected} {what} in a rule, but found {found}");
                problems
                    .error(rule.at.clone(), "dmn-rule-width", message)
                    .element(rule.id.as_ref())
                    .hint("a rule has one entry for each input and one for each output");
            }
        }
    }
    if outputs.is_empty() {
        let message = "Expected at least one output of a decision table, but found none";
        problems.error(node.start(), "dmn-output-missing", message.to_owned());
    }
    for output in outputs.iter().filter(|output| outputs.len() > 1 && output.name.is_none()) {
        let message = "Expected a name of each of several outputs, but found none";
        problems
            .error(output.at.clone(), "dmn-output-unnamed", message.to_owned())
            .element(output.id.as_ref())
            .hint("the name is the key of this output in the result");
    }
    Table { id: node.id(), hit: hit_policy(node, problems), inputs, outputs, rules }
}

fn hit_policy(node: Node<'_, '_>, problems: &mut Problems<'_>) -> HitPolicy {
    let written = node.attribute("hitPolicy").unwrap_or("UNIQUE");
    let aggregation = node.attribute("aggregation");
    match (written, aggregation) {
        ("UNIQUE" | "U", None) => HitPolicy::Unique,
        ("ANY" | "A", None) => HitPolicy::Any,
        ("PRIORITY" | "P", None) => HitPolicy::Priority,
        ("FIRST" | "F", None) => HitPolicy::First,
        ("RULE ORDER" | "R", None) => HitPolicy::RuleOrder,
        ("OUTPUT ORDER" | "O", None) => HitPolicy::OutputOrder,
        ("COLLECT" | "C", None) => HitPolicy::Collect,
        ("COLLECT" | "C", Some("SUM")) | ("C+", _) => HitPolicy::Sum,
        ("COLLECT" | "C", Some("MIN")) | ("C<", _) => HitPolicy::Min,
        ("COLLECT" | "C", Some("MAX")) | ("C>", _) => HitPolicy::Max,
        ("COLLECT" | "C", Some("COUNT")) | ("C#", _) => HitPolicy::Count,
        _ => {
            let aggregation = aggregation.map(|it| format!(" with {it}")).unwrap_or_default();
            let found = format!("`{}{}`", problems.brief(written), problems.brief(&aggregation));
            problems
                .error(
                    node.start(),
                    "dmn-hit-policy",
                    format!("Expected a hit policy of DMN, but found {found}"),
                )
                .hint(
                    "UNIQUE, ANY, PRIORITY, FIRST, RULE ORDER, OUTPUT ORDER or COLLECT; only \
                     COLLECT has an aggregation: SUM, MIN, MAX or COUNT",
                );
            HitPolicy::Unique
        }
    }
}

/// An attribute that says something.
fn filled(node: Node<'_, '_>, name: &str) -> Option<Arc<str>> {
    node.attribute(name).map(str::trim).filter(|text| !text.is_empty()).map(Into::into)
}

fn input(node: Node<'_, '_>) -> Input {
    let expression = node.child("inputExpression");
    Input {
        id: node.id(),
        label: filled(node, "label"),
        expression: expression.and_then(|it| it.text_of("text")),
        kind: expression.and_then(type_ref),
        allowed: node.child("inputValues").and_then(|it| it.text_of("text")),
        variable: node.0.attribute((super::CAMUNDA, "inputVariable")).map(canonical),
    }
}

fn output(node: Node<'_, '_>) -> Output {
    Output {
        id: node.id(),
        label: filled(node, "label"),
        name: filled(node, "name").map(|name| canonical(&name)),
        at: node.start(),
        kind: type_ref(node),
        allowed: node.child("outputValues").and_then(|it| it.text_of("text")),
        default: node.child("defaultOutputEntry").and_then(|it| it.text_of("text")),
    }
}

fn rule(node: Node<'_, '_>) -> Rule {
    let texts = |name: &str| {
        node.children(name).map(|entry| entry.text_of("text").unwrap_or_default()).collect()
    };
    Rule {
        id: node.id(),
        at: node.start(),
        inputs: texts("inputEntry"),
        outputs: texts("outputEntry"),
    }
}
