//! Boxed expressions of a DMN model into the nodes that their FEEL counterparts have.
//! It does not read XML or follow requirements; names of required elements are free names here.

use super::{Compiled, Compiler};
use crate::ast::{Expr, Kind, Parameter, Type, UnaryTests};
use crate::dmn::item_definition::Types;
use crate::dmn::tree::{Boxed, Logic, Text, TypeRef, Variable};
use crate::error::{CompileError, Refused};
use crate::limits::BOXED_DEPTH;
use crate::names::{Vocabulary, is_words};
use crate::parser;
use crate::program::{Entry, FilterStyle, Id, Iteration, Mode, Node, Program};
use crate::value::Value;
use std::collections::BTreeSet;
use std::ops::Range;
use std::sync::Arc;
use xml::Severity;

/// What a model gives to the compilation of one piece of its logic.
pub(crate) struct Model<'m> {
    pub(crate) types: Arc<Types>,
    pub(crate) vocabulary: Vocabulary,
    /// Names that requirements put in scope.
    pub(crate) visible: BTreeSet<Arc<str>>,
    pub(crate) faults: Vec<Fault<'m>>,
    /// Work that analyses of tables may still do, if there are to be any.
    pub(crate) analysis: Option<u64>,
    /// The expression being compiled.
    text: Option<&'m Text>,
    /// Boxed expressions around the current one.
    depth: u32,
}

impl<'m> Model<'m> {
    /// `visible` are the names in scope, which the vocabulary gets for as long as this is used.
    pub(crate) fn new(
        types: Arc<Types>,
        mut vocabulary: Vocabulary,
        visible: BTreeSet<Arc<str>>,
        mode: Mode,
    ) -> Model<'m> {
        let readable = |name: &&Arc<str>| mode == Mode::Standard || is_words(name);
        visible.iter().filter(readable).for_each(|name| vocabulary.variables.insert(name));
        let faults = Vec::new();
        Model { types, vocabulary, visible, faults, analysis: None, text: None, depth: 0 }
    }
}

/// A program, what is wrong with it, and what the next one may go on with.
pub(crate) struct Finished<'m> {
    pub(crate) program: Program,
    pub(crate) faults: Vec<Fault<'m>>,
    pub(crate) vocabulary: Vocabulary,
    pub(crate) folding: u64,
    pub(crate) analysis: Option<u64>,
}

/// Something wrong in the model's logic.
pub(crate) struct Fault<'m> {
    pub(crate) severity: Severity,
    pub(crate) rule: &'static str,
    pub(crate) place: Place<'m>,
    /// The element it is about, where that is not the owner of the text.
    pub(crate) element: Option<Arc<str>>,
    pub(crate) message: String,
    pub(crate) hint: Option<String>,
}

/// Where a fault is.
pub(crate) enum Place<'m> {
    /// Bytes of an expression.
    Text(&'m Text, Range<usize>),
    /// Bytes of the file.
    File(Range<usize>),
}

impl<'m> Compiler<'m> {
    /// A compiler of one piece of a model's logic.
    pub(crate) fn of_model(mode: Mode, model: Model<'m>, folding: u64) -> Compiler<'m> {
        Compiler { model: Some(model), folding, ..Compiler::new("", mode, false) }
    }

    /// The program of `root`.
    pub(crate) fn finished(mut self, root: Id) -> Finished<'m> {
        let Model { mut vocabulary, visible, faults, analysis, .. } =
            self.model.take().expect("boxed expressions are those of a model");
        let mode = self.code.mode;
        let readable = |name: &&Arc<str>| mode == Mode::Standard || is_words(name);
        visible.iter().filter(readable).for_each(|name| vocabulary.variables.remove(name));
        let folding = self.folding;
        Finished { program: self.finish(root), faults, vocabulary, folding, analysis }
    }

    /// Says which table is the whole of the logic, if one is.
    pub(crate) fn record_table(&mut self, id: Id) {
        self.code.table = match self.code.nodes[id as usize] {
            Node::Table(table) => Some(table),
            Node::Coerce { value, .. } => match self.code.nodes[value as usize] {
                Node::Table(table) => Some(table),
                _ => None,
            },
            _ => None,
        };
    }

