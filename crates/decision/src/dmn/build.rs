//! From a file to a graph: references resolved, logic compiled, cycles found.
//! It does not evaluate; nothing here depends on variables.

mod check;
mod members;
mod service;

use super::item_definition::{Types, unknown};
use super::problem::Problems;
use super::tree::{Boxed, Definitions, Element, Kind, Logic, TypeRef};
use super::{Decision, Graph, LogicKind, Model, Node, Required, read};
use crate::ast::Type;
use crate::compile::{self, Compiler, Fault, Place};
use crate::limits::{GRAPH_NODES, MODEL_FOLDING_FUEL};
use crate::names::Vocabulary;
use crate::program::{Mode, Program};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use xml::Problem;

/// `analysis` is the work that the analysis of tables may do, if there is to be one.
pub(super) fn build(
    source: &[u8],
    imports: &[&Model],
    analysis: Option<u64>,
) -> Result<Model, Vec<Problem>> {
    let (text, tree) = xml::read(source).map_err(|problem| vec![*problem])?;
    let mut problems = Problems::new(text);
    let Some(definitions) = read::definitions(&tree, &mut problems) else {
        return Err(problems.into_list());
    };
    drop(tree);
    let mut builder = Builder::new(&definitions, imports, &mut problems);
    builder.analysis = analysis;
    let graph = builder.graph();
    let graph = Graph { problems: problems.into_list(), ..graph };
    Ok(Model { graph: Arc::new(graph) })
}

/// The name of an import, and where its nodes are, by id.
type Imported = (Arc<str>, BTreeMap<Arc<str>, usize>);

struct Builder<'d, 'p, 's> {
    definitions: &'d Definitions,
    problems: &'p mut Problems<'s>,
    nodes: Vec<Node>,
    own: usize,
    /// By namespace.
    imported: BTreeMap<&'d str, Imported>,
    /// The model's own elements by id, as places in `definitions`.
    by_id: BTreeMap<&'d str, usize>,
    types: Types,
    members: Vec<Arc<str>>,
    vocabulary: Vocabulary,
    /// Fuel that folding constants may still burn.
    folding: u64,
    /// Work that analyses of tables may still do, if there are to be any.
    analysis: Option<u64>,
    services: BTreeMap<Arc<str>, usize>,
}

