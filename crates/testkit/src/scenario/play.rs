//! Plays a transcript: carries out each verb, tells what happened, compares.
//!
//! Not here: reading the transcript (`read`), the words of what happened (`tell`), and whether it
//! is as expected (`claim`).

use super::Outcome;
use super::line::duration_ms;
use super::path::Follower;
use super::read::{Act, read, rewrite};
use super::tell::Teller;
use super::verb::{Changes, Fail, Publish, TaskAct, TokenChange, Verb, names};
use crate::world::{TENANT, World};
use engine::change::{Activate, Migration, Modification, Move, Place, ScopedVariables};
use engine::command::{
    BpmnSignalCommand, Command, CreateInstance, InstanceCommand, MailboxCommand, Rejection,
    RejectionKind,
};
use engine::event::{Activation, Date, InstanceEvent, TaskChanges, Variables};
use engine::key::Key;
use engine::state::instance::{ElementInstance, Instance};
use engine::state::{Kind, named_key};
use std::sync::Arc;

/// Who completes and fails jobs in scenarios.
const WORKER: &str = "worker";

/// A machine with the words for what happens in it.
pub(super) struct Player {
    pub(super) world: World,
    teller: Teller,
    /// The files of a deployment, as XML.
    files: Vec<String>,
    /// The process a `start` without a name means.
    process_id: String,
    /// Messages of incidents since the last verb.
    pub(super) reasons: Vec<String>,
    follower: Follower,
}

pub(super) fn play(files: &[String], transcript: &str) -> Result<Outcome, String> {
    let acts = read(transcript)?;
    let mut player = Player {
        world: World::default(),
        teller: Teller::default(),
        files: files.to_vec(),
        process_id: String::new(),
        reasons: Vec::new(),
        follower: Follower::default(),
    };
    let mut outcome = Outcome { verbs: acts.len() - 1, ..Outcome::default() };
    let mut actual = Vec::with_capacity(acts.len());
    for act in &acts {
        let place = |why: String| match act.number {
            0 => why,
            number => format!("line {number}: `{}`: {why}", act.text),
        };
        let lines = player.act(act).map_err(place)?;
        outcome.differences.extend(player.compare(act, &lines));
        actual.push(lines);
    }
    outcome.differences.extend(player.last_words());
    outcome.actual = rewrite(&acts, &actual);
    outcome.coverage = player.world.coverage().clone();
    outcome.paths = player.follower.coverage;
    Ok(outcome)
}

impl Player {
    /// Carries out a verb; the lines about what happened.
    fn act(&mut self, act: &Act<'_>) -> Result<Vec<String>, String> {
        let instance = match act.instance {
            None => None,
            Some(number) => {
                let key = number.checked_sub(1).and_then(|at| self.world.started().get(at));
                Some(*key.ok_or_else(|| format!("Expected instance #{number} to have begun."))?)
            }
        };
        let done = self.carry_out(&act.verb, instance)?;
        let happened = self.world.take_log();
        self.follower.follow(&happened);
        let mut lines = self.teller.tell(&self.world, &happened);
        self.reasons = happened.iter().filter_map(reason).collect();
        if let Err(rejection) = done {
            self.reasons.push(rejection.message);
            lines.push(format!("rejected {}", rejected(rejection.kind)));
        }
        if lines.is_empty() {
            lines.push("nothing".to_owned());
        }
        Ok(lines)
    }