    /// Warns of a name that nothing has: in the standard's mode of every one, in Camunda's, where
    /// a variable of the process may have it, of one that is nearly that of a requirement.
    pub(super) fn check_known(&mut self, name: &Arc<str>, span: &Range<usize>) {
        let level = self.frames.len() - 1;
        let Some(model) = &self.model else { return };
        let Some(text) = model.text.filter(|_| !model.visible.contains(name)) else { return };
        let near = crate::nearest::nearest(name, model.visible.iter().map(|name| &**name));
        let hint = near.map(|near| format!("did you mean `{near}`?"));
        if hint.is_none() && self.code.mode == Mode::Camunda {
            return;
        }
        let resolution = self.resolve(level, name);
        if resolution.found.is_some()
            || !resolution.items.is_empty()
            || crate::builtin::exists(name)
        {
            return;
        }
        let message =
            format!("Expected a name that is required or defined here, but found `{name}`");
        let said = CompileError { message, span: span.clone(), hint };
        let place = Place::Text(text, span.clone());
        self.fault(Severity::Warning, "dmn-name-unknown", place, &said);
    }

    pub(super) fn model(&mut self) -> &mut Model<'m> {
        self.model.as_mut().expect("boxed expressions are those of a model")
    }

    fn fault(
        &mut self,
        severity: Severity,
        rule: &'static str,
        place: Place<'m>,
        said: &CompileError,
    ) {
        let (message, hint) = (said.message.clone(), said.hint.clone());
        let element = None;
        self.model().faults.push(Fault { severity, rule, place, element, message, hint });
    }

    pub(crate) fn null(&mut self) -> Id {
        self.push(Node::Constant(Value::Null))
    }

    /// A piece of FEEL; one that does not compile is a fault, and null.
    pub(super) fn text(
        &mut self,
        text: &'m Text,
        compile: impl FnOnce(&mut Self) -> Compiled,
    ) -> Id {
        if let Some(language) = &text.language
            && !language.to_ascii_lowercase().contains("feel")
        {
            let said = CompileError {
                message: format!("Expected an expression in FEEL, but found one in `{language}`"),
                span: 0..text.text.len(),
                hint: Some("write it in FEEL and remove expressionLanguage".to_owned()),
            };
            let place = Place::Text(text, said.span.clone());
            self.fault(Severity::Error, "dmn-expression-language", place, &said);
            return self.null();
        }
        let noted = self.code.notes.len();
        self.model().text = Some(text);
        let compiled = compile(self);
        self.model().text = None;
        for note in self.code.notes.split_off(noted) {
            let said = CompileError { message: note.message, span: note.span, hint: note.hint };
            let place = Place::Text(text, said.span.clone());
            self.fault(Severity::Warning, "dmn-expression-suspicious", place, &said);
        }
        compiled.unwrap_or_else(|said| {
            let place = Place::Text(text, said.span.clone());
            self.fault(Severity::Error, "dmn-expression-invalid", place, &said);
            self.null()
        })
    }

    fn parsed(&self, text: &str) -> Result<Expr, Refused> {
        let model = self.model.as_ref().expect("boxed expressions are those of a model");
        parser::parse_expression(text, self.code.mode, &model.vocabulary)
    }

    /// A literal expression; an empty one is null.
    pub(super) fn literal(&mut self, text: &'m Text) -> Id {
        if text.text.trim().is_empty() {
            return self.null();
        }
        self.text(text, |compiler| {
            let expr = compiler.parsed(&text.text)?;
            compiler.expression(&expr)
        })
    }

    /// Unary tests of the value of a node; nothing where anything passes.
    pub(super) fn cell(&mut self, input: Id, text: &'m Text) -> Option<Id> {
        if matches!(text.text.trim(), "" | "-") {
            return None;
        }
        let id = self.text(text, |compiler| {
            let tests = compiler.parsed_tests(text)?;
            compiler.tests_of(input, &tests)
        });
        Some(id)
    }

    pub(super) fn parsed_tests(&self, text: &Text) -> Result<UnaryTests, Refused> {
        let model = self.model.as_ref().expect("boxed expressions are those of a model");
        parser::parse_unary_tests(&text.text, self.code.mode, &model.vocabulary)
    }

    /// A value as one of the type named, where the standard converts.
    pub(crate) fn typed(&mut self, value: Id, kind: Option<&'m TypeRef>) -> Id {
        let Some(kind) = kind.filter(|_| self.code.mode == Mode::Standard) else { return value };
        let kind = self.model().types.named(&kind.name);
        self.typed_as(value, kind)
    }

    /// A value as one of a type, where the standard converts.
    pub(crate) fn typed_as(&mut self, value: Id, kind: Type) -> Id {
        match kind {
            _ if self.code.mode == Mode::Camunda => value,
            Type::Any => value,
            kind => {
                self.code.types.push(kind);
                let kind = self.code.types.len() as u32 - 1;
                self.push(Node::Coerce { value, kind })
            }
        }
    }

    /// Binds a name, which may have several words.
    pub(super) fn bind_name(&mut self, name: &Arc<str>) -> u32 {
        self.learn(name);
        self.frame().bind(name)
    }

    fn learn(&mut self, name: &Arc<str>) {
        if self.code.mode == Mode::Standard || is_words(name) {
            self.model().vocabulary.variables.insert(name);
        }
    }

    pub(super) fn forget(&mut self, name: &str) {
        if self.code.mode == Mode::Standard || is_words(name) {
            self.model().vocabulary.variables.remove(name);
        }
    }

    /// A boxed expression as its type.
    pub(crate) fn boxed(&mut self, boxed: &'m Boxed) -> Id {
        if self.model().depth >= BOXED_DEPTH {
            let said = CompileError {
                message: format!("Expected boxed expressions nested at most {BOXED_DEPTH} deep"),
                span: 0..0,
                hint: None,
            };
            self.fault(Severity::Error, "dmn-too-deep", Place::File(boxed.at.clone()), &said);
            return self.null();
        }
        self.model().depth += 1;
        let id = self.logic(boxed);
        self.model().depth -= 1;
        self.typed(id, boxed.kind.as_ref())
    }

    fn logic(&mut self, boxed: &'m Boxed) -> Id {
        match &boxed.logic {
            Logic::Literal(text) => self.literal(text),
            Logic::Table(table) => self.table(table, &boxed.at),
            Logic::Context(entries) => self.boxed_context(entries),
            Logic::Relation { columns, rows } => self.relation(columns, rows),
            Logic::List(items) => {
                let ids: Vec<Id> = items.iter().map(|item| self.boxed(item)).collect();
                let run = self.run_of(&ids);
                self.push(Node::List(run))
            }
            Logic::Invocation { callee, bindings } => self.invocation(callee.as_deref(), bindings),
            Logic::Function { is_feel, parameters, body } => {
                let body = body.as_deref().filter(|_| *is_feel);
                self.boxed_function(parameters, |compiler| body.map(|body| compiler.boxed(body)))
            }
            Logic::Conditional(parts) => {
                let [condition, met, otherwise] = &**parts;
                let value = self.boxed(condition);
                let mark = self.frame().mark();
                let local = self.frame().bind(&"".into());
                let (met, otherwise) = (self.boxed(met), self.boxed(otherwise));
                self.frame().release(mark);
                // Unlike FEEL's own, a boxed conditional without a boolean is null.
                let condition = self.push(Node::Local(local));
                let met = self.push(Node::If { condition, met, otherwise });
                let kind = self.kind(&Type::Named("boolean".into()));
                let condition = self.push(Node::InstanceOf { value: condition, kind });
                let otherwise = self.null();
                let body = self.push(Node::If { condition, met, otherwise });
                self.push(Node::Bind { local, value, body })
            }
            Logic::Filter(parts) => {
                let [list, filter] = &**parts;
                let list = self.boxed(list);
                let style = FilterStyle::Strict;
                let id = self.filter_by(list, style, |compiler| Ok(compiler.boxed(filter)));
                id.unwrap_or_else(|_| self.null())
            }
            Logic::For(iterator, parts) => {
                self.iterated(iterator, parts, |iterations, body, partial| Node::For {
                    iterations,
                    body,
                    partial,
                })
            }
            Logic::Quantified { every, iterator, parts } => {
                let every = *every;
                self.iterated(iterator, parts, |iterations, condition, _| Node::Quantified {
                    every,
                    strict: true,
                    iterations,
                    condition,
                })
            }
        }
    }

    fn boxed_context(&mut self, entries: &'m [(Option<Variable>, Boxed)]) -> Id {
        let mark = self.frame().mark();
        let (mut compiled, mut bound, mut result) = (Vec::new(), Vec::new(), None);
        for (variable, value) in entries {
            let id = self.boxed(value);
            let Some(variable) = variable.as_ref().filter(|it| !it.name.is_empty()) else {
                result = Some(id);
                continue;
            };
            let value = self.typed(id, variable.kind.as_ref());
            let local = self.bind_name(&variable.name);
            bound.push(&variable.name);
            compiled.push(Entry { key: Arc::clone(&variable.name), local, value });
        }
        self.frame().release(mark);
        bound.into_iter().for_each(|name| self.forget(name));
        let entries = self.run_of_entries(compiled);
        self.push(match result {
            Some(result) => Node::Block { entries, result },
            None => Node::Context(entries),
        })
    }

    /// A list of contexts.
    fn relation(&mut self, columns: &'m [Variable], rows: &'m [Vec<Boxed>]) -> Id {
        let mark = self.frame().mark();
        let local = self.frame().bind(&"".into());
        let mut contexts = Vec::with_capacity(rows.len());
        for row in rows {
            let mut entries = Vec::with_capacity(row.len());
            for (column, cell) in columns.iter().zip(row) {
                let id = self.boxed(cell);
                let value = self.typed(id, column.kind.as_ref());
                entries.push(Entry { key: Arc::clone(&column.name), local, value });
            }
            let run = self.run_of_entries(entries);
            contexts.push(self.push(Node::Context(run)));
        }
        self.frame().release(mark);
        let run = self.run_of(&contexts);
        self.push(Node::List(run))
    }

    fn invocation(
        &mut self,
        callee: Option<&'m Boxed>,
        bindings: &'m [(Arc<str>, Option<Boxed>)],
    ) -> Id {
        let (mut ids, mut names) = (Vec::new(), Vec::new());
        for (name, value) in bindings {
            let value = value.as_ref().map(|value| self.boxed(value));
            ids.push(value.unwrap_or_else(|| self.null()));
            names.push(Arc::clone(name));
        }
        let names = (!names.is_empty()).then_some(names);
        let Some(Boxed { logic: Logic::Literal(text), .. }) = callee else {
            return self.null();
        };
        self.text(text, |compiler| {
            let expr = compiler.parsed(&text.text)?;
            if let Kind::Name(name) = &expr.kind {
                return compiler.call_with(name, &ids, names.as_deref(), expr.span.clone());
            }
            let callee = compiler.expression(&expr)?;
            Ok(compiler.call_value_with(callee, &"function".into(), &ids, names.as_deref()))
        })
    }

    /// A function with declared parameters.
    pub(crate) fn boxed_function(
        &mut self,
        parameters: &[Variable],
        body: impl FnOnce(&mut Self) -> Option<Id>,
    ) -> Id {
        let declared: Vec<Parameter> = parameters
            .iter()
            .map(|parameter| {
                let types = &self.model.as_ref().expect("of a model").types;
                let kind = parameter.kind.as_ref().map(|kind| types.named(&kind.name));
                Parameter { name: Arc::clone(&parameter.name), kind }
            })
            .collect();
        parameters.iter().for_each(|parameter| self.learn(&parameter.name));
        let id = self.lambda(&declared, |compiler| Ok(body(compiler)));
        parameters.iter().for_each(|parameter| self.forget(&parameter.name));
        id.unwrap_or_else(|_| self.null())
    }

    fn iterated(
        &mut self,
        iterator: &Arc<str>,
        parts: &'m [Boxed; 2],
        node: impl FnOnce(crate::program::Run, Id, Option<u32>) -> Node,
    ) -> Id {
        let [list, body] = parts;
        let from = self.boxed(list);
        let mark = self.frame().mark();
        let local = self.bind_name(iterator);
        let iterations = self.run_of_iterations(vec![Iteration { local, from, to: None }]);
        let partial = self.frame().bind(&"partial".into());
        let body = self.boxed(body);
        let partial = self.frame().was_read(partial).then_some(partial);
        self.frame().release(mark);
        self.forget(iterator);
        self.push(node(iterations, body, partial))
    }

    /// Evaluates values one after the other, each under its name, then `result`.
    pub(crate) fn block(
        &mut self,
        values: Vec<(Arc<str>, impl FnOnce(&mut Self) -> Id)>,
        result: impl FnOnce(&mut Self) -> Id,
    ) -> Id {
        let mark = self.frame().mark();
        let (mut entries, mut bound) = (Vec::new(), Vec::new());
        for (key, value) in values {
            let value = value(self);
            let local = self.bind_name(&key);
            bound.push(Arc::clone(&key));
            entries.push(Entry { key, local, value });
        }
        let result = result(self);
        self.frame().release(mark);
        bound.iter().for_each(|name| self.forget(name));
        let entries = self.run_of_entries(entries);
        self.push(Node::Block { entries, result })
    }

    /// A variable by its name, wherever it is bound.
    pub(crate) fn name_of(&mut self, name: &Arc<str>) -> Id {
        self.variable(name)
    }

    /// Calls a function with the variables of the names of its parameters.
    pub(crate) fn call_by_name(&mut self, name: &Arc<str>, parameters: &[Arc<str>]) -> Id {
        let ids: Vec<Id> = parameters.iter().map(|name| self.variable(name)).collect();
        let callee = self.variable(name);
        self.call_value_with(callee, name, &ids, None)
    }

    /// A context of values that are compiled already.
    pub(crate) fn context_of(&mut self, values: Vec<(Arc<str>, Id)>) -> Id {
        let mark = self.frame().mark();
        let local = self.frame().bind(&"".into());
        self.frame().release(mark);
        let entries = values.into_iter().map(|(key, value)| Entry { key, local, value }).collect();
        let run = self.run_of_entries(entries);
        self.push(Node::Context(run))
    }
}
