// What routing learns while the gateway runs: which of a route's models answered, failed or were
// rated, kept in HOME/router/learnt.jsonl. Commands add to that file as well; what they add counts
// from the next decision on.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "core/clock.h"
#include "core/result.h"
#include "core/uv/work.h"
#include "router/config/config.h"
#include "router/gateway/observe/prices.h"
#include "router/gateway/observe/request_record.h"
#include "router/routing/learning/line_file.h"
#include "router/routing/learning/ranker.h"
#include "router/routing/learning/route_order.h"

namespace katra::router::gateway {

// On the loop's thread; the file is written by the pool's.
class RouteLearning {
 public:
  // Borrowed: all of them outlive this.
  struct Deps {
    uv::WorkPool& pool;
    const Prices& prices;
    const Clock& clock;
    std::function<void(const std::string&)> warn;  // of a file that cannot be read or written
  };
  RouteLearning(Deps deps, const std::string& home);
  ~RouteLearning();
  RouteLearning(const RouteLearning&) = delete;
  RouteLearning& operator=(const RouteLearning&) = delete;

  using Order = routing::learning::RouteOrder;
  // The order in which the models of `route` are tried. `tokens`: of the input, -1: unknown.
  // `in_session`: the cost of the turn in its session, for routes that prefer cost.
  [[nodiscard]] Order OrderOf(const MatchingConfig& matching, const std::string& persona,
                              const RoutePreference& route, int64_t tokens,
                              const routing::learning::CostOf& in_session);

  // What a finished request says of the models of its route.
  void OnRequestFinished(const RequestRecord& record);
  // The user changed to `better` right after `candidate` had answered, or asked the same again.
  void NoteSwitch(const std::string& persona, const std::string& route,
                  const std::string& candidate, const std::string& better);
  void NoteRetry(const std::string& persona, const std::string& route,
                 const std::string& candidate);
  // Whether everything noted is in the file.
  [[nodiscard]] bool idle() const { return !job_ && waiting_.empty(); }

 private:
  void Note(routing::learning::Event event);
  void Write();
  // Applies what was added to the file since the last call.
  void Read();
  void Warn(const Error& error);

  Deps deps_;
  routing::learning::Ranker ranker_;
  routing::learning::LineFile file_;
  // Noted, but not in the file yet. They count once they are read from there, so that a line counts
  // once and in the file's order, whoever wrote it.
  std::vector<std::string> waiting_;
  std::unique_ptr<uv::WorkPool::Job> job_;  // writes some lines
  bool failing_ = false;                    // the failure has been told
};

}  // namespace katra::router::gateway
