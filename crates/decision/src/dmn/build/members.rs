//! Names that may follow a `.` or name an argument in a model's expressions.
//! It is not a scope; it says what names of several words look like.

use crate::dmn::tree::{Boxed, Definitions, Element, ItemDefinition, Logic, Variable};
use std::collections::BTreeSet;
use std::sync::Arc;

/// Collects the names of components, parameters, entries, columns and outputs. Native recursion is
/// bounded by the depth of the XML.
pub(super) fn collect(definitions: &Definitions, names: &mut BTreeSet<Arc<str>>) {
    definitions.types.iter().for_each(|item| of_type(item, names));
    for element in &definitions.elements {
        of_element(element, names);
    }
}

fn of_type(item: &ItemDefinition, names: &mut BTreeSet<Arc<str>>) {
    for component in &item.components {
        names.insert(Arc::clone(&component.name));
        of_type(component, names);
    }
    let function = item.function.iter().flat_map(|function| &function.parameters);
    of_variables(function, names);
}

fn of_element(element: &Element, names: &mut BTreeSet<Arc<str>>) {
    names.insert(super::called(element));
    of_variables(element.parameters.iter(), names);
    element.logic.iter().for_each(|logic| of_boxed(logic, names));
}

fn of_variables<'v>(variables: impl Iterator<Item = &'v Variable>, names: &mut BTreeSet<Arc<str>>) {
    names.extend(variables.map(|variable| Arc::clone(&variable.name)));
}

fn of_boxed(boxed: &Boxed, names: &mut BTreeSet<Arc<str>>) {
    match &boxed.logic {
        Logic::Literal(_) => {}
        Logic::Table(table) => {
            names.extend(table.outputs.iter().filter_map(|output| output.name.clone()));
        }
        Logic::Context(entries) => {
            for (variable, value) in entries {
                of_variables(variable.iter(), names);
                of_boxed(value, names);
            }
        }
        Logic::Relation { columns, rows } => {
            of_variables(columns.iter(), names);
            rows.iter().flatten().for_each(|cell| of_boxed(cell, names));
        }
        Logic::List(items) => items.iter().for_each(|item| of_boxed(item, names)),
        Logic::Invocation { bindings, .. } => {
            for (name, value) in bindings {
                names.insert(Arc::clone(name));
                value.iter().for_each(|value| of_boxed(value, names));
            }
        }
        Logic::Function { parameters, body, .. } => {
            of_variables(parameters.iter(), names);
            body.iter().for_each(|body| of_boxed(body, names));
        }
        Logic::Conditional(parts) => parts.iter().for_each(|part| of_boxed(part, names)),
        Logic::Filter(parts) | Logic::For(_, parts) | Logic::Quantified { parts, .. } => {
            parts.iter().for_each(|part| of_boxed(part, names));
        }
    }
}
