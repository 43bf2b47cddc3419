//! The API in front of a real node with a store in memory.

#![allow(clippy::unwrap_used, reason = "only tests are here")]

mod access;
mod ad_hoc;
mod batches;
mod callers;
mod changes;
mod clock;
mod closure;
mod connections;
mod decisions;
mod deleting;
mod deploying;
mod description;
mod edge;
mod given;
mod keeping;
mod noise;
mod queries;
mod queues;
mod repairs;
mod searches;
mod solutions;
mod stream;
mod suspensions;
mod user_tasks;
mod work;
mod work_definitions;
