// One run of the real Claude Code in print mode as one persona: its own HOME, its own project with
// an .mcp.json, and its own scripted model. Knows nothing of what the personas talk about.

import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { StartFakeAnthropic, SystemText, ToolResults } from '../../../support/node/fake_anthropic.mjs';
import { InstalledPath } from './installation.mjs';
import { Defer, Evidence, StartChild, Within } from './scenario.mjs';
import { Launch, ServerEnvironment } from './server.mjs';

const kMaxShown = 3000;

function McpConfiguration(home, persona, { command, args }) {
  const launch = Launch(home, persona);
  const server = {
    type: 'stdio',
    command: command ?? launch.command,
    args: args ?? [],
    env: ServerEnvironment(home, persona),
    alwaysLoad: true,
  };
  return JSON.stringify({ mcpServers: { katra: server } }, null, 2);
}

// Started by StartClaude; Finish() gives what there is to assert on.
class ClaudeRun {
  constructor(persona, version, api, folder, process_handle) {
    this.persona = persona;
    this.version = version;
    this.api = api;
    this.debug_path_ = join(folder, 'debug.log');
    this.project = join(folder, 'project');
    this.handle_ = process_handle;
    this.out = '';
    this.err = '';
    process_handle.child.stdout.setEncoding('utf8').on('data', (chunk) => (this.out += chunk));
    process_handle.child.stderr.setEncoding('utf8').on('data', (chunk) => (this.err += chunk));
    const about = `${persona} on Claude Code ${version}`;
    Evidence(`${about}: output`, () => (this.out.slice(-600) + this.err.slice(-kMaxShown)).trim());
    Evidence(`${about}: debug log, MCP lines`, () => this.McpLog().slice(-20).join('\n'));
    Evidence(`${about}: script faults`, () => api.faults.join('\n'));
    Evidence(`${about}: what the model saw last`, () =>
      this.Results()
        .slice(-2)
        .map((r) => r.text)
        .join('\n')
        .slice(0, kMaxShown),
    );
  }

  // Waits for the end: exit code 0, a whole script, no fault.
  async Finish(seconds) {
    const end = await Within(
      seconds * 1000,
      `the end of ${this.persona}'s run`,
      this.handle_.ended,
    );
    assert.deepEqual(this.api.faults, [], `${this.persona}: the script went wrong`);
    assert.equal(end.code, 0, `${this.persona}: exit code (signal ${end.signal})`);
    assert.ok(this.api.ScriptDone(), `${this.persona}: the model's script was not finished`);
  }

  // The requests that the model got, in order.
  Requests() {
    return this.api.requests;
  }

  // What the user's turn gave the model at first.
  UserText() {
    const messages = this.api.requests[0].messages.filter((message) => message.role === 'user');
    return JSON.stringify(messages.map((message) => message.content));
  }

  // What the model saw of every tool call, in order.
  Results() {
    const last = this.api.requests.at(-1);
    return last ? ToolResults(last) : [];
  }

  // All of that as one text.
  Seen() {
    return this.Results()
      .map((result) => result.text)
      .join('\n');
  }

  // The MCP tools that were in the model's first request, as {name, description, input_schema}.
  Tools() {
    return this.api.requests[0].tools.filter((tool) => tool.name.startsWith('mcp__'));
  }

  // The system's words up to the last turn: what a server says of itself comes with the first turn,
  // or with the second when the user begins with a prompt of the server.
  System() {
    return SystemText(this.api.requests.at(-1));
  }

  // Lines of the client's own debug log that are about MCP.
  McpLog() {
    if (!existsSync(this.debug_path_)) return [];
    return readFileSync(this.debug_path_, 'utf8')
      .split('\n')
      .filter((line) => line.includes('MCP'));
  }

  // Milliseconds, by the client's clock, from starting to connect until the server was connected.
  ConnectMilliseconds() {
    const time = (pattern) => {
      const line = this.McpLog().find((text) => pattern.test(text));
      assert.ok(line, `${this.persona}: no line like ${pattern} in the debug log`);
      return Date.parse(line.split(' ')[0]);
    };
    return time(/server "katra": .*[Cc]onnected/) - time(/server "katra": Starting connection/);
  }
}

// Starts `claude -p` of `version` as `persona` with `steps` for its model. `command` and `args`
// replace the server's own, e.g. by something that watches it; `prompt` what the user types.
// Instead of `steps`, `api` is a scripted provider that runs already, and `environment` says how the
// client gets to it. `allowed` are the tools it may use; `prepare(project)` puts files there; `more` are
// further arguments, such as --continue in a folder that was used before.
// `launcher` {command, args, environment} starts the client instead, under the name `claude` in PATH,
// and brings Katra's server along.
export async function StartClaude(options) {
  const { root, home, persona, version, steps, command, args, launcher } = options;
  const prompt = options.prompt ?? `You are ${persona}. Talk with the others.`;
  const allowed = ['mcp__katra', ...(options.allowed ?? [])].join(',');
  const folder = join(root, `${persona}-${version}`);
  const project = join(folder, 'project');
  const user_home = join(folder, 'home');
  const temporary = join(folder, 'tmp');
  for (const path of [project, user_home, temporary]) mkdirSync(path, { recursive: true });
  if (!launcher)
    writeFileSync(join(project, '.mcp.json'), McpConfiguration(home, persona, { command, args }));

  options.prepare?.(project);

  let { api } = options;
  if (!api) {
    api = await StartFakeAnthropic({ steps, folder: join(folder, 'requests') });
    Defer(() => api.Close());
  }
  const environment = {
    HOME: user_home,
    PATH: '/usr/local/bin:/usr/bin:/bin',
    TERM: 'dumb',
    LANG: 'C.UTF-8',
    TMPDIR: temporary,
    CLAUDE_CODE_TMPDIR: temporary,
    ...(options.environment ?? {
      ANTHROPIC_BASE_URL: `http://127.0.0.1:${api.port}`,
      ANTHROPIC_API_KEY: 'sk-ant-dummy-not-a-key',
    }),
    CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1',
    DISABLE_AUTOUPDATER: '1',
    ...(launcher?.environment ?? {}),
  };
  const handle = StartChild(
    launcher?.command ?? InstalledPath(`claude-code-${version}/claude`),
    [
      ...(launcher?.args ?? []),
      ...['-p', prompt, '--allowedTools', allowed, ...(options.more ?? [])],
      ...['--output-format', 'stream-json', '--verbose'],
      ...['--debug-file', join(folder, 'debug.log')],
    ],
    { cwd: project, env: environment, stdio: ['ignore', 'pipe', 'pipe'] },
  );
  return new ClaudeRun(persona, version, api, folder, handle);
}
