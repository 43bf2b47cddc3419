//! What lies where, and that a command looks at few pages however many there are.
//!
//! Not here: random commands (`property`).

use super::naive::Asked;
use super::paged::{MAILBOX, Paged, publish};
use engine::command::RejectionKind;
use engine::key::Key;
use engine::record;
use engine::record::codec::Writer;
use engine::state::mailbox::{Mailbox, Message, Shape, Waiting};
use testkit::world::TENANT;

const HOUR_MS: i64 = 3_600_000;

fn backlog(count: u64, shape: Shape) -> Paged {
    let mut paged = Paged::new(shape);
    for n in 0..count {
        paged.publish(Some(n), HOUR_MS).unwrap();
    }
    paged.forget();
    paged
}

#[test]
fn a_small_mailbox_is_one_row_and_so_is_one_that_has_emptied() {
    let mut paged = backlog(32, Shape::default());
    assert!(paged.check().is_one_row());
    paged.publish(None, HOUR_MS).unwrap();
    let pages = paged.stored.len();
    assert!(pages > 2, "messages and their index lie in {pages} pages");
    paged.advance(2 * HOUR_MS);
    assert!(paged.state.is_empty());
    assert!(paged.check().is_one_row());
    paged.publish(None, HOUR_MS).unwrap();
    assert!(paged.check().is_one_row(), "the next message lies in the row again");
}

#[test]
fn one_that_has_emptied_is_as_new_so_that_its_row_may_go() {
    for count in [1, 40] {
        let mut paged = backlog(count, Shape::default());
        paged.subscribe(Key(10_000), "P", true);
        paged.advance(2 * HOUR_MS);
        assert!(!paged.state.is_empty(), "an offer is on its way");
        paged.answer(0, true);
        let new = Mailbox::shaped(TENANT, Shape::default());
        assert_eq!(paged.state, new, "after {count} messages");
        assert!(paged.stored.is_empty());
    }
}

#[test]
fn messages_arrive_in_their_order_over_all_pages() {
    let mut paged = backlog(100, Shape::SMALL);
    let whole = paged.check();
    let keys: Vec<Key> = whole.messages.iter().map(|held| held.key).collect();
    for (n, message) in keys.iter().enumerate() {
        let subscription = Key(10_000 + n as u64);
        let asked = paged.subscribe(subscription, "P", true);
        assert_eq!(asked, [Asked::Offer { subscription, message: *message }]);
        paged.forget();
        paged.answer(0, true);
    }
    assert_eq!(paged.subscribe(Key(20_000), "P", true), [], "each message reaches it once");
    assert_eq!(paged.subscribe(Key(20_001), "Q", true).len(), 1, "another process hears all");
}

#[test]
fn a_refused_message_comes_before_younger_ones() {
    let mut paged = backlog(20, Shape::SMALL);
    for n in 0..10 {
        paged.subscribe(Key(10_000 + n), "P", true);
    }
    let third = paged.offers[2].1;
    paged.forget();
    assert_eq!(paged.answer(2, false).2, [], "nobody else waits");
    let subscription = Key(20_000);
    let asked = paged.subscribe(subscription, "P", true);
    assert_eq!(asked, [Asked::Offer { subscription, message: third }]);
}

#[test]
fn an_id_is_known_in_every_page_until_its_message_expires() {
    let mut paged = backlog(200, Shape::SMALL);
    for n in [0, 1, 99, 150, 199] {
        paged.forget();
        let refused = paged.publish(Some(n), HOUR_MS).unwrap_err();
        assert_eq!(refused.kind, RejectionKind::AlreadyExists);
    }
    paged.inputs.now_ms += HOUR_MS;
    paged.publish(Some(99), HOUR_MS).expect("the other has expired, swept or not");
    paged.check();
}

#[test]
fn an_expired_message_is_not_offered_whether_it_is_swept_or_not() {
    let mut paged = backlog(50, Shape::SMALL);
    paged.inputs.now_ms += HOUR_MS;
    assert_eq!(paged.subscribe(Key(10_000), "P", true), []);
    assert_eq!(paged.state.messages.len(), 50);
    paged.advance(HOUR_MS);
    assert_eq!(paged.state.messages.len(), 0);
    paged.check();
}

