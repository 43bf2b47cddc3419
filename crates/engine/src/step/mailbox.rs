//! Steps of a mailbox: subscribe, offer, accept, refuse, and what goes on by itself.
//!
//! A message reaches each process id at most once; an offer that is refused goes to the next. A
//! step that would look at a page that is not in memory takes back what it did and asks for it.

mod publish;
mod sweep;

use super::{Halt, Outcome};
use crate::command::{Command, Effect, EntryCommand, InstanceCommand, MailboxCommand};
use crate::definitions::Definitions;
use crate::key::Key;
use crate::life::Inputs;
use crate::limits::SOUGHT_MESSAGES_MAX;
use crate::state::mailbox::{Absent, Mailbox, MailboxEvent, Message, Numbers, Sought, Waiting};
use crate::state::{Kind, named_key};
use std::sync::Arc;

struct Ctx<'a> {
    definitions: &'a Definitions,
    key: Key,
    state: &'a mut Mailbox,
    inputs: &'a mut Inputs,
    out: Outcome<MailboxEvent>,
}

impl From<Absent> for Halt {
    fn from(Absent(pages): Absent) -> Self {
        Halt::Needs(pages)
    }
}

/// One step of a mailbox. On `Err` nothing changed.
pub fn step(
    definitions: &Definitions,
    key: Key,
    state: &mut Mailbox,
    command: &MailboxCommand,
    inputs: &mut Inputs,
) -> Result<Outcome<MailboxEvent>, Halt> {
    let keys = inputs.keys.clone();
    let is_one_row = state.is_one_row();
    state.begin();
    let mut ctx = Ctx { definitions, key, state, inputs, out: Outcome::default() };
    let went_on = ctx.state.goes_on() && *command != MailboxCommand::Continue;
    let done = ctx.decide(command).and_then(|()| ctx.settle(went_on));
    let Ctx { state, inputs, out, .. } = ctx;
    state.end(done.is_ok());
    if let Err(halt) = done {
        let taken_back = matches!(halt, Halt::Needs(_)) && !is_one_row;
        let unchanged = taken_back || out.events.is_empty();
        assert!(unchanged, "a rejection changes no state");
        inputs.keys = keys;
        return Err(halt);
    }
    Ok(out)
}

/// Who looks for messages: process id, message name, correlation key.
type Names = (Arc<str>, Arc<str>, Arc<str>);

