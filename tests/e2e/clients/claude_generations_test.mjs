// Two personas on two generations of Claude Code, one that probes for the stateless protocol and
// one that shakes hands, talk with each other through katra_mcp_server on one home. Every line
// between them and the server is held against the specification. There is no network.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { StartClaude } from './support/claude.mjs';
import {
  CheckModelsView,
  CheckSessions,
  HearUntil,
  kLegacy,
  kModern,
  kRunSeconds,
  Messages,
  Say,
  Tool,
} from './support/claude_checks.mjs';
import { RequireInstallation, ServerPath } from './support/installation.mjs';
import { IsolateNetwork } from './support/network.mjs';
import { Check, RunScenario, TempFolder } from './support/scenario.mjs';
import { WireWatch } from './support/wire_schemas.mjs';

const kGreeting = 'Hello from Dario. Who is here?';
const kSamAnswers = 'Sam here, ready to review.';
const kGoodbye = 'Thank you, that is all.';

// What makes a client start the server with every line written down in `log`.
function Tapped(log) {
  const tap = join(dirname(fileURLToPath(import.meta.url)), 'support/wire_tap.mjs');
  return { command: process.execPath, args: [tap, log, ServerPath()] };
}

// The lines of a tapped connection, held against the schema of `version`.
function CheckWire(log, version, opening) {
  const watch = new WireWatch(version);
  const methods = [];
  for (const entry of readFileSync(log, 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))) {
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

async function BothGenerations() {
  const root = TempFolder('claude');
  const home = TempFolder('home');
  const dario_steps = [
    Say(kGreeting),
    HearUntil(kSamAnswers),
    Tool('who_is_here'),
    Say(kGoodbye),
    { text: 'Done.' },
  ];
  const sam_steps = [
    HearUntil('Who is here\\?'),
    Say(kSamAnswers, { reply_to: { $find: '#(\\d+) .*Dario', as: 'number' } }),
    HearUntil('that is all'),
    { text: 'Done.' },
  ];
  const modern_log = join(root, 'modern.jsonl');
  const legacy_log = join(root, 'legacy.jsonl');
  const [dario, sam] = await Check(
    `Claude Code ${kModern} and ${kLegacy} talk with each other`,
    async () => {
      const started = await Promise.all([
        StartClaude({
          root,
          home,
          persona: 'Dario',
          version: kModern,
          steps: dario_steps,
          ...Tapped(modern_log),
        }),
        StartClaude({
          root,
          home,
          persona: 'Sam',
          version: kLegacy,
          steps: sam_steps,
          ...Tapped(legacy_log),
        }),
      ]);
      await Promise.all(started.map((run) => run.Finish(kRunSeconds)));
      return started;
    },
  );
  await Check('each spoke its own generation of the protocol', () => {
    assert.ok(
      dario.McpLog().some((line) => line.includes('"negotiatedProtocolVersion":"2026-07-28"')),
      'Dario: modern',
    );
    assert.ok(
      !sam.McpLog().some((line) => line.includes('negotiatedProtocolVersion')),
      'Sam: legacy',
    );
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

// With --legacy the newest client must do with the handshake, and lose no time on it.
async function LegacySwitch() {
  const home = TempFolder('home');
  const run = await Check(`Claude Code ${kModern} uses a server with --legacy`, async () => {
    const started = await StartClaude({
      root: TempFolder('claude'),
      home,
      persona: 'Dario',
      version: kModern,
      args: ['--legacy'],
      prompt: '/mcp__katra__catch_up main',
      steps: [Say(kGreeting), { text: 'Done.' }],
    });
    await started.Finish(kRunSeconds);
    return started;
  });
  await Check('it shook hands', () => {
    const connected = run.McpLog().find((line) => line.includes('Connection established'));
    assert.ok(connected && !connected.includes('"2026-07-28"'), connected);
  });
  await Check('a prompt of the server became what the user says', () => {
    assert.ok(run.UserText().includes("You are Dario in Katra's room main"), run.UserText());
  });
  await CheckModelsView(run);
  await CheckSessions(home, { Dario: kModern });
}

RequireInstallation();
ServerPath();
IsolateNetwork();
await RunScenario(160, async () => {
  await BothGenerations();
  await LegacySwitch();
});
