// The OpenAI Chat Completions format as a provider speaks it: what it refuses, and how an answer is
// written, whole or as a stream. Used by fake_provider.mjs; knows nothing of scripts or of Katra.

const kKnownFields = new Set([
  ...['model', 'messages', 'tools', 'tool_choice', 'parallel_tool_calls', 'stream', 'stop', 'user'],
  ...['stream_options', 'max_tokens', 'max_completion_tokens', 'temperature', 'top_p', 'n', 'seed'],
  ...['reasoning_effort', 'response_format', 'prompt_cache_key', 'safety_identifier', 'logprobs'],
  ...['service_tier', 'web_search_options', 'frequency_penalty', 'presence_penalty', 'store'],
  ...['metadata', 'verbosity', 'top_logprobs', 'logit_bias', 'modalities', 'prediction'],
]);
// What some providers take besides.
const kMoreFields = {
  deepseek: ['thinking'],
  ollama: ['top_k', 'think'],
  openai: [],
  gemini: ['top_k', 'extra_body'],
};
const kPieceCharacters = 7;

let answers = 0;
// A name for an answer: clients take answers of one id for parts of one message.
export const FreshId = (prefix) => `${prefix}fake${String(++answers).padStart(4, '0')}`;

export const kChatUsage = { prompt: 120, cached: 20, completion: 15 };

