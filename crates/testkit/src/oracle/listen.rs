//! Listeners in the token game: jobs that are done one after the other before a token goes on.
//!
//! Not the work itself, which is one job or task.

use super::game::{Game, Values};
use super::plan::Hears;

impl Game {
    fn listeners(&self, token: usize, what: Hears) -> usize {
        let listeners = &self.plan.nodes[self.tokens[&token].node].listeners;
        listeners.iter().filter(|it| **it == what).count()
    }

    /// How many listeners have done their job.
    pub(super) fn heard(&self, token: usize, what: Hears) -> usize {
        match self.tokens[&token].heard {
            Some((last, count)) if last == what => count,
            _ => 0,
        }
    }

    /// Whether somebody is to hear of it first; he is at work then.
    pub(super) fn hears(&mut self, token: usize, what: Hears) -> bool {
        let (all, done) = (self.listeners(token, what), self.heard(token, what));
        let held = self.at(token);
        (held.listens, held.heard) = (done < all, Some((what, done)));
        held.works |= held.listens;
        held.listens
    }

    /// A user task begins: it is there when those who listen to that have heard it.
    pub(super) fn begin_task(&mut self, token: usize) {
        self.at(token).task = true;
        self.at(token).works = true;
        self.hears(token, Hears::Creating);
    }

    /// Somebody has done a user task. Whether listeners hear of it first.
    pub(super) fn completes_task(&mut self, token: usize, brings: &Values) -> bool {
        let held = self.at(token);
        if !held.task {
            return false;
        }
        (held.heard, held.held_back) = (None, brings.clone());
        let heard = self.hears(token, Hears::Completing);
        self.at(token).task = heard;
        heard
    }

    /// A task goes. Whether listeners hear of it first.
    pub(super) fn cancels_task(&mut self, token: usize) -> bool {
        let held = self.at(token);
        (held.heard, held.listens, held.works) = (None, false, held.works && !held.listens);
        std::mem::take(&mut held.task) && self.hears(token, Hears::Canceling)
    }

    /// A listener denies it: the task is as it was.
    pub(super) fn denied(&mut self, token: usize) {
        let held = self.at(token);
        (held.heard, held.listens, held.stuck) = (None, false, None);
    }

    /// A listener has done its job.
    pub(super) fn listened(&mut self, token: usize, brings: Values) {
        let held = self.at(token);
        let Some((what, count)) = held.heard else { return };
        (held.heard, held.listens, held.stuck) = (Some((what, count + 1)), false, None);
        held.works = held.task;
        let scope = held.scope;
        match what {
            Hears::Start => {
                for (name, value) in brings {
                    self.touch(&name);
                    self.at(token).values.insert(name, value);
                }
                self.begin_soon(token);
            }
            Hears::End => {
                for (name, value) in brings {
                    self.propagate(scope, &name, value);
                }
                self.end_soon(token);
            }
            Hears::Creating => drop(self.hears(token, what)),
            Hears::Completing => {
                if !self.hears(token, what) {
                    let held = self.at(token);
                    (held.task, held.works) = (false, false);
                    let brings = std::mem::take(&mut held.held_back);
                    self.bring(token, brings);
                    self.end_soon(token);
                }
            }
            Hears::Canceling => {
                if !self.hears(token, what) {
                    self.leave(token);
                }
            }
        }
    }
}
