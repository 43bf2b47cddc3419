//! Stored answers of keyed requests: keys to answer with, never bodies.
//!
//! Not the wire format, and not for reading by anyone else.

use crate::lane::Answered;
use crate::request::{
    Answer, BatchRequest, CreatedInstance, DeployedProcess, DeployedResource, Deployment,
    EndedInstance, Refusal, Request, VariableChange,
};
use engine::key::Key;
use engine::record::codec::{Bad, Reader, Wire, Writer};
use engine::state::batch_operation::{Begun, Selection};
use std::hash::{Hash, Hasher};

const FORMAT: u8 = 1;

/// A hash of a request: the same key with another request is refused.
pub(crate) fn request_hash(request: &Request) -> u64 {
    let mut hasher = rustc_hash::FxHasher::default();
    // The debug form names every field in a fixed order; it is hashed and never stored.
    match request {
        // How many there are is counted at each repetition anew; what is asked for is the same.
        Request::Batch(BatchRequest::Begin { begun }) => {
            let Begun { operation, selection, .. } = &**begun;
            let selection = Selection { upper: Key(0), ..selection.clone() };
            format!("{operation:?} {selection:?}").hash(&mut hasher);
        }
        other => format!("{other:?}").hash(&mut hasher),
    }
    hasher.finish()
}

/// Encodes an answer.
pub(crate) fn encode(answer: &Answer) -> Vec<u8> {
    let mut writer = Writer::new(Key(0), FORMAT);
    match answer {
        // Asked again, it is known that it was taken in: what came of it is in the history.
        Answer::Done | Answer::TaskChangeProposed { .. } => writer.varint(1),
        Answer::MessagePublished { message } => {
            writer.varint(2);
            message.put(&mut writer);
        }
        Answer::DecisionEvaluated { evaluation, .. } => {
            writer.varint(130);
            evaluation.put(&mut writer);
        }
        Answer::MessageCorrelated { message, instance } => {
            writer.varint(3);
            message.put(&mut writer);
            instance.put(&mut writer);
        }
        Answer::InstanceCreated(created) | Answer::InstanceEnded(EndedInstance { created, .. }) => {
            writer.varint(4);
            created.instance.put(&mut writer);
            created.definition.put(&mut writer);
            created.process_id.put(&mut writer);
            created.version.put(&mut writer);
            created.business_id.put(&mut writer);
        }
        Answer::EventsReceived { events } => {
            writer.varint(3300);
            events.put(&mut writer);
        }
        Answer::ConditionalsEvaluated { evaluation, started } => {
            writer.varint(3500);
            evaluation.put(&mut writer);
            started.put(&mut writer);
        }
        Answer::CaseOpened { case } => {
            writer.varint(3301);
            case.put(&mut writer);
        }
        Answer::VariablesEdited { changes } => {
            writer.varint(3601);
            put_changes(&mut writer, changes);
        }
        Answer::BatchBegun { batch } => {
            writer.varint(3600);
            batch.put(&mut writer);
        }
        Answer::BpmnSignalBroadcast { signal } => {
            writer.varint(10);
            signal.put(&mut writer);
        }
        Answer::Deployed(deployment) => put_deployment(&mut writer, deployment),
    }
    writer.finish()
}

fn put_deployment(writer: &mut Writer, deployment: &Deployment) {
    writer.varint(5);
    deployment.key.put(writer);
    writer.varint(deployment.processes.len() as u64);
    for process in &deployment.processes {
        process.definition.put(writer);
        process.process_id.put(writer);
        process.version.put(writer);
        process.resource.put(writer);
    }
    writer.varint(deployment.resources.len() as u64);
    for resource in &deployment.resources {
        resource.key.put(writer);
        resource.kind.put(writer);
        resource.id.put(writer);
        resource.name.put(writer);
        resource.version.put(writer);
        resource.resource.put(writer);
    }
}

fn put_changes(writer: &mut Writer, changes: &[VariableChange]) {
    writer.varint(changes.len() as u64);
    for change in changes {
        change.scope.put(writer);
        change.name.put(writer);
        change.before.put(writer);
        change.after.put(writer);
    }
}

/// Decodes an answer.
pub(crate) fn decode(body: &[u8]) -> Answered {
    read(body).map_err(|bad| Refusal::Internal { reason: bad.to_string() })
}

