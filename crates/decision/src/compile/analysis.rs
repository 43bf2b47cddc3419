//! The analysis of a decision table while it is compiled, and its findings as people read them.
//! It does not find anything; `dmn::analysis` does.

use super::{Compiler, Fault, Place};
use crate::dmn::HitPolicy;
use crate::dmn::analysis::{Finding, Input, analysis};
use crate::dmn::tree::{Table, Text};
use crate::limits::{ANALYSIS_INPUTS, ANALYSIS_RULES, ANALYSIS_WORK};
use crate::program::{self, Id, Node};
use std::ops::Range;
use std::sync::Arc;
use xml::Severity;

impl<'m> Compiler<'m> {
    /// Analyses a table, if its model is to be. Its inputs are still bound to their locals.
    pub(super) fn analyze(
        &mut self,
        table: &'m Table,
        at: &Range<usize>,
        compiled: &program::Table,
    ) {
        let Some(mut work) = self.model().analysis else { return };
        let mut inputs = Vec::with_capacity(table.inputs.len());
        for (input, column) in table.inputs.iter().zip(&compiled.inputs) {
            let expression = input.expression.as_ref().map(|text| text.text.trim());
            let Some(expression) = expression.filter(|text| !text.is_empty()) else { return };
            let kind = input.kind.as_ref().map(|kind| &*kind.name);
            let allowed = match &input.allowed {
                Some(allowed) => self.allowed(column.local, allowed),
                None => {
                    let types = Arc::clone(&self.model().types);
                    let allowed = kind.and_then(|kind| types.allowed_values(kind));
                    allowed.and_then(|allowed| self.allowed(column.local, allowed))
                }
            };
            let integers = matches!(kind, Some("integer" | "long"));
            let (name, local) = (&*column.name, column.local);
            inputs.push(Input { expression, name, local, allowed, integers });
        }
        let findings = analysis(&self.code, compiled, &inputs, &mut work);
        self.model().analysis = Some(work);
        let teller = Teller { table, at, inputs: &inputs };
        let faults = teller.tell(findings);
        self.model().faults.extend(faults);
    }

    /// The values of an input; what is wrong with them is told elsewhere.
    fn allowed(&mut self, local: u32, values: &Text) -> Option<Id> {
        let tests = self.parsed_tests(values).ok().filter(|tests| !tests.tests.is_empty())?;
        let input = self.push(Node::Local(local));
        self.tests_of(input, &tests).ok()
    }
}

/// Says what was found in a table.
struct Teller<'m, 't> {
    table: &'m Table,
    at: &'t Range<usize>,
    inputs: &'t [Input<'t>],
}

