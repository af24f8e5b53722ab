#include "router/routing/task_sense/train/cross_validate.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <map>
#include <optional>
#include <string>

#include "router/routing/task_sense/sense.h"

namespace katra::router::routing::task_sense::train {
namespace {

constexpr size_t kParts = 5;

struct Tally {
  size_t all = 0;
  size_t first = 0;  // the likeliest is the first label
  size_t any = 0;    // it is one of the labels
  double loss = 0;

  void Add(const Sense& sense, const Example& example) {
    const auto* const best = std::max_element(sense.tasks.begin(), sense.tasks.end());
    const auto likeliest = static_cast<Attribute>(best - sense.tasks.begin());
    ++all;
    first += likeliest == example.labels.front() ? 1U : 0U;
    any += std::count(example.labels.begin(), example.labels.end(), likeliest) > 0 ? 1U : 0U;
    loss -= std::log(std::max(sense.of(example.labels.front()), 1e-6F));
  }
  void Print(const std::string& name) const {
    const auto count = static_cast<double>(std::max<size_t>(all, 1));
    std::printf("%-16s %6zu  first %.3f  any %.3f  loss %.3f\n", name.c_str(), all,
                static_cast<double>(first) / count, static_cast<double>(any) / count, loss / count);
  }
};

// Among the eight kinds of work that people make routes of, and "none of it": whether the likeliest
// is right. nullopt: the example is of another kind.
std::optional<bool> RightOfEight(const Sense& sense, const Example& example) {
  static constexpr std::array kEight = {
      Attribute::kWriteCode,  Attribute::kFixBug,     Attribute::kExplain, Attribute::kReview,
      Attribute::kWriteTests, Attribute::kWriteProse, Attribute::kOperate, Attribute::kDesign};
  const auto foreign = [](Attribute label) {
    return label == Attribute::kNotSoftware || label == Attribute::kSmallTalk;
  };
  const Attribute label = example.labels.front();
  if (!foreign(label) && std::count(kEight.begin(), kEight.end(), label) == 0) return std::nullopt;
  float most = sense.of(Attribute::kNotSoftware) + sense.of(Attribute::kSmallTalk);
  Attribute likeliest = Attribute::kNotSoftware;
  for (const Attribute one : kEight) {
    if (sense.of(one) <= most) continue;
    most = sense.of(one);
    likeliest = one;
  }
  return foreign(label) ? foreign(likeliest) : likeliest == label;
}

}  // namespace

void CrossValidate(const std::vector<Example>& examples, const std::vector<Features>& features,
                   const std::string& concepts, const Settings& settings) {
  std::map<std::string, Tally> tallies;
  size_t follow_right = 0;
  size_t follow_said = 0;
  size_t follow_all = 0;
  size_t eight_all = 0;
  size_t eight_right = 0;
  for (size_t part = 0; part < kParts; ++part) {
    std::vector<const Example*> some;
    std::vector<const Features*> theirs;
    for (size_t i = 0; i < examples.size(); ++i) {
      if (i % kParts == part) continue;
      some.push_back(&examples[i]);
      theirs.push_back(&features[i]);
    }
    const std::string file = WeightsFile(Learn(some, theirs, concepts, settings));
    const auto weights = Weights::Read(file);
    for (size_t i = part; i < examples.size(); i += kParts) {
      const Example& example = examples[i];
      Sense sense = SenseOf(*weights, features[i]);
      if (!example.description) {
        follow_all += example.follow_up ? 1U : 0U;
        follow_said += sense.follow_up > 0.5F ? 1U : 0U;
        follow_right += example.follow_up && sense.follow_up > 0.5F ? 1U : 0U;
      }
      if (example.labels.empty()) continue;
      if (!example.context.empty()) {
        tallies["0 text alone"].Add(sense, example);
        sense =
            Behind(sense, SenseOf(*weights, ReadFeatures(example.context, weights->concepts())));
      }
      if (const auto right = RightOfEight(sense, example); right && !example.description) {
        eight_right += *right ? 1U : 0U;
        ++eight_all;
      }
      tallies["all"].Add(sense, example);
      tallies["1 " + example.file].Add(sense, example);
      if (!example.description) {
        tallies["2 " + std::string(Name(example.labels.front()))].Add(sense, example);
      }
    }
  }
  for (const auto& [name, tally] : tallies) tally.Print(name);
  std::printf("follow-ups: %zu of %zu found, %zu said\n", follow_right, follow_all, follow_said);
  std::printf(
      "of eight usual kinds and none: %.3f of %zu\n",
      static_cast<double>(eight_right) / static_cast<double>(std::max<size_t>(eight_all, 1)),
      eight_all);
}

}  // namespace katra::router::routing::task_sense::train
