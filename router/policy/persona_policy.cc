// Chooses by persona: an explicitly requested model, else the configured ones.
#include <algorithm>

#include "core/text.h"
#include "router/config/session.h"
#include "router/policy/policy.h"

namespace katra::router::policy {
namespace {

constexpr std::string_view kListed = "claude-gw-";

bool IsClaude(std::string_view model) {
  return ToLowerAscii(model).find("claude") != std::string::npos;
}

bool IsSmall(std::string_view model) {
  return ToLowerAscii(model).find("haiku") != std::string::npos;
}

bool IsAnthropicItself(const Provider& provider) {
  const Provider* built_in = FindBuiltIn("anthropic");
  return provider.name == built_in->name &&
         provider.messages_base_url == built_in->messages_base_url;
}

// "claude-gw-openai--gpt-4" -> "openai,gpt-4"; anything else is unchanged.
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
    const Target own = SessionTarget(ask.config, ask.persona);
    auto first = First(ask, own);
    if (!first) return Pass(std::move(first));
    candidates.push_back(std::move(*first));
    AddOwnBehindBackground(ask, own, candidates);
    // Only the named provider is asked: the text was not meant for another company.
    const bool named =
        !candidates.front().side && candidates.front().provider->name != own.provider;
    int number = 0;
    for (const Target& target : ask.persona.fallbacks) {
      ++number;
      const Provider* provider = ask.config.FindProvider(target.provider);
      if (provider == nullptr || Holds(candidates, target)) continue;
      if (named && provider != candidates.front().provider) continue;
      candidates.push_back(
          {provider, target.model, "fallback " + std::to_string(number), candidates.front().side});
    }
    return candidates;
  }

 private:
  static bool Holds(const std::vector<Candidate>& candidates, const Target& target) {
    return std::any_of(candidates.begin(), candidates.end(), [&](const Candidate& candidate) {
      return candidate.provider->name == target.provider && candidate.model == target.model;
    });
  }

  // If a route fails, the model that would have answered without it is next (E12).
  static void AddOwnBehindBackground(const Ask& ask, const Target& own,
                                     std::vector<Candidate>& candidates) {
    if (!candidates.front().side) return;
    const Provider* provider = ask.config.FindProvider(own.provider);
    if (provider == nullptr || own.model.empty() || Holds(candidates, own)) return;
    candidates.push_back({provider, own.model, "the persona's model", true});
  }

  static Result<Candidate> First(const Ask& ask, const Target& own) {
    const std::string asked = Unlist(ask.request.model);
    const bool explicit_name = asked.find(',') != std::string::npos ||
                               asked.find('/') != std::string::npos || asked != ask.request.model;
    const Provider* provider = ask.config.FindProvider(own.provider);
    if (provider == nullptr && !own.provider.empty()) return Gone(ask, own.provider);
    if (explicit_name && asked != own.model) {
      if (provider != nullptr && IsItsOwn(*provider, asked)) {
        return Configured(ask, {own.provider, asked}, AskedFor(ask));
      }
      return Explicit(ask, asked, own.provider);
    }
    if (provider == nullptr) return Unnamed(ask);
    const std::optional<Target>& background = ask.persona.routing.background;
    if (IsSmall(asked) && asked != own.model && background) {
      auto small = Configured(ask, *background, "routing.background");
      if (small) small->side = true;
      return small;
    }
    if (!asked.empty() && asked != own.model) {
      // A client that only knows Claude models means "the default" by naming one. At Anthropic
      // itself, which serves all of them, the name is taken literally.
      const bool takes_it = provider->interface == Interface::kMessages &&
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

  // Nothing that the user configured says who answers, and a guess would send the text to a company
  // that nobody named.
  static Result<Candidate> Unnamed(const Ask& ask) {
    const std::string& name = ask.persona.name;
    return Fail(ErrorCode::kFailedPrecondition,
                "no provider is configured for " + name +
                    ": start the session with `katra start --persona " + name +
                    " --provider PROVIDER`, make a token with `katra token create --persona " +
                    name + " --provider PROVIDER [--model MODEL]`, write \"" + name + "\" into " +
                    ask.config.personas_path + ", or ask for provider/model");
  }

  static Result<Candidate> Gone(const Ask& ask, const std::string& provider) {
    return Fail(ErrorCode::kFailedPrecondition,
                "the provider of this session, \"" + provider +
                    "\", is not configured any more: write it into " + ask.config.personas_path +
                    " again, or start the session again with another --provider");
  }

  // At providers with vendor/name models, "openai/gpt-5" is one of their models, not OpenAI's.
  static bool IsItsOwn(const Provider& provider, const std::string& asked) {
    const auto slash = asked.find('/');
    if (slash == std::string::npos || asked.find(',') != std::string::npos) return false;
    if (provider.model_form == ModelForm::kVendorSlash) {
      return ToLowerAscii(asked.substr(0, slash)) != provider.name;
    }
    return asked == provider.default_model ||
           std::find(provider.models.begin(), provider.models.end(), asked) !=
               provider.models.end();
  }

  static std::string AskedFor(const Ask& ask) {
    return "asked for as " + OneLine(ask.request.model, 120);
  }

  static Result<Candidate> Explicit(const Ask& ask, const std::string& asked,
                                    const std::string& own_provider) {
    auto target = ParseTarget(ask.config, asked, own_provider);
    if (!target) {
      return Fail(ErrorCode::kNotFound,
                  "model \"" + OneLine(asked, 120) + "\" leads nowhere: " + target.error().message);
    }
    return Configured(ask, *target, AskedFor(ask));
  }

  static Result<Candidate> Configured(const Ask& ask, const Target& target,
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

}  // namespace katra::router::policy
