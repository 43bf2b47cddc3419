//! The binary `segue`: reads the command line, hands it to one verb, turns its end into an exit
//! code.
//!
//! Not here: what a verb does; each has its file in `command`.

mod arguments;
mod client;
mod command;
mod config;
mod credentials;
mod event_source;
mod failure;
mod http;
#[cfg(test)]
mod http_tests;
mod limits;
mod logging;
mod server;
mod shell;
mod snippet;
#[cfg(feature = "otlp")]
mod telemetry;
mod terminal;

use std::process::ExitCode;

use clap::Parser;

#[cfg(feature = "mimalloc")]
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    keep_pages_small();
    let arguments = arguments::Arguments::parse();
    match arguments.verb.run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            if failure != failure::Failure::Answered {
                terminal::note(format_args!("segue: {failure}"));
            }
            ExitCode::from(failure.exit_code())
        }
    }
}

/// The allocator asks for huge pages; an idle server then holds 13 MiB it never touched, and
/// `segue bench one_task` was no faster with them. A kernel that refuses costs that memory.
fn keep_pages_small() {
    #[cfg(target_os = "linux")]
    let _refused = rustix::thread::disable_transparent_huge_pages(true).is_err();
}
