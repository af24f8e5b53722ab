// What `katra watch` knows of the room: reads the store, and says what the user types. What is
// shown counts as heard. Calls block on the store, for the short time that a person does not mind.
#pragma once

#include <map>
#include <string>

#include "cli/context.h"
#include "cli/room/command_session.h"
#include "cli/watch/screen.h"

namespace katra::cli {

class RoomView {
 public:
  // Both are borrowed.
  RoomView(const CommandSession& session, const Context& context);

  // Reads what is new; the first time, the newest messages.
  [[nodiscard]] Status Refresh();
  // The session is alive; to be called now and then.
  void Beat();
  // Says a line: "@Sam, @Dario: text" to these alone, anything else to all. The answer is for the
  // user: who can hear it.
  [[nodiscard]] Result<std::string> Say(const std::string& line);

  // Puts what is known into `view`.
  void Fill(WatchView* view) const;
  [[nodiscard]] const std::string& room() const { return room_; }

 private:
  [[nodiscard]] Status ReadNews();
  [[nodiscard]] Status ReadInbox();

  const CommandSession& session_;
  const Context& context_;
  const std::string room_;
  std::map<store::MessageId, store::Message> messages_;
  store::MessageId newest_ = 0;  // of the room's messages that were read
  std::vector<store::Presence> present_;
  SteadyTime last_beat_;
};

// The names in front of a line and what is left of it: "@Sam, @Dario: hi" → {Sam, Dario}, "hi".
// Without names: all of the line.
struct Addressing {
  std::vector<std::string> to;
  std::string body;
};
[[nodiscard]] Addressing SplitAddress(const std::string& line);

}  // namespace katra::cli
