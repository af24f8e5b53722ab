// Keeps the gateway at the address that live sessions were given. A client uses one address for its
// whole life, so a gateway that died is restarted on the same port and given the sessions' keys
// again. Knows no client.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cli/context.h"
#include "cli/sessions/gateway_process.h"
#include "cli/sessions/records.h"

namespace katra::cli {

// Whether a session uses Katra's gateway.
[[nodiscard]] bool IsRouted(const SessionRecord& record);

// The routed sessions of this home that run on this machine. Having none is not an error.
[[nodiscard]] std::vector<SessionRecord> RoutedSessions(const Context& context);

// Why a session cannot reach the gateway: "the gateway is down". Empty if it can, or if it is not
// routed. `running`: unset if no gateway runs.
[[nodiscard]] std::string CutOff(const SessionRecord& record,
                                 const std::optional<router::gateway::Runtime>& running);

// The port of a session's base URL; 0: none.
[[nodiscard]] int PortOf(const std::string& base_url);

// As EnsureGateway, on the port that live sessions were given unless `start` names one. `move`: a
// gateway on another port, which no live session uses, is stopped and restarted there.
// kAlreadyExists: another program uses that port; the message names it and the affected sessions.
[[nodiscard]] Result<router::gateway::Runtime> RaiseGateway(const Context& context,
                                                            const GatewayStart& start = {},
                                                            bool move = false);

// For a process of a live session (a hook), whose environment contains the session's keys: restarts
// a dead gateway on the session's port, and gives the keys to a gateway that lacks them. Takes some
// seconds if the gateway has to be started, else well below a millisecond. Does nothing after
// `katra down`, or while another process is doing it. Failures are not reported; `katra list` shows
// them.
void KeepGateway(const Context& context);

// Records whether the gateway was stopped on purpose, so that no hook starts it.
void NoteDown(const Context& context, bool down);

// The program that listens on a port of this machine: "nginx (process 812)"; "another program" if
// it cannot be determined.
[[nodiscard]] std::string HolderOf(int port);

}  // namespace katra::cli
