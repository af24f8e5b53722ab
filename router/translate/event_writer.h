// Writes an answer as the events of a Messages stream (S1, S2, S14). Internal to router/translate.
#pragma once

#include <string>
#include <string_view>

#include "router/translate/message_sink.h"

namespace katra::router::translate {

class EventWriter final : public MessageSink {
 public:
  // Appends events to `out` from now on. `out` is borrowed until the next call.
  void Into(std::string* out) { out_ = out; }
  // Appends a complete event.
  void Raw(std::string_view event) { out_->append(event); }

  void Begin(std::string_view id, std::string_view model, int64_t input_estimate) override;
  void OpenText() override;
  void OpenThinking() override;
  void OpenTool(std::string_view id, std::string_view name) override;
  void AddText(std::string_view escaped) override;
  void AddThinking(std::string_view escaped) override;
  void AddInput(std::string_view escaped) override;
  void CloseBlock(std::string_view signature) override;
  void WholeBlock(std::string_view json) override;
  void End(std::string_view stop_reason, std::string_view stop_sequence,
           const Usage& usage) override;

 private:
  void Open(std::string_view block);
  void Delta(std::string_view before, std::string_view escaped);

  std::string* out_ = nullptr;
  int next_index_ = 0;
  bool thinking_ = false;
};

}  // namespace katra::router::translate
