// What is said to a persona reaches its real Claude Code without being asked for: on a screen of
// its own (tmux), with Katra's server and hooks, and a scripted model. Asserts on what the model
// was given. With --start the session is one of `katra start -b`, else the hooks are in the client's
// own settings. There is no network: see support/network.mjs.

import assert from 'node:assert/strict';

import { kModern, Tool } from './support/claude_checks.mjs';
import { ProcessesWith, StartClaudeScreen, Until } from './support/claude_tui.mjs';
import { RequireInstallation, ServerPath } from './support/installation.mjs';
import { Katra } from './support/katra.mjs';
import { IsolateNetwork } from './support/network.mjs';
import { Check, RunScenario, TempFolder } from './support/scenario.mjs';

const kToAll = 'For everybody: the lamp is lit.';
const kWhileIdle = 'For Sam while idle: quicksilver.';
const kWhileWorking = 'For Sam while working: cinnabar.';
const kAtTheEnd = 'For Sam at the end of the turn: vermilion.';
const kMentioned = 'Is @sam still there? We need the ochre.';

// How often the model has been given a text, in the whole of its last request.
function TimesSeen(request, text) {
  return JSON.stringify(request.messages).split(text).length - 1;
}

function StateOf(home, persona) {
  const here = JSON.parse(Katra(home, 'Dario', 'who', '--json')).sessions;
  return here.find((session) => session.persona === persona)?.activity;
}

async function Delivery() {
  const root = TempFolder('claude');
  const home = TempFolder('home');
  const say = (...words) => Katra(home, 'Dario', 'say', ...words);
  const steps = [
    Tool('hear'), // woken: the prompt's hook has delivered already
    { ...Tool('whoami'), gate: async () => say('--to', 'Sam', kWhileWorking) },
    Tool('hear'),
    { text: 'The first turn is done.', gate: async () => say('--to', 'Sam', kAtTheEnd) },
    { text: 'The end was put off once.' },
    { text: 'Woken by a mention.' },
  ];
  const start = process.argv.includes('--start');
  const run = await StartClaudeScreen({ root, home, persona: 'Sam', version: kModern, steps, start });
  const { api } = run;
  const requests = (count) =>
    Until(`request ${count} of the model`, () => api.requests.length >= count && api.requests);

  await Check('a session that nobody has spoken to is idle, and shown to be', async () => {
    await Until('an idle session', () => StateOf(home, 'Sam') === 'idle');
    assert.equal(api.requests.length, 0);
  });
  await Check('words to all wake nobody, words to Sam wake Sam', async () => {
    say(kToAll);
    say('--to', 'Sam', kWhileIdle);
    const [first] = await requests(1);
    const text = JSON.stringify(first.messages);
    assert.ok(text.includes('in Katra for Sam, the newest from Dario'), text);
    assert.ok(text.includes('UserPromptSubmit hook additional context'), text);
    assert.equal(TimesSeen(first, kWhileIdle), 1);
    assert.equal(TimesSeen(first, kToAll), 1);
  });
  await Check('what a hook delivered, katra_hear does not return', async () => {
    const second = (await requests(2))[1];
    assert.equal(TimesSeen(second, kWhileIdle), 1);
    assert.equal(TimesSeen(second, 'nothing new in main'), 1);
  });
  await Check('what is said while it works comes with the next tool result', async () => {
    const third = (await requests(3))[2];
    assert.equal(TimesSeen(third, 'PostToolUse:mcp__katra__katra_whoami hook'), 1);
    assert.equal(TimesSeen(third, kWhileWorking), 1);
    const fourth = (await requests(4))[3];
    assert.equal(TimesSeen(fourth, kWhileWorking), 1);
    assert.equal(TimesSeen(fourth, 'nothing new in main'), 2);
  });
  await Check('words to Sam at the end of a turn make it go on', async () => {
    const fifth = (await requests(5))[4];
    assert.equal(TimesSeen(fifth, kAtTheEnd), 1);
  });
  await Check('when that is done, the session is idle, with one process that waits', async () => {
    await Until('an idle session', () => StateOf(home, 'Sam') === 'idle');
    assert.equal(api.requests.length, 5);
    await Until('one lock of a wait', () => ProcessesWith(home).length > 0);
  });
  await Check('a name in a message to all wakes the one who has it', async () => {
    say(kMentioned);
    const sixth = (await requests(6))[5];
    assert.equal(TimesSeen(sixth, kMentioned), 1);
    for (const text of [kToAll, kWhileIdle, kWhileWorking, kAtTheEnd]) {
      assert.equal(TimesSeen(sixth, text), 1, text);
    }
    await Until('an idle session', () => StateOf(home, 'Sam') === 'idle');
  });
  await Check('the screen tells who it is', () =>
    Until('the status line', () =>
      run.tmux.Screen().includes(`Sam · ${start ? 'anthropic/claude-opus-4' : 'openai/gpt-4-turbo'} · main`),
    ),
  );
  if (start) {
    await Check("the user's own status line is above Katra's", () =>
      assert.match(run.tmux.Screen(), /a status line of my own\s+Sam · /),
    );
  }
  await Check('when the client ends, nothing of it stays', async () => {
    await run.tmux.Kill();
    await Until('no process of the home', () => ProcessesWith(home).length === 0);
    assert.equal(StateOf(home, 'Sam'), undefined);
  });
  await Check('nothing comes again to the next session of Sam', () => {
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

RequireInstallation();
ServerPath();
IsolateNetwork();
await RunScenario(150, Delivery);
