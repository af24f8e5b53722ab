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

  // The user has seen what is on the screen: the next message by somebody else is new.
  void Seen() { seen_ = true; }
  // What has happened since the last call that a person may want to be called for: "Sam waits for
  // you", "Dario to you: …". At most one text; empty: nothing.
  [[nodiscard]] std::string TakeCall();

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
  [[nodiscard]] Status ReadSessions();
  void NoteNew(const store::Message& message);

  const CommandSession& session_;
  const Context& context_;
  const std::string room_;
  std::map<store::MessageId, store::Message> messages_;
  store::MessageId newest_ = 0;  // newest message read from the room
  std::vector<ShownSession> present_;
  store::MessageId new_from_ = 0;  // see WatchView
  bool seen_ = true;
  bool first_ = true;  // nothing was read yet
  std::string call_;   // see TakeCall
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
