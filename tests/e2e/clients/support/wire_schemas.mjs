// Checks JSON-RPC messages of a server against the JSON Schemas that the MCP specification
// publishes, one per revision. The conformance suite carries those schemas in its bundle; they are
// read from there as data. Knows nothing of Katra.

import { readFileSync } from 'node:fs';
import vm from 'node:vm';

import { InstalledPath, Load } from './installation.mjs';

const kBundle = '@modelcontextprotocol/conformance/dist/index.js';

// The text of the object literal that begins at `start`, braces in strings not counted.
function ObjectLiteralAt(source, start) {
  let depth = 0;
  for (let at = start; at < source.length; ++at) {
    const character = source[at];
    if (character === '{') {
      ++depth;
    } else if (character === '}') {
      if (--depth === 0) return source.slice(start, at + 1);
    } else if (character === '`' || character === '"' || character === "'") {
      for (++at; source[at] !== character; ++at) {
        if (source[at] === '\\') ++at;
      }
    }
  }
  throw new Error('an object literal without an end');
}

function ReadSchemas() {
  const source = readFileSync(InstalledPath(kBundle), 'utf8');
  const schemas = new Map();
  for (const match of source.matchAll(/([\w$]+)=(?=\{\$schema:`)/g)) {
    const literal = ObjectLiteralAt(source, match.index + match[0].length);
    if (!literal.includes('JSONRPCMessage')) continue;
    const schema = vm.runInNewContext(`(${literal})`, {}, { timeout: 5000 });
    const plain = JSON.parse(JSON.stringify(schema));
    const name = match[1].replaceAll('$', '\\$');
    const version = source.match(new RegExp(`"(\\d{4}-\\d{2}-\\d{2})":${name}[,}]`))?.[1];
    schemas.set(version ?? '2026-07-28', plain);
  }
  const wanted = ['2025-03-26', '2025-06-18', '2025-11-25', '2026-07-28'];
  const missing = wanted.filter((version) => !schemas.has(version));
  if (missing.length > 0) throw new Error(`no schema of ${missing.join(', ')} in ${kBundle}`);
  if (!('DiscoverResult' in schemas.get('2026-07-28').$defs))
    throw new Error('not the 2026-07-28 schema');
  // The suite has no 2024-11-05. What a server may write then is what 2025-03-26 allows but for
  // annotations, audio and completions capability, all of which an older client ignores.
  schemas.set('2024-11-05', schemas.get('2025-03-26'));
  return schemas;
}

let schemas_by_version;

// Checks the messages that one server wrote in one revision.
export class WireChecker {
  // `version`: the revision that was negotiated.
  constructor(version) {
    schemas_by_version ??= ReadSchemas();
    const schema = structuredClone(schemas_by_version.get(version));
    if (!schema) throw new Error(`no schema for ${version}`);
    this.section_ = '$defs' in schema ? '$defs' : 'definitions';
    this.definitions_ = schema[this.section_];
    const Ajv = this.section_ === '$defs' ? Load('ajv/dist/2020').default : Load('ajv').default;
    this.ajv_ = new Ajv({ strict: false, allErrors: true });
    Load('ajv-formats').default(this.ajv_);
    this.ajv_.addFormat('byte', true);
    this.ajv_.addSchema({ ...schema, $id: 'mcp://schema.json' });
    this.validators_ = new Map();
    this.notifications_ = new Map();
    this.results_ = new Map();
    this.errors_ = new Map();
    for (const [name, definition] of Object.entries(this.definitions_)) {
      const method = definition.properties?.method?.const;
      if (method && name.endsWith('Notification')) this.notifications_.set(method, name);
      if (method && name.endsWith('Request')) {
        const result = name.replace(/Request$/, 'Result');
        this.results_.set(method, result in this.definitions_ ? result : 'Result');
      }
      for (const part of definition.properties?.error?.allOf ?? []) {
        const code = part.properties?.code?.const;
        if (typeof code === 'number') this.errors_.set(code, name);
      }
    }
  }

  // What is wrong with `message`; nothing when it is valid. `method`: of the request that it
  // answers. A batch array is valid where the revision has batches.
  Violations(message, method) {
    if (Array.isArray(message)) return this.Against('JSONRPCMessage', message);
    if (typeof message.method === 'string') {
      if ('id' in message) return this.Against('JSONRPCRequest', message);
      const name = this.notifications_.get(message.method);
      return name ? this.Against(name, message) : [`unknown notification ${message.method}`];
    }
    if (message.error !== undefined) {
      const envelope =
        'JSONRPCErrorResponse' in this.definitions_ ? 'JSONRPCErrorResponse' : 'JSONRPCError';
      // The schema wants an id in an error; JSON-RPC itself wants null where none could be read.
      const given = message.id === null ? { ...message, id: 0 } : message;
      return this.Against(this.errors_.get(message.error?.code) ?? envelope, given);
    }
    const envelope =
      'JSONRPCResultResponse' in this.definitions_ ? 'JSONRPCResultResponse' : 'JSONRPCResponse';
    const found = this.Against(envelope, message);
    const input_required = message.result?.resultType === 'input_required';
    const name = input_required ? 'InputRequiredResult' : this.results_.get(method);
    if (name) found.push(...this.Against(name, message.result));
    return found;
  }

  Against(name, value) {
    let validate = this.validators_.get(name);
    if (!validate) {
      validate = this.ajv_.compile({ $ref: `mcp://schema.json#/${this.section_}/${name}` });
      this.validators_.set(name, validate);
    }
    if (validate(value)) return [];
    return validate.errors.map(
      (e) => `${name}${e.instancePath}: ${e.message} ${JSON.stringify(e.params)}`,
    );
  }
}

// Follows one connection, both ways, and collects what the server wrote against the schema.
export class WireWatch {
  constructor(version) {
    this.checker_ = new WireChecker(version);
    this.methods_ = new Map();
    this.seen = 0;
    this.violations = [];
  }

  Sent(message) {
    for (const one of [message].flat()) {
      if (one?.method && 'id' in one) this.methods_.set(JSON.stringify(one.id), one.method);
    }
  }

  Received(message) {
    for (const one of [message].flat()) {
      ++this.seen;
      const found = this.checker_.Violations(one, this.methods_.get(JSON.stringify(one.id)));
      if (found.length > 0)
        this.violations.push(`${found.join('\n  ')}\n  in ${JSON.stringify(one).slice(0, 600)}`);
    }
  }
}
