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

TEST_CASE("how a model was chosen is read as it was recorded", "[contract]") {
  auto backend = MakeBackend(GENERATE(from_range(BackendNames())));
  UsageRecord record = Answered(*backend, "Sam", "gpt-5-2026-01-01");
  record.request_id = "req_a";
  record.upstream_id = "up_a";
  record.client_session_id = "c1";
  record.requested_model = "claude-sonnet-5";
  record.asked_model = "gpt-5";
  record.rule = "preference";
  record.route = "code review";
  record.matcher = "local";
  record.score = 0.91;
  record.reason = "fallback 1";
  record.tried = {{"anthropic", "opus", "1st of route code review", 529, "overloaded_error", 40},
                  {"openai", "gpt-5", "fallback 1", 200, "", 772}};
  record.attempts = 2;
  record.first_byte_ms = 300;
  record.estimated_tokens = 1234;
  record.continued = false;
  record.cache_told = false;
  UsageRecord plain = Answered(*backend, "Eve", "m");
  plain.request_id = "req_b";
  UsageRecord count = Answered(*backend, "Eve", "m");
  count.request_id = "req_c";
  count.endpoint = "count_tokens";
  REQUIRE(backend->store().RecordUsage({record, plain, count}, CallContext{}));
  const auto latest = [&](const UsageFilter& filter) {
    const auto found = backend->store().LatestUsage(filter, CallContext{});
    REQUIRE(found);
    return *found;
  };
  const auto ids = [&](const UsageFilter& filter) {
    std::vector<std::string> names;
    for (const UsageRecord& one : latest(filter)) names.push_back(one.request_id);
    return names;
  };
  using Ids = std::vector<std::string>;

  SECTION("whole") {
    const UsageRecord read = latest({.request_id = "req_a"}).at(0);
    CHECK(read.at == record.at);
    CHECK(read.upstream_id == "up_a");
    CHECK(read.requested_model == "claude-sonnet-5");
    CHECK(read.model == "gpt-5-2026-01-01");
    CHECK(read.asked_model == "gpt-5");
    CHECK(read.rule == "preference");
    CHECK(read.route == "code review");
    CHECK(read.matcher == "local");
    CHECK(read.score == 0.91);
    CHECK(read.reason == "fallback 1");
    CHECK(read.estimated_tokens == 1234);
    CHECK(read.continued == false);
    CHECK(read.first_byte_ms == 300);
    CHECK(read.cost_usd_micros == 7);
    CHECK_FALSE(read.cache_told);
    CHECK(read.cache_read_tokens == 0);
    REQUIRE(read.tried.size() == 2);
    CHECK(read.tried[0].provider == "anthropic");
    CHECK(read.tried[0].reason == "1st of route code review");
    CHECK(read.tried[0].status == 529);
    CHECK(read.tried[0].error == "overloaded_error");
    CHECK(read.tried[1].duration_ms == 772);
  }
  SECTION("and what is not known is unset") {
    const UsageRecord read = latest({.request_id = "req_b"}).at(0);
    CHECK_FALSE(read.score);
    CHECK_FALSE(read.estimated_tokens);
    CHECK_FALSE(read.continued);
    CHECK(read.tried.empty());
  }
  SECTION("the newest first, by persona, route, session and id") {
    CHECK(ids({}) == Ids{"req_b", "req_a"});
    CHECK(ids({.limit = 1}) == Ids{"req_b"});
    CHECK(ids({.persona = "sam"}) == Ids{"req_a"});
    CHECK(ids({.route = "code review"}) == Ids{"req_a"});
    CHECK(ids({.route = ""}) == Ids{"req_b"});
    CHECK(ids({.request_id = "up_a"}) == Ids{"req_a"});
    CHECK(ids({.request_id = "req_c"}) == Ids{"req_c"});
    CHECK(ids({.client_session_id = "c1"}) == Ids{"req_a"});
    CHECK(ids({.since = backend->clock.Now() + std::chrono::seconds(1)}).empty());
    CHECK(ids({.after_id = latest({.request_id = "req_a"}).at(0).id}) == Ids{"req_b"});
  }
}

