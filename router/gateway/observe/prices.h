// Prices of tokens by model: a table of list prices, overridden by the user's file. Knows no
// request.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "core/result.h"
#include "router/translate/usage.h"

namespace katra::router::gateway {

// US dollars per million tokens, which is micro-dollars per token.
struct Price {
  double input = 0;
  double output = 0;
  double cache_read = 0;
  double cache_write = 0;
};

class Prices {
 public:
  // The built-in table.
  Prices();
  // Reads HOME/router/prices.json, if it exists: {"openai/gpt-5": {"input": 1.25, "output": 10,
  // "cache_read": 0.125}}. kInvalidArgument says what is wrong; nothing is changed then.
  [[nodiscard]] Status ReadFile(const std::string& path);

  // nullopt if the model has no price or the usage is unknown. A dated name ("gpt-5-2025-08-07")
  // has the price of the name without its date.
  [[nodiscard]] std::optional<int64_t> CostUsdMicros(const std::string& provider,
                                                     const std::string& model,
                                                     const translate::Usage& usage) const;
  // nullopt: unknown.
  [[nodiscard]] std::optional<Price> Of(const std::string& provider,
                                        const std::string& model) const;

 private:
  [[nodiscard]] const Price* Find(const std::string& provider, const std::string& model) const;

  std::map<std::string, Price> prices_;  // "provider/model"
};

}  // namespace katra::router::gateway
