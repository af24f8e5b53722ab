// Three personas, each in a real Claude Code of its own with a scripted model, talk and remember
// through katra_mcp_server on one home; then two of them on different generations of Claude Code.
// Asserts what the models saw and what the store holds. No network: see support/network.mjs.
//
// Each step waits for what somebody else says (katra_hear with wait_seconds), never for time.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { StartClaude } from './support/claude.mjs';
import { RequireInstallation, ServerPath } from './support/installation.mjs';
import { IsolateNetwork } from './support/network.mjs';
import { Check, RunScenario, TempFolder } from './support/scenario.mjs';
import { kPersonas, kTools, Launch } from './support/server.mjs';
import { StdioPeer } from './support/stdio_peer.mjs';
import { Query } from './support/store_reader.mjs';
import { WireWatch } from './support/wire_schemas.mjs';

const kModern = '2.1.329'; // opens with server/discover, 2026-07-28
const kLegacy = '2.1.197'; // opens with initialize, 2025-11-25
const kRunSeconds = 90;
const kMaxConnectMs = 2000; // a server that does not answer the probe costs 3,000

const Tool = (name, input = {}) => ({ tool: `mcp__katra__katra_${name}`, input });
const Say = (message, more = {}) => Tool('say', { message, ...more });
const HearUntil = (...until) => ({ ...Tool('hear', { wait_seconds: 50 }), until });

const kGreeting = 'Hello from Dario. Who is here?';
const kSamAnswers = 'Sam here, ready to review.';
const kCharlieAnswers = 'Charlie here, ready to test.';
const kSecret = 'For Sam alone: the word is quicksilver.';
const kSamHasIt = 'Sam has the word.';
const kDecision = 'The bell is touched after the commit, never before it.';
const kReasoning = 'A reader that wakes early finds nothing and sleeps again.';
const kAnnouncement = 'It is remembered: recall the decision on the bell.';
const kRecalled = 'Charlie has recalled it.';
const kGoodbye = 'Thank you both, that is all.';

const kDarioSteps = [
  Say(kGreeting),
  HearUntil(kSamAnswers, kCharlieAnswers),
  { tools: [Tool('who_is_here'), Tool('whoami'), Tool('recall', { query: 'bell' })] },
  Tool('remember', { content: kDecision, kind: 'decision', reasoning: kReasoning, tags: ['bell'], importance: 'critical' }),
  Say(kSecret, { to: ['Sam'] }),
  Say(kAnnouncement),
  HearUntil(kSamHasIt, kRecalled),
  Say(kGoodbye),
  { text: 'We are done.' },
];
const kSamSteps = [
  HearUntil('Who is here\\?'),
  Say(kSamAnswers, { reply_to: { $find: '#(\\d+) .*Dario', as: 'number' } }),
  HearUntil('quicksilver'),
  Say(kSamHasIt, { to: ['Dario'] }),
  HearUntil('that is all'),
  { text: 'I heard everything.' },
];
const kCharlieSteps = [
  HearUntil('Who is here\\?'),
  Say(kCharlieAnswers),
  HearUntil('recall the decision'),
  Tool('recall', { query: 'when is the bell touched' }),
  { tools: [Tool('history', { query: 'quicksilver' }), Tool('recall', { query: 'quicksilver', include: 'all' })] },
  Say(kRecalled),
  HearUntil('that is all'),
  { text: 'I heard everything.' },
];

// What the server itself says to a client, asked of a process of its own on another home.
async function AskServer(persona) {
  const { command, args, env } = Launch(TempFolder('asked'), persona);
  const peer = new StdioPeer('asked', command, args, { env });
  const initialize = { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'test', version: '0' } };
  const opened = await peer.Request(1, 'initialize', initialize);
  peer.Send({ jsonrpc: '2.0', method: 'notifications/initialized' });
  const listed = await peer.Request(2, 'tools/list', {});
  await peer.Close();
  return { instructions: opened.result.instructions, tools: listed.result.tools };
}

// A resultset in which the answers of `tool` are separate.
function ResultsOf(run, tool) {
  const calls = run.Requests().at(-1).messages.flatMap((m) => (Array.isArray(m.content) ? m.content : []));
  const ids = calls.filter((block) => block.type === 'tool_use' && block.name === `mcp__katra__katra_${tool}`);
  const wanted = new Set(ids.map((block) => block.id));
  return run.Results().filter((result) => wanted.has(result.id));
}

