// What a decision is told as: in a line, in words, in a table of models, in bars.
#include "cli/route/decision_view.h"
#include "cli/route/live_view.h"
#include "cli/route/stats_svg.h"
#include "cli/route/stats_view.h"
#include "core/text.h"
#include "core/text_width.h"
#include "tests/support/cpp/catch.h"
#include "tests/unit/cli/run_cli.h"

namespace katra::cli::testing {
namespace {

using store::RouteSum;
using store::UsageRecord;

UsageRecord Decision() {
  UsageRecord record;
  record.at = FromUnixMillis(1'763'726'584'000);  // 2025-11-21T12:03:04Z
  record.request_id = "req_1";
  record.endpoint = "messages";
  record.persona = "Dario";
  record.requested_model = "claude-sonnet-5";
  record.provider = "openai";
  record.asked_model = "gpt-5";
  record.model = "gpt-5-2026";
  record.status = 200;
  record.rule = "preference";
  record.route = "review";
  record.matcher = "local";
  record.score = 0.91;
  record.reason = "1st of review";
  record.tried = {{"openai", "gpt-5", "1st of review", 200, "", 800}};
  record.attempts = 1;
  record.input_tokens = 60;
  record.cache_read_tokens = 40;
  record.output_tokens = 7;
  record.cost_usd_micros = 12'300;
  record.first_byte_ms = 300;
  record.duration_ms = 812;
  return record;
}

UsageRecord Failed() {
  UsageRecord record = Decision();
  record.error = "overloaded_error";
  record.status = 529;
  record.cost_usd_micros.reset();
  record.input_tokens = record.cache_read_tokens = record.output_tokens = 0;
  record.tried = {{"anthropic", "opus", "1st of review", 529, "overloaded_error", 40},
                  {"openai", "gpt-5", "2nd of review", 0, "api_error", 772}};
  record.attempts = 2;
  return record;
}

TEST_CASE("a decision is one line: when, who, asked, chosen, route, time, cost, why") {
  setenv("TZ", "UTC", 1);
  CHECK(DecisionLine(Decision(), {}) ==
        "[12:03:04] Dario claude-sonnet-5 -> openai/gpt-5 · review (0.91) · 812 ms · $0.0123 · "
        "1st of review");
  CHECK(DecisionLine(Failed(), {}) ==
        "[12:03:04] Dario claude-sonnet-5 -> openai/gpt-5 · review (0.91) · failed: "
        "overloaded_error · 812 ms · -");
}

TEST_CASE("the line is as wide as the page, with colours and without") {
  for (const size_t width : {size_t{20}, size_t{80}, size_t{200}}) {
    for (const UsageRecord& record : {Decision(), Failed()}) {
      const std::string plain = DecisionLine(record, {width, false});
      CHECK(DisplayWidth(plain) <= width);
      CHECK(plain.find('\x1b') == std::string::npos);
    }
  }
  const std::string coloured = DecisionLine(Decision(), {200, true});
  CHECK(Contains(coloured, "\x1b[94mopenai/gpt-5\x1b[0m"));
  CHECK(Contains(DecisionLine(Failed(), {200, true}), "\x1b[33mopenai/gpt-5\x1b[0m"));
}

TEST_CASE("hostile names stay one line without control characters") {
  UsageRecord record = Decision();
  record.persona = "Da\nrio\x1b[2J";
  record.requested_model = "m\r\n[00:00:00] Eve";
  record.route = "a\x07";
  const std::string line = DecisionLine(record, {});
  CHECK(line.find_first_of("\n\r\x1b\x07") == std::string::npos);
}

TEST_CASE("routes, costs and counts are told shortly") {
  UsageRecord record = Decision();
  record.rule = "held";
  CHECK(RouteText(record) == "review (0.91, held)");
  record.route.clear();
  record.rule = "explicit";
  CHECK(RouteText(record) == "explicit");
  record.rule.clear();
  CHECK(RouteText(record) == "-");
  CHECK(CostText(record) == "$0.0123");
  record.cost_usd_micros = 0;
  CHECK(CostText(record) == "$0");
  record.cost_usd_micros.reset();
  CHECK(CostText(record) == "$?");
  CHECK(DollarText(123'456'789) == "$123.46");
  CHECK(DollarText(100) == "$0.0001");
  CHECK(DollarText(99) == "<$0.0001");
  CHECK(MillisText(999) == "999 ms");
  CHECK(MillisText(12'345) == "12.3 s");
  CHECK(MillisText(180'000) == "3 min");
  CHECK(MillisText({}) == "-");
  CHECK(ShortCount(999) == "999");
  CHECK(ShortCount(12'345) == "12.3k");
  CHECK(ShortCount(999'999) == "1.0M");
}

TEST_CASE("a decision is explained with everything that was tried") {
  setenv("TZ", "UTC", 1);
  UsageRecord record = Failed();
  record.error.clear();
  record.status = 200;
  record.tried[1].error.clear();
  record.tried[1].status = 200;
  record.reason = "2nd of review";
  record.cost_usd_micros = 12'300;
  record.input_tokens = 60;
  record.cache_read_tokens = 40;
  record.estimated_tokens = 90;
  record.continued = false;
  CHECK(WhyText(record) == "2nd of review, after anthropic/opus failed");
  CHECK(ExplainText(record, record.at) ==
        "Request req_1 of Dario, 12:03\n"
        "  asked for     claude-sonnet-5\n"
        "  answered by   openai/gpt-5, which reports itself as gpt-5-2026\n"
        "  rule          the request fits the route \"review\" (probability 0.91, matcher local)\n"
        "  reason        2nd of review\n"
        "  tried         1. anthropic/opus (1st of review): failed with status 529 after 40 ms: "
        "overloaded_error\n"
        "                2. openai/gpt-5 (2nd of review): answered after 772 ms\n"
        "  turn          begins with this request\n"
        "  time          812 ms; the answer began after 300 ms\n"
        "  tokens        100 in (40% from cache), 0 out; estimated before: 90 in\n"
        "  cost          $0.0123\n");
}

TEST_CASE("what is explained fits the page, with its texts below each other") {
  const std::string text = WrapExplained(ExplainText(Failed(), Failed().at), {60, false});
  for (const std::string& line : Split(text, '\n')) CHECK(DisplayWidth(line) <= 60);
  CHECK(Contains(text, "\n                overloaded_error"));
}

TEST_CASE("a decision of the feed reads as that of the store") {
  const auto read = ReadDecision(
      R"({"request_id":"req_1","at":"2025-11-21T12:03:04.000Z","endpoint":"messages",)"
      R"("persona":"Dario","session":"s","requested_model":"claude-sonnet-5","rule":"preference",)"
      R"("route":"review","matcher":"local","score":0.910,"provider":"openai","model":"gpt-5",)"
      R"("reported_model":"","status":200,"error":"","streamed":true,"attempts":[{"provider":)"
      R"("openai","model":"gpt-5","reason":"1st of review","status":200,"error":"",)"
      R"("duration_ms":800}],"dropped":[],"usage":{"known":true,"input_tokens":60,)"
      R"("output_tokens":7,"cache_read_tokens":40,"cache_write_tokens":0},)"
      R"("cost_usd_micros":12300,"first_byte_ms":300,"duration_ms":812})");
  REQUIRE(read);
  CHECK(DecisionLine(*read, {}) == DecisionLine(Decision(), {}));
  CHECK(read->model == "gpt-5");
  CHECK_FALSE(ReadDecision("[]"));
  CHECK_FALSE(ReadDecision("{"));
}

std::vector<RouteSum> Sums() {
  std::vector<RouteSum> sums(3);
  sums[0].sum.key = "anthropic/claude-sonnet-5";
  sums[0].sum.requests = 12;
  sums[0].sum.cost_usd_micros = 250'000;
  sums[0].duration = {900, 2'400};
  sums[1].route = sums[2].route = "code review";
  sums[1].sum.key = "openai/gpt-5";
  sums[1].sum.requests = 1234;
  sums[1].sum.errors = 2;
  sums[1].sum.input_tokens = 1'000'000;
  sums[1].sum.cache_read_tokens = 3'000'000;
  sums[1].sum.cache_told_prompt_tokens = 4'000'000;
  sums[1].sum.output_tokens = 45'000;
  sums[1].sum.cost_usd_micros = 12'345'678;
  sums[1].first_byte = {300, 1'200};
  sums[1].duration = {812, 12'300};
  sums[2].sum.key = "ollama/qwen3-coder:480b-cloud";
  sums[2].sum.requests = 3;
  sums[2].sum.unpriced = 3;
  sums[2].sum.cache_untold = 3;
  sums[2].duration = {2'000, 3'000};
  return sums;
}

Ratings Rates() {
  Ratings ratings;
  for (int i = 0; i < 4; ++i) ratings.Add("Code Review", "openai/gpt-5", true);
  ratings.Add("code review", "openai/gpt-5", false);
  return ratings;
}

TEST_CASE("models are compared below their routes") {
  CHECK(StatsTable(Sums(), Rates(), true, {}) ==
        "model                          answers  failed  first p50  first p95  time p50     p95  "
        "  in    out  cache  good/bad      cost\n"
        "(no route)\n"
        "anthropic/claude-sonnet-5           12       0          -          -    900 ms   2.4 s  "
        "   0      0      ?         -   $0.2500\n"
        "code review\n"
        "openai/gpt-5                      1232       2     300 ms      1.2 s    812 ms  12.3 s  "
        "4.0M  45.0k    75%       4/1  $12.3457\n"
        "ollama/qwen3-coder:480b-cloud        3       0          -          -     2.0 s   3.0 s  "
        "   0      0      ?         -        $?\n");
}

TEST_CASE("the table and the bars fit every page") {
  for (const size_t width : {size_t{40}, size_t{80}, size_t{200}}) {
    for (const bool by_route : {true, false}) {
      for (const std::string& drawn : {StatsTable(Sums(), Rates(), by_route, {width, false}),
                                       StatsBars(Sums(), by_route, {width, false})}) {
        for (const std::string& line : Split(drawn, '\n')) CHECK(DisplayWidth(line) <= width);
      }
    }
  }
  const std::string narrow = StatsTable(Sums(), Rates(), true, {80, false});
  CHECK(Contains(narrow, "time p50"));
  CHECK(Contains(narrow, "cost"));
  CHECK(Contains(narrow, "failed"));
  CHECK(Contains(narrow, "good/bad"));
}

TEST_CASE("a bar is as long as its value, and the longest fills its space") {
  const std::string drawn = StatsBars(Sums(), false, {80, false});
  const std::vector<std::string> lines = Split(drawn, '\n');
  CHECK(lines.at(0) == "Answers");
  const auto full = [](const std::string& line) {
    size_t count = 0;
    for (size_t at = line.find("█"); at != std::string::npos; at = line.find("█", at + 1)) ++count;
    return count;
  };
  CHECK(full(lines.at(2)) > 20);
  CHECK(full(lines.at(1)) == 0);
  CHECK(Contains(lines.at(2), "1232, 2 failed"));
  CHECK(Contains(drawn, "$?"));
}

TEST_CASE("in JSON what is unknown is null") {
  const std::string json = StatsJson(Sums(), Rates(), true, WallTime{});
  JsonDocument document;
  REQUIRE(document.Parse(json));
  const JsonView stats = document.Root()["stats"];
  REQUIRE(stats.Size() == 3);
  std::vector<JsonView> rows;
  for (const JsonView one : stats) rows.push_back(one);
  CHECK(document.Root()["since"].type() == JsonType::kNull);
  CHECK(rows[0]["route"].type() == JsonType::kNull);
  CHECK(rows[1]["route"].Is("code review"));
  CHECK(rows[1]["answers"].Integer() == 1232);
  CHECK(rows[1]["cache_read_share"].Number() == 0.75);
  CHECK(rows[1]["duration_p95_ms"].Integer() == 12'300);
  CHECK(rows[2]["cost_usd_micros"].type() == JsonType::kNull);
  CHECK(rows[2]["first_byte_p50_ms"].type() == JsonType::kNull);
  CHECK(rows[1]["rated_good"].Integer() == 4);
  CHECK(rows[1]["rated_bad"].Integer() == 1);
  CHECK(rows[2]["rated_good"].Integer() == 0);
}

TEST_CASE("ratings count by route or model, since then, of a persona, until they are reset") {
  using router::routing::learning::Event;
  using router::routing::learning::EventKind;
  std::vector<Event> events;
  const auto add = [&](EventKind kind, const char* persona, const char* route, int hour) {
    Event event;
    event.at = WallTime{std::chrono::hours(hour)};
    event.kind = kind;
    event.persona = persona;
    event.route = route;
    event.candidate = "openai/gpt-5";
    events.push_back(event);
  };
  add(EventKind::kGood, "Sam", "review", 1);
  add(EventKind::kGood, "Sam", "review", 3);
  add(EventKind::kBad, "sam", "docs", 4);
  add(EventKind::kGood, "Eve", "Review", 4);
  add(EventKind::kAnswered, "Sam", "review", 4);
  const WallTime since{std::chrono::hours(2)};
  CHECK(CountRatings(events, true, "", {}).Of("review", "openai/gpt-5").good == 3);
  CHECK(CountRatings(events, true, "", since).Of("review", "openai/gpt-5").good == 2);
  CHECK(CountRatings(events, true, "SAM", since).Of("review", "openai/gpt-5").good == 1);
  const Rated all = CountRatings(events, false, "", {}).Of("", "openai/gpt-5");
  CHECK((all.good == 3 && all.bad == 1));
  CHECK(CountRatings(events, true, "", {}).Of("", "openai/gpt-5").good == 0);
  add(EventKind::kReset, "Sam", "Review", 5);
  CHECK(CountRatings(events, true, "", {}).Of("review", "openai/gpt-5").good == 1);  // Eve's
  CHECK(CountRatings(events, true, "", {}).Of("docs", "openai/gpt-5").bad == 1);
  add(EventKind::kReset, "Sam", "", 5);
  CHECK(CountRatings(events, true, "", {}).Of("docs", "openai/gpt-5").bad == 0);
}

TEST_CASE("a picture has what the bars have, and its names are text") {
  std::vector<store::RouteSum> sums = Sums();
  sums[1].route = "a <b> & \"c\" \xEF\xBF\xBE\x01";
  const std::string svg = StatsSvg(sums, true, "Models & routes");
  CHECK(Contains(svg, "<title>Models &amp; routes</title>"));
  CHECK(Contains(svg, "a &lt;b&gt; &amp; &quot;c&quot; ?"));
  CHECK(Contains(svg, "1232, 2 failed"));
  CHECK(Contains(svg, "$12.3457"));
  for (const char* part : {"<script", "href", "<b>", "\x01", "\xEF\xBF\xBE"}) {
    CHECK_FALSE(Contains(svg, part));
  }
  // The longest bars of the three measures are as long as there is room.
  size_t longest = 0;
  const std::string full = "width=\"360.0\" height=\"14\"";
  for (size_t at = svg.find(full); at != std::string::npos; at = svg.find(full, at + 1)) ++longest;
  CHECK(longest == 3);
}

}  // namespace
}  // namespace katra::cli::testing
