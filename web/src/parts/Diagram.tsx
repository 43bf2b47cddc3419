// A BPMN diagram to look at: marks on elements, selection by pointer, fitted to its frame.
// Not here: editing (`design/`), and what the marks mean.

import { useEffect, useRef, useState } from 'react';
import 'bpmn-js/dist/assets/diagram-js.css';
import 'bpmn-js/dist/assets/bpmn-js.css';
import { Failure } from './Failure';
import { Skeleton } from './Empty';

/** A badge at an element; `text` is shown as text, whatever is in it. */
export interface Mark {
  elementId: string;
  text: string;
  title: string;
  kind: 'active' | 'incident' | 'done' | 'cancelled' | 'heat' | 'comes' | 'goes';
}

export interface DiagramProps {
  xml: string | undefined;
  label: string;
  marks?: Mark[];
  /** CSS classes of elements and sequence flows. */
  classes?: { id: string; name: string }[];
  selected?: string;
  onSelect?: (elementId: string | undefined) => void;
}

interface Viewer {
  importXML: (xml: string) => Promise<unknown>;
  destroy: () => void;
  get: (name: string) => never;
  on: (name: string, callback: (event: { element: Shape }) => void) => void;
}
interface Shape {
  id: string;
  type: string;
  width?: number;
}
interface Canvas {
  zoom: (to: 'fit-viewport' | number, center?: 'auto') => number;
  viewbox: (box?: object) => { inner: Box; outer: { width: number; height: number } };
  addMarker: (id: string, name: string) => void;
  removeMarker: (id: string, name: string) => void;
}
interface Box {
  x: number;
  y: number;
  width: number;
  height: number;
}
interface Overlays {
  add: (id: string, type: string, overlay: object) => string;
  remove: (filter: { type: string }) => void;
}
interface Registry {
  get: (id: string) => Shape | undefined;
}

const PADDING = 40;

/** Another model is another drawing: nothing is marked on one that is gone. */
export default function Diagram(props: DiagramProps) {
  return <Drawing key={props.xml} {...props} />;
}

function Drawing(props: DiagramProps) {
  const { xml, label, marks, classes, selected, onSelect } = props;
  const frame = useRef<HTMLDivElement>(null);
  const [viewer, setViewer] = useState<Viewer>();
  const [error, setError] = useState<unknown>();
  const select = useRef(onSelect);
  select.current = onSelect;

  useEffect(() => {
    if (viewer) mark(viewer, marks ?? []);
  }, [viewer, marks]);
  useEffect(() => {
    if (viewer) return paint(viewer, classes ?? []);
  }, [viewer, classes]);
  useEffect(() => {
    if (viewer && selected) return paint(viewer, [{ id: selected, name: 'is-selected' }]);
  }, [viewer, selected]);

  // The last of the effects: what is painted is taken off before the viewer is destroyed.
  useEffect(() => {
    if (!xml || !frame.current) return;
    let isCurrent = true;
    let made: Viewer | undefined;
    const container = frame.current;
    void open(container, xml, (id) => select.current?.(id)).then(
      (opened) => {
        made = opened;
        if (isCurrent) setViewer(opened);
        else opened.destroy();
      },
      (caught: unknown) => isCurrent && setError(caught),
    );
    return () => {
      isCurrent = false;
      made?.destroy();
    };
  }, [xml]);

  if (error) return <Failure error={error} doing="draw the diagram" />;
  return (
    <figure className="diagram" aria-label={label}>
      <div className="diagram-frame" ref={frame} data-drawn={viewer ? 'yes' : 'no'}>
        {!viewer && <Skeleton rows={3} />}
      </div>
      {viewer && (
        <div className="diagram-tools">
          <button type="button" onClick={() => fit(viewer)} aria-label="Fit the diagram">
            ⤢
          </button>
          <button type="button" onClick={() => scale(viewer, 1.25)} aria-label="Zoom in">
            +
          </button>
          <button type="button" onClick={() => scale(viewer, 0.8)} aria-label="Zoom out">
            −
          </button>
        </div>
      )}
    </figure>
  );
}

async function open(
  container: HTMLElement,
  xml: string,
  onSelect: (id: string | undefined) => void,
): Promise<Viewer> {
  const { default: NavigatedViewer } = await import('bpmn-js/lib/NavigatedViewer');
  const viewer = new NavigatedViewer({
    container,
    bpmnRenderer: {
      defaultFillColor: 'var(--diagram-fill)',
      defaultStrokeColor: 'var(--diagram-stroke)',
      defaultLabelColor: 'var(--diagram-label)',
    },
  }) as unknown as Viewer;
  await viewer.importXML(xml);
  fit(viewer);
  viewer.on('element.click', ({ element }) => {
    const isPlane = element.type === 'bpmn:Process' || element.type === 'bpmn:Collaboration';
    onSelect(isPlane || element.width === undefined ? undefined : element.id.replace(/_label$/, ''));
  });
  return viewer;
}

/** Fits with room for badges at the edges. */
function fit(viewer: Viewer): void {
  const canvas = viewer.get('canvas') as Canvas;
  canvas.zoom('fit-viewport', 'auto');
  const { inner, outer } = canvas.viewbox();
  if (outer.width === 0 || inner.width === 0) return;
  const width = inner.width + 2 * PADDING;
  const height = inner.height + 2 * PADDING;
  const zoom = Math.min(outer.width / width, outer.height / height, 1.2);
  canvas.viewbox({
    x: inner.x - (outer.width / zoom - inner.width) / 2,
    y: inner.y - (outer.height / zoom - inner.height) / 2,
    width: outer.width / zoom,
    height: outer.height / zoom,
  });
}

function scale(viewer: Viewer, by: number): void {
  const canvas = viewer.get('canvas') as Canvas & { zoom: (to?: number) => number };
  canvas.zoom(canvas.zoom() * by);
}

const PLACES: Record<Mark['kind'], object> = {
  active: { bottom: 12, left: -12 },
  incident: { top: -12, left: -12 },
  done: { bottom: 12, right: 14 },
  cancelled: { bottom: 12, right: 44 },
  heat: { top: -14, right: 30 },
  comes: { top: -12, right: 14 },
  goes: { top: -12, left: 24 },
};

function mark(viewer: Viewer, marks: Mark[]): void {
  const overlays = viewer.get('overlays') as Overlays;
  const registry = viewer.get('elementRegistry') as Registry;
  overlays.remove({ type: 'segue' });
  for (const { elementId, text, title, kind } of marks) {
    // A mark may be of an element that only another version has.
    if (!registry.get(elementId)) continue;
    const badge = document.createElement('div');
    badge.className = `badge badge-${kind}`;
    badge.textContent = text;
    badge.title = title;
    overlays.add(elementId, 'segue', { position: PLACES[kind], html: badge });
  }
}

function paint(viewer: Viewer, classes: { id: string; name: string }[]): () => void {
  const canvas = viewer.get('canvas') as Canvas;
  const registry = viewer.get('elementRegistry') as Registry;
  const painted = classes.filter(({ id }) => registry.get(id));
  for (const { id, name } of painted) canvas.addMarker(id, name);
  return () => {
    for (const { id, name } of painted) {
      if (registry.get(id)) canvas.removeMarker(id, name);
    }
  };
}
