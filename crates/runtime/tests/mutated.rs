//! Mutated input: models, expressions and stored bytes that were changed at random are refused or
//! read, within bounds, and never break anything.
//!
//! Not here: requests over HTTP (`segue/tests/mutated.rs`), and hostile input made by hand.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on says so")]

use decision::{Budget, Env, Mode, Value};
use engine::definitions::Definitions;
use engine::key::Key;
use engine::record::{decode_effect, decode_page, decode_sections};
use runtime::deploy::{compile_all, definition};
use runtime::lane::{Aggregate, Random};
use runtime::node::{Node, Options};
use runtime::request::{Caller, DefinitionRef, Request, Resource};
use std::sync::Arc;
use std::time::{Duration, Instant};
use store::Store;
use store::load::AggregateRow;
use store::memory::Memory;

/// Resident memory no input may drive this process beyond, KiB.
const RESIDENT_KIB_MAX: u64 = 1_500_000;
/// Longest a single input may take: far above what a slow machine needs.
const INPUT_MAX: Duration = Duration::from_secs(20);

const PROCESSES: [&str; 4] = [
    "process p\nstart -> many:job(m) each(= for i in 1..300 return i) -> done:end",
    "process p\nstart -> a:job(a) retries=5 -> gate:xor\ngate -[= n > 3]-> b:user -> done:end\n\
     gate -[default]-> done\na ! late:timer(PT5M) -> done",
    "process p\nstart -> s:sub {\n start -> wait:receive(told, = string(n)) -> end\n} -> done:end",
    "process p\nstart -> fork:and -> c:script(= {x: [1, 2, n]}, out) -> join:and -> done:end\n\
     fork -> t:timer(PT10S) -> join",
];

const EXPRESSIONS: [&str; 12] = [
    "= if n > 3 then \"a\" else {b: [1, 2, 3][item > 1]}",
    "for i in 1..10, j in i..20 return i * j ** 2",
    "some x in [1, 2] satisfies every y in [x] satisfies y = x",
    "date and time(\"2026-01-01T00:00:00@Europe/Berlin\") + duration(\"P1DT2H\")",
    "function(a, b) a + b",
    "sort([3, 1, 2], function(x, y) x < y)",
    "replace(\"abcd\", \"(ab)|(a)\", \"[1=$1][2=$2]\")",
    "{a: 1, b: a + 1, c: {d: b}}.c.d",
    "not(x in [1..5), (7..9]) and x instance of list<number>",
    "substring(\"fo\\u00f3bar\", -3, 2) = string join([\"a\", null], \",\")",
    "get value(context put({}, [\"a\", \"b\"], 1), \"a\").b",
    "decimal(1/3, 34) * 1e6144 - -0.000000000000000001",
];

/// So many rounds, or as long as `SEGUE_FUZZ_SECONDS` says, with another seed each time.
struct Rounds {
    seed: u64,
    random: Random,
    left: u32,
    until: Option<Instant>,
}

impl Rounds {
    fn new(count: u32) -> Rounds {
        let seconds = std::env::var("SEGUE_FUZZ_SECONDS").ok().and_then(|it| it.parse().ok());
        let until = seconds.map(|seconds| Instant::now() + Duration::from_secs(seconds));
        let seed = if until.is_some() { std::process::id().into() } else { 1 };
        Rounds { seed, random: Random(seed), left: count, until }
    }

    fn go_on(&mut self) -> bool {
        self.left = self.left.saturating_sub(1);
        self.until.map_or(self.left > 0, |until| Instant::now() < until)
    }

    fn below(&mut self, below: usize) -> usize {
        (self.random.draw() % below.max(1) as u64) as usize
    }

    /// One of the seeds, changed in one to eight places.
    fn mutated(&mut self, seeds: &[Vec<u8>]) -> Vec<u8> {
        let one = self.below(seeds.len());
        let mut bytes = seeds[one].clone();
        for _ in 0..=self.below(8) {
            self.mutate(&mut bytes, seeds);
        }
        bytes
    }

