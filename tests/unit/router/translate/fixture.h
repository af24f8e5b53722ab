// What the suites of router/translate share: scripted upstreams as text, and the answer that a
// client would put together from the events. Every stream is fed whole, byte by byte and cut in two
// at every place, and is held to the grammar of Messages streams.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "router/translate/from_chat/stream.h"
#include "router/translate/request.h"

namespace katra::testing {

namespace translate = router::translate;

// One chunk as an event. `finish` is null or a word; `extra` holds more members of the chunk, e.g.
// `,"usage":{…}`.
[[nodiscard]] std::string Chunk(const std::string& delta, const std::string& finish = "",
                                const std::string& extra = "");
[[nodiscard]] std::string Done();

struct StreamRun {
  translate::StreamState state = translate::StreamState::kOpen;
  std::string bytes;
  std::vector<nlohmann::json> events;  // their data, in order
  translate::ApiError error;
  translate::Usage usage;
  std::string stop_reason;
  std::string model;
  std::vector<std::string> notes;
  std::vector<std::string> left_out;

  // What a client has in the end; each block with its text, thinking, signature or input joined.
  [[nodiscard]] nlohmann::json Blocks() const;
  [[nodiscard]] std::vector<std::string> Types() const;               // of the events
  [[nodiscard]] nlohmann::json Event(const std::string& type) const;  // the first; null: none
  [[nodiscard]] size_t Count(const std::string& type) const;
};

// A context for a plain provider "test".
[[nodiscard]] translate::ReplyContext PlainContext();

// Feeds `input` whole, then ends the stream; `cut`: it broke off.
[[nodiscard]] StreamRun Feed(const std::string& input,
                             const translate::ReplyContext& context = PlainContext(),
                             bool cut = false, translate::StreamOptions options = {});

// Makes the reader of a format.
using MakeStream = std::function<std::unique_ptr<translate::UpstreamStream>(
    const translate::ReplyContext& context, const translate::StreamOptions& options)>;
// The same for any format.
[[nodiscard]] StreamRun FeedAny(const std::string& input, const translate::ReplyContext& context,
                                bool cut, translate::StreamOptions options, const MakeStream& make);
[[nodiscard]] StreamRun FeedEverySplitOfAny(const std::string& input,
                                            const translate::ReplyContext& context, bool cut,
                                            const MakeStream& make);

// The same, and requires the same bytes from every way to cut the input. Use with inputs of a few
// KiB.
[[nodiscard]] StreamRun FeedEverySplit(const std::string& input,
                                       const translate::ReplyContext& context = PlainContext(),
                                       bool cut = false);

// Fails when the events break the order of Messages streams (S1, S2, S12).
void RequireGrammar(const StreamRun& run);

[[nodiscard]] std::vector<nlohmann::json> ParseEvents(const std::string& sse);

// A ToChat that must succeed; the body parsed.
struct Translated {
  nlohmann::json body;
  translate::TranslatedRequest result;
};
[[nodiscard]] Translated Translate(const nlohmann::json& request, const translate::Target& target);
[[nodiscard]] translate::Target PlainTarget();

class MapReasoningStore final : public translate::ReasoningStore {
 public:
  void Put(std::string_view tool_id, std::string_view kept) override {
    kept_[std::string(tool_id)] = kept;
  }
  [[nodiscard]] std::optional<std::string> Get(std::string_view tool_id) override {
    const auto found = kept_.find(std::string(tool_id));
    if (found == kept_.end()) return std::nullopt;
    return found->second;
  }
  [[nodiscard]] const std::map<std::string, std::string>& kept() const { return kept_; }

 private:
  std::map<std::string, std::string> kept_;
};

}  // namespace katra::testing