async function CheckModelsView(run) {
  const asked = await AskServer(run.persona);
  await Check(`${run.persona} (${run.version}): every tool is in the first request, whole`, () => {
    const tools = new Map(run.Tools().map((tool) => [tool.name, tool]));
    assert.deepEqual([...tools.keys()].sort(), kTools.map((name) => `mcp__katra__${name}`).sort());
    for (const published of asked.tools) {
      const given = tools.get(`mcp__katra__${published.name}`);
      assert.equal(given.description, published.description, `description of ${published.name}`);
      assert.deepEqual(
        Object.keys(given.input_schema.properties ?? {}).sort(),
        Object.keys(published.inputSchema.properties ?? {}).sort(),
        `arguments of ${published.name}`,
      );
    }
  });
  await Check(`${run.persona} (${run.version}): the instructions are there, to the last word`, () => {
    assert.ok(run.System().includes('# MCP Server Instructions'), 'no section of server instructions');
    assert.ok(asked.instructions.length > 200 && asked.instructions.length <= 2000, `${asked.instructions.length} characters`);
    const sentences = asked.instructions.split(/\n+/).filter((line) => line.trim() !== '');
    for (const line of sentences) assert.ok(run.System().includes(line), `the model lacks: ${line}`);
    assert.ok(!run.System().includes('[truncated]'), 'something was truncated');
  });
  await Check(`${run.persona} (${run.version}): no stall at the start`, () => {
    const milliseconds = run.ConnectMilliseconds();
    console.log(`      connected in ${milliseconds} ms`);
    assert.ok(milliseconds < kMaxConnectMs, `${milliseconds} ms until connected`);
  });
  await Check(`${run.persona} (${run.version}): no call failed`, () => {
    assert.deepEqual(run.Results().filter((result) => result.is_error), []);
  });
}

function SessionRows(home) {
  return Query(
    home,
    `SELECT p.name AS persona, s.provider, s.model, s.client, s.client_version, s.client_session_id, s.ended_at
       FROM sessions s JOIN personas p ON p.id = s.persona_id ORDER BY p.name`,
  );
}

async function CheckSessions(home, versions) {
  await Check('the store has one ended session of each, with client and provider', () => {
    const rows = SessionRows(home);
    const expected = Object.entries(versions).sort().map(([persona, version]) => ({
      persona,
      provider: kPersonas[persona].provider,
      model: kPersonas[persona].model,
      client: 'claude-code',
      client_version: version,
    }));
    const shown = rows.map(({ persona, provider, model, client, client_version }) => ({ persona, provider, model, client, client_version }));
    assert.deepEqual(shown, expected);
    for (const row of rows) {
      assert.ok(row.ended_at !== null, `${row.persona}'s session did not end`);
      assert.match(row.client_session_id, /^[0-9a-f-]{36}$/, `${row.persona}'s client session id`);
    }
    assert.deepEqual(Query(home, 'PRAGMA integrity_check'), [{ integrity_check: 'ok' }]);
  });
}

function Messages(home) {
  return Query(
    home,
    `SELECT m.id, p.name AS sender, m.body, m.direct, m.reply_to, m.provider || '/' || m.model AS tag,
            (SELECT group_concat(r.name) FROM message_recipients mr JOIN personas r ON r.id = mr.persona_id
              WHERE mr.message_id = m.id) AS recipients
       FROM messages m JOIN personas p ON p.id = m.persona_id ORDER BY m.id`,
  );
}

