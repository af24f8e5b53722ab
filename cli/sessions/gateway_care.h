// Keeps the gateway where the live sessions were told that it is. A session's client knows one
// address for as long as it runs, so that a gateway that died comes back on the same port, with the
// session's keys handed over again. Knows no client.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cli/context.h"
#include "cli/sessions/gateway_process.h"
#include "cli/sessions/records.h"

namespace katra::cli {

// Whether a session's requests go through Katra's gateway.
[[nodiscard]] bool IsRouted(const SessionRecord& record);

// The sessions of this home that run here and are routed. None is no error.
[[nodiscard]] std::vector<SessionRecord> RoutedSessions(const Context& context);

// Why the gateway does not hear a session: "the gateway is down". Empty: it does, or the session is
// not routed. `running`: unset when none runs.
[[nodiscard]] std::string CutOff(const SessionRecord& record,
                                 const std::optional<router::gateway::Runtime>& running);

// The port of a base URL as sessions are told it; 0: none.
[[nodiscard]] int PortOf(const std::string& base_url);

// As EnsureGateway, on the port that live sessions were told unless `start` names one. `move`: one
// that runs elsewhere, where no live session knows it, is ended and started there.
// kAlreadyExists: another program holds that port; the message names it and who is cut off.
[[nodiscard]] Result<router::gateway::Runtime> RaiseGateway(const Context& context,
                                                            const GatewayStart& start = {},
                                                            bool move = false);

// For a process of a live session (a hook), whose environment has the session's keys: starts a
// gateway that died on the session's port, and hands the keys over to one that does not have them.
// Within some seconds when the gateway has to be started, else well below a millisecond. Does
// nothing after `katra down`, or when another process is at it. What cannot be done is for `katra
// list` to tell.
void KeepGateway(const Context& context);

// Whether the gateway was ended on purpose, so that no hook starts it.
void NoteDown(const Context& context, bool down);

// Which program listens on a port of this machine: "nginx (process 812)"; "another program" when
// it is not to be seen.
[[nodiscard]] std::string HolderOf(int port);

}  // namespace katra::cli