    /// The outer error is one of the transcript, the inner one is the engine's answer.
    fn carry_out(
        &mut self,
        verb: &Verb,
        instance: Option<Key>,
    ) -> Result<Result<(), Rejection>, String> {
        match verb {
            Verb::Deploy => {
                let files = self.files.clone();
                self.deploy(&files).map(Ok)
            }
            Verb::Redeploy { process } => {
                let files = match process.is_empty() {
                    true => self.files.clone(),
                    false => super::sources_of(process)?,
                };
                self.deploy(&files).map(Ok)
            }
            Verb::Start { process, business_id, variables, begin_at, stop_after } => {
                let process = process.clone().unwrap_or_else(|| self.process_id.clone());
                let create = CreateInstance {
                    variables: variables.clone(),
                    business_id: business_id.as_deref().map(Arc::from),
                    begin_at: begin_at.clone(),
                    stop_after: stop_after.clone(),
                    ..CreateInstance::default()
                };
                Ok(self.start(&process, create))
            }
            Verb::Evaluate { variables } => Ok(self.world.evaluate(variables)),
            Verb::Publish(publish) => Ok(self.publish(publish)),
            Verb::Broadcast { name, variables } => Ok(self.broadcast(name, variables)),
            Verb::Advance { ms } => {
                self.world.advance_to(self.world.now_ms() + ms);
                Ok(Ok(()))
            }
            Verb::AdvanceTo { text } => {
                let moment: jiff::Timestamp = text.parse().map_err(|error| {
                    format!("Expected a moment such as 2026-02-01T09:00:00Z: {error}.")
                })?;
                self.world.advance_to(moment.as_millisecond());
                Ok(Ok(()))
            }
            Verb::Complete { .. } | Verb::Fail(_) | Verb::Throw { .. } | Verb::Retries { .. } => {
                self.about_job(verb, instance)
            }
            Verb::Task { .. }
            | Verb::Activate { .. }
            | Verb::Cancel { .. }
            | Verb::Restart { .. }
            | Verb::Suspend
            | Verb::Resume
            | Verb::Modify { .. }
            | Verb::Migrate { .. }
            | Verb::Resolve { .. }
            | Verb::Set { .. } => {
                let (instance, command) = self.about_instance(verb, instance)?;
                Ok(self.world.ask(instance, &Command::Instance(command)))
            }
        }
    }

    fn deploy(&mut self, files: &[String]) -> Result<(), String> {
        let deployed = self.world.deploy_together(files);
        let keys =
            deployed.map_err(|refused| format!("Expected a process that runs.\n{refused}"))?;
        for definition in keys.iter().filter_map(|key| self.world.definitions().get(*key)) {
            self.follower.coverage.expect(&definition.graph);
        }
        match keys.first().and_then(|key| self.world.definitions().get(*key)) {
            Some(first) => self.process_id = first.graph.process_id.to_string(),
            // Decisions alone may be deployed again.
            None if !self.process_id.is_empty() => {}
            None => return Err("Expected an executable process, but found none.".to_owned()),
        }
        Ok(())
    }

    fn start(&mut self, process: &str, create: CreateInstance) -> Result<(), Rejection> {
        let key = self.world.post_create(process, create)?;
        self.world.settle();
        self.teller.expected.insert(key);
        Ok(())
    }

    fn publish(&mut self, publish: &Publish) -> Result<(), Rejection> {
        let (name, key): (Arc<str>, Arc<str>) =
            (publish.name.as_str().into(), publish.key.as_str().into());
        let mailbox = named_key(Kind::Mailbox, TENANT, &[&name, &key]);
        let command = MailboxCommand::PublishMessage {
            tenant: TENANT,
            name,
            correlation_key: key,
            id: publish.id.as_deref().map(Arc::from),
            ttl_ms: publish.ttl_ms,
            variables: publish.variables.clone(),
            must_correlate: publish.must_correlate,
        };
        self.world.ask(mailbox, &Command::Mailbox(command))
    }

    fn broadcast(&mut self, name: &str, variables: &Variables) -> Result<(), Rejection> {
        let target = named_key(Kind::BpmnSignal, TENANT, &[name]);
        let command = BpmnSignalCommand::BroadcastBpmnSignal {
            tenant: TENANT,
            name: name.into(),
            variables: variables.clone(),
        };
        self.world.ask(target, &Command::BpmnSignal(command))
    }

    fn about_job(
        &mut self,
        verb: &Verb,
        instance: Option<Key>,
    ) -> Result<Result<(), Rejection>, String> {
        let (Verb::Complete { job_type, .. }
        | Verb::Throw { job_type, .. }
        | Verb::Retries { job_type, .. }
        | Verb::Fail(Fail { job_type, .. })) = verb
        else {
            unreachable!("a verb about a job")
        };
        let retries = matches!(verb, Verb::Retries { .. });
        let found = match self.world.available_job(job_type, instance) {
            // Retries may be given to a job that waits behind an incident or a back-off.
            None if retries => {
                let fits = |job: &crate::world::Job| *job.job_type == **job_type;
                self.world.jobs().find(|(_, job)| fits(job)).map(|(key, _)| key)
            }
            found => found,
        };
        let key = found.ok_or_else(|| self.no_job(job_type))?;
        let job = match retries {
            true => self.world.jobs().find(|(held, _)| *held == key).map(|(_, job)| job.clone()),
            false => self.world.activate(key, WORKER),
        };
        let job = job.expect("an available job has its row");
        let command = job_command(verb, key, job.slot, job.by);
        Ok(self.world.ask(job.instance, &Command::Instance(command)))
    }

