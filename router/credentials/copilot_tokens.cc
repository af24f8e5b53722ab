#include "router/credentials/copilot_tokens.h"

#include <algorithm>
#include <utility>

#include "core/sha256.h"

namespace katra::router::credentials {
namespace {

constexpr size_t kMostBytes = size_t{64} * 1024;  // a response has a few hundred
constexpr size_t kMostEntries = 256;
// A token counts as expired this long before its expiry, because a request takes time to arrive.
constexpr std::chrono::seconds kMargin{60};
constexpr std::chrono::seconds kPatience{30};

std::string NameOf(const Provider& provider, const std::string& login) {
  return Sha256Hex(provider.github_api_url + "\n" + provider.chat_base_url + "\n" + login);
}

}  // namespace

const cloud::CopilotToken* CopilotTokens::Find(const Provider& provider, const std::string& login) {
  const auto found = entries_.find(NameOf(provider, login));
  if (found == entries_.end() || !found->second.known) return nullptr;
  if (clock_.Now() < found->second.token.expires_at - kMargin) return &found->second.token;
  found->second.known = false;
  found->second.token = {};
  return nullptr;
}

std::unique_ptr<CopilotTokens::Waiting> CopilotTokens::Ask(const Provider& provider,
                                                           const std::string& login, Ready ready) {
  auto waiting = std::make_unique<Waiting>(std::move(ready));
  const std::string name = NameOf(provider, login);
  if (entries_.count(name) == 0) Forget();
  Entry& entry = entries_[name];
  entry.waiting.push_back(waiting->ready_);
  if (!entry.call) Start(name, provider, login);
  return waiting;
}

void CopilotTokens::Start(const std::string& name, const Provider& provider,
                          const std::string& login) {
  Entry& entry = entries_[name];
  entry.api_url = provider.chat_base_url;
  entry.status = 0;
  entry.body.clear();
  entry.too_long = false;
  http::Outgoing request;
  request.method = "GET";
  request.url = provider.github_api_url + std::string(cloud::kCopilotTokenPath);
  for (auto& [key, value] : cloud::CopilotTokenHeaders(login)) {
    request.headers.push_back({key, value});
  }
  request.first_byte_timeout = kPatience;
  request.idle_timeout = kPatience;
  entry.call = client_.Start(
      std::move(request),
      {[this, name](int status, const http::Headers&) { entries_[name].status = status; },
       [this, name](std::string_view bytes) {
         Entry& mine = entries_[name];
         mine.too_long = mine.too_long || mine.body.size() + bytes.size() > kMostBytes;
         if (!mine.too_long) mine.body.append(bytes);
       },
       [this, name](const http::CallEnd& end) { End(name, end); }});
}

Result<cloud::CopilotToken> CopilotTokens::Read(const Entry& entry,
                                                const http::CallEnd& end) const {
  if (!end.complete) {
    return Fail(ErrorCode::kUnavailable, "GitHub cannot be reached for a token: " + end.message);
  }
  const std::string status = std::to_string(entry.status);
  if (entry.status == 401 || entry.status == 403 || entry.status == 404) {
    return Fail(ErrorCode::kPermissionDenied,
                "GitHub refused this login a Copilot token (status " + status +
                    "): it has expired, or is not an editor's login with a Copilot plan");
  }
  if (entry.status != 200 || entry.too_long) {
    return Fail(ErrorCode::kUnavailable,
                "GitHub answered the request for a Copilot token with status " + status);
  }
  auto token = cloud::ReadCopilotToken(entry.body, entry.api_url);
  if (token && token->expires_at <= clock_.Now()) {
    return Fail(ErrorCode::kInvalidArgument,
                "GitHub returned an expired Copilot token: is this machine's clock right?");
  }
  return token;
}

void CopilotTokens::End(const std::string& name, const http::CallEnd& end) {
  Entry& entry = entries_[name];
  const auto ended = std::move(entry.call);  // keeps the running call alive during its callback
  const auto token = Read(entry, end);
  entry.body.clear();
  entry.known = token.has_value();
  if (token) entry.token = *token;
  const auto waiting = std::exchange(entry.waiting, {});
  for (const std::weak_ptr<Ready>& one : waiting) {
    if (const auto ready = one.lock()) (*ready)(token);
  }
}

void CopilotTokens::Refused(const Provider& provider, const std::string& login,
                            const std::string& token) {
  const auto found = entries_.find(NameOf(provider, login));
  if (found == entries_.end() || found->second.token.token != token) return;
  found->second.known = false;
  found->second.token = {};
}

void CopilotTokens::Forget() {
  if (entries_.size() < kMostEntries) return;
  const WallTime now = clock_.Now();
  std::erase_if(entries_, [&](const auto& one) {
    return !one.second.call && (!one.second.known || one.second.token.expires_at <= now);
  });
}

std::vector<std::string> CopilotTokens::Values() const {
  std::vector<std::string> values;
  for (const auto& [name, entry] : entries_) {
    if (!entry.token.token.empty()) values.push_back(entry.token.token);
  }
  return values;
}

}  // namespace katra::router::credentials
