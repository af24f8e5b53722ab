#include "router/routing/replay/recorded_text.h"

#include "core/json_view.h"
#include "router/translate/messages/splice.h"

namespace katra::router::routing::replay {

std::optional<RecordedText> ReadRecordedText(std::string_view line) {
  JsonDocument document;
  if (!document.Parse(line)) return std::nullopt;
  const JsonView root = document.Root();
  const JsonView request = root["request"];
  if (!request["messages"].IsArray()) return std::nullopt;
  const auto peek = translate::PeekRequest(request.Raw());
  if (!peek) return std::nullopt;
  RecordedText text;
  text.request_id = root["request_id"].Text();
  if (text.request_id.empty()) return std::nullopt;
  const RequestView view(BodyFormat::kMessages, request.Raw(), *peek);
  text.words = view.LastUserTurns();
  text.continues = view.ContinuesTurn();
  text.tools = peek->has_tools;
  text.needs.side = view.IsSideRequest();
  text.needs.image = text.words.image;
  text.needs.earlier_image = view.MayHoldImage();
  text.needs.thought = view.AsksForThought();
  // Of the tools a recording keeps the names: that of a provider's web search is fixed.
  const JsonView tools = request["tools"];
  for (const JsonView tool : tools) {
    if (tool.Is("web_search") || tool["name"].Is("web_search")) text.needs.web_search = true;
  }
  text.needs.web_search_alone = text.needs.web_search && tools.Size() == 1;
  // A tag counts in the first messages, which a long recording has lost.
  if (const auto tag = view.FindSubagentTag(); tag && request["messages_left_out"].IsMissing()) {
    text.needs.subagent_tag = tag->model;
  }
  return text;
}

}  // namespace katra::router::routing::replay
