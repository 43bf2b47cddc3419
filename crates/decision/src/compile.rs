//! A parsed expression into a program: names become slots, constants are folded.
//! It does not evaluate anything but constants.

mod analysis;
mod boxed;
mod call;
mod scope;
mod table;
mod test;

use crate::ast::{self, Comparison, Expr, Kind, Step};
use crate::error::{CompileError, Refused};
use crate::evaluate;
use crate::limits::MODEL_FOLDING_FUEL;
use crate::names::Vocabulary;
use crate::parser;
use crate::program::{
    Code, Entry, FilterStyle, Id, Iteration, Lambda, Mode, Node, Program, RangeNode, Reference, Run,
};
use crate::value::Value;
pub(crate) use boxed::{Fault, Model, Place};
use scope::{Frame, Resolution};
use std::sync::Arc;

/// Compiles an expression, written without the leading `=`.
pub fn compile(source: &str, mode: Mode) -> Result<Program, CompileError> {
    let words = Vocabulary::default();
    let expr = parser::parse_expression(source, mode, &words).map_err(|refused| *refused)?;
    let mut compiler = Compiler::new(source, mode, false);
    let root = compiler.expression(&expr).map_err(|refused| *refused)?;
    Ok(compiler.finish(root))
}

/// Compiles the unary tests of a decision table's cell. The program reads the tested value as the
/// variable `?` and answers true, false or null.
pub fn compile_unary_tests(source: &str, mode: Mode) -> Result<Program, CompileError> {
    tests_with(source, mode, &Vocabulary::default())
}

/// Compiles unary tests that may use the names of a model.
pub(crate) fn tests_with(
    source: &str,
    mode: Mode,
    vocabulary: &Vocabulary,
) -> Result<Program, CompileError> {
    let tests = parser::parse_unary_tests(source, mode, vocabulary).map_err(|refused| *refused)?;
    let mut compiler = Compiler::new(source, mode, true);
    let root = compiler.unary_tests(&tests).map_err(|refused| *refused)?;
    Ok(compiler.finish(root))
}

pub(crate) struct Compiler<'m> {
    pub(crate) code: Code,
    /// The function being compiled is the last.
    frames: Vec<Frame>,
    /// What a DMN model adds: names, types, and a list of what is wrong.
    model: Option<Model<'m>>,
    /// Fuel that folding constants may still burn.
    folding: u64,
}

type Compiled = Result<Id, Refused>;

