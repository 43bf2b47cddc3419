//! JSON in and out: what is read, what is refused, what is passed over. Not FEEL; see tests/suite.

use super::navigate;
use crate::Value;

fn decode(text: &str) -> Value {
    Value::from_json(text).unwrap_or_else(|error| panic!("{text}: {error}"))
}

#[test]
fn decodes_and_encodes_what_it_read() {
    for text in [
        "null",
        "true",
        "-12",
        "1234567890123456789012345678901234",
        "0.1",
        r#""a\"\\\n\u0001é😀""#,
        "[]",
        "{}",
        r#"[1,[2,{"a":[]}],"x"]"#,
        r#"{"b":1,"a":{"c":null}}"#,
    ] {
        assert_eq!(decode(text).to_json(), text);
    }
    assert_eq!(decode(" [ 1 , 2 ] ").to_json(), "[1,2]");
    assert_eq!(decode("1.50").to_json(), "1.5");
    assert_eq!(decode(r#""\ud83d\ude00 \ud83d \u00e9""#).to_json(), "\"😀 \u{fffd} é\"");
    assert_eq!(decode("1e9999").to_json(), "null");
}

#[test]
fn the_last_of_duplicate_keys_wins_in_the_place_of_the_first() {
    assert_eq!(decode(r#"{"a":1,"b":2,"a":3}"#).to_json(), r#"{"a":3,"b":2}"#);
    let many: Vec<String> = (0..40).map(|at| format!("\"k{}\":{at}", at % 20)).collect();
    let context = decode(&format!("{{{}}}", many.join(",")));
    let context = context.as_context().expect("an object");
    assert_eq!(context.entries().len(), 20);
    assert_eq!(context.get("k7").and_then(Value::as_i64), Some(27));
}

#[test]
fn refuses_what_is_not_json_and_says_where() {
    for (text, expected) in [
        ("", "Expected a value, but found the end at byte 0"),
        ("[1,]", "Expected a value, but found ']' at byte 3"),
        ("{a:1}", "Expected a key, but found 'a' at byte 1"),
        ("1 2", "Expected the end of the document, but found '2' at byte 2"),
        ("\"a", "Expected the end of a string, but found the end at byte 2"),
        ("-", "Expected a number, but found '-' at byte 0"),
        ("tru", "Expected true, but found 't' at byte 0"),
    ] {
        let error = Value::from_json(text).expect_err(text);
        assert_eq!(error.to_string(), expected);
    }
}

#[test]
fn refuses_a_hundred_thousand_brackets() {
    let deep = "[".repeat(100_000) + &"]".repeat(100_000);
    let error = Value::from_json(&deep).expect_err("too deep");
    assert_eq!(error.at, 128);
    let allowed = "[".repeat(128) + &"]".repeat(128);
    assert_eq!(decode(&allowed).to_json(), allowed);
}

#[test]
fn walks_into_a_document_without_reading_the_rest() {
    let text = r#"{"x":[{"a":"}"}],"a":{"b\n":0,"b":{"c":7}},"y":nonsense}"#;
    let landing = navigate(text, &["a", "b", "c"]).expect("well-formed enough");
    assert_eq!((landing.text, landing.walked), ("7", 3));
    let landing = navigate(text, &["a", "b", "c", "d"]).expect("well-formed enough");
    assert_eq!((landing.text, landing.walked), ("7", 3));
    let landing = navigate(text, &["a", "missing", "c"]).expect("well-formed enough");
    assert_eq!(landing.walked, 1);
    let landing = navigate(r#"{"a":1,"a":2}"#, &["a"]).expect("well-formed");
    assert_eq!(landing.text, "2");
    let landing = navigate(text, &["a", "b\n"]).expect("well-formed enough");
    assert_eq!(landing.text, "0");
    assert!(navigate("{\"a", &["a"]).is_err());
    assert!(navigate("{\"a\":[1", &["a"]).is_err());
    assert!(navigate("{\"a\\", &["a"]).is_err());
}
