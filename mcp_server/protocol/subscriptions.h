// Notifies clients of changed resources, in both eras: resources/subscribe and list_changed of the
// handshake revisions, subscriptions/listen of the stateless one. When the store changes, it
// compares the versions of the watched resources, so that only changes that this session can see
// are reported. No I/O.
#pragma once

#include <map>
#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "mcp_server/protocol/offering.h"
#include "mcp_server/protocol/pending_requests.h"
#include "mcp_server/protocol/store_runner.h"
#include "mcp_server/session_host.h"

namespace katra::mcp {

class Subscriptions {
 public:
  static constexpr size_t kMaxWatched = 256;
  static constexpr size_t kMaxListens = 16;
  // The list of resources is read at most once per period.
  static constexpr std::chrono::seconds kListPeriod{1};

  struct Deps {
    const Offering& offering;
    PendingRequests& requests;
    StoreRunner& runner;
    SessionHost& host;
    const Clock& clock;
  };

  // All of `deps` is borrowed.
  explicit Subscriptions(const Deps& deps);

  // resources/subscribe and resources/unsubscribe.
  void Subscribe(const RequestPtr& request);
  void Unsubscribe(const RequestPtr& request);
  // The handshake is done; changes of the list of resources are reported from now on.
  void BeginLegacyListChanged();

  // subscriptions/listen.
  void Listen(const RequestPtr& request);
  // `request` was cancelled and is finished.
  void OnCancelled(const RequestPtr& request);
  // The server is ending; each listener gets its result.
  void EndListens();

  // The client has just received this list; only differences from it are reported.
  void NoteList(const std::vector<ResourceInfo>& resources);

  // Something may have changed.
  void OnBell();
  void Tick(SteadyTime now);
  [[nodiscard]] SteadyTime NextDeadline() const;

 private:
  struct Listener {
    RequestPtr request;
    bool resources_list = false;
    std::set<std::string> uris;
    bool acknowledged = false;
  };
  using ListenerPtr = std::shared_ptr<Listener>;
  struct Watched {
    std::optional<std::string> version;  // unset: not known yet
    bool legacy = false;                 // watched by resources/subscribe
  };
  struct Snapshot;  // the result of a poll
  using SnapshotPtr = std::shared_ptr<Snapshot>;

  void Poll();
  void OnPolled(const Snapshot& snapshot, const Error* error);
  void Compare(const std::string& uri, const std::string& version);
  void CompareList(const std::string& list);
  void Acknowledge(const ListenerPtr& listener, const Snapshot& snapshot);
  // Reads the versions of `uris` on a store thread.
  void Read(CancelFlag cancelled, std::vector<std::string> uris, bool list,
            std::function<void(const Snapshot&, const Error*)> done);
  void Forget(const std::string& uri);
  [[nodiscard]] bool IsWatched(const std::string& uri) const;
  [[nodiscard]] bool WantsList() const;

  const Deps deps_;
  std::map<std::string, Watched> watched_;
  std::map<std::string, ListenerPtr> listeners_;  // by the key of their requests
  bool legacy_list_ = false;
  std::optional<std::string> list_;  // as last sent to the client; unset: never sent
  bool list_dirty_ = false;
  uint64_t bells_ = 0;
  SteadyTime next_list_;
  bool polling_ = false;
  bool poll_again_ = false;
};

}  // namespace katra::mcp
