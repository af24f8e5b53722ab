// The official Anthropic SDK as a client of katra_gateway, before a provider of its own format and
// before one of OpenAI's: messages, streams, tools, counts, models, and errors as the SDK's own types.

import assert from 'node:assert/strict';

import { Load, RequireInstallation } from './support/installation.mjs';
import { Check, RunScenario } from './support/scenario.mjs';
import { kCities, kThought, kTold, SdkFixture } from './support/sdk_fixture.mjs';

const kWeather = {
  name: 'get_weather',
  description: 'The weather of a city.',
  input_schema: {
    type: 'object',
    properties: { city: { type: 'string' }, days: { type: 'integer' } },
    required: ['city'],
  },
};
const Ask = (content, more = {}) => ({
  model: 'claude-opus-5-5',
  max_tokens: 1000,
  messages: [{ role: 'user', content }],
  ...more,
});

async function CheckTexts(client, about, served) {
  const check_message = (message) => {
    assert.equal(message.type, 'message');
    assert.deepEqual(
      message.content.map(({ type, text }) => ({ type, text })),
      [{ type: 'text', text: kTold }],
    );
    assert.equal(message.stop_reason, 'end_turn');
    assert.equal(message.model, served);
    const { input_tokens, output_tokens, cache_read_input_tokens } = message.usage;
    assert.deepEqual([input_tokens, cache_read_input_tokens, output_tokens], [100, 20, 15]);
  };
  await Check(`${about}: a message`, async () => {
    const { data, response } = await client.messages.create(Ask('greet me')).withResponse();
    check_message(data);
    assert.match(data.id, /^msg_/);
    assert.ok(response.headers.get('request-id'), 'no request-id');
  });
  await Check(`${about}: a stream`, async () => {
    const stream = client.messages.stream(Ask('greet me'));
    let text = '';
    let deltas = 0;
    stream.on('text', (piece) => {
      text += piece;
      ++deltas;
    });
    check_message(await stream.finalMessage());
    assert.equal(text, kTold);
    assert.ok(deltas > 3, `${deltas} deltas`);
  });
  await Check(`${about}: thinking comes as thinking, before the text`, async () => {
    const asked = Ask('think first', { thinking: { type: 'adaptive' } });
    const messages = [
      await client.messages.create(asked),
      await client.messages.stream(asked).finalMessage(),
    ];
    for (const { content } of messages) {
      assert.deepEqual(
        content.map((block) => block.type),
        ['thinking', 'text'],
      );
      assert.equal(content[0].thinking, kThought);
    }
  });
}

async function CheckTools(client, about) {
  for (const streamed of [false, true]) {
    await Check(`${about}: two tools at once, streamed: ${streamed}`, async () => {
      const send = (asked) =>
        streamed
          ? client.messages.stream(asked).finalMessage()
          : client.messages.create(asked);
      const asked = Ask('the weather of two cities', { tools: [kWeather] });
      const first = await send(asked);
      assert.equal(first.stop_reason, 'tool_use');
      const calls = first.content.filter((block) => block.type === 'tool_use');
      assert.deepEqual(
        calls.map(({ name, input }) => ({ name, input })),
        kCities.map((city) => ({ name: 'get_weather', input: { city, days: 2 } })),
      );
      const results = calls.map((call) => ({
        type: 'tool_result',
        tool_use_id: call.id,
        content: `fine in ${call.input.city}`,
      }));
      const second = await send({
        ...asked,
        messages: [
          ...asked.messages,
          { role: 'assistant', content: first.content },
          { role: 'user', content: results },
        ],
      });
      assert.equal(second.content.at(-1).text, 'It is fine in Oslo and fine in Łódź.');
    });
  }
}

async function CheckErrors(client, sdk, about) {
  const rejects = (words, type, check, stream = false) =>
    Check(`${about}: '${words}' is a ${type.name}${stream ? ', of a stream too' : ''}`, async () => {
      const call = () =>
        stream
          ? client.messages.stream(Ask(words)).finalMessage()
          : client.messages.create(Ask(words));
      const error = await call().then(
        () => assert.fail('it was answered'),
        (thrown) => thrown,
      );
      assert.ok(error instanceof type, `${error.constructor.name}: ${error.message}`);
      check?.(error);
      // A provider that fails several times in a row would be left alone for a while.
      await client.messages.create(Ask('greet me'));
    });
  const of_type = (kind) => (error) => assert.equal(error.error?.error?.type, kind, error.message);
  for (const stream of [false, true]) {
    await rejects('fail 400', sdk.BadRequestError, of_type('invalid_request_error'), stream);
    await rejects('fail 403', sdk.PermissionDeniedError, of_type('permission_error'), stream);
    await rejects(
      'fail 429',
      sdk.RateLimitError,
      (error) => {
        of_type('rate_limit_error')(error);
        assert.equal(error.headers.get('retry-after'), '7');
      },
      stream,
    );
    await rejects('fail 529', sdk.InternalServerError, of_type('overloaded_error'), stream);
    await rejects('fail 500', sdk.InternalServerError, of_type('api_error'), stream);
    await rejects(
      'fail overflow',
      sdk.BadRequestError,
      (error) => assert.match(error.message, /prompt is too long: \d+ tokens > \d+ maximum/),
      stream,
    );
  }
  await rejects('cut', sdk.AnthropicError, undefined, true);
}

