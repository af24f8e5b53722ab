#include "router/cloud/copilot.h"

#include "core/authority.h"
#include "core/json_view.h"
#include "core/text.h"

namespace katra::router::cloud {
namespace {

constexpr std::string_view kDefaultApi = "https://api.githubcopilot.com";
// Copilot serves only known editors; these are the names of its most common one.
constexpr const char* kEditor = "vscode/1.107.0";
constexpr const char* kPlugin = "copilot-chat/0.35.0";
constexpr const char* kAgent = "GitHubCopilotChat/0.35.0";

bool IsWord(std::string_view text) {
  for (const char c : text) {
    if (c <= ' ' || c >= 0x7F) return false;
  }
  return !text.empty();
}

}  // namespace

HeaderList CopilotTokenHeaders(const std::string& github_token) {
  return {{"authorization", "token " + github_token},
          {"accept", "application/json"},
          {"editor-version", kEditor},
          {"editor-plugin-version", kPlugin},
          {"user-agent", kAgent},
          {"x-github-api-version", "2025-04-01"}};
}

HeaderList CopilotHeaders() {
  return {{"editor-version", kEditor},
          {"editor-plugin-version", kPlugin},
          {"user-agent", kAgent},
          {"copilot-integration-id", "vscode-chat"},
          {"openai-intent", "conversation-edits"}};
}

bool IsCopilotUrl(std::string_view url) {
  const auto named = HostOfUrl(url);
  if (!named || !named->tls) return false;
  const std::string& host = named->authority.host;
  const bool usual_port = named->authority.port == 0 || named->authority.port == 443;
  return usual_port && (host == "githubcopilot.com" || host.ends_with(".githubcopilot.com"));
}

Result<CopilotToken> ReadCopilotToken(std::string_view reply,
                                      const std::string& configured_api_url) {
  JsonDocument document;
  if (!document.Parse(reply)) {
    return Fail(ErrorCode::kInvalidArgument, "GitHub answered with something that is not a token");
  }
  const JsonView root = document.Root();
  CopilotToken read;
  read.token = root["token"].Text();
  const auto expires = root["expires_at"].Integer();
  if (!IsWord(read.token) || !expires || *expires <= 0 || *expires > 253'402'300'799) {
    return Fail(ErrorCode::kInvalidArgument,
                "GitHub answered without a Copilot token and its time of expiry");
  }
  read.expires_at = FromUnixMillis(*expires * 1000);
  if (!configured_api_url.empty()) {
    read.api_url = configured_api_url;
    return read;
  }
  read.api_url = root["endpoints"]["api"].Text();
  if (read.api_url.empty()) read.api_url = kDefaultApi;
  while (read.api_url.ends_with('/')) read.api_url.pop_back();
  if (!IsCopilotUrl(read.api_url)) {
    return Fail(ErrorCode::kPermissionDenied,
                "GitHub named \"" + OneLine(read.api_url, 80) +
                    "\" as Copilot's address, which is not of githubcopilot.com: its token is not "
                    "sent there; if that is right, set the provider's api_base_url");
  }
  return read;
}

}  // namespace katra::router::cloud
