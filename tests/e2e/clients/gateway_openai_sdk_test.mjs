// The official OpenAI SDK as a client of katra_gateway, through Chat Completions and Responses, before
// a provider of its own format and before one of Anthropic's: answers, streams, tools, typed errors.

import assert from 'node:assert/strict';

import { Load, RequireInstallation } from './support/installation.mjs';
import { Check, RunScenario } from './support/scenario.mjs';
import { kCities, kTold, SdkFixture } from './support/sdk_fixture.mjs';

const kParameters = {
  type: 'object',
  properties: { city: { type: 'string' }, days: { type: 'integer' } },
  required: ['city'],
};
const kWeather = { name: 'get_weather', description: 'A forecast.', parameters: kParameters };
const kAnswered = 'It is fine in Oslo and fine in Łódź.';
const kCalls = kCities.map((city) => ({ name: 'get_weather', input: { city, days: 2 } }));

// A Chat stream put together as a program would do it.
async function Gather(stream) {
  const message = { role: 'assistant', content: '', tool_calls: [] };
  let finish = null;
  let usage = null;
  let chunks = 0;
  for await (const chunk of stream) {
    ++chunks;
    usage = chunk.usage ?? usage;
    const [choice] = chunk.choices;
    if (!choice) continue;
    finish = choice.finish_reason ?? finish;
    message.content += choice.delta.content ?? '';
    for (const part of choice.delta.tool_calls ?? []) {
      message.tool_calls[part.index] ??= { type: 'function', function: { name: '', arguments: '' } };
      const call = message.tool_calls[part.index];
      if (part.id) call.id = part.id;
      call.function.name += part.function?.name ?? '';
      call.function.arguments += part.function?.arguments ?? '';
    }
  }
  return { message, finish, usage, chunks };
}

async function CheckChat(client, about) {
  const ask = (content, more = {}) => ({
    model: 'default',
    messages: [
      { role: 'system', content: 'Be brief.' },
      { role: 'user', content },
    ],
    ...more,
  });
  const send = async (asked, streamed) => {
    if (streamed) {
      const options = { ...asked, stream: true, stream_options: { include_usage: true } };
      return Gather(await client.chat.completions.create(options));
    }
    const { choices, usage } = await client.chat.completions.create(asked);
    return { message: choices[0].message, finish: choices[0].finish_reason, usage, chunks: 99 };
  };
  for (const streamed of [false, true]) {
    const how = `${about}: chat, streamed: ${streamed}`;
    await Check(`${how}: text and usage`, async () => {
      const { message, finish, usage, chunks } = await send(ask('greet me'), streamed);
      assert.equal(message.content, kTold);
      assert.equal(finish, 'stop');
      assert.deepEqual([usage.prompt_tokens, usage.completion_tokens], [120, 15]);
      assert.equal(usage.prompt_tokens_details.cached_tokens, 20);
      assert.ok(chunks > 3, `${chunks} chunks`);
    });
    await Check(`${how}: two tools at once`, async () => {
      const tools = [{ type: 'function', function: kWeather }];
      const asked = ask('the weather of two cities', { tools });
      const first = await send(asked, streamed);
      assert.equal(first.finish, 'tool_calls');
      const calls = first.message.tool_calls;
      assert.deepEqual(
        calls.map((call) => ({
          name: call.function.name,
          input: JSON.parse(call.function.arguments),
        })),
        kCalls,
      );
      const results = calls.map((call) => ({
        role: 'tool',
        tool_call_id: call.id,
        content: `fine in ${JSON.parse(call.function.arguments).city}`,
      }));
      const messages = [...asked.messages, first.message, ...results];
      const second = await send({ ...asked, messages }, streamed);
      assert.equal(second.message.content, kAnswered);
    });
  }
}

