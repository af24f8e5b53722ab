// One JSON-RPC message a line, answers filed by id.
#include "tests/support/cpp/server_process.h"

#include <sys/wait.h>

#include <csignal>
#include <cstdlib>
#include <stdexcept>

namespace katra::testing {
namespace {

using nlohmann::json;
using std::chrono::milliseconds;
using std::chrono::steady_clock;

void AddOption(std::vector<std::string>* arguments, const char* name, const std::string& value) {
  if (value.empty()) return;
  arguments->push_back(name);
  arguments->push_back(value);
}

}  // namespace

std::string ServerPath() {
  const char* path = std::getenv("KATRA_TEST_SERVER");
  return path != nullptr && *path != '\0' ? path : KATRA_SERVER_PATH;
}

ToolReply ParseToolReply(const json& answer) {
  ToolReply reply;
  if (answer.contains("error")) {
    reply.error = answer["error"];
    return reply;
  }
  const json& result = answer.at("result");
  reply.is_error = result.value("isError", false);
  for (const json& block : result.at("content")) {
    if (block.value("type", "") == "text") reply.text += block.at("text").get<std::string>();
  }
  if (result.contains("structuredContent")) reply.structured = result["structuredContent"];
  return reply;
}

std::unique_ptr<ServerProcess> ServerProcess::Start(const ServerOptions& options) {
  ChildOptions child;
  child.program = options.program.empty() ? ServerPath() : options.program;
  AddOption(&child.arguments, "--home", options.home);
  AddOption(&child.arguments, "--persona", options.persona);
  AddOption(&child.arguments, "--role", options.role);
  AddOption(&child.arguments, "--room", options.room);
  AddOption(&child.arguments, "--provider", options.provider);
  AddOption(&child.arguments, "--model", options.model);
  child.arguments.insert(child.arguments.end(), options.arguments.begin(), options.arguments.end());
  child.environment = options.environment;
  for (const char* name : {"KATRA_PERSONA", "KATRA_ROLE", "KATRA_ROOM", "KATRA_PROVIDER",
                           "KATRA_MODEL", "KATRA_HOME", "KATRA_MCP_LEGACY"}) {
    child.unset.emplace_back(name);
  }
  child.user = options.user;
  std::unique_ptr<ServerProcess> server(new ServerProcess());
  server->child_ = ChildProcess::Start(child);
  if (options.initialize) server->Initialize(options.protocol);
  return server;
}

json ServerProcess::Initialize(const std::string& protocol) {
  const json answer = Request("initialize", {{"protocolVersion", protocol},
                                             {"capabilities", json::object()},
                                             {"clientInfo", {{"name", "test"}, {"version", "1"}}}});
  if (!answer.contains("result")) throw std::runtime_error("initialize: " + answer.dump());
  Notify("notifications/initialized", json::object());
  return answer["result"];
}

void ServerProcess::SendLine(std::string_view line) {
  const std::string bytes = std::string(line) + "\n";
  if (child_->Write(bytes, kPatience) != bytes.size()) {
    throw std::runtime_error("the server takes no more input; " + Describe());
  }
}

int64_t ServerProcess::Send(const std::string& method, const json& params) {
  const int64_t id = ++last_id_;
  SendLine(json{{"jsonrpc", "2.0"}, {"id", id}, {"method", method}, {"params", params}}.dump());
  return id;
}

int64_t ServerProcess::SendTool(const std::string& tool, const json& arguments) {
  return Send("tools/call", {{"name", tool}, {"arguments", arguments}});
}

void ServerProcess::Notify(const std::string& method, const json& params) {
  SendLine(json{{"jsonrpc", "2.0"}, {"method", method}, {"params", params}}.dump());
}

void ServerProcess::File(json message) {
  if (message.is_array()) {
    for (json& part : message) File(std::move(part));
  } else if (message.contains("method")) {
    notifications_.push_back(std::move(message));
  } else {
    const std::string id = message.contains("id") ? message["id"].dump() : "absent";
    answers_.insert_or_assign(id, std::move(message));
  }
}

std::optional<json> ServerProcess::TryAwait(const json& id, milliseconds timeout) {
  const auto until = steady_clock::now() + timeout;
  const std::string key = id.dump();
  for (;;) {
    if (const auto found = answers_.find(key); found != answers_.end()) {
      json answer = std::move(found->second);
      answers_.erase(found);
      return answer;
    }
    const auto left = std::chrono::ceil<milliseconds>(until - steady_clock::now());
    const std::optional<std::string> line = child_->ReadLine(std::max(milliseconds(0), left));
    if (!line) return std::nullopt;
    File(json::parse(*line));
  }
}

json ServerProcess::Await(const json& id, milliseconds timeout) {
  std::optional<json> answer = TryAwait(id, timeout);
  if (!answer) throw std::runtime_error("no answer to " + id.dump() + "; " + Describe());
  return *std::move(answer);
}

ToolReply ServerProcess::AwaitTool(int64_t id, milliseconds timeout) {
  return ParseToolReply(Await(id, timeout));
}

json ServerProcess::Request(const std::string& method, const json& params) {
  return Await(Send(method, params));
}

ToolReply ServerProcess::CallTool(const std::string& tool, const json& arguments) {
  return AwaitTool(SendTool(tool, arguments));
}

json ServerProcess::CallJson(const std::string& tool, json arguments) {
  arguments["format"] = "json";
  ToolReply reply = CallTool(tool, arguments);
  if (!reply.ok()) throw std::runtime_error(tool + ": " + reply.text + reply.error.dump());
  return std::move(reply.structured);
}

std::optional<json> ServerProcess::NextNotification(milliseconds timeout) {
  const auto until = steady_clock::now() + timeout;
  while (notifications_.empty()) {
    const auto left = std::chrono::ceil<milliseconds>(until - steady_clock::now());
    const std::optional<std::string> line = child_->ReadLine(std::max(milliseconds(0), left));
    if (!line) return std::nullopt;
    File(json::parse(*line));
  }
  json first = std::move(notifications_.front());
  notifications_.pop_front();
  return first;
}

void ServerProcess::CancelRequest(int64_t id) {
  Notify("notifications/cancelled", {{"requestId", id}, {"reason", "test"}});
}

void ServerProcess::KillNow() {
  child_->Signal(SIGKILL);
  child_->WaitExit(kPatience);
}

int ServerProcess::End() {
  child_->CloseInput();
  const std::optional<int> status = child_->WaitExit(kPatience);
  if (!status) throw std::runtime_error("the server does not end at EOF; " + Describe());
  return *status;
}

std::string ServerProcess::Describe() const {
  return "server " + std::to_string(child_->pid()) + ", stderr:\n" + child_->ErrorOutput();
}

}  // namespace katra::testing
