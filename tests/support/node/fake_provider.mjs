// A scripted stand-in for a model provider on 127.0.0.1, in the Chat Completions, the Responses, the
// Anthropic or the Gemini format. It is as strict as the real ones: a request that they would refuse is refused, and noted in `faults`.
// Knows nothing of Katra.
//
// What it answers comes from `steps` (see fake_anthropic.mjs; one for each request that has tools)
// or from `answer`, a function of the request's body that gives a step. `goals` are steps, too, for
// clients that offer one thing in several ways (see goals.mjs). A step may also say
//   "thinking": "…"         what the model thinks before it answers
//   "status": 429           an error instead, with "error" {message, type, code}, "headers" {…}
//   "overflow": true        the format's own words for a prompt that is too long
//   "cut": true             the connection is cut in the middle of the answer
//   "html": true            a page instead of an answer
//   "input_tokens": 200000  what the answer's usage says
//   gate: async function    awaited before the answer
// and a tool's name that begins with "~" is a regex for one of the tools that the request offers.

import { createServer } from 'node:http';

import { Script, ToolResults } from './fake_anthropic.mjs';
import { Goals } from './goals.mjs';
import * as chat from './wire_chat.mjs';
import * as gemini from './wire_gemini.mjs';
import * as messages from './wire_messages.mjs';
import * as responses from './wire_responses.mjs';

const kOverflow = {
  openai: [
    "This model's maximum context length is 128000 tokens. However, your messages resulted in " +
      '140000 tokens. Please reduce the length of the messages.',
    'invalid_request_error',
    'context_length_exceeded',
  ],
  anthropic: ['prompt is too long: 210000 tokens > 200000 maximum', 'invalid_request_error', null],
};

kOverflow.responses = kOverflow.openai;

// The names of the tools that a request offers.
const Offered = (body) => (body.tools ?? []).map((tool) => tool.function?.name ?? tool.name);

const kFormats = {
  openai: {
    path: /\/chat\/completions$/,
    check: chat.CheckChatRequest,
    reply: chat.ChatReply,
    events: chat.ChatEvents,
    error: chat.ChatError,
    results: chat.ChatToolResults,
    tools: Offered,
  },
  responses: {
    path: /\/responses$/,
    check: responses.CheckResponsesRequest,
    reply: responses.ResponsesReply,
    events: responses.ResponsesEvents,
    error: responses.ResponsesError,
    results: responses.ResponsesToolResults,
    tools: (body) => responses.ResponsesTools(body).map((tool) => tool.name ?? tool.type),
  },
  anthropic: {
    path: /\/v1\/messages$/,
    check: messages.CheckMessagesRequest,
    reply: messages.MessagesReply,
    events: messages.MessagesEvents,
    error: messages.MessagesError,
    results: ToolResults,
    tools: Offered,
  },
  gemini: {
    path: gemini.kGeminiPath,
    read: gemini.ReadGeminiRequest,
    check: gemini.CheckGeminiRequest,
    reply: gemini.GeminiReply,
    events: gemini.GeminiEvents,
    error: gemini.GeminiError,
    results: gemini.GeminiToolResults,
    tools: gemini.GeminiTools,
  },
};

async function ReadBody(request) {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8');
}

function WriteJson(response, status, value, headers = {}) {
  response.writeHead(status, { 'content-type': 'application/json', ...headers });
  response.end(JSON.stringify(value));
}

// Sets the names that a step leaves to the request.
function ResolveNames(names, turn) {
  for (const block of turn.blocks) {
    if (!block.name?.startsWith('~')) continue;
    const name = names.find((known) => new RegExp(block.name.slice(1)).test(known));
    if (!name) throw new Error(`no tool like ${block.name} among ${names}`);
    block.name = name;
  }
  return turn;
}

let call_number = 0; // ids are unique over all providers of a process

// A step as a turn, for `answer` functions.
function TurnOf(step) {
  const calls = step.tools ?? (step.tool ? [step] : []);
  const blocks = calls.map((call) => ({
    type: 'tool_use',
    id: `toolu_a${String(++call_number).padStart(4, '0')}`,
    name: call.tool,
    input: call.input ?? {},
  }));
  if (step.text) blocks.unshift({ type: 'text', text: step.text });
  return { blocks, stop: calls.length > 0 ? 'tool_use' : 'end_turn', step };
}

