#include "cli/route/ratings.h"

#include "core/text.h"

namespace katra::cli {

using router::routing::learning::Event;
using router::routing::learning::EventKind;

Rated Ratings::Of(const std::string& route, const std::string& model) const {
  const auto found = rated_.find({ToLowerAscii(route), ToLowerAscii(model)});
  return found == rated_.end() ? Rated{} : found->second;
}

void Ratings::Add(const std::string& route, const std::string& model, bool good) {
  Rated& rated = rated_[{ToLowerAscii(route), ToLowerAscii(model)}];
  ++(good ? rated.good : rated.bad);
}

Ratings CountRatings(const std::vector<Event>& events, bool by_route, const std::string& persona,
                     WallTime since) {
  // By persona, since a reset is of one.
  std::map<std::string, std::vector<const Event*>> kept;
  const std::string wanted = ToLowerAscii(persona);
  for (const Event& event : events) {
    const std::string name = ToLowerAscii(event.persona);
    if (!wanted.empty() && name != wanted) continue;
    if (event.kind == EventKind::kReset) {
      std::erase_if(kept[name], [&](const Event* one) {
        return event.route.empty() || ToLowerAscii(one->route) == ToLowerAscii(event.route);
      });
    } else if ((event.kind == EventKind::kGood || event.kind == EventKind::kBad) &&
               event.at >= since) {
      kept[name].push_back(&event);
    }
  }
  Ratings ratings;
  for (const auto& [name, list] : kept) {
    for (const Event* event : list) {
      ratings.Add(by_route ? event->route : std::string(), event->candidate,
                  event->kind == EventKind::kGood);
    }
  }
  return ratings;
}

}  // namespace katra::cli
