//! Applies events to a process instance: the only writer of its state.
//!
//! Not here: whether an event may happen. An event that does not fit is a broken invariant.

use super::elements::page_of;
use super::instance::{
    Awaited, AwaitedSignal, Body, ElementInstance, Incident, Instance, InstancePhase, Job,
    Listening, Phase, Subscription, Timer,
};
use crate::event::{
    Created, ElementIndex, InstanceEvent, Resume, Slot, UserTaskCreated, Variables,
};
use crate::key::Key;

impl Instance {
    /// Applies one event. Pure; panics only when the event contradicts the state.
    pub fn apply(&mut self, event: &InstanceEvent) {
        use InstanceEvent as E;
        match event {
            E::InstanceCreated(created) => self.create(created),
            E::InstanceCompleted => self.end(InstancePhase::Completed),
            E::InstanceCancelled => self.end(InstancePhase::Cancelled),
            E::VariablesSet { slot, variables } => self.set_variables(*slot, variables),
            E::ElementEntered { slot, key, element, scope, .. } => {
                self.enter(*slot, *key, *element, *scope);
            }
            E::ElementActivated { slot } => self.at(*slot).phase = Phase::Active,
            E::ElementCompleted { slot } => self.leave(*slot, true),
            E::ElementCancelled { slot } => self.leave(*slot, false),
            E::ElementCancelling { slot, by } => {
                if *slot == 0 {
                    self.phase = InstancePhase::Cancelling;
                }
                let element = self.at(*slot);
                element.phase = Phase::Cancelling;
                element.interrupted_by.clone_from(by);
            }
            E::PayloadReceived { slot, variables } => self.at(*slot).payload.clone_from(variables),
            E::TokenParked { scope, flow } => self.park(*scope, *flow),
            E::TokensJoined { scope, flows } => self.join(*scope, flows),
            E::TokensDropped { scope } => self.drop_tokens(*scope),
            E::AgendaKept { agenda, transitions } => {
                self.agenda.clone_from(agenda);
                self.continuations = self.continuations.saturating_add((*transitions).max(1));
            }
            E::AgendaTaken => self.agenda.clear(),
            E::ScopeInterrupted { slot, by } => {
                let scope = self.at(*slot);
                (scope.interrupted_by, scope.listening) = (Some(by.clone()), None);
                self.drop_tokens(*slot);
            }
            E::LoopBegun { slot } => self.begin_loop(*slot),
            E::ScopeCleared { slot } => self.at(*slot).interrupted_by = None,
            E::IncidentRaised { slot, key, kind, job, resume, .. } => {
                let incident = Incident { key: *key, kind: *kind, resume: *resume, job: *job };
                self.at(*slot).incidents.push(incident);
                self.incidents += 1;
            }
            E::IncidentResolved { slot, key } => {
                let held = &mut self.at(*slot).incidents;
                let loops = |incident: &Incident| incident.resume == Resume::Agenda;
                let was_loop = held.iter().any(|held| held.key == *key && loops(held));
                held.retain(|incident| incident.key != *key);
                self.incidents = self.incidents.checked_sub(1).expect("incidents are counted");
                if was_loop {
                    // Whoever resolved it wants the full budget tried again.
                    self.continuations = 0;
                }
            }
            E::BodyBegun { slot, first, items } => self.begin_body(*slot, *first, items),
            E::OutputKept { slot, value } => {
                self.dirty.insert(page_of(*slot));
                self.elements.keep(*slot, value.clone());
            }
            E::BodyStopped { slot } => {
                let body = self.at(*slot).body.as_mut();
                body.expect("only a multi-instance body stops").stopped = true;
            }
            E::ChildCalled { slot, instance, .. } => self.waits(*slot).child = Some(*instance),
            E::ChildEnded { slot, .. } => self.at(*slot).child = None,
            E::ErrorEscalated { code, variables } => {
                self.failing = Some(Box::new((code.clone(), variables.clone())));
            }
            other => self.apply_change(other),
        }
    }

    /// The part of `apply` about what people change, and workers decide.
    fn apply_change(&mut self, event: &InstanceEvent) {
        use InstanceEvent as E;
        match event {
            E::AdHocFulfilled { slot } => self.at(*slot).fulfilled = true,
            E::InstanceStopped => self.stopped = true,
            E::InstanceSuspended => self.suspended = true,
            E::InstanceResumed => {
                self.suspended = false;
                // What came meanwhile was kept and not stepped: it did not loop.
                self.continuations = 0;
            }
            E::InstanceModified { .. } => {}
            E::InstanceMigrated(migrated) => self.migrate(migrated),
            E::UserTaskAssigned { slot, assignee, .. } => {
                self.task(*slot).assignee.clone_from(assignee);
            }
            E::UserTaskUpdated { slot, changes, .. } => self.task(*slot).take(changes),
            E::UserTaskChangeProposed { slot, proposal } => {
                let held = self.at(*slot);
                (held.proposal, held.listening) = (Some(proposal.clone()), None);
            }
            E::UserTaskChangeCorrected { slot, task } => {
                let held = self.at(*slot).proposal.as_mut();
                held.expect("what is corrected was proposed").task = (**task).clone();
            }
            E::UserTaskChangeDecided { slot, .. } => {
                let held = self.at(*slot);
                (held.proposal, held.listening) = (None, None);
            }
            other => self.apply_wait(other),
        }
    }

