// A gateway that routes, before strict upstreams of every format, and one scripted model that all of
// them play: whoever is asked takes the conversation's next step, and who was asked is written down.
// Knows nothing of the client.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';

import { KatraPath, StartGateway } from './gateway.mjs';
import { Defer, Evidence } from './scenario.mjs';
import { Script, ToolResults } from '../../../support/node/fake_anthropic.mjs';
import { StartFakeProvider } from '../../../support/node/fake_provider.mjs';
import { ChatToolResults } from '../../../support/node/wire_chat.mjs';
import { ResponsesToolResults, ResponsesTools } from '../../../support/node/wire_responses.mjs';

// `format` is what the upstream speaks, `flavour` how its Chat format differs.
export const kUpstreams = {
  anthropic: { format: 'anthropic', model: 'claude-opus-5-5' },
  ollama: { format: 'openai', flavour: 'ollama', path: '/v1', model: 'qwen3-coder', key: null },
  deepseek: { format: 'openai', flavour: 'deepseek', model: 'deepseek-v4-pro' },
  gemini: { format: 'openai', flavour: 'gemini', path: '/v1beta/openai', model: 'gemini-3-pro' },
  openai: { format: 'responses', path: '/v1', model: 'gpt-5' },
  searcher: { format: 'anthropic', model: 'seek-1' },
  helper: { format: 'openai', flavour: 'openai', path: '/v1', model: 'helper-1' },
};
const kInterfaces = { openai: 'openai', responses: 'responses', anthropic: 'anthropic' };
const kResults = {
  openai: ChatToolResults,
  responses: ResponsesToolResults,
  anthropic: ToolResults,
};

export const TargetOf = (name) => `${name}/${kUpstreams[name].model}`;

// Names of the tools that the client itself would run: a search of the provider's is none.
function ClientTools(format, body) {
  const tools = format === 'responses' ? ResponsesTools(body) : (body.tools ?? []);
  return tools
    .filter((tool) => !/^web_search/.test(tool.type ?? ''))
    .map((tool) => tool.function?.name ?? tool.name);
}

// What the user's side says in the conversation: a subagent's prompt is not there, only in a call.
const UserText = (body) =>
  JSON.stringify((body.messages ?? body.input).filter((message) => message.role === 'user'));

// The upstreams of one gateway. `asked` lists what they were asked, oldest first: {provider, model,
// body, role}, where `role` says whose step it was, and is null for a side request.
class RoutedWorld {
  constructor(home) {
    this.home = home;
    this.asked = [];
    this.upstreams = {};
    this.roles_ = [];
    this.told_ = 0; // decisions of earlier scripts
  }

  // From here on the model goes through `steps`; what was asked before is forgotten. `others` are
  // the steps in other conversations, by a word of their prompt: {word: steps}.
  Play(steps, others = {}) {
    this.told_ += this.asked.length;
    this.asked.length = 0;
    const all = [...Object.entries(others), ['main', steps]];
    this.roles_ = all.map(([name, one]) => ({ name, script: new Script(one) }));
  }

  ScriptDone() {
    return this.roles_.every((role) => role.script.Done());
  }

  get faults() {
    return Object.entries(this.upstreams).flatMap(([name, upstream]) =>
      upstream.faults.map((fault) => `${name}: ${fault}`),
    );
  }

  get requests() {
    return this.asked.map((one) => one.body);
  }

  // Who was asked for the steps of a role, in order.
  Asked(role = 'main') {
    return this.asked.filter((one) => one.role === role).map((one) => one.provider);
  }

  Answer(name, body) {
    const { format } = kUpstreams[name];
    const entry = { provider: name, model: body.model, body, role: null };
    this.asked.push(entry);
    const tools = ClientTools(format, body);
    if (tools.length === 0) return { text: 'ok' };
    const text = UserText(body);
    const role = this.roles_.find((one) => one.name === 'main' || text.includes(one.name));
    entry.role = role.name;
    role.script.results_of_ = kResults[format];
    const { step, blocks } = role.script.Next(body);
    const calls = blocks.filter((block) => block.type === 'tool_use');
    // A tool that the request does not list may be known to the client all the same.
    const named = (wanted) => tools.find((one) => new RegExp(`^(${wanted})$`).test(one)) ?? wanted;
    return { ...step, tool: undefined, tools: calls.map((c) => ({ tool: named(c.name), input: c.input })) };
  }

  // What `katra route history --json` says of the requests of this script, oldest first, once all of
  // them are recorded.
  async History() {
    const end = performance.now() + 20_000;
    for (;;) {
      const { decisions } = JSON.parse(this.Katra('route', 'history', '--json', '--limit', '500'));
      if (decisions.length >= this.told_ + this.asked.length)
        return decisions.reverse().slice(this.told_);
      assert.ok(performance.now() < end, `only ${decisions.length} decisions were recorded`);
      await new Promise((look) => setTimeout(look, 50));
    }
  }

  Katra(...args) {
    return execFileSync(KatraPath(), args, {
      encoding: 'utf8',
      timeout: 20_000,
      input: '',
      env: { PATH: process.env.PATH, HOME: this.home, KATRA_HOME: this.home },
    });
  }
}

// Starts the upstreams alone. Gives {world, providers, keys}: what personas.json says of them, and the
// variables with their keys.
export async function StartUpstreams(home) {
  const world = new RoutedWorld(home);
  const providers = {};
  const keys = {};
  for (const [name, facts] of Object.entries(kUpstreams)) {
    const { format, flavour, path = '', model } = facts;
    const key = facts.key === null ? undefined : `sk-${name}-quicksilver`;
    const answer = (body) => world.Answer(name, body);
    const upstream = await StartFakeProvider({ format, flavour, key, answer });
    Defer(() => upstream.Close());
    world.upstreams[name] = upstream;
    providers[name] = {
      api_base_url: `${upstream.url}${path}`,
      interface: kInterfaces[format],
      models: [model],
      ...(key ? { api_key_env: `${name.toUpperCase()}_KEY` } : { auth: 'none' }),
    };
    if (key) keys[`${name.toUpperCase()}_KEY`] = key;
  }
  Evidence('the upstreams refused', () => world.faults.join('\n'));
  Evidence('asked', () => world.asked.map((one) => `${one.provider}/${one.model}`).join(' '));
  return { world, providers, keys };
}

// Starts the upstreams and the gateway. `configuration` is what personas.json holds besides its
// providers.
export async function StartRoutedWorld(home, configuration) {
  const { world, providers, keys } = await StartUpstreams(home);
  world.gateway = await StartGateway({ home, personas: { providers, ...configuration }, keys });
  return world;
}