impl<'m> Compiler<'m> {
    fn new(source: &str, mode: Mode, unary: bool) -> Compiler<'m> {
        let code = Code {
            source: source.into(),
            mode,
            unary,
            nodes: Vec::new(),
            root: 0,
            locals: 0,
            free: Vec::new(),
            notes: Vec::new(),
            children: Vec::new(),
            names: Vec::new(),
            types: Vec::new(),
            steps: Vec::new(),
            entries: Vec::new(),
            iterations: Vec::new(),
            ranges: Vec::new(),
            lambdas: Vec::new(),
            tables: Vec::new(),
            table: None,
        };
        Compiler { code, frames: vec![Frame::default()], model: None, folding: MODEL_FOLDING_FUEL }
    }

    fn finish(mut self, root: Id) -> Program {
        self.code.root = root;
        self.code.locals = self.frames[0].most;
        Program(Arc::new(self.code))
    }

    fn push(&mut self, node: Node) -> Id {
        self.code.nodes.push(node);
        u32::try_from(self.code.nodes.len() - 1).expect("64 KiB of source make few nodes")
    }

    /// Adds a node and, if nothing below it varies, replaces it by its value.
    fn push_folded(&mut self, node: Node, below: &[Id]) -> Id {
        let constant = |id: &Id| matches!(self.code.nodes[*id as usize], Node::Constant(_));
        let varies = !below.iter().all(constant);
        let id = self.push(node);
        let locals = self.frame().most;
        if !varies && let Some(value) = evaluate::fold(&self.code, id, locals, &mut self.folding) {
            self.code.nodes[id as usize] = Node::Constant(value);
        }
        id
    }

    fn constant(&mut self, value: Value) -> Id {
        self.push(Node::Constant(value))
    }

    fn name(&mut self, name: &Arc<str>) -> u32 {
        let found = self.code.names.iter().rposition(|known| known == name);
        let at = found.unwrap_or_else(|| {
            self.code.names.push(Arc::clone(name));
            self.code.names.len() - 1
        });
        at as u32
    }

    fn run_of(&mut self, ids: &[Id]) -> Run {
        let start = self.code.children.len() as u32;
        self.code.children.extend_from_slice(ids);
        Run { start, length: ids.len() as u32 }
    }

    fn run_of_names(&mut self, names: &[Arc<str>]) -> Run {
        let start = self.code.names.len() as u32;
        self.code.names.extend_from_slice(names);
        Run { start, length: names.len() as u32 }
    }

    fn expressions(&mut self, exprs: &[Expr]) -> Result<Vec<Id>, Refused> {
        exprs.iter().map(|expr| self.expression(expr)).collect()
    }

    /// Native recursion here is bounded by the parser's depth.
    fn expression(&mut self, expr: &Expr) -> Compiled {
        match &expr.kind {
            Kind::Literal(value) => Ok(self.constant(value.clone())),
            Kind::Input => self.input(expr),
            Kind::Name(name) => {
                self.check_known(name, &expr.span);
                if let Some(function) = self.function_value(name) {
                    return function;
                }
                Ok(self.variable(name))
            }
            Kind::Or(terms) => {
                let ids = self.expressions(terms)?;
                let run = self.run_of(&ids);
                Ok(self.push_folded(Node::Or(run), &ids))
            }
            Kind::And(terms) => {
                let ids = self.expressions(terms)?;
                let run = self.run_of(&ids);
                Ok(self.push_folded(Node::And(run), &ids))
            }
            Kind::Compare(comparison, left, right) => {
                let (left, right) = (self.expression(left)?, self.expression(right)?);
                Ok(self.compare(*comparison, left, right))
            }
            Kind::Between(parts) => self.between(parts),
            Kind::In(value, tests) => self.in_tests(value, tests),
            Kind::InstanceOf(value, kind) => {
                let value = self.expression(value)?;
                let kind = self.kind(kind);
                Ok(self.push_folded(Node::InstanceOf { value, kind }, &[value]))
            }
            Kind::Chain(first, rest) => self.chain(first, rest),
            Kind::Negate(operand) => {
                let id = self.expression(operand)?;
                Ok(self.push_folded(Node::Negate(id), &[id]))
            }
            Kind::Postfix(base, steps) => self.postfix(base, steps),
            Kind::Call(name, arguments) => self.call(name, arguments, expr.span.clone()),
            Kind::If(parts) => {
                let [condition, met, otherwise] = &**parts;
                let condition = self.expression(condition)?;
                let (met, otherwise) = (self.expression(met)?, self.expression(otherwise)?);
                let node = Node::If { condition, met, otherwise };
                Ok(self.push_folded(node, &[condition, met, otherwise]))
            }
            Kind::For(iterations, body) => self.for_loop(iterations, body),
            Kind::Some(iterations, condition) => self.quantified(false, iterations, condition),
            Kind::Every(iterations, condition) => self.quantified(true, iterations, condition),
            Kind::List(items) => {
                let ids = self.expressions(items)?;
                let run = self.run_of(&ids);
                Ok(self.push_folded(Node::List(run), &ids))
            }
            Kind::Context(entries) => self.context(entries),
            Kind::Range(range) => {
                let (node, ends) = self.range(range)?;
                Ok(self.push_folded(Node::Range(node), &ends))
            }
            Kind::Function(parameters, body) => self.function(parameters, body.as_deref()),
        }
    }

    fn compare(&mut self, comparison: Comparison, left: Id, right: Id) -> Id {
        let nodes = &self.code.nodes;
        if let (Node::Slot(slot), Node::Constant(_)) =
            (&nodes[left as usize], &nodes[right as usize])
        {
            let slot = *slot;
            return self.push(Node::CompareSlot { comparison, slot, constant: right });
        }
        self.push_folded(Node::Compare { comparison, left, right }, &[left, right])
    }

    fn chain(&mut self, first: &Expr, rest: &[(ast::Operator, Expr)]) -> Compiled {
        let first = self.expression(first)?;
        let mut all = vec![first];
        let mut steps = Vec::with_capacity(rest.len());
        for (operator, operand) in rest {
            let id = self.expression(operand)?;
            all.push(id);
            steps.push((*operator, id));
        }
        let start = self.code.steps.len() as u32;
        self.code.steps.extend_from_slice(&steps);
        let rest = Run { start, length: steps.len() as u32 };
        Ok(self.push_folded(Node::Chain { first, rest }, &all))
    }

    fn context(&mut self, entries: &[(Arc<str>, Expr)]) -> Compiled {
        let mark = self.frame().mark();
        let (mut ids, mut compiled) = (Vec::new(), Vec::new());
        for (key, value) in entries {
            let value = self.expression(value)?;
            let local = self.frame().bind(key);
            ids.push(value);
            compiled.push(Entry { key: Arc::clone(key), local, value });
        }
        self.frame().release(mark);
        let run = self.run_of_entries(compiled);
        Ok(self.push_folded(Node::Context(run), &ids))
    }

    fn run_of_entries(&mut self, entries: Vec<Entry>) -> Run {
        let start = self.code.entries.len() as u32;
        let run = Run { start, length: entries.len() as u32 };
        self.code.entries.extend(entries);
        run
    }

    /// The place of a type, with what the model defines looked up.
    fn kind(&mut self, kind: &ast::Type) -> u32 {
        let kind = match &self.model {
            Some(model) => model.types.resolved(kind),
            None => kind.clone(),
        };
        self.code.types.push(kind);
        self.code.types.len() as u32 - 1
    }

    fn range(&mut self, range: &ast::RangeExpr) -> Result<(u32, [Id; 2]), Refused> {
        let (start, end) = (self.expression(&range.start)?, self.expression(&range.end)?);
        let (start_included, end_included) = (range.start_included, range.end_included);
        self.code.ranges.push(RangeNode { start, start_included, end, end_included });
        Ok((self.code.ranges.len() as u32 - 1, [start, end]))
    }

    fn iterations(&mut self, iterations: &[ast::Iteration]) -> Result<Run, Refused> {
        let mut compiled = Vec::with_capacity(iterations.len());
        for iteration in iterations {
            let from = self.expression(&iteration.from)?;
            let to = iteration.to.as_ref().map(|to| self.expression(to)).transpose()?;
            let local = self.frame().bind(&iteration.name);
            compiled.push(Iteration { local, from, to });
        }
        Ok(self.run_of_iterations(compiled))
    }

    fn run_of_iterations(&mut self, iterations: Vec<Iteration>) -> Run {
        let start = self.code.iterations.len() as u32;
        let run = Run { start, length: iterations.len() as u32 };
        self.code.iterations.extend(iterations);
        run
    }

    fn for_loop(&mut self, iterations: &[ast::Iteration], body: &Expr) -> Compiled {
        let mark = self.frame().mark();
        let iterations = self.iterations(iterations)?;
        let partial = self.frame().bind(&"partial".into());
        let body = self.expression(body)?;
        let partial = self.frame().was_read(partial).then_some(partial);
        self.frame().release(mark);
        Ok(self.push(Node::For { iterations, body, partial }))
    }

    fn quantified(
        &mut self,
        every: bool,
        iterations: &[ast::Iteration],
        condition: &Expr,
    ) -> Compiled {
        let mark = self.frame().mark();
        let iterations = self.iterations(iterations)?;
        let condition = self.expression(condition)?;
        self.frame().release(mark);
        Ok(self.push(Node::Quantified { every, strict: false, iterations, condition }))
    }

    fn postfix(&mut self, base: &Expr, steps: &[Step]) -> Compiled {
        let mut steps = steps;
        let mut id = match &base.kind {
            Kind::Name(name) => {
                let id = self.variable(name);
                match self.code.nodes[id as usize] {
                    Node::Slot(slot) => {
                        let (node, rest) = self.slot_path(slot, id, steps);
                        steps = rest;
                        node
                    }
                    _ => id,
                }
            }
            _ => self.expression(base)?,
        };
        for step in steps {
            id = match step {
                Step::Member(name) => {
                    let name = self.name(name);
                    self.push_folded(Node::Member { base: id, name }, &[id])
                }
                Step::Filter(filter) => self.filter(id, filter)?,
                Step::Call(arguments) => self.call_value(id, &"function".into(), arguments)?,
            };
        }
        Ok(id)
    }

    /// The leading members of a path from a variable, as one node.
    fn slot_path<'s>(&mut self, slot: u32, id: Id, steps: &'s [Step]) -> (Id, &'s [Step]) {
        let mut path = Vec::new();
        for step in steps {
            let Step::Member(name) = step else { break };
            path.push(Arc::clone(name));
        }
        if path.is_empty() {
            return (id, steps);
        }
        let run = self.run_of_names(&path);
        (self.push(Node::SlotPath { slot, path: run }), &steps[path.len()..])
    }

    fn filter(&mut self, list: Id, filter: &Expr) -> Compiled {
        let style = match &filter.kind {
            Kind::Literal(Value::Number(_)) => FilterStyle::Index,
            Kind::Negate(inner) if matches!(inner.kind, Kind::Literal(Value::Number(_))) => {
                FilterStyle::Index
            }
            Kind::Compare(..) | Kind::Between(_) | Kind::In(..) | Kind::Call(..) => {
                FilterStyle::Condition
            }
            Kind::And(_) | Kind::Or(_) | Kind::InstanceOf(..) => FilterStyle::Condition,
            Kind::Some(..) | Kind::Every(..) => FilterStyle::Condition,
            _ => FilterStyle::Open,
        };
        self.filter_by(list, style, |compiler| compiler.expression(filter))
    }

    fn filter_by(
        &mut self,
        list: Id,
        style: FilterStyle,
        compile: impl FnOnce(&mut Self) -> Compiled,
    ) -> Compiled {
        let mark = self.frame().mark();
        let local = self.frame().bind_item();
        let filter = compile(self)?;
        self.frame().release(mark);
        Ok(self.push(Node::Filter { list, local, filter, style }))
    }

    fn function(&mut self, parameters: &[ast::Parameter], body: Option<&Expr>) -> Compiled {
        self.lambda(parameters, |compiler| body.map(|body| compiler.expression(body)).transpose())
    }

    /// A function whose body `compile` compiles.
    fn lambda(
        &mut self,
        parameters: &[ast::Parameter],
        compile: impl FnOnce(&mut Self) -> Result<Option<Id>, Refused>,
    ) -> Compiled {
        let mut frame = Frame::default();
        for parameter in parameters {
            frame.bind(&parameter.name);
        }
        self.frames.push(frame);
        let body = compile(self);
        let frame = self.frames.pop().expect("pushed above");
        // Only the standard converts arguments to the types of parameters.
        let typed = self.code.mode == Mode::Standard;
        let types = parameters.iter().map(|parameter| parameter.kind.as_ref());
        let types = types.map(|kind| kind.filter(|_| typed).map(|kind| self.kind(kind))).collect();
        self.code.lambdas.push(Lambda {
            parameters: parameters.iter().map(|parameter| Arc::clone(&parameter.name)).collect(),
            types,
            captures: frame.captures,
            locals: frame.most,
            body: body?,
        });
        let lambda = self.code.lambdas.len() as u32 - 1;
        Ok(self.push(Node::Lambda(lambda)))
    }

    /// A variable, wherever it is bound.
    fn variable(&mut self, name: &Arc<str>) -> Id {
        let found = self.resolve(self.frames.len() - 1, name);
        self.resolved(name, found)
    }

    fn resolved(&mut self, name: &Arc<str>, resolution: Resolution) -> Id {
        let found = match resolution.found {
            Some(found) => found,
            None => {
                let slot = Reference::Slot(self.slot(name));
                self.capture_from_top(slot)
            }
        };
        let otherwise = self.reference(found);
        if resolution.items.is_empty() {
            return otherwise;
        }
        let items: Vec<Id> =
            resolution.items.into_iter().map(|item| self.reference(item)).collect();
        let (name, items) = (self.name(name), self.run_of(&items));
        self.push(Node::ItemMember { name, items, otherwise })
    }

    fn reference(&mut self, reference: Reference) -> Id {
        self.push(match reference {
            Reference::Slot(slot) => Node::Slot(slot),
            Reference::Local(local) => Node::Local(local),
            Reference::Captured(captured) => Node::Captured(captured),
        })
    }
}
