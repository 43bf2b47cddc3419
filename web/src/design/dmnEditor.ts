// The DMN editor: requirements, tables, expressions.

import Modeler from 'dmn-js/lib/Modeler';
import 'dmn-js/dist/assets/diagram-js.css';
import 'dmn-js/dist/assets/dmn-font/css/dmn.css';
import 'dmn-js/dist/assets/dmn-js-shared.css';
import 'dmn-js/dist/assets/dmn-js-drd.css';
import 'dmn-js/dist/assets/dmn-js-decision-table.css';
import 'dmn-js/dist/assets/dmn-js-decision-table-controls.css';
import 'dmn-js/dist/assets/dmn-js-literal-expression.css';
import 'dmn-js/dist/assets/dmn-js-boxed-expression.css';
import 'dmn-js/dist/assets/dmn-js-boxed-expression-controls.css';
import type { Editor, Frame } from './editor';

interface DmnModeler {
  importXML: (xml: string) => Promise<unknown>;
  saveXML: (options: object) => Promise<{ xml: string }>;
  on: (name: string, callback: () => void) => void;
  getViews: () => { id: string; element: { id: string } }[];
  getActiveViewer: () => { on: (name: string, callback: () => void) => void } | undefined;
  open: (view: unknown) => Promise<unknown>;
  destroy: () => void;
}

export async function open(frame: Frame, xml: string, onChange: () => void): Promise<Editor> {
  const modeler = new Modeler({
    container: frame.canvas,
    common: { expressionLanguages: { options: [{ label: 'FEEL', value: 'feel' }] } },
  }) as DmnModeler;
  // Every view (requirements, a table) has a stack of commands of its own.
  const followed = new Set<unknown>();
  modeler.on('views.changed', () => {
    const viewer = modeler.getActiveViewer();
    if (!viewer || followed.has(viewer)) return;
    followed.add(viewer);
    viewer.on('elements.changed', onChange);
    viewer.on('commandStack.changed', onChange);
  });
  await modeler.importXML(xml);
  return {
    content: async () => (await modeler.saveXML({ format: true })).xml,
    select(elementId) {
      const view = modeler.getViews().find(({ element }) => element.id === elementId);
      if (view) void modeler.open(view);
      return view !== undefined;
    },
    mark: () => undefined,
    destroy: () => modeler.destroy(),
  };
}
