//! The plan of a seed: which faults it allows, how many lanes, how fast everything is.
//!
//! Each seed draws another subset, so that no fault hides behind a louder one.

use super::process::{self, Process};
use crate::dice::Dice;
use engine::state::mailbox::Shape;
use runtime::lane::LaneLimits;

/// What one simulation does.
#[derive(Debug, Clone)]
pub struct Plan {
    /// Lanes over one store, 1 to 3.
    pub lanes: usize,
    /// Actions before the faults stop.
    pub steps: usize,
    /// Processes deployed.
    pub processes: Vec<Process>,
    /// How much a lane takes on at once.
    pub limits: LaneLimits,
    /// Orders in one batch.
    pub batch_max: usize,
    /// Whether a batch is stepped while the one before is being committed.
    pub pipelined: bool,
    /// Of a hundred actions, how many crash a node.
    pub crashes: u32,
    /// Of a hundred commits, how many fail.
    pub faults: u32,
    /// Of a hundred commits, how many the store refuses.
    pub refusals: u32,
    /// Of a hundred loads, before how many another node's commit lands.
    pub eager: u32,
    /// Of a hundred requests, how many deploy another version of a process. Lanes do not tell
    /// each other yet: only where there is one.
    pub deployments: u32,
    /// Of a hundred requests, how many carry a key.
    pub keyed: u32,
    /// Of a hundred requests with a key, how many are sent twice at once.
    pub doubled: u32,
    /// Of a hundred actions, how many make the clock jump.
    pub jumps: u32,
    /// How far each lane's clock is behind, milliseconds.
    pub lags: Vec<i64>,
    /// How often each lane gets its turn.
    pub weights: Vec<u32>,
}

impl Plan {
    /// The plan of a seed, with so many lanes if it is said.
    #[must_use]
    pub fn draw(dice: &mut Dice, lanes: Option<usize>) -> Plan {
        let drawn = [1, 1, 2, 2, 3][dice.below(5)];
        let lanes = lanes.unwrap_or(drawn);
        let small = dice.chance(50);
        let limits = if small {
            LaneLimits {
                chain_commands: 1 + dice.below(6),
                batch_events: 1 + dice.below(30),
                effects_per_turn: 1 + dice.below(3),
                timers_per_turn: 1 + dice.below(3) as u32,
                cache_bytes: if dice.chance(50) { 0 } else { 8 * 1024 },
                aggregate_bytes: 0,
                mailbox: Shape::SMALL,
            }
        } else {
            LaneLimits::default()
        };
        let calm = dice.chance(15);
        let often = |dice: &mut Dice, percent: u32| match calm || dice.chance(40) {
            true => 0,
            false => 1 + dice.below(percent as usize) as u32,
        };
        Plan {
            lanes,
            steps: 120 + dice.below(260),
            processes: draw_processes(dice),
            limits,
            batch_max: if dice.chance(50) { 1 + dice.below(4) } else { 64 },
            pipelined: dice.chance(60),
            crashes: often(dice, 3),
            faults: often(dice, 12),
            refusals: often(dice, 8),
            eager: often(dice, 60),
            deployments: if lanes == 1 && dice.chance(50) { 4 } else { 0 },
            keyed: [0, 50, 90, 100][dice.below(4)],
            doubled: often(dice, 50),
            jumps: often(dice, 4),
            lags: (0..lanes)
                .map(|_| if dice.chance(30) { dice.between(1, 900) } else { 0 })
                .collect(),
            weights: (0..lanes).map(|_| if dice.chance(25) { 1 } else { 6 }).collect(),
        }
    }
}

fn draw_processes(dice: &mut Dice) -> Vec<Process> {
    let mut all = process::all();
    // The process that spins costs more than all others: it comes seldom.
    if !dice.chance(6) {
        all.retain(|process| process.id != "spinning");
    }
    let count = 1 + dice.below(4);
    let mut drawn = Vec::new();
    for _ in 0..[0, 0, 1, 2][dice.below(4)] {
        drawn.push(process::random(dice.roll()));
    }
    drawn.dedup_by(|one, other| one.id == other.id);
    for _ in 0..count {
        drawn.push(all.remove(dice.below(all.len())));
    }
    if !drawn.iter().any(|process| process.startable) {
        all.retain(|process| process.startable);
        drawn.push(all.remove(dice.below(all.len())));
    }
    drawn
}
