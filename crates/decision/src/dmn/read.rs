//! From the bytes of a DMN file to its tree: versions 1.1 to 1.5, problems with positions.
//! It does not compile expressions or follow references.

mod logic;
mod node;

use super::problem::Problems;
use super::tree::{
    Definitions, Element, FunctionItem, Import, ItemDefinition, Kind, Service, TypeRef, Variable,
};
use crate::program::Mode;
use node::Node;
use std::sync::Arc;

/// The namespaces of DMN 1.1 to 1.5 (OMG formal/2016-06-01 to formal/2024-01-01), without scheme.
const NAMESPACES: &[&str] = &[
    "www.omg.org/spec/DMN/20151101/dmn.xsd",
    "www.omg.org/spec/DMN/20180521/MODEL/",
    "www.omg.org/spec/DMN/20191111/MODEL/",
    "www.omg.org/spec/DMN/20211108/MODEL/",
    "www.omg.org/spec/DMN/20230324/MODEL/",
];

/// What may stand directly in `definitions`.
const TOP_LEVEL: &[&str] = &[
    "association",
    "businessContextElement",
    "businessKnowledgeModel",
    "decision",
    "decisionService",
    "description",
    "DMNDI",
    "elementCollection",
    "extensionElements",
    "group",
    "import",
    "inputData",
    "itemDefinition",
    "knowledgeSource",
    "organizationUnit",
    "performanceIndicator",
    "textAnnotation",
];

const ZEEBE: &str = "http://camunda.org/schema/zeebe/1.0";
const CAMUNDA: &str = "http://camunda.org/schema/1.0/dmn";
const MODELER: &str = "http://camunda.org/schema/modeler/1.0";

/// Whether a root element of this namespace is DMN.
fn is_dmn(namespace: &str) -> bool {
    let rest = namespace.strip_prefix("https://").or_else(|| namespace.strip_prefix("http://"));
    rest.is_some_and(|rest| NAMESPACES.contains(&rest))
}

/// Reads the elements of a file. `None` only if it is not DMN.
pub(crate) fn definitions(
    tree: &roxmltree::Document<'_>,
    problems: &mut Problems<'_>,
) -> Option<Definitions> {
    let root = Node(tree.root_element());
    if !(root.name() == "definitions" && is_dmn(root.namespace())) {
        let (name, namespace) = (problems.brief(root.name()), problems.brief(root.namespace()));
        let message = format!("Expected DMN definitions, but found `{name}` of `{namespace}`");
        problems.error(root.start(), "not-dmn", message).hint(
            "segue reads DMN 1.1 to 1.5, whose namespaces begin with https://www.omg.org/spec/DMN/",
        );
        return None;
    }
    let mut read = Definitions {
        id: root.id(),
        name: root.attribute("name").unwrap_or_default().into(),
        namespace: root.attribute("namespace").unwrap_or_default().into(),
        mode: mode(root),
        imports: Vec::new(),
        types: Vec::new(),
        elements: Vec::new(),
    };
    for child in root.elements() {
        match child.name() {
            "import" => read.imports.push(import(child)),
            "itemDefinition" => read.types.push(item_definition(child)),
            "inputData" => read.elements.push(element(child, Kind::InputData, problems)),
            "decision" => read.elements.push(element(child, Kind::Decision, problems)),
            "businessKnowledgeModel" => {
                read.elements.push(element(child, Kind::Knowledge, problems));
            }
            "decisionService" => read.elements.push(element(child, Kind::Service, problems)),
            name if child.is_dmn() && !TOP_LEVEL.contains(&name) => {
                let found = problems.brief(name);
                let near = crate::nearest::nearest(name, TOP_LEVEL.iter().copied());
                let expected = "Expected an element of DMN";
                let mut problem = problems.warning(
                    child.start(),
                    "dmn-element-unknown",
                    format!("{expected}, but found `{found}`"),
                );
                if let Some(near) = near {
                    problem.hint(format!("did you mean `{near}`?"));
                }
            }
            _ => {}
        }
    }
    Some(read)
}

/// Files of Camunda's tools are read as Camunda reads them, others as the standard has it.
fn mode(root: Node<'_, '_>) -> Mode {
    let exporter = root.attribute("exporter").unwrap_or_default();
    let declares = |uri: &str| root.0.namespaces().any(|declared| declared.uri() == uri);
    let theirs = exporter.starts_with("Camunda")
        || [ZEEBE, CAMUNDA, MODELER].into_iter().any(declares)
        || root.attribute("namespace") == Some(CAMUNDA);
    if theirs { Mode::Camunda } else { Mode::Standard }
}

