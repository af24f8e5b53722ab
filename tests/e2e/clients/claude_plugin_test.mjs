// The plugin folder in the hands of the real Claude Code: it is valid, and a session that loads it
// has Katra's server, hooks and commands. There is no network: see support/network.mjs.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

import { StartFakeAnthropic, ToolResults } from '../../support/node/fake_anthropic.mjs';
import { kModern } from './support/claude_checks.mjs';
import { InstalledPath, kRepository, RequireInstallation, ServerPath } from './support/installation.mjs';
import { Katra } from './support/katra.mjs';
import { IsolateNetwork } from './support/network.mjs';
import { Check, Defer, Evidence, RunScenario, StartChild, TempFolder, Within } from './support/scenario.mjs';

const kPlugin = join(kRepository, 'plugin');
const kClaude = InstalledPath(`claude-code-${kModern}/claude`);

function Environment(root, more = {}) {
  return {
    HOME: root,
    PATH: `${dirname(ServerPath())}:/usr/local/bin:/usr/bin:/bin`,
    TERM: 'dumb',
    LANG: 'C.UTF-8',
    CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1',
    DISABLE_AUTOUPDATER: '1',
    ...more,
  };
}

async function Plugin() {
  const root = TempFolder('plugin');
  const home = TempFolder('home');
  await Check('the client finds the plugin valid', () => {
    const told = execFileSync(kClaude, ['plugin', 'validate', kPlugin], {
      encoding: 'utf8',
      timeout: 60_000,
      env: Environment(root),
    });
    assert.match(told, /Validation passed$/m);
  });
  Katra(home, 'Dario', 'say', 'Waiting for whoever loads the plugin: amber.');
  const steps = [{ tool: 'mcp__plugin_katra_katra__katra_whoami', input: {} }, { text: 'done' }];
  const api = await StartFakeAnthropic({ steps });
  Defer(() => api.Close());
  const project = join(root, 'project');
  mkdirSync(project);
  const run = StartChild(
    kClaude,
    [
      ...['-p', '/katra:who', '--plugin-dir', kPlugin],
      ...['--allowedTools', 'mcp__plugin_katra_katra'],
      ...['--output-format', 'stream-json', '--verbose'],
      ...['--debug-file', join(root, 'debug.log')],
    ],
    {
      cwd: project,
      stdio: ['ignore', 'pipe', 'inherit'],
      env: Environment(root, {
        ANTHROPIC_BASE_URL: `http://127.0.0.1:${api.port}`,
        ANTHROPIC_API_KEY: 'sk-ant-dummy-not-a-key',
        KATRA_HOME: home,
        KATRA_PERSONA: 'Sam',
      }),
    },
  );
  run.child.stdout.resume();
  Evidence('the requests', () => `${api.requests.length}, ${api.faults.join()}`);
  Evidence('the debug log', () => readFileSync(join(root, 'debug.log'), 'utf8').slice(-3000));
  await Check('a session that loads it runs to its end', async () => {
    const end = await Within(60_000, 'the end of the run', run.ended);
    assert.equal(end.code, 0);
    assert.ok(api.ScriptDone(), api.faults.join());
  });
  const last = api.requests.at(-1);
  const given = JSON.stringify(last.messages);
  await Check('its server answers as the persona of the environment', () =>
    assert.match(ToolResults(last)[0].text, /^you are Sam /),
  );
  await Check('its command is the prompt', () => assert.ok(given.includes('katra_who_is_here')));
  await Check('its hooks deliver, once', () =>
    assert.equal(given.split('whoever loads the plugin: amber').length, 2, given),
  );
}

RequireInstallation();
ServerPath();
IsolateNetwork();
await RunScenario(120, Plugin);
