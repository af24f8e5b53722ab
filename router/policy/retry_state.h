// When a failed request is tried again, with whom, and after how long. Its budget is short, because
// the client tries again as well (E13). No clock of its own, no I/O.
#pragma once

#include <chrono>
#include <cstddef>
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
  int rounds = 2;  // through the list of candidates
  std::chrono::milliseconds base_delay{250};
  std::chrono::milliseconds longest_delay{5'000};  // a longer retry-after is the client's to wait
  std::chrono::milliseconds budget{30'000};        // after it no new attempt begins
  // Whether candidates behind an open circuit are asked once nobody else is left.
  bool last_resort = true;
};

// One request's way through its candidates.
class RetryState {
 public:
  // Borrowed: all of them outlive this.
  RetryState(const std::vector<Candidate>& candidates, Circuits& circuits, Random& random,
             RetryOptions options, SteadyTime begun)
      : candidates_(candidates),
        circuits_(circuits),
        random_(random),
        options_(options),
        begun_(begun) {}

  struct Choice {
    const Candidate* candidate = nullptr;
    std::chrono::milliseconds delay{0};
    bool despite_circuit = false;  // its circuit is open, but nobody else is left
  };
  // Whom to ask next; nothing: report the most telling error. Call once after construction, then
  // after each Failed. A circuit spares a provider, but strands nobody: when all the others have
  // failed, those behind open circuits are asked as well, each once, the least bad one first. That
  // is one that can be reached before one that cannot, then the one whose trial is due first.
  [[nodiscard]] std::optional<Choice> Next(SteadyTime now);

  // What became of the last candidate taken.
  void Failed(const translate::ApiError& error, SteadyTime now);
  void Succeeded();
  void Undecided();

  // The most telling error so far (E11); when nobody could be asked, what stands in the way.
  [[nodiscard]] const translate::ApiError& error() const { return error_; }
  [[nodiscard]] int tried() const { return tried_; }

  // The circuits that a candidate stands behind. That of the provider is for all who ask, and
  // opens only when there was no connection: whatever else goes wrong (429, 5xx, 529, a time-out,
  // an answer that breaks off) may be the doing of who asks, and counts for that credential alone.
  [[nodiscard]] static std::string KeyOf(const Candidate& candidate) {
    return candidate.provider->name + "/" + candidate.model;
  }
  [[nodiscard]] static std::string CredentialKeyOf(const Candidate& candidate) {
    return KeyOf(candidate) + '\n' + candidate.credential;
  }

 private:
  [[nodiscard]] std::optional<Choice> NextAdmitted(SteadyTime now);
  [[nodiscard]] std::optional<Choice> NextBarred(SteadyTime now);
  void NoteBarred(const Candidate& candidate, const std::string& circuit, SteadyTime now);
  // How bad a candidate behind an open circuit is: the least comes first.
  [[nodiscard]] std::pair<bool, std::chrono::milliseconds> Badness(const Candidate& candidate,
                                                                   SteadyTime now) const;
  // The key of the circuit that is open; nothing: the candidate may be asked.
  [[nodiscard]] std::optional<std::string> Barred(const Candidate& candidate, SteadyTime now);
  // Whether another key may still be tried for what the current candidate is.
  [[nodiscard]] bool HasOtherKey() const;
  void Release(const Candidate& candidate);  // a trial of its circuits ended without a word
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
  std::set<std::string> exhausted_;     // providers whose quota is used up (E7)
  std::set<const Candidate*> keyless_;  // no second try finds a key, or one that is taken
  std::set<const Candidate*> asked_;
  std::set<const Candidate*> barred_;    // behind open circuits, and not asked yet
  std::chrono::milliseconds wanted_{0};  // by a retry-after of this round
  bool has_error_ = false;
  translate::ApiError error_;
};

// What is left alone of one provider's model. Of credentials only their number is told.
struct OpenCircuit {
  std::string provider;
  std::string model;
  bool unreachable = false;                 // by anybody
  size_t credentials = 0;                   // keys and logins for which it has failed
  std::chrono::milliseconds next_trial{0};  // until the first of them; 0: it is due, or under way
};
// In the order of provider and model.
[[nodiscard]] std::vector<OpenCircuit> OpenCircuits(const Circuits& circuits, SteadyTime now);

}  // namespace katra::router::policy
