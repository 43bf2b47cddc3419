//! The types a model defines, resolved: what a name stands for, with its constraints.
//! It does not convert values; the evaluation does.

use super::problem::Problems;
use super::tree::{Definitions, ItemDefinition, Text, TypeRef};
use crate::ast::Type;
use crate::limits::TYPE_DEPTH;
use crate::names::Vocabulary;
use crate::parser;
use crate::program::Mode;
use std::collections::BTreeMap;
use std::sync::Arc;
use xml::Severity;

/// Types by name; those of imported models as `import.type`.
#[derive(Debug, Default)]
pub(crate) struct Types {
    known: BTreeMap<Arc<str>, Known>,
    /// Allowed values as they were written, for the order of outputs.
    allowed: BTreeMap<Arc<str>, Text>,
    mode: Mode,
}

#[derive(Debug, Clone)]
struct Known {
    kind: Arc<Type>,
    depth: u32,
}

impl Types {
    /// Resolves the item definitions of a model after those it imports.
    pub(crate) fn of_model<'i>(
        definitions: &Definitions,
        imported: impl Iterator<Item = (&'i str, &'i Types)>,
        problems: &mut Problems<'_>,
    ) -> Types {
        let mut types = Types { mode: definitions.mode, ..Types::default() };
        for (prefix, others) in imported {
            for (name, known) in &others.known {
                types.known.insert(format!("{prefix}.{name}").into(), known.clone());
            }
            for (name, text) in &others.allowed {
                let text = Text { span: 0..0, ..text.clone() };
                types.allowed.insert(format!("{prefix}.{name}").into(), text);
            }
        }
        let by_name = definitions.types.iter().map(|item| (&*item.name, item)).collect();
        let mut vocabulary = Vocabulary::default();
        for item in &definitions.types {
            vocabulary.types.insert(&item.name);
            if let Some(allowed) = &item.allowed {
                types.allowed.insert(Arc::clone(&item.name), allowed.clone());
            }
        }
        types.known.keys().for_each(|name| vocabulary.types.insert(name));
        let mut resolver = Resolver { types, by_name, open: Vec::new(), vocabulary, problems };
        for item in &definitions.types {
            resolver.defined(item);
        }
        resolver.types
    }

    pub(crate) fn names(&self) -> impl Iterator<Item = &Arc<str>> {
        self.known.keys()
    }

    /// What a name stands for; anything, if nothing is known of it.
    pub(crate) fn named(&self, name: &str) -> Type {
        if let Some(known) = self.known.get(name) {
            return Type::Defined(Arc::clone(&known.kind));
        }
        if let Some(built_in) = built_in(name) {
            return built_in;
        }
        let words = Vocabulary::default();
        match parser::parse_type(name, self.mode, &words) {
            Ok(Type::Named(_)) | Err(_) => Type::Any,
            Ok(kind) => self.resolved(&kind),
        }
    }

    /// Whether a name stands for something.
    pub(crate) fn knows(&self, name: &str) -> bool {
        let words = Vocabulary::default();
        self.known.contains_key(name)
            || built_in(name).is_some()
            || !matches!(parser::parse_type(name, self.mode, &words), Ok(Type::Named(_)) | Err(_))
    }

    /// A type with the names in it looked up. Its nesting is bounded by the parser's depth.
    pub(crate) fn resolved(&self, kind: &Type) -> Type {
        match kind {
            Type::Named(name) => match self.known.get(name) {
                Some(known) => Type::Defined(Arc::clone(&known.kind)),
                None => built_in(name).unwrap_or_else(|| kind.clone()),
            },
            Type::List(item) => Type::List(Box::new(self.resolved(item))),
            Type::Range(end) => Type::Range(Box::new(self.resolved(end))),
            Type::Context(members) => {
                let member =
                    |(name, kind): &(Arc<str>, Type)| (Arc::clone(name), self.resolved(kind));
                Type::Context(members.iter().map(member).collect())
            }
            Type::Function(parameters, result) => {
                let parameters = parameters.iter().map(|it| self.resolved(it)).collect();
                let result = result.as_ref().map(|it| Box::new(self.resolved(it)));
                Type::Function(parameters, result)
            }
            Type::Any | Type::Allowed(..) | Type::Defined(_) => kind.clone(),
        }
    }

    /// The allowed values of a type, as written.
    pub(crate) fn allowed_values(&self, name: &str) -> Option<&Text> {
        self.allowed.get(name)
    }
}

/// The types of FEEL, under the names DMN files use for them.
fn built_in(name: &str) -> Option<Type> {
    let name = match name {
        "Any" => return Some(Type::Any),
        "string"
        | "number"
        | "boolean"
        | "date"
        | "time"
        | "context"
        | "list"
        | "function"
        | "range"
        | "date and time"
        | "days and time duration"
        | "years and months duration" => name,
        "dateTime" | "date time" => "date and time",
        "dayTimeDuration" | "days-time-duration" | "day-time-duration" => "days and time duration",
        "yearMonthDuration" | "year-month-duration" => "years and months duration",
        "integer" | "long" | "double" => "number",
        _ => return None,
    };
    Some(Type::Named(name.into()))
}

