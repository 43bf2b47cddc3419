//! Messages and BPMN signals from outside: published to wait, correlated now or not at all,
//! broadcast.
//!
//! Not here: how a mailbox chooses who gets a message (`engine::step::mailbox`), and whom a
//! broadcast reaches (`engine::step::bpmn_signal`).

use super::carry::cause;
use super::chain::{Chain, Stop};
use super::permit::permit_message;
use super::work::{Component, Work};
use super::{Aggregate, Lane, Order};
use crate::request::{Answer, Caller, Request};
use engine::command::{BpmnSignalCommand, Command, EntryCommand, MailboxCommand, Rejection};
use engine::event::Variables;
use engine::key::Key;
use engine::state::mailbox::Absent;
use engine::state::{Kind, named_key};
use std::sync::Arc;
use store::batch::EffectRow;

impl Lane {
    /// Publishes a message.
    pub(super) fn publish(
        &mut self,
        work: &mut Work,
        component: Component,
        caller: &Caller,
        command: MailboxCommand,
    ) -> Result<Chain, Stop> {
        let MailboxCommand::PublishMessage { name, correlation_key, .. } = &command else {
            unreachable!("only publishing comes here")
        };
        let target = named_key(Kind::Mailbox, caller.tenant, &[name, correlation_key]);
        permit_message(caller, name, target)?;
        self.run_chain(work, component, target, &Command::Mailbox(command), &cause(caller))
    }

    /// Broadcasts a BPMN signal. It is answered when it is accepted: those who wait for it are
    /// reached in this commit and, where they are many, in later ones.
    pub(super) fn broadcast(
        &mut self,
        work: &mut Work,
        component: Component,
        caller: &Caller,
        name: &Arc<str>,
        variables: &Variables,
    ) -> Result<Answer, Stop> {
        let target = named_key(Kind::BpmnSignal, caller.tenant, &[name]);
        permit_message(caller, name, target)?;
        let command = BpmnSignalCommand::BroadcastBpmnSignal {
            tenant: caller.tenant,
            name: name.clone(),
            variables: variables.clone(),
        };
        let command = Command::BpmnSignal(command);
        let chain = self.run_chain(work, component, target, &command, &cause(caller))?;
        Ok(Answer::BpmnSignalBroadcast { signal: chain.signal.unwrap_or_default() })
    }

    /// Correlates a message: it is taken by an instance or starts one, or nothing happens.
    pub(super) fn correlate(
        &mut self,
        work: &mut Work,
        component: Component,
        caller: &Caller,
        (name, correlation_key): (&Arc<str>, &Arc<str>),
        command: MailboxCommand,
    ) -> Result<Answer, Stop> {
        let nobody = || {
            Stop::Rejected(Rejection::not_found(format!(
                "Expected an instance to take message `{name}` with correlation key \
                 `{correlation_key}`, but none did."
            )))
        };
        if !self.has_taker(work, component, caller, (name, correlation_key), &command)? {
            return Err(nobody());
        }
        let chain = self.publish(work, component, caller, command)?;
        let message = chain.message.unwrap_or_default();
        let instance = chain.taker.ok_or_else(nobody)?;
        Ok(Answer::MessageCorrelated { message, instance })
    }

    /// Whether a message would be taken: by a subscription, or by a process it may start. A door
    /// that is held by an open instance takes nothing that cannot wait.
    fn has_taker(
        &mut self,
        work: &mut Work,
        component: Component,
        caller: &Caller,
        (name, correlation_key): (&Arc<str>, &Arc<str>),
        command: &MailboxCommand,
    ) -> Result<bool, Stop> {
        let mailbox = named_key(Kind::Mailbox, caller.tenant, &[name, correlation_key]);
        permit_message(caller, name, mailbox)?;
        self.bring(work, mailbox, &Command::Mailbox(command.clone()))?;
        if self.shared && self.is_asked(work, mailbox)? {
            return Err(Stop::Later);
        }
        let takers = self.takers(mailbox, name, correlation_key)?;
        for instance in &takers {
            if self.older_waits(work, *instance, mailbox)? {
                return Err(Stop::Later);
            }
        }
        if !takers.is_empty() {
            return Ok(true);
        }
        let starts = self.definitions.message_starts(caller.tenant, name);
        // Of a suspended definition nothing begins now.
        let starts = starts.filter(|(held, _)| !self.is_suspended(held.key));
        let starts: Vec<_> = starts.map(|(held, _)| held.graph.process_id.clone()).collect();
        for process_id in &starts {
            if correlation_key.is_empty() {
                return Ok(true);
            }
            let entry = named_key(Kind::Entry, caller.tenant, &[process_id, correlation_key]);
            if self.older_waits(work, entry, mailbox)? {
                return Err(Stop::Later);
            }
            let ends = EntryCommand::EndInstance { instance: Key(0) };
            self.bring(work, entry, &Command::Entry(ends))?;
            let held = self.cache.peek(entry).map(|it| &it.aggregate);
            let open = matches!(held, Some(Aggregate::Entry(held)) if held.doors.iter().any(
                |door| door.process_id == *process_id && door.correlation_key == *correlation_key
            ));
            if !open {
                return Ok(true);
            }
            self.rely(work, component, entry);
        }
        self.rely(work, component, mailbox);
        Ok(false)
    }

    /// Instances to which a mailbox in memory would offer a message.
    fn takers(&mut self, mailbox: Key, name: &str, key: &str) -> Result<Vec<Key>, Stop> {
        loop {
            let held = self.cache.peek(mailbox).map(|it| &it.aggregate);
            let Some(Aggregate::Mailbox(held)) = held else { return Ok(Vec::new()) };
            match held.takers(name, key) {
                Ok(takers) => {
                    return Ok(takers.into_iter().map(|(_, waiting)| waiting.instance).collect());
                }
                Err(Absent(pages)) => self.bring_pages(mailbox, &pages)?,
            }
        }
    }

    /// Whether another lane left something for an aggregate.
    fn is_asked(&self, work: &Work, target: Key) -> Result<bool, store::Error> {
        let rows = self.store.pending_effects((target.0, 0, 0), 64)?;
        let mut own = rows.iter().take_while(|row| row.target == target.0);
        Ok(own.any(|row| !work.takes(row)))
    }

    /// Whether an order must wait for a later turn: a correlation answers after its chain, so
    /// nothing from or to its mailbox may be on its way.
    pub(super) fn must_wait(&self, work: &Work, order: &Order) -> bool {
        let Order::Request { caller, request, .. } = order else { return false };
        let Request::CorrelateMessage { name, correlation_key, .. } = request else { return false };
        let mailbox = named_key(Kind::Mailbox, caller.tenant, &[name, correlation_key]);
        let left = |row: &EffectRow| row.source == mailbox.0 || row.target == mailbox.0;
        self.outbox.is_about(mailbox) || work.left.iter().any(|(_, row)| left(row))
    }
}
