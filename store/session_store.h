// Sessions and personas: who is present and what they are doing. store/call_context.h has the rules
// of all calls, including errors.
#pragma once

#include <string>
#include <vector>

#include "core/result.h"
#include "store/call_context.h"
#include "store/types.h"

namespace katra::store {

class SessionStore {
 public:
  virtual ~SessionStore() = default;

  // Starts a session, creating its persona and its room if they are new. A persona may have several
  // live sessions, because a client may reconnect before its old process has ended.
  // kInvalidArgument: a malformed name, role or tag. kFailedPrecondition: the persona is retired,
  // and `comes_back` is not set.
  virtual Result<Session> OpenSession(const SessionStart& start, const CallContext& context) = 0;

  // Records the client's name and version, if it states them after the session started. An empty
  // string leaves the value unchanged.
  virtual Status DescribeClient(SessionId session, const std::string& client,
                                const std::string& version, const CallContext& context) = 0;

  // Gives a guest's session a name. A new name renames the guest. The name of a persona without a
  // live session takes over that persona, with its cursors and private memories; a retired one
  // comes back. Registering the session's own name again only updates the role. kAlreadyExists: a
  // live session has the name. kFailedPrecondition: the session was named at launch, or registered
  // before.
  virtual Result<Session> Register(SessionId session, const std::string& name,
                                   const std::string& role, const CallContext& context) = 0;

  // Records the provider and model of a session. A weaker source never replaces a stronger one.
  virtual Status SetProviderTag(SessionId session, const ProviderTag& tag,
                                const CallContext& context) = 0;

  // Ends a session and forgets its session_only memories. Ending it again is not an error.
  virtual Status EndSession(SessionId session, const std::string& reason,
                            const CallContext& context) = 0;

  // Records that the session is alive. `active`: its agent has just done something. Not synced,
  // because a power loss ends the process as well.
  virtual Status Heartbeat(SessionId session, bool active, const CallContext& context) = 0;

  // Records what the session's agent is doing. Not synced. kNotFound: the session has ended.
  virtual Status SetActivity(SessionId session, Activity activity, const CallContext& context) = 0;

  // Records the client's own id of its conversation, which may change during a session.
  virtual Status SetClientSession(SessionId session, const std::string& client_session_id,
                                  const CallContext& context) = 0;

  // kNotFound: there is no such session, or it has ended.
  virtual Result<Session> GetSession(SessionId session, const CallContext& context) = 0;

  // The live sessions in a room, oldest first, with their claims. `room` empty: in all rooms.
  virtual Result<std::vector<Presence>> WhoIsHere(const std::string& room,
                                                  const CallContext& context) = 0;

  // The live sessions that match the filter, newest first. Returning none is not an error.
  virtual Result<std::vector<Session>> LiveSessions(const SessionFilter& filter,
                                                    const CallContext& context) = 0;

  // All personas, ordered by name, with or without a live session, retired ones included; guests
  // only if they have a live session.
  virtual Result<std::vector<Persona>> ListPersonas(const CallContext& context) = 0;

  // The current quota use of each persona that has any, ordered by name.
  virtual Result<std::vector<QuotaUse>> ListQuotaUse(const CallContext& context) = 0;
};

}  // namespace katra::store
