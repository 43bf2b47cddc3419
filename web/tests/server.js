// The real binary on a folder and a port of its own, and its API. Not here: the browser.

import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const READY_MS = 60_000;

async function freePort() {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.on('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const { port } = probe.address();
      probe.close(() => resolve(port));
    });
  });
}

export class Server {
  /** `more`: further options of `segue serve`. */
  static async start(binary, more = []) {
    const server = new Server();
    server.binary = binary;
    server.more = more;
    server.port = await freePort();
    server.folder = mkdtempSync(join(tmpdir(), 'segue-journeys-'));
    server.url = `http://127.0.0.1:${server.port}`;
    await server.run();
    return server;
  }

  async run() {
    const line = ['serve', '--data', this.folder, '--http', `127.0.0.1:${this.port}`, ...this.more];
    this.child = spawn(this.binary, line, { stdio: ['ignore', 'ignore', 'pipe'] });
    let said = '';
    this.child.stderr.on('data', (part) => {
      said = (said + part).slice(-4_000);
      // With authentication the first administrator is told once.
      const [, username, password] = /administrator is `(.+)` with password `(.+)`/.exec(said) ?? [];
      if (password) this.administrator = { username, password };
    });
    const end = Date.now() + READY_MS;
    for (;;) {
      if (this.child.exitCode !== null) throw new Error(`The server ended: ${said}`);
      const ready = await fetch(`${this.url}/health/ready`).then((it) => it.ok, () => false);
      if (ready) return;
      if (Date.now() > end) throw new Error(`The server did not become ready: ${said}`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  /** Ends it as a power cut would. */
  async kill() {
    const ended = new Promise((resolve) => this.child.once('exit', resolve));
    this.child.kill('SIGKILL');
    await ended;
  }

  async remove() {
    if (this.child.exitCode === null && this.child.signalCode === null) await this.kill();
    rmSync(this.folder, { recursive: true, force: true });
  }

  async ask(method, path, body) {
    const isForm = body instanceof FormData;
    const response = await fetch(this.url + path, {
      method,
      headers: {
        ...(isForm || body === undefined ? {} : { 'content-type': 'application/json' }),
        ...this.credentials(),
      },
      body: isForm || body === undefined ? body : JSON.stringify(body),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
    return text && response.headers.get('content-type')?.includes('json') ? JSON.parse(text) : text;
  }

  /** Its API is asked by the administrator, where it asks who calls. */
  credentials() {
    if (!this.administrator) return {};
    const { username, password } = this.administrator;
    return { authorization: `Basic ${btoa(`${username}:${password}`)}` };
  }

  post(path, body = {}) {
    return this.ask('POST', path, body);
  }

  async deploy(xml, name = 'model.bpmn') {
    const form = new FormData();
    form.append('resources', new File([xml], name, { type: 'application/xml' }));
    const { deployments } = await this.post('/v2/deployments', form);
    return deployments[0].processDefinition.processDefinitionKey;
  }

  /** Files by their names, all or none. */
  async deployFiles(files) {
    const form = new FormData();
    for (const [name, content] of Object.entries(files)) form.append('resources', new File([content], name));
    return (await this.post('/v2/deployments', form)).deployments;
  }

  /** A CloudEvent; its key. */
  async signal(type, data, id = crypto.randomUUID()) {
    const event = { specversion: '1.0', id, source: '/journeys', type, data };
    return (await this.post('/api/v1/signals', event)).signals[0].signalKey;
  }

  /** Lets so many minutes pass; needs `--test-clock`. */
  async pass(minutes) {
    this.now = (this.now ?? Date.now()) + minutes * 60_000;
    await this.ask('PUT', '/v2/clock', { timestamp: this.now });
  }

  /** The first that is found, as soon as something is. */
  async first(path, filter = {}) {
    for (let asked = 0; asked < 100; asked += 1) {
      const { items } = await this.post(`${path}/search`, { filter });
      if (items.length > 0) return items[0];
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    throw new Error(`Nothing is found by ${path} with ${JSON.stringify(filter)}.`);
  }

  async deployDecision(xml, name = 'model.dmn') {
    const form = new FormData();
    form.append('resources', new File([xml], name, { type: 'application/xml' }));
    const { deployments } = await this.post('/v2/deployments', form);
    return deployments.find((it) => it.decisionDefinition).decisionDefinition.decisionDefinitionKey;
  }

  async begin(processDefinitionId, variables = {}, businessId) {
    const body = { processDefinitionId, variables, ...(businessId ? { businessId } : {}) };
    return (await this.post('/v2/process-instances', body)).processInstanceKey;
  }

  async count(what, filter) {
    return (await this.post(`/v2/${what}/search`, { filter, page: { limit: 1 } })).page.totalItems;
  }

  /** Takes waiting jobs of the type and fails each for good. */
  async failJobs(type, count, message) {
    let left = count;
    while (left > 0) {
      const { jobs } = await this.post('/v2/jobs/activation', {
        type, worker: 'journeys', timeout: 60_000, maxJobsToActivate: Math.min(left, 100), requestTimeout: 5_000,
      });
      if (jobs.length === 0) throw new Error(`Expected ${left} more jobs ${type}, but found none.`);
      for (const [at, job] of jobs.entries()) {
        await this.post(`/v2/jobs/${job.jobKey}/failure`, { retries: 0, errorMessage: message(at) });
      }
      left -= jobs.length;
    }
  }
}
