//! Steps of what is known under the name of an alert: raised, counted, over, seen.
//!
//! Not here: what holds an alert back (`hold`).

use super::{Alert, AlertCommand, AlertEvent, AlertLine, Draft};
use crate::case::{CaseCommand, OpenCase};
use crate::key::Key;
use crate::rejection::Rejection;
use crate::step::{Command, Effect, Event, Inputs, Known, Outcome, Target};
use std::sync::Arc;

pub(super) struct Ctx<'a, 'k> {
    pub(super) known: &'a Known<'k>,
    pub(super) state: &'a mut AlertLine,
    pub(super) inputs: &'a mut Inputs<'k>,
    pub(super) out: Outcome,
}

/// One step of what is known under a name.
pub(crate) fn step<'k>(
    known: &Known<'k>,
    state: &mut AlertLine,
    command: &AlertCommand,
    inputs: &mut Inputs<'k>,
) -> Result<Outcome, Rejection> {
    use AlertCommand as C;
    let mut ctx = Ctx { known, state, inputs, out: Outcome::default() };
    match command {
        C::RaiseAlert { tenant, rule, rule_id, subject, draft } => {
            ctx.raise((*tenant, *rule), rule_id, subject, draft)?;
        }
        C::RecoverAlert { rule_id, subject } => ctx.recover(rule_id, subject),
        C::AcknowledgeAlert { alert, by } => ctx.acknowledge(*alert, by)?,
        C::WatchAlert { case, watches } => {
            if ctx.state.case.is_some_and(|(held, was)| held == *case && was != *watches) {
                ctx.emit(AlertEvent::CaseWatches { case: *case, watches: *watches });
            }
        }
        C::ReleaseCase { case, watch_ms } => ctx.release(*case, *watch_ms),
        C::Wake => ctx.wake(),
        C::AdmitAlert { alert } => {
            if ctx.pending(*alert).is_some() {
                ctx.admit(*alert, None);
            }
        }
        C::HoldAlert { alert, hold } => {
            if ctx.pending(*alert).is_some() {
                ctx.hold(*alert, hold.clone());
            }
        }
        C::ReleaseAlert { alert, by } => ctx.release_alert(*alert, by)?,
    }
    Ok(ctx.out)
}

impl Ctx<'_, '_> {
    pub(super) fn emit(&mut self, event: AlertEvent) {
        self.state.apply(&event);
        self.out.events.push(Event::Alert(event));
    }

    pub(super) fn ask(&mut self, case: Key, command: CaseCommand) {
        self.out.effects.push(Effect::Ask(Target::Case(case), Command::Case(command)));
    }

    fn raise(
        &mut self,
        (tenant, rule): (u32, Key),
        rule_id: &Arc<str>,
        subject: &Arc<str>,
        draft: &Draft,
    ) -> Result<(), Rejection> {
        if !self.state.is_empty() && self.state.name != draft.name {
            return Err(Rejection::invalid_state(format!(
                "Expected what is known as `{}`, but found `{}`.",
                draft.name, self.state.name
            )));
        }
        if let Some(open) = &self.state.open {
            let (alert, occurrences) = (open.key, open.occurrences + 1);
            self.emit(AlertEvent::AlertRepeated {
                alert,
                rule_id: rule_id.clone(),
                subject: subject.clone(),
                severity: open.severity.max(draft.severity),
                event: draft.event,
                occurrences,
            });
            if let Some((case, true)) = self.state.case {
                self.ask(case, CaseCommand::NoteRecurrence { alert });
            }
            self.reconsider(alert);
            return Ok(());
        }
        let alert = self.inputs.keys.next_key();
        let watched = self.state.watched.map(|(case, _)| case);
        let joined = self.state.case.map(|(case, _)| case);
        let pending = joined.is_none() && !draft.is_storm;
        let opening = match joined {
            None if draft.is_storm => self.opening(tenant, alert, subject, draft, watched),
            _ => None,
        };
        self.emit(AlertEvent::AlertOpened {
            tenant,
            alert,
            rule,
            rule_id: rule_id.clone(),
            subject: subject.clone(),
            draft: Box::new(draft.clone()),
            case: joined.or(opening.as_ref().map(|(case, _)| *case)),
            pending,
        });
        if let Some(case) = joined {
            self.ask(case, CaseCommand::NoteRecurrence { alert });
        }
        if let Some(case) = watched {
            self.ask(case, CaseCommand::NoteRecurrence { alert });
        }
        if let Some((case, open)) = opening {
            self.ask(case, CaseCommand::OpenCase(Box::new(open)));
        }
        if pending {
            self.consider(alert);
        }
        Ok(())
    }

