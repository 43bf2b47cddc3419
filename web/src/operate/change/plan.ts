// A modification being planned: which tokens are added, moved and cancelled, kept until it is sent.
// Not here: what the server would do (`Consequences.tsx`) and asking the person (`Modify.tsx`).

import { useMemo, useState } from 'react';
import type { ElementCounts, Modification } from '../../api/types';
import type { Mark } from '../../parts/Diagram';
import { useDraft } from '../../parts/drafts';
import { parseJson } from '../../parts/json';
import type { ModelElement } from '../../parts/elements';
import { tokensAt } from '../instance/marks';

/** What a token that begins brings: JSON as it was typed, and in which scope it is set. */
export interface Brought {
  variables: string;
  isLocal: boolean;
}

/** One planned change. Without a key all instances of the element are meant. */
export type Change =
  | ({ kind: 'add'; element: string; scopeKey?: string } & Brought)
  | ({ kind: 'move'; element: string; key?: string; to: string } & Brought)
  | { kind: 'cancel'; element: string; key?: string };

/** What goes on elsewhere, before the person said where. */
export interface Source {
  element: string;
  key?: string;
}

const NOTHING: Brought = { variables: '', isLocal: false };

export const added = (element: string, scopeKey?: string): Change => ({
  kind: 'add',
  element,
  scopeKey,
  ...NOTHING,
});
export const moved = (source: Source, to: string): Change => ({
  kind: 'move',
  ...source,
  to,
  ...NOTHING,
});
export const cancelled = (source: Source): Change => ({ kind: 'cancel', ...source });

/** Where a token cannot begin by itself: it comes by what happens, or with its scope. */
const NO_TARGETS = new Set(['startEvent', 'boundaryEvent']);

export function canBeginAt(element: ModelElement | undefined): boolean {
  return element !== undefined && !NO_TARGETS.has(element.type);
}

/** The request, or why there is none yet. */
export function modificationOf(changes: Change[]): { body?: Modification; error?: string } {
  const body = {
    activateInstructions: [] as NonNullable<Modification['activateInstructions']>,
    moveInstructions: [] as NonNullable<Modification['moveInstructions']>,
    terminateInstructions: [] as NonNullable<Modification['terminateInstructions']>,
  };
  for (const change of changes) {
    if (change.kind === 'cancel') {
      const { element, key } = change;
      body.terminateInstructions.push(key ? { elementInstanceKey: key } : { elementId: element });
      continue;
    }
    const target = change.kind === 'add' ? change.element : change.to;
    const { value, error } = parseJson(change.variables, 'object');
    if (error) return { error: `Variables of ${target}: ${error}` };
    const has = Object.keys(value as object).length > 0;
    const variableInstructions = has
      ? [{ variables: value as never, ...(change.isLocal ? { scopeId: target } : {}) }]
      : [];
    if (change.kind === 'add') {
      body.activateInstructions.push({
        elementId: target,
        ...(change.scopeKey ? { ancestorElementInstanceKey: change.scopeKey } : {}),
        variableInstructions,
      });
    } else {
      body.moveInstructions.push({
        sourceElementInstruction: change.key
          ? { sourceType: 'byKey', sourceElementInstanceKey: change.key }
          : { sourceType: 'byId', sourceElementId: change.element },
        targetElementId: target,
        ancestorScopeInstruction: { ancestorScopeType: 'inferred' },
        variableInstructions,
      });
    }
  }
  return changes.length > 0 ? { body } : { error: 'Nothing is planned yet.' };
}

/** Badges for what is planned: how many tokens come to an element, and whether some go. */
export function planMarks(changes: Change[], counts: ElementCounts[]): Mark[] {
  const tokens = new Map(counts.map((it) => [it.elementId, tokensAt(it)]));
  const comes = new Map<string, number>();
  const goes = new Map<string, number>();
  const count = (of: Map<string, number>, id: string, more: number) =>
    of.set(id, (of.get(id) ?? 0) + more);
  for (const change of changes) {
    const many = 'key' in change && change.key ? 1 : (tokens.get(change.element) ?? 1);
    if (change.kind === 'add') count(comes, change.element, 1);
    if (change.kind === 'move') count(comes, change.to, many);
    if (change.kind !== 'add') count(goes, change.element, many);
  }
  return [
    ...[...comes].map(([elementId, many]) => ({
      elementId,
      kind: 'comes' as const,
      text: `+${many}`,
      title: `${many} will begin here`,
    })),
    ...[...goes].map(([elementId, many]) => ({
      elementId,
      kind: 'goes' as const,
      text: `−${many}`,
      title: `${many} will leave here`,
    })),
  ];
}

function read(text: string): Change[] {
  try {
    return JSON.parse(text) as Change[];
  } catch {
    return [];
  }
}

export interface Plan {
  changes: Change[];
  /** What was chosen to go on elsewhere; the next chosen element is where. */
  source: Source | undefined;
  plan: (change: Change) => void;
  amend: (at: number, change: Change) => void;
  drop: (at: number) => void;
  clear: () => void;
  moveFrom: (source: Source | undefined) => void;
  moveTo: (element: string) => void;
}

/** The plan of an instance; it survives reloads, and a server that restarts. */
export function usePlan(instanceKey: string): Plan {
  const draft = useDraft(`modify.${instanceKey}`, '[]');
  const [source, setSource] = useState<Source>();
  const changes = useMemo(() => read(draft.text), [draft.text]);
  const keep = (next: Change[]) => draft.setText(JSON.stringify(next));
  const plan = (change: Change) => {
    setSource(undefined);
    keep([...changes, change]);
  };
  return {
    changes,
    source,
    plan,
    amend: (at, change) => keep(changes.with(at, change)),
    drop: (at) => keep(changes.toSpliced(at, 1)),
    clear: () => {
      setSource(undefined);
      draft.forget();
    },
    moveFrom: setSource,
    moveTo: (element) => source && source.element !== element && plan(moved(source, element)),
  };
}
