// A feed of which model was chosen for which request and why, as JSON, for watchers on the admin
// socket; new watchers first get the latest ones. Contains no text of requests.
#pragma once

#include <deque>
#include <list>
#include <memory>
#include <string>

#include "core/http/server.h"
#include "router/gateway/observe/request_record.h"
#include "router/policy/policy.h"

namespace katra::router::gateway {

// One line of JSON.
[[nodiscard]] std::string DecisionJson(const RequestRecord& record);

// The response of POST /v1/route: which model would serve the request, and why.
[[nodiscard]] std::string RouteJson(const policy::Choice& choice);

// Used on the loop's thread.
class Decisions {
 public:
  void OnRequestFinished(const RequestRecordPtr& record);
  // Streams the latest decisions and then new ones, as events, until the watcher disconnects.
  void Watch(std::shared_ptr<http::Exchange> exchange);
  // Ends all watches.
  void Close();

 private:
  static constexpr size_t kKept = 100;
  static constexpr size_t kMaxBehindBytes = 1024 * 1024;

  std::deque<RequestRecordPtr> last_;
  std::list<std::shared_ptr<http::Exchange>> watchers_;
};

}  // namespace katra::router::gateway
