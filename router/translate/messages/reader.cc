#include "router/translate/messages/reader.h"

#include "core/json_write.h"
#include "core/text.h"

namespace katra::router::translate {

void MessagesReader::Feed(std::string_view bytes) {
  parser_.Feed(bytes, [this](std::string_view name, std::string_view data) {
    if (document_.Parse(data)) {
      Event(document_.Root());
    } else if (!Trim(data).empty() && name != "ping" && data != "[DONE]") {  // S46
      failed_ = unreadable_ = true;
      error_type_ = "api_error";
      error_message_ = "an event of the answer cannot be read: part of it is lost";
    }
    return !complete_ && !failed_;
  });
}

void MessagesReader::Event(JsonView event) {
  const JsonView type = event["type"];
  if (type.Is("content_block_delta")) {
    if (block_open_) Delta(event["delta"]);
  } else if (type.Is("message_start")) {
    Begin(event["message"]);
  } else if (type.Is("content_block_start")) {
    OpenBlock(event["content_block"]);
  } else if (type.Is("content_block_stop")) {
    CloseBlock();
  } else if (type.Is("message_delta")) {
    ReadMessagesUsage(event["usage"], &usage_);
    const JsonView delta = event["delta"];
    if (delta["stop_reason"].IsString()) stop_reason_ = delta["stop_reason"].Text();
    if (delta["stop_sequence"].IsString()) stop_sequence_ = delta["stop_sequence"].Text();
  } else if (type.Is("message_stop")) {
    Begin({});
    CloseBlock();  // some upstreams omit the end
    sink_.End(stop_reason_, stop_sequence_, usage_);
    complete_ = true;
  } else if (type.Is("error")) {
    failed_ = true;
    error_type_ = event["error"]["type"].Text();
    error_message_ = event["error"]["message"].Text();
  }
}

// Once, even for an answer without its beginning.
void MessagesReader::Begin(JsonView message) {
  ReadMessagesUsage(message["usage"], &usage_);
  if (!begun_) sink_.Begin(message["id"].Text(), message["model"].Text(), usage_.PromptTokens());
  begun_ = true;
}

void MessagesReader::CloseBlock() {
  if (block_open_) sink_.CloseBlock(signature_);
  block_open_ = false;
  signature_.clear();
}

void MessagesReader::OpenBlock(JsonView block) {
  Begin({});
  CloseBlock();
  const JsonView type = block["type"];
  block_open_ = true;
  if (type.Is("text")) {
    sink_.OpenText();
    if (!block["text"].RawString().empty()) sink_.AddText(block["text"].RawString());
  } else if (type.Is("thinking")) {
    sink_.OpenThinking();
    if (!block["thinking"].RawString().empty()) sink_.AddThinking(block["thinking"].RawString());
  } else if (type.Is("tool_use")) {
    sink_.OpenTool(block["id"].Text(), block["name"].Text());
    if (!block["input"].Empty()) {
      std::string input;
      AppendJsonEscaped(input, block["input"].Raw());
      sink_.AddInput(input);
    }
  } else {
    block_open_ = false;
    sink_.WholeBlock(block.Raw());
  }
}

void MessagesReader::Delta(JsonView delta) {
  const JsonView type = delta["type"];
  if (type.Is("text_delta")) {
    if (!delta["text"].RawString().empty()) sink_.AddText(delta["text"].RawString());
  } else if (type.Is("thinking_delta")) {
    if (!delta["thinking"].RawString().empty()) sink_.AddThinking(delta["thinking"].RawString());
  } else if (type.Is("input_json_delta")) {
    const std::string_view piece = delta["partial_json"].RawString();
    if (!piece.empty()) sink_.AddInput(piece);
  } else if (type.Is("signature_delta")) {
    signature_.append(delta["signature"].RawString());
  }
}

bool ReadMessagesReply(JsonView reply, MessageSink& sink) {
  if (!reply["content"].IsArray()) return false;
  Usage usage;
  ReadMessagesUsage(reply["usage"], &usage);
  sink.Begin(reply["id"].Text(), reply["model"].Text(), usage.PromptTokens());
  for (const JsonView block : reply["content"]) {
    const JsonView type = block["type"];
    if (type.Is("text")) {
      sink.OpenText();
      if (!block["text"].RawString().empty()) sink.AddText(block["text"].RawString());
      sink.CloseBlock({});
    } else if (type.Is("thinking")) {
      sink.OpenThinking();
      if (!block["thinking"].RawString().empty()) sink.AddThinking(block["thinking"].RawString());
      sink.CloseBlock(block["signature"].RawString());
    } else if (type.Is("tool_use")) {
      sink.OpenTool(block["id"].Text(), block["name"].Text());
      std::string input;
      const JsonView raw = block["input"]["raw_arguments"];
      // Wrapped by S45, truncated as they were.
      if (raw.IsString() && reply["stop_reason"].Is("max_tokens")) {
        input = raw.RawString();
      } else {
        AppendJsonEscaped(input, block["input"].Raw());
        if (input.empty()) input = "{}";
      }
      if (!input.empty()) sink.AddInput(input);
      sink.CloseBlock({});
    } else {
      sink.WholeBlock(block.Raw());
    }
  }
  sink.End(reply["stop_reason"].Text(), reply["stop_sequence"].Text(), usage);
  return true;
}

}  // namespace katra::router::translate
