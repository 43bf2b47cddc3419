//! `/metrics`: the node's figures in the text format of Prometheus.
//!
//! Not here: counting.

use crate::state::ApiState;
use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderValue, header};
use axum::response::Response;
use runtime::node::Metric;
use std::fmt::Write;

/// Show figures
#[utoipa::path(
    get,
    path = "/metrics",
    operation_id = "getMetrics",
    tag = "Segue",
    responses((status = 200, description = "Figures in the text format of Prometheus.",
        body = String, content_type = "text/plain"))
)]
pub(crate) async fn metrics(State(state): State<ApiState>) -> Response {
    let mut response = Response::new(Body::from(write(&state.node().metrics())));
    let kind = HeaderValue::from_static("text/plain; version=0.0.4; charset=utf-8");
    response.headers_mut().insert(header::CONTENT_TYPE, kind);
    response
}

fn write(metrics: &[Metric]) -> String {
    let mut out = String::with_capacity(128 * metrics.len());
    let mut described: Vec<&str> = Vec::new();
    for metric in metrics {
        // One name is described once, with all its rows behind it.
        if described.contains(&metric.name) {
            continue;
        }
        described.push(metric.name);
        let kind = if metric.is_counter { "counter" } else { "gauge" };
        let help = metric.help.replace('\\', "\\\\").replace('\n', "\\n");
        let _ = writeln!(out, "# HELP {} {help}\n# TYPE {} {kind}", metric.name, metric.name);
        for row in metrics.iter().filter(|row| row.name == metric.name) {
            write_row(&mut out, row);
        }
    }
    out
}

fn write_row(out: &mut String, row: &Metric) {
    out.push_str(row.name);
    for (at, (name, value)) in row.labels.iter().enumerate() {
        out.push(if at == 0 { '{' } else { ',' });
        let value = value.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n");
        let _ = write!(out, "{name}=\"{value}\"");
    }
    if !row.labels.is_empty() {
        out.push('}');
    }
    let _ = writeln!(out, " {}", row.value);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn metric(name: &'static str, label: &str, value: f64) -> Metric {
        let labels = if label.is_empty() { vec![] } else { vec![("kind", label.to_owned())] };
        Metric { name, help: "What it is.", is_counter: label.is_empty(), labels, value }
    }

    #[test]
    fn describes_each_name_once() {
        let metrics = [
            metric("segue_a_total", "", 3.0),
            metric("segue_b", "x", 1.5),
            metric("segue_b", "y\"z", 2.0),
        ];
        let expected = "# HELP segue_a_total What it is.\n# TYPE segue_a_total counter\n\
                        segue_a_total 3\n\
                        # HELP segue_b What it is.\n# TYPE segue_b gauge\n\
                        segue_b{kind=\"x\"} 1.5\nsegue_b{kind=\"y\\\"z\"} 2\n";
        assert_eq!(write(&metrics), expected);
    }
}
