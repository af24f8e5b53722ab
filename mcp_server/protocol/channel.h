// Sends notifications/claude/channel, which tells a client started with this channel that somebody
// is addressing its persona. The notification contains no message body, because notifications are
// not acknowledged: the messages themselves are read with katra_hear. Only in the handshake era,
// since the stateless one has no unsolicited notifications. No I/O.
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

  // The handshake is done; notifications may be sent from now on.
  void Begin();
  // Something was committed to the store.
  void OnBell();

 private:
  void Look();
  // For the receipts of the senders.
  void NoteWoken(store::MessageId newest);

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
