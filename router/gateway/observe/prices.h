// What tokens cost, by model: a table of list prices, and the user's own file, which wins. Knows no
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
  // HOME/router/prices.json: {"openai/gpt-5": {"input": 1.25, "output": 10, "cache_read": 0.125}};
  // no such file is none. kInvalidArgument says what is wrong; then nothing is taken over.
  [[nodiscard]] Status ReadFile(const std::string& path);

  // Nothing when the model has no price or the usage is not known. A dated name
  // ("gpt-5-2025-08-07") costs what the name before the date does.
  [[nodiscard]] std::optional<int64_t> CostUsdMicros(const std::string& provider,
                                                     const std::string& model,
                                                     const translate::Usage& usage) const;

 private:
  [[nodiscard]] const Price* Find(const std::string& provider, const std::string& model) const;

  std::map<std::string, Price> prices_;  // "provider/model"
};

}  // namespace katra::router::gateway
