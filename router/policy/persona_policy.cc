// Chooses by persona: an explicitly requested model, else what the user's rules say.
#include <algorithm>

#include "core/text.h"
#include "router/config/session.h"
#include "router/policy/policy.h"

namespace katra::router::policy {
namespace {

constexpr std::string_view kListed = "claude-gw-";
// Behind a rule that the file of the session's project has set.
constexpr const char* kOfProject = " of the project's .katra/routing.json";

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

// The choice of one request, made step by step.
class Chooser {
 public:
  explicit Chooser(const Ask& ask)
      : ask_(ask),
        own_(SessionTarget(ask.config, ask.persona)),
        own_provider_(ask.config.FindProvider(own_.provider)),
        asked_(Unlist(ask.request.model)) {}

  Result<Choice> Choose() {
    auto first = First();
    if (!first) return Pass(std::move(first));
    choice_.candidates.insert(choice_.candidates.begin(), std::move(*first));
    const bool explicit_name = choice_.rule == Rule::kExplicit || choice_.rule == Rule::kTag ||
                               choice_.rule == Rule::kAlias;
    for (const Target& target : rest_) Add(target, choice_.candidates.front().reason);
    // If a route fails, the model that would have answered without it is next (E12).
    if (!explicit_name && choice_.rule != Rule::kDefault) AddOwn();
    // Only the named provider is asked: the text was not meant for another company.
    const Candidate& front = choice_.candidates.front();
    const bool named = !front.side && front.provider->name != own_.provider &&
                       (explicit_name || choice_.rule == Rule::kDefault);
    int number = 0;
    for (const Target& target : ask_.persona.fallbacks) {
      ++number;
      const Provider* provider = ask_.config.FindProvider(target.provider);
      if (named && provider != choice_.candidates.front().provider) continue;
      Add(target, "fallback " + std::to_string(number));
    }
    return std::move(choice_);
  }

 private:
  void Add(const Target& target, std::string reason) {
    const Provider* provider = ask_.config.FindProvider(target.provider);
    if (provider == nullptr || target.model.empty()) return;
    auto& all = choice_.candidates;
    const bool known = std::any_of(all.begin(), all.end(), [&](const Candidate& candidate) {
      return candidate.provider->name == target.provider && candidate.model == target.model;
    });
    if (known) return;
    all.push_back({provider, target.model, std::move(reason), all.front().side});
  }

  void AddOwn() {
    if (choice_.candidates.front().side && !own_.model.empty()) {
      Add(own_, "the persona's model");
      return;
    }
    if (auto own = Default()) Add({own->provider->name, own->model}, own->reason);
  }

  // The first candidate. Others that belong behind it are added by Choose().
  Result<Candidate> First() {
    if (own_provider_ == nullptr && !own_.provider.empty()) return Gone(ask_, own_.provider);
    if (ask_.needs != nullptr && !ask_.needs->subagent_tag.empty()) return Tagged();
    if (const Target* alias = ask_.config.FindAlias(ask_.request.model)) {
      choice_.rule = Rule::kAlias;
      return Configured(ask_, *alias, "alias " + OneLine(ask_.request.model, 120));
    }
    const bool explicit_name = asked_.find(',') != std::string::npos ||
                               asked_.find('/') != std::string::npos ||
                               asked_ != ask_.request.model;
    if (explicit_name && asked_ != own_.model) {
      choice_.rule = Rule::kExplicit;
      if (own_provider_ != nullptr && IsItsOwn(*own_provider_, asked_)) {
        return Configured(ask_, {own_.provider, asked_}, AskedFor(ask_));
      }
      return Explicit(ask_, asked_, own_.provider);
    }
    return ByRule();
  }

  // A subagent's prompt may be written by others, as a file of a repository is.
  Result<Candidate> Tagged() {
    choice_.rule = Rule::kTag;
    const std::string& tag = ask_.needs->subagent_tag;
    auto target = ParseTarget(ask_.config, tag, own_.provider);
    if (!target) {
      return Fail(ErrorCode::kNotFound, "the subagent's tag <CCR-SUBAGENT-MODEL> names \"" +
                                            OneLine(tag, 120) +
                                            "\", which leads nowhere: " + target.error().message);
    }
    if (!IsNamedByUser(ask_.config, ask_.persona, target->provider)) {
      return Fail(ErrorCode::kFailedPrecondition,
                  "the subagent's tag <CCR-SUBAGENT-MODEL> names the provider \"" +
                      target->provider + "\", which nothing in " + ask_.config.personas_path +
                      " uses: write it there first, for example as an alias in \"model_aliases\"");
    }
    return Configured(ask_, *target, "the subagent's tag");
  }

