#include "router/routing/replay/decider.h"

#include <algorithm>
#include <array>

#include "core/text.h"
#include "router/config/session.h"
#include "router/routing/learning/route_order.h"
#include "router/routing/route_matcher.h"

namespace katra::router::routing::replay {
namespace {

using store::UsageRecord;

// In the order in which they are tried (docs/routing.md).
struct Scenario {
  const char* name;
  std::optional<Target> Routes::*target;
  bool shows_in_text;  // else in what is recorded of every request
};
constexpr std::array<Scenario, 5> kScenarios = {{
    {"webSearch", &Routes::web_search, true},
    {"image", &Routes::image, true},
    {"longContext", &Routes::long_context, false},
    {"subagent", &Routes::subagent, false},
    {"think", &Routes::think, true},
}};

constexpr const char* kWithoutTools = " without tools";

// kScenarios.size(): it is none.
size_t PlaceOf(const std::string& route) {
  size_t place = 0;
  while (place < kScenarios.size() && route != kScenarios[place].name) ++place;
  return place;
}

bool SameName(const std::string& one, const std::string& other) {
  return ToLowerAscii(one) == ToLowerAscii(other);
}

// Whether both have the same requests matched to the same places.
bool SameRoutes(const std::vector<RoutePreference>& one,
                const std::vector<RoutePreference>& other) {
  return std::equal(one.begin(), one.end(), other.begin(), other.end(),
                    [](const RoutePreference& mine, const RoutePreference& theirs) {
                      return SameName(mine.name, theirs.name) &&
                             mine.description == theirs.description &&
                             mine.examples == theirs.examples;
                    });
}

int64_t PromptTokens(const UsageRecord& record) {
  return record.input_tokens + record.cache_read_tokens + record.cache_write_tokens;
}

int64_t EstimatedTokens(const UsageRecord& record) {
  return record.estimated_tokens.value_or(PromptTokens(record));
}

policy::Needs NeedsOf(const UsageRecord& record, const RecordedText* text) {
  policy::Needs needs;
  if (text != nullptr) {
    needs = text->needs;
  } else if (record.rule == "scenario" || record.rule == "held") {
    needs.web_search = record.route == "webSearch";
    needs.image = record.route == "image";
    needs.thought = record.route == "think";
  }
  needs.tokens = EstimatedTokens(record);
  needs.subagent = !record.agent_id.empty();
  if (record.rule == "tag" && needs.subagent_tag.empty() && !record.tried.empty()) {
    const store::UsageAttempt& first = record.tried.front();
    needs.subagent_tag = first.provider + "," + first.model;
  }
  return needs;
}

bool Names(policy::Rule rule) {
  return rule == policy::Rule::kExplicit || rule == policy::Rule::kAlias ||
         rule == policy::Rule::kTag;
}

std::optional<Target> TargetOf(const std::string& name) {
  const size_t slash = name.find('/');
  if (slash == std::string::npos) return std::nullopt;
  return Target{name.substr(0, slash), name.substr(slash + 1)};
}

void AddOnce(const Target& target, std::vector<Target>* all) {
  if (std::find(all->begin(), all->end(), target) == all->end()) all->push_back(target);
}

}  // namespace

std::string NameOf(const Target& target) { return target.provider + "/" + target.model; }

struct Decider::Persona {
  PersonaConfig own;
  Routes present;            // under the present configuration
  bool had_rules = false;    // a request so far was asked whether it continues a turn
  bool same_matches = true;  // as under the present configuration, by routes and matcher
  bool same_routes = true;
  std::optional<LocalMatcher> matcher;  // made when it is needed
  bool matcher_made = false;
};

Decider::Decider(const Configs& configs, std::vector<learning::TaughtExample> taught,
                 std::vector<learning::Event> events, cost::TermsOf terms)
    : configs_(configs),
      taught_(std::move(taught)),
      events_(std::move(events)),
      terms_(std::move(terms)),
      policy_(policy::MakePersonaPolicy()) {}

Decider::~Decider() = default;

Decider::Persona& Decider::PersonaOf(const std::string& name) {
  std::unique_ptr<Persona>& persona = personas_[name];
  if (persona) return *persona;
  persona = std::make_unique<Persona>();
  persona->own = SessionPersona(configs_.tried, name, {});
  const PersonaConfig present = SessionPersona(configs_.present, name, {});
  persona->present = present.routing;
  persona->same_routes = SameRoutes(persona->own.preferences, present.preferences);
  persona->same_matches =
      persona->same_routes && configs_.tried.matching.matcher == configs_.present.matching.matcher;
  return *persona;
}

std::string Decider::KeyOf(const UsageRecord& record) {
  return record.persona + '\x1f' + record.client_session_id + '\x1f' + record.agent_id;
}

Decider::Matched Decider::MatchAgain(Persona& persona, const UsageRecord& record,
                                     const RecordedText* text) {
  const bool by_model = configs_.tried.matching.matcher == Matcher::kModel;
  const bool recorded = !record.matcher.empty();
  Matched matched;
  policy::Match& match = matched.match;
  if (text != nullptr && !(by_model && record.matcher == "model" && persona.same_matches)) {
    if (by_model) ++matched_locally_instead_;
    if (!persona.matcher_made) {
      persona.matcher_made = true;
      if (auto made = MakeRouteMatcher(persona.own, taught_)) {
        persona.matcher.emplace(std::move(*made));
      }
    }
    matched.basis = Basis::kText;
    match.matcher = "local";
    if (!persona.matcher || text->words.last.empty()) return matched;
    const RouteMatch found = persona.matcher->Match({text->words.last, text->words.previous});
    match.score = found.score;
    if (found.route) match.route = &persona.own.preferences[*found.route];
    return matched;
  }
  match.matcher = recorded ? record.matcher : "local";
  match.score = record.score.value_or(-1);
  for (const RoutePreference& route : persona.own.preferences) {
    if (recorded && SameName(route.name, record.route)) match.route = &route;
  }
  const bool found = match.route != nullptr;
  const bool told = found || record.route.empty();
  if (!recorded || !told || (!found && !persona.same_routes)) {
    matched.basis = Basis::kUnknown;
  } else {
    matched.basis = persona.same_matches ? Basis::kRecord : Basis::kAssumed;
  }
  return matched;
}

std::vector<Target> Decider::PerhapsScenarios(const Persona& persona, const UsageRecord& record,
                                              size_t place) {
  std::vector<Target> perhaps;
  const bool by_name = record.rule.empty() || record.rule == "explicit" || record.rule == "alias" ||
                       record.rule == "tag" || record.route == "background";
  for (size_t i = 0; i < std::min(place, kScenarios.size()); ++i) {
    const Scenario& scenario = kScenarios[i];
    const std::optional<Target>& target = persona.own.routing.*scenario.target;
    if (!scenario.shows_in_text || !target) continue;
    // It would have decided then, if it had applied.
    const bool absent =
        !by_name && (persona.present.*scenario.target).has_value() && PlaceOf(record.route) > i;
    if (!absent && record.route != scenario.name) AddOnce(*target, &perhaps);
  }
  return perhaps;
}

void Decider::Order(Persona& persona, const UsageRecord& record, const Conversation& talk,
                    policy::Match* match) {
  if (match->route == nullptr) return;
  const int64_t tokens = EstimatedTokens(record);
  const auto by_price = [&](const Target& target) -> std::optional<double> {
    const cost::TokenPrices prices = terms_(NameOf(target)).prices;
    if (!prices.input || !prices.output) return std::nullopt;
    return static_cast<double>(tokens) * *prices.input +
           static_cast<double>(learning::kUsualOutputTokens) * *prices.output;
  };
  const auto in_session = [&](const Target& target) {
    return talk.now.NextTurnUsdMicros(NameOf(target), tokens, Limits(), terms_, record.at);
  };
  const learning::CostOf cost_of = match->route->prefer == Prefer::kCost
                                       ? learning::CostOf(in_session)
                                       : learning::CostOf(by_price);
  const learning::Ranker nothing_learnt;
  match->order = learning::OrderRoute(configs_.tried.matching.learning ? ranker_ : nothing_learnt,
                                      persona.own.name, *match->route, cost_of)
                     .models;
}

std::vector<Target> Decider::FirstOfRoutes(Persona& persona, const UsageRecord& record,
                                           const Conversation& talk) {
  std::vector<Target> first;
  for (const RoutePreference& route : persona.own.preferences) {
    policy::Match match;
    match.route = &route;
    Order(persona, record, talk, &match);
    AddOnce(match.order.front(), &first);
  }
  return first;
}

cost::SwitchLimits Decider::Limits() const {
  const MatchingConfig& matching = configs_.tried.matching;
  return cost::SwitchLimits::Of(matching.max_switch_spend_usd, matching.max_switch_spend_pct);
}

std::optional<policy::Held> Decider::Judge(const UsageRecord& record, const policy::Match& match,
                                           const Target& otherwise, Conversation* talk) {
  const MatchingConfig& matching = configs_.tried.matching;
  const Target& wanted = match.route == nullptr ? otherwise : match.order.front();
  if (!matching.limits_switches() || wanted.model.empty()) return std::nullopt;
  const auto limits = Limits();
  const int64_t tokens = EstimatedTokens(record);
  const std::string name = NameOf(wanted);
  const cost::SwitchVerdict verdict =
      talk->now.Judge(name, tokens, limits, terms_, record.at, talk->now.NextTurn());
  if (verdict.allowed) {
    talk->now.Charge(verdict);
    return std::nullopt;
  }
  const auto anchor = TargetOf(talk->now.anchor());
  if (!anchor) return std::nullopt;
  return policy::Held{*anchor, match.route == nullptr ? std::string() : match.route->name,
                      match.score, match.matcher, verdict.reason};
}

policy::Needs Decider::NeedsNow(Persona& persona, const UsageRecord& record,
                                const RecordedText* text) {
  policy::Needs needs = NeedsOf(record, text);
  // Where there were rules, all but the client's side requests were asked whether they continue.
  persona.had_rules = persona.had_rules || record.continued;
  if (text == nullptr && persona.had_rules && !record.continued && record.rule == "default") {
    needs.side = true;
  }
  return needs;
}

Decided Decider::Decide(const UsageRecord& record, const RecordedText* text) {
  while (applied_ < events_.size() && events_[applied_].at <= record.at) {
    ranker_.Apply(events_[applied_++]);
  }
  Persona& persona = PersonaOf(record.persona);
  Conversation& talk = talks_[KeyOf(record)];
  translate::RequestPeek peek;
  peek.model = record.requested_model;
  const policy::Needs needs = NeedsNow(persona, record, text);
  policy::Ask ask{configs_.tried, persona.own, peek, &needs};
  const bool toolless = text != nullptr && !text->tools;
  const std::string key = record.requested_model + (toolless ? kWithoutTools : "");
  const bool continues = text != nullptr ? text->continues : record.continued.value_or(false);
  auto turn = talk.turns.find(key);
  if (turn == talk.turns.end() && toolless) turn = talk.turns.find(record.requested_model);
  if (turn == talk.turns.end() && text == nullptr) turn = talk.turns.find(key + kWithoutTools);
  const bool goes_on = continues && !needs.side && turn != talk.turns.end();
  if (goes_on) ask.held = &turn->second.held;
  auto choice = policy_->Choose(ask);

  Decided decided;
  decided.basis = text != nullptr ? Basis::kText : Basis::kRecord;
  Matched matched;
  std::optional<policy::Held> stays;
  if (goes_on && choice && choice->rule == policy::Rule::kHeld) {
    decided.basis = turn->second.basis;
    decided.otherwise = turn->second.otherwise;
    talk.now.Continued(EstimatedTokens(record), Limits(), terms_);
  } else if (!persona.own.preferences.empty() && !needs.side && (!choice || choice->wants_match)) {
    Target otherwise;
    if (choice) {
      const policy::Candidate& first = choice->candidates.front();
      otherwise = {first.provider->name, first.model};
    }
    matched = MatchAgain(persona, record, text);
    const policy::Match& found = matched.match;
    const bool standing = !otherwise.model.empty() || found.route == nullptr;
    talk.now.Arrived(EstimatedTokens(record),
                     NameOf(standing ? otherwise : found.route->models.front()), Limits(), terms_,
                     record.at);
    Order(persona, record, talk, &matched.match);
    decided.basis = matched.basis;
    if (matched.basis == Basis::kUnknown) {
      decided.otherwise = FirstOfRoutes(persona, record, talk);
      if (!otherwise.model.empty()) AddOnce(otherwise, &decided.otherwise);
    }
    ask.match = &matched.match;
    stays = Judge(record, matched.match, otherwise, &talk);
    if (stays) ask.held = &*stays;
    choice = policy_->Choose(ask);
  }
  if (!choice) {
    decided.refusal = choice.error().message;
    decided.otherwise.clear();
    return decided;
  }
  decided.route = choice->route;
  for (const policy::Candidate& candidate : choice->candidates) {
    decided.candidates.push_back({candidate.provider->name, candidate.model});
  }
  decided.side = choice->candidates.front().side;
  if (Names(choice->rule)) decided.basis = Basis::kRecord;
  if (text == nullptr && !goes_on && !needs.side && !Names(choice->rule)) {
    const size_t place = decided.side ? 0 : PlaceOf(choice->route);
    for (const Target& target : PerhapsScenarios(persona, record, place)) {
      AddOnce(target, &decided.otherwise);
      decided.basis = Basis::kUnknown;
    }
  }
  std::erase(decided.otherwise, decided.candidates.front());
  if (choice->of_conversation() && !needs.side) {
    talk.turns[key] = {{decided.candidates.front(), choice->route, choice->score, choice->matcher},
                       decided.basis,
                       decided.otherwise};
  }
  return decided;
}

void Decider::Answered(const UsageRecord& record, const Target& now, const Target& then) {
  Conversation& talk = talks_[KeyOf(record)];
  const int64_t tokens = PromptTokens(record) + record.output_tokens;
  talk.now.Answered(NameOf(now), tokens, record.at);
  talk.then.Answered(NameOf(then), tokens, record.at);
}

Decider::Warm Decider::WarmTokens(const UsageRecord& record, const Target& now,
                                  const Target& then) const {
  const auto talk = talks_.find(KeyOf(record));
  if (talk == talks_.end()) return {};
  const auto warm = [&](const cost::SessionCosts& costs, const Target& target) {
    const std::string name = NameOf(target);
    return costs.WarmTokens(name, PromptTokens(record), terms_(name), record.at);
  };
  return {warm(talk->second.now, now), warm(talk->second.then, then)};
}

}  // namespace katra::router::routing::replay