class FakeProvider {
  constructor(options) {
    this.options_ = options;
    this.wire_ = kFormats[options.format];
    this.script_ = options.steps ? new Script(options.steps, this.wire_.results) : null;
    this.goals_ = options.goals ? new Goals(options.goals) : null;
    this.requests = []; // bodies of the requests that took a step, in order
    this.asides = []; // bodies of those that took none
    this.headers = []; // of `requests`
    this.faults = [];
    this.aborted = 0; // answers that the other side did not wait for
  }

  ScriptDone() {
    return this.goals_ ? this.goals_.Done() : this.script_ === null || this.script_.Done();
  }

  CheckKey(headers) {
    const { key } = this.options_;
    if (!key) return;
    const given = headers['x-api-key'] ?? headers.authorization?.replace(/^Bearer /, '');
    if (given !== key) throw new chat.Refusal(401, 'Incorrect API key provided', 'invalid_api_key');
  }

  NextTurn(body) {
    const names = this.wire_.tools(body);
    if (this.goals_) return names.length > 0 ? TurnOf(this.goals_.Next(names)) : null;
    if (!this.script_) return TurnOf(this.options_.answer(body));
    return names.length > 0 ? ResolveNames(names, this.script_.Next(body)) : null;
  }

  async Answer(request, response) {
    const text = await ReadBody(request);
    const path = request.url.split('?')[0];
    if (path.endsWith(':countTokens')) return WriteJson(response, 200, { totalTokens: 120 });
    if (path.endsWith('/count_tokens')) return WriteJson(response, 200, { input_tokens: 4321 });
    if (request.method !== 'POST' || !this.wire_.path.test(path))
      throw new chat.Refusal(404, `no such path: ${path}`);
    const body = this.wire_.read?.(JSON.parse(text), path) ?? JSON.parse(text);
    this.CheckKey(request.headers);
    this.wire_.check(body, this.options_.flavour);
    const turn = this.NextTurn(body) ?? { ...TurnOf({ text: 'ok' }), aside: true };
    if (turn.aside) this.asides.push(body);
    else {
      this.requests.push(body);
      this.headers.push(request.headers);
    }
    await turn.step.gate?.();
    return this.Give(request, response, body, turn);
  }

  async Give(request, response, body, turn) {
    const { step } = turn;
    const { format, flavour, served } = this.options_;
    if (step.overflow)
      return WriteJson(response, 400, this.wire_.error(400, ...kOverflow[format]));
    if (step.status) {
      const { message = 'told to fail', type, code = null } = step.error ?? {};
      const value = this.wire_.error(step.status, message, type, code);
      return WriteJson(response, step.status, value, step.headers);
    }
    if (step.html) {
      response.writeHead(200, { 'content-type': 'text/html' });
      return response.end('<html><body>Welcome to the hotel network</body></html>');
    }
    const said = { ...turn, thinking: step.thinking, cut: step.cut };
    const model = served ? served(body.model) : body.model;
    if (!body.stream && !step.cut)
      return WriteJson(response, 200, this.wire_.reply(body, model, said, flavour), {
        'request-id': 'req_fake',
        'x-request-id': 'req_fake',
      });
    response.writeHead(200, { 'content-type': 'text/event-stream', 'request-id': 'req_fake' });
    response.once('close', () => (this.aborted += response.writableFinished ? 0 : 1));
    for (const event of this.wire_.events(body, model, said, flavour)) {
      response.write(event);
      // An event a packet, as providers send them.
      await new Promise((next) => setImmediate(next));
    }
    if (step.cut) return response.socket.destroy();
    return response.end();
  }

  Refuse(response, error) {
    this.faults.push(error.message);
    if (response.headersSent) return response.destroy();
    const status = error.status ?? 400;
    return WriteJson(
      response,
      status,
      this.wire_.error(status, error.message, undefined, error.code),
    );
  }
}

// Starts a provider. `format`: openai, responses, anthropic or gemini. `flavour`: openai, deepseek, gemini, ollama; how
// its Chat format differs. `key`: the only key it takes. `served(model)`: the name it answers with.
// Gives {port, url, requests, asides, headers, faults, ScriptDone(), Close()}.
export async function StartFakeProvider({ port = 0, ...options }) {
  const provider = new FakeProvider(options);
  const server = createServer((request, response) =>
    provider.Answer(request, response).catch((error) => provider.Refuse(response, error)),
  );
  await new Promise((listening, failed) => {
    server.once('error', failed);
    server.listen(port, '127.0.0.1', listening);
  });
  provider.port = server.address().port;
  provider.url = `http://127.0.0.1:${provider.port}`;
  provider.Close = () =>
    new Promise((closed) => {
      server.close(closed);
      server.closeAllConnections();
    });
  return provider;
}
