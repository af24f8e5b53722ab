#include "cli/watch/session_keys.h"

#include <algorithm>
#include <utility>

#include "core/text.h"

namespace katra::cli {
namespace {

constexpr size_t kMostTyped = 2'000;
constexpr const char* kChoosing = "↑ ↓ choose · a attaches · s stops · n starts one · Tab: back";
constexpr const char* kStarting = "Enter starts it in the background · Tab: back";

// A persona may have several sessions, and one that has not connected has no number.
std::string IdentityOf(const ShownSession& session) {
  return session.presence.session.persona + " " + std::to_string(session.presence.session.id);
}

}  // namespace

std::vector<std::string> StartArguments(const std::string& line) {
  std::vector<std::string> words;
  for (std::string& word : Split(line, ' ')) {
    if (!word.empty()) words.push_back(std::move(word));
  }
  if (!words.empty() && words.front().front() != '-') words.insert(words.begin(), "--persona");
  return words;
}

SessionKeys::SessionKeys() : line_(kMostTyped) {}

std::optional<SessionWish> SessionKeys::Press(const Key& key,
                                              const std::vector<ShownSession>& sessions) {
  refusal_.clear();
  if (key.kind == Key::Kind::kTab) {
    mode_ = mode_ == Mode::kAway ? Mode::kChoosing : Mode::kAway;
    static_cast<void>(line_.Take());
    return std::nullopt;
  }
  switch (mode_) {
    case Mode::kChoosing:
      return Choose(key, sessions);
    case Mode::kStopping:
      return Confirm(key);
    case Mode::kStarting:
      return Type(key);
    case Mode::kAway:
      break;
  }
  return std::nullopt;
}

size_t SessionKeys::IndexOf(const std::vector<ShownSession>& sessions) const {
  const auto found = std::find_if(sessions.begin(), sessions.end(),
                                  [&](const auto& one) { return IdentityOf(one) == chosen_; });
  return found == sessions.end() ? 0 : static_cast<size_t>(found - sessions.begin());
}

std::optional<SessionWish> SessionKeys::Choose(const Key& key,
                                               const std::vector<ShownSession>& sessions) {
  if (key.text == "n") {
    mode_ = Mode::kStarting;
    return std::nullopt;
  }
  if (sessions.empty()) return std::nullopt;
  size_t at = IndexOf(sessions);
  if (key.kind == Key::Kind::kUp && at > 0) --at;
  if (key.kind == Key::Kind::kDown && at + 1 < sessions.size()) ++at;
  const ShownSession& session = sessions[at];
  chosen_ = IdentityOf(session);
  persona_ = session.presence.session.persona;
  if (key.text == "a" || key.kind == Key::Kind::kEnter) {
    if (session.attachable) return SessionWish{SessionWish::Kind::kAttach, persona_, {}};
    refusal_ = persona_ + (session.started ? " runs in a terminal: go there"
                                           : " was not started by katra start: go to its terminal");
  }
  if (key.text == "s") {
    if (session.started) {
      mode_ = Mode::kStopping;
    } else {
      refusal_ = persona_ + " was not started by katra start: end it in its terminal";
    }
  }
  return std::nullopt;
}

std::optional<SessionWish> SessionKeys::Confirm(const Key& key) {
  mode_ = Mode::kChoosing;
  if (key.text != "y") return std::nullopt;
  return SessionWish{SessionWish::Kind::kStop, persona_, {}};
}

std::optional<SessionWish> SessionKeys::Type(const Key& key) {
  if (key.kind != Key::Kind::kEnter) {
    static_cast<void>(line_.Press(key));
    return std::nullopt;
  }
  std::vector<std::string> arguments = StartArguments(line_.Take());
  if (arguments.empty()) return std::nullopt;
  mode_ = Mode::kChoosing;
  return SessionWish{SessionWish::Kind::kStart, {}, std::move(arguments)};
}

void SessionKeys::Fill(WatchView* view) {
  view->chosen.reset();
  view->prompt = "> ";
  view->help.clear();
  if (!active()) return;
  if (!view->present.empty()) {
    view->chosen = IndexOf(view->present);
    chosen_ = IdentityOf(view->present[*view->chosen]);
    persona_ = view->present[*view->chosen].presence.session.persona;
  }
  view->input.clear();
  view->cursor = 0;
  view->help = kChoosing;
  view->prompt = "sessions ";
  if (mode_ == Mode::kStopping) view->prompt = "stop " + persona_ + "? y stops it ";
  if (mode_ == Mode::kStarting) {
    view->prompt = "start: NAME [--provider …] ";
    view->input = line_.text();
    view->cursor = line_.cursor();
    view->help = kStarting;
  }
  if (!refusal_.empty()) view->help = refusal_;
}

}  // namespace katra::cli
