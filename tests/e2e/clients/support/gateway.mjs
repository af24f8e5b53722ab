// katra_gateway as a process of its own on a home of the test's, and the tokens of its personas.
// Knows nothing of clients and of what they ask.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';

import { Evidence, StartChild, Within } from './scenario.mjs';

const kReadyMs = 15_000;
const kLookMs = 50;
const kShownBytes = 6000;

function Executable(flag, variable) {
  const at = process.argv.indexOf(flag);
  const path = at >= 0 ? process.argv[at + 1] : process.env[variable];
  if (path && existsSync(path)) return resolve(path);
  console.error(`No executable at '${path ?? ''}'. Pass ${flag} PATH or set ${variable}.`);
  process.exit(2);
}

export const GatewayPath = () => Executable('--gateway', 'KATRA_GATEWAY');
export const KatraPath = () => Executable('--katra', 'KATRA_COMMAND');

async function FreePort() {
  const server = createServer();
  await new Promise((done) => server.listen(0, '127.0.0.1', done));
  const { port } = server.address();
  await new Promise((done) => server.close(done));
  return port;
}

// Writes HOME/router/personas.json with the modes that Katra asks for.
export function WritePersonas(home, personas) {
  mkdirSync(join(home, 'router'), { recursive: true, mode: 0o700 });
  writeFileSync(join(home, 'router/personas.json'), JSON.stringify(personas, null, 2), {
    mode: 0o600,
  });
}

class Gateway {
  constructor(home, port, handle) {
    this.home = home;
    this.port = port;
    this.url = `http://127.0.0.1:${port}`;
    this.handle_ = handle;
    this.log = '';
    for (const stream of [handle.child.stdout, handle.child.stderr])
      stream.setEncoding('utf8').on('data', (text) => (this.log += text));
    Evidence('the gateway said', () => this.log.slice(-kShownBytes));
  }

  async Ready() {
    const until = Date.now() + kReadyMs;
    for (;;) {
      const answer = await fetch(`${this.url}/healthz`).catch(() => null);
      if (answer?.ok) return;
      const { exitCode, signalCode } = this.handle_.child;
      assert.equal(exitCode ?? signalCode, null, `the gateway ended: ${this.log}`);
      assert.ok(Date.now() < until, `the gateway is not ready: ${this.log}`);
      await new Promise((look) => setTimeout(look, kLookMs));
    }
  }

  // A session token for a persona.
  async Token(persona) {
    const { stdout } = await promisify(execFile)(
      KatraPath(),
      ['token', 'create', '--persona', persona, '--home', this.home],
      { env: { PATH: process.env.PATH, HOME: this.home, KATRA_HOME: this.home } },
    );
    const token = stdout.trim().split('\n').at(-1);
    assert.match(token, /^\S{20,}$/, `katra token create printed: ${stdout}`);
    return token;
  }

  // Ends it by SIGTERM; it must go by itself, without an error.
  async Stop() {
    this.handle_.child.kill('SIGTERM');
    const end = await Within(10_000, 'the end of the gateway', this.handle_.ended);
    assert.deepEqual([end.code, end.signal], [0, null], `the gateway's end: ${this.log}`);
  }
}

// `personas`: the content of personas.json. `keys`: the variables that hold the providers' keys.
export async function StartGateway({ home, personas, keys = {} }) {
  WritePersonas(home, personas);
  const port = await FreePort();
  const handle = StartChild(GatewayPath(), ['--home', home, '--port', String(port)], {
    cwd: dirname(home),
    env: { PATH: process.env.PATH, HOME: home, LANG: 'C.UTF-8', ...keys },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const gateway = new Gateway(home, port, handle);
  await gateway.Ready();
  return gateway;
}
