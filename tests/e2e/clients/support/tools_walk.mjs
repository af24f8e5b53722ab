// What both official clients must get from every tool, resource and prompt of the server, in any
// protocol version. The drivers hand in a `link`: the one interface over the two client libraries.
// Knows no wire format.
//
// A link has: call(name, arguments, options), listTools(), listResources(cursor), listTemplates(),
// read(uri), listPrompts(), getPrompt(name, arguments), complete(ref, name, value),
// errorCode(error) (of the error that was just thrown), modern (bool).

import assert from 'node:assert/strict';

import { Check } from './scenario.mjs';
import { kPrompts, kTools } from './server.mjs';

const kMaxDescription = 2048; // clients cut what is longer
const kRoomsForPaging = 250;

export function TextOf(result) {
  return result.content.map((block) => block.text ?? '').join('\n');
}

export const RoomUri = (room) => `katra://rooms/${room}/messages`;

async function Rejection(promise) {
  try {
    await promise;
  } catch (error) {
    return error;
  }
  throw new Error('no error came');
}

async function CheckToolList(link) {
  await Check('tools/list: every tool, in the fixed order, described for a model', async () => {
    const tools = await link.listTools();
    assert.deepEqual(
      tools.map((tool) => tool.name),
      kTools,
    );
    for (const tool of tools) {
      assert.ok(
        tool.description.length > 40 && tool.description.length < kMaxDescription,
        tool.name,
      );
      assert.equal(tool.inputSchema.type, 'object', tool.name);
      assert.ok(tool.title, `${tool.name} has a title`);
      for (const hint of ['readOnlyHint', 'destructiveHint', 'idempotentHint', 'openWorldHint']) {
        assert.equal(typeof tool.annotations[hint], 'boolean', `${tool.name}: ${hint}`);
      }
    }
  });
}

// Arguments that make each tool succeed. `memory`: an id to forget. `said`: an own message.
function GoodArguments(other, memory, said) {
  return {
    katra_say: { message: 'every tool is called', to: [other] },
    katra_hear: { wait_seconds: 0, peek: true },
    katra_who_is_here: {},
    katra_history: { limit: 5 },
    katra_receipts: { id: said },
    katra_remember: { content: 'A memory that every tool test writes.', tags: ['walk'] },
    katra_recall: { query: 'memory' },
    katra_forget: { id: memory, reason: 'only a test' },
    katra_claim: { paths: ['docs/'], reason: 'only a test' },
    katra_whoami: {},
  };
}

async function CheckEveryTool(link, guest, other) {
  for (const format of ['text', 'json']) {
    await Check(`tools/call: every tool answers in the format ${format}`, async () => {
      const created = await link.call('katra_remember', {
        content: `To forget (${format}).`,
        format: 'json',
      });
      const memory = created.structuredContent?.id ?? created.structuredContent?.memory?.id;
      assert.equal(typeof memory, 'number', JSON.stringify(created.structuredContent));
      const spoken = await link.call('katra_say', { message: 'Who hears this?', format: 'json' });
      const said = spoken.structuredContent.id;
      const calls = { ...GoodArguments(other, memory, said) };
      for (const [name, input] of Object.entries(calls)) {
        const result = await link.call(name, { ...input, format });
        const text = TextOf(result);
        assert.ok(!result.isError && text !== '', `${name}: ${text}`);
        const structured = typeof result.structuredContent;
        assert.equal(
          structured,
          format === 'json' ? 'object' : 'undefined',
          `${name}: structuredContent`,
        );
        if (format === 'text') continue;
        assert.deepEqual(
          JSON.parse(text),
          result.structuredContent,
          `${name}: the text is the same JSON`,
        );
      }
    });
  }
  await Check('katra_register: names a guest, refuses a session named at launch', async () => {
    const name = `Walker-${process.pid}-${Math.round(performance.now())}`;
    const named = await guest.call('katra_register', { name, role: 'Walker', format: 'json' });
    assert.ok(!named.isError, TextOf(named));
    assert.ok(TextOf(await guest.call('katra_whoami', {})).includes(name));
    const refused = await link.call('katra_register', { name: 'Somebody' });
    assert.equal(refused.isError, true);
  });
}

async function CheckBadCalls(link) {
  await Check(
    'tools/call: what a model can mend is a result, a protocol fault is an error',
    async () => {
      const mistakes = [
        ['katra_say', {}, /message/],
        ['katra_say', { message: 'x', to: ['Nobody-of-this-name'] }, /Nobody-of-this-name/],
        ['katra_hear', { wait_seconds: 'long' }, /wait_seconds/],
        ['katra_hear', { wait_seconds: 51 }, /50/],
        ['katra_remember', { content: 'x', kind: 'poem' }, /decision/],
        ['katra_forget', { id: 999_999 }, /999999|999,999/],
        ['katra_route_feedback', { verdict: 'fine' }, /good/],
        ['katra_route_feedback', { verdict: 'good' }, /nothing to rate/],
        ['katra_say', { message: 'x', format: 'xml' }, /json/],
      ];
      for (const [name, input, names] of mistakes) {
        const result = await link.call(name, input);
        assert.equal(result.isError, true, `${name} ${JSON.stringify(input)}`);
        assert.match(TextOf(result), names, `${name}: the text says what to mend`);
      }
      const error = await Rejection(link.call('katra_shout', {}));
      assert.equal(link.errorCode(error), -32602, error.message);
    },
  );
}