TEST_CASE("models are compared by route, and failures have no latency", "[contract]") {
  auto backend = MakeBackend(GENERATE(from_range(BackendNames())));
  std::vector<UsageRecord> records;
  for (int i = 1; i <= 20; ++i) {
    UsageRecord one = Answered(*backend, i % 2 == 0 ? "Sam" : "Eve", "a-2026");
    one.asked_model = "a";
    one.route = "review";
    one.first_byte_ms = i;
    one.duration_ms = 100 * i;
    records.push_back(one);
  }
  UsageRecord failed = records.front();
  failed.model = "a";  // nobody has reported another name
  failed.error = "api_error";
  failed.first_byte_ms.reset();
  failed.duration_ms = 90'000;
  UsageRecord elsewhere = records.front();
  elsewhere.route = "";
  elsewhere.duration_ms = 5;
  UsageRecord silent = Answered(*backend, "Eve", "b");
  silent.error = "api_error";
  silent.route = "review";
  records.insert(records.end(), {failed, elsewhere, silent});
  REQUIRE(backend->store().RecordUsage(records, CallContext{}));
  const auto sums = [&](RouteGroup group, const std::string& persona) {
    const auto found = backend->store().SumRoutes(group, persona, WallTime{}, CallContext{});
    REQUIRE(found);
    return *found;
  };
  const auto by_route = sums(RouteGroup::kRouteAndModel, "");
  REQUIRE(by_route.size() == 3);
  CHECK(by_route[0].route.empty());
  CHECK(by_route[0].duration.p50_ms == 5);
  CHECK(by_route[1].route == "review");
  CHECK(by_route[1].sum.key == "openai/a");
  CHECK(by_route[1].sum.requests == 21);
  CHECK(by_route[1].sum.errors == 1);
  CHECK(by_route[1].sum.input_tokens == 210);
  CHECK(by_route[1].first_byte.p50_ms == 10);
  CHECK(by_route[1].first_byte.p95_ms == 19);
  CHECK(by_route[1].duration.p50_ms == 1000);
  CHECK(by_route[1].duration.p95_ms == 1900);
  CHECK(by_route[2].sum.key == "openai/b");
  CHECK_FALSE(by_route[2].duration.p50_ms);

  const auto by_model = sums(RouteGroup::kModel, "");
  REQUIRE(by_model.size() == 2);
  CHECK(by_model[0].sum.requests == 22);
  const auto of_sam = sums(RouteGroup::kRouteAndModel, "SAM");
  REQUIRE(of_sam.size() == 1);
  CHECK(of_sam[0].sum.requests == 10);
  CHECK(of_sam[0].duration.p50_ms == 1000);
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

TEST_CASE("costs are summed by persona and provider, between two times", "[contract]") {
  auto backend = MakeBackend(GENERATE(from_range(BackendNames())));
  const WallTime begin = backend->clock.Now();
  const auto record = [&](const std::string& persona, const std::string& provider,
                          std::optional<int64_t> cost, const std::string& error = "") {
    UsageRecord one = Answered(*backend, persona, "m");
    one.provider = provider;
    one.cost_usd_micros = cost;
    one.error = error;
    if (!error.empty()) one.input_tokens = one.output_tokens = 0;
    REQUIRE(backend->store().RecordUsage({one}, CallContext{}));
    backend->clock.Advance(std::chrono::seconds(1));
  };
  record("Sam", "openai", 7);
  record("Sam", "openai", 5);
  record("Sam", "ollama", std::nullopt);
  record("Sam", "ollama", std::nullopt, "api_error");  // without tokens: it cost nothing
  record("Eve", "openai", 3);
  UsageRecord count = Answered(*backend, "Eve", "m");
  count.endpoint = "count_tokens";
  REQUIRE(backend->store().RecordUsage({count}, CallContext{}));
  const auto sums = [&](int from, int to) {
    const auto found = backend->store().SumSpending(
        begin + std::chrono::seconds(from), begin + std::chrono::seconds(to), CallContext{});
    REQUIRE(found);
    std::string all;
    for (const SpendingSum& sum : *found) {
      all += sum.persona + "/" + sum.provider + " " + std::to_string(sum.cost_usd_micros) + " " +
             std::to_string(sum.unpriced) + "\n";
    }
    return all;
  };
  CHECK(sums(0, 100) == "Eve/openai 3 0\nSam/ollama 0 1\nSam/openai 12 0\n");
  CHECK(sums(1, 4) == "Sam/ollama 0 1\nSam/openai 5 0\n");
}

TEST_CASE("records are read by rising id to turn the pages, and else the newest first",
          "[contract]") {
  auto backend = MakeBackend(GENERATE(from_range(BackendNames())));
  UsageRecord late = Answered(*backend, "Sam", "late");
  late.at += std::chrono::hours(1);
  REQUIRE(backend->store().RecordUsage({late}, CallContext{}));
  for (const char* model : {"m1", "m2"}) {
    REQUIRE(backend->store().RecordUsage({Answered(*backend, "Sam", model)}, CallContext{}));
  }
  const auto models = [&](UsageFilter filter) {
    std::vector<std::string> read;
    const auto records = backend->store().LatestUsage(filter, CallContext{});
    REQUIRE(records);
    for (const UsageRecord& record : *records) read.push_back(record.model);
    return read;
  };
  UsageFilter filter;
  CHECK(models(filter) == std::vector<std::string>{"late", "m2", "m1"});
  filter.by_id = true;
  filter.limit = 2;
  CHECK(models(filter) == std::vector<std::string>{"late", "m1"});
  filter.after_id = backend->store().LatestUsage(filter, CallContext{})->back().id;
  CHECK(models(filter) == std::vector<std::string>{"m2"});
}
