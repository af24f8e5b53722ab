// A session in the room for the duration of one command, and its persona. Knows no particular
// command.
#pragma once

#include <memory>
#include <string>

#include "cli/context.h"
#include "core/result.h"
#include "store/store.h"

namespace CLI {
class App;
}

namespace katra::cli {

// The options of every room and memory command.
struct Speaker {
  std::string persona;  // empty: see PersonaOf
  std::string room;     // empty: see RoomOf
  bool json = false;
};

void AddPersonaOption(CLI::App& command, Speaker* speaker);
void AddRoomOption(CLI::App& command, Speaker* speaker);
void AddJsonOption(CLI::App& command, Speaker* speaker);

// --persona, else $KATRA_PERSONA, else the user's name. kInvalidArgument: it is not a valid name.
[[nodiscard]] Result<std::string> PersonaOf(const Speaker& speaker, const Context& context);
// --room, else $KATRA_ROOM; empty: the main room.
[[nodiscard]] std::string RoomOf(const Speaker& speaker, const Context& context);

// The client names of terminal sessions, as shown to others beside coding agents.
inline constexpr const char* kTerminalClient = "katra";
inline constexpr const char* kWatchClient = "katra watch";
[[nodiscard]] bool IsTerminalClient(const std::string& client);

// What to do with a persona that does not exist yet.
enum class UnknownPersona {
  kCreate,  // create it
  kRefuse,  // kNotFound with near matches, if it was named with --persona
};

class CommandSession {
 public:
  // Opens the store and a session in it. `client`: the client name shown to others.
  static Result<std::unique_ptr<CommandSession>> Begin(Context& context, const Speaker& speaker,
                                                       UnknownPersona unknown,
                                                       const std::string& client = kTerminalClient);
  // Ends the session.
  ~CommandSession();
  CommandSession(const CommandSession&) = delete;
  CommandSession& operator=(const CommandSession&) = delete;

  [[nodiscard]] store::Store& store() const { return store_; }
  // The session as it was when opened.
  [[nodiscard]] const store::Session& info() const { return session_; }
  // The room for requests; empty: the session's.
  [[nodiscard]] const std::string& room() const { return room_; }

 private:
  CommandSession(const Context& context, store::Store& store, store::Session session,
                 std::string room)
      : context_(context), store_(store), session_(std::move(session)), room_(std::move(room)) {}

  const Context& context_;
  store::Store& store_;
  const store::Session session_;
  const std::string room_;
};

}  // namespace katra::cli
