//! Messages: what was published, who waits for it, what reached whom.
//!
//! Not here: which message goes where; mailboxes and instances decide that.

use super::counters::What;
use super::{Projection, RowKey, Scene, number, optional, text};
use engine::event::{Slot, SubscriptionOpened};
use engine::key::Key;
use engine::state::mailbox::{MailboxEvent, Message};
use store::view::{Cell, View, correlations, messages, subscriptions};

impl Projection {
    pub(super) fn fold_mailbox(&mut self, now_ms: i64, events: &[MailboxEvent]) {
        use MailboxEvent as E;
        for event in events {
            match event {
                E::MessagePublished { tenant, message } => {
                    self.fold_message(*tenant, now_ms, message);
                }
                E::MessageAccepted { message, .. } | E::MessageStarted { message, .. } => {
                    let row = RowKey::one(View::Messages, message.0);
                    self.patch(row, [(messages::CORRELATED, Cell::Int(1))]);
                }
                E::MessageExpired { message, .. } => {
                    let row = RowKey::one(View::Messages, message.0);
                    self.patch(row, [(messages::STATE, Cell::Int(1))]);
                }
                E::MessageOffered { .. }
                | E::MessageRefused { .. }
                | E::SubscriptionAdded { .. }
                | E::SubscriptionRemoved { .. }
                | E::MessagesSought { .. }
                | E::MessagesSwept { .. }
                | E::ExpirySet { .. } => {}
            }
        }
    }

    fn fold_message(&mut self, tenant: u32, now_ms: i64, message: &Message) {
        let row = [
            (messages::KEY, number(message.key.0)),
            (messages::NAME, text(&message.name)),
            (messages::CORRELATION_KEY, text(&message.correlation_key)),
            (messages::MESSAGE_ID, optional(message.id.as_ref())),
            (messages::STATE, Cell::Int(0)),
            (messages::CORRELATED, Cell::Int(0)),
            (messages::PUBLISHED_MS, Cell::Int(now_ms)),
            (messages::DEADLINE_MS, Cell::Int(message.deadline_ms)),
            (messages::TENANT, Cell::Int(i64::from(tenant))),
        ];
        self.put(View::Messages, RowKey::one(View::Messages, message.key.0), &row);
    }

    pub(super) fn fold_subscription(&mut self, scene: &Scene<'_>, opened: &SubscriptionOpened) {
        let (place, _) = scene.node(opened.slot);
        let node = scene.definition.graph.node(opened.element);
        let row = [
            (subscriptions::KEY, number(opened.key.0)),
            (subscriptions::INSTANCE, number(scene.instance.0)),
            (subscriptions::ELEMENT, number(place.key.0)),
            (subscriptions::ELEMENT_ID, text(&node.id)),
            (subscriptions::DEFINITION, number(scene.definition.key.0)),
            (subscriptions::PROCESS_ID, text(&scene.definition.graph.process_id)),
            (subscriptions::MESSAGE_NAME, text(&opened.name)),
            (subscriptions::CORRELATION_KEY, text(&opened.correlation_key)),
            (subscriptions::STATE, Cell::Int(0)),
            (subscriptions::CREATED_MS, Cell::Int(scene.now_ms)),
            (subscriptions::UPDATED_MS, Cell::Int(scene.now_ms)),
            (subscriptions::TENANT, Cell::Int(i64::from(scene.definition.tenant))),
        ];
        self.put(View::Subscriptions, RowKey::one(View::Subscriptions, opened.key.0), &row);
        self.counters.count_instances(scene.definition, What::Subscriptions, 1);
    }

    pub(super) fn fold_correlation(
        &mut self,
        scene: &Scene<'_>,
        slot: Slot,
        (key, message): (Key, Key),
        closes: bool,
    ) {
        self.fold_subscription_state(scene, key, i64::from(closes));
        if closes {
            self.counters.count_instances(scene.definition, What::Subscriptions, -1);
        }
        let row = [
            (correlations::SUBSCRIPTION, number(key.0)),
            (correlations::MESSAGE, number(message.0)),
            (correlations::INSTANCE, number(scene.instance.0)),
            (correlations::ELEMENT, number(scene.place(slot).key.0)),
            (correlations::DEFINITION, number(scene.definition.key.0)),
            (correlations::PROCESS_ID, text(&scene.definition.graph.process_id)),
            (correlations::AT_MS, Cell::Int(scene.now_ms)),
            (correlations::TENANT, Cell::Int(i64::from(scene.definition.tenant))),
        ];
        let view = View::Correlations;
        let row_key = RowKey { view, first: key.0, second: message.0, name: None };
        self.put(view, row_key, &row);
    }

    pub(super) fn fold_subscription_closed(&mut self, scene: &Scene<'_>, key: Key) {
        self.fold_subscription_state(scene, key, 2);
        self.counters.count_instances(scene.definition, What::Subscriptions, -1);
    }

    fn fold_subscription_state(&mut self, scene: &Scene<'_>, key: Key, state: i64) {
        let row = RowKey::one(View::Subscriptions, key.0);
        let updated = Cell::Int(scene.now_ms);
        self.patch(
            row,
            [(subscriptions::STATE, Cell::Int(state)), (subscriptions::UPDATED_MS, updated)],
        );
    }
}
