//! Calls at run time: arguments, built-in functions, functions of the expression's own.
//! It does not choose among the forms of a built-in function; the compiler did.

use super::{Frame, Machine};
use crate::builtin::{BUILTINS, Builtin, Refusal};
use crate::error::{Stop, WarningKind};
use crate::program::{Id, Mode, Reference, Run};
use crate::value::{Brief, Function, Value};
use std::sync::Arc;

impl Machine<'_> {
    pub(super) fn call_builtin(
        &mut self,
        frame: &Frame<'_>,
        function: u16,
        arguments: Run,
    ) -> Result<Value, Stop> {
        let ids = arguments.of(&frame.code.children);
        // Most calls have one or two arguments; those need no allocation.
        match ids {
            [] => self.run_builtin(frame, function, &[]),
            [only] => {
                let values = [self.eval(frame, *only)?];
                self.run_builtin(frame, function, &values)
            }
            [first, second] => {
                let values = [self.eval(frame, *first)?, self.eval(frame, *second)?];
                self.run_builtin(frame, function, &values)
            }
            _ => {
                let values = self.values(frame, ids)?;
                self.run_builtin(frame, function, &values)
            }
        }
    }

    fn values(&mut self, frame: &Frame<'_>, ids: &[Id]) -> Result<Vec<Value>, Stop> {
        ids.iter().map(|id| self.eval(frame, *id)).collect()
    }

    fn run_builtin(
        &mut self,
        frame: &Frame<'_>,
        function: u16,
        arguments: &[Value],
    ) -> Result<Value, Stop> {
        self.run_builtin_in(frame.code.mode, function, arguments)
    }

    pub(super) fn run_builtin_in(
        &mut self,
        mode: Mode,
        function: u16,
        arguments: &[Value],
    ) -> Result<Value, Stop> {
        let builtin = &BUILTINS[usize::from(function)];
        self.mode = mode;
        let mut answer = (builtin.run)(self, arguments);
        if matches!(answer, Err(Refusal::Arguments)) && mode == Mode::Standard {
            let coerced = self.coerced(builtin, arguments)?;
            answer = (builtin.run)(self, &coerced);
        }
        let reason = match answer {
            Ok(value) => return Ok(value),
            Err(Refusal::Failure(failure)) => return Err(failure),
            Err(Refusal::Because(reason)) => reason,
            Err(Refusal::Arguments) => {
                let shown: Vec<String> =
                    arguments.iter().take(10).map(|value| format!("'{}'", Brief(value))).collect();
                format!("Illegal arguments: {}", shown.join(", "))
            }
        };
        self.warn(WarningKind::FunctionInvocationFailure, || {
            format!("Failed to invoke function '{}': {reason}", builtin.name)
        });
        Ok(Value::Null)
    }

    /// The standard's conversions: a value is the list of it alone, and the other way round.
    fn coerced(&mut self, builtin: &Builtin, arguments: &[Value]) -> Result<Vec<Value>, Stop> {
        let mut coerced = Vec::with_capacity(arguments.len());
        for (at, value) in arguments.iter().enumerate() {
            let wants_list =
                matches!(builtin.parameters.get(at), Some(&("list" | "lists" | "entries")));
            coerced.push(match value {
                Value::List(list) if !wants_list && list.items().len() == 1 => {
                    list.items()[0].clone()
                }
                Value::List(_) | Value::Null => value.clone(),
                single if wants_list => self.list(vec![single.clone()])?,
                other => other.clone(),
            });
        }
        Ok(coerced)
    }

    pub(super) fn lambda(&mut self, frame: &Frame<'_>, lambda: u32) -> Result<Value, Stop> {
        let Some(program) = frame.program else {
            unreachable!("functions are not folded");
        };
        let definition = &frame.code.lambdas[lambda as usize];
        let mut captures = Vec::with_capacity(definition.captures.len());
        for reference in &definition.captures {
            captures.push(match *reference {
                Reference::Slot(slot) => self.slot(frame, slot)?.clone(),
                Reference::Local(local) => self.locals[frame.base + local as usize].clone(),
                Reference::Captured(at) => frame.captures[at as usize].clone(),
            });
        }
        self.budget.charge(captures.len(), 0)?;
        let function = Function { program: program.clone(), lambda, captures };
        let value = Value::Function(Arc::new(function));
        self.check_depth(&value)?;
        Ok(value)
    }

    pub(super) fn call_value(
        &mut self,
        frame: &Frame<'_>,
        callee: Id,
        name: u32,
        arguments: Run,
        names: Option<Run>,
    ) -> Result<Value, Stop> {
        let callee = self.eval(frame, callee)?;
        let ids = arguments.of(&frame.code.children);
        let names = names.map(|names| names.of(&frame.code.names));
        let Value::Function(function) = &callee else {
            return self.call_shadowed(frame, name, arguments, names);
        };
        let parameters = function.parameters();
        let Some(order) = crate::builtin::arrange(parameters, ids.len(), names) else {
            return Ok(self.no_function_of(frame, name, ids.len(), names));
        };
        let mut values = Vec::with_capacity(order.len());
        for position in order {
            values.push(match position {
                Some(position) => self.eval(frame, ids[position])?,
                None => Value::Null,
            });
        }
        self.call_function(function, values)
    }

    /// A name that is bound to no function may still be that of a built-in one.
    fn call_shadowed(
        &mut self,
        frame: &Frame<'_>,
        name: u32,
        arguments: Run,
        names: Option<&[Arc<str>]>,
    ) -> Result<Value, Stop> {
        let ids = arguments.of(&frame.code.children);
        let called = &frame.code.names[name as usize];
        let Some((function, order)) = crate::builtin::select(called, ids.len(), names) else {
            return Ok(self.no_function_of(frame, name, ids.len(), names));
        };
        let mut values = Vec::with_capacity(order.len());
        for position in order {
            values.push(match position {
                Some(position) => self.eval(frame, ids[position])?,
                None => Value::Null,
            });
        }
        self.run_builtin(frame, function, &values)
    }

    /// Calls a function with one value for each parameter.
    pub(crate) fn call_function(
        &mut self,
        function: &Function,
        mut arguments: Vec<Value>,
    ) -> Result<Value, Stop> {
        let code = &*function.program.0;
        let definition = &code.lambdas[function.lambda as usize];
        let Some(body) = definition.body else {
            self.warn(WarningKind::FunctionInvocationFailure, || {
                "Failed to invoke an external function: Java is not available here".to_owned()
            });
            return Ok(Value::Null);
        };
        for (value, kind) in arguments.iter_mut().zip(&definition.types) {
            let Some(kind) = kind else { continue };
            let kind = &code.types[*kind as usize];
            let given = value.clone();
            match self.coerced_to(std::mem::take(value), kind)? {
                Some(fitting) => *value = fitting,
                None => {
                    self.does_not_conform(&given, kind);
                    return Ok(Value::Null);
                }
            }
        }
        let base = self.locals.len();
        self.locals.append(&mut arguments);
        self.locals.resize(base + definition.locals as usize, Value::Null);
        let frame =
            Frame { code, program: Some(&function.program), captures: &function.captures, base };
        let value = self.eval(&frame, body)?;
        self.locals.truncate(base);
        Ok(value)
    }

    pub(super) fn no_function(
        &mut self,
        frame: &Frame<'_>,
        name: u32,
        arguments: Run,
        names: Option<Run>,
    ) -> Value {
        let names = names.map(|names| names.of(&frame.code.names));
        self.no_function_of(frame, name, arguments.length as usize, names)
    }

    #[cold]
    fn no_function_of(
        &mut self,
        frame: &Frame<'_>,
        name: u32,
        count: usize,
        names: Option<&[Arc<str>]>,
    ) -> Value {
        let name = &frame.code.names[name as usize];
        self.warn(WarningKind::NoFunctionFound, || match names {
            Some(names) => {
                format!("No function found with name '{name}' and parameters: {}", names.join(","))
            }
            None => format!("No function found with name '{name}' and {count} parameters"),
        });
        Value::Null
    }
}
