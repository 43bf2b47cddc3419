// How the workspace asks the server: reads typed from our OpenAPI, commands as values that can be
// shown before they are sent. Not here: which commands there are (`commands.ts`).

import createClient, { type Middleware } from 'openapi-fetch';
import type { Call } from './curl';
import { Problem } from './problem';
import type { paths } from './schema';
import { heard } from './session';

export const client = createClient<paths>({ baseUrl: location.origin });

const problems: Middleware = {
  async onResponse({ response }) {
    heard(response.status, new URL(response.url).pathname);
    if (!response.ok) throw await Problem.of(response);
  },
  onError({ error }) {
    // Anything but an answer: refused, reset, aborted by a restart.
    return error instanceof Problem ? error : Problem.offline();
  },
};
client.use(problems);

/** The data of an answer; problems were thrown before. */
export async function data<T>(asked: Promise<{ data?: T }>): Promise<T> {
  return (await asked).data as T;
}

/** Carries a command out; the key makes a repeated click one effect where the server knows it. */
export async function send<T>(call: Call, idempotencyKey?: string): Promise<T> {
  const isForm = call.body instanceof FormData;
  const headers = new Headers({ accept: 'application/json' });
  if (call.body !== undefined && !isForm) headers.set('content-type', 'application/json');
  if (idempotencyKey) headers.set('idempotency-key', idempotencyKey);
  let response: Response;
  try {
    response = await fetch(call.path, {
      method: call.method,
      headers,
      body: isForm ? (call.body as FormData) : JSON.stringify(call.body),
    });
  } catch {
    throw Problem.offline();
  }
  heard(response.status, call.path);
  if (!response.ok) throw await Problem.of(response);
  const text = await response.text();
  return (text ? JSON.parse(text) : undefined) as T;
}
