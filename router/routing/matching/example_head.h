// What examples teach beyond the descriptions: a multinomial logistic regression over a request's
// words, pieces of words, concepts and kind of work, added to the result of the descriptions alone.
//
// Regularised with a ridge, so few examples change little, and requests that resemble no example
// are decided by the descriptions. Fitted by dual coordinate ascent (Shalev-Shwartz and Zhang,
// "Stochastic Dual Coordinate Ascent", 2013) in a fixed order: the same examples always give the
// same weights.
#pragma once

#include <cstddef>
#include <cstdint>
#include <unordered_map>
#include <vector>

#include "router/routing/matching/blend.h"
#include "router/routing/matching/terms.h"
#include "router/routing/task_sense/sense.h"

namespace katra::router::routing {

class ExampleHead {
 public:
  ExampleHead(size_t places, const Blend& blend) : places_(places), blend_(blend) {}

  // `prior`: the result of the descriptions for the text, a logarithm for each place.
  void Add(size_t place, const std::vector<Term>& terms, const task_sense::Sense& sense,
           std::vector<double> prior);
  // Call it after the last Add, always with the same `ridge`, the regularisation: the larger, the
  // less examples change. Takes milliseconds for some hundred examples.
  void Fit(double ridge);

  // The values to add to the prior of a request, by place.
  [[nodiscard]] std::vector<double> Shifts(const std::vector<Term>& terms,
                                           const task_sense::Sense& sense) const;
  [[nodiscard]] bool empty() const { return examples_.empty(); }

 private:
  struct Cell {
    uint32_t column;
    float value;
  };
  struct Example {
    size_t place;
    std::vector<Cell> cells;
    std::vector<double> prior;
    std::vector<float> pull;  // its dual variables, one per place
    double square = 0;
  };

  [[nodiscard]] std::vector<Cell> CellsOf(const std::vector<Term>& terms,
                                          const task_sense::Sense& sense) const;
  void AddTo(std::vector<double>* sums, const std::vector<Cell>& cells) const;
  double Improve(Example* example);

  size_t places_;
  Blend blend_;
  double ridge_ = 1;
  size_t fitted_ = 0;                               // of the places: all, or all but the last
  std::unordered_map<uint32_t, uint32_t> columns_;  // of terms; those of the sense come first
  std::vector<float> weights_;                      // [column][place]
  std::vector<Example> examples_;
};

}  // namespace katra::router::routing
