// Runs one end-to-end scenario: named checks in order, a time limit for the whole, and a clean end:
// the processes it started are stopped and its files are gone, whatever happened.
// Knows nothing of MCP.

import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const cleanups = [];
const evidence = [];
let current = 'start';

// Registers what must be undone at the end; the last registered runs first. May be async.
export function Defer(undo) {
  cleanups.push(undo);
}

// Registers a function whose text is printed only when the scenario fails.
export function Evidence(title, text) {
  evidence.push({ title, text });
}

// Forgets the evidence so far: what it was about went well.
export function DropEvidence() {
  evidence.length = 0;
}

// A folder of mode 0700 that is gone at the end. KATRA_TEST_KEEP=1 keeps it, and says where.
export function TempFolder(prefix) {
  const folder = mkdtempSync(join(tmpdir(), `katra-${prefix}-`));
  if (process.env.KATRA_TEST_KEEP) console.log(`kept: ${folder}`);
  else Defer(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 }));
  return folder;
}

// Starts a child that is killed at the end if it still runs.
export function StartChild(command, args, options) {
  const child = spawn(command, args, options);
  const ended = new Promise((done) => {
    child.once('error', (error) => done({ error }));
    child.once('exit', (code, signal) => done({ code, signal }));
  });
  Defer(async () => {
    if (child.exitCode === null && child.signalCode === null && child.pid) child.kill('SIGKILL');
    await ended;
  });
  return { child, ended };
}

// One named assertion of the scenario. Whatever `body` throws fails the scenario.
export async function Check(title, body) {
  current = title;
  const started = performance.now();
  const value = await body();
  console.log(`ok    ${title}  (${Math.round(performance.now() - started)} ms)`);
  return value;
}

// `promise`, or an error after `milliseconds` that says what was waited for.
export function Within(milliseconds, what, promise) {
  let timer;
  const late = new Promise((_, fail) => {
    timer = setTimeout(
      () => fail(new Error(`not within ${milliseconds} ms: ${what}`)),
      milliseconds,
    );
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

async function CleanUp() {
  while (cleanups.length > 0) {
    try {
      await cleanups.pop()();
    } catch (error) {
      console.error(`while cleaning up: ${error.message}`);
    }
  }
}

function Report(error) {
  console.error(`\nFAILED ${current}`);
  console.error(error?.stack ?? String(error));
  for (const { title, text } of evidence) {
    const body = text();
    if (body) console.error(`\n--- ${title} ---\n${body}`);
  }
}

// Runs `body` and ends the process: 0 when it returned, 1 when it threw or took too long.
export async function RunScenario(limit_seconds, body) {
  let code = 0;
  const stop = (signal) => CleanUp().then(() => process.exit(signal === 'SIGINT' ? 130 : 143));
  process.once('SIGINT', stop);
  process.once('SIGTERM', stop);
  try {
    await Within(limit_seconds * 1000, 'the whole scenario', body());
  } catch (error) {
    code = 1;
    Report(error);
  }
  await CleanUp();
  process.exit(code);
}
