//! What is remembered between steps, one module per kind of aggregate.
//!
//! Not here: decisions. State changes only in `apply`, and only by an event.

pub mod batch_operation;
pub mod bpmn_signal;
mod compensation;
pub mod elements;
pub mod entry;
pub mod evaluation;
pub mod head;
pub mod instance;
pub mod instance_apply;
mod instance_migrate;
pub mod mailbox;
pub mod resource;
pub mod suspensions;

use crate::key::Key;

/// What kind of aggregate a row is. Numbers are on disk and never reused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Kind {
    /// A process instance with its embedded scopes.
    Instance = 1,
    /// Buffered messages and waiting subscriptions of one (tenant, name, correlation key).
    Mailbox = 2,
    /// The one open instance a message start allows per (tenant, process id, correlation key).
    Entry = 3,
    /// Versions, latest and start subscriptions of one (tenant, process id).
    Head = 4,
    /// Versions of one (tenant, kind, id) of a resource that is no process.
    Resource = 20,
    /// An evaluation of a decision asked for outside of any process; it is never stored.
    Evaluation = 21,
    /// Who waits for one (tenant, BPMN signal name), and broadcasts on their way.
    BpmnSignal = 10,
    /// What somebody asked for very many instances at once.
    BatchOperation = 15,
    /// What a tenant has suspended beside single instances.
    Suspensions = 16,
    /// An event of one (tenant, source, id) that was received.
    ReceivedEvent = 33,
    /// What one (tenant, rule) knows of one subject.
    Detector = 34,
    /// Alerts of one (tenant, name).
    Alert = 35,
    /// A case.
    Case = 36,
    /// Cases that await an event under one (tenant, case type, check, subject).
    Expectation = 37,
    /// New alerts of one (tenant, rule).
    Gate = 70,
}

impl Kind {
    /// The kind with this number.
    #[must_use]
    pub fn from_number(number: u8) -> Option<Kind> {
        match number {
            1 => Some(Kind::Instance),
            2 => Some(Kind::Mailbox),
            3 => Some(Kind::Entry),
            4 => Some(Kind::Head),
            20 => Some(Kind::Resource),
            21 => Some(Kind::Evaluation),
            10 => Some(Kind::BpmnSignal),
            15 => Some(Kind::BatchOperation),
            16 => Some(Kind::Suspensions),
            33 => Some(Kind::ReceivedEvent),
            34 => Some(Kind::Detector),
            35 => Some(Kind::Alert),
            36 => Some(Kind::Case),
            37 => Some(Kind::Expectation),
            70 => Some(Kind::Gate),
            _ => None,
        }
    }
}

/// The key of an aggregate that is found by name: a 63-bit hash of its parts.
///
/// Two names may share a hash; the aggregate keeps the names and compares them, so that a
/// collision costs time and never correctness.
#[must_use]
pub fn named_key(kind: Kind, tenant: u32, parts: &[&str]) -> Key {
    // FNV-1a, 64 bit (Fowler, Noll, Vo): on disk, so it is set in stone.
    let mut hash: u64 = 0xcbf2_9ce4_8422_2325;
    let mut feed = |byte: u8| {
        hash ^= u64::from(byte);
        hash = hash.wrapping_mul(0x0000_0100_0000_01b3);
    };
    feed(kind as u8);
    tenant.to_le_bytes().into_iter().for_each(&mut feed);
    for part in parts {
        part.bytes().for_each(&mut feed);
        feed(0xff);
    }
    // FNV mixes its high bits poorly for short texts; one round of splitmix64 spreads them.
    let mut mixed = hash;
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    Key((mixed ^ (mixed >> 31)) >> 1)
}
