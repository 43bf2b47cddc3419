//! Lines from the history: events, and who asked for what.
//!
//! Not here: how an event looks as JSON (`own::event_json`). What was purged is not there.

use super::cells::Writer;
use super::{Cells, Export, PAGE, Value, What};
use crate::own::event_json::{Scene, write_event};
use engine::event::InstanceEvent;
use engine::key::Key;
use engine::record::v1_name::command_name;
use engine::record::{Events, Section, decode_sections};
use engine::state::Kind;
use store::Store;
use store::load::HistoryRow;

impl Export {
    pub(super) fn history(
        &mut self,
        store: &dyn Store,
        writer: &mut Writer,
    ) -> Result<(), store::Error> {
        let rows = store.events(self.after, PAGE)?;
        self.is_done = rows.len() < PAGE as usize;
        for row in rows {
            if self.is_full() {
                return Ok(());
            }
            self.after = row.position;
            let too_early = self.wanted.from_ms.is_some_and(|from| row.at_ms < from);
            let too_late = self.wanted.to_ms.is_some_and(|to| row.at_ms >= to);
            if too_early || too_late || !self.wanted.tenants.contains(&row.tenant) {
                continue;
            }
            let sections = decode_sections(Key(row.aggregate), &row.body).map_err(|bad| {
                let reason = format!("history at position {} cannot be read: {bad}", row.position);
                store::Error::Query { reason }
            })?;
            // Slots of one instance keep their meaning within a commit.
            let mut definition = None;
            for section in &sections {
                definition = definition_of(section).or(definition);
                self.section(store, writer, &row, (section, definition))?;
            }
        }
        Ok(())
    }

    fn section(
        &mut self,
        store: &dyn Store,
        writer: &mut Writer,
        row: &HistoryRow,
        (section, definition): (&Section, Option<Key>),
    ) -> Result<(), store::Error> {
        let what = self.wanted.what;
        let wanted = self.wanted.process_id.clone();
        let known = match definition {
            Some(key) => self.definition(store, key.0)?,
            None => None,
        };
        let process_id = known.map(|known| known.process_id.clone());
        if wanted.is_some() && wanted.as_deref() != process_id.as_deref() {
            return Ok(());
        }
        let cause = &section.cause;
        let text = |text: &str| Value::Text(text.to_owned());
        let or_absent = |held: Option<&str>| held.map_or(Value::Absent, text);
        let begin = |aggregate: &str| -> Cells {
            vec![
                ("position".to_owned(), Value::Int(row.position.cast_signed())),
                ("time".to_owned(), Value::Time(row.at_ms)),
                (aggregate.to_owned(), Value::Key(row.aggregate)),
                ("processDefinitionId".to_owned(), or_absent(process_id.as_deref())),
                (
                    "processDefinitionKey".to_owned(),
                    definition.map_or(Value::Absent, |key| Value::Key(key.0)),
                ),
                ("actor".to_owned(), text(&cause.actor)),
                ("actingFor".to_owned(), or_absent(cause.acting_for.as_deref())),
                ("command".to_owned(), text(command_name(cause.command))),
            ]
        };
        if what == What::Audit {
            let mut cells = begin("aggregateKey");
            let kind = Kind::from_number(row.kind).map_or("UNKNOWN", kind_name);
            cells.extend([
                ("aggregate".to_owned(), text(kind)),
                ("source".to_owned(), cause.source.map_or(Value::Absent, |key| Value::Key(key.0))),
                ("idempotencyKey".to_owned(), or_absent(cause.request.as_deref())),
                ("events".to_owned(), Value::Int(count(&section.events) as i64)),
                ("segment".to_owned(), text(&format!("{:016x}", row.segment))),
                ("commit".to_owned(), Value::Int(row.seq.cast_signed())),
            ]);
            writer.line(&cells);
            self.lines += 1;
            return Ok(());
        }
        let Events::Instance(events) = &section.events else { return Ok(()) };
        let mut scene = Scene::of(known.and_then(|known| known.graph.as_ref()), section);
        for event in events {
            let mut cells = begin("processInstanceKey");
            let mut json = String::new();
            write_event(&mut json, event, &mut scene);
            cells.push(("event".to_owned(), Value::Json(json)));
            writer.line(&cells);
        }
        self.lines += events.len() as u64;
        Ok(())
    }
}

/// The definition a section's instance runs.
fn definition_of(section: &Section) -> Option<Key> {
    let Events::Instance(events) = &section.events else { return None };
    let created = events.iter().find_map(|event| match event {
        InstanceEvent::InstanceCreated(created) => Some(created.definition),
        _ => None,
    });
    created.or(section.definition)
}

fn count(events: &Events) -> usize {
    match events {
        Events::Instance(events) => events.len(),
        Events::Mailbox(events) => events.len(),
        Events::Entry(events) => events.len(),
        Events::Head(events) => events.len(),
        Events::Resource(events) => events.len(),
        Events::Evaluation(events) => events.len(),
        Events::BpmnSignal(events) => events.len(),
        Events::BatchOperation(events) => events.len(),
        Events::Suspension(events) => events.len(),
        Events::Work(events) => events.len(),
    }
}

fn kind_name(kind: Kind) -> &'static str {
    match kind {
        Kind::Instance => "INSTANCE",
        Kind::Mailbox => "MAILBOX",
        Kind::Entry => "ENTRY",
        Kind::Head => "DEFINITION",
        Kind::Resource => "RESOURCE",
        Kind::Evaluation => "EVALUATION",
        Kind::BpmnSignal => "BPMN_SIGNAL",
        Kind::BatchOperation => "BATCH_OPERATION",
        Kind::Suspensions => "SUSPENSIONS",
        Kind::ReceivedEvent => "RECEIVED_EVENT",
        Kind::Detector => "DETECTOR",
        Kind::Alert => "ALERT",
        Kind::Case => "CASE",
        Kind::Expectation => "EXPECTATION",
        Kind::Gate => "GATE",
    }
}
