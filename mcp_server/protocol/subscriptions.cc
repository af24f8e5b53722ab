#include "mcp_server/protocol/subscriptions.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "core/error_map.h"
#include "mcp_server/protocol/params.h"

namespace katra::mcp {

using nlohmann::json;

namespace {

constexpr const char* kSubscriptionIdKey = "io.modelcontextprotocol/subscriptionId";
// The version of a resource that can no longer be read.
constexpr const char* kGone = "\n";

std::string Flatten(const std::vector<ResourceInfo>& resources) {
  std::string list;
  for (const ResourceInfo& resource : resources) list += resource.uri + '\n';
  return list;
}

json WithSubscription(const PendingRequest& request, json params) {
  params["_meta"][kSubscriptionIdKey] = request.id.ToJson();
  return params;
}

bool Wants(const json& filter, const char* type) {
  const auto found = filter.find(type);
  return found != filter.end() && found->is_boolean() && found->get<bool>();
}

}  // namespace

struct Subscriptions::Snapshot {
  std::map<std::string, Result<std::string>> versions;
  std::optional<std::string> list;
};

Subscriptions::Subscriptions(const Deps& deps) : deps_(deps), next_list_(deps.clock.Steady()) {}

bool Subscriptions::WantsList() const {
  return legacy_list_ || std::any_of(listeners_.begin(), listeners_.end(), [](const auto& entry) {
           return entry.second->resources_list;
         });
}

bool Subscriptions::IsWatched(const std::string& uri) const {
  const auto found = watched_.find(uri);
  if (found != watched_.end() && found->second.legacy) return true;
  return std::any_of(listeners_.begin(), listeners_.end(),
                     [&](const auto& entry) { return entry.second->uris.count(uri) == 1; });
}

void Subscriptions::Forget(const std::string& uri) {
  if (!IsWatched(uri)) watched_.erase(uri);
}

void Subscriptions::Read(CancelFlag cancelled, std::vector<std::string> uris, bool list,
                         std::function<void(const Snapshot&, const Error*)> done) {
  auto snapshot = std::make_shared<Snapshot>();
  deps_.runner.Run(
      Lane::kRead, std::move(cancelled),
      [snapshot, uris = std::move(uris), list,
       &offering = deps_.offering](const CallEnvironment& environment) {
        for (const std::string& uri : uris) {
          snapshot->versions.emplace(uri, offering.resource_version(environment, uri));
        }
        if (!list) return;
        const auto resources = offering.list_resources(environment);
        if (resources) snapshot->list = Flatten(*resources);
      },
      [snapshot, done = std::move(done)](const Error* error) { done(*snapshot, error); });
}

void Subscriptions::Subscribe(const RequestPtr& request) {
  const auto uri = RequiredString(*request->params, "uri");
  if (!uri) {
    deps_.requests.Fail(request, uri.error());
    return;
  }
  const auto done = [this, request, uri = *uri, bell_seen = bells_](const Snapshot& read,
                                                                    const Error* error) {
    if (request->finished) return;
    const auto version = read.versions.find(uri);
    if (error == nullptr && !version->second) error = &version->second.error();
    if (error != nullptr) {
      deps_.requests.Fail(request, ResourceError(*request, uri, *error));
      return;
    }
    if (watched_.size() >= kMaxWatched && watched_.count(uri) == 0) {
      deps_.requests.Fail(request, {NamesOf(ErrorCode::kResourceExhausted).json_rpc,
                                    "at most " + std::to_string(kMaxWatched) +
                                        " resources can be subscribed: unsubscribe from one first",
                                    nullptr});
      return;
    }
    Watched& watched = watched_[uri];
    watched.legacy = true;
    if (!watched.version) watched.version = *version->second;
    deps_.requests.Succeed(request, json::object());
    if (bells_ != bell_seen) Poll();  // it may have changed since it was read
  };
  Read(request->cancelled, {*uri}, false, done);
}

void Subscriptions::Unsubscribe(const RequestPtr& request) {
  const auto uri = RequiredString(*request->params, "uri");
  if (!uri) {
    deps_.requests.Fail(request, uri.error());
    return;
  }
  if (const auto found = watched_.find(*uri); found != watched_.end()) {
    found->second.legacy = false;
    Forget(*uri);
  }
  deps_.requests.Succeed(request, json::object());
}

void Subscriptions::BeginLegacyListChanged() {
  if (legacy_list_) return;
  legacy_list_ = true;
  OnBell();  // reads the initial list
}

void Subscriptions::Listen(const RequestPtr& request) {
  const auto filter = request->params->find("notifications");
  if (filter == request->params->end() || !filter->is_object()) {
    deps_.requests.Fail(request, {kInvalidParams, "\"notifications\" must be an object", nullptr});
    return;
  }
  auto listener = std::make_shared<Listener>();
  listener->request = request;
  listener->resources_list = Wants(*filter, "resourcesListChanged");
  if (const auto uris = filter->find("resourceSubscriptions"); uris != filter->end()) {
    if (!uris->is_array() ||
        std::any_of(uris->begin(), uris->end(), [](const json& uri) { return !uri.is_string(); })) {
      deps_.requests.Fail(
          request, {kInvalidParams, "\"resourceSubscriptions\" must be a list of URIs", nullptr});
      return;
    }
    for (const json& uri : *uris) listener->uris.insert(uri.get<std::string>());
  }
  if (listeners_.size() >= kMaxListens || watched_.size() + listener->uris.size() > kMaxWatched) {
    deps_.requests.Fail(request, {NamesOf(ErrorCode::kResourceExhausted).json_rpc,
                                  "too many subscriptions are open: cancel one first", nullptr});
    return;
  }
  deps_.requests.MarkStream(request);
  listeners_[request->key] = listener;
  Read(request->cancelled, {listener->uris.begin(), listener->uris.end()}, listener->resources_list,
       [this, listener, bell_seen = bells_](const Snapshot& read, const Error*) {
         Acknowledge(listener, read);
         if (bells_ != bell_seen) Poll();  // something may have changed since it was read
       });
}

void Subscriptions::Acknowledge(const ListenerPtr& listener, const Snapshot& snapshot) {
  if (listener->request->finished) return;
  json honoured = json::object();
  if (listener->resources_list) {
    honoured["resourcesListChanged"] = true;
    // A list that cannot be read now is reported when it can be.
    if (!list_) list_ = snapshot.list.value_or("");
  }
  json uris = json::array();
  for (const std::string& uri : std::set<std::string>(listener->uris)) {
    const auto version = snapshot.versions.find(uri);
    if (version == snapshot.versions.end() || !version->second) {
      listener->uris.erase(uri);  // this session cannot read it
      continue;
    }
    Watched& watched = watched_[uri];
    if (!watched.version) watched.version = *version->second;
    uris.push_back(uri);
  }
  if (listener->request->params->at("notifications").contains("resourceSubscriptions")) {
    honoured["resourceSubscriptions"] = std::move(uris);
  }
  listener->acknowledged = true;
  deps_.requests.Notify(
      "notifications/subscriptions/acknowledged",
      WithSubscription(*listener->request, {{"notifications", std::move(honoured)}}));
}

void Subscriptions::OnCancelled(const RequestPtr& request) {
  const auto found = listeners_.find(request->key);
  if (found == listeners_.end() || found->second->request != request) return;
  const ListenerPtr listener = found->second;
  listeners_.erase(found);
  for (const std::string& uri : listener->uris) Forget(uri);
}

void Subscriptions::EndListens() {
  for (const auto& [key, listener] : std::exchange(listeners_, {})) {
    deps_.requests.Succeed(listener->request, WithSubscription(*listener->request, json::object()));
  }
}

void Subscriptions::NoteList(const std::vector<ResourceInfo>& resources) {
  list_ = Flatten(resources);
}

void Subscriptions::OnBell() {
  ++bells_;
  list_dirty_ = true;
  Poll();
}

void Subscriptions::Tick(SteadyTime now) {
  if (NextDeadline() <= now) Poll();
}

SteadyTime Subscriptions::NextDeadline() const {
  const bool is_due = list_dirty_ && !polling_ && WantsList() && deps_.host.session() != nullptr;
  return is_due ? next_list_ : SteadyTime::max();
}

void Subscriptions::Poll() {
  if (deps_.host.session() == nullptr) return;  // OnBell() is called when it opens
  if (polling_) {
    poll_again_ = true;
    return;
  }
  const SteadyTime now = deps_.clock.Steady();
  const bool list = list_dirty_ && WantsList() && next_list_ <= now;
  if (watched_.empty() && !list) return;
  if (list) {
    list_dirty_ = false;
    next_list_ = now + kListPeriod;
  }
  polling_ = true;
  std::vector<std::string> uris;
  uris.reserve(watched_.size());
  for (const auto& [uri, watched] : watched_) uris.push_back(uri);
  Read(std::make_shared<std::atomic<bool>>(false), std::move(uris), list,
       [this](const Snapshot& snapshot, const Error* error) { OnPolled(snapshot, error); });
}

void Subscriptions::OnPolled(const Snapshot& snapshot, const Error* error) {
  polling_ = false;
  if (error == nullptr) {
    for (const auto& [uri, version] : snapshot.versions) {
      if (version) {
        Compare(uri, *version);
      } else if (version.error().code == ErrorCode::kNotFound) {
        Compare(uri, kGone);
      }
    }
    if (snapshot.list) CompareList(*snapshot.list);
  }
  if (std::exchange(poll_again_, false)) Poll();
}

void Subscriptions::Compare(const std::string& uri, const std::string& version) {
  const auto found = watched_.find(uri);
  if (found == watched_.end()) return;
  Watched& watched = found->second;
  if (watched.version && *watched.version == version) return;
  const bool is_first = !watched.version;
  watched.version = version;
  if (is_first) return;
  const json params = {{"uri", uri}};
  constexpr const char* kUpdated = "notifications/resources/updated";
  if (watched.legacy) deps_.requests.Notify(kUpdated, params, "updated|" + uri);
  for (const auto& [key, listener] : listeners_) {
    if (!listener->acknowledged || listener->uris.count(uri) == 0) continue;
    deps_.requests.Notify(kUpdated, WithSubscription(*listener->request, params),
                          "updated|" + key + "|" + uri);
  }
}

void Subscriptions::CompareList(const std::string& list) {
  if (list_ && *list_ == list) return;
  const bool is_first = !list_;
  list_ = list;
  if (is_first) return;
  constexpr const char* kListChanged = "notifications/resources/list_changed";
  if (legacy_list_) deps_.requests.Notify(kListChanged, json::object(), "list_changed");
  for (const auto& [key, listener] : listeners_) {
    if (!listener->acknowledged || !listener->resources_list) continue;
    deps_.requests.Notify(kListChanged, WithSubscription(*listener->request, json::object()),
                          "list_changed|" + key);
  }
}

}  // namespace katra::mcp
