#include "render/peer_text.h"

#include <algorithm>

#include "core/text.h"

namespace katra::render {
std::string FencedBody(std::string_view text) { return Fence(text, kFence); }

std::string Quoted(std::string_view text, size_t max_bytes) {
  const std::string line = OneLine(text, max_bytes);
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

namespace {

// A provider tag whose names are shown as by Word.
store::ProviderTag Words(const store::ProviderTag& tag) {
  const auto word = [](const std::string& text) { return text.empty() ? text : Word(text); };
  return {word(tag.provider), word(tag.model), tag.source};
}

}  // namespace

std::string ModelText(const store::ProviderTag& tag) { return store::DescribeModel(Words(tag)); }

std::string TagText(const store::ProviderTag& tag) { return store::Describe(Words(tag)); }

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
  if (message.corrects) {
    header += ", corrects #" + std::to_string(*message.corrects);
  } else if (message.reply_to) {
    header += ", reply to #" + std::to_string(*message.reply_to);
    if (!message.answers.empty()) {
      header += " (" + Word(message.answers_from) + ": " +
                Quoted(message.answers, store::kMaxQuoteBytes) + ")";
    }
  }
  if (message.corrected_by) header += ", corrected by #" + std::to_string(*message.corrected_by);
  if (message.replies > 0) {
    header += message.replies >= store::kMaxRepliesCounted
                  ? ", " + std::to_string(message.replies) + "+ replies"
                  : ", " + Count(message.replies, "reply", "replies");
  }
  if (message.room != marks.room) header += ", in " + Word(message.room);
  if (marks.history) header += ", history";
  if (marks.redelivered) header += ", redelivered";
  if (!marks.extra.empty()) header += ", " + marks.extra;
  return header + ":";
}

}  // namespace katra::render
