// How long keys rest, and in which order they are asked.
#include "router/credentials/key_rests.h"

#include "router/credentials/credential.h"
#include "tests/support/cpp/catch.h"

namespace katra::router::credentials {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using translate::ApiError;
using translate::Failure;

const WallTime kNow = *ParseTime("2026-11-21T12:00:00Z", {});
const SteadyTime kSteady{};

ApiError Of(Failure failure, std::optional<milliseconds> retry_after = std::nullopt) {
  ApiError error;
  error.failure = failure;
  error.retry_after = retry_after;
  return error;
}

TEST_CASE("a key rests as long as the reply says, else as long as is usual") {
  const translate::Headers none;
  CHECK(RestOf(Of(Failure::kRateLimit), none, kNow) == seconds(60));
  CHECK(RestOf(Of(Failure::kAuthentication), none, kNow) == seconds(300));
  CHECK(RestOf(Of(Failure::kPermission), none, kNow) == seconds(300));
  CHECK(RestOf(Of(Failure::kQuota), none, kNow) == seconds(900));
  CHECK(RestOf(Of(Failure::kBilling), none, kNow) == seconds(900));
  CHECK(RestOf(Of(Failure::kRateLimit, milliseconds(1500)), none, kNow) == milliseconds(1500));
  CHECK(RestOf(Of(Failure::kRateLimit, std::chrono::hours(99)), none, kNow) ==
        std::chrono::hours(24));
  for (const Failure failure :
       {Failure::kInvalidRequest, Failure::kServer, Failure::kOverloaded, Failure::kNoAnswer,
        Failure::kContextOverflow, Failure::kNotFound, Failure::kNoKey}) {
    CHECK_FALSE(RestOf(Of(failure), none, kNow));
  }
  CHECK(RestOf(Of(Failure::kRateLimit), {{"Retry-After", "Sat, 21 Nov 2026 12:00:07 GMT"}}, kNow) ==
        seconds(7));
  CHECK(RestOf(Of(Failure::kRateLimit),
               {{"anthropic-ratelimit-requests-remaining", "0"},
                {"anthropic-ratelimit-requests-reset", "2026-11-21T12:00:09Z"},
                {"anthropic-ratelimit-tokens-remaining", "5"},
                {"anthropic-ratelimit-tokens-reset", "2026-11-21T13:00:00Z"}},
               kNow) == seconds(9));
  CHECK(RestOf(Of(Failure::kRateLimit), {{"retry-after", "nonsense"}}, kNow) == seconds(60));
  CHECK(RestOf(Of(Failure::kRateLimit), {{"retry-after", "Sat, 21 Nov 2020 12:00:07 GMT"}}, kNow) ==
        milliseconds(0));
}

struct Scene {
  router::Provider one;
  router::Provider two;
  KeyRests rests;
  std::vector<policy::Candidate> candidates;
  std::vector<std::vector<ProviderKey>> keys;

  Scene() {
    one.name = "one";
    two.name = "two";
    candidates = {{&one, "m", "", false}, {&two, "n", "", false}};
    keys = {{{"A", "a"}, {"B", "b"}}, {{"C", "c"}}};
  }
  std::string Order(SteadyTime now) const {
    std::string order;
    const auto spread = SpreadOverKeys(candidates, keys, rests, now);
    for (const policy::Candidate& candidate : spread) order += candidate.key_env;
    return order;
  }
  void Fail(const std::string& key, Failure failure, std::optional<milliseconds> wait = {}) {
    policy::Candidate candidate = candidates.front();
    candidate.credential = key;
    rests.Failed(candidate, Of(failure, wait), {}, kSteady, kNow);
  }
};

TEST_CASE("keys that rest come last, the one that is ready first before the others") {
  Scene scene;
  CHECK(scene.Order(kSteady) == "ABC");
  scene.Fail("a", Failure::kRateLimit, seconds(10));
  CHECK(scene.Order(kSteady) == "BCA");
  scene.Fail("b", Failure::kRateLimit, seconds(5));
  CHECK(scene.Order(kSteady) == "CBA");
  CHECK(scene.Order(kSteady + seconds(5)) == "BCA");
  CHECK(scene.Order(kSteady + seconds(10)) == "ABC");
}

TEST_CASE(
    "a limit is one of a model, a refusal one of the account, and a later word does not shorten "
    "it") {
  Scene scene;
  scene.Fail("a", Failure::kRateLimit, seconds(10));
  scene.candidates.front().model = "other";
  CHECK(scene.Order(kSteady) == "ABC");
  scene.Fail("a", Failure::kAuthentication);
  scene.candidates.front().model = "m";
  CHECK(scene.Order(kSteady + seconds(60)) == "BCA");
  scene.Fail("a", Failure::kQuota, milliseconds(1));
  CHECK(scene.Order(kSteady + seconds(60)) == "BCA");
  scene.Fail("a", Failure::kServer);
  CHECK(scene.Order(kSteady + seconds(301)) == "ABC");
}

TEST_CASE("one key never rests, and turns go round") {
  Scene scene;
  scene.keys.front().pop_back();
  scene.Fail("a", Failure::kAuthentication);
  CHECK(scene.Order(kSteady) == "AC");
  CHECK(scene.rests.NextTurn("one") == 0);
  CHECK(scene.rests.NextTurn("one") == 1);
  CHECK(scene.rests.NextTurn("two") == 0);
}

TEST_CASE("a key goes in the header that its provider reads") {
  using router::Auth;
  using router::Interface;
  const auto headers = [](Interface interface, Auth auth, const char* key = "k") {
    router::Provider provider;
    provider.auth = auth;
    std::string shown;
    for (const http::Header& header : CredentialHeaders(provider, interface, key)) {
      shown += header.name + "=" + header.value + " ";
    }
    return shown;
  };
  CHECK(headers(Interface::kMessages, Auth::kXApiKey) == "x-api-key=k ");
  CHECK(headers(Interface::kMessages, Auth::kBearer) == "authorization=Bearer k ");
  CHECK(headers(Interface::kMessages, Auth::kBoth) == "x-api-key=k authorization=Bearer k ");
  CHECK(headers(Interface::kMessages, Auth::kApiKey) == "api-key=k ");
  CHECK(headers(Interface::kMessages, Auth::kNone).empty());
  CHECK(headers(Interface::kChat, Auth::kBearer) == "authorization=Bearer k ");
  CHECK(headers(Interface::kChat, Auth::kBoth) == "authorization=Bearer k ");
  CHECK(headers(Interface::kResponses, Auth::kBoth) == "authorization=Bearer k ");
  CHECK(headers(Interface::kChat, Auth::kApiKey) == "api-key=k ");
  CHECK(headers(Interface::kChat, Auth::kApiKey, "").empty());
}

}  // namespace
}  // namespace katra::router::credentials
