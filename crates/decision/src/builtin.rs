//! The built-in functions: one table of names, parameters and code.
//! It does not decide which names are variables; the compiler asks here and decides.

mod boolean;
mod property;

pub(crate) use property::property;

use crate::error::Failure;
use crate::evaluate::Machine;
use crate::value::Value;
use std::sync::Arc;

/// Why a function has no result.
pub(crate) enum Refusal {
    /// The types or number of the arguments do not fit.
    Arguments,
    /// The arguments fit, but their values do not.
    Because(String),
    /// The evaluation must stop.
    Failure(Failure),
}

impl From<Failure> for Refusal {
    fn from(failure: Failure) -> Refusal {
        Refusal::Failure(failure)
    }
}

pub(crate) type Answer = Result<Value, Refusal>;

pub(crate) struct Builtin {
    pub(crate) name: &'static str,
    pub(crate) parameters: &'static [&'static str],
    /// Whether the last parameter takes any number of arguments.
    pub(crate) variadic: bool,
    /// Whether equal arguments always give equal results.
    pub(crate) pure: bool,
    pub(crate) run: fn(&mut Machine<'_>, &[Value]) -> Answer,
}

const fn function(
    name: &'static str,
    parameters: &'static [&'static str],
    run: fn(&mut Machine<'_>, &[Value]) -> Answer,
) -> Builtin {
    Builtin {
        name,
        parameters,
        variadic: false,
        pure: true,
        run,
    }
}

/// Every form of every function. A function's forms stand together, preferred ones first.
pub(crate) static BUILTINS: &[Builtin] = &[
    function("get or else", &["value", "default"], boolean::get_or_else),
    function("is defined", &["value"], boolean::is_defined),
    function("not", &["negand"], boolean::not),
];

pub(crate) fn exists(name: &str) -> bool {
    BUILTINS.iter().any(|builtin| builtin.name == name)
}

/// The parameters of every form of a function.
pub(crate) fn forms(name: &str) -> impl Iterator<Item = &'static [&'static str]> {
    BUILTINS
        .iter()
        .filter(move |builtin| builtin.name == name)
        .map(|builtin| builtin.parameters)
}

/// For each parameter the position of its argument.
pub(crate) type Order = Vec<Option<usize>>;

/// The form of a function that takes such arguments.
pub(crate) fn select(name: &str, count: usize, names: Option<&[Arc<str>]>) -> Option<(u16, Order)> {
    let forms = BUILTINS
        .iter()
        .enumerate()
        .filter(|(_, builtin)| builtin.name == name);
    let fitting = forms.filter_map(|(at, builtin)| {
        let order = match names {
            None if builtin.variadic => {
                (count + 1 >= builtin.parameters.len()).then(|| (0..count).map(Some).collect())
            }
            _ => arrange(builtin.parameters, count, names),
        };
        Some((u16::try_from(at).expect("a short table"), order?))
    });
    fitting.min_by_key(|(_, order)| order.len())
}

/// Where the arguments go; `None` when they do not fit the parameters.
pub(crate) fn arrange(
    parameters: &[impl AsRef<str>],
    count: usize,
    names: Option<&[Arc<str>]>,
) -> Option<Order> {
    let Some(names) = names else {
        return (count == parameters.len()).then(|| (0..count).map(Some).collect());
    };
    let known = |name: &Arc<str>| {
        parameters
            .iter()
            .any(|parameter| parameter.as_ref() == &**name)
    };
    if !names.iter().all(known) {
        return None;
    }
    let position = |parameter: &str| names.iter().rposition(|name| &**name == parameter);
    Some(
        parameters
            .iter()
            .map(|parameter| position(parameter.as_ref()))
            .collect(),
    )
}

/// The function whose name is spelt most alike, if one is nearly the same.
pub(crate) fn nearest(name: &str) -> Option<&'static str> {
    let distance = |builtin: &'static Builtin| (edits(name, builtin.name), builtin.name);
    let (edits, nearest) = BUILTINS.iter().map(distance).min()?;
    (edits <= 2 && edits * 3 <= name.len()).then_some(nearest)
}

/// Levenshtein's distance, in bytes.
fn edits(a: &str, b: &str) -> usize {
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.bytes().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, y) in b.bytes().enumerate() {
            let above = row[j + 1];
            row[j + 1] = (diagonal + usize::from(x != y))
                .min(above + 1)
                .min(row[j] + 1);
            diagonal = above;
        }
    }
    row[b.len()]
}
