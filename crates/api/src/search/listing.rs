//! Lists that are made here and not by a view: sorted, cut into pages, written.
//!
//! Not here: searches over views (`search`).

use super::{PageRequest, Sort};
use crate::answer;
use crate::limits::PAGE_ROWS_DEFAULT;
use crate::problem::Problem;
use axum::response::Response;
use serde::Serialize;
use serde_json::{Value, json};
use std::cmp::Ordering;
use store::limits::PAGE_ROWS_MAX;

/// Sorts items by their fields, cuts out the page, writes it.
pub(crate) fn page(
    items: &[impl Serialize],
    sort: &[Sort],
    page: Option<&PageRequest>,
) -> Result<Response, Problem> {
    let mut items: Vec<Value> = items
        .iter()
        .map(|item| serde_json::to_value(item).expect("items have text keys"))
        .collect();
    order(&mut items, sort)?;
    let total = items.len();
    let limit = page
        .and_then(|page| page.limit.as_ref())
        .map_or(PAGE_ROWS_DEFAULT, |limit| u32::try_from(limit.0).unwrap_or(0).min(PAGE_ROWS_MAX))
        as usize;
    let from = start(page, limit)?.min(total);
    let items: Vec<Value> = items.into_iter().skip(from).take(limit).collect();
    let place = |at: usize| (!items.is_empty()).then(|| format!("{at:08x}"));
    let page = json!({
        "totalItems": total,
        "hasMoreTotalItems": false,
        "startCursor": place(from),
        "endCursor": place(from + items.len()),
    });
    Ok(answer::json(json!({"items": items, "page": page}).to_string()))
}

/// Where the page starts. Cursors are places in the list.
fn start(page: Option<&PageRequest>, limit: usize) -> Result<usize, Problem> {
    let Some(page) = page else { return Ok(0) };
    let place = |cursor: &str| {
        usize::from_str_radix(cursor, 16).map_err(|_| {
            Problem::invalid(format!("Expected a cursor of an earlier page, but found `{cursor}`."))
        })
    };
    match (&page.from, &page.after, &page.before) {
        (None, None, None) => Ok(0),
        (Some(from), None, None) => Ok(usize::try_from(from.0).unwrap_or(0)),
        (None, Some(after), None) => place(after),
        (None, None, Some(before)) => Ok(place(before)?.saturating_sub(limit)),
        _ => Err(Problem::invalid(
            "Expected one of `page.from`, `page.after` and `page.before`, but found several.",
        )),
    }
}

fn order(items: &mut [Value], sort: &[Sort]) -> Result<(), Problem> {
    let Some(first) = items.first() else { return Ok(()) };
    let mut wanted = Vec::new();
    for sort in sort {
        if first.get(&sort.field).is_none() {
            let known: Vec<&String> =
                first.as_object().into_iter().flatten().map(|it| it.0).collect();
            let known = known.iter().map(|it| it.as_str()).collect::<Vec<_>>().join(", ");
            return Err(Problem::invalid(format!(
                "Expected to sort by one of {known}, but found `{}`.",
                sort.field
            )));
        }
        wanted.push((sort.field.as_str(), sort.ascending()?));
    }
    items.sort_by(|a, b| {
        wanted.iter().fold(Ordering::Equal, |so_far, (field, ascending)| {
            let ordering = compare(&a[*field], &b[*field]);
            so_far.then(if *ascending { ordering } else { ordering.reverse() })
        })
    });
    Ok(())
}

/// Numbers and keys by size, texts by their letters, nothing first.
fn compare(a: &Value, b: &Value) -> Ordering {
    let number = |value: &Value| match value {
        Value::Number(number) => number.as_i64(),
        Value::String(text) => text.parse().ok(),
        _ => None,
    };
    match (number(a), number(b)) {
        (Some(a), Some(b)) => a.cmp(&b),
        _ => a.as_str().cmp(&b.as_str()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sorts_by_size_and_letters() {
        let sort = |field: &str, order: &str| {
            let mut items = vec![
                json!({"k": "9", "n": 2, "t": "b"}),
                json!({"k": "10", "n": 1, "t": null}),
                json!({"k": "8", "n": 2, "t": "a"}),
            ];
            let text = format!(r#"[{{"field":"{field}","order":"{order}"}}]"#);
            let wanted: Vec<Sort> = serde_json::from_str(&text).unwrap();
            super::order(&mut items, &wanted).map(|()| {
                items.iter().map(|item| item["k"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
            })
        };
        assert_eq!(sort("k", "DESC").unwrap(), ["10", "9", "8"]);
        assert_eq!(sort("n", "ASC").unwrap(), ["10", "9", "8"]);
        assert_eq!(sort("t", "ASC").unwrap(), ["10", "8", "9"]);
        assert!(sort("x", "ASC").unwrap_err().detail.contains("k, n, t"));
        assert!(sort("k", "UP").is_err());
    }
}
