// The question before an instance stands still or ends. Not here: the buttons that ask it.

import { commands } from '../../api/commands';
import type { Call } from '../../api/curl';
import type { Instance } from '../../api/types';
import { Confirm } from '../../parts/Confirm';
import type { ModelElement } from '../../parts/elements';
import { Consequences, usePreview } from '../change/Consequences';

export type Asked = 'suspend' | 'cancel';

export default function InstanceDialog(props: {
  asked: Asked;
  instance: Instance;
  /** Its name and business id. */
  said: string;
  model: Map<string, ModelElement>;
  onClose: () => void;
}) {
  const { asked, instance, said, model, onClose: close } = props;
  const key = instance.processInstanceKey;
  return (
    <>
      {asked === 'suspend' && (
        <Confirm
          title="Suspend this instance"
          call={commands.suspendInstance(key)}
          action="Suspend the instance"
          done="Instance suspended"
          onClose={close}
        >
          <p>
            {said} stands still: its jobs are not handed out, its timers and messages wait. What
            workers already hold is taken in and goes on later. Resuming loses nothing.
          </p>
        </Confirm>
      )}
      {asked === 'cancel' && (
        <Confirm
          title="Cancel this instance"
          call={commands.cancelInstance(key)}
          action="Cancel the instance"
          done="Instance cancelled"
          isDangerous
          onClose={close}
        >
          <p>{said} ends where it is. This cannot be undone; its history stays.</p>
          <Ending
            call={{ method: 'POST', path: `/api/v1/process-instances/${key}/cancellation-preview` }}
            model={model}
          />
        </Confirm>
      )}
    </>
  );
}

function Ending({ call, model }: { call: Call; model: Map<string, ModelElement> }) {
  const preview = usePreview(call);
  return <Consequences preview={preview} model={model} />;
}
