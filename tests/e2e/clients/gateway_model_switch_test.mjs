// The real Claude Code on a terminal (tmux), offline, through a gateway that routes: `/model` with a
// provider and a model moves the conversation at once and the room shows the new verified tag, and
// what the client asks by itself, a title and a summary, follows no route.

import assert from 'node:assert/strict';

import { Messages, Tool } from './support/claude_checks.mjs';
import { StartClaudeScreen, Until } from './support/claude_tui.mjs';
import { RequireInstallation, ServerPath } from './support/installation.mjs';
import { IsolateNetwork } from './support/network.mjs';
import { kUpstreams, StartRoutedWorld, TargetOf } from './support/routed.mjs';
import { Check, RunScenario, TempFolder } from './support/scenario.mjs';

const kVersion = '2.1.332';
const kSummary = 'The summary of what was done';
const kConfiguration = {
  personas: {
    Anna: {
      ...{ provider: 'anthropic', model: kUpstreams.anthropic.model },
      routing: { background: TargetOf('ollama') },
    },
  },
  routing_preferences: [
    {
      ...{ name: 'debugging', models: [TargetOf('deepseek')] },
      description: 'finding and fixing bugs, errors and failing tests',
    },
    {
      ...{ name: 'documentation', models: [TargetOf('gemini')] },
      description: 'writing READMEs, documentation, summaries and release notes',
    },
  ],
};
const kSteps = [
  { ...Tool('whoami'), thinking: 'Who?' },
  { ...Tool('say', { message: 'Before the switch.' }), thinking: 'Now.' },
  { text: 'The bug is fixed.' },
  { ...Tool('say', { message: 'On the way.' }), thinking: 'Say it.' },
  { ...Tool('say', { message: 'After the switch.' }), thinking: 'Again.' },
  { text: 'Moved over.' },
  { text: 'Back again.' },
  { text: `<summary>${kSummary}</summary>` },
  { text: 'Gone on.' },
];

// What is typed stands on the screen before it is sent.
async function Enter(tmux, text, then) {
  tmux.Type(text);
  await Until(`"${text}" on the screen`, () => tmux.Screen().includes(text));
  tmux.Press('Enter');
  await Until(`"${then}" on the screen`, () => tmux.Screen().includes(then));
}

// The client asks back, as the conversation is in the first model's cache.
async function Switch(tmux, model, then) {
  await Enter(tmux, `/model ${model}`, 'Switch model?');
  tmux.Press('Enter');
  await Until(`"${then}" on the screen`, () => tmux.Screen().includes(then));
}

async function Scenario() {
  const root = TempFolder('claude');
  const home = TempFolder('home');
  const world = await StartRoutedWorld(home, kConfiguration);
  world.Play(kSteps);
  const connection = {
    ANTHROPIC_BASE_URL: world.gateway.url,
    ANTHROPIC_AUTH_TOKEN: await world.gateway.Token('Anna'),
  };
  const { tmux } = await StartClaudeScreen({
    ...{ root, home, persona: 'Anna', version: kVersion, api: world, connection },
  });
  const tags = () => Object.fromEntries(Messages(home).map((row) => [row.body, row.tag]));
  const here = () =>
    JSON.parse(world.Katra('who', '--json')).sessions.map((one) => [one.provider, one.model]);
  await Until('an idle client', () => tmux.Screen().includes('❯'));

  await Check('a turn goes to its route with its loop, and the title to background', async () => {
    await Enter(tmux, 'there is a bug in the login, fix it', 'The bug is fixed.');
    assert.deepEqual(world.Asked(), ['deepseek', 'deepseek', 'deepseek']);
    await Until('the title', () => world.asked.some((one) => one.role === null));
    const asides = world.asked.filter((one) => one.role === null);
    assert.deepEqual(asides.map((one) => one.provider), ['ollama']);
    assert.equal(tags()['Before the switch.'], TargetOf('deepseek'));
  });
  await Check('/model openai,gpt-5 moves the conversation at once', async () => {
    await Switch(tmux, 'openai,gpt-5', 'Set model to openai,gpt-5');
    await Enter(tmux, 'and say it once more', 'Moved over.');
    assert.deepEqual(world.Asked().slice(3), ['openai', 'openai', 'openai']);
    const [decision] = (await world.History()).slice(-1);
    assert.deepEqual([decision.rule, decision.reason], ['explicit', 'asked for as openai,gpt-5']);
  });
  await Check('the room shows the new verified tag', async () => {
    assert.equal(tags()['After the switch.'], TargetOf('openai'));
    assert.deepEqual(here(), [['openai', 'gpt-5']]);
    for (const command of ['who', 'list'])
      assert.match(world.Katra(command), /Anna +openai\/gpt-5, verified/);
    await Until('the status line', () => tmux.Screen().includes(`Anna · ${TargetOf('openai')}`));
  });
  await Check('with its own model again, the routes decide again', async () => {
    await Switch(tmux, 'default', 'Set model to Opus');
    await Enter(tmux, 'the login still crashes, fix the bug', 'Back again.');
    assert.deepEqual(world.Asked().slice(6), ['deepseek']);
  });
  await Check('a summary of the conversation is asked of the model that it is on', async () => {
    await Enter(tmux, '/compact', 'Compacted');
    assert.deepEqual(world.Asked().slice(7), ['deepseek']);
    const [decision] = (await world.History()).slice(-1);
    assert.deepEqual([decision.rule, decision.route], ['held', 'debugging']);
  });
  await Check('the conversation goes on from its summary, and a new turn is decided anew', async () => {
    await Enter(tmux, 'write the README for this tool', 'Gone on.');
    assert.deepEqual(world.Asked().slice(8), ['gemini']);
    assert.ok(JSON.stringify(world.requests.at(-1)).includes(kSummary), 'the summary is lost');
  });
  await Check('the upstreams had nothing to refuse', () => assert.deepEqual(world.faults, []));
  await tmux.Kill();
  await Check('the gateway ends when it is told to', () => world.gateway.Stop());
}

RequireInstallation(`claude-code-${kVersion}`);
ServerPath();
IsolateNetwork();
await RunScenario(250, Scenario);
