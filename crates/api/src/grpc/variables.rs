//! Variables in messages: a JSON object as text.
//!
//! Not here: what the values mean.

use super::status::of;
use crate::json_scan::scan;
use crate::problem::Problem;
use crate::raw_variables::{self, RawVariables};
use engine::event::Variables;
use tonic::Status;

/// Reads the text of a field; an empty one has no variables.
pub(super) fn read(text: &str) -> Result<RawVariables, Status> {
    if text.is_empty() {
        return Ok(RawVariables::default());
    }
    scan(text.as_bytes()).map_err(of)?;
    serde_json::from_str(text).map_err(|error| {
        of(Problem::invalid(format!(
            "Expected `variables` to be a JSON object as text, but found this: {error}."
        )))
    })
}

/// Variables as text.
pub(super) fn text(variables: &Variables) -> String {
    let mut out = String::new();
    raw_variables::write(&mut out, variables);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_text_has_no_variables() {
        assert_eq!(read("").unwrap(), RawVariables::default());
        assert_eq!(text(&read(r#"{"a": 1.50}"#).unwrap().0), r#"{"a":1.50}"#);
    }

    #[test]
    fn says_what_was_expected() {
        for wrong in ["[1]", "{", "\"x\"", "{\"a\":\"\\u0000\"}"] {
            let status = read(wrong).unwrap_err();
            assert_eq!(status.code(), tonic::Code::InvalidArgument, "{wrong}");
            assert!(status.message().starts_with("Expected"), "{status}");
        }
    }
}
