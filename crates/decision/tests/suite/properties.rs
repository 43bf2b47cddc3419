//! Laws: arithmetic against another decimal library, zones against the calendar's own library,
//! and texts that are read as they were written.

use crate::support::{env, run};
use bigdecimal::num_bigint::BigInt;
use bigdecimal::{BigDecimal, RoundingMode};
use decision::{Budget, DateTime, Mode, Number, Rounding, Value, compile};
use jiff::SignedDuration;
use jiff::tz::TimeZone;
use proptest::prelude::{Strategy, any, prop, prop_oneof, proptest};
use proptest::test_runner::Config;
use std::fmt::Write;
use std::num::NonZeroU64;

/// Digits of a coefficient and an exponent, as both libraries read them.
fn number() -> impl Strategy<Value = String> {
    let digits = prop_oneof![
        any::<i64>().prop_map(i128::from),
        -(10i128.pow(34) - 1)..10i128.pow(34),
        -1000i128..1000
    ];
    (digits, -40i32..40).prop_map(|(digits, exponent)| format!("{digits}e{exponent}"))
}

fn ours(text: &str) -> Number {
    text.parse().expect("a number")
}

fn theirs(text: &str) -> BigDecimal {
    text.parse().expect("a number")
}

/// Rounded as decimal128 is: to 34 digits, ties to even.
fn rounded(exact: &BigDecimal) -> BigDecimal {
    let digits = NonZeroU64::new(34).expect("not zero");
    exact.with_precision_round(digits, RoundingMode::HalfEven)
}

fn same(ours: Option<Number>, exact: &BigDecimal) {
    let ours = ours.expect("far from the largest exponent").to_string();
    assert_eq!(theirs(&ours), rounded(exact), "{exact}");
}

const ROUNDINGS: [(Rounding, RoundingMode); 7] = [
    (Rounding::Up, RoundingMode::Up),
    (Rounding::Down, RoundingMode::Down),
    (Rounding::Ceiling, RoundingMode::Ceiling),
    (Rounding::Floor, RoundingMode::Floor),
    (Rounding::HalfUp, RoundingMode::HalfUp),
    (Rounding::HalfDown, RoundingMode::HalfDown),
    (Rounding::HalfEven, RoundingMode::HalfEven),
];

const ZONES: &[&str] = &[
    "Europe/Berlin",
    "America/New_York",
    "Australia/Lord_Howe",
    "Asia/Kolkata",
    "America/Sao_Paulo",
    "Pacific/Apia",
    "Africa/Casablanca",
    "UTC",
];

