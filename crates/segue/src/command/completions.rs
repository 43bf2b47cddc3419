//! `segue completions`: what a shell needs to complete the command line.
//!
//! Not their installation; every shell has its own place for them.

use clap::CommandFactory;
use clap_complete::Shell;

use crate::arguments::Arguments;
use crate::failure::Outcome;
use crate::terminal;

/// Prints completions for a shell
///
/// For example: segue completions bash > ~/.local/share/bash-completion/completions/segue
#[derive(Debug, clap::Args)]
pub(crate) struct Completions {
    /// The shell
    shell: Shell,
}

impl Completions {
    /// Prints the script.
    pub(crate) fn run(&self) -> Outcome {
        let mut script = Vec::new();
        clap_complete::generate(self.shell, &mut Arguments::command(), "segue", &mut script);
        terminal::raw(&String::from_utf8_lossy(&script));
        Ok(())
    }
}
