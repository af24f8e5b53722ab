// katra-router-config and the real claude-code-router (CCR): with the generated file, each persona's
// requests reach the provider that personas.json names, with the right key, in 1.0.73 and in 2.0.0.
// There is no network: see support/network.mjs.

import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { FreePort, RunProgram, StartRouter, StartUpstream } from './support/ccr.mjs';
import { InstalledPath, kSkipExitCode } from './support/installation.mjs';
import { IsolateNetwork } from './support/network.mjs';
import { Check, DropEvidence, RunScenario, TempFolder, Within } from './support/scenario.mjs';

const kVersions = ['1.0.73', '2.0.0'];
const kKeys = {
  CHAT_KEY: 'chat-key-0123456789',
  CAROL_KEY: 'carol-key-0123456789',
  NATIVE_KEY: 'native-key-0123456789',
};
const kStartMs = 30_000;

function GeneratorPath() {
  const flag = process.argv.indexOf('--router-config');
  const path = flag >= 0 ? process.argv[flag + 1] : '';
  if (path && existsSync(path)) return path;
  console.error(`No katra-router-config at '${path}'. Pass --router-config PATH.`);
  process.exit(2);
}

function RequireRouters() {
  const missing = kVersions.filter((v) => !existsSync(InstalledPath(`claude-code-router-${v}`)));
  if (missing.length === 0) return;
  console.error(`claude-code-router is not installed: ${missing.join(', ')}.`);
  console.error('Install it with: scripts/setup --clients');
  process.exit(process.env.CI ? 1 : kSkipExitCode);
}

function Personas(chat, native, port) {
  return {
    version: '1.0',
    default_provider: 'native',
    providers: {
      chat: {
        api_base_url: `http://127.0.0.1:${chat.port}/v1`,
        interface: 'openai',
        api_key_env: 'CHAT_KEY',
        models: ['chat-big', 'chat-small', 'chat-broken'],
      },
      native: {
        api_base_url: `http://127.0.0.1:${native.port}/anthropic`,
        interface: 'anthropic',
        api_key_env: 'NATIVE_KEY',
        models: ['native-big', 'native-small'],
      },
    },
    personas: {
      Alice: {
        provider: 'chat',
        model: 'chat-big',
        routing: { background: 'native/native-small', think: 'chat-small', longContext: 'native/native-big' },
      },
      Bob: { provider: 'native', model: 'native-big', routing: { webSearch: 'chat/chat-big' } },
      Carol: { provider: 'chat', model: 'chat-big', api_key_env: 'CAROL_KEY' },
    },
    routing_rules: { longContextThreshold: 2000, fallbacks: ['native/native-small'] },
    router: { kind: 'claude-code-router', port },
  };
}

// What one request led to: the upstream that was asked, and with what.
class Router {
  constructor(config, upstreams) {
    this.url_ = `http://127.0.0.1:${config.PORT}/v1/messages?beta=true`;
    this.key_ = config.APIKEY;
    this.upstreams_ = upstreams;
  }

  async Ask(persona, body = {}, key = this.key_) {
    for (const upstream of this.upstreams_) upstream.requests.length = 0;
    const response = await fetch(this.url_, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        authorization: `Bearer ${key}`,
        'anthropic-version': '2023-06-01',
        ...(persona ? { 'x-katra-persona': persona } : {}),
      },
      body: JSON.stringify({
        model: 'claude-sonnet-4-5',
        max_tokens: 100,
        messages: [{ role: 'user', content: 'hello' }],
        ...body,
      }),
    });
    const text = await response.text();
    const asked = this.upstreams_.flatMap((upstream) =>
      upstream.requests.map((request) => ({ upstream: upstream.name, ...request })),
    );
    return { status: response.status, text, asked };
  }

  // Asserts that one upstream was asked, once, for `model` with `key`, and that its words came back.
  async Expect(upstream, model, key, persona, body) {
    const { status, text, asked } = await this.Ask(persona, body);
    assert.equal(status, 200, text);
    assert.equal(asked.length, 1, `requests: ${JSON.stringify(asked.map((a) => a.url))}`);
    assert.equal(asked[0].upstream, upstream);
    assert.equal(asked[0].body.model, model);
    const sent = [asked[0].headers.authorization, asked[0].headers['x-api-key']].filter(Boolean);
    assert.ok(sent.length > 0, 'a key is sent');
    for (const value of sent) assert.equal(value.replace(/^Bearer /, ''), key);
    assert.ok(text.includes(`from ${upstream}`), text);
    return asked[0];
  }
}

