//! A received event: what a source sent, kept once, and what the rules make of it.
//!
//! Not here: reading it from a request. Its id and source name the aggregate, so that a source may
//! send it again as often as it likes.

use crate::alert::Draft;
use crate::definition::{CheckKind, Deployed, Detect, EventMatch, Formula, Mode, Rule};
use crate::detector::{DetectorCommand, Observation, Reading};
use crate::expectation::ExpectationCommand;
use crate::key::Key;
use crate::limits::{ATTRIBUTE_CHARACTERS_MAX, EVENT_BYTES_MAX, EVENT_FUEL, TEXT_CHARACTERS_MAX};
use crate::rejection::Rejection;
use crate::step::{Command, Effect, Event, Inputs, Known, Outcome, Target};
use decision::{Budget, Env, Failure, Scope, Variable};
use std::sync::Arc;

/// A received event, in the words of CloudEvents 1.0
/// (<https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/spec.md>).
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct CloudEvent {
    /// Its id; with the source it names the event.
    pub id: Arc<str>,
    /// Where it comes from, a URI reference.
    pub source: Arc<str>,
    /// Its type.
    pub kind: Arc<str>,
    /// What it is about.
    pub subject: Option<Arc<str>>,
    /// When it happened, as it was written.
    pub time: Option<Arc<str>>,
    /// Media type of the data, if it was said.
    pub content_type: Option<Arc<str>>,
    /// Schema of the data, if it was said.
    pub schema: Option<Arc<str>>,
    /// Extension attributes.
    pub extensions: Vec<(Arc<str>, Arc<str>)>,
    /// The data as JSON; `null` without data.
    pub data: Arc<str>,
}

/// What is remembered of a received event.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Received {
    /// Tenant number.
    pub tenant: u32,
    /// Its key; 0 until it was received.
    pub key: Key,
    /// Where it comes from.
    pub source: Arc<str>,
    /// Its id.
    pub id: Arc<str>,
}

/// What a received event can be asked.
#[derive(Debug, Clone, PartialEq)]
pub enum ReceivedCommand {
    /// Be received, once.
    ReceiveEvent {
        /// Tenant number.
        tenant: u32,
        /// The event.
        event: Box<CloudEvent>,
    },
}

/// A domain event of a received event.
#[derive(Debug, Clone, PartialEq)]
pub enum ReceivedEvent {
    /// It was received, and the rules looked at it.
    EventReceived {
        /// Tenant number.
        tenant: u32,
        /// Its key.
        key: Key,
        /// What was sent.
        event: Box<CloudEvent>,
        /// Rules it is a signal for: those that looked at it, each with its subject.
        matched: Vec<Matched>,
    },
}

/// A rule, or a case type's check, that an event is meant for.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Matched {
    /// Key of the version.
    pub definition: Key,
    /// Id of the rule; for a check: of the case type, a slash and the check.
    pub id: Arc<str>,
    /// What it is about.
    pub subject: Arc<str>,
    /// Why it could not be looked at, or the empty string.
    pub failure: Arc<str>,
}

impl Received {
    /// Applies one event; the only writer of this state.
    pub(crate) fn apply(&mut self, event: &ReceivedEvent) {
        let ReceivedEvent::EventReceived { tenant, key, event, .. } = event;
        self.tenant = *tenant;
        self.key = *key;
        self.source = event.source.clone();
        self.id = event.id.clone();
    }
}

/// One step. An event that was received before changes nothing.
pub(crate) fn step(
    known: &Known<'_>,
    state: &mut Received,
    command: &ReceivedCommand,
    inputs: &mut Inputs<'_>,
) -> Result<Outcome, Rejection> {
    let ReceivedCommand::ReceiveEvent { tenant, event } = command;
    verify(event)?;
    let mut out = Outcome::default();
    if state.key != Key::default() {
        return match (&state.source, &state.id) == (&event.source, &event.id) {
            true => Ok(out),
            false => Err(Rejection::invalid_state(format!(
                "Expected event `{}` of `{}` to have a name of its own, but it is one with `{}`.",
                event.id, event.source, state.id
            ))),
        };
    }
    let key = inputs.keys.next_key();
    let env = Env { now_ms: inputs.now_ms, zone: inputs.zone.clone(), seed: inputs.seed };
    let mut budget = Budget { fuel: EVENT_FUEL, ..Budget::default() };
    let mut looking = Looking { event, key, tenant: *tenant, env, budget: &mut budget };
    let mut matched = Vec::new();
    let mut effects = Vec::new();
    for rule in known.definitions.rules(*tenant) {
        if rule.says.mode != Mode::Disabled && fits(&rule.says.on, event) {
            looking.rule(rule, &mut matched, &mut effects);
        }
    }
    for held in known.definitions.case_types(*tenant) {
        for check in &held.says.outcome {
            if let CheckKind::Event { on, subject } = &check.kind
                && fits(on, event)
            {
                let id = format!("{}/{}", held.says.id, check.id).into();
                let found = looking.subject_of(on, subject);
                let Some(subject) = note(&mut matched, held.key, id, found) else { continue };
                let target = Target::Expectation {
                    tenant: *tenant,
                    case_type: held.says.id.clone(),
                    check: check.id.clone(),
                    subject,
                };
                let command =
                    Command::Expectation(ExpectationCommand::MeetExpectation { event: key });
                effects.push(Effect::Ask(target, command));
            }
        }
    }
    out.fuel = EVENT_FUEL - budget.fuel;
    let happened =
        ReceivedEvent::EventReceived { tenant: *tenant, key, event: event.clone(), matched };
    state.apply(&happened);
    out.events.push(Event::Received(happened));
    out.effects = effects;
    Ok(out)
}

