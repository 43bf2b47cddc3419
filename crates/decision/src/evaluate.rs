//! Runs a program: walks its nodes, reads variables through slots, charges for every step.
//! It does not know built-in functions; the table in `builtin` does.

mod arithmetic;
mod call;
mod collection;
mod kind;
mod logic;
mod raw;
mod slots;
mod table;

use crate::budget::{Budget, Env, Evaluation, Scope, Variable};
use crate::builtin::Patterns;
use crate::error::{Failure, Stop, Warning, WarningKind};
use crate::limits;
use crate::program::{Code, Id, Mode, Node, Program};
use crate::value::{Brief, Value};
use collection::Quantifier;
pub(crate) use kind::{from_wire, input_as};
use slots::Slots;
pub(crate) use table::Trace;

impl Program {
    /// Evaluates the expression; what is left of the budget stays in it.
    pub fn evaluate(
        &self,
        scope: &dyn Scope,
        env: &Env,
        budget: &mut Budget,
    ) -> Result<Evaluation, Failure> {
        let (evaluation, _) = self.run(scope, env, budget, None)?;
        Ok(evaluation)
    }

    /// Evaluates, with a record of the table that is the whole of the program, if one is.
    pub(crate) fn run(
        &self,
        scope: &dyn Scope,
        env: &Env,
        budget: &mut Budget,
        trace: Option<Trace>,
    ) -> Result<(Evaluation, Option<Trace>), Failure> {
        let code = &*self.0;
        let mut machine = Machine::new(scope, env, budget, code.free.len());
        machine.trace = trace;
        machine.locals.resize(code.locals as usize, Value::Null);
        let frame = Frame { code, program: Some(self), captures: &[], base: 0 };
        let value = machine.eval(&frame, code.root).map_err(|stop| *stop)?;
        let warnings = std::mem::take(&mut machine.warnings);
        Ok((Evaluation { value, warnings }, machine.trace))
    }

    /// Runs unary tests against `input`, which they read as `?`.
    pub fn test(
        &self,
        input: &Value,
        scope: &dyn Scope,
        env: &Env,
        budget: &mut Budget,
    ) -> Result<Evaluation, Failure> {
        self.evaluate(&Tested { input, scope }, env, budget)
    }
}

/// The value a unary test asks for, before the variables.
struct Tested<'a> {
    input: &'a Value,
    scope: &'a dyn Scope,
}

impl Scope for Tested<'_> {
    fn variable(&self, name: &str) -> Option<Variable<'_>> {
        match name {
            "?" => Some(Variable::Borrowed(self.input)),
            _ => self.scope.variable(name),
        }
    }
}

/// The value of a node below which nothing varies, unless finding it fails or warns. `locals` is
/// how many its function needs; what finding it burns is taken from `fuel`.
pub(crate) fn fold(code: &Code, id: Id, locals: u32, fuel: &mut u64) -> Option<Value> {
    let env = Env { now_ms: 0, zone: jiff::tz::TimeZone::UTC, seed: 0 };
    let given = limits::FOLDING_FUEL.min(*fuel);
    let mut budget = Budget { fuel: given, ..Budget::default() };
    let scope: [(&str, Value); 0] = [];
    let mut machine = Machine::new(&scope, &env, &mut budget, 0);
    machine.locals.resize(locals as usize, Value::Null);
    let frame = Frame { code, program: None, captures: &[], base: 0 };
    let value = machine.eval(&frame, id);
    let warned = !machine.warnings.is_empty();
    *fuel -= given - budget.fuel;
    value.ok().filter(|_| !warned)
}

/// The function being run.
pub(crate) struct Frame<'f> {
    pub(crate) code: &'f Code,
    /// `None` while constants are folded, where no function is made.
    pub(crate) program: Option<&'f Program>,
    pub(crate) captures: &'f [Value],
    /// Where its locals start.
    pub(crate) base: usize,
}

