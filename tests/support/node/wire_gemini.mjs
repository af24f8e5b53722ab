// The Gemini API as Gemini CLI speaks it: what it refuses, and how an answer is written, whole or as
// a stream. Used by fake_provider.mjs; knows nothing of scripts or of Katra.

import { Refusal } from './wire_chat.mjs';

const kPath = /\/models\/([^/:]+):(generateContent|streamGenerateContent)$/;
// For requests with a schema, of which Gemini CLI makes some by itself.
const kNothingToSay = JSON.stringify({ reasoning: 'none', next_speaker: 'user' });

export const kGeminiPath = kPath;

function Require(condition, message) {
  if (!condition) throw new Refusal(400, message);
}

// The body with the model and the kind of answer, which are in the path.
export function ReadGeminiRequest(body, path) {
  const [, model, method] = kPath.exec(path);
  return { ...body, model, stream: method === 'streamGenerateContent' };
}

const Parts = (body) => (body.contents ?? []).flatMap((content) => content.parts ?? []);

// Every tool result of the conversation: {id, text}, oldest first.
export function GeminiToolResults(body) {
  return Parts(body)
    .filter((part) => part.functionResponse)
    .map(({ functionResponse: { id, response } }) => ({ id, text: JSON.stringify(response) }));
}

// The names of the tools that a request offers.
export function GeminiTools(body) {
  return (body.tools ?? []).flatMap((tool) => tool.functionDeclarations ?? []).map((f) => f.name);
}

// Throws a Refusal, as the real one would answer.
export function CheckGeminiRequest(body) {
  Require(body.contents?.length > 0, 'contents is not specified');
  for (const { role, parts } of body.contents) {
    Require(['user', 'model', undefined].includes(role), `Please use a valid role: user, model`);
    Require(parts?.length > 0, 'a content without parts');
  }
  body.contents.forEach((content, at) => {
    const calls = content.parts.filter((part) => part.functionCall).length;
    if (calls === 0) return;
    const answers = (body.contents[at + 1]?.parts ?? []).filter((part) => part.functionResponse);
    Require(
      answers.length === calls,
      'Please ensure that the number of function response parts is equal to the number of ' +
        'function call parts of the function call turn.',
    );
  });
}

function Answer(body, turn, parts, finished) {
  return {
    candidates: [
      { index: 0, content: { role: 'model', parts }, ...(finished && { finishReason: 'STOP' }) },
    ],
    usageMetadata: { promptTokenCount: 120, candidatesTokenCount: 15, totalTokenCount: 135 },
    modelVersion: body.model,
  };
}

function PartsOf(body, turn) {
  if (turn.aside && body.generationConfig?.responseJsonSchema) return [{ text: kNothingToSay }];
  return turn.blocks.map((block) =>
    block.type === 'text'
      ? { text: block.text }
      : { functionCall: { id: block.id, name: block.name, args: block.input } },
  );
}

export const GeminiReply = (body, model, turn) => Answer(body, turn, PartsOf(body, turn), true);

// The answer as server-sent events, one for each part.
export function GeminiEvents(body, model, turn) {
  const parts = PartsOf(body, turn);
  return parts.map(
    (part, at) =>
      `data: ${JSON.stringify(Answer(body, turn, [part], at === parts.length - 1))}\r\n\r\n`,
  );
}

export function GeminiError(status, message) {
  return { error: { code: status, message, status: 'INVALID_ARGUMENT' } };
}
