// The choice by persona: what is asked for by name, else what the configuration says of it.
#include <algorithm>

#include "core/text.h"
#include "router/policy/policy.h"

namespace katra::policy {
namespace {

constexpr std::string_view kListed = "claude-gw-";

bool IsClaude(std::string_view model) {
  return ToLowerAscii(model).find("claude") != std::string::npos;
}

bool IsSmall(std::string_view model) {
  return ToLowerAscii(model).find("haiku") != std::string::npos;
}

bool IsAnthropicItself(const router::Provider& provider) {
  const router::Provider* built_in = router::FindBuiltIn("anthropic");
  return provider.name == built_in->name &&
         provider.messages_base_url == built_in->messages_base_url;
}

// "claude-gw-openai--gpt-4" -> "openai,gpt-4"; anything else as it is.
std::string Unlist(std::string_view model) {
  if (model.substr(0, kListed.size()) != kListed) return std::string(model);
  const std::string_view rest = model.substr(kListed.size());
  const size_t gap = rest.find("--");
  if (gap == std::string_view::npos) return std::string(model);
  return std::string(rest.substr(0, gap)) + "," + std::string(rest.substr(gap + 2));
}

class PersonaPolicy final : public Policy {
 public:
  Result<std::vector<Candidate>> Choose(const Ask& ask) const override {
    std::vector<Candidate> candidates;
    auto first = First(ask);
    if (!first) return Pass(std::move(first));
    candidates.push_back(std::move(*first));
    AddOwnBehindBackground(ask, candidates);
    const auto& fallbacks = ask.persona != nullptr && !ask.persona->fallbacks.empty()
                                ? ask.persona->fallbacks
                                : ask.config.routing_rules.fallbacks;
    int number = 0;
    for (const router::Target& target : fallbacks) {
      ++number;
      const router::Provider* provider = ask.config.FindProvider(target.provider);
      if (provider == nullptr || Holds(candidates, target)) continue;
      candidates.push_back(
          {provider, target.model, "fallback " + std::to_string(number), candidates.front().side});
    }
    return candidates;
  }

 private:
  static bool Holds(const std::vector<Candidate>& candidates, const router::Target& target) {
    return std::any_of(candidates.begin(), candidates.end(), [&](const Candidate& candidate) {
      return candidate.provider->name == target.provider && candidate.model == target.model;
    });
  }

  // A route that fails leads back to the model that would have answered without it (E12).
  static void AddOwnBehindBackground(const Ask& ask, std::vector<Candidate>& candidates) {
    if (!candidates.front().side) return;
    const router::Target own = router::OwnTarget(ask.config, ask.persona);
    const router::Provider* provider = ask.config.FindProvider(own.provider);
    if (provider == nullptr || own.model.empty() || Holds(candidates, own)) return;
    candidates.push_back({provider, own.model, "the persona's model", true});
  }

  static Result<Candidate> First(const Ask& ask) {
    const router::Target own = router::OwnTarget(ask.config, ask.persona);
    const std::string asked = Unlist(ask.request.model);
    const router::Provider* provider = ask.config.FindProvider(own.provider);
    if (provider == nullptr) {
      return Fail(ErrorCode::kNotFound, "the persona's provider \"" + own.provider +
                                            "\" is not configured: name it in personas.json");
    }
    const bool explicit_name = asked.find(',') != std::string::npos ||
                               asked.find('/') != std::string::npos || asked != ask.request.model;
    if (explicit_name && asked != own.model) return Explicit(ask, asked, own.provider);
    if (IsSmall(asked) && asked != own.model && Background(ask)) {
      auto small = Configured(ask, *Background(ask), "routing.background");
      if (small) small->side = true;
      return small;
    }
    if (!asked.empty() && asked != own.model) {
      // A client that knows only Claude names a model of its own when it means "the usual one". At
      // Anthropic itself, where all of these are, the name means what it says.
      const bool takes_it = provider->interface == router::Interface::kMessages &&
                            (IsAnthropicItself(*provider) || own.model.empty());
      if (takes_it || !IsClaude(asked)) return Explicit(ask, asked, own.provider);
    }
    if (own.model.empty()) {
      return Fail(ErrorCode::kNotFound,
                  "no model is configured for provider \"" + own.provider +
                      "\": set the persona's \"model\", or ask for provider/model");
    }
    return Configured(ask, own, "the persona's model");
  }

  static std::optional<router::Target> Background(const Ask& ask) {
    if (ask.persona != nullptr && ask.persona->routing.background) {
      return ask.persona->routing.background;
    }
    return ask.config.routing_rules.routes.background;
  }

  static Result<Candidate> Explicit(const Ask& ask, const std::string& asked,
                                    const std::string& own_provider) {
    auto target = router::ParseTarget(ask.config, asked, own_provider);
    if (!target) {
      return Fail(ErrorCode::kNotFound,
                  "model \"" + OneLine(asked, 120) + "\" leads nowhere: " + target.error().message);
    }
    return Configured(ask, *target, "asked for as " + OneLine(ask.request.model, 120));
  }

  static Result<Candidate> Configured(const Ask& ask, const router::Target& target,
                                      const std::string& reason) {
    const auto provider = ask.config.RequireProvider(target.provider);
    if (!provider) return tl::unexpected<Error>(provider.error());
    return Candidate{*provider, target.model, reason, false};
  }
};

}  // namespace

std::unique_ptr<Policy> MakePersonaPolicy() { return std::make_unique<PersonaPolicy>(); }

std::string ListedName(const std::string& provider, const std::string& model) {
  return std::string(kListed) + provider + "--" + model;
}

}  // namespace katra::policy
