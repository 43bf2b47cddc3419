//! Record version 1 of stored state: the numbers are for ever.
//!
//! Instances are written in pages by the runtime; this is the root, the pages, and the others.

use super::codec::{Bad, Reader, Wire, Writer, fields, numbers};
use crate::state::elements::{Elements, Page};
use crate::state::entry::{Door, Entry};
use crate::state::head::Head;
use crate::state::instance::{
    Awaited, AwaitedSignal, Body, Compensation, Done, ElementInstance, Incident, Instance,
    InstancePhase, Job, Listening, Phase, Subscription, Timer,
};
use crate::state::resource::ResourceHead;

impl Wire for Instance {
    fn put(&self, writer: &mut Writer) {
        writer.nested(|writer| {
            writer.field(1, &self.key);
            writer.field(2, &self.definition);
            writer.field(3, &self.tenant);
            writer.field(4, &self.entry);
            writer.field(5, &self.business_id);
            writer.field(6, &self.phase);
            writer.field(7, &self.next_slot);
            // Page 0 lives in the root row; the other pages are rows of their own.
            writer.varint(8);
            let first = self.elements.page(0);
            writer.nested(|writer| {
                let elements = first.map_or(&[][..], |page| &page.elements);
                writer.varint(elements.len() as u64);
                for (slot, element) in elements {
                    slot.put(writer);
                    element.put(writer);
                }
            });
            writer.field(9, &self.agenda);
            writer.field(10, &self.continuations);
            writer.field(11, &self.elements.numbers());
            writer.field(12, &u32::try_from(self.elements.len()).expect("slots are 32 bits"));
            writer.field(13, &self.incidents);
            if let Some(page) = first {
                writer.field(14, &page.kept);
            }
            writer.field(15, &self.parent);
            writer.field(16, &self.failing);
            writer.field(60, &self.watchers);
            writer.field(30, &self.completions);
            writer.field(31, &self.notes);
            if let Some(page) = first {
                writer.field(32, &page.done);
            }
            writer.field(100, &self.suspended);
            writer.field(3300, &self.case);
            writer.field(3500, &self.tags);
            writer.field(3501, &self.stop_after);
            writer.field(3502, &self.stopped);
        });
    }

    fn take(reader: &mut Reader<'_>) -> Result<Self, Bad> {
        let mut inner = reader.nested()?;
        let mut value = Instance::default();
        let (mut first, mut others, mut live) = (Page::default(), Vec::new(), 0);
        while !inner.is_empty() {
            let number = inner.varint()?;
            let mut field = inner.nested()?;
            match number {
                1 => value.key = Wire::take(&mut field)?,
                2 => value.definition = Wire::take(&mut field)?,
                3 => value.tenant = Wire::take(&mut field)?,
                4 => value.entry = Wire::take(&mut field)?,
                5 => value.business_id = Wire::take(&mut field)?,
                6 => value.phase = Wire::take(&mut field)?,
                7 => value.next_slot = Wire::take(&mut field)?,
                8 => first.elements = Wire::take(&mut field)?,
                9 => value.agenda = Wire::take(&mut field)?,
                10 => value.continuations = Wire::take(&mut field)?,
                11 => others = Wire::take(&mut field)?,
                12 => live = Wire::take(&mut field)?,
                13 => value.incidents = Wire::take(&mut field)?,
                14 => first.kept = Wire::take(&mut field)?,
                15 => value.parent = Wire::take(&mut field)?,
                16 => value.failing = Wire::take(&mut field)?,
                60 => value.watchers = Wire::take(&mut field)?,
                30 => value.completions = Wire::take(&mut field)?,
                31 => value.notes = Wire::take(&mut field)?,
                32 => first.done = Wire::take(&mut field)?,
                100 => value.suspended = Wire::take(&mut field)?,
                3300 => value.case = Wire::take(&mut field)?,
                3500 => value.tags = Wire::take(&mut field)?,
                3501 => value.stop_after = Wire::take(&mut field)?,
                3502 => value.stopped = Wire::take(&mut field)?,
                _ => {}
            }
        }
        value.elements = Elements::from_root(first, others, live);
        Ok(value)
    }
}
numbers!(InstancePhase { 0: Active, 1: Cancelling, 2: Completed, 3: Cancelled });
fields!(ElementInstance {
    1: key,
    2: element,
    3: scope,
    4: phase,
    5: children,
    6: parked,
    7: variables,
    8: payload,
    9: interrupted_by,
    10: job,
    11: timers,
    12: subscriptions,
    13: user_task,
    14: incidents,
    15: body,
    16: child,
    30: listening,
    31: last_done,
    32: compensation,
    60: events,
    3200: fulfilled,
    3500: proposal,
});
fields!(Awaited { 1: signals, 2: conditions, 3: kept, 4: resets });
fields!(AwaitedSignal { 1: key, 2: element, 3: name });
fields!(Body { 1: first, 2: count, 3: begun, 4: completed, 5: cancelled, 6: stopped, 60: loops });
fields!(Compensation { 1: by, 2: until, 3: active, 4: revived, 5: handled });
fields!(Done { 1: element, 2: order, 3: before, 4: last, 5: variables, 6: is_scope, 7: undone });
fields!(Listening { 1: event, 2: number });
numbers!(Phase { 0: Entering, 1: Active, 2: Cancelling });
fields!(Job {
    1: key,
    2: job_type,
    3: retries,
    4: headers,
    30: kind,
    31: listener,
    3500: priority
});
fields!(Timer { 1: key, 2: element, 3: due_ms, 4: repetitions });
fields!(Subscription { 1: key, 2: element, 3: name, 4: correlation_key });
fields!(Incident { 1: key, 2: kind, 3: resume, 4: job });

fields!(Entry { 1: tenant, 2: doors });
fields!(Door { 1: process_id, 2: correlation_key, 3: instance, 4: waiting });
fields!(ResourceHead { 1: tenant, 2: kind, 3: id, 4: version, 5: latest, 6: digest });
fields!(Head { 1: tenant, 2: process_id, 3: version, 4: latest, 5: digest, 6: timers });
