// Where reasoning is kept that an upstream wants back on the next turn (R41-R44, R56). The gateway
// implements it on the store, so that a restart breaks no conversation.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace katra::router::translate {

// Put is called on the loop's thread; Get on that of the translation, which may be another for a
// large request. Must not block for long.
class ReasoningStore {
 public:
  virtual ~ReasoningStore() = default;

  // `key` is of a call, an owner and an upstream (kept_reasoning.h: ReasoningKey). `kept` is a JSON
  // object, opaque to the store. Put again replaces.
  virtual void Put(std::string_view key, std::string_view kept) = 0;
  [[nodiscard]] virtual std::optional<std::string> Get(std::string_view key) = 0;
};

}  // namespace katra::router::translate
