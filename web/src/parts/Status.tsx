// The one way a state is shown: icon, word and colour, so that none of them is needed alone.

type Tone = 'neutral' | 'info' | 'ok' | 'warning' | 'danger' | 'paused';

/** Icons are text, so that they print, copy and follow the colours of high contrast. */
const TONES: Record<string, [Tone, string, string]> = {
  ACTIVE: ['info', '▶', 'Active'],
  INCIDENT: ['danger', '▲', 'Incident'],
  COMPLETED: ['ok', '✓', 'Completed'],
  TERMINATED: ['neutral', '■', 'Cancelled'],
  CANCELED: ['neutral', '■', 'Cancelled'],
  SUSPENDED: ['paused', '❙❙', 'Suspended'],
  PENDING: ['info', '○', 'Pending'],
  RESOLVED: ['ok', '✓', 'Resolved'],
  MIGRATED: ['neutral', '→', 'Migrated'],
  UNKNOWN: ['neutral', '?', 'Unknown'],
  CREATED: ['info', '○', 'Open'],
  CREATING: ['info', '○', 'Opening'],
  ASSIGNING: ['info', '○', 'Assigning'],
  COMPLETING: ['info', '○', 'Completing'],
  UPDATING: ['info', '○', 'Updating'],
  CANCELING: ['neutral', '■', 'Cancelling'],
  FAILED: ['danger', '▲', 'Failed'],
  ERROR_THROWN: ['warning', '⚡', 'Error thrown'],
  TIMED_OUT: ['warning', '⏱', 'Timed out'],
  RETRIES_UPDATED: ['info', '○', 'Retries updated'],
  TIMEOUT_UPDATED: ['info', '○', 'Timeout updated'],
  PRIORITY_UPDATED: ['info', '○', 'Priority updated'],
  CORRELATED: ['ok', '✓', 'Correlated'],
  DELETED: ['neutral', '■', 'Closed'],
  DELETING: ['neutral', '■', 'Being deleted'],
  BUFFERED: ['paused', '❙❙', 'Waiting'],
  EXPIRED: ['warning', '⏱', 'Expired'],
  SUCCESS: ['ok', '✓', 'Done'],
  FAIL: ['danger', '▲', 'Refused'],
  // Signals and cases.
  OPEN: ['info', '○', 'Open'],
  ACKNOWLEDGED: ['info', '◐', 'Acknowledged'],
  RECOVERED: ['ok', '✓', 'Recovered'],
  VERIFYING: ['paused', '◔', 'Verifying'],
  CLOSED_VERIFIED: ['ok', '✓', 'Closed, verified'],
  CLOSED_WAIVED: ['warning', '!', 'Closed, waived'],
  CLOSED_FAILED: ['danger', '▲', 'Closed, failed'],
  CANCELLED: ['neutral', '■', 'Cancelled'],
  LOW: ['neutral', '▽', 'Low'],
  MEDIUM: ['info', '◇', 'Medium'],
  HIGH: ['warning', '△', 'High'],
  CRITICAL: ['danger', '▲', 'Critical'],
  ENABLED: ['ok', '▶', 'Enabled'],
  SHADOW: ['paused', '◌', 'Shadow'],
  DISABLED: ['neutral', '■', 'Disabled'],
  PASSED: ['ok', '✓', 'Passed'],
  ERROR: ['danger', '▲', 'Error'],
  WARNING: ['warning', '!', 'Warning'],
};

export function Status({ of, word }: { of: string; word?: string }) {
  const [tone, icon, known] = TONES[of] ?? ['neutral', '•', inWords(of)];
  return (
    <span className={`status tone-${tone}`}>
      <span aria-hidden="true" className="status-icon">
        {icon}
      </span>
      {word ?? known}
    </span>
  );
}

/** `JOB_NO_RETRIES` as "Job no retries". */
export function inWords(name: string): string {
  const words = name.replaceAll('_', ' ').toLowerCase();
  return words.charAt(0).toUpperCase() + words.slice(1);
}
