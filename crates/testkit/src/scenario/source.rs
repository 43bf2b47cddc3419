//! Scenarios inside Rust sources: finds the texts of `check(process, transcript)` calls.
//!
//! Not a parser of Rust: it knows string literals, and nothing else of the language.

use super::play;
use crate::coverage::Coverage;
use std::ops::Range;

/// A `check(process, transcript)` in a source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// Line, from 1.
    pub line: usize,
    /// The process.
    pub process: String,
    /// The transcript.
    pub transcript: String,
    /// Where the transcript's literal is, without its quotes.
    span: Range<usize>,
}

/// All calls with two literal texts, in order.
#[must_use]
pub fn scenarios(source: &str) -> Vec<Found> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(next) = source[at..].find("check(") {
        at += next + "check(".len();
        let Some((process, end)) = literal(source, at) else { continue };
        let process = text_of(source, process);
        let comma = source[end..].trim_start();
        let Some(rest) = comma.strip_prefix(',') else { continue };
        let Some((span, end)) = literal(source, source.len() - rest.len()) else { continue };
        let line = source[..at].matches('\n').count() + 1;
        let transcript = text_of(source, span.clone());
        found.push(Found { line, process, transcript, span });
        at = end;
    }
    found
}

/// Plays all scenarios of a source. Returns what they covered.
///
/// # Errors
/// The first that cannot be played, with its line.
pub fn cover(source: &str) -> Result<Coverage, String> {
    let mut coverage = Coverage::default();
    for Found { line, process, transcript, .. } in scenarios(source) {
        let outcome = play(&process, &transcript).map_err(|why| format!("line {line}: {why}"))?;
        coverage.add(&outcome.coverage);
    }
    Ok(coverage)
}

/// The source with every transcript as it really went.
///
/// # Errors
/// The first that cannot be played, with its line.
pub fn updated(source: &str) -> Result<String, String> {
    let mut result = String::with_capacity(source.len());
    let mut copied = 0;
    for Found { line, process, transcript, span } in scenarios(source) {
        let outcome = play(&process, &transcript).map_err(|why| format!("line {line}: {why}"))?;
        if outcome.differences.is_empty() {
            continue;
        }
        let start = source[..span.start].rfind('\n').map_or(0, |at| at + 1);
        let indent = source[start..].len() - source[start..].trim_start().len();
        let pad = " ".repeat(indent + 4);
        result += &source[copied..span.start];
        for text in outcome.actual.trim().lines() {
            result.push('\n');
            if !text.is_empty() {
                result += &pad;
            }
            result += text;
        }
        result.push('\n');
        result += &" ".repeat(indent);
        copied = span.end;
    }
    result += &source[copied..];
    Ok(result)
}

/// The inside of a string literal that begins at or after blanks, and where it ends.
fn literal(source: &str, from: usize) -> Option<(Range<usize>, usize)> {
    let rest = source[from..].trim_start();
    let start = source.len() - rest.len();
    let raw = rest.strip_prefix('r');
    let hashes = raw.map_or(0, |raw| raw.len() - raw.trim_start_matches('#').len());
    let open = start + usize::from(raw.is_some()) + hashes;
    let inside = source[open..].strip_prefix('"')?;
    let begin = open + 1;
    let close = format!("\"{}", "#".repeat(hashes));
    let mut end = 0;
    loop {
        end += inside[end..].find(&close)?;
        let escapes = inside[..end].len() - inside[..end].trim_end_matches('\\').len();
        if raw.is_some() || escapes % 2 == 0 {
            return Some((begin..begin + end, begin + end + close.len()));
        }
        end += 1;
    }
}

/// A literal's text; in one that is not raw, with the few escapes scenarios need.
fn text_of(source: &str, span: Range<usize>) -> String {
    let text = &source[span.clone()];
    let before = source[..span.start - 1].trim_end_matches('#');
    if before.ends_with('r') {
        return text.to_owned();
    }
    text.replace("\\n", "\n").replace("\\\"", "\"")
}
