// What is said to a persona reaches its real Codex, Gemini CLI and opencode without being asked for:
// while it works, at the end of its turn, and when it is idle. Each runs as `katra start -b` sets it
// up, with a scripted model. Asserts on what the model was given. There is no network: see
// support/network.mjs.
//
// --only codex|gemini|opencode|keys|pair runs one of them: `keys` is a Gemini CLI that is woken by a
// notice typed into its prompt, `pair` two agents that answer each other without an end of their own.

import assert from 'node:assert/strict';

import { ProcessesWith, Until } from './support/claude_tui.mjs';
import { RequireInstallation, ServerPath } from './support/installation.mjs';
import { Katra, KatraPath } from './support/katra.mjs';
import { IsolateNetwork } from './support/network.mjs';
import { Check, DropEvidence, RunScenario, TempFolder } from './support/scenario.mjs';
import { kWoken, StartWoken } from './support/woken.mjs';

const kStartMs = 90_000; // opencode first waits for npm, which is not there
const kToAll = 'For everybody: the lamp is lit.';
const kWhileIdle = 'For Sam while idle: quicksilver.';
const kWhileWorking = 'For Sam while working: cinnabar.';
const kAtTheEnd = 'For Sam at the end of the turn: vermilion.';
const kMentioned = 'Is @sam still there? We need the ochre.';
const kClients = { codex: ['0.171.0', '0.169.0'], opencode: ['1.18.33'], gemini: ['0.61.0'] };

const TimesSeen = (request, text) => JSON.stringify(request).split(text).length - 1;

function StateOf(home, persona) {
  const here = JSON.parse(Katra(home, 'Dario', 'who', '--json')).sessions;
  return here.find((session) => session.persona === persona)?.activity;
}

async function Woken(client, version) {
  DropEvidence();
  const about = `${kWoken[client].title} ${version}`;
  const root = TempFolder(client);
  const home = TempFolder('home');
  const say = (...words) => Katra(home, 'Dario', 'say', ...words);
  const wait = { shell: `${KatraPath()} wait --client gemini`, background: true };
  const waits = client === 'gemini' ? [wait] : [];
  const goals = [
    ...waits,
    { text: 'Ready.' },
    { katra: 'whoami', gate: async () => say('--to', 'Sam', kWhileWorking) },
    { katra: 'hear' },
    ...waits,
    { text: 'The turn is done.', gate: async () => say('--to', 'Sam', kAtTheEnd) },
    { text: 'What came at its end is done, too.' },
    { text: 'Woken by a mention.' },
  ];
  const { api, tmux } = await StartWoken({ client, version, root, home, persona: 'Sam', goals });
  // The request that was answered by the goal of that number, not counting the waits.
  const answered = goals.flatMap((goal, at) => (goal === wait ? [] : [at]));
  const request = (number) =>
    Until(`request ${number} of the model`, () => api.requests[answered[number - 1]]);

  await Check(`${about}: it is in the room`, () =>
    Until('a session of Sam', () => Katra(home, 'Dario', 'who').includes('Sam'), kStartMs));
  await Check(`${about}: its first turn`, async () => {
    tmux.Type('hello');
    await Until('the prompt on the screen', () => tmux.Screen().includes('hello'));
    tmux.Press('Enter');
    await request(1);
    await Until('an idle session', () => StateOf(home, 'Sam') === 'idle');
  });
  await Check(`${about}: words to Sam wake it, words to all wake nobody`, async () => {
    say(kToAll);
    say('--to', 'Sam', kWhileIdle);
    const woken = await request(2);
    assert.equal(TimesSeen(woken, 'in Katra for Sam, the newest from Dario'), 1);
    assert.equal(TimesSeen(woken, kWhileIdle), 1);
    assert.equal(TimesSeen(woken, kToAll), 1);
  });
  await Check(`${about}: what is said while it works comes with the next tool result`, async () => {
    assert.equal(TimesSeen(await request(3), kWhileWorking), 1);
    const heard = await request(4);
    assert.equal(TimesSeen(heard, 'nothing new in main'), 1);
    assert.equal(TimesSeen(heard, kWhileWorking), 1);
  });
  await Check(`${about}: words to Sam at the end of a turn are answered at once`, async () => {
    assert.equal(TimesSeen(await request(5), kAtTheEnd), 1);
    await Until('an idle session', () => StateOf(home, 'Sam') === 'idle');
  });
  await Check(`${about}: a name in a message to all wakes the one who has it`, async () => {
    say(kMentioned);
    const last = await request(6);
    for (const text of [kMentioned, kToAll, kWhileIdle, kWhileWorking, kAtTheEnd]) {
      assert.equal(TimesSeen(last, text), 1, text);
    }
    await Until('an idle session', () => StateOf(home, 'Sam') === 'idle');
  });
  await Check(`${about}: when the client ends, nothing of it stays`, async () => {
    await tmux.Kill();
    await Until('no process of the home', () => ProcessesWith(home).length === 0);
  });
  await Check(`${about}: nothing comes again to the next session of Sam`, () => {
    let heard = '';
    try {
      heard = Katra(home, 'Sam', 'hear');
    } catch (error) {
      heard = error.stdout; // "nothing new" is exit code 1
    }
    assert.equal(heard, 'nothing new in main for Sam\n');
  });
  assert.deepEqual(api.faults, []);
}

