// Which model was chosen for which request and why, as JSON: a feed for whoever watches on the
// admin surface, and the last ones for whoever comes later. Holds no text of a request.
#pragma once

#include <deque>
#include <list>
#include <memory>
#include <string>

#include "core/http/server.h"
#include "router/gateway/observe/request_record.h"

namespace katra::router::gateway {

// One line of JSON.
[[nodiscard]] std::string DecisionJson(const RequestRecord& record);

// On the loop's thread.
class Decisions {
 public:
  void OnRequestFinished(const RequestRecordPtr& record);
  // Streams the last ones and then what comes, as events, until the watcher leaves.
  void Watch(std::shared_ptr<http::Exchange> exchange);
  // Ends every watch.
  void Close();

 private:
  static constexpr size_t kKept = 100;
  static constexpr size_t kMaxBehindBytes = 1024 * 1024;

  std::deque<RequestRecordPtr> last_;
  std::list<std::shared_ptr<http::Exchange>> watchers_;
};

}  // namespace katra::router::gateway
