//! What operators do to very many instances at once, with other work beside it; and how fast
//! very many completed activities are undone.
//!
//! Not one instance; that costs like any other command.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::beside;
use super::child::Child;
use super::findings::Findings;
use super::load::{self, Amount, Plan};
use super::scale::Scale;
use super::workload::{Workload, short_file};
use crate::client::Client;
use crate::failure::{Failure, Outcome};
use crate::http::Connection;

const FIRST: &str = "process bench-batch\nstart -> a:job(bench-idle) -> b:user -> done:end";
const SECOND: &str =
    "process bench-batch\nstart -> a:job(bench-idle) -> b:user -> c:user -> done:end";
const UNDO: &str = "process bench-undo\n\
    start -> parts:sub each(= for i in 1..count return i, item) {\n\
      start -> book:script(= item, x) -> booked-end:end\n\
      book ! booked:compensation -> unbook:script(= item, y)\n\
    } -> wait:user -> done:end";
/// One task is measured for so long while nothing else happens.
const CALM: Duration = Duration::from_secs(5);
/// Load runs for so long before the operation begins.
const WARM_UP: Duration = Duration::from_secs(1);
/// The operation is looked at for as long as it would take at this rate.
const ITEMS_PER_S: f64 = 4_000.0;
const LOOK: Duration = Duration::from_millis(50);

/// Modifies, migrates and cancels so many instances, each with one task beside it.
pub(super) fn run_batches(scale: &Scale) -> Outcome {
    let size = scale.size_or(100_000);
    let child = Child::start()?;
    let findings = super::runtime()?.block_on(batches(&child, size))?;
    drop(child);
    findings.print(scale.json);
    Ok(())
}

async fn batches(child: &Child, size: u64) -> Result<Findings, Failure> {
    let mut findings = Findings::of("batch_operations", size);
    let mut client = Client::to(&child.authority);
    client.deploy(&[Workload::OneTask.file(), short_file("bench-batch", FIRST)]).await?;
    beside::fill(&child.authority, size, "{\"processDefinitionId\":\"bench-batch\"}").await?;
    let deployed = client.deploy(&[short_file("bench-batch", SECOND)]).await?;
    let target = &deployed["deployments"][0]["processDefinition"]["processDefinitionKey"];
    tokio::time::sleep(Duration::from_secs(2)).await;
    let calm = one_task(&plan(child, CALM)).await?;
    findings.add("one task before /s", calm, "");
    let filter = json!({ "processDefinitionId": "bench-batch" });
    let moves = json!([{ "sourceElementId": "a", "targetElementId": "b" }]);
    let mapping = json!([{ "sourceElementId": "b", "targetElementId": "b" }]);
    let migration = json!({ "targetProcessDefinitionKey": target, "mappingInstructions": mapping });
    for (what, body) in [
        ("modification", json!({ "filter": filter, "moveInstructions": moves })),
        ("migration", json!({ "filter": filter, "migrationPlan": migration })),
        ("cancellation", json!({ "filter": filter })),
    ] {
        let (rate, felt) = beside_one_task(child, (what, &body), size).await?;
        findings.add(format!("{what}, items /s"), rate, ">= 3,000");
        findings.add(format!("one task beside {what} /s"), felt, "");
        findings.add(format!("one task beside {what}, part"), felt / calm, ">= 0.7");
    }
    findings.add_peak("in all", child.pid(), "");
    Ok(findings)
}

fn plan(child: &Child, measured: Duration) -> Plan {
    Plan {
        authority: child.authority.clone(),
        workload: Workload::OneTask,
        concurrency: 128,
        workers: 32,
        activate_max: 8,
        rate: None,
        amount: Amount::For { warm_up: WARM_UP, measured },
        server_pid: None,
    }
}

/// One-task instances a second.
async fn one_task(plan: &Plan) -> Result<f64, Failure> {
    let measured = load::run(plan).await?;
    Ok(measured.latencies.len() as f64 / measured.elapsed.as_secs_f64().max(f64::EPSILON))
}

/// Items a second of an operation, and one-task instances a second meanwhile.
async fn beside_one_task(
    child: &Child,
    (what, body): (&str, &Value),
    size: u64,
) -> Result<(f64, f64), Failure> {
    let window = Duration::from_secs_f64((size as f64 / ITEMS_PER_S).max(2.0));
    let load = plan(child, window);
    let load = tokio::spawn(async move { one_task(&load).await });
    tokio::time::sleep(WARM_UP).await;
    let mut client = Client::to(&child.authority);
    let begun = Instant::now();
    let begin = client.post(&format!("/v2/process-instances/{what}"), body).await?;
    let path =
        format!("/v2/batch-operations/{}", begin["batchOperationKey"].as_str().unwrap_or_default());
    let mut rate = None;
    let shown = loop {
        tokio::time::sleep(LOOK).await;
        let shown = client.get(&path).await?;
        let has_ended = shown["state"] != "ACTIVE";
        if rate.is_none() && (has_ended || begun.elapsed() >= window) {
            let done = shown["operationsCompletedCount"].as_u64().unwrap_or(0);
            rate = Some(done as f64 / begun.elapsed().as_secs_f64());
        }
        if has_ended {
            break shown;
        }
    };
    let felt = load.await.map_err(Failure::work)??;
    if shown["operationsCompletedCount"].as_u64() != Some(size) {
        return Err(Failure::work(format!("Expected all items of {what} to be done: {shown}")));
    }
    Ok((rate.unwrap_or_default(), felt))
}

/// Cancels an instance with so many completed activities, which are undone.
pub(super) fn run_compensation(scale: &Scale) -> Outcome {
    let size = scale.size_or(1_000);
    let child = Child::start()?;
    let findings = super::runtime()?.block_on(compensation(&child, size))?;
    drop(child);
    findings.print(scale.json);
    Ok(())
}

async fn compensation(child: &Child, size: u64) -> Result<Findings, Failure> {
    let mut findings = Findings::of("compensation", size);
    let mut client = Client::to(&child.authority);
    client.deploy(&[short_file("bench-undo", UNDO)]).await?;
    let variables = json!({ "count": size });
    let body = json!({ "processDefinitionId": "bench-undo", "variables": variables });
    let begun = Instant::now();
    let started = client.post("/v2/process-instances", &body).await?;
    let instance = started["processInstanceKey"].as_str().unwrap_or_default().to_owned();
    let waits = json!({ "filter": { "processInstanceKey": instance, "state": "CREATED" } });
    while client.post("/v2/user-tasks/search", &waits).await?["page"]["totalItems"] != 1 {
        tokio::time::sleep(LOOK).await;
    }
    findings.add("all done in s", begun.elapsed().as_secs_f64(), "");
    let begun = Instant::now();
    let path = format!("/api/v1/process-instances/{instance}/cancellation");
    client.post(&path, &json!({ "compensate": true })).await?;
    let mut connection = Connection::to(&child.authority);
    while beside::metric(&mut connection, "segue_instances_ended_total").await? < 1 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    findings.add("all undone in s", begun.elapsed().as_secs_f64(), "< 1 with 1,000");
    findings.add_peak("in all", child.pid(), "");
    Ok(findings)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::command::check::problems_of;

    #[test]
    fn every_process_can_be_deployed() {
        for process in [FIRST, SECOND, UNDO] {
            let problems = problems_of(&short_file("bench", process).1);
            assert!(!problems.has_errors(), "{process}: {problems}");
        }
    }
}
