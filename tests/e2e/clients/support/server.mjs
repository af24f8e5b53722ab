// How tests launch katra_mcp_server, and the facts about it that several drivers assert.

import { ServerPath } from './installation.mjs';

export const kTools = [
  'katra_say',
  'katra_hear',
  'katra_who_is_here',
  'katra_history',
  'katra_receipts',
  'katra_remember',
  'katra_recall',
  'katra_forget',
  'katra_claim',
  'katra_route_feedback',
  'katra_register',
  'katra_whoami',
];
export const kPrompts = ['catch_up', 'handover', 'standup'];
export const kLegacyVersions = ['2024-11-05', '2025-03-26', '2025-06-18', '2025-11-25'];
export const kModernVersion = '2026-07-28';

export const kPersonas = {
  Dario: { provider: 'anthropic', model: 'claude-opus-4', role: 'Lead' },
  Sam: { provider: 'openai', model: 'gpt-4-turbo', role: 'Reviewer' },
  Charlie: { provider: 'deepseek', model: 'deepseek-chat', role: 'Tester' },
};

// Personas of the gateway's tests: the launch says no model, the gateway finds out.
export const kGatewayPersonas = {
  Olga: { provider: 'openai', role: 'Lead' },
  Dean: { provider: 'deepseek', role: 'Reviewer' },
  Gina: { provider: 'gemini', role: 'Tester' },
  Otto: { provider: 'ollama', role: 'Writer' },
  Anna: { provider: 'anthropic', role: 'Builder' },
};

// The environment that makes a server that persona on that home.
export function ServerEnvironment(home, persona) {
  const { provider, model, role } = kPersonas[persona] ?? kGatewayPersonas[persona];
  return {
    KATRA_HOME: home,
    KATRA_PERSONA: persona,
    KATRA_ROLE: role,
    KATRA_PROVIDER: provider,
    ...(model ? { KATRA_MODEL: model } : {}),
  };
}

// command, args and env for a transport that starts the server itself.
export function Launch(home, persona, { args = [], env = {} } = {}) {
  return {
    command: ServerPath(),
    args,
    env: {
      PATH: process.env.PATH ?? '/usr/bin:/bin',
      HOME: home,
      ...ServerEnvironment(home, persona),
      ...env,
    },
  };
}
