//! DMN: decision models of versions 1.1 to 1.5, read, compiled and evaluated within one budget.
//! It is not a repository: versions, tenants and bindings of decisions belong to the engine.
//!
//! ```
//! use decision::{Budget, Env, Value, Variable};
//!
//! let model = decision::dmn::read(br##"
//!     <definitions xmlns="https://www.omg.org/spec/DMN/20230324/MODEL/" id="dish" name="Dish"
//!                  namespace="https://example.org/dish">
//!       <inputData id="season" name="season"/>
//!       <decision id="choice" name="Choice">
//!         <informationRequirement><requiredInput href="#season"/></informationRequirement>
//!         <decisionTable hitPolicy="FIRST">
//!           <input id="i"><inputExpression><text>season</text></inputExpression></input>
//!           <output id="o"/>
//!           <rule id="r1"><inputEntry><text>"Winter"</text></inputEntry>
//!             <outputEntry><text>"Stew"</text></outputEntry></rule>
//!           <rule id="r2"><inputEntry><text>-</text></inputEntry>
//!             <outputEntry><text>"Salad"</text></outputEntry></rule>
//!         </decisionTable>
//!       </decision>
//!     </definitions>"##, &[]).expect("a good model");
//! let scope = [("season", Value::from("Winter"))];
//! let env = Env { now_ms: 0, zone: jiff::tz::TimeZone::UTC, seed: 0 };
//! let found = model.evaluate("choice", &scope, &env, &mut Budget::default()).expect("it exists");
//! assert_eq!(found.output, Value::from("Stew"));
//! assert_eq!(found.decisions[0].rules[0].id, "r1".into());
//! ```

pub(crate) mod analysis;
mod build;
mod evaluate;
pub(crate) mod item_definition;
mod problem;
mod read;
pub(crate) mod tree;

pub use evaluate::{Evaluated, EvaluatedInput, EvaluatedOutput, Evaluation, Failed, MatchedRule};
pub use tree::HitPolicy;
pub use xml::{Problem, Severity};

use crate::ast::Type;
use crate::program::{Mode, Program};
use item_definition::Types;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Reads and compiles a model that can be deployed; its warnings are in [`Model::problems`],
/// without those of the analysis of tables, which nobody needs who only evaluates. `imports` are
/// the models it may import, by their namespaces.
///
/// # Errors
/// All problems, sorted by position, if one of them is an error.
pub fn read(source: &[u8], imports: &[&Model]) -> Result<Model, Vec<Problem>> {
    let model = build::build(source, imports, None)?;
    let is_error = |problem: &Problem| problem.severity == Severity::Error;
    if model.problems().iter().any(is_error) {
        Err(model.graph.problems.clone())
    } else {
        Ok(model)
    }
}

/// Reads a model that may still be wrong, and says all there is to say about it: what does not
/// compile in it is null, and [`Model::problems`] has errors too, and what is found in decision
/// tables: overlaps, gaps, rules that never decide.
///
/// # Errors
/// Only if there is nothing to read: over budget, not well-formed, not DMN.
pub fn open(source: &[u8], imports: &[&Model]) -> Result<Model, Vec<Problem>> {
    build::build(source, imports, Some(crate::limits::ANALYSIS_WORK))
}

/// A decision requirements graph, compiled. Cloning is cheap.
#[derive(Debug, Clone)]
pub struct Model {
    graph: Arc<Graph>,
}

#[derive(Debug)]
struct Graph {
    id: Arc<str>,
    name: Arc<str>,
    namespace: Arc<str>,
    mode: Mode,
    /// Nodes of imported models come first.
    nodes: Vec<Node>,
    /// Where the model's own nodes begin.
    own: usize,
    decisions: Vec<Decision>,
    services: BTreeMap<Arc<str>, usize>,
    types: Types,
    members: Vec<Arc<str>>,
    problems: Vec<Problem>,
}

/// An element of the graph, ready to run.
#[derive(Debug, Clone)]
struct Node {
    id: Arc<str>,
    /// What others call it.
    name: Arc<str>,
    kind: tree::Kind,
    logic: LogicKind,
    /// What JSON input is read as.
    input_type: Option<Arc<Type>>,
    program: Option<Program>,
    requires: Vec<Required>,
}

/// A requirement of a node: what it calls the required node, and where that is.
#[derive(Debug, Clone)]
struct Required {
    /// The name under which an imported model is seen, if it is of one.
    import: Option<Arc<str>>,
    name: Arc<str>,
    node: usize,
}

/// A decision of a model.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision {
    /// The id in the file, by which it is called.
    pub id: Arc<str>,
    /// The name people see.
    pub name: Arc<str>,
    /// `zeebe:versionTag`.
    pub version_tag: Option<Arc<str>>,
    /// What its logic is.
    pub logic: LogicKind,
    /// Ids of the decisions it requires directly.
    pub required_decisions: Vec<Arc<str>>,
    /// Names of the input data that it and what it requires need, each once.
    pub required_inputs: Vec<Arc<str>>,
    /// Names of the outputs, if it is a decision table.
    pub outputs: Vec<Arc<str>>,
}

/// What the logic of a decision is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogicKind {
    /// No logic: the result is null.
    Empty,
    /// A decision table.
    DecisionTable,
    /// A FEEL expression.
    LiteralExpression,
    /// A boxed context.
    Context,
    /// A boxed relation.
    Relation,
    /// A boxed list.
    List,
    /// A boxed invocation.
    Invocation,
    /// A boxed function definition.
    FunctionDefinition,
    /// A boxed conditional, filter or iterator.
    Boxed,
}

impl Model {
    /// The id of the `definitions`: what Camunda calls the decision requirements id.
    pub fn id(&self) -> &str {
        &self.graph.id
    }

    /// The name of the `definitions`.
    pub fn name(&self) -> &str {
        &self.graph.name
    }

    /// The namespace by which other models import it.
    pub fn namespace(&self) -> &str {
        &self.graph.namespace
    }

    /// Whose rules it follows: Camunda's for files of Camunda's tools, else the standard's.
    pub fn mode(&self) -> Mode {
        self.graph.mode
    }

    /// Its decisions in the order of the file.
    pub fn decisions(&self) -> &[Decision] {
        &self.graph.decisions
    }

    /// The decision of this id.
    pub fn decision(&self, id: &str) -> Option<&Decision> {
        self.graph.decisions.iter().find(|decision| *decision.id == *id)
    }

    /// Its decision services: id and name.
    pub fn services(&self) -> impl Iterator<Item = (&str, &str)> {
        let services = self.graph.services.iter();
        services.map(|(id, node)| (&**id, &*self.graph.nodes[*node].name))
    }

    /// What is wrong with it: warnings after [`read`], errors too after [`open`]; by position.
    pub fn problems(&self) -> &[Problem] {
        &self.graph.problems
    }
}
