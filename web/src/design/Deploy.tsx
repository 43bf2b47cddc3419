// Deploys a model: what it becomes, what it leaves alone.

import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { commands } from '../api/commands';
import { queries } from '../api/queries';
import { Confirm } from '../parts/Confirm';

interface Deployed {
  deployments: { processDefinition?: { processDefinitionKey: string } }[];
}

export function Deploy(props: {
  file: { name: string; content: string };
  processes: string[];
  onClose: () => void;
}) {
  const { file, processes, onClose } = props;
  const navigate = useNavigate();
  const onDone = (answer: unknown) => {
    const key = (answer as Deployed).deployments.find((it) => it.processDefinition)?.processDefinition
      ?.processDefinitionKey;
    if (!key) return;
    void navigate({ to: '/operate/processes/$definitionKey', params: { definitionKey: key } });
  };
  return (
    <Confirm
      title={`Deploy ${file.name}`}
      call={commands.deploy([file])}
      action="Deploy"
      done={`${file.name} deployed`}
      onClose={onClose}
      onDone={onDone}
    >
      {processes.map((id) => (
        <Impact key={id} processDefinitionId={id} />
      ))}
      {processes.length === 0 && <p>It becomes the latest version from now on.</p>}
    </Confirm>
  );
}

function Impact({ processDefinitionId }: { processDefinitionId: string }) {
  const definitions = useQuery(queries.definitions());
  const counts = useQuery(queries.processCounts());
  const versions = definitions.data?.filter((it) => it.processDefinitionId === processDefinitionId);
  const count = counts.data?.items.find((it) => it.processDefinitionId === processDefinitionId);
  const running = count
    ? count.activeInstancesWithIncidentCount + count.activeInstancesWithoutIncidentCount
    : 0;
  const latest = Math.max(0, ...(versions ?? []).map((it) => it.version));
  return (
    <dl className="facts is-column">
      <div>
        <dt>Process</dt>
        <dd>
          <code>{processDefinitionId}</code>
        </dd>
      </div>
      <div>
        <dt>Becomes</dt>
        <dd>{latest === 0 ? 'version 1, a new process' : `version ${latest + 1}, unless nothing changed`}</dd>
      </div>
      <div>
        <dt>Running instances</dt>
        <dd>
          {running === 0 ? 'none' : `${running}, which stay on their version`}
        </dd>
      </div>
      <div>
        <dt>New starts</dt>
        <dd>
          by key keep their version; by process id, message or timer they take the new one from now on
        </dd>
      </div>
    </dl>
  );
}