pub(crate) struct Machine<'a> {
    scope: &'a dyn Scope,
    pub(crate) env: &'a Env,
    pub(crate) budget: &'a mut Budget,
    slots: Slots<'a>,
    pub(crate) locals: Vec<Value>,
    warnings: Vec<Warning>,
    depth: u32,
    /// Whose rules the function being run follows.
    pub(crate) mode: Mode,
    /// Draws taken from the seed so far.
    draws: u64,
    /// Regular expressions compiled so far.
    pub(crate) patterns: Patterns,
    /// What the table of the outermost program did, where that is asked for.
    trace: Option<Trace>,
}

/// An operand that can be looked at without cloning it.
enum Operand {
    /// A constant, or a variable that is loaded.
    Leaf(Id),
    Owned(Value),
}

impl<'a> Machine<'a> {
    fn new(scope: &'a dyn Scope, env: &'a Env, budget: &'a mut Budget, slots: usize) -> Self {
        let slots = Slots::new(slots);
        let (locals, warnings, patterns) = (Vec::new(), Vec::new(), Vec::new());
        let (depth, draws, trace, mode) = (0, 0, None, Mode::default());
        Machine { scope, env, budget, slots, locals, warnings, depth, mode, draws, patterns, trace }
    }

    /// The next number of the seed's sequence.
    pub(crate) fn draw(&mut self) -> u64 {
        self.draws += 1;
        self.env.draw(self.draws)
    }

    #[inline]
    fn step(&mut self) -> Result<(), Stop> {
        match self.budget.fuel.checked_sub(1) {
            Some(left) => {
                self.budget.fuel = left;
                Ok(())
            }
            None => Err(Failure::Fuel.into()),
        }
    }

    /// Native recursion is bounded here: by the depth of sources and of calls.
    pub(crate) fn eval(&mut self, frame: &Frame<'_>, id: Id) -> Result<Value, Stop> {
        self.step()?;
        let node = &frame.code.nodes[id as usize];
        match node {
            Node::Constant(value) => Ok(value.clone()),
            Node::Slot(slot) => Ok(self.slot(frame, *slot)?.clone()),
            Node::Local(local) => Ok(self.locals[frame.base + *local as usize].clone()),
            Node::Captured(at) => Ok(frame.captures[*at as usize].clone()),
            Node::SlotPath { slot, path } => self.slot_path(frame, *slot, *path),
            _ => {
                self.deeper()?;
                let value = self.eval_inner(frame, node);
                self.depth -= 1;
                value
            }
        }
    }

