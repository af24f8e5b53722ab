// The reading methods: resources/list, resources/read, prompts/get, completion/complete. Parses the
// request, calls the offering on a store thread, answers. No I/O.
#pragma once

#include "mcp_server/protocol/offering.h"
#include "mcp_server/protocol/pending_requests.h"
#include "mcp_server/protocol/store_runner.h"
#include "mcp_server/protocol/subscriptions.h"

namespace katra::mcp {

class ResourceMethods {
 public:
  struct Deps {
    const Offering& offering;
    PendingRequests& requests;
    StoreRunner& runner;
    Subscriptions& subscriptions;  // is told which list the client has seen
  };

  // All of `deps` is borrowed.
  explicit ResourceMethods(const Deps& deps) : deps_(deps) {}

  void ListResources(const RequestPtr& request);
  void ReadResource(const RequestPtr& request);
  void GetPrompt(const RequestPtr& request);
  void Complete(const RequestPtr& request);

 private:
  // Runs `ask` on a store thread, then `answer` on the loop with its result.
  template <typename T>
  void Ask(const RequestPtr& request, std::function<Result<T>(const CallEnvironment&)> ask,
           std::function<void(Result<T>)> answer);

  const Deps deps_;
};

}  // namespace katra::mcp
