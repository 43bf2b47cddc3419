//! The command line: the list of verbs and what they are for.
//!
//! Not here: a verb's own options; those stand beside what the verb does.

use clap::{Parser, Subcommand};

use crate::command;
use crate::failure::Outcome;

const AFTER_HELP: &str = "\
A first walk:
  segue check order.bpmn              all problems of a file, with their places
  segue run order.bpmn --worker charge-card='= {receipt: 7}'
                                      one process to its end, without a server
  segue serve                         a server on http://127.0.0.1:8080, data in ./data
  segue deploy order.bpmn             hand it the process
  segue start order --variables '{\"amount\": 12}'
  segue ps                            what runs

Exit codes: 0 done, 1 the answer is no or it did not work, 2 wrong usage.";

/// Segue carries work from signal to verified closure: it runs BPMN processes and loses nothing.
#[derive(Debug, Parser)]
#[command(name = "segue", version, after_help = AFTER_HELP, max_term_width = 100)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    pub(crate) verb: Verb,
}

/// What Segue can be told to do. In the order a newcomer needs them.
#[derive(Debug, Subcommand)]
pub(crate) enum Verb {
    Check(command::check::Check),
    Run(command::run::Run),
    Serve(command::serve::Serve),
    Demo(command::demo::Demo),
    Decide(command::decide::Decide),
    Deploy(command::deploy::Deploy),
    Solution(command::solution::Solution),
    Start(command::start::Start),
    Ps(command::ps::Ps),
    Show(command::show::Show),
    Events(command::events::Events),
    Jobs(command::jobs::Jobs),
    Message(command::message::Message),
    Signal(command::signal::Signal),
    Incident(command::incident::Incident),
    Instance(command::instance::Instance),
    Batch(command::batch::Batch),
    Suspend(command::suspend::Suspend),
    Resume(command::suspend::Resume),
    Task(command::task::Task),
    Next(command::next::Next),
    Test(command::test::Test),
    Doctor(command::doctor::Doctor),
    Audit(command::audit::Audit),
    Backup(command::backup::Backup),
    Restore(command::restore::Restore),
    Retention(command::retention::Retention),
    Migrate(command::migrate::Migrate),
    Export(command::export::Export),
    Bench(command::bench::Bench),
    Completions(command::completions::Completions),
}

impl Verb {
    /// Does it.
    pub(crate) fn run(self) -> Outcome {
        match self {
            Verb::Check(verb) => verb.run(),
            Verb::Run(verb) => verb.run(),
            Verb::Serve(verb) => verb.run(),
            Verb::Demo(verb) => verb.run(),
            Verb::Decide(verb) => verb.run(),
            Verb::Deploy(verb) => verb.run(),
            Verb::Solution(verb) => verb.run(),
            Verb::Start(verb) => verb.run(),
            Verb::Ps(verb) => verb.run(),
            Verb::Show(verb) => verb.run(),
            Verb::Events(verb) => verb.run(),
            Verb::Jobs(verb) => verb.run(),
            Verb::Message(verb) => verb.run(),
            Verb::Signal(verb) => verb.run(),
            Verb::Incident(verb) => verb.run(),
            Verb::Instance(verb) => verb.run(),
            Verb::Batch(verb) => verb.run(),
            Verb::Suspend(verb) => verb.run(),
            Verb::Resume(verb) => verb.run(),
            Verb::Task(verb) => verb.run(),
            Verb::Next(verb) => verb.run(),
            Verb::Test(verb) => verb.run(),
            Verb::Doctor(verb) => verb.run(),
            Verb::Audit(verb) => verb.run(),
            Verb::Backup(verb) => verb.run(),
            Verb::Restore(verb) => verb.run(),
            Verb::Retention(verb) => verb.run(),
            Verb::Migrate(verb) => verb.run(),
            Verb::Export(verb) => verb.run(),
            Verb::Bench(verb) => verb.run(),
            Verb::Completions(verb) => verb.run(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_consistent() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn every_verb_and_option_says_what_it_is_for() {
        fn look(command: &clap::Command, path: &str) {
            let path = format!("{path} {}", command.get_name());
            assert!(command.get_about().is_some(), "{path} says nothing");
            for option in command.get_arguments() {
                assert!(option.get_help().is_some(), "{path} {} says nothing", option.get_id());
            }
            for below in command.get_subcommands().filter(|it| it.get_name() != "help") {
                look(below, &path);
            }
        }
        look(&Arguments::command(), "");
    }
}
