// A scripted stand-in for the Anthropic Messages API on 127.0.0.1, so that a real coding agent can
// be driven without a network, and so that what its model would have been given can be read
// afterwards. Knows nothing of Katra.
//
// As a program: node fake_anthropic.mjs --script FILE [--requests DIR] [--port N]
// prints {"port": N} and answers until it is stopped. As a module: StartFakeAnthropic().
//
// A script is a JSON array of steps, one for each model turn:
//   {"text": "…"}                                   the turn ends with this text
//   {"tool": "name", "input": {…}}                  one tool call
//   {"tools": [{"tool": …, "input": …}, …]}         several calls in one turn
// and in each step, if wanted:
//   "until": ["regex", …]   the step is given again until every regex is found in the tool
//                           results of the conversation; "times" (default 20) bounds that
//   "delay": seconds        before the answer
//   gate: async function    awaited before the answer (of a module's script only)
// Anywhere in an input, {"$find": "regex"} stands for the last match of its first group in the tool
// results so far, and {"$find": "regex", "as": "number"} for that as a number.
// A request with tools takes the next step; any other, such as one for a title, is answered "ok".
// After the last step every turn ends with the text "done".

import { createServer } from 'node:http';
import { mkdirSync, readFileSync, realpathSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const kMaxBodyBytes = 64 * 1024 * 1024;

function TextOf(content) {
  if (typeof content === 'string') return content;
  return (content ?? []).map((block) => block.text ?? '').join('\n');
}

// Every tool result in a request's conversation: {id, text, is_error}, oldest first.
export function ToolResults(body) {
  const blocks = (body.messages ?? []).flatMap((m) => (Array.isArray(m.content) ? m.content : []));
  return blocks
    .filter((block) => block.type === 'tool_result')
    .map((block) => ({
      id: block.tool_use_id,
      text: TextOf(block.content),
      is_error: block.is_error === true,
    }));
}

// The system prompt of a request and its system messages as one text.
export function SystemText(body) {
  const messages = (body.messages ?? []).filter((message) => message.role === 'system');
  return [TextOf(body.system), ...messages.map((message) => TextOf(message.content))].join('\n');
}

function Fill(value, results) {
  if (Array.isArray(value)) return value.map((item) => Fill(item, results));
  if (value === null || typeof value !== 'object') return value;
  if (typeof value.$find === 'string') {
    const matches = [...results.matchAll(new RegExp(value.$find, 'gm'))];
    if (matches.length === 0) throw new Error(`nothing matches ${value.$find} in the tool results`);
    const found = matches.at(-1)[1];
    return value.as === 'number' ? Number(found) : found;
  }
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, Fill(item, results)]));
}

// Goes through a script, one turn a call. `results_of` reads the tool results of a request's body.
export class Script {
  constructor(steps, results_of = ToolResults) {
    this.steps_ = steps;
    this.results_of_ = results_of;
    this.at_ = 0;
    this.given_ = 0; // times that the step at `at_` was given
    this.calls_ = 0;
  }

  Done() {
    return (
      this.at_ >= this.steps_.length || (this.at_ === this.steps_.length - 1 && this.given_ > 0)
    );
  }

  // The content blocks and the stop reason of the next turn, and the step they come from.
  Next(body) {
    const results = this.results_of_(body)
      .map((result) => result.text)
      .join('\n');
    const current = this.steps_[this.at_];
    if (current && this.given_ > 0) {
      const open = (current.until ?? []).filter((regex) => !new RegExp(regex, 'm').test(results));
      if (open.length === 0) {
        ++this.at_;
        this.given_ = 0;
      } else if (this.given_ >= (current.times ?? 20)) {
        throw new Error(
          `step ${this.at_} was given ${this.given_} times and still lacks ${open.join(', ')}`,
        );
      }
    }
    const step = this.steps_[this.at_] ?? { text: 'done' };
    ++this.given_;
    const calls = step.tools ?? (step.tool ? [step] : []);
    const blocks = calls.map((call) => ({
      type: 'tool_use',
      id: `toolu_${String(++this.calls_).padStart(4, '0')}`,
      name: call.tool,
      input: Fill(call.input ?? {}, results),
    }));
    if (step.text) blocks.unshift({ type: 'text', text: step.text });
    const stop = calls.length > 0 ? 'tool_use' : 'end_turn';
    return { blocks, stop, delay: step.delay ?? 0, gate: step.gate, step };
  }
}