    fn no_job(&self, job_type: &str) -> String {
        let types: Vec<String> =
            self.world.jobs().map(|(_, job)| job.job_type.to_string()).collect();
        match types.as_slice() {
            [] => format!("Expected an available job of type `{job_type}`, but found no job."),
            _ => format!(
                "Expected an available job of type `{job_type}`, but found jobs of type `{}` \
                 (some may wait for retries or a back-off).",
                types.join("`, `")
            ),
        }
    }

    fn about_instance(
        &self,
        verb: &Verb,
        instance: Option<Key>,
    ) -> Result<(Key, InstanceCommand), String> {
        let (what, element) = match verb {
            Verb::Task { element, .. } => ("with a user task", Some(element.as_str())),
            Verb::Resolve { element } => ("with an incident", element.as_deref()),
            Verb::Activate { element, .. } => ("in that sub-process", Some(element.as_str())),
            Verb::Set { element, .. } => ("at that element", element.as_deref()),
            _ => ("that is open", None),
        };
        let wanted = |held: &ElementInstance| match verb {
            Verb::Task { .. } => held.task().is_some(),
            Verb::Resolve { .. } => !held.incidents.is_empty(),
            _ => true,
        };
        for key in self.world.started() {
            let Some(state) = self.world.instance(*key) else { continue };
            if state.has_ended() && instance.is_none() || instance.is_some_and(|it| it != *key) {
                continue;
            }
            let mut slots = state.elements.iter();
            let found = slots.find(|(_, held)| wanted(held) && self.is_at(state, held, element));
            if let Some((_, held)) = found {
                if let Verb::Migrate { process, mapping } = verb {
                    let migration = self.migration(state, process.as_deref(), mapping)?;
                    return Ok((*key, InstanceCommand::MigrateInstance(Box::new(migration))));
                }
                return Ok((*key, instance_command(verb, held, self.world.now_ms())?));
            }
        }
        let place = element.map(|id| format!(" (`{id}`)")).unwrap_or_default();
        Err(format!("Expected an instance {what}{place}, but found none."))
    }
}

impl Player {
    /// To the latest version of a process, or of its own: same ids go by themselves.
    fn migration(
        &self,
        state: &Instance,
        process: Option<&str>,
        changed: &[(String, Option<String>)],
    ) -> Result<Migration, String> {
        let known = self.world.definitions();
        let own = known.get(state.definition).ok_or("Expected the instance's definition.")?;
        let process = process.unwrap_or(&own.graph.process_id);
        let target = known.latest(TENANT, process);
        let target = target.ok_or_else(|| format!("Expected process `{process}` to be there."))?;
        let mut mapping = own.graph.same_elements(&target.graph);
        for (from, to) in changed {
            mapping.retain(|(held, _)| **held != **from);
            mapping.extend(to.as_deref().map(|to| (from.as_str().into(), to.into())));
        }
        Ok(Migration { target: target.key, mapping })
    }
}

fn job_command(verb: &Verb, job: Key, slot: u32, by: Activation) -> InstanceCommand {
    match verb {
        Verb::Complete { variables, result, .. } => InstanceCommand::CompleteJob {
            slot,
            job,
            variables: variables.clone(),
            by,
            result: result.clone(),
        },
        Verb::Fail(fail) => InstanceCommand::FailJob {
            slot,
            job,
            retries: fail.retries,
            back_off_ms: fail.back_off_ms,
            message: fail.message.as_str().into(),
            variables: fail.variables.clone(),
            by,
        },
        Verb::Throw { code, message, variables, .. } => InstanceCommand::ThrowJobError {
            slot,
            job,
            code: code.as_str().into(),
            message: message.as_str().into(),
            variables: variables.clone(),
            by,
        },
        Verb::Retries { retries, .. } => {
            InstanceCommand::UpdateJob { slot, job, retries: Some(*retries), deadline_ms: None }
        }
        _ => unreachable!("a verb about a job"),
    }
}

