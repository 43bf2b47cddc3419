// One model being designed: its editor, what the server's checker says of it, and deploying it.

import { Button, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link, useParams } from '@tanstack/react-router';
import { useState } from 'react';
import { useCan } from '../api/may';
import { queries } from '../api/queries';
import { download } from '../parts/csv';
import { Empty, Skeleton } from '../parts/Empty';
import { Failure } from '../parts/Failure';
import { Page } from '../parts/Page';
import { Deploy } from './Deploy';
import { type Draft as Model, keepModel, readModel } from './drafts';
import { ProblemList } from './ProblemList';
import { fileEnds } from './templates';
import { useEditor } from './useEditor';

export default function Draft() {
  const { draftId = '' } = useParams({ strict: false });
  const definitionKey = /^of-(\d+)$/.exec(draftId)?.[1];
  const kept = readModel(draftId);
  const xml = useQuery({
    ...queries.definitionXml(definitionKey ?? ''),
    enabled: definitionKey !== undefined && !kept,
  });
  const definitions = useQuery(queries.definitions());
  if (kept) return <Editing key={draftId} model={kept} />;
  if (!definitionKey) {
    return (
      <Page title="No such draft" place="Design" crumbs={<Link to="/design">Design</Link>}>
        <Empty title="This browser has no such draft">
          Drafts are kept in the browser they were made in.
        </Empty>
      </Page>
    );
  }
  if (xml.error) return <Failure error={xml.error} doing="read the process" />;
  if (!xml.data || !definitions.data) return <Skeleton />;
  const of = definitions.data.find((it) => it.processDefinitionKey === definitionKey);
  const name = of?.name ?? of?.processDefinitionId ?? 'Process';
  const model: Model = { id: draftId, kind: 'bpmn', name, content: xml.data, changedAt: '' };
  return <Editing key={draftId} model={model} />;
}

function Editing({ model }: { model: Model }) {
  const [name, setName] = useState(model.name);
  const editor = useEditor(model, name);
  const can = useCan();
  const [deploying, setDeploying] = useState<{ name: string; content: string }>();
  const file = `${name.trim().toLowerCase().replaceAll(/[^a-z0-9]+/g, '-') || 'model'}${fileEnds[model.kind]}`;
  const rename = (next: string) => {
    setName(next);
    void editor.content().then((content) => content && keepModel({ ...model, name: next, content }));
  };
  const withContent = async (use: (content: string) => void) => {
    const content = await editor.content();
    if (content) use(content);
  };
  return (
    <Page
      title={name}
      place="Design"
      crumbs={<Link to="/design">Design</Link>}
      status={
        <span className="quiet" role="status">
          {editor.saved}
        </span>
      }
      actions={
        <>
          <TextInput
            size="xs"
            aria-label="Name of the draft"
            value={name}
            onChange={(event) => rename(event.currentTarget.value)}
          />
          <Button
            size="xs"
            variant="default"
            onClick={() => void withContent((text) => download(file, text, 'application/xml'))}
          >
            Save file
          </Button>
          {can('CREATE', 'RESOURCE') && (
            <Button
              size="xs"
              disabled={editor.checked?.deployable === false}
              title={editor.checked?.deployable === false ? 'Mend the errors below first' : undefined}
              onClick={() => void withContent((content) => setDeploying({ name: file, content }))}
            >
              Deploy…
            </Button>
          )}
        </>
      }
    >
      {editor.error !== undefined && <Failure error={editor.error} doing="open the model" />}
      <div className={`designer is-${model.kind}`}>
        <div className="designer-canvas" ref={editor.canvas} data-drawn={editor.isOpen ? 'yes' : 'no'} />
        <div className="designer-panel" ref={editor.panel} />
      </div>
      {model.kind === 'bpmn' && (
        <ProblemList checked={editor.checked} failure={editor.checkFailure} onSelect={editor.select} />
      )}
      {deploying && (
        <Deploy
          file={deploying}
          processes={editor.checked?.resources.flatMap((it) => it.processes) ?? []}
          onClose={() => setDeploying(undefined)}
        />
      )}
    </Page>
  );
}
