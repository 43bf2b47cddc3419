// Fails a build in which a place loads more than its budget before it can be used.
// Counted compressed, from the bundler's own list of what needs what.
import { readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** 300 KiB. */
const BUDGET_BYTES = 300 * 1024;
/** Chunks of their own that a place loads at once; all others are for what somebody opens later. */
const AT_ONCE = [/src\/parts\/Diagram/, /NavigatedViewer/];
/** Loaded by the first screen, but not a place. */
const NO_PLACES = [/src\/shell\/(Menus|Palette|KeyboardMap|SignIn)/, /@mantine\/notifications/];

const folder = new URL('../dist/', import.meta.url).pathname;
const list = join(folder, 'manifest.json');
const chunks = JSON.parse(readFileSync(list, 'utf8'));
for (const kept of [list, `${list}.gz`]) rmSync(kept, { force: true });

const kib = (bytes) => `${(bytes / 1024).toFixed(0)} KiB`;

/** Bytes over the wire. */
function size(file) {
  const path = join(folder, file);
  return (statSync(`${path}.gz`, { throwIfNoEntry: false }) ?? statSync(path)).size;
}

/** Files a chunk needs, with the parts it loads at once by itself. */
function needed(key, files = new Set(), seen = new Set()) {
  if (seen.has(key)) return files;
  seen.add(key);
  const chunk = chunks[key];
  for (const file of [chunk.file, ...(chunk.css ?? [])]) files.add(file);
  for (const next of chunk.imports ?? []) needed(next, files, seen);
  if (chunk.isEntry) return files;
  for (const next of chunk.dynamicImports ?? []) {
    if (AT_ONCE.some((it) => it.test(chunks[next].src ?? next))) needed(next, files, seen);
  }
  return files;
}

const entry = Object.keys(chunks).find((key) => chunks[key].isEntry);
const shared = needed(entry);
const places = chunks[entry].dynamicImports.filter(
  (key) => !NO_PLACES.some((it) => it.test(chunks[key].src ?? key)),
);
const told = places
  .map((key) => {
    const files = new Set([...shared, ...needed(key)]);
    return { place: chunks[key].src ?? key, bytes: [...files].reduce((sum, file) => sum + size(file), 0) };
  })
  .sort((a, b) => b.bytes - a.bytes);
if (process.argv[2]) {
  const key = places.find((it) => it.includes(process.argv[2]));
  for (const file of [...new Set([...shared, ...needed(key)])].sort((a, b) => size(b) - size(a))) console.log(`  ${kib(size(file))} ${file}`);
}
const over = told.filter(({ bytes }) => bytes > BUDGET_BYTES);
console.log(`initial load, compressed: ${told.slice(0, 3).map((it) => `${it.place} ${kib(it.bytes)}`).join(', ')}`);
for (const { place, bytes } of over) {
  console.error(`Expected ${place} to load at most ${kib(BUDGET_BYTES)}, but it loads ${kib(bytes)}. Load what is not seen first with import().`);
}
process.exit(over.length > 0 ? 1 : 0);
