#include "router/routing/matching/fit/route_sets.h"

#include <algorithm>
#include <array>
#include <map>
#include <random>
#include <utility>

namespace katra::router::routing::fit {
namespace {

using task_sense::Attribute;
using task_sense::train::Example;

constexpr size_t kRequestsOfRoute = 16;

// What people make routes of, the usual ones first; the rest now and then.
constexpr std::array kUsual = {
    Attribute::kWriteCode,  Attribute::kFixBug,     Attribute::kExplain, Attribute::kReview,
    Attribute::kWriteTests, Attribute::kWriteProse, Attribute::kOperate, Attribute::kDesign,
    Attribute::kRefactor,   Attribute::kData};
constexpr std::array kRare = {Attribute::kPerformance, Attribute::kSecurity, Attribute::kFrontend,
                              Attribute::kGit,         Attribute::kResearch, Attribute::kTranslate,
                              Attribute::kAlgorithm,   Attribute::kMl,       Attribute::kEdit,
                              Attribute::kSummarize,   Attribute::kUpgrade,  Attribute::kFindCode};

class Drawer {
 public:
  Drawer(const std::vector<const Example*>& unseen, uint64_t seed) : random_(seed) {
    for (const Example* example : unseen) {
      if (example->labels.empty()) continue;
      auto& place = example->description ? descriptions_ : requests_;
      place[example->labels.front()].push_back(example);
    }
  }

  RouteSet Draw(size_t examples) {
    RouteSet set;
    for (const Attribute label : Labels()) {
      const auto& wordings = descriptions_[label];
      if (wordings.empty()) continue;
      RouteText route;
      route.name = random_() % 2 == 0 ? std::string(task_sense::Name(label)) : std::string("route");
      route.description = wordings[random_() % wordings.size()]->text;
      const size_t place = set.routes.size();
      size_t asked = 0;
      for (const Example* request : Shuffled(requests_[label])) {
        if (OfExamples(request->file)) {
          // A follow-up says nothing without what it follows.
          if (route.examples.size() < examples && request->context.empty()) {
            route.examples.push_back(request->text);
          }
        } else if (asked < kRequestsOfRoute) {
          set.requests.push_back({request->text, request->context, place});
          ++asked;
        }
      }
      set.routes.push_back(std::move(route));
    }
    for (const Attribute label : {Attribute::kNotSoftware, Attribute::kSmallTalk}) {
      size_t asked = 0;
      for (const Example* request : Shuffled(requests_[label])) {
        if (OfExamples(request->file) || asked == kRequestsOfRoute) continue;
        set.requests.push_back({request->text, request->context, std::nullopt});
        ++asked;
      }
    }
    return set;
  }

 private:
  // A user's examples are not written by the hand, or in the language, of all later requests: a
  // file of the corpus is for the one or the other.
  bool OfExamples(const std::string& file) {
    return of_examples_.try_emplace(file, random_() % 2 == 0).first->second;
  }

  std::vector<Attribute> Labels() {
    std::vector<Attribute> labels(kUsual.begin(), kUsual.end());
    std::shuffle(labels.begin(), labels.end(), random_);
    labels.resize(5 + random_() % 4);
    std::vector<Attribute> rare(kRare.begin(), kRare.end());
    std::shuffle(rare.begin(), rare.end(), random_);
    labels.insert(labels.end(), rare.begin(), rare.begin() + static_cast<long>(random_() % 3));
    return labels;
  }
  std::vector<const Example*> Shuffled(std::vector<const Example*> examples) {
    std::shuffle(examples.begin(), examples.end(), random_);
    return examples;
  }

  std::mt19937_64 random_;
  std::map<std::string, bool> of_examples_;
  std::map<Attribute, std::vector<const Example*>> descriptions_;
  std::map<Attribute, std::vector<const Example*>> requests_;
};

}  // namespace

RouteSet DrawRouteSet(const std::vector<const Example*>& unseen, size_t examples, uint64_t seed) {
  return Drawer(unseen, seed).Draw(examples);
}

}  // namespace katra::router::routing::fit
