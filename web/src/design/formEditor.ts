// The form editor.

import { createFormEditor } from '@bpmn-io/form-js-editor';
import '@bpmn-io/form-js/dist/assets/form-js.css';
import '@bpmn-io/form-js/dist/assets/form-js-editor.css';
import type { Editor, Frame } from './editor';

interface FormEditor {
  getSchema: () => object;
  on: (name: string, callback: () => void) => void;
  get: (name: 'selection') => { set: (field: unknown) => void };
  destroy: () => void;
}

export async function open(frame: Frame, schema: string, onChange: () => void): Promise<Editor> {
  const editor = (await createFormEditor({
    container: frame.canvas,
    schema: JSON.parse(schema) as object,
  } as never)) as unknown as FormEditor;
  editor.on('changed', onChange);
  return {
    content: async () => JSON.stringify(editor.getSchema(), null, 2),
    select: () => false,
    mark: () => undefined,
    destroy: () => editor.destroy(),
  };
}
