// katra_route_fit CORPUS [SETS]: fits the constants of Blend (router/routing/matching/blend.h) on
// sets of routes made of the corpus, each judged by weights that have seen neither its descriptions
// nor its requests. Prints the constants, and how well the matcher does with them.
#include <array>
#include <cmath>
#include <cstdio>
#include <string>
#include <vector>

#include "router/routing/matching/fit/route_sets.h"
#include "router/routing/matching/local_matcher.h"
#include "router/routing/task_sense/train/learner.h"

namespace katra::router::routing::fit {
namespace {

using task_sense::Features;
using task_sense::Weights;
using task_sense::train::Example;

constexpr size_t kParts = 4;

// The part of the corpus that an example is in. Requests of users are unlike the corpus: a file, a
// language most often, is in one part, so that its weights know none of it. English is in all.
size_t PartOf(const Example& example, size_t place) {
  if (example.description || example.file == "en") return place % kParts;
  size_t sum = 0;
  for (const char c : example.file) sum = 31 * sum + static_cast<unsigned char>(c);
  return sum % kParts;
}

struct Case {
  Weights weights;
  RouteSet set;
};

struct Outcome {
  double loss = 0;
  size_t all = 0;
  size_t right = 0;
  size_t other_all = 0;
  size_t other_said = 0;
  size_t other_right = 0;
  std::array<double, 10> sure{};
  std::array<double, 10> correct{};
  std::array<double, 10> count{};

  void Add(const RouteMatch& match, const Request& request) {
    const size_t gold = request.route.value_or(match.scores.size() - 1);
    loss -= std::log(std::max(match.scores[gold], 1e-6));
    ++all;
    const bool good = match.route == request.route;
    right += good ? 1U : 0U;
    other_all += request.route ? 0U : 1U;
    other_said += match.route ? 0U : 1U;
    other_right += !match.route && good ? 1U : 0U;
    const auto bin = std::min<size_t>(9, static_cast<size_t>(match.score * 10));
    sure[bin] += match.score;
    correct[bin] += good ? 1 : 0;
    count[bin] += 1;
  }
  [[nodiscard]] double Loss() const { return loss / static_cast<double>(all); }
  [[nodiscard]] double Accuracy() const {
    return static_cast<double>(right) / static_cast<double>(all);
  }
  [[nodiscard]] double Calibration() const {
    double error = 0;
    for (size_t i = 0; i < 10; ++i) error += std::fabs(sure[i] - correct[i]);
    return error / static_cast<double>(all);
  }
};

Outcome Judge(const std::vector<Case>& cases, const Blend& blend) {
  Outcome outcome;
  for (const Case& one : cases) {
    const LocalMatcher matcher(one.weights, one.set.routes, blend);
    for (const Request& request : one.set.requests) {
      outcome.Add(matcher.Match({request.text, request.previous}), request);
    }
  }
  return outcome;
}

struct Knob {
  const char* name;
  double Blend::*value;
  bool scales;  // multiplied, not shifted
};
constexpr std::array kKnobs = {
    Knob{"sense", &Blend::sense, true},           Knob{"description", &Blend::description, true},
    Knob{"other", &Blend::other, false},          Knob{"sharpness", &Blend::sharpness, true},
    Knob{"uncovered", &Blend::uncovered, true},   Knob{"before", &Blend::before, true},
    Knob{"floor", &Blend::floor, true},           Knob{"head_ridge", &Blend::head_ridge, true},
    Knob{"head_sense", &Blend::head_sense, true}, Knob{"head_other", &Blend::head_other, false},
};

void Print(const char* what, const Outcome& outcome) {
  std::printf(
      "%s: loss %.4f accuracy %.3f calibration error %.3f (%zu); other: %zu, said %zu, right %zu\n",
      what, outcome.Loss(), outcome.Accuracy(), outcome.Calibration(), outcome.all,
      outcome.other_all, outcome.other_said, outcome.other_right);
}

Blend Fitted(const std::vector<Case>& bare, const std::vector<Case>& taught) {
  const auto loss = [&](const Blend& blend) {
    return Judge(bare, blend).Loss() + Judge(taught, blend).Loss();
  };
  Blend best;
  double least = loss(best);
  for (double step : {0.5, 0.25, 0.12}) {
    for (const Knob& knob : kKnobs) {
      for (const double way : {1.0, -1.0}) {
        for (int tries = 0; tries < 6; ++tries) {
          Blend next = best;
          double& value = next.*knob.value;
          value =
              knob.scales ? value * (1 + way * step * (way < 0 ? 0.7 : 1.0)) : value + way * step;
          const double then = loss(next);
          if (then >= least - 1e-5) break;
          least = then;
          best = next;
        }
      }
    }
    std::printf("step %.2f: loss %.4f\n", step, least);
    std::fflush(stdout);
  }
  return best;
}

int Main(const std::string& folder, size_t sets, bool fits) {
  const auto examples = task_sense::train::ReadCorpus(folder);
  if (!examples) {
    std::fprintf(stderr, "%s\n", examples.error().message.c_str());
    return 1;
  }
  const auto concepts = task_sense::train::ReadConcepts(folder);
  if (!concepts) {
    std::fprintf(stderr, "%s\n", concepts.error().message.c_str());
    return 1;
  }
  const std::string table = task_sense::ConceptTable(*concepts);
  const task_sense::Concepts meanings(reinterpret_cast<const uint8_t*>(table.data()));
  std::vector<Features> features;
  for (const Example& example : *examples) {
    features.push_back(task_sense::ReadFeatures(example.text, meanings));
  }
  std::vector<std::string> files(kParts);
  std::vector<Case> bare;
  std::vector<Case> taught;
  for (size_t part = 0; part < kParts; ++part) {
    std::vector<const Example*> seen;
    std::vector<const Features*> theirs;
    std::vector<const Example*> unseen;
    for (size_t i = 0; i < examples->size(); ++i) {
      if (PartOf((*examples)[i], i) == part) {
        unseen.push_back(&(*examples)[i]);
      } else {
        seen.push_back(&(*examples)[i]);
        theirs.push_back(&features[i]);
      }
    }
    files[part] = task_sense::WeightsFile(task_sense::train::Learn(seen, theirs, table, {}));
    const auto weights = Weights::Read(files[part]);
    for (size_t i = 0; i < sets; ++i) {
      bare.push_back({*weights, DrawRouteSet(unseen, 0, 100 * part + i)});
      taught.push_back({*weights, DrawRouteSet(unseen, 10, 100 * part + i)});
    }
  }
  Print("descriptions, before", Judge(bare, {}));
  Print("10 examples, before", Judge(taught, {}));
  if (!fits) return 0;
  const Blend blend = Fitted(bare, taught);
  for (const Knob& knob : kKnobs) std::printf("  %s = %.4g\n", knob.name, blend.*knob.value);
  Print("descriptions", Judge(bare, blend));
  Print("10 examples", Judge(taught, blend));
  return 0;
}

}  // namespace
}  // namespace katra::router::routing::fit

int main(int argc, char** argv) {
  if (argc < 2 || argc > 4) {
    std::fprintf(stderr, "usage: katra_route_fit CORPUS [SETS [judge]]\n");
    return 2;
  }
  return katra::router::routing::fit::Main(argv[1], argc > 2 ? std::stoul(argv[2]) : 6, argc < 4);
}
