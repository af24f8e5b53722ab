// Written by katra-router-config. Change personas.json and run it again, not this file.
//
// claude-code-router calls this for every request before its own rules. It returns
// "provider,model", or null where the request itself names both.
'use strict';

const TABLE = __KATRA_TABLE__;

const PERSONAS = new Map(Object.entries(TABLE.personas));
const MODELS = new Map(Object.entries(TABLE.models));

function headerOf(request, name) {
  const headers = request.headers || {};
  const value = typeof headers.get === 'function' ? headers.get(name) : headers[name];
  return String((Array.isArray(value) ? value[0] : value) || '').trim().toLowerCase();
}

// A subagent's own model, in any block of the system prompt. The tag is for routers, not for models.
function takeSubagentModel(body) {
  for (const block of Array.isArray(body.system) ? body.system : []) {
    if (!block || typeof block.text !== 'string') continue;
    const tag = /<CCR-SUBAGENT-MODEL>([^<]*)<\/CCR-SUBAGENT-MODEL>/.exec(block.text);
    if (!tag) continue;
    block.text = block.text.replace(tag[0], '');
    return tag[1].trim();
  }
  return '';
}

function countTokens(request, body) {
  if (typeof request.tokenCount === 'number') return request.tokenCount;
  return JSON.stringify([body.system, body.messages, body.tools]).length / 4;
}

function showsImage(body) {
  const last = Array.isArray(body.messages) ? body.messages[body.messages.length - 1] : null;
  if (!last || last.role !== 'user' || !Array.isArray(last.content)) return false;
  return last.content.some(
    (part) =>
      part && (part.type === 'image' ||
        (Array.isArray(part.content) && part.content.some((inner) => inner && inner.type === 'image'))),
  );
}

function searchesWeb(body) {
  return Array.isArray(body.tools) &&
    body.tools.some((tool) => tool && String(tool.type || '').startsWith('web_search'));
}

// A model that was chosen in the session by its bare name: at a provider that the persona uses, if
// several have it.
function chosenModel(routes, model) {
  const selectors = MODELS.get(model);
  if (!selectors) return '';
  const providers = Object.values(routes).map((selector) => selector.split(',')[0]);
  return selectors.find((selector) => providers.includes(selector.split(',')[0])) || selectors[0];
}

function choose(routes, request, body, model) {
  if (routes.longContext && countTokens(request, body) > TABLE.longContextThreshold) {
    return routes.longContext;
  }
  if (routes.background && model.includes('haiku')) return routes.background;
  if (routes.image && showsImage(body)) return routes.image;
  if (routes.webSearch && searchesWeb(body)) return routes.webSearch;
  if (routes.think && body.thinking && body.thinking.type === 'enabled') return routes.think;
  return routes.default;
}

module.exports = async function katraRouter(request) {
  const body = (request && request.body) || {};
  const model = typeof body.model === 'string' ? body.model : '';
  if (model.includes(',') || (model.includes('/') && !MODELS.has(model))) return null;
  const subagent = takeSubagentModel(body);
  if (subagent) return subagent;
  const routes = PERSONAS.get(headerOf(request, TABLE.header)) || TABLE.rules;
  return chosenModel(routes, model) || choose(routes, request, body, model.toLowerCase());
};
