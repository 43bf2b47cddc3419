//! Orders from inside: timers that are due, effects from the outbox, aggregates that broke.
//!
//! Not here: what people and systems ask (`carry`).

use super::chain::{Stop, waits_for_room};
use super::work::{Component, TimerChange, Work};
use super::{Aggregate, Answered, Lane};
use crate::request::Refusal;
use engine::command::{Command, HeadCommand, InstanceCommand, MailboxCommand, Rejection};
use engine::key::Key;
use engine::record::{Cause, decode_effect};
use store::batch::{EffectRow, EffectWrite, TimerRow};

impl Lane {
    pub(super) fn carry_timer(
        &mut self,
        work: &mut Work,
        component: Component,
        row: &TimerRow,
    ) -> Result<(), Stop> {
        let (target, timer) = (Key(row.aggregate), Key(row.key));
        work.fired.push(timer);
        if self.is_head_of_suspended(target) {
            return Err(Stop::Held);
        }
        let held = self.cache.peek(target).map(|cached| &cached.aggregate);
        let command = held.and_then(|held| match held {
            Aggregate::Instance(..) => {
                let fire = InstanceCommand::FireTimer { slot: row.slot, timer };
                Some(Command::Instance(fire))
            }
            Aggregate::Mailbox(_) => Some(Command::Mailbox(MailboxCommand::ExpireMessages)),
            Aggregate::Head(_) => Some(Command::Head(HeadCommand::FireStartTimer { timer })),
            Aggregate::Work(state) => state.wake().map(Command::Work),
            Aggregate::BatchOperation(_)
            | Aggregate::BpmnSignal(_)
            | Aggregate::Entry(_)
            | Aggregate::Resource(_)
            | Aggregate::Evaluation(_)
            | Aggregate::Suspensions(_) => None,
        });
        let Some(command) = command else {
            work.change_timer(component, timer, TimerChange::Gone);
            return Ok(());
        };
        match self.run_chain(work, component, target, &command, &system_cause("timer")) {
            Err(Stop::Rejected(_)) if self.stands_still(target) => Err(Stop::Held),
            Ok(_) | Err(Stop::Rejected(_)) => {
                // Fired, or not held any more: either way the row dies with this commit.
                work.change_timer(component, timer, TimerChange::Gone);
                Ok(())
            }
            Err(stop) => Err(stop),
        }
    }

    pub(super) fn carry_effect(
        &mut self,
        work: &mut Work,
        component: Component,
        row: &EffectRow,
    ) -> Result<(), Stop> {
        self.outbox.step(row);
        let (target, source, n) = (row.target, row.source, row.n);
        work.effects.push((component, EffectWrite::Delete { target, source, n }));
        let target = Key(target);
        let (cause, command) = match decode_effect(target, &row.body) {
            Ok(decoded) => decoded,
            Err(bad) => {
                tracing::error!(%target, %bad, "an effect is damaged and was dropped");
                return Ok(());
            }
        };
        match self.run_chain(work, component, target, &command, &cause) {
            Ok(_) => Ok(()),
            Err(Stop::Rejected(rejection))
                if self.stands_still(target)
                    || self.waits_to_begin(&command)
                    || waits_for_room(&command, &rejection) =>
            {
                // Room is made by something that touches the target, and that releases it.
                Err(Stop::Held)
            }
            Err(Stop::Rejected(rejection)) => {
                self.refuse_left_effect(work, component, &command, &cause, &rejection)
            }
            Err(stop) => Err(stop),
        }
    }

    /// An offer that came too late goes back to its mailbox.
    fn refuse_left_effect(
        &mut self,
        work: &mut Work,
        component: Component,
        command: &Command,
        cause: &Cause,
        rejection: &Rejection,
    ) -> Result<(), Stop> {
        let Command::Instance(InstanceCommand::OfferMessage {
            subscription,
            message,
            mailbox,
            at,
            ..
        }) = command
        else {
            tracing::debug!(%rejection, "an effect found nothing to do");
            return Ok(());
        };
        let (subscription, message, at) = (*subscription, *message, *at);
        let refuse = MailboxCommand::RefuseMessage { subscription, message, at };
        let refuse = Command::Mailbox(refuse);
        match self.run_chain(work, component, *mailbox, &refuse, cause) {
            Ok(_) | Err(Stop::Rejected(_)) => Ok(()),
            Err(stop) => Err(stop),
        }
    }

    pub(super) fn quarantine(
        &mut self,
        work: &mut Work,
        component: Component,
        instance: Key,
        message: &str,
    ) -> Result<Answered, Stop> {
        let command = InstanceCommand::Quarantine { message: message.into() };
        let command = Command::Instance(command);
        let ran = self.run_chain(work, component, instance, &command, &system_cause("engine"));
        match ran {
            Ok(_) | Err(Stop::Rejected(_)) => Ok(Err(Refusal::Internal {
                reason: format!("the engine broke an invariant at `{instance}`: {message}"),
            })),
            Err(stop) => Err(stop),
        }
    }
}

fn system_cause(actor: &str) -> Cause {
    Cause { actor: format!("segue:{actor}").into(), ..Cause::default() }
}
