// What every editor of a model can do; each is loaded when it is opened.

import type { Kind } from './drafts';

export interface Editor {
  content: () => Promise<string>;
  /** Brings the element into view and selects it; false if there is no such element. */
  select: (elementId: string) => boolean;
  /** Marks elements that have problems. */
  mark: (problems: { elementId: string; isError: boolean }[]) => void;
  destroy: () => void;
}

export interface Frame {
  canvas: HTMLElement;
  panel: HTMLElement;
}

export async function openEditor(
  kind: Kind,
  frame: Frame,
  content: string,
  onChange: () => void,
): Promise<Editor> {
  if (kind === 'bpmn') return (await import('./bpmnEditor')).open(frame, content, onChange);
  if (kind === 'dmn') return (await import('./dmnEditor')).open(frame, content, onChange);
  return (await import('./formEditor')).open(frame, content, onChange);
}
