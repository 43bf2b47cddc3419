//! What an actor was granted: permissions on resources, in Camunda's words.
//!
//! Not here: who was granted what (`identity`), and the question itself (`permit`).

use std::fmt;
use std::sync::Arc;

macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$item_doc:meta])* $item:ident = $word:literal,)* }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name {
            $($(#[$item_doc])* $item,)*
        }

        impl $name {
            /// All of them, alphabetical.
            pub const ALL: &'static [$name] = &[$($name::$item,)*];

            /// The word on the wire.
            #[must_use]
            pub fn word(self) -> &'static str {
                match self {
                    $($name::$item => $word,)*
                }
            }

            /// By its word.
            #[must_use]
            pub fn of(word: &str) -> Option<Self> {
                match word {
                    $($word => Some($name::$item),)*
                    _ => None,
                }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.word())
            }
        }
    };
}

words! {
    /// A kind of resource.
    ResourceType {
        /// Alerts, by the id of the detection rule.
        Alert = "ALERT",
        /// Records of who did what.
        AuditLog = "AUDIT_LOG",
        /// Grants themselves.
        Authorization = "AUTHORIZATION",
        /// Batch operations.
        Batch = "BATCH",
        /// Cases with their evidence, by the id of the case type.
        Case = "CASE",
        /// Variables of the whole cluster.
        ClusterVariable = "CLUSTER_VARIABLE",
        /// Parts of the user interface.
        Component = "COMPONENT",
        /// Decisions, by decision id.
        DecisionDefinition = "DECISION_DEFINITION",
        /// Decision requirements, by id.
        DecisionRequirementsDefinition = "DECISION_REQUIREMENTS_DEFINITION",
        /// Documents.
        Document = "DOCUMENT",
        /// Expressions evaluated by themselves.
        Expression = "EXPRESSION",
        /// Listeners of all processes.
        GlobalListener = "GLOBAL_LISTENER",
        /// Groups, by id.
        Group = "GROUP",
        /// Mapping rules, by id.
        MappingRule = "MAPPING_RULE",
        /// Messages and BPMN signals, by name.
        Message = "MESSAGE",
        /// Processes with all that runs of them, by BPMN process id.
        ProcessDefinition = "PROCESS_DEFINITION",
        /// Deployed files.
        Resource = "RESOURCE",
        /// Roles, by id.
        Role = "ROLE",
        /// Events that sources send, by their type.
        Signal = "SIGNAL",
        /// The server itself: backups, retention, statistics of work.
        System = "SYSTEM",
        /// Tenants, by id.
        Tenant = "TENANT",
        /// Users and clients, by name.
        User = "USER",
        /// User tasks.
        UserTask = "USER_TASK",
    }
}

words! {
    /// What may be done to a resource. Some of Camunda's words Segue asks for nowhere yet: they
    /// are kept and grant nothing.
    Permission {
        /// Use it.
        Access = "ACCESS",
        /// End instances before their time.
        CancelProcessInstance = "CANCEL_PROCESS_INSTANCE",
        /// Take a user task for oneself.
        Claim = "CLAIM",
        /// Complete a user task of one's own.
        Complete = "COMPLETE",
        /// Make one.
        Create = "CREATE",
        /// Evaluate a decision.
        CreateDecisionInstance = "CREATE_DECISION_INSTANCE",
        /// Start instances.
        CreateProcessInstance = "CREATE_PROCESS_INSTANCE",
        /// Remove one.
        Delete = "DELETE",
        /// Remove evaluations.
        DeleteDecisionInstance = "DELETE_DECISION_INSTANCE",
        /// Remove decision requirements.
        DeleteDrd = "DELETE_DRD",
        /// Remove forms.
        DeleteForm = "DELETE_FORM",
        /// Remove process definitions.
        DeleteProcess = "DELETE_PROCESS",
        /// Remove instances.
        DeleteProcessInstance = "DELETE_PROCESS_INSTANCE",
        /// Remove deployed files.
        DeleteResource = "DELETE_RESOURCE",
        /// Evaluate expressions.
        Evaluate = "EVALUATE",
        /// Move tokens, migrate.
        ModifyProcessInstance = "MODIFY_PROCESS_INSTANCE",
        /// Read.
        Read = "READ",
        /// Read decisions.
        ReadDecisionDefinition = "READ_DECISION_DEFINITION",
        /// Read evaluations.
        ReadDecisionInstance = "READ_DECISION_INSTANCE",
        /// Read statistics of jobs.
        ReadJobMetric = "READ_JOB_METRIC",
        /// Read models.
        ReadProcessDefinition = "READ_PROCESS_DEFINITION",
        /// Read instances and what belongs to them.
        ReadProcessInstance = "READ_PROCESS_INSTANCE",
        /// Read how much is used.
        ReadUsageMetric = "READ_USAGE_METRIC",
        /// Read user tasks.
        ReadUserTask = "READ_USER_TASK",
        /// Change it.
        Update = "UPDATE",
        /// Work on jobs, set variables, resolve incidents, suspend.
        UpdateProcessInstance = "UPDATE_PROCESS_INSTANCE",
        /// Assign, change and complete user tasks.
        UpdateUserTask = "UPDATE_USER_TASK",
    }
}

