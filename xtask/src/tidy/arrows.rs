//! Arrows between our crates point one way, and pure crates stay pure.
//!
//! Not here: what pure code may call; each pure crate's clippy.toml holds that.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::Finding;
use crate::workspace::Workspace;

/// Crate, and which of ours it may depend on. ARCHITECTURE.md draws the same table.
const ARROWS: &[(&str, &[&str])] = &[
    ("access", &[]),
    ("api", &["access", "decision", "engine", "model", "runtime", "store", "work"]),
    ("decision", &["xml"]),
    ("engine", &["decision", "model", "work"]),
    ("model", &["xml"]),
    ("runtime", &["access", "decision", "engine", "model", "store", "work"]),
    (
        "segue",
        &["access", "api", "decision", "engine", "model", "runtime", "store", "testkit", "work"],
    ),
    ("store", &["access", "engine"]),
    ("testkit", &["access", "decision", "engine", "model", "runtime", "store", "work"]),
    ("wasm", &["decision"]),
    ("work", &["decision"]),
    ("xml", &[]),
    ("xtask", &[]),
];

/// Any crate's tests may use it.
const TESTS_ONLY: &str = "testkit";

/// Crates without clock, environment, files, randomness and threads.
const PURE: &[&str] = &["access", "decision", "engine", "model", "work", "xml"];

/// What nothing below a pure crate may be, and why.
const IMPURE: &[(&str, &str)] = &[
    ("async-std", "an executor"),
    ("axum", "HTTP"),
    ("chrono", "a clock"),
    ("crossbeam-channel", "threads"),
    ("fastrand", "randomness"),
    ("getrandom", "randomness"),
    ("hyper", "HTTP"),
    ("libsqlite3-sys", "files"),
    ("mio", "sockets"),
    ("parking_lot", "threads"),
    ("rand", "randomness"),
    ("rand_core", "randomness"),
    ("rayon", "threads"),
    ("reqwest", "HTTP"),
    ("rusqlite", "files"),
    ("smol", "an executor"),
    ("socket2", "sockets"),
    ("tempfile", "files"),
    ("tokio", "an executor"),
    ("tracing-subscriber", "the environment"),
    ("uuid", "randomness"),
];

/// One dependency of one of our crates on another.
struct Arrow<'a> {
    from: &'a str,
    to: &'a str,
    /// A `[dev-dependencies]` entry.
    tests: bool,
}

pub(crate) fn check(workspace: &Workspace, metadata: &Value, all: &mut Vec<Finding>) {
    let packages = array(&metadata["packages"]);
    let ours: Vec<&Value> = packages.iter().filter(|package| package["source"].is_null()).collect();
    let names: BTreeSet<&str> = ours.iter().map(|package| text(&package["name"])).collect();
    for package in &ours {
        let from = text(&package["name"]);
        for dependency in array(&package["dependencies"]) {
            let to = text(&dependency["name"]);
            if !names.contains(to) {
                continue;
            }
            let tests = dependency["kind"] == "dev";
            if let Some((expected, advice)) = complaint(&Arrow { from, to, tests }) {
                all.push(finding(workspace, from, to, expected, format!("`{to}`"), advice));
            }
        }
    }
    for name in names.iter().filter(|name| !ARROWS.iter().any(|(known, _)| known == *name)) {
        let advice = "decide what it may depend on and add it to ARROWS and ARCHITECTURE.md";
        let expected = "a crate with known arrows".to_owned();
        all.push(finding(workspace, name, name, expected, format!("`{name}`"), advice));
    }
    for name in PURE.iter().filter(|name| names.contains(*name)) {
        purity(workspace, metadata, name, all);
    }
}

/// What is wrong with an arrow: what was expected, and what to do.
fn complaint(arrow: &Arrow<'_>) -> Option<(String, &'static str)> {
    let row = ARROWS.iter().find(|(name, _)| *name == arrow.from);
    let (_, allowed) = row?;
    // A crate names itself to switch a feature on for its own tests.
    let tests_may_use = arrow.to == TESTS_ONLY || arrow.to == arrow.from;
    if allowed.contains(&arrow.to) || (arrow.tests && tests_may_use) {
        return None;
    }
    let expected = match allowed.len() {
        0 => format!("`{}` to depend on no crate of ours", arrow.from),
        _ => format!("`{}` to depend only on {}", arrow.from, allowed.join(", ")),
    };
    let advice = match arrow.to {
        TESTS_ONLY => "move it to [dev-dependencies]",
        _ => "turn the arrow round, or hand the thing in from above",
    };
    Some((expected, advice))
}

/// The tree below a pure crate, without what its tests use.
fn purity(workspace: &Workspace, metadata: &Value, name: &str, all: &mut Vec<Finding>) {
    let clippy = format!("crates/{name}/clippy.toml");
    let forbids = workspace.read(&clippy).is_some_and(|text| {
        ["SystemTime::now", "std::env::var", "std::collections::HashMap", "std::thread::spawn"]
            .iter()
            .all(|call| text.contains(call))
    });
    if !forbids {
        all.push(Finding {
            file: clippy,
            line: 1,
            rule: "pure",
            expected: "a list that disallows clock, environment, HashMap and threads".to_owned(),
            found: "none, or an incomplete one".to_owned(),
            advice: "copy the file of crates/engine".to_owned(),
        });
    }
    for (path, why) in impure_paths(metadata, name) {
        let found = format!("`{}` ({why})", path.join(" -> "));
        let direct = path.get(1).map_or(name, String::as_str);
        let expected = format!("`{name}` to be pure");
        let advice = "choose another dependency or switch the feature off";
        all.push(finding(workspace, name, direct, expected, found, advice));
    }
}

