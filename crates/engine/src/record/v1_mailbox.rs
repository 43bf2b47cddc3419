//! Record version 1 of a mailbox: its root row and its pages. The numbers are for ever.
//!
//! Not here: what lies in which page (`state::mailbox`).

use super::codec::{Bad, Reader, Wire, Writer, fields};
use super::{EncodedAggregate, FORMAT, decode, encode};
use crate::command::MailboxCommand;
use crate::key::Key;
use crate::state::mailbox::{
    Bucket, Due, Item, Line, Mailbox, Message, Runs, Shape, Shelf, ShelfHead, Waiting, Written,
    part_of,
};

fields!(ShelfHead { 1: next, 2: count, 3: spilled, 4: entries, 5: buckets });
fields!(Line {
    1: process_id,
    2: name,
    3: correlation_key,
    4: subscriptions,
    5: free,
    6: unreached,
    7: unoffered,
    8: seeks,
});

impl Wire for Runs {
    fn put(&self, writer: &mut Writer) {
        // The last run has no end.
        let ends = |until: u64| if until == u64::MAX { 0 } else { until };
        let runs: Vec<(u64, u64)> = self.iter().map(|(from, until)| (from, ends(until))).collect();
        runs.put(writer);
    }
    fn take(reader: &mut Reader<'_>) -> Result<Self, Bad> {
        let runs = Vec::<(u64, u64)>::take(reader)?;
        let ends = |until: u64| if until == 0 { u64::MAX } else { until };
        Ok(Runs(runs.into_iter().map(|(from, until)| (from, ends(until))).collect()))
    }
    fn is_default(&self) -> bool {
        *self == Runs::default()
    }
}

impl Wire for Shape {
    fn put(&self, writer: &mut Writer) {
        [self.inline, self.page, self.bucket].iter().for_each(|size| size.put(writer));
    }
    fn take(reader: &mut Reader<'_>) -> Result<Self, Bad> {
        let (inline, page) = (u32::take(reader)?, u32::take(reader)?);
        if page == 0 {
            return Err(reader.bad("pages of no size"));
        }
        Ok(Shape { inline, page, bucket: u32::take(reader)? })
    }
    fn is_default(&self) -> bool {
        *self == Shape::default()
    }
}

impl Wire for Mailbox {
    fn put(&self, writer: &mut Writer) {
        writer.nested(|writer| {
            writer.field(1, &self.tenant);
            put_row(writer, 2, &self.messages);
            put_row(writer, 3, &self.subscriptions);
            writer.field(4, &self.expiry);
            writer.field(5, &self.shape());
            put_head(writer, 6, &self.messages);
            put_head(writer, 7, &self.subscriptions);
            if !self.is_one_row() {
                writer.field(8, &self.lines);
            }
            if self.messages.head.spilled {
                writer.field(9, &self.due.0);
            }
            writer.field(10, &self.sweep);
            put_numbers(writer, 11, &self.messages);
            put_numbers(writer, 12, &self.subscriptions);
            writer.field(13, &self.messages.live);
            writer.field(14, &self.subscriptions.live);
        });
    }

    fn take(reader: &mut Reader<'_>) -> Result<Self, Bad> {
        let mut inner = reader.nested()?;
        let mut value = Mailbox::default();
        let mut messages = Row::<Message>::default();
        let mut subscriptions = Row::<Waiting>::default();
        let mut shape = Shape::default();
        while !inner.is_empty() {
            let number = inner.varint()?;
            let mut field = inner.nested()?;
            match number {
                1 => value.tenant = Wire::take(&mut field)?,
                2 => messages.items = Wire::take(&mut field)?,
                3 => subscriptions.items = Wire::take(&mut field)?,
                4 => value.expiry = Wire::take(&mut field)?,
                5 => shape = Wire::take(&mut field)?,
                6 => messages.head = Some(Wire::take(&mut field)?),
                7 => subscriptions.head = Some(Wire::take(&mut field)?),
                8 => value.lines = Wire::take(&mut field)?,
                9 => value.due = Due(Wire::take(&mut field)?),
                10 => value.sweep = Wire::take(&mut field)?,
                11 => messages.numbers = Wire::take(&mut field)?,
                12 => subscriptions.numbers = Wire::take(&mut field)?,
                13 => messages.live = Wire::take(&mut field)?,
                14 => subscriptions.live = Wire::take(&mut field)?,
                _ => {}
            }
        }
        value.messages = messages.open(shape);
        value.subscriptions = subscriptions.open(shape);
        value.open_row();
        Ok(value)
    }
}

/// What the root row holds of a shelf.
pub(super) struct Row<T> {
    pub(super) items: Vec<T>,
    pub(super) numbers: Vec<u64>,
    pub(super) head: Option<ShelfHead>,
    pub(super) live: Runs,
}

impl<T> Default for Row<T> {
    fn default() -> Self {
        Row { items: Vec::new(), numbers: Vec::new(), head: None, live: Runs::default() }
    }
}

