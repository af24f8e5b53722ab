#include "cli/use_show.h"

#include <vector>

#include "core/clock.h"
#include "router/routing/cost/money.h"

namespace katra::cli {
namespace {

std::string Of(int64_t used, int64_t limit) {
  return std::to_string(used) + (limit == 0 ? "" : " of " + std::to_string(limit));
}

std::string Dollars(const JsonView& usd_micros) {
  return router::routing::cost::FormatUsd(usd_micros.Number().value_or(0));
}

}  // namespace

std::string ShowTokenUse(const JsonView& tokens, const Page& page) {
  std::vector<std::vector<std::string>> rows;
  for (const JsonView token : tokens) {
    const auto of = [&](const char* used, const char* limit) {
      return Of(token[used].Integer().value_or(0), token["limits"][limit].Integer().value_or(0));
    };
    rows.push_back({token["persona"].Text(), of("requests", "requests_per_minute"),
                    of("request_bytes", "request_bytes_per_minute"), of("open", "open_requests"),
                    token["id"].Text()});
  }
  if (rows.empty()) return {};
  return RenderTable({"PERSONA", "REQUESTS A MINUTE", "BYTES A MINUTE", "OPEN", "TOKEN"}, rows,
                     page);
}

std::string ShowBudgets(const JsonView& budgets, const Page& page, WallTime now) {
  std::vector<std::vector<std::string>> rows;
  for (const JsonView budget : budgets) {
    const std::string persona = budget["persona"].Text();
    const std::string provider = budget["provider"].Text();
    const int64_t unpriced = budget["unpriced"].Integer().value_or(0);
    const double under_way = budget["under_way_usd_micros"].Number().value_or(0);
    std::string spent =
        Dollars(budget["spent_usd_micros"]) + " of " + Dollars(budget["limit_usd_micros"]);
    if (under_way > 0) spent += ", about " + Dollars(budget["under_way_usd_micros"]) + " under way";
    if (unpriced > 0) spent += ", " + std::to_string(unpriced) + " of unknown price";
    const auto renewed = ParseTime(budget["renewed_at"].Text(), now);
    rows.push_back({persona.empty() ? "all" : persona, provider.empty() ? "all" : provider,
                    budget["per"].Text(), spent, budget["state"].Text(),
                    renewed ? FormatLocal(*renewed, now) : std::string("unknown")});
  }
  if (rows.empty()) return {};
  return RenderTable(
      {"PERSONA", "PROVIDER", "PER", "SPENT", "STATE", "RENEWED"}, rows, page,
      [](size_t column, const std::string& cell) {
        if (column != 4) return "";
        return cell == "open" ? kGoodLook : cell == "spent" ? kBadLook : kAttentionLook;
      });
}

std::string ShowQuotaUse(const std::vector<store::QuotaUse>& uses, const Page& page) {
  std::vector<std::vector<std::string>> rows;
  for (const store::QuotaUse& use : uses) {
    rows.push_back({use.persona, Of(use.messages, use.limits.messages_per_hour),
                    Of(use.message_bytes, use.limits.message_bytes_per_hour),
                    Of(use.rooms, use.limits.rooms_per_day),
                    Of(use.memories, use.limits.memories_per_day)});
  }
  if (rows.empty()) return {};
  return RenderTable(
      {"PERSONA", "MESSAGES AN HOUR", "BYTES AN HOUR", "NEW ROOMS A DAY", "MEMORIES A DAY"}, rows,
      page);
}

void WriteQuotaUse(const std::vector<store::QuotaUse>& uses, JsonWriter& writer) {
  writer.BeginArray();
  for (const store::QuotaUse& use : uses) {
    writer.BeginObject().Key("persona").String(use.persona);
    writer.Key("messages").Integer(use.messages).Key("message_bytes").Integer(use.message_bytes);
    writer.Key("rooms").Integer(use.rooms).Key("memories").Integer(use.memories);
    writer.Key("limits").BeginObject();
    writer.Key("messages_per_hour").Integer(use.limits.messages_per_hour);
    writer.Key("message_bytes_per_hour").Integer(use.limits.message_bytes_per_hour);
    writer.Key("rooms_per_day").Integer(use.limits.rooms_per_day);
    writer.Key("memories_per_day").Integer(use.limits.memories_per_day).EndObject().EndObject();
  }
  writer.EndArray();
}

}  // namespace katra::cli
