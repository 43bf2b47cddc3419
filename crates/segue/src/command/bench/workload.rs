//! The processes the bench runs, and what a caller sends to start one.
//!
//! Not here: who sends it, and how often (`load`).

/// A workload. In the order of the documents.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Workload {
    /// One service task.
    OneTask,
    /// Ten service tasks in a row.
    TenTasks,
    /// Wait for one message.
    MessageRoundTrip,
}

/// The type of every job.
pub(super) const JOB_TYPE: &str = "bench-work";
/// The name of every message.
pub(super) const MESSAGE: &str = "bench-reply";
/// Milliseconds a caller waits for the end of its instance.
const AWAIT_MS: u32 = 60_000;

/// Milliseconds a message waits that is to pile up: a day.
const BUFFER_MS: u32 = 24 * 3_600 * 1_000;

impl Workload {
    /// Its name on the command line.
    pub(super) fn name(self) -> &'static str {
        match self {
            Workload::OneTask => "one_task",
            Workload::TenTasks => "ten_tasks",
            Workload::MessageRoundTrip => "message_round_trip",
        }
    }

    /// The process in short notation.
    fn process(self) -> String {
        let steps = match self {
            Workload::OneTask => format!("work:job({JOB_TYPE})"),
            Workload::TenTasks => {
                let tasks = (1..=10).map(|n| format!("work-{n}:job({JOB_TYPE})"));
                tasks.collect::<Vec<_>>().join(" -> ")
            }
            Workload::MessageRoundTrip => format!("reply:receive({MESSAGE}, = orderId)"),
        };
        format!("process bench-{}\nstart -> {steps} -> done:end", self.name())
    }

    /// The file to deploy.
    pub(super) fn file(self) -> (String, Vec<u8>) {
        short_file(&format!("bench-{}", self.name()), &self.process())
    }

    /// Jobs of one instance.
    pub(super) fn jobs(self) -> u32 {
        match self {
            Workload::OneTask => 1,
            Workload::TenTasks => 10,
            Workload::MessageRoundTrip => 0,
        }
    }

    /// The body that creates an instance and waits for its end.
    pub(super) fn create(self, order: &str) -> String {
        format!(
            "{{\"processDefinitionId\":\"bench-{}\",\"variables\":{{\"orderId\":\"{order}\",\
             \"amount\":42.5,\"customer\":\"cust-4242\"}},\"awaitCompletion\":true,\
             \"requestTimeout\":{AWAIT_MS}}}",
            self.name()
        )
    }

    /// The body that creates a one-task instance and does not wait.
    pub(super) fn start_only(order: &str) -> String {
        format!(
            "{{\"processDefinitionId\":\"bench-{}\",\"variables\":{{\"orderId\":\"{order}\",\
             \"amount\":42.5}}}}",
            Workload::OneTask.name()
        )
    }

    /// The body that publishes the message an instance waits for, whoever comes first.
    pub(super) fn publish(order: &str) -> String {
        format!(
            "{{\"name\":\"{MESSAGE}\",\"correlationKey\":\"{order}\",\"timeToLive\":{AWAIT_MS}}}"
        )
    }
}

impl Workload {
    /// The body that publishes a message to wait for longer than any measurement takes.
    pub(super) fn buffer(order: &str, id: Option<&str>) -> String {
        let id = id.map(|id| format!(",\"messageId\":\"{id}\"")).unwrap_or_default();
        format!(
            "{{\"name\":\"{MESSAGE}\",\"correlationKey\":\"{order}\",\
             \"timeToLive\":{BUFFER_MS}{id}}}"
        )
    }
}

/// The file of a process of ours in short notation.
pub(super) fn short_file(name: &str, process: &str) -> (String, Vec<u8>) {
    let xml = model::short::to_bpmn(process).expect("our own process is well-formed");
    (format!("{name}.bpmn"), xml.into_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::command::check::problems_of;

    #[test]
    fn every_workload_can_be_deployed() {
        for workload in [Workload::OneTask, Workload::TenTasks, Workload::MessageRoundTrip] {
            let problems = problems_of(&workload.file().1);
            assert!(!problems.has_errors(), "{}: {problems}", workload.name());
        }
    }

    #[test]
    fn bodies_are_json() {
        let create = Workload::OneTask.create("A-1234567890");
        let create: serde_json::Value = serde_json::from_str(&create).unwrap();
        assert_eq!(create["variables"]["amount"], 42.5);
        let start: serde_json::Value = serde_json::from_str(&Workload::start_only("A-1")).unwrap();
        assert_eq!(start["processDefinitionId"], create["processDefinitionId"]);
        for body in [Workload::publish("A-1"), Workload::buffer("A-1", Some("7"))] {
            assert!(serde_json::from_str::<serde_json::Value>(&body).is_ok());
        }
    }
}
