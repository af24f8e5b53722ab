// How the matcher weighs what it knows. Fitted on sets of routes made of the corpus, by
// cross-validation (katra_route_fit); never on the test sets.
#pragma once

namespace katra::router::routing {

struct Blend {
  double sense = 1.5;                 // log of what the sense says
  double description = 8.7;           // likeness to the route's own words
  double nearest = 2.0;               // likeness to the nearest of its examples
  double centre = 13.0;               // and to all of them
  double other = 0.9;                 // bias
  double foreign_other = -1.0;        // bias where the routes are not of software
  double foreign_description = 13.4;  // in place of description, by how foreign they are
  double foreign_nearest = 6.4;       // in place of nearest
  double foreign_software = 2.0;      // and what more a request about software has of it
  double sharpness = 1.65;            // of whom an attribute belongs to
  double uncovered = 0.06;            // how little cover an attribute has that belongs to no route
  double prior = 0.7;                 // examples that a description is worth
  double before = 0.7;                // share of the turn before's words in a follow-up
  double floor = 0.006;               // the sense is never surer than this
};

}  // namespace katra::router::routing
