// The report of a replay: its counts, its costs and their bounds.
#include "router/routing/replay/replay.h"

#include "tests/unit/router/routing/replay/rig.h"

namespace katra::router::routing::replay {
namespace {

using testing::kReview;
using testing::Loaded;
using testing::Matched;
using testing::Personas;
using testing::Record;
using testing::Terms;
using namespace std::chrono_literals;

// Sam's own model answers for names that Anthropic does not have.
store::UsageRecord Own(store::UsageRecord record) {
  record.requested_model = "opus";
  return record;
}

Report Of(const std::string& tried, const std::string& present,
          const std::vector<store::UsageRecord>& records) {
  const RouterConfig tried_config = Loaded(tried);
  const RouterConfig present_config = Loaded(present);
  Decider decider({tried_config, present_config}, {}, {}, Terms);
  Replay replay(decider, Terms);
  for (const store::UsageRecord& record : records) replay.Add(record, nullptr);
  return replay.Finish();
}

TEST_CASE("what stays as it was costs what it cost") {
  const Report report = Of(Personas(), Personas(), {Own(Record()), Own(Record())});
  CHECK(report.requests == 2);
  CHECK(report.changed.high == 0);
  CHECK(report.cost_then == Approx(1'200'000));
  CHECK(report.cost_now.low == Approx(1'200'000));
  CHECK(report.cost_now.expected == Approx(1'200'000));
  CHECK(report.cost_now.high == Approx(1'200'000));
  REQUIRE(report.models.size() == 1);
  CHECK(report.models[0].now == 2);
  CHECK(report.changes.empty());
}

TEST_CASE("another model reads a conversation cold once, and warm afterwards") {
  const std::string moved = R"({"personas": {"Sam": {"provider": "openai", "model": "gpt-5"}}})";
  store::UsageRecord first = Own(Record());
  store::UsageRecord second = Own(Record());
  second.at += 60s;
  second.input_tokens = 2000;
  second.cache_read_tokens = 101'000;
  second.cost_usd_micros = 85'500;
  for (store::UsageRecord* record : {&first, &second}) record->requested_model = "claude-sonnet-5";
  const Report report = Of(moved, Personas(), {first, second});
  CHECK(report.changed.low == 2);
  CHECK(report.changed.high == 2);
  // 100,000 at 1.25 and 1000 at 10; then 101,000 at 0.125, 2000 at 1.25 and 1000 at 10.
  CHECK(report.cost_now.expected == Approx(135'000 + 12'625 + 2500 + 10'000));
  CHECK(report.cost_now.low == Approx(report.cost_now.expected));
  CHECK(report.cost_now.high == Approx(135'000 + 103'000 * 1.25 + 10'000));
  CHECK(report.cost_then == Approx(685'500));
  REQUIRE(report.changes.size() == 1);
  CHECK(report.changes[0].from == "anthropic/opus");
  CHECK(report.changes[0].to == "openai/gpt-5");
  CHECK(report.changes[0].requests == 2);
  CHECK(report.other_provider == 2);

  second.at = first.at + 600s;  // its cache is cold again
  CHECK(Of(moved, Personas(), {first, second}).cost_now.expected ==
        Approx(135'000 + 103'000 * 1.25 + 10'000));
}

TEST_CASE("returning to a model that would have seen less of the conversation costs more") {
  // Then opus answered both; now a route takes the first one, so that opus has seen nothing.
  store::UsageRecord first = Own(Matched("code review"));
  store::UsageRecord second = Own(Matched(""));
  second.at += 60s;
  second.input_tokens = 2000;
  second.cache_read_tokens = 100'000;
  second.cost_usd_micros = 85'000;
  const Report report = Of(Personas("", kReview), Personas("", kReview), {first, second});
  CHECK(report.changed.expected == 1);
  CHECK(report.cost_now.expected == Approx(135'000 + 85'000 + 100'000 * 5.75));
  CHECK(report.cost_now.low == Approx(135'000 + 85'000));
}

TEST_CASE("a request that cannot be decided again is in the bounds") {
  const Report report = Of(Personas("", kReview), Personas(), {Own(Record())});
  CHECK(report.unknown == 1);
  CHECK(report.changed.low == 0);
  CHECK(report.changed.expected == 0);
  CHECK(report.changed.high == 1);
  CHECK(report.cost_now.low == Approx(135'000));
  CHECK(report.cost_now.expected == Approx(600'000));
  CHECK(report.cost_now.high == Approx(600'000));
}

TEST_CASE("the model that failed for a request fails for it again") {
  store::UsageRecord record = Own(Matched("code review"));
  record.tried = {{"openai", "gpt-5", "", 529, "overloaded_error", 5},
                  {"anthropic", "opus", "", 200, "", 5}};
  const Report report = Of(Personas("", kReview), Personas("", kReview), {record});
  CHECK(report.changed.high == 0);
  CHECK(report.cost_now.expected == Approx(600'000));
  REQUIRE(report.models.size() == 1);
  CHECK(report.models[0].model == "anthropic/opus");
}

TEST_CASE("costs compare only requests that have both prices") {
  const std::string to_unpriced =
      R"({"name": "code review", "description": "reviewing", "models": ["openai/unheard"]})";
  store::UsageRecord other = Own(Matched(""));
  const Report report = Of(Personas("", to_unpriced), Personas("", to_unpriced),
                           {Own(Matched("code review")), other});
  CHECK(report.priced == 1);
  CHECK(report.unpriced == 1);
  CHECK(report.cost_then == Approx(600'000));
  CHECK(report.cost_now.expected == Approx(600'000));
  CHECK(report.without_price == std::set<std::string>{"openai/unheard"});
  store::UsageRecord unknown = Own(Record());
  unknown.cost_usd_micros.reset();
  CHECK(Of(Personas(), Personas(), {unknown}).unpriced == 1);
}

TEST_CASE("failures cost nothing, and what another model would have done is not known") {
  store::UsageRecord failed = Own(Matched("code review"));
  failed.error = "overloaded_error";
  failed.status = 529;
  failed.input_tokens = failed.output_tokens = 0;
  failed.cost_usd_micros.reset();
  failed.tried[0].error = "overloaded_error";
  const Report report = Of(Personas("", kReview), Personas("", kReview), {failed});
  CHECK(report.failed == 1);
  CHECK(report.failed_elsewhere == 1);
  CHECK(report.priced == 0);
  CHECK(report.unpriced == 0);
  store::UsageRecord nobody = Record();
  nobody.provider.clear();
  CHECK(Of(Personas(), Personas(), {nobody}).not_asked == 1);
}

TEST_CASE("refused requests are in no cost") {
  store::UsageRecord record = Record("explicit");
  record.requested_model = "nowhere/m";
  const Report report = Of(Personas(), Personas(), {record});
  CHECK(report.refused == 1);
  CHECK(report.refusal.find("nowhere") != std::string::npos);
  CHECK(report.priced == 0);
}

}  // namespace
}  // namespace katra::router::routing::replay