impl<'d, 'p, 's> Builder<'d, 'p, 's> {
    fn new(
        definitions: &'d Definitions,
        imports: &[&Model],
        problems: &'p mut Problems<'s>,
    ) -> Builder<'d, 'p, 's> {
        let (mut nodes, mut imported) = (Vec::new(), BTreeMap::new());
        let (mut types, mut members) = (Vec::new(), BTreeSet::new());
        for import in &definitions.imports {
            let found = imports.iter().find(|model| *model.graph.namespace == *import.namespace);
            let Some(model) = found else {
                check::import_missing(import, problems);
                continue;
            };
            let graph = &*model.graph;
            if nodes.len() + graph.nodes.len() > GRAPH_NODES {
                check::too_large(import.at.clone(), problems);
                continue;
            }
            let offset = nodes.len();
            nodes.extend(graph.nodes.iter().cloned().map(|node| moved(node, offset)));
            let ids = (graph.own..graph.nodes.len())
                .map(|at| (Arc::clone(&graph.nodes[at].id), at + offset))
                .collect();
            members.extend(graph.members.iter().cloned());
            members.extend(graph.nodes[graph.own..].iter().map(|node| Arc::clone(&node.name)));
            types.push((&*import.name, &graph.types));
            imported.insert(&*import.namespace, (Arc::clone(&import.name), ids));
        }
        let types = Types::of_model(definitions, types.into_iter(), problems);
        members::collect(definitions, &mut members);
        let members: Vec<Arc<str>> = members.into_iter().collect();
        let mut vocabulary = Vocabulary::default();
        members.iter().for_each(|name| vocabulary.members.insert(name));
        types.names().for_each(|name| vocabulary.types.insert(name));
        let by_id = check::ids(definitions, problems);
        Builder {
            definitions,
            problems,
            own: nodes.len(),
            nodes,
            imported,
            by_id,
            types,
            members,
            vocabulary,
            folding: MODEL_FOLDING_FUEL,
            analysis: None,
            services: BTreeMap::new(),
        }
    }

    fn graph(mut self) -> Graph {
        let definitions = self.definitions;
        if self.own + definitions.elements.len() > GRAPH_NODES {
            check::too_large(0..0, self.problems);
        } else {
            self.resolve();
            check::cycles(&self.nodes, self.own, &definitions.elements, self.problems);
            for (at, element) in definitions.elements.iter().enumerate() {
                self.compile(at, element);
            }
            self.callable_services();
        }
        let id = definitions.id.as_ref().unwrap_or(&definitions.name);
        Graph {
            id: Arc::clone(id),
            name: Arc::clone(&definitions.name),
            namespace: Arc::clone(&definitions.namespace),
            mode: definitions.mode,
            decisions: self.decisions(),
            own: self.own,
            nodes: self.nodes,
            services: self.services,
            types: self.types,
            members: self.members,
            problems: Vec::new(),
        }
    }

    /// The nodes of the model's own elements, with what they require.
    fn resolve(&mut self) {
        let elements = &self.definitions.elements;
        for element in elements {
            let kind = element.variable.as_ref().and_then(|variable| variable.kind.as_ref());
            if let Some(kind) = kind.filter(|kind| !self.types.knows(&kind.name)) {
                unknown(kind, self.types.names().map(|name| &**name), self.problems);
            }
            let standard = self.definitions.mode == Mode::Standard;
            let input = element.kind == Kind::InputData && standard;
            let input_type = kind.filter(|_| input).map(|kind| self.types.named(&kind.name));
            self.nodes.push(Node {
                id: Arc::clone(&element.id),
                name: called(element),
                kind: element.kind,
                logic: logic_kind(element.logic.as_ref()),
                input_type: input_type.filter(|kind| *kind != Type::Any).map(Arc::new),
                program: None,
                requires: Vec::new(),
            });
        }
        for (at, element) in elements.iter().enumerate() {
            let requires = match &element.service {
                Some(service) => self.required_by_service(service),
                None => {
                    let mut requires = Vec::new();
                    for reference in &element.requires {
                        requires.extend(self.required(reference));
                    }
                    requires
                }
            };
            let requires = self.also_by_id(requires);
            self.nodes[self.own + at].requires = requires;
        }
    }

    /// In Camunda's mode a required decision can be read by its id as well.
    fn also_by_id(&self, mut requires: Vec<Required>) -> Vec<Required> {
        if self.definitions.mode == Mode::Camunda {
            for at in 0..requires.len() {
                let required = &requires[at];
                let id = Arc::clone(&self.nodes[required.node].id);
                if id != required.name && required.import.is_none() {
                    requires.push(Required { import: None, name: id, node: required.node });
                }
            }
        }
        requires
    }

    /// What a reference leads to.
    fn required(&mut self, reference: &super::tree::Reference) -> Option<Required> {
        let (namespace, id) = reference.href.rsplit_once('#').unwrap_or(("", &reference.href));
        if namespace.is_empty() || *namespace == *self.definitions.namespace {
            if let Some(at) = self.by_id.get(id) {
                let node = self.own + at;
                let name = Arc::clone(&self.nodes[node].name);
                return Some(Required { import: None, name, node });
            }
        } else if let Some((import, ids)) = self.imported.get(namespace)
            && let Some(node) = ids.get(id)
        {
            let name = Arc::clone(&self.nodes[*node].name);
            return Some(Required { import: Some(Arc::clone(import)), name, node: *node });
        }
        check::reference_missing(reference, self.by_id.keys().copied(), self.problems);
        None
    }

    fn compile(&mut self, at: usize, element: &'d Element) {
        let node = self.own + at;
        let visible = self.visible(node);
        let kind = element.variable.as_ref().and_then(|variable| variable.kind.as_ref());
        let program = match (element.kind, &element.logic) {
            (Kind::Decision, Some(logic)) => Some(self.compiled(visible, |compiler| {
                let id = compiler.boxed(logic);
                compiler.record_table(id);
                compiler.typed(id, kind)
            })),
            (Kind::Knowledge, logic) => {
                let result = self.result_of(kind);
                Some(self.compiled(visible, |compiler| {
                    compiler.boxed_function(&element.parameters, |compiler| {
                        let id = compiler.boxed(logic.as_ref()?);
                        Some(compiler.typed_as(id, result))
                    })
                }))
            }
            (Kind::Service, _) => {
                // The decisions inside are analysed as such.
                let analysis = self.analysis.take();
                let program = self.service(element, visible, kind);
                self.analysis = analysis;
                program
            }
            (Kind::Decision | Kind::InputData, _) => None,
        };
        if element.kind == Kind::Decision && element.logic.is_none() {
            check::decision_empty(element, self.problems);
        }
        self.nodes[node].program = program;
    }

    /// The names in scope of a node.
    fn visible(&self, node: usize) -> BTreeSet<Arc<str>> {
        let requires = self.nodes[node].requires.iter();
        requires.map(|it| Arc::clone(it.import.as_ref().unwrap_or(&it.name))).collect()
    }

    /// The result type of something invocable: declared as such, or as that of a function type.
    fn result_of(&self, kind: Option<&TypeRef>) -> Type {
        fn result(kind: Type) -> Type {
            match kind {
                Type::Function(_, Some(kind)) => *kind,
                Type::Function(_, None) => Type::Any,
                Type::Defined(kind) => match &*kind {
                    Type::Function(..) | Type::Defined(_) => result(Type::clone(&kind)),
                    _ => Type::Defined(kind),
                },
                Type::Named(name) if *name == *"function" => Type::Any,
                kind => kind,
            }
        }
        kind.map_or(Type::Any, |kind| result(self.types.named(&kind.name)))
    }

    /// A program of what `compile` makes; what is wrong goes to the problems.
    fn compiled(
        &mut self,
        visible: BTreeSet<Arc<str>>,
        compile: impl FnOnce(&mut Compiler<'d>) -> u32,
    ) -> Program {
        let vocabulary = std::mem::take(&mut self.vocabulary);
        let types = std::mem::take(&mut self.types);
        let types = Arc::new(types);
        let mut model =
            compile::Model::new(Arc::clone(&types), vocabulary, visible, self.definitions.mode);
        model.analysis = self.analysis;
        let mut compiler = Compiler::of_model(self.definitions.mode, model, self.folding);
        let root = compile(&mut compiler);
        let finished = compiler.finished(root);
        self.vocabulary = finished.vocabulary;
        (self.folding, self.analysis) = (finished.folding, finished.analysis);
        self.types = Arc::into_inner(types).expect("the compiler is gone");
        finished.faults.into_iter().for_each(|fault| report(fault, self.problems));
        finished.program
    }

    fn decisions(&self) -> Vec<Decision> {
        let elements = self.definitions.elements.iter().enumerate();
        let decisions = elements.filter(|(_, element)| element.kind == Kind::Decision);
        let decision = |(at, element): (usize, &Element)| {
            let node = self.own + at;
            let direct = self.nodes.get(node).map(|node| &node.requires[..]).unwrap_or_default();
            let mut required: Vec<Arc<str>> = Vec::new();
            for required_node in direct.iter().map(|it| &self.nodes[it.node]) {
                if required_node.kind == Kind::Decision && !required.contains(&required_node.id) {
                    required.push(Arc::clone(&required_node.id));
                }
            }
            Decision {
                id: Arc::clone(&element.id),
                name: Arc::clone(&element.name),
                version_tag: element.version_tag.clone(),
                logic: logic_kind(element.logic.as_ref()),
                required_decisions: required,
                required_inputs: self.inputs_below(node),
                outputs: outputs(element.logic.as_ref()),
            }
        };
        decisions.map(decision).collect()
    }

    /// Names of the input data below a node.
    fn inputs_below(&self, node: usize) -> Vec<Arc<str>> {
        let mut seen = vec![false; self.nodes.len()];
        let (mut open, mut names) = (vec![node], Vec::new());
        while let Some(at) = open.pop() {
            let Some(node) = self.nodes.get(at) else { continue };
            if std::mem::replace(&mut seen[at], true) {
                continue;
            }
            if node.kind == Kind::InputData && !names.contains(&node.name) {
                names.push(Arc::clone(&node.name));
            }
            open.extend(node.requires.iter().rev().map(|it| it.node));
        }
        names
    }
}

