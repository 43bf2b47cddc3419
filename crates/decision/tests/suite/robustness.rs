//! Hostile input: nothing panics, nothing runs away, nothing overflows the stack.

use crate::support::{env, run};
use decision::{Budget, Failure, Mode, Value, compile, compile_unary_tests};
use proptest::prelude::{Strategy, prop, proptest};
use proptest::test_runner::Config;
use std::collections::BTreeMap;

const MANY: usize = 30_000;

fn evaluate(source: &str, mut budget: Budget) -> Result<Value, Failure> {
    let program = compile(source, Mode::Camunda).expect("a valid expression");
    Ok(program.evaluate(&BTreeMap::new(), &env(), &mut budget)?.value)
}

fn failure(source: &str) -> Failure {
    evaluate(source, Budget::default()).expect_err("over budget")
}

#[test]
fn deep_nesting_is_an_error_and_not_a_crash() {
    for (open, close) in [
        ("(", ")"),
        ("[", "]"),
        ("-", ""),
        ("{a:", "}"),
        ("if true then ", " else 1"),
        ("for i in [1] return ", ""),
        ("function() ", ""),
        ("abs(", ")"),
        ("x[", "]"),
        ("1 + (", ")"),
        ("not(", ")"),
        ("1 in (", ")"),
        ("]1..", "["),
        ("1 = ", ""),
        ("some x in [1] satisfies ", ""),
        ("x instance of list<", ">"),
        ("1 in ", ""),
        ("1 between 1 and 1 in ", ""),
        ("x[1].y(", ")"),
    ] {
        let count = 65_000 / (open.len() + close.len() + 1);
        let source = open.repeat(count) + "1" + &close.repeat(count);
        let error = compile(&source, Mode::Camunda).expect_err("nested too deeply");
        assert!(error.message.starts_with("Expected"), "{error}");
        assert!(compile_unary_tests(&source, Mode::Camunda).is_err(), "{open}");
    }
    let longer = "(".repeat(100_000);
    let error = compile(&longer, Mode::Camunda).expect_err("too long");
    assert_eq!(error.message, "Expected an expression of at most 64 KiB, but found 100000 bytes");
}

#[test]
fn nesting_within_the_limit_works_in_every_construct() {
    for (open, close) in [
        ("(", ")"),
        ("[", "]"),
        ("{a:", "}"),
        ("if true then ", " else 1"),
        ("for i in [1] return ", ""),
        ("abs(", ")"),
        ("1 + 2 * 3 ** (", ")"),
        ("true and 1 = 1 + 2 * 3 ** (", ")"),
        ("not(1 = ", ")"),
        ("(function(a) a)(", ")"),
        ("get or else(", ", 1)"),
    ] {
        let source = open.repeat(60) + "1" + &close.repeat(60);
        assert!(run(&source, &BTreeMap::new()).is_ok(), "{open}");
    }
}

#[test]
fn long_chains_need_no_stack() {
    for (link, chain) in [
        ("1", "+1"),
        ("1", "*1"),
        ("true", " and true"),
        ("false", " or false"),
        ("x", ".y"),
        ("2", "**1"),
    ] {
        let source = link.to_owned() + &chain.repeat((60_000 - link.len()) / chain.len());
        run(&source, &BTreeMap::new()).unwrap_or_else(|error| panic!("{chain}: {error}"));
    }
    let filters = "x".to_owned() + &"[true]".repeat(10_000);
    let failure = run(&filters, &[("x", Value::list(Vec::new()))]).expect_err("too many filters");
    assert!(failure.contains("400 deep"), "{failure}");
    let list = format!("[{}1]", "1,".repeat(MANY));
    assert_eq!(
        run(&format!("count({list})"), &BTreeMap::new()).unwrap().value.as_i64(),
        Some(30_001)
    );
}

