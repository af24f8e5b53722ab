#include "router/translate/messages/model_fit.h"

#include <algorithm>
#include <map>

#include "core/json_view.h"
#include "core/json_write.h"

namespace katra::router::translate {
namespace {

constexpr int64_t kLeastBudget = 1024;

// As mapped by R38.
std::string EffortOf(int64_t budget) {
  if (budget <= 1024) return "low";
  return budget <= 8192 ? "medium" : "high";
}

int64_t BudgetOf(std::string_view effort) {
  if (effort == "low") return 1024;
  return effort == "medium" || effort.empty() ? 8192 : 16384;
}

bool IsOfResults(JsonView message) {
  bool some = false;
  for (const JsonView block : message["content"]) {
    if (!block["type"].Is("tool_result")) return false;
    some = true;
  }
  return some;
}

// Whether thinking with a budget is allowed: a turn that continues after tool results must have
// begun with thinking.
bool MayThink(JsonView messages) {
  bool results = false;  // the last message has tool results
  bool inside = false;   // inside an assistant turn
  bool thought = false;
  for (const JsonView message : messages) {
    if (message["role"].Is("assistant")) {
      if (!inside) {
        const JsonView content = message["content"];
        const JsonView first =
            content.Empty() || !content.IsArray() ? JsonView() : *content.begin();
        thought = first["type"].Is("thinking") || first["type"].Is("redacted_thinking");
      }
      inside = true;
    } else if (!IsOfResults(message)) {
      inside = false;
    }
    results = IsOfResults(message);
  }
  return !results || thought;
}

class Fit {
 public:
  Fit(JsonView root, const ModelFit& fit) : root_(root), traits_(fit.traits), asked_(fit.effort) {}

  Fitted Make() {
    const JsonView choice = root_["tool_choice"]["type"];
    forced_ = choice.Is("any") || choice.Is("tool");
    effort_ = root_["output_config"]["effort"].Text();
    if (traits_.adaptive) {
      FitAdaptive();
    } else {
      FitBudget();
    }
    FitSampling();
    if (changed_.empty()) return {};
    return {Write(), std::move(dropped_)};
  }

 private:
  [[nodiscard]] std::string_view ThinkingType() const {
    if (root_["thinking"]["type"].Is("enabled")) return "enabled";
    if (root_["thinking"]["type"].Is("adaptive")) return "adaptive";
    return root_["thinking"]["type"].Is("disabled") ? "disabled" : "";
  }

  // A client of another format states only its effort; the body's thinking was made from it for
  // models with a budget.
  void FitAdaptive() {
    const bool none = asked_ == "none";
    const std::string asked = FitEffort(asked_, traits_);
    if (!asked.empty()) {
      SetEffort(asked);
      if (forced_) {  // incompatible with thinking
        Remove("thinking");
      } else {
        thinks_ = true;
        changed_["thinking"] = R"({"type":"adaptive"})";
      }
      return;
    }
    if (none && ThinkingType().empty() && traits_.thinks_by_default) TurnOff();
    if (ThinkingType() == "adaptive") thinks_ = true;
    if (ThinkingType() == "enabled") {
      thinks_ = true;
      if (!traits_.budget) FromBudget();
    }
    if (ThinkingType() == "disabled") TurnOff();
  }

  void FromBudget() {
    std::string adaptive = R"({"type":"adaptive")";
    const JsonView display = root_["thinking"]["display"];
    if (!display.IsMissing()) adaptive.append(",\"display\":").append(display.Raw());
    changed_["thinking"] = adaptive + "}";
    const JsonView budget = root_["thinking"]["budget_tokens"];
    if (budget.IsMissing()) return;
    dropped_.emplace_back("thinking.budget_tokens");
    if (effort_.empty()) {
      SetEffort(FitEffort(EffortOf(budget.Integer().value_or(kLeastBudget)), traits_));
    }
  }

  void TurnOff() {
    if (traits_.off == ThinkingOff::kNever) {
      Remove("thinking");
      dropped_.emplace_back("thinking");
      return;
    }
    if (ThinkingType().empty()) changed_["thinking"] = R"({"type":"disabled"})";
    const bool above = effort_ == "xhigh" || effort_ == "max";
    if (traits_.off != ThinkingOff::kUpToHighEffort || !above) return;
    SetEffort("high");
    dropped_.emplace_back("output_config.effort");
  }

