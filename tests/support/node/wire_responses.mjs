// The OpenAI Responses format as a provider speaks it: what it refuses, and how an answer is written,
// whole or as a stream. Members are those of ResponseCreateParams and ResponseInputItem of the
// official `openai` package, and what Codex sends besides. Used by fake_provider.mjs; knows nothing of
// scripts or of Katra.

import { FreshId, Refusal } from './wire_chat.mjs';

const kKnownFields = new Set([
  ...['background', 'context_management', 'conversation', 'include', 'input', 'instructions'],
  ...['max_output_tokens', 'max_tool_calls', 'metadata', 'model', 'parallel_tool_calls', 'prompt'],
  ...['previous_response_id', 'prompt_cache_key', 'prompt_cache_retention', 'reasoning', 'store'],
  ...['safety_identifier', 'service_tier', 'stream', 'stream_options', 'temperature', 'text'],
  ...['tool_choice', 'tools', 'top_logprobs', 'top_p', 'truncation', 'user', 'verbosity'],
  'client_metadata', // Codex
]);
const kItems = {
  message: ['role', 'content', 'phase'],
  function_call: ['call_id', 'name', 'namespace', 'arguments'],
  function_call_output: ['call_id', 'output'],
  custom_tool_call: ['call_id', 'name', 'namespace', 'input'],
  custom_tool_call_output: ['call_id', 'output', 'name'],
  reasoning: ['summary', 'content', 'encrypted_content'],
  tool_search_call: ['call_id', 'execution', 'arguments'],
  tool_search_output: ['call_id', 'execution', 'tools'],
  additional_tools: ['role', 'tools'],
  compaction: ['encrypted_content'],
  compaction_trigger: [],
};
const kAlways = ['type', 'id', 'status', 'internal_chat_message_metadata_passthrough'];
const kParts = {
  user: ['input_text', 'input_image', 'input_file'],
  developer: ['input_text'],
  system: ['input_text'],
  assistant: ['output_text', 'refusal'],
};
const kPieceCharacters = 7;

export const kResponsesUsage = { input: 120, cached: 20, output: 15, reasoning: 4 };

function Require(condition, message) {
  if (!condition) throw new Refusal(400, message);
}

const TypeOf = (item) => item.type ?? (item.role ? 'message' : undefined);
const TextOf = (output) =>
  typeof output === 'string' ? output : (output ?? []).map((part) => part.text ?? '').join('\n');

// Every tool result of the conversation: {id, text}, oldest first.
export function ResponsesToolResults(body) {
  return body.input
    .filter((item) => ['function_call_output', 'custom_tool_call_output'].includes(item.type))
    .map((item) => ({ id: item.call_id, text: TextOf(item.output) }));
}

// Every tool that can be called: {type, name, namespace}.
export function ResponsesTools(body) {
  const lists = [body.tools ?? [], ...body.input.map((item) => item.tools ?? [])];
  return lists
    .flat()
    .flatMap((tool) =>
      tool.type === 'namespace'
        ? tool.tools.map((inner) => ({ ...inner, namespace: tool.name }))
        : [tool],
    );
}

function CheckMessage(item, at) {
  Require(item.role in kParts, `Invalid value: '${item.role}' at input[${at}].role`);
  if (typeof item.content === 'string') return;
  for (const part of item.content)
    Require(
      kParts[item.role].includes(part.type),
      `Invalid value: '${part.type}' at input[${at}].content of a message of ${item.role}`,
    );
}

