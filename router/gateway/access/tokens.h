// Session tokens: which persona a request belongs to, and what its session was started with. Only
// hashes are stored, in HOME/run/tokens.json (0600), so that gateway and command share them and a
// restart ends no session. Knows no HTTP.
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
  std::string id;  // identifies the token in logs and records; not secret
  std::string persona;
  SessionChoice session;  // empty: the persona's entry in personas.json decides
  Permit permit;
  std::string folder;  // in which the session was started, absolute; empty: unknown
  WallTime created_at;
};

// Whether `text` has the form of a token, valid or not.
[[nodiscard]] bool IsGatewayToken(std::string_view text);

// "HOME/run/tokens.json".
[[nodiscard]] std::string TokensPath(const std::string& home);

struct MintedToken {
  std::string token;  // "katra_" and 43 characters; shown only once
  Grant grant;
};
// Creates a token for a session of `persona` in `folder` (absolute; empty: unknown). Blocking (a
// lock file and a synced write). kInvalidArgument: an invalid name, choice or folder.
// kResourceExhausted: the maximum number of unexpired tokens exists.
[[nodiscard]] Result<MintedToken> MintToken(const std::string& home, const std::string& persona,
                                            const SessionChoice& session, const Clock& clock,
                                            Random& random, const Permit& permit = {},
                                            const std::string& folder = {});
// Revokes all tokens of `persona` and returns their ids. Blocking.
[[nodiscard]] Result<std::vector<std::string>> RevokeTokens(const std::string& home,
                                                            const std::string& persona);
// Revokes a token by its id, or by a unique prefix of it of at least eight characters. Blocking.
// kNotFound: there is none. kInvalidArgument: the prefix is ambiguous or too short.
[[nodiscard]] Result<Grant> RevokeToken(const std::string& home, const std::string& id);
// All tokens, including expired ones, oldest first. Blocking.
[[nodiscard]] Result<std::vector<Grant>> ListTokens(const std::string& home);

// The audit events of creating and revoking tokens. An invalid name is omitted: it may be a secret
// pasted into the wrong place.
[[nodiscard]] AuditEvent TokenMade(const Result<MintedToken>& minted, const std::string& persona);
[[nodiscard]] std::vector<AuditEvent> TokensEnded(const Result<std::vector<std::string>>& ended,
                                                  const std::string& persona);

// The gateway's view of the tokens. Reads the file again when it has changed. Not thread-safe.
class TokenBook {
 public:
  // `clock` is borrowed.
  TokenBook(const std::string& home, const Clock& clock) : path_(TokensPath(home)), clock_(clock) {}

  // Returns nullptr if there is no such token. Compares in constant time. Valid until the next
  // call.
  [[nodiscard]] const Grant* Find(std::string_view token);
  // Checks the file for changes now, regardless of when it was last checked.
  void LookAgain() {
    looked_at_.reset();
    Refresh();
  }
  // How often the file has been read, and whether it contained a grant with that id the last time.
  [[nodiscard]] uint64_t readings() const { return readings_; }
  [[nodiscard]] bool Holds(const std::string& id) const { return ids_.count(id) != 0; }
  // Why the file could not be read; empty if it could.
  [[nodiscard]] const std::string& trouble() const { return trouble_; }

 private:
  void Refresh();

  std::string path_;
  const Clock& clock_;
  // The state of the file when it was read; all zeros if it does not exist.
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
  Sha256Memo digests_;  // of the most recent tokens
};

}  // namespace katra::router::gateway