/// An expression, as a tree.
#[derive(Debug, Clone)]
enum Tree {
    Leaf(&'static str),
    Binary(&'static str, u8, Box<Tree>, Box<Tree>),
    If(Box<[Tree; 3]>),
}

fn tree() -> impl Strategy<Value = Tree> {
    let leaf =
        prop::sample::select(&["1", "2.5", "x", "y", "true", "null", "\"a\"", "f(x)", "l[1]"][..]);
    leaf.prop_map(Tree::Leaf).prop_recursive(6, 40, 3, |inner| {
        let operators: &[(&str, u8)] = &[
            ("or", 1),
            ("and", 2),
            ("=", 3),
            ("<", 3),
            ("+", 4),
            ("-", 4),
            ("*", 5),
            ("/", 5),
            ("**", 6),
        ];
        let binary = (prop::sample::select(operators), inner.clone(), inner.clone());
        prop_oneof![
            6 => binary.prop_map(|((operator, binds), left, right)| {
                Tree::Binary(operator, binds, Box::new(left), Box::new(right))
            }),
            1 => [inner.clone(), inner.clone(), inner]
                .prop_map(|parts| Tree::If(Box::new(parts))),
        ]
    })
}

impl Tree {
    fn binds(&self) -> u8 {
        match self {
            Tree::Leaf(_) => 9,
            Tree::Binary(_, binds, ..) => *binds,
            Tree::If(_) => 0,
        }
    }

    /// With all brackets there can be, or with those that precedence needs.
    fn write(&self, all: bool, out: &mut String) {
        let bracket = |tree: &Tree, needed: bool, out: &mut String| {
            let wrap = needed || all;
            out.push_str(if wrap { "(" } else { "" });
            tree.write(all, out);
            out.push_str(if wrap { ")" } else { "" });
        };
        match self {
            Tree::Leaf(text) => out.push_str(text),
            Tree::Binary(operator, binds, left, right) => {
                // Comparisons in a row are read from left to right, which nobody should rely on.
                let left_needs = left.binds() < *binds || (*binds == 3 && left.binds() == 3);
                bracket(left, left_needs, out);
                write!(out, " {operator} ").expect("a string takes any text");
                bracket(right, right.binds() <= *binds, out);
            }
            Tree::If(parts) => {
                for (word, part) in ["if ", " then ", " else "].iter().zip(parts.iter()) {
                    out.push_str(word);
                    bracket(part, false, out);
                }
            }
        }
    }
}

/// Values that FEEL has literals for; JSON is one for most.
fn value() -> impl Strategy<Value = Value> {
    let plain = prop_oneof![
        1 => prop::bool::ANY.prop_map(Value::from),
        3 => number().prop_map(|text| Value::Number(ours(&text))),
        3 => "\\PC{0,12}".prop_map(Value::from),
        1 => "[\"\\\\\n\t/éA-Z\u{1F600}]{0,6}".prop_map(Value::from),
    ];
    plain.prop_recursive(4, 30, 4, |inner| {
        let entries = prop::collection::vec(("[a-z ]{1,6}", inner.clone()), 0..4);
        prop_oneof![
            prop::collection::vec(inner, 0..4).prop_map(Value::list),
            entries.prop_map(|entries| {
                Value::context(
                    entries.into_iter().map(|(key, value)| (key.into(), value)).collect(),
                )
            }),
        ]
    })
}

fn config() -> Config {
    Config { cases: 400, failure_persistence: None, ..Config::default() }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn arithmetic_is_exact_to_34_digits(a in number(), b in number()) {
        let (x, y) = (ours(&a), ours(&b));
        let (p, q) = (theirs(&a), theirs(&b));
        // Operands of more than 34 digits do not exist.
        assert_eq!(theirs(&x.to_string()), rounded(&p));
        let (p, q) = (rounded(&p), rounded(&q));
        same(x.plus(&y), &(&p + &q));
        same(x.minus(&y), &(&p - &q));
        same(x.times(&y), &(&p * &q));
        match x.divided_by(&y) {
            None => assert_eq!(q, BigDecimal::from(BigInt::from(0))),
            found => same(found, &(&p / &q)),
        }
        assert_eq!(x.cmp(&y), p.cmp(&q));
    }

    #[test]
    fn rounding_is_that_of_its_name(a in number(), scale in -5i32..30) {
        let (x, p) = (ours(&a), rounded(&theirs(&a)));
        for (rounding, mode) in ROUNDINGS {
            let exact = p.with_scale_round(i64::from(scale), mode);
            if let Some(found) = x.rounded(scale, rounding) {
                assert_eq!(theirs(&found.to_string()), rounded(&exact), "{a} {scale} {rounding:?}");
            }
        }
    }

    #[test]
    fn zones_are_those_of_the_calendar(
        seconds in -600_000_000i64..2_000_000_000,
        zone in prop::sample::select(ZONES),
        step in -100_000_000i64..100_000_000,
    ) {
        let zone_of = TimeZone::get(zone).expect("a zone");
        let instant = jiff::Timestamp::from_second(seconds).expect("in range");
        let shown = instant.to_zoned(TimeZone::UTC).datetime();
        let begin = shown.to_zoned(zone_of).expect("in range");
        let sign = if step < 0 { "-" } else { "" };
        let source = format!(
            "@\"{shown}@{zone}\" + duration(\"{sign}PT{}S\")", step.unsigned_abs()
        );
        let found = run(&source, &[("", Value::Null)]).expect("it runs");
        let Value::DateTime(found) = found.value else { panic!("{source}: {:?}", found.value) };
        let DateTime::Zoned(found) = &*found else { panic!("{source}: {found}") };
        let expected = begin.checked_add(SignedDuration::from_secs(step)).expect("in range");
        assert_eq!(found.timestamp(), expected.timestamp(), "{source}");
        assert_eq!(found.datetime(), expected.datetime(), "{source}");
    }

    #[test]
    fn brackets_say_what_precedence_says(tree in tree()) {
        let (mut full, mut bare) = (String::new(), String::new());
        tree.write(true, &mut full);
        tree.write(false, &mut bare);
        let scope = [
            ("x", Value::from(3i64)),
            ("y", Value::from(-2i64)),
            ("l", Value::list(vec![Value::from(4i64)])),
        ];
        let evaluate = |source: &str| {
            let program = compile(source, Mode::Camunda).expect("a valid expression");
            program.evaluate(&scope, &env(), &mut Budget::default()).map(|found| found.value)
        };
        assert_eq!(evaluate(&bare), evaluate(&full), "{bare}\n{full}");
    }

    #[test]
    fn a_value_is_read_as_it_was_written(value in value()) {
        let text = value.to_json();
        for mode in [Mode::Camunda, Mode::Standard] {
            let program = compile(&text, mode).unwrap_or_else(|error| panic!("{text}: {error}"));
            let scope: [(&str, Value); 0] = [];
            let found = program.evaluate(&scope, &env(), &mut Budget::default());
            let found = found.expect("a literal");
            assert_eq!(found.value, value, "{text}");
            assert_eq!(found.value.to_json(), text);
        }
    }
}
