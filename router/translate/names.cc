#include "router/translate/names.h"

#include <algorithm>

#include "core/sha256.h"
#include "router/translate/signature.h"

namespace katra::router::translate {
namespace {

constexpr size_t kLongest = 64;
constexpr size_t kKeptOfName = 55;
constexpr std::string_view kEncodedId = "kx_";

bool IsAlphanumeric(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

bool IsPlain(std::string_view text) {
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return IsAlphanumeric(c) || c == '_' || c == '-'; });
}

bool Fits(const std::string& id, ToolIdForm form) {
  if (form == ToolIdForm::kUpTo64) return !id.empty() && id.size() <= kLongest;
  return id.size() == 9 && std::all_of(id.begin(), id.end(), IsAlphanumeric);
}

std::string Hashed(const std::string& id, ToolIdForm form, int attempt) {
  const std::string salted = attempt == 0 ? id : id + "#" + std::to_string(attempt);
  if (form == ToolIdForm::kUpTo64) return "call_" + Sha256Hex(salted).substr(0, 32);
  static constexpr std::string_view kLetters =
      "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
  const Sha256Digest digest = Sha256(salted);
  std::string nine;
  for (size_t i = 0; i < 9; ++i) nine.push_back(kLetters[digest[i] % kLetters.size()]);
  return nine;
}

// The upstream's id of one that ClientToolId encoded.
std::string Decoded(const std::string& client_id) {
  if (client_id.rfind(kEncodedId, 0) != 0) return client_id;
  auto own = FromBase64Url(std::string_view(client_id).substr(kEncodedId.size()));
  return own && !own->empty() && ClientToolId(*own) == client_id ? *std::move(own) : client_id;
}

}  // namespace

std::string FlatName(JsonView tool_namespace, JsonView name) {
  std::string flat = tool_namespace.Text();
  if (!flat.empty() && !flat.ends_with("__")) flat += "__";
  return flat + name.Text();
}

std::string UpstreamToolName(std::string_view name) {
  if (name.empty()) return "unnamed_tool";
  if (name.size() <= kLongest && IsPlain(name)) return std::string(name);
  std::string mapped(name.substr(0, kKeptOfName));
  for (char& c : mapped) {
    if (!IsAlphanumeric(c) && c != '-') c = '_';
  }
  return mapped + "_" + Sha256Hex(name).substr(0, 8);
}

std::string ClientToolId(std::string_view id) {
  if (IsPlain(id)) return std::string(id);
  return std::string(kEncodedId) + ToBase64Url(id);
}

const std::string& ToolIds::Upstream(const std::string& client_id) {
  const auto known = upstream_.find(client_id);
  if (known != upstream_.end()) return known->second;
  std::string id = decode_ ? Decoded(client_id) : client_id;
  for (int attempt = 0; !Fits(id, form_) || taken_.count(id) != 0; ++attempt) {
    id = Hashed(client_id, form_, attempt);
  }
  taken_[id] = client_id;
  return upstream_[client_id] = id;
}

}  // namespace katra::router::translate