    /// The part of `apply` about jobs, timers, subscriptions and user tasks.
    fn apply_wait(&mut self, event: &InstanceEvent) {
        use InstanceEvent as E;
        match event {
            E::JobCreated(created) => {
                let job = Job {
                    key: created.key,
                    job_type: created.job_type.clone(),
                    retries: created.retries,
                    headers: created.headers.clone(),
                    kind: created.kind,
                    listener: created.listener,
                    priority: created.priority,
                };
                let held = self.waits(created.slot);
                held.job = Some(job);
                if created.kind.listens() {
                    let (event, number) = (created.listener, created.number);
                    held.listening = Some(Listening { event, number });
                }
            }
            E::JobCompleted { slot, .. }
            | E::JobErrorThrown { slot, .. }
            | E::JobCancelled { slot, .. } => self.at(*slot).job = None,
            E::JobFailed { slot, retries, .. } | E::JobRetriesUpdated { slot, retries, .. } => {
                let job = self.at(*slot).job.as_mut();
                job.expect("a job that failed or changed is held by its element").retries =
                    *retries;
            }
            E::JobTimeoutUpdated { .. } | E::JobOffered { .. } => {}
            E::TimerStarted { slot, key, element, due_ms, repetitions } => {
                let timer = Timer {
                    key: *key,
                    element: *element,
                    due_ms: *due_ms,
                    repetitions: *repetitions,
                };
                self.waits(*slot).timers.push(timer);
            }
            E::TimerFired { slot, key } | E::TimerCancelled { slot, key } => {
                self.at(*slot).timers.retain(|timer| timer.key != *key);
            }
            E::SubscriptionOpened(opened) => {
                let subscription = Subscription {
                    key: opened.key,
                    element: opened.element,
                    name: opened.name.clone(),
                    correlation_key: opened.correlation_key.clone(),
                };
                self.waits(opened.slot).subscriptions.push(subscription);
            }
            E::SubscriptionCorrelated { closes: false, .. } => {}
            E::SubscriptionCorrelated { slot, key, .. } | E::SubscriptionClosed { slot, key } => {
                self.at(*slot).subscriptions.retain(|held| held.key != *key);
            }
            E::UserTaskCreated(task) => {
                self.waits(task.slot).user_task = Some(task.clone());
            }
            E::UserTaskCompleted { slot, .. } | E::UserTaskCancelled { slot, .. } => {
                self.at(*slot).user_task = None;
            }
            other => self.apply_event(other),
        }
    }

    /// The part of `apply` about events that few elements wait for, and complex gateways.
    fn apply_event(&mut self, event: &InstanceEvent) {
        use InstanceEvent as E;
        match event {
            E::BpmnSignalAwaited(awaited) => {
                let signal = AwaitedSignal {
                    key: awaited.key,
                    element: awaited.element,
                    name: awaited.name.clone(),
                };
                let held = self.waits(awaited.slot);
                held.events.get_or_insert_default().signals.push(signal);
            }
            E::MessageSent { .. }
            | E::DecisionEvaluated { .. }
            | E::BpmnSignalThrown { .. }
            | E::EscalationThrown { .. } => {}
            E::BpmnSignalReceived { closes: false, .. } => {}
            E::BpmnSignalReceived { slot, key, .. } | E::BpmnSignalClosed { slot, key } => {
                self.awaited(*slot, |events| events.signals.retain(|held| held.key != *key));
            }
            E::ConditionAwaited { slot, element } => {
                // It may be true already: that is no rest for what loops.
                let held = self.at(*slot);
                held.events.get_or_insert_default().conditions.push(*element);
                if let Err(at) = self.watchers.binary_search(slot) {
                    self.watchers.insert(at, *slot);
                }
            }
            E::ConditionMet { closes: false, .. } => {}
            E::ConditionMet { slot, element, .. } | E::ConditionDropped { slot, element } => {
                self.awaited(*slot, |events| events.conditions.retain(|held| held != element));
                if self.at(*slot).conditions().is_empty() {
                    self.watchers.retain(|held| held != slot);
                }
            }
            E::EventKept { slot, element, variables } => {
                let kept = &mut self.at(*slot).events.get_or_insert_default().kept;
                kept.retain(|(held, _)| held != element);
                kept.push((*element, variables.clone()));
            }
            E::EventsTaken { slot, elements } => {
                self.awaited(*slot, |events| events.kept.retain(|(it, _)| !elements.contains(it)));
            }
            E::GatewayActivated { scope, element, flows } => {
                let resets = &mut self.at(*scope).events.get_or_insert_default().resets;
                resets.push((*element, flows.clone()));
            }
            E::GatewayReset { scope, element } => {
                self.awaited(*scope, |events| events.resets.retain(|(held, _)| held != element));
            }
            other => self.apply_compensation(other),
        }
    }