  // Models before 4.6: no "adaptive", and most no effort.
  void FitBudget() {
    const std::string_view type = ThinkingType();
    const std::string effort = asked_.empty() ? effort_ : asked_;
    const bool wants = type == "adaptive" ||
                       (type.empty() && !asked_.empty() && asked_ != "none" && asked_ != "minimal");
    if (!effort_.empty() && traits_.efforts.empty()) {
      SetEffort("");
      dropped_.emplace_back("output_config.effort");
    }
    if (type == "enabled" && !traits_.budget) {
      Remove("thinking");
      dropped_.emplace_back("thinking");
      return;
    }
    thinks_ = type == "enabled";
    if (!wants) return;
    const auto most = root_["max_tokens"].Integer();
    int64_t budget = BudgetOf(effort);
    if (most && !asked_.empty() && *most <= budget) {
      changed_["max_tokens"] = std::to_string(*most + budget);
    } else if (most) {
      budget = std::min(budget, *most - 1);
    }
    if (!traits_.budget || forced_ || budget < kLeastBudget || !MayThink(root_["messages"])) {
      Remove("thinking");
      changed_.erase("max_tokens");
      dropped_.emplace_back("thinking");
      return;
    }
    thinks_ = true;
    changed_["thinking"] = R"({"type":"enabled","budget_tokens":)" + std::to_string(budget) + "}";
  }

  void FitSampling() {
    for (const char* key : {"temperature", "top_p", "top_k"}) {
      if (root_[key].IsMissing()) continue;
      // With thinking only the defaults are accepted; a body that a client wrote itself is left for
      // the provider to judge.
      const bool refused = !traits_.sampling || (thinks_ && !asked_.empty()) ||
                           (std::string_view(key) == "top_p" && traits_.temperature_or_top_p &&
                            !root_["temperature"].IsMissing());
      if (!refused) continue;
      Remove(key);
      dropped_.emplace_back(key);
    }
  }

  void Remove(std::string_view key) { changed_[std::string(key)] = ""; }

  // Empty: none.
  void SetEffort(const std::string& effort) {
    std::string config;
    JsonWriter writer(config);
    writer.BeginObject();
    for (const JsonView value : root_["output_config"]) {
      if (!value.Key().Is("effort")) writer.TextKey(value.Key().Text()).Raw(value.Raw());
    }
    if (!effort.empty()) writer.Key("effort").String(effort);
    writer.EndObject();
    changed_["output_config"] = config == "{}" ? "" : config;
  }

  std::string Write() {
    std::string out;
    JsonWriter writer(out);
    writer.BeginObject();
    for (const JsonView value : root_) {
      const std::string key = value.Key().Text();
      const auto changed = changed_.find(key);
      if (changed == changed_.end()) {
        writer.TextKey(key).Raw(value.Raw());
        continue;
      }
      if (!changed->second.empty()) writer.TextKey(key).Raw(changed->second);
      changed->second.clear();  // once
    }
    for (const auto& [key, value] : changed_) {
      if (!value.empty()) writer.TextKey(key).Raw(value);
    }
    writer.EndObject();
    return out;
  }

  JsonView root_;
  const ClaudeTraits& traits_;
  const std::string& asked_;
  std::string effort_;  // the body's effort
  bool forced_ = false;
  bool thinks_ = false;
  std::map<std::string, std::string> changed_;  // raw; empty: removed
  std::vector<std::string> dropped_;
};

}  // namespace

std::optional<ModelFit> FitFor(std::string_view model, const RequestPeek& peek,
                               std::string_view effort) {
  const bool plain = effort.empty() && peek.thinking_type.empty() && !peek.has_sampling;
  if (plain) return std::nullopt;
  auto traits = TraitsOfClaude(model);
  if (!traits) return std::nullopt;
  const std::string& type = peek.thinking_type;
  const bool refused = (type == "enabled" && !traits->budget) ||
                       (type == "adaptive" && !traits->adaptive) ||
                       (type == "disabled" && traits->off != ThinkingOff::kAlways) ||
                       (peek.has_sampling && (!traits->sampling || traits->temperature_or_top_p));
  if (!refused && effort.empty()) return std::nullopt;
  return ModelFit{std::move(*traits), std::string(effort)};
}

Result<Fitted> FitToModel(std::string_view body, const ModelFit& fit) {
  JsonDocument document;
  if (auto parsed = document.Parse(body); !parsed) return Pass(std::move(parsed));
  return Fit(document.Root(), fit).Make();
}

}  // namespace katra::router::translate
