// Parses a Messages answer, a stream or a complete response, into the parts of a MessageSink.
// Internal to router/translate.
#pragma once

#include <string>
#include <string_view>

#include "core/json_view.h"
#include "router/translate/message_sink.h"
#include "router/translate/sse_parser.h"

namespace katra::router::translate {

class MessagesReader {
 public:
  // `sink` is borrowed.
  explicit MessagesReader(MessageSink& sink) : sink_(sink) {}

  void Feed(std::string_view bytes);

  [[nodiscard]] bool complete() const { return complete_; }  // message_stop was received
  // An error event was received, or an event that cannot be read (S46).
  [[nodiscard]] bool failed() const { return failed_; }
  [[nodiscard]] bool unreadable() const { return unreadable_; }
  [[nodiscard]] const std::string& error_type() const { return error_type_; }
  [[nodiscard]] const std::string& error_message() const { return error_message_; }

 private:
  void Event(JsonView event);
  void Begin(JsonView message);
  void OpenBlock(JsonView block);
  void CloseBlock();
  void Delta(JsonView delta);

  SseParser parser_;
  MessageSink& sink_;
  JsonDocument document_;
  Usage usage_;
  std::string signature_;
  std::string stop_reason_;
  std::string stop_sequence_;
  std::string error_type_;
  std::string error_message_;
  bool begun_ = false;
  bool block_open_ = false;
  bool complete_ = false;
  bool failed_ = false;
  bool unreadable_ = false;
};

// Reads a complete response. False: it is not one.
bool ReadMessagesReply(JsonView reply, MessageSink& sink);

}  // namespace katra::router::translate
