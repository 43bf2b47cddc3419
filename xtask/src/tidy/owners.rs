//! Crates of other people that only certain rooms may name: one room knows SQL, one HTTP.
//!
//! Not here: what comes in below them; see `arrows` for pure crates.

use serde_json::Value;

use super::Finding;
use super::rust_source::RustSource;

/// Rooms whose types are DTOs and may derive a serializer.
const SERIALIZING: &[&str] = &["api", "segue"];

/// Crate, the rooms that may name it, and why. Tests are free. Alphabetical.
const OWNERS: &[(&str, &[&str], &str)] = &[
    ("async-trait", &[], "async functions in traits are part of the language"),
    ("axum", &["api"], "only `api` knows HTTP"),
    ("clap", &["segue"], "only the binary has a command line"),
    ("prost", &["api"], "only `api` knows gRPC"),
    ("reqwest", &["segue"], "only the command line calls a server"),
    ("rusqlite", &["store"], "only `store` knows SQL"),
    ("tonic", &["api"], "only `api` knows gRPC"),
    ("tonic-prost", &["api"], "only `api` knows gRPC"),
    ("tower-http", &["api"], "only `api` knows HTTP"),
    ("utoipa", &["api"], "only `api` knows HTTP"),
];

pub(crate) fn check(metadata: &Value, all: &mut Vec<Finding>) {
    let packages = metadata["packages"].as_array().map_or(&[][..], Vec::as_slice);
    for package in packages.iter().filter(|package| package["source"].is_null()) {
        let from = package["name"].as_str().unwrap_or_default();
        let dependencies = package["dependencies"].as_array().map_or(&[][..], Vec::as_slice);
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

/// Deriving a serializer makes a type part of the wire or the disk: only DTOs do that.
pub(crate) fn check_derives(source: &RustSource, all: &mut Vec<Finding>) {
    let room = source.path.split('/').nth(1).unwrap_or_default();
    if SERIALIZING.contains(&room) {
        return;
    }
    for (at, _) in source.code.match_indices("derive(") {
        let derived = source.code[at..].split(')').next().unwrap_or_default();
        let serializer = ["Serialize", "Deserialize"].into_iter().find(|it| derived.contains(it));
        if let Some(found) = serializer.filter(|_| !source.is_test(at)) {
            all.push(Finding {
                file: source.path.clone(),
                line: source.line_at(at),
                rule: "derived-serializer",
                expected: format!("it only in {}", SERIALIZING.join(", ")),
                found: format!("`{found}`"),
                advice: "write a record by hand, or a DTO at the edge".to_owned(),
            });
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
    fn lets_only_dtos_derive_a_serializer() {
        let derives = |path: &str| {
            let text = "#[derive(Debug, Serialize)]\nstruct Order;\n".to_owned();
            let mut all = Vec::new();
            check_derives(&RustSource::new(path.to_owned(), text), &mut all);
            all.len()
        };
        assert_eq!(derives("crates/api/src/order.rs"), 0);
        assert_eq!(derives("crates/engine/src/order.rs"), 1);
    }

    #[test]
    fn lists_crates_in_alphabetical_order() {
        assert!(OWNERS.is_sorted_by_key(|(name, ..)| *name));
    }
}