async function ByKeys() {
  DropEvidence();
  const root = TempFolder('gemini');
  const home = TempFolder('home');
  const goals = [{ text: 'Woken by keys.' }];
  const { api, tmux } = await StartWoken({
    ...{ client: 'gemini', root, home, persona: 'Sam', goals, options: ['--wake-by-keys'] },
  });
  const reached = () => JSON.parse(Katra(home, 'Dario', 'list', '--json')).sessions[0]?.reached;
  await Check('keys: katra list says how the session is reached', () =>
    Until('a session that is reached by keys', () => reached() === 'keys', kStartMs));
  await Check('keys: words to an idle session are announced in its prompt, without the words', async () => {
    Katra(home, 'Dario', 'say', '--to', 'Sam', kWhileIdle);
    const woken = await Until('a request of the model', () => api.requests[0]);
    const prompt = woken.contents.at(-1).parts.map((part) => part.text ?? '').join('');
    assert.ok(prompt.includes('1 message in Katra for Sam'), prompt);
    assert.equal(TimesSeen(woken, kWhileIdle), 1);
    assert.ok(!tmux.Screen().includes('quicksilver'), 'the words were typed');
  });
  await tmux.Kill();
}

async function Pair() {
  DropEvidence();
  const kBudget = 4;
  const home = TempFolder('home');
  const start = (persona, other) =>
    StartWoken({
      ...{ client: 'opencode', version: kClients.opencode[0], root: TempFolder('pair'), home, persona },
      environment: { KATRA_WAKES_PER_HOUR: `${kBudget}` },
      goals: Array(20)
        .fill([{ katra: 'say', input: { message: 'And you?', to: [other] } }, { text: 'Said.' }])
        .flat(),
    });
  const agents = [await start('Sam', 'Kim'), await start('Kim', 'Sam')];
  const said = () => {
    try {
      return JSON.parse(Katra(home, 'Kim', 'history', '--limit', '100', '--json')).messages;
    } catch (error) {
      if (error.status === 1) return []; // nothing was said yet
      throw error;
    }
  };
  await Check('two agents that answer each other end within their budget', async () => {
    const who = () => Katra(home, 'Dario', 'who');
    await Until('both agents', () => who().includes('Sam') && who().includes('Kim'), kStartMs);
    Katra(home, 'Dario', 'say', '--to', 'Sam', 'Ask Kim how it is.');
    await Until('a note that the budget is used up', () =>
      said().some((message) => message.body.startsWith('Automatic note by Katra')), 150_000);
    const idle = (persona) => StateOf(home, persona) === 'idle';
    await Until('both idle', () => idle('Sam') && idle('Kim'));
    assert.equal(said().filter((message) => message.body === 'And you?').length, kBudget + 1);
  });
  for (const { api, tmux } of agents) {
    await tmux.Kill();
    assert.deepEqual(api.faults, []);
  }
}

async function Scenario() {
  const at = process.argv.indexOf('--only');
  const only = at >= 0 ? process.argv[at + 1] : '';
  for (const [client, versions] of Object.entries(kClients)) {
    if (only && client !== only) continue;
    for (const version of versions) await Woken(client, version);
  }
  if (!only || only === 'keys') await ByKeys();
  if (!only || only === 'pair') await Pair();
}

RequireInstallation('codex-0.171.0', 'codex-0.169.0', 'opencode-1.18.33', '@google/gemini-cli');
ServerPath();
IsolateNetwork();
await RunScenario(400, Scenario);
