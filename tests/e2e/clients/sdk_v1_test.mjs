// The official TypeScript client of the 1.x line against katra_mcp_server, in each protocol version
// that begins with `initialize`.

import assert from 'node:assert/strict';

import { ConnectionWatch } from './support/connection_watch.mjs';
import { Load, RequireInstallation, ServerPath } from './support/installation.mjs';
import { Check, Defer, RunScenario, TempFolder, Within } from './support/scenario.mjs';
import { kLegacyVersions, Launch } from './support/server.mjs';
import { Query } from './support/store_reader.mjs';
import { WalkEverything } from './support/tools_walk.mjs';
import { WalkWaiting } from './support/waiting.mjs';

RequireInstallation();
ServerPath();
const { Client } = Load('@modelcontextprotocol/sdk/client/index.js');
const { StdioClientTransport } = Load('@modelcontextprotocol/sdk/client/stdio.js');
const types = Load('@modelcontextprotocol/sdk/types.js');

const kMaxCloseMs = 1900; // after 2,000 the client would send a signal

// One connection, as tools_walk.mjs and waiting.mjs want it.
class Link {
  modern = false;

  constructor(client, watch) {
    this.client = client;
    this.watch_ = watch;
  }

  call(name, input, options) {
    return this.client.callTool({ name, arguments: input }, undefined, options);
  }
  listTools = async () => (await this.client.listTools()).tools;
  listResources = (cursor) => this.client.listResources(cursor ? { cursor } : undefined);
  listTemplates = async () => (await this.client.listResourceTemplates()).resourceTemplates;
  read = (uri) => this.client.readResource({ uri });
  listPrompts = async () => (await this.client.listPrompts()).prompts;
  getPrompt = (name, given) => this.client.getPrompt({ name, arguments: given });
  complete = async (ref, name, value) =>
    (await this.client.complete({ ref, argument: { name, value } })).completion;
  errorCode = (error) => error.code;
  awake = () => this.client.ping();
  answered = (text) => this.watch_.Count(text);

  async watch(uri) {
    const updates = [];
    let told = () => {};
    this.client.setNotificationHandler(types.ResourceUpdatedNotificationSchema, ({ params }) => {
      updates.push(params.uri);
      told(params.uri);
    });
    await this.client.subscribeResource({ uri });
    const next = () => new Promise((done) => (told = done));
    return { updates, next, stop: () => this.client.unsubscribeResource({ uri }) };
  }
}

// The library always asks for its newest version; an older client asks for its own.
function AskFor(version) {
  return (message) =>
    message.method === 'initialize'
      ? { ...message, params: { ...message.params, protocolVersion: version } }
      : message;
}

async function Connect(launch, version) {
  const transport = new StdioClientTransport({ ...launch, stderr: 'pipe' });
  const watch = new ConnectionWatch(transport, version, AskFor(version));
  const client = new Client({ name: 'sdk-v1', version: '1.32.2' }, { capabilities: { roots: {} } });
  await Within(10_000, 'initialize', client.connect(transport));
  Defer(() => client.close());
  return { link: new Link(client, watch), client, transport, watch };
}

async function WalkVersion(version) {
  console.log(`--- ${version}`);
  const home = TempFolder('home');
  const dario = await Check(`${version}: initialize`, async () => {
    const connection = await Connect(Launch(home, 'Dario'), version);
    assert.equal(connection.client.getServerVersion().name, 'katra');
    assert.ok(connection.client.getInstructions().length > 200);
    assert.ok(
      connection.watch.Count(`"protocolVersion":"${version}"`) === 1,
      'the version that was asked for',
    );
    for (const name of ['tools', 'resources', 'prompts', 'logging']) {
      assert.ok(connection.client.getServerCapabilities()[name], `capability ${name}`);
    }
    return connection;
  });
  const sam = await Connect(Launch(home, 'Sam'), version);
  const { env, ...rest } = Launch(home, 'Charlie');
  const guest = await Connect(
    { ...rest, env: { ...env, KATRA_PERSONA: '', KATRA_ROLE: '' } },
    version,
  );

  await Check(`${version}: ping and logging/setLevel`, async () => {
    await dario.client.ping();
    await dario.client.setLoggingLevel('warning');
  });
  await WalkEverything(dario.link, guest.link, sam.link, 'Sam');
  await WalkWaiting(dario.link, sam.link, { progress: version === kLegacyVersions.at(-1) });
  await Check(
    `${version}: the processes end when the client closes, and their sessions with them`,
    async () => {
      for (const { client } of [dario, sam, guest])
        await Within(kMaxCloseMs, 'close', client.close());
      const open = Query(home, 'SELECT count(*) AS n FROM sessions WHERE ended_at IS NULL');
      assert.deepEqual(open, [{ n: 0 }]);
    },
  );
  await Check(
    `${version}: every line of the server fits the schema, and none answers what was cancelled`,
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
  for (const version of kLegacyVersions) await WalkVersion(version);
});
