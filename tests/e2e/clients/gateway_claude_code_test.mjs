// The real Claude Code through katra_gateway on five providers, offline: parallel calls of Katra's own
// tools, thinking, an image, an edit, a 429, a stream that is cut, a prompt that is too long (the
// client compacts), and who_is_here with the tags that the gateway verified.
//
// --only NAME runs one provider; --start has `katra start` bring up the client and the gateway.

import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { StartClaude } from './support/claude.mjs';
import { kModern, Messages, Tool } from './support/claude_checks.mjs';
import {
  CheckNothingLeaks,
  CheckProvider,
  kProviders,
  KeyOf,
  OwnGateway,
  Served,
  StartProviders,
  StartGatewayWorld,
} from './support/gateway_agents.mjs';
import { KatraPath, WritePersonas } from './support/gateway.mjs';
import { InstalledPath, RequireInstallation, ServerPath } from './support/installation.mjs';
import { IsolateNetwork } from './support/network.mjs';
import { Check, RunScenario, TempFolder } from './support/scenario.mjs';
import { kGatewayPersonas } from './support/server.mjs';
import { ChatImages, ChatToolResults } from '../../support/node/wire_chat.mjs';
import { MessagesImages } from '../../support/node/wire_messages.mjs';
import { ToolResults } from '../../support/node/fake_anthropic.mjs';

const kSecondsARun = 100;
const kDot =
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==';
const kThought = 'First I look who is here, and greet them.';
const kSummary = '<summary>The notes were edited, and everybody was greeted.</summary>';
const kGreeting = (persona) => `Hello, this is ${persona}.`;
const kPrompt = (persona) => `You are ${persona}. Do what must be done.`;
const kSecretNote = 'the safe opens with quicksilver-and-cinnabar';
const kEnd = 'All is done as asked.';

function ScriptFor(persona, name, project) {
  const notes = join(project, 'notes.txt');
  const edit = { file_path: notes, old_string: 'alpha', new_string: 'omega' };
  const picture = { tool: 'Read', input: { file_path: join(project, 'dot.png') } };
  return [
    {
      text: 'Let me see.',
      thinking: kThought,
      tools: [Tool('whoami'), Tool('say', { message: kGreeting(persona) })],
    },
    ...(kProviders[name].images === false ? [] : [{ ...picture, thinking: 'A picture.' }]),
    { tool: 'Read', input: { file_path: notes }, thinking: 'The notes.' },
    { tool: 'Edit', input: edit, thinking: 'One word is wrong.' },
    { status: 429, error: { message: 'slow down' }, headers: { 'retry-after': '1' } },
    { ...Tool('who_is_here'), thinking: 'Who is here now?' },
    { text: 'Once upon a time there was a story that never came to its end.', cut: true },
    { ...Tool('say', { message: 'After the cut.' }), thinking: 'Once more.' },
    { overflow: true },
    { text: kSummary },
    { ...Tool('who_is_here'), thinking: 'Where was I?' },
    { text: kEnd },
  ];
}

const ResultsOf = (name, body) =>
  kProviders[name].interface === 'anthropic' ? ToolResults(body) : ChatToolResults(body);
const ImagesOf = (name, body) =>
  kProviders[name].interface === 'anthropic' ? MessagesImages(body) : ChatImages(body);

async function CheckRun({ name, persona, home, run, provider, token }) {
  await Check(`${name}: every step was taken and the client ended well`, async () => {
    await run.Finish(kSecondsARun);
    assert.ok(run.out.includes(kEnd), run.out.slice(-400));
  });
  await Check(`${name}: the provider had nothing to refuse and got its own key`, () =>
    CheckProvider(name, provider, token));
  await Check(`${name}: two calls of one turn were both answered`, () => {
    const results = ResultsOf(name, provider.requests[1]);
    assert.equal(results.length, 2);
    assert.match(results[0].text, new RegExp(`you are ${persona}`));
  });
  if (kProviders[name].images !== false)
    await Check(`${name}: the image arrived whole`, () => {
      const images = provider.requests.flatMap((body) => ImagesOf(name, body));
      assert.ok(images.length > 0, 'no image');
      for (const image of images) assert.ok(image.endsWith(kDot), image.slice(0, 80));
    });
  await Check(`${name}: the file was edited`, () => {
    assert.equal(readFileSync(join(run.project, 'notes.txt'), 'utf8'), `omega ${kSecretNote}\n`);
  });
  await Check(`${name}: the client compacted when the prompt was too long`, () => {
    const last = JSON.stringify(provider.requests.at(-1));
    assert.ok(last.includes('everybody was greeted'), 'the summary is not in the conversation');
  });
  await Check(`${name}: who_is_here shows the model that really answered, verified`, () => {
    const texts = provider.requests.flatMap((body) => ResultsOf(name, body).map((r) => r.text));
    const here = texts.filter((text) => /session.* here now/.test(text)).at(-1);
    assert.match(here, new RegExp(`${persona} \\[you\\] \\(${name}/${Served(name)}, verified\\)`));
  });
  await Check(`${name}: what was said after the first answer carries that tag`, () => {
    const said = Messages(home).filter((row) => row.sender === persona);
    assert.deepEqual(
      said.map((row) => row.body),
      [kGreeting(persona), 'After the cut.'],
    );
    assert.match(said[0].tag, new RegExp(`^${name}/`)); // asked for by the first answer itself
    assert.equal(said[1].tag, `${name}/${Served(name)}`);
  });
}

