//! Decision tables at run time: which rules match, and what the hit policy makes of them
//! (DMN 8.2.10).
//! It does not know where a table comes from.

use super::{Frame, Machine};
use crate::dmn::HitPolicy;
use crate::error::{Failure, Stop, WarningKind};
use crate::program::{Id, Mode, OutputColumn, Table};
use crate::value::{Brief, Value};
use std::sync::Arc;

/// What a table did: the values of its inputs, and the rules whose outputs make the result.
#[derive(Debug, Default)]
pub(crate) struct Trace {
    pub(crate) inputs: Vec<Value>,
    pub(crate) rules: Vec<MatchedRule>,
}

/// A rule that matched, by its place from 0, and its outputs.
#[derive(Debug, Clone)]
pub(crate) struct MatchedRule {
    pub(crate) at: usize,
    pub(crate) outputs: Vec<Value>,
}

impl Machine<'_> {
    pub(super) fn table(&mut self, frame: &Frame<'_>, at: u32) -> Result<Value, Stop> {
        let table = &frame.code.tables[at as usize];
        if !self.read_inputs(frame, table)? {
            return Ok(Value::Null);
        }
        let traced =
            self.trace.is_some() && frame.code.table == Some(at) && frame.captures.is_empty();
        if traced {
            let value = |local: u32| self.locals[frame.base + local as usize].clone();
            let inputs = table.inputs.iter().map(|input| value(input.local)).collect();
            self.trace = Some(Trace { inputs, rules: Vec::new() });
        }
        let mut matched = Vec::new();
        for (at, rule) in table.rules.iter().enumerate() {
            self.step()?;
            if self.matches(frame, &rule.tests)? {
                let ids = rule.outputs.of(&frame.code.children);
                let mut outputs = Vec::with_capacity(ids.len());
                for id in ids {
                    outputs.push(self.eval(frame, *id)?);
                }
                matched.push(MatchedRule { at, outputs });
                if table.hit == HitPolicy::First {
                    break;
                }
            }
        }
        let result = self.hit(frame, table, &mut matched)?;
        if let (true, Some(trace)) = (traced, &mut self.trace) {
            trace.rules = matched;
        }
        Ok(result)
    }

    /// Puts the values of the inputs where the cells find them; false if one is not allowed.
    fn read_inputs(&mut self, frame: &Frame<'_>, table: &Table) -> Result<bool, Stop> {
        for input in &table.inputs {
            let value = self.eval(frame, input.value)?;
            self.locals[frame.base + input.local as usize] = value;
            let Some(allowed) = input.allowed else { continue };
            if self.condition(frame, allowed)? != Some(true) {
                let value = self.locals[frame.base + input.local as usize].clone();
                self.warn(WarningKind::InvalidType, || {
                    let name = &input.name;
                    format!(
                        "Expected one of the values allowed for '{name}' but found '{}'",
                        Brief(&value)
                    )
                });
                return Ok(false);
            }
        }
        Ok(true)
    }

    fn matches(&mut self, frame: &Frame<'_>, tests: &[Option<Id>]) -> Result<bool, Stop> {
        for test in tests.iter().flatten() {
            // A test that is null, for values that cannot be compared, does not hold.
            if self.holds(frame, *test)? != Some(true) {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// What the rules that match make; those that make it stay in `matched`.
    fn hit(
        &mut self,
        frame: &Frame<'_>,
        table: &Table,
        matched: &mut Vec<MatchedRule>,
    ) -> Result<Value, Stop> {
        if matched.is_empty() {
            return self.no_hit(frame, table);
        }
        let columns = &table.outputs;
        match table.hit {
            HitPolicy::Unique if matched.len() > 1 => {
                let rules = numbers(matched);
                self.contradiction(frame, || {
                    format!("Expected at most one rule to match, as its hit policy UNIQUE has it, but found rules {rules}")
                })
            }
            HitPolicy::Any if matched.iter().any(|rule| rule.outputs != matched[0].outputs) => {
                let rules = numbers(matched);
                self.contradiction(frame, || {
                    format!("Expected rules that match to have equal outputs, as the hit policy ANY has it, but found different ones in rules {rules}")
                })
            }
            HitPolicy::Unique | HitPolicy::Any | HitPolicy::First => {
                matched.truncate(1);
                self.output(columns, &matched[0].outputs)
            }
            HitPolicy::Priority => {
                self.prioritize(frame, columns, matched)?;
                matched.truncate(1);
                self.output(columns, &matched[0].outputs)
            }
            HitPolicy::OutputOrder => {
                self.prioritize(frame, columns, matched)?;
                self.outputs(columns, matched)
            }
            HitPolicy::RuleOrder | HitPolicy::Collect => self.outputs(columns, matched),
            HitPolicy::Count => Ok(Value::from(matched.len())),
            HitPolicy::Sum | HitPolicy::Min | HitPolicy::Max => {
                let mut aggregated = Vec::with_capacity(columns.len());
                for at in 0..columns.len() {
                    let values = matched.iter().filter_map(|rule| rule.outputs.get(at).cloned());
                    let list = self.list(values.collect())?;
                    aggregated.push(self.aggregate(table.hit, list)?);
                }
                self.output(columns, &aggregated)
            }
        }
    }

    /// The default outputs, or what the policy has for none.
    fn no_hit(&mut self, frame: &Frame<'_>, table: &Table) -> Result<Value, Stop> {
        if table.outputs.iter().any(|column| column.default.is_some()) {
            let mut outputs = Vec::with_capacity(table.outputs.len());
            for column in &table.outputs {
                outputs.push(match column.default {
                    Some(id) => self.eval(frame, id)?,
                    None => Value::Null,
                });
            }
            return self.output(&table.outputs, &outputs);
        }
        Ok(match table.hit {
            HitPolicy::Count if frame.code.mode == Mode::Standard => Value::from(0i64),
            _ => Value::Null,
        })
    }

    /// In Camunda's mode a contradiction ends the evaluation, in the standard's it is null.
    #[cold]
    fn contradiction(
        &mut self,
        frame: &Frame<'_>,
        message: impl FnOnce() -> String,
    ) -> Result<Value, Stop> {
        if frame.code.mode == Mode::Camunda {
            return Err(Failure::HitPolicy { message: message() }.into());
        }
        self.warn(WarningKind::FunctionInvocationFailure, message);
        Ok(Value::Null)
    }

    fn aggregate(&mut self, hit: HitPolicy, list: Value) -> Result<Value, Stop> {
        let name = match hit {
            HitPolicy::Sum => "sum",
            HitPolicy::Min => "min",
            _ => "max",
        };
        let (function, _) =
            crate::builtin::select(name, 1, None).expect("in the table of functions");
        self.run_builtin_in(Mode::Standard, function, &[list])
    }

    /// One output as it is, several as a context.
    fn output(&mut self, columns: &[OutputColumn], values: &[Value]) -> Result<Value, Stop> {
        if let [only] = values {
            return Ok(only.clone());
        }
        let named = columns.iter().zip(values);
        self.context(
            named.map(|(column, value)| (Arc::clone(&column.name), value.clone())).collect(),
        )
    }

    fn outputs(
        &mut self,
        columns: &[OutputColumn],
        matched: &[MatchedRule],
    ) -> Result<Value, Stop> {
        let mut outputs = Vec::with_capacity(matched.len());
        for rule in matched {
            outputs.push(self.output(columns, &rule.outputs)?);
        }
        self.list(outputs)
    }

    /// Sorts by the places of the outputs among their values; what is none of these comes last.
    fn prioritize(
        &mut self,
        frame: &Frame<'_>,
        columns: &[OutputColumn],
        matched: &mut Vec<MatchedRule>,
    ) -> Result<(), Stop> {
        let mut ranked: Vec<(Vec<usize>, MatchedRule)> = Vec::with_capacity(matched.len());
        for rule in matched.drain(..) {
            let mut ranks = Vec::with_capacity(columns.len());
            for (column, output) in columns.iter().zip(&rule.outputs) {
                self.locals[frame.base + column.local as usize] = output.clone();
                let tests = column.priorities.of(&frame.code.children);
                let mut rank = tests.len();
                for (at, test) in tests.iter().enumerate() {
                    if self.holds(frame, *test)? == Some(true) {
                        rank = at;
                        break;
                    }
                }
                ranks.push(rank);
            }
            ranked.push((ranks, rule));
        }
        ranked.sort_by(|(a, _), (b, _)| a.cmp(b));
        matched.extend(ranked.into_iter().map(|(_, rule)| rule));
        Ok(())
    }
}

/// Rules as people count them.
fn numbers(matched: &[MatchedRule]) -> String {
    let numbers: Vec<String> =
        matched.iter().take(20).map(|rule| (rule.at + 1).to_string()).collect();
    numbers.join(", ")
}