// What a provider says no to: the status and its words.
export class Refusal extends Error {
  constructor(status, message, code = null) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

function Require(condition, message) {
  if (!condition) throw new Refusal(400, message);
}

export function ChatText(content) {
  if (typeof content === 'string') return content;
  return (content ?? []).map((part) => part.text ?? '').join('\n');
}

// Every tool result of the conversation: {id, text}, oldest first.
export function ChatToolResults(body) {
  return body.messages
    .filter((message) => message.role === 'tool')
    .map((message) => ({ id: message.tool_call_id, text: ChatText(message.content) }));
}

// The data URLs of every image of the conversation.
export function ChatImages(body) {
  return body.messages
    .flatMap((message) => (Array.isArray(message.content) ? message.content : []))
    .filter((part) => part.type === 'image_url')
    .map((part) => part.image_url.url);
}

function CheckAssistant(message, flavour) {
  for (const call of message.tool_calls ?? []) {
    Require(call.type === 'function', `tool_calls[].type is ${call.type}`);
    Require(/^.{1,64}$/.test(call.id ?? ''), `tool call id '${call.id}' is not 1 to 64 characters`);
    Require(/^[a-zA-Z0-9_-]{1,64}$/.test(call.function?.name ?? ''), 'bad name of a tool call');
    JSON.parse(call.function.arguments);
  }
  if (!(message.tool_calls?.length > 0)) return;
  if (flavour === 'deepseek')
    Require(
      typeof message.reasoning_content === 'string' && message.reasoning_content !== '',
      'The reasoning_content in the thinking mode must be passed back to the API.',
    );
  if (flavour === 'gemini')
    Require(
      message.tool_calls[0].extra_content?.google?.thought_signature,
      `Function call \`${message.tool_calls[0].function.name}\` is missing a thought_signature.`,
    );
}

// Calls are answered at once, each once, in any order.
function CheckPairs(messages) {
  let open = new Set();
  messages.forEach((message, at) => {
    if (message.role === 'tool') {
      Require(open.delete(message.tool_call_id), `messages[${at}]: no such call is open`);
      return;
    }
    Require(
      open.size === 0,
      "An assistant message with 'tool_calls' must be followed by tool messages responding to " +
        `each 'tool_call_id'. The following did not have response messages: ${[...open]}`,
    );
    open = new Set((message.tool_calls ?? []).map((call) => call.id));
  });
  Require(open.size === 0, 'the last tool calls have no answer');
}

const kNotForGemini = ['$schema', '$ref', '$defs', 'additionalProperties', 'default'];

// Keywords of JSON Schema that Gemini refuses, anywhere but as the name of a property.
function CheckGeminiSchema(schema, in_properties = false) {
  if (schema === null || typeof schema !== 'object') return;
  for (const [key, value] of Object.entries(schema)) {
    const refused = !in_properties && !Array.isArray(schema) && kNotForGemini.includes(key);
    Require(!refused, `Unknown name "${key}" at 'parameters': Cannot find field.`);
    if (key === 'enum' || key === 'required') continue;
    CheckGeminiSchema(value, !in_properties && key === 'properties');
  }
}

function CheckTool(tool, flavour) {
  if (flavour === 'gemini') CheckGeminiSchema(tool.function.parameters);
  Require(tool.type === 'function', `tools[].type is ${tool.type}`);
  const keys = Object.keys(tool.function);
  const odd = keys.filter((k) => !['name', 'description', 'parameters', 'strict'].includes(k));
  Require(odd.length === 0, `tools[].function has ${odd}`);
  Require(/^[a-zA-Z0-9_-]{1,64}$/.test(tool.function.name), `bad name: ${tool.function.name}`);
  Require(tool.function.parameters?.type === 'object', 'parameters are not an object schema');
}

// Throws a Refusal, as the real ones would answer.
export function CheckChatRequest(body, flavour) {
  const known = (key) => kKnownFields.has(key) || kMoreFields[flavour]?.includes(key);
  const unknown = Object.keys(body).filter((key) => !known(key));
  Require(unknown.length === 0, `Unrecognized request argument supplied: ${unknown.join(', ')}`);
  Require(Array.isArray(body.messages) && body.messages.length > 0, "'messages' is empty");
  for (const message of body.messages) {
    const roles = ['system', 'developer', 'user', 'assistant', 'tool'];
    Require(roles.includes(message.role), `role ${message.role}`);
    const parts = Array.isArray(message.content) ? message.content : [];
    for (const part of parts)
      Require(['text', 'image_url', 'file'].includes(part.type), `content part ${part.type}`);
    Require(
      ['user', 'system'].includes(message.role) === false || message.content?.length > 0,
      `an empty ${message.role} message`,
    );
    if (message.role === 'assistant') CheckAssistant(message, flavour);
  }
  CheckPairs(body.messages);
  (body.tools ?? []).forEach((tool) => CheckTool(tool, flavour));
  Require(!('tool_choice' in body) || body.tools, "'tool_choice' is only allowed with 'tools'");
}

function Pieces(text) {
  const pieces = [];
  const characters = [...text];
  for (let at = 0; at < characters.length; at += kPieceCharacters)
    pieces.push(characters.slice(at, at + kPieceCharacters).join(''));
  return pieces;
}

function Usage(turn) {
  const { cached, completion } = kChatUsage;
  const prompt = turn.step?.input_tokens ?? kChatUsage.prompt;
  return {
    prompt_tokens: prompt,
    completion_tokens: completion,
    total_tokens: prompt + completion,
    prompt_tokens_details: { cached_tokens: cached },
  };
}

const ReasoningField = (flavour) => (flavour === 'ollama' ? 'reasoning' : 'reasoning_content');
const Finish = (turn) => (turn.stop === 'tool_use' ? 'tool_calls' : 'stop');

function CallOf(block, flavour) {
  const call = {
    id: block.id,
    type: 'function',
    function: { name: block.name, arguments: JSON.stringify(block.input) },
  };
  if (flavour === 'gemini')
    call.extra_content = { google: { thought_signature: `thought-of-${block.id}` } };
  return call;
}

// The whole answer to a request that asks for no stream.
export function ChatReply(body, model, turn, flavour) {
  const text = turn.blocks.filter((block) => block.type === 'text').map((block) => block.text);
  const calls = turn.blocks.filter((block) => block.type === 'tool_use');
  const message = { role: 'assistant', content: text.length > 0 ? text.join('') : null };
  if (turn.thinking) message[ReasoningField(flavour)] = turn.thinking;
  if (calls.length > 0) message.tool_calls = calls.map((block) => CallOf(block, flavour));
  return {
    id: FreshId('chatcmpl-'),
    object: 'chat.completion',
    created: 1_760_000_000,
    model,
    choices: [{ index: 0, message, finish_reason: Finish(turn), logprobs: null }],
    usage: Usage(turn),
  };
}

// The answer as server-sent events, each a string of its own. With `cut`, about half of the text.
export function ChatEvents(body, model, turn, flavour) {
  const id = FreshId('chatcmpl-');
  const chunk = (delta, finish_reason = null) => ({
    id,
    object: 'chat.completion.chunk',
    created: 1_760_000_000,
    model,
    choices: [{ index: 0, delta, finish_reason }],
  });
  const chunks = [chunk({ role: 'assistant', content: '' })];
  for (const piece of Pieces(turn.thinking ?? ''))
    chunks.push(chunk({ [ReasoningField(flavour)]: piece }));
  let index = 0;
  for (const block of turn.blocks) {
    if (block.type === 'text') {
      Pieces(block.text).forEach((piece) => chunks.push(chunk({ content: piece })));
      continue;
    }
    const call = CallOf(block, flavour);
    const pieces = Pieces(call.function.arguments);
    chunks.push(
      chunk({ tool_calls: [{ index, ...call, function: { ...call.function, arguments: '' } }] }),
    );
    for (const piece of pieces)
      chunks.push(chunk({ tool_calls: [{ index, function: { arguments: piece } }] }));
    ++index;
  }
  if (turn.cut) chunks.length = Math.max(2, Math.ceil(chunks.length / 2));
  else {
    chunks.push(chunk({}, Finish(turn)));
    if (body.stream_options?.include_usage)
      chunks.push({ ...chunk({}), choices: [], usage: Usage(turn) });
  }
  const events = chunks.map((value) => `data: ${JSON.stringify(value)}\n\n`);
  return turn.cut ? events : [...events, 'data: [DONE]\n\n'];
}

export function ChatError(status, message, type, code) {
  return { error: { message, type: type ?? 'invalid_request_error', param: null, code } };
}
