//! Names in requests: job types, workers, messages, correlation keys and the like.
//!
//! Not here: names of variables (`raw_variables`).

use crate::problem::Problem;
use engine::limits::NAME_CHARACTERS_MAX;
use std::sync::Arc;

/// A name that may be empty.
pub(crate) fn name(field: &str, text: &str) -> Result<Arc<str>, Problem> {
    // Bytes are counted first: as many characters as bytes at most.
    if text.len() > NAME_CHARACTERS_MAX && text.chars().count() > NAME_CHARACTERS_MAX {
        return Err(Problem::invalid(format!(
            "Expected `{field}` to have at most {NAME_CHARACTERS_MAX} characters, but found {}.",
            text.chars().count()
        )));
    }
    Ok(text.into())
}

/// A name that must not be empty.
pub(crate) fn some_name(field: &str, text: &str) -> Result<Arc<str>, Problem> {
    if text.is_empty() {
        return Err(Problem::invalid(format!("Expected `{field}` to be a name, but it is empty.")));
    }
    name(field, text)
}

/// A name that may be absent; an empty one is absent too.
pub(crate) fn no_name_or(field: &str, text: Option<&str>) -> Result<Option<Arc<str>>, Problem> {
    text.filter(|text| !text.is_empty()).map(|text| name(field, text)).transpose()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_characters_not_bytes() {
        assert!(name("worker", &"ä".repeat(512)).is_ok());
        let detail = name("worker", &"ä".repeat(513)).unwrap_err().detail;
        assert!(detail.contains("`worker`") && detail.contains("found 513"), "{detail}");
    }

    #[test]
    fn tells_empty_from_absent_only_where_it_matters() {
        assert!(some_name("name", "").is_err());
        assert_eq!(&*name("worker", "").unwrap(), "");
        assert_eq!(no_name_or("messageId", Some("")).unwrap(), None);
        assert_eq!(no_name_or("messageId", Some("a")).unwrap().as_deref(), Some("a"));
    }
}
