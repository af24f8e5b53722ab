// Candidates that must not be asked now are skipped, even as the last resort, and their wait is
// what is reported when nobody could be asked.
#include <map>

#include "router/policy/retry_state.h"
#include "tests/support/cpp/catch.h"

namespace katra::router::policy {
namespace {

using namespace std::chrono_literals;  // NOLINT: a test file

class NoRandom final : public Random {
 public:
  uint64_t Next() override { return 0; }
};

struct Scene {
  Scene() {
    for (Provider* provider : {&one, &other}) candidates.push_back({provider, "m", "asked"});
    one.name = "one";
    other.name = "other";
  }
  // Asks with these providers over their limit, with waits in seconds.
  RetryState Begin(const std::map<std::string, int>& over) {
    RetryState state(candidates, circuits, random, {}, SteadyTime{});
    state.SetForbids([over](const Candidate& candidate) -> std::optional<translate::ApiError> {
      const auto found = over.find(candidate.provider->name);
      if (found == over.end()) return std::nullopt;
      translate::ApiError error;
      error.failure = translate::Failure::kRateLimit;
      error.status = 429;
      error.message = candidate.provider->name + " is over its limit";
      error.retry_after = std::chrono::seconds(found->second);
      return error;
    });
    return state;
  }
  std::string Next(RetryState& state) {
    const auto next = state.Next(SteadyTime{});
    return next ? next->candidate->provider->name : "nobody";
  }

  Provider one;
  Provider other;
  std::vector<Candidate> candidates;
  Circuits circuits{Circuits::Options{}};
  NoRandom random;
};

TEST_CASE("a forbidden candidate is skipped, and the next one says why") {
  Scene scene;
  RetryState state = scene.Begin({{"one", 5}});
  CHECK(scene.Next(state) == "other");
  CHECK(state.passed_over() == "one is over its limit");
}

TEST_CASE("if all are forbidden the shortest wait is reported, and nobody is a last resort") {
  Scene scene;
  for (int i = 0; i < 6; ++i) scene.circuits.Failed(RetryState::KeyOf(scene.candidates[1]), {});
  RetryState state = scene.Begin({{"one", 50}, {"other", 7}});
  CHECK(scene.Next(state) == "nobody");
  CHECK(state.tried() == 0);
  CHECK(state.error().status == 429);
  CHECK(state.error().retry_after == 7s);
  CHECK(state.error().message == "other is over its limit");
}

TEST_CASE("the error of a candidate that was asked says more than a wait") {
  Scene scene;
  RetryState state = scene.Begin({{"other", 7}});
  CHECK(scene.Next(state) == "one");
  state.Failed(translate::NoAnswer("gone"), SteadyTime{});
  CHECK(scene.Next(state) == "one");  // once more: the other one is forbidden
  state.Failed(translate::NoAnswer("gone"), SteadyTime{});
  CHECK(scene.Next(state) == "nobody");
  CHECK(state.error().message == "gone");
}

}  // namespace
}  // namespace katra::router::policy
