// Three personas, each in a real Claude Code of its own with a scripted model, talk and remember
// through katra_mcp_server on one home. Asserts what the models saw and what the store holds.
// There is no network: see support/network.mjs.
//
// Each step waits for what somebody else says (katra_hear with wait_seconds), never for time.

import assert from 'node:assert/strict';

import { StartClaude } from './support/claude.mjs';
import {
  CheckModelsView,
  CheckSessions,
  HearUntil,
  kModern,
  kRunSeconds,
  Messages,
  ResultsOf,
  Say,
  Tool,
} from './support/claude_checks.mjs';
import { RequireInstallation, ServerPath } from './support/installation.mjs';
import { IsolateNetwork } from './support/network.mjs';
import { Check, RunScenario, TempFolder } from './support/scenario.mjs';
import { kPersonas } from './support/server.mjs';
import { Query } from './support/store_reader.mjs';

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
  Tool('remember', {
    content: kDecision,
    kind: 'decision',
    reasoning: kReasoning,
    tags: ['bell'],
    importance: 'critical',
  }),
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
  {
    tools: [
      Tool('history', { query: 'quicksilver' }),
      Tool('recall', { query: 'quicksilver', include: 'all' }),
    ],
  },
  Say(kRecalled),
  HearUntil('that is all'),
  { text: 'I heard everything.' },
];

async function ThreePersonas() {
  const root = TempFolder('claude');
  const home = TempFolder('home');
  const scripts = { Dario: kDarioSteps, Sam: kSamSteps, Charlie: kCharlieSteps };
  const runs = await Check(
    'three Claude Code processes talk until each script is done',
    async () => {
      const started = await Promise.all(
        Object.entries(scripts).map(([persona, steps]) =>
          StartClaude({ root, home, persona, version: kModern, steps }),
        ),
      );
      await Promise.all(started.map((run) => run.Finish(kRunSeconds)));
      return started;
    },
  );
  const [dario, sam, charlie] = runs;
  for (const run of runs) await CheckModelsView(run);

  await Check('each model saw the words of the others, with name and provider', () => {
    for (const [run, others] of [
      [dario, ['Sam', 'Charlie']],
      [sam, ['Dario', 'Charlie']],
      [charlie, ['Dario', 'Sam']],
    ]) {
      const heard = ResultsOf(run, 'hear')
        .map((result) => result.text)
        .join('\n');
      for (const other of others) {
        const { provider, model } = kPersonas[other];
        assert.match(
          heard,
          new RegExp(`#\\d+ .*${other} \\(${provider}/${model}`),
          `${run.persona} hears ${other}`,
        );
      }
      assert.doesNotMatch(
        heard,
        new RegExp(`#\\d+ \\S+ ${run.persona} \\(`),
        `${run.persona} hears itself`,
      );
    }
    assert.ok(
      ResultsOf(sam, 'hear').some((result) => result.text.includes(kSecret)),
      'Sam hears the direct message',
    );
  });
  await Check('nothing was heard twice', () => {
    for (const run of runs) {
      const heard = ResultsOf(run, 'hear')
        .map((result) => result.text)
        .join('\n');
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
    const expected = [
      kGreeting,
      kSamAnswers,
      kCharlieAnswers,
      kSecret,
      kSamHasIt,
      kAnnouncement,
      kRecalled,
      kGoodbye,
    ];
    assert.deepEqual([...by_body.keys()].sort(), [...expected].sort());
    for (const row of rows) {
      const { provider, model } = kPersonas[row.sender];
      assert.equal(row.tag, `${provider}/${model}`, row.body);
    }
    assert.equal(by_body.get(kSamAnswers).reply_to, by_body.get(kGreeting).id);
    assert.deepEqual([by_body.get(kSecret).direct, by_body.get(kSecret).recipients], [1, 'Sam']);
    assert.deepEqual(
      [by_body.get(kSamHasIt).direct, by_body.get(kSamHasIt).recipients],
      [1, 'Dario'],
    );
  });
  await Check('the store holds the memory', () => {
    const sql = `SELECT p.name AS author, m.content, m.reasoning, m.scope, m.importance
                   FROM memories m JOIN personas p ON p.id = m.persona_id`;
    assert.deepEqual(Query(home, sql), [
      { author: 'Dario', content: kDecision, reasoning: kReasoning, scope: 0, importance: 1 },
    ]);
  });
  await CheckSessions(home, { Dario: kModern, Sam: kModern, Charlie: kModern });
}

RequireInstallation();
ServerPath();
IsolateNetwork();
await RunScenario(150, ThreePersonas);
