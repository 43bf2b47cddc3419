// Asks for what an action on a case needs: a reason, a driver, a stage, a person's word.

import { Radio, Select, Textarea, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import { queries } from '../api/queries';
import type { Case } from '../api/types';
import { workCommands } from '../definitions/commands';
import { Confirm } from '../parts/Confirm';
import { useDraft } from '../parts/drafts';
import type { CheckDefinition } from './checks';

export type Asked = 'assign' | 'attest' | 'cancel' | 'evidence' | 'resolve' | 'stage' | 'waive';

interface Props {
  asked: Asked;
  case: Case;
  stages: { id: string; name: string }[];
  /** Those a person can attest now. */
  checks: CheckDefinition[];
  onClose: () => void;
}

export default function CaseDialog({ asked, case: it, stages, checks, onClose }: Props) {
  const key = it.caseKey;
  const me = useQuery(queries.me());
  const words = useDraft(`case.${key}.${asked}`, '');
  const [driver, setDriver] = useState(it.driver ?? me.data?.username ?? '');
  const [stage, setStage] = useState(it.stage ?? '');
  const [check, setCheck] = useState(checks[0]?.id ?? '');
  const [isSolved, setSolved] = useState<boolean>();
  const text = words.text.trim();
  const common = { onClose, onDone: () => words.forget() };
  const area = (label: string, description: string, isNeeded = false): ReactNode => (
    <Textarea
      label={label}
      description={description}
      required={isNeeded}
      data-autofocus
      autosize
      minRows={2}
      value={words.text}
      onChange={(event) => words.setText(event.currentTarget.value)}
    />
  );
  switch (asked) {
    case 'assign':
      return (
        <Confirm {...common} title="Who takes care of it" call={workCommands.assignCase(key, driver || null)} action="Assign the case" done="Case assigned">
          <TextInput
            label="Driver"
            description="Sees to it that the case moves. Empty: nobody."
            data-autofocus
            value={driver}
            onChange={(event) => setDriver(event.currentTarget.value)}
          />
        </Confirm>
      );
    case 'stage':
      return (
        <Confirm {...common} title="Move to another stage" call={workCommands.enterStage(key, stage)} action="Move the case" done="Case moved" isHeld={stage === it.stage}>
          <Select
            label="Stage"
            allowDeselect={false}
            data={stages.map(({ id, name }) => ({ value: id, label: name }))}
            value={stage}
            onChange={(next) => setStage(next ?? '')}
          />
        </Confirm>
      );
    case 'evidence':
      return (
        <Confirm {...common} title="Add evidence" call={workCommands.addEvidence(key, text)} action="Keep it" done="Evidence kept" isHeld={text === ''}>
          {area('What you know', 'Kept with your name. It cannot be changed or taken back.', true)}
        </Confirm>
      );
    case 'resolve':
      return (
        <Confirm {...common} title="Resolve the case" call={workCommands.resolveCase(key, text)} action="The work is done" done="Case resolved">
          <p>Its checks begin now. It closes when all of them pass; one that fails opens it again.</p>
          {area('Comment', 'What was done, for those who read it.')}
        </Confirm>
      );
    case 'attest':
      return (
        <Confirm
          {...common}
          title="Attest the outcome"
          call={workCommands.attestCase(key, check, isSolved ?? false, text)}
          action={isSolved === false ? 'It is not solved' : 'It is solved'}
          done={isSolved === false ? 'The case is open again' : 'Attested'}
          isHeld={isSolved === undefined || check === ''}
        >
          {checks.length > 1 && (
            <Select
              label="Check"
              allowDeselect={false}
              data={checks.map(({ id, name }) => ({ value: id, label: name }))}
              value={check}
              onChange={(next) => setCheck(next ?? '')}
            />
          )}
          <Radio.Group
            label={checks.find(({ id }) => id === check)?.name ?? 'Is it solved?'}
            value={isSolved === undefined ? null : String(isSolved)}
            onChange={(next) => setSolved(next === 'true')}
          >
            <div className="stack">
              <Radio value="true" label="Yes, it is solved" />
              <Radio value="false" label="No: the case is opened again" />
            </div>
          </Radio.Group>
          {area('What was looked at', 'Kept as evidence, with your name.')}
        </Confirm>
      );
    case 'waive':
      return (
        <Confirm {...common} title="Close without the checks" call={workCommands.waiveCase(key, text)} action="Close as waived" done="Case closed as waived" isHeld={text === ''} isDangerous>
          <p>The case is closed as waived, which never counts as verified. It cannot be undone.</p>
          {area('Reason', 'Kept as evidence, with your name.', true)}
        </Confirm>
      );
    default:
      return (
        <Confirm {...common} title="Cancel the case" call={workCommands.cancelCase(key, text)} action="Cancel the case" done="Case cancelled" isHeld={text === ''} isDangerous>
          <p>
            It was no case after all.
            {it.processInstanceKey ? ' The process that runs for it is cancelled too.' : ''} It cannot be undone.
          </p>
          {area('Reason', 'For those who read it.', true)}
        </Confirm>
      );
  }
}