#[test]
fn a_long_source_compiles_quickly_whatever_it_says() {
    fn shared<T: Send + Sync>(_: &T) {}
    let numbered = |item: &dyn Fn(usize) -> String, separator: &str| {
        let mut text = String::new();
        for at in 0.. {
            let next = item(at);
            if text.len() + next.len() + separator.len() > 64_000 {
                return text;
            }
            text.push_str(if at == 0 { "" } else { separator });
            text.push_str(&next);
        }
        unreachable!("the text reaches its length")
    };
    for source in [
        numbered(&|at| format!("x{at}"), "+"),
        format!("[{}]", numbered(&|at| format!("x{at}.y{at}"), ",")),
        format!("{{{}}}", numbered(&|at| format!("k{at}: k{}", at / 2), ",")),
        format!("[{}]", numbered(&|_| "1+1".to_owned(), ",")),
        format!("[{}]", numbered(&|_| "abs(-1)".to_owned(), ",")),
        format!("x[{}]", numbered(&|at| format!("a{at} > 1"), " and ")),
        format!("[{}]", numbered(&|_| "for i in x return partial".to_owned(), ",")),
        format!("[{}]", numbered(&|_| "1 in (1,2)".to_owned(), ",")),
    ] {
        let program = compile(&source, Mode::Camunda).expect("a valid expression");
        shared(&program);
        let _ = run(&source, &BTreeMap::new());
    }
}

#[test]
fn a_loop_without_end_ends_over_budget() {
    let too_long = Failure::ListTooLong { limit: 100_000 };
    assert_eq!(failure("for i in 1..1000000000 return i"), too_long);
    assert_eq!(failure("every i in 1..1000000000 satisfies i > 0"), Failure::Fuel);
    assert_eq!(failure("for i in 1..1000, j in 1..1000, k in 1..1000 return null"), too_long);
    assert_eq!(failure("some i in 1..100000, j in 1..100000 satisfies false"), Failure::Fuel);
}

#[test]
fn recursion_through_any_construct_is_stopped() {
    for body in [
        "f(f)",
        "1 + f(f)",
        "for i in [1] return f(f)",
        "for i in 1..2, j in 1..2 return f(f)",
        "[1][f(f)]",
        "some i in [1] satisfies f(f)",
        "sort([1, 2], function(a, b) f(f))",
        "list replace([1], function(a, b) f(f), 2)",
        "{a: f(f)}.a.b",
        "[f(f)]",
        "if f(f) then 1 else 2",
        "true and f(f)",
        "f(f) = 1 or false",
        "not(f(f))",
        "substring(\"a\", f(f), 1)",
        "f(f) between 1 and 2",
        "1 in (f(f), 2)",
        "1 in [f(f)..2]",
        "string join([f(f)], \"a\", \"b\", \"c\")",
        "(function(g) g)(f(f)) instance of number",
        "-f(f)",
    ] {
        let source = format!("{{f: function(f) {body}, r: f(f)}}.r");
        assert_eq!(failure(&source), Failure::TooDeep { limit: 400 }, "{body}");
    }
}

#[test]
fn a_value_that_grows_ends_over_budget() {
    let doubling =
        "for i in 1..60 return if i = 1 then \"0123456789\" else partial[-1] + partial[-1]";
    assert_eq!(failure(doubling), Failure::Memory);
    let nested = "for i in 1..5000 return if i = 1 then [] else [partial[-1]]";
    assert_eq!(failure(nested), Failure::TooDeep { limit: 128 });
    let nested = "for i in 1..5000 return partial";
    assert_eq!(failure(nested), Failure::TooDeep { limit: 128 });
    let nested = "for i in 1..5000 return if i = 1 then {} else {a: partial[-1]}";
    assert_eq!(failure(nested), Failure::TooDeep { limit: 128 });
    let closures = "for i in 1..5000 return {p: partial, f: function() p}.f";
    assert_eq!(failure(closures), Failure::TooDeep { limit: 128 });
}

#[test]
fn a_result_may_be_built_from_all_results_before_it() {
    let source = "for i in 1..5000 return count(partial)";
    let value = run(source, &BTreeMap::new()).expect("within budget").value;
    assert_eq!(value.as_list().map(<[Value]>::len), Some(5000));
}

