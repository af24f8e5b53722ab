// notifications/claude/channel: tells a client that was started with this channel that somebody
// speaks to its persona. A notice without a body, since nobody acknowledges a notification: what
// was said is heard by katra_hear. Of the handshake era only, which alone has notifications that
// nobody asked for. No I/O.
#pragma once

#include "mcp_server/protocol/pending_requests.h"
#include "mcp_server/protocol/store_runner.h"
#include "mcp_server/session_host.h"

namespace katra::mcp {

class Channel {
 public:
  // All references are borrowed. `enabled` false: does nothing.
  Channel(bool enabled, PendingRequests& requests, StoreRunner& runner, SessionHost& host)
      : enabled_(enabled), requests_(requests), runner_(runner), host_(host) {}

  [[nodiscard]] bool enabled() const { return enabled_; }

  // The handshake is done: from now on notices may be sent.
  void Begin();
  // Something was committed.
  void OnBell();

 private:
  void Look();

  const bool enabled_;
  PendingRequests& requests_;
  StoreRunner& runner_;
  SessionHost& host_;
  bool begun_ = false;
  bool looking_ = false;
  bool look_again_ = false;
  store::MessageId announced_ = 0;
};

}  // namespace katra::mcp
