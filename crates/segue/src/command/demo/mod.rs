//! `segue demo`: a server with the order-to-cash sample, workers, a clerk and customers.
//!
//! Not a load test; that is `segue bench`. Everybody here talks to the server over REST, as
//! programs of other people do.

mod clerk;
mod fate;
mod market;
mod people;
mod statistics;
mod workers;

use std::sync::Arc;
use std::time::Duration;

use tokio::task::JoinHandle;

use crate::client::Client;
use crate::config::Options;
use crate::failure::{Failure, Outcome};
use crate::server::Server;
use crate::{logging, terminal};
use fate::Fates;
use statistics::Tally;

/// The files that are deployed together.
const SAMPLE: [(&str, &[u8]); 3] = [
    (
        "order-to-cash.bpmn",
        include_bytes!("../../../../../samples/order-to-cash/order-to-cash.bpmn"),
    ),
    (
        "handle-dispute.bpmn",
        include_bytes!("../../../../../samples/order-to-cash/handle-dispute.bpmn"),
    ),
    ("dunning.dmn", include_bytes!("../../../../../samples/order-to-cash/dunning.dmn")),
];
/// How long somebody waits after the server did not answer.
const AGAIN: Duration = Duration::from_secs(1);

/// Starts a server with a sample that is alive: order to cash
///
/// Orders come in, credit is checked by a worker that sometimes fails, refuses or never answers,
/// a clerk reviews by hand, customers dispute, and pay at once, late or never. What happens to an
/// order follows from --seed and its number.
#[derive(Debug, clap::Args)]
pub(crate) struct Demo {
    #[command(flatten)]
    options: Options,
    /// Orders a second
    #[arg(long, default_value_t = 1.0, value_name = "N")]
    orders_per_second: f64,
    /// Decides what happens to each order
    #[arg(long, default_value_t = 1, value_name = "N")]
    seed: u64,
    /// Seconds between two lines of statistics
    #[arg(long, default_value_t = 5, value_name = "SECONDS")]
    statistics: u64,
}

/// What everybody in the demo knows.
#[derive(Debug)]
struct Town {
    authority: String,
    /// By which everybody in the demo says who they are, to a server that asks.
    authorization: Option<&'static str>,
    fates: Fates,
    tally: Tally,
}

impl Demo {
    /// Serves, and lets the sample live until a signal ends it.
    pub(crate) fn run(&self) -> Outcome {
        if !(self.orders_per_second > 0.0 && self.orders_per_second <= 1_000.0) {
            return Err(Failure::usage("Expected --orders-per-second between 0 and 1000."));
        }
        let settings = self.options.settle()?;
        logging::start("warn")?;
        let mut builder = tokio::runtime::Builder::new_multi_thread();
        let runtime = builder.enable_all().build().map_err(Failure::work)?;
        runtime.block_on(async {
            let mut server = Server::start_with(&settings, people::guests()).await?;
            let authority = server.address.to_string();
            let authorization = people::authorization(&server.passwords);
            let mut client = Client::by(&authority, authorization);
            let files = SAMPLE.map(|(name, content)| (name.to_owned(), content.to_vec()));
            client.deploy(&files).await?;
            terminal::raw(&welcome(&server.url(), &server.passwords));
            let people = self.people(authority, authorization);
            let ended = server.until_signal().await;
            people.iter().for_each(JoinHandle::abort);
            server.stop().await.and(ended)
        })
    }

    /// Everybody who does something, each on a connection of their own.
    fn people(
        &self,
        authority: String,
        authorization: Option<&'static str>,
    ) -> Vec<JoinHandle<()>> {
        let (fates, tally) = (Fates::of(self.seed), Tally::default());
        let town = Arc::new(Town { authority, authorization, fates, tally });
        let mut people = workers::hire(&town);
        let every = Duration::from_secs_f64(1.0 / self.orders_per_second);
        people.push(tokio::spawn(market::trade(town.clone(), every)));
        people.push(tokio::spawn(clerk::decide(town.clone())));
        let pause = Duration::from_secs(self.statistics.max(1));
        people.push(tokio::spawn(statistics::tell(town, pause)));
        people
    }
}

impl Town {
    /// A connection of somebody in the demo.
    fn client(&self) -> Client {
        Client::by(&self.authority, self.authorization)
    }
}

/// What there is to see, and who one can be there.
fn welcome(url: &str, passwords: &[String]) -> String {
    let (who, with) = people::told(passwords);
    format!(
        "Segue listens on {url} and runs samples/order-to-cash. Ctrl-C ends it; start it again \
         and everything goes on.\n\n{who}\
         \x20 {url}                    the workspace, in a browser\n\
         \x20 {url}/api/v1/docs        the API, to read and to try\n\
         \x20 {url}/metrics            figures for Prometheus\n\
         \x20 segue ps --address {url}\n\
         \x20 segue incident list --address {url}\n\
         \x20 segue task list --address {url}\n\n\
         \x20 curl -s {with}-X POST {url}/v2/messages/publication \\\n\
         \x20   -H 'content-type: application/json' -d '{{\"name\": \"order-received\",\n\
         \x20   \"correlationKey\": \"\", \"variables\": {{\"orderId\": \"mine\", \"customerId\": \
         \"me\", \"amount\": 7}}}}'\n\
         \x20 curl -s {with}-X POST {url}/v2/process-instances/search \\\n\
         \x20   -H 'content-type: application/json' -d '{{\"filter\": {{\"state\": \"ACTIVE\"}}}}'\n\n"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn says_where_to_look() {
        let text = welcome("http://127.0.0.1:8080", &[]);
        assert!(text.contains("http://127.0.0.1:8080/api/v1/docs"), "{text}");
        assert!(text.contains("\"orderId\": \"mine\""), "{text}");
        assert!(!text.contains("SEGUE_USERNAME"), "nobody is asked: {text}");
    }

    #[test]
    fn says_who_one_can_be() {
        let passwords: Vec<String> = (1..=5).map(|n| format!("secret-{n}")).collect();
        let text = welcome("http://127.0.0.1:8080", &passwords);
        assert!(text.contains("demo-operator"), "{text}");
        assert!(text.contains("-u demo-admin:secret-1 "), "{text}");
        assert!(!text.contains("secret-5"), "the workers' secret is nobody's: {text}");
    }
}
