//! The law of the printer, over written, random and other people's expressions.
//! It is not a test of the grammar; tables of expressions are.
#![allow(
    clippy::disallowed_methods,
    clippy::print_stderr,
    reason = "tests read corpora and say what they skip"
)]

use super::*;
use crate::names::Vocabulary;
use crate::parser::{parse_expression, parse_unary_tests};
use crate::program::Mode;

#[path = "../../tests/suite/corpus.rs"]
mod corpus;
#[path = "../../tests/suite/generator.rs"]
mod generator;

const MODES: [Mode; 2] = [Mode::Camunda, Mode::Standard];

/// Prints and reads again; whether the text was an expression at all.
fn returns(source: &str, mode: Mode) -> bool {
    let none = Vocabulary::default();
    let Ok(read) = parse_expression(source, mode, &none) else { return false };
    let printed = expression(&read);
    let again = parse_expression(&printed, mode, &none);
    let again = again.unwrap_or_else(|error| panic!("{source}\nas {printed}\n{error}"));
    assert_eq!(again, read, "{source}\nas {printed}");
    true
}

fn returns_as_tests(source: &str, mode: Mode) -> bool {
    let none = Vocabulary::default();
    let Ok(read) = parse_unary_tests(source, mode, &none) else { return false };
    let printed = unary_tests(&read);
    let again = parse_unary_tests(&printed, mode, &none);
    let again = again.unwrap_or_else(|error| panic!("{source}\nas {printed}\n{error}"));
    assert_eq!(again, read, "{source}\nas {printed}");
    true
}

#[test]
fn every_construct_is_read_as_it_is_printed() {
    for source in [
        "a or b and c or d",
        "-a ** -2 - (3 - 4) * 5 / 6",
        "(a = b) != (c < 1)",
        "x between 1 and 2 + 3",
        "x in (< 1, [1..2], (3..4), ]5..6[, not(7), ? > 8)",
        "x in [1, 2]",
        "x instance of list<context<a: number, `b c`: range<date and time>>>",
        "f instance of function<number, string> -> Any",
        "if a then if b then 1 else 2 else for x in 1..3, y in [x] return x + y",
        "some x in l, y in x satisfies every z in y satisfies z",
        "{a: 1, \"b \\\" \\\\ \\n c\": {}, d e: [{}]}.a[1].`b c`.time offset",
        "(f)(1)(g: 2).h(3)",
        "(a.b).c",
        "1.b",
        "[1..x[1]]",
        "[1..(x)[",
        "function(a, b c: number, d: list<string>) a + d",
        "function(a) external {java: 1}",
        "date and time(date(\"2024-01-01\"), time(\"00:00:00\"))",
        "(date) and time(\"00:00:00\")",
        "`function`.`for` + `a-b`",
        "@\"2024-02-29T10:00:00@Europe/Berlin\" + @\"-P1Y2M\" - @\"P1DT2H0.5S\" = @\"no\"",
        "substring(string: s, start position: 1)",
        "1e400 + .5 + 12345678901234567890123456789012345678",
    ] {
        for mode in MODES {
            assert!(returns(source, mode), "{source}");
        }
    }
    for source in ["-", "not(1, < 2)", "1, [2..3], ? = 4", "not(? = 1) and true"] {
        assert!(returns_as_tests(source, Mode::Standard), "{source}");
    }
}

#[test]
fn random_expressions_are_read_as_they_are_printed() {
    for seed in 0..3_000 {
        let source = generator::Generator::new(seed).expression();
        for mode in MODES {
            assert!(returns(&source, mode), "seed {seed}: {source}");
        }
    }
}

#[test]
fn expressions_of_the_corpora_are_read_as_they_are_printed() {
    let (mut read, mut all) = (0, 0);
    for source in corpora() {
        all += 1;
        let expression = MODES.iter().filter(|mode| returns(&source, **mode)).count();
        let tests = MODES.iter().filter(|mode| returns_as_tests(&source, **mode)).count();
        read += usize::from(expression + tests > 0);
    }
    // Without a model's names some expressions of the kit are none.
    assert!(read * 10 >= all * 9, "{read} of {all} expressions of the corpora were read");
}

/// Texts of decisions and cells in the kit, and the expressions of Camunda's own cases.
fn corpora() -> Vec<String> {
    let mut found = std::collections::BTreeSet::new();
    for file in corpus::folder("dmn-tck").iter().flat_map(|it| corpus::files(it, ".dmn")) {
        let model = std::fs::read_to_string(file).expect("readable corpus");
        let document = roxmltree::Document::parse(&model).expect("models are XML");
        let texts = document.descendants().filter(|node| node.tag_name().name() == "text");
        found.extend(texts.filter_map(|node| node.text()).map(str::to_owned));
    }
    if let Some(folder) = corpus::folder("feel-scala-cases") {
        let cases = std::fs::read_to_string(folder.join("cases.jsonl"));
        for line in cases.expect("readable corpus").lines() {
            let case = Value::from_json(line).expect("a case is JSON");
            let source = case.as_context().and_then(|case| case.get("expression")?.as_str());
            found.extend(source.map(str::to_owned));
        }
    }
    found.into_iter().collect()
}
