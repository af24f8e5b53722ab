// Stores reasoning that an upstream expects back on the next turn (R41-R44, R56). The gateway
// implements it on the store, so that conversations survive a restart.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace katra::router::translate {

// Put is called on the loop's thread; Get on the thread of the translation, which differs for large
// requests. Must not block for long.
class ReasoningStore {
 public:
  virtual ~ReasoningStore() = default;

  // `key` stands for a call, an owner and an upstream (kept_reasoning.h: ReasoningKey). `kept` is
  // an opaque JSON object. Replaces an earlier value.
  virtual void Put(std::string_view key, std::string_view kept) = 0;
  [[nodiscard]] virtual std::optional<std::string> Get(std::string_view key) = 0;
};

}  // namespace katra::router::translate
