// The coding agents of today, each in the newest release and one before, before a provider of each
// interface: Katra's own tools, a command, a change of a file, a stream that is cut, an end, and where
// the client can, a second run that goes on with the conversation. Codex with each family of its own
// models, since it offers its tools in another way to each.
//
// --only TEXT runs the cells whose name has it; --table FILE writes what was seen as Markdown.

import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { StartClaude } from './support/claude.mjs';
import { Messages } from './support/claude_checks.mjs';
import { StartGateway } from './support/gateway.mjs';
import { RequireInstallation, ServerPath } from './support/installation.mjs';
import { IsolateNetwork } from './support/network.mjs';
import { RunCodex, RunOpencode } from './support/other_agents.mjs';
import { Check, Defer, DropEvidence, Evidence, RunScenario, TempFolder } from './support/scenario.mjs';
import { StartFakeProvider } from '../../support/node/fake_provider.mjs';

const kSecondsARun = 90;
const kPersona = 'Olga';
const kEnd = 'All is done as asked.';
const kAgain = 'Nothing is left to do.';
const kGreeting = 'Hello, this is Olga.';
const kKey = 'sk-of-the-provider-quicksilver';
const kSummary = 'Everybody was greeted; nothing else was asked for.';
const kPatch = [
  ...['*** Begin Patch', '*** Add File: patched.txt', '+one line', '*** End Patch', ''],
].join('\n');

const kInterfaces = {
  anthropic: { format: 'anthropic', path: '' },
  openai: { format: 'openai', path: '/v1' },
  responses: { format: 'responses', path: '/v1' },
};

// `models`: for Codex, one of each family, by how it offers its tools. `resumes`: that a later run
// goes on with the conversation.
const kClients = {
  claude: {
    title: 'Claude Code',
    versions: ['2.1.332', '2.1.329'],
    models: { any: 'claude-opus-5-5' },
  },
  codex: {
    title: 'Codex CLI',
    versions: ['0.171.0', '0.169.0'],
    models: { 'JavaScript': 'gpt-6-sol', 'tool search': 'gpt-5.5', 'plain': 'a-model-of-ours' },
    resumes: true,
  },
  opencode: { title: 'opencode', versions: ['1.18.33'], models: { any: 'a-model-of-ours' } },
};

// How Codex makes room in a long conversation: by a request of its own, or, where it takes the
// provider for OpenAI, by asking for an item. That one also tries a WebSocket first.
const kCompactions = {
  'own compaction': { settings: ['model_auto_compact_token_limit = 5000'] },
  'remote compaction and WebSocket': {
    settings: ['model_auto_compact_token_limit = 5000'],
    provider: ['name = "OpenAI"', 'supports_websockets = true'],
  },
};
const kLongGoals = [
  { katra: 'say', input: { message: kGreeting }, input_tokens: 200_000 },
  { text: kSummary },
  { text: kEnd },
];

const Goals = (client, family) => [
  { katra: 'whoami', thinking: 'Who am I?' },
  { katra: 'say', input: { message: kGreeting } },
  { shell: 'echo made > made.txt' },
  ...(client === 'codex' && family !== 'plain' ? [{ patch: kPatch }] : []),
  { text: 'Once upon a time there was a story that never came to its end.', cut: true },
  { katra: 'who_is_here', thinking: 'Who is here?' },
  { text: kEnd },
];

async function RunClaude({ root, home, provider, gateway, token, model, version }) {
  const run = await StartClaude({
    ...{ root, home, persona: kPersona, version, api: provider },
    allowed: ['Bash'],
    prompt: 'Do what must be done.',
    environment: {
      ANTHROPIC_BASE_URL: gateway.url,
      ANTHROPIC_AUTH_TOKEN: token,
      ANTHROPIC_MODEL: model,
    },
  });
  await run.Finish(kSecondsARun);
  return { said: run.out, project: run.project };
}

const RunOther =
  (agent, folder) =>
  async ({ root, home, gateway, token, model, version, resume }) => ({
    said: await agent({
      ...{ root, katra_home: home, persona: kPersona, url: gateway.url, token, model, version },
      ...{ prompt: resume ? 'Is anything left?' : 'Do what must be done.', resume },
      seconds: kSecondsARun,
    }),
    project: join(root, folder, 'project'),
  });

const kRun = {
  claude: RunClaude,
  codex: RunOther(RunCodex, 'codex'),
  opencode: RunOther(RunOpencode, 'opencode'),
};

function CheckCell({ provider, token, model, home, project, said, client, family }) {
  assert.ok(said.includes(kEnd), said.slice(-400));
  assert.deepEqual(provider.faults, [], 'the provider had something to refuse');
  assert.ok(provider.ScriptDone(), 'not everything was asked for');
  assert.ok(!JSON.stringify(provider.headers).includes(token), 'the provider saw the token');
  for (const body of provider.requests) assert.equal(body.model, model);
  assert.equal(readFileSync(join(project, 'made.txt'), 'utf8'), 'made\n');
  if (client === 'codex' && family !== 'plain')
    assert.equal(readFileSync(join(project, 'patched.txt'), 'utf8'), 'one line\n');
  const rows = Messages(home).map((row) => [row.sender, row.body, row.tag]);
  assert.deepEqual(rows, [[kPersona, kGreeting, `company/${model}`]]);
}

