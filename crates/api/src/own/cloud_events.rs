//! CloudEvents 1.0 over HTTP: structured, batched and binary mode, read from a request.
//!
//! Not here: what becomes of them (`signals`).
//!
//! Specifications: <https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/formats/json-format.md>
//! and <https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/bindings/http-protocol-binding.md>.

use crate::json_scan::scan;
use crate::limits::{EVENT_FAULTS_MAX, EVENTS_PER_REQUEST_MAX};
use crate::problem::Problem;
use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use serde_json::Value;
use serde_json::value::RawValue;
use std::collections::BTreeMap;
use std::sync::Arc;
use work::received::{CloudEvent, verify};

const STRUCTURED: &str = "application/cloudevents+json";
const BATCH: &str = "application/cloudevents-batch+json";

type Members<'a> = BTreeMap<String, &'a RawValue>;

/// Reads the events of a request, or says what is wrong with each.
pub(crate) fn read(headers: &HeaderMap, body: &[u8]) -> Result<Vec<CloudEvent>, Problem> {
    let kind = media_type(headers);
    let events = if headers.contains_key("ce-specversion") {
        vec![binary(headers, &kind, body).map_err(|fault| refuse(&[fault]))?]
    } else if kind == BATCH
        || (kind == "application/json" && body.trim_ascii_start().starts_with(b"["))
    {
        scan(body)?;
        let events: Vec<Members<'_>> = serde_json::from_slice(body).map_err(|error| {
            Problem::invalid(format!("Expected a JSON list of CloudEvents, but found: {error}."))
        })?;
        if events.len() > EVENTS_PER_REQUEST_MAX {
            return Err(Problem::invalid(format!(
                "Expected at most {EVENTS_PER_REQUEST_MAX} events in one request, but found {}.",
                events.len()
            )));
        }
        let mut read = Vec::with_capacity(events.len());
        let mut faults = Vec::new();
        for (place, members) in events.into_iter().enumerate() {
            match structured(members) {
                Ok(event) => read.push(event),
                Err(fault) => faults.push(format!("events[{place}].{fault}")),
            }
        }
        if !faults.is_empty() {
            return Err(refuse(&faults));
        }
        read
    } else if kind == STRUCTURED || kind == "application/json" {
        scan(body)?;
        let members: Members<'_> = serde_json::from_slice(body).map_err(|error| {
            Problem::invalid(format!("Expected a CloudEvent as JSON, but found: {error}."))
        })?;
        vec![structured(members).map_err(|fault| refuse(&[fault]))?]
    } else {
        return Err(Problem::invalid(format!(
            "Expected `Content-Type: {STRUCTURED}`, `{BATCH}` or the headers `ce-specversion`, \
             `ce-id`, `ce-source` and `ce-type`, but found neither."
        )));
    };
    for (place, event) in events.iter().enumerate() {
        verify(event)
            .map_err(|rejection| Problem::invalid(format!("events[{place}]: {rejection}")))?;
    }
    Ok(events)
}

fn refuse(faults: &[String]) -> Problem {
    let told = faults.iter().take(EVENT_FAULTS_MAX).map(String::as_str);
    let mut detail = told.collect::<Vec<_>>().join(" ");
    if faults.len() > EVENT_FAULTS_MAX {
        detail.push_str(&format!(" And {} more.", faults.len() - EVENT_FAULTS_MAX));
    }
    detail.push_str(" No event of the request was received.");
    Problem::invalid(detail)
}

fn media_type(headers: &HeaderMap) -> String {
    let text = headers.get(header::CONTENT_TYPE).and_then(|it| it.to_str().ok());
    let essence = text.unwrap_or_default().split(';').next().unwrap_or_default();
    essence.trim().to_ascii_lowercase()
}

/// An event in JSON.
fn structured(members: Members<'_>) -> Result<CloudEvent, String> {
    let mut event = CloudEvent { data: "null".into(), ..CloudEvent::default() };
    let mut version = None;
    let has_data = members.contains_key("data");
    for (name, raw) in members {
        if name == "data" {
            event.data = raw.get().into();
            continue;
        }
        let value: Value = serde_json::from_str(raw.get())
            .map_err(|error| format!("{name}: Expected JSON, but found: {error}."))?;
        let text = match value {
            Value::Null => continue,
            Value::String(text) => text,
            Value::Bool(_) | Value::Number(_) if is_extension(&name) => value.to_string(),
            other => {
                return Err(format!("{name}: Expected a text, but found {other}."));
            }
        };
        if name == "data_base64" {
            if has_data {
                return Err("data: Expected `data` or `data_base64`, but found both.".to_owned());
            }
            // Bytes stay as they were written: FEEL sees a text.
            event.data = Value::from(text).to_string().into();
            continue;
        }
        set(&mut event, &mut version, &name, text)?;
    }
    finish(event, version.as_deref())
}

/// An event in headers, with its data as the body.
fn binary(headers: &HeaderMap, kind: &str, body: &[u8]) -> Result<CloudEvent, String> {
    let mut event = CloudEvent { data: "null".into(), ..CloudEvent::default() };
    let mut version = None;
    for (header, value) in headers {
        let Some(name) = attribute(header) else { continue };
        let text = decoded(name, value)?;
        set(&mut event, &mut version, name, text)?;
    }
    if let Some(content_type) = headers.get(header::CONTENT_TYPE) {
        event.content_type = Some(decoded("datacontenttype", content_type)?.into());
    }
    if !body.is_empty() {
        let text = std::str::from_utf8(body)
            .map_err(|_| "data: Expected UTF-8 as the body, but found other bytes.".to_owned())?;
        let is_json = kind == "application/json" || kind.ends_with("+json");
        event.data = if is_json {
            scan(body).map_err(|problem| format!("data: {}", problem.detail))?;
            let data: &RawValue = serde_json::from_str(text)
                .map_err(|error| format!("data: Expected JSON, but found: {error}."))?;
            data.get().into()
        } else {
            Value::from(text).to_string().into()
        };
    }
    finish(event, version.as_deref())
}

