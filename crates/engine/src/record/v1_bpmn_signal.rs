//! Record version 1 of a BPMN signal: its root row and its pages. The numbers are for ever.
//!
//! Not here: how a shelf lies in a row and in pages (`v1_mailbox`).

use super::codec::{Bad, Reader, Wire, Writer};
use super::v1_mailbox::{Row, encode_pages, put_head, put_numbers, put_row};
use super::{EncodedAggregate, decode, encode};
use crate::command::BpmnSignalCommand;
use crate::key::Key;
use crate::state::bpmn_signal::{BpmnSignal, Listener};
use crate::state::mailbox::{Bucket, Shape, part_of};

impl Wire for BpmnSignal {
    fn put(&self, writer: &mut Writer) {
        writer.nested(|writer| {
            writer.field(1, &self.tenant);
            put_row(writer, 2, &self.listeners);
            writer.field(3, &self.broadcasts);
            writer.field(4, &self.shape());
            put_head(writer, 5, &self.listeners);
            put_numbers(writer, 6, &self.listeners);
            writer.field(7, &self.listeners.live);
        });
    }

    fn take(reader: &mut Reader<'_>) -> Result<Self, Bad> {
        let mut inner = reader.nested()?;
        let mut value = BpmnSignal::default();
        let mut listeners = Row::<Listener>::default();
        let mut shape = Shape::default();
        while !inner.is_empty() {
            let number = inner.varint()?;
            let mut field = inner.nested()?;
            match number {
                1 => value.tenant = Wire::take(&mut field)?,
                2 => listeners.items = Wire::take(&mut field)?,
                3 => value.broadcasts = Wire::take(&mut field)?,
                4 => shape = Wire::take(&mut field)?,
                5 => listeners.head = Some(Wire::take(&mut field)?),
                6 => listeners.numbers = Wire::take(&mut field)?,
                7 => listeners.live = Wire::take(&mut field)?,
                _ => {}
            }
        }
        value.listeners = listeners.open(shape);
        Ok(value)
    }
}

/// Encodes a BPMN signal: its root row and its dirty pages. A page without anything is deleted.
#[must_use]
pub fn encode_bpmn_signal(key: Key, signal: &BpmnSignal) -> EncodedAggregate {
    let root = encode(key, signal);
    let mut pages = Vec::new();
    encode_pages(key, &signal.listeners, &mut pages);
    (root, pages)
}

/// Decodes a BPMN signal from its root row and all its pages.
pub fn decode_bpmn_signal(
    key: Key,
    root: &[u8],
    pages: &[(u32, Vec<u8>)],
) -> Result<BpmnSignal, Bad> {
    let mut signal = decode(key, root)?;
    bring_bpmn_signal_pages(key, &mut signal, &[], pages)?;
    Ok(signal)
}

/// Puts pages of listeners into memory: those found, and those asked for that are not stored.
pub fn bring_bpmn_signal_pages(
    key: Key,
    signal: &mut BpmnSignal,
    asked: &[u32],
    found: &[(u32, Vec<u8>)],
) -> Result<(), Bad> {
    for (number, body) in found {
        match part_of(*number) {
            (_, false) => signal.listeners.bring_page(*number, decode(key, body)?),
            (_, true) => signal.listeners.bring_bucket(*number, decode::<Bucket>(key, body)?),
        }
    }
    for number in asked {
        match part_of(*number) {
            (_, false) => signal.listeners.bring_page(*number, Vec::new()),
            (_, true) => signal.listeners.bring_bucket(*number, Vec::new()),
        }
    }
    Ok(())
}

/// The number of a command to a BPMN signal.
pub(super) fn command_number(command: &BpmnSignalCommand) -> u32 {
    match command {
        BpmnSignalCommand::BroadcastBpmnSignal { .. } => 1001,
        BpmnSignalCommand::Listen { .. } => 1002,
        BpmnSignalCommand::StopListening { .. } => 1003,
        BpmnSignalCommand::Continue => 1004,
    }
}
