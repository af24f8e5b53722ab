// Usage of models through the gateway: what requests took and cost, and what a provider wants back
// later. Never a prompt or an answer. The rules of every call, errors included, are in
// store/call_context.h.
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

  // Records finished requests, and marks the tags of the sessions that they answered as verified
  // (UsageRecord::verifies). Not synced.
  virtual Status RecordUsage(const std::vector<UsageRecord>& records,
                             const CallContext& context) = 0;

  // Sums of the requests at or after `since`, by key.
  virtual Result<std::vector<UsageSum>> SumUsage(UsageGroup group, WallTime since,
                                                 const CallContext& context) = 0;

  // Keeps what a provider wants back with the result of a tool call. Replaces what was kept under
  // the same id; drops what is older than 30 days. Not synced.
  virtual Status KeepReasoning(const std::vector<KeptReasoning>& kept,
                               const CallContext& context) = 0;

  // At most `limit`, newest first.
  virtual Result<std::vector<KeptReasoning>> LatestReasoning(int limit,
                                                             const CallContext& context) = 0;
};

}  // namespace katra::store
