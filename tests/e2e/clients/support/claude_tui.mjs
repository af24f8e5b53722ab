// One real Claude Code on a terminal of its own: a tmux server with one session, started here and
// ended here. Knows nothing of what is talked about.

import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { StartFakeAnthropic } from '../../../support/node/fake_anthropic.mjs';
import { InstalledPath } from './installation.mjs';
import { HookSettings, KatraPath } from './katra.mjs';
import { Defer, Evidence, TempFolder } from './scenario.mjs';
import { Launch, ServerEnvironment } from './server.mjs';

const kKey = 'sk-ant-dummy-not-a-key';

// Polls `look` until it gives something true.
export async function Until(what, look, milliseconds = 30_000) {
  const end = performance.now() + milliseconds;
  for (;;) {
    const found = await look();
    if (found) return found;
    if (performance.now() > end) throw new Error(`not within ${milliseconds} ms: ${what}`);
    await new Promise((done) => setTimeout(done, 50));
  }
}

// A tmux server of its own. `command` as an argument list, `environment` all that it gets.
export class Tmux {
  constructor(columns, rows, command, environment, folder) {
    this.socket_ = join(TempFolder('tmux'), 'socket');
    this.mark_ = this.socket_;
    const words = Object.entries({ ...environment, KATRA_TEST_MARK: this.mark_ }).map(([name, value]) => `${name}=${value}`);
    this.Run('-f', '/dev/null', 'new-session', '-d', '-s', 'test', '-x', `${columns}`, '-y',
      `${rows}`, '-c', folder, 'env', '-i', ...words, ...command);
    Defer(() => this.Kill());
  }

  Run(...args) {
    return execFileSync('tmux', ['-S', this.socket_, ...args], {
      encoding: 'utf8',
      timeout: 10_000,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { PATH: process.env.PATH, HOME: '/nonexistent', LANG: 'C.UTF-8', TERM: 'xterm-256color' },
    });
  }

  Screen() {
    return this.Run('capture-pane', '-p', '-t', 'test');
  }

  Type(text) {
    this.Run('send-keys', '-t', 'test', '-l', text);
  }

  Press(...keys) {
    this.Run('send-keys', '-t', 'test', ...keys);
  }

  // Ends the server with all that runs in it, and waits until that is gone.
  async Kill() {
    try {
      this.Run('kill-server');
    } catch {
      // It has ended by itself.
    }
    await Until('the end of what ran on the screen', () => ProcessesWith(this.mark_).length === 0);
  }
}

// The tmux server that `katra start -b` made for the home, and the session of one persona in it.
export class StartedTmux {
  constructor(folder, label, persona, mark) {
    this.folder_ = folder;
    this.label_ = label;
    this.session_ = `katra-${persona}`;
    this.mark_ = mark;
    Defer(() => this.Kill());
  }

  Run(...args) {
    return execFileSync('tmux', ['-L', this.label_, ...args], {
      encoding: 'utf8',
      timeout: 10_000,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { PATH: process.env.PATH, TMUX_TMPDIR: this.folder_, LANG: 'C.UTF-8' },
    });
  }

  Screen() {
    return this.Run('capture-pane', '-p', '-t', this.session_);
  }

  Type(text) {
    this.Run('send-keys', '-t', this.session_, '-l', text);
  }

  Press(...keys) {
    this.Run('send-keys', '-t', this.session_, ...keys);
  }

  async Kill() {
    try {
      this.Run('kill-server');
    } catch {
      // It has ended by itself.
    }
    await Until('the end of what ran on the screen', () => ProcessesWith(this.mark_).length === 0);
  }
}

// Ids of the processes in whose environment `text` occurs.
export function ProcessesWith(text) {
  return readdirSync('/proc').filter((name) => {
    if (!/^\d+$/.test(name) || Number(name) === process.pid) return false;
    try {
      return readFileSync(`/proc/${name}/environ`, 'utf8').includes(text);
    } catch {
      return false; // gone, or somebody else's
    }
  });
}

// A user's own status line, without `hooks`.
const kOwnLine = "echo 'a status line of my own'";

