//! Forms: JSON files with an id, kept as they are.
//!
//! Not here: what their fields mean; that is for whoever shows them.

use super::{Part, problem_at};
use engine::resources::ResourceKind;
use model::Problem;
use serde_json::Value;

/// Reads what is needed to find a form again.
pub(super) fn read(content: &[u8]) -> Result<Part, Vec<Problem>> {
    let form: Value = serde_json::from_slice(content).map_err(|error| {
        let place = |at: usize| u32::try_from(at).unwrap_or(u32::MAX).max(1);
        let at = (place(error.line()), place(error.column()));
        vec![problem_at("form-json", at, format!("Expected a form as JSON, but found: {error}."))]
    })?;
    let text = |name: &str| form.get(name).and_then(Value::as_str).unwrap_or_default().trim();
    if text("id").is_empty() {
        let found = form.get("id").map_or("none".to_owned(), Value::to_string);
        let message = format!("Expected a form with an `id` as text, but found {found}.");
        let mut problem = problem_at("form-id", (1, 1), message);
        problem.hint = Some("Set \"Form ID\" in the form editor.".to_owned());
        return Err(vec![problem]);
    }
    Ok(Part {
        kind: ResourceKind::Form,
        id: text("id").into(),
        name: text("name").into(),
        version_tag: text("versionTag").into(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_is_found_by_its_id() {
        let form = read(br#"{"id": "review", "versionTag": "v2", "components": []}"#).unwrap();
        assert_eq!((&*form.id, &*form.version_tag), ("review", "v2"));
        assert_eq!(form.kind, ResourceKind::Form);
    }

    #[test]
    fn what_is_no_form_is_a_problem_with_its_place() {
        let table: [(&str, &str, u32); 4] = [
            ("{\n  \"id\" \"a\"}", "JSON", 2),
            ("{}", "but found none", 1),
            (r#"{"id": 7}"#, "but found 7", 1),
            ("[1]", "but found none", 1),
        ];
        for (text, part, line) in table {
            let problem = &read(text.as_bytes()).unwrap_err()[0];
            assert!(problem.message.contains(part), "{text}: {}", problem.message);
            assert_eq!(problem.line, line, "{text}");
        }
    }
}
