// katra_say. Its answer claims no more than is true: the message is stored; who has a live session
// can hear it, and whoever has none will.
#include <nlohmann/json.hpp>

#include "mcp_server/tools/arguments.h"
#include "mcp_server/tools/handlers.h"
#include "mcp_server/tools/output.h"
#include "mcp_server/tools/receipts.h"
#include "mcp_server/tools/render.h"

namespace katra::mcp {
namespace {

std::vector<std::string> Names(const store::SayReceipt& receipt, std::optional<bool> live) {
  std::vector<std::string> names;
  for (const store::Recipient& recipient : receipt.recipients) {
    if (!live || recipient.live == *live) names.push_back(recipient.name);
  }
  return names;
}

// A room that many were in: the first of those who are named, and how many there are.
constexpr size_t kNamed = 12;

}  // namespace

std::string SaidText(const store::SayReceipt& receipt) {
  const std::string id = "#" + std::to_string(receipt.id);
  const std::string addressed =
      receipt.direct ? NameList(Names(receipt, std::nullopt), kNamed) : std::string("all");
  std::string text = receipt.repeated ? "already said " : "said ";
  text += id + " in " + Word(receipt.room) + " to " + addressed;
  if (receipt.repeated)
    return text + ": this idempotency key was seen before, nothing new was said";
  text += ": stored";
  const std::vector<std::string> live = Names(receipt, true);
  const std::vector<std::string> away = Names(receipt, false);
  if (live.empty() && away.empty() && receipt.gone_guests) {
    return text + "; nobody else is in this room now, whoever comes finds it there";
  }
  if (live.empty() && away.empty()) {
    return text + "; nobody else has been in this room yet, whoever comes finds it there";
  }
  if (!live.empty()) text += "; here now, can hear it: " + NameList(live, kNamed);
  if (!away.empty()) text += "; away, it waits for them: " + NameList(away, kNamed);
  return text;
}

nlohmann::json SaidJson(const store::SayReceipt& receipt) {
  nlohmann::json recipients = nlohmann::json::array();
  for (const store::Recipient& recipient : receipt.recipients) {
    if (recipients.size() == kNamed) break;
    recipients.push_back({{"name", recipient.name}, {"live", recipient.live}});
  }
  return {{"id", receipt.id},
          {"room", receipt.room},
          {"to", receipt.direct ? Names(receipt, std::nullopt) : std::vector<std::string>()},
          {"said_at", FormatRfc3339(receipt.said_at)},
          {"state", "stored"},
          {"repeated", receipt.repeated},
          {"recipients", std::move(recipients)},
          {"recipients_in_all", receipt.recipients.size()}};
}

ToolOutput RunSay(const CallEnvironment& environment, const nlohmann::json& arguments) {
  store::SayRequest request;
  request.session = environment.session;
  request.room = WordArgument(arguments, "room");
  request.body = TextArgument(arguments, "message");
  request.to = RecipientsArgument(arguments, "to");
  request.reply_to = IdArgument(arguments, "reply_to");
  request.idempotency_key = TextArgument(arguments, "idempotency_key");
  const Result<store::SayReceipt> receipt = environment.store.Say(request, environment.context);
  if (!receipt) return ErrorOutput(receipt.error());
  return MakeOutput(
      arguments, [&] { return SaidText(*receipt); }, [&] { return SaidJson(*receipt); });
}

}  // namespace katra::mcp
