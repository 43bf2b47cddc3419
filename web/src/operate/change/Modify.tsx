// Modification mode: an element is chosen in the diagram or by name, changes are planned one after
// the other, the server says what they would do, and all are carried out at once or none.

import { Button, Checkbox, CloseButton, Group, Select } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { commands } from '../../api/commands';
import { found } from '../../api/queries';
import type { ElementInstance } from '../../api/types';
import { Confirm } from '../../parts/Confirm';
import { typeInWords } from '../../parts/elements';
import { JsonField } from '../../parts/JsonField';
import { nameOf, type TabProps } from '../instance/shared';
import { Consequences, isCertain, usePreview } from './Consequences';
import { added, cancelled, canBeginAt, type Change, modificationOf, type Plan } from './plan';

const ACTIVE_MAX = 1_000;

interface Props extends TabProps {
  plan: Plan;
  onElement: (element: string | undefined) => void;
  onClose: () => void;
}

export function Modify(props: Props) {
  const { instance, model, plan, onClose } = props;
  const key = instance.processInstanceKey;
  const [isApplying, setApplying] = useState(false);
  const active = useQuery(
    found('/v2/element-instances/search', {
      filter: { processInstanceKey: key, state: 'ACTIVE' },
      page: { limit: ACTIVE_MAX },
    }),
  );
  const { body, error } = modificationOf(plan.changes);
  const preview = usePreview(
    body && { method: 'POST', path: `/api/v1/process-instances/${key}/modification-preview`, body },
  );
  const live = active.data?.items.filter((it) => it.type !== 'PROCESS') ?? [];
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => event.key === 'Escape' && plan.moveFrom(undefined);
    addEventListener('keydown', onKey);
    return () => removeEventListener('keydown', onKey);
  });

  return (
    <section className="change" aria-label="Modification">
      <header>
        <h2>Modify this instance</h2>
        <span className="quiet">
          Nothing changes until you apply. All of it is done, or nothing. What is planned is kept in
          this browser.
        </span>
        <CloseButton onClick={onClose} aria-label="Leave modification" />
      </header>
      <div className="change-columns">
        <Chosen {...props} active={live} />
        <div>
          <h3>Planned ({plan.changes.length})</h3>
          {plan.changes.length === 0 && <p className="quiet">No change yet.</p>}
          <ol className="planned">
            {plan.changes.map((change, at) => (
              <Planned
                key={`${at}.${change.kind}.${change.element}`}
                change={change}
                model={model}
                onChange={(next) => plan.amend(at, next)}
                onDrop={() => plan.drop(at)}
              />
            ))}
          </ol>
        </div>
        <div>
          <h3>What would happen</h3>
          <Consequences preview={preview} missing={body ? undefined : error} model={model} />
          <Group gap="xs" mt="sm">
            <Button
              size="xs"
              disabled={!body || !isCertain(preview)}
              onClick={() => setApplying(true)}
            >
              Apply…
            </Button>
            <Button size="xs" variant="default" disabled={plan.changes.length === 0} onClick={plan.clear}>
              Discard all
            </Button>
          </Group>
        </div>
      </div>
      {isApplying && body && (
        <Confirm
          title="Modify this instance"
          call={commands.modifyInstance(key, body)}
          action={plan.changes.length === 1 ? 'Apply 1 change' : `Apply ${plan.changes.length} changes`}
          done="Instance modified"
          onClose={() => setApplying(false)}
          onDone={() => {
            plan.clear();
            onClose();
          }}
        >
          <ul>
            {plan.changes.map((change, at) => (
              <li key={at}>{inWords(change, props)}</li>
            ))}
          </ul>
          <p className="quiet">
            What cancelled elements did outside stays done: compensation is not run. Another
            modification can bring tokens back, not what they lost.
          </p>
        </Confirm>
      )}
    </section>
  );
}

function inWords(change: Change, { model }: { model: TabProps['model'] }): string {
  const at = nameOf(model, change.element);
  const which = 'key' in change && change.key ? `the token …${change.key.slice(-6)}` : 'all tokens';
  if (change.kind === 'add') return `Begin a token at ${at}`;
  if (change.kind === 'cancel') return `Cancel ${which} at ${at}`;
  return `Move ${which} from ${at} to ${nameOf(model, change.to)}`;
}

