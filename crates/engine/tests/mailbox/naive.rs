//! A mailbox as one would write it without a thought for its size: two lists.
//!
//! Not here: messages that expire without an effect; only what others see is told.

use engine::key::Key;

/// What a mailbox asks of others.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Asked {
    /// An instance: whether it takes a message.
    Offer { subscription: Key, message: Key },
    /// An entry: to start a process.
    Start { process: &'static str, message: Key },
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Held {
    pub(crate) key: Key,
    pub(crate) id: Option<u64>,
    pub(crate) deadline_ms: i64,
    pub(crate) offers: Vec<(Key, &'static str)>,
    pub(crate) reached: Vec<&'static str>,
}

#[derive(Debug, Clone)]
pub(crate) struct Sub {
    key: Key,
    process: &'static str,
    once: bool,
    offered: Option<Key>,
}

#[derive(Debug, Default)]
pub(crate) struct Naive {
    pub(crate) now_ms: i64,
    pub(crate) messages: Vec<Held>,
    pub(crate) subs: Vec<Sub>,
    /// Processes that any message starts.
    pub(crate) starts: Vec<&'static str>,
}

impl Held {
    fn reaches(&self, process: &str) -> bool {
        self.reached.contains(&process) || self.offers.iter().any(|(_, to)| *to == process)
    }
}

impl Naive {
    /// Messages that live or are on their way.
    pub(crate) fn live(&self) -> Vec<Held> {
        let lives = |held: &&Held| held.deadline_ms > self.now_ms || !held.offers.is_empty();
        self.messages.iter().filter(lives).cloned().collect()
    }

    pub(crate) fn waiting(&self) -> Vec<Key> {
        self.subs.iter().map(|sub| sub.key).collect()
    }

    pub(crate) fn refuses(&self, id: Option<u64>) -> bool {
        let twin = |held: &Held| held.id == id && held.deadline_ms > self.now_ms;
        id.is_some() && self.messages.iter().any(twin)
    }

    pub(crate) fn publish(&mut self, key: Key, id: Option<u64>, ttl_ms: i64) -> Vec<Asked> {
        let (id, deadline_ms) = (id.filter(|_| ttl_ms > 0), self.now_ms + ttl_ms);
        let (offers, reached) = (Vec::new(), Vec::new());
        self.messages.push(Held { key, id, deadline_ms, offers, reached });
        let mut asked = Vec::new();
        let mut taken = Vec::new();
        for at in 0..self.subs.len() {
            let Sub { key: sub, process, offered, .. } = self.subs[at];
            if offered.is_none() && !taken.contains(&process) {
                taken.push(process);
                asked.push(self.offer(key, sub));
            }
        }
        asked.extend(self.start(key, &self.starts.clone()));
        self.drop_if_over(key);
        asked
    }

    pub(crate) fn subscribe(&mut self, key: Key, process: &'static str, once: bool) -> Vec<Asked> {
        self.subs.push(Sub { key, process, once, offered: None });
        self.offer_oldest(key)
    }

    pub(crate) fn unsubscribe(&mut self, sub: Key) {
        self.subs.retain(|held| held.key != sub);
    }

    pub(crate) fn accept(&mut self, sub: Key, message: Key) -> Vec<Asked> {
        let held = self.message(message);
        let at = held.offers.iter().position(|(to, _)| *to == sub).unwrap();
        let (_, process) = held.offers.remove(at);
        held.reached.push(process);
        self.subs.retain(|held| held.key != sub || !held.once);
        if let Some(held) = self.subs.iter_mut().find(|held| held.key == sub) {
            held.offered = None;
        }
        self.drop_if_over(message);
        self.offer_oldest(sub)
    }

    pub(crate) fn refuse(&mut self, sub: Key, message: Key) -> Vec<Asked> {
        let held = self.message(message);
        let at = held.offers.iter().position(|(to, _)| *to == sub).unwrap();
        let (_, process) = held.offers.remove(at);
        self.subs.retain(|held| held.key != sub);
        let next = self.subs.iter().find(|sub| sub.process == process && sub.offered.is_none());
        let asked = match next.map(|next| next.key) {
            Some(next) => vec![self.offer(message, next)],
            None => {
                let starts: Vec<_> =
                    self.starts.iter().copied().filter(|it| *it == process).collect();
                self.start(message, &starts)
            }
        };
        self.drop_if_over(message);
        asked
    }

    fn message(&mut self, key: Key) -> &mut Held {
        self.messages.iter_mut().find(|held| held.key == key).unwrap()
    }

    fn offer(&mut self, message: Key, sub: Key) -> Asked {
        let held = self.subs.iter_mut().find(|held| held.key == sub).unwrap();
        held.offered = Some(message);
        let process = held.process;
        self.message(message).offers.push((sub, process));
        Asked::Offer { subscription: sub, message }
    }

    fn offer_oldest(&mut self, sub: Key) -> Vec<Asked> {
        let Some(held) = self.subs.iter().find(|held| held.key == sub) else { return Vec::new() };
        let now_ms = self.now_ms;
        let fits = |it: &&Held| it.deadline_ms > now_ms && !it.reaches(held.process);
        let found = self.messages.iter().find(fits).map(|held| held.key);
        found.map(|message| self.offer(message, sub)).into_iter().collect()
    }

    fn start(&mut self, message: Key, processes: &[&'static str]) -> Vec<Asked> {
        let held = self.message(message);
        let mut asked = Vec::new();
        for process in processes {
            if !held.reaches(process) {
                held.reached.push(process);
                asked.push(Asked::Start { process, message });
            }
        }
        asked
    }

    fn drop_if_over(&mut self, message: Key) {
        let now_ms = self.now_ms;
        let over = |held: &Held| held.deadline_ms <= now_ms && held.offers.is_empty();
        self.messages.retain(|held| held.key != message || !over(held));
    }
}
