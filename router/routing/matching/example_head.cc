#include "router/routing/matching/example_head.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace katra::router::routing {
namespace {

using task_sense::kTasks;

constexpr int kMostPasses = 40;
constexpr double kSettled = 0.003;  // change of a probability below which a pass was the last

}  // namespace

std::vector<ExampleHead::Cell> ExampleHead::CellsOf(const std::vector<Term>& terms,
                                                    const task_sense::Sense& sense) const {
  std::vector<Cell> cells;
  cells.reserve(kTasks + terms.size());
  const auto share = static_cast<float>(blend_.head_sense);
  for (size_t i = 0; i < kTasks; ++i) {
    cells.push_back({static_cast<uint32_t>(i), share * std::sqrt(sense.tasks[i])});
  }
  for (const Term& term : terms) {
    const auto found = columns_.find(term.hash);
    if (found != columns_.end()) cells.push_back({found->second, term.value});
  }
  return cells;
}

void ExampleHead::Add(size_t place, const std::vector<Term>& terms, const task_sense::Sense& sense,
                      std::vector<double> prior) {
  for (const Term& term : terms) {
    columns_.try_emplace(term.hash, static_cast<uint32_t>(kTasks + columns_.size()));
  }
  Example example{place, CellsOf(terms, sense), std::move(prior), {}, 0};
  for (const Cell& cell : example.cells) example.square += double{cell.value} * double{cell.value};
  example.pull.resize(places_);
  weights_.resize((kTasks + columns_.size()) * places_);
  examples_.push_back(std::move(example));
}

void ExampleHead::AddTo(std::vector<double>* sums, const std::vector<Cell>& cells) const {
  for (const Cell& cell : cells) {
    const float* const row = weights_.data() + size_t{cell.column} * places_;
    for (size_t i = 0; i < places_; ++i) (*sums)[i] += double{cell.value} * double{row[i]};
  }
}

// Moves the example's dual variables towards their best for what the others are; says how far its
// probabilities were from there.
double ExampleHead::Improve(Example* example) {
  std::vector<double> likely = example->prior;
  AddTo(&likely, example->cells);
  likely.resize(fitted_);
  const double most = *std::max_element(likely.begin(), likely.end());
  double sum = 0;
  for (double& value : likely) sum += value = std::exp(value - most);
  const double step = 1 / (1 + example->square / (2 * ridge_));
  double far = 0;
  std::vector<float> change(places_);
  for (size_t i = 0; i < fitted_; ++i) {
    const double wanted = (i == example->place ? 1 : 0) - likely[i] / sum;
    const double off = wanted - double{example->pull[i]};
    far = std::max(far, std::fabs(off));
    example->pull[i] += static_cast<float>(step * off);
    change[i] = static_cast<float>(step * off / ridge_);
  }
  for (const Cell& cell : example->cells) {
    float* const row = weights_.data() + size_t{cell.column} * places_;
    for (size_t i = 0; i < places_; ++i) row[i] += cell.value * change[i];
  }
  return far;
}

void ExampleHead::Fit(double ridge) {
  ridge_ = ridge;
  // Without examples of "other" nothing can be learnt of it: that no example of a route is one must
  // not count against it.
  const auto other = [this](const Example& example) { return example.place + 1 == places_; };
  const bool known = std::any_of(examples_.begin(), examples_.end(), other);
  fitted_ = known ? places_ : places_ - 1;
  for (int pass = 0; pass < kMostPasses; ++pass) {
    double far = 0;
    for (Example& example : examples_) far = std::max(far, Improve(&example));
    if (far < kSettled) return;
  }
}

std::vector<double> ExampleHead::Shifts(const std::vector<Term>& terms,
                                        const task_sense::Sense& sense) const {
  std::vector<double> shifts(places_);
  if (!examples_.empty()) AddTo(&shifts, CellsOf(terms, sense));
  return shifts;
}

}  // namespace katra::router::routing
