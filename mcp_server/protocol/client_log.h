// Sends notifications/message, log messages for the client, by the rules of its era: a handshake
// client gets those at or above its level (logging/setLevel), a stateless one only those of a
// request that asked for them.
#pragma once

#include <string>

#include "mcp_server/protocol/pending_requests.h"

namespace katra::mcp {

class ClientLog {
 public:
  // `requests` is borrowed.
  explicit ClientLog(PendingRequests& requests) : requests_(requests) {}

  // The handshake is done; messages that belong to no request may be sent from now on.
  void Begin() { begun_ = true; }
  void SetLevel(Severity level) { level_ = level; }

  // Sends a message that belongs to no request.
  void Log(Severity severity, const std::string& text);
  // Sends a message that belongs to a request in flight.
  void LogFor(const PendingRequest& request, Severity severity, const std::string& text);

 private:
  void Send(Severity severity, const std::string& text);

  PendingRequests& requests_;
  bool begun_ = false;
  Severity level_ = Severity::kWarning;
};

}  // namespace katra::mcp
