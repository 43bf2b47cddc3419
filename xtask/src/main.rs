//! The project's automation: `cargo xtask run | test | ci | tidy | clients | journeys | sim |
//! dsntk | fuzz | soak | golden | proto | wasm | dist`.
//!
//! Not here: anything a user of Segue needs; that is the binary `segue`.

#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "the only interface of this program is a terminal"
)]

mod build;
mod checks;
mod child;
mod clients;
mod debian;
mod dsntk;
mod fuzz;
mod proto;
mod simulate;
mod soak;
mod tidy;
mod wasm;
mod web;
mod workspace;

use std::process::ExitCode;

use workspace::Workspace;

/// Why a command did not succeed; decides the exit code.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Failure {
    /// The command line is wrong: exit code 2.
    Usage(String),
    /// The work was done and something in it failed: exit code 1.
    Work(String),
}

/// One word after `cargo xtask`.
struct Command {
    name: &'static str,
    arguments: &'static str,
    summary: &'static str,
    /// Printed by `cargo xtask help NAME`.
    help: &'static str,
    run: fn(&Workspace, &[String]) -> Result<(), Failure>,
}

/// Alphabetical, as printed.
const COMMANDS: &[Command] = &[
    Command {
        name: "ci",
        arguments: "",
        summary: "everything a change must pass: fmt, clippy, tidy, test",
        help: "Runs `cargo fmt --check`, `cargo clippy -D warnings`, `cargo xtask tidy` and then\n\
               `cargo xtask test`, and stops at the first that fails. `.ci/run` calls this.",
        run: checks::ci,
    },
    Command {
        name: "clients",
        arguments: "[python | node | schemathesis]",
        summary: "Camunda 8 clients that other people wrote, against the real binary",
        help: "Installs the packages named in clients/ from PyPI and npm into target/clients,\n\
               starts `segue serve` and runs the tests there; schemathesis calls every operation\n\
               with requests that fit its description or do not. `test` does this after all\n\
               others. Where there is no Python, Node or registry it says so and goes\n\
               on; anything else that fails is a failure.",
        run: clients::clients,
    },
    Command {
        name: "dist",
        arguments: "",
        summary: "build the binary that is shipped; print its path and size",
        help: "Builds `segue` with the profile `dist` (fat LTO, stripped).",
        run: build::dist,
    },
    Command {
        name: "dsntk",
        arguments: "[N]",
        summary: "compare FEEL and DMN with dsntk, another engine",
        help: "Asks both engines the cases of the corpora (SEGUE_CORPORA, else ../shared/corpora) and\n\
               N generated expressions and questions to generated tables (4000), and lists every\n\
               disagreement with who is right and why. One that is not in xtask/dsntk/src/known.rs\n\
               is a failure. `test` does not do it: the other engine alone takes minutes to build.",
        run: dsntk::dsntk,
    },
    Command {
        name: "fuzz",
        arguments: "[--seconds N]",
        summary: "mutated models, expressions, stored bytes, requests: nothing may break",
        help: "Runs the tests of mutated input for N seconds each (60) with a fresh seed, which is\n\
               printed.",
        run: fuzz::fuzz,
    },
    Command {
        name: "golden",
        arguments: "",
        summary: "add what is missing in corpus/golden; never change what is there",
        help: "Records of new events, commands and states, and the data folder of this release.\n\
               Commit what it adds. A golden file that cannot be read any more is a bug, not a\n\
               file to be written anew.",
        run: checks::golden,
    },
    Command {
        name: "journeys",
        arguments: "[--profile NAME]",
        summary: "try the browser workspace in Chromium against the real binary",
        help: "Builds web/ and `segue` (profile ci, or NAME), checks types, runs the unit tests of\n\
               the workspace, then its journeys. Needs Node.js 20; Chromium is installed when\n\
               missing (as root on Debian).",
        run: web::journeys,
    },
    Command {
        name: "proto",
        arguments: "",
        summary: "make the Rust of crates/api/proto/*.proto anew",
        help: "Compiles them with protox, which needs no protoc, and writes the Rust beside them.\n\
               `tidy` finds a file that is older than its source.",
        run: proto::proto,
    },
    Command {
        name: "run",
        arguments: "[ARGUMENT]...",
        summary: "start Segue with the order-to-cash sample on 127.0.0.1:8080",
        help: "Builds the browser workspace (where Node.js is there) and `segue` (release), and runs\n\
               `segue demo --data data --http 127.0.0.1:8080 --authentication local`, which prints\n\
               the demo's users and their passwords. What follows is handed to the binary, for\n\
               example `cargo xtask run --authentication none`: then everybody may do everything.\n\
               Ctrl-C ends it.",
        run: build::run,
    },
    Command {
        name: "sim",
        arguments: "[--seeds N] [--from S] [--minutes M]",
        summary: "simulate N seeds (500), each twice to the same hash",
        help: "Runs the simulator over random processes, several nodes and injected faults.\n\
               A failing seed is printed; `--seeds 1 --from SEED` runs it again.\n\
               With --minutes it goes on with fresh seeds until one fails or the time is over.",
        run: simulate::sim,
    },
    Command {
        name: "soak",
        arguments: "[--minutes M] [--binary PATH]",
        summary: "a server at 60 % of its capacity for 30 minutes: what grows?",
        help: "Measures what the server takes, then loads it with 60 % of that and prints a row\n\
               every 30 seconds: latency, memory, file handles, size of the logs. Builds `segue`\n\
               (release) unless --binary names one.",
        run: soak::soak,
    },
    Command {
        name: "test",
        arguments: "[ARGUMENT]...",
        summary: "run every test of the workspace",
        help: "Checks that a C compiler is there (SQLite is built from source; as root on Debian\n\
               it is installed when missing), then runs `cargo test --workspace --profile ci`.\n\
               What follows is handed to cargo, for example `cargo xtask test -p engine`.\n\
               Without `-p` the journeys of the workspace follow, where Node.js is there.",
        run: checks::test,
    },
    Command {
        name: "tidy",
        arguments: "[--write]",
        summary: "check arrows between crates, files, words, dependencies and documents",
        help: "Each finding is one line: `file:line: rule: expected .., found ..; do ..`.\n\
               Exceptions, each with its reason, are in xtask/src/tidy/exceptions.rs.\n\
               With --write the tables of docs/limits.md are first written from the sources.",
        run: tidy::command,
    },
    Command {
        name: "wasm",
        arguments: "",
        summary: "build FEEL and DMN as a WebAssembly module, and compare it in Node",
        help: "Builds target/wasm/decision.wasm (release; needs `rustup target add\n\
               wasm32-unknown-unknown`) and compares its answers in Node with those of this machine:\n\
               the requests in crates/wasm, and the expressions and models of the corpora where they\n\
               are there. `test` does it where target and Node are there.",
        run: wasm::wasm,
    },
];

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match dispatch(&arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(Failure::Usage(reason)) => {
            eprintln!("xtask: {reason}\n\n{}", overview());
            ExitCode::from(2)
        }
        Err(Failure::Work(reason)) => {
            eprintln!("xtask: {reason}");
            ExitCode::from(1)
        }
    }
}

