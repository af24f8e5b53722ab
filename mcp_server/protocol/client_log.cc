#include "mcp_server/protocol/client_log.h"

#include <nlohmann/json.hpp>

namespace katra::mcp {

void ClientLog::Log(Severity severity, const std::string& text) {
  if (begun_ && severity >= level_) Send(severity, text);
}

void ClientLog::LogFor(const PendingRequest& request, Severity severity, const std::string& text) {
  if (request.context.era == Era::kLegacy) {
    Log(severity, text);
  } else if (request.context.log_level && severity >= *request.context.log_level) {
    Send(severity, text);
  }
}

void ClientLog::Send(Severity severity, const std::string& text) {
  // For a client that does not read, one copy of each message is enough.
  requests_.Notify("notifications/message",
                   {{"level", ToString(severity)}, {"logger", "katra"}, {"data", text}},
                   "message|" + text);
}

}  // namespace katra::mcp
