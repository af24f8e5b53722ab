// The methods that read: resources/list, resources/read, prompts/get, completion/complete. Parses,
// asks the catalog on a store thread, answers. No I/O.
#pragma once

#include "mcp_server/protocol/calls.h"
#include "mcp_server/protocol/catalog.h"
#include "mcp_server/protocol/store_runner.h"
#include "mcp_server/protocol/subscriptions.h"

namespace katra::mcp {

class Reading {
 public:
  struct Deps {
    const Catalog& catalog;
    Calls& calls;
    StoreRunner& runner;
    Subscriptions& subscriptions;  // learns what the client knows of the list
  };

  // All of `deps` is borrowed.
  explicit Reading(const Deps& deps) : deps_(deps) {}

  void ListResources(const CallPtr& call);
  void ReadResource(const CallPtr& call);
  void GetPrompt(const CallPtr& call);
  void Complete(const CallPtr& call);

 private:
  // Runs `ask` on a store thread, then `answer` on the loop with what it gave.
  template <typename T>
  void Ask(const CallPtr& call, std::function<Result<T>(const CallEnvironment&)> ask,
           std::function<void(Result<T>)> answer);

  const Deps deps_;
};

}  // namespace katra::mcp
