//! Markdown: links lead somewhere, the index is complete, commands exist, the plan is the house.
//!
//! Not here: whether the words are right.

use std::collections::BTreeSet;

use super::Finding;
use crate::COMMANDS;
use crate::workspace::Workspace;

const INDEX: &str = "docs/README.md";

pub(crate) fn check(workspace: &Workspace, all: &mut Vec<Finding>) {
    let paths = workspace.files("md");
    for path in &paths {
        let Some(text) = workspace.read(path) else {
            continue;
        };
        for (line, target) in links(&text) {
            if let Some(found) = broken(workspace, path, &target) {
                let expected = format!("`{target}` to lead somewhere");
                let advice = "mend the link or write the page";
                all.push(finding(path, line, "link", expected, found, advice));
            }
        }
        commands(path, &text, all);
    }
    index(workspace, &paths, all);
    architecture(workspace, all);
    changelog(workspace, all);
}

fn finding(
    file: &str,
    line: usize,
    rule: &'static str,
    expected: String,
    found: String,
    advice: &str,
) -> Finding {
    Finding { file: file.to_owned(), line, rule, expected, found, advice: advice.to_owned() }
}

/// Lines outside fenced code, numbered from 1.
fn prose(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut fenced = false;
    text.lines().enumerate().filter_map(move |(index, line)| {
        if line.trim_start().starts_with("```") {
            fenced = !fenced;
            return None;
        }
        (!fenced).then_some((index + 1, line))
    })
}

/// Targets of inline links, with their lines; spans of code hold none.
fn links(text: &str) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    for (number, line) in prose(text) {
        let plain: String = line.split('`').step_by(2).collect::<Vec<_>>().join("`");
        for part in plain.split("](").skip(1) {
            let target = part.split(')').next().unwrap_or_default().trim();
            found.push((number, target.to_owned()));
        }
    }
    found
}

/// What is wrong with a relative target, seen from a file.
fn broken(workspace: &Workspace, from: &str, target: &str) -> Option<String> {
    if target.contains("://") || target.starts_with("mailto:") {
        return None;
    }
    let (path, anchor) = target.split_once('#').unwrap_or((target, ""));
    let file = if path.is_empty() { from.to_owned() } else { resolve(from, path) };
    if !workspace.root.join(&file).exists() {
        return Some(format!("no `{file}`"));
    }
    if anchor.is_empty() || !file.ends_with(".md") {
        return None;
    }
    let text = workspace.read(&file).unwrap_or_default();
    (!anchors(&text).contains(anchor)).then(|| format!("no heading `#{anchor}` in `{file}`"))
}

/// A path relative to a file, relative to the root.
fn resolve(from: &str, path: &str) -> String {
    let mut parts: Vec<&str> = from.split('/').collect();
    parts.pop();
    for part in path.split('/') {
        match part {
            "." | "" => {}
            ".." => {
                parts.pop();
            }
            _ => parts.push(part),
        }
    }
    parts.join("/")
}

/// Headings as forges turn them into anchors.
fn anchors(text: &str) -> BTreeSet<String> {
    let headings = prose(text).filter(|(_, line)| line.starts_with('#'));
    let slug = |line: &str| {
        let title = line.trim_start_matches('#').trim().to_lowercase();
        let kept = title.chars().filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_'));
        kept.map(|c| if c == ' ' { '-' } else { c }).collect()
    };
    headings.map(|(_, line)| slug(line)).collect()
}

/// `cargo xtask NAME` in a document names a command there is.
fn commands(path: &str, text: &str, all: &mut Vec<Finding>) {
    for (index, line) in text.lines().enumerate() {
        for rest in line.split("cargo xtask ").skip(1) {
            let name: String = rest.chars().take_while(char::is_ascii_lowercase).collect();
            let known = name == "help" || COMMANDS.iter().any(|command| command.name == name);
            if !name.is_empty() && !known {
                let names: Vec<&str> = COMMANDS.iter().map(|command| command.name).collect();
                let expected = format!("one of {}", names.join(", "));
                let found = format!("`cargo xtask {name}`");
                let advice = "name a command there is";
                all.push(finding(path, index + 1, "command", expected, found, advice));
            }
        }
    }
}

