// What the official SDKs are tried against: a provider of each format behind one gateway, whose model
// does what the last user message says. Knows neither SDK.

import { Defer, Evidence, TempFolder } from './scenario.mjs';
import { StartGateway } from './gateway.mjs';
import { StartFakeProvider } from '../../../support/node/fake_provider.mjs';

export const kPersonas = { Chat: 'openfake', Native: 'antfake' };
export const kKeys = { OPENFAKE_KEY: 'sk-open-quicksilver', ANTFAKE_KEY: 'sk-ant-quicksilver' };
export const kCities = ['Oslo', 'Łódź'];
export const kTold = 'Grüße aus Oslo: 日本語 and 🦊 arrive whole.';
export const kThought = 'The user greets; so do I.';

const TextOf = (content) =>
  typeof content === 'string'
    ? content
    : content
        .map((part) => part.text ?? '')
        .join('\n')
        .trim();

const kErrors = {
  'fail 429': { status: 429, error: { message: 'slow down' }, headers: { 'retry-after': '7' } },
  'fail 529': { status: 529, error: { message: 'overloaded' } },
  'fail 500': { status: 500, error: { message: 'it broke' } },
  'fail 400': { status: 400, error: { message: 'top_p is silly' } },
  'fail 403': { status: 403, error: { message: 'not for you', type: 'permission_error' } },
  'fail quota': {
    status: 429,
    error: { message: 'You exceeded your quota', code: 'insufficient_quota' },
  },
  'fail overflow': { overflow: true },
  'fail html': { html: true },
};

// The model: what the last user message asks for.
function Obey(body) {
  const last = body.messages.at(-1);
  const results = (Array.isArray(last.content) ? last.content : []).filter(
    (block) => block.type === 'tool_result',
  );
  if (last.role === 'tool' || results.length > 0) {
    const tools = body.messages.filter((message) => message.role === 'tool');
    const texts = (results.length > 0 ? results : tools).map((r) => TextOf(r.content));
    return { text: `It is ${texts.join(' and ')}.` };
  }
  const asked = TextOf(last.content);
  const error = Object.keys(kErrors).find((words) => asked.includes(words));
  if (error) return kErrors[error];
  if (asked.includes('weather'))
    return {
      text: 'Let me look.',
      tools: kCities.map((city) => ({ tool: 'get_weather', input: { city, days: 2 } })),
    };
  if (asked.includes('think')) return { text: kTold, thinking: kThought };
  if (asked.includes('cut')) return { text: 'Once upon a time there was a fox.', cut: true };
  return { text: kTold };
}

// Gives {gateway, chat, native, tokens}: `tokens.Chat` is of a persona on the OpenAI-format provider,
// `tokens.Native` on the Anthropic-format one.
export async function SdkFixture() {
  const chat = await StartFakeProvider({
    format: 'openai',
    flavour: 'openai',
    key: kKeys.OPENFAKE_KEY,
    answer: Obey,
    served: (model) => `${model}-2026-04-09`,
  });
  const native = await StartFakeProvider({
    format: 'anthropic',
    key: kKeys.ANTFAKE_KEY,
    answer: Obey,
  });
  for (const provider of [chat, native]) Defer(() => provider.Close());
  Evidence('the providers refused', () => [...chat.faults, ...native.faults].join('\n'));
  const personas = {
    personas: {
      Chat: { provider: 'openfake', model: 'gpt-4-turbo' },
      Native: { provider: 'antfake', model: 'claude-opus-4' },
    },
    providers: {
      openfake: {
        api_base_url: `${chat.url}/v1`,
        interface: 'openai',
        api_key_env: 'OPENFAKE_KEY',
        models: ['gpt-4-turbo', 'gpt-4'],
      },
      antfake: {
        api_base_url: native.url,
        interface: 'anthropic',
        api_key_env: 'ANTFAKE_KEY',
        models: ['claude-opus-4'],
      },
    },
  };
  const home = TempFolder('gateway');
  const gateway = await StartGateway({ home, personas, keys: kKeys });
  const tokens = {};
  for (const persona of Object.keys(kPersonas)) tokens[persona] = await gateway.Token(persona);
  return { gateway, chat, native, tokens };
}
