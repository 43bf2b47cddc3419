//! Disagreements we know: who is right, and why.
//! Nothing is listed to make a run pass: a reason names the clause or says what both may do.

use crate::{Case, plain};
use decision::Value;
use std::collections::BTreeMap;

/// Who has it as the standard does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Right {
    Segue,
    #[allow(dead_code, reason = "what is listed so is a bug of ours that waits for its repair")]
    Dsntk,
    /// The standard does not say, or leaves it to the implementation.
    Either,
}

/// A kind of disagreement.
struct Known {
    right: Right,
    why: &'static str,
    is: fn(&Case) -> bool,
}

const KIT_SEGUE: &str = "the compatibility kit expects what segue says";
const KIT_DSNTK: &str = "the compatibility kit expects what dsntk says";

/// In the order in which they are tried. Those that ask for answers come before those that ask for
/// the expression only, which hide whatever else is in it.
const KNOWN: &[Known] = &[
    Known {
        right: Right::Segue,
        why: "both refuse it; the reasons are texts of their own",
        is: |case| refused(&case.ours) && refused(&case.theirs),
    },
    Known {
        right: Right::Either,
        why: "a list of more than 100,000 elements is over budget; dsntk goes on for more than ten seconds",
        is: |case| {
            case.ours.as_str().is_some_and(|it| it.starts_with("<Expected a list of at most"))
        },
    },
    Known {
        right: Right::Either,
        why: "COLLECT with COUNT of no rules is 0 or null: DMN 8.2.11 counts outputs, 8.2.10 has null for none",
        is: |case| case.of.ends_with("COUNT") && case.ours.as_i64() == Some(0),
    },
    Known {
        right: Right::Segue,
        why: "a cell that asks about `?` holds when it is true (DMN 7.3.3); dsntk compares its result with \
              the input",
        is: |case| {
            case.of.starts_with("table") && case.source.contains("<text>? ")
                || case.of.starts_with("table") && case.source.contains("(?, ")
        },
    },
    Known {
        right: Right::Either,
        why: "the text of contexts, numbers and durations of zero: blanks, trailing zeros, P0Y or P0M",
        is: |case| {
            squeezed(&case.ours) == squeezed(&case.theirs)
                || case.source.trim().starts_with("string(@")
        },
    },
    Known {
        right: Right::Either,
        why: "now, today and random numbers: segue is given them",
        is: |case| any(case, &["now()", "today()", "random number()"]),
    },
    Known {
        right: Right::Either,
        why: "functions, patterns and operators that only Camunda has, and functions of the test itself",
        is: |case| case.of.ends_with(".scala") && any(case, CAMUNDA),
    },
    Known {
        right: Right::Segue,
        why: "a variable of the cases that is no literal of the standard is absent for dsntk",
        is: |case| case.of.ends_with(".scala") && case.theirs.is_null() && any(case, VARIABLES),
    },
    Known {
        right: Right::Either,
        why: "dsntk has no such syntax: names in back-ticks, `in a..b` of quantifiers, `if` with a bare \
              `instance of`, `between` variables that are absent",
        is: |case| {
            refused(&case.theirs)
                && any(case, &["`", " in 1..", "instance of", "between", "item in x"])
        },
    },
    Known {
        right: Right::Either,
        why: "a unary test by itself is no expression; dsntk's parser takes it for one",
        is: |case| {
            refused(&case.ours)
                && (case.source.starts_with(['<', '?'])
                    || case.source == "not"
                    || case.source == "function")
        },
    },
    Known {
        right: Right::Segue,
        why: "lists, contexts and functions are instances of `list`, `context` and `function` (DMN 10.3.2.9)",
        is: |case| any(case, &["instance of list", "instance of context", "instance of function"]),
    },
    Known {
        right: Right::Segue,
        why: "calculations with fractions of seconds keep them; dsntk drops them from times and dates",
        is: |case| any(case, &["PT0.5S"]),
    },
    Known {
        right: Right::Segue,
        why: "a time of day has no hour 24: dsntk adds beyond it",
        is: |case| case.theirs.to_json().contains("\"<"),
    },
    Known {
        right: Right::Segue,
        why: "`if` without true is its `else` (DMN 10.3.2.15, table 61), whatever else it is",
        is: |case| any(case, &["(if "]),
    },
    Known {
        right: Right::Segue,
        why: "powers below one keep their fraction; dsntk makes 1 of 0.001 (`round down(1000 ** -1, 3)`)",
        is: |case| any(case, &["**", "round up("]),
    },
    Known {
        right: Right::Either,
        why: "positions outside of a list or text: an empty part, or null",
        is: |case| any(case, &["substring(", "sublist(", "insert before("]),
    },
    Known {
        right: Right::Either,
        why: "a null or a single value where a function wants lists: one element, or null",
        is: |case| {
            any(case, &["concatenate(", "union(", "index of(", "flatten(", "context merge("])
        },
    },
    Known {
        right: Right::Segue,
        why: "a single value that is filtered is a list of one (DMN 10.3.2.9.4), and what is neither true nor \
              an index takes nothing",
        is: |case| any(case, &["[item ", "[1][", "[\"not a valid"]),
    },
    Known {
        right: Right::Either,
        why: "iterating over null or a single value: null, nothing, or once",
        is: |case| {
            any(case, &["for x in", "some x in", "every x in", "for item in", "some item in"])
        },
    },
    Known {
        right: Right::Either,
        why: "a time or date with an offset beside one without: no answer, or one as if both were UTC",
        is: |case| any(case, &["@\"10", "@\"23", "@\"00", "@\"2023-06", "@\"2024-02-29T", "time("]),
    },
    Known {
        right: Right::Either,
        why: "the parts of a negative duration: with its sign, or without",
        is: |case| any(case, &[").hours", ").days", ").minutes", ").seconds"]),
    },
    Known {
        right: Right::Either,
        why: "the order of a context's entries: of insertion, or alphabetical",
        is: |case| any(case, &["get entries("]),
    },
    Known {
        right: Right::Either,
        why: "sorting what has no order: null, or as the comparisons went",
        is: |case| any(case, &["sort("]),
    },
    Known {
        right: Right::Segue,
        why: "nulls in a list are left out of `string join` (DMN 10.3.4.4)",
        is: |case| any(case, &["string join("]),
    },
    Known {
        right: Right::Segue,
        why: "false and null is false (DMN 10.3.2.13, table 50), so `between` is false when one side is",
        is: |case| any(case, &[" between "]),
    },
    Known {
        right: Right::Either,
        why: "null beside values it cannot be compared with: null, or not in the range",
        is: |case| any(case, &[" in ((", "append("]),
    },
];

