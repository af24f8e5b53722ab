#include "router/translate/same_format/responses_forward.h"

#include <algorithm>
#include <utility>

#include "core/json_write.h"
#include "core/text.h"
#include "router/translate/estimate.h"
#include "router/translate/from_responses/errors.h"
#include "router/translate/openai_clients/openai_client.h"
#include "router/translate/sse_parser.h"

namespace katra::router::translate {
namespace {

// How much of a body that is not an event stream is kept.
constexpr size_t kMostOfBody = size_t{64} << 20U;

bool IsEndMark(std::string_view data) { return Trim(data) == "[DONE]"; }

std::string OneLineOf(std::string_view json) {
  std::string line(json);
  std::replace(line.begin(), line.end(), '\n', ' ');
  return line;
}

}  // namespace

ResponsesForward::ResponsesForward(ReplyContext context, size_t max_event_bytes)
    : context_(std::move(context)), max_event_bytes_(max_event_bytes) {}

StreamState ResponsesForward::Feed(std::string_view bytes, std::string* out) {
  if (state_ != StreamState::kOpen) return state_;
  out_ = out;
  if (!saw_field_ && body_.size() < kMostOfBody) {
    body_.append(bytes.substr(0, kMostOfBody - body_.size()));
  }
  cutter_.Feed(bytes, [this](std::string_view event) { return Event(event); });
  if (saw_field_) body_.clear();
  if (state_ == StreamState::kOpen && saw_field_ && cutter_.held() > max_event_bytes_) {
    Break(NoAnswer(Who() + " sent an event that is too long to be one"));
  }
  return state_;
}

StreamState ResponsesForward::Finish(bool cut, std::string* out) {
  if (state_ != StreamState::kOpen) return state_;
  out_ = out;
  const std::string rest = cutter_.Rest();
  ending_ = true;
  const SseEvent last = ReadSseEvent(rest);
  saw_field_ = saw_field_ || last.any;
  // The final empty line is missing.
  if (last.has_data) Event(rest + (rest.back() == '\n' ? "\n" : "\n\n"));
  if (state_ != StreamState::kOpen) return state_;
  if (!saw_field_ && !body_.empty()) {
    auto made = ForwardResponsesReply(body_, {}, context_);
    const auto events = made ? ResponsesEvents(made->body) : std::nullopt;
    if (!events) {
      Break(made ? NoAnswer(Who() + " answered with something that is not a reply")
                 : std::move(made.error()));
      return state_;
    }
    usage_ = made->usage;
    model_ = made->model;
    upstream_id_ = made->upstream_id;
    content_ = true;
    out_->append(*events);
    state_ = StreamState::kDone;
  } else if (!saw_event_ && !cut) {
    Break(NoAnswer(Who() + " answered with an empty stream"));  // S38
  } else {
    Break(NoAnswer(Who() + " closed the stream early"));  // S36
  }
  return state_;
}

bool ResponsesForward::Event(std::string_view event) {
  const SseEvent fields = ReadSseEvent(event);
  saw_field_ = saw_field_ || fields.any;
  if (IsComment(fields)) {
    if (saw_field_) out_->append(event);
  } else if (!fields.has_data || IsKeepAlive(fields.name, fields.data)) {
    // A client would read the data of a named event. An event truncated by the end is dropped.
    if (!ending_) out_->append(": " + OneLine(fields.data, 100) + "\n\n");
  } else if (!IsEndMark(fields.data)) {
    Data(fields.name, fields.data, event);
  }
  return state_ == StreamState::kOpen;
}

void ResponsesForward::Data(std::string_view name, std::string_view data, std::string_view event) {
  if (!document_.Parse(data) || !document_.Root().IsObject()) {  // S46
    if (!ending_) {
      Break(NoAnswer(Who() + " sent an event that cannot be read: a part of the answer is lost"));
    }
    return;
  }
  const JsonView root = document_.Root();
  const std::string type = root["type"].IsString() ? root["type"].Text() : std::string(name);
  saw_event_ = true;
  sequence_ = root["sequence_number"].Integer().value_or(sequence_ + 1);
  if (type == "error" || (type.empty() && root["error"].IsObject())) {
    Say(FromResponsesError(root, context_), type == "error" ? event : std::string_view());
    return;
  }
  const JsonView response = root["response"];
  if (response.IsObject()) Head(response);
  if (type == "response.completed" || type == "response.incomplete" || type == "response.failed" ||
      type == "response.cancelled") {
    Over(type, response, event);
    return;
  }
  if (type.starts_with("response.") && !response.IsObject()) {
    ++progress_;
    content_ = true;
    output_bytes_ += root["delta"].RawString().size();
  }
  out_->append(event);
}

void ResponsesForward::Head(JsonView response) {
  if (model_.empty()) model_ = response["model"].Text();
  if (upstream_id_.empty()) upstream_id_ = response["id"].Text();
  if (response["created_at"].IsNumber()) created_at_ = response["created_at"].Raw();
  ReadResponsesUsage(response["usage"], &usage_);
}

void ResponsesForward::Over(std::string_view type, JsonView response, std::string_view event) {
  status_ = response["status"].Text();
  if (type == "response.failed" || type == "response.cancelled") {
    Say(FromFailedResponse(response, context_), event);
    return;
  }
  ++progress_;
  if (!content_ && response["output"].Empty() && type == "response.completed") {
    Break(NoAnswer(Who() + " answered with nothing"));  // S38
    return;
  }
  content_ = true;
  out_->append(event);
  state_ = StreamState::kDone;
}

void ResponsesForward::Break(ApiError error) { Say(std::move(error), {}); }

void ResponsesForward::Say(ApiError error, std::string_view event) {
  error_ = std::move(error);
  if (!content_) {
    state_ = StreamState::kFailedBeforeContent;
    return;
  }
  out_->append(event.empty() ? ErrorEvent(error_) : std::string(event));  // S35
  state_ = StreamState::kFailedAfterContent;
}

std::string ResponsesForward::ErrorEvent(const ApiError& error) const {
  std::string json;
  JsonWriter writer(json);
  writer.BeginObject().Key("type").String("response.failed");
  writer.Key("sequence_number").Integer(sequence_ + 1).Key("response").BeginObject();
  writer.Key("id").String(upstream_id_.empty() ? "resp_" + context_.request_id : upstream_id_);
  writer.Key("object").String("response").Key("created_at");
  writer.Raw(created_at_.empty() ? "0" : created_at_).Key("status").String("failed");
  writer.Key("model").String(model_).Key("output").BeginArray().EndArray();
  writer.Key("incomplete_details").Null().Key("usage").Null().Key("error").BeginObject();
  writer.Key("code").String(ResponsesErrorCode(error.failure));
  writer.Key("message").String(error.message).EndObject().EndObject().EndObject();
  return "event: response.failed\ndata: " + json + "\n\n";
}

Usage ResponsesForward::usage() const {
  if (usage_.known) return usage_;
  Usage estimate = usage_;
  estimate.input_tokens = context_.input_estimate_tokens;
  estimate.output_tokens = estimated_output_tokens();
  return estimate;
}

int64_t ResponsesForward::estimated_output_tokens() const {
  return EstimateTextTokens(output_bytes_);
}

std::string ResponsesForward::Who() const { return UpstreamName(context_.provider); }

tl::expected<MessagesReply, ApiError> ForwardResponsesReply(std::string_view reply,
                                                            const Headers& headers,
                                                            const ReplyContext& context) {
  const auto failed = [](ApiError error) { return tl::unexpected<ApiError>(std::move(error)); };
  const std::string who = UpstreamName(context.provider);
  JsonDocument document;
  if (!document.Parse(reply) || !document.Root().IsObject()) {
    return failed(NoAnswer(who + " answered with something that is not a JSON object"));
  }
  const JsonView root = document.Root();
  const JsonView status = root["status"];
  if (status.Is("failed") || status.Is("cancelled")) {
    return failed(FromFailedResponse(root, context));
  }
  if (!root["error"].IsNothing()) {
    return failed(
        FromUpstream(200, headers, reply, context.provider, context.input_estimate_tokens));
  }
  if (!root["output"].IsArray() || (root["output"].Empty() && !status.Is("incomplete"))) {
    return failed(NoAnswer(who + " answered without output"));
  }
  MessagesReply result;
  if (!ReadResponsesUsage(root["usage"], &result.usage)) {
    result.usage.input_tokens = context.input_estimate_tokens;
    result.usage.output_tokens = EstimateTextTokens(root["output"].Raw().size());
  }
  result.model = root["model"].Text();
  result.upstream_id = root["id"].Text();
  result.body = reply;
  return result;
}

std::optional<std::string> ResponsesEvents(std::string_view reply) {
  JsonDocument document;
  if (!document.Parse(reply) || !document.Root()["output"].IsArray()) return std::nullopt;
  const JsonView root = document.Root();
  std::string out;
  int64_t sequence = 0;
  const auto event = [&](const std::string& type, const std::string& members) {
    out += "event: " + type + "\ndata: {\"type\":\"" + type +
           "\",\"sequence_number\":" + std::to_string(sequence++) + "," + members + "}\n\n";
  };
  std::string begun;
  JsonWriter writer(begun);
  writer.BeginObject();
  for (const JsonView member : root) {
    const JsonView key = member.Key();
    writer.Key(key.RawString());
    if (key.Is("output")) {
      writer.BeginArray().EndArray();
    } else if (key.Is("status")) {
      writer.String("in_progress");
    } else if (key.Is("usage")) {
      writer.Null();
    } else {
      writer.Raw(member.Raw());
    }
  }
  writer.EndObject();
  event("response.created", "\"response\":" + OneLineOf(begun));
  int64_t index = 0;
  for (const JsonView item : root["output"]) {
    const std::string members =
        "\"output_index\":" + std::to_string(index++) + ",\"item\":" + OneLineOf(item.Raw());
    event("response.output_item.added", members);
    event("response.output_item.done", members);
  }
  const bool incomplete = root["status"].Is("incomplete");
  event(incomplete ? "response.incomplete" : "response.completed",
        "\"response\":" + OneLineOf(reply));
  return out;
}

// The last event repeats everything.
std::optional<std::string> ResponsesReplyOf(std::string_view stream) {
  std::optional<std::string> reply;
  SseCutter cutter;
  cutter.Feed(stream, [&](std::string_view event) {
    const SseEvent fields = ReadSseEvent(event);
    JsonDocument document;
    if (!fields.has_data || !document.Parse(fields.data)) return true;
    const JsonView type = document.Root()["type"];
    if (type.Is("response.completed") || type.Is("response.incomplete")) {
      reply = std::string(document.Root()["response"].Raw());
    }
    return true;
  });
  return reply;
}

}  // namespace katra::router::translate