async function CheckRoutes(router) {
  await Check('Alice is answered by one provider, Bob by another', async () => {
    const alice = await router.Expect('chat', 'chat-big', kKeys.CHAT_KEY, 'Alice');
    assert.equal(alice.url, '/v1/chat/completions');
    const bob = await router.Expect('native', 'native-big', kKeys.NATIVE_KEY, 'Bob');
    assert.match(bob.url, /^\/anthropic\/v1\/messages/);
  });
  await Check('a name is found without regard to case', () =>
    router.Expect('chat', 'chat-big', kKeys.CHAT_KEY, 'aLICE'));
  await Check('a session without a persona, or with an unknown one, gets the default', async () => {
    await router.Expect('native', 'native-big', kKeys.NATIVE_KEY, null);
    await router.Expect('native', 'native-big', kKeys.NATIVE_KEY, 'constructor');
  });
  await Check('a persona with a key of its own is sent with that key', () =>
    router.Expect('chat', 'chat-big', kKeys.CAROL_KEY, 'Carol'));
  await Check("the client's small model goes to the background route", async () => {
    const haiku = { model: 'claude-haiku-4-5' };
    await router.Expect('native', 'native-small', kKeys.NATIVE_KEY, 'Alice', haiku);
    await router.Expect('native', 'native-big', kKeys.NATIVE_KEY, 'Bob', haiku);
  });
  await Check('thinking that is asked for goes to its route, adaptive thinking does not', async () => {
    const enabled = { thinking: { type: 'enabled', budget_tokens: 1024 }, max_tokens: 4000 };
    await router.Expect('chat', 'chat-small', kKeys.CHAT_KEY, 'Alice', enabled);
    const adaptive = { thinking: { type: 'disabled' } };
    await router.Expect('chat', 'chat-big', kKeys.CHAT_KEY, 'Alice', adaptive);
  });
  await Check('a long conversation goes to its route', () =>
    router.Expect('native', 'native-big', kKeys.NATIVE_KEY, 'Alice', {
      messages: [{ role: 'user', content: 'many different words '.repeat(2000) }],
    }));
  await Check('web search goes to its route', () =>
    router.Expect('chat', 'chat-big', kKeys.CHAT_KEY, 'Bob', {
      tools: [{ type: 'web_search_20250305', name: 'web_search' }],
    }));
  await Check('a model named in the session wins', async () => {
    await router.Expect('native', 'native-small', kKeys.NATIVE_KEY, 'Alice', {
      model: 'native,native-small',
    });
    await router.Expect('chat', 'chat-small', kKeys.CAROL_KEY, 'Carol', { model: 'chat-small' });
  });
  await Check("a subagent's model wins, and its tag reaches no model", async () => {
    const tag = '<CCR-SUBAGENT-MODEL>native,native-small</CCR-SUBAGENT-MODEL>';
    const asked = await router.Expect('native', 'native-small', kKeys.NATIVE_KEY, 'Alice', {
      system: [
        { type: 'text', text: 'first' },
        { type: 'text', text: 'second' },
        { type: 'text', text: `${tag}third` },
      ],
    });
    assert.ok(!JSON.stringify(asked.body).includes('CCR-SUBAGENT-MODEL'));
  });
  await Check('a client without the key of the file is refused', async () => {
    const { status, asked } = await router.Ask('Alice', {}, 'another');
    assert.equal(status, 401);
    assert.equal(asked.length, 0);
  });
}

// 1.x has no fallbacks.
async function CheckFallback(router) {
  await Check('what a provider refuses is answered by the fallback', async () => {
    const { status, text, asked } = await router.Ask('Alice', { model: 'chat,chat-broken' });
    assert.equal(status, 200, text);
    assert.deepEqual(asked.map((request) => request.body.model), ['chat-broken', 'native-small']);
    assert.ok(text.includes('from native'), text);
  });
}

async function OneVersion(version, generator, upstreams) {
  const home = TempFolder('ccr');
  const port = await FreePort();
  mkdirSync(join(home, '.katra/router'), { recursive: true, mode: 0o700 });
  writeFileSync(
    join(home, '.katra/router/personas.json'),
    JSON.stringify(Personas(...upstreams, port), null, 2),
  );
  const config_file = join(home, '.claude-code-router/config.json');
  await Check(`${version}: the file is written without a key in it`, () => {
    const run = RunProgram(generator, [], { HOME: home, ...kKeys });
    assert.equal(run.status, 0, run.stderr);
    const script = readFileSync(join(home, '.claude-code-router/katra-router.js'), 'utf8');
    for (const text of [readFileSync(config_file, 'utf8'), script, run.stdout, run.stderr]) {
      for (const key of Object.values(kKeys)) assert.ok(!text.includes(key), 'a key was written');
    }
  });
  const config = JSON.parse(readFileSync(config_file, 'utf8'));
  const { child, ended } = await Check(`${version}: claude-code-router starts with it`, () =>
    Within(kStartMs, 'its start', StartRouter(version, { home, port, environment: kKeys })));
  const router = new Router(config, upstreams);
  await CheckRoutes(router);
  if (!version.startsWith('1.')) await CheckFallback(router);
  child.kill('SIGTERM');
  await Within(kStartMs, 'its end', ended);
  DropEvidence();
}

RequireRouters();
IsolateNetwork();
await RunScenario(150, async () => {
  const generator = GeneratorPath();
  const upstreams = [await StartUpstream('chat'), await StartUpstream('native')];
  for (const version of kVersions) await OneVersion(version, generator, upstreams);
});
