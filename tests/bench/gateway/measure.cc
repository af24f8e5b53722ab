// Closed loops. What is compared is measured in turns, and the median of the rounds is taken, so
// that what else the machine does falls on all alike.
#include "tests/bench/gateway/measure.h"

#include <algorithm>
#include <cstdio>

#include "tests/bench/gateway/bodies.h"

namespace katra::bench {
namespace {

using std::chrono::milliseconds;

constexpr Size kSizes[] = {Size::kSmall, Size::kMiddle, Size::kBig};
constexpr int kConnections[] = {1, 16, 256};

double Median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

double Micros(const Samples& samples, double part) {
  return samples.count() == 0 ? 0 : samples.Millis(part) * 1000;
}

// One thing that is measured in each round.
struct Lane {
  Target* target;
  Manner manner;
  Interface interface;
  Changing changing;
  std::vector<double> p50 = {}, p99 = {}, first50 = {}, rate = {}, cpu = {};
  int errors = 0;
};

// Every lane once in each round.
void Race(std::vector<Lane>& lanes, Size size, bool stream, int connections, const Field& field) {
  const int rounds = field.quick ? 3 : 5;
  const milliseconds time(field.quick ? 300 : 800);
  for (int round = 0; round < rounds; ++round) {
    for (Lane& lane : lanes) {
      const Shot shot = MakeShot(size, stream, lane.target->Model(lane.manner, lane.interface),
                                 lane.target->token(), lane.changing);
      const double before = lane.target->CpuSeconds();
      const LoopResult result = RunLoop(lane.target->port(lane.manner), shot, connections, time,
                                        static_cast<size_t>(connections) + 4);
      lane.errors += result.errors;
      if (result.whole.count() == 0) continue;
      lane.p50.push_back(Micros(result.whole, 0.5));
      lane.p99.push_back(Micros(result.whole, 0.99));
      lane.first50.push_back(Micros(result.first_byte, 0.5));
      lane.rate.push_back(result.Rate());
      const auto requests =
          static_cast<double>(result.whole.count() + static_cast<size_t>(connections) + 4);
      lane.cpu.push_back((lane.target->CpuSeconds() - before) * 1e6 / requests);
    }
  }
}

std::string Note(const char* format, double a, double b, double c, int errors) {
  char text[160];
  std::snprintf(text, sizeof text, format, a, b, c);
  return errors == 0 ? text : text + (", errors " + std::to_string(errors));
}

// What the second lane adds to the floor against what the first one adds; at least 1 µs.
double AddedRatio(double floor, double reference, double measured) {
  return std::max(0.0, measured - floor) / std::max(1.0, reference - floor);
}

// `lanes`: those of MeasureTranslation().
void AddCpuRatios(Size size, const std::vector<Lane>& lanes, Report* report) {
  const double chat = Median(lanes[2].cpu);
  const double responses = Median(lanes[3].cpu);
  report->Add({std::string("CPU: Messages to Responses / Messages to Chat, ") + NameOf(size),
               responses / std::max(1.0, chat), 1.3, "x",
               Note("us: to Responses %.0f, to Chat %.0f%.0s", responses, chat, 0,
                    lanes[2].errors + lanes[3].errors)});
  if (lanes.size() < 5 || size != Size::kBig) return;
  const double nginx = Median(lanes[4].cpu);
  report->Add({std::string("CPU: translated / nginx, ") + NameOf(size), chat / std::max(1.0, nginx),
               4.0, "x",
               Note("us: translated %.0f, nginx %.0f%.0s", chat, nginx, 0, lanes[4].errors)});
}

}  // namespace

void MeasureForwarding(const Field& field, Report* report) {
  if (field.nginx == nullptr) return;
  constexpr const char* kParts = "us: direct %.0f, nginx %.0f, katra %.0f";
  for (const Size size : kSizes) {
    if (!field.size.empty() && field.size != NameOf(size)) continue;
    for (const int connections : kConnections) {
      if (field.connections != 0 && field.connections != connections) continue;
      std::vector<Lane> lanes;
      for (Target* target : {field.direct, field.nginx, field.katra}) {
        lanes.push_back({target, Manner::kWhole, Interface::kMessages, Changing::kMessage});
      }
      Race(lanes, size, false, connections, field);
      const std::string at =
          std::string(NameOf(size)) + ", " + std::to_string(connections) + " at once";
      const double p50[] = {Median(lanes[0].p50), Median(lanes[1].p50), Median(lanes[2].p50)};
      const double p99[] = {Median(lanes[0].p99), Median(lanes[1].p99), Median(lanes[2].p99)};
      report->Add({"same format, added p50 / nginx's, " + at, AddedRatio(p50[0], p50[1], p50[2]),
                   2.0, "x", Note(kParts, p50[0], p50[1], p50[2], lanes[2].errors)});
      std::printf("(CPU of a request: nginx %.0f us, katra %.0f us)\n", Median(lanes[1].cpu),
                  Median(lanes[2].cpu));
      report->Add({"same format, added p99 / nginx's, " + at, AddedRatio(p99[0], p99[1], p99[2]),
                   3.0, "x", Note(kParts, p99[0], p99[1], p99[2], lanes[2].errors)});
    }
    if (field.connections > 1) continue;
    std::vector<Lane> lanes;
    for (Target* target : {field.direct, field.nginx, field.katra}) {
      lanes.push_back({target, Manner::kBurst, Interface::kMessages, Changing::kMessage});
    }
    Race(lanes, size, true, 1, field);
    const double first[] = {Median(lanes[0].first50), Median(lanes[1].first50),
                            Median(lanes[2].first50)};
    report->Add({std::string("first byte of a stream / nginx's, ") + NameOf(size),
                 first[2] / first[1], 3.0, "x",
                 Note(kParts, first[0], first[1], first[2], lanes[2].errors)});
  }
}

void MeasureTranslation(const Field& field, Report* report) {
  // Figures in µs against what the same format costs; 0: no promise.
  struct Promise {
    Size size;
    double fresh;
    double repeated;
  };
  for (const Promise& promise : {Promise{Size::kSmall, 60, 60}, Promise{Size::kMiddle, 2000, 700},
                                 Promise{Size::kBig, 0, 0}}) {
    std::vector<Lane> lanes = {
        {field.katra, Manner::kWhole, Interface::kMessages, Changing::kMessage},
        {field.katra, Manner::kWhole, Interface::kChat, Changing::kEverything},
        {field.katra, Manner::kWhole, Interface::kChat, Changing::kMessage},
        {field.katra, Manner::kWhole, Interface::kResponses, Changing::kMessage}};
    if (field.nginx != nullptr) {
      lanes.push_back({field.nginx, Manner::kWhole, Interface::kMessages, Changing::kMessage});
    }
    Race(lanes, promise.size, false, 1, field);
    const double same = Median(lanes[0].p50);
    const double fresh = Median(lanes[1].p50);
    const double repeated = Median(lanes[2].p50);
    constexpr const char* kParts = "us: same format %.0f, translated %.0f%.0s";
    std::printf(
        "(CPU of a request of %s: same format %.0f us, translated %.0f us, repeated %.0f us)\n",
        NameOf(promise.size), Median(lanes[0].cpu), Median(lanes[1].cpu), Median(lanes[2].cpu));
    const auto add = [&](const char* what, double value, double target, int errors) {
      if (target == 0) {
        std::printf("%s%s: %.0f us over same format\n", what, NameOf(promise.size), value - same);
        return;
      }
      report->Add({what + std::string(NameOf(promise.size)), (value - same) / 1000, target / 1000,
                   "ms", Note(kParts, same, value, 0, errors)});
    };
    add("translation adds, nothing repeats, ", fresh, promise.fresh, lanes[1].errors);
    add("translation adds, system and tools repeat, ", repeated, promise.repeated, lanes[2].errors);
    AddCpuRatios(promise.size, lanes, report);
  }
}

void MeasureThroughput(const Field& field, Report* report) {
  if (field.router == nullptr) return;
  for (const Size size : kSizes) {
    std::vector<Lane> lanes = {
        {field.katra, Manner::kWhole, Interface::kChat, Changing::kMessage},
        {field.router, Manner::kWhole, Interface::kChat, Changing::kMessage}};
    Race(lanes, size, false, 16, field);
    if (lanes[1].rate.empty() || lanes[0].rate.empty()) continue;
    const double katra = Median(lanes[0].rate);
    const double router = Median(lanes[1].rate);
    report->Add({std::string("claude-code-router's rate / Katra's, translated, ") + NameOf(size),
                 router / katra, 0.05, "x",
                 Note("requests/s: claude-code-router %.1f, Katra %.1f, times %.0f", router, katra,
                      katra / router, lanes[0].errors)});
  }
}

}  // namespace katra::bench
