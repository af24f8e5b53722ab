// Session tokens: which persona a request is of, and what its session was started with. Only hashes
// are kept, in HOME/run/tokens.json (0600), so that gateway and command share them and a restart
// ends no session. Knows no HTTP.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "core/audit.h"
#include "core/clock.h"
#include "core/ids.h"
#include "core/result.h"
#include "core/sha256.h"
#include "core/sha256_memo.h"
#include "router/config/session.h"
#include "router/gateway/access/permit.h"

namespace katra::router::gateway {

struct Grant {
  Sha256Digest hash{};
  std::string id;  // names the token in logs and records; no secret
  std::string persona;
  SessionChoice session;  // empty: the persona's entry in personas.json decides
  Permit permit;
  WallTime created_at;
};

// Whether `text` has the form of a token, ended or not.
[[nodiscard]] bool IsGatewayToken(std::string_view text);

// "HOME/run/tokens.json".
[[nodiscard]] std::string TokensPath(const std::string& home);

struct MintedToken {
  std::string token;  // "katra_" and 43 characters: shown once
  Grant grant;
};
// Adds a token for a session of `persona`. Blocking (a lock file and a synced write).
// kInvalidArgument: no name, or a choice of the wrong form. kResourceExhausted: there are as many
// tokens as there may be, expired ones not counted.
[[nodiscard]] Result<MintedToken> MintToken(const std::string& home, const std::string& persona,
                                            const SessionChoice& session, const Clock& clock,
                                            Random& random, const Permit& permit = {});
// Ends every token of `persona`; the ended ones' ids. Blocking.
[[nodiscard]] Result<std::vector<std::string>> RevokeTokens(const std::string& home,
                                                            const std::string& persona);
// Ends one token, by its id or by eight and more characters that only its id begins with. Blocking.
// kNotFound: there is none; kInvalidArgument: several begin so, or the text is too short.
[[nodiscard]] Result<Grant> RevokeToken(const std::string& home, const std::string& id);
// Every token, expired ones too, oldest first. Blocking.
[[nodiscard]] Result<std::vector<Grant>> ListTokens(const std::string& home);

// What the audit log says of the two. A name of the wrong form is left out: it may be a secret that
// was pasted into the wrong place.
[[nodiscard]] AuditEvent TokenMade(const Result<MintedToken>& minted, const std::string& persona);
[[nodiscard]] std::vector<AuditEvent> TokensEnded(const Result<std::vector<std::string>>& ended,
                                                  const std::string& persona);

// What the gateway looks tokens up in. Reads the file again when it has changed. Not thread-safe.
class TokenBook {
 public:
  // `clock` is borrowed.
  TokenBook(const std::string& home, const Clock& clock) : path_(TokensPath(home)), clock_(clock) {}

  // nullptr: no such token. Compares in constant time. Valid until the next call.
  [[nodiscard]] const Grant* Find(std::string_view token);
  // Reads the file again when it has changed, even since the last moment.
  void LookAgain() {
    looked_at_.reset();
    Refresh();
  }
  // How often it was read, and whether a grant of that id was in it then.
  [[nodiscard]] uint64_t readings() const { return readings_; }
  [[nodiscard]] bool Holds(const std::string& id) const { return ids_.count(id) != 0; }
  // Why the file could not be read; empty when it could.
  [[nodiscard]] const std::string& trouble() const { return trouble_; }

 private:
  void Refresh();

  std::string path_;
  const Clock& clock_;
  // Of the file that was read; a file that is not there is all zeros.
  struct Seen {
    uint64_t inode = 0;
    int64_t size = 0;
    int64_t seconds = 0;
    int64_t nanoseconds = 0;
    bool operator==(const Seen& other) const = default;
  };
  std::optional<Seen> seen_;
  std::optional<SteadyTime> looked_at_;
  std::vector<Grant> grants_;
  std::unordered_set<std::string> ids_;
  uint64_t readings_ = 0;
  std::string trouble_;
  Sha256Memo digests_;  // of the tokens that came last
};

}  // namespace katra::router::gateway
