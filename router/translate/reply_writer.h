// Writes an answer as one JSON object, a complete Messages response (S45). Internal to
// router/translate.
#pragma once

#include <string>
#include <string_view>

#include "router/translate/message_sink.h"

namespace katra::router::translate {

class ReplyWriter final : public MessageSink {
 public:
  void Begin(std::string_view id, std::string_view model, int64_t input_estimate) override;
  void OpenText() override;
  void OpenThinking() override;
  void OpenTool(std::string_view id, std::string_view name) override;
  void AddText(std::string_view escaped) override { body_.append(escaped); }
  void AddThinking(std::string_view escaped) override { body_.append(escaped); }
  void AddInput(std::string_view escaped) override { input_.append(escaped); }
  void CloseBlock(std::string_view signature) override;
  void WholeBlock(std::string_view json) override;
  void End(std::string_view stop_reason, std::string_view stop_sequence,
           const Usage& usage) override;

  // The response, after End().
  [[nodiscard]] std::string Take() { return std::move(body_); }

 private:
  void Separate();
  void Open(std::string_view begin, std::string_view close);
  void AppendInput();

  std::string body_;
  std::string close_;
  std::string input_;
  int blocks_ = 0;
  bool in_tool_ = false;
};

}  // namespace katra::router::translate
