#include "router/translate/event_writer.h"

#include "core/json_write.h"

namespace katra::router::translate {

void EventWriter::Begin(std::string_view id, std::string_view model, int64_t input_estimate) {
  *out_ += "event: message_start\ndata: {\"type\":\"message_start\",\"message\":";
  JsonWriter writer(*out_);
  writer.BeginObject();
  writer.Key("id").String(id).Key("type").String("message").Key("role").String("assistant");
  writer.Key("model").String(model).Key("content").BeginArray().EndArray();
  writer.Key("stop_reason").Null().Key("stop_sequence").Null().Key("usage");
  Usage usage;
  usage.input_tokens = input_estimate;
  AppendMessagesUsage(*out_, usage);
  *out_ += "}}\n\n";
}

void EventWriter::Open(std::string_view block) {
  *out_ += "event: content_block_start\ndata: {\"type\":\"content_block_start\",\"index\":";
  *out_ += std::to_string(next_index_);
  *out_ += ",\"content_block\":";
  out_->append(block);
  *out_ += "}\n\n";
  ++next_index_;
  thinking_ = false;
}

void EventWriter::OpenText() { Open(R"({"type":"text","text":""})"); }

void EventWriter::OpenThinking() {
  Open(R"({"type":"thinking","thinking":"","signature":""})");
  thinking_ = true;
}

void EventWriter::OpenTool(std::string_view id, std::string_view name) {
  std::string block = R"({"type":"tool_use","id":)";
  AppendJsonString(block, id);
  block += ",\"name\":";
  AppendJsonString(block, name);
  block += ",\"input\":{}}";
  Open(block);
}

void EventWriter::Delta(std::string_view before, std::string_view escaped) {
  *out_ += "event: content_block_delta\ndata: {\"type\":\"content_block_delta\",\"index\":";
  *out_ += std::to_string(next_index_ - 1);
  *out_ += ",\"delta\":";
  out_->append(before);
  out_->append(escaped);
  *out_ += "\"}}\n\n";
}

void EventWriter::AddText(std::string_view escaped) {
  Delta(R"({"type":"text_delta","text":")", escaped);
}

void EventWriter::AddThinking(std::string_view escaped) {
  Delta(R"({"type":"thinking_delta","thinking":")", escaped);
}

void EventWriter::AddInput(std::string_view escaped) {
  Delta(R"({"type":"input_json_delta","partial_json":")", escaped);
}

void EventWriter::CloseBlock(std::string_view signature) {
  if (thinking_) Delta(R"({"type":"signature_delta","signature":")", signature);
  *out_ += "event: content_block_stop\ndata: {\"type\":\"content_block_stop\",\"index\":";
  *out_ += std::to_string(next_index_ - 1);
  *out_ += "}\n\n";
}

void EventWriter::WholeBlock(std::string_view json) {
  Open(json);
  CloseBlock({});
}

void EventWriter::End(std::string_view stop_reason, std::string_view stop_sequence,
                      const Usage& usage) {
  *out_ += "event: message_delta\ndata: {\"type\":\"message_delta\",\"delta\":";
  JsonWriter writer(*out_);
  writer.BeginObject().Key("stop_reason").String(stop_reason).Key("stop_sequence");
  if (stop_sequence.empty()) {
    writer.Null();
  } else {
    writer.String(stop_sequence);
  }
  writer.EndObject();
  *out_ += ",\"usage\":";
  AppendMessagesUsage(*out_, usage);
  *out_ += "}\n\nevent: message_stop\ndata: {\"type\":\"message_stop\"}\n\n";
}

}  // namespace katra::router::translate
