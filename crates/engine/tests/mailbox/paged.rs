//! The engine's mailbox over pages as a store holds them; memory forgets what it may.
//!
//! Not here: what it is compared with (`naive`).

use super::naive::Asked;
use engine::command::{Command, EntryCommand, InstanceCommand, MailboxCommand, Rejection};
use engine::definitions::Definitions;
use engine::key::{Key, Keys};
use engine::life::Inputs;
use engine::limits::STEP_TRANSITIONS_MAX;
use engine::record;
use engine::state::mailbox::{Mailbox, MailboxEvent, Numbers, Shape, Waiting};
use engine::step::{self, Halt};
use std::collections::BTreeMap;
use testkit::world::TENANT;

pub(crate) const MAILBOX: Key = Key(77);

/// A mailbox and what is stored of it.
pub(crate) struct Paged {
    pub(crate) state: Mailbox,
    /// The fold of all events.
    pub(crate) replayed: Mailbox,
    pub(crate) inputs: Inputs,
    pub(crate) definitions: Definitions,
    pub(crate) stored: BTreeMap<u32, Vec<u8>>,
    pub(crate) root: Vec<u8>,
    /// Offers that are not answered: (subscription, message, numbers).
    pub(crate) offers: Vec<(Key, Key, Numbers)>,
    /// Bytes of pages and roots read and written by the last command.
    pub(crate) bytes: usize,
    /// Steps the last command took.
    pub(crate) steps: usize,
}

impl Paged {
    pub(crate) fn new(shape: Shape) -> Paged {
        let mut keys = Keys::above(1, Key(0));
        keys.tick(2_000_000_000_000);
        let zone = jiff::tz::TimeZone::UTC;
        let mut paged = Paged {
            state: Mailbox::shaped(TENANT, shape),
            replayed: Mailbox::shaped(TENANT, shape),
            inputs: Inputs {
                now_ms: 2_000_000_000_000,
                keys,
                seed: 0,
                zone,
                transitions_max: STEP_TRANSITIONS_MAX,
            },
            definitions: Definitions::default(),
            stored: BTreeMap::new(),
            root: Vec::new(),
            offers: Vec::new(),
            bytes: 0,
            steps: 0,
        };
        paged.write();
        paged
    }

    pub(crate) fn publish(
        &mut self,
        id: Option<u64>,
        ttl_ms: i64,
    ) -> Result<(Option<Key>, Vec<Asked>), Rejection> {
        let (events, asked) = self.ask(&publish(id, ttl_ms))?;
        let key = events.iter().find_map(|event| match event {
            MailboxEvent::MessagePublished { message, .. } => Some(message.key),
            _ => None,
        });
        Ok((key, asked))
    }

    pub(crate) fn subscribe(&mut self, key: Key, process: &str, once: bool) -> Vec<Asked> {
        let waiting = Waiting {
            key,
            instance: Key(key.0 + 1),
            slot: 1,
            process_id: process.into(),
            name: "paid".into(),
            correlation_key: "k".into(),
            once,
            offered: None,
        };
        let command = MailboxCommand::Subscribe { tenant: TENANT, waiting: Box::new(waiting) };
        self.ask(&command).unwrap().1
    }

    /// Answers an offer that is on its way.
    pub(crate) fn answer(&mut self, at: usize, takes: bool) -> (Key, Key, Vec<Asked>) {
        let (subscription, message, at) = self.offers.remove(at);
        let command = if takes {
            MailboxCommand::AcceptMessage { subscription, message, at }
        } else {
            MailboxCommand::RefuseMessage { subscription, message, at }
        };
        (subscription, message, self.ask(&command).unwrap().1)
    }

    /// Moves the clock; the timer fires if it is due.
    pub(crate) fn advance(&mut self, ms: i64) {
        self.inputs.now_ms += ms;
        self.inputs.keys.tick(self.inputs.now_ms);
        if self.state.expiry.is_some_and(|(_, due_ms)| due_ms <= self.inputs.now_ms) {
            let (_, asked) = self.ask(&MailboxCommand::ExpireMessages).unwrap();
            assert_eq!(asked, []);
        }
    }

