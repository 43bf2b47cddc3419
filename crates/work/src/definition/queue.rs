//! Queues and teams: which work lies where, and who may do it.
//!
//! Not here: who gets which piece (`route`), and finding the work.

use super::node::{Node, Tree};
use super::read::Members;
use super::{Fault, Skills};
use crate::limits::{QUEUE_FILTERS_MAX, SKILLS_MAX, TEAM_MEMBERS_MAX};
use std::sync::Arc;

/// A queue: a saved filter over open work, in the order of its urgency.
#[derive(Debug, Clone, PartialEq)]
pub struct Queue {
    /// Its id.
    pub id: Arc<str>,
    /// What people call it.
    pub name: Arc<str>,
    /// Version tag, or the empty string.
    pub version_tag: Arc<str>,
    /// Which open cases lie in it; `None`: none.
    pub cases: Option<CaseFilter>,
    /// Which open user tasks lie in it; `None`: none.
    pub tasks: Option<TaskFilter>,
    /// What is less urgent does not lie in it.
    pub minimum_urgency: u32,
    /// What somebody must be able to do.
    pub skills: Skills,
    /// How much work somebody may have at once, where their team does not say.
    pub capacity: Option<u32>,
}

/// Which open cases; an empty list means all.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct CaseFilter {
    /// Ids of case types.
    pub types: Vec<Arc<str>>,
    /// Stages.
    pub stages: Vec<Arc<str>>,
    /// Sites.
    pub sites: Vec<Arc<str>>,
}

/// Which open user tasks; an empty list means all.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct TaskFilter {
    /// BPMN process ids.
    pub processes: Vec<Arc<str>>,
    /// BPMN element ids.
    pub elements: Vec<Arc<str>>,
}

/// A team: people, what they can do and how much.
#[derive(Debug, Clone, PartialEq)]
pub struct Team {
    /// Its id.
    pub id: Arc<str>,
    /// What people call it.
    pub name: Arc<str>,
    /// Version tag, or the empty string.
    pub version_tag: Arc<str>,
    /// Who is in it.
    pub members: Vec<Member>,
}

/// Somebody in a team.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Member {
    /// Id of the user.
    pub user: Arc<str>,
    /// What they can do.
    pub skills: Skills,
    /// How much work they may have at once.
    pub capacity: Option<u32>,
    /// Sites they work for; empty: all.
    pub sites: Vec<Arc<str>>,
    /// Whether they are away.
    pub is_away: bool,
}

pub(super) fn read_queue(root: &Node, faults: &mut Vec<Fault>) -> Queue {
    let mut members = Members::of(root, "", faults);
    members.get("kind");
    let id = members.need_text("id", "the id of the queue");
    let name = members.text("name").unwrap_or_else(|| id.clone());
    let version_tag = members.text("versionTag").unwrap_or_default();
    let cases = members.get("cases").map(|node| {
        let mut inside = members.inside(node, "cases");
        let filter = CaseFilter {
            types: inside.texts("types", QUEUE_FILTERS_MAX),
            stages: inside.texts("stages", QUEUE_FILTERS_MAX),
            sites: inside.texts("sites", QUEUE_FILTERS_MAX),
        };
        inside.finish();
        filter
    });
    let tasks = members.get("tasks").map(|node| {
        let mut inside = members.inside(node, "tasks");
        let filter = TaskFilter {
            processes: inside.texts("processes", QUEUE_FILTERS_MAX),
            elements: inside.texts("elements", QUEUE_FILTERS_MAX),
        };
        inside.finish();
        filter
    });
    if cases.is_none() && tasks.is_none() {
        members.missing("cases", "or `tasks`, which work lies in it");
    }
    let minimum_urgency = members.number("minimumUrgency", 0, 100).unwrap_or(0);
    let skills = read_skills(&mut members);
    let capacity = read_capacity(&mut members);
    members.finish();
    let minimum_urgency = u32::try_from(minimum_urgency).unwrap_or(0);
    Queue { id, name, version_tag, cases, tasks, minimum_urgency, skills, capacity }
}

pub(super) fn read_team(root: &Node, faults: &mut Vec<Fault>) -> Team {
    let mut members = Members::of(root, "", faults);
    members.get("kind");
    let id = members.need_text("id", "the id of the team");
    let name = members.text("name").unwrap_or_else(|| id.clone());
    let version_tag = members.text("versionTag").unwrap_or_default();
    let mut all: Vec<Member> = Vec::new();
    for item in members.items("members", TEAM_MEMBERS_MAX) {
        let mut inside = members.inside(item, "members");
        let member = Member {
            user: inside.need_text("user", "the id of the user"),
            skills: read_skills(&mut inside),
            capacity: read_capacity(&mut inside),
            sites: inside.texts("sites", QUEUE_FILTERS_MAX),
            is_away: inside.word("away", &[("no", false), ("yes", true)]),
        };
        inside.finish();
        if all.iter().any(|held| held.user == member.user) {
            let message = format!("Expected user `{}` once, but found it twice.", member.user);
            members.fault(item, "members", message);
        }
        all.push(member);
    }
    if members.get("members").is_none() {
        members.missing("members", "who is in the team");
    }
    members.finish();
    Team { id, name, version_tag, members: all }
}

fn read_capacity(members: &mut Members<'_, '_>) -> Option<u32> {
    let most = members.number("capacity", 0, 10_000)?;
    u32::try_from(most).ok()
}

/// Skills with their levels, `{german: 3, claims: 1}`, or a list of names, each at level 1.
fn read_skills(members: &mut Members<'_, '_>) -> Skills {
    let Some(node) = members.get("skills") else { return Vec::new() };
    let Tree::Map(named) = &node.value else {
        return members.texts("skills", SKILLS_MAX).into_iter().map(|name| (name, 1)).collect();
    };
    if named.len() > SKILLS_MAX {
        let message = format!("Expected at most {SKILLS_MAX} skills, but found {}.", named.len());
        members.fault(node, "skills", message);
        return Vec::new();
    }
    let mut skills = Vec::new();
    for (name, level) in named {
        let number = match &level.value {
            Tree::Number(text) => text.parse::<u32>().ok().filter(|level| (1..=5).contains(level)),
            _ => None,
        };
        match number {
            Some(number) => skills.push((name.as_str().into(), number)),
            None => {
                let found = level.value.describe();
                let message = format!("Expected a level from 1 to 5, but found {found}.");
                members.fault(level, &format!("skills.{name}"), message);
            }
        }
    }
    skills
}
