#include "router/translate/from_responses/errors.h"

#include "core/json_write.h"

namespace katra::router::translate {
namespace {

ApiError Of(JsonView error, const ReplyContext& context) {
  // Converts to the usual shape of errors. "error" as a type is only the event's type.
  std::string body;
  JsonWriter writer(body);
  writer.BeginObject().Key("error").BeginObject();
  for (const char* member : {"code", "message", "param", "type"}) {
    const JsonView value = error[member];
    if (!value.IsNothing() && !value.Is("error")) writer.Key(member).Raw(value.Raw());
  }
  writer.EndObject().EndObject();
  return FromUpstream(200, {}, body, context.provider, context.input_estimate_tokens);
}

}  // namespace

ApiError FromResponsesError(JsonView event, const ReplyContext& context) {
  return Of(event["error"].IsObject() ? event["error"] : event, context);
}

ApiError FromFailedResponse(JsonView response, const ReplyContext& context) {
  if (response["error"].IsObject()) return Of(response["error"], context);
  const std::string who = UpstreamName(context.provider);
  return NoAnswer(who + " ended the answer with the status \"" +
                  response["status"].Text().substr(0, 64) + "\"");
}

}  // namespace katra::router::translate
