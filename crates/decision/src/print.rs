//! An expression as text again, with a bracket around every operand that is more than one term.
//! It is not shipped: it is the other half of the law that what is printed is read as it was.

mod tests;

use crate::ast::{
    Arguments, Comparison, Expr, Iteration, Kind, Operator, Parameter, RangeExpr, Step, Test, Type,
    UnaryTests,
};
use crate::lexer::{continues_name, starts_name};
use crate::parser::RESERVED;
use crate::value::Value;
use std::sync::Arc;

/// First words of built-in functions that go on with a keyword: `date and time(...)`.
const BEGINNINGS: &[&str] = &["date", "days", "years"];

/// The text of an expression.
pub(crate) fn expression(expr: &Expr) -> String {
    match &expr.kind {
        Kind::Literal(value) => literal(value),
        Kind::Input => "?".to_owned(),
        Kind::Name(known) => name(known),
        Kind::Or(terms) => joined(terms, " or ", operand),
        Kind::And(terms) => joined(terms, " and ", operand),
        Kind::Compare(comparison, left, right) => {
            format!("{} {} {}", operand(left), sign(*comparison), operand(right))
        }
        Kind::Between(parts) => {
            let [value, low, high] = &**parts;
            format!("{} between {} and {}", operand(value), operand(low), operand(high))
        }
        Kind::In(value, tests) => format!("{} in ({})", operand(value), joined(tests, ", ", test)),
        Kind::InstanceOf(value, of) => format!("{} instance of {}", operand(value), kind(of)),
        Kind::Chain(first, rest) => chain(first, rest),
        Kind::Negate(inner) => format!("-{}", operand(inner)),
        Kind::Postfix(base, steps) => postfix(base, steps),
        Kind::Call(function, given) => format!("{}({})", name(function), arguments(given)),
        Kind::If(parts) => {
            let [condition, met, otherwise] = &**parts;
            let (condition, met) = (expression(condition), expression(met));
            format!("if {condition} then {met} else {}", expression(otherwise))
        }
        Kind::For(over, body) => format!("for {} return {}", iterations(over), expression(body)),
        Kind::Some(over, condition) => {
            format!("some {} satisfies {}", iterations(over), expression(condition))
        }
        Kind::Every(over, condition) => {
            format!("every {} satisfies {}", iterations(over), expression(condition))
        }
        Kind::List(items) => format!("[{}]", joined(items, ", ", expression)),
        Kind::Context(entries) => {
            let entry =
                |(key, value): &(Arc<str>, Expr)| format!("{}: {}", text(key), expression(value));
            format!("{{{}}}", joined(entries, ", ", entry))
        }
        Kind::Range(range) => interval(range),
        Kind::Function(parameters, body) => {
            let body = body.as_deref().map_or_else(|| "external null".to_owned(), expression);
            format!("function({}) {body}", joined(parameters, ", ", parameter))
        }
    }
}

/// The text of the tests of a cell.
pub(crate) fn unary_tests(tests: &UnaryTests) -> String {
    if tests.tests.is_empty() {
        return "-".to_owned();
    }
    let all = joined(&tests.tests, ", ", test);
    if tests.negated { format!("not({all})") } else { all }
}

fn joined<T>(parts: &[T], between: &str, text: impl Fn(&T) -> String) -> String {
    parts.iter().map(text).collect::<Vec<_>>().join(between)
}

/// An expression where only one term may stand.
fn operand(expr: &Expr) -> String {
    let text = expression(expr);
    let one = matches!(
        &expr.kind,
        Kind::Literal(_)
            | Kind::Input
            | Kind::Name(_)
            | Kind::Call(..)
            | Kind::Postfix(..)
            | Kind::List(_)
            | Kind::Context(_)
            | Kind::Range(_)
    );
    if one { text } else { format!("({text})") }
}

fn chain(first: &Expr, rest: &[(Operator, Expr)]) -> String {
    let mut text = operand(first);
    for (operator, right) in rest {
        let operator = match operator {
            Operator::Add => "+",
            Operator::Subtract => "-",
            Operator::Multiply => "*",
            Operator::Divide => "/",
            Operator::Power => "**",
        };
        text.push_str(&format!(" {operator} {}", operand(right)));
    }
    text
}

