// `katra cli-agent claude` with a config.yaml as Plano writes it and the real Claude Code on a terminal
// (tmux), offline: the small model and the status line of --settings, and the routes of the file.

import assert from 'node:assert/strict';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { Tool } from './support/claude_checks.mjs';
import { Seed, Tmux, Until } from './support/claude_tui.mjs';
import { KatraPath, WritePersonas } from './support/gateway.mjs';
import { OwnGateway } from './support/gateway_agents.mjs';
import { InstalledPath, RequireInstallation, ServerPath } from './support/installation.mjs';
import { IsolateNetwork } from './support/network.mjs';
import { StartUpstreams } from './support/routed.mjs';
import { Check, Evidence, RunScenario, TempFolder } from './support/scenario.mjs';

const kVersion = '2.1.332';
const kStatus = 'a status line of my own';
const kAgentPrompt = 'Look at the red notes.';
const kPrompt = 'there is a bug in the login, fix it';

// The guides' form: neither version nor listeners, preferences beside each model.
const ConfigYaml = (urls) => `llm_providers:
  - model: anthropic/claude-opus-5-5
    access_key: $ANTHROPIC_KEY
    base_url: ${urls.anthropic}/v1
    default: true
  - model: ollama/qwen3-coder
    base_url: ${urls.ollama}/v1
    routing_preferences:
      - name: debugging
        description: finding and fixing bugs, errors and failing tests
`;

function StartAgent({ home, folder, keys, settings }) {
  const project = join(folder, 'project');
  const user_home = join(folder, 'home');
  const programs = join(folder, 'bin');
  for (const path of [project, user_home, programs]) mkdirSync(path, { recursive: true });
  Seed(user_home, project, home, 'Anna', false);
  symlinkSync(InstalledPath(`claude-code-${kVersion}/claude`), join(programs, 'claude'));
  const environment = {
    ...{ HOME: user_home, KATRA_HOME: home, TERM: 'xterm-256color', LANG: 'C.UTF-8' },
    PATH: `${programs}:/usr/local/bin:/usr/bin:/bin`,
    DISABLE_AUTOUPDATER: '1',
    ...keys,
  };
  const command = [
    ...[KatraPath(), 'cli-agent', 'claude', '--config', join(folder, 'config.yaml')],
    ...['--settings', JSON.stringify(settings), '--'],
    ...['--permission-mode', 'default', '--allowedTools', 'mcp__katra,Agent,Task,Read'],
  ];
  const tmux = new Tmux(120, 40, command, environment, project);
  Evidence('the screen', () => {
    try {
      return tmux.Screen();
    } catch {
      return 'gone';
    }
  });
  // It is started from the terminal, and ended before that.
  return { gateway: new OwnGateway(home, environment), tmux };
}

async function Scenario() {
  const home = TempFolder('home');
  const folder = TempFolder('agent');
  const { world, providers, keys } = await StartUpstreams(home);
  WritePersonas(home, { providers: { deepseek: { ...providers.deepseek, models: undefined } } });
  const urls = { anthropic: world.upstreams.anthropic.url, ollama: world.upstreams.ollama.url };
  writeFileSync(join(folder, 'config.yaml'), ConfigYaml(urls), { mode: 0o600 });
  const agent = { description: 'look', prompt: kAgentPrompt, subagent_type: 'general-purpose' };
  world.Play(
    [
      Tool('whoami'),
      { tool: 'Task|Agent', input: { ...agent, model: 'haiku' } },
      { text: 'The bug is fixed.' },
      { text: 'The agent has ended.' },
    ],
    { 'red notes': [Tool('whoami'), { text: 'Seen.' }] },
  );
  const settings = {
    ANTHROPIC_SMALL_FAST_MODEL: 'deepseek-coder-v2',
    statusLine: { type: 'command', command: `printf '${kStatus}'` },
  };
  const { gateway, tmux } = StartAgent({ home, folder, keys, settings });
  await Check('the status line of --settings is on the screen', () =>
    Until('the status line', () => tmux.Screen().includes(kStatus)),
  );
  await Check('a turn goes to the route of config.yaml, with its loop', async () => {
    tmux.Type(kPrompt);
    await Until('what was typed', () => tmux.Screen().includes(kPrompt));
    tmux.Press('Enter');
    await Until('three steps', () => world.Asked().length >= 3);
    assert.deepEqual([...new Set(world.Asked())], ['ollama']);
  });
  await Check('the small model of --settings is asked for what the client has it do', async () => {
    await Until('the subagent', () => world.Asked('red notes').length >= 2);
    await Until('the title', () => world.Asked(null).length > 0);
    for (const role of ['red notes', null])
      for (const one of world.asked.filter((request) => request.role === role))
        assert.deepEqual([one.provider, one.model], ['deepseek', 'deepseek-coder-v2']);
  });
  await Check('the upstreams had nothing to refuse', () => assert.deepEqual(world.faults, []));
  await Check('the gateway ends when it is told to', () => gateway.Stop());
  await tmux.Kill();
}

RequireInstallation(`claude-code-${kVersion}`);
ServerPath();
IsolateNetwork();
await RunScenario(200, Scenario);
