//! Service task: creates a job and waits for a worker to complete it.
//!
//! Send and business rule tasks with a job type are the same thing and are read here too.

use super::*;

/// A service task.
#[derive(Debug, PartialEq)]
pub struct ServiceTask {
    /// What it asks of a worker.
    pub job: JobSpec,
}

impl Element for ServiceTask {
    fn matches(node: NodeRef<'_>) -> bool {
        let by_worker = ["sendTask", "businessRuleTask"].iter().any(|name| node.is_bpmn(name));
        node.is_bpmn("serviceTask") || by_worker && node.extension("taskDefinition").is_some()
    }

    fn read(node: NodeRef<'_>, problems: &mut Problems) -> Self {
        ServiceTask { job: JobSpec::read(node, problems) }
    }

    fn enter(&self, slot: Slot, ctx: &mut Ctx<'_>) -> Result<Entered, Failure> {
        ctx.create_job(slot, &self.job)
    }

    fn job(&self) -> Option<&JobSpec> {
        Some(&self.job)
    }
}

#[cfg(test)]
mod tests {
    use testkit::scenario::check;

    #[test]
    fn waits_for_its_worker() {
        check(
            "start -> charge:job(charge-card) -> end",
            r#"
                start {"amount": 5}
                > entered start
                > entered charge
                > job charge-card
                complete charge-card {"ok": true}
                > variables {"ok":true}
                > completed charge
                > entered end
                > completed {"amount":5,"ok":true}
            "#,
        );
    }
}
