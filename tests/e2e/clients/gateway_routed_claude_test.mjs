// The real Claude Code, offline, through a gateway that routes over seven upstreams: which of them is
// asked for its thinking, long prompts, images, web searches and subagents, that a tool loop keeps its
// model, and that `katra route history` says why.
//
// --only WORD runs the cases whose title has the word; --version VERSION another client.

import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { StartClaude } from './support/claude.mjs';
import { Tool } from './support/claude_checks.mjs';
import { RequireInstallation, ServerPath } from './support/installation.mjs';
import { IsolateNetwork } from './support/network.mjs';
import { kUpstreams, StartRoutedWorld, TargetOf } from './support/routed.mjs';
import { Check, RunScenario, TempFolder } from './support/scenario.mjs';
import { ChatImages } from '../../support/node/wire_chat.mjs';

const kNewest = '2.1.332';
const kSecondsARun = 60;
const kDot =
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==';
const kLine = 'The quick brown fox jumps over the dog.\n';
const kPasted = kLine.repeat(2800);
const kFile = kLine.repeat(1500);
const kEnd = { text: 'That was all.' };

const kConfiguration = {
  personas: {
    Anna: {
      ...{ provider: 'anthropic', model: kUpstreams.anthropic.model },
      routing: {
        background: TargetOf('ollama'),
        think: TargetOf('deepseek'),
        longContext: TargetOf('gemini'),
        image: TargetOf('openai'),
        webSearch: TargetOf('searcher'),
        subagent: TargetOf('helper'),
      },
    },
    // A model that takes no images.
    Dean: {
      ...{ provider: 'deepseek', model: kUpstreams.deepseek.model },
      routing: { image: TargetOf('openai') },
    },
    Olga: {
      ...{ provider: 'anthropic', model: kUpstreams.anthropic.model },
      routing_preferences: [
        {
          ...{ name: 'debugging', models: [TargetOf('deepseek')] },
          description: 'finding and fixing bugs, errors and failing tests',
        },
        {
          ...{ name: 'documentation', models: [TargetOf('gemini')] },
          description: 'writing READMEs, documentation and release notes',
        },
        {
          ...{ name: 'code review', models: [TargetOf('openai')] },
          description: 'reviewing changes and pull requests',
        },
      ],
    },
  },
  routing_rules: { longContextThreshold: 45_000 },
};

const Read = (file) => ({ tool: 'Read', input: { file_path: `PROJECT/${file}` }, thinking: 'Look.' });
const Agent = (prompt) => ({
  tool: 'Task|Agent',
  input: { description: 'look', prompt, subagent_type: 'general-purpose' },
});
const kLoop = [{ ...Tool('whoami'), thinking: 'Who?' }, Read('notes.txt'), Read('dot.txt'), kEnd];
const kThinks = { ANTHROPIC_MODEL: 'claude-sonnet-4-5' }; // which knows no adaptive thinking

// A request that a case expects: who is asked, and why.
const Own = (provider = 'anthropic') => ({ provider, rule: 'default', route: null });
const Scenario = (route, provider) => ({ provider, rule: 'scenario', route });
const Preferred = (route, provider) => ({ provider, rule: 'preference', route });
const Held = ({ provider, route }) => ({ provider, rule: 'held', route });
const Loop = (first, count) => [first, ...Array(count - 1).fill(Held(first))];

