// The Anthropic Messages format as a provider speaks it: what it refuses, and how an answer is
// written, whole or as a stream. Used by fake_provider.mjs; knows nothing of scripts or of Katra.

import { FreshId, Refusal } from './wire_chat.mjs';

const kPieceCharacters = 7;

export const kMessagesUsage = { input: 100, cached: 20, output: 15 };

function Require(condition, message) {
  if (!condition) throw new Refusal(400, message);
}

const BlocksOf = (message) => (Array.isArray(message.content) ? message.content : []);

// The bytes of every image of the conversation, as base64.
export function MessagesImages(body) {
  const blocks = body.messages.flatMap(BlocksOf);
  const inside = blocks.filter((b) => b.type === 'tool_result').flatMap(BlocksOf);
  return [...blocks, ...inside]
    .filter((block) => block.type === 'image')
    .map((block) => block.source.data ?? block.source.url);
}

function CheckPairs(messages) {
  let open = new Set();
  messages.forEach((message, at) => {
    if (message.role === 'system') return;
    const blocks = BlocksOf(message);
    const results = blocks.filter((block) => block.type === 'tool_result');
    for (const result of results)
      Require(
        open.delete(result.tool_use_id),
        `messages.${at}: unexpected \`tool_use_id\` found in \`tool_result\` blocks`,
      );
    Require(
      open.size === 0,
      `messages.${at}: \`tool_use\` ids were found without \`tool_result\` blocks: ${[...open]}`,
    );
    open = new Set(blocks.filter((block) => block.type === 'tool_use').map((block) => block.id));
  });
}

// Throws a Refusal, as the real one would answer.
export function CheckMessagesRequest(body) {
  Require(typeof body.model === 'string', 'model: Field required');
  Require(Number.isInteger(body.max_tokens), 'max_tokens: Field required');
  Require(Array.isArray(body.messages) && body.messages.length > 0, 'messages: Field required');
  for (const message of body.messages) {
    Require(['user', 'assistant', 'system'].includes(message.role), `role ${message.role}`);
    for (const block of BlocksOf(message)) {
      if (block.type === 'thinking')
        Require(
          block.signature?.startsWith('signed-by-fake:'),
          'Invalid `signature` in `thinking` block',
        );
      if (block.type === 'text')
        Require(block.text !== '', 'text content blocks must be non-empty');
    }
  }
  CheckPairs(body.messages);
}

// The content blocks of a turn, with its thinking in front.
function ContentOf(turn) {
  const thinking = { type: 'thinking', thinking: turn.thinking, signature: 'signed-by-fake:1' };
  return turn.thinking ? [thinking, ...turn.blocks] : turn.blocks;
}

function Usage(turn, output_tokens) {
  return {
    input_tokens: turn.step?.input_tokens ?? kMessagesUsage.input,
    output_tokens,
    cache_creation_input_tokens: 0,
    cache_read_input_tokens: kMessagesUsage.cached,
  };
}

function Envelope(model, more) {
  const kind = { id: FreshId('msg_'), type: 'message', role: 'assistant', model };
  return { ...kind, stop_sequence: null, ...more };
}

export function MessagesReply(body, model, turn) {
  return Envelope(model, {
    content: ContentOf(turn),
    stop_reason: turn.stop,
    usage: Usage(turn, kMessagesUsage.output),
  });
}

function Pieces(text) {
  const characters = [...text];
  const pieces = [];
  for (let at = 0; at < characters.length; at += kPieceCharacters)
    pieces.push(characters.slice(at, at + kPieceCharacters).join(''));
  return pieces;
}

// How a block opens, and its deltas.
function Opening(block) {
  if (block.type === 'text') return { ...block, text: '' };
  if (block.type === 'thinking') return { type: 'thinking', thinking: '', signature: '' };
  return { ...block, input: {} };
}

function Deltas(block) {
  if (block.type === 'text')
    return Pieces(block.text).map((text) => ({ type: 'text_delta', text }));
  if (block.type === 'thinking')
    return [
      ...Pieces(block.thinking).map((thinking) => ({ type: 'thinking_delta', thinking })),
      { type: 'signature_delta', signature: block.signature },
    ];
  return Pieces(JSON.stringify(block.input)).map((partial_json) => ({
    type: 'input_json_delta',
    partial_json,
  }));
}

// The answer as server-sent events, each a string of its own. With `cut`, about half of them.
export function MessagesEvents(body, model, turn) {
  const events = [];
  const add = (type, data) =>
    events.push(`event: ${type}\ndata: ${JSON.stringify({ type, ...data })}\n\n`);
  add('message_start', {
    message: Envelope(model, { content: [], stop_reason: null, usage: Usage(turn, 1) }),
  });
  ContentOf(turn).forEach((block, index) => {
    add('content_block_start', { index, content_block: Opening(block) });
    for (const delta of Deltas(block)) add('content_block_delta', { index, delta });
    add('content_block_stop', { index });
  });
  if (turn.cut) return events.slice(0, Math.max(3, Math.ceil(events.length / 2)));
  add('message_delta', {
    delta: { stop_reason: turn.stop, stop_sequence: null },
    usage: { output_tokens: kMessagesUsage.output },
  });
  add('message_stop', {});
  return events;
}

const kTypes = {
  401: 'authentication_error',
  404: 'not_found_error',
  413: 'request_too_large',
  429: 'rate_limit_error',
  500: 'api_error',
  529: 'overloaded_error',
};

export function MessagesError(status, message, type) {
  const kind = type ?? kTypes[status] ?? 'invalid_request_error';
  return { type: 'error', error: { type: kind, message }, request_id: 'req_fake' };
}
