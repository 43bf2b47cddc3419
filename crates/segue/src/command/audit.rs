//! `segue audit`: whether the record of who did what is as it was written.
//!
//! Not the check itself; that is `access::verify`, fed by the store.

use std::path::PathBuf;

use access::verify::{Report, Witness};
use clap::Subcommand;
use serde_json::json;

use crate::failure::{Failure, Outcome};
use crate::terminal;

/// Checks the record of who did what
#[derive(Debug, clap::Args)]
pub(crate) struct Audit {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    Verify(Verify),
}

/// Reads the audit chain of a data folder and names what was changed, deleted or cut off
///
/// Works beside a running server. Exit code 0: the chain holds. 1: something was found. What was
/// cut off the very end shows only to somebody who noted an anchor: give it with --witness.
#[derive(Debug, clap::Args)]
struct Verify {
    /// The data folder
    #[arg(long, env = "SEGUE_DATA", default_value = "data", value_name = "DIR")]
    data: PathBuf,
    /// An anchor noted earlier, as NUMBER:ROOT with the root in hexadecimal
    #[arg(long, value_name = "ANCHOR", value_parser = witness)]
    witness: Option<Witness>,
    /// Print the report as JSON
    #[arg(long)]
    json: bool,
}

impl Audit {
    /// Verifies.
    pub(crate) fn run(&self) -> Outcome {
        let Verb::Verify(verify) = &self.verb;
        let wheel = terminal::wheel("reading the audit chain");
        let report = store::sqlite::verify(&verify.data, verify.witness).map_err(Failure::work);
        wheel.finish_and_clear();
        let report = report?;
        let findings: Vec<String> = report.findings.iter().map(ToString::to_string).collect();
        if verify.json {
            terminal::json(&json!({
                "holds": findings.is_empty(),
                "findings": findings,
                "more": report.more,
                "segments": report.segments,
                "commits": report.commits,
                "records": report.records,
                "erased": report.erased,
                "anchors": report.anchors,
            }));
        } else {
            print(&report, &findings);
        }
        if findings.is_empty() { Ok(()) } else { Err(Failure::Answered) }
    }
}

fn print(report: &Report, findings: &[String]) {
    for finding in findings {
        terminal::line(finding);
    }
    if report.more > 0 {
        terminal::line(format_args!("and {} more findings", report.more));
    }
    let verdict = if findings.is_empty() { "the chain holds" } else { "the chain is broken" };
    terminal::line(format_args!(
        "{verdict}: {} records in {} commits of {} segments, {} anchors, {} erased",
        report.records, report.commits, report.segments, report.anchors, report.erased
    ));
}

fn witness(text: &str) -> Result<Witness, String> {
    let wrong = || "Expected an anchor like 12:0f3a.. with 64 hexadecimal digits".to_owned();
    let (n, root) = text.split_once(':').ok_or_else(wrong)?;
    let n = n.parse().map_err(|_| wrong())?;
    if root.len() != 64 || !root.is_ascii() {
        return Err(wrong());
    }
    let mut bytes = [0; 32];
    for (at, byte) in bytes.iter_mut().enumerate() {
        let digits = &root[at * 2..at * 2 + 2];
        *byte = u8::from_str_radix(digits, 16).map_err(|_| wrong())?;
    }
    Ok(Witness { n, root: bytes })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_anchor_is_a_number_and_a_root() {
        let parsed = witness(&format!("12:{}", "0f".repeat(32))).unwrap();
        assert_eq!((parsed.n, parsed.root), (12, [0x0f; 32]));
        assert!(witness("12").is_err());
        assert!(witness(&format!("12:{}", "é".repeat(32))).is_err());
    }
}
