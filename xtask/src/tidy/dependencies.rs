//! Other people's crates: their licences, where they come from, which we do without.
//!
//! Not here: who of ours may use which; see `arrows`.

use serde_json::Value;

use super::{Finding, licence};

const CRATES_IO: &str = "registry+https://github.com/rust-lang/crates.io-index";

/// Crates whose licence the expression does not tell, with the reason to take them all the same.
const LICENCE_EXCEPTIONS: &[(&str, &str)] = &[];

/// Crates we do without, and why. Alphabetical.
const BANNED: &[(&str, &str)] = &[
    ("actix-web", "axum is the one HTTP server"),
    ("chrono", "jiff is the one calendar"),
    ("diesel", "only `store` knows SQL, as text"),
    ("failure", "thiserror, one Error per crate"),
    ("native-tls", "rustls, the same on every system"),
    ("openssl-sys", "rustls, the same on every system"),
    ("serde_yaml", "no longer maintained"),
    ("sled", "one storage format: SQLite"),
    ("sqlx", "only `store` knows SQL, as text"),
    ("time", "jiff is the one calendar"),
];

/// Crates of which two versions in one binary would be a fault.
const ONCE: &[(&str, &str)] = &[
    ("axum", "types of two versions do not fit each other"),
    ("jiff", "types of two versions do not fit each other"),
    ("libsqlite3-sys", "two SQLites in one process break each other's file locks"),
    ("rusqlite", "types of two versions do not fit each other"),
    ("tokio", "two executors do not see each other"),
];

pub(crate) fn check(metadata: &Value, all: &mut Vec<Finding>) {
    let packages = metadata["packages"].as_array().map_or(&[][..], Vec::as_slice);
    for package in packages.iter().filter(|package| !package["source"].is_null()) {
        one(package, all);
    }
    for (name, why) in ONCE {
        let versions: Vec<&str> = packages
            .iter()
            .filter(|package| package["name"] == *name)
            .filter_map(|package| package["version"].as_str())
            .collect();
        if versions.len() > 1 {
            let expected = format!("one version of `{name}` ({why})");
            let advice = "align the versions in [workspace.dependencies]";
            all.push(finding("once", expected, versions.join(" and "), advice));
        }
    }
}

fn one(package: &Value, all: &mut Vec<Finding>) {
    let name = package["name"].as_str().unwrap_or_default();
    let source = package["source"].as_str().unwrap_or_default();
    let licence = package["license"].as_str().unwrap_or_default();
    if source != CRATES_IO {
        let expected = format!("`{name}` from crates.io");
        all.push(finding("source", expected, source.to_owned(), "use a published version"));
    }
    let excepted = LICENCE_EXCEPTIONS.iter().any(|(known, _)| *known == name);
    if !licence::is_accepted(licence) && !excepted {
        let expected = format!("`{name}` under one of {}", licence::ACCEPTED.join(", "));
        let advice = "choose another crate, or add a reason to LICENCE_EXCEPTIONS";
        all.push(finding("licence", expected, format!("\"{licence}\""), advice));
    }
    if let Some((_, instead)) = BANNED.iter().find(|(banned, _)| *banned == name) {
        let expected = format!("no `{name}` ({instead})");
        let advice = format!("run `cargo tree --invert {name}` and replace what brings it");
        all.push(finding("banned", expected, "it in Cargo.lock".to_owned(), &advice));
    }
}

fn finding(rule: &'static str, expected: String, found: String, advice: &str) -> Finding {
    let file = "Cargo.lock".to_owned();
    Finding { file, line: 1, rule, expected, found, advice: advice.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn rules(packages: &Value) -> Vec<&'static str> {
        let mut all = Vec::new();
        check(&json!({ "packages": packages }), &mut all);
        all.into_iter().map(|finding| finding.rule).collect()
    }

    fn package(name: &str, version: &str, licence: &str, source: &str) -> Value {
        json!({ "name": name, "version": version, "license": licence, "source": source })
    }

    #[test]
    fn accepts_a_usual_crate_and_leaves_ours_alone() {
        let ours = json!({ "name": "engine", "version": "0.1.0", "source": null });
        assert_eq!(rules(&json!([package("serde", "1.0.0", "MIT", CRATES_IO), ours])), [""; 0]);
    }

    #[test]
    fn finds_foreign_licences_sources_and_banned_crates() {
        let packages = json!([
            package("a", "1.0.0", "GPL-3.0", CRATES_IO),
            package("b", "1.0.0", "MIT", "git+https://segue.invalid/b"),
            package("chrono", "1.0.0", "MIT", CRATES_IO),
        ]);
        assert_eq!(rules(&packages), ["licence", "source", "banned"]);
    }

    #[test]
    fn finds_two_versions_of_what_may_exist_once() {
        let packages = json!([
            package("libsqlite3-sys", "0.30.0", "MIT", CRATES_IO),
            package("libsqlite3-sys", "0.31.0", "MIT", CRATES_IO),
        ]);
        assert_eq!(rules(&packages), ["once"]);
    }

    #[test]
    fn lists_banned_crates_in_alphabetical_order() {
        assert!(BANNED.is_sorted() && ONCE.is_sorted());
    }
}
