//! A compiled expression: an arena of nodes whose variables are slots.
//! It is not the syntax; `ast` is, and it is gone after compilation.

use crate::ast::{Comparison, Operator, Type};
use crate::dmn::HitPolicy;
use crate::value::Value;
use std::fmt;
use std::sync::Arc;

/// Which dialect of FEEL an expression is written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Mode {
    /// As in BPMN on Camunda 8: a wrong type is null and a warning.
    #[default]
    Camunda,
    /// As the DMN standard has it.
    Standard,
}

/// A compiled expression. Cloning is cheap; two programs are equal when their sources are.
#[derive(Clone)]
pub struct Program(pub(crate) Arc<Code>);

impl Program {
    /// The text it was compiled from.
    pub fn source(&self) -> &str {
        &self.0.source
    }

    /// Names of the variables the expression may read, in the order of their slots. A test of an
    /// input reads it as `?`.
    pub fn free_names(&self) -> &[Arc<str>] {
        &self.0.free
    }

    /// What the compiler noticed that will not work at run time, such as a misspelt function.
    pub fn notes(&self) -> &[Note] {
        &self.0.notes
    }

    pub(crate) fn parameters(&self, lambda: u32) -> &[Arc<str>] {
        &self.0.lambdas[lambda as usize].parameters
    }
}

impl PartialEq for Program {
    fn eq(&self, other: &Program) -> bool {
        self.0.source == other.0.source
            && self.0.mode == other.0.mode
            && self.0.unary == other.0.unary
    }
}

impl Eq for Program {}

impl fmt::Debug for Program {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Program").field(&self.0.source).finish()
    }
}

/// Something in an expression that compiles and still is likely a mistake.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    /// What it is.
    pub message: String,
    /// Where, in bytes of the source.
    pub span: std::ops::Range<usize>,
    /// What may have been meant.
    pub hint: Option<String>,
}

/// Position of a node in its arena.
pub(crate) type Id = u32;

/// A run of a side table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Run {
    pub(crate) start: u32,
    pub(crate) length: u32,
}

impl Run {
    pub(crate) fn of<T>(self, table: &[T]) -> &[T] {
        &table[self.start as usize..(self.start + self.length) as usize]
    }
}

#[derive(Debug)]
pub(crate) struct Code {
    pub(crate) source: Box<str>,
    pub(crate) mode: Mode,
    pub(crate) unary: bool,
    pub(crate) nodes: Vec<Node>,
    pub(crate) root: Id,
    /// Locals the top level needs.
    pub(crate) locals: u32,
    pub(crate) free: Vec<Arc<str>>,
    pub(crate) notes: Vec<Note>,
    pub(crate) children: Vec<Id>,
    pub(crate) names: Vec<Arc<str>>,
    pub(crate) types: Vec<Type>,
    pub(crate) steps: Vec<(Operator, Id)>,
    pub(crate) entries: Vec<Entry>,
    pub(crate) iterations: Vec<Iteration>,
    pub(crate) ranges: Vec<RangeNode>,
    pub(crate) lambdas: Vec<Lambda>,
    pub(crate) tables: Vec<Table>,
    /// The table that is the whole of a decision's logic.
    pub(crate) table: Option<u32>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reference {
    Slot(u32),
    Local(u32),
    Captured(u32),
}

#[derive(Debug)]
pub(crate) enum Node {
    Constant(Value),
    Slot(u32),
    Local(u32),
    Captured(u32),
    /// A path of names from a variable, which need not be decoded as a whole.
    SlotPath {
        slot: u32,
        path: Run,
    },
    /// A name inside of filters: a member of one of their items, or else something outside.
    ItemMember {
        name: u32,
        items: Run,
        otherwise: Id,
    },
    Or(Run),
    And(Run),
    Not(Id),
    Compare {
        comparison: Comparison,
        left: Id,
        right: Id,
    },
    /// A variable against a constant, which is what most gateways ask.
    CompareSlot {
        comparison: Comparison,
        slot: u32,
        constant: Id,
    },
    /// Evaluates `value` into a local, then `body`.
    Bind {
        local: u32,
        value: Id,
        body: Id,
    },
    /// A unary test: an input against the value of an expression.
    Test {
        input: Id,
        test: Id,
        asks_input: bool,
    },
    InRange {
        input: Id,
        range: u32,
    },
    InstanceOf {
        value: Id,
        kind: u32,
    },
    Chain {
        first: Id,
        rest: Run,
    },
    Negate(Id),
    Member {
        base: Id,
        name: u32,
    },
    Filter {
        list: Id,
        local: u32,
        filter: Id,
        style: FilterStyle,
    },
    If {
        condition: Id,
        met: Id,
        otherwise: Id,
    },
    For {
        iterations: Run,
        body: Id,
        partial: Option<u32>,
    },
    Quantified {
        every: bool,
        /// A condition that is neither boolean nor null makes the result null.
        strict: bool,
        iterations: Run,
        condition: Id,
    },
    List(Run),
    Context(Run),
    /// Evaluates entries one after the other, then the result, which sees them.
    Block {
        entries: Run,
        result: Id,
    },
    /// A value as one of a type.
    Coerce {
        value: Id,
        kind: u32,
    },
    Table(u32),
    Range(u32),
    Lambda(u32),
    CallBuiltin {
        function: u16,
        arguments: Run,
    },
    CallValue {
        callee: Id,
        name: u32,
        arguments: Run,
        names: Option<Run>,
    },
    /// A call of a name that nothing has; `names` are those of the arguments.
    UnknownFunction {
        name: u32,
        arguments: Run,
        names: Option<Run>,
    },
}

/// How a filter finds out whether it is an index or a condition.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum FilterStyle {
    /// The filter is a constant number.
    Index,
    /// Decided by its value for the first item.
    Condition,
    /// A condition; a value that is neither boolean nor null makes the result null.
    Strict,
    /// First evaluated without an item: a number is an index.
    Open,
}

