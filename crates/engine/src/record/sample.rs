//! One value of everything that is recorded, made from the lists of numbers themselves: what is
//! new there is in the golden records without anybody remembering it.
//!
//! Only tests see it.

use crate::command::HeadCommand;
use crate::key::Key;
use crate::state::bpmn_signal::{BpmnSignal, BpmnSignalEvent};
use crate::state::mailbox::{Mailbox, MailboxEvent, Numbers, Runs};
use std::collections::BTreeMap;
use std::sync::Arc;

/// The aggregate all samples are of: keys are written as distances from it.
pub(crate) const AGGREGATE: Key = Key(1 << 40);

/// A type with values to show for.
pub(crate) trait Sample: Sized {
    /// One value of every shape.
    fn samples() -> Vec<Self>;

    /// One value.
    fn sample() -> Self {
        Self::samples().swap_remove(0)
    }
}

/// Types of which one value is enough.
macro_rules! plain {
    ($($type:ty: $value:expr),+ $(,)?) => {
        $(impl Sample for $type {
            fn samples() -> Vec<Self> {
                vec![$value]
            }
        })+
    };
}

plain! {
    u64: u64::MAX / 3,
    u32: 300,
    i64: -5_000_000_000,
    i32: -3,
    bool: true,
    Key: Key(AGGREGATE.0 + 9),
    Arc<str>: "\"größe\"".into(),
    [u8; 32]: [0xa5; 32],
    Numbers: Numbers { message: 7, subscription: 11 },
    HeadCommand: HeadCommand::FireStartTimer { timer: Sample::sample() },
}

impl Sample for Runs {
    fn samples() -> Vec<Self> {
        vec![Runs(vec![(3, 5), (8, u64::MAX)])]
    }
}

impl Sample for Mailbox {
    fn samples() -> Vec<Self> {
        let mut value = Mailbox::default();
        let tenant = Sample::sample();
        value.apply(&MailboxEvent::MessagePublished { tenant, message: Sample::sample() });
        value.apply(&MailboxEvent::SubscriptionAdded { tenant, waiting: Sample::sample() });
        value.apply(&MailboxEvent::ExpirySet { timer: Sample::sample() });
        let bytes = super::encode(AGGREGATE, &value);
        // As it is read: without the marks of what a step changed.
        vec![super::decode(AGGREGATE, &bytes).expect("a mailbox is read as it was written")]
    }
}

impl Sample for BpmnSignal {
    fn samples() -> Vec<Self> {
        let mut value = BpmnSignal::default();
        let tenant = Sample::sample();
        value.apply(&BpmnSignalEvent::ListenerAdded { tenant, listener: Sample::sample() });
        value.apply(&BpmnSignalEvent::BroadcastAccepted { tenant, broadcast: Sample::sample() });
        let bytes = super::encode(AGGREGATE, &value);
        // As it is read: without the marks of what a step changed.
        vec![super::decode(AGGREGATE, &bytes).expect("it is read as it was written")]
    }
}

impl<T: Sample> Sample for Option<T> {
    fn samples() -> Vec<Self> {
        vec![Some(T::sample())]
    }
}

impl<T: Sample> Sample for Box<T> {
    fn samples() -> Vec<Self> {
        vec![Box::new(T::sample())]
    }
}

impl<T: Sample> Sample for Vec<T> {
    fn samples() -> Vec<Self> {
        vec![T::samples()]
    }
}

impl<K: Sample + Ord, V: Sample> Sample for BTreeMap<K, V> {
    fn samples() -> Vec<Self> {
        vec![BTreeMap::from([(K::sample(), V::sample())])]
    }
}

impl<A: Sample, B: Sample> Sample for (A, B) {
    fn samples() -> Vec<Self> {
        vec![(A::sample(), B::sample())]
    }
}
