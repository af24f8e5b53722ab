#include "router/gateway/proxy/route_matchers.h"

#include <utility>

#include "router/routing/route_matcher.h"

namespace katra::router::gateway {

void RouteMatchers::ReadTaught() {
  if (!taught_file_.HasNews()) return;
  const auto news = taught_file_.ReadNews();
  if (!news) {  // what was taught before stays in force
    if (!failing_) warn_("what routes were taught cannot be read: " + news.error().message);
    failing_ = true;
    return;
  }
  failing_ = false;
  if (news->from_start) taught_.clear();
  for (const std::string& line : news->lines) {
    if (auto example = routing::learning::ParseTaught(line)) taught_.push_back(std::move(*example));
  }
  entries_.clear();
}

RouteMatchers::Entry& RouteMatchers::Of(const PersonaConfig& persona) {
  const std::string key = persona.name + '\n' + persona.project.file;
  if (const auto found = entries_.find(key); found != entries_.end()) {
    if (found->second.routes == persona.preferences) return found->second;
    entries_.erase(found);
  }
  if (entries_.size() >= kMost) entries_.clear();
  Entry entry;
  entry.routes = persona.preferences;
  if (auto made = routing::MakeRouteMatcher(persona, taught_)) {
    entry.matcher.emplace(std::move(*made));
  }
  return entries_.emplace(key, std::move(entry)).first->second;
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