/** The chosen element and what can be planned for it. */
function Chosen(props: Props & { active: ElementInstance[] }) {
  const { model, element, onElement, plan, active } = props;
  const [key, setKey] = useState<string | null>(null);
  const [scopeKey, setScopeKey] = useState<string | null>(null);
  useEffect(() => {
    setKey(null);
    setScopeKey(null);
  }, [element]);
  const chosen = element ? model.get(element) : undefined;
  const here = active.filter((it) => it.elementId === element);
  const around = active.filter((it) => chosen?.parent && it.elementId === chosen.parent);
  const options = [...model.values()].map((it) => ({
    value: it.id,
    label: it.name === it.id ? it.id : `${it.name} (${typeInWords(it.type)})`,
  }));
  const source = { element: element ?? '', key: key ?? undefined };
  return (
    <div>
      <h3>{plan.source ? 'Where does it go on?' : 'Element'}</h3>
      {plan.source ? (
        <>
          <p className="note" role="status">
            Choose where the token of {nameOf(model, plan.source.element)} goes on: in the diagram, or
            here.
          </p>
          <Select
            size="xs"
            aria-label="Move to"
            placeholder="Move to…"
            searchable
            data={options.filter((it) => canBeginAt(model.get(it.value)) && it.value !== plan.source?.element)}
            value={null}
            onChange={(to) => to && plan.moveTo(to)}
          />
          <Button size="xs" variant="default" mt="xs" onClick={() => plan.moveFrom(undefined)} rightSection={<kbd>Esc</kbd>}>
            Do not move
          </Button>
        </>
      ) : (
        <>
          <Select
            size="xs"
            aria-label="Element to change"
            placeholder="Click an element, or choose…"
            searchable
            clearable
            data={options}
            value={element ?? null}
            onChange={(id) => onElement(id ?? undefined)}
          />
          {chosen && (
            <div className="choices">
              <p className="quiet">
                {here.length === 0 ? 'No token is here.' : here.length === 1 ? '1 token is here.' : `${here.length} tokens are here.`}
              </p>
              {here.length > 1 && (
                <Select
                  size="xs"
                  aria-label="Which token"
                  placeholder={`All ${here.length}`}
                  clearable
                  data={here.map((it) => ({ value: it.elementInstanceKey, label: `…${it.elementInstanceKey.slice(-6)}` }))}
                  value={key}
                  onChange={setKey}
                />
              )}
              {around.length > 1 && (
                <Select
                  size="xs"
                  aria-label="In which scope"
                  placeholder={`In which ${nameOf(model, chosen.parent)}?`}
                  data={around.map((it) => ({ value: it.elementInstanceKey, label: `…${it.elementInstanceKey.slice(-6)}` }))}
                  value={scopeKey}
                  onChange={setScopeKey}
                />
              )}
              <Button size="xs" variant="light" disabled={!canBeginAt(chosen)} onClick={() => plan.plan(added(chosen.id, scopeKey ?? undefined))}>
                Begin a token here
              </Button>
              <Button size="xs" variant="light" disabled={here.length === 0} onClick={() => plan.moveFrom(source)}>
                Move…
              </Button>
              <Button size="xs" variant="light" disabled={here.length === 0} onClick={() => plan.plan(cancelled(source))}>
                Cancel it
              </Button>
            </div>
          )}
        </>
      )}
    </div>
  );
}

function Planned(props: {
  change: Change;
  model: TabProps['model'];
  onChange: (next: Change) => void;
  onDrop: () => void;
}) {
  const { change, model, onChange, onDrop } = props;
  const said = inWords(change, { model });
  return (
    <li>
      <div className="planned-head">
        <span>{said}</span>
        <CloseButton size="sm" onClick={onDrop} aria-label={`Drop: ${said}`} />
      </div>
      {change.kind !== 'cancel' && (
        <details open={change.variables !== ''}>
          <summary>With variables</summary>
          <JsonField
            label="Variables it brings"
            value={change.variables}
            onChange={(variables) => onChange({ ...change, variables })}
            rows={2}
          />
          <Checkbox
            size="xs"
            mt={4}
            label="Only for the element, not the whole process"
            checked={change.isLocal}
            onChange={(event) => onChange({ ...change, isLocal: event.currentTarget.checked })}
          />
        </details>
      )}
    </li>
  );
}
