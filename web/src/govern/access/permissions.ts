// Which permissions a resource type has, and what they let somebody do. Those that Segue asks for;
// the server knows more words, which grant nothing yet.

export interface ResourceKind {
  type: string;
  /** What its ids are. */
  ids: string;
  permissions: Record<string, string>;
}

const parties = (one: string): Record<string, string> => ({
  READ: `See ${one}s`, CREATE: `Make ${one}s`, UPDATE: `Change ${one}s`, DELETE: `Delete ${one}s`,
});

export const resourceKinds: ResourceKind[] = [
  {
    type: 'PROCESS_DEFINITION', ids: 'the process id',
    permissions: {
      READ_PROCESS_DEFINITION: 'See models and their counts',
      READ_PROCESS_INSTANCE: 'See instances, incidents, jobs, variables',
      READ_USER_TASK: 'See tasks',
      UPDATE_USER_TASK: 'Claim, assign, change and complete tasks',
      CREATE_PROCESS_INSTANCE: 'Start instances',
      UPDATE_PROCESS_INSTANCE: 'Work on jobs, set variables, repair, suspend, migrate',
      MODIFY_PROCESS_INSTANCE: 'Move tokens',
      CANCEL_PROCESS_INSTANCE: 'Cancel instances',
    },
  },
  { type: 'RESOURCE', ids: 'all', permissions: { CREATE: 'Deploy', READ: 'See forms' } },
  {
    type: 'DECISION_DEFINITION', ids: 'the decision id',
    permissions: {
      READ_DECISION_DEFINITION: 'See decisions',
      READ_DECISION_INSTANCE: 'See what was decided',
      CREATE_DECISION_INSTANCE: 'Ask decisions',
    },
  },
  { type: 'DECISION_REQUIREMENTS_DEFINITION', ids: 'their id', permissions: { READ: 'See decision requirements' } },
  { type: 'MESSAGE', ids: 'the name', permissions: { READ: 'See messages', CREATE: 'Publish messages, broadcast signals' } },
  { type: 'SIGNAL', ids: 'the type of the event', permissions: { READ: 'See received signals', CREATE: 'Send signals' } },
  { type: 'ALERT', ids: 'the id of the rule', permissions: { READ: 'See alerts and their rules', UPDATE: 'Acknowledge alerts' } },
  {
    type: 'CASE', ids: 'the id of the case type',
    permissions: { READ: 'See cases', CREATE: 'Open cases', UPDATE: 'Work on cases and close them' },
  },
  { type: 'AUDIT_LOG', ids: 'all', permissions: { READ: 'See who did what' } },
  { type: 'USER', ids: 'all', permissions: parties('user and client') },
  { type: 'GROUP', ids: 'all', permissions: parties('group') },
  { type: 'ROLE', ids: 'all', permissions: parties('role') },
  { type: 'AUTHORIZATION', ids: 'all', permissions: parties('authorization') },
  { type: 'BATCH', ids: 'all', permissions: { READ: 'See batch operations', CREATE: 'Begin them', UPDATE: 'Suspend, resume and cancel them' } },
  { type: 'TENANT', ids: 'all', permissions: { READ: 'See tenants' } },
  { type: 'SYSTEM', ids: 'all', permissions: { READ: 'See figures, retention, backups, the event stream', UPDATE: 'Change retention, make backups' } },
];

/** What somebody may do, in words; the word itself where there are none. */
export function permissionInWords(type: string, permission: string): string {
  return resourceKinds.find((it) => it.type === type)?.permissions[permission] ?? permission;
}
