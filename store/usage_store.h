// Usage of models through the gateway: tokens and costs of requests, and reasoning that providers
// expect back later. Never a prompt or a response. store/call_context.h has the rules of all calls,
// including errors.
#pragma once

#include <vector>

#include "core/clock.h"
#include "core/result.h"
#include "store/call_context.h"
#include "store/usage.h"

namespace katra::store {

class UsageStore {
 public:
  virtual ~UsageStore() = default;

  // Records finished requests. Those with UsageRecord::verifies also mark the tags of the sessions
  // that they answered as verified. Not synced.
  virtual Status RecordUsage(const std::vector<UsageRecord>& records,
                             const CallContext& context) = 0;

  // Totals of the requests at or after `since`, grouped by key.
  virtual Result<std::vector<UsageSum>> SumUsage(UsageGroup group, WallTime since,
                                                 const CallContext& context) = 0;

  // What requests at or after `since` and before `until` have cost, by persona and provider.
  virtual Result<std::vector<SpendingSum>> SumSpending(WallTime since, WallTime until,
                                                       const CallContext& context) = 0;

  // The latest records, newest first.
  virtual Result<std::vector<UsageRecord>> LatestUsage(const UsageFilter& filter,
                                                       const CallContext& context) = 0;

  // Totals and latencies of the requests at or after `since`, by route and model. `persona`: only
  // its requests; empty: all.
  virtual Result<std::vector<RouteSum>> SumRoutes(RouteGroup group, const std::string& persona,
                                                  WallTime since, const CallContext& context) = 0;

  // Stores reasoning that a provider expects back with the result of a tool call. Replaces an entry
  // with the same id, and deletes entries older than 30 days. Not synced.
  virtual Status KeepReasoning(const std::vector<KeptReasoning>& kept,
                               const CallContext& context) = 0;

  // At most `limit`, newest first.
  virtual Result<std::vector<KeptReasoning>> LatestReasoning(int limit,
                                                             const CallContext& context) = 0;
};

}  // namespace katra::store
