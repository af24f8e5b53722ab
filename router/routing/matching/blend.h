// How the matcher weighs its evidence. Fitted on sets of routes made from the corpus, by
// cross-validation (katra_route_fit); never on the test sets.
#pragma once

namespace katra::router::routing {

struct Blend {
  double sense = 1.5;                 // log of the task sense's probability
  double description = 6.9;           // similarity to the route's own words
  double other = 0.2;                 // bias
  double foreign_other = -2.0;        // bias where the routes are not about software
  double foreign_description = 18.0;  // replaces description, in proportion to Coverage::foreign()
  double foreign_software = 2.0;      // added to foreign_other for a request about software
  double sharpness = 1.7;             // of the assignment of tasks to routes
  double uncovered = 0.12;            // how well "other" covers every task
  double before = 0.87;               // weight of the previous turn's words in a follow-up
  double head_ridge = 0.01;           // regularisation of what is learnt from examples
  double foreign_ridge = 0.002;       // replaces head_ridge
  double head_sense = 0.5;            // weight of the task sense in examples; terms have one
  double head_other = 0.4;            // share of a gain from examples that "other" gets too
  double foreign_head_other = 0.2;    // replaces head_other
  double floor = 0.022;               // the smallest probability taken from the task sense
};

}  // namespace katra::router::routing