#[derive(Debug)]
pub(crate) struct Entry {
    pub(crate) key: Arc<str>,
    pub(crate) local: u32,
    pub(crate) value: Id,
}

#[derive(Debug, Clone, Copy)]
pub(crate) struct Iteration {
    pub(crate) local: u32,
    pub(crate) from: Id,
    pub(crate) to: Option<Id>,
}

#[derive(Debug, Clone, Copy)]
pub(crate) struct RangeNode {
    pub(crate) start: Id,
    pub(crate) start_included: bool,
    pub(crate) end: Id,
    pub(crate) end_included: bool,
}

#[derive(Debug)]
pub(crate) struct Lambda {
    pub(crate) parameters: Vec<Arc<str>>,
    /// For each parameter its declared type.
    pub(crate) types: Vec<Option<u32>>,
    /// What to capture, as references in the enclosing function.
    pub(crate) captures: Vec<Reference>,
    pub(crate) locals: u32,
    /// `None` for an external function.
    pub(crate) body: Option<Id>,
}

/// A decision table whose cells are nodes.
#[derive(Debug)]
pub(crate) struct Table {
    pub(crate) hit: HitPolicy,
    pub(crate) inputs: Vec<InputColumn>,
    pub(crate) outputs: Vec<OutputColumn>,
    pub(crate) rules: Vec<RuleRow>,
}

#[derive(Debug)]
pub(crate) struct InputColumn {
    pub(crate) id: Arc<str>,
    pub(crate) name: Arc<str>,
    pub(crate) value: Id,
    /// Where its value stays while rules are tested.
    pub(crate) local: u32,
    /// Whether the value is one of those the column allows.
    pub(crate) allowed: Option<Id>,
}

#[derive(Debug)]
pub(crate) struct OutputColumn {
    pub(crate) id: Arc<str>,
    pub(crate) name: Arc<str>,
    pub(crate) local: u32,
    /// A test of the output for each of its values, the first being the most important.
    pub(crate) priorities: Run,
    pub(crate) default: Option<Id>,
}

#[derive(Debug)]
pub(crate) struct RuleRow {
    pub(crate) id: Arc<str>,
    /// One for each input; nothing where anything passes.
    pub(crate) tests: Vec<Option<Id>>,
    pub(crate) outputs: Run,
}
