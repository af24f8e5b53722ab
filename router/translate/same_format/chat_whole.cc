// Forwards complete Chat Completions responses, and stores their reasoning.
#include <algorithm>
#include <utility>

#include "core/json_write.h"
#include "core/text.h"
#include "router/translate/error_text.h"
#include "router/translate/estimate.h"
#include "router/translate/finish_reason.h"
#include "router/translate/from_chat/reply.h"
#include "router/translate/from_chat/stream.h"
#include "router/translate/messages/answer_form.h"
#include "router/translate/openai_clients/openai_client.h"
#include "router/translate/same_format/chat_forward.h"

namespace katra::router::translate {
namespace {

// The most that one answer may store, which is copied for each of its calls.
constexpr size_t kMostKeptBytes = size_t{8} << 20U;

tl::unexpected<ApiError> Failed(ApiError error) {
  return tl::unexpected<ApiError>(std::move(error));
}

std::string_view FirstText(JsonView first, JsonView second) {
  return first.RawString().empty() ? second.RawString() : first.RawString();
}

// Several choices in answer to a request for one: they are one answer (S47).
tl::expected<MessagesReply, ApiError> AsOne(std::string_view reply, const Headers& headers,
                                            const ReplyContext& context) {
  auto made = ToMessages(reply, headers, context);
  if (!made) return made;
  OpenAiClientRequest request;
  request.format = OpenAiClientFormat::kChat;
  JsonDocument document;
  int64_t created = 0;
  if (document.Parse(reply)) created = document.Root()["created"].Integer().value_or(0);
  auto written = WriteOpenAiClientReply(request, made->body, {context.request_id, created});
  if (!written) return Failed(ApiErrorOf(written.error()));
  made->body = std::move(*written);
  return made;
}

struct Seen {
  bool anything = false;  // the answer has content
  bool nameless = false;
  std::string failure;
  size_t bytes = 0;
};

Seen Look(JsonView choices, MessagesReply* result) {
  Seen seen;
  for (const JsonView choice : choices) {
    const JsonView message = choice["message"];
    const JsonView reason = choice["finish_reason"];
    for (const JsonView member : message) {
      if (member.Key().Is("role")) continue;
      const bool empty = member.IsString() ? member.RawString().empty() : member.Empty();
      seen.anything = seen.anything || !empty;
      if (member.IsString()) seen.bytes += member.RawString().size();
    }
    for (const JsonView call : message["tool_calls"]) {
      const JsonView function = call["function"].IsObject() ? call["function"] : call["custom"];
      seen.nameless = seen.nameless || function["name"].RawString().empty();
      seen.bytes += function["arguments"].Raw().size();
    }
    if (!reason.IsString()) continue;
    seen.anything = true;
    const FinishMeaning meaning = ReadFinishReason(reason.Text());
    if (meaning.failure) seen.failure = reason.Text();
    if (!meaning.known) {
      result->notes.push_back("unknown finish_reason \"" + OneLine(reason.Text(), 60) + "\"");
    }
  }
  return seen;
}

std::string Mended(std::string_view reply, JsonView root, const std::string& request_id) {
  JsonEdits edits;
  size_t made = 0;
  for (const JsonView choice : root["choices"]) {
    for (const JsonView call : choice["message"]["tool_calls"]) {
      MendCall(call, request_id + "_" + std::to_string(made++), edits);
    }
  }
  return edits.Empty() ? std::string(reply) : edits.Apply(reply);
}

}  // namespace

void ReasoningKeeper::Take(JsonView delta) {
  if (context_.reasoning == nullptr || context_.reasoning_history == ReasoningHistory::kDrop) {
    return;
  }
  kept_.reasoning_content.append(FirstText(delta["reasoning_content"], delta["reasoning"]));
  for (const JsonView detail : delta["reasoning_details"]) {
    if (!kept_.reasoning_details.empty()) kept_.reasoning_details.push_back(',');
    kept_.reasoning_details.append(detail.Raw());
  }
  for (const JsonView call : delta["tool_calls"]) {
    const std::string id = call["id"].Text();
    if (!id.empty() && (ids_.empty() || ids_.back() != id)) ids_.push_back(id);
    const auto signature = call["extra_content"]["google"]["thought_signature"].RawString();
    if (!signature.empty() && !ids_.empty()) kept_.thought_signatures[ids_.back()] = signature;
  }
}

void ReasoningKeeper::Keep() {
  const bool anything = !kept_.reasoning_content.empty() || !kept_.reasoning_details.empty() ||
                        !kept_.thought_signatures.empty();
  if (!anything) return;
  kept_.upstream = context_.upstream.empty() ? context_.provider : context_.upstream;
  const auto signatures = std::exchange(kept_.thought_signatures, {});
  size_t room = kMostKeptBytes;
  for (const std::string& id : ids_) {
    kept_.thought_signatures.clear();
    const auto signature = signatures.find(id);
    if (signature != signatures.end()) kept_.thought_signatures.insert(*signature);
    const std::string json = kept_.ToJson();
    if (json.size() > room) return;
    room -= json.size();
    if (context_.secrets && context_.secrets->In(json)) continue;
    context_.reasoning->Put(ReasoningKey(context_.owner, kept_.upstream, id), json);
  }
}

void MendCall(JsonView call, const std::string& made_id, JsonEdits& edits) {
  if (!call.IsObject()) return;
  const JsonView arguments = call["function"]["arguments"];
  if (arguments.IsObject()) {  // S24
    std::string text;
    AppendJsonString(text, arguments.Raw());
    edits.Replace(arguments, text);
  }
  const JsonView id = call["id"];
  if (made_id.empty() || !id.RawString().empty()) return;  // S17
  std::string quoted;
  AppendJsonString(quoted, "call_" + made_id);
  if (id.IsMissing()) {
    edits.AddMembers(call, "\"id\":" + quoted);
  } else {
    edits.Replace(id, quoted);
  }
}

tl::expected<MessagesReply, ApiError> ForwardChatReply(std::string_view reply,
                                                       const Headers& headers,
                                                       const ReplyContext& context,
                                                       const SameFormat& same) {
  const std::string who = UpstreamName(context.provider);
  const auto complaint = [&](std::string_view body) {
    return Failed(
        FromUpstream(200, headers, body, context.provider, context.input_estimate_tokens));
  };
  JsonDocument document;
  if (!document.Parse(reply) || !document.Root().IsObject()) {
    return Failed(NoAnswer(who + " answered with something that is not a JSON object"));
  }
  const JsonView root = document.Root();
  if (!root["error"].IsNothing() || root["object"].Is("error")) return complaint(reply);
  const JsonView choices = root["choices"];
  for (const JsonView choice : choices) {
    if (choice["error"].IsObject()) return complaint(choice.Raw());
    if (!choice["message"].IsObject()) return Failed(NoAnswer(who + " answered without a message"));
  }
  if (choices.Empty()) return Failed(NoAnswer(who + " answered without a message"));
  if (choices.Size() > 1 && !same.several) return AsOne(reply, headers, context);

  MessagesReply result;
  const Seen seen = Look(choices, &result);
  if (!seen.failure.empty()) return Failed(FromFinishReason(seen.failure, context.provider));
  if (seen.nameless) return Failed(NoAnswer(who + " sent a tool call without a name"));
  if (!seen.anything) {
    return Failed(NoAnswer(who + " answered with an empty message and no finish_reason"));
  }
  ReasoningKeeper keeper(context);
  for (const JsonView choice : choices) keeper.Take(choice["message"]);
  keeper.Keep();
  if (!ReadChatUsage(root["usage"], &result.usage)) {
    result.usage.input_tokens = context.input_estimate_tokens;
    result.usage.output_tokens = EstimateTextTokens(seen.bytes);
  }
  result.model = root["model"].Text();
  result.upstream_id = root["id"].Text();
  result.body = Mended(reply, root, context.request_id);
  return result;
}

std::string ChatErrorEvent(const ApiError& error) {
  return "data: " + OpenAiErrorBody(error) + "\n\n";
}

bool IsChatError(std::string_view body) {
  JsonDocument document;
  if (!document.Parse(body)) return false;
  const JsonView message = document.Root()["error"]["message"];
  // A proxy's HTML page is not a message for clients.
  return message.IsString() && FindMarkup(message.Text()) == std::string::npos;
}

std::optional<std::string> ChatReplyOf(std::string_view stream, const ReplyContext& context) {
  ChatStreamReader reader(context);
  std::string events;
  reader.Feed(stream, &events);
  if (reader.Finish(false, &events) != StreamState::kDone) return std::nullopt;
  ReplyBuilder builder;
  builder.Feed(events);
  const auto messages = builder.Reply();
  if (!messages) return std::nullopt;
  auto written = WriteOpenAiClientReply(OpenAiClientRequest(), *messages, {context.request_id, 0});
  if (!written) return std::nullopt;
  return std::move(*written);
}

namespace {

// The message of a choice as one delta that contains all of it.
std::string DeltaOf(JsonView message) {
  std::string delta;
  JsonWriter writer(delta);
  writer.BeginObject();
  for (const JsonView member : message) {
    if (!member.Key().Is("tool_calls") || !member.IsArray()) {
      writer.Key(member.Key().RawString()).Raw(member.Raw());
      continue;
    }
    size_t at = 0;
    writer.Key("tool_calls").BeginArray();
    for (const JsonView call : member) {
      std::string json(call.Raw());
      const std::string index = "\"index\":" + std::to_string(at++);
      if (call.IsObject() && call["index"].IsMissing()) {
        json.insert(1, index + (call.Empty() ? "" : ","));
      }
      writer.Raw(json);
    }
    writer.EndArray();
  }
  writer.EndObject();
  return delta;
}

}  // namespace

std::optional<std::string> ChatEvents(std::string_view reply, const SameFormat& same) {
  JsonDocument document;
  if (!document.Parse(reply) || !document.Root()["choices"].IsArray()) return std::nullopt;
  const JsonView root = document.Root();
  std::string out;
  const auto event = [&](const std::string& choices, std::string_view usage) {
    std::string json;
    JsonWriter writer(json);
    writer.BeginObject();
    for (const JsonView member : root) {
      const JsonView key = member.Key();
      if (key.Is("choices") || key.Is("usage") || key.Is("object")) continue;
      writer.Key(key.RawString()).Raw(member.Raw());
    }
    writer.Key("object").String("chat.completion.chunk").Key("choices").Raw(choices);
    if (!usage.empty()) writer.Key("usage").Raw(usage);
    writer.EndObject();
    std::replace(json.begin(), json.end(), '\n', ' ');
    out += "data: " + json + "\n\n";
  };
  for (const JsonView choice : root["choices"]) {
    const std::string head =
        "[{\"index\":" + std::to_string(choice["index"].Integer().value_or(0)) + ",\"delta\":";
    const JsonView logprobs = choice["logprobs"];
    const std::string told =
        logprobs.IsNothing() ? std::string() : ",\"logprobs\":" + std::string(logprobs.Raw());
    event(head + DeltaOf(choice["message"]) + told + ",\"finish_reason\":null}]", {});
    const JsonView reason = choice["finish_reason"];
    const std::string finish = reason.IsString() ? std::string(reason.Raw()) : "\"stop\"";
    event(head + "{},\"finish_reason\":" + finish + "}]", {});
  }
  if (!same.hide_usage && root["usage"].IsObject()) event("[]", root["usage"].Raw());
  out += "data: [DONE]\n\n";
  return out;
}

}  // namespace katra::router::translate
