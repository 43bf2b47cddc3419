// Runs the journeys: node tests/run.js BINARY [BROWSER] [NAME]
// Each has the real server and a browser; the last line says how many held.

import { chromium } from 'playwright-core';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { journeys } from './journeys.js';
import { Server } from './server.js';

const [binary, browserName = 'chromium', only] = process.argv.slice(2);
if (!binary) {
  console.error('Expected the path of the binary `segue`, but found nothing.');
  process.exit(2);
}

/** Debian's starter of Chromium is a script; the path behind the name is enough. */
const executablePath = browserName.includes('/')
  ? browserName
  : execFileSync('which', [browserName], { encoding: 'utf8' }).trim();

const FLAGS = [
  '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run',
  '--disable-background-networking', '--disable-component-update', '--disable-sync',
];

const profile = mkdtempSync(join(tmpdir(), 'segue-browser-'));
const failures = new URL('../../target/journeys/', import.meta.url).pathname;
const browser = await chromium.launchPersistentContext(profile, {
  executablePath,
  headless: true,
  args: FLAGS,
  viewport: { width: 1360, height: 860 },
  acceptDownloads: true,
});
await browser.grantPermissions(['clipboard-read', 'clipboard-write']);

const chosen = journeys.filter(([name]) => !only || name.includes(only));
let held = 0;
for (const [name, journey, options] of chosen) {
  const server = await Server.start(binary, options);
  const page = await browser.newPage();
  page.setDefaultTimeout(15_000);
  const faults = watch(page, server.url);
  const began = Date.now();
  try {
    await journey({ server, page, browser, go: (path) => page.goto(server.url + path) });
    if (faults.length > 0) throw new Error(`The page reported: ${faults.join('; ')}`);
    held += 1;
    console.log(`  held   ${name} (${((Date.now() - began) / 1000).toFixed(1)} s)`);
  } catch (error) {
    mkdirSync(failures, { recursive: true });
    const picture = join(failures, `${name.replaceAll(/\W+/g, '-')}.png`);
    await page.screenshot({ path: picture }).catch(() => undefined);
    console.log(`  broke  ${name}\n${error.stack ?? error}\n  picture: ${picture}`);
  }
  for (const open of browser.pages().slice(1)) await open.close();
  if (!page.isClosed()) await page.close().catch(() => undefined);
  await server.remove();
}
await browser.close();
rmSync(profile, { recursive: true, force: true });
console.log(`journeys ${held}/${chosen.length}`);
process.exit(held === chosen.length ? 0 : 1);

/** Errors of scripts, refusals of the content policy, and requests to anybody else. */
function watch(page, url) {
  const faults = [];
  page.on('pageerror', (error) => faults.push(`error: ${error.message}`));
  page.on('console', (message) => {
    if (message.type() === 'error' && /Content Security Policy|Refused to/.test(message.text())) {
      faults.push(message.text());
    }
  });
  page.on('request', (request) => {
    if (!/^(data|blob):/.test(request.url()) && !request.url().startsWith(url)) {
      faults.push(`asked ${request.url()}`);
    }
  });
  return faults;
}
