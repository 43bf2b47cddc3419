// A command as a value, and the same command for a terminal. Not here: sending it.

/** A command as it goes over the wire; the same value is sent and shown. */
export interface Call {
  method: 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  path: string;
  body?: unknown;
}

/** The same command for a terminal. */
export function asCurl(call: Call, origin: string): string {
  const quoted = (text: string) => `'${text.replaceAll("'", `'\\''`)}'`;
  const parts = [`curl -X ${call.method} ${quoted(origin + call.path)}`];
  if (call.body instanceof FormData) {
    for (const [name, value] of call.body) {
      const file = value instanceof File ? value.name : String(value);
      parts.push(`-F ${quoted(`${name}=@${file}`)}`);
    }
  } else if (call.body !== undefined) {
    parts.push(`-H 'content-type: application/json'`, `-d ${quoted(JSON.stringify(call.body))}`);
  }
  return parts.join(' \\\n  ');
}
