// katra_say. Its answer claims only what is known: the message is stored; personas with a live
// session can hear it now, the others later.
#include <nlohmann/json.hpp>

#include "mcp_server/tools/arguments.h"
#include "mcp_server/tools/output.h"
#include "mcp_server/tools/tool.h"
#include "render/receipts.h"

namespace katra::mcp {
namespace {

ToolOutput Run(const CallEnvironment& environment, const nlohmann::json& arguments) {
  store::SayRequest request;
  request.session = environment.session;
  request.room = WordArgument(arguments, "room");
  request.body = TextArgument(arguments, "message");
  request.to = RecipientsArgument(arguments, "to");
  request.reply_to = IdArgument(arguments, "reply_to");
  request.corrects = IdArgument(arguments, "corrects");
  request.idempotency_key = TextArgument(arguments, "idempotency_key");
  const Result<store::SayReceipt> receipt = environment.store.Say(request, environment.context);
  if (!receipt) return ErrorOutput(receipt.error());
  return MakeOutput(
      arguments, [&] { return render::SaidText(*receipt); },
      [&] { return render::SaidJson(*receipt); });
}

}  // namespace

extern const ToolDefinition kSay = {.name = "katra_say", .lane = Lane::kWrite, .run = &Run};

}  // namespace katra::mcp