    pub(super) fn need_open(&self, alert: Key) -> Result<&Alert, Rejection> {
        let open = self.state.open.as_deref().filter(|open| open.key == alert);
        open.ok_or_else(|| {
            Rejection::not_found(format!("Expected alert `{alert}` to be open, but it is not."))
        })
    }

    /// The case an alert opens.
    pub(super) fn opening(
        &mut self,
        tenant: u32,
        alert: Key,
        subject: &Arc<str>,
        draft: &Draft,
        follows: Option<Key>,
    ) -> Option<(Key, OpenCase)> {
        let id = draft.case_type.as_ref()?;
        let case_type = self.known.definitions.latest_case_type(tenant, id)?;
        let case = self.inputs.keys.next_key();
        let open = OpenCase {
            case,
            tenant,
            case_type: case_type.key,
            title: draft.title.clone(),
            subject: subject.clone(),
            severity: draft.severity,
            alert: Some(alert),
            alert_name: Some(draft.name.clone()),
            event: draft.event,
            follows,
            site: draft.site.clone(),
        };
        Some((case, open))
    }

    fn recover(&mut self, rule_id: &Arc<str>, subject: &Arc<str>) {
        let Some(open) = &self.state.open else { return };
        let alert = open.key;
        if !open.raisers.iter().any(|(rule, held)| (rule, held) == (rule_id, subject)) {
            return;
        }
        let (rule_id, subject) = (rule_id.clone(), subject.clone());
        self.emit(AlertEvent::RaiserRecovered { alert, rule_id, subject });
        if self.state.open.as_ref().is_some_and(|open| open.raisers.is_empty()) {
            self.emit(AlertEvent::AlertRecovered { alert });
        }
    }

    fn acknowledge(&mut self, alert: Key, by: &Arc<str>) -> Result<(), Rejection> {
        let open = self.need_open(alert)?;
        if let Some(who) = &open.acknowledged_by {
            return Err(Rejection::invalid_state(format!(
                "Expected alert `{alert}` not to be acknowledged yet, but `{who}` did it."
            )));
        }
        self.emit(AlertEvent::AlertAcknowledged { alert, by: by.clone() });
        Ok(())
    }

    fn release(&mut self, case: Key, watch_ms: i64) {
        if self.state.case.is_none_or(|(held, _)| held != case) {
            return;
        }
        if let Some(open) = &self.state.open {
            let alert = open.key;
            self.emit(AlertEvent::AlertResolved { alert });
        }
        let until_ms = self.inputs.now_ms.saturating_add(watch_ms);
        let timer = (watch_ms > 0).then(|| (self.inputs.keys.next_key(), until_ms));
        self.emit(AlertEvent::CaseReleased { case, timer });
    }

    fn wake(&mut self) {
        let due = self.state.timer.is_some_and(|(_, due_ms)| due_ms <= self.inputs.now_ms);
        if !due {
            return;
        }
        if let Some((case, _)) = self.state.watched {
            self.emit(AlertEvent::WatchEnded { case });
        } else if let Some(alert) = self.state.open.as_ref().map(|open| open.key) {
            self.end_hold(alert);
        }
    }
}
