// The real katra_mcp_server behind pipes, and a small MCP client (initialize, requests by id, tool
// calls) to drive it. The tests of whole processes talk through this; it judges nothing.
#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tests/support/cpp/child_process.h"

namespace katra::testing {

inline constexpr std::chrono::seconds kPatience{60};  // bounds every wait; no test is timed by it

// $KATRA_TEST_SERVER, or the one of this build.
[[nodiscard]] std::string ServerPath();

struct ServerOptions {
  std::string home;
  std::string persona;  // empty: a guest
  std::string role;
  std::string room;
  std::string provider;
  std::string model;
  std::vector<std::string> arguments;              // further ones
  std::map<std::string, std::string> environment;  // beside the test's own, without any KATRA_*
  std::optional<uid_t> user;
  std::string program;                  // empty: ServerPath()
  std::string protocol = "2025-11-25";  // for Initialize
  bool initialize = true;               // do the handshake in Start
};

struct ToolReply {
  std::string text;  // the content blocks of type text, joined
  bool is_error = false;
  nlohmann::json structured;  // structuredContent; null: none
  nlohmann::json error;       // the JSON-RPC error instead of a result; null: none

  [[nodiscard]] bool ok() const { return !is_error && error.is_null(); }
};

// Used by one thread at a time. Throws std::runtime_error, with what the server wrote to stderr,
// when an answer does not come.
class ServerProcess {
 public:
  static std::unique_ptr<ServerProcess> Start(const ServerOptions& options);

  ChildProcess& child() { return *child_; }

  // Legacy handshake; returns the result of `initialize`.
  nlohmann::json Initialize(const std::string& protocol);

  // Sends without waiting; the id is the next integer.
  int64_t Send(const std::string& method, const nlohmann::json& params);
  int64_t SendTool(const std::string& tool, const nlohmann::json& arguments);
  void Notify(const std::string& method, const nlohmann::json& params);
  void SendLine(std::string_view line);  // as it is, with a newline

  // The answer to `id`, whole. Others that come before it are kept.
  nlohmann::json Await(const nlohmann::json& id, std::chrono::milliseconds timeout = kPatience);
  // Nothing: not in time (or the server has gone).
  std::optional<nlohmann::json> TryAwait(const nlohmann::json& id,
                                         std::chrono::milliseconds timeout);
  ToolReply AwaitTool(int64_t id, std::chrono::milliseconds timeout = kPatience);

  nlohmann::json Request(const std::string& method, const nlohmann::json& params);
  ToolReply CallTool(const std::string& tool, const nlohmann::json& arguments);
  // With format=json; throws when the tool refuses.
  nlohmann::json CallJson(const std::string& tool, nlohmann::json arguments);

  // The next notification that came, waiting for it if there is none.
  std::optional<nlohmann::json> NextNotification(std::chrono::milliseconds timeout);

  void CancelRequest(int64_t id);
  void KillNow();  // SIGKILL, and waits for the end
  // Closes stdin and waits for the end; returns the wait status.
  int End();

  [[nodiscard]] std::string Describe() const;  // pid and stderr, for messages

 private:
  ServerProcess() = default;
  void File(nlohmann::json message);

  std::unique_ptr<ChildProcess> child_;
  int64_t last_id_ = 0;
  std::map<std::string, nlohmann::json> answers_;  // by the id's JSON text
  std::deque<nlohmann::json> notifications_;
};

// "result" of a tools/call answer, taken apart.
[[nodiscard]] ToolReply ParseToolReply(const nlohmann::json& answer);

}  // namespace katra::testing
