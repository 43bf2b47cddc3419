//! Modify: tokens of a running instance are added, moved and cancelled.
//!
//! Everything is looked up before the first event, so that it is done whole or not at all. Tokens
//! begin first and are cancelled last: a scope that stays needed is never left empty between. A
//! scope that is left empty is cancelled too, not completed. Compensation is not run.
//!
//! Not here: what a token does where it begins; that is its life.

use super::instance::cancel_instance;
use crate::change::{Activate, Modification, Move, Place, ScopedVariables, Within};
use crate::command::Rejection;
use crate::element::Kind;
use crate::event::{ElementIndex, InstanceEvent, Slot, Variables};
use crate::key::Key;
use crate::life::Ctx;
use crate::limits::MODIFICATION_INSTRUCTIONS_MAX;
use crate::state::instance::Phase;
use std::collections::{BTreeMap, BTreeSet};

/// A token that is to begin.
struct Begin<'m> {
    element: ElementIndex,
    /// The live slot around it, or around what is opened for it.
    base: Slot,
    /// Scopes to be opened in `base`, the outermost first.
    open: Vec<ElementIndex>,
    /// Whether scopes opened for others may be shared.
    shares: bool,
    variables: &'m [ScopedVariables],
}

pub(super) fn decide(ctx: &mut Ctx<'_>, wanted: &Modification) -> Result<(), Rejection> {
    check_size(wanted)?;
    if ctx.at(0).phase == Phase::Cancelling {
        return Err(Rejection::invalid_state(format!(
            "Expected process instance `{}` to be active, but it is being cancelled.",
            ctx.state.key
        )));
    }
    let mut cancels = BTreeSet::new();
    if wanted.cancel_all {
        let live = ctx
            .state
            .elements
            .iter()
            .filter(|(slot, held)| **slot != 0 && held.phase != Phase::Cancelling);
        cancels.extend(live.map(|(slot, _)| *slot));
    }
    for place in &wanted.cancel {
        cancels.extend(find(ctx, place)?);
    }
    let mut sources = Vec::new();
    for it in &wanted.moves {
        let found = find(ctx, &it.from)?;
        cancels.extend(found.iter().copied());
        sources.push((it, found));
    }
    let mut begins = Vec::new();
    for it in &wanted.activate {
        begins.push(activation(ctx, it, &cancels)?);
    }
    for (it, found) in sources {
        for source in found {
            begins.push(target_of(ctx, it, source, &cancels)?);
        }
    }
    let all = empty_scopes(ctx, &mut cancels, &begins);
    if all && let Some(parent) = &ctx.state.parent {
        return Err(Rejection::invalid_state(format!(
            "Expected a token to be left in instance `{}`, which `{}` has called, but this would \
             cancel the last one. Cancel the call activity there instead.",
            ctx.state.key, parent.instance
        )));
    }
    let cancelled = cancels.iter().map(|slot| ctx.at(*slot).key).collect();
    let activated = begins.iter().map(|begin| begin.element).collect();
    ctx.emit(InstanceEvent::InstanceModified { activated, cancelled });
    if wanted.cancel_all {
        ctx.drop_all_tokens();
    }
    let mut opened = BTreeMap::new();
    for begin in &begins {
        carry_out(ctx, begin, &mut opened);
    }
    if all {
        return cancel_instance(ctx);
    }
    for slot in outermost(ctx, &cancels) {
        ctx.start_cancel(slot, None);
    }
    Ok(())
}

fn check_size(wanted: &Modification) -> Result<(), Rejection> {
    let named = wanted.activate.len() + wanted.moves.len() + wanted.cancel.len();
    let size = named + usize::from(wanted.cancel_all);
    match size {
        0 => Err(Rejection::invalid_argument(
            "Expected tokens to add, to move or to cancel, but found none.",
        )),
        1..=MODIFICATION_INSTRUCTIONS_MAX => Ok(()),
        _ => Err(Rejection::invalid_argument(format!(
            "Expected at most {MODIFICATION_INSTRUCTIONS_MAX} instructions, but found {size}."
        ))),
    }
}

