//! `segue export`: everything of one kind as lines of JSON or CSV.
//!
//! Not the lines; those are `api::export`'s, for the command line and the server alike.

use std::path::PathBuf;

use api::export::{Export as Lines, Format, Wanted, What};
use store::sqlite::Sqlite;

use super::block_on;
use crate::client::ServerAddress;
use crate::failure::{Failure, Outcome};
use crate::http::{Connection, Request};
use crate::terminal;

/// Lines asked of a server at once.
const LINES_AT_ONCE: u64 = 2_000;

/// Writes everything of one kind to standard output, oldest first
///
/// The first field of a line is its position (audit, events) or key. An export that broke off goes
/// on with --after and the first field of the last line. Memory does not grow with what there is.
#[derive(Debug, clap::Args)]
pub(crate) struct Export {
    /// What to export
    #[arg(long, value_parser = ["audit", "events", "incidents", "instances", "jobs", "variables"])]
    what: String,
    /// An object a line, or comma-separated values
    #[arg(long, default_value = "jsonl", value_parser = ["jsonl", "csv"])]
    format: String,
    /// Only from this time on, like 2026-01-01T00:00:00Z
    #[arg(long, value_name = "TIME")]
    from: Option<jiff::Timestamp>,
    /// Only before this time
    #[arg(long, value_name = "TIME")]
    to: Option<jiff::Timestamp>,
    /// Only of this process id
    #[arg(long, value_name = "PROCESS_ID")]
    definition: Option<String>,
    /// Only what comes after this position or key
    #[arg(long, default_value_t = 0, value_name = "N")]
    after: u64,
    /// The data folder; read beside the server that holds it
    #[arg(long, env = "SEGUE_DATA", default_value = "data", value_name = "DIR")]
    data: PathBuf,
    /// Ask this server instead
    #[arg(long, value_name = "URL")]
    address: Option<String>,
}

impl Export {
    /// Exports.
    pub(crate) fn run(&self) -> Outcome {
        let (lines, reached) = match &self.address {
            None => self.read()?,
            Some(address) => self.ask(&ServerAddress { address: address.clone() })?,
        };
        terminal::note(format_args!("{lines} lines; --after {reached} goes on"));
        Ok(())
    }

    fn read(&self) -> Result<(u64, u64), Failure> {
        let store = Sqlite::open_reader(&self.data).map_err(Failure::work)?;
        let csv = self.format == "csv";
        let mut export = Lines::new(Wanted {
            what: What::of(&self.what).expect("the command line knows the same words"),
            format: if csv { Format::Csv } else { Format::JsonLines },
            after: self.after,
            from_ms: self.from.map(jiff::Timestamp::as_millisecond),
            to_ms: self.to.map(jiff::Timestamp::as_millisecond),
            process_id: self.definition.clone(),
            tenants: vec![0],
            limit: None,
        })
        .map_err(Failure::usage)?;
        while let Some(page) = export.next_page(&store).map_err(Failure::work)? {
            terminal::raw(&page);
        }
        Ok((export.lines(), export.reached()))
    }

    fn ask(&self, server: &ServerAddress) -> Result<(u64, u64), Failure> {
        let mut connection = Connection::to(&server.authority()?);
        connection.authorization = crate::credentials::authorization();
        block_on(async {
            let (mut lines, mut after) = (0, self.after);
            loop {
                let path = self.path(after);
                let answer = connection.send(Request::get(&path)).await.map_err(Failure::work)?;
                let page = String::from_utf8_lossy(answer.body);
                if answer.status != 200 {
                    return Err(Failure::work(page));
                }
                let Some(last) = last_cursor(&page) else { return Ok((lines, after)) };
                terminal::raw(&page);
                lines += page.lines().count() as u64;
                after = last;
            }
        })
    }

    fn path(&self, after: u64) -> String {
        let mut path = format!(
            "/api/v1/export/{}?format={}&after={after}&limit={LINES_AT_ONCE}",
            self.what, self.format
        );
        let times = [("from", self.from), ("to", self.to)];
        for (name, time) in times.into_iter().filter_map(|(name, time)| Some((name, time?))) {
            path.push_str(&format!("&{name}={time}"));
        }
        if let Some(id) = &self.definition {
            let escaped: String = id.bytes().map(|byte| format!("%{byte:02X}")).collect();
            path.push_str(&format!("&processDefinitionId={escaped}"));
        }
        path
    }
}

/// The first field of the last line, which is a number; none: there is no line.
fn last_cursor(page: &str) -> Option<u64> {
    let digits = |line: &str| {
        let line = line.trim_start_matches("{\"position\":").trim_start_matches("{\"key\":");
        let line = line.trim_start_matches('"');
        let end = line.find(|c: char| !c.is_ascii_digit())?;
        line[..end].parse().ok()
    };
    // A text in quotes may go over several lines.
    page.lines().rev().find_map(digits)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_export_goes_on_after_its_last_line() {
        assert_eq!(
            last_cursor("{\"position\":7,\"time\":\"\"}\n{\"position\":9,\"a\":1}\n"),
            Some(9)
        );
        assert_eq!(last_cursor("{\"key\":\"12\",\"instance\":\"1\"}\n"), Some(12));
        assert_eq!(last_cursor("key,name\r\n12,a\r\n13,\"two\r\nlines\"\r\n"), Some(13));
        assert_eq!(last_cursor("key,name\r\n"), None);
        assert_eq!(last_cursor(""), None);
    }
}