async function CheckResponses(client, about) {
  const send = async (asked, streamed) => {
    if (!streamed) return client.responses.create(asked);
    const types = [];
    let done = null;
    for await (const event of await client.responses.create({ ...asked, stream: true })) {
      types.push(event.type);
      if (event.type === 'response.completed') done = event.response;
    }
    assert.equal(types[0], 'response.created');
    assert.equal(types.at(-1), 'response.completed', types.join(' '));
    return done;
  };
  const text_of = (response) =>
    response.output
      .filter((item) => item.type === 'message')
      .flatMap((item) => item.content.map((part) => part.text))
      .join('');
  for (const streamed of [false, true]) {
    const how = `${about}: responses, streamed: ${streamed}`;
    await Check(`${how}: text and usage`, async () => {
      const asked = { model: 'default', instructions: 'Be brief.', input: 'greet me' };
      const response = await send(asked, streamed);
      assert.equal(response.status, 'completed');
      assert.equal(text_of(response), kTold);
      assert.deepEqual([response.usage.input_tokens, response.usage.output_tokens], [120, 15]);
    });
    await Check(`${how}: two tools at once`, async () => {
      const asked = {
        model: 'default',
        tools: [{ type: 'function', strict: false, ...kWeather }],
        input: [{ role: 'user', content: 'the weather of two cities' }],
      };
      const first = await send(asked, streamed);
      const calls = first.output.filter((item) => item.type === 'function_call');
      assert.deepEqual(
        calls.map(({ name, arguments: text }) => ({ name, input: JSON.parse(text) })),
        kCalls,
      );
      const results = calls.map((call) => ({
        type: 'function_call_output',
        call_id: call.call_id,
        output: `fine in ${JSON.parse(call.arguments).city}`,
      }));
      const input = [...asked.input, ...first.output, ...results];
      assert.equal(text_of(await send({ ...asked, input }, streamed)), kAnswered);
    });
  }
}

async function CheckErrors(client, sdk, about) {
  const ways = {
    chat: (words) =>
      client.chat.completions.create({
        model: 'default',
        messages: [{ role: 'user', content: words }],
      }),
    responses: (words) => client.responses.create({ model: 'default', input: words }),
  };
  for (const [way, call] of Object.entries(ways)) {
    const rejects = (words, type, check) =>
      Check(`${about}: ${way}: '${words}' is a ${type.name}`, async () => {
        const error = await call(words).then(
          () => assert.fail('it was answered'),
          (thrown) => thrown,
        );
        assert.ok(error instanceof type, `${error.constructor.name}: ${error.message}`);
        assert.ok(error.error?.message, `no message in ${JSON.stringify(error.error)}`);
        check?.(error);
        // A provider that fails several times in a row would be left alone for a while.
        await call('greet me');
      });
    await rejects('fail 400', sdk.BadRequestError);
    await rejects('fail 403', sdk.PermissionDeniedError);
    await rejects('fail 429', sdk.RateLimitError, (error) =>
      assert.equal(error.headers.get('retry-after'), '7'),
    );
    await rejects('fail 529', sdk.InternalServerError);
    await rejects('fail 500', sdk.InternalServerError);
    await rejects('fail overflow', sdk.BadRequestError);
  }
  await Check(`${about}: chat: a stream that is cut is an error, never an end`, async () => {
    const stream = await client.chat.completions.create({
      model: 'default',
      stream: true,
      messages: [{ role: 'user', content: 'cut' }],
    });
    await assert.rejects(Gather(stream));
  });
}

async function Scenario() {
  const sdk = Load('openai');
  const fixture = await SdkFixture();
  const make = (apiKey) =>
    new sdk.default({ baseURL: `${fixture.gateway.url}/v1`, apiKey, maxRetries: 0 });
  for (const [persona, token] of Object.entries(fixture.tokens)) {
    const client = make(token);
    const about = persona === 'Chat' ? 'to OpenAI format' : 'to Anthropic format';
    await CheckChat(client, about);
    await CheckResponses(client, about);
    await CheckErrors(client, sdk, about);
    await Check(`${about}: an explicit provider/model is taken`, async () => {
      const messages = [{ role: 'user', content: 'greet me' }];
      const model = 'openfake/gpt-4';
      const reply = await client.chat.completions.create({ model, messages });
      assert.equal(reply.model, 'gpt-4-2026-04-09');
    });
    await Check(`${about}: a provider that does not exist is a NotFoundError`, async () => {
      const messages = [{ role: 'user', content: 'greet me' }];
      const model = 'nowhere,gpt-4';
      await assert.rejects(client.chat.completions.create({ model, messages }), sdk.NotFoundError);
      await assert.rejects(client.responses.create({ model, input: 'x' }), sdk.NotFoundError);
    });
  }
  await Check('a wrong token is an AuthenticationError', async () => {
    const wrong = make('x'.repeat(40));
    const messages = [{ role: 'user', content: 'greet me' }];
    await assert.rejects(
      wrong.chat.completions.create({ model: 'default', messages }),
      sdk.AuthenticationError,
    );
    await assert.rejects(
      wrong.responses.create({ model: 'default', input: 'x' }),
      sdk.AuthenticationError,
    );
  });
  await Check('models are listed', async () => {
    const models = [];
    for await (const model of make(fixture.tokens.Chat).models.list()) models.push(model);
    assert.ok(models.length > 0 && models.every((model) => model.id));
  });
  await Check('the providers had nothing to refuse', () => {
    assert.deepEqual([...fixture.chat.faults, ...fixture.native.faults], []);
  });
}

RequireInstallation('openai');
await RunScenario(100, Scenario);