/// The live element instances a place means. Instances of a multi-instance body are meant only
/// by their keys.
fn find(ctx: &Ctx<'_>, place: &Place) -> Result<Vec<Slot>, Rejection> {
    if let Some(key) = place.key {
        let found = ctx.state.slot_of(key).filter(|slot| *slot != 0);
        let live = found.filter(|slot| ctx.at(*slot).phase != Phase::Cancelling);
        return live.map(|slot| vec![slot]).ok_or_else(|| {
            Rejection::invalid_argument(format!(
                "Expected an active element instance with key `{key}`, but found none."
            ))
        });
    }
    let element = element(ctx, &place.element_id)?;
    let live = ctx.state.elements.iter().filter(|(slot, held)| {
        **slot != 0 && held.element == element && held.phase != Phase::Cancelling
    });
    let found: Vec<Slot> = live.map(|(slot, _)| *slot).filter(|it| !ctx.is_in_body(*it)).collect();
    if found.is_empty() {
        return Err(Rejection::invalid_state(format!(
            "Expected an active instance of element `{}` in process instance `{}`, but found \
             none.",
            place.element_id, ctx.state.key
        )));
    }
    Ok(found)
}

pub(super) fn element(ctx: &Ctx<'_>, id: &str) -> Result<ElementIndex, Rejection> {
    let graph = ctx.graph();
    graph.find(id).filter(|it| *it != 0).ok_or_else(|| {
        Rejection::invalid_argument(format!(
            "Expected an element of process `{}`, but it has none with id `{id}`.",
            graph.process_id
        ))
    })
}

/// An element at which a token may begin.
fn target(ctx: &Ctx<'_>, id: &str) -> Result<ElementIndex, Rejection> {
    let found = element(ctx, id)?;
    let node = ctx.graph().node(found);
    let why = if node.attached_to.is_some() {
        "a boundary event, which begins by what happens at its activity"
    } else if node.kind.is_start() {
        "a start event, which begins with its scope"
    } else if matches!(node.kind, Kind::AdHocInner(_)) {
        "an inner instance, which begins with an activity in it"
    } else if node.happened {
        "an event behind an event-based gateway, which begins with the gateway"
    } else {
        return Ok(found);
    };
    Err(Rejection::invalid_argument(format!(
        "Expected an element a token can begin at, but `{id}` is {why}."
    )))
}

/// An element at which a token of a new instance may begin.
pub(super) fn startable(ctx: &Ctx<'_>, id: &str) -> Result<ElementIndex, Rejection> {
    let element = target(ctx, id)?;
    let graph = ctx.graph();
    let repeats = |scope: &ElementIndex| graph.node(*scope).multi_instance.is_some();
    match scopes_of(ctx, element).into_iter().find(repeats) {
        None => Ok(element),
        Some(scope) => Err(Rejection::invalid_argument(format!(
            "Expected an element outside of multi-instance activities to begin at, but `{id}` is \
             in `{0}`. Begin at `{0}` itself.",
            graph.node(scope).id
        ))),
    }
}

/// The scopes around an element, the innermost first; the last is the process.
fn scopes_of(ctx: &Ctx<'_>, element: ElementIndex) -> Vec<ElementIndex> {
    let mut scopes = Vec::new();
    let mut at = element;
    while at != 0 {
        at = ctx.graph().node(at).scope;
        scopes.push(at);
    }
    scopes
}

fn activation<'m>(
    ctx: &Ctx<'_>,
    wanted: &'m Activate,
    cancels: &BTreeSet<Slot>,
) -> Result<Begin<'m>, Rejection> {
    let element = target(ctx, &wanted.element_id)?;
    let base = wanted.ancestor.map(|key| ancestor(ctx, key, cancels)).transpose()?;
    begin(ctx, element, base, &wanted.variables, cancels)
}

