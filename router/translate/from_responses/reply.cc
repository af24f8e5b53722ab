#include "router/translate/from_responses/reply.h"

#include "router/translate/finish_reason.h"
#include "router/translate/from_responses/errors.h"
#include "router/translate/from_responses/mapper.h"
#include "router/translate/reply_writer.h"

namespace katra::router::translate {

tl::expected<MessagesReply, ApiError> FromResponses(std::string_view reply, const Headers& headers,
                                                    const ReplyContext& context) {
  const auto fail = [](ApiError error) { return tl::unexpected<ApiError>(std::move(error)); };
  const std::string who = UpstreamName(context.provider);
  JsonDocument document;
  if (!document.Parse(reply) || !document.Root().IsObject()) {
    return fail(NoAnswer(who + " answered with something that is not a JSON object"));
  }
  const JsonView response = document.Root();
  if (response["status"].Is("failed") || response["status"].Is("cancelled")) {
    return fail(FromFailedResponse(response, context));
  }
  if (!response["error"].IsNothing() || response["object"].Is("error")) {
    return fail(FromUpstream(200, headers, reply, context.provider, context.input_estimate_tokens));
  }
  if (!response["output"].IsArray()) {
    return fail(NoAnswer(who + " answered without an output"));
  }
  ReplyWriter writer;
  ResponsesMapper mapper(context, writer);
  mapper.Response(response);
  if (!mapper.failure().empty()) {
    return fail(FromFinishReason(mapper.failure(), context.provider));
  }
  if (mapper.NamelessCall()) return fail(NoAnswer(who + " sent a tool call without a name"));
  if (!mapper.AnyItem() && response["status"].IsNothing()) {
    return fail(NoAnswer(who + " answered with an empty output and no status"));
  }
  mapper.End();
  MessagesReply result;
  result.body = writer.Take();
  result.usage = mapper.usage();
  result.stop_reason = mapper.stop_reason();
  result.model = mapper.model();
  result.upstream_id = mapper.upstream_id();
  result.notes = mapper.notes();
  result.left_out = mapper.left_out();
  return result;
}

}  // namespace katra::router::translate
