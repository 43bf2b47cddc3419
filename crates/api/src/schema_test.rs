//! Compares what is written by hand with how it is described. Only for tests.

use serde_json::Value;
use utoipa::PartialSchema;

/// Asserts that a JSON object has exactly the fields its description promises.
pub(crate) fn assert_described<T: PartialSchema>(json: &str) {
    let schema = serde_json::to_value(T::schema()).unwrap();
    let found: Value = serde_json::from_str(json).unwrap();
    let names = |value: &Value| {
        let mut names: Vec<String> = value.as_object().unwrap().keys().cloned().collect();
        names.sort();
        names
    };
    assert_eq!(names(&found), names(&schema["properties"]));
    let mut required: Vec<&str> =
        schema["required"].as_array().unwrap().iter().filter_map(Value::as_str).collect();
    required.sort_unstable();
    assert_eq!(required, names(&found), "an answer always has all its fields");
}
