//! Which events a reader wants.
//!
//! Not here: who may see them; a reader of another tenant never gets this far.

use super::item::Item;
use crate::limits::STREAM_KINDS_MAX;
use crate::problem::Problem;
use crate::tenant;
use engine::key::Key;
use engine::state::Kind;
use serde::Deserialize;
use std::collections::BTreeSet;
use std::sync::Arc;
use utoipa::IntoParams;

/// What a reader asks for.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct StreamQuery {
    /// Only what comes after this event: an id of the stream, or `oldest` for all that is kept.
    /// Absent: what happens from now on. The header `Last-Event-ID` wins.
    pub(super) after: Option<String>,
    /// `false`: end where the stream would wait for more.
    pub(super) follow: Option<bool>,
    /// Only instances of this process, whatever the version.
    process_definition_id: Option<String>,
    /// Only instances of this version.
    process_definition_key: Option<String>,
    /// Only this instance.
    process_instance_key: Option<String>,
    /// Only events of these kinds, for example `JOB_CREATED,JOB_COMPLETED`.
    #[serde(rename = "type")]
    #[param(rename = "type")]
    kinds: Option<String>,
    /// What the events are about, some of `PROCESS_INSTANCE` (alone if absent), `CASE`, `ALERT` and
    /// `SIGNAL`.
    about: Option<String>,
    /// Tenant.
    tenant_id: Option<String>,
}

/// Kinds of events wanted; none named means all.
pub(super) type Kinds = Option<Arc<BTreeSet<String>>>;

/// What a reader wants.
#[derive(Debug, Clone, Default)]
pub(super) struct Filter {
    pub(super) instance: Option<Key>,
    pub(super) definition: Option<Key>,
    pub(super) process_id: Option<Arc<str>>,
    pub(super) kinds: Kinds,
    about: About,
    tenant: u32,
}

/// What events are about, as bits; none: process instances.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct About(u8);

impl About {
    const WORDS: [&str; 4] = ["PROCESS_INSTANCE", "CASE", "ALERT", "SIGNAL"];

    fn parse(text: &str) -> Result<About, Problem> {
        let mut about = About::default();
        for word in text.split(',').map(str::trim) {
            let Some(place) = About::WORDS.iter().position(|known| *known == word) else {
                let known = About::WORDS.join(", ");
                return Err(Problem::invalid(format!(
                    "Expected some of {known} in `about`, but found `{word}`."
                )));
            };
            about.0 |= 1 << place;
        }
        Ok(about)
    }

    fn has(self, kind: u8) -> bool {
        let place = match Kind::from_number(kind) {
            Some(Kind::Case) => 1,
            Some(Kind::Alert) => 2,
            Some(Kind::ReceivedEvent) => 3,
            _ => 0,
        };
        self.0.max(1) & (1 << place) != 0
    }
}

/// Where a reader waits: its narrowest wish, so that others' events do not touch it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Post {
    Instance(Key),
    Definition(Key),
    Process(Arc<str>),
    All,
}

impl StreamQuery {
    pub(super) fn filter(&self) -> Result<Filter, Problem> {
        Ok(Filter {
            instance: key("processInstanceKey", self.process_instance_key.as_deref())?,
            definition: key("processDefinitionKey", self.process_definition_key.as_deref())?,
            process_id: self.process_definition_id.as_deref().map(Arc::from),
            kinds: self.kinds.as_deref().map(kinds).transpose()?,
            about: self.about.as_deref().map(About::parse).transpose()?.unwrap_or_default(),
            tenant: tenant::number(self.tenant_id.as_deref())?,
        })
    }
}

fn key(name: &str, text: Option<&str>) -> Result<Option<Key>, Problem> {
    let Some(text) = text else { return Ok(None) };
    match text.parse() {
        Ok(number) if text.bytes().all(|byte| byte.is_ascii_digit()) => Ok(Some(Key(number))),
        _ => Err(Problem::invalid(format!("Expected `{name}` to be a key, but found `{text}`."))),
    }
}

fn kinds(text: &str) -> Result<Arc<BTreeSet<String>>, Problem> {
    let kinds: BTreeSet<String> = text.split(',').map(|kind| kind.trim().to_owned()).collect();
    if kinds.len() > STREAM_KINDS_MAX {
        return Err(Problem::invalid(format!(
            "Expected at most {STREAM_KINDS_MAX} kinds in `type`, but found {}.",
            kinds.len()
        )));
    }
    let known = [super::super::event_json::KINDS, super::super::work_json::KINDS].concat();
    match kinds.iter().find(|kind| !known.contains(&kind.as_str())) {
        None => Ok(Arc::new(kinds)),
        Some(unknown) => Err(Problem::invalid(format!(
            "Expected kinds of events in `type`, but found `{unknown}`. There are {}.",
            known.join(", ")
        ))),
    }
}

impl Filter {
    /// Where the reader waits.
    pub(super) fn post(&self) -> Post {
        match (self.instance, self.definition, &self.process_id) {
            (Some(instance), ..) => Post::Instance(instance),
            (None, Some(definition), _) => Post::Definition(definition),
            (None, None, Some(process_id)) => Post::Process(process_id.clone()),
            (None, None, None) => Post::All,
        }
    }

    /// Whether the reader wants an item, as far as its events do not decide.
    pub(super) fn wants(&self, item: &Item<'_>) -> bool {
        self.tenant == item.row.tenant
            && self.about.has(item.row.kind)
            && self.instance.is_none_or(|instance| instance.0 == item.row.aggregate)
            && self.definition.is_none_or(|definition| Some(definition) == item.section.definition)
            && self.process_id.as_ref().is_none_or(|id| Some(&**id) == item.process_id())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reader_waits_where_the_fewest_events_come_by() {
        let filter = |instance, definition, id: Option<&str>| Filter {
            instance,
            definition,
            process_id: id.map(Arc::from),
            ..Filter::default()
        };
        assert_eq!(filter(None, None, None).post(), Post::All);
        assert_eq!(filter(None, None, Some("a")).post(), Post::Process("a".into()));
        assert_eq!(filter(None, Some(Key(2)), Some("a")).post(), Post::Definition(Key(2)));
        assert_eq!(filter(Some(Key(1)), Some(Key(2)), None).post(), Post::Instance(Key(1)));
    }

    #[test]
    fn tells_of_process_instances_unless_it_is_asked_for_more() {
        let (default, more) = (About::default(), About::parse("CASE, SIGNAL").unwrap());
        let kinds = [Kind::Instance, Kind::Case, Kind::Alert, Kind::ReceivedEvent];
        let has = |about: About| kinds.map(|kind| about.has(kind as u8));
        assert_eq!(has(default), [true, false, false, false]);
        assert_eq!(has(more), [false, true, false, true]);
        assert!(About::parse("CASES").unwrap_err().detail.contains("`CASES`"));
    }

    #[test]
    fn knows_the_kinds_of_events() {
        let wanted = kinds("JOB_CREATED, INCIDENT_RAISED").unwrap();
        assert_eq!(wanted.len(), 2);
        let detail = kinds("JOB_CREATED,JOBCREATED").unwrap_err().detail;
        assert!(detail.contains("`JOBCREATED`") && detail.contains("JOB_COMPLETED"), "{detail}");
    }
}
