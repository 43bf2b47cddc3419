//! Random valid processes in short notation, put together from blocks that can always be left.
//!
//! Not random graphs: every fork is joined and every loop counts, so that a process whose jobs,
//! tasks and messages are served comes to its end.

mod calls;

use crate::dice::Dice;
use calls::{Called, ITEMS};
use std::fmt::Write;

/// Job types a random process may have.
pub const JOB_TYPES: [&str; 3] = ["pack", "check", "mail"];
/// Messages a random process may wait for; `order` starts it.
pub const MESSAGES: [&str; 3] = ["paid", "news", "order"];
/// The message of boundary events that do not interrupt. Nothing else waits for it: such an event
/// is the oldest taker for as long as its activity lives, and would leave nothing to others.
pub const BELL: &str = "bell";
/// The BPMN signal processes broadcast. Who hears it is done with waiting.
pub const CALL: &str = "call";
/// The BPMN signal of events that do not interrupt: no process broadcasts it, for what it begins
/// could begin itself again.
pub const GONG: &str = "gong";
/// Escalation codes; the last is caught by no exact event.
pub const ESCALATIONS: [&str; 3] = ["WARN", "NOTE", "ODD"];
/// Correlation keys: few, so that they meet. The variable is `key`.
pub const KEYS: [&str; 3] = ["k0", "k1", "k2"];
/// Error codes; the last is caught by no exact boundary event.
pub const ERRORS: [&str; 3] = ["LATE", "POOR", "ODD"];

/// Blocks inside blocks.
const DEPTH: u32 = 4;
/// Leaves of a process, about.
const LEAVES: u32 = 14;

/// A random process for a seed, `random`, and processes it calls, `random_0` and so on. It reads
/// the variables `key` (text), `n` (number), `go` and `fixed` (booleans); where one is missing it
/// has an incident until all are set.
#[must_use]
pub fn random_process(seed: u64) -> String {
    let mut maker = Maker {
        dice: Dice::new(seed),
        next: 0,
        leaves: 0,
        lines: Vec::new(),
        times: 1,
        called: Vec::new(),
        passed: None,
    };
    let called: Vec<String> =
        (0..[0, 0, 1, 2][maker.dice.below(4)]).map(|place| maker.called(place)).collect();
    maker.leaves = LEAVES;
    let body = maker.sequence(DEPTH);
    maker.handlers(DEPTH);
    let gate = maker.id("gate");
    maker.line(format!("start -> {gate}:xor -> {}", body.first));
    maker.line(format!("{} -> end", body.last));
    if maker.dice.chance(30) {
        maker.line(format!("tick:timer-start(R2/PT7M) -> {gate}"));
    }
    if maker.dice.chance(40) {
        maker.line(format!("ordered:message-start(order) -> {gate}"));
    }
    format!("process random\n{}\n{}", maker.lines.join("\n"), called.join(""))
}

struct Maker {
    dice: Dice,
    next: u32,
    /// Leaves still to give away.
    leaves: u32,
    /// Statements of the scope at hand.
    lines: Vec<String>,
    /// How many tokens for one the activities around multiply to.
    times: u32,
    /// Processes that may be called.
    called: Vec<Called>,
    /// Errors the process at hand leaves to its callers, if it may.
    passed: Option<Vec<&'static str>>,
}

/// The flow nodes a block begins and ends with; whatever enters it once leaves it once.
struct Block {
    first: String,
    last: String,
}

impl Block {
    fn one(id: &str) -> Block {
        Block { first: id.to_owned(), last: id.to_owned() }
    }
}

impl Maker {
    fn id(&mut self, word: &str) -> String {
        self.next += 1;
        format!("{word}{}", self.next)
    }

    fn line(&mut self, line: String) {
        self.lines.push(line);
    }