fn import(node: Node<'_, '_>) -> Import {
    Import {
        name: canonical(node.attribute("name").unwrap_or_default()),
        namespace: node.attribute("namespace").unwrap_or_default().into(),
        at: node.start(),
    }
}

/// A name with single blanks between its words.
pub(crate) fn canonical(name: &str) -> Arc<str> {
    let mut words = name.split_whitespace();
    let first = words.next().unwrap_or_default();
    if first.len() == name.len() {
        return name.into();
    }
    words.fold(first.to_owned(), |joined, word| joined + " " + word).into()
}

fn item_definition(node: Node<'_, '_>) -> ItemDefinition {
    let tests = |name: &str| node.child(name).and_then(|child| child.text_of("text"));
    ItemDefinition {
        name: canonical(node.attribute("name").unwrap_or_default()),
        at: node.start(),
        is_collection: matches!(node.attribute("isCollection"), Some("true" | "1")),
        base: type_ref(node),
        components: node.children("itemComponent").map(item_definition).collect(),
        function: node.child("functionItem").map(|function| FunctionItem {
            parameters: function.children("parameters").map(variable).collect(),
            result: function
                .attribute("outputTypeRef")
                .map(|name| named_type(name, function.start())),
        }),
        allowed: tests("allowedValues"),
        constraint: tests("typeConstraint"),
    }
}

/// The type an element refers to, by an attribute or a child.
fn type_ref(node: Node<'_, '_>) -> Option<TypeRef> {
    let child = || node.child("typeRef").and_then(|child| child.0.text());
    let name = node.attribute("typeRef").or_else(child)?;
    Some(named_type(name, node.start()))
}

/// `feel:string` of DMN 1.1 is `string`; `import.type` stays.
fn named_type(name: &str, at: std::ops::Range<usize>) -> TypeRef {
    let name = name.trim();
    let local = match name.split_once(':') {
        Some((prefix, local)) if !prefix.contains(['<', '{']) => local,
        _ if name.starts_with('{') => name.split_once('}').map_or(name, |(_, local)| local),
        _ => name,
    };
    TypeRef { name: canonical(local), at }
}

fn variable(node: Node<'_, '_>) -> Variable {
    Variable { name: canonical(node.attribute("name").unwrap_or_default()), kind: type_ref(node) }
}

fn element(node: Node<'_, '_>, kind: Kind, problems: &mut Problems<'_>) -> Element {
    let name = canonical(node.attribute("name").unwrap_or_default());
    let id = node.id().unwrap_or_else(|| Arc::clone(&name));
    let inner = node.child("encapsulatedLogic");
    let mut requires = Vec::new();
    for requirement in ["informationRequirement", "knowledgeRequirement"] {
        for child in node.children(requirement) {
            for required in ["requiredDecision", "requiredInput", "requiredKnowledge"] {
                requires.extend(child.reference(required));
            }
        }
    }
    let logic = match kind {
        Kind::Decision => logic::boxed_in(node, problems),
        Kind::Knowledge => inner.and_then(|inner| logic::boxed_in(inner, problems)),
        Kind::InputData | Kind::Service => None,
    };
    let references = |name: &str| node.references(name).collect();
    Element {
        kind,
        id,
        name,
        at: node.start(),
        variable: node.child("variable").map(variable),
        version_tag: version_tag(node),
        requires,
        logic,
        parameters: inner.map(parameters).unwrap_or_default(),
        service: (kind == Kind::Service).then(|| Service {
            outputs: references("outputDecision"),
            input_decisions: references("inputDecision"),
            input_data: references("inputData"),
        }),
    }
}

fn parameters(node: Node<'_, '_>) -> Vec<Variable> {
    node.children("formalParameter").map(variable).collect()
}

/// `zeebe:versionTag` in the extension elements, or Camunda 7's attribute.
fn version_tag(node: Node<'_, '_>) -> Option<Arc<str>> {
    let extensions = node.child("extensionElements");
    let tag = extensions.and_then(|extensions| {
        extensions
            .elements()
            .find(|child| child.name() == "versionTag" && child.namespace() == ZEEBE)
    });
    let value = tag.and_then(|tag| tag.attribute("value"));
    value.or_else(|| node.0.attribute((CAMUNDA, "versionTag"))).map(Into::into)
}
