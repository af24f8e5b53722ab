// The requests that have no answer yet, and how they are answered: in the envelope of their era,
// alone or in their batch, once. Knows nothing of methods, of the store or of I/O.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "mcp_server/protocol/protocol_revision.h"
#include "mcp_server/rpc/message.h"
#include "mcp_server/rpc/outbox.h"

namespace katra::mcp {

// The answers of a JSON-RPC batch, sent together when the last is there.
struct Batch {
  std::vector<std::string> answers;
  std::vector<std::function<void()>> written;
  size_t open = 0;
};

struct PendingRequest {
  RequestId id;
  std::string key;  // of `id`
  std::string method;
  RequestContext context;
  JsonPtr params;
  std::shared_ptr<Batch> batch;  // null: answered alone
  // Read by store threads, which may outlive the request.
  std::shared_ptr<std::atomic<bool>> cancelled = std::make_shared<std::atomic<bool>>(false);
  bool finished = false;       // answered, cancelled or dropped: nothing more may be sent for it
  bool stream = false;         // subscriptions/listen: open until the client or the server ends it
  uint64_t lines_written = 0;  // to the client, when it came in: what the client can have known
  size_t bytes = 0;            // of its line, for the bound on what waits
};
using RequestPtr = std::shared_ptr<PendingRequest>;

// How long a client may keep a modern result. Unset: the method has no such hints.
struct CacheHint {
  int ttl_ms = 0;
  bool is_public = false;
};

class PendingRequests {
 public:
  // `outbox` is borrowed. `server_info` goes with each modern result.
  PendingRequests(Outbox& outbox, JsonPtr server_info);

  // Null: a request with this id is in flight.
  [[nodiscard]] RequestPtr Begin(const Message& message, std::shared_ptr<Batch> batch);
  // Null: none such in flight.
  [[nodiscard]] RequestPtr Find(const RequestId& id) const;

  // Each has no effect on a request that is finished.
  void Succeed(const RequestPtr& request, nlohmann::json result,
               std::optional<CacheHint> cache = std::nullopt, std::function<void()> written = {});
  void Fail(const RequestPtr& request, const ProtocolError& error);
  void Drop(const RequestPtr& request);  // nothing is sent

  // Answers something that never was a request.
  void Reject(const RequestId& id, int code, const std::string& message, Batch* batch);
  // The batch has been read to its end; until then it is not sent.
  void CloseBatch(const std::shared_ptr<Batch>& batch);

  // `key`: replaces what was sent with the same key and is not written yet; empty: never.
  void Notify(const std::string& method, const nlohmann::json& params, const std::string& key = {});

  // Requests in flight, without streams.
  [[nodiscard]] size_t in_flight() const { return in_flight_; }
  // Requests ended so far: grows as long as there is progress.
  [[nodiscard]] uint64_t ended() const { return ended_; }
  // As Outbox::lines_written().
  [[nodiscard]] uint64_t lines_written() const { return outbox_.lines_written(); }
  [[nodiscard]] std::vector<RequestPtr> All() const;

  void MarkStream(const RequestPtr& request);

 private:
  void Finish(const RequestPtr& request);
  void Answer(const RequestPtr& request, std::string line, std::function<void()> written);
  void MaybeSendBatch(Batch& batch);

  Outbox& outbox_;
  const JsonPtr server_info_;
  std::map<std::string, RequestPtr> by_key_;
  size_t in_flight_ = 0;
  uint64_t ended_ = 0;
};

}  // namespace katra::mcp