#[test]
fn sweeping_looks_at_each_page_a_few_times_in_all() {
    for mixed in [false, true] {
        let mut paged = Paged::new(Shape::default());
        let count = 20_000;
        for n in 0..count {
            let ttl_ms = if mixed { (n * 7_919 % count + 1) * 1_000 } else { HOUR_MS };
            paged.publish(None, ttl_ms).unwrap();
            paged.inputs.now_ms += 1;
        }
        let (mut read, mut fired) = (0, 0);
        while let Some((_, due_ms)) = paged.state.expiry {
            paged.forget();
            paged.advance((due_ms - paged.inputs.now_ms).max(0));
            read += paged.bytes;
            fired += 1;
            assert!(fired < 2_000, "timers do not fire for every message");
        }
        assert!(paged.state.is_empty());
        let each = read / count as usize;
        assert!(each < 4_000, "{each} bytes were read and written for each (mixed: {mixed})");
    }
}

#[test]
fn a_step_reads_and_writes_as_much_whatever_waits() {
    let bytes = |count: u64| {
        let mut paged = backlog(count, Shape::default());
        let mut most = [0; 4];
        for n in 0..64 {
            paged.forget();
            paged.publish(Some(1_000_000 + n), HOUR_MS).unwrap();
            most[0] = paged.bytes.max(most[0]);
            paged.forget();
            paged.publish(None, HOUR_MS).unwrap();
            most[1] = paged.bytes.max(most[1]);
            paged.forget();
            assert_eq!(paged.subscribe(Key(9_000_000 + n), "P", true).len(), 1);
            most[2] = paged.bytes.max(most[2]);
            paged.forget();
            paged.answer(0, true);
            most[3] = paged.bytes.max(most[3]);
        }
        most
    };
    let (few, many) = (bytes(1_000), bytes(30_000));
    let within = few.iter().zip(&many).all(|(few, many)| *many <= 2 * few);
    assert!(within, "publish with and without id, subscribe, accept: {few:?} and {many:?}");
}

#[test]
fn subscriptions_leave_and_are_served_however_many_wait() {
    let bytes = |count: u64| {
        let mut paged = Paged::new(Shape::default());
        for n in 0..count {
            paged.subscribe(Key(10_000 + 7 * n), if n % 2 == 0 { "P" } else { "Q" }, true);
            paged.forget();
        }
        let mut most = 0;
        for n in 0..32 {
            paged.forget();
            let (_, asked) = paged.publish(None, 0).unwrap();
            assert_eq!(asked.len(), 2, "the oldest of each process");
            paged.forget();
            let subscription = Key(10_000 + 7 * (count / 2 + n));
            let leave = engine::command::MailboxCommand::Unsubscribe { subscription };
            assert_eq!(paged.ask(&leave).unwrap().0.len(), 1);
            most = paged.bytes.max(most);
        }
        paged.check();
        most
    };
    let (few, many) = (bytes(1_000), bytes(20_000));
    assert!(many <= 2 * few, "{few} and {many} bytes");
}

#[test]
fn a_row_of_an_older_release_opens_and_spills_with_its_first_change() {
    // What that release wrote: all items in fields 2 and 3, and no numbers.
    let message = |n: u64| Message {
        key: Key(1_000 + n),
        name: "paid".into(),
        correlation_key: "k".into(),
        id: Some(n.to_string().into()),
        deadline_ms: 2_100_000_000_000,
        ..Message::default()
    };
    let waiting = |n: u64| Waiting {
        key: Key(5_000 + n),
        process_id: "P".into(),
        name: "old".into(),
        correlation_key: "k".into(),
        once: true,
        ..Waiting::default()
    };
    let messages: Vec<Message> = (0..100).map(message).collect();
    let subscriptions: Vec<Waiting> = (0..100).map(waiting).collect();
    let mut writer = Writer::new(MAILBOX, 1);
    writer.nested(|writer| {
        writer.field(2, &messages);
        writer.field(3, &subscriptions);
    });
    let bytes = writer.finish();
    let mut paged = Paged::new(Shape::default());
    paged.state = record::decode_mailbox(MAILBOX, &bytes, &[]).unwrap();
    assert_eq!(paged.state.verify(), Ok(()));
    paged.replayed = paged.state.clone();
    let refused = paged.ask(&publish(Some(42), HOUR_MS)).unwrap_err();
    assert_eq!(refused.kind, RejectionKind::AlreadyExists);
    let asked = paged.subscribe(Key(20_000), "P", true);
    assert_eq!(asked, [Asked::Offer { subscription: Key(20_000), message: Key(1_000) }]);
    assert!(!paged.check().is_one_row());
}
