#include "router/gateway/access/permit.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include "core/text.h"

namespace katra::router::gateway {
namespace {

using Named = std::pair<const char*, Scope>;
constexpr std::array<Named, 4> kScopes = {{{"room", Scope::kRoom},
                                           {"memory", Scope::kMemory},
                                           {"gateway", Scope::kGateway},
                                           {"admin", Scope::kAdmin}}};
constexpr size_t kMaxSpanDigits = 5;
constexpr size_t kMaxListed = 100;

tl::unexpected<Error> Wrong(const std::string& message) {
  return Fail(ErrorCode::kInvalidArgument, message);
}

std::optional<Scope> ScopeOf(std::string_view name) {
  for (const auto& [known, scope] : kScopes) {
    if (name == known) return scope;
  }
  return std::nullopt;
}

// "a, b" -> {"a", "b"}; keeps empty parts, so that they are reported.
std::vector<std::string> Parts(const std::string& text) {
  std::vector<std::string> parts;
  if (Trim(text).empty()) return parts;
  for (const std::string& part : Split(text, ',')) parts.emplace_back(Trim(part));
  return parts;
}

void AddOnce(std::vector<std::string>& list, const std::string& one) {
  if (std::find(list.begin(), list.end(), one) == list.end()) list.push_back(one);
}

Status ReadScopes(const std::string& text, Permit* permit) {
  const std::vector<std::string> parts = Parts(text);
  if (!parts.empty()) permit->scopes = 0;
  for (const std::string& part : parts) {
    const auto scope = ScopeOf(part);
    if (!scope) {
      return Wrong("\"" + OneLine(part, 40) +
                   "\" is not a scope of a token: use room, memory, gateway and admin, with commas "
                   "between them");
    }
    permit->scopes |= static_cast<uint8_t>(*scope);
  }
  return {};
}

// "30d" -> 30 days.
std::optional<std::chrono::milliseconds> Span(std::string_view text) {
  if (text.size() < 2 || text.size() > kMaxSpanDigits + 1) return std::nullopt;
  int64_t count = 0;
  const char* const end = text.data() + text.size() - 1;
  const auto [stopped, error] = std::from_chars(text.data(), end, count);
  if (error != std::errc() || stopped != end || count < 1) return std::nullopt;
  switch (text.back()) {
    case 'm':
      return std::chrono::minutes(count);
    case 'h':
      return std::chrono::hours(count);
    case 'd':
      return std::chrono::hours(24 * count);
    case 'w':
      return std::chrono::hours(24 * 7 * count);
    default:
      return std::nullopt;
  }
}

Status ReadExpiry(const std::string& text, WallTime now, Permit* permit) {
  const std::string said(Trim(text));
  if (said.empty()) return {};
  const std::string forms =
      ": say how long it lasts (90m, 12h, 30d, 4w), or until when (2027-01-31, "
      "2027-01-31T18:00:00Z)";
  if (const auto span = Span(said)) {
    permit->expires_at = now + *span;
    return {};
  }
  // ParseTime reads durations as past times; those were handled above.
  const bool date = said.find('-') != std::string::npos;
  const auto time = date ? ParseTime(said, now) : Result<WallTime>(Wrong(""));
  if (!time) return Wrong("\"" + OneLine(said, 40) + "\" is not an expiry" + forms);
  if (*time <= now) return Wrong("\"" + OneLine(said, 40) + "\" is in the past" + forms);
  permit->expires_at = *time;
  return {};
}

Status ReadAllowance(const PermitText& text, const RouterConfig& config, Permit* permit) {
  for (const std::string& part : Parts(text.providers)) {
    const auto provider = config.RequireProvider(part);
    if (!provider) return tl::unexpected<Error>(provider.error());
    AddOnce(permit->providers, (*provider)->name);
  }
  for (const std::string& part : Parts(text.models)) {
    if (part.empty() || part.size() > 200 || part != OneLine(part, 200)) {
      return Wrong("\"" + OneLine(part, 40) +
                   "\" is not a model: use provider/model, or a model's name");
    }
    const size_t slash = part.find('/');
    const Provider* provider =
        slash == std::string::npos ? nullptr : config.FindProvider(part.substr(0, slash));
    if (provider == nullptr) {
      AddOnce(permit->models, part);
      continue;
    }
    if (slash + 1 == part.size()) {
      return Wrong("\"" + OneLine(part, 40) + "\" names no model: use provider/model");
    }
    if (!permit->providers.empty() && std::find(permit->providers.begin(), permit->providers.end(),
                                                provider->name) == permit->providers.end()) {
      return Wrong("the model \"" + part + "\" is of a provider that --providers excludes: add " +
                   provider->name + " there");
    }
    AddOnce(permit->models, provider->name + "," + part.substr(slash + 1));
  }
  if (permit->providers.size() > kMaxListed || permit->models.size() > kMaxListed) {
    return Wrong("a token names at most " + std::to_string(kMaxListed) + " providers and models");
  }
  const bool says = !permit->providers.empty() || !permit->models.empty();
  if (says && !permit->Has(Scope::kGateway)) {
    return Wrong(
        "--providers and --models are for tokens with the scope gateway: add it to --scope");
  }
  return {};
}

bool ReadTexts(const JsonView& list, std::vector<std::string>* texts) {
  if (list.IsMissing()) return true;
  // An empty list would mean "any", which nobody wrote.
  if (!list.IsArray() || list.Empty()) return false;
  for (const JsonView one : list) {
    if (!one.IsString()) return false;
    texts->push_back(one.Text());
  }
  return true;
}

}  // namespace

bool Permit::Allows(std::string_view provider, std::string_view model) const {
  if (!providers.empty() &&
      std::find(providers.begin(), providers.end(), provider) == providers.end()) {
    return false;
  }
  if (models.empty()) return true;
  const std::string whole = std::string(provider) + "," + std::string(model);
  return std::any_of(models.begin(), models.end(), [&](const std::string& one) {
    return one == whole || (one == model && one.find(',') == std::string::npos);
  });
}

Result<Permit> ParsePermit(const PermitText& text, const RouterConfig& config, WallTime now) {
  Permit permit;
  Status read = ReadScopes(text.scope, &permit);
  if (read) read = ReadExpiry(text.expires, now, &permit);
  if (read) read = ReadAllowance(text, config, &permit);
  if (!read) return Pass(std::move(read));
  return permit;
}

std::vector<std::string> ScopeNames(const Permit& permit) {
  std::vector<std::string> names;
  for (const auto& [name, scope] : kScopes) {
    if (permit.Has(scope)) names.emplace_back(name);
  }
  return names;
}

std::string ShowScopes(const Permit& permit) { return Join(ScopeNames(permit), ", "); }

std::string ShowAllowance(const Permit& permit) {
  std::vector<std::string> models;
  for (std::string model : permit.models) {
    std::replace(model.begin(), model.end(), ',', '/');
    models.push_back(std::move(model));
  }
  std::string shown;
  if (!permit.providers.empty()) shown = "the providers " + Join(permit.providers, ", ");
  if (!models.empty()) {
    shown += (shown.empty() ? "" : " and of them ") + ("the models " + Join(models, ", "));
  }
  return shown.empty() ? "any provider and model" : shown;
}

void WritePermit(const Permit& permit, JsonWriter& writer) {
  if (permit.scopes != Permit().scopes) {
    writer.Key("scope").BeginArray();
    for (const std::string& name : ScopeNames(permit)) writer.String(name);
    writer.EndArray();
  }
  if (permit.expires_at) writer.Key("expires_at_ms").Integer(ToUnixMillis(*permit.expires_at));
  const auto list = [&writer](const char* key, const std::vector<std::string>& texts) {
    if (texts.empty()) return;
    writer.Key(key).BeginArray();
    for (const std::string& text : texts) writer.String(text);
    writer.EndArray();
  };
  list("providers", permit.providers);
  list("models", permit.models);
}

bool ReadPermit(const JsonView& entry, Permit* permit) {
  if (const JsonView scopes = entry["scope"]; !scopes.IsMissing()) {
    if (!scopes.IsArray()) return false;
    permit->scopes = 0;
    for (const JsonView name : scopes) {
      const auto scope = name.IsString() ? ScopeOf(name.Text()) : std::nullopt;
      if (!scope) return false;
      permit->scopes |= static_cast<uint8_t>(*scope);
    }
  }
  if (const JsonView expires = entry["expires_at_ms"]; !expires.IsMissing()) {
    const auto millis = expires.Integer();
    if (!millis) return false;
    permit->expires_at = FromUnixMillis(*millis);
  }
  return ReadTexts(entry["providers"], &permit->providers) &&
         ReadTexts(entry["models"], &permit->models);
}

}  // namespace katra::router::gateway