impl Ctx<'_> {
    fn emit(&mut self, event: MailboxEvent) -> Result<(), Halt> {
        self.state.may_apply(&event)?;
        self.state.apply(&event);
        self.out.events.push(event);
        Ok(())
    }

    fn decide(&mut self, command: &MailboxCommand) -> Result<(), Halt> {
        use MailboxCommand as C;
        match command {
            C::PublishMessage { .. } => self.publish(command),
            C::Subscribe { tenant, waiting } => self.subscribe(*tenant, waiting),
            C::Unsubscribe { subscription } => match self.find_subscription(*subscription)? {
                0 => Ok(()),
                number => {
                    let subscription = *subscription;
                    self.emit(MailboxEvent::SubscriptionRemoved { subscription, number })
                }
            },
            C::AcceptMessage { subscription, message, at } => {
                self.accept(*subscription, *message, *at)
            }
            C::RefuseMessage { subscription, message, at } => {
                self.refuse(*subscription, *message, *at)
            }
            C::ExpireMessages => self.expire(),
            C::Continue => self.go_on(),
        }
    }

    /// What every step leaves behind: a timer for the next sweep, an effect that goes on.
    fn settle(&mut self, went_on: bool) -> Result<(), Halt> {
        self.set_expiry()?;
        if self.state.goes_on() && !went_on {
            let command = Command::Mailbox(MailboxCommand::Continue);
            self.out.effects.push(Effect { target: self.key, command });
        }
        Ok(())
    }

    /// The number of a subscription; 0: it does not wait here.
    fn find_subscription(&self, subscription: Key) -> Result<u64, Halt> {
        let shelf = &self.state.subscriptions;
        for number in shelf.find_key(subscription)? {
            if shelf.get(number, subscription)?.is_some() {
                return Ok(number);
            }
        }
        Ok(0)
    }

    /// Answers to offers of older releases know no numbers.
    fn numbers(&self, subscription: Key, message: Key, at: Numbers) -> Result<Numbers, Halt> {
        if at.message != 0 {
            return Ok(at);
        }
        let absent = self.state.messages.absent(64);
        let number = self.state.messages.number_of(message);
        if number.is_none() && !absent.0.is_empty() {
            return Err(absent.into());
        }
        let subscription = self.find_subscription(subscription)?;
        Ok(Numbers { message: number.unwrap_or_default(), subscription })
    }

    fn offer(
        &mut self,
        (number, message): (u64, Key),
        (taker, waiting): (u64, &Waiting),
    ) -> Result<(), Halt> {
        let at = Numbers { message: number, subscription: taker };
        let subscription = waiting.key;
        self.emit(MailboxEvent::MessageOffered { message, subscription, at })?;
        let held = self.state.messages.get(number, message)?;
        let command = InstanceCommand::OfferMessage {
            slot: waiting.slot,
            subscription,
            message,
            mailbox: self.key,
            variables: held.expect("an offered message is held").variables.clone(),
            at,
        };
        let target = waiting.instance;
        self.out.effects.push(Effect { target, command: Command::Instance(command) });
        Ok(())
    }

    fn start(
        &mut self,
        tenant: u32,
        (number, message): (u64, &Message),
        process_id: Arc<str>,
    ) -> Result<(), Halt> {
        self.emit(MailboxEvent::MessageStarted {
            message: message.key,
            process_id: process_id.clone(),
            number,
        })?;
        let key = &message.correlation_key;
        let target = named_key(Kind::Entry, tenant, &[&process_id, key]);
        let command = EntryCommand::StartByMessage {
            tenant,
            process_id,
            correlation_key: key.clone(),
            message: message.key,
            name: message.name.clone(),
            deadline_ms: message.deadline_ms,
            variables: message.variables.clone(),
        };
        self.out.effects.push(Effect { target, command: Command::Entry(command) });
        Ok(())
    }

    fn subscribe(&mut self, tenant: u32, waiting: &Waiting) -> Result<(), Halt> {
        let names = names_of(waiting);
        let waiting = Box::new(waiting.clone());
        self.emit(MailboxEvent::SubscriptionAdded { tenant, waiting })?;
        self.match_line(&names)
    }

    /// Offers the messages that have not reached a process to its free subscriptions, oldest to
    /// oldest.
    fn match_line(&mut self, names: &Names) -> Result<(), Halt> {
        let (process_id, name, correlation_key) = names.clone();
        let sought = |below, goes_on| MailboxEvent::MessagesSought {
            process_id,
            name,
            correlation_key,
            below,
            goes_on,
        };
        for _ in 0..SOUGHT_MESSAGES_MAX {
            let Some(line) = self.line(names) else { return Ok(()) };
            let Some((taker, waiting)) = self.state.oldest_free(line)? else { return Ok(()) };
            match self.state.seek(line, self.inputs.now_ms)? {
                Sought::Found(number) => {
                    let waiting = waiting.clone();
                    let message = self.state.messages.key_at(number)?;
                    self.offer((number, message), (taker, &waiting))?;
                }
                // What was looked at is remembered where that was much.
                Sought::Nothing(below, looked) if looked > 1 => {
                    return if self.state.messages.is_spilled() {
                        self.emit(sought(below, false))
                    } else {
                        Ok(())
                    };
                }
                Sought::Nothing(..) => return Ok(()),
                Sought::Later(below) => return self.emit(sought(below, true)),
            }
        }
        if self.line(names).is_some_and(|line| line.free > 0) {
            return self.emit(sought(0, true));
        }
        Ok(())
    }

    fn line(&self, (process_id, name, key): &Names) -> Option<&crate::state::mailbox::Line> {
        self.state.line((process_id, name, key)).filter(|line| !line.seeks)
    }

    fn accept(&mut self, subscription: Key, message: Key, at: Numbers) -> Result<(), Halt> {
        let at = self.numbers(subscription, message, at)?;
        let waiting = self.state.subscriptions.get(at.subscription, subscription)?;
        let names = waiting.filter(|waiting| !waiting.once).map(names_of);
        if waiting.is_none() && self.state.messages.get(at.message, message)?.is_none() {
            return Ok(());
        }
        self.emit(MailboxEvent::MessageAccepted { message, subscription, at })?;
        self.drop_if_over(at.message, message)?;
        names.map_or(Ok(()), |names| self.match_line(&names))
    }

    /// The message goes to the next subscription of the same process, starts it, or stays.
    fn refuse(&mut self, subscription: Key, message: Key, at: Numbers) -> Result<(), Halt> {
        let at = self.numbers(subscription, message, at)?;
        let Some(held) = self.state.messages.get(at.message, message)? else { return Ok(()) };
        let offer = held.offers.iter().find(|(to, _)| *to == subscription).cloned();
        let Some((_, process_id)) = offer else { return Ok(()) };
        let names = (process_id.clone(), held.name.clone(), held.correlation_key.clone());
        self.emit(MailboxEvent::MessageRefused { message, subscription, at })?;
        let Some(held) = self.state.messages.get(at.message, message)?.cloned() else {
            return Ok(());
        };
        let tenant = self.state.tenant;
        let next = match self.line(&names) {
            Some(line) => self.state.oldest_free(line)?,
            None => None,
        };
        if let Some((taker, waiting)) = next {
            let waiting = waiting.clone();
            self.offer((at.message, message), (taker, &waiting))?;
        } else if self.starts(tenant, &held).contains(&process_id) {
            self.start(tenant, (at.message, &held), process_id)?;
        }
        self.drop_if_over(at.message, message)
    }
}

fn names_of(waiting: &Waiting) -> Names {
    (waiting.process_id.clone(), waiting.name.clone(), waiting.correlation_key.clone())
}