fn target_of<'m>(
    ctx: &Ctx<'_>,
    wanted: &'m Move,
    source: Slot,
    cancels: &BTreeSet<Slot>,
) -> Result<Begin<'m>, Rejection> {
    let element = target(ctx, &wanted.to)?;
    let base = match wanted.within {
        Within::Only => None,
        Within::Key(key) => Some(ancestor(ctx, key, cancels)?),
        Within::SourceScope => Some(ctx.at(source).scope),
        Within::Inferred => {
            let scopes = scopes_of(ctx, element);
            let around = ctx.state.scopes(source).skip(1);
            let mut fits = around.filter(|slot| is_open(ctx, *slot, cancels));
            fits.find(|slot| scopes.contains(&ctx.at(*slot).element))
        }
    };
    begin(ctx, element, base, &wanted.variables, cancels)
}

fn ancestor(ctx: &Ctx<'_>, key: Key, cancels: &BTreeSet<Slot>) -> Result<Slot, Rejection> {
    let found = ctx.state.slot_of(key).filter(|slot| is_open(ctx, *slot, cancels));
    found.ok_or_else(|| {
        Rejection::invalid_argument(format!(
            "Expected an active scope with key `{key}` that stays, but found none."
        ))
    })
}

/// Whether a token may begin in a slot: it lives, stays, and is no body but one of its instances.
fn is_open(ctx: &Ctx<'_>, slot: Slot, cancels: &BTreeSet<Slot>) -> bool {
    let held = ctx.at(slot);
    held.phase == Phase::Active
        && held.interrupted_by.is_none()
        && held.body.is_none()
        && !ctx.state.scopes(slot).any(|around| cancels.contains(&around))
}

/// Finds where a token begins, and which scopes must be opened for it.
fn begin<'m>(
    ctx: &Ctx<'_>,
    element: ElementIndex,
    chosen: Option<Slot>,
    variables: &'m [ScopedVariables],
    cancels: &BTreeSet<Slot>,
) -> Result<Begin<'m>, Rejection> {
    let graph = ctx.graph();
    let id = &graph.node(element).id;
    let scopes = scopes_of(ctx, element);
    check_variables(ctx, element, &scopes, variables)?;
    let mut open = Vec::new();
    let mut base = None;
    for scope in &scopes {
        match chosen {
            Some(chosen) if ctx.at(chosen).element == *scope => base = Some(chosen),
            Some(_) => {}
            // Each activity of an ad-hoc sub-process begins in an inner instance of its own.
            None if is_inner(ctx, *scope) => {}
            None => {
                let live = ctx.state.elements.iter().filter(|(_, held)| held.element == *scope);
                let live = live.map(|(slot, _)| *slot).filter(|it| is_open(ctx, *it, cancels));
                let found: Vec<Slot> = live.collect();
                if found.len() > 1 {
                    return Err(Rejection::invalid_argument(format!(
                        "Expected to know in which instance of `{}` a token shall begin at \
                         `{id}`, but there are {}. Choose one by its key.",
                        graph.node(*scope).id,
                        found.len()
                    )));
                }
                base = found.first().copied();
            }
        }
        if base.is_some() {
            break;
        }
        if graph.node(*scope).multi_instance.is_some() {
            return Err(Rejection::invalid_argument(format!(
                "Expected an active instance of the multi-instance activity `{}` for a token to \
                 begin at `{id}`, but found none to choose. Begin at `{}` itself.",
                graph.node(*scope).id,
                graph.node(*scope).id
            )));
        }
        open.insert(0, *scope);
    }
    let Some(base) = base else {
        return Err(Rejection::invalid_argument(format!(
            "Expected the chosen scope to be around element `{id}`, but it is not."
        )));
    };
    Ok(Begin { element, base, open, shares: chosen.is_none(), variables })
}

