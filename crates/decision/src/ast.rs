//! The shape of a parsed expression.
//! It is not what runs: `compile` turns it into a flat program and drops it.

use crate::program::Program;
use crate::value::Value;
use std::ops::Range;
use std::sync::Arc;

/// An expression and where it stands. Chains are flat, so that nesting is bounded by the parser's
/// depth and nothing that walks an expression recurses without limit.
#[derive(Debug)]
pub(crate) struct Expr {
    pub(crate) kind: Kind,
    pub(crate) span: Range<usize>,
}

/// Wherever they stand.
#[cfg(test)]
impl PartialEq for Expr {
    fn eq(&self, other: &Expr) -> bool {
        self.kind == other.kind
    }
}

#[derive(Debug)]
#[cfg_attr(test, derive(PartialEq))]
pub(crate) enum Kind {
    Literal(Value),
    /// `?`.
    Input,
    Name(Arc<str>),
    Or(Vec<Expr>),
    And(Vec<Expr>),
    Compare(Comparison, Box<Expr>, Box<Expr>),
    Between(Box<[Expr; 3]>),
    In(Box<Expr>, Vec<Test>),
    InstanceOf(Box<Expr>, Type),
    /// Operators of one precedence, applied from left to right.
    Chain(Box<Expr>, Vec<(Operator, Expr)>),
    Negate(Box<Expr>),
    Postfix(Box<Expr>, Vec<Step>),
    Call(Arc<str>, Arguments),
    If(Box<[Expr; 3]>),
    For(Vec<Iteration>, Box<Expr>),
    Some(Vec<Iteration>, Box<Expr>),
    Every(Vec<Iteration>, Box<Expr>),
    List(Vec<Expr>),
    Context(Vec<(Arc<str>, Expr)>),
    Range(Box<RangeExpr>),
    /// Without a body the function is external, which is never callable here.
    Function(Vec<Parameter>, Option<Box<Expr>>),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Comparison {
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Operator {
    Add,
    Subtract,
    Multiply,
    Divide,
    Power,
}

#[derive(Debug)]
#[cfg_attr(test, derive(PartialEq))]
pub(crate) enum Step {
    Member(Arc<str>),
    Filter(Expr),
    Call(Arguments),
}

#[derive(Debug)]
#[cfg_attr(test, derive(PartialEq))]
pub(crate) enum Arguments {
    Positional(Vec<Expr>),
    Named(Vec<(Arc<str>, Expr)>),
}

/// A declared parameter.
#[derive(Debug, Clone)]
#[cfg_attr(test, derive(PartialEq))]
pub(crate) struct Parameter {
    pub(crate) name: Arc<str>,
    pub(crate) kind: Option<Type>,
}

/// `name in values` or `name in from..to`.
#[derive(Debug)]
#[cfg_attr(test, derive(PartialEq))]
pub(crate) struct Iteration {
    pub(crate) name: Arc<str>,
    pub(crate) from: Expr,
    pub(crate) to: Option<Expr>,
}

#[derive(Debug)]
#[cfg_attr(test, derive(PartialEq))]
pub(crate) struct RangeExpr {
    pub(crate) start: Expr,
    pub(crate) start_included: bool,
    pub(crate) end: Expr,
    pub(crate) end_included: bool,
}

/// What `instance of` asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Type {
    Any,
    Named(Arc<str>),
    List(Box<Type>),
    Range(Box<Type>),
    /// These members at least.
    Context(Vec<(Arc<str>, Type)>),
    /// A function, with the types of its parameters and result where they are declared.
    Function(Vec<Type>, Option<Box<Type>>),
    /// Another type, of which only some values are allowed.
    Allowed(Box<Type>, Arc<Program>),
    /// A type that a model defines.
    Defined(Arc<Type>),
}

/// One unary test.
#[derive(Debug)]
#[cfg_attr(test, derive(PartialEq))]
pub(crate) enum Test {
    /// `< 5`.
    Compare(Comparison, Expr),
    /// A value, a range, or a condition on `?`.
    Value(Expr),
}

/// The whole of a cell: its tests, of which one must hold, or with `not` none.
#[derive(Debug)]
#[cfg_attr(test, derive(PartialEq))]
pub(crate) struct UnaryTests {
    pub(crate) negated: bool,
    /// Empty for `-`, which anything passes.
    pub(crate) tests: Vec<Test>,
}