// Each turn is a run of the client: {prompt, steps, environment, asked}; later ones continue the
// conversation. `sent(bodies)` looks at what arrived.
const kCases = [
  {
    title: 'adaptive thinking is no thinking, and a tool loop keeps its model',
    turns: [{ steps: kLoop, asked: Loop(Own(), 4) }],
    sent: ([body]) => assert.equal(body.thinking.type, 'adaptive'),
  },
  {
    title: 'thinking that is switched on goes to think, with the whole loop',
    turns: [
      {
        ...{ environment: kThinks, steps: kLoop },
        asked: Loop(Scenario('think', 'deepseek'), 4),
      },
    ],
  },
  {
    title: 'thinking that is switched off does not',
    turns: [
      { environment: { ...kThinks, MAX_THINKING_TOKENS: '0' }, steps: [kEnd], asked: [Own()] },
    ],
    sent: ([body]) => assert.equal(body.thinking.type, 'disabled'),
  },
  {
    title: 'the small model goes to background',
    turns: [
      {
        ...{ environment: { ANTHROPIC_MODEL: 'claude-haiku-4-5' }, steps: [kEnd] },
        asked: [Scenario('background', 'ollama')],
      },
    ],
  },
  {
    title: 'a text that is pasted and long goes to longContext',
    turns: [
      {
        ...{ prompt: `${kPasted}\nWhat is this?`, steps: [Read('notes.txt'), kEnd] },
        asked: Loop(Scenario('longContext', 'gemini'), 2),
      },
    ],
  },
  {
    title: 'long files that a tool reads leave the loop where it is, and the next turn moves',
    turns: [
      { steps: [Read('big.txt'), Read('big2.txt'), kEnd], asked: Loop(Own(), 3) },
      { prompt: 'And what else?', steps: [kEnd], asked: [Scenario('longContext', 'gemini')] },
    ],
  },
  {
    title: 'an image of the prompt goes to image, whole',
    turns: [
      {
        ...{ prompt: 'Describe @dot.png', steps: [Read('notes.txt'), kEnd] },
        asked: Loop(Scenario('image', 'openai'), 2),
      },
    ],
    sent: (bodies) => {
      for (const body of bodies) assert.ok(JSON.stringify(body.input).includes(kDot), 'no image');
    },
  },
  {
    title: 'an image that a tool reads stays with a model that sees',
    turns: [
      { steps: [Read('dot.png'), kEnd], asked: Loop(Own(), 2) },
      { prompt: 'And what else?', steps: [kEnd], asked: [Own()] },
    ],
    sent: (bodies) => assert.ok(JSON.stringify(bodies.at(-1)).includes(kDot), 'no image'),
  },
  {
    title: 'an image that a tool reads goes to image when the model sees none, and stays there',
    ...{ persona: 'Dean' },
    turns: [
      {
        steps: [Read('notes.txt'), Read('dot.png'), Read('dot.txt'), kEnd],
        asked: [
          ...Loop(Own('deepseek'), 2),
          ...Loop(Scenario('image', 'openai'), 2),
        ],
      },
      { prompt: 'Which colour has it?', steps: [kEnd], asked: [Scenario('image', 'openai')] },
    ],
    sent: (bodies) => {
      for (const body of bodies.slice(0, 2)) assert.equal(ChatImages(body).length, 0);
      for (const body of bodies.slice(2)) assert.ok(JSON.stringify(body.input).includes(kDot));
    },
  },
  {
    title: 'a web search is asked of webSearch, and the conversation goes on where it was',
    turns: [
      {
        steps: [{ tool: 'WebSearch', input: { query: 'katra' } }, kEnd],
        asked: [Own(), Scenario('webSearch', 'searcher'), Held(Own())],
      },
    ],
    sent: (bodies) => assert.match(bodies[1].tools[0].type, /^web_search_/),
  },
  {
    title: 'each turn goes to the route that fits its words, with its loop',
    ...{ persona: 'Olga' },
    turns: [
      {
        ...{ prompt: 'there is a bug in the login, fix it', steps: kLoop },
        asked: Loop(Preferred('debugging', 'deepseek'), 4),
      },
      {
        ...{ prompt: 'write the README for this tool', steps: kLoop },
        asked: Loop(Preferred('documentation', 'gemini'), 4),
      },
      {
        ...{ prompt: 'please review my pull request before I merge', steps: kLoop },
        asked: Loop(Preferred('code review', 'openai'), 4),
      },
      {
        ...{ prompt: 'what shall I cook for dinner tonight?', steps: kLoop },
        asked: Loop(Own(), 4),
      },
    ],
  },
];

function Prepare(project) {
  const files = { 'notes.txt': 'alpha\n', 'dot.txt': '.\n', 'big.txt': kFile, 'big2.txt': kFile };
  for (const [name, text] of Object.entries(files)) writeFileSync(join(project, name), text);
  writeFileSync(join(project, 'dot.png'), Buffer.from(kDot, 'base64'));
}

class Client {
  constructor(world, version) {
    this.world_ = world;
    this.version_ = version;
    this.tokens_ = {};
  }

