// What must hold of any real Claude Code that used katra_mcp_server, whatever was talked about:
// what its model was given, how it connected, and what the store says of the sessions.

import assert from 'node:assert/strict';

import { Check, TempFolder } from './scenario.mjs';
import { kPersonas, kTools, Launch } from './server.mjs';
import { StdioPeer } from './stdio_peer.mjs';
import { Query } from './store_reader.mjs';

export const kModern = '2.1.329'; // opens with server/discover, 2026-07-28
export const kLegacy = '2.1.197'; // opens with initialize, 2025-11-25
export const kRunSeconds = 90;
const kMaxConnectMs = 2500; // a server that does not answer the probe costs 3,000

// Steps of a scripted model.
export const Tool = (name, input = {}) => ({ tool: `mcp__katra__katra_${name}`, input });
export const Say = (message, more = {}) => Tool('say', { message, ...more });
export const HearUntil = (...until) => ({ ...Tool('hear', { wait_seconds: 50 }), until });

// What the server itself says to a client, asked of a process of its own on another home.
async function AskServer(persona) {
  const { command, args, env } = Launch(TempFolder('asked'), persona);
  const peer = new StdioPeer('asked', command, args, { env });
  const initialize = {
    protocolVersion: '2025-11-25',
    capabilities: {},
    clientInfo: { name: 'test', version: '0' },
  };
  const opened = await peer.Request(1, 'initialize', initialize);
  peer.Send({ jsonrpc: '2.0', method: 'notifications/initialized' });
  const listed = await peer.Request(2, 'tools/list', {});
  await peer.Close();
  return { instructions: opened.result.instructions, tools: listed.result.tools };
}

// What the model saw of its calls of one tool, in order.
export function ResultsOf(run, tool) {
  const calls = run
    .Requests()
    .at(-1)
    .messages.flatMap((m) => (Array.isArray(m.content) ? m.content : []));
  const ids = calls.filter(
    (block) => block.type === 'tool_use' && block.name === `mcp__katra__katra_${tool}`,
  );
  const wanted = new Set(ids.map((block) => block.id));
  return run.Results().filter((result) => wanted.has(result.id));
}

export async function CheckModelsView(run) {
  const asked = await AskServer(run.persona);
  await Check(`${run.persona} (${run.version}): every tool is in the first request, whole`, () => {
    const tools = new Map(run.Tools().map((tool) => [tool.name, tool]));
    assert.deepEqual([...tools.keys()].sort(), kTools.map((name) => `mcp__katra__${name}`).sort());
    for (const published of asked.tools) {
      const given = tools.get(`mcp__katra__${published.name}`);
      assert.equal(given.description, published.description, `description of ${published.name}`);
      assert.deepEqual(
        Object.keys(given.input_schema.properties ?? {}).sort(),
        Object.keys(published.inputSchema.properties ?? {}).sort(),
        `arguments of ${published.name}`,
      );
    }
  });
  await Check(
    `${run.persona} (${run.version}): the instructions are there, to the last word`,
    () => {
      assert.ok(
        run.System().includes('# MCP Server Instructions'),
        'no section of server instructions',
      );
      assert.ok(
        asked.instructions.startsWith(`You are ${run.persona} (`),
        `the first words are: ${asked.instructions.slice(0, 80)}`,
      );
      assert.ok(
        asked.instructions.length > 200 && asked.instructions.length <= 2000,
        `${asked.instructions.length} characters`,
      );
      const sentences = asked.instructions.split(/\n+/).filter((line) => line.trim() !== '');
      for (const line of sentences)
        assert.ok(run.System().includes(line), `the model lacks: ${line}`);
      assert.ok(!run.System().includes('[truncated]'), 'something was truncated');
    },
  );
  await Check(`${run.persona} (${run.version}): no stall at the start`, () => {
    const milliseconds = run.ConnectMilliseconds();
    console.log(`      connected in ${milliseconds} ms`);
    assert.ok(milliseconds < kMaxConnectMs, `${milliseconds} ms until connected`);
  });
  await Check(`${run.persona} (${run.version}): no call failed`, () => {
    assert.deepEqual(
      run.Results().filter((result) => result.is_error),
      [],
    );
  });
}

function SessionRows(home) {
  return Query(
    home,
    `SELECT p.name AS persona, s.provider, s.model, s.client, s.client_version,
            s.client_session_id, s.ended_at
       FROM sessions s JOIN personas p ON p.id = s.persona_id ORDER BY p.name`,
  );
}

export async function CheckSessions(home, versions) {
  await Check('the store has one ended session of each, with client and provider', () => {
    const rows = SessionRows(home);
    const expected = Object.entries(versions)
      .sort()
      .map(([persona, version]) => ({
        persona,
        provider: kPersonas[persona].provider,
        model: kPersonas[persona].model,
        client: 'claude-code',
        client_version: version,
      }));
    const shown = rows.map(({ persona, provider, model, client, client_version }) => ({
      persona,
      provider,
      model,
      client,
      client_version,
    }));
    assert.deepEqual(shown, expected);
    for (const row of rows) {
      assert.ok(row.ended_at !== null, `${row.persona}'s session did not end`);
      assert.match(row.client_session_id, /^[0-9a-f-]{36}$/, `${row.persona}'s client session id`);
    }
    assert.deepEqual(Query(home, 'PRAGMA integrity_check'), [{ integrity_check: 'ok' }]);
  });
}

// Every message of the store, with its sender's name and its recipients'.
export function Messages(home) {
  return Query(
    home,
    `SELECT m.id, p.name AS sender, m.body, m.direct, m.reply_to,
            m.provider || '/' || m.model AS tag,
            (SELECT group_concat(r.name)
               FROM message_recipients mr JOIN personas r ON r.id = mr.persona_id
              WHERE mr.message_id = m.id) AS recipients
       FROM messages m JOIN personas p ON p.id = m.persona_id ORDER BY m.id`,
  );
}
