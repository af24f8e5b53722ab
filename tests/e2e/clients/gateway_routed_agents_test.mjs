// Codex CLI and opencode, offline, through a gateway that routes over seven upstreams: by a
// preference and by an explicit name, each with its tool loop, and what they ask by themselves.
//
// --only codex|opencode runs one of them.

import assert from 'node:assert/strict';

import { Messages } from './support/claude_checks.mjs';
import { RequireInstallation, ServerPath } from './support/installation.mjs';
import { IsolateNetwork } from './support/network.mjs';
import { RunCodex, RunOpencode } from './support/other_agents.mjs';
import { kUpstreams, StartRoutedWorld, TargetOf } from './support/routed.mjs';
import { Check, RunScenario, TempFolder } from './support/scenario.mjs';

const kSecondsARun = 90;
const kCodex = '0.171.0';
const kEnd = 'It is said.';
const kAgents = { codex: RunCodex, opencode: RunOpencode };
const kOwn = kUpstreams.anthropic.model;
const kConfiguration = {
  personas: {
    Anna: {
      ...{ provider: 'anthropic', model: kOwn },
      routing: { background: TargetOf('ollama') },
    },
  },
  model_aliases: { quick: TargetOf('helper') },
  routing_preferences: [
    {
      ...{ name: 'debugging', models: [TargetOf('deepseek')] },
      description: 'finding and fixing bugs, errors and failing tests',
    },
    {
      ...{ name: 'documentation', models: [TargetOf('gemini')] },
      description: 'writing READMEs, documentation and release notes',
    },
    {
      ...{ name: 'code review', models: [TargetOf('openai')] },
      description: 'reviewing changes and pull requests',
    },
  ],
};
// The model that the client names, what the user types, and the upstream that answers, with why.
const kRows = [
  [kOwn, 'there is a bug in the login, fix it', 'deepseek', 'preference', 'debugging'],
  [kOwn, 'write the README for this tool', 'gemini', 'preference', 'documentation'],
  [kOwn, 'please review my pull request before I merge', 'openai', 'preference', 'code review'],
  [kOwn, 'what shall I cook for dinner tonight?', 'anthropic', 'default', null],
  ['openai,gpt-5', 'there is a bug in the login, fix it', 'openai', 'explicit', null],
  ['deepseek/deepseek-v4-pro', 'write the README for this tool', 'deepseek', 'explicit', null],
  ['quick', 'there is a bug in the login, fix it', 'helper', 'alias', null],
];

async function RunRow(agent, [model, prompt, provider, rule, route]) {
  const root = TempFolder(agent);
  const home = TempFolder('home');
  const world = await StartRoutedWorld(home, kConfiguration);
  const say = { tool: '.*katra_say', thinking: 'Say it.' };
  world.Play([
    { tool: '.*katra_whoami', thinking: 'Who?' },
    { ...say, input: { message: 'hello' } },
    { text: kEnd },
  ]);
  await Check(`${agent}: "${prompt}" of ${model} goes to ${provider}, with its loop`, async () => {
    const said = await kAgents[agent]({
      ...{ root, katra_home: home, persona: 'Anna', url: world.gateway.url, version: kCodex },
      token: await world.gateway.Token('Anna'),
      ...{ model, prompt, seconds: kSecondsARun },
    });
    assert.ok(said.includes(kEnd), said.slice(-400));
    assert.deepEqual(world.faults, []);
    assert.deepEqual(world.Asked(), Array(3).fill(provider));
    const history = await world.History();
    const named = rule === 'explicit' || rule === 'alias';
    const told = history.filter((one) => named || one.route !== 'background');
    assert.deepEqual(
      told.map((one) => [one.provider, one.rule, one.route]),
      told.map((_, at) => [provider, at === 0 || named ? rule : 'held', route]),
    );
    assert.ok(told.length >= 3, `${told.length} decisions`);
    assert.deepEqual(Messages(home).map((row) => row.tag), [TargetOf(provider)]);
    // A question for a title is a side request, unless the user has named the model.
    for (const one of world.asked.filter((request) => request.role === null))
      assert.equal(one.provider, named ? provider : 'ollama');
  });
  await world.gateway.Stop();
}

async function Scenario() {
  const only = process.argv.indexOf('--only');
  const agents = only >= 0 ? [process.argv[only + 1]] : Object.keys(kAgents);
  // opencode takes its time: two of its own model, two of a name.
  for (const agent of agents)
    for (const [at, row] of kRows.entries())
      if (agent !== 'opencode' || [0, 3, 4, 6].includes(at)) await RunRow(agent, row);
}

RequireInstallation(`codex-${kCodex}`, 'opencode-1.18.33');
ServerPath();
IsolateNetwork();
await RunScenario(410, Scenario);
