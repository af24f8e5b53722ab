// claude-code-router as a process of its own, and the upstreams that it is to route to: servers on
// 127.0.0.1 that note what they are asked. Knows nothing of Katra.

import { spawnSync } from 'node:child_process';
import { createServer } from 'node:http';
import { createServer as createSocketServer } from 'node:net';

import { InstalledPath } from './installation.mjs';
import { Defer, Evidence, StartChild } from './scenario.mjs';

async function ReadBody(request) {
  let text = '';
  for await (const chunk of request) text += chunk;
  return text === '' ? null : JSON.parse(text);
}

function ChatReply(name, body) {
  return {
    id: `chat-${name}`,
    object: 'chat.completion',
    created: 1,
    model: body.model,
    choices: [
      { index: 0, finish_reason: 'stop', message: { role: 'assistant', content: `from ${name}` } },
    ],
    usage: { prompt_tokens: 3, completion_tokens: 2, total_tokens: 5 },
  };
}

function MessagesReply(name, body) {
  return {
    id: `msg_${name}`,
    type: 'message',
    role: 'assistant',
    model: body.model,
    content: [{ type: 'text', text: `from ${name}` }],
    stop_reason: 'end_turn',
    stop_sequence: null,
    usage: { input_tokens: 3, output_tokens: 2 },
  };
}

// Answers both formats by the path that is asked for; a model "...-broken" is answered with an
// error. `requests` holds {url, headers, body}.
export async function StartUpstream(name) {
  const requests = [];
  const server = createServer(async (request, response) => {
    const body = await ReadBody(request);
    requests.push({ url: request.url, headers: request.headers, body });
    const chat = request.url.includes('/chat/completions');
    response.setHeader('content-type', 'application/json');
    if (body.model.endsWith('-broken')) {
      response.statusCode = 503;
      response.end(JSON.stringify({ error: { message: 'broken on purpose', type: 'server_error' } }));
      return;
    }
    response.end(JSON.stringify(chat ? ChatReply(name, body) : MessagesReply(name, body)));
  });
  await new Promise((done) => server.listen(0, '127.0.0.1', done));
  Defer(() => server.close());
  return { name, requests, port: server.address().port };
}

// A port that was free a moment ago.
export async function FreePort() {
  const server = createSocketServer();
  await new Promise((done) => server.listen(0, '127.0.0.1', done));
  const { port } = server.address();
  await new Promise((done) => server.close(done));
  return port;
}

async function Answers(port) {
  try {
    await fetch(`http://127.0.0.1:${port}/`);
    return true;
  } catch {
    return false;
  }
}

// Starts `version` in the foreground with `home` as HOME; ready when it listens on `port`.
export async function StartRouter(version, { home, port, environment }) {
  const script = InstalledPath(`claude-code-router-${version}/dist/cli.js`);
  const { child, ended } = StartChild(process.execPath, [script, 'start'], {
    cwd: home,
    env: { PATH: process.env.PATH, HOME: home, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (data) => (output += data));
  Evidence(`claude-code-router ${version}`, () => output);
  let gone = false;
  ended.then(() => (gone = true));
  while (!(await Answers(port))) {
    if (gone) throw new Error(`claude-code-router ${version} ended: ${output}`);
    await new Promise((done) => setTimeout(done, 50));
  }
  return { child, ended };
}

// Runs a program to its end: {status, stdout, stderr}.
export function RunProgram(program, args, environment) {
  return spawnSync(program, args, {
    encoding: 'utf8',
    env: { PATH: process.env.PATH, ...environment },
    timeout: 30_000,
  });
}
