// Every round measures the floor and the call one after the other, so that both meet the same
// machine.
#include <nlohmann/json.hpp>
#include <stdexcept>

#include "tests/bench/commit_floor.h"
#include "tests/bench/corpus.h"
#include "tests/bench/suites.h"
#include "tests/support/cpp/crowd.h"
#include "tests/support/cpp/pipe_floor.h"
#include "tests/support/cpp/server_process.h"
#include "tests/support/cpp/temp_home.h"

namespace katra::bench {
namespace {

using nlohmann::json;
using testing::PipeFloor;
using testing::ServerProcess;
using testing::TempHome;

std::unique_ptr<ServerProcess> Launch(const TempHome& home, const std::string& persona) {
  testing::ServerOptions options;
  options.home = home.path();
  options.persona = persona;
  return ServerProcess::Start(options);
}

void Require(const testing::ToolReply& reply) {
  if (!reply.ok()) throw std::runtime_error(reply.text + reply.error.dump());
}

// A line of the size of the call's, so that the floor moves as many bytes.
std::string LineOf(const std::string& tool, const json& arguments) {
  return json{{"jsonrpc", "2.0"},
              {"id", 1000},
              {"method", "tools/call"},
              {"params", {{"name", tool}, {"arguments", arguments}}}}
      .dump();
}

double Ratio(Nanos part, Nanos whole) {
  return static_cast<double>(part.count()) / static_cast<double>(whole.count());
}

void MeasureSay(const Scale& scale, Report* report) {
  const TempHome home;
  CommitFloor commit(home.File("floor.db"));
  PipeFloor pipe;
  Corpus corpus(1);
  const auto dario = Launch(home, "Dario");
  Samples floor;
  Samples say;
  for (int i = 0; i < scale.Rounds(); ++i) {
    const std::string body = corpus.Sentence();
    const std::string line = LineOf("katra_say", {{"message", body}});
    floor.Add(commit.Commit(body) + pipe.RoundTrip(line));
    say.Add(Timed([&] { Require(dario->CallTool("katra_say", {{"message", body}})); }));
  }
  report->Add({"durable say, p50, against commit + pipe",
               Ratio(say.Percentile(0.5), floor.Percentile(0.5)), 2.0, "x",
               "say " + Spread(say) + "; floor " + Spread(floor)});
}

void MeasureHearOfNothing(const Scale& scale, Report* report) {
  const TempHome home;
  PipeFloor pipe;
  const auto dario = Launch(home, "Dario");
  const auto sam = Launch(home, "Sam");
  Require(dario->CallTool("katra_say", {{"message", "one"}}));
  Require(sam->CallTool("katra_hear", json::object()));
  const std::string line = LineOf("katra_hear", json::object());
  Samples floor;
  Samples hear;
  for (int i = 0; i < scale.Rounds(); ++i) {
    floor.Add(pipe.RoundTrip(line));
    hear.Add(Timed([&] { Require(sam->CallTool("katra_hear", json::object())); }));
  }
  const double allowed = floor.Millis(0.5) * 1.5 + 0.1;
  report->Add({"hear of nothing, p50 (1.5 pipe round trips + 0.1 ms)", hear.Millis(0.5), allowed,
               "ms", "hear " + Spread(hear) + "; pipe " + Spread(floor)});
}

void MeasureWaking(const Scale& scale, Report* report) {
  const TempHome home;
  const auto dario = Launch(home, "Dario");
  const auto sam = Launch(home, "Sam");
  Require(sam->CallTool("katra_hear", json::object()));
  Samples woken;
  for (int i = 0; i < scale.Rounds(); ++i) {
    const int64_t waiting = sam->SendTool("katra_hear", {{"wait_seconds", 50}});
    sam->Request("ping", json::object());
    int64_t saying = 0;
    woken.Add(Timed([&] {
      saying = dario->SendTool("katra_say", {{"message", "wake"}});
      Require(sam->AwaitTool(waiting));
    }));
    Require(dario->AwaitTool(saying));
  }
  report->Add({"say -> heard by a waiter in another process, p50", woken.Millis(0.5), 1, "ms", ""});
  report->Add({"say -> heard by a waiter in another process, p99", woken.Millis(0.99), 10, "ms",
               "worst " + std::to_string(woken.Millis(1)) + " ms"});
}

void MeasureStart(const Scale& scale, Report* report) {
  const TempHome home;
  Launch(home, "Dario")->CallTool("katra_say", {{"message", "here"}});
  Samples start;
  for (int i = 0; i < scale.Rounds() / 20; ++i) {
    std::unique_ptr<ServerProcess> server;
    start.Add(Timed([&] {
      server = Launch(home, "Sam");
      server->Request("tools/list", json::object());
    }));
    server->End();
  }
  report->Add(
      {"start -> first tools/list answer, p50", start.Millis(0.5), 25, "ms", Spread(start)});
}

void MeasureMemory(const Scale& scale, Report* report) {
  const TempHome home;
  Corpus corpus(2);
  const auto dario = Launch(home, "Dario");
  const auto sam = Launch(home, "Sam");
  const int calls = scale.quick ? 2'000 : 10'000;
  for (int i = 0; i < calls / 5; ++i) {
    Require(dario->CallTool("katra_say", {{"message", corpus.Sentence()}}));
    Require(sam->CallTool("katra_say", {{"message", corpus.Sentence()}}));
    Require(sam->CallTool("katra_hear", json::object()));
    Require(sam->CallTool("katra_remember", {{"content", corpus.Sentence()}}));
    Require(sam->CallTool("katra_recall", {{"query", corpus.Question()}}));
    Require(sam->CallTool("katra_history", {{"query", corpus.Question()}}));
  }
  report->Add({"resident after " + std::to_string(calls) + " calls",
               static_cast<double>(sam->child().ResidentBytes()) / (1 << 20), 16, "MB", ""});
}

}  // namespace

void MeasureCalls(const Scale& scale, Report* report) {
  MeasureSay(scale, report);
  MeasureHearOfNothing(scale, report);
  MeasureWaking(scale, report);
  MeasureStart(scale, report);
  MeasureMemory(scale, report);
}

void MeasureCrowd(const Scale& scale, Report* report) {
  const TempHome home;
  testing::CrowdOptions options;
  options.home = home.path();
  if (scale.quick) options.messages_each = 100;
  const testing::CrowdResult result = testing::RunCrowd(options);
  if (!result.problems.empty()) throw std::runtime_error(result.problems.front());
  Samples says;
  for (const auto say : result.says) says.Add(say);
  report->Add({"16 processes x " + std::to_string(options.messages_each) + " messages, worst say",
               says.Millis(1), 100, "ms",
               Spread(says) + "; all in " + std::to_string(result.elapsed.count()) + " ms"});
}

}  // namespace katra::bench
