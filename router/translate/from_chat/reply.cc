#include "router/translate/from_chat/reply.h"

#include "router/translate/finish_reason.h"
#include "router/translate/from_chat/mapper.h"
#include "router/translate/reply_writer.h"

namespace katra::router::translate {
tl::expected<MessagesReply, ApiError> ToMessages(std::string_view chat_reply,
                                                 const Headers& headers,
                                                 const ReplyContext& context) {
  const auto fail = [](ApiError error) { return tl::unexpected<ApiError>(std::move(error)); };
  const std::string who = UpstreamName(context.provider);
  JsonDocument document;
  if (!document.Parse(chat_reply) || !document.Root().IsObject()) {
    return fail(NoAnswer(who + " answered with something that is not a JSON object"));
  }
  const JsonView reply = document.Root();
  const JsonView choice = reply["choices"].Empty() ? JsonView() : *reply["choices"].begin();
  if (!reply["error"].IsNothing() || reply["object"].Is("error")) {
    return fail(
        FromUpstream(200, headers, chat_reply, context.provider, context.input_estimate_tokens));
  }
  if (choice["error"].IsObject()) {
    return fail(
        FromUpstream(200, headers, choice.Raw(), context.provider, context.input_estimate_tokens));
  }
  if (!choice["message"].IsObject()) {
    return fail(NoAnswer(who + " answered without a message"));
  }
  ReplyWriter writer;
  ChatMapper mapper(context, writer);
  mapper.Chunk(reply);
  if (!mapper.failure().empty()) {
    return fail(FromFinishReason(mapper.failure(), context.provider));
  }
  if (mapper.lost() || mapper.NamelessCall())
    return fail(NoAnswer(who + " sent a tool call without a name"));
  if (!mapper.content_sent() && !mapper.finish_seen() && !mapper.AnyCall()) {
    return fail(NoAnswer(who + " answered with an empty message and no finish_reason"));
  }
  mapper.End();
  MessagesReply result;
  result.body = writer.Take();
  result.usage = mapper.usage();
  result.stop_reason = mapper.stop_reason();
  result.model = mapper.model();
  result.upstream_id = mapper.upstream_id();
  result.notes = mapper.notes();
  return result;
}

}  // namespace katra::router::translate
