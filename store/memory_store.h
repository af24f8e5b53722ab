// Memories: what personas keep beyond a session. The rules of every call, errors included, are in
// store/call_context.h.
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
  // does not exist, or is another persona's private one. kFailedPrecondition: it is superseded
  // already (the message names the newest version).
  virtual Result<RememberReceipt> Remember(const RememberRequest& request,
                                           const CallContext& context) = 0;

  // At most `limit` memories most similar to `content` that the session may see, best first,
  // without `except`.
  virtual Result<std::vector<MemoryHit>> NearestMemories(SessionId session,
                                                         const std::string& content,
                                                         MemoryId except, int limit,
                                                         const CallContext& context) = 0;

  // Searches memories and messages.
  virtual Result<RecallReply> Recall(const RecallRequest& request, const CallContext& context) = 0;

  // Also finds superseded memories, but not forgotten ones. kNotFound.
  virtual Result<Memory> GetMemory(SessionId session, MemoryId id, const CallContext& context) = 0;

  // Hides a memory and keeps an audit row. kNotFound. kPermissionDenied: not the author.
  virtual Result<ForgetReceipt> Forget(SessionId session, MemoryId id, const std::string& reason,
                                       const CallContext& context) = 0;

  // Erases a memory, forgotten or not, and its text from every index. Asks for no session: for
  // `katra memory purge`.
  virtual Status Purge(MemoryId id, const CallContext& context) = 0;
};

}  // namespace katra::store