fn attribute(header: &HeaderName) -> Option<&str> {
    header.as_str().strip_prefix("ce-")
}

/// A header's value with its percent-encoding undone.
fn decoded(name: &str, value: &HeaderValue) -> Result<String, String> {
    let bytes = value.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        let hex = bytes.get(at + 1..at + 3).and_then(|two| std::str::from_utf8(two).ok());
        let byte = hex.and_then(|two| u8::from_str_radix(two, 16).ok());
        match (bytes[at], byte) {
            (b'%', Some(byte)) => {
                out.push(byte);
                at += 3;
            }
            (byte, _) => {
                out.push(byte);
                at += 1;
            }
        }
    }
    String::from_utf8(out).map_err(|_| format!("{name}: Expected UTF-8, but found other bytes."))
}

fn is_extension(name: &str) -> bool {
    !matches!(
        name,
        "specversion"
            | "id"
            | "source"
            | "type"
            | "subject"
            | "time"
            | "datacontenttype"
            | "dataschema"
            | "data_base64"
    )
}

fn set(
    event: &mut CloudEvent,
    version: &mut Option<String>,
    name: &str,
    text: String,
) -> Result<(), String> {
    let text: Arc<str> = text.into();
    match name {
        "specversion" => *version = Some(text.to_string()),
        "id" => event.id = text,
        "source" => event.source = text,
        "type" => event.kind = text,
        "subject" => event.subject = Some(text).filter(|text| !text.is_empty()),
        "datacontenttype" => event.content_type = Some(text),
        "dataschema" => event.schema = Some(text),
        "time" => {
            if text.parse::<jiff::Timestamp>().is_err() {
                return Err(format!(
                    "time: Expected a time such as `2026-01-31T12:00:00Z`, but found `{text}`."
                ));
            }
            event.time = Some(text);
        }
        _ => {
            let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
            if name.is_empty() || !name.chars().all(plain) {
                return Err(format!(
                    "{name}: Expected an attribute name of lower-case letters and digits, but \
                     found another."
                ));
            }
            event.extensions.push((name.into(), text));
        }
    }
    Ok(())
}

fn finish(mut event: CloudEvent, version: Option<&str>) -> Result<CloudEvent, String> {
    match version {
        Some("1.0") => {}
        Some(found) => return Err(format!("specversion: Expected `1.0`, but found `{found}`.")),
        None => return Err("specversion: Expected `1.0`, but found none.".to_owned()),
    }
    let required = [("id", &event.id), ("source", &event.source), ("type", &event.kind)];
    for (name, value) in required {
        if value.is_empty() {
            return Err(format!("{name}: Expected a text, but found none."));
        }
    }
    event.extensions.sort();
    Ok(event)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        let pair = |(name, value): &(&'static str, &'static str)| {
            (HeaderName::from_static(name), HeaderValue::from_static(value))
        };
        pairs.iter().map(pair).collect()
    }

    #[test]
    fn the_three_modes_say_the_same() {
        let json = r#"{"specversion":"1.0","id":"7","source":"/s","type":"t","region":"nö",
            "time":"2026-01-31T12:00:00Z","datacontenttype":"application/json","data":{"a":[1]}}"#;
        let one = read(&headers(&[("content-type", STRUCTURED)]), json.as_bytes()).unwrap();
        let batch = format!("[{json}]");
        let batch = read(&headers(&[("content-type", BATCH)]), batch.as_bytes()).unwrap();
        let pairs = [
            ("content-type", "application/json"),
            ("ce-specversion", "1.0"),
            ("ce-id", "7"),
            ("ce-source", "/s"),
            ("ce-type", "t"),
            ("ce-region", "n%C3%B6"),
            ("ce-time", "2026-01-31T12:00:00Z"),
        ];
        let binary = read(&headers(&pairs), br#"{"a":[1]}"#).unwrap();
        assert_eq!((&one, &one), (&batch, &binary));
        assert_eq!(&*one[0].data, r#"{"a":[1]}"#);
        assert_eq!(one[0].extensions, [("region".into(), "nö".into())]);
    }

    #[test]
    fn says_which_event_and_field_is_wrong() {
        let good = r#"{"specversion":"1.0","id":"7","source":"/s","type":"t"}"#;
        let table = [
            (r#"{"specversion":"0.3","id":"7","source":"/s","type":"t"}"#, "events[1].specversion"),
            (r#"{"specversion":"1.0","source":"/s","type":"t"}"#, "events[1].id"),
            (r#"{"specversion":"1.0","id":7,"source":"/s","type":"t"}"#, "events[1].id"),
            (
                r#"{"specversion":"1.0","id":"7","source":"/s","type":"t","time":"noon"}"#,
                "events[1].time",
            ),
            (
                r#"{"specversion":"1.0","id":"7","source":"/s","type":"t","Re-gion":"x"}"#,
                "events[1].Re-gion",
            ),
        ];
        for (bad, place) in table {
            let body = format!("[{good},{bad}]");
            let problem = read(&headers(&[("content-type", BATCH)]), body.as_bytes()).unwrap_err();
            assert!(problem.detail.starts_with(place), "{bad}: {}", problem.detail);
            assert!(problem.detail.contains("No event"), "{}", problem.detail);
        }
    }
}