fn postfix(base: &Expr, steps: &[Step]) -> String {
    // `f(x)` calls by name and `a.b.c` is one path; brackets keep what was apart from the base.
    let bare = !matches!(
        (&base.kind, &steps[0]),
        (Kind::Name(_), Step::Call(_)) | (Kind::Postfix(..) | Kind::Literal(Value::Number(_)), _)
    );
    let mut text = if bare { operand(base) } else { format!("({})", expression(base)) };
    for step in steps {
        text.push_str(&match step {
            Step::Member(member) => format!(".{}", name(member)),
            Step::Filter(filter) => format!("[{}]", expression(filter)),
            Step::Call(given) => format!("({})", arguments(given)),
        });
    }
    text
}

fn arguments(given: &Arguments) -> String {
    match given {
        Arguments::Positional(values) => joined(values, ", ", expression),
        Arguments::Named(named) => joined(named, ", ", |(parameter, value)| {
            format!("{}: {}", name(parameter), expression(value))
        }),
    }
}

fn iterations(over: &[Iteration]) -> String {
    joined(over, ", ", |iteration| {
        let from = format!("{} in {}", name(&iteration.name), operand(&iteration.from));
        match &iteration.to {
            Some(to) => format!("{from} .. {}", operand(to)),
            None => from,
        }
    })
}

fn interval(range: &RangeExpr) -> String {
    let open = if range.start_included { '[' } else { '(' };
    let close = if range.end_included { ']' } else { ')' };
    // A `[` behind the upper end could close the range or filter it.
    let end = match &range.end.kind {
        Kind::Postfix(..) => format!("({})", expression(&range.end)),
        _ => operand(&range.end),
    };
    format!("{open}{} .. {end}{close}", operand(&range.start))
}

fn test(test: &Test) -> String {
    match test {
        Test::Compare(comparison, value) => format!("{} {}", sign(*comparison), operand(value)),
        Test::Value(value) => expression(value),
    }
}

fn parameter(parameter: &Parameter) -> String {
    let known = name(&parameter.name);
    match &parameter.kind {
        Some(of) => format!("{known}: {}", kind(of)),
        None => known,
    }
}

fn kind(of: &Type) -> String {
    match of {
        Type::Any => "Any".to_owned(),
        Type::Named(known) => known.to_string(),
        Type::List(item) => format!("list<{}>", kind(item)),
        Type::Range(end) => format!("range<{}>", kind(end)),
        Type::Context(members) => {
            let member = |(key, of): &(Arc<str>, Type)| format!("{}: {}", name(key), kind(of));
            format!("context<{}>", joined(members, ", ", member))
        }
        Type::Function(parameters, result) => {
            let parameters = joined(parameters, ", ", kind);
            match result {
                Some(result) => format!("function<{parameters}> -> {}", kind(result)),
                None => format!("function<{parameters}>"),
            }
        }
        Type::Allowed(..) | Type::Defined(_) => unreachable!("the parser makes no such type"),
    }
}

fn sign(comparison: Comparison) -> &'static str {
    match comparison {
        Comparison::Equal => "=",
        Comparison::NotEqual => "!=",
        Comparison::Less => "<",
        Comparison::LessOrEqual => "<=",
        Comparison::Greater => ">",
        Comparison::GreaterOrEqual => ">=",
    }
}

/// A name, in back-ticks unless it is a word that means nothing else.
fn name(known: &str) -> String {
    let word = known.starts_with(starts_name) && known.chars().all(continues_name);
    let plain = word && !RESERVED.contains(&known) && !BEGINNINGS.contains(&known);
    if plain { known.to_owned() } else { format!("`{known}`") }
}

fn text(raw: &str) -> String {
    format!("\"{}\"", raw.replace('\\', "\\\\").replace('"', "\\\""))
}

fn literal(value: &Value) -> String {
    match value {
        Value::String(raw) => text(raw),
        Value::Null | Value::Boolean(_) | Value::Number(_) => value.to_string(),
        temporal => format!("@\"{temporal}\""),
    }
}
