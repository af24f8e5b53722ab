// Makes what a server wrote comparable between runs and machines: what differs from run to run is
// masked, and texts for models are cut, since transcripts are about the protocol, not the wording.

import { hostname } from 'node:os';

// Characters that are kept of what is written for a reader.
const kMaxText = { description: 40, instructions: 100, text: 24, message: 24 };

function Cut(text, length) {
  return text.length > length ? `${text.slice(0, length)}…` : text;
}

// `folders`: path → mask, e.g. the temporary home.
export class Mask {
  constructor(folders) {
    this.folders_ = Object.entries(folders);
    this.host_ = hostname();
  }

  String(text) {
    let masked = text;
    for (const [path, mask] of this.folders_) masked = masked.replaceAll(path, mask);
    if (this.host_.length > 3) masked = masked.replaceAll(this.host_, '<host>');
    return masked
      .replace(/\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?Z/g, '<time>')
      .replace(/\b(\d{4}-\d{2}-\d{2} )?\d{2}:\d{2}(:\d{2})?Z/g, '<clock>')
      .replace(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g, '<uuid>')
      .replace(/\b(just now|\d+ (s|m|min|h|d) ago)\b/g, '<age>')
      .replace(/"score":\s*[-0-9.e]+/g, '"score":"<score>"');
  }

  Value(value, key = '') {
    if (typeof value === 'string') {
      if (key === 'nextCursor') return '<cursor>';
      const masked = this.String(value);
      if (key === 'text' && masked.startsWith('{')) return masked; // JSON: the format is a promise
      return Cut(masked, kMaxText[key] ?? Infinity);
    }
    if (Array.isArray(value)) return value.map((item) => this.Value(item));
    if (value === null || typeof value !== 'object') return value;
    if (key === 'serverInfo' || key.endsWith('/serverInfo')) {
      return { ...this.Plain(value), ...('version' in value ? { version: '<version>' } : {}) };
    }
    if (key === 'inputSchema') {
      const { type, properties = {}, required = [] } = value;
      return { type, properties: Object.keys(properties).sort(), required };
    }
    return this.Plain(value);
  }

  Plain(object) {
    return Object.fromEntries(
      Object.entries(object).map(([key, item]) => [key, this.Value(item, key)]),
    );
  }
}