/// What every event must have, and may not exceed.
pub fn verify(event: &CloudEvent) -> Result<(), Rejection> {
    let required = [("id", &event.id), ("source", &event.source), ("type", &event.kind)];
    for (name, value) in required {
        if value.is_empty() {
            return Err(Rejection::invalid_argument(format!(
                "Expected an event with `{name}`, but found none."
            )));
        }
    }
    let optional = [&event.subject, &event.time, &event.content_type, &event.schema];
    let texts = optional.into_iter().flatten().chain(required.map(|(_, value)| value));
    let texts = texts.chain(event.extensions.iter().map(|(_, value)| value));
    let mut bytes = event.data.len();
    for text in texts {
        bytes += text.len();
        if text.chars().count() > ATTRIBUTE_CHARACTERS_MAX {
            return Err(Rejection::invalid_argument(format!(
                "Expected attributes of at most {ATTRIBUTE_CHARACTERS_MAX} characters, but found \
                 one of {} in event `{}`.",
                text.chars().count(),
                event.id.chars().take(64).collect::<String>()
            )));
        }
    }
    if bytes > EVENT_BYTES_MAX {
        return Err(Rejection::invalid_argument(format!(
            "Expected an event of at most {EVENT_BYTES_MAX} bytes, but `{}` has {bytes}.",
            event.id
        )));
    }
    Ok(())
}

fn fits(on: &EventMatch, event: &CloudEvent) -> bool {
    on.types.contains(&event.kind)
        && on.source.as_ref().is_none_or(|source| *source == event.source)
}

/// Keeps what was found, and says what is to be done with it.
fn note(
    matched: &mut Vec<Matched>,
    definition: Key,
    id: Arc<str>,
    found: Result<Option<Arc<str>>, String>,
) -> Option<Arc<str>> {
    match found {
        Ok(None) => None,
        Ok(Some(subject)) => {
            let failure = "".into();
            matched.push(Matched { definition, id, subject: subject.clone(), failure });
            Some(subject)
        }
        Err(failure) => {
            let failure = failure.into();
            matched.push(Matched { definition, id, subject: "".into(), failure });
            None
        }
    }
}

/// The look of rules at one event.
struct Looking<'a> {
    event: &'a CloudEvent,
    key: Key,
    tenant: u32,
    env: Env,
    budget: &'a mut Budget,
}

