// Replays the golden transcripts of tests/golden/protocol, one for each protocol version, against
// a real server, and compares every line that comes back. KATRA_TEST_ACCEPT=1 writes what came
// instead. With --schemas each line must also fit the specification's schema of that version.
//
// A transcript has one JSON object a line:
//   {"client": message}   sent; the answer must follow, unless "pending": true is beside it
//   {"raw": "text"}       sent as it is; a line with the id null must follow
//   {"other": message}    sent by another persona's process, and its answer awaited, not recorded
//   {"await": "method"}   waits for that notification; it must follow
//   {"server": message}   what came, masked (see support/masking.mjs); at the end, what came after
//                         the end of the input
// A notification that no line awaits fails the replay.

import assert from 'node:assert/strict';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { kRepository, RequireInstallation, ServerPath } from './support/installation.mjs';
import { Mask } from './support/masking.mjs';
import { Check, DropEvidence, RunScenario, TempFolder } from './support/scenario.mjs';
import { Launch } from './support/server.mjs';
import { StdioPeer } from './support/stdio_peer.mjs';

const kFolder = join(kRepository, 'tests/golden/protocol');
const kAccept = process.env.KATRA_TEST_ACCEPT === '1';
const kCheckSchemas = process.argv.includes('--schemas');

function ReadTranscript(path) {
  const lines = readFileSync(path, 'utf8')
    .split('\n')
    .filter((line) => line.trim() !== '');
  return lines.map((line) => JSON.parse(line));
}

// A peer of another persona that has shaken hands already.
async function OtherPersona(home) {
  const { command, args, env } = Launch(home, 'Sam');
  const peer = new StdioPeer('Sam', command, args, { env, cwd: home });
  const hello = {
    protocolVersion: '2025-11-25',
    capabilities: {},
    clientInfo: { name: 'other', version: '1' },
  };
  await peer.Request('hello', 'initialize', hello);
  peer.Send({ jsonrpc: '2.0', method: 'notifications/initialized' });
  return peer;
}

const IsNotification = (message) =>
  !Array.isArray(message) && 'method' in message && !('id' in message);
const SameId = (one, two) => JSON.stringify(one) === JSON.stringify(two);

// Plays the client's side of a transcript; gives the transcript that came of it.
class Replay {
  // `start_other`: starts the other persona's process; called when it first speaks.
  constructor(version, peer, start_other, mask) {
    this.version_ = version;
    this.peer_ = peer;
    this.start_other_ = start_other;
    this.other_ = null;
    this.mask_ = mask;
    this.record_ = [];
    this.awaited_ = new Set(); // notifications that the transcript accounts for
    this.watch_ = null;
  }

  async Play(steps) {
    if (kCheckSchemas) {
      const { WireWatch } = await import('./support/wire_schemas.mjs');
      this.watch_ = new WireWatch(this.version_);
    }
    for (const step of steps) {
      if ('server' in step) continue;
      this.record_.push(step);
      if ('other' in step) await this.LetOtherSpeak(step.other);
      else if ('await' in step) await this.AwaitNotification(step.await);
      else await this.Send(step);
    }
    const from = this.peer_.received.length;
    await this.peer_.Close();
    await this.other_?.Close();
    for (const line of this.peer_.received.slice(from)) if (!IsNotification(line)) this.Keep(line);
    this.RefuseTheRest();
    return this.record_;
  }

  async LetOtherSpeak({ id, method, params }) {
    this.other_ ??= await this.start_other_();
    await this.other_.Request(id, method, params);
  }

  Keep(message) {
    const ordered = Array.isArray(message)
      ? [...message].sort((a, b) => `${a.id}`.localeCompare(`${b.id}`))
      : message;
    this.record_.push({ server: this.mask_.Value(ordered) });
  }

  async Send(step) {
    const message = step.raw ?? step.client;
    const from = this.peer_.received.length;
    if (step.client) this.watch_?.Sent(step.client);
    this.peer_.Send(message);
    const expects_answer = 'raw' in step || Array.isArray(message) || 'id' in message;
    if (step.pending || !expects_answer) return;
    const batch = Array.isArray(message);
    const wanted = (line) => {
      if (IsNotification(line)) return false;
      if (batch) return Array.isArray(line) || line.id === null;
      return !Array.isArray(line) && SameId(line.id, 'raw' in step ? null : message.id);
    };
    this.Keep(
      await this.peer_.Await(`the answer to ${JSON.stringify(message).slice(0, 200)}`, wanted, {
        from,
      }),
    );
  }

  async AwaitNotification(method) {
    const fresh = (line) =>
      IsNotification(line) && line.method === method && !this.awaited_.has(line);
    const message = await this.peer_.Await(method, fresh);
    this.awaited_.add(message);
    this.Keep(message);
  }

  // What the server wrote must be in the transcript, and fit the schema.
  RefuseTheRest() {
    const rest = this.peer_.received.filter(
      (line) => IsNotification(line) && !this.awaited_.has(line),
    );
    assert.deepEqual(rest, [], 'notifications that no line awaits');
    const answers = this.record_.filter((step) => 'server' in step).length - this.awaited_.size;
    const came = this.peer_.received.filter((line) => !IsNotification(line)).length;
    assert.equal(came, answers, 'answers that came, and that were awaited');
    for (const line of this.peer_.received) this.watch_?.Received(line);
    if (this.watch_)
      assert.deepEqual(this.watch_.violations, [], `does not fit the schema of ${this.version_}`);
  }
}

function Compare(expected, actual) {
  const text = (steps) => steps.map((step) => JSON.stringify(step));
  const [want, got] = [text(expected), text(actual)];
  for (let at = 0; at < Math.max(want.length, got.length); ++at) {
    if (want[at] === got[at]) continue;
    assert.deepEqual(
      actual[at],
      expected[at],
      `line ${at + 1}; KATRA_TEST_ACCEPT=1 accepts what came`,
    );
  }
}

async function CheckVersion(version) {
  DropEvidence();
  const path = join(kFolder, `${version}.jsonl`);
  const expected = ReadTranscript(path);
  const home = TempFolder('home');
  const { command, args, env } = Launch(home, 'Dario');
  const peer = new StdioPeer(`server in ${version}`, command, args, { env, cwd: home });
  const mask = new Mask({ [home]: '<home>' });
  const actual = await new Replay(version, peer, () => OtherPersona(home), mask).Play(expected);
  if (kAccept) writeFileSync(path, `${actual.map((step) => JSON.stringify(step)).join('\n')}\n`);
  else Compare(expected, actual);
}

if (kCheckSchemas) RequireInstallation();
ServerPath();
await RunScenario(60, async () => {
  const versions = readdirSync(kFolder)
    .filter((name) => name.endsWith('.jsonl'))
    .map((name) => name.slice(0, -6))
    .sort();
  assert.ok(versions.length >= 5, `transcripts: ${versions}`);
  for (const version of versions) {
    await Check(`${version}: the transcript${kCheckSchemas ? ' and its schema' : ''}`, () =>
      CheckVersion(version),
    );
  }
});
