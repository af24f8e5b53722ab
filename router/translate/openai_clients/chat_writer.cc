// Writes a Messages answer as Chat Completions.
#include "core/json_write.h"
#include "router/translate/openai_clients/writers.h"

namespace katra::router::translate {
namespace {

std::string FinishReason(std::string_view stop_reason) {
  // A paused turn is incomplete: its rest was never written.
  if (stop_reason == "max_tokens" || stop_reason == "model_context_window_exceeded" ||
      stop_reason == "pause_turn") {
    return "length";
  }
  if (stop_reason == "tool_use") return "tool_calls";
  return stop_reason == "refusal" ? "content_filter" : "stop";
}

}  // namespace

void ChatClientWriter::Head(std::string_view object, std::string& out) const {
  out += R"({"id":)";
  AppendJsonString(out, "chatcmpl-" + identity_.request_id);
  out += ",\"object\":\"";
  out.append(object);
  out += "\",\"created\":" + std::to_string(identity_.unix_seconds) + ",\"model\":";
  AppendJsonString(out, model_);
}

void ChatClientWriter::Chunk(std::string_view delta, std::string_view finish) {
  if (out_ == nullptr) return;
  *out_ += "data: ";
  Head("chat.completion.chunk", *out_);
  *out_ += ",\"choices\":[{\"index\":0,\"delta\":{";
  out_->append(delta);
  *out_ += "},\"logprobs\":null,\"finish_reason\":";
  *out_ += finish.empty() ? "null" : "\"" + std::string(finish) + "\"";
  *out_ += "}]}\n\n";
}

void ChatClientWriter::Begin(std::string_view, std::string_view model, int64_t) {
  model_ = model;
  Chunk(R"("role":"assistant","content":"")", {});
}

void ChatClientWriter::OpenTool(std::string_view id, std::string_view name) {
  calls_.push_back({std::string(id), std::string(name), {}});
  std::string delta = R"("tool_calls":[{"index":)" + std::to_string(calls_.size() - 1) + ",\"id\":";
  AppendJsonString(delta, id);
  delta += R"(,"type":"function","function":{"name":)";
  AppendJsonString(delta, name);
  delta += R"(,"arguments":""}}])";
  Chunk(delta, {});
}

void ChatClientWriter::AddText(std::string_view escaped) {
  if (out_ == nullptr) text_.append(escaped);
  Chunk(R"("content":")" + std::string(escaped) + "\"", {});
}

// B55: separate from the content.
void ChatClientWriter::AddThinking(std::string_view escaped) {
  if (out_ == nullptr) thinking_.append(escaped);
  Chunk(R"("reasoning_content":")" + std::string(escaped) + "\"", {});
}

void ChatClientWriter::AddInput(std::string_view escaped) {
  if (calls_.empty()) return;
  if (out_ == nullptr) calls_.back().arguments.append(escaped);
  Chunk(R"("tool_calls":[{"index":)" + std::to_string(calls_.size() - 1) +
            R"(,"function":{"arguments":")" + std::string(escaped) + "\"}}]",
        {});
}

void ChatClientWriter::End(std::string_view stop_reason, std::string_view, const Usage& usage) {
  usage_ = usage;
  finish_ = FinishReason(stop_reason);
  Chunk({}, finish_);
  if (out_ == nullptr) return;
  if (stream_usage_) {
    *out_ += "data: ";
    Head("chat.completion.chunk", *out_);
    *out_ += ",\"choices\":[],\"usage\":";
    AppendChatUsage(*out_, usage);
    *out_ += "}\n\n";
  }
  *out_ += "data: [DONE]\n\n";
}

std::string ChatClientWriter::Reply() const {
  std::string reply;
  Head("chat.completion", reply);
  reply += R"(,"choices":[{"index":0,"message":{"role":"assistant","content":)";
  if (text_.empty() && !calls_.empty()) {
    reply += "null";
  } else {
    reply += "\"" + text_ + "\"";
  }
  reply += ",\"refusal\":null";
  if (!thinking_.empty()) reply += ",\"reasoning_content\":\"" + thinking_ + "\"";
  if (!calls_.empty()) {
    reply += ",\"tool_calls\":";
    JsonWriter writer(reply);
    writer.BeginArray();
    for (const Call& call : calls_) {
      writer.BeginObject().Key("id").String(call.id).Key("type").String("function");
      writer.Key("function").BeginObject().Key("name").String(call.name);
      writer.Key("arguments").RawString(call.arguments).EndObject().EndObject();
    }
    writer.EndArray();
  }
  reply += "},\"logprobs\":null,\"finish_reason\":\"" + finish_ + "\"}],\"usage\":";
  AppendChatUsage(reply, usage_);
  reply += "}";
  return reply;
}

}  // namespace katra::router::translate
