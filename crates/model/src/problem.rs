//! Lists of problems, and problems about elements of a BPMN file.
//!
//! Not their rendering; a problem is a value with a position.

use std::fmt;

use xml::{Position, Problem, Severity, clip};

use crate::limits::{MAX_PROBLEM_ID_BYTES, MAX_PROBLEMS};
use crate::node::NodeRef;

/// A list of problems, at most [`MAX_PROBLEMS`] errors and as many others.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Problems {
    list: Vec<Problem>,
    errors: usize,
    others: usize,
}

impl Problems {
    /// No problems.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a problem; beyond the limit it is only counted.
    pub fn push(&mut self, problem: Problem) {
        let seen = match problem.severity {
            Severity::Error => &mut self.errors,
            Severity::Warning | Severity::Info => &mut self.others,
        };
        *seen += 1;
        if *seen <= MAX_PROBLEMS {
            self.list.push(problem);
        }
    }

    /// Adds all problems of another list.
    pub fn extend(&mut self, others: impl IntoIterator<Item = Problem>) {
        for problem in others {
            self.push(problem);
        }
    }

    /// Reports an error of a node. It is added when the draft goes out of scope.
    pub fn error<'a>(
        &mut self,
        node: NodeRef<'a>,
        rule: &'static str,
        message: impl Into<String>,
    ) -> Draft<'_, 'a> {
        self.draft(Severity::Error, node, rule, message)
    }

    /// Reports a warning of a node.
    pub fn warning<'a>(
        &mut self,
        node: NodeRef<'a>,
        rule: &'static str,
        message: impl Into<String>,
    ) -> Draft<'_, 'a> {
        self.draft(Severity::Warning, node, rule, message)
    }

    /// Reports something worth knowing about a node.
    pub fn info<'a>(
        &mut self,
        node: NodeRef<'a>,
        rule: &'static str,
        message: impl Into<String>,
    ) -> Draft<'_, 'a> {
        self.draft(Severity::Info, node, rule, message)
    }

    /// Reports a problem of a node with the given severity.
    pub fn draft<'a>(
        &mut self,
        severity: Severity,
        node: NodeRef<'a>,
        rule: &'static str,
        message: impl Into<String>,
    ) -> Draft<'_, 'a> {
        let problem = Some(problem_of(severity, node, rule, message.into()));
        Draft { problems: self, node, problem }
    }

    /// The problems in the order they were added, or by position after [`Problems::sort`].
    pub fn iter(&self) -> std::slice::Iter<'_, Problem> {
        self.list.iter()
    }

    /// How many problems are kept.
    pub fn len(&self) -> usize {
        self.list.len()
    }

    /// Whether nothing was found.
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// Whether one of them keeps the model from being deployed.
    pub fn has_errors(&self) -> bool {
        self.errors > 0
    }

    /// Whether further errors, or further others, would only be counted.
    pub(crate) fn is_full(&self) -> bool {
        self.errors.max(self.others) >= MAX_PROBLEMS
    }

    /// How many problems were found but not kept, because there were too many.
    pub fn dropped(&self) -> usize {
        self.errors + self.others - self.list.len()
    }

    /// Sorts by position, then severity, then rule.
    pub fn sort(&mut self) {
        self.list.sort_by_key(|problem| (problem.offset, problem.severity, problem.rule));
    }

    /// The problems as a list.
    pub fn into_vec(self) -> Vec<Problem> {
        self.list
    }
}

impl From<Problem> for Problems {
    fn from(problem: Problem) -> Self {
        let mut problems = Self::new();
        problems.push(problem);
        problems
    }
}

impl IntoIterator for Problems {
    type Item = Problem;
    type IntoIter = std::vec::IntoIter<Problem>;

    fn into_iter(self) -> Self::IntoIter {
        self.list.into_iter()
    }
}

impl<'p> IntoIterator for &'p Problems {
    type Item = &'p Problem;
    type IntoIter = std::slice::Iter<'p, Problem>;

    fn into_iter(self) -> Self::IntoIter {
        self.list.iter()
    }
}

impl fmt::Display for Problems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, problem) in self.list.iter().enumerate() {
            let separator = if index == 0 { "" } else { "\n" };
            write!(f, "{separator}{problem}")?;
        }
        match self.dropped() {
            0 => Ok(()),
            more => write!(f, "\nand {more} more"),
        }
    }
}

impl std::error::Error for Problems {}

fn problem_of(
    severity: Severity,
    node: NodeRef<'_>,
    rule: &'static str,
    message: String,
) -> Problem {
    let mut problem = Problem::at(severity, node.position(), rule, message);
    problem.length = node.qname().len() + 1;
    problem.element = node.owner_id().map(|id| clip(id, MAX_PROBLEM_ID_BYTES).to_owned());
    problem
}

/// A problem of a node that can still be made more precise; added when it goes out of scope.
#[derive(Debug)]
pub struct Draft<'p, 'a> {
    problems: &'p mut Problems,
    node: NodeRef<'a>,
    problem: Option<Problem>,
}

impl Draft<'_, '_> {
    /// What to do about it.
    pub fn hint(self, hint: impl Into<String>) -> Self {
        self.change(|problem| problem.hint = Some(hint.into()))
    }

    /// Points at the value of an attribute of the node; at the node if it has no such attribute.
    pub fn at_attr(self, name: &str) -> Self {
        let node = self.node;
        let Some(span) = node.attr_span(name) else { return self };
        self.move_to(node.attr_position(name), span.len())
    }

    /// Points at the text of the node; at the node if it has none.
    pub fn at_text(self) -> Self {
        let node = self.node;
        let Some(span) = node.text_span() else { return self };
        self.move_to(node.text_position(), span.len())
    }

    /// Points anywhere, for example into an expression.
    pub fn move_to(self, position: Position, length: usize) -> Self {
        self.change(|problem| {
            (problem.line, problem.column) = (position.line, position.column);
            (problem.offset, problem.length) = (position.offset, length);
        })
    }

    fn change(mut self, change: impl FnOnce(&mut Problem)) -> Self {
        if let Some(problem) = &mut self.problem {
            change(problem);
        }
        self
    }
}

impl Drop for Draft<'_, '_> {
    fn drop(&mut self) {
        if let Some(problem) = self.problem.take() {
            self.problems.push(problem);
        }
    }
}
