#include "router/routing/request_view.h"

#include <algorithm>
#include <array>

#include "core/json_view.h"
#include "core/text.h"
#include "router/routing/client_prompts.h"

namespace katra::router::routing {
namespace {

using translate::RequestPeek;

constexpr std::string_view kTagBegin = "<CCR-SUBAGENT-MODEL>";
constexpr std::string_view kTagEnd = "</CCR-SUBAGENT-MODEL>";
constexpr size_t kMaxTagBytes = 300;

// Elements that a client adds: they are no words of the user.
constexpr std::array<std::string_view, 15> kAdded = {
    "system-reminder",      "user-prompt-submit-hook",
    "local-command-stdout", "local-command-stderr",
    "command-message",      "command-name",
    "environment_context",  "user_instructions",
    "local-command-caveat", "INSTRUCTIONS",
    "ide_opened_file",      "ide_selection",
    "task-notification",    "bash-stdout",
    "bash-stderr"};
// Their marks go, what they enclose stays.
constexpr std::array<std::string_view, 2> kKept = {"command-args", "bash-input"};

struct Part {
  std::string text;
  bool image = false;
  bool tool_result = false;
};

bool IsImage(JsonView type) {
  return type.Is("image") || type.Is("image_url") || type.Is("input_image");
}

bool IsText(JsonView type) { return type.Is("text") || type.Is("input_text"); }

void AddText(std::string_view text, std::string* out) {
  std::string own = WithoutClientMarkup(text);
  if (Trim(own).empty() || IsClientPrompt(own)) return;
  if (!out->empty()) out->push_back('\n');
  *out += own;
}

// Of one message of the user, or one item of a Responses request.
Part ReadUserMessage(JsonView message) {
  Part part;
  const JsonView content = message["content"];
  if (content.IsString()) AddText(content.Text(), &part.text);
  if (!content.IsArray()) return part;
  for (const JsonView block : content) {
    const JsonView type = block["type"];
    if (IsText(type)) {
      AddText(block["text"].Text(), &part.text);
    } else if (IsImage(type)) {
      part.image = true;
    } else if (type.Is("tool_result")) {
      part.tool_result = true;
    }
  }
  return part;
}

bool IsMessageOf(JsonView message, std::string_view role) {
  const JsonView type = message["type"];
  return message["role"].Is(role) && (type.IsMissing() || type.Is("message"));
}

bool IsUserMessage(JsonView message) { return IsMessageOf(message, "user"); }

// Of one message of the model.
std::string ReadModelMessage(JsonView message) {
  const JsonView content = message["content"];
  if (content.IsString()) return content.Text();
  std::string text;
  for (const JsonView block : content) {
    const JsonView type = block["type"];
    if (!type.Is("text") && !type.Is("output_text")) continue;
    if (!text.empty()) text.push_back('\n');
    text += block["text"].Text();
  }
  return text;
}

// Whether `before` ends with `"type":`, as what stands before a block's type. An argument of a tool
// may be called "image", too.
bool IsValueOfType(std::string_view before) {
  constexpr std::string_view kSpace = " \t\r\n";
  constexpr std::string_view kType = "\"type\"";
  const auto trim = [&] {
    const size_t last = before.find_last_not_of(kSpace);
    before = last == std::string_view::npos ? std::string_view() : before.substr(0, last + 1);
  };
  trim();
  if (!before.ends_with(':')) return false;
  before.remove_suffix(1);
  trim();
  return before.ends_with(kType);
}

// Cuts the middle out, at whole characters.
std::string Bounded(std::string text, size_t most = RequestView::kMaxTextBytes) {
  const size_t half = most / 2;
  if (text.size() <= most) return text;
  const auto continues = [&](size_t at) {
    return (static_cast<unsigned char>(text[at]) & 0xC0U) == 0x80U;
  };
  size_t head = half;
  while (head > 0 && continues(head)) --head;
  size_t tail = text.size() - half;
  while (tail < text.size() && continues(tail)) ++tail;
  return text.substr(0, head) + "\n" + text.substr(tail);
}

}  // namespace

std::string WithoutClientMarkup(std::string_view text) {
  if (text.find('<') == std::string_view::npos) return std::string(text);
  std::string out;
  size_t at = 0;
  while (at < text.size()) {
    const size_t open = text.find('<', at);
    out.append(text.substr(at, open - at));
    if (open == std::string_view::npos) break;
    const std::string_view rest = text.substr(open + 1);
    const auto begins = [&](std::string_view name) {
      return rest.size() > name.size() && rest.starts_with(name) && rest[name.size()] == '>';
    };
    const auto added = std::find_if(kAdded.begin(), kAdded.end(), begins);
    if (added != kAdded.end()) {
      const std::string end = "</" + std::string(*added) + ">";
      const size_t close = text.find(end, open);
      if (close == std::string_view::npos) break;  // cut off: the rest belongs to it
      at = close + end.size();
      continue;
    }
    const bool closing = rest.starts_with("/");
    const auto kept = std::find_if(kKept.begin(), kKept.end(), [&](std::string_view name) {
      const std::string_view word = closing ? rest.substr(1) : rest;
      return word.size() > name.size() && word.starts_with(name) && word[name.size()] == '>';
    });
    if (kept != kKept.end()) {
      at = open + 1 + (closing ? 1 : 0) + kept->size() + 1;
      continue;
    }
    out.push_back('<');
    at = open + 1;
  }
  return std::string(Trim(out));
}

bool RequestView::ContinuesTurn() const {
  if (peek_.item_spans.empty()) return format_ != BodyFormat::kResponses;
  JsonDocument document;
  for (auto span = peek_.item_spans.rbegin(); span != peek_.item_spans.rend(); ++span) {
    if (!document.Parse(Cut(*span))) return true;
    const JsonView message = document.Root();
    // What a client or its hooks add may stand behind the user's words in a message of its own.
    if (IsMessageOf(message, "system") || IsMessageOf(message, "developer")) continue;
    if (!IsUserMessage(message)) return true;
    const Part part = ReadUserMessage(message);
    if (!part.text.empty() || part.image) return false;
    if (part.tool_result) return true;
  }
  return true;
}

bool RequestView::IsSideRequest() const {
  // Such a conversation is one question, perhaps in several messages: the model has said nothing.
  constexpr size_t kMostMessages = 8;
  if (peek_.has_tools || peek_.item_spans.size() > kMostMessages) return false;
  bool side = false;
  bool first = true;
  JsonDocument document;
  for (const RequestPeek::Span& span : peek_.item_spans) {
    if (!document.Parse(Cut(span)) || IsMessageOf(document.Root(), "assistant")) return false;
    if (!first || !IsUserMessage(document.Root())) continue;
    first = false;
    side = IsSidePrompt(ReadUserMessage(document.Root()).text);
    if (!side) return false;
  }
  return side;
}

RequestView::UserTurns RequestView::LastUserTurns() const {
  UserTurns turns;
  if (peek_.item_spans.empty() && format_ == BodyFormat::kResponses) {
    JsonDocument document;  // "input" may be a text
    if (document.Parse(body_)) turns.last = Bounded(document.Root()["input"].Text());
    return turns;
  }
  bool found = false;
  JsonDocument document;
  for (auto span = peek_.item_spans.rbegin(); span != peek_.item_spans.rend(); ++span) {
    if (!document.Parse(Cut(*span))) continue;
    const JsonView message = document.Root();
    if (!IsUserMessage(message)) continue;
    Part part = ReadUserMessage(message);
    if (part.text.empty() && !part.image) continue;
    if (found) {
      if (part.text.empty()) continue;
      turns.previous = Bounded(std::move(part.text), kMaxPreviousBytes);
      break;
    }
    found = true;
    turns.last = Bounded(std::move(part.text));
    turns.image = part.image;
  }
  return turns;
}

std::vector<RequestView::Spoken> RequestView::ConversationTail() const {
  std::vector<Spoken> tail;
  if (peek_.item_spans.empty()) {
    std::string words = LastUserTurns().last;  // "input" may be a text
    if (!words.empty()) tail.push_back({true, std::move(words)});
    return tail;
  }
  // Results of tools are most of a long conversation, and none of them is wanted.
  constexpr size_t kMostRead = size_t{4} << 20U;
  constexpr size_t kMostMessages = 256;
  size_t read = 0;
  size_t kept = 0;
  JsonDocument document;
  for (auto span = peek_.item_spans.rbegin(); span != peek_.item_spans.rend(); ++span) {
    if (kept >= kMaxTailBytes || tail.size() >= kMostMessages) break;
    if (read > kMostRead && !tail.empty()) break;
    read += span->end - span->begin;
    if (!document.Parse(Cut(*span))) continue;
    const JsonView message = document.Root();
    const bool user = IsUserMessage(message);
    if (!user && !IsMessageOf(message, "assistant")) continue;
    std::string text = user ? ReadUserMessage(message).text : ReadModelMessage(message);
    if (text.empty()) continue;
    kept += text.size();
    tail.push_back({user, Bounded(std::move(text), kMaxTailMessageBytes)});
  }
  std::reverse(tail.begin(), tail.end());
  return tail;
}

bool RequestView::MayHoldImage() const {
  if (peek_.item_spans.empty()) return false;
  const std::string_view all = body_.substr(
      peek_.item_spans.front().begin, peek_.item_spans.back().end - peek_.item_spans.front().begin);
  const std::string_view type = format_ == BodyFormat::kMessages ? "\"image\""
                                : format_ == BodyFormat::kChat   ? "\"image_url\""
                                                                 : "\"input_image\"";
  for (size_t at = all.find(type); at != std::string_view::npos; at = all.find(type, at + 1)) {
    if (IsValueOfType(all.substr(0, at))) return true;
  }
  return false;
}

RequestView::WebSearch RequestView::OffersWebSearch() const {
  WebSearch search;
  const std::string_view tools = Cut(peek_.tools_span);
  if (tools.find("web_search") == std::string_view::npos) return search;
  JsonDocument document;
  if (!document.Parse(tools)) return search;
  const JsonView list = document.Root();
  for (const JsonView tool : list) {
    const std::string type = tool["type"].Text();
    if (type.starts_with("web_search")) search.offered = true;
  }
  search.alone = search.offered && list.Size() == 1;
  return search;
}

bool RequestView::AsksForThought() const {
  if (format_ == BodyFormat::kMessages) return peek_.thinking_type == "enabled";
  return peek_.effort == "high" || peek_.effort == "xhigh" || peek_.effort == "max";
}

std::optional<RequestView::SubagentTag> RequestView::FindSubagentTag() const {
  const auto within = [&](RequestPeek::Span span) -> std::optional<SubagentTag> {
    const std::string_view text = Cut(span);
    const size_t open = text.find(kTagBegin);
    if (open == std::string_view::npos) return std::nullopt;
    const size_t close = text.find(kTagEnd, open);
    if (close == std::string_view::npos || close - open > kMaxTagBytes) return std::nullopt;
    const size_t model = open + kTagBegin.size();
    SubagentTag tag;
    tag.model = std::string(Trim(text.substr(model, close - model)));
    tag.span = {span.begin + open, span.begin + close + kTagEnd.size()};
    return tag;
  };
  if (auto tag = within(peek_.system_span)) return tag;
  // Nearly always there is none, and then no message is read.
  constexpr size_t kFirst = 8;
  const auto& items = peek_.item_spans;
  if (items.empty()) return std::nullopt;
  const size_t last = std::min(items.size(), kFirst) - 1;
  if (Cut({items.front().begin, items[last].end}).find(kTagBegin) == std::string_view::npos) {
    return std::nullopt;
  }
  int users = 0;
  for (const RequestPeek::Span& span : peek_.item_spans) {
    if (users == 2) break;
    JsonDocument document;
    if (!document.Parse(Cut(span)) || !IsUserMessage(document.Root())) continue;
    if (ReadUserMessage(document.Root()).tool_result) continue;
    ++users;
    if (auto tag = within(span)) return tag;
  }
  return std::nullopt;
}

}  // namespace katra::router::routing
