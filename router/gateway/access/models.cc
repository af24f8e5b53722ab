#include "router/gateway/access/models.h"

#include <algorithm>
#include <vector>

#include "core/json_write.h"
#include "core/text.h"
#include "router/config/session.h"
#include "router/policy/policy.h"

namespace katra::router::gateway {
namespace {

struct Listed {
  std::string id;
  std::string title;
  std::string owner;
  std::string model;  // the owner's name for it
};

// Creation dates are unknown, but the field is required.
constexpr std::string_view kCreatedAt = "2025-01-01T00:00:00Z";
constexpr int64_t kCreated = 1735689600;

constexpr int64_t kCodexOutputTokens = 10000;  // limit of a command's output, as for its own models
constexpr const char* kCodexInstructions =
    "You are a coding agent that works in the user's terminal and shares their files. Read what is "
    "there before you change it, keep changes small and in the style of the code around them, and "
    "run what can show that they work. Edit files with apply_patch where it is offered. Never undo "
    "changes that are not yours. Go on until the task is done, say briefly what you do, and end "
    "with what was changed, how it was checked, and what is left.";

// `own`: the session's provider, the only one to which a bare name is sent.
void AddTo(std::vector<Listed>& list, const std::string& own, const Provider& provider,
           const std::string& model) {
  Listed entry;
  const bool claude = ToLowerAscii(model).find("claude") == 0 && provider.name == "anthropic" &&
                      own == provider.name;
  entry.id = claude ? model : policy::ListedName(provider.name, model);
  entry.title = model + " (" + provider.title + ")";
  entry.owner = provider.name;
  entry.model = model;
  const bool known = std::any_of(list.begin(), list.end(),
                                 [&](const Listed& other) { return other.id == entry.id; });
  if (!known) list.push_back(std::move(entry));
}

std::vector<Listed> Collect(const RouterConfig& config, const PersonaConfig& persona,
                            const Permit& permit,
                            const std::function<bool(const Provider&)>& has_key) {
  std::vector<Listed> list;
  const Target own = SessionTarget(config, persona);
  const auto add = [&](const Provider& provider, const std::string& model) {
    if (!model.empty() && permit.Allows(provider.name, model)) {
      AddTo(list, own.provider, provider, model);
    }
  };
  if (const Provider* provider = config.FindProvider(own.provider)) {
    add(*provider, own.model);
  }
  for (const Target& target : persona.fallbacks) {
    const Provider* provider = config.FindProvider(target.provider);
    if (provider != nullptr) add(*provider, target.model);
  }
  for (const Provider& provider : config.providers) {
    if (!has_key(provider)) continue;
    add(provider, provider.default_model);
    for (const std::string& model : provider.models) add(provider, model);
  }
  return list;
}

void WriteModel(const Listed& entry, JsonWriter& writer) {
  writer.BeginObject().Key("type").String("model").Key("object").String("model");
  writer.Key("id").String(entry.id).Key("display_name").String(entry.title);
  writer.Key("created_at").String(kCreatedAt).Key("created").Integer(kCreated);
  writer.Key("owned_by").String(entry.owner).EndObject();
}

// The fields that Codex requires; without them it rejects the whole list. It has its own
// instructions only for models that it knows.
void WriteCodexModel(const Listed& entry, int64_t priority, JsonWriter& writer) {
  static constexpr std::pair<const char*, const char*> kEfforts[] = {
      {"low", "Answers sooner"}, {"medium", "For everyday work"}, {"high", "Thinks longer"}};
  writer.BeginObject().Key("slug").String(entry.owner + "," + entry.model);
  writer.Key("display_name").String(entry.title).Key("description").String(entry.title);
  writer.Key("default_reasoning_level").String("medium");
  writer.Key("supported_reasoning_levels").BeginArray();
  for (const auto& [effort, description] : kEfforts) {
    writer.BeginObject().Key("effort").String(effort);
    writer.Key("description").String(description).EndObject();
  }
  writer.EndArray().Key("shell_type").String("unified_exec").Key("visibility").String("list");
  writer.Key("supported_in_api").Bool(true).Key("priority").Integer(priority);
  writer.Key("support_verbosity").Bool(false).Key("apply_patch_tool_type").String("freeform");
  writer.Key("truncation_policy").BeginObject().Key("mode").String("tokens");
  writer.Key("limit").Integer(kCodexOutputTokens).EndObject();
  writer.Key("experimental_supported_tools").BeginArray().EndArray();
  writer.Key("base_instructions").String(kCodexInstructions).EndObject();
}

}  // namespace

std::optional<translate::ApiError> KeepAllowed(const Caller& caller,
                                               std::vector<policy::Candidate>& candidates) {
  const policy::Candidate first = candidates.front();
  const auto allowed = [&caller](const policy::Candidate& candidate) {
    return caller.permit.Allows(candidate.provider->name, candidate.model);
  };
  // If the conversation's own model is not allowed, no other may answer instead. A background route
  // is followed by the persona's own model.
  if (allowed(first) || first.side) {
    candidates.erase(std::remove_if(candidates.begin(), candidates.end(),
                                    [&](const auto& candidate) { return !allowed(candidate); }),
                     candidates.end());
    if (!candidates.empty()) return std::nullopt;
  }
  candidates.clear();
  translate::ApiError error =
      MakeError(translate::Failure::kPermission, 403, "permission_error",
                "the token of " + caller.persona + " may ask for " + ShowAllowance(caller.permit) +
                    " only, and this request is for " + first.provider->name + "/" +
                    OneLine(first.model, 120) +
                    ": ask for one of these, or make a token with other --providers and --models "
                    "(`katra token create --help`)");
  error.headers.emplace_back("x-should-retry", "false");
  return error;
}

std::string ListModels(const RouterConfig& config, const PersonaConfig& persona,
                       const Permit& permit, const std::function<bool(const Provider&)>& has_key) {
  const std::vector<Listed> list = Collect(config, persona, permit, has_key);
  std::string json;
  JsonWriter writer(json);
  writer.BeginObject().Key("object").String("list").Key("data").BeginArray();
  for (const Listed& entry : list) WriteModel(entry, writer);
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

std::string ListModelsForCodex(const RouterConfig& config, const PersonaConfig& persona,
                               const Permit& permit,
                               const std::function<bool(const Provider&)>& has_key) {
  std::string json;
  JsonWriter writer(json);
  writer.BeginObject().Key("models").BeginArray();
  int64_t priority = 0;
  for (const Listed& entry : Collect(config, persona, permit, has_key)) {
    WriteCodexModel(entry, ++priority, writer);
  }
  writer.EndArray().EndObject();
  return json;
}

std::optional<std::string> DescribeModel(const RouterConfig& config, const PersonaConfig& persona,
                                         const Permit& permit, std::string_view id,
                                         const std::function<bool(const Provider&)>& has_key) {
  for (const Listed& entry : Collect(config, persona, permit, has_key)) {
    if (id != entry.id && id != entry.owner + "," + entry.model &&
        id != entry.owner + "/" + entry.model) {
      continue;
    }
    std::string json;
    JsonWriter writer(json);
    WriteModel(entry, writer);
    return json;
  }
  return std::nullopt;
}

}  // namespace katra::router::gateway
