//! The built-in functions: one table of names, parameters and code.
//! It does not decide which names are variables; the compiler asks here and decides.

mod boolean;
mod context;
mod conversion;
mod distinct;
mod encoding;
mod list;
mod numeric;
mod pattern;
mod property;
mod range;
mod sort;
mod statistics;
mod string;
mod temporal;

pub(crate) use pattern::Patterns;
pub(crate) use property::property;

use crate::error::Stop;
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
    Failure(Stop),
}

impl From<Stop> for Refusal {
    fn from(failure: Stop) -> Refusal {
        Refusal::Failure(failure)
    }
}

pub(crate) type Answer = Result<Value, Refusal>;

pub(crate) struct Builtin {
    pub(crate) name: &'static str,
    pub(crate) parameters: &'static [&'static str],
    /// Whether the last parameter takes any number of arguments.
    pub(crate) variadic: bool,
    /// Whether a call with constants may be replaced by its result.
    pub(crate) pure: bool,
    pub(crate) run: fn(&mut Machine<'_>, &[Value]) -> Answer,
}

const fn function(
    name: &'static str,
    parameters: &'static [&'static str],
    run: fn(&mut Machine<'_>, &[Value]) -> Answer,
) -> Builtin {
    Builtin { name, parameters, variadic: false, pure: true, run }
}

const fn variadic(
    name: &'static str,
    parameters: &'static [&'static str],
    run: fn(&mut Machine<'_>, &[Value]) -> Answer,
) -> Builtin {
    Builtin { name, parameters, variadic: true, pure: true, run }
}

/// Not worth running at compilation, where nothing limits how often.
const fn costly(
    name: &'static str,
    parameters: &'static [&'static str],
    run: fn(&mut Machine<'_>, &[Value]) -> Answer,
) -> Builtin {
    impure(name, parameters, run)
}

/// Depends on more than its arguments, or calls a function it was given.
const fn impure(
    name: &'static str,
    parameters: &'static [&'static str],
    run: fn(&mut Machine<'_>, &[Value]) -> Answer,
) -> Builtin {
    Builtin { name, parameters, variadic: false, pure: false, run }
}

