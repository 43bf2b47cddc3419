//! Who may do a piece of work, who should, and why: skills, sites, absence, and how much they have.
//!
//! Not here: the work itself. A function of what is known of people: whoever asks knows their load.

use crate::definition::{Definitions, Member, Queue};
use std::sync::Arc;

/// Somebody who could be given work.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate {
    /// Id of the user.
    pub user: Arc<str>,
    /// Id of their team.
    pub team: Arc<str>,
    /// How much open work they have.
    pub load: u32,
    /// How much they may have; `None`: any.
    pub capacity: Option<u32>,
    /// Why they are not given it; empty: they may be.
    pub excluded: Vec<String>,
}

impl Candidate {
    /// How much more they may have.
    #[must_use]
    pub fn room(&self) -> u32 {
        self.capacity.map_or(u32::MAX, |capacity| capacity.saturating_sub(self.load))
    }

    /// Whether they may be given it.
    #[must_use]
    pub fn may(&self) -> bool {
        self.excluded.is_empty()
    }
}

/// Everybody in a team of the tenant, once, with why they may not do work of a queue at a site.
/// `load` tells how much open work somebody has. Who has most room comes first, then who has
/// least work, then by name; those who may not come last.
pub fn candidates(
    definitions: &Definitions,
    tenant: u32,
    queue: &Queue,
    site: Option<&str>,
    mut load: impl FnMut(&str) -> u32,
) -> Vec<Candidate> {
    let mut all: Vec<Candidate> = Vec::new();
    for team in definitions.teams(tenant) {
        for member in &team.says.members {
            if all.iter().all(|held| held.user != member.user) {
                let load = load(&member.user);
                all.push(judge(queue, &team.says.id, member, site, load));
            }
        }
    }
    all.sort_by(|one, other| {
        let rank = |it: &Candidate| (!it.may(), std::cmp::Reverse(it.room()), it.load);
        rank(one).cmp(&rank(other)).then_with(|| one.user.cmp(&other.user))
    });
    all
}

/// One person; who is in no team has no skills, all sites, and the capacity of the queue.
#[must_use]
pub fn candidate(
    definitions: &Definitions,
    tenant: u32,
    queue: &Queue,
    user: &Arc<str>,
    site: Option<&str>,
    load: u32,
) -> Candidate {
    let mut teams = definitions.teams(tenant);
    let found = teams.find_map(|team| {
        let member = team.says.members.iter().find(|member| member.user == *user)?;
        Some((team.says.id.clone(), member.clone()))
    });
    let (team, member) = found.unwrap_or_else(|| {
        let member = Member { user: user.clone(), ..Member::default() };
        ("".into(), member)
    });
    judge(queue, &team, &member, site, load)
}

fn judge(
    queue: &Queue,
    team: &Arc<str>,
    member: &Member,
    site: Option<&str>,
    load: u32,
) -> Candidate {
    let capacity = member.capacity.or(queue.capacity);
    let mut excluded = Vec::new();
    if member.is_away {
        excluded.push("away".to_owned());
    }
    for (skill, level) in &queue.skills {
        let has = member.skills.iter().find(|(name, _)| name == skill).map_or(0, |(_, has)| *has);
        if has < *level {
            excluded.push(format!("needs {skill} at level {level}, has {has}"));
        }
    }
    if let Some(site) = site
        && !member.sites.is_empty()
        && member.sites.iter().all(|held| **held != *site)
    {
        excluded.push(format!("does not work for site {site}"));
    }
    if let Some(most) = capacity
        && load >= most
    {
        excluded.push(format!("at capacity ({load}/{most})"));
    }
    Candidate { user: member.user.clone(), team: team.clone(), load, capacity, excluded }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::definition::{Definition, read};
    use crate::key::Key;

    const TEAM: &str = "{kind: team, id: claims, members: [
        {user: ann, skills: {german: 3, claims: 2}, capacity: 4, sites: [HAM]},
        {user: ben, skills: {german: 1}, capacity: 9},
        {user: cyd, skills: [claims], away: 'yes'},
        {user: dan, skills: {claims: 5, german: 2}, capacity: 4},
        {user: eva, skills: {claims: 1, german: 2}}]}";
    const QUEUE: &str = "{kind: queue, id: letters, cases: {types: [letter]},
        skills: {german: 2}, capacity: 2}";

    fn known() -> (Definitions, Queue) {
        let mut definitions = Definitions::default();
        definitions.add(Key(1), 1, 1, read(TEAM.as_bytes()).unwrap());
        let Ok(Definition::Queue(queue)) = read(QUEUE.as_bytes()) else { panic!("{QUEUE}") };
        (definitions, queue)
    }

    #[test]
    fn says_of_everybody_why_they_are_given_it_or_not() {
        let (definitions, queue) = known();
        let load = |user: &str| u32::from(user == "dan") * 3;
        let told = |site: &str| -> Vec<String> {
            let all = candidates(&definitions, 1, &queue, Some(site), load);
            let words = |it: &Candidate| format!("{}: {}", it.user, it.excluded.join("; "));
            all.iter().map(words).collect()
        };
        let expected = [
            "ann: ",
            "eva: ",
            "dan: ",
            "ben: needs german at level 2, has 1",
            "cyd: away; needs german at level 2, has 0",
        ];
        assert_eq!(told("HAM"), expected);
        assert_eq!(told("MUC")[3], "ann: does not work for site MUC");
    }

    #[test]
    fn nobody_gets_more_than_they_may_have() {
        let (definitions, queue) = known();
        let of = |user: &str, load: u32| {
            candidate(&definitions, 1, &queue, &user.into(), None, load).excluded
        };
        assert!(of("ann", 3).is_empty());
        assert_eq!(of("ann", 4), ["at capacity (4/4)"]);
        assert_eq!(of("eva", 2), ["at capacity (2/2)"], "that of the queue");
        assert_eq!(of("zoe", 0), ["needs german at level 2, has 0"], "in no team");
    }
}