// Two ways to the gateway. Each gives {gateway, providers, options(name, persona)}: the last one is
// what StartClaude needs to know, and the token where it is known.
async function ByHand(home, scripts) {
  const { gateway, providers } = await StartGatewayWorld(home, scripts);
  const options = async (name, persona) => {
    const token = await gateway.Token(persona);
    const environment = { ANTHROPIC_BASE_URL: gateway.url, ANTHROPIC_AUTH_TOKEN: token };
    return { token, environment };
  };
  return { gateway, providers, options };
}

async function ByKatraStart(home, scripts) {
  const { providers, personas, keys } = await StartProviders(scripts);
  WritePersonas(home, personas);
  const programs = TempFolder('programs');
  mkdirSync(join(programs, 'bin'));
  symlinkSync(InstalledPath(`claude-code-${kModern}/claude`), join(programs, 'bin/claude'));
  const environment = {
    PATH: `${join(programs, 'bin')}:/usr/local/bin:/usr/bin:/bin`,
    HOME: programs,
    KATRA_HOME: home,
    LANG: 'C.UTF-8',
    ...keys,
  };
  const gateway = new OwnGateway(home, environment);
  const options = (name, persona) => ({
    environment: {},
    launcher: {
      command: KatraPath(),
      args: ['start', '--persona', persona, '--provider', name, '--use-router', '--'],
      environment,
    },
  });
  return { gateway, providers, options };
}

async function Scenario() {
  const only = process.argv.indexOf('--only');
  const names = only >= 0 ? [process.argv[only + 1]] : Object.keys(kProviders);
  const root = TempFolder('claude');
  const home = TempFolder('home');
  const persona_of = (name) =>
    Object.entries(kGatewayPersonas).find(([, persona]) => persona.provider === name)[0];
  const project_of = (name) => join(root, `${persona_of(name)}-${kModern}`, 'project');
  const scripts = Object.fromEntries(
    names.map((name) => [name, ScriptFor(persona_of(name), name, project_of(name))]),
  );
  const way = process.argv.includes('--start') ? ByKatraStart : ByHand;
  const { gateway, providers, options } = await way(home, scripts);
  const secrets = {};
  const prompts = { 'what the model was told': kSecretNote };
  for (const name of names) {
    const persona = persona_of(name);
    const { token, ...how } = await options(name, persona);
    if (token) secrets[`the token of ${persona}`] = token;
    if (kProviders[name].key !== null) secrets[`the key of ${name}`] = KeyOf(name);
    prompts[`the prompt of ${persona}`] = kPrompt(persona);
    const run = await StartClaude({
      ...{ root, home, persona, version: kModern, api: providers[name], ...how },
      allowed: ['Read', 'Edit'],
      prompt: kPrompt(persona),
      prepare: (project) => {
        writeFileSync(join(project, 'dot.png'), Buffer.from(kDot, 'base64'));
        writeFileSync(join(project, 'notes.txt'), `alpha ${kSecretNote}\n`);
      },
    });
    await CheckRun({ name, persona, home, run, provider: providers[name], token });
  }
  await Check('no key, token or prompt is in a file, the log, the metrics or a process list', () =>
    CheckNothingLeaks({ home, gateway, secrets, prompts }),
  );
  await Check('the gateway ends when it is told to', () => gateway.Stop());
}

RequireInstallation();
ServerPath();
IsolateNetwork();
await RunScenario(400, Scenario);