/// Every form of every function. A function's forms stand together, preferred ones first.
pub(crate) static BUILTINS: &[Builtin] = &[
    function("abs", &["number"], numeric::abs),
    function("abs", &["n"], numeric::abs),
    function("after", &["point1", "point2"], range::after),
    function("after", &["point", "range"], range::after),
    function("after", &["range", "point"], range::after),
    function("after", &["range1", "range2"], range::after),
    variadic("all", &["list"], list::all),
    variadic("and", &["list"], list::all),
    variadic("any", &["list"], list::any),
    variadic("append", &["list", "items"], list::append),
    impure("assert", &["value", "condition"], boolean::assert),
    impure("assert", &["value", "condition", "cause"], boolean::assert),
    function("before", &["point1", "point2"], range::before),
    function("before", &["point", "range"], range::before),
    function("before", &["range", "point"], range::before),
    function("before", &["range1", "range2"], range::before),
    function("ceiling", &["n"], numeric::ceiling),
    function("ceiling", &["n", "scale"], numeric::ceiling),
    function("coincides", &["point1", "point2"], range::coincides),
    function("coincides", &["range1", "range2"], range::coincides),
    variadic("concatenate", &["lists"], list::concatenate),
    function("contains", &["string", "match"], string::contains),
    function("context", &["entries"], context::context),
    variadic("context merge", &["contexts"], context::merge),
    function("context put", &["context", "key", "value"], context::put),
    function("context put", &["context", "keys", "value"], context::put),
    function("count", &["list"], list::count),
    function("date", &["from"], conversion::date),
    function("date", &["year", "month", "day"], conversion::date),
    function("date and time", &["from"], conversion::date_and_time),
    function("date and time", &["date", "time"], conversion::date_and_time),
    function("date and time", &["date", "timezone"], conversion::date_and_time),
    function("day of week", &["date"], temporal::day_of_week),
    function("day of year", &["date"], temporal::day_of_year),
    function("decimal", &["n", "scale"], numeric::decimal),
    function("decimal", &["n", "scale", "mode"], numeric::decimal),
    function("distinct values", &["list"], distinct::distinct_values),
    function("duplicate values", &["list"], distinct::duplicate_values),
    function("duration", &["from"], conversion::duration),
    function("during", &["point", "range"], range::during),
    function("during", &["range1", "range2"], range::during),
    function("ends with", &["string", "match"], string::ends_with),
    function("even", &["number"], numeric::even),
    function("exp", &["number"], numeric::exp),
    costly("extract", &["input", "pattern"], pattern::extract),
    function("finished by", &["range", "point"], range::finished_by),
    function("finished by", &["range1", "range2"], range::finished_by),
    function("finishes", &["point", "range"], range::finishes),
    function("finishes", &["range1", "range2"], range::finishes),
    function("flatten", &["list"], list::flatten),
    function("floor", &["n"], numeric::floor),
    function("floor", &["n", "scale"], numeric::floor),
    function("from base64", &["value"], encoding::from_base64),
    function("from json", &["json"], encoding::from_json),
    function("get entries", &["context"], context::get_entries),
    function("get entries", &["m"], context::get_entries),
    function("get or else", &["value", "default"], boolean::get_or_else),
    function("get value", &["m", "key"], context::get_value),
    function("get value", &["context", "key"], context::get_value),
    function("get value", &["context", "keys"], context::get_value),
    function("includes", &["range", "point"], range::includes),
    function("includes", &["range1", "range2"], range::includes),
    function("index of", &["list", "match"], list::index_of),
    function("insert before", &["list", "position", "newItem"], list::insert_before),
    function("is", &["value1", "value2"], boolean::is),
    function("is blank", &["string"], string::is_blank),
    function("is defined", &["value"], boolean::is_defined),
    function("is empty", &["list"], list::is_empty),
    function("last day of month", &["date"], temporal::last_day_of_month),
    function("list contains", &["list", "element"], list::contains),
    function("list replace", &["list", "position", "newItem"], list::replace),
    function("list replace", &["list", "match", "newItem"], list::replace),
    function("log", &["number"], numeric::log),
    function("lower case", &["string"], string::lower_case),
    costly("matches", &["input", "pattern"], pattern::matches),
    costly("matches", &["input", "pattern", "flags"], pattern::matches),
    variadic("max", &["list"], statistics::max),
    variadic("mean", &["list"], statistics::mean),
    variadic("median", &["list"], statistics::median),
    function("meets", &["range1", "range2"], range::meets),
    function("met by", &["range1", "range2"], range::met_by),
    variadic("min", &["list"], statistics::min),
    variadic("mode", &["list"], statistics::mode),
    function("modulo", &["dividend", "divisor"], numeric::modulo),
    function("month of year", &["date"], temporal::month_of_year),
    function("not", &["negand"], boolean::not),
    impure("now", &[], temporal::now),
    function("number", &["from"], conversion::number),
    function("number", &["from", "grouping separator"], conversion::number),
    function("number", &["from", "grouping separator", "decimal separator"], conversion::number),
    function("odd", &["number"], numeric::odd),
    variadic("or", &["list"], list::any),
    function("overlaps", &["range1", "range2"], range::overlaps),
    function("overlaps after", &["range1", "range2"], range::overlaps_after),
    function("overlaps before", &["range1", "range2"], range::overlaps_before),
    function("partition", &["list", "size"], list::partition),
    variadic("product", &["list"], statistics::product),
    function("put", &["context", "key", "value"], context::put),
    variadic("put all", &["contexts"], context::merge),
    impure("random number", &[], numeric::random_number),
    function("range", &["from"], conversion::range),
    function("remove", &["list", "position"], list::remove),
    costly("replace", &["input", "pattern", "replacement"], pattern::replace),
    costly("replace", &["input", "pattern", "replacement", "flags"], pattern::replace),
    function("reverse", &["list"], list::reverse),
    function("round down", &["n", "scale"], numeric::round_down),
    function("round half down", &["n", "scale"], numeric::round_half_down),
    function("round half up", &["n", "scale"], numeric::round_half_up),
    function("round up", &["n", "scale"], numeric::round_up),
    impure("sort", &["list"], sort::sort),
    impure("sort", &["list", "precedes"], sort::sort),
    costly("split", &["string", "delimiter"], pattern::split),
    function("sqrt", &["number"], numeric::sqrt),
    function("started by", &["range", "point"], range::started_by),
    function("started by", &["range1", "range2"], range::started_by),
    function("starts", &["point", "range"], range::starts),
    function("starts", &["range1", "range2"], range::starts),
    function("starts with", &["string", "match"], string::starts_with),
    variadic("stddev", &["list"], statistics::stddev),
    function("string", &["from"], conversion::string),
    function("string join", &["list"], string::join),
    function("string join", &["list", "delimiter"], string::join),
    function("string join", &["list", "delimiter", "prefix", "suffix"], string::join),
    function("string length", &["string"], string::length),
    function("sublist", &["list", "start"], list::sublist),
    function("sublist", &["list", "start position"], list::sublist),
    function("sublist", &["list", "start", "length"], list::sublist),
    function("sublist", &["list", "start position", "length"], list::sublist),
    function("substring", &["string", "start position"], string::substring),
    function("substring", &["string", "start position", "length"], string::substring),
    function("substring after", &["string", "match"], string::after),
    function("substring before", &["string", "match"], string::before),
    variadic("sum", &["list"], statistics::sum),
    function("time", &["from"], conversion::time),
    function("time", &["hour", "minute", "second"], conversion::time),
    function("time", &["hour", "minute", "second", "offset"], conversion::time),
    function("to base64", &["value"], encoding::to_base64),
    function("to json", &["value"], encoding::to_json),
    impure("today", &[], temporal::today),
    function("trim", &["string"], string::trim),
    variadic("union", &["lists"], distinct::union),
    function("upper case", &["string"], string::upper_case),
    impure("uuid", &[], string::uuid),
    function("week of year", &["date"], temporal::week_of_year),
    function("years and months duration", &["from", "to"], conversion::years_and_months_duration),
];

