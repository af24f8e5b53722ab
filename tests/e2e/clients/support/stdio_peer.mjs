// A bare JSON-RPC client on the stdio of one server process: it sends exactly the lines it is told
// and keeps every line that comes back. Knows no MCP method, so that it can send wrong ones.

import { Defer, Evidence, StartChild, Within } from './scenario.mjs';

const kMaxStderrShown = 4000;
const kMaxLineShown = 400;

export class StdioPeer {
  // Starts `command` with exactly `env`. `name` is for messages.
  constructor(name, command, args, { env, cwd } = {}) {
    this.name = name;
    this.received = []; // every parsed line, in order
    this.lines = []; // the same, as text
    this.stderr = '';
    this.waiters_ = new Set();
    const { child, ended } = StartChild(command, args, {
      env,
      cwd,
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    this.child = child;
    this.ended = ended;
    let partial = '';
    child.stdout.setEncoding('utf8');
    child.stdout.on('data', (chunk) => {
      const lines = (partial + chunk).split('\n');
      partial = lines.pop();
      for (const line of lines) this.Take(line);
    });
    child.stderr.setEncoding('utf8');
    child.stderr.on('data', (chunk) => (this.stderr += chunk));
    child.stdin.on('error', () => {}); // a server that has gone shows in what it did not answer
    Evidence(`${name}: stderr`, () => this.stderr.slice(-kMaxStderrShown));
    const shown = (line) => line.slice(0, kMaxLineShown);
    Evidence(`${name}: last lines`, () => this.lines.slice(-5).map(shown).join('\n'));
    Defer(() => child.stdin.destroy());
  }

  Take(line) {
    this.lines.push(line);
    this.received.push(JSON.parse(line)); // not JSON on stdout: fails the scenario
    for (const waiter of [...this.waiters_]) waiter();
  }

  // Sends one line: a value as JSON, a string as it is.
  Send(message) {
    const line = typeof message === 'string' ? message : JSON.stringify(message);
    this.child.stdin.write(`${line}\n`);
  }

  // The first line, from index `from` on, for which `matches` holds; waits for it.
  async Await(what, matches, { from = 0, milliseconds = 20_000 } = {}) {
    let at = from;
    const found = new Promise((done) => {
      const look = () => {
        for (; at < this.received.length; ++at) {
          if (!matches(this.received[at])) continue;
          this.waiters_.delete(look);
          done(this.received[at]);
          return;
        }
      };
      this.waiters_.add(look);
      look();
    });
    return Within(milliseconds, `${this.name}: ${what}`, found);
  }

  // Sends a request and gives its response, whole.
  async Request(id, method, params, options) {
    const from = this.received.length;
    this.Send({ jsonrpc: '2.0', id, method, ...(params === undefined ? {} : { params }) });
    return this.Await(
      `the answer to ${method}`,
      (message) => message.id === id && !message.method,
      {
        from,
        ...options,
      },
    );
  }

  // Closes stdin and waits for the process to end by itself.
  async Close(milliseconds = 5000) {
    this.child.stdin.end();
    return Within(milliseconds, `${this.name}: end of the process after EOF`, this.ended);
  }
}
