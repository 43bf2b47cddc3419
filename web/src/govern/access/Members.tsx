// Who belongs to a group or has a role, and to what a user, a client or a group belongs.

import '../../style/closure.css';
import { Button, Group, Select } from '@mantine/core';
import { useQueries, useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { useCan } from '../../api/may';
import { Failure } from '../../parts/Failure';
import { useCommand } from '../../parts/useCommand';
import { accessCommands, accessQueries, kindOf, type Kind, memberKinds } from './parties';

export function Members({ kind, id }: { kind: Kind; id: string }) {
  return memberKinds[kind]?.map((member) => <MembersOf key={member} of={kind} id={id} member={member} />);
}

function MembersOf({ of, id, member }: { of: Kind; id: string; member: Kind }) {
  const can = useCan();
  const query = useQuery(accessQueries.members(of, id, member));
  const command = useCommand();
  const mayChange = can('UPDATE', of);
  const { many } = kindOf(member);
  return (
    <section aria-label={many}>
      <h2>{many}</h2>
      {query.error && <Failure error={query.error} doing={`read the ${many.toLowerCase()}`} />}
      {command.error !== undefined && <Failure error={command.error} doing="change who belongs to it" />}
      <ul className="tags">
        {query.data?.length === 0 && <li className="quiet">None</li>}
        {query.data?.map((one) => (
          <li key={one} className="tag">
            <PartyLink kind={member} id={one} />
            {mayChange && (
              <button
                type="button"
                className="link"
                aria-label={`Take ${one} out`}
                title={`Take ${one} out`}
                onClick={() => void command.run(accessCommands.leave(of, id, member, one), `${one} is out`)}
              >
                ✕
              </button>
            )}
          </li>
        ))}
      </ul>
      {mayChange && <Add of={of} id={id} member={member} known={query.data ?? []} />}
    </section>
  );
}

function Add({ of, id, member, known }: { of: Kind; id: string; member: Kind; known: string[] }) {
  const all = useQuery(accessQueries.parties(member));
  const command = useCommand();
  const [chosen, setChosen] = useState<string | null>(null);
  const { one } = kindOf(member);
  const options = all.data?.filter((it) => !known.includes(it.id)) ?? [];
  const add = async () => {
    if (chosen && (await command.run(accessCommands.join(of, id, member, chosen), `${chosen} is in`))) setChosen(null);
  };
  return (
    <Group gap="xs">
      <Select
        size="xs"
        aria-label={`A ${one} to add`}
        placeholder={options.length === 0 ? `There is no other ${one}` : `A ${one} to add`}
        data={options.map((it) => ({ value: it.id, label: it.name && it.name !== it.id ? `${it.id} (${it.name})` : it.id }))}
        searchable
        value={chosen}
        onChange={setChosen}
      />
      <Button size="xs" variant="default" disabled={!chosen} loading={command.isSending} onClick={() => void add()}>
        Add {one}
      </Button>
      {command.error !== undefined && <Failure error={command.error} doing={`add the ${one}`} />}
    </Group>
  );
}

/** Groups and roles that have it as a member. */
export function Memberships({ kind, id }: { kind: Kind; id: string }) {
  const holders: Kind[] = (['GROUP', 'ROLE'] as const).filter((it) => memberKinds[it]?.includes(kind));
  return holders.map((holder) => <MembershipsIn key={holder} holder={holder} kind={kind} id={id} />);
}

function MembershipsIn({ holder, kind, id }: { holder: Kind; kind: Kind; id: string }) {
  const can = useCan();
  const { many } = kindOf(holder);
  const all = useQuery({ ...accessQueries.parties(holder), enabled: can('READ', holder) });
  const members = useQueries({
    queries: (all.data ?? []).map((it) => accessQueries.members(holder, it.id, kind)),
  });
  if (!all.data) return null;
  const held = all.data.filter((_, at) => members[at]?.data?.includes(id));
  return (
    <section aria-label={`${many} it belongs to`}>
      <h2>{many}</h2>
      <ul className="tags">
        {held.length === 0 && <li className="quiet">None</li>}
        {held.map((it) => (
          <li key={it.id} className="tag">
            <PartyLink kind={holder} id={it.id} />
          </li>
        ))}
      </ul>
    </section>
  );
}

export function PartyLink({ kind, id }: { kind: Kind; id: string }) {
  return (
    <Link to="/govern/access/$kinds/$partyId" params={{ kinds: kindOf(kind).path, partyId: id }}>
      {id}
    </Link>
  );
}
