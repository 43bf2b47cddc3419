// What whoever is signed in may do, so that nobody is offered what would be refused. Not here:
// deciding it; the server does, whatever is shown.

import { queryOptions, useQuery } from '@tanstack/react-query';
import { client, data } from './client';
import { queries } from './queries';
import { type Can, canOf, type Rights } from './rights';

const ADMINISTRATORS = 'admin';
const GRANTS_MAX = 10_000;

const rights = queryOptions({
  queryKey: ['rights'],
  queryFn: async ({ client: cache }): Promise<Rights> => {
    const { authentication } = await cache.fetchQuery(queries.session());
    if (!authentication) return 'all';
    const { roles } = await data(client.GET('/v2/authentication/me'));
    if (roles.includes(ADMINISTRATORS)) return 'all';
    const own = await data(
      client.POST('/v2/authentication/me/authorizations/search', { body: { page: { limit: GRANTS_MAX } } }),
    );
    return own.items;
  },
  staleTime: 30_000,
});

const everything = canOf('all');
const nothing = canOf([]);

/** Nothing as long as it is not known; everything when it cannot be asked: the server decides. */
export function useCan(): Can {
  const query = useQuery(rights);
  if (query.data) return canOf(query.data);
  return query.error ? everything : nothing;
}

/** Whether it is known by now. */
export function useKnowsRights(): boolean {
  const query = useQuery(rights);
  return query.data !== undefined || query.error !== null;
}
