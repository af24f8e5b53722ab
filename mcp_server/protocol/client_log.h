// notifications/message: what the client may want to know of the server's work, by the rules of its
// era. A handshake client gets what reaches its level (logging/setLevel); a stateless one only what
// belongs to a request that asked for it.
#pragma once

#include <string>

#include "mcp_server/protocol/pending_requests.h"

namespace katra::mcp {

class ClientLog {
 public:
  // `requests` is borrowed.
  explicit ClientLog(PendingRequests& requests) : requests_(requests) {}

  // The handshake is done: from now on messages outside of requests may be sent.
  void Begin() { begun_ = true; }
  void SetLevel(Severity level) { level_ = level; }

  // Of no request in particular.
  void Log(Severity severity, const std::string& text);
  // Of a request that is in flight.
  void LogFor(const PendingRequest& request, Severity severity, const std::string& text);

 private:
  void Send(Severity severity, const std::string& text);

  PendingRequests& requests_;
  bool begun_ = false;
  Severity level_ = Severity::kWarning;
};

}  // namespace katra::mcp
