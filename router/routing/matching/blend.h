// How the matcher weighs its evidence. Fitted on sets of routes made from the corpus, by
// cross-validation (katra_route_fit); never on the test sets.
#pragma once

namespace katra::router::routing {

struct Blend {
  double sense = 1.5;                 // log of the task sense's probability
  double description = 8.7;           // similarity to the route's own words
  double nearest = 2.0;               // similarity to the nearest of its examples
  double centre = 13.0;               // similarity to the common direction of its examples
  double other = 0.9;                 // bias
  double foreign_other = -1.0;        // bias where the routes are not about software
  double foreign_description = 13.4;  // replaces description, in proportion to Coverage::foreign()
  double foreign_nearest = 6.4;       // replaces nearest, likewise
  double foreign_software = 2.0;      // added to foreign_other for a request about software
  double sharpness = 1.65;            // of the assignment of tasks to routes
  double uncovered = 0.06;            // how well "other" covers every task
  double prior = 0.7;                 // how many examples a description is worth
  double before = 0.7;                // weight of the previous turn's words in a follow-up
  double floor = 0.006;               // the smallest probability taken from the task sense
};

}  // namespace katra::router::routing
