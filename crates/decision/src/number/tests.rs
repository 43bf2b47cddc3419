//! The laws and roundings of numbers. Not the functions on them; see tests/suite.

use super::{Number, Rounding};

fn number(text: &str) -> Number {
    text.parse().unwrap_or_else(|_| panic!("{text} is a number"))
}

#[track_caller]
fn shows(actual: Option<Number>, expected: &str) {
    assert_eq!(actual.map(|n| n.to_string()).as_deref(), Some(expected));
}

#[test]
fn keeps_thirty_four_digits_and_rounds_half_even() {
    shows(Number::ONE.divided_by(&number("3")), "0.3333333333333333333333333333333333");
    shows(number("2").divided_by(&number("3")), "0.6666666666666666666666666666666667");
    let large = number("9999999999999999999999999999999999");
    shows(large.plus(&Number::ONE), "10000000000000000000000000000000000");
    shows(large.plus(&number("0.5")), "10000000000000000000000000000000000");
    shows(large.minus(&number("0.5")), "9999999999999999999999999999999998");
    shows(
        Some(number("12345678901234567890123456789012345")),
        "12345678901234567890123456789012340",
    );
    shows(
        Some(number("12345678901234567890123456789012335")),
        "12345678901234567890123456789012340",
    );
}

#[test]
fn adds_numbers_of_very_different_size() {
    shows(number("1e30").plus(&number("1e-3")), "1000000000000000000000000000000.001");
    let tiny = number("1e-6000");
    shows(Number::ONE.plus(&tiny), "1");
    shows(Number::ONE.minus(&tiny), "1");
    shows(number("1").plus(&number("9.999999999e-10")), "1.0000000009999999999");
}

#[test]
fn one_value_has_one_representation() {
    assert_eq!(number("1.0"), number("1"));
    assert_eq!(number("100e-2"), number("1"));
    assert_eq!(number("1e3"), number("1000"));
    assert_eq!(number("-0"), Number::ZERO);
    assert_eq!(number("-0.000"), Number::ZERO);
    assert_eq!(number("-9223372036854775808"), Number::from(i64::MIN));
    assert_eq!(number("-9223372036854775807").minus(&Number::ONE), Some(Number::from(i64::MIN)));
    assert_eq!(Number::from(i64::MIN).negated(), number("9223372036854775808"));
    assert_eq!(number("9223372036854775808").negated(), Number::from(i64::MIN));
}

#[test]
fn orders_across_the_fast_and_the_slow_path() {
    let ordered = ["-1e40", "-2.5", "-2", "0", "1e-40", "0.1", "1", "1.5", "2", "1e19", "1e40"];
    for (at, left) in ordered.iter().enumerate() {
        for (other, right) in ordered.iter().enumerate() {
            assert_eq!(number(left).cmp(&number(right)), at.cmp(&other), "{left} {right}");
        }
    }
}

#[test]
fn modulo_has_the_sign_of_the_divisor() {
    for (left, right, rest) in [
        ("12", "5", "2"),
        ("-12", "5", "3"),
        ("12", "-5", "-3"),
        ("-12", "-5", "-2"),
        ("10.1", "4.5", "1.1"),
        ("-10.1", "4.5", "3.4"),
        ("10.1", "-4.5", "-3.4"),
        ("-10.1", "-4.5", "-1.1"),
        ("1e40", "7", "4"),
        ("5", "1e40", "5"),
    ] {
        shows(number(left).modulo(&number(right)), rest);
    }
    assert_eq!(Number::ONE.modulo(&Number::ZERO), None);
}

#[test]
fn rounds_as_asked() {
    use Rounding::{Ceiling, Down, Floor, HalfDown, HalfEven, HalfUp, Up};
    for (value, scale, rounding, expected) in [
        ("5.5", 0, Up, "6"),
        ("-5.5", 0, Up, "-6"),
        ("5.5", 0, Down, "5"),
        ("-1.1", 0, Ceiling, "-1"),
        ("-1.1", 0, Floor, "-2"),
        ("-1.126", 2, HalfUp, "-1.13"),
        ("-5.5", 0, HalfDown, "-5"),
        ("2.5", 0, HalfEven, "2"),
        ("1234", -2, HalfUp, "1200"),
        ("0.001", 0, Up, "1"),
        ("1e-50", 0, Up, "1"),
    ] {
        shows(number(value).rounded(scale, rounding), expected);
    }
}

#[test]
fn powers_overflow_into_nothing() {
    shows(number("2").power(&number("10")), "1024");
    shows(number("2").power(&number("-1")), "0.5");
    shows(number("2").power(&number("3.1")), "8.574187700290345");
    assert_eq!(number("10").power(&number("999999999")), None);
}

#[test]
fn writes_very_large_numbers_with_an_exponent() {
    assert_eq!(number("1e400").to_string(), "1E+400");
    assert_eq!(number("-12.5e-400").to_string(), "-1.25E-399");
    assert_eq!(number("1E+400"), number("1e400"));
    assert_eq!(number("0.001").to_string(), "0.001");
    assert!("1.".parse::<Number>().is_err());
    assert!("x".parse::<Number>().is_err());
    assert!("".parse::<Number>().is_err());
    assert!("1e99999".parse::<Number>().is_err());
}