    fn mutate(&mut self, bytes: &mut Vec<u8>, seeds: &[Vec<u8>]) {
        let at = self.below(bytes.len());
        let length = self.below(24).min(bytes.len() - at);
        match self.below(8) {
            0 if !bytes.is_empty() => bytes[at] ^= 1 << self.below(8),
            1 if !bytes.is_empty() => {
                bytes[at] = [0, 1, 0x7f, 0x80, 0xff, b'"', b'<'][self.below(7)];
            }
            2 => drop(bytes.drain(at..at + length)),
            3 => bytes.truncate(at),
            4 => {
                let copy = bytes[at..at + length].to_vec();
                let copies = copy.repeat(self.below(40));
                bytes.splice(at..at, copies);
            }
            5 => {
                let other = &seeds[self.below(seeds.len())];
                let from = self.below(other.len());
                let to = (from + self.below(64)).min(other.len());
                bytes.splice(at..at, other[from..to].iter().copied());
            }
            6 => bytes.splice(at..at + length, [0xff; 9]).for_each(drop),
            _ => {
                let noise = self.random.draw().to_le_bytes();
                bytes.splice(at..at, noise);
            }
        }
    }
}

/// Every boxed expression, a type with allowed values, a knowledge model, a service.
const DECISIONS: &str = r##"<definitions xmlns="https://www.omg.org/spec/DMN/20230324/MODEL/" id="d" name="d"
  namespace="https://example.org/d">
  <itemDefinition name="tTier"><typeRef>string</typeRef>
    <allowedValues><text>"gold", "silver"</text></allowedValues></itemDefinition>
  <itemDefinition name="tOrder"><itemComponent name="amount"><typeRef>number</typeRef></itemComponent>
    <itemComponent name="tier"><typeRef>tTier</typeRef></itemComponent></itemDefinition>
  <inputData id="amount" name="amount"><variable name="amount" typeRef="number"/></inputData>
  <businessKnowledgeModel id="vat" name="vat"><variable name="vat"/><encapsulatedLogic>
    <formalParameter name="net" typeRef="number"/>
    <literalExpression><text>net * 0.19</text></literalExpression></encapsulatedLogic>
  </businessKnowledgeModel>
  <decision id="all" name="all"><variable name="all"/>
    <informationRequirement><requiredInput href="#amount"/></informationRequirement>
    <knowledgeRequirement><requiredKnowledge href="#vat"/></knowledgeRequirement>
    <context>
      <contextEntry><variable name="order"/><literalExpression>
        <text>{amount: amount, tier: "gold"}</text></literalExpression></contextEntry>
      <contextEntry><variable name="tax"/><invocation>
        <literalExpression><text>vat</text></literalExpression>
        <binding><parameter name="net"/><literalExpression><text>amount</text></literalExpression></binding>
      </invocation></contextEntry>
      <contextEntry><variable name="rows"/><relation><column name="a"/><column name="b"/>
        <row><literalExpression><text>1</text></literalExpression>
        <literalExpression><text>@"2024-02-29"</text></literalExpression></row></relation></contextEntry>
      <contextEntry><variable name="kept"/><filter>
        <in><literalExpression><text>rows</text></literalExpression></in>
        <match><literalExpression><text>item.a &gt; 0</text></literalExpression></match></filter></contextEntry>
      <contextEntry><variable name="sum"/><for iteratorVariable="row">
        <in><literalExpression><text>[1..100]</text></literalExpression></in>
        <return><literalExpression><text>row * amount</text></literalExpression></return></for></contextEntry>
      <contextEntry><variable name="rate"/><decisionTable hitPolicy="PRIORITY">
        <input><inputExpression typeRef="number"><text>amount</text></inputExpression></input>
        <input><inputExpression typeRef="tTier"><text>order.tier</text></inputExpression></input>
        <output><outputValues><text>0.2, 0.1, 0</text></outputValues></output>
        <rule><inputEntry><text>[0..1000)</text></inputEntry><inputEntry><text>"gold", "silver"</text></inputEntry>
          <outputEntry><text>0.1</text></outputEntry></rule>
        <rule><inputEntry><text>&gt;= 1000</text></inputEntry><inputEntry><text>not("silver")</text></inputEntry>
          <outputEntry><text>0.2</text></outputEntry></rule>
        <rule><inputEntry><text>-</text></inputEntry><inputEntry><text>-</text></inputEntry>
          <outputEntry><text>0</text></outputEntry></rule></decisionTable></contextEntry>
      <contextEntry><conditional><if><literalExpression><text>rate &gt; 0</text></literalExpression></if>
        <then><literalExpression><text>sum(sum) * rate</text></literalExpression></then>
        <else><literalExpression><text>tax</text></literalExpression></else></conditional></contextEntry>
    </context></decision>
  <decisionService id="service" name="service"><variable name="service"/>
    <outputDecision href="#all"/><inputData href="#amount"/></decisionService>
