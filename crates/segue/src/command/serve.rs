//! `segue serve`: a server until a signal ends it.
//!
//! Not the parts of a server (`server`), and not its settings (`config`).

use serde_json::json;

use crate::config::Options;
use crate::failure::{Failure, Outcome};
use crate::logging;
use crate::server::Server;
use crate::terminal;

/// Starts a server on this machine and runs until Ctrl-C or SIGTERM
///
/// An option wins over its environment variable, that over segue.toml in the working folder, that
/// over the default. Logs go to standard error; SEGUE_LOG=debug, or runtime=debug,info, chooses how
/// much.
#[derive(Debug, clap::Args)]
pub(crate) struct Serve {
    #[command(flatten)]
    options: Options,
    /// Print where it listens as one line of JSON
    #[arg(long)]
    json: bool,
}

impl Serve {
    /// Serves.
    pub(crate) fn run(&self) -> Outcome {
        let settings = self.options.settle()?;
        logging::start("info")?;
        let mut builder = tokio::runtime::Builder::new_multi_thread();
        let runtime = builder.enable_all().build().map_err(Failure::work)?;
        runtime.block_on(async {
            let mut server = Server::start(&settings).await?;
            if self.json {
                let data = settings.data.display().to_string();
                let grpc = server.grpc.map(|address| address.to_string());
                let said = json!({ "http": server.url(), "grpc": grpc, "data": data });
                terminal::json_line(&said);
            } else {
                let (url, data) = (server.url(), settings.data.display());
                let grpc = server.grpc.map(|it| format!(" and {it} (gRPC)")).unwrap_or_default();
                terminal::line(format_args!("Segue listens on {url}{grpc}, data in {data}"));
            }
            let ended = server.until_signal().await;
            server.stop().await.and(ended)
        })
    }
}
