#include "router/gateway/observe/route_learning.h"

#include <algorithm>
#include <utility>

namespace katra::router::gateway {
namespace {

using routing::learning::Event;
using routing::learning::EventKind;
using routing::learning::LineFile;

constexpr int kClientLeft = 499;
constexpr size_t kMostWaiting = 10'000;

}  // namespace

RouteLearning::RouteLearning(Deps deps, const std::string& home)
    : deps_(std::move(deps)), file_(routing::learning::LearntPath(home)) {}

RouteLearning::~RouteLearning() = default;

void RouteLearning::Warn(const Error& error) {
  if (!failing_) deps_.warn("what routes have learnt is not kept for now: " + error.message);
  failing_ = true;
}

void RouteLearning::Read() {
  if (!file_.HasNews()) return;
  auto news = file_.ReadNews();
  if (!news) {
    Warn(news.error());
    return;
  }
  if (news->from_start) ranker_ = routing::learning::Ranker();
  for (const std::string& line : news->lines) {
    // A line of a newer Katra may not be understood; the others count.
    if (const auto event = routing::learning::ParseEvent(line)) ranker_.Apply(*event);
  }
}

RouteLearning::Order RouteLearning::OrderOf(const MatchingConfig& matching,
                                            const std::string& persona,
                                            const RoutePreference& route, int64_t tokens,
                                            const routing::learning::CostOf& in_session) {
  if (matching.learning && route.models.size() > 1) Read();
  translate::Usage usage;
  usage.known = true;
  usage.input_tokens = tokens < 0 ? routing::learning::kUsualInputTokens : tokens;
  usage.output_tokens = routing::learning::kUsualOutputTokens;
  const auto cost_of = [&](const Target& target) -> std::optional<double> {
    const auto cost = deps_.prices.CostUsdMicros(target.provider, target.model, usage);
    if (!cost) return std::nullopt;
    return static_cast<double>(*cost);
  };
  const routing::learning::Ranker nothing_learnt;
  return routing::learning::OrderRoute(
      matching.learning ? ranker_ : nothing_learnt, persona, route,
      route.prefer == Prefer::kCost ? in_session : routing::learning::CostOf(cost_of));
}

void RouteLearning::OnRequestFinished(const RequestRecord& record) {
  // Only preferences have something to learn: a scenario has one model.
  if (record.route.empty() || record.matcher.empty() || record.cached) return;
  for (const AttemptRecord& attempt : record.attempts) {
    Event event;
    event.at = record.at;
    event.persona = record.persona;
    event.route = record.route;
    event.candidate = attempt.provider + "/" + attempt.model;
    const bool last = &attempt == &record.attempts.back();
    if (last && record.status == kClientLeft) {
      if (record.first_byte.count() < 0) continue;
      event.kind = EventKind::kInterrupted;
    } else if (attempt.error.empty()) {
      event.kind = EventKind::kAnswered;
      event.first_byte_ms = record.first_byte.count();
      event.cost_usd_micros = record.cost_usd_micros;
    } else {
      event.kind = EventKind::kFailed;
    }
    Note(std::move(event));
  }
}

void RouteLearning::NoteSwitch(const std::string& persona, const std::string& route,
                               const std::string& candidate, const std::string& better) {
  Event event;
  event.at = deps_.clock.Now();
  event.kind = EventKind::kSwitched;
  event.persona = persona;
  event.route = route;
  event.candidate = candidate;
  event.better = better;
  Note(std::move(event));
}

void RouteLearning::NoteRetry(const std::string& persona, const std::string& route,
                              const std::string& candidate) {
  Event event;
  event.at = deps_.clock.Now();
  event.kind = EventKind::kRetried;
  event.persona = persona;
  event.route = route;
  event.candidate = candidate;
  Note(std::move(event));
}

void RouteLearning::Note(Event event) {
  if (waiting_.size() >= kMostWaiting) return;
  waiting_.push_back(ToJsonLine(event));
  if (!job_) Write();
}

void RouteLearning::Write() {
  if (waiting_.empty()) return;
  const auto lines = std::make_shared<std::vector<std::string>>(std::exchange(waiting_, {}));
  const auto done = std::make_shared<Status>();
  job_ = deps_.pool.Start(
      [lines, done, path = file_.path()] { *done = LineFile(path).Append(*lines, false); },
      [this, done] {
        const auto ended = std::move(job_);
        if (*done) {
          failing_ = false;
        } else {
          Warn(done->error());
        }
        Write();
      });
}

}  // namespace katra::router::gateway
