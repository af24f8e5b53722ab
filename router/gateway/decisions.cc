#include "router/gateway/decisions.h"

#include "core/http/sse.h"
#include "core/json_write.h"

namespace katra::gateway {

std::string DecisionJson(const Outcome& outcome) {
  std::string json;
  JsonWriter writer(json);
  writer.BeginObject().Key("request_id").String(outcome.request_id);
  writer.Key("at").String(FormatRfc3339(outcome.at)).Key("endpoint").String(outcome.endpoint);
  writer.Key("persona").String(outcome.persona).Key("session").String(outcome.client_session_id);
  if (!outcome.agent_id.empty()) writer.Key("agent").String(outcome.agent_id);
  writer.Key("requested_model").String(outcome.requested_model);
  writer.Key("provider").String(outcome.provider).Key("model").String(outcome.model);
  writer.Key("reported_model").String(outcome.reported_model);
  writer.Key("status").Integer(outcome.status).Key("error").String(outcome.error_type);
  writer.Key("streamed").Bool(outcome.streamed);
  writer.Key("attempts").BeginArray();
  for (const AttemptRecord& attempt : outcome.attempts) {
    writer.BeginObject().Key("provider").String(attempt.provider);
    writer.Key("model").String(attempt.model).Key("reason").String(attempt.reason);
    writer.Key("status").Integer(attempt.status).Key("error").String(attempt.error);
    writer.Key("duration_ms").Integer(attempt.duration.count()).EndObject();
  }
  writer.EndArray().Key("dropped").BeginArray();
  for (const std::string& name : outcome.dropped) writer.String(name);
  writer.EndArray().Key("usage").BeginObject();
  writer.Key("known").Bool(outcome.usage.known);
  writer.Key("input_tokens").Integer(outcome.usage.input_tokens);
  writer.Key("output_tokens").Integer(outcome.usage.output_tokens);
  writer.Key("cache_read_tokens").Integer(outcome.usage.cache_read_tokens);
  writer.Key("cache_write_tokens").Integer(outcome.usage.cache_write_tokens).EndObject();
  if (outcome.cost_usd_micros >= 0) {
    writer.Key("cost_usd_micros").Integer(outcome.cost_usd_micros);
  }
  if (outcome.first_byte.count() >= 0) {
    writer.Key("first_byte_ms").Integer(outcome.first_byte.count());
  }
  writer.Key("duration_ms").Integer(outcome.duration.count()).EndObject();
  return json;
}

void Decisions::Take(const OutcomePtr& outcome) {
  last_.push_back(outcome);
  if (last_.size() > kKept) last_.pop_front();
  watchers_.remove_if([](const auto& watcher) { return watcher->gone(); });
  if (watchers_.empty()) return;
  const std::string event = http::FormatSse("decision", DecisionJson(*outcome));
  for (const auto& watcher : watchers_) {
    if (watcher->pending_bytes() > kMaxBehindBytes) {
      watcher->Cut();
    } else {
      watcher->Write(event);
    }
  }
}

void Decisions::Watch(std::shared_ptr<http::Exchange> exchange) {
  exchange->Begin(200, {{"content-type", "text/event-stream"}, {"cache-control", "no-cache"}});
  exchange->Write(": decisions\n\n");
  for (const OutcomePtr& outcome : last_) {
    exchange->Write(http::FormatSse("decision", DecisionJson(*outcome)));
  }
  watchers_.push_back(std::move(exchange));
}

void Decisions::Close() {
  for (const auto& watcher : watchers_) watcher->End();
  watchers_.clear();
}

}  // namespace katra::gateway
