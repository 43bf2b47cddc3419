// Who there is: users, clients, groups and roles, seen alike. Not here: showing them.

import { queryOptions } from '@tanstack/react-query';
import { send } from '../../api/client';
import type { Call } from '../../api/curl';
import type { Found } from '../../api/types';

export type Kind = 'CLIENT' | 'GROUP' | 'ROLE' | 'USER';

/** One of them; what a kind does not have is absent. */
export interface Party {
  id: string;
  name: string;
  email?: string | null;
  description?: string | null;
}

interface KindOf {
  kind: Kind;
  /** In the URL. */
  path: string;
  /** Under the API. */
  api: string;
  /** The field of its id. */
  idField: string;
  one: string;
  many: string;
  about: string;
}

export const kinds: KindOf[] = [
  {
    kind: 'USER', path: 'users', api: '/v2/users', idField: 'username', one: 'user', many: 'Users',
    about: 'People with a password. What they may do is granted to them, their groups and their roles.',
  },
  {
    kind: 'CLIENT', path: 'clients', api: '/api/v1/clients', idField: 'clientId', one: 'client', many: 'Clients',
    about: 'Programs with a secret of their own, by OAuth 2.0 client credentials.',
  },
  {
    kind: 'GROUP', path: 'groups', api: '/v2/groups', idField: 'groupId', one: 'group', many: 'Groups',
    about: 'Users and clients that belong together: tasks are for them, and grants.',
  },
  {
    kind: 'ROLE', path: 'roles', api: '/v2/roles', idField: 'roleId', one: 'role', many: 'Roles',
    about: 'What users, clients and groups are. Whoever has the role admin may do everything.',
  },
];

export function kindAt(path: string | undefined): KindOf | undefined {
  return kinds.find((it) => it.path === path);
}

export function kindOf(kind: Kind): KindOf {
  return kinds.find((it) => it.kind === kind) as KindOf;
}

const PAGE = 1_000;

async function all<T>(path: string, filter: object = {}): Promise<T[]> {
  const items: T[] = [];
  let after: string | undefined;
  do {
    const found: Found<T> = await send({ method: 'POST', path, body: { filter, page: { limit: PAGE, after } } });
    items.push(...found.items);
    after = found.items.length === PAGE ? (found.page.endCursor ?? undefined) : undefined;
  } while (after);
  return items;
}

function asParty(item: Record<string, string | null>, idField: string): Party {
  const { name, email, description } = item;
  return { id: item[idField] ?? '', name: name ?? '', email, description };
}

/** An authorization: what is granted to whom. */
export interface Grant {
  authorizationKey: string;
  ownerId: string;
  ownerType: Kind;
  resourceId: string;
  resourceType: string;
  permissionTypes: string[];
}

export const accessQueries = {
  parties: (kind: Kind) =>
    queryOptions({
      queryKey: ['parties', kind],
      queryFn: async (): Promise<Party[]> => {
        const { api, idField } = kindOf(kind);
        const items = await all<Record<string, string | null>>(`${api}/search`);
        return items.map((item) => asParty(item, idField)).sort((a, b) => a.id.localeCompare(b.id));
      },
    }),
  members: (of: Kind, id: string, member: Kind) =>
    queryOptions({
      queryKey: ['members', of, id, member],
      queryFn: async (): Promise<string[]> => {
        const { api } = kindOf(of);
        const { path, idField } = kindOf(member);
        const items = await all<Record<string, string>>(`${api}/${encodeURIComponent(id)}/${path}/search`);
        return items.map((item) => item[idField] ?? '').sort();
      },
    }),
  grants: (filter: Partial<Record<'ownerId' | 'ownerType' | 'resourceType', string>>) =>
    queryOptions({
      queryKey: ['grants', filter],
      queryFn: () => all<Grant>('/v2/authorizations/search', filter),
    }),
};

/** Which kinds may be members of a kind. */
export const memberKinds: Partial<Record<Kind, Kind[]>> = {
  GROUP: ['USER', 'CLIENT'],
  ROLE: ['USER', 'GROUP', 'CLIENT'],
};

const at = (kind: Kind, id: string) => `${kindOf(kind).api}/${encodeURIComponent(id)}`;

export const accessCommands = {
  createParty: (kind: Kind, party: Party, password: string): Call => {
    const { api, idField } = kindOf(kind);
    const { id, name, email, description } = party;
    const body = {
      [idField]: id,
      // A group and a role have a name; others may have one.
      ...(name || kind === 'GROUP' || kind === 'ROLE' ? { name: name || id } : {}),
      ...(kind === 'USER' ? { password, ...(email ? { email } : {}) } : {}),
      ...(description ? { description } : {}),
    };
    return { method: 'POST', path: api, body };
  },
  updateParty: (kind: Kind, party: Party, password: string): Call => {
    const { id, name, email, description } = party;
    const body =
      kind === 'USER'
        ? { name, ...(email ? { email } : {}), ...(password ? { password } : {}) }
        : { name, description: description ?? '' };
    return { method: 'PUT', path: at(kind, id), body };
  },
  deleteParty: (kind: Kind, id: string): Call => ({ method: 'DELETE', path: at(kind, id) }),
  renewSecret: (id: string): Call => ({ method: 'POST', path: `${at('CLIENT', id)}/secret` }),
  join: (of: Kind, id: string, member: Kind, memberId: string): Call => ({
    method: 'PUT',
    path: `${at(of, id)}/${kindOf(member).path}/${encodeURIComponent(memberId)}`,
  }),
  leave: (of: Kind, id: string, member: Kind, memberId: string): Call => ({
    method: 'DELETE',
    path: `${at(of, id)}/${kindOf(member).path}/${encodeURIComponent(memberId)}`,
  }),
  grant: (grant: Omit<Grant, 'authorizationKey'>): Call => ({
    method: 'POST',
    path: '/v2/authorizations',
    body: grant,
  }),
  changeGrant: (key: string, grant: Omit<Grant, 'authorizationKey'>): Call => ({
    method: 'PUT',
    path: `/v2/authorizations/${key}`,
    body: grant,
  }),
  takeBack: (key: string): Call => ({ method: 'DELETE', path: `/v2/authorizations/${key}` }),
};
