// Five providers behind one gateway, each with a persona of its own, for the drivers that run real
// coding agents: the OpenAI format in four flavours, and Anthropic's.

import assert from 'node:assert/strict';

import { StartGateway } from './gateway.mjs';
import { Defer, Evidence } from './scenario.mjs';
import { kGatewayPersonas } from './server.mjs';
import { StartFakeProvider } from '../../../support/fake_provider.mjs';

// `served`: the name that the upstream gives to what is asked for as `model`.
export const kProviders = {
  openai: { path: '/v1', model: 'gpt-4-turbo', served: 'gpt-4-turbo-2024-04-09' },
  deepseek: { path: '', model: 'deepseek-v4-pro', images: false, interface: 'openai' },
  gemini: { path: '/v1beta/openai', model: 'gemini-2.5-pro' },
  ollama: { path: '/v1', model: 'qwen3-coder', key: null },
  // What Claude Code asks for by itself: a Claude model is not replaced at Anthropic.
  anthropic: {
    path: '',
    model: 'claude-opus-5-5',
    served: 'claude-opus-5-5-20260901',
    interface: 'anthropic',
  },
};

export const Served = (name) => kProviders[name].served ?? kProviders[name].model;
export const KeyOf = (name) => `sk-${name}-quicksilver`;

// Starts the providers named, with their scripts, and a gateway before them.
// `scripts`: {provider: steps}. Gives {gateway, providers}.
export async function StartGatewayWorld(home, scripts) {
  const providers = {};
  const keys = {};
  const personas = { personas: {}, providers: {} };
  for (const [name, steps] of Object.entries(scripts)) {
    const facts = kProviders[name];
    const format = facts.interface === 'anthropic' ? 'anthropic' : 'openai';
    const key = facts.key === null ? undefined : KeyOf(name);
    const served = () => Served(name);
    const provider = await StartFakeProvider({ format, flavour: name, key, served, steps });
    Defer(() => provider.Close());
    Evidence(`${name} refused`, () => provider.faults.join('\n'));
    providers[name] = provider;
    const [persona] = Object.entries(kGatewayPersonas).find(([, p]) => p.provider === name);
    personas.personas[persona] = { provider: name, model: facts.model };
    personas.providers[name] = {
      api_base_url: `${provider.url}${facts.path}`,
      ...(facts.interface ? { interface: facts.interface } : {}),
    };
    if (key) keys[`${name.toUpperCase()}_API_KEY`] = key;
  }
  const gateway = await StartGateway({ home, personas, keys });
  return { gateway, providers };
}

// What must hold of every provider's side after a run.
export function CheckProvider(name, provider, token) {
  assert.deepEqual(provider.faults, [], `${name} had something to refuse`);
  assert.ok(!JSON.stringify(provider.headers).includes(token), `${name} saw the token`);
  for (const body of [...provider.requests, ...provider.asides])
    assert.equal(body.model, kProviders[name].model, `${name}: the model that was asked for`);
}
