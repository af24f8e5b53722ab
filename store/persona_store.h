// Personas as a person manages them: retiring, bringing back, renaming, merging.
// store/call_context.h has the rules of all calls, including errors. Names are case-insensitive,
// and a name that a persona had before leads to it. Changes are synced, and wake the watches.
#pragma once

#include <string>

#include "core/result.h"
#include "store/call_context.h"
#include "store/types.h"

namespace katra::store {

class PersonaStore {
 public:
  virtual ~PersonaStore() = default;

  // kNotFound, with near matches.
  virtual Result<PersonaProfile> ShowPersona(const std::string& name,
                                             const CallContext& context) = 0;

  // Retires a persona without a live session: it gets no direct messages and is in no list. What it
  // said and remembered stays its own. Retiring it again changes nothing. kNotFound;
  // kFailedPrecondition: it has a live session, or is a guest.
  virtual Status RetirePersona(const std::string& name, const CallContext& context) = 0;

  // Retires the session's own persona, whose name the caller repeats. The session goes on as a new
  // guest, and is returned. kInvalidArgument: another name; kFailedPrecondition: the session is a
  // guest, or the persona has another live session.
  virtual Result<Session> RetireOwnPersona(SessionId session, const std::string& name,
                                           const CallContext& context) = 0;

  // Brings a retired persona back, as starting or registering it does. Direct messages from before
  // its retirement still wait for it. In rooms it is like a newcomer: of what it missed it hears
  // the last kHistoryForNewcomers messages, as history. Not an error if it is not retired.
  // kNotFound.
  virtual Status BringPersonaBack(const std::string& name, const CallContext& context) = 0;

  // Gives a persona without a live session another name, also in its recorded usage. The old name
  // leads to it from then on, so nobody else can take it. kNotFound; kInvalidArgument: `to` is
  // malformed or reserved; kAlreadyExists: another persona has it; kFailedPrecondition: as for
  // RetirePersona.
  virtual Status RenamePersona(const std::string& from, const std::string& to,
                               const CallContext& context) = 0;

  // Makes two personas without live sessions one: whatever `from` said, remembered, was sent and
  // used belongs to `into`, whose name and role remain. The name `from` leads to it. In each room
  // it has heard what either had heard; a direct message that either has not heard is heard, and
  // what the other had heard since may come again, marked redelivered. Cannot be undone. Takes
  // time proportional to what is moved. kNotFound; kInvalidArgument: both are the same persona;
  // kFailedPrecondition: as for RetirePersona.
  virtual Result<MergeReceipt> MergePersonas(const std::string& from, const std::string& into,
                                             const CallContext& context) = 0;
};

}  // namespace katra::store