fn dispatch(arguments: &[String]) -> Result<(), Failure> {
    let Some(name) = arguments.first() else {
        return Err(Failure::Usage("Expected a command, but found none.".to_owned()));
    };
    if matches!(name.as_str(), "help" | "--help" | "-h") {
        let text = match arguments.get(1) {
            Some(of) => details(find(of)?),
            None => overview(),
        };
        println!("{text}");
        return Ok(());
    }
    let command = find(name)?;
    let rest = &arguments[1..];
    if matches!(rest.first().map(String::as_str), Some("--help" | "-h")) {
        println!("{}", details(command));
        return Ok(());
    }
    (command.run)(&Workspace::find(), rest)
}

fn find(name: &str) -> Result<&'static Command, Failure> {
    let found = COMMANDS.iter().find(|command| command.name == name);
    found.ok_or_else(|| {
        Failure::Usage(format!("Expected one of the commands below, but found `{name}`."))
    })
}

fn overview() -> String {
    let mut text = "Usage: cargo xtask COMMAND\n".to_owned();
    for command in COMMANDS {
        let call = format!("{} {}", command.name, command.arguments);
        text.push_str(&format!("\n  {:<30} {}", call.trim_end(), command.summary));
    }
    text.push_str("\n  help [COMMAND]                 what a command does");
    text.push_str("\n\nExit codes: 0 done, 1 something failed, 2 wrong usage.");
    text
}

fn details(command: &Command) -> String {
    let call = format!("cargo xtask {} {}", command.name, command.arguments);
    format!("Usage: {}\n\n{}\n\n{}", call.trim_end(), command.summary, command.help)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(line: &str) -> Vec<String> {
        line.split_whitespace().map(str::to_owned).collect()
    }

    #[test]
    fn names_every_command_in_the_overview() {
        let text = overview();
        for command in COMMANDS {
            assert!(text.contains(command.summary), "{}", command.name);
        }
    }

    #[test]
    fn lists_commands_in_alphabetical_order() {
        assert!(COMMANDS.is_sorted_by_key(|command| command.name));
    }

    #[test]
    fn refuses_a_command_it_does_not_know() {
        let failure = dispatch(&words("frobnicate")).unwrap_err();
        assert!(matches!(failure, Failure::Usage(reason) if reason.contains("`frobnicate`")));
    }

    #[test]
    fn refuses_a_call_without_a_command() {
        assert!(matches!(dispatch(&[]), Err(Failure::Usage(_))));
    }
}