async function CheckRest(fixture, client, sdk, token, about) {
  await Check(`${about}: tokens are counted`, async () => {
    const { input_tokens } = await client.messages.countTokens({
      model: 'claude-opus-5-5',
      messages: [{ role: 'user', content: 'x'.repeat(4000) }],
    });
    assert.ok(input_tokens > 500 && input_tokens < 5000, `${input_tokens}`);
  });
  await Check(`${about}: models are listed under names that Claude Code keeps`, async () => {
    const models = [];
    for await (const model of client.models.list({ limit: 1000 })) models.push(model);
    assert.ok(models.length > 0, 'no model');
    for (const model of models) {
      assert.equal(model.type, 'model');
      assert.match(model.id, /^claude|^anthropic/);
      assert.ok(model.display_name && model.created_at, JSON.stringify(model));
    }
  });
  await Check(`${about}: a wrong token is an AuthenticationError`, async () => {
    const wrong = new sdk.default({ baseURL: fixture.gateway.url, apiKey: 'x'.repeat(40), maxRetries: 0 });
    await assert.rejects(wrong.messages.create(Ask('greet me')), sdk.AuthenticationError);
  });
  await Check(`${about}: the token is taken as an API key too`, async () => {
    const other = new sdk.default({ baseURL: fixture.gateway.url, apiKey: token, maxRetries: 0 });
    assert.equal((await other.messages.create(Ask('greet me'))).content[0].text, kTold);
  });
  await Check(`${about}: a provider that does not exist is a NotFoundError`, async () => {
    const asked = Ask('greet me', { model: 'nowhere,gpt-4' });
    await assert.rejects(client.messages.create(asked), (error) => {
      assert.ok(error instanceof sdk.NotFoundError, `${error.constructor.name}: ${error.message}`);
      assert.match(error.message, /nowhere/);
      return true;
    });
  });
  await Check(`${about}: an explicit provider,model is taken`, async () => {
    const message = await client.messages.create(Ask('greet me', { model: 'openfake,gpt-4' }));
    assert.equal(message.model, 'gpt-4-2026-04-09');
  });
}

async function Scenario() {
  const sdk = Load('@anthropic-ai/sdk');
  const fixture = await SdkFixture();
  const served = { Chat: 'gpt-4-turbo-2026-04-09', Native: 'claude-opus-4' };
  for (const [persona, token] of Object.entries(fixture.tokens)) {
    const client = new sdk.default({
      baseURL: fixture.gateway.url,
      authToken: token,
      apiKey: null,
      maxRetries: 0,
    });
    const about = persona === 'Chat' ? 'translated' : 'same format';
    await CheckTexts(client, about, served[persona]);
    await CheckTools(client, about);
    await CheckErrors(client, sdk, about);
    await CheckRest(fixture, client, sdk, token, about);
  }
  await Check('an HTML page instead of an answer is an error, not a message', async () => {
    const options = { baseURL: fixture.gateway.url, authToken: fixture.tokens.Chat, apiKey: null, maxRetries: 0 };
    const client = new sdk.default(options);
    await assert.rejects(client.messages.create(Ask('fail html')), sdk.InternalServerError);
  });
  await Check('a quota that is used up is not to be tried again', async () => {
    const options = { baseURL: fixture.gateway.url, authToken: fixture.tokens.Chat, apiKey: null, maxRetries: 3 };
    const before = fixture.chat.requests.length;
    await assert.rejects(new sdk.default(options).messages.create(Ask('fail quota')), sdk.APIError);
    assert.equal(fixture.chat.requests.length - before, 1, 'requests at the provider');
  });
  await Check('the providers had nothing to refuse, and never saw a token', () => {
    assert.deepEqual([...fixture.chat.faults, ...fixture.native.faults], []);
    const seen = JSON.stringify([...fixture.chat.headers, ...fixture.native.headers]);
    for (const token of Object.values(fixture.tokens)) assert.ok(!seen.includes(token));
  });
  await Check('the gateway ends when it is told to', () => fixture.gateway.Stop());
}

RequireInstallation('@anthropic-ai/sdk');
await RunScenario(100, Scenario);
