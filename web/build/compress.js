// Leaves a compressed copy beside every built file that shrinks by it; the server sends that one.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';

const compressible = /\.(css|html|js|json|svg)$/;
const folder = new URL('../dist/', import.meta.url).pathname;

for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
  if (!entry.isFile() || !compressible.test(entry.name)) continue;
  const path = join(entry.parentPath, entry.name);
  const plain = readFileSync(path);
  const small = gzipSync(plain, { level: 9 });
  if (small.length < plain.length) writeFileSync(`${path}.gz`, small);
}
