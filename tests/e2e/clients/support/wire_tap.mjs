// Stands between a real client and the server and writes down every line, both ways, so that a test
// can hold them against the specification. Changes nothing; passes signals and the end on.
//
// node wire_tap.mjs LOG SERVER [arguments...]: LOG gets {"client": line} and {"server": line}.

import { spawn } from 'node:child_process';
import { appendFileSync } from 'node:fs';

const [log, command, ...args] = process.argv.slice(2);
const server = spawn(command, args, { stdio: ['pipe', 'pipe', 'inherit'] });

function Tap(from, to, side) {
  let partial = '';
  from.setEncoding('utf8');
  from.on('data', (chunk) => {
    const lines = (partial + chunk).split('\n');
    partial = lines.pop();
    for (const line of lines) {
      appendFileSync(log, `${JSON.stringify({ [side]: line })}\n`);
      to.write(`${line}\n`);
    }
  });
  from.on('end', () => side === 'client' && to.end());
  to.on('error', () => {}); // the other side has gone; its end is seen below
}

Tap(process.stdin, server.stdin, 'client');
Tap(server.stdout, process.stdout, 'server');
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => server.kill(signal));
server.on('exit', (code) => process.exit(code ?? 1));
