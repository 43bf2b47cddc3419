//! The lines of a transcript: verbs, each with what is expected after it.
//!
//! Not here: what a verb means (`verb`) and what an expectation is compared with (`play`).

use super::line::normal;
use super::verb::Verb;

/// A verb with its place and what is expected after it.
#[derive(Debug)]
pub(super) struct Act<'t> {
    /// The line as written, for messages and rewriting; empty for the deployment.
    pub(super) text: &'t str,
    /// Line, from 1.
    pub(super) number: usize,
    /// The instance it is about, from 1.
    pub(super) instance: Option<usize>,
    pub(super) verb: Verb,
    pub(super) expected: Expected,
    /// Comments and blank lines between this act's lines and the next.
    pub(super) trailing: Vec<&'t str>,
}

/// What is expected after a verb.
#[derive(Debug, Default)]
pub(super) struct Expected {
    /// `>` lines: exactly these, in this order; none: not looked at.
    pub(super) exactly: Option<Vec<String>>,
    /// `~` lines, as written after the sign.
    pub(super) among: Vec<String>,
}

/// Reads a transcript.
pub(super) fn read(transcript: &str) -> Result<Vec<Act<'_>>, String> {
    let mut acts = vec![Act {
        text: "",
        number: 0,
        instance: None,
        verb: Verb::Deploy,
        expected: Expected::default(),
        trailing: Vec::new(),
    }];
    for (at, line) in transcript.lines().enumerate() {
        let number = at + 1;
        let text = line.trim();
        let act = acts.last_mut().expect("the deployment is the first act");
        if let Some(expected) = text.strip_prefix('>') {
            let exactly = act.expected.exactly.get_or_insert_default();
            if !expected.trim().is_empty() {
                exactly.push(normal(expected));
            }
        } else if let Some(expected) = text.strip_prefix('~') {
            act.expected.among.push(normal(expected));
        } else if is_silent(text) {
            act.trailing.push(text);
        } else {
            let (instance, words) = split_instance(text);
            let verb =
                Verb::read(words).map_err(|why| format!("line {number}: `{text}`: {why}"))?;
            let (expected, trailing) = (Expected::default(), Vec::new());
            acts.push(Act { text, number, instance, verb, expected, trailing });
        }
    }
    Ok(acts)
}

fn is_silent(text: &str) -> bool {
    text.is_empty() || text == "#" || text.starts_with("# ")
}

/// `#2 cancel` is about the second instance.
fn split_instance(text: &str) -> (Option<usize>, &str) {
    let split = text.strip_prefix('#').and_then(|rest| rest.split_once(' '));
    let numbered = split.and_then(|(number, words)| Some((number.parse().ok()?, words)));
    numbered.map_or((None, text), |(number, words)| (Some(number), words))
}

/// A text without the indentation all its lines share.
pub(super) fn unindented(text: &str) -> String {
    let lines = || text.lines().filter(|line| !line.trim().is_empty());
    let depth = |line: &str| line.len() - line.trim_start().len();
    // The first line follows a quote in Rust sources and is not indented.
    let shared = lines().skip(1).map(depth).min().unwrap_or_default();
    let cut = |line: &str| line.get(shared.min(depth(line))..).unwrap_or_default().to_owned();
    text.lines().map(cut).collect::<Vec<_>>().join("\n")
}

/// Writes a transcript again with what really happened.
pub(super) fn rewrite(acts: &[Act<'_>], actual: &[Vec<String>]) -> String {
    let mut lines: Vec<String> = Vec::new();
    for (act, happened) in acts.iter().zip(actual) {
        if !act.text.is_empty() {
            lines.push(act.text.to_owned());
        }
        if act.expected.exactly.is_some() {
            lines.extend(happened.iter().map(|line| format!("> {line}")));
        }
        lines.extend(act.expected.among.iter().map(|line| format!("~ {line}")));
        lines.extend(act.trailing.iter().map(|line| (*line).to_owned()));
    }
    lines.join("\n")
}
