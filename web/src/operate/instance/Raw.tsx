// The instance as the API tells it, for whoever builds on it.

import type { TabProps } from './shared';

export function Raw({ instance }: TabProps) {
  const path = `/v2/process-instances/${instance.processInstanceKey}`;
  return (
    <div className="stack">
      <pre tabIndex={0} className="raw">{JSON.stringify(instance, null, 2)}</pre>
      <p>
        <a href={path} target="_blank" rel="noreferrer">
          GET {path}
        </a>
        ,{' '}
        <a
          href={`/api/v1/process-instances/${instance.processInstanceKey}/history`}
          target="_blank"
          rel="noreferrer"
        >
          its history
        </a>
      </p>
    </div>
  );
}
