//! The only door to the terminal: results on standard output, everything else on standard error.
//!
//! Not a log; a running server logs through `tracing`.

use std::io::{IsTerminal, Write};
use std::time::Duration;

use comfy_table::{ContentArrangement, Table, presets};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use serde::Serialize;

/// Prints one line of the result. A reader that went away is no error: there is nobody to tell.
pub(crate) fn line(text: impl std::fmt::Display) {
    let mut out = std::io::stdout().lock();
    drop(writeln!(out, "{text}").and_then(|()| out.flush()));
}

/// Prints text as it is, for output that brings its own line ends.
pub(crate) fn raw(text: &str) {
    let mut out = std::io::stdout().lock();
    drop(out.write_all(text.as_bytes()).and_then(|()| out.flush()));
}

/// Prints a result as JSON: indented for people, in one line for programs.
pub(crate) fn json(value: &impl Serialize) {
    let text = if std::io::stdout().is_terminal() {
        serde_json::to_string_pretty(value)
    } else {
        serde_json::to_string(value)
    };
    line(text.expect("our results have string keys and no failing serializers"));
}

/// Prints a result as one line of JSON, whoever reads it.
pub(crate) fn json_line(value: &impl Serialize) {
    line(serde_json::to_string(value).expect("our results have string keys"));
}

/// Tells the person in front of the terminal something that is not part of the result.
pub(crate) fn note(text: impl std::fmt::Display) {
    let mut out = std::io::stderr().lock();
    drop(writeln!(out, "{text}"));
}

/// Prints a table; as wide as the terminal when there is one.
pub(crate) fn table<const N: usize>(
    header: [&str; N],
    rows: impl IntoIterator<Item = [String; N]>,
) {
    let mut table = Table::new();
    table.load_style(presets::NOTHING).set_content_arrangement(ContentArrangement::Disabled);
    table.set_header(header.map(str::to_uppercase));
    for row in rows {
        table.add_row(row);
    }
    for line_of_table in table.lines() {
        line(line_of_table.trim_end());
    }
}

/// A bar on standard error for work of known length; invisible when nobody watches.
pub(crate) fn progress(length: u64, what: &'static str) -> ProgressBar {
    let bar = ProgressBar::with_draw_target(Some(length), ProgressDrawTarget::stderr());
    let style = ProgressStyle::with_template("{msg} {wide_bar} {pos}/{len} {eta}");
    bar.set_style(style.expect("the template is well-formed"));
    bar.set_message(what);
    bar
}

/// A turning wheel on standard error for work of unknown length; invisible when nobody watches.
pub(crate) fn wheel(what: &'static str) -> ProgressBar {
    let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
    bar.set_message(what);
    bar.enable_steady_tick(Duration::from_millis(120));
    bar
}
