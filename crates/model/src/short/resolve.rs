//! Names to flow nodes: which declaration each mention means, and whose options are whose.
//!
//! Not a check of the model; flows between scopes, for example, are found in the XML.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use super::kinds;
use super::{Fault, Item, Sheet};
use crate::vocabulary::nearest;

/// Gives every mention its item and every item its options and name.
pub(super) fn resolve(sheet: &mut Sheet<'_>) -> Vec<Fault> {
    let mut faults = Vec::new();
    if sheet.processes.is_empty() {
        let message = "Expected a process, but found nothing";
        faults.push(fault(0, 0, "short-syntax", message, "write start -> end"));
        return faults;
    }
    let mut by_id: BTreeMap<String, usize> = BTreeMap::new();
    let mut processes = BTreeSet::new();
    for header in &sheet.processes {
        if !processes.insert(header.id) {
            let message = format!("Expected one process `{}`, but found another", header.id);
            faults.push(fault(header.at, header.id.len(), "short-redeclared", message, ""));
        }
    }
    for (index, item) in sheet.items.iter().enumerate() {
        if processes.contains(&*item.id) {
            let message =
                format!("Expected an id of its own, but found that of process `{}`", item.id);
            let hint = "ids are unique in a file";
            faults.push(fault(item.at, item.id.len(), "short-redeclared", message, hint));
        }
        if by_id.insert(item.id.to_string(), index).is_some() {
            let message = format!("Expected one declaration of `{}`, but found another", item.id);
            let hint = "declare a flow node once and mention it by its id elsewhere";
            faults.push(fault(item.at, item.id.len(), "short-redeclared", message, hint));
        }
    }
    for index in 0..sheet.mentions.len() {
        if sheet.mentions[index].item.is_none() {
            match find(sheet, &mut by_id, index) {
                Ok(item) => sheet.mentions[index].item = Some(item),
                Err(fault) => faults.push(fault),
            }
        }
    }
    if faults.is_empty() {
        hand_over(sheet, &mut faults);
        connect(sheet, &mut faults);
    }
    faults
}

/// The item a mention without a kind means: a declared one, or a word such as `start` or `end`.
fn find(
    sheet: &mut Sheet<'_>,
    by_id: &mut BTreeMap<String, usize>,
    mention: usize,
) -> Result<usize, Fault> {
    let (id, at, scope) = {
        let mention = &sheet.mentions[mention];
        (mention.id, mention.at, mention.scope)
    };
    let known = by_id.get(id).copied();
    let word = kinds::find(id, false).filter(|kind| kind.needs() == 0 && !kind.is_scope());
    if let Some(known) = known
        && (word.is_none() || sheet.items[known].scope == scope)
    {
        return Ok(known);
    }
    let Some(kind) = word else {
        let near = nearest(id, by_id.keys().map(String::as_str));
        let hint = near.map_or_else(
            || format!("declare it once, for example {id}:task"),
            |near| format!("declare it, or write {near}"),
        );
        let message = format!("Expected a declared flow node, but found `{id}`");
        return Err(fault(at, id.len(), "short-undeclared", message, hint));
    };
    let id = spoken_id(sheet, scope, id);
    if let Some(known) = by_id.get(&id).copied() {
        return Ok(known);
    }
    by_id.insert(id.clone(), sheet.items.len());
    sheet.items.push(Item {
        id: Cow::Owned(id),
        at,
        kind,
        arguments: Vec::new(),
        scope,
        opens: None,
        name: None,
        options: Vec::new(),
        host: None,
        interrupting: true,
        compensates: false,
    });
    Ok(sheet.items.len() - 1)
}

/// The id of a bare `start` or `end`: the word itself in the first process, elsewhere after the
/// id of what it is in, because ids are unique in a file.
fn spoken_id(sheet: &Sheet<'_>, scope: usize, word: &str) -> String {
    let place = &sheet.scopes[scope];
    match place.owner {
        Some(owner) => format!("{}_{word}", sheet.mentions[owner].id),
        None if place.process == 0 => word.to_owned(),
        None => format!("{}_{word}", sheet.processes[place.process].id),
    }
}

fn hand_over(sheet: &mut Sheet<'_>, faults: &mut Vec<Fault>) {
    for mention in &mut sheet.mentions {
        let Some(item) = mention.item else { continue };
        let item = &mut sheet.items[item];
        item.name = mention.name.take().or(item.name.take());
        for choice in mention.options.drain(..) {
            let applies =
                kinds::option(choice.word).is_some_and(|known| (known.applies)(item.kind));
            if !applies {
                let (word, kind) = (choice.word, item.kind.word);
                let message = format!("Expected an option of {kind}, but found {word}");
                let hint = "see docs/short-notation.md";
                faults.push(fault(choice.at, word.len(), "short-unknown-option", message, hint));
            }
            match choice.word {
                "interrupting" => item.interrupting = true,
                "non-interrupting" => item.interrupting = false,
                _ => item.options.push(choice),
            }
        }
    }
    for item in &sheet.items {
        let repeats = |word: &str| matches!(word, "each" | "each-in-turn");
        let until = item.options.iter().find(|choice| choice.word == "until");
        let repeated = item.options.iter().any(|choice| repeats(choice.word));
        if let Some(until) = until.filter(|_| !repeated && item.kind.word != "ad-hoc") {
            let message = "Expected each(..) beside until(..), but found none";
            faults.push(fault(until.at, until.word.len(), "short-unknown-option", message, ""));
        }
    }
}

fn connect(sheet: &mut Sheet<'_>, faults: &mut Vec<Fault>) {
    let mut defaults = BTreeMap::new();
    for arrow in &sheet.arrows {
        let end = |mention: usize| sheet.mentions[mention].item;
        let (Some(source), Some(target)) = (end(arrow.source), end(arrow.target)) else {
            continue;
        };
        let from = &sheet.items[source];
        if from.host.is_some() && from.kind.event == kinds::COMPENSATE {
            sheet.items[target].compensates = true;
        }
        if arrow.is_default && defaults.insert(source, target).is_some() {
            let at = sheet.mentions[arrow.source].at;
            let id = sheet.mentions[arrow.source].id;
            let message = format!("Expected one default of `{id}`, but found another");
            faults.push(fault(at, id.len(), "short-redeclared", message, ""));
        }
    }
}

fn fault(
    at: usize,
    length: usize,
    rule: &'static str,
    message: impl Into<String>,
    hint: impl Into<String>,
) -> Fault {
    Fault { at, length, rule, message: message.into(), hint: hint.into() }
}