struct Resolver<'d, 'p, 's> {
    types: Types,
    by_name: BTreeMap<&'d str, &'d ItemDefinition>,
    /// Definitions being resolved.
    open: Vec<&'d str>,
    vocabulary: Vocabulary,
    problems: &'p mut Problems<'s>,
}

impl<'d> Resolver<'d, '_, '_> {
    /// A definition at the top level, resolved once.
    fn defined(&mut self, item: &'d ItemDefinition) -> Known {
        if let Some(known) = self.types.known.get(&item.name) {
            return known.clone();
        }
        if self.open.contains(&&*item.name) || self.open.len() >= TYPE_DEPTH as usize {
            let message = format!(
                "Expected types that do not contain themselves, nested at most {TYPE_DEPTH} deep, \
                 but found `{}` in itself or deeper",
                self.problems.brief(&item.name)
            );
            self.problems.error(item.at.clone(), "dmn-type-cycle", message);
            return Known { kind: Arc::new(Type::Any), depth: 0 };
        }
        self.open.push(&item.name);
        let (kind, depth) = self.definition(item, 0);
        self.open.pop();
        let known = Known { kind: Arc::new(kind), depth };
        self.types.known.insert(Arc::clone(&item.name), known.clone());
        known
    }

    /// Native recursion over components, and over references through `defined`; both are bounded.
    fn definition(&mut self, item: &'d ItemDefinition, level: u32) -> (Type, u32) {
        let (mut kind, mut depth) = self.unconstrained(item, level);
        depth += 1;
        if let Some(text) = &item.allowed {
            kind = self.allowed(kind, text);
        }
        if item.is_collection {
            kind = Type::List(Box::new(kind));
        }
        if let Some(text) = &item.constraint {
            kind = self.allowed(kind, text);
        }
        if depth > TYPE_DEPTH {
            let message = format!("Expected types nested at most {TYPE_DEPTH} deep");
            self.problems.error(item.at.clone(), "dmn-type-cycle", message);
            return (Type::Any, 0);
        }
        (kind, depth)
    }

    fn unconstrained(&mut self, item: &'d ItemDefinition, level: u32) -> (Type, u32) {
        if !item.components.is_empty() {
            if level > TYPE_DEPTH {
                return (Type::Any, TYPE_DEPTH);
            }
            let mut deepest = 0;
            let mut members = Vec::with_capacity(item.components.len());
            for component in &item.components {
                let (kind, depth) = self.definition(component, level + 1);
                deepest = deepest.max(depth);
                members.push((Arc::clone(&component.name), kind));
            }
            return (Type::Context(members), deepest);
        }
        if let Some(function) = &item.function {
            let mut parameters = Vec::new();
            for parameter in &function.parameters {
                parameters.push(self.referred(parameter.kind.as_ref()).0);
            }
            let result = function.result.as_ref().map(|it| Box::new(self.referred(Some(it)).0));
            return (Type::Function(parameters, result), 0);
        }
        self.referred(item.base.as_ref())
    }

    fn referred(&mut self, kind: Option<&TypeRef>) -> (Type, u32) {
        let Some(kind) = kind else { return (Type::Any, 0) };
        if let Some(item) = self.by_name.get(&*kind.name).copied() {
            let known = self.defined(item);
            return (Type::Defined(known.kind), known.depth);
        }
        if !self.types.knows(&kind.name) {
            unknown(kind, self.by_name.keys().copied(), self.problems);
        }
        let depth = self.types.known.get(&kind.name).map_or(0, |known| known.depth);
        (self.types.named(&kind.name), depth)
    }

    fn allowed(&mut self, kind: Type, text: &Text) -> Type {
        if matches!(text.text.trim(), "" | "-") {
            return kind;
        }
        let compiled = crate::compile::tests_with(&text.text, self.types.mode, &self.vocabulary);
        match compiled {
            Ok(program) => Type::Allowed(Box::new(kind), Arc::new(program)),
            Err(said) => {
                let rule = "dmn-expression-invalid";
                let mut problem = self.problems.in_text(
                    Severity::Error,
                    text,
                    said.span.clone(),
                    rule,
                    said.message.clone(),
                );
                if let Some(hint) = said.hint {
                    problem.hint(hint);
                }
                kind
            }
        }
    }
}

/// Says that a type is not known.
pub(crate) fn unknown<'n>(
    kind: &TypeRef,
    known: impl Iterator<Item = &'n str>,
    problems: &mut Problems<'_>,
) {
    let message =
        format!("Expected a type that exists, but found `{}`", problems.brief(&kind.name));
    let near = crate::nearest::nearest(&kind.name, known);
    let mut problem = problems.warning(kind.at.clone(), "dmn-type-unknown", message);
    if let Some(near) = near {
        problem.hint(format!("did you mean `{near}`?"));
    }
}
