// Stores of a thousand, a hundred thousand and a million, filled by import and then used through a
// real server each. The ratios come from rounds that go to the small and the large store in turn.
#include <nlohmann/json.hpp>
#include <stdexcept>

#include "core/ids.h"
#include "store/sqlite/open.h"
#include "tests/bench/corpus.h"
#include "tests/bench/suites.h"
#include "tests/support/cpp/server_process.h"
#include "tests/support/cpp/temp_home.h"

namespace katra::bench {
namespace {

using nlohmann::json;
using testing::ServerProcess;
using testing::TempHome;

constexpr uint64_t kTextSeed = 7;
constexpr uint64_t kQuestionSeed = 8;

// A home with a past, and two who use it.
class Place {
 public:
  Place(int64_t messages, int64_t memories) {
    const auto begin = std::chrono::steady_clock::now();
    const SystemClock clock;
    SystemRandom random;
    store::OpenOptions options;
    options.clock = &clock;
    options.random = &random;
    auto opened = store::sqlite::OpenSqliteStore(home_.path(), options, store::CallContext());
    if (!opened) throw std::runtime_error(opened.error().message);
    if (const auto filled = Fill(**opened, messages, memories, kTextSeed); !filled) {
      throw std::runtime_error(filled.error().message);
    }
    opened->reset();
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
    std::printf("(filled: %lld messages, %lld memories in %.0f s)\n",
                static_cast<long long>(messages), static_cast<long long>(memories), took.count());
    std::fflush(stdout);
    dario_ = Launch("Dario");
    sam_ = Launch("Sam");
    Call(*sam_, "katra_hear", json::object());
    Call(*dario_, "katra_hear", json::object());
  }

  Nanos Say(const std::string& body) {
    return Timed([&] { Call(*dario_, "katra_say", {{"message", body}}); });
  }
  Nanos Hear() {
    return Timed([&] { Call(*sam_, "katra_hear", json::object()); });
  }
  Nanos Remember(const std::string& content) {
    return Timed([&] { Call(*dario_, "katra_remember", {{"content", content}}); });
  }
  Nanos Recall(const std::string& query) {
    return Timed([&] { Call(*sam_, "katra_recall", {{"query", query}}); });
  }

 private:
  std::unique_ptr<ServerProcess> Launch(const std::string& persona) {
    testing::ServerOptions options;
    options.persona = persona;
    return ServerProcess::Start(options);
  }
  static void Call(ServerProcess& server, const std::string& tool, const json& arguments) {
    const testing::ToolReply reply = server.CallTool(tool, arguments);
    if (!reply.ok()) throw std::runtime_error(reply.text + reply.error.dump());
  }

  TempHome home_;
  std::unique_ptr<ServerProcess> dario_;
  std::unique_ptr<ServerProcess> sam_;
};

void MeasureRecall(Place* place, int64_t memories, double target, Report* report) {
  Corpus corpus(kQuestionSeed);
  Samples recall;
  for (int i = 0; i < 300; ++i) recall.Add(place->Recall(corpus.Question()));
  report->Add({"recall among " + std::to_string(memories) + " memories, p50", recall.Millis(0.5),
               target, "ms", Spread(recall) + ", worst " + std::to_string(recall.Millis(1))});
}

void MeasureRemember(Place* place, int64_t memories, const Scale& scale, Report* report) {
  Corpus corpus(10);
  Samples remember;
  for (int i = 0; i < scale.Rounds(); ++i) remember.Add(place->Remember(corpus.Sentence()));
  report->Add({"remember among " + std::to_string(memories) + " memories, p99",
               remember.Millis(0.99), 8, "ms",
               Spread(remember) + ", worst " + std::to_string(remember.Millis(1))});
}

void MeasureGrowth(Place* small, Place* large, int64_t messages, const Scale& scale,
                   Report* report) {
  Corpus corpus(9);
  Samples say[2];
  Samples hear[2];
  Samples hear_nothing[2];
  for (int i = 0; i < scale.Rounds(); ++i) {
    const std::string body = corpus.Sentence();
    for (size_t which = 0; which < 2; ++which) {
      Place* place = which == 0 ? small : large;
      say[which].Add(place->Say(body));
      hear[which].Add(place->Hear());
      hear_nothing[which].Add(place->Hear());
    }
  }
  const auto add = [&](const std::string& what, const Samples* samples) {
    report->Add({what + ", 1000 against " + std::to_string(messages) + " messages, p50",
                 samples[1].Millis(0.5) / samples[0].Millis(0.5), 1.2, "x",
                 Spread(samples[0]) + " against " + Spread(samples[1])});
  };
  add("say", say);
  add("hear of one", hear);
  add("hear of nothing", hear_nothing);
}

}  // namespace

void MeasureSizes(const Scale& scale, Report* report) {
  Place small(1'000, 1'000);
  {
    Place middle(1'000, scale.Middle());
    MeasureRecall(&middle, scale.Middle(), 5, report);
  }
  {
    Place growing(1'000, scale.Growing());
    MeasureRecall(&growing, scale.Growing(), 3, report);
    MeasureRemember(&growing, scale.Growing(), scale, report);
  }
  Place large(scale.Large(), scale.Large());
  MeasureRecall(&large, scale.Large(), 25, report);
  MeasureGrowth(&small, &large, scale.Large(), scale, report);
}

}  // namespace katra::bench