/// The arguments of a function that takes a list or its items.
pub(crate) fn items_of(arguments: &[Value]) -> &[Value] {
    match arguments {
        [Value::List(list)] => list.items(),
        items => items,
    }
}

/// Refuses for a reason that names what was found.
pub(crate) fn because(reason: impl Into<String>) -> Refusal {
    Refusal::Because(reason.into())
}

pub(crate) fn exists(name: &str) -> bool {
    BUILTINS.iter().any(|builtin| builtin.name == name)
}

/// The parameters of every form of a function.
pub(crate) fn forms(name: &str) -> impl Iterator<Item = &'static [&'static str]> {
    BUILTINS.iter().filter(move |builtin| builtin.name == name).map(|builtin| builtin.parameters)
}

/// For each parameter the position of its argument.
pub(crate) type Order = Vec<Option<usize>>;

/// The form of a function that takes such arguments.
pub(crate) fn select(name: &str, count: usize, names: Option<&[Arc<str>]>) -> Option<(u16, Order)> {
    let forms = BUILTINS.iter().enumerate().filter(|(_, builtin)| builtin.name == name);
    let fitting = forms.filter_map(|(at, builtin)| {
        let order = match names {
            None if builtin.variadic => {
                (count >= builtin.parameters.len()).then(|| (0..count).map(Some).collect())
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
    let known = |name: &Arc<str>| parameters.iter().any(|parameter| parameter.as_ref() == &**name);
    if !names.iter().all(known) {
        return None;
    }
    let position = |parameter: &str| names.iter().rposition(|name| &**name == parameter);
    Some(parameters.iter().map(|parameter| position(parameter.as_ref())).collect())
}

/// The function whose name is spelt most alike, if one is nearly the same.
pub(crate) fn nearest(name: &str) -> Option<&'static str> {
    crate::nearest::nearest(name, BUILTINS.iter().map(|builtin| builtin.name))
}