  Result<Candidate> ByRule() {
    if (auto side = SideScenario()) return std::move(*side);
    if (ask_.needs != nullptr && ask_.needs->side) {
      auto standing = Default();
      if (standing) standing->side = true;
      return standing;
    }
    if (ask_.held != nullptr) {
      auto held = Configured(ask_, ask_.held->target,
                             ask_.held->reason.empty() ? "held for this turn" : ask_.held->reason);
      if (held) {
        choice_.rule = Rule::kHeld;
        choice_.route = ask_.held->route;
        choice_.score = ask_.held->score;
        choice_.matcher = ask_.held->matcher;
        for (const RoutePreference& route : ask_.persona.preferences) {
          if (route.name == choice_.route) rest_ = route.models;
        }
        return Seeing(std::move(*held));
      }
    }
    if (auto scenario = Scenario()) return Seeing(std::move(*scenario));
    if (ask_.match != nullptr) {
      choice_.score = ask_.match->score;
      choice_.matcher = ask_.match->matcher;
      if (auto preferred = Preferred()) return Seeing(std::move(*preferred));
    } else {
      choice_.wants_match = !ask_.persona.preferences.empty();
    }
    choice_.rule = Rule::kDefault;
    auto standing = Default();
    if (!standing) return standing;
    if (ask_.match != nullptr && !ask_.match->reason.empty()) {
      standing->reason += ": " + ask_.match->reason;
    }
    if (choice_.wants_match) return standing;
    return Seeing(std::move(*standing));
  }

  // `chosen`, or the model for images if `chosen` takes none and there may be one: also within a
  // turn, where a tool has read it. A model that sees is worth more there than one that must
  // refuse.
  Candidate Seeing(Candidate chosen) {
    const bool image = ask_.needs != nullptr && (ask_.needs->image || ask_.needs->earlier_image);
    if (!image || chosen.provider->quirks.images) return chosen;
    auto seeing = Use(ask_.persona.routing.image, "image");
    if (!seeing) return chosen;
    choice_.score = -1;
    choice_.matcher.clear();
    choice_.wants_match = false;
    rest_.clear();
    return std::move(*seeing);
  }

  std::optional<Candidate> Use(const std::optional<Target>& target, const char* name) {
    if (!target) return std::nullopt;
    const auto& chosen = ask_.persona.project.scenarios;
    const bool project = std::find(chosen.begin(), chosen.end(), name) != chosen.end();
    auto candidate =
        Configured(ask_, *target, std::string("routing.") + name + (project ? kOfProject : ""));
    if (!candidate) return std::nullopt;
    choice_.rule = Rule::kScenario;
    choice_.route = name;
    return std::move(*candidate);
  }

  // Requests that are no part of the conversation.
  std::optional<Candidate> SideScenario() {
    const Routes& routes = ask_.persona.routing;
    std::optional<Candidate> side;
    if (ask_.needs != nullptr && ask_.needs->web_search_alone) {
      side = Use(routes.web_search, "webSearch");
    }
    const bool own = ask_.needs != nullptr && ask_.needs->side;
    const bool small = own || (IsSmall(asked_) && asked_ != own_.model);
    if (!side && small && !(IsLong() && routes.long_context)) {
      side = Use(routes.background, "background");
    }
    if (side) side->side = true;
    return side;
  }

  std::optional<Candidate> Scenario() {
    if (ask_.needs == nullptr) return std::nullopt;
    const Needs& needs = *ask_.needs;
    const Routes& routes = ask_.persona.routing;
    std::optional<Candidate> found;
    if (needs.web_search) found = Use(routes.web_search, "webSearch");
    if (!found && needs.image) found = Use(routes.image, "image");
    if (!found && IsLong()) found = Use(routes.long_context, "longContext");
    if (!found && needs.subagent) found = Use(routes.subagent, "subagent");
    if (!found && needs.thought) found = Use(routes.think, "think");
    return found;
  }

  // Judged by the model that would answer otherwise.
  [[nodiscard]] bool IsLong() const {
    if (ask_.needs == nullptr || ask_.needs->tokens < 0) return false;
    const std::string& model = own_.model.empty() ? asked_ : own_.model;
    return ask_.needs->tokens >= ask_.config.routing_rules.LongContextThresholdOf(model);
  }

