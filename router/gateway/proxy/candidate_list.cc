#include "router/gateway/proxy/candidate_list.h"

#include <algorithm>
#include <string>
#include <utility>

#include "router/gateway/access/models.h"
#include "router/gateway/subscription/chatgpt_limits.h"

namespace katra::router::gateway {

std::optional<CandidateList::Refusal> CandidateList::Choose(const policy::Ask& ask,
                                                            const http::Headers& client) {
  auto chosen = deps_.policy.Choose(ask);
  if (!chosen) return Refusal{translate::ApiErrorOf(chosen.error())};  // E17
  choice_ = std::move(*chosen);
  std::vector<policy::Candidate>& candidates = choice_.candidates;
  if (auto refused = KeepAllowed(deps_.caller, candidates)) {
    return Refusal{std::move(*refused), true};
  }
  if (ask.persona.own_login) {
    if (auto two = CheckOneLogin(client)) return Refusal{std::move(*two)};
    for (policy::Candidate& candidate : candidates) {
      candidate.provider = &deps_.sources.AskedOnLogin(*candidate.provider);
    }
  }
  SpreadOverKeys();
  PutRestingPlansLast();
  return std::nullopt;
}

std::optional<CandidateList::Refusal> CandidateList::KeepPaid(const BudgetKeeper& budgets) {
  if (auto spent = budgets.Apply(deps_.caller.persona, &choice_)) {
    return Refusal{std::move(*spent)};
  }
  return std::nullopt;
}

void CandidateList::SpreadOverKeys() {
  std::vector<std::vector<credentials::ProviderKey>> keys;
  keys.reserve(choice_.candidates.size());
  for (const policy::Candidate& candidate : choice_.candidates) {
    keys.push_back(KeysOf(candidate, keys.empty()));
  }
  choice_.candidates =
      credentials::SpreadOverKeys(choice_.candidates, keys, deps_.rests, deps_.clock.Steady());
}

std::vector<credentials::ProviderKey> CandidateList::KeysOf(const policy::Candidate& candidate,
                                                            bool first) {
  const Provider& provider = *candidate.provider;
  std::vector<credentials::ProviderKey> keys = deps_.sources.KeysOf(candidate);
  if (keys.size() == 1) return keys;
  // A prompt that is cached is an account's: the session stays where it was.
  SessionTrace& trace = deps_.history.SharedTrace();
  auto mine = trace.keys.find(provider.name);
  if (mine == trace.keys.end() && first && provider.key_order == KeyOrder::kRoundRobin) {
    const size_t turn = deps_.rests.NextTurn(provider.name) % keys.size();
    mine = trace.keys.emplace(provider.name, keys[turn].variable).first;
  }
  if (mine == trace.keys.end()) return keys;
  const auto at = std::find_if(keys.begin(), keys.end(), [&](const credentials::ProviderKey& key) {
    return key.variable == mine->second;
  });
  if (at == keys.end()) return keys;
  if (provider.key_order == KeyOrder::kRoundRobin) {
    std::rotate(keys.begin(), at, keys.end());
  } else {
    std::rotate(keys.begin(), at, at + 1);
  }
  return keys;
}

void CandidateList::PutRestingPlansLast() {
  const WallTime now = deps_.clock.Now();
  std::string resting;
  const auto rests = [&](const policy::Candidate& candidate) {
    const auto until = deps_.plan_limits.RestsUntil(candidate.credential, deps_.caller.persona,
                                                    candidate.model, now);
    if (until) resting = candidate.provider->name + " rests until " + FormatRfc3339(*until);
    return until.has_value();
  };
  std::stable_partition(choice_.candidates.begin(), choice_.candidates.end(),
                        [&](const policy::Candidate& candidate) { return !rests(candidate); });
  if (!resting.empty()) choice_.candidates.front().reason += " (the plan at " + resting + ")";
}

bool CandidateList::HasOtherKey(const policy::Candidate& candidate) const {
  return !candidate.key_env.empty() &&
         std::any_of(choice_.candidates.begin(), choice_.candidates.end(), [&](const auto& other) {
           return other.provider == candidate.provider && other.key_env != candidate.key_env;
         });
}

void CandidateList::NoteAnswer(const policy::Candidate& candidate) {
  if (!HasOtherKey(candidate)) return;
  deps_.history.SharedTrace().keys[candidate.provider->name] = candidate.key_env;
}

void CandidateList::NoteFailure(const policy::Candidate& candidate,
                                const translate::ApiError& error, const UpstreamRequest* upstream) {
  if (!HasOtherKey(candidate)) return;
  const translate::Headers reply =
      upstream == nullptr ? translate::Headers{} : ToPairs(upstream->reply_headers());
  deps_.rests.Failed(candidate, error, reply, deps_.clock.Steady(), deps_.clock.Now());
}

void CandidateList::NotePlanLimit(const policy::Candidate& candidate,
                                  const UpstreamRequest& upstream, const RawReply* raw,
                                  translate::ApiError* error) {
  if (!deps_.sources.IsPlan(candidate)) return;
  const WallTime now = deps_.clock.Now();
  const http::Headers& headers = upstream.reply_headers();
  const std::string_view body = raw == nullptr ? upstream.refusal() : raw->body;
  // Anthropic's plans are asked by the Messages API, ChatGPT's by the Responses API.
  auto rest = candidate.interface() == Interface::kResponses
                  ? ReadChatGptRest(upstream.status(), headers, body, candidate.model, now)
                  : ReadPlanRest(upstream.status(), headers, candidate.model, now);
  if (!rest) return;
  // Neither a circuit nor a wait within this request: it is known how long it lasts. Other models
  // of the same plan may still have room when it is for a family of them alone.
  error->failure = rest->models.empty() ? translate::Failure::kQuota : translate::Failure::kNoKey;
  deps_.plan_limits.Note(candidate.credential, candidate.provider->name, deps_.caller.persona,
                         std::move(*rest), now);
}

}  // namespace katra::router::gateway
