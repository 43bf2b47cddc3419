//! Logs of a running server: text on standard error, as much as `SEGUE_LOG` says.
//!
//! Not the results of verbs (`terminal`). Variables are never logged.

use std::io::IsTerminal;

use tracing_subscriber::EnvFilter;

use crate::failure::Failure;

/// The variable that says how much is logged.
const VARIABLE: &str = "SEGUE_LOG";

/// Starts logging; `default` applies when the environment says nothing.
pub(crate) fn start(default: &str) -> Result<(), Failure> {
    let wanted = std::env::var(VARIABLE).unwrap_or_default();
    let wanted = if wanted.is_empty() { default } else { &wanted };
    let filter = EnvFilter::builder().parse(wanted).map_err(|error| {
        Failure::usage(format!(
            "Expected {VARIABLE} to be like `info` or `runtime=debug,info`, but found `{wanted}` \
             ({error})."
        ))
    })?;
    let subscriber = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal());
    subscriber.try_init().map_err(Failure::work)
}
