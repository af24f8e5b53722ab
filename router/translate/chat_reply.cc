#include "router/translate/chat_reply.h"

#include "core/json_write.h"
#include "router/translate/chat_mapper.h"
#include "router/translate/finish_reason.h"

namespace katra::translate {
namespace {

// An answer as one JSON object.
class ReplyWriter final : public MessageSink {
 public:
  void Begin(std::string_view id, std::string_view model, int64_t) override {
    body_ = R"({"id":)";
    AppendJsonString(body_, id);
    body_ += R"(,"type":"message","role":"assistant","model":)";
    AppendJsonString(body_, model);
    body_ += ",\"content\":[";
  }
  void OpenText() override { Open(R"({"type":"text","text":")", "\"}"); }
  void OpenThinking() override { Open(R"({"type":"thinking","thinking":")", {}); }
  void OpenTool(std::string_view id, std::string_view name) override {
    Open(R"({"type":"tool_use","id":)", "}");
    AppendJsonString(body_, id);
    body_ += ",\"name\":";
    AppendJsonString(body_, name);
    body_ += ",\"input\":";
    input_ = "";
    in_tool_ = true;
  }
  void AddText(std::string_view escaped) override { body_.append(escaped); }
  void AddThinking(std::string_view escaped) override { body_.append(escaped); }
  void AddInput(std::string_view escaped) override { input_.append(escaped); }
  void CloseBlock(std::string_view signature) override {
    if (in_tool_) {
      AppendInput();
      in_tool_ = false;
    }
    if (close_.empty()) {
      body_ += R"(","signature":")";
      body_.append(signature);
      body_ += "\"}";
    } else {
      body_ += close_;
    }
  }
  void WholeBlock(std::string_view json) override {
    Separate();
    body_.append(json);
  }
  void End(std::string_view stop_reason, std::string_view stop_sequence,
           const Usage& usage) override {
    body_ += "],";
    body_ += "\"stop_reason\":";
    AppendJsonString(body_, stop_reason);
    body_ += ",\"stop_sequence\":";
    if (stop_sequence.empty()) {
      body_ += "null";
    } else {
      AppendJsonString(body_, stop_sequence);
    }
    body_ += ",\"usage\":";
    AppendMessagesUsage(body_, usage);
    body_ += "}";
  }

  std::string Take() { return std::move(body_); }

 private:
  void Separate() {
    if (blocks_++ > 0) body_ += ",";
  }
  void Open(std::string_view begin, std::string_view close) {
    Separate();
    body_.append(begin);
    close_ = close;
  }
  // S45: what is no JSON object stays as text under one key.
  void AppendInput() {
    const std::string text = UnescapeJson(input_);
    JsonDocument document;
    if (document.Parse(text) && document.Root().IsObject()) {
      body_ += text;
      return;
    }
    body_ += R"({"raw_arguments":)";
    AppendJsonString(body_, text);
    body_ += "}";
  }

  std::string body_;
  std::string close_;
  std::string input_;
  int blocks_ = 0;
  bool in_tool_ = false;
};

}  // namespace

tl::expected<MessagesReply, ApiError> ToMessages(std::string_view chat_reply,
                                                 const Headers& headers,
                                                 const ReplyContext& context) {
  const auto fail = [](ApiError error) { return tl::unexpected<ApiError>(std::move(error)); };
  const std::string who = context.provider.empty() ? "the upstream" : context.provider;
  JsonDocument document;
  if (!document.Parse(chat_reply) || !document.Root().IsObject()) {
    return fail(NoAnswer(who + " answered with something that is no JSON object"));
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

}  // namespace katra::translate
