//! Record version 1 of stored state: the numbers are for ever.
//!
//! Instances are written in pages by the runtime; this is the root, the pages, and the others.

use super::codec::{Bad, Reader, Wire, Writer, fields, numbers};
use crate::limits::PAGE_ELEMENTS;
use crate::state::entry::{Door, Entry};
use crate::state::head::Head;
use crate::state::instance::{
    ElementInstance, Incident, Instance, InstancePhase, Job, Phase, Subscription, Timer,
};
use crate::state::mailbox::Mailbox;

fields!(Instance {
    1: key,
    2: definition,
    3: tenant,
    4: entry,
    5: business_id,
    6: phase,
    7: next_slot,
    8: elements,
    9: agenda,
    10: continuations,
});
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
});
numbers!(Phase { 0: Entering, 1: Active, 2: Cancelling });
fields!(Job { 1: key, 2: job_type, 3: retries, 4: headers });
fields!(Timer { 1: key, 2: element, 3: due_ms, 4: repetitions });
fields!(Subscription { 1: key, 2: element, 3: name, 4: correlation_key });
fields!(Incident { 1: key, 2: kind, 3: resume, 4: job });

fields!(Mailbox { 1: tenant, 2: messages, 3: subscriptions, 4: expiry });
fields!(Entry { 1: tenant, 2: doors });
fields!(Door { 1: process_id, 2: correlation_key, 3: instance, 4: waiting });
fields!(Head { 1: tenant, 2: process_id, 3: version, 4: latest, 5: digest, 6: timers });
