//! Names of files, modules and crates say what is inside.
//!
//! Not here: names of functions and types; readers judge those.

use super::Finding;
use super::rust_source::RustSource;

/// Names that promise nothing and therefore collect everything.
const EMPTY_NAMES: &[&str] =
    &["common", "core", "helper", "helpers", "manager", "misc", "shared", "types", "util", "utils"];

pub(crate) fn check(source: &RustSource, all: &mut Vec<Finding>) {
    for name in source.path.trim_end_matches(".rs").split('/') {
        if EMPTY_NAMES.contains(&name) {
            all.push(finding(source, 1, name));
        }
    }
    for (at, _) in source.code.match_indices("mod ") {
        let rest = &source.code[at + 4..];
        let name = rest.split(|c: char| !c.is_alphanumeric() && c != '_').next();
        let inline = rest.trim_start_matches(|c: char| c.is_alphanumeric() || c == '_');
        let Some(name) = name.filter(|name| EMPTY_NAMES.contains(name)) else {
            continue;
        };
        if inline.trim_start().starts_with('{') {
            all.push(finding(source, source.line_at(at), name));
        }
    }
}

fn finding(source: &RustSource, line: usize, name: &str) -> Finding {
    Finding {
        file: source.path.clone(),
        line,
        rule: "empty-name",
        expected: "a name that says what is inside".to_owned(),
        found: format!("`{name}`"),
        advice: "name it after the one thing it does, or move each part to its only user"
            .to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(path: &str, text: &str) -> usize {
        let mut all = Vec::new();
        check(&RustSource::new(path.to_owned(), text.to_owned()), &mut all);
        all.len()
    }

    #[test]
    fn finds_files_folders_and_inline_modules_that_promise_nothing() {
        assert_eq!(found("crates/engine/src/utils.rs", ""), 1);
        assert_eq!(found("crates/common/src/lib.rs", ""), 1);
        assert_eq!(found("crates/engine/src/life.rs", "mod helpers { }"), 1);
    }

    #[test]
    fn counts_a_declared_module_once_at_its_file() {
        assert_eq!(found("crates/engine/src/lib.rs", "mod utils;"), 0);
        assert_eq!(found("crates/engine/src/token.rs", "mod tests { }"), 0);
    }
}