    fn word(&mut self, words: &[&'static str]) -> &'static str {
        self.dice.pick(words).expect("there are words to choose from")
    }

    fn duration(&mut self) -> String {
        format!("PT{}S", self.dice.between(1, 600))
    }

    fn message(&mut self) -> String {
        format!("{}, = key", self.word(&MESSAGES))
    }

    fn block(&mut self, depth: u32) -> Block {
        if depth == 0 || self.leaves == 0 {
            return self.leaf();
        }
        let calls = if self.called.is_empty() { 0 } else { 5 };
        match self.dice.weighted(&[8, 4, 3, 3, 2, 4, 5, 3, 3, calls]) {
            0 => self.leaf(),
            1 => self.sequence(depth - 1),
            2 => self.choice(depth - 1),
            3 => self.fork(depth - 1),
            // Tokens that share a counter would race for it.
            4 if self.times == 1 => self.repeat(depth - 1),
            4 => self.sequence(depth - 1),
            5 => self.sub(depth - 1),
            6 => self.some(depth - 1),
            7 => self.race(depth - 1),
            9 => self.call(depth - 1),
            _ => {
                let host = self.waiting_leaf();
                self.guard(&host, depth - 1, &[])
            }
        }
    }

    fn sequence(&mut self, depth: u32) -> Block {
        let mut whole = self.block(depth);
        for _ in 0..self.dice.between(1, 2) {
            let next = self.block(depth);
            self.line(format!("{} -> {}", whole.last, next.first));
            whole.last = next.last;
        }
        whole
    }

    fn choice(&mut self, depth: u32) -> Block {
        let (split, merge) = (self.id("split"), self.id("merge"));
        self.line(format!("{split}:xor"));
        self.line(format!("{merge}:xor"));
        for condition in ["[= go = true]", "[= n > 2]", "[default]"] {
            let way = self.block(depth);
            self.line(format!("{split} -{condition}-> {}", way.first));
            self.line(format!("{} -> {merge}", way.last));
        }
        Block { first: split, last: merge }
    }

    fn fork(&mut self, depth: u32) -> Block {
        let (fork, join) = (self.id("fork"), self.id("join"));
        self.line(format!("{fork}:and"));
        self.line(format!("{join}:and"));
        for _ in 0..self.dice.between(2, 3) {
            let way = self.block(depth);
            self.line(format!("{fork} -> {} ", way.first));
            self.line(format!("{} -> {join}", way.last));
        }
        Block { first: fork, last: join }
    }

    /// One to three ways at a time, joined by whoever can still come.
    fn some(&mut self, depth: u32) -> Block {
        let (fork, join) = (self.id("some"), self.id("meet"));
        self.line(format!("{fork}:or"));
        self.line(format!("{join}:or"));
        for condition in ["[= go = true]", "[= n > 2]", "[default]"] {
            let way = self.block(depth);
            self.line(format!("{fork} -{condition}-> {}", way.first));
            self.line(format!("{} -> {join}", way.last));
        }
        Block { first: fork, last: join }
    }

    /// Two or three events, of which the first takes the token.
    fn race(&mut self, depth: u32) -> Block {
        let (race, merge) = (self.id("race"), self.id("merge"));
        self.line(format!("{race}:event-gateway"));
        self.line(format!("{merge}:xor"));
        for _ in 0..self.dice.between(2, 3) {
            let event = self.id("event");
            let kind = match self.dice.below(4) {
                0 => format!("timer({})", self.duration()),
                1 => format!("receive({})", self.message()),
                2 => format!("catch-signal({CALL})"),
                _ => format!("catch-message({})", self.message()),
            };
            self.line(format!("{race} -> {event}:{kind}"));
            self.mappings(&event);
            let way = self.block(depth);
            self.line(format!("{event} -> {}", way.first));
            self.line(format!("{} -> {merge}", way.last));
        }
        Block { first: race, last: merge }
    }

    /// Goes round twice at most; a counter that is shared by many tokens only ends it sooner.
    fn repeat(&mut self, depth: u32) -> Block {
        let (again, count) = (self.id("again"), self.id("count"));
        let (enough, on) = (self.id("enough"), self.id("on"));
        let body = self.block(depth);
        self.line(format!("{again}:xor -> {}", body.first));
        self.line(format!(
            "{} -> {count}:script(= if c{count} = null then 1 else c{count} + 1, c{count}) -> \
             {enough}:xor",
            body.last
        ));
        self.line(format!("{enough} -[= c{count} < 2]-> {again}"));
        self.line(format!("{enough} -[default]-> {on}:xor"));
        Block { first: again, last: on }
    }

    /// A sub-process, which may end by an error or be terminated from within.
    fn sub(&mut self, depth: u32) -> Block {
        let id = self.id("box");
        let each = self.each();
        let outside = std::mem::take(&mut self.lines);
        let times = self.times;
        self.times *= if each.is_empty() { 1 } else { ITEMS };
        let thrown = self.inside(depth);
        self.times = times;
        let inside = std::mem::replace(&mut self.lines, outside);
        self.line(format!("{id}:sub{each} {{\n{}\n}}", inside.join("\n")));
        self.mappings(&id);
        self.guard(&id, depth, &thrown)
    }

    /// What is in a sub-process or a called process, from its start to its ends. Returns the
    /// errors it may end with.
    fn inside(&mut self, depth: u32) -> Vec<&'static str> {
        let body = self.block(depth);
        let mut thrown = Vec::new();
        let inner = match self.dice.weighted(&[5, 3, 3]) {
            0 => body.first,
            way => {
                let split = self.id("split");
                let end = if way == 1 {
                    "terminate".to_owned()
                } else {
                    let code = self.word(&ERRORS[..2]);
                    thrown.push(code);
                    format!("error-end({code})")
                };
                let last = self.id("stop");
                self.line(format!("{split}:xor -[= go = true]-> {last}:{end}"));
                self.line(format!("{split} -[default]-> {}", body.first));
                split
            }
        };
        self.line(format!("start -> {inner}"));
        let end = match self.dice.below(10) {
            0 | 1 => format!("{}:{}", self.id("tell"), self.sent("message-end")),
            2 => format!("{}:escalation-end({})", self.id("tell"), self.word(&ESCALATIONS)),
            3 => format!("{}:signal-end({CALL})", self.id("tell")),
            _ => "end".to_owned(),
        };
        self.line(format!("{} -> {end}", body.last));
        self.handlers(depth);
        thrown
    }

    /// Event sub-processes of the scope at hand, which may have some of their own.
    fn handlers(&mut self, depth: u32) {
        if !self.dice.chance(35) {
            return;
        }
        let (id, start) = (self.id("handler"), self.id("begun"));
        let event = match self.dice.below(10) {
            0 => format!("message-start({})", self.message()),
            1 => format!("message-start({BELL}, = key) non-interrupting"),
            2 => format!("timer-start({})", self.duration()),
            3 => format!("timer-start(R2/{}) non-interrupting", self.duration()),
            4 => "error-start".to_owned(),
            5 => format!("signal-start({CALL})"),
            6 => format!("signal-start({GONG}) non-interrupting"),
            7 => format!("escalation-start({})", self.word(&ESCALATIONS[..2])),
            8 => "escalation-start non-interrupting".to_owned(),
            _ => format!("error-start({})", self.word(&ERRORS[..2])),
        };
        let outside = std::mem::take(&mut self.lines);
        let times = self.times;
        self.times = times.max(2);
        let body = self.block(depth.min(1));
        self.line(format!("{start}:{event} -> {}", body.first));
        self.line(format!("{} -> end", body.last));
        self.mappings(&start);
        if depth > 0 {
            self.handlers(depth - 1);
        }
        self.times = times;
        let inside = std::mem::replace(&mut self.lines, outside);
        self.line(format!("{id}:event-sub {{\n{}\n}}", inside.join("\n")));
        self.mappings(&id);
    }

    /// Boundary events on a host, and the ways from them. Errors in `thrown` are caught.
    fn guard(&mut self, host: &str, depth: u32, thrown: &[&'static str]) -> Block {
        let mut events: Vec<(bool, String)> = Vec::new();
        for code in thrown {
            events.push((true, format!("error({code})")));
        }
        if thrown.is_empty() && self.dice.chance(30) {
            let code = self.word(&ERRORS[..2]);
            events.push((true, format!("error({code})")));
        }
        if self.dice.chance(20) {
            events.push((true, "error".to_owned()));
        }
        for _ in 0..self.dice.between(0, 2) {
            let interrupting = self.dice.chance(50);
            let event = match (self.dice.below(4), interrupting) {
                (0, true) => format!("message({})", self.message()),
                (0, false) => format!("message({BELL}, = key)"),
                (1, true) => format!("timer({})", self.duration()),
                (1, false) => format!("timer(R2/{})", self.duration()),
                (2, true) => format!("signal({CALL})"),
                (2, false) => format!("signal({GONG})"),
                _ if self.dice.chance(30) => "escalation".to_owned(),
                _ => format!("escalation({})", self.word(&ESCALATIONS[..2])),
            };
            events.push((interrupting, event));
        }
        if events.is_empty() {
            return Block::one(host);
        }
        let merge = self.id("merge");
        self.line(format!("{host} -> {merge}:xor"));
        for (interrupting, event) in events {
            let id = self.id("on");
            let way = self.block(depth.min(1));
            let sign = if interrupting { "!" } else { "!~" };
            self.line(format!("{host} {sign} {id}:{event} -> {}", way.first));
            // What goes on beside the host has its own end; what replaces it goes its way.
            let end =
                if interrupting { merge.clone() } else { format!("{}:end", self.id("beside")) };
            self.line(format!("{} -> {end}", way.last));
        }
        Block { first: host.to_owned(), last: merge }
    }

    fn leaf(&mut self) -> Block {
        if self.dice.chance(60) {
            let id = self.waiting_leaf();
            return Block::one(&id);
        }
        self.leaves = self.leaves.saturating_sub(1);
        let id = self.id("pass");
        let kind = match self.dice.below(13) {
            0 => "manual".to_owned(),
            1 => "task".to_owned(),
            2 => "throw".to_owned(),
            3 => format!("script(= n + 1, v{})", self.dice.below(3)),
            4 => format!("timer({})", self.duration()),
            5 => return self.link(id),
            6 => self.sent("message-throw"),
            7 => self.sent("send-message"),
            8 => format!("catch-signal({CALL})"),
            9 => format!("signal-throw({CALL})"),
            10 | 11 => format!("escalation-throw({})", self.word(&ESCALATIONS)),
            _ => format!("catch-message({})", self.message()),
        };
        self.line(format!("{id}:{kind}"));
        if !kind.contains("throw") {
            self.mappings(&id);
        }
        Block::one(&id)
    }

    /// Something that sends a message, which starts no instance: that would never end.
    fn sent(&mut self, word: &str) -> String {
        let message = self.word(&MESSAGES[..2]);
        match self.dice.below(3) {
            0 => format!("{word}({message}, {})", self.word(&JOB_TYPES)),
            1 => format!("{word}({message}) publish(= key)"),
            _ => format!("{word}({message}) publish(= key, {}, = key)", self.duration()),
        }
    }

    /// A way that breaks off and goes on elsewhere.
    fn link(&mut self, id: String) -> Block {
        let to = self.id("link");
        self.line(format!("{id}:link-throw({to})"));
        self.line(format!("{to}:catch-link({to})"));
        Block { first: id, last: to }
    }

    /// A job, a user task or a receive task.
    fn waiting_leaf(&mut self) -> String {
        self.leaves = self.leaves.saturating_sub(1);
        let id = self.id("work");
        let kind = match self.dice.weighted(&[5, 3, 2]) {
            0 => {
                let retries = self.dice.between(1, 3);
                format!("job({}) retries={retries}", self.word(&JOB_TYPES))
            }
            1 => "user".to_owned(),
            _ => format!("receive({})", self.message()),
        };
        let (each, listeners) = (self.each(), self.listeners(kind == "user"));
        self.line(format!("{id}:{kind}{each}{listeners}"));
        self.mappings(&id);
        id
    }

    /// Listeners, of a task also its own.
    fn listeners(&mut self, is_task: bool) -> String {
        let mut text = String::new();
        let words = ["start", "end", "creating", "completing", "canceling"];
        let words = if is_task { &words[..] } else { &words[..2] };
        for word in words {
            if self.dice.chance(12) {
                let _ = write!(text, " on-{word}({})", self.word(&JOB_TYPES));
            }
        }
        text
    }

    /// Mappings, some of which fail until `fixed` is true.
    fn mappings(&mut self, id: &str) {
        let mut text = String::new();
        for side in ["inputs", "outputs"] {
            if !self.dice.chance(20) {
                continue;
            }
            let (name, other) = (self.dice.below(3), self.dice.below(3));
            let source = match self.dice.weighted(&[3, 1]) {
                0 => format!("v{other}"),
                _ => "assert(fixed, fixed = true)".to_owned(),
            };
            let _ = write!(text, " {side} {{ v{name} = = {source} }}");
        }
        if !text.is_empty() {
            self.line(format!("{id}:{text}"));
        }
    }
}
