// Looks over the shoulder of an official client's transport: what went each way, and whether every
// line of the server fits the specification's schema. Works with the transports of both client
// libraries, which share `send` and `onmessage`.

import { WireWatch } from './wire_schemas.mjs';

export class ConnectionWatch {
  // `version`: the revision that will be negotiated. Call before the client connects. `rewrite`,
  // when given, may change a message before it is sent.
  constructor(transport, version, rewrite = (message) => message) {
    this.wire_ = new WireWatch(version);
    this.lines = [];
    this.cancelled_ = new Set();
    this.answered_though_cancelled = []; // lines for a request after the client cancelled it
    const send = transport.send.bind(transport);
    transport.send = (message, options) => {
      const sent = rewrite(message);
      this.wire_.Sent(sent);
      if (sent.method === 'notifications/cancelled') this.cancelled_.add(sent.params.requestId);
      return send(sent, options);
    };
    let handler;
    Object.defineProperty(transport, 'onmessage', {
      configurable: true,
      get: () => handler,
      set: (wanted) => {
        handler = (message, extra) => {
          this.lines.push(JSON.stringify(message));
          this.wire_.Received(message);
          if (this.cancelled_.has(message.id)) this.answered_though_cancelled.push(message);
          return wanted?.(message, extra);
        };
      },
    });
  }

  // How many lines of the server carry `text`.
  Count(text) {
    return this.lines.filter((line) => line.includes(text)).length;
  }

  // The code of the newest error response.
  LastErrorCode() {
    return JSON.parse(this.lines.findLast((line) => line.includes('"error":'))).error?.code;
  }

  get violations() {
    return this.wire_.violations;
  }
}
