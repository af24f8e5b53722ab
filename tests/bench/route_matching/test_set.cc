#include "tests/bench/route_matching/test_set.h"

#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <utility>

namespace katra::testing {

std::vector<router::routing::RouteText> TestSet::Described() const {
  auto described = routes;
  for (auto& route : described) route.examples.clear();
  return described;
}

TestSet ReadTestSet(const std::string& path) {
  std::ifstream in(path);
  const auto json = nlohmann::json::parse(in);
  TestSet set;
  std::map<std::string, size_t> places;
  for (const auto& route : json.at("routes")) {
    places[route.at("name")] = set.routes.size();
    set.routes.push_back({route.at("name"), route.at("description"), route.at("examples")});
  }
  for (const auto& request : json.at("requests")) {
    LabelledRequest labelled;
    labelled.text = request.at("text");
    labelled.previous = request.value("context", "");
    labelled.language = request.value("lang", "");
    labelled.kind = request.value("kind", "");
    const std::string route = request.at("route");
    if (route != "other") labelled.route = places.at(route);
    set.requests.push_back(std::move(labelled));
  }
  return set;
}

}  // namespace katra::testing