/// A node of an imported graph among those of another.
fn moved(mut node: Node, offset: usize) -> Node {
    node.requires.iter_mut().for_each(|required| required.node += offset);
    node
}

/// What an element is called by those that require it.
pub(super) fn called(element: &Element) -> Arc<str> {
    let variable = element.variable.as_ref().map(|variable| &variable.name);
    Arc::clone(variable.filter(|name| !name.is_empty()).unwrap_or(&element.name))
}

fn logic_kind(logic: Option<&Boxed>) -> LogicKind {
    match logic.map(|boxed| &boxed.logic) {
        None => LogicKind::Empty,
        Some(Logic::Literal(_)) => LogicKind::LiteralExpression,
        Some(Logic::Table(_)) => LogicKind::DecisionTable,
        Some(Logic::Context(_)) => LogicKind::Context,
        Some(Logic::Relation { .. }) => LogicKind::Relation,
        Some(Logic::List(_)) => LogicKind::List,
        Some(Logic::Invocation { .. }) => LogicKind::Invocation,
        Some(Logic::Function { .. }) => LogicKind::FunctionDefinition,
        Some(
            Logic::Conditional(_) | Logic::Filter(_) | Logic::For(..) | Logic::Quantified { .. },
        ) => LogicKind::Boxed,
    }
}

fn outputs(logic: Option<&Boxed>) -> Vec<Arc<str>> {
    let Some(Logic::Table(table)) = logic.map(|boxed| &boxed.logic) else { return Vec::new() };
    let name = |output: &super::tree::Output| {
        output.name.clone().or_else(|| output.label.clone()).unwrap_or_default()
    };
    table.outputs.iter().map(name).collect()
}

fn report(fault: Fault<'_>, problems: &mut Problems<'_>) {
    let Fault { severity, rule, place, element, message, hint } = fault;
    let mut added = match place {
        Place::Text(text, span) => problems.in_text(severity, text, span, rule, message),
        Place::File(at) => problems.add(severity, at, rule, message),
    };
    if element.is_some() {
        added.element(element.as_ref());
    }
    if let Some(hint) = hint {
        added.hint(hint);
    }
}