// A home, a provider of that interface with these goals, and a gateway between.
async function Surroundings({ name, model, goals }) {
  DropEvidence();
  const home = TempFolder('home');
  const { format, path } = kInterfaces[name];
  const provider = await StartFakeProvider({ format, flavour: 'openai', key: kKey, goals });
  Defer(() => provider.Close());
  Evidence('the provider refused', () => provider.faults.join('\n'));
  const company = { api_base_url: provider.url + path, interface: name, api_key_env: 'COMPANY_KEY' };
  const gateway = await StartGateway({
    home,
    personas: {
      personas: { [kPersona]: { provider: 'company', model } },
      providers: { company: { ...company, models: [model] } },
    },
    keys: { COMPANY_KEY: kKey },
  });
  return { home, provider, gateway, token: await gateway.Token(kPersona) };
}

async function RunCell({ client, version, family, model, name }) {
  const { title, resumes } = kClients[client];
  const families = Object.keys(kClients[client].models).length > 1 ? `, ${family}` : '';
  const cell = `${title} ${version}${families} on ${name}`;
  const goals = [...Goals(client, family), ...(resumes ? [{ text: kAgain }] : [])];
  const { provider, gateway, home, token } = await Surroundings({ name, model, goals });
  const root = TempFolder(client);
  const how = { root, home, provider, gateway, token, model, version };
  await Check(`${cell}: tools, a command, a cut stream and an end`, async () => {
    const { said, project } = await kRun[client](how);
    if (resumes) {
      const again = await kRun[client]({ ...how, resume: true });
      assert.ok(again.said.includes(kAgain), again.said.slice(-400));
      const last = JSON.stringify(provider.requests.at(-1));
      assert.ok(last.includes(kEnd), 'the conversation did not go on');
    }
    CheckCell({ ...how, project, said, client, family });
  });
  await gateway.Stop();
}

// A conversation that Codex compacts in its middle.
async function RunCompaction({ name, way }) {
  const cell = `Codex CLI ${kClients.codex.versions[0]}, ${way} on ${name}`;
  const model = 'gpt-5.5';
  const { provider, gateway, home, token } = await Surroundings({ name, model, goals: kLongGoals });
  await Check(`${cell}: the conversation goes on from the summary`, async () => {
    const said = await RunCodex({
      ...{ root: TempFolder('codex'), katra_home: home, persona: kPersona, url: gateway.url, token },
      ...{ model, version: kClients.codex.versions[0], prompt: 'Greet.', seconds: kSecondsARun },
      ...kCompactions[way],
    });
    assert.ok(said.includes(kEnd), said.slice(-400));
    assert.ok(!/Reconnecting|"type":"error","message":"(?!Model metadata)/.test(said), said);
    assert.deepEqual(provider.faults, [], 'the provider had something to refuse');
    const last = JSON.stringify(provider.requests.at(-1));
    assert.ok(last.includes(kSummary), 'the summary is not in the conversation');
  });
  await gateway.Stop();
}

function Cells() {
  const cells = [];
  for (const [client, { versions, models }] of Object.entries(kClients))
    for (const version of versions)
      for (const [family, model] of Object.entries(models))
        for (const name of Object.keys(kInterfaces))
          cells.push({ client, version, family, model, name });
  return cells;
}

function Table(cells) {
  const names = Object.keys(kInterfaces);
  const rows = new Map();
  for (const { client, version, family, name } of cells) {
    const families = Object.keys(kClients[client].models).length > 1 ? ` (${family})` : '';
    const row = `${kClients[client].title} ${version}${families}`;
    rows.set(row, [...(rows.get(row) ?? []), name]);
  }
  const lines = [...rows].map(
    ([row, seen]) => `| ${row} | ${names.map((name) => (seen.includes(name) ? 'works' : '')).join(' | ')} |`,
  );
  return [`| client | ${names.join(' | ')} |`, `|---${'|---'.repeat(names.length)}|`, ...lines, ''].join('\n');
}

async function Scenario() {
  const value = (flag) => {
    const at = process.argv.indexOf(flag);
    return at >= 0 ? process.argv[at + 1] : '';
  };
  const cells = Cells().filter((cell) => Object.values(cell).join(' ').includes(value('--only')));
  for (const cell of cells) await RunCell(cell);
  for (const name of Object.keys(kInterfaces))
    for (const way of Object.keys(kCompactions))
      if (`codex ${way} ${name}`.includes(value('--only'))) await RunCompaction({ name, way });
  if (value('--table')) writeFileSync(value('--table'), Table(cells));
}

RequireInstallation('claude-code-2.1.332', 'codex-0.171.0', 'codex-0.169.0', 'opencode-1.18.33');
ServerPath();
IsolateNetwork();
await RunScenario(1500, Scenario);
