// The report of `katra route replay` as text and as JSON.
#include "cli/route/replay_view.h"

#include "core/json_view.h"
#include "core/text.h"
#include "core/text_width.h"
#include "tests/support/cpp/catch.h"
#include "tests/unit/cli/run_cli.h"

namespace katra::cli {
namespace {

using router::routing::replay::Report;
using testing::Contains;

Report Some() {
  Report report;
  report.requests = 1204;
  report.by_record = 900;
  report.by_text = 200;
  report.assumed = 64;
  report.unknown = 40;
  report.changed = {400, 412, 452};
  report.cost_then = 12'410'000;
  report.cost_now = {6'800'000, 7'900'000, 9'950'000};
  report.priced = 1200;
  report.unpriced = 4;
  report.without_price = {"ollama/qwen3-coder:480b-cloud"};
  report.failed = 3;
  report.failed_elsewhere = 2;
  report.models = {{"anthropic/claude-opus-4-8-of-a-long-name",
                    800,
                    420,
                    11'200'000,
                    {4'000'000, 5'600'000, 7'000'000},
                    0,
                    0},
                   {"openai/gpt-5", 404, 780, 1'210'000, {2'200'000, 2'300'000, 2'950'000}, 0, 0},
                   {"ollama/qwen3-coder:480b-cloud", 0, 4, 0, {}, 0, 4}};
  report.changes = {{"anthropic/claude-opus-4-8-of-a-long-name",
                     "openai/gpt-5",
                     "mechanical edits, renames and boilerplate",
                     408,
                     5'600'000,
                     {500'000, 700'000, 1'100'000},
                     0},
                    {"openai/gpt-5", "ollama/qwen3-coder:480b-cloud", "", 4, 0, {}, 4}};
  return report;
}

TEST_CASE("a replay says its costs and changes with their bounds, and what they rest on") {
  const std::string text = ReplayText(Some(), {"/home/you/new.json", {}, {}}, {});
  for (const char* part :
       {"1204 requests, decided again under /home/you/new.json. Nothing was sent to anybody.",
        "Another model would have been asked: 412 of 1204 (from 400 to 452)",
        "Cost: $12.4100 then, $7.9000 now (from $6.8000 to $9.9500)",
        "900 requests decided by what is known", "200 requests decided again with",
        "64 requests taken to keep", "40 requests could not be decided again",
        "2 requests of 3 that failed", "4 requests in no cost", "$?",
        "router/prices.json may give that of ollama/qwen3-coder:480b-cloud"}) {
    INFO(part);
    CHECK(Contains(text, part));
  }
  CHECK(Contains(ReplayText(Some(), {"", WallTime{std::chrono::hours(24)}, {}}, {}),
                 "decided again under the present configuration"));
}

TEST_CASE("a replay without doubts names no bounds") {
  Report report = Some();
  report.changed = {412, 412, 412};
  report.cost_now = {7'900'000, 7'900'000, 7'900'000};
  const std::string text = ReplayText(report, {"", {}, {}}, {});
  CHECK(Contains(text, "asked: 412 of 1204\n"));
  CHECK(Contains(text, "Cost: $12.4100 then, $7.9000 now\n"));
  report.priced = 0;
  CHECK(Contains(ReplayText(report, {"", {}, {}}, {}), "Cost: unknown\n"));
}

TEST_CASE("the report of a replay fits every page") {
  for (const size_t width : {size_t{40}, size_t{80}, size_t{200}}) {
    const std::string text = ReplayText(Some(), {"/home/you/new.json", {}, {}}, {width, false});
    for (const std::string& line : Split(text, '\n')) {
      INFO(line);
      CHECK(DisplayWidth(line) <= width);
    }
  }
  const std::string narrow = ReplayText(Some(), {"/home/you/new.json", {}, {}}, {80, false});
  CHECK(Contains(narrow, "would cost"));
  CHECK(Contains(narrow, "would be asked"));
  CHECK(Contains(ReplayText(Some(), {"", {}, {}}, {200, false}), "by route"));
}

TEST_CASE("in a replay's JSON unknown costs are null") {
  const std::string json = ReplayJson(Some(), {"/home/you/new.json", {}, {}});
  JsonDocument document;
  REQUIRE(document.Parse(json));
  const JsonView root = document.Root();
  CHECK(root["config"].Is("/home/you/new.json"));
  CHECK(root["since"].type() == JsonType::kNull);
  CHECK(root["decided"]["unknown"].Integer() == 40);
  CHECK(root["changed"]["high"].Integer() == 452);
  CHECK(root["cost_now_usd_micros"]["low"].Integer() == 6'800'000);
  std::vector<JsonView> models;
  for (const JsonView one : root["models"]) models.push_back(one);
  REQUIRE(models.size() == 3);
  CHECK(models[0]["cost_then_usd_micros"].Integer() == 11'200'000);
  CHECK(models[2]["cost_then_usd_micros"].type() == JsonType::kNull);
  CHECK(models[2]["cost_now_usd_micros"].type() == JsonType::kNull);
  std::vector<JsonView> changes;
  for (const JsonView one : root["changes"]) changes.push_back(one);
  CHECK(changes[1]["route"].type() == JsonType::kNull);
  CHECK(changes[1]["requests"].Integer() == 4);
}

}  // namespace
}  // namespace katra::cli
