#include "router/routing/matching/coverage.h"

#include <algorithm>
#include <cmath>

namespace katra::router::routing {
namespace {

using task_sense::Attribute;
using task_sense::Index;
using task_sense::kTasks;

// Where work goes that no route names: `share` of what a route has of `near` counts for `task`.
struct Kin {
  Attribute task;
  Attribute near;
  double share;
};
constexpr std::array kKin = {
    Kin{Attribute::kEdit, Attribute::kRefactor, 0.3},
    Kin{Attribute::kEdit, Attribute::kWriteCode, 0.25},
    Kin{Attribute::kRefactor, Attribute::kWriteCode, 0.2},
    Kin{Attribute::kRefactor, Attribute::kReview, 0.15},
    Kin{Attribute::kRefactor, Attribute::kEdit, 0.2},
    Kin{Attribute::kPerformance, Attribute::kFixBug, 0.2},
    Kin{Attribute::kPerformance, Attribute::kRefactor, 0.2},
    Kin{Attribute::kSecurity, Attribute::kReview, 0.25},
    Kin{Attribute::kSecurity, Attribute::kFixBug, 0.15},
    Kin{Attribute::kSecurity, Attribute::kOperate, 0.1},
    Kin{Attribute::kData, Attribute::kWriteCode, 0.2},
    Kin{Attribute::kFrontend, Attribute::kWriteCode, 0.3},
    Kin{Attribute::kFindCode, Attribute::kExplain, 0.35},
    Kin{Attribute::kResearch, Attribute::kExplain, 0.2},
    Kin{Attribute::kResearch, Attribute::kDesign, 0.15},
    Kin{Attribute::kTranslate, Attribute::kWriteCode, 0.2},
    Kin{Attribute::kTranslate, Attribute::kWriteProse, 0.15},
    Kin{Attribute::kAlgorithm, Attribute::kWriteCode, 0.2},
    Kin{Attribute::kAlgorithm, Attribute::kExplain, 0.1},
    Kin{Attribute::kGit, Attribute::kOperate, 0.3},
    Kin{Attribute::kUpgrade, Attribute::kOperate, 0.3},
    Kin{Attribute::kUpgrade, Attribute::kRefactor, 0.1},
    Kin{Attribute::kRun, Attribute::kOperate, 0.3},
    Kin{Attribute::kRun, Attribute::kWriteTests, 0.1},
    Kin{Attribute::kSummarize, Attribute::kExplain, 0.25},
    Kin{Attribute::kSummarize, Attribute::kWriteProse, 0.25},
    Kin{Attribute::kMl, Attribute::kWriteCode, 0.2},
};

}  // namespace

Coverage::Coverage(size_t routes, const Blend& blend)
    : routes_(routes), blend_(blend), cover_(routes), belongs_(routes + 1) {}

void Coverage::Describe(size_t route, const task_sense::Sense& description) {
  for (size_t i = 0; i < kTasks; ++i) cover_[route][i] = description.tasks[i];
}

void Coverage::Settle() {
  std::vector<Tasks> cover = cover_;
  std::vector<double> foreign;
  for (size_t route = 0; route < routes_; ++route) {
    const Tasks& own = cover_[route];
    foreign.push_back(own[Index(Attribute::kNotSoftware)] + own[Index(Attribute::kSmallTalk)]);
    for (const Kin& kin : kKin) {
      auto& covered = cover[route][Index(kin.task)];
      covered = std::max(covered, kin.share * own[Index(kin.near)]);
    }
  }
  const double uncovered = std::pow(blend_.uncovered, blend_.sharpness);
  for (size_t i = 0; i < kTasks; ++i) {
    double sum = uncovered;
    for (size_t route = 0; route < routes_; ++route) {
      sum += belongs_[route][i] = std::pow(cover[route][i], blend_.sharpness);
    }
    for (size_t route = 0; route < routes_; ++route) belongs_[route][i] /= sum;
    belongs_[routes_][i] = uncovered / sum;
  }
  // One route may well be for small talk; if several are, words must decide.
  std::sort(foreign.begin(), foreign.end());
  double sum = 0;
  for (size_t i = 0; i + 1 < foreign.size(); ++i) sum += foreign[i];
  const double mean = foreign.size() > 1 ? sum / static_cast<double>(foreign.size() - 1) : 0;
  // Routes for software work have less than a tenth, others more than half.
  foreign_ = std::clamp((mean - 0.15) / 0.3, 0.0, 1.0);
}

std::vector<double> Coverage::Shares(const task_sense::Sense& request) const {
  std::vector<double> shares(routes_ + 1);
  for (size_t place = 0; place <= routes_; ++place) {
    for (size_t i = 0; i < kTasks; ++i) shares[place] += request.tasks[i] * belongs_[place][i];
  }
  return shares;
}

}  // namespace katra::router::routing
