import { describe, expect, it } from 'vitest';
import { asCurl } from './curl';

describe('a command for a terminal', () => {
  it('quotes what a shell would take apart', () => {
    const call = { method: 'POST' as const, path: '/v2/x', body: { name: "it's; rm -rf" } };
    expect(asCurl(call, 'http://127.0.0.1:8080')).toBe(
      `curl -X POST 'http://127.0.0.1:8080/v2/x' \\\n  -H 'content-type: application/json' \\\n` +
        `  -d '{"name":"it'\\''s; rm -rf"}'`,
    );
  });
});
