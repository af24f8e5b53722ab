#include "cli/watch/keys.h"

#include <array>
#include <cstdint>
#include <optional>
#include <utility>

#include "core/text.h"

namespace katra::cli {
namespace {

using Kind = Key::Kind;

constexpr char kEscape = '\x1b';

std::optional<Kind> OfControl(char c) {
  switch (c) {
    case '\r':
    case '\n':
      return Kind::kEnter;
    case '\t':
      return Kind::kTab;
    case '\x7f':
    case '\b':
      return Kind::kBackspace;
    case '\x01':  // Ctrl-A
      return Kind::kHome;
    case '\x05':  // Ctrl-E
      return Kind::kEnd;
    case '\x02':  // Ctrl-B
      return Kind::kLeft;
    case '\x06':  // Ctrl-F
      return Kind::kRight;
    case '\x17':
      return Kind::kKillWord;
    case '\x15':
      return Kind::kKillBefore;
    case '\x0b':
      return Kind::kKillAfter;
    case '\x0c':
      return Kind::kRedraw;
    case '\x03':
    case '\x04':
      return Kind::kLeave;
    default:
      return std::nullopt;
  }
}

// Decodes what follows "ESC [" or "ESC O".
std::optional<Kind> OfSequence(std::string_view body) {
  static constexpr std::array<std::pair<std::string_view, Kind>, 13> kKnown = {
      {{"D", Kind::kLeft},
       {"C", Kind::kRight},
       {"H", Kind::kHome},
       {"F", Kind::kEnd},
       {"1~", Kind::kHome},
       {"4~", Kind::kEnd},
       {"7~", Kind::kHome},
       {"8~", Kind::kEnd},
       {"3~", Kind::kDelete},
       {"5~", Kind::kPageUp},
       {"6~", Kind::kPageDown},
       {"A", Kind::kUp},
       {"B", Kind::kDown}}};
  for (const auto& [text, kind] : kKnown) {
    if (body == text) return kind;
  }
  return std::nullopt;
}

size_t CharacterLength(char first) {
  const auto byte = static_cast<uint8_t>(first);
  if (byte >= 0xF0) return 4;
  if (byte >= 0xE0) return 3;
  return byte >= 0xC0 ? 2 : 1;
}

}  // namespace

std::vector<Key> KeyReader::Read(std::string_view bytes) {
  pending_.append(bytes);
  std::vector<Key> keys;
  while (!pending_.empty()) {
    const size_t taken = Take(&keys);
    if (taken == 0) break;
    pending_.erase(0, taken);
  }
  return keys;
}

size_t KeyReader::Take(std::vector<Key>* keys) {
  const char first = pending_.front();
  if (first == kEscape) return TakeEscape(keys);
  if (pasting_ && (first == '\r' || first == '\n' || first == '\t')) {
    keys->push_back({Kind::kText, first == '\t' ? " " : "\n"});
    return pending_.starts_with("\r\n") ? 2 : 1;
  }
  if (const auto control = OfControl(first)) {
    if (!pasting_) keys->push_back({*control, {}});
    return 1;
  }
  return TakeText(keys);
}

size_t KeyReader::TakeEscape(std::vector<Key>* keys) {
  constexpr size_t kLongest = 32;
  if (pending_.size() < 2) return 0;
  if (pending_[1] != '[' && pending_[1] != 'O') return 2;  // Alt with a key is ignored
  size_t end = 2;
  while (end < pending_.size() && (pending_[end] < '@' || pending_[end] > '~')) ++end;
  if (end >= pending_.size()) return pending_.size() < kLongest ? 0 : pending_.size();
  const std::string_view body = std::string_view(pending_).substr(2, end - 1);
  if (body == "200~" || body == "201~") {
    pasting_ = body == "200~";
  } else if (const auto known = OfSequence(body); known && !pasting_) {
    keys->push_back({*known, {}});
  }
  return end + 1;
}

size_t KeyReader::TakeText(std::vector<Key>* keys) {
  const size_t length = CharacterLength(pending_.front());
  if (pending_.size() < length) return 0;
  const std::string_view character = std::string_view(pending_).substr(0, length);
  const bool control = static_cast<uint8_t>(character.front()) < 0x20;
  if (control || !IsValidUtf8(character) || OneLine(character, 16) != character) return 1;
  keys->push_back({Kind::kText, std::string(character)});
  return length;
}

}  // namespace katra::cli
