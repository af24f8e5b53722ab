// The `katra` command beside the server under test, and what hands its hooks to Claude Code.

import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';

import { ServerPath } from './installation.mjs';

export function KatraPath() {
  const path = join(dirname(ServerPath()), 'katra');
  if (!existsSync(path)) {
    console.error(`No katra beside the server: ${path}. Build the target katra.`);
    process.exit(2);
  }
  return path;
}

// Runs katra as a persona's terminal on a home, outside of any session; gives its stdout.
export function Katra(home, persona, ...args) {
  return execFileSync(KatraPath(), args, {
    encoding: 'utf8',
    timeout: 20_000,
    input: '',
    env: { PATH: '/usr/bin:/bin', HOME: home, KATRA_HOME: home, KATRA_PERSONA: persona },
  });
}

// Claude Code settings with Katra's hooks and status line.
export function HookSettings() {
  const command = (words) => ({ type: 'command', command: `'${KatraPath()}' ${words}` });
  const wait = { ...command('wait'), asyncRewake: true, timeout: 86400 };
  const on = (...hooks) => [{ hooks }];
  return {
    hooks: {
      SessionStart: on(command('hook session-start'), wait),
      UserPromptSubmit: on(command('hook prompt')),
      PreToolUse: on(command('hook pre-tool')),
      PostToolUse: on(command('hook post-tool')),
      Notification: on(command('hook notification')),
      Stop: on(command('hook stop'), wait),
      SessionEnd: on(command('hook session-end')),
    },
    statusLine: { ...command('statusline'), padding: 0 },
    permissions: { allow: ['mcp__katra'] },
  };
}