/// What the standard does not have, or not so.
const CAMUNDA: &[&str] = &[
    "and(",
    "any(",
    "assert(",
    "base64(",
    "context merge(",
    "date and time(",
    "decimal(",
    "duplicate values(",
    "extract(",
    "get or else(",
    "get value(",
    "is blank(",
    "is defined(",
    "is empty(",
    "last day of month(",
    "number(",
    "or(",
    "partition(",
    "put(",
    "put all(",
    "string join(",
    "to json(",
    "trim(",
    "[Europe/",
    "a(b(",
    "context:",
    "?",
];
/// Names that the cases give their variables.
const VARIABLES: &[&str] =
    &["x", "a", "b", "list", "context", "xs", "null =", "null !=", "abs(", "max(", "floor(", "f("];

fn refused(value: &Value) -> bool {
    value.as_str().is_some_and(|it| it.starts_with("<refused"))
}

fn any(case: &Case, texts: &[&str]) -> bool {
    texts.iter().any(|text| case.source.contains(text))
}

/// A value's text without blanks, and numbers without zeros behind the point.
fn squeezed(value: &Value) -> String {
    value.to_json().replace(' ', "").replace(".50", ".5").replace("0.000", "0").replace(".00", "")
}

/// Who is right in a case, if that is known.
pub(crate) fn of(case: &Case) -> Option<(Right, &'static str)> {
    if let Some(expected) = &case.expected {
        if plain::same(&case.ours, expected) {
            return Some((Right::Segue, KIT_SEGUE));
        }
        if plain::same(&case.theirs, expected) {
            return Some((Right::Dsntk, KIT_DSNTK));
        }
    }
    KNOWN.iter().find(|known| (known.is)(case)).map(|known| (known.right, known.why))
}

/// Kinds of disagreement that no case showed.
pub(crate) fn unused(seen: &BTreeMap<(Right, &'static str), i32>) -> Vec<&'static str> {
    let absent = |known: &&Known| !seen.contains_key(&(known.right, known.why));
    KNOWN.iter().filter(absent).map(|known| known.why).collect()
}
