// The room's state for `katra watch`: reads the store, and says what the user types. What is shown
// counts as heard. Calls block on the store, briefly enough for a person not to notice.
#pragma once

#include <map>
#include <string>

#include "cli/context.h"
#include "cli/room/command_session.h"
#include "cli/watch/screen.h"

namespace katra::cli {

class RoomView {
 public:
  // Both references are borrowed.
  RoomView(const CommandSession& session, const Context& context);

  // Reads what is new; at the first call, the newest messages.
  [[nodiscard]] Status Refresh();
  // Sends the session's heartbeat; call it regularly.
  void Beat();
  // Says a line: "@Sam, @Dario: text" only to these, anything else to everyone. Returns a text for
  // the user about who can hear it.
  [[nodiscard]] Result<std::string> Say(const std::string& line);

  // Copies the state into `view`.
  void Fill(WatchView* view) const;
  [[nodiscard]] const std::string& room() const { return room_; }

 private:
  [[nodiscard]] Status ReadNews();
  [[nodiscard]] Status ReadInbox();

  const CommandSession& session_;
  const Context& context_;
  const std::string room_;
  std::map<store::MessageId, store::Message> messages_;
  store::MessageId newest_ = 0;  // newest message read from the room
  std::vector<store::Presence> present_;
  SteadyTime last_beat_;
};

// The names at the start of a line and the rest: "@Sam, @Dario: hi" → {Sam, Dario}, "hi". Without
// names, the whole line.
struct Addressing {
  std::vector<std::string> to;
  std::string body;
};
[[nodiscard]] Addressing SplitAddress(const std::string& line);

}  // namespace katra::cli