/// Every page below docs/ is linked from the index.
fn index(workspace: &Workspace, paths: &[String], all: &mut Vec<Finding>) {
    let text = workspace.read(INDEX).unwrap_or_default();
    let linked: BTreeSet<String> =
        links(&text).into_iter().map(|(_, target)| resolve(INDEX, &target)).collect();
    for path in paths.iter().filter(|path| path.starts_with("docs/") && *path != INDEX) {
        if !linked.contains(path) {
            let expected = format!("a link to `{path}`");
            let advice = "add the page with one sentence on what it answers";
            all.push(finding(INDEX, 1, "index", expected, "none".to_owned(), advice));
        }
    }
}

/// ARCHITECTURE.md names the crates there are, and no others.
fn architecture(workspace: &Workspace, all: &mut Vec<Finding>) {
    let path = "ARCHITECTURE.md";
    let text = workspace.read(path).unwrap_or_default();
    let crates = workspace.crates();
    let mut named = BTreeSet::new();
    for (index, line) in text.lines().enumerate() {
        for rest in line.split("crates/").skip(1) {
            let name: String =
                rest.chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '_').collect();
            if !name.is_empty() && !crates.contains(&name) {
                let expected = format!("a crate `{name}`");
                let found = "no such folder".to_owned();
                let advice = "describe what is built";
                all.push(finding(path, index + 1, "architecture", expected, found, advice));
            }
            named.insert(name);
        }
    }
    for name in crates.iter().filter(|name| !named.contains(*name)) {
        let expected = format!("`crates/{name}` with a sentence");
        let advice = "describe what is built";
        all.push(finding(path, 1, "architecture", expected, "none".to_owned(), advice));
    }
}

/// CHANGELOG.md begins with what is not released yet.
fn changelog(workspace: &Workspace, all: &mut Vec<Finding>) {
    let path = "CHANGELOG.md";
    let text = workspace.read(path).unwrap_or_default();
    let first = text.lines().find(|line| line.starts_with("## ")).unwrap_or("no section");
    if !first.contains("Unreleased") {
        let expected = "`## [Unreleased]` as the first section".to_owned();
        let advice = "add it, with a line on what the user gains";
        all.push(finding(path, 1, "changelog", expected, format!("`{first}`"), advice));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_links_outside_of_code() {
        let text = "a [b](c.md) and [d](e.md#f)\n```\n[x](y)\n```\n`[m](n)` [o](p)\n";
        let found: Vec<(usize, String)> = links(text);
        let expected = [(1, "c.md"), (1, "e.md#f"), (5, "p")];
        assert_eq!(found, expected.map(|(line, target)| (line, target.to_owned())));
    }

    #[test]
    fn resolves_links_from_where_they_stand() {
        assert_eq!(resolve("docs/adr/0001.md", "../limits.md"), "docs/limits.md");
        assert_eq!(resolve("README.md", "./docs/"), "docs");
    }

    #[test]
    fn reports_files_and_headings_that_are_not_there() {
        let workspace = Workspace::find();
        let from = "xtask/src/tidy/mod.rs";
        assert_eq!(broken(&workspace, from, "words.rs"), None);
        assert_eq!(broken(&workspace, from, "https://segue.invalid/x"), None);
        let found = broken(&workspace, from, "gone.md");
        assert_eq!(found, Some("no `xtask/src/tidy/gone.md`".to_owned()));
    }

    #[test]
    fn turns_headings_into_anchors() {
        let found = anchors("# One idea\n## `segue check`: what, why\n```\n# no heading\n```\n");
        assert!(found.contains("one-idea") && found.contains("segue-check-what-why"));
        assert_eq!(found.len(), 2);
    }

    #[test]
    fn reports_commands_there_are_not() {
        let mut all = Vec::new();
        commands("a.md", "run `cargo xtask test`, then\n`cargo xtask polish`", &mut all);
        assert_eq!(all.len(), 1);
        assert_eq!((all[0].line, all[0].found.as_str()), (2, "`cargo xtask polish`"));
    }
}
