#include "cli/sessions/claude_code_router.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <nlohmann/json.hpp>

#include "core/files.h"

namespace katra::cli {
namespace {

constexpr const char* kNoKey = "test";
constexpr size_t kMaxConfigBytes = 4 * 1024 * 1024;

}  // namespace

std::string ClaudeCodeRouterToken(const Context& context) {
  const Result<std::string> text =
      ReadFile(context.user_home() + "/.claude-code-router/config.json", kMaxConfigBytes);
  if (!text) return kNoKey;
  const nlohmann::json config = nlohmann::json::parse(*text, nullptr, false, true);
  if (!config.is_object()) return kNoKey;
  const auto key = config.find("APIKEY");
  if (key == config.end() || !key->is_string()) return kNoKey;
  std::string value = key->get<std::string>();
  if (value.starts_with("$")) {
    std::string name = value.substr(1);
    if (name.starts_with("{") && name.ends_with("}")) name = name.substr(1, name.size() - 2);
    value = context.Variable(name);
  }
  return value.empty() ? kNoKey : value;
}

bool Answers(int port) {
  const int connection = socket(AF_INET, SOCK_STREAM, 0);
  if (connection < 0) return false;
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const bool taken =
      connect(connection, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
  close(connection);
  return taken;
}

}  // namespace katra::cli
