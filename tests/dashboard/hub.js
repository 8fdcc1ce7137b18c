// One hub process under test, on a free port, with an administration token.
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../', import.meta.url));
const binary = process.env.SIGNAL_HUB_BIN ?? join(root, 'build/release/signal-hub');

export const TOKEN = 'an-operators-token-of-32-letters';
export const DEADLINE = 30_000;

const unlimited = ['--max-connections-per-ip', '0', '--accept-rate', '0', '--rate-limit', '0'];

/** Waits until `condition` (may be async) gives something truthy; that. */
export async function until(condition, what) {
  const limit = Date.now() + DEADLINE;
  for (;;) {
    const value = await condition();
    if (value) return value;
    if (Date.now() > limit) throw new Error(`not within ${DEADLINE} ms: ${what}`);
    await new Promise((resolve) => { setTimeout(resolve, 10); });
  }
}

export class Hub {
  constructor(flags, { token = TOKEN } = {}) {
    this.folder = mkdtempSync(join(tmpdir(), 'hub-dashboard-'));
    this.flags = ['--grace', '0', '--db', join(this.folder, 'hub.db'), ...unlimited, ...flags];
    if (token) {
      const file = join(this.folder, 'admin-token');
      writeFileSync(file, `${token}\n`);
      this.flags.push('--admin-token-file', file);
    }
  }

  /** `port` 0: a free one. */
  async start(port = 0) {
    const env = Object.fromEntries(
      Object.entries(process.env).filter(([name]) => !name.startsWith('SIGNAL_HUB_')));
    this.log = [];
    this.process = spawn(binary, ['--listen', `127.0.0.1:${port}`, ...this.flags],
      { env, stdio: ['ignore', 'pipe', 'inherit'] });
    this.ended = new Promise((resolve) => { this.process.once('close', resolve); });
    createInterface({ input: this.process.stdout }).on('line', (line) => this.log.push(JSON.parse(line)));
    const { url } = await this.logged('listening');
    this.port = Number(new URL(url).port);
    return this;
  }

  get origin() {
    return `http://127.0.0.1:${this.port}`;
  }

  logged(event, fits = () => true) {
    return until(() => this.log.find((line) => line.event === event && fits(line)), `log event ${event}`);
  }

  /** Ends the process; with exit code 0 after SIGTERM. */
  async end(signal = 'SIGTERM') {
    this.process.kill(signal);
    const code = await this.ended;
    if (signal === 'SIGTERM' && code !== 0) throw new Error(`the hub ended with exit code ${code}`);
  }

  async restart() {
    await this.end();
    await this.start(this.port);
  }

  async stop() {
    await this.end();
    rmSync(this.folder, { recursive: true });
  }

  /** The administration API: the parsed answer. */
  async ask(method, path, body) {
    const response = await fetch(`${this.origin}/api/v1${path}`, {
      method, headers: { Authorization: `Bearer ${TOKEN}` }, body: body && JSON.stringify(body) });
    return { status: response.status, ...(await response.json()) };
  }
}
