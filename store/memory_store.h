// Memories: what personas keep beyond a session. store/call_context.h has the rules of all calls,
// including errors.
#pragma once

#include <string>
#include <vector>

#include "core/result.h"
#include "store/call_context.h"
#include "store/types.h"

namespace katra::store {

class MemoryStore {
 public:
  virtual ~MemoryStore() = default;

  // kInvalidArgument: a size, tag or importance out of bounds. kNotFound: the memory to supersede
  // does not exist, or is another persona's private one. kFailedPrecondition: it has already been
  // superseded (the message names the newest version).
  virtual Result<RememberReceipt> Remember(const RememberRequest& request,
                                           const CallContext& context) = 0;

  // The memories that the session may see and that are most similar to `content`, best first, at
  // most `limit`, without `except`.
  virtual Result<std::vector<MemoryHit>> NearestMemories(SessionId session,
                                                         const std::string& content,
                                                         MemoryId except, int limit,
                                                         const CallContext& context) = 0;

  // Searches memories and messages.
  virtual Result<RecallReply> Recall(const RecallRequest& request, const CallContext& context) = 0;

  // Returns superseded memories too, but not forgotten ones. kNotFound.
  virtual Result<Memory> GetMemory(SessionId session, MemoryId id, const CallContext& context) = 0;

  // Hides a memory and writes an audit row. kNotFound. kPermissionDenied: the session's persona is
  // not the author.
  virtual Result<ForgetReceipt> Forget(SessionId session, MemoryId id, const std::string& reason,
                                       const CallContext& context) = 0;

  // The memories that a person may want to forget, with the reasons: those that expire soon, say
  // nearly the same as a newer one, are superseded, or were not recalled for long; in this order.
  // Without those that were kept in the last 90 days. Takes seconds for a large store.
  // kInvalidArgument; kNotFound: no such author.
  virtual Result<ReviewReply> Review(const ReviewRequest& request, const CallContext& context) = 0;

  // Records that a person decided to keep the memory. kNotFound.
  virtual Status KeepMemory(SessionId session, MemoryId id, const CallContext& context) = 0;

  // Erases a memory, forgotten or not, and removes its text from every index. Needs no session: for
  // `katra memory purge`.
  virtual Status Purge(MemoryId id, const CallContext& context) = 0;
};

}  // namespace katra::store