async function ThreePersonas(root) {
  const home = TempFolder('home');
  const scripts = { Dario: kDarioSteps, Sam: kSamSteps, Charlie: kCharlieSteps };
  const runs = await Check('three Claude Code processes talk until each script is done', async () => {
    const started = await Promise.all(
      Object.entries(scripts).map(([persona, steps]) => StartClaude({ root, home, persona, version: kModern, steps })),
    );
    await Promise.all(started.map((run) => run.Finish(kRunSeconds)));
    return started;
  });
  const [dario, sam, charlie] = runs;
  for (const run of runs) await CheckModelsView(run);

  await Check('each model saw the words of the others, with name and provider', () => {
    for (const [run, others] of [[dario, ['Sam', 'Charlie']], [sam, ['Dario', 'Charlie']], [charlie, ['Dario', 'Sam']]]) {
      const heard = ResultsOf(run, 'hear').map((result) => result.text).join('\n');
      for (const other of others) {
        const { provider, model } = kPersonas[other];
        assert.match(heard, new RegExp(`#\\d+ .*${other} \\(${provider}/${model}`), `${run.persona} hears ${other}`);
      }
      assert.doesNotMatch(heard, new RegExp(`#\\d+ \\S+ ${run.persona} \\(`), `${run.persona} hears itself`);
    }
    assert.ok(ResultsOf(sam, 'hear').some((result) => result.text.includes(kSecret)), 'Sam hears the direct message');
  });
  await Check('nothing was heard twice', () => {
    for (const run of runs) {
      const heard = ResultsOf(run, 'hear').map((result) => result.text).join('\n');
      const ids = [...heard.matchAll(/^#(\d+) /gm)].map((match) => match[1]);
      assert.deepEqual(ids, [...new Set(ids)], `${run.persona} heard ${ids}`);
    }
  });
  await Check('who_is_here names the three, with their providers', () => {
    const [here] = ResultsOf(dario, 'who_is_here');
    for (const [name, { provider, model }] of Object.entries(kPersonas)) {
      assert.match(here.text, new RegExp(`${name}\\b.*${provider}/${model}`), 'who_is_here');
    }
    assert.match(ResultsOf(dario, 'whoami')[0].text, /Dario/);
  });
  await Check('what Dario remembered, Charlie recalled', () => {
    const [recalled] = ResultsOf(charlie, 'recall');
    assert.ok(recalled.text.includes(kDecision), recalled.text);
    assert.match(recalled.text, /Dario/);
  });
  await Check('the direct message never reached Charlie, by hearing, history or search', () => {
    const everything = JSON.stringify(charlie.Results());
    assert.ok(!everything.includes('the word is'), everything);
  });
  await Check('the store holds what was said, by whom and to whom', () => {
    const rows = Messages(home);
    const by_body = new Map(rows.map((row) => [row.body, row]));
    const expected = [kGreeting, kSamAnswers, kCharlieAnswers, kSecret, kSamHasIt, kAnnouncement, kRecalled, kGoodbye];
    assert.deepEqual([...by_body.keys()].sort(), [...expected].sort());
    for (const row of rows) {
      const { provider, model } = kPersonas[row.sender];
      assert.equal(row.tag, `${provider}/${model}`, row.body);
    }
    assert.equal(by_body.get(kSamAnswers).reply_to, by_body.get(kGreeting).id);
    assert.deepEqual([by_body.get(kSecret).direct, by_body.get(kSecret).recipients], [1, 'Sam']);
    assert.deepEqual([by_body.get(kSamHasIt).direct, by_body.get(kSamHasIt).recipients], [1, 'Dario']);
  });
  await Check('the store holds the memory', () => {
    const sql = `SELECT p.name AS author, m.content, m.reasoning, m.scope, m.importance FROM memories m
                 JOIN personas p ON p.id = m.persona_id`;
    assert.deepEqual(Query(home, sql), [
      { author: 'Dario', content: kDecision, reasoning: kReasoning, scope: 0, importance: 1 },
    ]);
  });
  await CheckSessions(home, { Dario: kModern, Sam: kModern, Charlie: kModern });
}

// What makes a client start the server with every line written down in `log`.
function Tapped(log) {
  const tap = join(dirname(fileURLToPath(import.meta.url)), 'support/wire_tap.mjs');
  return { command: process.execPath, args: [tap, log, ServerPath()] };
}

// The lines of a tapped connection, held against the schema of `version`.
function CheckWire(log, version, opening) {
  const watch = new WireWatch(version);
  const methods = [];
  for (const entry of readFileSync(log, 'utf8').trim().split('\n').map((line) => JSON.parse(line))) {
    if (entry.client) {
      const message = JSON.parse(entry.client);
      methods.push(message.method);
      watch.Sent(message);
    } else {
      watch.Received(JSON.parse(entry.server));
    }
  }
  assert.equal(methods[0], opening, 'the first line of the client');
  assert.ok(methods.includes('tools/call') && watch.seen > 5, `${watch.seen} lines`);
  assert.deepEqual(watch.violations, []);
}

async function BothGenerations(root) {
  const home = TempFolder('home');
  const dario_steps = [Say(kGreeting), HearUntil(kSamAnswers), Tool('who_is_here'), Say(kGoodbye), { text: 'Done.' }];
  const sam_steps = [
    HearUntil('Who is here\\?'),
    Say(kSamAnswers, { reply_to: { $find: '#(\\d+) .*Dario', as: 'number' } }),
    HearUntil('that is all'),
    { text: 'Done.' },
  ];
  const modern_log = join(root, 'modern.jsonl');
  const legacy_log = join(root, 'legacy.jsonl');
  const [dario, sam] = await Check(`Claude Code ${kModern} and ${kLegacy} talk with each other`, async () => {
    const started = await Promise.all([
      StartClaude({ root, home, persona: 'Dario', version: kModern, steps: dario_steps, ...Tapped(modern_log) }),
      StartClaude({ root, home, persona: 'Sam', version: kLegacy, steps: sam_steps, ...Tapped(legacy_log) }),
    ]);
    await Promise.all(started.map((run) => run.Finish(kRunSeconds)));
    return started;
  });
  await Check('each spoke its own generation of the protocol', () => {
    assert.ok(dario.McpLog().some((line) => line.includes('"negotiatedProtocolVersion":"2026-07-28"')), 'Dario: modern');
    assert.ok(!sam.McpLog().some((line) => line.includes('negotiatedProtocolVersion')), 'Sam: legacy');
  });
  await Check('every line of the server fits the schema of its version', () => {
    CheckWire(modern_log, '2026-07-28', 'server/discover');
    CheckWire(legacy_log, '2025-11-25', 'initialize');
  });
  await CheckModelsView(sam);
  await Check('each heard the other', () => {
    assert.ok(dario.Seen().includes(kSamAnswers) && sam.Seen().includes(kGoodbye));
    const rows = new Map(Messages(home).map((row) => [row.body, row]));
    assert.equal(rows.get(kSamAnswers).reply_to, rows.get(kGreeting).id);
  });
  await CheckSessions(home, { Dario: kModern, Sam: kLegacy });
}

RequireInstallation();
ServerPath();
IsolateNetwork();
await RunScenario(260, async () => {
  const root = TempFolder('claude');
  await ThreePersonas(root);
  await BothGenerations(root);
});