</definitions>"##;

/// Runs one input; it must end, and soon.
fn within_bounds<T>(run: impl FnOnce() -> T) -> T {
    let began = Instant::now();
    let result = run();
    assert!(began.elapsed() < INPUT_MAX, "an input took {:?}", began.elapsed());
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let peak = peak.and_then(|text| text.split_whitespace().next()?.parse::<u64>().ok());
    assert!(peak.is_none_or(|kib| kib < RESIDENT_KIB_MAX), "memory grew to {peak:?} KiB");
    result
}

fn models() -> Vec<Vec<u8>> {
    PROCESSES.iter().map(|text| model::short::to_bpmn(text).unwrap().into_bytes()).collect()
}

#[test]
fn mutated_models_are_refused_or_compiled() {
    let (seeds, mut rounds, mut compiled) = (models(), Rounds::new(1_500), 0);
    println!("seed {}", rounds.seed);
    while rounds.go_on() {
        let content = rounds.mutated(&seeds);
        let resource = Resource { name: "m.bpmn".to_owned(), content };
        compiled += u32::from(within_bounds(|| compile_all(vec![resource]).is_ok()));
    }
    assert!(compiled > 0, "some mutations do no harm");
}

#[test]
fn mutated_expressions_are_refused_or_evaluated() {
    let seeds: Vec<Vec<u8>> = EXPRESSIONS.iter().map(|text| text.as_bytes().to_vec()).collect();
    let env = Env { now_ms: 1_767_225_600_000, zone: jiff::tz::TimeZone::UTC, seed: 1 };
    let scope = [("n", Value::string("x")), ("x", Value::list(vec![Value::Null]))];
    let (mut rounds, mut evaluated) = (Rounds::new(4_000), 0);
    println!("seed {}", rounds.seed);
    while rounds.go_on() {
        let source = String::from_utf8_lossy(&rounds.mutated(&seeds)).into_owned();
        for mode in [Mode::Camunda, Mode::Standard] {
            within_bounds(|| {
                if let Ok(program) = decision::compile(&source, mode) {
                    evaluated += 1;
                    drop(program.evaluate(&scope, &env, &mut Budget::default()));
                }
                drop(decision::compile_unary_tests(&source, mode));
            });
        }
    }
    assert!(evaluated > 100, "only {evaluated} were expressions still");
}

/// One of the models, changed in one of its expressions: what changes anywhere is seldom XML still.
fn mutated_text(rounds: &mut Rounds, models: &[Vec<u8>]) -> Vec<u8> {
    let model = String::from_utf8_lossy(&models[rounds.below(models.len())]).into_owned();
    let places: Vec<usize> =
        model.match_indices("<text>").map(|(at, tag)| at + tag.len()).collect();
    let start = places[rounds.below(places.len())];
    let end = start + model[start..].find("</text>").expect("it ends");
    let text = model.as_bytes()[start..end].to_vec();
    let text = String::from_utf8_lossy(&rounds.mutated(&[text])).into_owned();
    let text = text.replace('&', "&amp;").replace('<', "&lt;").replace(char::is_control, " ");
    format!("{}{text}{}", &model[..start], &model[end..]).into_bytes()
}