impl Looking<'_> {
    /// What an event is about, if it is meant.
    fn subject_of(
        &mut self,
        on: &EventMatch,
        subject: &Formula,
    ) -> Result<Option<Arc<str>>, String> {
        let seen = Seen { event: self.event, subject: None };
        let words = |failure: Failure| failure.to_string();
        if let Some(when) = &on.when
            && !when.holds(&seen, &self.env, self.budget).map_err(words)?
        {
            return Ok(None);
        }
        let found = subject.text(&seen, &self.env, self.budget).map_err(words)?;
        let found =
            found.ok_or("Expected the subject to be a text or a number, but found none.")?;
        if found.chars().count() > ATTRIBUTE_CHARACTERS_MAX {
            return Err(format!(
                "Expected a subject of at most {ATTRIBUTE_CHARACTERS_MAX} characters, but found \
                 more."
            ));
        }
        Ok(Some(found))
    }

    fn rule(
        &mut self,
        rule: &Deployed<Rule>,
        matched: &mut Vec<Matched>,
        effects: &mut Vec<Effect>,
    ) {
        let id = rule.says.id.clone();
        let found = self.subject_of(&rule.says.on, &rule.says.subject);
        let Some(subject) = note(matched, rule.key, id.clone(), found) else { return };
        match self.observe(rule, &subject) {
            Ok(None) => {}
            Ok(Some(observation)) => {
                let target =
                    Target::Detector { tenant: self.tenant, rule: id, subject: subject.clone() };
                let command = DetectorCommand::Observe(Box::new(observation));
                effects.push(Effect::Ask(target, Command::Detector(command)));
            }
            Err(failure) => {
                let last = matched.last_mut().expect("it was just noted");
                last.failure = failure.to_string().into();
            }
        }
    }

    /// What a rule's detector is to know of the event; `None`: nothing.
    fn observe(
        &mut self,
        rule: &Deployed<Rule>,
        subject: &Arc<str>,
    ) -> Result<Option<Observation>, Failure> {
        let seen = Seen { event: self.event, subject: Some(subject) };
        let (mut steps, mut calendar) = (0, None);
        let reading = match &rule.says.detect {
            Detect::Threshold { when, recover, .. } => {
                let beyond = when.holds(&seen, &self.env, self.budget)?;
                let over = match recover {
                    Some(recover) => !beyond && recover.holds(&seen, &self.env, self.budget)?,
                    None => !beyond,
                };
                match (beyond, over) {
                    (true, _) => Reading::Beyond,
                    (false, true) => Reading::Normal,
                    (false, false) => Reading::Between,
                }
            }
            Detect::Absence { after, expect, calendar: by, .. } => {
                let came = expect.holds(&seen, &self.env, self.budget)?;
                let begins = match after {
                    Some(after) => after.holds(&seen, &self.env, self.budget)?,
                    None => came,
                };
                if let Some(by) = by {
                    calendar = by.text(&seen, &self.env, self.budget)?;
                }
                match (begins, came) {
                    (true, _) => Reading::Begins,
                    (false, true) => Reading::Came,
                    (false, false) => return Ok(None),
                }
            }
            Detect::Rate { .. } => Reading::Beyond,
            Detect::Sequence { steps: conditions, unless, recover, .. } => {
                let mut holds = |formula: &Formula| formula.holds(&seen, &self.env, self.budget);
                for (place, condition) in conditions.iter().enumerate() {
                    steps |= u32::from(holds(condition)?) << place;
                }
                let anew = unless.as_ref().map(&mut holds).transpose()? == Some(true);
                let over = recover.as_ref().map(&mut holds).transpose()? == Some(true);
                match (anew, over, steps) {
                    (false, false, 0) => return Ok(None),
                    (true, _, _) | (_, true, 0) => Reading::Normal,
                    _ => Reading::Beyond,
                }
            }
        };
        // What is normal raises nothing: most events are, and their titles need not be made.
        let draft = match reading {
            Reading::Beyond | Reading::Begins => {
                let event = (self.event, Some(self.key));
                shape(&rule.says, event, subject, &self.env, self.budget)?
            }
            Reading::Between | Reading::Normal | Reading::Came => Draft::default(),
        };
        let (tenant, rule_id, subject) = (self.tenant, rule.says.id.clone(), subject.clone());
        let rule = rule.key;
        Ok(Some(Observation { tenant, rule, rule_id, subject, reading, draft, steps, calendar }))
    }
}

/// The alert a rule would raise about a subject because of an event.
pub(crate) fn shape(
    rule: &Rule,
    (event, key): (&CloudEvent, Option<Key>),
    subject: &Arc<str>,
    env: &Env,
    budget: &mut Budget,
) -> Result<Draft, Failure> {
    let seen = Seen { event, subject: Some(subject) };
    let shape = &rule.alert;
    let title = shape.title.text(&seen, env, budget)?;
    let title = title.unwrap_or_else(|| rule.name.clone());
    let name = match &shape.name {
        Some(name) => name.text(&seen, env, budget)?,
        None => None,
    };
    let name = name.unwrap_or_else(|| format!("{}/{subject}", rule.id).into());
    let site = match &shape.site {
        Some(site) => site.text(&seen, env, budget)?,
        None => None,
    };
    Ok(Draft {
        name: cut(&name, ATTRIBUTE_CHARACTERS_MAX),
        title: cut(&title, TEXT_CHARACTERS_MAX),
        severity: shape.severity,
        event: key,
        case_type: shape.case_type.clone(),
        is_storm: false,
        site: site.map(|site| cut(&site, ATTRIBUTE_CHARACTERS_MAX)),
    })
}

fn cut(text: &Arc<str>, characters: usize) -> Arc<str> {
    match text.char_indices().nth(characters) {
        Some((at, _)) => text[..at].into(),
        None => text.clone(),
    }
}

/// What expressions see of an event: its attributes, `data`, and what it is about.
pub(crate) struct Seen<'a> {
    pub(crate) event: &'a CloudEvent,
    pub(crate) subject: Option<&'a Arc<str>>,
}

impl Scope for Seen<'_> {
    fn variable(&self, name: &str) -> Option<Variable<'_>> {
        let event = self.event;
        let own = event.subject.as_ref();
        let text = match name {
            "data" => return Some(Variable::Json(&event.data)),
            "id" => &event.id,
            "source" => &event.source,
            "type" => &event.kind,
            "subject" => self.subject.or(own)?,
            "time" => event.time.as_ref()?,
            _ => &event.extensions.iter().find(|(known, _)| **known == *name)?.1,
        };
        Some(Variable::Value(decision::Value::String(text.clone())))
    }
}
