#include "mcp_server/protocol/pending_requests.h"

#include <nlohmann/json.hpp>
#include <utility>

namespace katra::mcp {

using nlohmann::json;

namespace {

void AddModernEnvelope(json& result, const json& server_info,
                       const std::optional<CacheHint>& cache) {
  result["resultType"] = "complete";
  result["_meta"]["io.modelcontextprotocol/serverInfo"] = server_info;
  if (cache) {
    result["ttlMs"] = cache->ttl_ms;
    result["cacheScope"] = cache->is_public ? "public" : "private";
  }
}

}  // namespace

PendingRequests::PendingRequests(Outbox& outbox, JsonPtr server_info)
    : outbox_(outbox), server_info_(std::move(server_info)) {}

RequestPtr PendingRequests::Begin(const Message& message, std::shared_ptr<Batch> batch) {
  auto request = std::make_shared<PendingRequest>();
  request->id = message.id;
  request->key = message.id.Key();
  if (!by_key_.emplace(request->key, request).second) return nullptr;
  request->method = message.method;
  request->params = message.params;
  request->lines_written = outbox_.lines_written();
  request->batch = std::move(batch);
  if (request->batch) ++request->batch->open;
  ++in_flight_;
  return request;
}

RequestPtr PendingRequests::Find(const RequestId& id) const {
  const auto found = by_key_.find(id.Key());
  return found == by_key_.end() ? nullptr : found->second;
}

void PendingRequests::MarkStream(const RequestPtr& request) {
  if (request->finished || request->stream) return;
  request->stream = true;
  --in_flight_;
}

void PendingRequests::Finish(const RequestPtr& request) {
  request->finished = true;
  by_key_.erase(request->key);
  if (!request->stream) --in_flight_;
  ++ended_;
}

void PendingRequests::Answer(const RequestPtr& request, std::string line,
                             std::function<void()> written) {
  Finish(request);
  if (!request->batch) {
    outbox_.Push(std::move(line), std::move(written));
    return;
  }
  Batch& batch = *request->batch;
  batch.answers.push_back(std::move(line));
  if (written) batch.written.push_back(std::move(written));
  --batch.open;
  MaybeSendBatch(batch);
}

void PendingRequests::Succeed(const RequestPtr& request, json result,
                              std::optional<CacheHint> cache, std::function<void()> written) {
  if (request->finished) return;
  if (request->context.era == Era::kModern) AddModernEnvelope(result, *server_info_, cache);
  Answer(request, ResultLine(request->id, result), std::move(written));
}

void PendingRequests::Fail(const RequestPtr& request, const ProtocolError& error) {
  if (request->finished) return;
  Answer(request, ErrorLine(request->id, error.code, error.message, error.data), {});
}

void PendingRequests::Drop(const RequestPtr& request) {
  if (request->finished) return;
  Finish(request);
  if (!request->batch) return;
  --request->batch->open;
  MaybeSendBatch(*request->batch);
}

void PendingRequests::Reject(const RequestId& id, int code, const std::string& message,
                             Batch* batch) {
  std::string line = ErrorLine(id, code, message);
  if (batch == nullptr) {
    outbox_.Push(std::move(line));
  } else {
    batch->answers.push_back(std::move(line));
  }
}

void PendingRequests::CloseBatch(const std::shared_ptr<Batch>& batch) {
  // The reader of the batch keeps it open by counting itself.
  --batch->open;
  MaybeSendBatch(*batch);
}

void PendingRequests::MaybeSendBatch(Batch& batch) {
  if (batch.open > 0 || batch.answers.empty()) return;
  std::string line = "[";
  for (const std::string& answer : batch.answers) {
    if (line.size() > 1) line += ',';
    line += answer;
  }
  line += ']';
  batch.answers.clear();
  outbox_.Push(std::move(line), [written = std::move(batch.written)] {
    for (const auto& callback : written) callback();
  });
}

void PendingRequests::Notify(const std::string& method, const json& params,
                             const std::string& key) {
  if (key.empty()) {
    outbox_.Push(NotificationLine(method, params));
  } else {
    outbox_.PushLatest(key, NotificationLine(method, params));
  }
}

std::vector<RequestPtr> PendingRequests::All() const {
  std::vector<RequestPtr> all;
  all.reserve(by_key_.size());
  for (const auto& [key, request] : by_key_) all.push_back(request);
  return all;
}

}  // namespace katra::mcp
