// Codex CLI through /v1/responses and opencode through /v1/chat/completions, offline, each before an
// OpenAI-format and an Anthropic-format provider: one call of Katra's own tool, and an end.
//
// --only codex|opencode runs one of them.

import assert from 'node:assert/strict';

import { Messages } from './support/claude_checks.mjs';
import {
  CheckProvider,
  kProviders,
  Served,
  StartGatewayWorld,
} from './support/gateway_agents.mjs';
import { RequireInstallation, ServerPath } from './support/installation.mjs';
import { IsolateNetwork } from './support/network.mjs';
import { RunCodex, RunOpencode } from './support/other_agents.mjs';
import { Check, RunScenario, TempFolder } from './support/scenario.mjs';

const kSecondsARun = 90;
const kEnd = 'It is said.';
const kPersonaOf = { openai: 'Olga', anthropic: 'Anna' };
const kAgents = { codex: RunCodex, opencode: RunOpencode };

async function RunAgent(agent, name) {
  const root = TempFolder(agent);
  const home = TempFolder('home');
  const persona = kPersonaOf[name];
  const message = `Hello from ${agent}, this is ${persona}.`;
  // The gateway knows who answers when the first answer is there; what is said after that carries it.
  const steps = [
    { tool: '~katra_whoami$' },
    { tool: '~katra_say$', input: { message } },
    { text: kEnd },
  ];
  const { gateway, providers } = await StartGatewayWorld(home, { [name]: steps });
  const provider = providers[name];
  const token = await gateway.Token(persona);
  const about = `${agent} on ${name}`;
  await Check(`${about}: calls a tool of Katra and ends`, async () => {
    const said = await kAgents[agent]({
      ...{ root, katra_home: home, persona, url: gateway.url, token },
      model: kProviders[name].model,
      prompt: 'Greet the others.',
      seconds: kSecondsARun,
    });
    assert.ok(said.includes(kEnd), said.slice(-400));
    assert.ok(provider.ScriptDone(), 'the script was not finished');
  });
  await Check(`${about}: the provider had nothing to refuse`, () =>
    CheckProvider(name, provider, token));
  await Check(`${about}: what was said carries the verified tag`, () => {
    assert.deepEqual(
      Messages(home).map((row) => [row.sender, row.body, row.tag]),
      [[persona, message, `${name}/${Served(name)}`]],
    );
  });
  await Check(`${about}: the gateway ends when it is told to`, () => gateway.Stop());
}

async function Scenario() {
  const only = process.argv.indexOf('--only');
  const agents = only >= 0 ? [process.argv[only + 1]] : Object.keys(kAgents);
  for (const agent of agents)
    for (const name of Object.keys(kPersonaOf)) await RunAgent(agent, name);
}

RequireInstallation('codex-0.169.0', 'opencode-1.18.33');
ServerPath();
IsolateNetwork();
await RunScenario(400, Scenario);
