#include "cli/route/decision_view.h"

#include <array>
#include <cstdio>
#include <vector>

#include "core/text.h"

namespace katra::cli {
namespace {

using store::UsageRecord;

constexpr size_t kMaxWordBytes = 200;

template <typename... Args>
std::string Format(const char* format, Args... args) {
  std::array<char, 64> text{};
  (void)std::snprintf(text.data(), text.size(), format, args...);
  return text.data();
}

std::string Word(const std::string& text) { return OneLine(text, kMaxWordBytes); }

}  // namespace

Result<UsageRecord> ReadDecision(std::string_view json) {
  JsonDocument document;
  if (auto parsed = document.Parse(json); !parsed) return Pass(std::move(parsed));
  const JsonView root = document.Root();
  if (!root["request_id"].IsString()) {
    return Fail(ErrorCode::kInvalidArgument, "a decision of the gateway has no \"request_id\"");
  }
  const auto number = [](JsonView from, const char* key) {
    return from[key].Integer().value_or(0);
  };
  UsageRecord record;
  if (const auto at = ParseTime(root["at"].Text(), {})) record.at = *at;
  record.request_id = root["request_id"].Text();
  record.endpoint = root["endpoint"].Text();
  record.persona = root["persona"].Text();
  record.client_session_id = root["session"].Text();
  record.agent_id = root["agent"].Text();
  record.requested_model = root["requested_model"].Text();
  record.provider = root["provider"].Text();
  record.asked_model = root["model"].Text();
  record.model = root["reported_model"].Text();
  if (record.model.empty()) record.model = record.asked_model;
  record.status = static_cast<int>(number(root, "status"));
  record.error = root["error"].Text();
  record.streamed = root["streamed"].IsTrue();
  const JsonView usage = root["usage"];
  record.cache_told = usage["known"].IsTrue();
  record.input_tokens = number(usage, "input_tokens");
  record.output_tokens = number(usage, "output_tokens");
  record.cache_read_tokens = number(usage, "cache_read_tokens");
  record.cache_write_tokens = number(usage, "cache_write_tokens");
  record.cost_usd_micros = root["cost_usd_micros"].Integer();
  record.first_byte_ms = root["first_byte_ms"].Integer();
  record.duration_ms = number(root, "duration_ms");
  record.rule = root["rule"].Text();
  record.route = root["route"].Text();
  record.matcher = root["matcher"].Text();
  record.score = root["score"].Number();
  record.estimated_tokens = root["estimated_tokens"].Integer();
  if (!root["continued"].IsNothing()) record.continued = root["continued"].IsTrue();
  for (const JsonView one : root["attempts"]) {
    record.tried.push_back({one["provider"].Text(), one["model"].Text(), one["reason"].Text(),
                            static_cast<int>(number(one, "status")), one["error"].Text(),
                            number(one, "duration_ms")});
  }
  record.attempts = static_cast<int>(record.tried.size());
  if (!record.tried.empty()) record.reason = record.tried.back().reason;
  return record;
}

void WriteDecision(const UsageRecord& record, JsonWriter& writer) {
  const auto text = [&](const char* key, const std::string& value) {
    writer.Key(key);
    value.empty() ? writer.Null() : writer.String(value);
  };
  const auto number = [&](const char* key, std::optional<int64_t> value) {
    writer.Key(key);
    value ? writer.Integer(*value) : writer.Null();
  };
  writer.BeginObject().Key("request_id").String(record.request_id);
  writer.Key("at").String(FormatRfc3339(record.at)).Key("endpoint").String(record.endpoint);
  writer.Key("persona").String(record.persona);
  text("session", record.client_session_id);
  text("agent", record.agent_id);
  text("requested_model", record.requested_model);
  text("rule", record.rule);
  text("route", record.route);
  text("matcher", record.matcher);
  writer.Key("score");
  record.score ? writer.Raw(Format("%.3f", *record.score)) : writer.Null();
  text("provider", record.provider);
  text("model", record.asked_model.empty() ? record.model : record.asked_model);
  text("reported_model", record.model);
  text("reason", record.reason);
  number("status", record.status);
  text("error", record.error);
  writer.Key("attempts").BeginArray();
  for (const store::UsageAttempt& one : record.tried) {
    writer.BeginObject().Key("provider").String(one.provider).Key("model").String(one.model);
    writer.Key("reason").String(one.reason).Key("status").Integer(one.status);
    text("error", one.error);
    writer.Key("duration_ms").Integer(one.duration_ms).EndObject();
  }
  writer.EndArray();
  number("estimated_tokens", record.estimated_tokens);
  writer.Key("continued");
  record.continued ? writer.Bool(*record.continued) : writer.Null();
  writer.Key("input_tokens").Integer(record.input_tokens);
  writer.Key("output_tokens").Integer(record.output_tokens);
  number("cache_read_tokens",
         record.cache_told ? std::optional(record.cache_read_tokens) : std::nullopt);
  writer.Key("cache_write_tokens").Integer(record.cache_write_tokens);
  number("cost_usd_micros", record.cost_usd_micros);
  number("first_byte_ms", record.first_byte_ms);
  writer.Key("duration_ms").Integer(record.duration_ms).EndObject();
}

std::string ChosenModel(const UsageRecord& record) {
  const std::string& model = record.asked_model.empty() ? record.model : record.asked_model;
  if (record.provider.empty()) return model.empty() ? "nobody" : Word(model);
  return Word(record.provider + "/" + model);
}

std::string RequestedModel(const UsageRecord& record) {
  return record.requested_model.empty() ? "-" : Word(record.requested_model);
}

std::string RouteText(const UsageRecord& record) {
  if (record.route.empty()) return record.rule.empty() ? "-" : Word(record.rule);
  std::vector<std::string> more;
  if (record.score) more.push_back(Format("%.2f", *record.score));
  if (record.rule == "held") more.emplace_back("held");
  return Word(record.route) + (more.empty() ? std::string() : " (" + Join(more, ", ") + ")");
}

std::string WhyText(const UsageRecord& record) {
  if (!record.error.empty()) return "failed: " + Word(record.error);
  std::string why = record.reason.empty() ? "-" : Word(record.reason);
  if (IsFallback(record)) {
    const store::UsageAttempt& first = record.tried.front();
    why += ", after " + Word(first.provider + "/" + first.model) + " failed";
  }
  return why;
}

std::string DollarText(int64_t usd_micros) {
  if (usd_micros == 0) return "$0";
  if (usd_micros > 0 && usd_micros < 100) return "<$0.0001";
  const double dollars = static_cast<double>(usd_micros) / 1e6;
  return dollars < 100 ? Format("$%.4f", dollars) : Format("$%.2f", dollars);
}

std::string CostText(const UsageRecord& record) {
  if (record.cost_usd_micros) return DollarText(*record.cost_usd_micros);
  const int64_t tokens = record.input_tokens + record.output_tokens + record.cache_read_tokens +
                         record.cache_write_tokens;
  return !record.error.empty() && tokens == 0 ? "-" : "$?";
}

std::string MillisText(std::optional<int64_t> milliseconds) {
  if (!milliseconds) return "-";
  const auto value = static_cast<double>(*milliseconds);
  if (*milliseconds < 1'000) return Format("%lld ms", static_cast<long long>(*milliseconds));
  if (*milliseconds < 99'950) return Format("%.1f s", value / 1e3);
  return Format("%.0f min", value / 60e3);
}

std::string ShortCount(int64_t count) {
  const auto value = static_cast<double>(count);
  if (count < 1'000) return std::to_string(count);
  if (count < 999'950) return Format("%.1fk", value / 1e3);
  if (count < 999'950'000) return Format("%.1fM", value / 1e6);
  return Format("%.1fG", value / 1e9);
}

bool IsFallback(const UsageRecord& record) {
  if (record.tried.size() < 2) return false;
  const store::UsageAttempt& first = record.tried.front();
  const store::UsageAttempt& last = record.tried.back();
  return first.provider != last.provider || first.model != last.model;
}

}  // namespace katra::cli