#[test]
fn mutated_decisions_are_refused_or_evaluated() {
    let dunning = include_bytes!("../../../samples/order-to-cash/dunning.dmn");
    let seeds = [dunning.to_vec(), DECISIONS.as_bytes().to_vec()];
    let env = Env { now_ms: 1_767_225_600_000, zone: jiff::tz::TimeZone::UTC, seed: 1 };
    let scope = [("reminders", Value::from(1i64)), ("amount", Value::from(2_500i64))];
    let (mut rounds, mut evaluated) = (Rounds::new(1_500), 0);
    println!("seed {}", rounds.seed);
    while rounds.go_on() {
        let is_deep = rounds.below(2) == 0;
        let source =
            if is_deep { mutated_text(&mut rounds, &seeds) } else { rounds.mutated(&seeds) };
        within_bounds(|| {
            let Ok(model) = decision::dmn::open(&source, &[]) else { return };
            for decision in model.decisions() {
                evaluated += 1;
                drop(model.evaluate(&decision.id, &scope, &env, &mut Budget::default()));
            }
        });
    }
    assert!(evaluated > 100, "only {evaluated} were decisions still");
}

fn caller() -> Caller {
    let actor = access::Actor {
        id: "a".into(),
        acting_for: None,
        tenants: [0].into(),
        grants: access::Grants::All,
    };
    Caller { actor, tenant: 0, request_key: Some("k".into()) }
}

/// What a store holds after instances of all processes were started, and a message waits.
async fn lived() -> Arc<Memory> {
    let store = Arc::new(Memory::default());
    let node = Node::start(store.clone(), Options::default()).unwrap();
    let plain = || Caller { request_key: None, ..caller() };
    for content in models() {
        let resources = vec![Resource { name: "p.bpmn".to_owned(), content }];
        node.submit(plain(), Request::Deploy { resources }).await.unwrap();
        for n in 0..3 {
            let request = Request::CreateInstance {
                definition: DefinitionRef::Latest("p".into()),
                variables: vec![("n".into(), format!("{{\"n\":{n}}}").into())],
                business_id: Some("b".into()),
                await_result: false,
                options: Default::default(),
            };
            node.submit(plain(), request).await.unwrap();
        }
    }
    let publish = Request::PublishMessage {
        name: "told".into(),
        correlation_key: "later".into(),
        id: Some("once".into()),
        ttl_ms: 600_000,
        variables: vec![("v".into(), "[1,2]".into())],
    };
    node.submit(caller(), publish).await.unwrap();
    node.stop();
    store
}

#[test]
fn mutated_stored_bytes_are_refused_or_read() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let store = runtime.block_on(lived());
    let mut definitions = Definitions::default();
    for row in store.definitions(0, 100).unwrap() {
        definitions.add(definition(&row).unwrap());
    }
    let rows = store.aggregates(0, 1_000).unwrap();
    let events = store.events(0, 1_000).unwrap();
    let bodies: Vec<Vec<u8>> = rows.iter().map(|row| row.body.clone()).collect();
    let histories: Vec<Vec<u8>> = events.iter().map(|row| row.body.clone()).collect();
    let pages: Vec<Vec<u8>> =
        rows.iter().flat_map(|row| row.pages.iter().map(|(_, body)| body.clone())).collect();
    assert!(!bodies.is_empty() && !histories.is_empty() && !pages.is_empty());
    let (mut rounds, mut read) = (Rounds::new(30_000), 0);
    println!("seed {}", rounds.seed);
    while rounds.go_on() {
        let row = rows[rounds.below(rows.len())].clone();
        let (body, page) = (rounds.mutated(&bodies), rounds.mutated(&pages));
        let history = rounds.mutated(&histories);
        within_bounds(|| {
            let key = Key(row.key);
            let number = row.pages.first().map_or(0, |(number, _)| *number);
            let damaged = AggregateRow { body, ..row.clone() };
            let torn = AggregateRow { pages: vec![(number, page.clone())], ..row };
            for row in [damaged, torn] {
                if let Ok(held) = Aggregate::decode(&row, &definitions) {
                    read += 1;
                    assert!(held.weight() < 1 << 28, "a small row is large in memory");
                }
            }
            drop(decode_page(key, number, &page));
            drop(decode_sections(key, &history));
            drop(decode_effect(key, &history));
        });
    }
    assert!(read > 0, "some mutations do no harm");
}
