//! Growth: instances a second beside a long history, against an empty server, by turns.
//!
//! Not how long answers of queries take.

use std::time::Duration;

use super::beside;
use super::child::Child;
use super::findings::Findings;
use super::load::{self, Amount, Plan};
use super::scale::Scale;
use super::workload::Workload;
use crate::client::Client;
use crate::failure::{Failure, Outcome};
use crate::terminal;

/// Rounds; the medians count.
const ROUNDS: usize = 5;
/// How long each measurement of a round lasts.
const MEASURED: Duration = Duration::from_secs(6);

/// Runs so many one-task instances to their end, then measures beside an empty server.
pub(super) fn run(scale: &Scale) -> Outcome {
    let size = scale.size_or(1_000_000);
    let mut findings = Findings::of("growing_history", size);
    let runtime = super::runtime()?;
    let old = Child::start()?;
    let bar = terminal::progress(ROUNDS as u64 + 1, "filling, then measuring by turns");
    let filled = runtime.block_on(async {
        Client::to(&old.authority).deploy(&[Workload::OneTask.file()]).await?;
        let measured = load::run(&plan(&old, Amount::Instances(size))).await?;
        settle(&old).await?;
        Ok::<_, Failure>(measured)
    })?;
    bar.inc(1);
    findings.add("filled, instances /s", size as f64 / filled.elapsed.as_secs_f64(), "");
    let (mut with, mut without) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        let new = Child::start()?;
        without.push(runtime.block_on(once(&new))?);
        drop(new);
        with.push(runtime.block_on(once(&old))?);
        bar.inc(1);
    }
    bar.finish_and_clear();
    let (with, without) = (median(&mut with), median(&mut without));
    findings.add("empty, instances /s", without.0, "");
    findings.add("with the history, instances /s", with.0, "");
    findings.add("ratio", with.0 / without.0.max(f64::EPSILON), ">= 0.8");
    findings.add("empty, p99 ms", without.1, "");
    findings.add("with the history, p99 ms", with.1, "");
    findings.add_memory("with the history", old.pid(), "");
    drop(old);
    findings.print(scale.json);
    Ok(())
}

fn plan(child: &Child, amount: Amount) -> Plan {
    Plan {
        rate: None,
        authority: child.authority.clone(),
        workload: Workload::OneTask,
        concurrency: 128,
        workers: 32,
        activate_max: 8,
        amount,
        server_pid: Some(child.pid()),
    }
}

/// Instances a second, and their p99 in milliseconds.
async fn once(child: &Child) -> Result<(f64, f64), Failure> {
    Client::to(&child.authority).deploy(&[Workload::OneTask.file()]).await?;
    let amount = Amount::For { warm_up: Duration::from_secs(1), measured: MEASURED };
    let measured = load::run(&plan(child, amount)).await?;
    let rate = measured.latencies.len() as f64 / measured.elapsed.as_secs_f64();
    let p99 = super::report::quantile(&measured.latencies, 0.99);
    settle(child).await?;
    Ok((rate, p99.as_secs_f64() * 1e3))
}

/// Waits until the views are written and the disk is quiet.
async fn settle(child: &Child) -> Result<(), Failure> {
    let mut connection = crate::http::Connection::to(&child.authority);
    while beside::metric(&mut connection, "segue_view_rows_waiting").await? > 0 {
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    tokio::time::sleep(Duration::from_secs(3)).await;
    Ok(())
}

/// The median of each figure by itself.
fn median(pairs: &mut [(f64, f64)]) -> (f64, f64) {
    let middle = pairs.len() / 2;
    pairs.sort_by(|a, b| a.0.total_cmp(&b.0));
    let first = pairs[middle].0;
    pairs.sort_by(|a, b| a.1.total_cmp(&b.1));
    (first, pairs[middle].1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_have_their_own_medians() {
        assert_eq!(median(&mut [(1.0, 30.0), (3.0, 10.0), (2.0, 20.0)]), (2.0, 20.0));
    }
}
