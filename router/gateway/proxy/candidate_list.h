// Who may answer one request, in which order: what the policy chooses and the token allows, one
// candidate for each key of a provider, plans whose limit is reached last. Notes what an attempt
// says of the key or the plan that it went with. Asks nobody.
#pragma once

#include <optional>
#include <vector>

#include "core/clock.h"
#include "router/credentials/key_rests.h"
#include "router/gateway/access/caller.h"
#include "router/gateway/proxy/credential_sources.h"
#include "router/gateway/proxy/session_history.h"
#include "router/gateway/proxy/upstream_request.h"
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
  // Once, before anything else. `client`: the headers of the request. Nothing: there is at least
  // one candidate.
  [[nodiscard]] std::optional<Refusal> Choose(const policy::Ask& ask, const http::Headers& client);
  // Which rule has chosen, and why. Its candidates are in all().
  [[nodiscard]] const policy::Choice& choice() const { return choice_; }
  // In the order in which they are to be asked. They stay where they are.
  [[nodiscard]] const std::vector<policy::Candidate>& all() const { return choice_.candidates; }

  // Whether another key of the same provider may be asked, too.
  [[nodiscard]] bool HasOtherKey(const policy::Candidate& candidate) const;
  // The session stays with the key that has answered.
  void NoteAnswer(const policy::Candidate& candidate);
  // The key that was refused, or whose limit is reached, rests. `upstream`: nullptr: it was not
  // asked.
  void NoteFailure(const policy::Candidate& candidate, const translate::ApiError& error,
                   const UpstreamRequest* upstream);
  // The client's own login was sent to `upstream`, and refused. When the limit of a plan is reached
  // `error` becomes one that other candidates do not wait for. `raw` may be nullptr.
  void NotePlanLimit(const policy::Candidate& candidate, const UpstreamRequest& upstream,
                     const RawReply* raw, translate::ApiError* error);

 private:
  // Makes one candidate of each key that a provider has.
  void SpreadOverKeys();
  [[nodiscard]] std::vector<credentials::ProviderKey> KeysOf(const policy::Candidate& candidate,
                                                             bool first);
  // Plans whose limit is reached go last: whoever else may answer is asked before.
  void PutRestingPlansLast();

  Deps deps_;
  policy::Choice choice_;
};

}  // namespace katra::router::gateway
