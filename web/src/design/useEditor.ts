// Opens a model's editor, keeps every change, and has the server check it.

import { useCallback, useEffect, useRef, useState } from 'react';
import { send } from '../api/client';
import { Problem } from '../api/problem';
import type { Checked } from '../api/types';
import { type Draft, keepModel } from './drafts';
import { type Editor, openEditor } from './editor';

const PAUSE_MS = 400;

export function useEditor(model: Draft, name: string) {
  const canvas = useRef<HTMLDivElement>(null);
  const panel = useRef<HTMLDivElement>(null);
  const editor = useRef<Editor>(undefined);
  const [isOpen, setOpen] = useState(false);
  const [error, setError] = useState<unknown>();
  const [checked, setChecked] = useState<Checked>();
  const [checkFailure, setCheckFailure] = useState<unknown>();
  const [saved, setSaved] = useState('');
  const latest = useRef({ model, name });
  latest.current.name = name;

  const check = useCallback(async (content: string) => {
    if (latest.current.model.kind !== 'bpmn') return;
    try {
      const answer = await checkModel(content);
      setChecked(answer);
      setCheckFailure(undefined);
      const problems = answer.resources.flatMap((it) => it.problems);
      editor.current?.mark(
        problems.flatMap((it) =>
          it.elementId ? [{ elementId: it.elementId, isError: isError(it.severity) }] : [],
        ),
      );
    } catch (caught) {
      setCheckFailure(caught);
    }
  }, []);

  useEffect(() => {
    const frame = { canvas: canvas.current, panel: panel.current };
    if (!frame.canvas || !frame.panel) return;
    let isCurrent = true;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const { model: opened } = latest.current;
    const keep = async () => {
      const content = await editor.current?.content();
      if (!content || !isCurrent) return;
      try {
        keepModel({ ...opened, name: latest.current.name, content });
        setSaved('Draft kept in this browser');
      } catch {
        setSaved('This browser has no room left: save a file');
      }
      void check(content);
    };
    const onChange = () => {
      clearTimeout(timer);
      timer = setTimeout(() => void keep(), PAUSE_MS);
    };
    openEditor(opened.kind, frame as never, opened.content, onChange).then(
      (made) => {
        if (!isCurrent) return made.destroy();
        editor.current = made;
        setOpen(true);
        void check(opened.content);
      },
      (caught: unknown) => isCurrent && setError(caught),
    );
    return () => {
      isCurrent = false;
      clearTimeout(timer);
      editor.current?.destroy();
      editor.current = undefined;
    };
  }, [check]);

  return {
    canvas,
    panel,
    isOpen,
    error,
    checked,
    checkFailure,
    saved,
    content: async () => editor.current?.content(),
    select: (elementId: string) => editor.current?.select(elementId) ?? false,
  };
}

export function isError(severity: string): boolean {
  return severity.toLowerCase() === 'error';
}

/** The server's own checker: what it says here it says at a deployment too. */
async function checkModel(xml: string): Promise<Checked> {
  const form = new FormData();
  form.append('resources', new File([xml], 'model.bpmn', { type: 'application/xml' }));
  try {
    return await send<Checked>({ method: 'POST', path: '/api/v1/check', body: form });
  } catch (caught) {
    if (caught instanceof Problem) throw caught;
    throw Problem.offline();
  }
}
