//! Preview: what a request would do to an instance, stepped on a copy and forgotten.
//!
//! Not a promise: between the preview and the request the instance may go on.

use super::aggregate::Aggregate;
use super::chain::Stop;
use super::permit::permission_for;
use super::work::Work;
use super::{Lane, Order, caught};
use crate::limits::STEP_LOADS_MAX;
use crate::request::{Caller, Previewed, Refusal, Request};
use engine::command::{Command, Rejection};
use engine::key::Key;
use engine::record::Events;
use engine::step::Halt;

impl Lane {
    /// Answers the previews among the orders, before anything is stepped; the others are left.
    pub(super) fn answer_previews(&mut self, work: &Work, orders: Vec<Order>) -> Vec<Order> {
        let mut others = Vec::with_capacity(orders.len());
        for order in orders {
            let Order::Preview { caller, instance, request, reply } = order else {
                others.push(order);
                continue;
            };
            let answer = match self.step_copy(work, &caller, instance, &request) {
                Ok(previewed) => Ok(previewed),
                Err(Stop::Rejected(rejection)) => Err(Refusal::Rejected(rejection)),
                Err(Stop::Forbidden(reason)) => Err(Refusal::Forbidden { reason }),
                Err(Stop::Store(error)) => Err(Refusal::Internal { reason: error.to_string() }),
                // It is being changed just now.
                Err(_) => Err(Refusal::Busy { retry_after_ms: 100 }),
            };
            // Whoever does not wait any more needs no answer.
            drop(reply.send(answer));
        }
        others
    }

    fn step_copy(
        &mut self,
        work: &Work,
        caller: &Caller,
        instance: Key,
        request: &Request,
    ) -> Result<Previewed, Stop> {
        let (target, command) = self.instance_command(request)?;
        self.permit_on(caller, target, permission_for(&command))?;
        let command = Command::Instance(command);
        self.bring(work, target, &command)?;
        let hint = self.hint(target, &command);
        for _ in 0..STEP_LOADS_MAX {
            let cached = self.cache.peek(target).expect("bring keeps what it finds");
            let mut copy = cached.aggregate.clone();
            let mut inputs = self.inputs.clone();
            let definitions = &self.definitions;
            let step = || copy.step(target, (&command, hint), definitions, &mut inputs);
            match caught::catch(step) {
                Ok(Ok(stepped)) => return Ok(previewed(&copy, stepped.events, stepped.places)),
                Ok(Err(Halt::Rejected(rejection))) => return Err(Stop::Rejected(rejection)),
                Ok(Err(Halt::Needs(pages))) => self.bring_pages(target, &pages)?,
                // Only the copy broke: the instance is as it was.
                Err(_) => return Err(Stop::Rejected(broken(instance))),
            }
        }
        Err(Stop::Rejected(broken(instance)))
    }
}

fn broken(instance: Key) -> Rejection {
    Rejection::invalid_state(format!(
        "Expected to see what would become of `{instance}`, but the engine would break an \
         invariant there. Do not do that; report it."
    ))
}

fn previewed(copy: &Aggregate, events: Events, places: Vec<engine::event::Place>) -> Previewed {
    let definition = copy.instance().map(|held| held.definition).unwrap_or_default();
    let events = match events {
        Events::Instance(events) => events,
        _ => Vec::new(),
    };
    Previewed { definition, events, places }
}
