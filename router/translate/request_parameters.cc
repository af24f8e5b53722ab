// Limits, sampling and identity of a request, for both formats: R38-R40, R45-R55.
#include <algorithm>
#include <array>
#include <optional>

#include "core/sha256.h"
#include "core/text.h"
#include "router/translate/request_draft.h"

namespace katra::router::translate {
namespace {

// Weakest first.
constexpr std::array<std::string_view, 6> kEfforts = {"minimal", "low",   "medium",
                                                      "high",    "xhigh", "max"};

// Limits of emulated stop sequences: their number, and the bytes of each.
constexpr size_t kMostEmulated = 64;
constexpr size_t kLongestEmulated = 1024;

size_t Rank(std::string_view effort) {
  const auto* found = std::find(kEfforts.begin(), kEfforts.end(), effort);
  return static_cast<size_t>(found - kEfforts.begin());
}

}  // namespace

std::string NearestEffort(std::string_view wanted, const std::vector<std::string>& known) {
  const size_t rank = Rank(wanted);
  std::string best;
  size_t best_distance = kEfforts.size();
  for (const std::string& word : known) {
    const size_t at = Rank(word);
    if (at == kEfforts.size()) continue;  // "none" is not an effort
    const size_t distance = at > rank ? at - rank : rank - at;
    if (distance < best_distance || (distance == best_distance && at > rank)) {
      best = word;
      best_distance = distance;
    }
  }
  return best;
}

// The request's effort, else the equivalent of its budget.
std::string WantedEffort(const Draft& draft) {
  if (Rank(draft.target.effort) < kEfforts.size()) return draft.target.effort;
  const JsonView effort = draft.root["output_config"]["effort"];
  if (effort.IsString() && Rank(effort.Text()) < kEfforts.size()) return effort.Text();
  const auto budget = draft.root["thinking"]["budget_tokens"].Integer();
  if (!draft.thinking || !budget) return draft.thinking ? "medium" : "";  // R39
  if (*budget <= 1024) return "low";
  return *budget <= 8192 ? "medium" : "high";
}

std::optional<int64_t> WantedLength(const Draft& draft) {
  const auto most = draft.root["max_tokens"].Integer();
  if (!most || *most <= 0) return std::nullopt;
  const int64_t limit = draft.target.max_output_tokens;
  return limit > 0 ? std::min(*most, limit) : *most;
}

Status EmulateStops(Draft& draft, size_t room) {
  size_t index = 0;
  for (const JsonView stop : draft.root["stop_sequences"]) {
    if (stop.RawString().empty() || index++ < room) continue;
    // Each is searched for in each piece of the answer.
    if (index > room + kMostEmulated || stop.RawString().size() > kLongestEmulated) {
      return RejectCapability("stop_sequences",
                              "the model " + draft.target.model + " takes " + std::to_string(room) +
                                  ", and the gateway looks for " + std::to_string(kMostEmulated) +
                                  " more of up to " + std::to_string(kLongestEmulated) +
                                  " bytes; send fewer or shorter ones");
    }
    draft.result.reply.emulated_stops.push_back(stop.Text());
  }
  return {};
}

void WriteSampling(Draft& draft, JsonWriter& writer) {
  const bool fixed = draft.reasoning_model || draft.quirks().fixed_sampling;  // R47, R55
  for (const std::string_view key : {"temperature", "top_p"}) {
    const JsonView value = draft.root[key];
    if (!value.IsNumber()) continue;
    if (fixed) {
      draft.dropped.insert(std::string(key));
    } else {
      writer.Key(key).Raw(value.Raw());
    }
  }
  if (const JsonView top_k = draft.root["top_k"]; top_k.IsNumber()) {  // R48
    if (draft.quirks().top_k && !fixed) {
      writer.Key("top_k").Raw(top_k.Raw());
    } else {
      draft.dropped.insert("top_k");
    }
  }
}

void WriteIdentity(std::string_view user_member, Draft& draft, JsonWriter& writer) {
  const JsonView user = draft.root["metadata"]["user_id"];
  const int room = draft.quirks().max_user_id_characters;
  if (user.IsString() && room > 0) {  // R49
    const auto length = static_cast<size_t>(std::min(room, 32));
    writer.Key(user_member).String(Sha256Hex(user.Text()).substr(0, length));
  }
  const std::string& own = draft.target.cache_key;
  const std::string& id = own.empty() ? draft.target.session_id : own;
  if (draft.quirks().prompt_cache_key && !id.empty()) {  // R14, R50, F14
    writer.Key("prompt_cache_key").String(id.size() <= 64 ? id : Sha256Hex(id));
  }
  if (const JsonView tier = draft.root["service_tier"]; tier.IsString()) {  // R51
    if (draft.quirks().service_tier) {
      writer.Key("service_tier").String(tier.Is("standard_only") ? "default" : "auto");
    } else {
      draft.dropped.insert("service_tier");
    }
  }
}

JsonView OutputSchema(const Draft& draft) {
  JsonView format = draft.root["output_config"]["format"];
  if (format.IsNothing()) format = draft.root["output_format"];
  if (!format["type"].Is("json_schema")) return {};
  const JsonView schema =
      format["schema"].IsObject() ? format["schema"] : format["json_schema"]["schema"];
  return schema.IsObject() ? schema : JsonView();
}

bool IsKnownEffort(std::string_view word) { return Rank(word) < kEfforts.size(); }

bool MayReason(const Quirks& quirks, std::string_view model, bool reasoning_model) {
  if (quirks.max_tokens_field == MaxTokensField::kByModel) return reasoning_model;
  const auto& parts = quirks.reasoning_models;
  if (parts.empty()) return true;
  const std::string name = ToLowerAscii(model);
  return std::any_of(parts.begin(), parts.end(),
                     [&](const std::string& part) { return name.find(part) != std::string::npos; });
}

}  // namespace katra::router::translate
