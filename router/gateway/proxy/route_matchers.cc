#include "router/gateway/proxy/route_matchers.h"

#include <utility>

#include "core/text.h"

namespace katra::router::gateway {

namespace {

bool SameName(const std::string& one, const std::string& other) {
  return ToLowerAscii(one) == ToLowerAscii(other);
}

std::optional<size_t> PlaceOf(const std::vector<RoutePreference>& routes, const std::string& name) {
  for (size_t i = 0; i < routes.size(); ++i) {
    if (SameName(routes[i].name, name)) return i;
  }
  return std::nullopt;
}

}  // namespace

void RouteMatchers::ReadTaught() {
  if (!taught_file_.HasNews()) return;
  const auto news = taught_file_.ReadNews();
  if (!news) return;  // what was taught before stays in force; `katra doctor` checks the file
  if (news->from_start) taught_.clear();
  for (const std::string& line : news->lines) {
    if (auto example = routing::learning::ParseTaught(line)) taught_.push_back(std::move(*example));
  }
  entries_.clear();
}

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
  if (auto made = routing::LocalMatcher::Make(texts)) {
    entry.matcher.emplace(std::move(*made));
    for (const auto& example : taught_) {
      if (!example.persona.empty() && !SameName(example.persona, persona.name)) continue;
      if (const auto route = PlaceOf(entry.routes, example.route)) {
        entry.matcher->AddExample(*route, example.text);
      } else if (SameName(example.route, "other")) {
        entry.matcher->AddExample(std::nullopt, example.text);
      }
    }
  }
  return entries_.emplace(persona.name, std::move(entry)).first->second;
}

policy::Match RouteMatchers::Match(const PersonaConfig& persona,
                                   const routing::RequestView::UserTurns& words) {
  policy::Match match;
  match.matcher = "local";
  ReadTaught();
  const Entry& entry = Of(persona);
  if (!entry.matcher || words.last.empty()) return match;
  const routing::RouteMatch found = entry.matcher->Match({words.last, words.previous});
  match.score = found.score;
  if (found.route) match.route = &persona.preferences[*found.route];
  return match;
}

}  // namespace katra::router::gateway
