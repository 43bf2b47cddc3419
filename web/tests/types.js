// The committed types of the API are those of the binary's own description.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import openapiTS, { astToString } from 'openapi-typescript';

export async function apiTypes({ server }) {
  const description = await server.ask('GET', '/api/v1/openapi.json');
  const made = astToString(await openapiTS(description));
  const kept = readFileSync(new URL('../src/api/schema.d.ts', import.meta.url), 'utf8');
  const bare = (text) => text.replaceAll(/\/\*\*[\s\S]*?\*\//g, '').replaceAll(/\s+/g, ' ').trim();
  assert.ok(
    bare(kept) === bare(made),
    'web/src/api/schema.d.ts is not of this binary. Start it and run `npm run api` in web/.',
  );
}
