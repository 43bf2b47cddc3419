//! Decision tables: each cell a node, each input a local that the cells of its column test.
//! It does not apply the hit policy, which needs values.

use super::Compiler;
use crate::ast::Test;
use crate::dmn::tree::{Input, Output, Table, Text};
use crate::error::Refused;
use crate::program::{self, Id, InputColumn, Mode, Node, OutputColumn, RuleRow, Run};
use std::ops::Range;
use std::sync::Arc;

impl<'m> Compiler<'m> {
    /// `at` is where the table stands in the file.
    pub(super) fn table(&mut self, table: &'m Table, at: &Range<usize>) -> Id {
        let mark = self.frame().mark();
        let inputs: Vec<InputColumn> =
            table.inputs.iter().map(|input| self.input_column(input)).collect();
        let outputs: Vec<OutputColumn> =
            table.outputs.iter().map(|output| self.output_column(output)).collect();
        let mut rules = Vec::with_capacity(table.rules.len());
        for rule in &table.rules {
            let mut tests = Vec::with_capacity(inputs.len());
            for ((column, input), cell) in inputs.iter().zip(&table.inputs).zip(&rule.inputs) {
                tests.push(self.input_cell(column.local, input, cell));
            }
            let ids: Vec<Id> = rule
                .outputs
                .iter()
                .zip(&table.outputs)
                .map(|(cell, output)| {
                    let id = self.literal(cell);
                    self.typed(id, output.kind.as_ref())
                })
                .collect();
            let id = rule.id.clone().unwrap_or_default();
            rules.push(RuleRow { id, tests, outputs: self.run_of(&ids) });
        }
        let compiled = program::Table { hit: table.hit, inputs, outputs, rules };
        self.analyze(table, at, &compiled);
        self.frame().release(mark);
        self.code.tables.push(compiled);
        let at = self.code.tables.len() as u32 - 1;
        self.push(Node::Table(at))
    }

    fn input_column(&mut self, input: &'m Input) -> InputColumn {
        let value = input.expression.as_ref().map(|text| self.literal(text));
        let value = value.unwrap_or_else(|| self.null());
        let value = self.typed(value, input.kind.as_ref());
        let local = self.frame().bind(&"".into());
        // Camunda takes the values of an input for help in editing, the standard for a condition.
        let standard = self.code.mode == Mode::Standard;
        let allowed = input.allowed.as_ref().filter(|_| standard);
        let allowed = allowed.and_then(|allowed| self.input_cell(local, input, allowed));
        let text = input.expression.as_ref().map(|text| text.text.trim());
        let name = input.label.as_deref().or(text).unwrap_or_default().into();
        InputColumn { id: input.id.clone().unwrap_or_default(), name, value, local, allowed }
    }

    /// A test that reads the input as `?`, and in Camunda's mode as `cellInput`.
    fn input_cell(&mut self, local: u32, input: &'m Input, cell: &'m Text) -> Option<Id> {
        let mark = self.frame().mark();
        self.frame().alias(&"?".into(), local);
        if self.code.mode == Mode::Camunda {
            self.frame().alias(&"cellInput".into(), local);
            if let Some(name) = input.variable.as_ref().filter(|name| !name.is_empty()) {
                self.frame().alias(name, local);
            }
        }
        let value = self.push(Node::Local(local));
        let id = self.cell(value, cell);
        self.frame().release_names(mark);
        id
    }

    fn output_column(&mut self, output: &'m Output) -> OutputColumn {
        let local = self.frame().bind(&"".into());
        let default = output.default.as_ref().map(|text| {
            let id = self.literal(text);
            self.typed(id, output.kind.as_ref())
        });
        let priorities = match &output.allowed {
            Some(values) => self.priorities(local, values),
            None => self.priorities_of_type(local, output),
        };
        let name = output.name.clone().or_else(|| output.label.clone()).unwrap_or_default();
        OutputColumn { id: output.id.clone().unwrap_or_default(), name, local, priorities, default }
    }

    /// One test for each value of an output, in their order.
    fn priorities(&mut self, local: u32, values: &'m Text) -> Run {
        let mut tests = Vec::new();
        self.text(values, |compiler| {
            compiler.priority_tests(local, values, &mut tests)?;
            Ok(0)
        });
        self.run_of(&tests)
    }

    /// The values its type allows; what is wrong with them was said where they are defined.
    fn priorities_of_type(&mut self, local: u32, output: &Output) -> Run {
        let types = Arc::clone(&self.model().types);
        let values = output.kind.as_ref().and_then(|kind| types.allowed_values(&kind.name));
        let mut tests = Vec::new();
        if let Some(values) = values
            && self.priority_tests(local, values, &mut tests).is_err()
        {
            tests.clear();
        }
        self.run_of(&tests)
    }

    fn priority_tests(
        &mut self,
        local: u32,
        values: &Text,
        tests: &mut Vec<Id>,
    ) -> Result<(), Refused> {
        let parsed = self.parsed_tests(values)?;
        let input = self.push(Node::Local(local));
        for test in parsed.tests {
            let only: [Test; 1] = [test];
            tests.push(self.any_of(input, &only)?);
        }
        Ok(())
    }
}
