// What every store promises of what models answered: figures, verified tags, kept reasoning.
#include <limits>

#include "tests/contract/backend.h"
#include "tests/support/cpp/catch.h"

using namespace katra;                   // NOLINT: a test file
using namespace katra::store;            // NOLINT
using namespace katra::store::contract;  // NOLINT

namespace {

UsageRecord Answered(Backend& backend, const std::string& persona, const std::string& model) {
  UsageRecord record;
  record.at = backend.clock.Now();
  record.request_id = "req_1";
  record.endpoint = "messages";
  record.persona = persona;
  record.provider = "openai";
  record.model = model;
  record.status = 200;
  record.attempts = 1;
  record.verifies = true;
  record.input_tokens = 10;
  record.output_tokens = 5;
  record.cost_usd_micros = 7;
  record.duration_ms = 3;
  return record;
}

ProviderTag TagOf(Backend& backend, SessionId session) {
  return backend.store().GetSession(session, CallContext{})->tag;
}

}  // namespace

TEST_CASE("an answer makes the tag of its persona's session verified", "[contract]") {
  auto backend = MakeBackend(GENERATE(from_range(BackendNames())));
  const Session sam = Enter(*backend, "Sam");
  const Session eve = Enter(*backend, "Eve");
  REQUIRE(backend->store().RecordUsage({Answered(*backend, "sam", "gpt-4-0613")}, CallContext{}));
  CHECK(Describe(TagOf(*backend, sam.id)) == "openai/gpt-4-0613, verified");
  CHECK(TagOf(*backend, eve.id).source != TagSource::kVerified);

  SECTION("and the next answer of another model replaces it") {
    REQUIRE(backend->store().RecordUsage({Answered(*backend, "Sam", "gpt-5")}, CallContext{}));
    CHECK(Describe(TagOf(*backend, sam.id)) == "openai/gpt-5, verified");
  }
  SECTION("but no answer to a side request does") {
    UsageRecord side = Answered(*backend, "Sam", "small");
    side.verifies = false;
    REQUIRE(backend->store().RecordUsage({side}, CallContext{}));
    CHECK(Describe(TagOf(*backend, sam.id)) == "openai/gpt-4-0613, verified");
  }
  SECTION("and what is said afterwards carries it") {
    SayRequest say;
    say.session = sam.id;
    say.body = "hello";
    const auto said = backend->store().Say(say, CallContext{});
    REQUIRE(said);
    HistoryRequest request;
    request.session = eve.id;
    const auto history = backend->store().History(request, CallContext{});
    REQUIRE(history);
    CHECK(Describe(history->hits.at(0).message.tag) == "openai/gpt-4-0613, verified");
  }
}

TEST_CASE("an answer of one conversation leaves the persona's other one alone", "[contract]") {
  auto backend = MakeBackend(GENERATE(from_range(BackendNames())));
  const Session first = Enter(*backend, "Sam");
  const Session second = Enter(*backend, "Sam");
  REQUIRE(backend->store().SetClientSession(first.id, "c1", CallContext{}));
  REQUIRE(backend->store().SetClientSession(second.id, "c2", CallContext{}));
  UsageRecord record = Answered(*backend, "Sam", "gpt-5");
  record.client_session_id = "c2";
  REQUIRE(backend->store().RecordUsage({record}, CallContext{}));
  CHECK(TagOf(*backend, first.id).source != TagSource::kVerified);
  CHECK(TagOf(*backend, second.id).source == TagSource::kVerified);
}

TEST_CASE("usage is summed by whom and by what", "[contract]") {
  auto backend = MakeBackend(GENERATE(from_range(BackendNames())));
  UsageRecord failed = Answered(*backend, "Sam", "b");
  failed.error = "api_error";
  failed.cost_usd_micros.reset();
  REQUIRE(backend->store().RecordUsage(
      {Answered(*backend, "Sam", "a"), Answered(*backend, "Eve", "a"), failed}, CallContext{}));
  const auto sums = [&](UsageGroup group) {
    return *backend->store().SumUsage(group, WallTime{}, CallContext{});
  };
  REQUIRE(sums(UsageGroup::kPersona).size() == 2);
  const UsageSum sam = sums(UsageGroup::kPersona).at(1);
  CHECK(sam.key == "Sam");
  CHECK(sam.requests == 2);
  CHECK(sam.errors == 1);
  CHECK(sam.input_tokens == 20);
  CHECK(sam.cost_usd_micros == 7);
  CHECK(sam.unpriced == 1);
  CHECK(sums(UsageGroup::kModel).at(0).key == "openai/a");
  CHECK(sums(UsageGroup::kProvider).at(0).requests == 3);
  CHECK(sums(UsageGroup::kKey).at(0).key == "(none)");
  UsageRecord with_key = Answered(*backend, "Eve", "a");
  with_key.key_name = "KEY_B";
  REQUIRE(backend->store().RecordUsage({with_key}, CallContext{}));
  REQUIRE(sums(UsageGroup::kKey).size() == 2);
  CHECK(sums(UsageGroup::kKey).at(1).key == "KEY_B");
  CHECK(sums(UsageGroup::kKey).at(1).requests == 1);
  CHECK(sums(UsageGroup::kDay).at(0).key == FormatDate(backend->clock.Now()));
  failed.input_tokens = failed.output_tokens = 0;
  failed.cache_read_tokens = failed.cache_write_tokens = 0;
  REQUIRE(backend->store().RecordUsage({failed}, CallContext{}));
  CHECK(sums(UsageGroup::kPersona).at(1).errors == 2);
  CHECK(sums(UsageGroup::kPersona).at(1).unpriced == 1);
  const auto later = backend->store().SumUsage(
      UsageGroup::kDay, backend->clock.Now() + std::chrono::hours(1), CallContext{});
  CHECK(later->empty());
}

