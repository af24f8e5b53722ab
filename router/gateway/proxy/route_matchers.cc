#include "router/gateway/proxy/route_matchers.h"

#include <utility>

namespace katra::router::gateway {

RouteMatchers::Entry& RouteMatchers::Of(const PersonaConfig& persona) {
  if (const auto found = entries_.find(persona.name); found != entries_.end()) {
    if (found->second.routes == persona.preferences) return found->second;
    entries_.erase(found);
  }
  if (entries_.size() >= kMost) entries_.clear();
  Entry entry;
  entry.routes = persona.preferences;
  std::vector<routing::RouteText> texts;
  texts.reserve(entry.routes.size());
  for (const RoutePreference& route : entry.routes) {
    texts.push_back({route.name, route.description, route.examples});
  }
  if (auto made = routing::LocalMatcher::Make(texts)) entry.matcher.emplace(std::move(*made));
  return entries_.emplace(persona.name, std::move(entry)).first->second;
}

policy::Match RouteMatchers::Match(const PersonaConfig& persona,
                                   const routing::RequestView::UserTurns& words) {
  policy::Match match;
  match.matcher = "local";
  const Entry& entry = Of(persona);
  if (!entry.matcher || words.last.empty()) return match;
  const routing::RouteMatch found = entry.matcher->Match({words.last, words.previous});
  match.score = found.score;
  if (found.route) match.route = &persona.preferences[*found.route];
  return match;
}

}  // namespace katra::router::gateway
