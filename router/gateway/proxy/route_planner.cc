#include "router/gateway/proxy/route_planner.h"

#include <algorithm>
#include <functional>
#include <utility>

#include "router/translate/estimate.h"

namespace katra::router::gateway {
namespace {

// Whether decisions of this persona depend on what a request holds.
bool HasRules(const PersonaConfig& persona) {
  const Routes& routes = persona.routing;
  return !persona.preferences.empty() || routes.think || routes.long_context || routes.web_search ||
         routes.image || routes.subagent;
}

}  // namespace

int64_t RoutePlanner::TokensOf(const Request& request) {
  // Exact enough unless a threshold is near.
  const auto quick = static_cast<int64_t>(request.body.size() / 4);
  int64_t least = INT64_MAX;
  for (const LongContextThreshold& threshold :
       request.config->routing_rules.long_context_thresholds) {
    least = std::min(least, threshold.tokens);
  }
  if (quick < least / 2) return quick;
  return deps_.history.Trace().calibration.Apply(translate::EstimateInputTokens(request.body));
}

void RoutePlanner::ReadNeeds(const Request& request, const routing::RequestView& view) {
  const Routes& routes = persona_->routing;
  needs_.subagent = request.subagent;
  needs_.thought = view.AsksForThought();
  if (routes.web_search) {
    const auto search = view.OffersWebSearch();
    needs_.web_search = search.offered;
    needs_.web_search_alone = search.alone;
  }
  if (routes.image) needs_.earlier_image = view.MayHoldImage();
  if (routes.long_context) needs_.tokens = TokensOf(request);
}

// Clients ask the conversation's model, in its session, also for what is no part of it: then they
// offer no tools. Such a request must not take the place of the conversation's turn.
std::string RoutePlanner::TurnKey() const {
  return peek_->has_tools ? asked_ : asked_ + " without tools";
}

void RoutePlanner::FindTurn(const Request& request, const routing::RequestView& view) {
  const bool continues = view.ContinuesTurn();
  continues_ = continues;
  auto& turns = deps_.history.Trace().turns;
  auto known = turns.find(TurnKey());
  // A conversation may be continued without its tools, as when it is summarised.
  if (known == turns.end() && continues && !peek_->has_tools) known = turns.find(asked_);
  if (known != turns.end() && (continues || request.counts)) {
    held_ = known->second.held;
    turn_ = known->second.turn;
    if (!request.counts) {
      judge_.Continued(config_->matching, static_cast<int64_t>(request.body.size() / 4));
    }
    return;
  }
  const auto words = view.LastUserTurns();
  turn_ = std::hash<std::string>()(words.previous + "\x1f" + words.last) | 1U;
  needs_.image = words.image;
  if (known != turns.end() && known->second.turn == turn_) {
    held_ = known->second.held;
    again_ = true;
    return;
  }
  if (persona_->preferences.empty() || request.counts) return;
  const policy::Ask ask{*config_, *persona_, *request.peek, &needs_, nullptr, nullptr};
  const auto choice = deps_.policy.Choose(ask);
  if (choice && !choice->wants_match) return;
  const policy::Candidate* otherwise = choice ? &choice->candidates.front() : nullptr;
  if (otherwise != nullptr) otherwise_ = {otherwise->provider->name, otherwise->model};
  tokens_ = static_cast<int64_t>(request.body.size() / 4);
  words_ = words;
  const MatchingConfig& matching = config_->matching;
  // No text leaves for a request that fails whatever its route is.
  const bool asks = matching.matcher == Matcher::kModel && matching.router_model &&
                    !words.last.empty() && (choice || Matters(ask));
  if (asks) question_ = MakeQuestion(*matching.router_model, view);
  if (question_) return;
  match_ = deps_.matchers.Match(*persona_, words);
  FinishMatch();
}

bool RoutePlanner::FollowsCosts() const {
  return config_->matching.limits_switches() ||
         routing::learning::WeighsCaches(persona_->preferences);
}

void RoutePlanner::FinishMatch() {
  const MatchingConfig& matching = config_->matching;
  if (FollowsCosts()) {
    const bool standing = !otherwise_.model.empty() || match_.route == nullptr;
    judge_.Arrived(matching, standing ? otherwise_ : match_.route->models.front(), tokens_);
  }
  if (match_.route != nullptr) {
    auto order = deps_.learning.OrderOf(
        matching, caller_, *match_.route, tokens_,
        [&](const Target& target) { return judge_.TurnUsdMicros(matching, target, tokens_); });
    match_.order = std::move(order.models);
    if (!match_.reason.empty() && !order.reason.empty()) match_.reason += "; ";
    match_.reason += order.reason;
  }
  const Target& wanted = match_.route == nullptr ? otherwise_ : match_.order.front();
  if (wanted.model.empty()) return;
  auto verdict = judge_.Judge(matching, wanted, tokens_);
  if (verdict.stay_with) {
    const std::string route = match_.route == nullptr ? std::string() : match_.route->name;
    held_ = policy::Held{std::move(*verdict.stay_with), route, match_.score, match_.matcher,
                         std::move(verdict.reason)};
  } else if (!verdict.reason.empty()) {
    match_.reason += (match_.reason.empty() ? "" : "; ") + verdict.reason;
  }
}

bool RoutePlanner::Matters(const policy::Ask& ask) const {
  const policy::Match any{&persona_->preferences.front(), 1, "model", {}};
  policy::Ask matched = {ask.config, ask.persona, ask.request, ask.needs, &any, ask.held};
  const auto choice = deps_.policy.Choose(matched);
  return choice && choice->rule == policy::Rule::kPreference;
}

std::optional<RouterQuestion> RoutePlanner::MakeQuestion(const Target& target,
                                                         const routing::RequestView& view) const {
  const Provider* provider = config_->FindProvider(target.provider);
  if (provider == nullptr) return std::nullopt;
  RouterQuestion question =
      MakeRouterQuestion(*provider, target.model, persona_->preferences, view.ConversationTail(),
                         deps_.router_model.prompts());
  question.timeout = std::chrono::milliseconds(config_->matching.router_model_timeout_ms);
  question.key_command = deps_.sources.CommandOf(*provider);
  const std::vector<std::string> variables = deps_.sources.VariablesOf(*provider);
  for (const std::string& variable : variables) {
    if (question.key.empty()) question.key = deps_.sources.ValueOf(variable);
  }
  if (question.key.empty() && !variables.empty()) question.missing_key = variables.front();
  return question;
}

void RoutePlanner::TakeVerdict(const RouterVerdict& verdict) {
  if (!verdict.decided) {
    match_ = deps_.matchers.Match(*persona_, words_);
    match_.reason = verdict.reason;
    FinishMatch();
    return;
  }
  match_ = {nullptr, -1, "model", verdict.reason};  // it gives no probability
  for (const RoutePreference& route : persona_->preferences) {
    if (route.name == verdict.route) match_.route = &route;
  }
  FinishMatch();
}

policy::Ask RoutePlanner::MakeAsk() const {
  const policy::Match* match = match_.matcher.empty() ? nullptr : &match_;
  return {*config_, *persona_, *peek_, &needs_, match, held_ ? &*held_ : nullptr};
}

void RoutePlanner::Plan(const Request& request, Ready ready) {
  config_ = request.config;
  persona_ = request.persona;
  peek_ = request.peek;
  asked_ = request.peek->model;
  caller_ = request.caller;
  const routing::RequestView view(request.format, request.body, *request.peek);
  const bool rules = HasRules(*persona_);
  if (rules || persona_->routing.background) needs_.side = view.IsSideRequest();
  if (const auto tag = view.FindSubagentTag()) {
    needs_.subagent_tag = tag->model;
    tag_ = tag->span;
  } else if (rules && !needs_.side) {
    ReadNeeds(request, view);
    FindTurn(request, view);
  }
  estimated_tokens_ =
      needs_.tokens >= 0 ? needs_.tokens : static_cast<int64_t>(request.body.size() / 4);
  if (question_) {
    const auto known = deps_.router_model.Known(*question_);
    if (!known) {
      asking_ = deps_.router_model.Ask(std::move(*question_),
                                       [this, ready = std::move(ready)](const RouterVerdict& said) {
                                         const auto ended = std::move(asking_);
                                         TakeVerdict(said);
                                         ready(MakeAsk());
                                       });
      return;
    }
    TakeVerdict(*known);
  }
  ready(MakeAsk());
}

void RoutePlanner::LearnFrom(const policy::Choice& choice) {
  auto& routed = deps_.history.Trace().routed;
  if (!routed || !routed->answered || !config_->matching.learning) return;
  const policy::Candidate& first = choice.candidates.front();
  const std::string chosen = first.provider->name + "/" + first.model;
  if (choice.rule == policy::Rule::kExplicit) {
    if (chosen != routed->candidate) {
      deps_.learning.NoteSwitch(caller_, routed->route, routed->candidate, chosen);
    }
    routed.reset();
  } else if (again_ && routed->turn == turn_) {
    deps_.learning.NoteRetry(caller_, routed->route, routed->candidate);
    routed->answered = false;
  }
}

void RoutePlanner::NoteAnswered(const Target& model, const translate::Usage& usage) {
  if (FollowsCosts()) judge_.Answered(model, usage);
  auto& routed = deps_.history.Trace().routed;
  if (routed && routed->turn == turn_) routed->answered = true;
}

void RoutePlanner::NoteChoice(const policy::Choice& choice) {
  LearnFrom(choice);
  judge_.Charge();
  if (turn_ == 0 || !choice.of_conversation()) return;
  auto& turns = deps_.history.Trace().turns;
  constexpr size_t kMostModels = 8;
  const std::string key = TurnKey();
  if (turns.size() >= kMostModels && turns.count(key) == 0) turns.clear();
  const policy::Candidate& first = choice.candidates.front();
  if (choice.rule == policy::Rule::kPreference) {
    deps_.history.Trace().routed = {turn_, choice.route, first.provider->name + "/" + first.model,
                                    false};
  }
  turns[key] = {turn_,
                {{first.provider->name, first.model}, choice.route, choice.score, choice.matcher}};
}

}  // namespace katra::router::gateway