async function CheckResources(link, speaker) {
  await Check('resources: listed, described, read; an unknown one is an error', async () => {
    await speaker.call('katra_say', { message: 'to be read as a resource' });
    const { resources } = await link.listResources();
    const uris = resources.map((resource) => resource.uri);
    for (const uri of ['katra://rooms', 'katra://personas', RoomUri('main')])
      assert.ok(uris.includes(uri), `${uri} in ${uris}`);
    for (const resource of resources)
      assert.ok(resource.name && resource.description, resource.uri);
    const templates = await link.listTemplates();
    assert.deepEqual(templates.map((t) => t.uriTemplate).sort(), [
      'katra://memories/{id}',
      'katra://rooms/{room}/messages',
    ]);

    for (const uri of uris) {
      const { contents } = await link.read(uri);
      assert.equal(contents[0].uri, uri);
      assert.equal(contents[0].mimeType, 'application/json');
      JSON.parse(contents[0].text);
    }
    const read = await link.read(RoomUri('main'));
    assert.ok(read.contents[0].text.includes('to be read as a resource'));
    const remembered = await link.call('katra_remember', {
      content: 'A memory to be read.',
      format: 'json',
    });
    const memory = await link.read(`katra://memories/${remembered.structuredContent.id}`);
    assert.ok(memory.contents[0].text.includes('A memory to be read.'));

    const error = await Rejection(link.read(RoomUri('nosuch')));
    assert.equal(link.errorCode(error), link.modern ? -32602 : -32002, error.message);
  });
  await Check('resources/list: pages give every room once', async () => {
    for (let at = 0; at < kRoomsForPaging; ++at) {
      await speaker.call('katra_say', {
        message: 'a page',
        room: `page-${String(at).padStart(3, '0')}`,
      });
    }
    const uris = [];
    let pages = 0;
    let cursor;
    do {
      const page = await link.listResources(cursor ?? null);
      uris.push(...page.resources.map((resource) => resource.uri));
      cursor = page.nextCursor;
      ++pages;
    } while (cursor !== undefined);
    assert.ok(pages > 1, 'it pages');
    assert.equal(new Set(uris).size, uris.length, 'none twice');
    assert.equal(
      uris.filter((uri) => uri.includes('/page-')).length,
      kRoomsForPaging,
      'none missing',
    );
    const error = await Rejection(link.listResources('not-a-cursor'));
    assert.equal(link.errorCode(error), -32602, error.message);
  });
}

async function CheckPrompts(link, other) {
  await Check('prompts: listed, and each gives a message', async () => {
    const prompts = await link.listPrompts();
    assert.deepEqual(
      prompts.map((prompt) => prompt.name),
      kPrompts,
    );
    for (const prompt of prompts) {
      assert.ok(prompt.description, prompt.name);
      const given = {};
      for (const argument of prompt.arguments ?? []) {
        if (argument.required) given[argument.name] = argument.name === 'room' ? 'main' : other;
      }
      const { messages } = await link.getPrompt(prompt.name, given);
      assert.ok(messages.length > 0 && messages[0].role === 'user', prompt.name);
      assert.ok(messages[0].content.text.length > 0, prompt.name);
    }
    const error = await Rejection(link.getPrompt('no_such_prompt', {}));
    assert.equal(link.errorCode(error), -32602, error.message);
  });
  await Check('completion: rooms by prefix', async () => {
    const template = { type: 'ref/resource', uri: 'katra://rooms/{room}/messages' };
    assert.deepEqual((await link.complete(template, 'room', 'ma')).values, ['main']);
    assert.deepEqual((await link.complete(template, 'room', 'zzz')).values, []);
    const all = await link.complete(template, 'room', 'page-');
    assert.ok(all.values.length <= 100 && all.values.length > 0, `${all.values.length} values`);
    if (kRoomsForPaging > all.values.length) assert.equal(all.hasMore, true);
    const prompt = { type: 'ref/prompt', name: 'catch_up' };
    assert.deepEqual((await link.complete(prompt, 'room', 'ma')).values, ['main']);
  });
}

// Everything above, in order. `guest`: a link of a session without a persona. `speaker`: another
// process's link, as the persona `other`.
export async function WalkEverything(link, guest, speaker, other) {
  await CheckToolList(link);
  await CheckEveryTool(link, guest, other);
  await CheckBadCalls(link);
  await CheckResources(link, speaker);
  await CheckPrompts(link, other);
}