// Each call is answered once, after it; a reasoning item is followed by what it was about.
function CheckOrder(input) {
  const open = new Map();
  input.forEach((item, at) => {
    const type = TypeOf(item);
    if (type === 'function_call' || type === 'custom_tool_call' || type === 'tool_search_call') {
      Require(!open.has(item.call_id), `Duplicate call_id ${item.call_id}`);
      open.set(item.call_id, type);
    } else if (type.endsWith('_output')) {
      const wanted = type.slice(0, -'_output'.length).replace(/^tool_search$/, 'tool_search_call');
      const call = wanted.startsWith('tool_search') ? 'tool_search_call' : wanted;
      Require(open.get(item.call_id) === call, `No tool call found for ${type} ${item.call_id}`);
      open.delete(item.call_id);
    } else if (type === 'reasoning') {
      Require(Array.isArray(item.summary), `Missing required parameter: input[${at}].summary`);
      Require(
        item.encrypted_content?.startsWith('sealed-by-fake:'),
        'The encrypted content could not be verified.',
      );
      const next = input[at + 1];
      Require(
        next && (next.type === 'reasoning' || next.role === 'assistant' || /_call$/.test(next.type)),
        `Item 'reasoning' at input[${at}] was provided without its required following item.`,
      );
    }
  });
  Require(open.size === 0, `No tool output found for call ${[...open.keys()]}`);
}

function CheckTool(tool) {
  const known = ['function', 'custom', 'namespace', 'tool_search', 'web_search', 'local_shell'];
  Require(known.includes(tool.type), `Invalid value: '${tool.type}' at tools[].type`);
  if (tool.type === 'namespace') return tool.tools.forEach(CheckTool);
  if (tool.type !== 'function') return undefined;
  Require(!('function' in tool), "Unknown parameter: 'tools[].function'");
  Require(/^[a-zA-Z0-9_-]{1,128}$/.test(tool.name ?? ''), `bad name of a tool: ${tool.name}`);
  Require(tool.parameters?.type === 'object', 'parameters are not an object schema');
  return undefined;
}

// Throws a Refusal, as the real one would answer.
export function CheckResponsesRequest(body) {
  const unknown = Object.keys(body).filter((key) => !kKnownFields.has(key));
  Require(unknown.length === 0, `Unknown parameter: '${unknown.join("', '")}'.`);
  Require(typeof body.model === 'string', "Missing required parameter: 'model'.");
  Require(Array.isArray(body.input) && body.input.length > 0, "Missing required parameter: 'input'.");
  Require(!body.background && !body.previous_response_id, 'a conversation that is kept elsewhere');
  body.input.forEach((item, at) => {
    const type = TypeOf(item);
    Require(type in kItems, `Invalid value: '${type}' at input[${at}].type`);
    const odd = Object.keys(item).filter((key) => ![...kAlways, ...kItems[type]].includes(key));
    Require(odd.length === 0, `Unknown parameter: 'input[${at}].${odd}'.`);
    if (type === 'message') CheckMessage(item, at);
    if (type === 'function_call') JSON.parse(item.arguments);
  });
  CheckOrder(body.input);
  ResponsesTools(body).forEach(CheckTool);
}

function ItemOf(block, tools) {
  const common = { status: 'completed' };
  if (block.type === 'text')
    return {
      ...{ type: 'message', id: FreshId('msg_'), role: 'assistant', ...common },
      content: [{ type: 'output_text', text: block.text, annotations: [] }],
    };
  if (block.type === 'thinking')
    return {
      ...{ type: 'reasoning', id: FreshId('rs_') },
      summary: [{ type: 'summary_text', text: block.thinking }],
      encrypted_content: `sealed-by-fake:${FreshId('')}`,
    };
  const tool = tools.find((known) => (known.name ?? known.type) === block.name) ?? {};
  const call = { id: FreshId('fc_'), call_id: block.id, ...common };
  if (tool.type === 'tool_search')
    return { type: 'tool_search_call', execution: 'client', ...call, arguments: block.input };
  const names = { name: block.name, ...(tool.namespace ? { namespace: tool.namespace } : {}) };
  if (tool.type === 'custom')
    return { type: 'custom_tool_call', ...call, ...names, input: block.input.input };
  return { type: 'function_call', ...call, ...names, arguments: JSON.stringify(block.input) };
}

function ItemsOf(body, turn) {
  if (body.input.at(-1).type === 'compaction_trigger') {
    const text = turn.blocks.map((block) => block.text).join('\n');
    return [{ type: 'compaction', id: FreshId('cmp_'), encrypted_content: `sealed-by-fake:${text}` }];
  }
  const tools = ResponsesTools(body);
  const thinking = turn.thinking ? [{ type: 'thinking', thinking: turn.thinking }] : [];
  return [...thinking, ...turn.blocks].map((block) => ItemOf(block, tools));
}

