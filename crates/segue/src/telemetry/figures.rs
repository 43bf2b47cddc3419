//! The figures of `/metrics` as OpenTelemetry instruments.
//!
//! Not figures of its own: both show what the node counts.

use opentelemetry::KeyValue;
use opentelemetry::metrics::MeterProvider;
use opentelemetry_sdk::metrics::SdkMeterProvider;
use runtime::node::{Metric, Node};

/// Makes an instrument for each figure; each is read when the reader asks.
pub(super) fn observe(meters: &SdkMeterProvider, node: &Node) {
    let meter = meters.meter("segue");
    let mut names: Vec<Metric> = node.metrics();
    names.dedup_by_key(|metric| metric.name);
    for Metric { name, help, is_counter, .. } in names {
        let node = node.clone();
        let read = move |observe: &mut dyn FnMut(f64, &[KeyValue])| {
            for metric in node.metrics().iter().filter(|metric| metric.name == name) {
                let labels = metric.labels.iter();
                let labels: Vec<KeyValue> =
                    labels.map(|(label, value)| KeyValue::new(*label, value.clone())).collect();
                observe(metric.value, &labels);
            }
        };
        // The provider keeps the callback; the instrument itself is of no further use.
        if is_counter {
            let counter = meter.f64_observable_counter(name).with_description(help);
            let _ = counter
                .with_callback(move |out| read(&mut |value, labels| out.observe(value, labels)))
                .build();
        } else {
            let gauge = meter.f64_observable_gauge(name).with_description(help);
            let _ = gauge
                .with_callback(move |out| read(&mut |value, labels| out.observe(value, labels)))
                .build();
        }
    }
}