    fn eval_inner(&mut self, frame: &Frame<'_>, node: &Node) -> Result<Value, Stop> {
        match node {
            Node::Or(_) | Node::And(_) | Node::Compare { .. } | Node::CompareSlot { .. } => {
                Ok(self.logic(frame, node)?.into())
            }
            Node::Chain { first, rest } => self.chain(frame, *first, *rest),
            Node::If { condition, met, otherwise } => {
                let truth = self.condition(frame, *condition)?;
                let branch = if truth == Some(true) { *met } else { *otherwise };
                self.eval(frame, branch)
            }
            Node::Not(inner) => Ok(self.condition(frame, *inner)?.map(|truth| !truth).into()),
            Node::Negate(inner) => {
                let value = self.eval(frame, *inner)?;
                Ok(self.negate(&value))
            }
            Node::Member { base, name } => {
                let base = self.eval(frame, *base)?;
                self.member(&base, &frame.code.names[*name as usize])
            }
            Node::ItemMember { name, items, otherwise } => {
                self.item_member(frame, *name, *items, *otherwise)
            }
            Node::Bind { local, value, body } => {
                let value = self.eval(frame, *value)?;
                self.locals[frame.base + *local as usize] = value;
                self.eval(frame, *body)
            }
            Node::Test { input, test, asks_input } => self.test(frame, *input, *test, *asks_input),
            Node::InRange { input, range } => self.in_range(frame, *input, *range),
            Node::InstanceOf { value, kind } => {
                let value = self.eval(frame, *value)?;
                Ok(Value::Boolean(self.instance_of(&value, &frame.code.types[*kind as usize])?))
            }
            Node::Filter { list, local, filter, style } => {
                self.filter(frame, *list, *local, *filter, *style)
            }
            Node::For { iterations, body, partial } => {
                self.for_loop(frame, *iterations, *body, *partial)
            }
            Node::Quantified { every, strict, iterations, condition } => {
                let kind = Quantifier { every: *every, strict: *strict };
                self.quantified(frame, kind, *iterations, *condition)
            }
            Node::List(items) => self.list_of(frame, *items),
            Node::Context(entries) => self.context_of(frame, *entries),
            Node::Block { entries, result } => self.block(frame, *entries, *result),
            Node::Coerce { value, kind } => self.coerce(frame, *value, *kind),
            Node::Table(table) => self.table(frame, *table),
            Node::Range(range) => self.range(frame, *range),
            Node::Lambda(lambda) => self.lambda(frame, *lambda),
            Node::CallBuiltin { function, arguments } => {
                self.call_builtin(frame, *function, *arguments)
            }
            Node::CallValue { callee, name, arguments, names } => {
                self.call_value(frame, *callee, *name, *arguments, *names)
            }
            Node::UnknownFunction { name, arguments, names } => {
                Ok(self.no_function(frame, *name, *arguments, *names))
            }
            Node::Constant(_)
            | Node::Slot(_)
            | Node::Local(_)
            | Node::Captured(_)
            | Node::SlotPath { .. } => unreachable!("eval handles leaves"),
        }
    }

    /// Evaluates for looking only: constants and variables stay where they are.
    fn operand(&mut self, frame: &Frame<'_>, id: Id) -> Result<Operand, Stop> {
        match &frame.code.nodes[id as usize] {
            Node::Constant(_) | Node::Local(_) | Node::Captured(_) => Ok(Operand::Leaf(id)),
            Node::Slot(slot) => {
                self.slot(frame, *slot)?;
                Ok(Operand::Leaf(id))
            }
            _ => Ok(Operand::Owned(self.eval(frame, id)?)),
        }
    }

    fn view<'v>(&'v self, frame: &'v Frame<'_>, operand: &'v Operand) -> &'v Value {
        let id = match operand {
            Operand::Owned(value) => return value,
            Operand::Leaf(id) => *id,
        };
        match &frame.code.nodes[id as usize] {
            Node::Constant(value) => value,
            Node::Slot(slot) => self.slots.loaded(*slot),
            Node::Local(local) => &self.locals[frame.base + *local as usize],
            Node::Captured(at) => &frame.captures[*at as usize],
            _ => unreachable!("only leaves are looked at in place"),
        }
    }

    /// Counts a level of native recursion; the caller counts it off.
    #[inline]
    fn deeper(&mut self) -> Result<(), Stop> {
        if self.depth >= limits::EVALUATION_DEPTH {
            return Err(Failure::TooDeep { limit: limits::EVALUATION_DEPTH }.into());
        }
        self.depth += 1;
        Ok(())
    }

    #[cold]
    pub(crate) fn not_comparable(&mut self, a: &Value, b: &Value) {
        self.warn(WarningKind::NotComparable, || {
            format!("Can't compare '{}' with '{}'", Brief(a), Brief(b))
        });
    }

    #[cold]
    fn expected(&mut self, expected: &str, found: &Value) {
        self.warn(WarningKind::InvalidType, || {
            format!("Expected {expected} but found '{}'", Brief(found))
        });
    }

    /// Adds a warning, unless there are many already; its text is only made if it is kept.
    #[cold]
    pub(crate) fn warn(&mut self, kind: WarningKind, message: impl FnOnce() -> String) {
        if self.warnings.len() < limits::WARNINGS {
            self.warnings.push(Warning { kind, message: message() });
        }
    }
}