fn instance_command(
    verb: &Verb,
    held: &ElementInstance,
    now_ms: i64,
) -> Result<InstanceCommand, String> {
    Ok(match verb {
        Verb::Task { act, .. } => {
            let task = held.task().expect("the element was chosen for its task").key;
            let action = "".into();
            match act {
                TaskAct::Complete { variables } => {
                    let variables = variables.clone();
                    InstanceCommand::CompleteUserTask { task, variables, action }
                }
                TaskAct::Assign { assignee, allow_override } => InstanceCommand::AssignUserTask {
                    task,
                    assignee: assignee.as_deref().map(Arc::from),
                    allow_override: *allow_override,
                    action,
                },
                TaskAct::Update { changes } => {
                    let changes = Box::new(task_changes(changes, now_ms)?);
                    InstanceCommand::UpdateUserTask { task, changes, action }
                }
            }
        }
        Verb::Activate { activities, cancels_remaining, .. } => {
            InstanceCommand::ActivateActivities {
                element: held.key,
                activities: activities.clone(),
                cancels_remaining: *cancels_remaining,
            }
        }
        Verb::Resolve { .. } => {
            let incident = held.incidents.first().expect("it was chosen for its incident");
            InstanceCommand::ResolveIncident { incident: incident.key }
        }
        Verb::Set { variables, local, .. } => InstanceCommand::SetVariables {
            element: held.key,
            variables: variables.clone(),
            local: *local,
        },
        Verb::Cancel { compensating: false } => InstanceCommand::CancelInstance,
        Verb::Cancel { compensating: true } => InstanceCommand::CompensateInstance,
        Verb::Restart { element, variables } => {
            let scope_id = "".into();
            let variables = match variables.is_empty() {
                true => Vec::new(),
                false => vec![ScopedVariables { scope_id, variables: variables.clone() }],
            };
            let activate =
                vec![Activate { element_id: element.as_str().into(), ancestor: None, variables }];
            let modification = Modification { activate, cancel_all: true, ..Default::default() };
            InstanceCommand::ModifyInstance(Box::new(modification))
        }
        Verb::Suspend => InstanceCommand::SuspendInstance,
        Verb::Resume => InstanceCommand::ResumeInstance,
        Verb::Modify { changes } => {
            InstanceCommand::ModifyInstance(Box::new(modification(changes)))
        }
        _ => unreachable!("a verb about an instance"),
    })
}

fn modification(changes: &[TokenChange]) -> Modification {
    let mut modification = Modification::default();
    let place = |id: &String| Place { key: None, element_id: id.as_str().into() };
    for change in changes {
        match change {
            TokenChange::Add { element, variables } => modification.activate.push(Activate {
                element_id: element.as_str().into(),
                ancestor: None,
                variables: match variables.is_empty() {
                    true => Vec::new(),
                    false => {
                        let (scope_id, variables) = (element.as_str().into(), variables.clone());
                        vec![ScopedVariables { scope_id, variables }]
                    }
                },
            }),
            TokenChange::Move { from, to } => modification.moves.push(Move {
                from: place(from),
                to: to.as_str().into(),
                ..Move::default()
            }),
            TokenChange::Cancel { element } => modification.cancel.push(place(element)),
        }
    }
    modification
}

fn task_changes(changes: &Changes, now_ms: i64) -> Result<TaskChanges, String> {
    let list = |text: &String| names(text);
    let date = |text: &String| match text.as_str() {
        "" => Ok(Date { at_ms: None }),
        wait => duration_ms(wait).map(|ms| Date { at_ms: Some(now_ms + ms) }),
    };
    Ok(TaskChanges {
        candidate_groups: changes.groups.as_ref().map(list),
        candidate_users: changes.users.as_ref().map(list),
        due: changes.due.as_ref().map(date).transpose()?,
        follow_up: changes.follow_up.as_ref().map(date).transpose()?,
        priority: changes.priority,
    })
}

fn reason(happened: &crate::world::Happened) -> Option<String> {
    use crate::world::What;
    match &happened.what {
        What::Instance { event: InstanceEvent::IncidentRaised { message, .. }, .. } => {
            Some(message.to_string())
        }
        What::Instance { event: InstanceEvent::UserTaskChangeDecided { reason, .. }, .. } => {
            Some(reason.to_string())
        }
        _ => None,
    }
}

fn rejected(kind: RejectionKind) -> &'static str {
    match kind {
        RejectionKind::NotFound => "not found",
        RejectionKind::InvalidState => "invalid state",
        RejectionKind::InvalidArgument => "invalid argument",
        RejectionKind::AlreadyExists => "already exists",
    }
}
