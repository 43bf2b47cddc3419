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
  static async start(binary, port) {
    const server = new Server();
    server.binary = binary;
    server.port = port ?? (await freePort());
    server.folder = mkdtempSync(join(tmpdir(), 'segue-journeys-'));
    server.url = `http://127.0.0.1:${server.port}`;
    await server.run();
    return server;
  }

  async run() {
    const line = ['serve', '--data', this.folder, '--http', `127.0.0.1:${this.port}`];
    this.child = spawn(this.binary, line, { stdio: ['ignore', 'ignore', 'pipe'] });
    let said = '';
    this.child.stderr.on('data', (part) => (said = (said + part).slice(-4_000)));
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
      headers: isForm || body === undefined ? {} : { 'content-type': 'application/json' },
      body: isForm || body === undefined ? body : JSON.stringify(body),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
    return text && response.headers.get('content-type')?.includes('json') ? JSON.parse(text) : text;
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
