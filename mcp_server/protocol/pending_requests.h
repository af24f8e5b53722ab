// Requests in flight, and their answers: exactly one each, in the envelope of the request's era,
// alone or in a batch. Knows nothing of methods, the store or I/O.
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

// The answers of a JSON-RPC batch, sent together when the last one is ready.
struct Batch {
  std::vector<std::string> answers;
  std::vector<std::function<void()>> written;
  size_t open = 0;
};

struct PendingRequest {
  RequestId id;
  std::string key;  // RequestId::Key() of `id`
  std::string method;
  RequestContext context;
  JsonPtr params;
  std::shared_ptr<Batch> batch;  // null: not part of a batch
  // Read by store threads, which may outlive the request.
  std::shared_ptr<std::atomic<bool>> cancelled = std::make_shared<std::atomic<bool>>(false);
  bool finished = false;  // answered, cancelled or dropped; nothing more may be sent for it
  bool stream = false;    // subscriptions/listen: open until the client or the server ends it
  // Outbox::lines_written() when the request arrived: what the client can have received by then
  uint64_t lines_written = 0;
  size_t bytes = 0;  // size of its line, for the limit on queued requests
};
using RequestPtr = std::shared_ptr<PendingRequest>;

// How long a client may cache a result of the stateless era. Unset: the method has no cache hints.
struct CacheHint {
  int ttl_ms = 0;
  bool is_public = false;
};

class PendingRequests {
 public:
  // `outbox` is borrowed. `server_info` is added to each result of the stateless era.
  PendingRequests(Outbox& outbox, JsonPtr server_info);

  // Returns null if a request with this id is already in flight.
  [[nodiscard]] RequestPtr Begin(const Message& message, std::shared_ptr<Batch> batch);
  // Returns null if no such request is in flight.
  [[nodiscard]] RequestPtr Find(const RequestId& id) const;

  // No effect on a request that is finished.
  void Succeed(const RequestPtr& request, nlohmann::json result,
               std::optional<CacheHint> cache = std::nullopt, std::function<void()> written = {});
  void Fail(const RequestPtr& request, const ProtocolError& error);
  void Drop(const RequestPtr& request);  // sends nothing

  // Answers a message that is not a valid request.
  void Reject(const RequestId& id, int code, const std::string& message, Batch* batch);
  // The batch has been read completely. Its answers are not sent before that.
  void CloseBatch(const std::shared_ptr<Batch>& batch);

  // Replaces an unwritten notification that has the same `key`; with an empty key, never.
  void Notify(const std::string& method, const nlohmann::json& params, const std::string& key = {});

  // The number of requests in flight, not counting streams.
  [[nodiscard]] size_t in_flight() const { return in_flight_; }
  // The number of requests ended so far; increases as long as there is progress.
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
