//! Signals and cases from outside: events received once, cases opened and asked, alerts seen.
//!
//! Not here: what they decide (crate `work`).

use super::carry::cause;
use super::chain::Stop;
use super::permit::permit;
use super::work::{Component, Work};
use super::{Aggregate, Lane};
use crate::request::{Answer, Caller, WorkRequest};
use ::work::State;
use ::work::alert::AlertCommand;
use ::work::case::{CaseCommand, OpenCase};
use ::work::received::{CloudEvent, ReceivedCommand, verify};
use access::{Permission, Resource, ResourceType};
use engine::command::{Command, Rejection};
use engine::key::Key;
use engine::step::work::{alert_key, received_key};
use std::sync::Arc;

impl Lane {
    pub(super) fn decide_work(
        &mut self,
        work: &mut Work,
        component: Component,
        caller: &Caller,
        request: &WorkRequest,
    ) -> Result<Answer, Stop> {
        match request {
            WorkRequest::ReceiveEvents { events } => {
                self.receive_events(work, component, caller, events)
            }
            WorkRequest::OpenCase { case_type, title, subject, site } => {
                let open = OpenCase {
                    title: title.clone(),
                    subject: subject.clone(),
                    site: site.clone(),
                    ..OpenCase::default()
                };
                self.open_case(work, component, caller, (case_type, open))
            }
            WorkRequest::AskCase { case, command } => {
                let command = Command::Work(::work::Command::Case((**command).clone()));
                self.ask_work(work, component, caller, *case, &command)
            }
            WorkRequest::AcknowledgeAlert { name, alert } => {
                let command =
                    AlertCommand::AcknowledgeAlert { alert: *alert, by: caller.actor.id.clone() };
                self.ask_alert(work, component, caller, name, command)
            }
            WorkRequest::ReleaseAlert { name, alert } => {
                let by = caller.actor.id.clone();
                let command = AlertCommand::ReleaseAlert { alert: *alert, by };
                self.ask_alert(work, component, caller, name, command)
            }
        }
    }

    /// Receives events: all, or none if one is not as it should be.
    fn receive_events(
        &mut self,
        work: &mut Work,
        component: Component,
        caller: &Caller,
        events: &[CloudEvent],
    ) -> Result<Answer, Stop> {
        let tenant = caller.tenant;
        for event in events {
            let resource = Resource { tenant, kind: ResourceType::Signal, id: &event.kind };
            permit(caller, Permission::Create, resource, Key::default())?;
            verify(event).map_err(Stop::Rejected)?;
        }
        let command = |event: &CloudEvent| {
            let target = received_key(tenant, &event.source, &event.id);
            let command = ReceivedCommand::ReceiveEvent { tenant, event: Box::new(event.clone()) };
            (target, Command::Work(::work::Command::Received(command)))
        };
        let commands: Vec<(Key, Command)> = events.iter().map(command).collect();
        self.look_ahead(work, commands.iter().map(|(target, command)| (*target, command)))?;
        let mut received = Vec::with_capacity(events.len());
        for (target, command) in commands {
            self.bring(work, target, &command)?;
            let is_new = self.received(target) == Key::default();
            self.run_chain(work, component, target, &command, &cause(caller))?;
            received.push((self.received(target), is_new));
        }
        Ok(Answer::EventsReceived { events: received })
    }

    /// The key of a received event in memory; 0: it was not received yet.
    fn received(&self, target: Key) -> Key {
        match self.cache.peek(target).map(|cached| &cached.aggregate) {
            Some(Aggregate::Work(state)) => match &**state {
                State::Received(received) => received.key,
                _ => Key::default(),
            },
            _ => Key::default(),
        }
    }

    fn open_case(
        &mut self,
        work: &mut Work,
        component: Component,
        caller: &Caller,
        (case_type, open): (&Arc<str>, OpenCase),
    ) -> Result<Answer, Stop> {
        let known = &self.definitions.resources.work;
        let found = known.latest_case_type(caller.tenant, case_type).map(|held| held.key);
        let Some(found) = found else {
            return Err(Stop::Rejected(Rejection::not_found(format!(
                "Expected to find case type `{case_type}`, but found none. Deploy it first."
            ))));
        };
        let resource = Resource { tenant: caller.tenant, kind: ResourceType::Case, id: case_type };
        permit(caller, Permission::Create, resource, found)?;
        let case = self.inputs.keys.next_key();
        let open = OpenCase { case, tenant: caller.tenant, case_type: found, ..open };
        let command = CaseCommand::OpenCase(Box::new(open));
        let command = Command::Work(::work::Command::Case(command));
        self.run_chain(work, component, case, &command, &cause(caller))?;
        Ok(Answer::CaseOpened { case })
    }

    fn ask_alert(
        &mut self,
        work: &mut Work,
        component: Component,
        caller: &Caller,
        name: &Arc<str>,
        command: AlertCommand,
    ) -> Result<Answer, Stop> {
        let command = Command::Work(::work::Command::Alert(command));
        let target = alert_key(caller.tenant, name);
        self.ask_work(work, component, caller, target, &command)
    }

    /// Asks something that exists.
    fn ask_work(
        &mut self,
        work: &mut Work,
        component: Component,
        caller: &Caller,
        target: Key,
        command: &Command,
    ) -> Result<Answer, Stop> {
        let held = self.cache.peek(target).map(|cached| &cached.aggregate);
        let gone = || Stop::Rejected(super::aggregate::gone(target));
        let (kind, id, tenant) = match held {
            Some(Aggregate::Work(state)) => match &**state {
                State::Case(case) if !case.has_ended() => {
                    let case_type = self.definitions.resources.work.case_type(case.case_type);
                    let id = case_type.map(|held| held.says.id.clone());
                    (ResourceType::Case, id, case.tenant)
                }
                State::Alert(line) => {
                    let raiser = line.open.as_ref().and_then(|open| open.raisers.first());
                    (ResourceType::Alert, raiser.map(|(rule, _)| rule.clone()), line.tenant)
                }
                _ => return Err(gone()),
            },
            _ => return Err(gone()),
        };
        let id = id.ok_or_else(gone)?;
        let resource = Resource { tenant, kind, id: &id };
        permit(caller, Permission::Update, resource, target)?;
        self.run_chain(work, component, target, command, &cause(caller))?;
        Ok(Answer::Done)
    }
}

/// The aggregate a request addresses first, when it may exist already.
pub(super) fn target(caller: &Caller, request: &WorkRequest) -> Option<Key> {
    match request {
        WorkRequest::AskCase { case, .. } => Some(*case),
        WorkRequest::AcknowledgeAlert { name, .. } | WorkRequest::ReleaseAlert { name, .. } => {
            Some(alert_key(caller.tenant, name))
        }
        WorkRequest::OpenCase { .. } | WorkRequest::ReceiveEvents { .. } => None,
    }
}