// Answers what Claude Code asks a new user; with `hooks` also Katra's server and hooks, as settings.
export function Seed(user_home, project, home, persona, hooks) {
  const { command } = Launch(home, persona);
  const env = ServerEnvironment(home, persona);
  const trusted = {
    hasTrustDialogAccepted: true,
    hasCompletedProjectOnboarding: true,
    allowedTools: [],
  };
  const state = {
    hasCompletedOnboarding: true,
    theme: 'dark',
    customApiKeyResponses: { approved: [kKey.slice(-20)], rejected: [] },
    projects: { [project]: trusted },
    ...(hooks && {
      mcpServers: { katra: { type: 'stdio', command, args: [], env, alwaysLoad: true } },
    }),
  };
  mkdirSync(join(user_home, '.claude'), { recursive: true });
  writeFileSync(join(user_home, '.claude.json'), JSON.stringify(state));
  const settings = hooks ? HookSettings() : { statusLine: { type: 'command', command: kOwnLine } };
  writeFileSync(join(user_home, '.claude/settings.json'), JSON.stringify(settings));
}

// `katra start -b`: a session in tmux, with nothing in the client's own settings.
function StartInBackground(katra, persona, project, environment, claude, log) {
  const folder = TempFolder('tmux');
  const programs = TempFolder('bin');
  symlinkSync(claude, join(programs, 'claude'));
  const label = 'katra-test';
  execFileSync(
    katra,
    ['start', '--persona', persona, '--model', 'claude-opus-4', '-b', '--', '--debug-file', log],
    {
      cwd: project,
      timeout: 30_000,
      input: '',
      env: {
        ...environment,
        PATH: `${programs}:${environment.PATH}`,
        TMUX_TMPDIR: folder,
        KATRA_TMUX_SOCKET: label,
        KATRA_TEST_MARK: folder,
      },
    },
  );
  return new StartedTmux(folder, label, persona, folder);
}

// Starts Claude Code of `version` as `persona`, with Katra's server and hooks, on a screen of
// 120×40; with `start` by `katra start -b`. Gives {api, tmux, persona}. Instead of `steps`, `api` is a
// scripted provider that runs already, and `connection` the variables with which the client gets to it.
export async function StartClaudeScreen(options) {
  const { root, home, persona, version, steps, start = false } = options;
  const folder = join(root, `${persona}-${version}-screen`);
  const project = join(folder, 'project');
  const user_home = join(folder, 'home');
  const temporary = join(folder, 'tmp');
  for (const path of [project, user_home, temporary]) mkdirSync(path, { recursive: true });
  Seed(user_home, project, home, persona, !start);
  let { api } = options;
  if (!api) {
    api = await StartFakeAnthropic({ steps, folder: join(folder, 'requests') });
    Defer(() => api.Close());
  }
  const environment = {
    HOME: user_home,
    PATH: '/usr/local/bin:/usr/bin:/bin',
    TERM: 'xterm-256color',
    LANG: 'C.UTF-8',
    TMPDIR: temporary,
    CLAUDE_CODE_TMPDIR: temporary,
    ...(options.connection ?? {
      ANTHROPIC_BASE_URL: `http://127.0.0.1:${api.port}`,
      ANTHROPIC_API_KEY: kKey,
    }),
    DISABLE_TELEMETRY: '1',
    DISABLE_AUTOUPDATER: '1',
    KATRA_HOME: home,
  };
  const katra = KatraPath();
  const claude = InstalledPath(`claude-code-${version}/claude`);
  const log = join(folder, 'debug.log');
  const tmux = start
    ? StartInBackground(katra, persona, project, environment, claude, log)
    : new Tmux(120, 40, [claude, '--debug-file', log], { ...environment, KATRA_PERSONA: persona },
        project);
  Evidence(`${persona}'s screen`, () => {
    try {
      return tmux.Screen();
    } catch {
      return 'gone';
    }
  });
  Evidence(`${persona}: script faults`, () => api.faults.join('\n'));
  return { api, tmux, persona };
}