TEST_CASE("what came from a cache is a share of what providers told of, and not told is not 0",
          "[contract]") {
  auto backend = MakeBackend(GENERATE(from_range(BackendNames())));
  const auto answer = [&](const char* persona, bool told, int64_t read) {
    UsageRecord record = Answered(*backend, persona, "a");
    record.input_tokens = 60;
    record.cache_write_tokens = 10;
    record.cache_read_tokens = read;
    record.cache_told = told;
    return record;
  };
  UsageRecord failed = answer("Eve", false, 0);
  failed.error = "api_error";
  REQUIRE(backend->store().RecordUsage({answer("Sam", true, 30), answer("Sam", true, 0),
                                        answer("Sam", false, 0), answer("Eve", false, 0), failed},
                                       CallContext{}));
  const auto sums = *backend->store().SumUsage(UsageGroup::kPersona, WallTime{}, CallContext{});
  CHECK(sums.at(1).cache_read_tokens == 30);
  CHECK(sums.at(1).cache_told_prompt_tokens == 170);
  CHECK(sums.at(1).cache_untold == 1);
  CHECK(sums.at(0).cache_read_tokens == 0);
  CHECK(sums.at(0).cache_told_prompt_tokens == 0);
  CHECK(sums.at(0).cache_untold == 1);
}

TEST_CASE("reasoning is kept by tool call, the newest first", "[contract]") {
  auto backend = MakeBackend(GENERATE(from_range(BackendNames())));
  REQUIRE(backend->store().KeepReasoning({{"call_1", "{\"a\":1}"}}, CallContext{}));
  backend->clock.Advance(std::chrono::seconds(1));
  REQUIRE(backend->store().KeepReasoning({{"call_2", "{}"}}, CallContext{}));
  backend->clock.Advance(std::chrono::seconds(1));
  REQUIRE(backend->store().KeepReasoning({{"call_1", "{\"a\":2}"}}, CallContext{}));
  const auto kept = backend->store().LatestReasoning(10, CallContext{});
  REQUIRE(kept->size() == 2);
  CHECK(kept->at(0).tool_id == "call_1");
  CHECK(kept->at(0).kept == "{\"a\":2}");
  CHECK(backend->store().LatestReasoning(1, CallContext{})->size() == 1);
}

TEST_CASE("counts that no answer has are bounded, and their sums do not fail", "[contract]") {
  auto backend = MakeBackend(GENERATE(from_range(BackendNames())));
  constexpr int64_t kHuge = std::numeric_limits<int64_t>::max();
  UsageRecord huge = Answered(*backend, "Sam", "a");
  huge.input_tokens = huge.output_tokens = kHuge;
  huge.cache_read_tokens = huge.cache_write_tokens = kHuge;
  huge.cost_usd_micros = kHuge;
  UsageRecord negative = Answered(*backend, "Eve", "a");
  negative.input_tokens = std::numeric_limits<int64_t>::min();
  negative.cost_usd_micros = -5;
  REQUIRE(backend->store().RecordUsage({huge, huge, huge, negative}, CallContext{}));
  for (const UsageGroup group : {UsageGroup::kPersona, UsageGroup::kProvider, UsageGroup::kModel,
                                 UsageGroup::kDay, UsageGroup::kKey}) {
    REQUIRE(backend->store().SumUsage(group, WallTime{}, CallContext{}));
  }
  const auto sums = *backend->store().SumUsage(UsageGroup::kPersona, WallTime{}, CallContext{});
  CHECK(sums.at(0).input_tokens == 0);
  CHECK(sums.at(0).cost_usd_micros == 0);
  CHECK(sums.at(1).input_tokens == 3'000'000'000);
  CHECK(sums.at(1).cache_write_tokens == 3'000'000'000);
  CHECK(sums.at(1).cost_usd_micros == 3'000'000'000'000);
}
