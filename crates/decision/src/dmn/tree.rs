//! A DMN file as it was read: its elements and boxed expressions, with their places in the source.
//! It is not what runs; `compile` turns each piece of logic into a program.

use crate::program::Mode;
use std::ops::Range;
use std::sync::Arc;

/// A text from the file, and where it was written.
#[derive(Debug, Clone, Default)]
pub(crate) struct Text {
    pub(crate) text: String,
    /// Bytes of the source, markup and references included.
    pub(crate) span: Range<usize>,
    /// The id of the nearest element that has one.
    pub(crate) owner: Option<Arc<str>>,
    /// A language other than FEEL.
    pub(crate) language: Option<String>,
}

/// A name with a type: of a variable, parameter, column or context entry.
#[derive(Debug, Clone, Default)]
pub(crate) struct Variable {
    pub(crate) name: Arc<str>,
    pub(crate) kind: Option<TypeRef>,
}

/// The name of a type where it is used.
#[derive(Debug, Clone)]
pub(crate) struct TypeRef {
    pub(crate) name: Arc<str>,
    pub(crate) at: Range<usize>,
}

/// One file.
#[derive(Debug)]
pub(crate) struct Definitions {
    pub(crate) id: Option<Arc<str>>,
    pub(crate) name: Arc<str>,
    pub(crate) namespace: Arc<str>,
    pub(crate) mode: Mode,
    pub(crate) imports: Vec<Import>,
    pub(crate) types: Vec<ItemDefinition>,
    pub(crate) elements: Vec<Element>,
}

/// Another model that is referred to.
#[derive(Debug)]
pub(crate) struct Import {
    pub(crate) name: Arc<str>,
    pub(crate) namespace: Arc<str>,
    pub(crate) at: Range<usize>,
}

/// A type the model defines.
#[derive(Debug)]
pub(crate) struct ItemDefinition {
    pub(crate) name: Arc<str>,
    pub(crate) at: Range<usize>,
    pub(crate) is_collection: bool,
    pub(crate) base: Option<TypeRef>,
    pub(crate) components: Vec<ItemDefinition>,
    pub(crate) function: Option<FunctionItem>,
    /// Unary tests on the value, or for a collection on each item.
    pub(crate) allowed: Option<Text>,
    /// Unary tests on the whole value.
    pub(crate) constraint: Option<Text>,
}

/// The signature of a function type.
#[derive(Debug)]
pub(crate) struct FunctionItem {
    pub(crate) parameters: Vec<Variable>,
    pub(crate) result: Option<TypeRef>,
}

/// A node of the decision requirements graph.
#[derive(Debug)]
pub(crate) struct Element {
    pub(crate) kind: Kind,
    pub(crate) id: Arc<str>,
    pub(crate) name: Arc<str>,
    pub(crate) at: Range<usize>,
    pub(crate) variable: Option<Variable>,
    pub(crate) version_tag: Option<Arc<str>>,
    pub(crate) requires: Vec<Reference>,
    pub(crate) logic: Option<Boxed>,
    pub(crate) parameters: Vec<Variable>,
    pub(crate) service: Option<Service>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    InputData,
    Decision,
    Knowledge,
    Service,
}

/// What a decision service shows and takes.
#[derive(Debug, Default)]
pub(crate) struct Service {
    pub(crate) outputs: Vec<Reference>,
    pub(crate) input_decisions: Vec<Reference>,
    pub(crate) input_data: Vec<Reference>,
}

/// `href`: `#id`, or `namespace#id` of an imported model.
#[derive(Debug, Clone)]
pub(crate) struct Reference {
    /// `requiredInput`, which need not exist: any variable may have that name.
    pub(crate) is_input: bool,
    pub(crate) href: Arc<str>,
    pub(crate) at: Range<usize>,
}

/// A boxed expression.
#[derive(Debug)]
pub(crate) struct Boxed {
    pub(crate) at: Range<usize>,
    pub(crate) kind: Option<TypeRef>,
    pub(crate) logic: Logic,
}

#[derive(Debug)]
pub(crate) enum Logic {
    Literal(Text),
    Table(Box<Table>),
    /// The entry without a variable is the result.
    Context(Vec<(Option<Variable>, Boxed)>),
    Relation {
        columns: Vec<Variable>,
        rows: Vec<Vec<Boxed>>,
    },
    List(Vec<Boxed>),
    Invocation {
        callee: Option<Box<Boxed>>,
        bindings: Vec<(Arc<str>, Option<Boxed>)>,
    },
    Function {
        /// Java and PMML are not callable here.
        is_feel: bool,
        parameters: Vec<Variable>,
        body: Option<Box<Boxed>>,
    },
    Conditional(Box<[Boxed; 3]>),
    Filter(Box<[Boxed; 2]>),
    /// The iterator, what it goes through, and what is made of each.
    For(Arc<str>, Box<[Boxed; 2]>),
    Quantified {
        every: bool,
        iterator: Arc<str>,
        parts: Box<[Boxed; 2]>,
    },
}

/// A decision table.
#[derive(Debug)]
pub(crate) struct Table {
    pub(crate) id: Option<Arc<str>>,
    pub(crate) hit: HitPolicy,
    pub(crate) inputs: Vec<Input>,
    pub(crate) outputs: Vec<Output>,
    pub(crate) rules: Vec<Rule>,
}

/// Which of the rules that match make the result (DMN 8.2.10).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HitPolicy {
    /// One rule at most.
    Unique,
    /// Several, if their outputs are equal.
    Any,
    /// The rule whose output comes first in the output values.
    Priority,
    /// The first in the order of the table.
    First,
    /// All, in the order of the table.
    RuleOrder,
    /// All, in the order of the output values.
    OutputOrder,
    /// All, in any order.
    Collect,
    /// The sum of the outputs.
    Sum,
    /// The smallest output.
    Min,
    /// The largest output.
    Max,
    /// How many rules match.
    Count,
}

#[derive(Debug)]
pub(crate) struct Input {
    pub(crate) id: Option<Arc<str>>,
    pub(crate) label: Option<Arc<str>>,
    pub(crate) expression: Option<Text>,
    pub(crate) kind: Option<TypeRef>,
    pub(crate) allowed: Option<Text>,
    /// Camunda 7's name for the value in cells; empty for none.
    pub(crate) variable: Option<Arc<str>>,
}

#[derive(Debug)]
pub(crate) struct Output {
    pub(crate) id: Option<Arc<str>>,
    pub(crate) label: Option<Arc<str>>,
    pub(crate) name: Option<Arc<str>>,
    pub(crate) at: Range<usize>,
    pub(crate) kind: Option<TypeRef>,
    pub(crate) allowed: Option<Text>,
    pub(crate) default: Option<Text>,
}

#[derive(Debug)]
pub(crate) struct Rule {
    pub(crate) id: Option<Arc<str>>,
    pub(crate) at: Range<usize>,
    pub(crate) inputs: Vec<Text>,
    pub(crate) outputs: Vec<Text>,
}