impl<'m> Teller<'m, '_> {
    fn tell(&self, findings: Vec<Finding>) -> Vec<Fault<'m>> {
        let mut faults = Vec::new();
        let mut of_rules = 0;
        for finding in findings {
            if matches!(finding, Finding::Overlap { .. } | Finding::Masked { .. }) {
                of_rules += 1;
                if of_rules == ANALYSIS_RULES + 1 {
                    let message = format!(
                        "Expected at most {ANALYSIS_RULES} rules that overlap or never decide, but found more"
                    );
                    faults.push(self.of_table(Severity::Info, "dmn-table-more", message));
                }
                if of_rules > ANALYSIS_RULES {
                    continue;
                }
            }
            faults.push(self.finding(finding));
        }
        faults
    }

    fn finding(&self, finding: Finding) -> Fault<'m> {
        match finding {
            Finding::Overlap { rule, others, example, sure } => {
                self.overlap(rule, &others, &example, sure)
            }
            Finding::Masked { rule, by } => self.masked(rule, &by),
            Finding::Gap { part, example, open } => self.gap(&part, &example, open),
            Finding::MoreGaps => {
                let message = "Expected the gaps told here to be all, but found more".to_owned();
                self.of_table(Severity::Info, "dmn-table-more", message)
            }
            Finding::Never { rule, input, allowed } => self.never(rule, input, &allowed),
            Finding::Open { input, rules } => self.open(input, &rules),
            Finding::TooLarge => {
                let message = format!(
                    "Expected a table of at most {ANALYSIS_INPUTS} inputs that is compared in \
                     {ANALYSIS_WORK} steps (with those before it), but found more to compare: \
                     there may be overlaps and gaps that are not told"
                );
                self.of_table(Severity::Info, "dmn-table-too-large", message)
            }
        }
    }

    fn overlap(&self, rule: usize, others: &[usize], example: &str, sure: bool) -> Fault<'m> {
        let both = listed(&[&others[..1], &[rule]].concat());
        let example = example_of(example);
        let (expected, found, hint) = if self.table.hit == HitPolicy::Any {
            let found = if sure { "differ" } else { "may differ" };
            (
                "rules that match together to have equal outputs, as the hit policy ANY has it",
                format!("{both} {found}{example}"),
                "give them the same outputs, or narrow one of them",
            )
        } else {
            (
                "at most one rule to match, as the hit policy UNIQUE has it",
                format!("{both} match together{example}"),
                "narrow one of them, or let the first one win by the hit policy FIRST",
            )
        };
        let more = match others.len() - 1 {
            0 => String::new(),
            _ => format!("; it overlaps {} as well", listed(&others[1..])),
        };
        let severity = if sure { Severity::Warning } else { Severity::Info };
        let message = format!("Expected {expected}, but found that {found}{more}");
        self.of_rule(severity, "dmn-table-overlap", rule, message, hint)
    }

    fn masked(&self, rule: usize, by: &[usize]) -> Fault<'m> {
        let before = match self.table.hit {
            HitPolicy::Priority => "with more important outputs",
            _ => "before it",
        };
        let verb = if by.len() == 1 { "matches" } else { "match" };
        let message = format!(
            "Expected a rule that can decide, but found that rule {} never does: {} {before} {verb} \
             all that it matches",
            rule + 1,
            listed(by)
        );
        let hint = "remove it, or narrow the others";
        self.of_rule(Severity::Warning, "dmn-rule-masked", rule, message, hint)
    }

    fn gap(&self, part: &str, example: &str, open: Option<String>) -> Fault<'m> {
        let part = match part {
            "" => "any input".to_owned(),
            part => part.to_owned(),
        };
        let example = match example {
            "" => String::new(),
            example => format!(", for example {example}"),
        };
        // Collecting nothing may well be meant.
        let severity = match self.table.hit {
            _ if open.is_some() => Severity::Info,
            HitPolicy::Unique | HitPolicy::Any | HitPolicy::First | HitPolicy::Priority => {
                Severity::Warning
            }
            _ => Severity::Info,
        };
        let message =
            format!("Expected a rule for every input, but found none for {part}{example}");
        let mut fault = self.of_table(severity, "dmn-table-gap", message);
        fault.hint = Some(match open {
            Some(name) => format!("list the values of `{name}`, if there are no others"),
            None => "add a rule, or a default output; without them the result is null".to_owned(),
        });
        fault
    }

    fn never(&self, rule: usize, input: usize, allowed: &str) -> Fault<'m> {
        let text = &self.table.rules[rule].inputs[input];
        let message = format!(
            "Expected a cell that some value of `{}` passes, but found none that passes `{}`",
            self.inputs[input].name,
            xml::clip(text.text.trim(), xml::MAX_QUOTED_BYTES)
        );
        let place = Place::Text(text, 0..text.text.len());
        let near = crate::nearest::nearest(text.text.trim(), allowed.split(", "));
        let hint = match near {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("values are {allowed}; the rule never matches"),
        };
        let (severity, rule_id) = (Severity::Warning, "dmn-rule-never");
        let element = self.table.rules[rule].id.clone();
        Fault { severity, rule: rule_id, place, element, message, hint: Some(hint) }
    }

    fn open(&self, input: usize, rules: &[usize]) -> Fault<'m> {
        let text = &self.table.rules[rules[0]].inputs[input];
        let message = format!(
            "Expected cells that compare `{}` with constants, to find overlaps and gaps, but found \
             others in {}: overlaps with them are not known, and they may leave gaps",
            self.inputs[input].name,
            listed(rules)
        );
        let place = Place::Text(text, 0..text.text.len());
        let (severity, rule) = (Severity::Info, "dmn-table-not-analysed");
        Fault { severity, rule, place, element: None, message, hint: None }
    }

    fn of_rule(
        &self,
        severity: Severity,
        rule: &'static str,
        at: usize,
        message: String,
        hint: &str,
    ) -> Fault<'m> {
        let written = &self.table.rules[at];
        let (place, element) = (Place::File(written.at.clone()), written.id.clone());
        Fault { severity, rule, place, element, message, hint: Some(hint.to_owned()) }
    }

    fn of_table(&self, severity: Severity, rule: &'static str, message: String) -> Fault<'m> {
        let (place, element) = (Place::File(self.at.clone()), self.table.id.clone());
        Fault { severity, rule, place, element, message, hint: None }
    }
}

fn example_of(example: &str) -> String {
    match example {
        "" => " for any input".to_owned(),
        example => format!(" for {example}"),
    }
}

/// Rules as people count them.
fn listed(rules: &[usize]) -> String {
    /// More rules than this are counted only.
    const NAMED: usize = 10;
    let numbers: Vec<String> = rules.iter().take(NAMED).map(|at| (at + 1).to_string()).collect();
    let word = if rules.len() == 1 { "rule" } else { "rules" };
    match (&numbers[..], rules.len().saturating_sub(NAMED)) {
        ([all @ .., last], 0) if !all.is_empty() => {
            format!("{word} {} and {last}", all.join(", "))
        }
        (all, 0) => format!("{word} {}", all.join(", ")),
        (all, more) => format!("{word} {} and {more} more", all.join(", ")),
    }
}
