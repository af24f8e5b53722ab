// Streams at a fixed pace: what an event costs, how late it comes, how much memory open ones take.
#include <cstdio>
#include <thread>

#include "tests/bench/gateway/bodies.h"
#include "tests/bench/gateway/measure.h"

namespace katra::bench {
namespace {

using std::chrono::milliseconds;

constexpr int kStreams = 256;
constexpr int kOpenStreams = 1000;

struct Paced {
  StreamsResult streams;
  double cpu_micros_per_event = 0;
};

Paced Run(Target& target, Interface interface, bool intruder) {
  StreamsPlan plan;
  plan.port = target.port(Manner::kPaced);
  plan.count = kStreams;
  plan.shot = MakeShot(Size::kSmall, true, target.Model(Manner::kPaced, interface), target.token(),
                       Changing::kMessage);
  if (intruder) {
    plan.intruder = MakeShot(Size::kBig, false, target.Model(Manner::kWhole, interface),
                             target.token(), Changing::kEverything);
    plan.intruder_at = milliseconds(1000);
  }
  const double before = target.CpuSeconds();
  Paced result;
  result.streams = RunStreams(plan);
  const auto events = static_cast<double>(std::max<size_t>(1, result.streams.events));
  result.cpu_micros_per_event = (target.CpuSeconds() - before) * 1e6 / events;
  return result;
}

std::string Lateness(const StreamsResult& streams) {
  if (streams.late.count() == 0) return "no event came";
  char text[160];
  std::snprintf(text, sizeof text, "late p50 %.2f, p99 %.2f, max %.2f ms; %d of %d whole",
                streams.late.Millis(0.5), streams.late.Millis(0.99), streams.late.Millis(1),
                streams.whole, kStreams);
  return text;
}

double Worst(const StreamsResult& streams) {
  return streams.late.count() == 0 ? 1e9 : streams.late.Millis(1);
}

void AddCost(const std::string& what, const Paced& reference, const Paced& measured, double target,
             Report* report) {
  char note[160];
  std::snprintf(note, sizeof note, "us: nginx %.2f, katra %.2f", reference.cpu_micros_per_event,
                measured.cpu_micros_per_event);
  report->Add(
      {what, measured.cpu_micros_per_event / reference.cpu_micros_per_event, target, "x", note});
}

void AddMemory(Target& target, Interface interface, Report* report) {
  StreamsPlan plan;
  plan.port = target.port(Manner::kIdle);
  plan.count = kOpenStreams;
  plan.limit = milliseconds(6000);
  plan.shot = MakeShot(Size::kSmall, true, target.Model(Manner::kIdle, interface), target.token(),
                       Changing::kMessage);
  double megabytes = 0;
  std::thread look([&] {
    std::this_thread::sleep_for(milliseconds(4500));
    megabytes = target.ResidentMegabytes();
  });
  const StreamsResult result = RunStreams(plan);
  look.join();
  report->Add({std::string("resident with 1000 open streams, ") +
                   (interface == Interface::kMessages ? "same format" : "translated"),
               megabytes, 40, "MB",
               std::to_string(result.events) + " events, errors " + std::to_string(result.errors)});
}

}  // namespace

void MeasureStreams(const Field& field, Report* report) {
  const Paced same = Run(*field.katra, Interface::kMessages, false);
  const Paced translated = Run(*field.katra, Interface::kChat, false);
  if (field.nginx != nullptr) {
    const Paced reference = Run(*field.nginx, Interface::kMessages, false);
    AddCost("CPU of a forwarded event / nginx's", reference, same, 2.0, report);
    AddCost("CPU of a translated text delta / nginx's", reference, translated, 3.0, report);
    std::printf("(nginx: %s)\n", Lateness(reference.streams).c_str());
  }
  const Paced direct = Run(*field.direct, Interface::kMessages, false);
  std::printf("(direct: %s)\n", Lateness(direct.streams).c_str());
  for (const Interface interface : {Interface::kMessages, Interface::kChat}) {
    const Paced beside = Run(*field.katra, interface, true);
    report->Add({std::string("worst delay of 256 streams beside an 830 KB request, ") +
                     (interface == Interface::kMessages ? "same format" : "translated"),
                 Worst(beside.streams), 50, "ms", Lateness(beside.streams)});
  }
  for (const Interface interface : {Interface::kMessages, Interface::kChat})
    AddMemory(*field.katra, interface, report);
}

}  // namespace katra::bench
