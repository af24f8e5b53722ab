#include "mcp_server/protocol/calls.h"

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

Calls::Calls(Outbox& outbox, JsonPtr server_info)
    : outbox_(outbox), server_info_(std::move(server_info)) {}

CallPtr Calls::Begin(const Message& message, std::shared_ptr<Batch> batch) {
  auto call = std::make_shared<Call>();
  call->id = message.id;
  call->key = message.id.Key();
  if (!by_key_.emplace(call->key, call).second) return nullptr;
  call->method = message.method;
  call->params = message.params;
  call->lines_written = outbox_.lines_written();
  call->batch = std::move(batch);
  if (call->batch) ++call->batch->open;
  ++in_flight_;
  return call;
}

CallPtr Calls::Find(const RequestId& id) const {
  const auto found = by_key_.find(id.Key());
  return found == by_key_.end() ? nullptr : found->second;
}

void Calls::MarkStream(const CallPtr& call) {
  if (call->finished || call->stream) return;
  call->stream = true;
  --in_flight_;
}

void Calls::Finish(const CallPtr& call) {
  call->finished = true;
  by_key_.erase(call->key);
  if (!call->stream) --in_flight_;
  ++ended_;
}

void Calls::Answer(const CallPtr& call, std::string line, std::function<void()> written) {
  Finish(call);
  if (!call->batch) {
    outbox_.Push(std::move(line), std::move(written));
    return;
  }
  Batch& batch = *call->batch;
  batch.answers.push_back(std::move(line));
  if (written) batch.written.push_back(std::move(written));
  --batch.open;
  MaybeSendBatch(batch);
}

void Calls::Succeed(const CallPtr& call, json result, std::optional<CacheHint> cache,
                    std::function<void()> written) {
  if (call->finished) return;
  if (call->context.era == Era::kModern) AddModernEnvelope(result, *server_info_, cache);
  Answer(call, ResultLine(call->id, result), std::move(written));
}

void Calls::Fail(const CallPtr& call, const ProtocolError& error) {
  if (call->finished) return;
  Answer(call, ErrorLine(call->id, error.code, error.message, error.data), {});
}

void Calls::Drop(const CallPtr& call) {
  if (call->finished) return;
  Finish(call);
  if (!call->batch) return;
  --call->batch->open;
  MaybeSendBatch(*call->batch);
}

void Calls::Reject(const RequestId& id, int code, const std::string& message, Batch* batch) {
  std::string line = ErrorLine(id, code, message);
  if (batch == nullptr) {
    outbox_.Push(std::move(line));
  } else {
    batch->answers.push_back(std::move(line));
  }
}

void Calls::CloseBatch(const std::shared_ptr<Batch>& batch) {
  // Whoever reads the batch holds it open with one count of its own.
  --batch->open;
  MaybeSendBatch(*batch);
}

void Calls::MaybeSendBatch(Batch& batch) {
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

void Calls::Notify(const std::string& method, const json& params, const std::string& key) {
  if (key.empty()) {
    outbox_.Push(NotificationLine(method, params));
  } else {
    outbox_.PushLatest(key, NotificationLine(method, params));
  }
}

std::vector<CallPtr> Calls::All() const {
  std::vector<CallPtr> all;
  all.reserve(by_key_.size());
  for (const auto& [key, call] : by_key_) all.push_back(call);
  return all;
}

}  // namespace katra::mcp