fn is_inner(ctx: &Ctx<'_>, element: ElementIndex) -> bool {
    matches!(ctx.graph().node(element).kind, Kind::AdHocInner(_))
}

fn check_variables(
    ctx: &Ctx<'_>,
    element: ElementIndex,
    scopes: &[ElementIndex],
    variables: &[ScopedVariables],
) -> Result<(), Rejection> {
    for given in variables {
        let scope = match &*given.scope_id {
            "" => Some(0),
            id => ctx.graph().find(id),
        };
        if !scope.is_some_and(|scope| scope == element || scopes.contains(&scope)) {
            return Err(Rejection::invalid_argument(format!(
                "Expected variables for element `{}` or a scope around it, but found `{}`.",
                ctx.graph().node(element).id,
                given.scope_id
            )));
        }
    }
    Ok(())
}

/// Adds scopes that nothing is left in; whether that is the whole instance.
fn empty_scopes(ctx: &Ctx<'_>, cancels: &mut BTreeSet<Slot>, begins: &[Begin<'_>]) -> bool {
    let needed: BTreeSet<Slot> = begins.iter().map(|begin| begin.base).collect();
    loop {
        let mut gone: BTreeMap<Slot, u32> = BTreeMap::new();
        for slot in cancels.iter() {
            *gone.entry(ctx.at(*slot).scope).or_default() += 1;
        }
        let empty = gone.into_iter().find(|(scope, count)| {
            let held = ctx.at(*scope);
            let goes_on = held.body.as_ref().is_some_and(|it| !it.stopped && it.begun < it.count);
            !cancels.contains(scope)
                && held.children == *count
                && held.parked.is_empty()
                && held.interrupted_by.is_none()
                && !goes_on
                && !needed.contains(scope)
                && !ctx.has_arrivals(*scope)
        });
        match empty {
            None => return false,
            Some((0, _)) => return true,
            Some((scope, _)) => drop(cancels.insert(scope)),
        }
    }
}

/// Slots whose scopes are not cancelled themselves.
fn outermost(ctx: &Ctx<'_>, cancels: &BTreeSet<Slot>) -> Vec<Slot> {
    let inner = |slot: &Slot| ctx.state.scopes(*slot).skip(1).any(|it| cancels.contains(&it));
    cancels.iter().copied().filter(|slot| !inner(slot)).collect()
}

fn carry_out(
    ctx: &mut Ctx<'_>,
    begin: &Begin<'_>,
    opened: &mut BTreeMap<(Slot, ElementIndex), Slot>,
) {
    let mut scope = begin.base;
    for element in &begin.open {
        let shares = begin.shares && !is_inner(ctx, *element);
        let known = opened.get(&(scope, *element)).copied().filter(|_| shares);
        scope = match known {
            Some(slot) => slot,
            None => {
                let slot = ctx.open_scope(*element, scope);
                opened.insert((scope, *element), slot);
                slot
            }
        };
        give(ctx, begin.variables, *element, scope);
    }
    for around in ctx.state.scopes(begin.base).collect::<Vec<_>>() {
        let element = ctx.at(around).element;
        if !ctx.is_in_body(around) || around == begin.base {
            give(ctx, begin.variables, element, around);
        }
    }
    let slot = ctx.enter(begin.element, scope, Variables::new());
    give(ctx, begin.variables, begin.element, slot);
}

/// Sets the variables that are for this scope.
fn give(ctx: &mut Ctx<'_>, given: &[ScopedVariables], element: ElementIndex, slot: Slot) {
    let id = match element {
        0 => "",
        other => &ctx.graph().node(other).id,
    };
    let process_id = ctx.graph().process_id.clone();
    for given in given {
        let is_process = element == 0 && *given.scope_id == *process_id;
        if *given.scope_id == *id || is_process {
            ctx.set_variables(slot, given.variables.clone());
        }
    }
}
