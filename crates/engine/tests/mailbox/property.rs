//! Random commands: the mailbox in pages and two plain lists answer the same.
//!
//! Pages are small, so that every border is met; memory forgets pages at any time.

use super::naive::{Held, Naive};
use super::paged::Paged;
use engine::command::{MailboxCommand, RejectionKind};
use engine::key::Key;
use engine::state::mailbox::{Message, Shape};
use testkit::World;
use testkit::dice::Dice;

const PROCESSES: [&str; 3] = ["P", "Q", "R"];
/// Weights of: publish, subscribe, answer, unsubscribe, advance.
const MOODS: [[u32; 5]; 4] =
    [[30, 25, 30, 5, 10], [80, 5, 10, 2, 3], [20, 60, 15, 4, 1], [60, 1, 3, 1, 1]];

struct Trial {
    dice: Dice,
    paged: Paged,
    naive: Naive,
    gone: Vec<Key>,
    next_key: u64,
    ttl_ms: [i64; 4],
}

#[test]
fn it_answers_as_plain_lists_would() {
    for seed in 0..160 {
        let mut dice = Dice::new(seed);
        let shape =
            if dice.chance(70) { Shape::SMALL } else { Shape { inline: 5, page: 1, bucket: 1 } };
        let mut paged = Paged::new(shape);
        let mut naive = Naive { now_ms: paged.inputs.now_ms, ..Naive::default() };
        if dice.chance(40) {
            let mut world = World::default();
            world.deploy_short("process Q\nbegin:message-start(paid) -> end").unwrap();
            paged.definitions = world.definitions().clone();
            naive.starts = vec!["Q"];
        }
        let ttl_ms = [0, 50, 5_000, if dice.chance(50) { 20_000 } else { 20_000_000 }];
        let mut trial = Trial { dice, paged, naive, gone: Vec::new(), next_key: 1_000, ttl_ms };
        for phase in 0..4 {
            let mood = MOODS[trial.dice.below(MOODS.len())];
            for n in 0..70 {
                trial.act(mood);
                trial.compare(&format!("seed {seed}, phase {phase}, command {n}"));
            }
        }
    }
}

impl Trial {
    fn act(&mut self, mood: [u32; 5]) {
        if self.dice.chance(50) {
            self.paged.forget();
        }
        match self.dice.weighted(&mood) {
            0 => self.publish(),
            1 => self.subscribe(),
            2 => self.answer(),
            3 => self.unsubscribe(),
            _ => self.advance(),
        }
    }

    fn publish(&mut self) {
        let id = self.dice.chance(50).then(|| self.dice.below(200) as u64);
        let ttl_ms = *self.dice.pick(&self.ttl_ms).unwrap();
        let refused = self.naive.refuses(id);
        match self.paged.publish(id, ttl_ms) {
            Err(rejection) => {
                assert_eq!(rejection.kind, RejectionKind::AlreadyExists);
                assert!(refused, "message id {id:?} is new");
            }
            Ok((key, asked)) => {
                assert!(!refused, "message id {id:?} is not new");
                assert_eq!(asked, self.naive.publish(key.unwrap(), id, ttl_ms));
            }
        }
    }

    fn subscribe(&mut self) {
        self.next_key += 10;
        let (key, process) = (Key(self.next_key), *self.dice.pick(&PROCESSES).unwrap());
        let once = self.dice.chance(70);
        let asked = self.paged.subscribe(key, process, once);
        assert_eq!(asked, self.naive.subscribe(key, process, once));
    }

    fn answer(&mut self) {
        if self.paged.offers.is_empty() {
            return;
        }
        let at = if self.dice.chance(70) { 0 } else { self.dice.below(self.paged.offers.len()) };
        let takes = self.dice.chance(70) && !self.gone.contains(&self.paged.offers[at].0);
        if self.dice.chance(10) {
            // As an older release left it.
            self.paged.offers[at].2 = engine::state::mailbox::Numbers::default();
        }
        let (sub, message, asked) = self.paged.answer(at, takes);
        let expected = match takes {
            true => self.naive.accept(sub, message),
            false => self.naive.refuse(sub, message),
        };
        assert_eq!(asked, expected);
    }

    fn unsubscribe(&mut self) {
        let waiting = self.naive.waiting();
        let Some(sub) = self.dice.pick(&waiting).copied() else { return };
        self.naive.unsubscribe(sub);
        self.gone.push(sub);
        let unsubscribe = MailboxCommand::Unsubscribe { subscription: sub };
        assert_eq!(self.paged.ask(&unsubscribe).unwrap().1, []);
        let (events, _) = self.paged.ask(&unsubscribe).unwrap();
        assert_eq!(events, [], "nobody leaves twice");
    }

    fn advance(&mut self) {
        let ms = self.dice.below(8_000) as i64;
        self.paged.advance(ms);
        self.naive.now_ms += ms;
    }

    fn compare(&self, when: &str) {
        let whole = self.paged.check();
        let lives =
            |held: &&Message| held.deadline_ms > self.naive.now_ms || !held.offers.is_empty();
        let held: Vec<Held> = whole.messages.iter().filter(lives).map(plain).collect();
        assert_eq!(held, self.naive.live(), "{when}");
        let waiting: Vec<Key> = whole.subscriptions.iter().map(|held| held.key).collect();
        assert_eq!(waiting, self.naive.waiting(), "{when}");
    }
}

fn plain(message: &Message) -> Held {
    let process = |id: &str| *PROCESSES.iter().find(|it| **it == id).unwrap();
    Held {
        key: message.key,
        id: message.id.as_ref().map(|id| id.parse().unwrap()),
        deadline_ms: message.deadline_ms,
        offers: message.offers.iter().map(|(to, id)| (*to, process(id))).collect(),
        reached: message.reached.iter().map(|id| process(id)).collect(),
    }
}