function WriteEvents(response, model, blocks, stop) {
  const send = (type, data) =>
    response.write(`event: ${type}\ndata: ${JSON.stringify({ type, ...data })}\n\n`);
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-cache' });
  const usage = {
    input_tokens: 10,
    output_tokens: 1,
    cache_creation_input_tokens: 0,
    cache_read_input_tokens: 0,
  };
  send('message_start', {
    message: {
      id: 'msg_fake',
      type: 'message',
      role: 'assistant',
      model,
      content: [],
      stop_reason: null,
      stop_sequence: null,
      usage,
    },
  });
  blocks.forEach((block, index) => {
    const is_text = block.type === 'text';
    const opening = is_text ? { type: 'text', text: '' } : { ...block, input: {} };
    const delta = is_text
      ? { type: 'text_delta', text: block.text }
      : { type: 'input_json_delta', partial_json: JSON.stringify(block.input) };
    send('content_block_start', { index, content_block: opening });
    send('content_block_delta', { index, delta });
    send('content_block_stop', { index });
  });
  send('message_delta', {
    delta: { stop_reason: stop, stop_sequence: null },
    usage: { output_tokens: 5 },
  });
  send('message_stop', {});
  response.end();
}

function WriteJson(response, status, value) {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(value));
}

function WriteError(response, status, type, message) {
  WriteJson(response, status, { type: 'error', error: { type, message } });
}

async function ReadBody(request) {
  const chunks = [];
  let bytes = 0;
  for await (const chunk of request) {
    bytes += chunk.length;
    if (bytes > kMaxBodyBytes) throw new Error('the request body is too large');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

// Starts one API with one script. Gives {port, requests, faults, ScriptDone(), Close()}: `requests`
// are the bodies of the model turns that took a step, in order; `faults` what went wrong in the
// script. Each body is also written to `folder` when that is given.
export async function StartFakeAnthropic({ steps, port = 0, folder = null }) {
  const script = new Script(steps);
  const requests = [];
  const faults = [];
  if (folder) mkdirSync(folder, { recursive: true });

  const answer_turn = async (response, text) => {
    const body = JSON.parse(text);
    if (!(body.tools?.length > 0)) {
      WriteEvents(response, body.model, [{ type: 'text', text: 'ok' }], 'end_turn');
      return;
    }
    requests.push(body);
    if (folder)
      writeFileSync(
        join(folder, `${String(requests.length).padStart(3, '0')}.json`),
        JSON.stringify(body, null, 1),
      );
    let turn;
    try {
      turn = script.Next(body);
    } catch (error) {
      faults.push(error.message);
      turn = {
        blocks: [{ type: 'text', text: `script: ${error.message}` }],
        stop: 'end_turn',
        delay: 0,
      };
    }
    if (turn.gate) await turn.gate();
    if (turn.delay > 0) await new Promise((done) => setTimeout(done, turn.delay * 1000));
    WriteEvents(response, body.model, turn.blocks, turn.stop);
  };

  const server = createServer(async (request, response) => {
    try {
      const path = request.url.split('?')[0];
      const text = await ReadBody(request);
      if (path === '/v1/messages' && request.method === 'POST') await answer_turn(response, text);
      else if (path === '/v1/messages/count_tokens' && request.method === 'POST')
        WriteJson(response, 200, { input_tokens: 100 });
      else if (path === '/' || path === '/api/hello') response.writeHead(200).end();
      else WriteError(response, 404, 'not_found_error', `no such path: ${path}`);
    } catch (error) {
      faults.push(error.message);
      if (response.headersSent) response.destroy();
      else WriteError(response, 400, 'invalid_request_error', error.message);
    }
  });
  await new Promise((listening, failed) => {
    server.once('error', failed);
    server.listen(port, '127.0.0.1', listening);
  });
  return {
    port: server.address().port,
    requests,
    faults,
    ScriptDone: () => script.Done(),
    Close: () =>
      new Promise((closed) => {
        server.close(closed);
        server.closeAllConnections();
      }),
  };
}

function Flag(name) {
  const at = process.argv.indexOf(name);
  return at >= 0 ? process.argv[at + 1] : undefined;
}

async function Main() {
  const script = Flag('--script');
  if (!script) {
    console.error('usage: node fake_anthropic.mjs --script FILE [--requests DIR] [--port N]');
    process.exit(2);
  }
  const steps = JSON.parse(readFileSync(script, 'utf8'));
  const api = await StartFakeAnthropic({
    steps,
    port: Number(Flag('--port') ?? 0),
    folder: Flag('--requests') ?? null,
  });
  console.log(JSON.stringify({ port: api.port }));
}

if (process.argv[1] && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url))
  await Main();
