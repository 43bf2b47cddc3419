//! What leaves for an OpenTelemetry collector: figures of the node, and every process instance as a
//! trace.
//!
//! Not logs, and nothing anybody waits for: a collector that is slow or away costs spans, never
//! work.

mod figures;
mod spans;

use std::time::Duration;

use opentelemetry::KeyValue;
use opentelemetry_otlp::{MetricExporter, Protocol, SpanExporter, WithExportConfig};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::metrics::{PeriodicReader, SdkMeterProvider};
use opentelemetry_sdk::trace::{BatchConfigBuilder, BatchSpanProcessor, SpanProcessor};
use runtime::node::Node;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use crate::failure::Failure;
use crate::limits::{
    TELEMETRY_EXPORT_MS, TELEMETRY_FIGURES_MS, TELEMETRY_SPANS_MAX, TELEMETRY_STOP_MS,
};
use spans::Traces;

/// A running export.
pub(crate) struct Telemetry {
    meters: SdkMeterProvider,
    stop: oneshot::Sender<()>,
    following: JoinHandle<BatchSpanProcessor>,
}

impl Telemetry {
    /// Begins to send to a collector, `http://HOST:PORT` (OTLP over HTTP, protobuf).
    ///
    /// # Errors
    /// When the address is none an exporter can be made for.
    pub(crate) async fn start(endpoint: &str, node: &Node) -> Result<Self, Failure> {
        let base = endpoint.trim_end_matches('/').to_owned();
        // The exporters' blocking client may not be made, nor dropped, on a thread of the runtime.
        let made = tokio::task::spawn_blocking(move || exporters(&base)).await;
        let (meters, spans) = made.map_err(Failure::work)?.map_err(|error| {
            Failure::usage(format!(
                "Expected --otlp to be an address like http://127.0.0.1:4318, but found \
                 `{endpoint}` ({error})."
            ))
        })?;
        figures::observe(&meters, node);
        let (stop, stopped) = oneshot::channel();
        let following = tokio::spawn(follow(node.clone(), spans, stopped));
        tracing::info!(endpoint, "traces and metrics are sent there");
        Ok(Telemetry { meters, stop, following })
    }

    /// Sends what is left, for a moment at most.
    pub(crate) async fn stop(self) {
        // Nobody hears it only when the node has stopped already.
        let _ = self.stop.send(());
        let Ok(spans) = self.following.await else { return };
        let meters = self.meters;
        let last = tokio::task::spawn_blocking(move || {
            let at_most = Duration::from_millis(TELEMETRY_STOP_MS);
            let sent = spans.shutdown_with_timeout(at_most);
            sent.and(meters.shutdown_with_timeout(at_most))
        });
        if let Ok(Err(error)) = last.await {
            tracing::warn!(%error, "the collector did not take the last traces and metrics");
        }
    }
}

type Made = Result<(SdkMeterProvider, BatchSpanProcessor), opentelemetry_otlp::ExporterBuildError>;

fn exporters(base: &str) -> Made {
    let resource = Resource::builder()
        .with_service_name("segue")
        .with_attribute(KeyValue::new("service.version", env!("CARGO_PKG_VERSION")))
        .build();
    let figures = MetricExporter::builder()
        .with_http()
        .with_protocol(Protocol::HttpBinary)
        .with_endpoint(format!("{base}/v1/metrics"))
        .build()?;
    let every = Duration::from_millis(TELEMETRY_FIGURES_MS);
    let reader = PeriodicReader::builder(figures).with_interval(every).build();
    let meters =
        SdkMeterProvider::builder().with_resource(resource.clone()).with_reader(reader).build();
    let exporter = SpanExporter::builder()
        .with_http()
        .with_protocol(Protocol::HttpBinary)
        .with_endpoint(format!("{base}/v1/traces"))
        .build()?;
    let config = BatchConfigBuilder::default()
        .with_max_queue_size(TELEMETRY_SPANS_MAX)
        .with_scheduled_delay(Duration::from_millis(TELEMETRY_EXPORT_MS))
        .build();
    let mut spans = BatchSpanProcessor::builder(exporter).with_batch_config(config).build();
    spans.set_resource(&resource);
    Ok((meters, spans))
}

/// Turns committed events into spans until the node stops or nobody wants them any more.
async fn follow(
    node: Node,
    spans: BatchSpanProcessor,
    mut stopped: oneshot::Receiver<()>,
) -> BatchSpanProcessor {
    let mut traces = Traces::new(node.clone());
    let mut tail = node.tail();
    loop {
        let next = tokio::select! {
            biased;
            next = tail.next() => next,
            _ = &mut stopped => return spans,
        };
        match next {
            Ok(Some(rows)) => {
                for span in rows.iter().flat_map(|row| traces.fold(row)) {
                    spans.on_end(span);
                }
            }
            Ok(None) => return spans,
            Err(error) => {
                tracing::warn!(%error, "traces end here: the history cannot be read");
                return spans;
            }
        }
    }
}