  // Adds the route's other models behind the first.
  std::optional<Candidate> Preferred() {
    const Match& match = *ask_.match;
    if (match.route == nullptr) return std::nullopt;
    const std::vector<Target>& order = match.order.empty() ? match.route->models : match.order;
    std::optional<Candidate> first;
    const std::string reason =
        "route \"" + match.route->name + "\"" + (ask_.persona.project.routes ? kOfProject : "");
    for (const Target& target : order) {
      if (first) {
        rest_.push_back(target);
        continue;
      }
      auto candidate =
          Configured(ask_, target, match.reason.empty() ? reason : reason + ": " + match.reason);
      if (candidate) first = std::move(*candidate);
    }
    if (!first) return std::nullopt;
    choice_.rule = Rule::kPreference;
    choice_.route = match.route->name;
    return first;
  }

  // The model that the client asks for, or the persona's own.
  [[nodiscard]] Result<Candidate> Default() const {
    if (own_provider_ == nullptr) return Unnamed(ask_);
    if (!asked_.empty() && asked_ != own_.model) {
      // A client that only knows Claude models means "the default" by naming one. At Anthropic
      // itself, which serves all of them, the name is taken literally.
      const bool takes_it = own_provider_->interface == Interface::kMessages &&
                            (IsAnthropicItself(*own_provider_) || own_.model.empty());
      if (takes_it || !IsClaude(asked_)) return Explicit(ask_, asked_, own_.provider);
    }
    if (own_.model.empty()) {
      return Fail(ErrorCode::kNotFound,
                  "no model is configured for provider \"" + own_.provider +
                      "\": set the persona's \"model\", or ask for provider/model");
    }
    return Configured(ask_, own_, "the persona's model");
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
                    "\", is no longer configured: add it to " + ask.config.personas_path +
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
      return Fail(ErrorCode::kNotFound, "model \"" + OneLine(asked, 120) +
                                            "\" cannot be resolved: " + target.error().message);
    }
    return Configured(ask, *target, AskedFor(ask));
  }

  static Result<Candidate> Configured(const Ask& ask, const Target& target,
                                      const std::string& reason) {
    const auto provider = ask.config.RequireProvider(target.provider);
    if (!provider) return tl::unexpected<Error>(provider.error());
    return Candidate{*provider, target.model, reason, false};
  }

  const Ask& ask_;
  const Target own_;
  const Provider* const own_provider_;  // nullptr: nobody named one
  const std::string asked_;
  Choice choice_;
  std::vector<Target> rest_;  // the route's other models
};

class PersonaPolicy final : public Policy {
 public:
  Result<Choice> Choose(const Ask& ask) const override { return Chooser(ask).Choose(); }
};

}  // namespace

const char* ToString(Rule rule) {
  switch (rule) {
    case Rule::kExplicit:
      return "explicit";
    case Rule::kAlias:
      return "alias";
    case Rule::kTag:
      return "tag";
    case Rule::kScenario:
      return "scenario";
    case Rule::kPreference:
      return "preference";
    case Rule::kHeld:
      return "held";
    case Rule::kDefault:
      break;
  }
  return "default";
}

std::unique_ptr<Policy> MakePersonaPolicy() { return std::make_unique<PersonaPolicy>(); }

bool IsNamedByUser(const RouterConfig& config, const PersonaConfig& persona,
                   std::string_view provider) {
  const auto is = [&](const Target& target) { return target.provider == provider; };
  const auto any = [&](const std::vector<Target>& targets) {
    return std::any_of(targets.begin(), targets.end(), is);
  };
  const auto in_routes = [&](const Routes& routes) {
    for (const std::optional<Target>* target :
         {&routes.background, &routes.think, &routes.long_context, &routes.web_search,
          &routes.image, &routes.subagent}) {
      if (*target && is(**target)) return true;
    }
    return false;
  };
  const auto in_persona = [&](const PersonaConfig& one) {
    return one.provider == provider || in_routes(one.routing) || any(one.fallbacks) ||
           std::any_of(one.preferences.begin(), one.preferences.end(),
                       [&](const RoutePreference& route) { return any(route.models); });
  };
  const std::string key(provider);
  const auto written = [&](const std::string& name) {
    return config.OriginOf(name).kind != OriginKind::kDefault;
  };
  if (in_persona(persona) || written("providers." + key)) return true;
  if (config.default_provider == provider && written("default_provider")) return true;
  const std::optional<Target>& rule = config.routing_rules.default_target;
  if (rule && is(*rule)) return true;
  if (std::any_of(config.aliases.begin(), config.aliases.end(),
                  [&](const ModelAlias& alias) { return is(alias.target); })) {
    return true;
  }
  return std::any_of(config.personas.begin(), config.personas.end(), in_persona);
}

std::string ListedName(const std::string& provider, const std::string& model) {
  return std::string(kListed) + provider + "--" + model;
}

}  // namespace katra::router::policy
