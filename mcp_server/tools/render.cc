#include "mcp_server/tools/render.h"

#include <algorithm>
#include <array>
#include <cstdint>

#include "core/text.h"

namespace katra::mcp {
namespace {

// Tags that carry meaning for a client or a model, in lower case with '_' written as '-'.
constexpr std::array<std::string_view, 35> kSpecialTags = {"assistant",
                                                           "bash-input",
                                                           "bash-stderr",
                                                           "bash-stdout",
                                                           "channel",
                                                           "command-args",
                                                           "command-message",
                                                           "command-name",
                                                           "cross-session-message",
                                                           "developer",
                                                           "end-of-turn",
                                                           "event",
                                                           "function",
                                                           "function-call",
                                                           "function-calls",
                                                           "function-result",
                                                           "function-results",
                                                           "human",
                                                           "ide-selection",
                                                           "invoke",
                                                           "parameter",
                                                           "persisted-output",
                                                           "start-of-turn",
                                                           "sys",
                                                           "task-notification",
                                                           "teammate-message",
                                                           "think",
                                                           "thinking",
                                                           "tool",
                                                           "tool-call",
                                                           "tool-response",
                                                           "tool-result",
                                                           "tool-use",
                                                           "user",
                                                           "user-prompt-submit-hook"};
// Families of tags: any name that begins so.
constexpr std::array<std::string_view, 4> kSpecialPrefixes = {"system", "local-command", "antml",
                                                              "tool-use-"};

// Bytes of an invisible character at the start of `text` that could split a tag's name for a
// program but not for a reader: soft hyphen, joiners, zero-width and variation marks. 0: none.
size_t InvisibleLength(std::string_view text) {
  static constexpr std::array<std::string_view, 12> kInvisible = {
      "\u00AD", "\u034F", "\u180E", "\u200B", "\u200C", "\u200D",
      "\u2060", "\u2061", "\u2062", "\u2063", "\u2064", "\uFEFF"};
  for (const std::string_view mark : kInvisible) {
    if (text.starts_with(mark)) return mark.size();
  }
  return text.starts_with("\uFE0F") || text.starts_with("\uFE0E") ? 3 : 0;
}

bool IsSpaceOrControl(char c) {
  const auto byte = static_cast<uint8_t>(c);
  return byte <= 0x20 || byte == 0x7F;
}

bool IsSpecialName(std::string_view name) {
  if (name.empty()) return false;
  if (std::find(kSpecialTags.begin(), kSpecialTags.end(), name) != kSpecialTags.end()) return true;
  return std::any_of(kSpecialPrefixes.begin(), kSpecialPrefixes.end(),
                     [&](std::string_view prefix) { return name.starts_with(prefix); });
}

// Whether the text after a '<' makes it a special tag.
bool BeginsSpecialTag(std::string_view rest) {
  constexpr size_t kLongestGap = 64;   // blanks and marks that are looked through
  constexpr size_t kLongestName = 48;  // longer than every special name
  size_t gap = 0;
  const auto skip = [&](auto&& also) {
    while (!rest.empty() && gap < kLongestGap) {
      const size_t invisible = InvisibleLength(rest);
      const size_t length = invisible > 0 ? invisible : also(rest[0]) ? 1 : 0;
      if (length == 0) return;
      rest.remove_prefix(length);
      gap += length;
    }
  };
  skip([](char c) { return IsSpaceOrControl(c) || c == '/' || c == '<'; });
  if (rest.starts_with('|')) return true;  // <|im_start|> and its kin

  std::string name;
  while (!rest.empty() && name.size() < kLongestName) {
    skip([](char) { return false; });
    if (rest.empty()) break;
    const char c = rest[0];
    const bool upper = c >= 'A' && c <= 'Z';
    const bool part = upper || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
    if (c == ':') {  // a namespace: what follows counts, and so does the namespace itself
      if (IsSpecialName(name)) return true;
      name.clear();
    } else if (part || c == '_') {
      name.push_back(upper ? static_cast<char>(c - 'A' + 'a') : c == '_' ? '-' : c);
    } else {
      break;
    }
    rest.remove_prefix(1);
  }
  return IsSpecialName(name);
}

}  // namespace

std::string NeutraliseTags(std::string_view text) {
  std::string safe;
  safe.reserve(text.size());
  while (true) {
    const size_t open = text.find('<');
    safe.append(text.substr(0, open));
    if (open == std::string_view::npos) return safe;
    text.remove_prefix(open + 1);
    if (BeginsSpecialTag(text)) {
      safe.append("‹");
    } else {
      safe.push_back('<');
    }
  }
}

std::string FencedBody(std::string_view text) { return Fence(NeutraliseTags(text), kFence); }

std::string Quoted(std::string_view text, size_t max_bytes) {
  // What cannot be shown anyway is not looked at: an escaped byte is never shorter than it was.
  const std::string line = OneLine(NeutraliseTags(TruncateUtf8(text, max_bytes + 4)), max_bytes);
  std::string quoted = "\"";
  for (const char c : line) {
    if (c == '"') {
      quoted.append("”");
    } else {
      quoted.push_back(c);
    }
  }
  return quoted.append("\"");
}

std::string Word(std::string_view text, size_t max_bytes) {
  const bool plain = !text.empty() && text.size() <= max_bytes &&
                     std::all_of(text.begin(), text.end(), [](char c) {
                       return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                              (c >= '0' && c <= '9') ||
                              std::string_view("._:/@+~-").find(c) != std::string_view::npos;
                     });
  return plain ? std::string(text) : Quoted(text, max_bytes);
}

std::string ModelText(const store::ProviderTag& tag) {
  if (tag.provider.empty() && tag.model.empty()) return "unknown";
  const auto part = [](const std::string& text) { return text.empty() ? "?" : Word(text); };
  return part(tag.provider) + "/" + part(tag.model);
}

std::string TagText(const store::ProviderTag& tag) {
  const std::string model = ModelText(tag);
  if (model == "unknown" && tag.source == store::TagSource::kImported) return "imported";
  return model == "unknown" ? model : model + ", " + store::ToString(tag.source);
}

std::string NameList(const std::vector<std::string>& names, size_t at_most) {
  std::string list;
  const size_t shown = std::min(names.size(), at_most);
  for (size_t i = 0; i < shown; ++i) {
    if (i > 0) list.append(", ");
    list.append(Word(names[i]));
  }
  if (names.size() > shown) list.append(" and " + std::to_string(names.size() - shown) + " more");
  return list;
}

std::string Stamp(WallTime time, WallTime now) {
  const std::string day = FormatDate(time);
  return day == FormatDate(now) ? FormatTimeOfDay(time) : day + " " + FormatTimeOfDay(time);
}

std::string Count(int64_t count, std::string_view singular, std::string_view plural) {
  return std::to_string(count) + " " + std::string(count == 1 ? singular : plural);
}

std::string MessageHeader(const store::Message& message, const MessageMarks& marks, WallTime now) {
  std::string header(marks.prefix);
  header += "#" + std::to_string(message.id) + " " +
            (marks.time.empty() ? Stamp(message.said_at, now) : marks.time) + " " +
            Word(message.from) + " (" + TagText(message.tag) + ") to " +
            (message.to.empty() ? std::string("all") : NameList(message.to));
  if (!message.to.empty()) header += ", direct";
  if (message.reply_to) header += ", reply to #" + std::to_string(*message.reply_to);
  if (message.room != marks.room) header += ", in " + Word(message.room);
  if (marks.history) header += ", history";
  if (marks.redelivered) header += ", redelivered";
  if (!marks.extra.empty()) header += ", " + marks.extra;
  return header + ":";
}

}  // namespace katra::mcp
