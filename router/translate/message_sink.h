// Receives the parts of an answer, block by block: writes an event stream or a complete response.
// Texts are the bytes between the quotes of a JSON string, so that they are copied without
// decoding. Internal to router/translate.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "router/translate/usage.h"

namespace katra::router::translate {

// At most one block is open at a time (S1): the caller opens a block before adding to it, and
// closes it before opening the next.
class MessageSink {
 public:
  virtual ~MessageSink() = default;

  virtual void Begin(std::string_view id, std::string_view model, int64_t input_estimate) = 0;
  virtual void OpenText() = 0;
  virtual void OpenThinking() = 0;
  virtual void OpenTool(std::string_view id, std::string_view name) = 0;
  virtual void AddText(std::string_view escaped) = 0;
  virtual void AddThinking(std::string_view escaped) = 0;
  // A piece of the tool's input as JSON text.
  virtual void AddInput(std::string_view escaped) = 0;
  // `signature` is only used for thinking.
  virtual void CloseBlock(std::string_view signature) = 0;
  // A complete block as JSON.
  virtual void WholeBlock(std::string_view json) = 0;
  // `stop_sequence` is empty if unknown (S33).
  virtual void End(std::string_view stop_reason, std::string_view stop_sequence,
                   const Usage& usage) = 0;
};

}  // namespace katra::router::translate
