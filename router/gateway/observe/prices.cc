#include "router/gateway/observe/prices.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "core/files.h"
#include "core/json_view.h"
#include "core/text.h"

namespace katra::router::gateway {
namespace {

constexpr size_t kMaxFileBytes = 4 * 1024 * 1024;
constexpr double kMaxCostUsdMicros = 1e12;  // a million dollars per answer

struct Listed {
  const char* name;
  Price price;
};

// List prices, which providers change: HOME/router/prices.json overrides them. Dated models with
// their own prices are listed too, otherwise they would get the price of the undated name.
constexpr std::array<Listed, 21> kListed = {{
    {"anthropic/claude-opus-4", {15, 75, 1.5, 18.75}},
    {"anthropic/claude-opus-4-1", {15, 75, 1.5, 18.75}},
    {"anthropic/claude-opus-4-5", {5, 25, 0.5, 6.25}},
    {"anthropic/claude-sonnet-4", {3, 15, 0.3, 3.75}},
    {"anthropic/claude-sonnet-4-5", {3, 15, 0.3, 3.75}},
    {"anthropic/claude-haiku-4-5", {1, 5, 0.1, 1.25}},
    {"deepseek/deepseek-chat", {0.28, 0.42, 0.028, 0.28}},
    {"deepseek/deepseek-reasoner", {0.28, 0.42, 0.028, 0.28}},
    {"gemini/gemini-2.5-flash", {0.3, 2.5, 0.03, 0.3}},
    {"gemini/gemini-2.5-pro", {1.25, 10, 0.125, 1.25}},
    {"openai/gpt-4-turbo", {10, 30, 10, 10}},
    {"openai/gpt-4.1", {2, 8, 0.5, 2}},
    {"openai/gpt-4.1-mini", {0.4, 1.6, 0.1, 0.4}},
    {"openai/gpt-4.1-nano", {0.1, 0.4, 0.025, 0.1}},
    {"openai/gpt-4o-2024-05-13", {5, 15, 5, 5}},
    {"openai/gpt-4o", {2.5, 10, 1.25, 2.5}},
    {"openai/gpt-4o-mini", {0.15, 0.6, 0.075, 0.15}},
    {"openai/gpt-5", {1.25, 10, 0.125, 1.25}},
    {"openai/gpt-5-chat-latest", {1.25, 10, 0.125, 1.25}},
    {"openai/gpt-5-mini", {0.25, 2, 0.025, 0.25}},
    {"openai/gpt-5-nano", {0.05, 0.4, 0.005, 0.05}},
}};

bool IsDate(std::string_view tail) {
  size_t digits = 0;
  for (const char c : tail) {
    if (c >= '0' && c <= '9') {
      ++digits;
    } else if (c != '-') {
      return false;
    }
  }
  return digits == 4 || digits == 8;
}

}  // namespace

Prices::Prices() {
  for (const Listed& listed : kListed) prices_[listed.name] = listed.price;
}

Status Prices::ReadFile(const std::string& path) {
  auto text = katra::ReadFile(path, kMaxFileBytes);
  if (!text) {
    if (text.error().code == ErrorCode::kNotFound) return {};
    return Pass(std::move(text));
  }
  JsonDocument document;
  const auto parsed = document.Parse(*text);
  if (!parsed || !document.Root().IsObject()) {
    return Fail(ErrorCode::kInvalidArgument,
                path +
                    " must be a JSON object of \"provider/model\": {\"input\": USD per million "
                    "tokens, \"output\": …}" +
                    (parsed ? "" : ": " + parsed.error().message));
  }
  std::map<std::string, Price> own;
  for (const JsonView entry : document.Root()) {
    const std::string name = ToLowerAscii(entry.Key().Text());
    const auto input = entry["input"].Number();
    const auto output = entry["output"].Number();
    if (!input || !output || *input < 0 || *output < 0) {
      return Fail(ErrorCode::kInvalidArgument,
                  path + ": \"" + OneLine(name, 80) +
                      "\" needs the numbers \"input\" and \"output\", in USD per million tokens");
    }
    own[name] = {*input, *output, entry["cache_read"].Number().value_or(*input),
                 entry["cache_write"].Number().value_or(*input)};
  }
  for (auto& [name, price] : own) prices_[name] = price;
  return {};
}

const Price* Prices::Find(const std::string& provider, const std::string& model) const {
  std::string name = ToLowerAscii(provider + "/" + model);
  if (const auto exact = prices_.find(name); exact != prices_.end()) return &exact->second;
  for (size_t dash = name.rfind('-'); dash != std::string::npos && dash > 0;
       dash = name.rfind('-', dash - 1)) {
    if (!IsDate(std::string_view(name).substr(dash + 1))) continue;
    const auto found = prices_.find(name.substr(0, dash));
    if (found != prices_.end()) return &found->second;
  }
  return nullptr;
}

std::optional<Price> Prices::Of(const std::string& provider, const std::string& model) const {
  const Price* price = Find(provider, model);
  return price == nullptr ? std::nullopt : std::optional<Price>(*price);
}

std::optional<int64_t> Prices::CostUsdMicros(const std::string& provider, const std::string& model,
                                             const translate::Usage& usage) const {
  const Price* price = usage.known ? Find(provider, model) : nullptr;
  if (price == nullptr) return std::nullopt;
  const double cost = price->input * static_cast<double>(usage.input_tokens) +
                      price->output * static_cast<double>(usage.output_tokens) +
                      price->cache_read * static_cast<double>(usage.cache_read_tokens) +
                      price->cache_write * static_cast<double>(usage.cache_write_tokens);
  // A price in the user's file may be anything.
  return static_cast<int64_t>(std::llround(std::clamp(cost, 0.0, kMaxCostUsdMicros)));
}

}  // namespace katra::router::gateway
