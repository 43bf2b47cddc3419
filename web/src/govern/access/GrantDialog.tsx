// Gives an authorization, or changes one: on what, to whom, and what they may.

import { Checkbox, Select, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Confirm } from '../../parts/Confirm';
import { inWords } from '../../parts/Status';
import { accessCommands, accessQueries, type Grant, kinds, type Kind } from './parties';
import { resourceKinds } from './permissions';

interface Props {
  grant?: Grant;
  owner?: { ownerType: Kind; ownerId: string };
  onClose: () => void;
}

export function GrantDialog({ grant, owner, onClose }: Props) {
  const [ownerType, setOwnerType] = useState<Kind>(grant?.ownerType ?? owner?.ownerType ?? 'USER');
  const [ownerId, setOwnerId] = useState(grant?.ownerId ?? owner?.ownerId ?? '');
  const [resourceType, setResourceType] = useState(grant?.resourceType ?? 'PROCESS_DEFINITION');
  const [resourceId, setResourceId] = useState(grant?.resourceId ?? '*');
  const [permissionTypes, setPermissionTypes] = useState(grant?.permissionTypes ?? []);
  const owners = useQuery(accessQueries.parties(ownerType));
  const kind = resourceKinds.find((it) => it.type === resourceType);
  const whole = { ownerType, ownerId, resourceType, resourceId, permissionTypes };
  const isKnown = grant !== undefined || owner !== undefined;
  // Words the server has and this page does not know stay as they are.
  const choices = { ...kind?.permissions };
  for (const word of permissionTypes) choices[word] ??= word;
  return (
    <Confirm
      title={grant ? 'Change an authorization' : 'Grant something'}
      call={grant ? accessCommands.changeGrant(grant.authorizationKey, whole) : accessCommands.grant(whole)}
      action={grant ? 'Change it' : 'Grant it'}
      done={grant ? 'Changed' : 'Granted'}
      isHeld={ownerId === '' || resourceId === '' || permissionTypes.length === 0}
      onClose={onClose}
    >
      {isKnown ? (
        <p>
          To {inWords(ownerType).toLowerCase()} <strong>{ownerId}</strong>.
        </p>
      ) : (
        <>
          <Select
            label="To a"
            allowDeselect={false}
            data={kinds.map((it) => ({ value: it.kind, label: it.one }))}
            value={ownerType}
            onChange={(next) => {
              setOwnerType((next ?? 'USER') as Kind);
              setOwnerId('');
            }}
          />
          <Select
            label="Which"
            searchable
            data={(owners.data ?? []).map((it) => it.id)}
            value={ownerId || null}
            onChange={(next) => setOwnerId(next ?? '')}
          />
        </>
      )}
      <Select
        label="On"
        allowDeselect={false}
        searchable
        data={resourceKinds.map((it) => ({ value: it.type, label: inWords(it.type) }))}
        value={resourceType}
        onChange={(next) => {
          setResourceType(next ?? 'PROCESS_DEFINITION');
          setResourceId('*');
          setPermissionTypes([]);
        }}
      />
      <TextInput
        label="Which of them"
        description={kind?.ids === 'all' ? 'These are granted on all: *' : `* for all, or ${kind?.ids ?? 'an id'}.`}
        required
        value={resourceId}
        onChange={(event) => setResourceId(event.currentTarget.value)}
      />
      <Checkbox.Group label="May" value={permissionTypes} onChange={setPermissionTypes}>
        <div className="stack">
          {Object.entries(choices).map(([word, words]) => (
            <Checkbox key={word} value={word} label={words} description={<code>{word}</code>} />
          ))}
        </div>
      </Checkbox.Group>
    </Confirm>
  );
}
