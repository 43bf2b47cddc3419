//! Processes the simulator runs, in short notation.
//!
//! Each can be driven to its end by completing jobs and tasks, publishing messages, resolving
//! incidents and letting time pass. Variables given at the start: `key`, `n`, `go`, `fixed`.

use crate::random::{BELL, CALL, GONG, random_process};

/// A process and how it can be started.
#[derive(Debug, Clone)]
pub struct Process {
    /// Process id.
    pub id: String,
    /// Short notation.
    pub short: String,
    /// Whether it has a none start event.
    pub startable: bool,
}

/// The message that starts processes.
pub(super) const START: &str = "order";
/// Message names the processes know.
pub(super) const MESSAGES: [&str; 6] = [START, "paid", "note", "m0", "news", BELL];
/// BPMN signals the processes know; the first starts one.
pub(super) const SIGNALS: [&str; 4] = ["dawn", CALL, GONG, "alarm"];
/// Correlation keys in use; few, so that they meet.
pub(super) const KEYS: [&str; 3] = ["k0", "k1", "k2"];
/// Job types the processes know.
pub(super) const JOB_TYPES: [&str; 6] = ["a", "b", "work", "mail", "pack", "check"];
/// Error codes that something catches, and one that nothing does.
pub(super) const ERRORS: [&str; 4] = ["BAD", "LATE", "POOR", "WORSE"];

const PLAIN: [(&str, bool, &str); 22] = [
    ("jobs", true, "start -> a:job(a) -> b:job(b) retries=2 -> end"),
    (
        "parallel",
        true,
        "start -> fork:and -> a:job(a) -> join:and -> end
         fork -> wait:timer(PT30S) -> join
         fork -> hear:catch-message(paid, = key) -> join",
    ),
    ("order", false, "begin:message-start(order) -> a:job(a) -> wait:timer(PT5S) -> end"),
    (
        "guarded",
        true,
        "start -> work:job(work) -> done:end
         work ! late:timer(PT5M) -> hurry:job(a) -> hurried:end
         work !~ slow:timer(R2/PT1M) -> mail:job(mail) -> mailed:end
         work ! bad:error(BAD) -> fix:user -> fixed:end
         work !~ note:message(note, = key) -> noted:job(b) -> told:end",
    ),
    (
        "nested",
        true,
        "start -> box:sub {
           start -> fork:and -> a:job(a) -> inside:end
           fork -> hear:catch-message(paid, = key) -> stop:terminate
         } -> after:user -> end
         box ! late:timer(PT10M) -> b:job(b) -> gone:end
         box ! bad:error(BAD) -> failed:end",
    ),
    (
        "doubtful",
        true,
        "start -> pick:xor -[= go = true]-> a:job(a) -> end
         pick -[= go = false]-> b:job(b) -> end",
    ),
    (
        "counting",
        true,
        "start -> again:xor -> count:script(= n + 1, n) -> nap:timer(PT2S) -> enough:xor
         enough -[= n < 3]-> again
         enough -[default]-> end",
    ),
    (
        "people",
        true,
        "start -> ask:user -> check:job(a) -> end
         ask ! late:timer(PT20M) -> b:job(b) -> over:end
         ask ! told:message(note, = key) -> quick:end",
    ),
    ("listener", true, "start -> hear:receive(paid, = key) -> more:receive(note, = key) -> end"),
    (
        "either",
        true,
        "start -> a:job(a) -> end
         told:message-start(order) -> b:job(b) -> end",
    ),
    (
        "deadlocked",
        true,
        "start -> choose:xor -[= go = true]-> a:manual -> join:and -> end
         choose -[default]-> b:job(b) -> join",
    ),
    (
        "failing",
        true,
        "start -> box:sub { start -> a:job(a) -> oops:error-end(BAD) } -> never:end
         box ! bad:error(BAD) -> b:job(b) -> end",
    ),
    (
        "twice",
        true,
        "start -> fork:and -> left:receive(paid, = key) -> join:and -> end
         fork -> right:receive(paid, = key) -> join
         fork -> third:job(work) -> join
         third ! paid:message(paid, = key) -> b:job(b) -> join",
    ),
    ("ticking", false, "tick:timer-start(R3/PT1M) -> a:job(a) -> end"),
    (
        "caller",
        true,
        "start -> ask:call(caller_helper) -> a:job(a) -> end
         ask ! bad:error(BAD) -> b:job(b) -> mended:end
         ask ! late:timer(PT10M) -> gone:end
         ask !~ note:message(note, = key) -> noted:end
         process caller_helper
         start -> work:job(work) -> hear:receive(paid, = key) -> end",
    ),
    (
        "chain",
        true,
        "start -> ask:call(chain_middle) -> end
         ask ! bad:error -> told:end
         process chain_middle
         start -> fork:and -> pass:call(chain_inner) -> join:and -> end
         fork -> beside:call(chain_inner) propagate=no -> join
         process chain_inner
         start -> work:job(work) -> pick:xor -[= go = true]-> oops:error-end(BAD)
         pick -[default]-> wait:timer(PT5S) -> end",
    ),
    (
        "crowd",
        true,
        "start -> ask:call(crowd_one) each(= for i in 1..9 return i, item, all, = item) -> end
         ask: until(= numberOfCompletedInstances >= 7)
         ask ! late:timer(PT30M) -> gone:end
         process crowd_one
         start -> work:job(work) -> end",
    ),
    (
        "wide",
        true,
        "start -> pick:job(a) each(= for i in 1..300 return i, item, picked, = item) -> end
         pick: until(= numberOfCompletedInstances >= 3)",
    ),
    (
        "boxes",
        true,
        "start -> box:sub each(= for i in 1..70 return i, item, seen, = number) {
           start -> fork:and -> number:script(= item, number) -> end
           fork -> pick:xor -[= modulo(item, 30) = 1]-> b:job(b) -> end
           pick -[default]-> on:script(= 2 * item, twice) -> end
         } -> turn:script(= n, v) each-in-turn(= seen) -> end
         box ! late:timer(PT30M) -> gone:end",
    ),
    (
        "station",
        true,
        "start -> fork:and -> crew:sub each(= for i in 1..60 return i) {
           start -> hear:catch-signal(alarm) -> end
         } -> join:and -> end
         fork -> work:job(work) -> join
         work !~ gong:signal(gong) -> gonged:end
         crew ! late:timer(PT30M) -> gone:end
         dawn:event-sub { up:signal-start(dawn) non-interrupting -> a:job(a) -> end }",
    ),
    ("morning", false, "dawn:signal-start(dawn) -> ring:signal-throw(alarm) -> b:job(b) -> end"),
    (
        "worried",
        true,
        "start -> ask:call(worried_helper) -> a:job(a) -> end
         ask !~ note:escalation(NOTE) -> noted:end
         ask ! grave:escalation(GRAVE) -> b:job(b) -> mended:end
         process worried_helper
         start -> warn:escalation-throw(NOTE) -> work:job(work) -> pick:xor
         pick -[= go = true]-> worse:escalation-throw(GRAVE) -> never:end
         pick -[default]-> odd:escalation-end(ODD)",
    ),
];

