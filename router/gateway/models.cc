#include "router/gateway/models.h"

#include <algorithm>
#include <vector>

#include "core/json_write.h"
#include "core/text.h"
#include "router/config/session.h"
#include "router/policy/policy.h"

namespace katra::gateway {
namespace {

struct Listed {
  std::string id;
  std::string title;
  std::string owner;
};

// No model's day of birth is known here; the field must be there.
constexpr std::string_view kCreatedAt = "2025-01-01T00:00:00Z";
constexpr int64_t kCreated = 1735689600;

// `own`: the session's provider. To it alone a bare name would go.
void Add(std::vector<Listed>& list, const std::string& own, const router::Provider& provider,
         const std::string& model) {
  if (model.empty()) return;
  Listed entry;
  const bool claude = ToLowerAscii(model).find("claude") == 0 && provider.name == "anthropic" &&
                      own == provider.name;
  entry.id = claude ? model : policy::ListedName(provider.name, model);
  entry.title = model + " (" + provider.title + ")";
  entry.owner = provider.name;
  const bool known = std::any_of(list.begin(), list.end(),
                                 [&](const Listed& other) { return other.id == entry.id; });
  if (!known) list.push_back(std::move(entry));
}

}  // namespace

std::string ListModels(const router::RouterConfig& config, const router::PersonaConfig& persona,
                       const std::function<bool(const router::Provider&)>& has_key) {
  std::vector<Listed> list;
  const router::Target own = router::SessionTarget(config, persona);
  if (const router::Provider* provider = config.FindProvider(own.provider)) {
    Add(list, own.provider, *provider, own.model);
  }
  for (const router::Target& target : persona.fallbacks) {
    const router::Provider* provider = config.FindProvider(target.provider);
    if (provider != nullptr) Add(list, own.provider, *provider, target.model);
  }
  for (const router::Provider& provider : config.providers) {
    if (!has_key(provider)) continue;
    Add(list, own.provider, provider, provider.default_model);
    for (const std::string& model : provider.models) Add(list, own.provider, provider, model);
  }
  std::string json;
  JsonWriter writer(json);
  writer.BeginObject().Key("object").String("list").Key("data").BeginArray();
  for (const Listed& entry : list) {
    writer.BeginObject().Key("type").String("model").Key("object").String("model");
    writer.Key("id").String(entry.id).Key("display_name").String(entry.title);
    writer.Key("created_at").String(kCreatedAt).Key("created").Integer(kCreated);
    writer.Key("owned_by").String(entry.owner).EndObject();
  }
  writer.EndArray().Key("has_more").Bool(false);
  const auto edge = [&](const char* key, const Listed* entry) {
    writer.Key(key);
    if (entry == nullptr) {
      writer.Null();
    } else {
      writer.String(entry->id);
    }
  };
  edge("first_id", list.empty() ? nullptr : &list.front());
  edge("last_id", list.empty() ? nullptr : &list.back());
  writer.EndObject();
  return json;
}

}  // namespace katra::gateway
