#include "router/translate/reply_writer.h"

#include "core/json_view.h"
#include "core/json_write.h"

namespace katra::router::translate {

void ReplyWriter::Begin(std::string_view id, std::string_view model, int64_t) {
  body_ = R"({"id":)";
  AppendJsonString(body_, id);
  body_ += R"(,"type":"message","role":"assistant","model":)";
  AppendJsonString(body_, model);
  body_ += ",\"content\":[";
}

void ReplyWriter::OpenText() { Open(R"({"type":"text","text":")", "\"}"); }

void ReplyWriter::OpenThinking() { Open(R"({"type":"thinking","thinking":")", {}); }

void ReplyWriter::OpenTool(std::string_view id, std::string_view name) {
  Open(R"({"type":"tool_use","id":)", "}");
  AppendJsonString(body_, id);
  body_ += ",\"name\":";
  AppendJsonString(body_, name);
  body_ += ",\"input\":";
  input_ = "";
  in_tool_ = true;
}

void ReplyWriter::CloseBlock(std::string_view signature) {
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

void ReplyWriter::WholeBlock(std::string_view json) {
  Separate();
  body_.append(json);
}

void ReplyWriter::End(std::string_view stop_reason, std::string_view stop_sequence,
                      const Usage& usage) {
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

void ReplyWriter::Separate() {
  if (blocks_++ > 0) body_ += ",";
}

void ReplyWriter::Open(std::string_view begin, std::string_view close) {
  Separate();
  body_.append(begin);
  close_ = close;
}

// S45: anything but a JSON object becomes text under one key.
void ReplyWriter::AppendInput() {
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

}  // namespace katra::router::translate
