#include "router/translate/estimate.h"

#include <algorithm>
#include <cmath>

namespace katra::router::translate {
namespace {

// Measured on English prose, code and JSON: 3.5 to 4 bytes per token. Escapes and the surrounding
// JSON shift it to the lower end.
constexpr double kBytesPerToken = 3.6;
// The cost of an image of usual size, and of a PDF of a few pages.
constexpr int64_t kImageTokens = 1600;
constexpr int64_t kDocumentTokens = 6000;

int64_t FromBytes(size_t bytes) {
  return static_cast<int64_t>(std::ceil(static_cast<double>(bytes) / kBytesPerToken));
}

// Base64 data, whose cost depends on the image and not on its bytes.
struct Data {
  size_t bytes = 0;
  int64_t tokens = 0;
};

// A part in Chat Completions' format.
void AddUrl(JsonView url, int64_t tokens, Data* data) {
  const std::string_view text = url.RawString();
  if (text.substr(0, 5) != "data:") return;
  data->bytes += text.size();
  data->tokens += tokens;
}

void AddData(JsonView block, Data* data) {
  AddUrl(block["image_url"]["url"], kImageTokens, data);
  AddUrl(block["file"]["file_data"], kDocumentTokens, data);
  AddUrl(block["image_url"], kImageTokens, data);  // Responses API format
  AddUrl(block["file_data"], kDocumentTokens, data);
  const JsonView payload = block["source"]["data"];
  if (!payload.IsString() || block["source"]["type"].Is("text")) return;
  data->bytes += payload.Raw().size();
  data->tokens += block["type"].Is("image") ? kImageTokens : kDocumentTokens;
}

void AddContent(JsonView content, Data* data) {
  if (!content.IsArray()) return;
  for (const JsonView block : content) {
    AddData(block, data);
    for (const JsonView inner : block["content"]) AddData(inner, data);
  }
}

}  // namespace

int64_t EstimateTextTokens(size_t bytes) { return FromBytes(bytes); }

int64_t EstimateInputTokens(std::string_view messages_body) {
  JsonDocument document;
  if (!document.Parse(messages_body)) return FromBytes(messages_body.size());
  return EstimateInputTokens(document.Root());
}

int64_t EstimateInputTokens(JsonView root) {
  Data data;
  for (const JsonView message : root["messages"]) AddContent(message["content"], &data);
  for (const JsonView item : root["input"]) AddContent(item["content"], &data);
  const size_t bytes = root["messages"].Raw().size() + root["system"].Raw().size() +
                       root["tools"].Raw().size() + root["input"].Raw().size() +
                       root["instructions"].Raw().size();
  return FromBytes(bytes - std::min(bytes, data.bytes)) + data.tokens;
}

void Calibration::Observe(int64_t estimated, int64_t real) {
  if (estimated < 100 || real < 100) return;  // short requests are mostly overhead
  const double seen = static_cast<double>(real) / static_cast<double>(estimated);
  factor_ = std::clamp(0.5 * factor_ + 0.5 * seen, 0.4, 2.5);
}

int64_t Calibration::Apply(int64_t estimated) const {
  return static_cast<int64_t>(std::llround(static_cast<double>(estimated) * factor_));
}

}  // namespace katra::router::translate