    /// Tokens before joins go, and what joins remember of those that came.
    fn drop_tokens(&mut self, scope: Slot) {
        self.at(scope).parked.clear();
        self.awaited(scope, |events| events.resets.clear());
    }

    /// Changes what a slot waits for; where nothing is left, nothing is kept.
    fn awaited(&mut self, slot: Slot, change: impl FnOnce(&mut Awaited)) {
        let held = &mut self.at(slot).events;
        if let Some(events) = held {
            change(events);
        }
        held.take_if(|events| events.is_empty());
    }

    pub(super) fn at(&mut self, slot: Slot) -> &mut ElementInstance {
        self.dirty.insert(page_of(slot));
        self.elements.get_mut(&slot).expect("an event names a live element instance")
    }

    fn task(&mut self, slot: Slot) -> &mut UserTaskCreated {
        let task = self.at(slot).user_task.as_deref_mut();
        task.expect("a task that changes is held by its element")
    }

    /// A wait begins: whatever looped before has come to rest.
    fn waits(&mut self, slot: Slot) -> &mut ElementInstance {
        self.continuations = 0;
        self.at(slot)
    }

    fn create(&mut self, created: &Created) {
        self.key = created.key;
        self.definition = created.definition;
        self.tenant = created.tenant;
        self.entry = created.entry;
        self.business_id.clone_from(&created.business_id);
        self.tags.clone_from(&created.tags);
        self.parent.clone_from(&created.parent);
        self.case = created.case;
        self.stop_after.clone_from(&created.stop_after);
        self.next_slot = 1;
        let scope = ElementInstance {
            key: created.key,
            phase: Phase::Active,
            variables: created.variables.iter().cloned().collect(),
            ..ElementInstance::default()
        };
        self.elements.insert(0, scope);
        self.dirty.insert(0);
    }

    fn end(&mut self, phase: InstancePhase) {
        self.phase = phase;
        self.agenda.clear();
    }

    fn set_variables(&mut self, slot: Slot, variables: &Variables) {
        let element = self.at(slot);
        for (name, value) in variables {
            element.variables.insert(name.clone(), value.clone());
        }
    }

    fn enter(&mut self, slot: Slot, key: Key, element: ElementIndex, scope: Slot) {
        self.dirty.insert(page_of(slot));
        let around = self.at(scope);
        around.children += 1;
        match &mut around.body {
            Some(body) if body.loops => {
                body.begun += 1;
                assert!(slot >= self.next_slot, "slots rise and are never reused");
                self.next_slot = slot + 1;
            }
            Some(body) => {
                assert_eq!(slot, body.first + body.begun, "instances of a body begin in order");
                body.begun += 1;
                self.elements.forget(slot..slot + 1, true);
            }
            None => {
                assert!(slot >= self.next_slot, "slots rise and are never reused");
                self.next_slot = slot + 1;
            }
        }
        let instance = ElementInstance { key, element, scope, ..ElementInstance::default() };
        self.elements.insert(slot, instance);
    }

    fn leave(&mut self, slot: Slot, completed: bool) {
        let gone = self.elements.remove(&slot).expect("only a live element instance leaves");
        self.dirty.insert(page_of(slot));
        assert_eq!(gone.children, 0, "an element instance leaves after its children");
        if let Some(body) = &gone.body {
            let noted = gone.last_done != 0;
            self.dirty.extend(self.elements.forget(body.slots(), noted));
        }
        if slot != 0 {
            let scope = self.at(gone.scope);
            scope.children = scope.children.checked_sub(1).expect("a scope counts its children");
            if let Some(body) = &mut scope.body {
                let count = if completed { &mut body.completed } else { &mut body.cancelled };
                *count += 1;
            }
        }
    }

    fn begin_loop(&mut self, slot: Slot) {
        self.at(slot).body = Some(Box::new(Body { loops: true, ..Body::default() }));
    }

    fn begin_body(&mut self, slot: Slot, first: Slot, items: &[std::sync::Arc<str>]) {
        let count = u32::try_from(items.len()).expect("a collection has a limit");
        self.at(slot).body = Some(Box::new(Body { first, count, ..Body::default() }));
        for (slot, item) in (first..).zip(items) {
            self.dirty.insert(page_of(slot));
            self.elements.keep(slot, item.clone());
        }
        self.next_slot = self.next_slot.max(first + count);
    }

    fn park(&mut self, scope: Slot, flow: u32) {
        let parked = &mut self.at(scope).parked;
        match parked.binary_search_by_key(&flow, |(held, _)| *held) {
            Ok(at) => parked[at].1 += 1,
            Err(at) => parked.insert(at, (flow, 1)),
        }
    }

    fn join(&mut self, scope: Slot, flows: &[u32]) {
        let parked = &mut self.at(scope).parked;
        for (flow, count) in parked.iter_mut() {
            if flows.contains(flow) {
                *count = count.checked_sub(1).expect("a join takes one token per flow");
            }
        }
        parked.retain(|(_, count)| *count > 0);
    }
}
