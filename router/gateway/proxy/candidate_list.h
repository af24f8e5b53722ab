// The candidates for one request, in order: those that the policy chooses and the token allows, one
// for each key of a provider, with plans whose limit is reached last. Records what an attempt shows
// about its key or plan. Sends nothing.
#pragma once

#include <optional>
#include <vector>

#include "core/clock.h"
#include "router/credentials/key_rests.h"
#include "router/gateway/access/caller.h"
#include "router/gateway/proxy/credential_sources.h"
#include "router/gateway/proxy/session_history.h"
#include "router/gateway/proxy/upstream_request.h"
#include "router/gateway/spending/budget_keeper.h"
#include "router/gateway/subscription/plan_limits.h"
#include "router/policy/policy.h"

namespace katra::router::gateway {

// On the loop's thread.
class CandidateList {
 public:
  // Borrowed: all of them outlive this.
  struct Deps {
    const policy::Policy& policy;
    credentials::KeyRests& rests;
    PlanLimits& plan_limits;
    const Clock& clock;
    const Caller& caller;
    const CredentialSources& sources;
    SessionHistory& history;
  };
  explicit CandidateList(const Deps& deps) : deps_(deps) {}

  struct Refusal {
    translate::ApiError error;
    bool not_allowed = false;  // by the token
  };
  // Call it once, before anything else. `client`: the headers of the request. nullopt: there is at
  // least one candidate.
  [[nodiscard]] std::optional<Refusal> Choose(const policy::Ask& ask, const http::Headers& client);
  // Call it after Choose(), before pointers to candidates are kept. Removes candidates whose budget
  // is spent. nullopt: at least one is left.
  [[nodiscard]] std::optional<Refusal> KeepPaid(const BudgetKeeper& budgets);
  // The rule that decided, and why. Its candidates are in all().
  [[nodiscard]] const policy::Choice& choice() const { return choice_; }
  // In the order in which to try them. Pointers to them stay valid.
  [[nodiscard]] const std::vector<policy::Candidate>& all() const { return choice_.candidates; }

  // Whether there is another key of the same provider to try.
  [[nodiscard]] bool HasOtherKey(const policy::Candidate& candidate) const;
  // Keeps the session on the key that succeeded.
  void NoteAnswer(const policy::Candidate& candidate);
  // Rests a key that was refused, or whose limit is reached. `upstream`: nullptr if no request was
  // sent.
  void NoteFailure(const policy::Candidate& candidate, const translate::ApiError& error,
                   const UpstreamRequest* upstream);
  // Call this when the client's own login was sent to `upstream` and refused. If a plan's limit is
  // reached, `error` becomes one after which the next candidate is tried without delay. `raw` may
  // be nullptr.
  void NotePlanLimit(const policy::Candidate& candidate, const UpstreamRequest& upstream,
                     const RawReply* raw, translate::ApiError* error);

 private:
  // Makes one candidate for each key that a provider has.
  void SpreadOverKeys();
  [[nodiscard]] std::vector<credentials::ProviderKey> KeysOf(const policy::Candidate& candidate,
                                                             bool first);
  // Moves plans whose limit is reached to the end, so that all others are tried first.
  void PutRestingPlansLast();

  Deps deps_;
  policy::Choice choice_;
};

}  // namespace katra::router::gateway
