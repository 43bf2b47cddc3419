//! Collects the problems of one DMN file, with positions, up to a limit.
//! It is not a renderer, and it does not decide what a problem keeps from running.

use super::tree::Text;
use crate::limits::PROBLEMS;
use std::ops::Range;
use std::sync::Arc;
use xml::{LineIndex, Problem, Severity};

/// The problems of a file, in the order in which they were found.
pub(crate) struct Problems<'s> {
    source: &'s str,
    lines: LineIndex,
    list: Vec<Problem>,
    errors: usize,
    others: usize,
}

/// The problem just added, to be made more precise.
pub(crate) struct Added<'p>(Option<&'p mut Problem>);

impl Added<'_> {
    /// What to do about it.
    pub(crate) fn hint(&mut self, hint: impl Into<String>) -> &mut Self {
        if let Some(problem) = &mut self.0 {
            problem.hint = Some(hint.into());
        }
        self
    }

    /// The element it is about.
    pub(crate) fn element(&mut self, id: Option<&Arc<str>>) -> &mut Self {
        if let (Some(problem), Some(id)) = (&mut self.0, id) {
            problem.element = Some(xml::clip(id, crate::limits::PROBLEM_ID_BYTES).to_owned());
        }
        self
    }
}

impl<'s> Problems<'s> {
    pub(crate) fn new(source: &'s str) -> Problems<'s> {
        let lines = LineIndex::new(source);
        Problems { source, lines, list: Vec::new(), errors: 0, others: 0 }
    }

    /// What keeps the model from being deployed.
    pub(crate) fn error(
        &mut self,
        at: Range<usize>,
        rule: &'static str,
        message: String,
    ) -> Added<'_> {
        self.add(Severity::Error, at, rule, message)
    }

    /// What runs, but likely not as meant.
    pub(crate) fn warning(
        &mut self,
        at: Range<usize>,
        rule: &'static str,
        message: String,
    ) -> Added<'_> {
        self.add(Severity::Warning, at, rule, message)
    }

    /// A problem within an expression, at bytes of its text.
    pub(crate) fn in_text(
        &mut self,
        severity: Severity,
        text: &Text,
        span: Range<usize>,
        rule: &'static str,
        message: String,
    ) -> Added<'_> {
        let raw = &self.source[text.span.clone()];
        let start = text.span.start + xml::raw_offset(raw, span.start);
        let end = text.span.start + xml::raw_offset(raw, span.end);
        let mut added = self.add(severity, start..end.max(start), rule, message);
        added.element(text.owner.as_ref());
        added
    }

    pub(crate) fn add(
        &mut self,
        severity: Severity,
        at: Range<usize>,
        rule: &'static str,
        message: String,
    ) -> Added<'_> {
        let seen = match severity {
            Severity::Error => &mut self.errors,
            Severity::Warning | Severity::Info => &mut self.others,
        };
        *seen += 1;
        if *seen > PROBLEMS {
            return Added(None);
        }
        let position = self.lines.position(self.source, at.start);
        let mut problem = Problem::at(severity, position, rule, message);
        problem.length = at.len();
        self.list.push(problem);
        Added(self.list.last_mut())
    }

    /// A value from the file as far as a message quotes it.
    pub(crate) fn brief(&self, text: &str) -> String {
        xml::clip(text, xml::MAX_QUOTED_BYTES).to_owned()
    }

    /// Sorted by position.
    pub(crate) fn into_list(mut self) -> Vec<Problem> {
        self.list.sort_by_key(|problem| (problem.offset, problem.severity, problem.rule));
        self.list
    }
}
