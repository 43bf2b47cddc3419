//! Variables: mappings, and where a value goes when no mapping says so.
//!
//! Camunda's rule: a variable is updated in the nearest scope that has it, else it is created
//! in the process scope; in an ad-hoc sub-process, in what was activated (docs.camunda.io,
//! "Variables", propagation).

use super::Ctx;
use crate::element::Kind;
use crate::event::{InstanceEvent, Slot, Variables};
use crate::part::Failure;
use crate::part::mapping::Mapping;
use serde_json::value::RawValue;
use std::collections::BTreeMap;
use std::sync::Arc;

impl Ctx<'_> {
    /// Sets variables in exactly this scope.
    pub(crate) fn set_variables(&mut self, slot: Slot, mut variables: Variables) {
        let held = &self.at(slot).variables;
        variables.retain(|(name, value)| held.get(name) != Some(value));
        if !variables.is_empty() {
            self.note_changes(slot, &variables);
            self.emit(InstanceEvent::VariablesSet { slot, variables });
        }
    }

    /// Sets each variable in the nearest scope from `from` outwards that has it, else in slot 0, or
    /// in what is activated in an ad-hoc sub-process: that is kept from what runs beside it.
    pub(crate) fn propagate(&mut self, from: Slot, variables: Variables) {
        let mut by_scope: BTreeMap<Slot, Variables> = BTreeMap::new();
        for (name, value) in variables {
            let has = |slot: &Slot| self.at(*slot).variables.contains_key(&name);
            let scope = self.state.scopes(from).find(has);
            let scope = scope.unwrap_or_else(|| self.outermost(from));
            by_scope.entry(scope).or_default().push((name, value));
        }
        for (scope, variables) in by_scope {
            self.set_variables(scope, variables);
        }
    }

    /// Where a variable is created that no scope has.
    fn outermost(&self, from: Slot) -> Slot {
        let is_inner = |slot: &Slot| matches!(self.node(*slot).kind, Kind::AdHocInner(_));
        self.state.scopes(from).find(is_inner).unwrap_or(0)
    }

    pub(crate) fn map_inputs(
        &self,
        slot: Slot,
        mappings: &[Mapping],
    ) -> Result<Variables, Failure> {
        self.map(slot, mappings, |_| None)
    }

    /// Output mappings see the element's own variables; a path into a variable of the scope
    /// around it keeps the variable's other members.
    pub(crate) fn map_outputs(
        &self,
        slot: Slot,
        scope: Slot,
        mappings: &[Mapping],
    ) -> Result<Variables, Failure> {
        self.map(slot, mappings, |name| self.state.variable(scope, name).cloned())
    }

    fn map(
        &self,
        slot: Slot,
        mappings: &[Mapping],
        around: impl Fn(&str) -> Option<Arc<str>>,
    ) -> Result<Variables, Failure> {
        let mut results: Variables = Vec::with_capacity(mappings.len());
        for mapping in mappings {
            let value = self.source_json(slot, &mapping.source, &results)?;
            let (root, path) = mapping.target.split_first().expect("a target has a name");
            let at = results.iter().position(|(name, _)| name == root);
            let value = match path {
                [] => value,
                path => {
                    let base = at.map(|at| results[at].1.clone()).or_else(|| around(root));
                    set_member(base.as_deref(), path, &value).into()
                }
            };
            match at {
                Some(at) => results[at].1 = value,
                None => results.push((root.clone(), value)),
            }
        }
        Ok(results)
    }
}

/// A JSON object with the member at `path` replaced. What is not an object becomes one.
fn set_member(base: Option<&str>, path: &[Arc<str>], value: &str) -> String {
    let Some((name, rest)) = path.split_first() else { return value.to_owned() };
    let mut members: Vec<(String, Box<RawValue>)> = Vec::new();
    if let Some(base) = base
        && let Ok(held) = serde_json::from_str::<Members>(base)
    {
        members = held.0;
    }
    let at = members.iter().position(|(held, _)| **held == **name);
    let inner = set_member(at.map(|at| members[at].1.get()), rest, value);
    let raw = RawValue::from_string(inner).expect("a mapped value is JSON");
    match at {
        Some(at) => members[at].1 = raw,
        None => members.push((name.to_string(), raw)),
    }
    let quoted = |(name, value): &(String, Box<RawValue>)| {
        format!("{}:{}", serde_json::Value::from(name.as_str()), value.get())
    };
    format!("{{{}}}", members.iter().map(quoted).collect::<Vec<_>>().join(","))
}

/// An object's members in order, values untouched.
struct Members(Vec<(String, Box<RawValue>)>);

impl<'de> serde::Deserialize<'de> for Members {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;
        impl<'de> serde::de::Visitor<'de> for Visitor {
            type Value = Members;
            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("a JSON object")
            }
            fn visit_map<A: serde::de::MapAccess<'de>>(
                self,
                mut map: A,
            ) -> Result<Members, A::Error> {
                let mut members = Vec::new();
                while let Some(member) = map.next_entry()? {
                    members.push(member);
                }
                Ok(Members(members))
            }
        }
        deserializer.deserialize_map(Visitor)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_keeps_the_other_members() {
        let path: Vec<Arc<str>> = vec!["total".into(), "net".into()];
        let table = [
            (None, r#"{"total":{"net":1}}"#),
            (Some("7"), r#"{"total":{"net":1}}"#),
            (
                Some(r#"{"id":12345678901234567890.5}"#),
                r#"{"id":12345678901234567890.5,"total":{"net":1}}"#,
            ),
            (Some(r#"{"total":{"net":9,"tax":2}}"#), r#"{"total":{"net":1,"tax":2}}"#),
        ];
        for (base, expected) in table {
            assert_eq!(set_member(base, &path, "1"), expected);
        }
    }
}
