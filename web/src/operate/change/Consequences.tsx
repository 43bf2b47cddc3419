// What a planned change would do, asked of the server anew whenever the plan or the instance changes.

import { useQuery } from '@tanstack/react-query';
import { send } from '../../api/client';
import type { Call } from '../../api/curl';
import { Problem } from '../../api/problem';
import type { ChangePreview, HistoryEvent } from '../../api/types';
import { Failure } from '../../parts/Failure';
import type { ModelElement } from '../../parts/elements';
import { Status } from '../../parts/Status';
import { sentence } from '../instance/story';
import { consequencesOf } from './consequences';

/** The preview of a change; `undefined` asks nothing. */
export function usePreview(call: Call | undefined) {
  return useQuery({
    queryKey: ['preview', call],
    queryFn: () => send<ChangePreview>(call as Call),
    enabled: call !== undefined,
    retry: (count, error) => error instanceof Problem && error.isOffline && count < 3,
    meta: { live: true },
    placeholderData: (previous) => previous,
  });
}

export type Preview = ReturnType<typeof usePreview>;

/** Whether the server would carry out exactly what is planned now. */
export function isCertain(preview: Preview): boolean {
  return preview.data !== undefined && !preview.error && !preview.isPlaceholderData;
}

const EVENTS_SHOWN = 200;

export function Consequences(props: {
  preview: Preview;
  /** What is missing before the server can be asked. */
  missing?: string;
  model: Map<string, ModelElement>;
}) {
  const { preview, missing, model } = props;
  if (missing) return <p className="quiet">{missing}</p>;
  if (preview.error instanceof Problem && !preview.error.isOffline) {
    return (
      <div className="refusal" role="alert">
        <Status of="FAIL" word="Cannot be done like this" />
        <p>{preview.error.message}</p>
      </div>
    );
  }
  if (preview.error) return <Failure error={preview.error} doing="ask what would happen" />;
  if (!preview.data) return <p className="quiet">Asking the server…</p>;
  const events = preview.data.events as unknown as HistoryEvent[];
  const lines = consequencesOf(preview.data.counts);
  return (
    <div className={preview.isPlaceholderData ? 'is-stale' : undefined}>
      <ul className="consequences" aria-live="polite">
        {lines.map((line) => (
          <li key={line}>{line}</li>
        ))}
        {lines.length === 0 && <li>Nothing anybody would notice</li>}
      </ul>
      <details className="rest-call">
        <summary>Every event ({events.length})</summary>
        <ol className="events">
          {events.slice(0, EVENTS_SHOWN).map((event, at) => (
            <li key={at}>{sentence(event, model)}</li>
          ))}
        </ol>
      </details>
    </div>
  );
}