/// Permissions on a resource.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grant {
    /// What kind.
    pub resource: ResourceType,
    /// Which one; `None` is all of the kind.
    pub id: Option<Arc<str>>,
    /// What may be done.
    pub permissions: Vec<Permission>,
}

/// All that an actor was granted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Grants {
    /// Everything: administrators, and everybody where nobody is asked who they are.
    All,
    /// Only these.
    Listed(Arc<[Grant]>),
}

/// How far a permission reaches.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reach {
    /// Nowhere.
    Nothing,
    /// To resources with these ids.
    Only(Vec<Arc<str>>),
    /// To all of the kind.
    Everything,
}

impl Grants {
    /// No grants at all.
    #[must_use]
    pub fn none() -> Self {
        Grants::Listed(Arc::new([]))
    }

    /// Whether everything was granted: nobody needs to ask for more then.
    #[must_use]
    pub fn is_all(&self) -> bool {
        matches!(self, Grants::All)
    }

    /// Whether the permission reaches the resource with an id.
    #[must_use]
    pub fn allows(&self, resource: ResourceType, permission: Permission, id: &str) -> bool {
        let Grants::Listed(grants) = self else { return true };
        let mut fitting = grants.iter().filter(|it| it.holds(resource, permission));
        fitting.any(|grant| grant.id.as_deref().is_none_or(|it| it == id))
    }

    /// How far a permission reaches.
    #[must_use]
    pub fn reach(&self, resource: ResourceType, permission: Permission) -> Reach {
        let Grants::Listed(grants) = self else { return Reach::Everything };
        let mut ids = Vec::new();
        for grant in grants.iter().filter(|it| it.holds(resource, permission)) {
            match &grant.id {
                None => return Reach::Everything,
                Some(id) => ids.push(Arc::clone(id)),
            }
        }
        ids.sort();
        ids.dedup();
        if ids.is_empty() { Reach::Nothing } else { Reach::Only(ids) }
    }
}

impl Grant {
    fn holds(&self, resource: ResourceType, permission: Permission) -> bool {
        self.resource == resource && self.permissions.contains(&permission)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use Permission::{CreateProcessInstance, ReadProcessInstance};
    use ResourceType::{Message, ProcessDefinition};

    fn on(id: Option<&str>) -> Grant {
        let permissions = vec![ReadProcessInstance];
        Grant { resource: ProcessDefinition, id: id.map(Into::into), permissions }
    }

    #[test]
    fn a_grant_reaches_its_resource_and_no_other() {
        let grants = Grants::Listed([on(Some("order"))].into());
        assert!(grants.allows(ProcessDefinition, ReadProcessInstance, "order"));
        assert!(!grants.allows(ProcessDefinition, ReadProcessInstance, "claim"));
        assert!(!grants.allows(ProcessDefinition, CreateProcessInstance, "order"));
        assert!(!grants.allows(Message, ReadProcessInstance, "order"));
        let reach = grants.reach(ProcessDefinition, ReadProcessInstance);
        assert_eq!(reach, Reach::Only(vec!["order".into()]));
        assert_eq!(grants.reach(Message, ReadProcessInstance), Reach::Nothing);
    }

    #[test]
    fn a_grant_without_an_id_reaches_all() {
        let grants = Grants::Listed([on(Some("order")), on(None)].into());
        assert!(grants.allows(ProcessDefinition, ReadProcessInstance, "claim"));
        assert_eq!(grants.reach(ProcessDefinition, ReadProcessInstance), Reach::Everything);
        assert_eq!(Grants::All.reach(Message, CreateProcessInstance), Reach::Everything);
        assert_eq!(Grants::none().reach(Message, CreateProcessInstance), Reach::Nothing);
    }

    #[test]
    fn words_read_back() {
        for it in ResourceType::ALL {
            assert_eq!(ResourceType::of(it.word()), Some(*it));
        }
        for it in Permission::ALL {
            assert_eq!(Permission::of(it.word()), Some(*it));
        }
        assert_eq!(Permission::of("FLY"), None);
    }
}