function Envelope(model, status, output, turn) {
  const { cached, output: given, reasoning } = kResponsesUsage;
  const input = turn.step?.input_tokens ?? kResponsesUsage.input;
  const usage = {
    ...{ input_tokens: input, input_tokens_details: { cached_tokens: cached } },
    ...{ output_tokens: given, output_tokens_details: { reasoning_tokens: reasoning } },
    total_tokens: input + given,
  };
  return {
    ...{ id: FreshId('resp_'), object: 'response', created_at: 1_760_000_000, status, model, output },
    ...{ error: null, incomplete_details: null, parallel_tool_calls: true, store: false },
    usage: status === 'completed' ? usage : null,
  };
}

export const ResponsesReply = (body, model, turn) =>
  Envelope(model, 'completed', ItemsOf(body, turn), turn);

function Pieces(text) {
  const characters = [...text];
  const pieces = [];
  for (let at = 0; at < characters.length; at += kPieceCharacters)
    pieces.push(characters.slice(at, at + kPieceCharacters).join(''));
  return pieces;
}

// The events between an item's beginning and its end: [type, members].
function Within(item, output_index) {
  const place = { item_id: item.id, output_index };
  const all = (kind, member, text, more = {}) => [
    ...Pieces(text).map((delta) => [`response.${kind}.delta`, { ...place, ...more, delta }]),
    [`response.${kind}.done`, { ...place, ...more, [member]: text }],
  ];
  if (item.type === 'function_call')
    return all('function_call_arguments', 'arguments', item.arguments);
  if (item.type === 'custom_tool_call') return all('custom_tool_call_input', 'input', item.input);
  if (item.type === 'message') {
    const more = { content_index: 0 };
    const part = item.content[0];
    return [
      ['response.content_part.added', { ...place, ...more, part: { ...part, text: '' } }],
      ...all('output_text', 'text', part.text, { ...more, logprobs: [] }),
      ['response.content_part.done', { ...place, ...more, part }],
    ];
  }
  if (item.type !== 'reasoning') return [];
  const more = { summary_index: 0 };
  const part = item.summary[0];
  return [
    ['response.reasoning_summary_part.added', { ...place, ...more, part: { ...part, text: '' } }],
    ...all('reasoning_summary_text', 'text', part.text, more),
    ['response.reasoning_summary_part.done', { ...place, ...more, part }],
  ];
}

function Begun(item) {
  if (item.type === 'message') return { ...item, status: 'in_progress', content: [] };
  if (item.type === 'function_call') return { ...item, status: 'in_progress', arguments: '' };
  if (item.type === 'custom_tool_call') return { ...item, status: 'in_progress', input: '' };
  if (item.type === 'reasoning') return { ...item, summary: [] };
  return item;
}

// The answer as server-sent events, each a string of its own. With `cut`, about half of them.
export function ResponsesEvents(body, model, turn) {
  const items = ItemsOf(body, turn);
  const envelope = Envelope(model, 'in_progress', [], turn);
  const events = [
    ['response.created', { response: envelope }],
    ['response.in_progress', { response: envelope }],
  ];
  items.forEach((item, output_index) => {
    events.push(['response.output_item.added', { output_index, item: Begun(item) }]);
    events.push(...Within(item, output_index));
    events.push(['response.output_item.done', { output_index, item }]);
  });
  if (turn.cut) events.length = Math.max(3, Math.ceil(events.length / 2));
  else {
    const end = { ...Envelope(model, 'completed', items, turn), id: envelope.id };
    events.push(['response.completed', { response: end }]);
  }
  return events.map(
    ([type, more], sequence_number) =>
      `event: ${type}\ndata: ${JSON.stringify({ type, sequence_number, ...more })}\n\n`,
  );
}

export function ResponsesError(status, message, type, code) {
  return { error: { message, type: type ?? 'invalid_request_error', param: null, code } };
}
