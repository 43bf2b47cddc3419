//! Calls: of built-in functions, of functions the expression defines, of functions nobody has.
//! It does not check the types of arguments; functions do, when they run.

use super::{Compiled, Compiler};
use crate::ast::{Arguments, Parameter};
use crate::builtin;
use crate::error::Refused;
use crate::program::{Id, Mode, Node, Note, Run};
use std::ops::Range;
use std::sync::Arc;

impl Compiler<'_> {
    pub(super) fn call(
        &mut self,
        name: &Arc<str>,
        arguments: &Arguments,
        span: Range<usize>,
    ) -> Compiled {
        let (ids, names) = self.arguments(arguments)?;
        self.call_with(name, &ids, names.as_deref(), span)
    }

    /// Calls what `name` means with arguments that are compiled already.
    pub(super) fn call_with(
        &mut self,
        name: &Arc<str>,
        ids: &[Id],
        names: Option<&[Arc<str>]>,
        span: Range<usize>,
    ) -> Compiled {
        let resolution = self.resolve(self.frames.len() - 1, name);
        if resolution.found.is_some() || !builtin::exists(name) {
            let bound = resolution.found.is_some() || !resolution.items.is_empty();
            let known = self.model.as_ref().is_some_and(|model| model.visible.contains(name));
            if !bound && !known {
                self.note_unknown(name, span);
            }
            let callee = self.resolved(name, resolution);
            return Ok(self.call_value_with(callee, name, ids, names));
        }
        let Some((function, order)) = builtin::select(name, ids.len(), names) else {
            return self.unknown(name, ids, names, span);
        };
        let mut ordered = Vec::with_capacity(order.len());
        for position in order {
            ordered.push(match position {
                Some(position) => ids[position],
                None => self.constant(crate::Value::Null),
            });
        }
        let arguments = self.run_of(&ordered);
        let node = Node::CallBuiltin { function, arguments };
        if builtin::BUILTINS[usize::from(function)].pure {
            return Ok(self.push_folded(node, &ordered));
        }
        Ok(self.push(node))
    }

    pub(super) fn call_value(
        &mut self,
        callee: Id,
        name: &Arc<str>,
        arguments: &Arguments,
    ) -> Compiled {
        let (ids, names) = self.arguments(arguments)?;
        Ok(self.call_value_with(callee, name, &ids, names.as_deref()))
    }

    pub(super) fn call_value_with(
        &mut self,
        callee: Id,
        name: &Arc<str>,
        ids: &[Id],
        names: Option<&[Arc<str>]>,
    ) -> Id {
        let arguments = self.run_of(ids);
        let names: Option<Run> = names.map(|names| self.run_of_names(names));
        let name = self.name(name);
        self.push(Node::CallValue { callee, name, arguments, names })
    }

    /// A built-in function as a value, which only models have.
    pub(super) fn function_value(&mut self, name: &Arc<str>) -> Option<Compiled> {
        let model = self.model.as_ref()?;
        if self.code.mode != Mode::Standard
            || model.visible.contains(name)
            || !builtin::exists(name)
        {
            return None;
        }
        let resolution = self.resolve(self.frames.len() - 1, name);
        if resolution.found.is_some() || !resolution.items.is_empty() {
            return None;
        }
        let names = builtin::forms(name).next()?;
        let (function, _) = builtin::select(name, names.len(), None)?;
        let parameter = |name: &&str| Parameter { name: (*name).into(), kind: None };
        let parameters: Vec<Parameter> = names.iter().map(parameter).collect();
        Some(self.lambda(&parameters, |compiler| {
            let locals = (0..names.len() as u32).map(Node::Local);
            let ids: Vec<Id> = locals.map(|local| compiler.push(local)).collect();
            let arguments = compiler.run_of(&ids);
            Ok(Some(compiler.push(Node::CallBuiltin { function, arguments })))
        }))
    }

    #[expect(clippy::type_complexity, reason = "ids and, for named arguments, their names")]
    fn arguments(
        &mut self,
        arguments: &Arguments,
    ) -> Result<(Vec<Id>, Option<Vec<Arc<str>>>), Refused> {
        match arguments {
            Arguments::Positional(values) => Ok((self.expressions(values)?, None)),
            Arguments::Named(named) => {
                let (mut ids, mut names) = (Vec::new(), Vec::new());
                for (name, value) in named {
                    ids.push(self.expression(value)?);
                    names.push(Arc::clone(name));
                }
                Ok((ids, Some(names)))
            }
        }
    }

    /// A built-in name with a number or names of arguments that no form of it has.
    fn unknown(
        &mut self,
        name: &Arc<str>,
        ids: &[Id],
        names: Option<&[Arc<str>]>,
        span: Range<usize>,
    ) -> Compiled {
        let forms: Vec<String> = builtin::forms(name)
            .map(|parameters| format!("{name}({})", parameters.join(", ")))
            .collect();
        self.code.notes.push(Note {
            message: format!("Expected arguments that '{name}' has, but found others"),
            span,
            hint: Some(format!("Write {}.", forms.join(" or "))),
        });
        let (arguments, named) = (self.run_of(ids), names.map(|names| self.run_of_names(names)));
        let name = self.name(name);
        Ok(self.push(Node::UnknownFunction { name, arguments, names: named }))
    }

    fn note_unknown(&mut self, name: &Arc<str>, span: Range<usize>) {
        let hint = builtin::nearest(name).map(|near| format!("Did you mean '{near}'?"));
        self.code.notes.push(Note {
            message: format!("Expected a function that exists, but found '{name}'"),
            span,
            hint,
        });
    }
}