impl<T: Item> Row<T> {
    /// Rows of older releases know no numbers: their items are numbered as they lie.
    pub(super) fn open(self, shape: Shape) -> Shelf<T> {
        let count = self.items.len() as u64;
        let known = self.head.is_some();
        let head = ShelfHead { next: count + 1, count, ..ShelfHead::default() };
        let numbers = if known { self.numbers } else { (1..=count).collect() };
        let items = numbers.into_iter().zip(self.items).collect();
        Shelf::of_row(shape, self.head.unwrap_or(head), self.live, items)
    }
}

pub(super) fn put_row<T: Item + Wire>(writer: &mut Writer, number: u32, shelf: &Shelf<T>) {
    if !shelf.head.spilled && !shelf.is_empty() {
        writer.varint(u64::from(number));
        writer.nested(|writer| {
            writer.varint(shelf.head.count);
            shelf.iter().for_each(|item| item.put(writer));
        });
    }
}

pub(super) fn put_head<T: Item>(writer: &mut Writer, number: u32, shelf: &Shelf<T>) {
    if shelf.head != ShelfHead::default() {
        writer.varint(u64::from(number));
        writer.nested(|writer| shelf.head.put(writer));
    }
}

pub(super) fn put_numbers<T: Item>(writer: &mut Writer, number: u32, shelf: &Shelf<T>) {
    if !shelf.head.spilled {
        let numbers: Vec<u64> = shelf.entries().map(|(number, _)| number).collect();
        writer.field(number, &numbers);
    }
}

/// Encodes a mailbox: its root row and its dirty pages. A page without anything is deleted.
#[must_use]
pub fn encode_mailbox(key: Key, mailbox: &Mailbox) -> EncodedAggregate {
    let root = encode(key, mailbox);
    let mut pages = Vec::new();
    encode_pages(key, &mailbox.messages, &mut pages);
    encode_pages(key, &mailbox.subscriptions, &mut pages);
    (root, pages)
}

pub(super) fn encode_pages<T: Item + Wire>(
    key: Key,
    shelf: &Shelf<T>,
    pages: &mut Vec<(u32, Option<Vec<u8>>)>,
) {
    for number in &shelf.dirty {
        let mut writer = Writer::new(key, FORMAT);
        let held = match shelf.written(*number) {
            Written::Page(items) => {
                writer.varint(items.len() as u64);
                for (number, item) in items {
                    number.put(&mut writer);
                    item.put(&mut writer);
                }
                !items.is_empty()
            }
            Written::Bucket(entries) => {
                writer.varint(entries.len() as u64);
                entries.iter().for_each(|entry| entry.put(&mut writer));
                !entries.is_empty()
            }
        };
        pages.push((*number, held.then(|| writer.finish())));
    }
}

/// Decodes a mailbox from its root row and all its pages.
pub fn decode_mailbox(key: Key, root: &[u8], pages: &[(u32, Vec<u8>)]) -> Result<Mailbox, Bad> {
    let mut mailbox = decode(key, root)?;
    bring_mailbox_pages(key, &mut mailbox, &[], pages)?;
    Ok(mailbox)
}

/// Puts pages of a mailbox into memory: those found, and those asked for that are not stored.
pub fn bring_mailbox_pages(
    key: Key,
    mailbox: &mut Mailbox,
    asked: &[u32],
    found: &[(u32, Vec<u8>)],
) -> Result<(), Bad> {
    for (number, body) in found {
        match part_of(*number) {
            (0, false) => mailbox.messages.bring_page(*number, decode(key, body)?),
            (_, false) => mailbox.subscriptions.bring_page(*number, decode(key, body)?),
            (0, true) => mailbox.messages.bring_bucket(*number, decode::<Bucket>(key, body)?),
            (_, true) => mailbox.subscriptions.bring_bucket(*number, decode(key, body)?),
        }
    }
    for number in asked {
        match part_of(*number) {
            (0, false) => mailbox.messages.bring_page(*number, Vec::new()),
            (_, false) => mailbox.subscriptions.bring_page(*number, Vec::new()),
            (0, true) => mailbox.messages.bring_bucket(*number, Vec::new()),
            (_, true) => mailbox.subscriptions.bring_bucket(*number, Vec::new()),
        }
    }
    Ok(())
}

/// The number of a command to a mailbox.
pub(super) fn command_number(command: &MailboxCommand) -> u32 {
    match command {
        MailboxCommand::PublishMessage { .. } => 101,
        MailboxCommand::Subscribe { .. } => 102,
        MailboxCommand::Unsubscribe { .. } => 103,
        MailboxCommand::AcceptMessage { .. } => 104,
        MailboxCommand::RefuseMessage { .. } => 105,
        MailboxCommand::ExpireMessages => 106,
        MailboxCommand::Continue => 107,
    }
}
