// The official TypeScript client of the 2.x line against katra_mcp_server: the stateless revision
// by probing and by choice, the older handshake, and the fallback to it with `--legacy`.

import assert from 'node:assert/strict';

import { ConnectionWatch } from './support/connection_watch.mjs';
import { Load, RequireInstallation, ServerPath } from './support/installation.mjs';
import { Check, Defer, RunScenario, TempFolder, Within } from './support/scenario.mjs';
import { kModernVersion, Launch } from './support/server.mjs';
import { Query } from './support/store_reader.mjs';
import { WalkEverything } from './support/tools_walk.mjs';
import { WalkWaiting } from './support/waiting.mjs';

RequireInstallation();
ServerPath();
const { Client } = Load('@modelcontextprotocol/client');
const { StdioClientTransport } = Load('@modelcontextprotocol/client/stdio');

const kNewestLegacy = '2025-11-25';
const kMaxCloseMs = 1900; // after 2,000 the client would send a signal

// One connection, as tools_walk.mjs and waiting.mjs want it.
class Link {
  constructor(client, watch) {
    this.client = client;
    this.watch_ = watch;
    this.modern = client.getProtocolEra() === 'modern';
  }

  call(name, input, options) {
    return this.client.callTool({ name, arguments: input }, options);
  }
  listTools = async () => (await this.client.listTools()).tools;
  // Nothing: all pages; null: the first page; else the page of that cursor.
  async listResources(cursor) {
    if (cursor === undefined) return this.client.listResources();
    const params = cursor === null ? {} : { cursor };
    return this.client.request({ method: 'resources/list', params });
  }
  listTemplates = async () => (await this.client.listResourceTemplates()).resourceTemplates;
  read = (uri) => this.client.readResource({ uri });
  listPrompts = async () => (await this.client.listPrompts()).prompts;
  getPrompt = (name, given) => this.client.getPrompt({ name, arguments: given });
  complete = async (ref, name, value) =>
    (await this.client.complete({ ref, argument: { name, value } })).completion;
  // As it was on the wire: the library gives -32002 as -32602.
  errorCode = () => this.watch_.LastErrorCode();
  awake = () => (this.modern ? this.client.discover() : this.client.ping());
  answered = (text) => this.watch_.Count(text);

  async watch(uri) {
    const updates = [];
    let told = () => {};
    this.client.setNotificationHandler('notifications/resources/updated', ({ params }) => {
      updates.push(params.uri);
      told(params.uri);
    });
    const next = () => new Promise((done) => (told = done));
    if (!this.modern) {
      await this.client.subscribeResource({ uri });
      return { updates, next, stop: () => this.client.unsubscribeResource({ uri }) };
    }
    const subscription = await this.client.listen({ resourceSubscriptions: [uri] });
    assert.deepEqual(subscription.honoredFilter.resourceSubscriptions, [uri]);
    return { updates, next, stop: () => subscription.close() };
  }
}

async function Connect(launch, version, mode) {
  const transport = new StdioClientTransport({ ...launch, stderr: 'pipe' });
  const watch = new ConnectionWatch(transport, version);
  const client = new Client({ name: 'sdk-v2', version: '2.4.0' }, { versionNegotiation: { mode } });
  await Within(10_000, `connect (${JSON.stringify(mode)})`, client.connect(transport));
  Defer(() => client.close());
  return { link: new Link(client, watch), client, watch };
}

// `mode`: how the client chooses. `version`: what must come of it.
async function Walk(title, { mode, version, args = [] }) {
  console.log(`--- ${title}`);
  const home = TempFolder('home');
  const dario = await Check(`${title}: connect`, async () => {
    const connection = await Connect(Launch(home, 'Dario', { args }), version, mode);
    assert.equal(connection.client.getNegotiatedProtocolVersion(), version);
    assert.equal(connection.client.getServerVersion().name, 'katra');
    assert.ok(connection.client.getInstructions().length > 200);
    return connection;
  });
  const sam = await Connect(Launch(home, 'Sam', { args }), version, mode);
  const { env, ...rest } = Launch(home, 'Charlie', { args });
  const guest = await Connect(
    { ...rest, env: { ...env, KATRA_PERSONA: '', KATRA_ROLE: '' } },
    version,
    mode,
  );

  await WalkEverything(dario.link, guest.link, sam.link, 'Sam');
  await WalkWaiting(dario.link, sam.link, { progress: mode === 'auto' && args.length === 0 });
  await Check(
    `${title}: the processes end when the client closes, and their sessions with them`,
    async () => {
      for (const { client } of [dario, sam, guest])
        await Within(kMaxCloseMs, 'close', client.close());
      const open = Query(home, 'SELECT count(*) AS n FROM sessions WHERE ended_at IS NULL');
      assert.deepEqual(open, [{ n: 0 }]);
    },
  );
  await Check(
    `${title}: every line of the server fits the schema, and none answers what was cancelled`,
    () => {
      for (const { watch } of [dario, sam, guest]) {
        assert.deepEqual(watch.violations, []);
        assert.deepEqual(watch.answered_though_cancelled, []);
      }
      console.log(`      ${dario.watch.lines.length + sam.watch.lines.length} lines`);
    },
  );
}

await RunScenario(200, async () => {
  await Walk('by probing', { mode: 'auto', version: kModernVersion });
  await Walk('2026-07-28 or nothing', { mode: { pin: kModernVersion }, version: kModernVersion });
  await Walk('by handshake', { mode: 'legacy', version: kNewestLegacy });
  await Walk('by probing a server with --legacy', {
    mode: 'auto',
    version: kNewestLegacy,
    args: ['--legacy'],
  });
});
