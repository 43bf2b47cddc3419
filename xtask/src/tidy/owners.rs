//! Crates of other people that only certain rooms may name: one room knows SQL, one HTTP.
//!
//! Not here: what comes in below them; see `arrows` for pure crates.

use serde_json::Value;

use super::Finding;

/// Crate, the rooms that may name it, and why. Tests are free. Alphabetical.
const OWNERS: &[(&str, &[&str], &str)] = &[
    ("axum", &["api"], "only `api` knows HTTP"),
    ("clap", &["segue"], "only the binary has a command line"),
    (
        "reqwest",
        &["segue"],
        "only the command line calls a server",
    ),
    ("rusqlite", &["store"], "only `store` knows SQL"),
    (
        "serde",
        &["api", "segue"],
        "only DTOs serialize; records write themselves",
    ),
    ("tower-http", &["api"], "only `api` knows HTTP"),
    ("utoipa", &["api"], "only `api` knows HTTP"),
];

pub(crate) fn check(metadata: &Value, all: &mut Vec<Finding>) {
    let packages = metadata["packages"]
        .as_array()
        .map_or(&[][..], Vec::as_slice);
    for package in packages
        .iter()
        .filter(|package| package["source"].is_null())
    {
        let from = package["name"].as_str().unwrap_or_default();
        let dependencies = package["dependencies"]
            .as_array()
            .map_or(&[][..], Vec::as_slice);
        for dependency in dependencies.iter().filter(|it| it["kind"] != "dev") {
            let name = dependency["name"].as_str().unwrap_or_default();
            let Some((_, owners, why)) = OWNERS.iter().find(|(known, ..)| *known == name) else {
                continue;
            };
            if !owners.contains(&from) {
                all.push(Finding {
                    file: format!("crates/{from}/Cargo.toml"),
                    line: 1,
                    rule: "owner",
                    expected: format!("`{name}` only in {} ({why})", owners.join(", ")),
                    found: format!("it in `{from}`"),
                    advice: "hand the finished value down, or move the code to its owner"
                        .to_owned(),
                });
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn found(from: &str, name: &str, kind: &Value) -> Vec<String> {
        let dependency = json!({ "name": name, "kind": kind });
        let package = json!({ "name": from, "source": null, "dependencies": [dependency] });
        let mut all = Vec::new();
        check(&json!({ "packages": [package] }), &mut all);
        all.into_iter().map(|finding| finding.expected).collect()
    }

    #[test]
    fn lets_only_the_owner_name_a_crate() {
        assert_eq!(found("store", "rusqlite", &Value::Null), [""; 0]);
        let expected = ["`rusqlite` only in store (only `store` knows SQL)"];
        assert_eq!(found("runtime", "rusqlite", &Value::Null), expected);
    }

    #[test]
    fn leaves_tests_and_other_crates_alone() {
        assert_eq!(found("segue", "rusqlite", &json!("dev")), [""; 0]);
        assert_eq!(found("runtime", "rustc-hash", &Value::Null), [""; 0]);
    }

    #[test]
    fn lists_crates_in_alphabetical_order() {
        assert!(OWNERS.is_sorted_by_key(|(name, ..)| *name));
    }
}
