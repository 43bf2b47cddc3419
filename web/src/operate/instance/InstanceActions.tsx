// What can be done to an instance as a whole: stand still, go on, be modified, be migrated, end.

import { Button } from '@mantine/core';
import { lazy, Suspense, useState } from 'react';
import { commands } from '../../api/commands';
import { useCan } from '../../api/may';
import type { Instance } from '../../api/types';
import type { ModelElement } from '../../parts/elements';
import { useCommand } from '../../parts/useCommand';
import { Failure } from '../../parts/Failure';
import type { Asked } from './InstanceDialog';

const InstanceDialog = lazy(() => import('./InstanceDialog'));


interface Props {
  instance: Instance;
  name: string;
  model: Map<string, ModelElement>;
  /** How many changes are planned and not applied yet. */
  planned: number;
  mode: string | undefined;
  onMode: (mode: string | undefined) => void;
}

export function InstanceActions(props: Props) {
  const { instance, name, model, planned, mode, onMode } = props;
  const [asked, setAsked] = useState<Asked>();
  const resuming = useCommand();
  const can = useCan();
  const may = (permission: string) => can(permission, 'PROCESS_DEFINITION', instance.processDefinitionId);
  const mayUpdate = may('UPDATE_PROCESS_INSTANCE');
  const key = instance.processInstanceKey;
  const said = `${name} ${instance.businessId ?? key}`;
  const close = () => setAsked(undefined);
  const toggle = (of: string) => onMode(mode === of ? undefined : of);
  return (
    <>
      {resuming.error !== undefined && <Failure error={resuming.error} doing="resume the instance" />}
      {!mayUpdate ? null : instance.state === 'SUSPENDED' ? (
        <Button
          size="xs"
          loading={resuming.isSending}
          onClick={() => void resuming.run(commands.resumeInstance(key), 'Instance goes on')}
        >
          Resume
        </Button>
      ) : (
        <Button size="xs" variant="default" onClick={() => setAsked('suspend')}>
          Suspend…
        </Button>
      )}
      {may('MODIFY_PROCESS_INSTANCE') && (
        <Button size="xs" variant={mode === 'modify' ? 'light' : 'default'} aria-pressed={mode === 'modify'} onClick={() => toggle('modify')}>
          {planned > 0 ? `Modify (${planned} planned)` : 'Modify'}
        </Button>
      )}
      {mayUpdate && (
        <Button size="xs" variant={mode === 'migrate' ? 'light' : 'default'} aria-pressed={mode === 'migrate'} onClick={() => toggle('migrate')}>
          Migrate
        </Button>
      )}
      {may('CANCEL_PROCESS_INSTANCE') && (
        <Button size="xs" variant="default" onClick={() => setAsked('cancel')}>
          Cancel instance…
        </Button>
      )}
      {asked && (
        <Suspense fallback={null}>
          <InstanceDialog asked={asked} instance={instance} said={said} model={model} onClose={close} />
        </Suspense>
      )}
    </>
  );
}