    /// One command and what the mailbox goes on with by itself.
    pub(crate) fn ask(
        &mut self,
        command: &MailboxCommand,
    ) -> Result<(Vec<MailboxEvent>, Vec<Asked>), Rejection> {
        (self.bytes, self.steps) = (0, 0);
        let (mut events, mut asked, mut goes_on) = self.step(command)?;
        while goes_on {
            let (more, others, again) = self.step(&MailboxCommand::Continue)?;
            events.extend(more);
            asked.extend(others);
            goes_on = again;
        }
        assert!(!self.state.goes_on(), "what goes on has an effect on its way");
        Ok((events, asked))
    }

    fn step(
        &mut self,
        command: &MailboxCommand,
    ) -> Result<(Vec<MailboxEvent>, Vec<Asked>, bool), Rejection> {
        self.steps += 1;
        let outcome = loop {
            // Comparing what is large would be all there is to do.
            let before = (self.state.messages.len() < 500).then(|| self.state.clone());
            let (known, inputs) = (&self.definitions, &mut self.inputs);
            match step::mailbox::step(known, MAILBOX, &mut self.state, command, inputs) {
                Ok(outcome) => break outcome,
                Err(halt) => {
                    let unchanged = before.is_none_or(|before| self.state == before);
                    assert!(unchanged, "a step that is not made changes nothing");
                    match halt {
                        Halt::Rejected(rejection) => return Err(rejection),
                        Halt::Needs(pages) => self.bring(&pages),
                    }
                }
            }
        };
        outcome.events.iter().for_each(|event| self.replayed.apply(event));
        self.write();
        let mut goes_on = false;
        let mut asked = Vec::new();
        for effect in outcome.effects {
            match effect.command {
                Command::Instance(InstanceCommand::OfferMessage {
                    subscription,
                    message,
                    at,
                    ..
                }) => {
                    self.offers.push((subscription, message, at));
                    asked.push(Asked::Offer { subscription, message });
                }
                Command::Entry(EntryCommand::StartByMessage { process_id, message, .. }) => {
                    let process = if &*process_id == "P" { "P" } else { "Q" };
                    asked.push(Asked::Start { process, message });
                }
                Command::Mailbox(MailboxCommand::Continue) => goes_on = true,
                other => panic!("a mailbox does not ask for {other:?}"),
            }
        }
        Ok((outcome.events, asked, goes_on))
    }

    fn bring(&mut self, pages: &[u32]) {
        assert!(!pages.is_empty(), "a step that needs pages says which");
        let found = pages.iter().filter_map(|page| Some((*page, self.stored.get(page)?.clone())));
        let found: Vec<_> = found.collect();
        self.bytes += found.iter().map(|(_, body)| body.len()).sum::<usize>();
        record::bring_mailbox_pages(MAILBOX, &mut self.state, pages, &found).unwrap();
    }

    fn write(&mut self) {
        let (root, pages) = record::encode_mailbox(MAILBOX, &self.state);
        self.state.written();
        self.bytes += root.len();
        self.root = root;
        for (page, body) in pages {
            match body {
                Some(body) => {
                    self.bytes += body.len();
                    self.stored.insert(page, body);
                }
                None => drop(self.stored.remove(&page)),
            }
        }
    }

    /// Memory forgets all pages.
    pub(crate) fn forget(&mut self) {
        self.state.drop_pages(|_| false);
    }

    /// What is stored, whole: it must be the fold of the events, and in order.
    pub(crate) fn check(&self) -> Mailbox {
        let pages: Vec<_> = self.stored.iter().map(|(page, body)| (*page, body.clone())).collect();
        let read = record::decode_mailbox(MAILBOX, &self.root, &pages).unwrap();
        assert_eq!(read, self.replayed, "what is stored is the fold of the events");
        assert_eq!(read.verify(), Ok(()));
        assert_eq!(read.unmet(self.inputs.now_ms), None);
        assert_eq!(read.is_one_row(), self.stored.is_empty());
        read
    }
}

pub(crate) fn publish(id: Option<u64>, ttl_ms: i64) -> MailboxCommand {
    MailboxCommand::PublishMessage {
        tenant: TENANT,
        name: "paid".into(),
        correlation_key: "k".into(),
        id: id.map(|id| id.to_string().into()),
        ttl_ms,
        variables: vec![("amount".into(), "1200".into())],
        must_correlate: false,
    }
}