fn read(body: &[u8]) -> Result<Answer, Bad> {
    let mut reader = Reader::new(Key(0), FORMAT, body)?;
    let reader = &mut reader;
    Ok(match reader.varint()? {
        1 => Answer::Done,
        2 => Answer::MessagePublished { message: Wire::take(reader)? },
        3 => Answer::MessageCorrelated {
            message: Wire::take(reader)?,
            instance: Wire::take(reader)?,
        },
        4 => Answer::InstanceCreated(CreatedInstance {
            instance: Wire::take(reader)?,
            definition: Wire::take(reader)?,
            process_id: Wire::take(reader)?,
            version: Wire::take(reader)?,
            business_id: Wire::take(reader)?,
        }),
        5 => {
            let key = Wire::take(reader)?;
            let mut processes = Vec::new();
            for _ in 0..reader.varint()? {
                processes.push(DeployedProcess {
                    definition: Wire::take(reader)?,
                    process_id: Wire::take(reader)?,
                    version: Wire::take(reader)?,
                    resource: Wire::take(reader)?,
                });
            }
            let mut resources = Vec::new();
            // Answers of older releases end here.
            let count = if reader.is_empty() { 0 } else { reader.varint()? };
            for _ in 0..count {
                resources.push(DeployedResource {
                    key: Wire::take(reader)?,
                    kind: Wire::take(reader)?,
                    id: Wire::take(reader)?,
                    name: Wire::take(reader)?,
                    version: Wire::take(reader)?,
                    resource: Wire::take(reader)?,
                });
            }
            Answer::Deployed(Deployment { key, processes, resources, warnings: Vec::new() })
        }
        130 => Answer::DecisionEvaluated { evaluation: Wire::take(reader)?, evaluated: None },
        10 => Answer::BpmnSignalBroadcast { signal: Wire::take(reader)? },
        3300 => Answer::EventsReceived { events: Wire::take(reader)? },
        3301 => Answer::CaseOpened { case: Wire::take(reader)? },
        3600 => Answer::BatchBegun { batch: Wire::take(reader)? },
        3601 => {
            let mut changes = Vec::new();
            for _ in 0..reader.varint()? {
                changes.push(VariableChange {
                    scope: Wire::take(reader)?,
                    name: Wire::take(reader)?,
                    before: Wire::take(reader)?,
                    after: Wire::take(reader)?,
                });
            }
            Answer::VariablesEdited { changes }
        }
        3500 => Answer::ConditionalsEvaluated {
            evaluation: Wire::take(reader)?,
            started: Wire::take(reader)?,
        },
        other => return Err(reader.bad(format!("unknown answer {other}"))),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stored_answer_reads_back_as_given() {
        let created = CreatedInstance {
            instance: Key(7),
            definition: Key(5),
            process_id: "order".into(),
            version: 3,
            business_id: Some("A-1".into()),
        };
        let process = DeployedProcess {
            definition: Key(5),
            process_id: "order".into(),
            version: 3,
            resource: "order.bpmn".into(),
        };
        let form = DeployedResource {
            key: Key(6),
            kind: engine::resources::ResourceKind::Form,
            id: "review".into(),
            name: "Review".into(),
            version: 2,
            resource: "review.form".into(),
        };
        let (processes, resources) = (vec![process], vec![form]);
        let table = [
            Answer::Done,
            Answer::MessagePublished { message: Key(9) },
            Answer::DecisionEvaluated { evaluation: Key(8), evaluated: None },
            Answer::MessageCorrelated { message: Key(9), instance: Key(7) },
            Answer::BpmnSignalBroadcast { signal: Key(9) },
            Answer::EventsReceived { events: vec![(Key(3), true), (Key(4), false)] },
            Answer::CaseOpened { case: Key(12) },
            Answer::BatchBegun { batch: Key(13) },
            Answer::VariablesEdited {
                changes: vec![VariableChange {
                    scope: Key(7),
                    name: "x".into(),
                    before: None,
                    after: "1".into(),
                }],
            },
            Answer::ConditionalsEvaluated {
                evaluation: Key(13),
                started: vec![(Key(14), Key(15))],
            },
            Answer::InstanceCreated(created),
            Answer::Deployed(Deployment {
                key: Key(1),
                processes,
                resources,
                warnings: Vec::new(),
            }),
        ];
        for answer in table {
            assert_eq!(decode(&encode(&answer)).unwrap(), answer);
        }
    }
}
