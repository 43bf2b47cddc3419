//! A mailbox in pages: it answers as a plain list would, and looks at few pages.
//!
//! Not here: messages as processes see them (`life/messages`).

#![expect(clippy::unwrap_used, reason = "a test that cannot go on says so")]

mod naive;
mod paged;
mod pages;
mod property;
