//! `instance of`: whether a value has a type.
//! It does not convert anything.

use super::Machine;
use crate::ast::Type;
use crate::error::Stop;
use crate::value::Value;

impl Machine<'_> {
    /// Native recursion follows the type, whose depth the parser bounds.
    pub(super) fn instance_of(&mut self, value: &Value, kind: &Type) -> Result<bool, Stop> {
        match (kind, value) {
            (Type::Any, value) => Ok(!value.is_null()),
            (Type::Named(name), value) => Ok(is_named(value, name)),
            (Type::List(item), Value::List(list)) => {
                self.budget.charge(list.items().len(), 0)?;
                for value in list.items() {
                    if !self.instance_of(value, item)? {
                        return Ok(false);
                    }
                }
                Ok(true)
            }
            (Type::Range(end), Value::Range(range)) => {
                Ok(self.instance_of(&range.start, end)? && self.instance_of(&range.end, end)?)
            }
            (Type::Context(members), Value::Context(context)) => {
                for (name, kind) in members {
                    let Some(value) = context.get(name) else { return Ok(false) };
                    if !self.instance_of(value, kind)? {
                        return Ok(false);
                    }
                }
                Ok(true)
            }
            _ => Ok(false),
        }
    }
}

fn is_named(value: &Value, name: &str) -> bool {
    let name = match name {
        "date time" => "date and time",
        "year-month-duration" => "years and months duration",
        "day-time-duration" => "days and time duration",
        name => name,
    };
    value.type_name() == name
}