/// The shortest way from a crate to each impure one below it.
fn impure_paths(metadata: &Value, name: &str) -> Vec<(Vec<String>, &'static str)> {
    let name_of: BTreeMap<&str, &str> = array(&metadata["packages"])
        .iter()
        .map(|package| (text(&package["id"]), text(&package["name"])))
        .collect();
    let below: BTreeMap<&str, Vec<&str>> = array(&metadata["resolve"]["nodes"])
        .iter()
        .map(|node| (text(&node["id"]), normal_dependencies(node)))
        .collect();
    let is_start = |id: &&str| name_of[id] == name && id.starts_with("path+");
    let Some(start) = name_of.keys().copied().find(is_start) else {
        return Vec::new();
    };
    let mut came_from: BTreeMap<&str, &str> = BTreeMap::from([(start, start)]);
    let mut queue = std::collections::VecDeque::from([start]);
    let mut found = Vec::new();
    while let Some(id) = queue.pop_front() {
        if let Some((_, why)) = IMPURE.iter().find(|(impure, _)| *impure == name_of[id]) {
            found.push((way(&came_from, &name_of, id), *why));
            continue;
        }
        for next in below.get(id).into_iter().flatten() {
            if !came_from.contains_key(next) {
                came_from.insert(next, id);
                queue.push_back(next);
            }
        }
    }
    found
}

fn way(came_from: &BTreeMap<&str, &str>, name_of: &BTreeMap<&str, &str>, to: &str) -> Vec<String> {
    let mut path = vec![name_of[to].to_owned()];
    let mut at = to;
    while came_from[at] != at {
        at = came_from[at];
        path.insert(0, name_of[at].to_owned());
    }
    path
}

fn normal_dependencies(node: &Value) -> Vec<&str> {
    let is_normal = |edge: &&Value| array(&edge["dep_kinds"]).iter().any(|k| k["kind"].is_null());
    array(&node["deps"]).iter().filter(is_normal).map(|edge| text(&edge["pkg"])).collect()
}

fn finding(
    workspace: &Workspace,
    from: &str,
    entry: &str,
    expected: String,
    found: String,
    advice: &str,
) -> Finding {
    let file = if from == "xtask" { "xtask/Cargo.toml".to_owned() } else { manifest(from) };
    let line = workspace.read(&file).and_then(|toml| {
        let is_entry = |line: &str| {
            line.strip_prefix(entry).is_some_and(|rest| rest.starts_with(['.', ' ', '=']))
        };
        toml.lines().position(is_entry)
    });
    Finding {
        file,
        line: line.map_or(1, |index| index + 1),
        rule: "arrow",
        expected,
        found,
        advice: advice.to_owned(),
    }
}

fn manifest(name: &str) -> String {
    format!("crates/{name}/Cargo.toml")
}

fn array(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn allowed(from: &str, to: &str, tests: bool) -> bool {
        complaint(&Arrow { from, to, tests }).is_none()
    }

    #[test]
    fn lets_arrows_point_down_only() {
        assert!(allowed("engine", "model", false));
        assert!(!allowed("model", "engine", false));
        assert!(!allowed("runtime", "api", false));
        assert!(!allowed("testkit", "api", false));
    }

    #[test]
    fn lets_only_tests_and_the_binary_use_the_testkit() {
        assert!(allowed("engine", "testkit", true));
        assert!(!allowed("engine", "testkit", false));
        assert!(allowed("segue", "testkit", false));
        assert!(allowed("store", "store", true));
    }

    #[test]
    fn draws_no_circle() {
        fn depth(name: &str, left: usize) -> usize {
            assert!(left > 0, "a circle through {name}");
            let (_, below) = ARROWS.iter().find(|(known, _)| *known == name).unwrap();
            below.iter().map(|next| depth(next, left - 1) + 1).max().unwrap_or(0)
        }
        for (name, _) in ARROWS {
            depth(name, ARROWS.len());
        }
    }

    /// engine -> jiff -> tokio, and engine's tests -> rand.
    fn sample() -> Value {
        let package = |name: &str, id: &str| json!({ "name": name, "id": id });
        let edge = |id: &str, kind: Value| json!({ "pkg": id, "dep_kinds": [{ "kind": kind }] });
        json!({
            "packages": [
                package("engine", "path+engine"), package("jiff", "j"),
                package("tokio", "t"), package("rand", "r"),
            ],
            "resolve": { "nodes": [
                { "id": "path+engine", "deps": [edge("j", Value::Null), edge("r", json!("dev"))] },
                { "id": "j", "deps": [edge("t", Value::Null)] },
                { "id": "t", "deps": [] },
                { "id": "r", "deps": [] },
            ] },
        })
    }

    #[test]
    fn finds_what_is_impure_anywhere_below_but_not_in_tests() {
        let found = impure_paths(&sample(), "engine");
        let path: Vec<String> = ["engine", "jiff", "tokio"].map(str::to_owned).into();
        assert_eq!(found, [(path, "an executor")]);
    }
}
