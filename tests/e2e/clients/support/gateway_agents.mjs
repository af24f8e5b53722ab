// Five providers behind one gateway, each with a persona of its own, for the drivers that run real
// coding agents: the OpenAI format in four flavours, and Anthropic's.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { get } from 'node:http';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';

import { KatraPath, StartGateway } from './gateway.mjs';
import { Defer, Evidence } from './scenario.mjs';
import { kGatewayPersonas } from './server.mjs';
import { StartFakeProvider } from '../../../support/node/fake_provider.mjs';

// `served`: the name that the upstream gives to what is asked for as `model`.
export const kProviders = {
  openai: { path: '/v1', model: 'gpt-4-turbo', served: 'gpt-4-turbo-2024-04-09' },
  deepseek: { path: '', model: 'deepseek-v4-pro', images: false, interface: 'openai' },
  gemini: { path: '/v1beta/openai', model: 'gemini-2.5-pro' },
  ollama: { path: '/v1', model: 'qwen3-coder', key: null },
  // What Claude Code asks for by itself: a Claude model is not replaced at Anthropic.
  anthropic: {
    path: '',
    model: 'claude-opus-5-5',
    served: 'claude-opus-5-5-20260901',
    interface: 'anthropic',
  },
};

export const Served = (name) => kProviders[name].served ?? kProviders[name].model;
export const KeyOf = (name) => `sk-${name}-quicksilver`;

// Starts the providers named, with their scripts. `scripts`: {provider: steps}. Gives {providers,
// personas, keys}: what runs, a personas.json for it, and the variables with the keys.
export async function StartProviders(scripts) {
  const providers = {};
  const keys = {};
  const personas = { personas: {}, providers: {} };
  for (const [name, steps] of Object.entries(scripts)) {
    const facts = kProviders[name];
    const format = facts.interface === 'anthropic' ? 'anthropic' : 'openai';
    const key = facts.key === null ? undefined : KeyOf(name);
    const served = () => Served(name);
    const provider = await StartFakeProvider({ format, flavour: name, key, served, steps });
    Defer(() => provider.Close());
    Evidence(`${name} refused`, () => provider.faults.join('\n'));
    providers[name] = provider;
    const [persona] = Object.entries(kGatewayPersonas).find(([, p]) => p.provider === name);
    personas.personas[persona] = { provider: name, model: facts.model };
    personas.providers[name] = {
      api_base_url: `${provider.url}${facts.path}`,
      ...(facts.interface ? { interface: facts.interface } : {}),
    };
    if (key) keys[`${name.toUpperCase()}_API_KEY`] = key;
  }
  return { providers, personas, keys };
}

// The same with a gateway in front. Gives {gateway, providers}.
export async function StartGatewayWorld(home, scripts) {
  const { providers, personas, keys } = await StartProviders(scripts);
  const gateway = await StartGateway({ home, personas, keys });
  return { gateway, providers };
}

// The gateway of a home that `katra start` starts by itself; as `gateway` above.
export class OwnGateway {
  constructor(home, environment) {
    this.home = home;
    this.environment_ = environment;
    Evidence("the gateway's files", () => this.log.slice(-6000));
    Defer(() => this.Run('down'));
  }

  Run(...args) {
    const { stdout, stderr, status } = spawnSync(KatraPath(), args, {
      encoding: 'utf8',
      env: this.environment_,
      timeout: 20_000,
    });
    return { text: stdout + stderr, status };
  }

  get url() {
    const { port } = JSON.parse(readFileSync(join(this.home, 'run/gateway.json'), 'utf8'));
    return `http://127.0.0.1:${port}`;
  }

  get log() {
    const folder = join(this.home, 'log');
    if (!existsSync(folder)) return '';
    return FilesBelow(folder)
      .map(([, bytes]) => bytes.toString('utf8'))
      .join('\n');
  }

  Stop() {
    const { text, status } = this.Run('down');
    assert.equal(status, 0, `katra down: ${text}`);
  }
}

// What must hold of every provider's side after a run.
export function CheckProvider(name, provider, token) {
  assert.deepEqual(provider.faults, [], `${name} had something to refuse`);
  if (token) assert.ok(!JSON.stringify(provider.headers).includes(token), `${name} saw the token`);
  for (const body of [...provider.requests, ...provider.asides])
    assert.equal(body.model, kProviders[name].model, `${name}: the model that was asked for`);
}

// The bytes of every file below a folder, by path; sockets and pipes are left out.
function FilesBelow(folder) {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name))
    .map((path) => [path, readFileSync(path)]);
}

// The argument lists of every process that can be seen.
function CommandLines() {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((name) => {
      try {
        return readFileSync(`/proc/${name}/cmdline`, 'utf8');
      } catch {
        return ''; // it has just ended
      }
    });
}

// The gateway's metrics, asked for on its admin socket.
function Metrics(home) {
  return new Promise((resolve, reject) => {
    const request = { socketPath: join(home, 'run/gateway.sock'), path: '/metrics' };
    get({ ...request, headers: { host: 'localhost' } }, (reply) =>
      text(reply).then(resolve, reject),
    ).on('error', reject);
  });
}

// That no secret and no prompt lies in the home's files, the gateway's log, its metrics, or an
// argument list. `secrets`: {what it is: text}; `prompts` may be in argument lists: the client's own.
export async function CheckNothingLeaks({ home, gateway, secrets, prompts }) {
  const metrics = await Metrics(home);
  assert.match(metrics, /^# TYPE /m, 'these are no metrics');
  for (const [what, text] of [...Object.entries(secrets), ...Object.entries(prompts)]) {
    for (const [path, bytes] of FilesBelow(home))
      assert.ok(!bytes.includes(text), `${what} is in ${path}`);
    assert.ok(!gateway.log.includes(text), `${what} is in the log`);
    assert.ok(!metrics.includes(text), `${what} is in the metrics`);
  }
  for (const [what, text] of Object.entries(secrets))
    for (const line of CommandLines()) assert.ok(!line.includes(text), `${what}: ${line}`);
}
