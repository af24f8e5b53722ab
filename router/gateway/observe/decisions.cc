#include "router/gateway/observe/decisions.h"

#include <array>
#include <cstdio>

#include "core/http/sse.h"
#include "core/json_write.h"

namespace katra::router::gateway {

namespace {

// "0.873"
std::string ShownScore(double score) {
  std::array<char, 32> text{};
  (void)std::snprintf(text.data(), text.size(), "%.3f", score);
  return text.data();
}

}  // namespace

std::string DecisionJson(const RequestRecord& record) {
  std::string json;
  JsonWriter writer(json);
  writer.BeginObject().Key("request_id").String(record.request_id);
  writer.Key("at").String(FormatRfc3339(record.at)).Key("endpoint").String(record.endpoint);
  writer.Key("persona").String(record.persona).Key("session").String(record.client_session_id);
  if (!record.agent_id.empty()) writer.Key("agent").String(record.agent_id);
  writer.Key("requested_model").String(record.requested_model);
  writer.Key("rule").String(record.rule);
  if (!record.route.empty()) writer.Key("route").String(record.route);
  if (!record.matcher.empty()) writer.Key("matcher").String(record.matcher);
  if (record.score >= 0) writer.Key("score").Raw(ShownScore(record.score));
  if (record.estimated_tokens >= 0) {
    writer.Key("estimated_tokens").Integer(record.estimated_tokens);
  }
  if (record.continued) writer.Key("continued").Bool(*record.continued);
  writer.Key("provider").String(record.provider).Key("model").String(record.model);
  writer.Key("reported_model").String(record.reported_model);
  writer.Key("status").Integer(record.status).Key("error").String(record.error_type);
  writer.Key("streamed").Bool(record.streamed);
  writer.Key("attempts").BeginArray();
  for (const AttemptRecord& attempt : record.attempts) {
    writer.BeginObject().Key("provider").String(attempt.provider);
    writer.Key("model").String(attempt.model).Key("reason").String(attempt.reason);
    writer.Key("status").Integer(attempt.status).Key("error").String(attempt.error);
    writer.Key("duration_ms").Integer(attempt.duration.count()).EndObject();
  }
  writer.EndArray().Key("dropped").BeginArray();
  for (const std::string& name : record.dropped) writer.String(name);
  writer.EndArray().Key("usage").BeginObject();
  writer.Key("known").Bool(record.usage.known);
  writer.Key("input_tokens").Integer(record.usage.input_tokens);
  writer.Key("output_tokens").Integer(record.usage.output_tokens);
  writer.Key("cache_read_tokens").Integer(record.usage.cache_read_tokens);
  writer.Key("cache_write_tokens").Integer(record.usage.cache_write_tokens).EndObject();
  if (record.cost_usd_micros >= 0) {
    writer.Key("cost_usd_micros").Integer(record.cost_usd_micros);
  }
  if (record.first_byte.count() >= 0) {
    writer.Key("first_byte_ms").Integer(record.first_byte.count());
  }
  writer.Key("duration_ms").Integer(record.duration.count()).EndObject();
  return json;
}

std::string RouteJson(const policy::Choice& choice) {
  const policy::Candidate& first = choice.candidates.front();
  std::string json;
  JsonWriter writer(json);
  writer.BeginObject().Key("rule").String(ToString(choice.rule)).Key("route");
  if (choice.route.empty()) {
    writer.Null();
  } else {
    writer.String(choice.route);
  }
  writer.Key("score");
  if (choice.score < 0) {
    writer.Null();
  } else {
    writer.Raw(ShownScore(choice.score));
  }
  writer.Key("matcher");
  if (choice.matcher.empty()) {
    writer.Null();
  } else {
    writer.String(choice.matcher);
  }
  writer.Key("reason").String(first.reason);
  writer.Key("provider").String(first.provider->name).Key("model").String(first.model);
  writer.Key("candidates").BeginArray();
  const policy::Candidate* before = nullptr;
  for (const policy::Candidate& candidate : choice.candidates) {
    // Several keys of a provider are several candidates of one model.
    const bool again = before != nullptr && before->provider == candidate.provider &&
                       before->model == candidate.model;
    before = &candidate;
    if (again) continue;
    writer.BeginObject().Key("provider").String(candidate.provider->name);
    writer.Key("model").String(candidate.model).Key("reason").String(candidate.reason).EndObject();
  }
  writer.EndArray().EndObject();
  return json;
}

void Decisions::OnRequestFinished(const RequestRecordPtr& record) {
  last_.push_back(record);
  if (last_.size() > kKept) last_.pop_front();
  watchers_.remove_if([](const auto& watcher) { return watcher->gone(); });
  if (watchers_.empty()) return;
  const std::string event = http::FormatSse("decision", DecisionJson(*record));
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
  for (const RequestRecordPtr& record : last_) {
    exchange->Write(http::FormatSse("decision", DecisionJson(*record)));
  }
  watchers_.push_back(std::move(exchange));
}

void Decisions::Close() {
  for (const auto& watcher : watchers_) watcher->End();
  watchers_.clear();
}

}  // namespace katra::router::gateway