/// All processes.
#[must_use]
pub(super) fn all() -> Vec<Process> {
    let plain = PLAIN.iter().map(|(id, startable, text)| Process {
        id: (*id).to_owned(),
        short: format!("process {id}\n{text}"),
        startable: *startable,
    });
    plain.chain([many(), spinning()]).collect()
}

/// Waits for many messages at once: one step has many effects.
fn many() -> Process {
    let mut short =
        "process many\nstart -> fork:and -> w0:catch-message(m0, = key) -> join:and -> end"
            .to_owned();
    for n in 1..8 {
        let name = ["paid", "note", "m0"][n % 3];
        short.push_str(&format!("\nfork -> w{n}:catch-message({name}, = key) -> join"));
    }
    Process { id: "many".to_owned(), short, startable: true }
}

/// Makes more transitions than one step may: the rest goes on through the outbox.
fn spinning() -> Process {
    let short = "process spinning
        start -> again:xor -> count:script(= n + 1, n) -> enough:xor
        enough -[= n < 4000]-> again
        enough -[default]-> a:job(a) -> end";
    Process { id: "spinning".to_owned(), short: short.to_owned(), startable: true }
}

/// A random process of its own id.
pub(super) fn random(seed: u64) -> Process {
    let id = format!("random{}", seed % 1_000);
    let short = random_process(seed).replace("random", &id);
    Process { id, short, startable: true }
}

/// Another body under the id of a process that is deployed already.
pub(super) fn again(process: &Process, other: &Process) -> Process {
    let body = other.short.split_once('\n').map_or("start -> end", |(_, body)| body);
    let short = format!("process {}\n{body}", process.id);
    Process { id: process.id.clone(), short, startable: other.startable }
}
