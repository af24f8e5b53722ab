// What the keys of `katra watch` do while its list of sessions is chosen: which session is marked,
// what is asked, and what the user wants done. Pure: starts and stops nothing.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cli/watch/keys.h"
#include "cli/watch/line_editor.h"
#include "cli/watch/screen.h"

namespace katra::cli {

// Something to be done outside of the screen.
struct SessionWish {
  enum class Kind { kAttach, kStop, kStart };
  Kind kind = Kind::kAttach;
  std::string persona;                 // for kAttach and kStop
  std::vector<std::string> arguments;  // for kStart: as after `katra start -b`
};

class SessionKeys {
 public:
  SessionKeys();

  // Whether the list has the keys. Tab gives them to it and takes them back.
  [[nodiscard]] bool active() const { return mode_ != Mode::kAway; }

  // Handles a key and returns what the user wants done, if anything. `sessions`: as shown now.
  [[nodiscard]] std::optional<SessionWish> Press(const Key& key,
                                                 const std::vector<ShownSession>& sessions);

  // Writes the mark, the prompt and the input into `view`. Keeps the mark on its session, wherever
  // the session stands now.
  void Fill(WatchView* view);

 private:
  enum class Mode { kAway, kChoosing, kStopping, kStarting };

  [[nodiscard]] size_t IndexOf(const std::vector<ShownSession>& sessions) const;
  [[nodiscard]] std::optional<SessionWish> Choose(const Key& key,
                                                  const std::vector<ShownSession>& sessions);
  [[nodiscard]] std::optional<SessionWish> Confirm(const Key& key);
  [[nodiscard]] std::optional<SessionWish> Type(const Key& key);

  Mode mode_ = Mode::kAway;
  std::string chosen_;   // the marked session's identity, see IdentityOf
  std::string persona_;  // its persona
  std::string refusal_;  // why the last key did nothing; empty: it did
  LineEditor line_;
};

// "Sam --provider openai" → {"--persona", "Sam", "--provider", "openai"}. Words are separated by
// blanks.
[[nodiscard]] std::vector<std::string> StartArguments(const std::string& line);

}  // namespace katra::cli
