// Decides when a failed request is retried, with which candidate, and after which delay. The budget
// is short, because clients retry as well (E13). No clock of its own, no I/O.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "core/clock.h"
#include "core/ids.h"
#include "router/policy/circuits.h"
#include "router/policy/policy.h"
#include "router/translate/errors.h"

namespace katra::router::policy {

struct RetryOptions {
  int rounds = 2;  // rounds through the list of candidates
  std::chrono::milliseconds base_delay{250};
  std::chrono::milliseconds longest_delay{5'000};  // a longer retry-after is passed to the client
  std::chrono::milliseconds budget{30'000};        // no new attempt begins after this time
  // Whether candidates behind an open circuit are tried when no others are left.
  bool last_resort = true;
};

// The retry state of one request.
class RetryState {
 public:
  // All references are borrowed and outlive this object.
  RetryState(const std::vector<Candidate>& candidates, Circuits& circuits, Random& random,
             RetryOptions options, SteadyTime begun)
      : candidates_(candidates),
        circuits_(circuits),
        random_(random),
        options_(options),
        begun_(begun) {}

  // Says why a candidate must not be asked now, such as a rate limit that is used up; nullopt: it
  // may be. Such candidates are skipped, and are no last resort. Before the first Next().
  using Forbids = std::function<std::optional<translate::ApiError>(const Candidate&)>;
  void SetForbids(Forbids forbids) { forbids_ = std::move(forbids); }

  struct Choice {
    const Candidate* candidate = nullptr;
    std::chrono::milliseconds delay{0};
    bool despite_circuit = false;  // its circuit is open, but no other candidate is left
  };
  // The next candidate; nullopt: report error(). Call it once after construction, then after each
  // Failed. Candidates behind open circuits are skipped at first. When all others have failed they
  // are tried too, each once, the least bad one first: reachable before unreachable, then in order
  // of their next trial.
  [[nodiscard]] std::optional<Choice> Next(SteadyTime now);

  // The outcome of the last candidate returned by Next.
  void Failed(const translate::ApiError& error, SteadyTime now);
  void Succeeded();
  void Undecided();

  // The most informative error so far (E11); if no candidate could be tried, the reason.
  [[nodiscard]] const translate::ApiError& error() const { return error_; }
  [[nodiscard]] int tried() const { return tried_; }
  // Why candidates before the current one were forbidden; empty: none was.
  [[nodiscard]] const std::string& passed_over() const { return passed_over_; }

  // The keys of a candidate's two circuits. The provider's circuit is shared by all callers and
  // opens only when no connection could be made. Any other failure (429, 5xx, 529, a timeout, a
  // truncated answer) may be caused by the caller and counts only for its credential.
  [[nodiscard]] static std::string KeyOf(const Candidate& candidate) {
    return candidate.provider->name + "/" + candidate.model;
  }
  [[nodiscard]] static std::string CredentialKeyOf(const Candidate& candidate) {
    return KeyOf(candidate) + '\n' + candidate.credential;
  }

 private:
  [[nodiscard]] std::optional<Choice> NextAdmitted(SteadyTime now);
  [[nodiscard]] std::optional<Choice> NextBarred(SteadyTime now);
  [[nodiscard]] bool IsForbidden(const Candidate& candidate);
  void NoteBarred(const Candidate& candidate, const std::string& circuit, SteadyTime now);
  // Orders candidates behind open circuits; the smallest is tried first.
  [[nodiscard]] std::pair<bool, std::chrono::milliseconds> Badness(const Candidate& candidate,
                                                                   SteadyTime now) const;
  // The key of the open circuit; nullopt if the candidate may be tried.
  [[nodiscard]] std::optional<std::string> Barred(const Candidate& candidate, SteadyTime now);
  // Whether another key can still be tried for the current candidate's model.
  [[nodiscard]] bool HasOtherKey() const;
  void Release(const Candidate& candidate);  // ends trials of its circuits without a verdict
  [[nodiscard]] std::chrono::milliseconds Backoff();

  const std::vector<Candidate>& candidates_;
  Circuits& circuits_;
  Random& random_;
  RetryOptions options_;
  SteadyTime begun_;
  size_t position_ = 0;
  int round_ = 0;
  int tried_ = 0;
  bool final_ = false;
  const Candidate* current_ = nullptr;
  std::set<std::string> exhausted_;  // providers whose quota is used up (E7)
  // Their key is missing or was refused, or they cannot serve the request: retrying is useless.
  std::set<const Candidate*> unfit_;
  std::set<const Candidate*> asked_;
  std::set<const Candidate*> barred_;    // behind open circuits and not asked yet
  std::chrono::milliseconds wanted_{0};  // longest retry-after of this round
  Forbids forbids_;
  std::string passed_over_;
  bool has_error_ = false;
  translate::ApiError error_;
};

// A model of a provider whose circuits are open. Only the number of credentials is reported.
struct OpenCircuit {
  std::string provider;
  std::string model;
  bool unreachable = false;                 // for all callers
  size_t credentials = 0;                   // number of keys and logins for which it has failed
  std::chrono::milliseconds next_trial{0};  // until the first trial; 0: due or in progress
};
// Ordered by provider and model.
[[nodiscard]] std::vector<OpenCircuit> OpenCircuits(const Circuits& circuits, SteadyTime now);

}  // namespace katra::router::policy