#[test]
fn patterns_are_paid_for() {
    let text = "a".repeat(50_000);
    let scope = [("text", Value::from(text))];
    let result = run("matches(text, \"(a*)*(a*)*(a*)*b{900}\")", &scope);
    assert!(result.is_err(), "{result:?}");
    let compiled = run("matches(\"x\", \"((a{900}){900}){900}\")", &scope).expect("a warning");
    assert_eq!(compiled.value, Value::Null);
}

#[test]
fn a_failing_function_leaves_no_locals_behind() {
    let source = "{f: function(a) {b: a, c: b}.c, l: for i in 1..3 return f(i) + f(i * 10)}.l";
    assert_eq!(run(source, &BTreeMap::new()).unwrap().value.to_json(), "[11,22,33]");
}

/// Text that looks enough like FEEL to get past the lexer.
fn feelish() -> impl Strategy<Value = String> {
    const WORDS: &[&str] = &[
        "if ",
        "then ",
        "else ",
        "for ",
        "in ",
        "return ",
        "some ",
        "every ",
        "satisfies ",
        "and ",
        "or ",
        "not(",
        "function(",
        "between ",
        "instance of ",
        "null",
        "true",
        "x",
        "item",
        "?",
        "partial",
        "(",
        ")",
        "[",
        "]",
        "{",
        "}",
        ",",
        ":",
        ".",
        "..",
        "+",
        "-",
        "*",
        "/",
        "**",
        "=",
        "!=",
        "<",
        "<=",
        ">",
        "@",
        "\"a\"",
        "\"",
        "`",
        "1",
        "0.5",
        "1e9",
        "date and time(",
        "years and months duration(",
        "sort(",
        "replace(",
        "substring(",
        "string(",
        "decimal(",
        "@\"P1Y\"",
        "@\"2024-02-29\"",
        "@\"10:00:00@Europe/Berlin\"",
        "-1",
        "//",
        "/*",
        "\\",
        "é",
    ];
    prop::collection::vec(prop::sample::select(WORDS), 0..60).prop_map(|words| words.concat())
}

fn survives(source: &str) {
    let scope = [("x", Value::list(vec![Value::from(1i64), Value::from("a")]))];
    if let Err(error) = compile(source, Mode::Camunda) {
        assert!(source.get(error.span.clone()).is_some(), "{error:?} lies in {source}");
    }
    if let Ok(program) = compile_unary_tests(source, Mode::Standard) {
        let mut budget = Budget { fuel: 20_000, ..Budget::default() };
        let _ = program.test(&Value::from(3i64), &scope, &env(), &mut budget);
    }
    if let Ok(found) = run(source, &scope) {
        let json = found.value.to_json();
        Value::from_json(&json).unwrap_or_else(|error| panic!("{json}: {error}"));
    }
}

proptest! {
    #![proptest_config(Config { cases: 1_500, failure_persistence: None, ..Config::default() })]

    #[test]
    fn any_text_compiles_or_is_refused(source in "\\PC{0,2048}") {
        survives(&source);
    }

    #[test]
    fn anything_like_feel_runs_or_is_refused(source in feelish()) {
        survives(&source);
    }

    #[test]
    fn any_text_is_json_or_is_refused(text in "[\\[\\]{}\",:0-9a-z\\\\ .-]{0,200}") {
        if let Ok(value) = Value::from_json(&text) {
            let again = Value::from_json(&value.to_json()).expect("its own JSON");
            assert_eq!(value, again);
        }
    }

    #[test]
    fn numbers_obey_their_laws(a in -1_000_000i64..1_000_000, b in 1i64..1_000_000, e in 0u32..13) {
        let number = |text: String| text.parse::<decision::Number>().expect("a number");
        let (a, b) = (number(format!("{a}e-{e}")), number(format!("{b}e{e}")));
        let sum = a.plus(&b).expect("small");
        assert_eq!(sum.minus(&b).as_ref(), Some(&a));
        let product = a.times(&b).expect("small");
        assert_eq!(product.divided_by(&b), Some(a.clone()));
        let rest = a.modulo(&b).expect("not by zero");
        assert!(!rest.is_negative() && rest < b);
        assert_eq!(a.to_string().parse(), Ok(a.clone()));
        assert_eq!(a.cmp(&b), a.minus(&b).expect("small").cmp(&decision::Number::ZERO));
    }
}