  // One run in `root`, to its end.
  async Run({ root, persona, prompt, steps, others, environment, more }) {
    const project = join(root, `${persona}-${this.version_}`, 'project');
    const placed = (value) => JSON.parse(JSON.stringify(value).replaceAll('PROJECT', project));
    this.world_.Play(placed(steps), placed(others ?? {}));
    this.tokens_[persona] ??= await this.world_.gateway.Token(persona);
    const run = await StartClaude({
      ...{ root, home: this.world_.home, persona, version: this.version_, api: this.world_ },
      ...{ prompt: prompt ?? 'Do what must be done.', more, prepare: Prepare },
      allowed: ['Read', 'WebSearch', 'Task', 'Agent'],
      environment: {
        ANTHROPIC_BASE_URL: this.world_.gateway.url,
        ANTHROPIC_AUTH_TOKEN: this.tokens_[persona],
        ...environment,
      },
    });
    await run.Finish(kSecondsARun);
    return run;
  }
}

const Told = ({ provider, rule, route }) => ({ provider, rule, route });

async function CheckCase(client, world, { title, persona = 'Anna', turns, sent }) {
  await Check(title, async () => {
    const root = TempFolder('routed');
    const bodies = [];
    for (const [at, turn] of turns.entries()) {
      await client.Run({ root, persona, ...turn, more: at > 0 ? ['--continue'] : [] });
      assert.deepEqual(
        world.asked.map((one) => one.provider),
        turn.asked.map((one) => one.provider),
      );
      const history = await world.History();
      assert.deepEqual(history.map(Told), turn.asked);
      for (const one of history) {
        const scenario = one.rule === 'scenario' && `routing.${one.route}`;
        const preferred = one.rule === 'preference' && `route "${one.route}"`;
        const held = one.rule === 'held' && 'held for this turn';
        assert.equal(one.reason, scenario || preferred || held || "the persona's model");
      }
      bodies.push(...world.requests);
    }
    sent?.(bodies);
  });
}

// A subagent works beside its conversation, so that the order of their requests is no matter.
async function CheckSubagents(client, world) {
  const tag = `<CCR-SUBAGENT-MODEL>searcher,${kUpstreams.searcher.model}</CCR-SUBAGENT-MODEL>`;
  const rows = [
    ['a subagent goes to subagent, with its loop', 'Look at the red notes.', 'helper', 'scenario'],
    ["a subagent's tag names its model, and is not sent", `${tag} See the red notes.`, 'searcher', 'tag'],
  ];
  for (const [title, prompt, provider, rule] of rows)
    await Check(title, async () => {
      const root = TempFolder('routed');
      await client.Run({
        ...{ root, persona: 'Anna', steps: [Agent(prompt), Read('notes.txt'), kEnd] },
        others: { 'red notes': [Read('notes.txt'), Read('dot.txt'), { text: 'Seen.' }] },
      });
      assert.deepEqual(world.Asked('red notes'), Array(3).fill(provider));
      assert.deepEqual([...new Set(world.Asked())], ['anthropic']);
      assert.ok(world.Asked().length >= 3, 'the conversation did not go on');
      const history = await world.History();
      const agents = history.filter((one) => one.agent !== null);
      assert.deepEqual(agents.map((one) => one.provider), Array(3).fill(provider));
      assert.equal(agents[0].rule, rule);
      const sub = world.asked.filter((one) => one.role === 'red notes').map((one) => one.body);
      assert.ok(!JSON.stringify(sub).includes('CCR-SUBAGENT'), 'the tag was sent');
    });
}

async function Drive() {
  const flag = (name) => {
    const at = process.argv.indexOf(name);
    return at >= 0 ? process.argv[at + 1] : undefined;
  };
  const home = TempFolder('home');
  const world = await StartRoutedWorld(home, kConfiguration);
  const client = new Client(world, flag('--version') ?? kNewest);
  const only = flag('--only') ?? '';
  for (const one of kCases)
    if (one.title.includes(only)) await CheckCase(client, world, one);
  if ('subagent'.includes(only)) await CheckSubagents(client, world);
  await Check('the gateway ends when it is told to', () => world.gateway.Stop());
}

RequireInstallation(`claude-code-${kNewest}`);
ServerPath();
IsolateNetwork();
await RunScenario(400, Drive);
