#include "router/gateway/access/tokens.h"

#include <sys/stat.h>

#include <algorithm>
#include <chrono>

#include "core/error_map.h"
#include "core/files.h"
#include "core/json_view.h"
#include "core/json_write.h"
#include "core/text.h"
#include "router/translate/signature.h"

namespace katra::router::gateway {
namespace {

constexpr std::chrono::milliseconds kLookEvery{
    1};  // revoking a token by command takes longer than this
constexpr size_t kMaxFileBytes = 16 * 1024 * 1024;
constexpr size_t kMaxTokens = 10'000;
constexpr int64_t kVersion = 2;  // version 1: tokens without a permit, only for the gateway
constexpr size_t kMaxFolderBytes = 4096;
constexpr size_t kMinIdPrefix = 8;
constexpr size_t kSecretBytes = 32;
constexpr std::string_view kPrefix = "katra_";
constexpr std::chrono::seconds kLockPatience{5};

std::string ToHex(const Sha256Digest& digest) {
  static constexpr std::string_view kDigits = "0123456789abcdef";
  std::string text;
  for (const uint8_t byte : digest) {
    text += kDigits[byte >> 4U];
    text += kDigits[byte & 15U];
  }
  return text;
}

bool FromHex(std::string_view text, Sha256Digest* digest) {
  if (text.size() != digest->size() * 2) return false;
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    const bool digit = c >= '0' && c <= '9';
    if (!digit && (c < 'a' || c > 'f')) return false;
    const int value = digit ? c - '0' : c - 'a' + 10;
    uint8_t& byte = (*digest)[i / 2];
    byte = static_cast<uint8_t>(i % 2 == 0 ? value << 4 : byte | value);
  }
  return true;
}

// False: the session choice is malformed. The token must not be accepted, because without its
// choice requests would go to a provider that the session was not started for.
bool ReadSession(const JsonView& entry, SessionChoice* session) {
  if (entry.IsNothing()) return true;
  if (!entry.IsObject()) return false;
  const std::pair<const char*, std::string*> members[] = {{"provider", &session->provider},
                                                          {"model", &session->model},
                                                          {"api_key_env", &session->api_key_env}};
  for (const auto& [name, text] : members) {
    const JsonView member = entry[name];
    if (!member.IsMissing() && !member.IsString()) return false;
    *text = member.Text();
  }
  if (const JsonView login = entry["login"]; !login.IsMissing()) {
    if (!login.IsString() || login.Text() != "own") return false;
    session->own_login = true;
  }
  return !session->empty() && CheckSessionChoice(*session);
}

void WriteSession(const SessionChoice& session, JsonWriter& writer) {
  if (session.empty()) return;
  writer.Key("session").BeginObject().Key("provider").String(session.provider);
  if (!session.model.empty()) writer.Key("model").String(session.model);
  if (!session.api_key_env.empty()) writer.Key("api_key_env").String(session.api_key_env);
  if (session.own_login) writer.Key("login").String("own");
  writer.EndObject();
}

Result<std::vector<Grant>> ReadGrants(const std::string& path) {
  std::vector<Grant> grants;
  auto text = ReadFile(path, kMaxFileBytes);
  if (!text) {
    if (text.error().code == ErrorCode::kNotFound) return grants;
    return Pass(std::move(text));
  }
  if (auto safe = CheckPrivateFile(path); !safe) return Pass(std::move(safe));
  JsonDocument document;
  if (auto parsed = document.Parse(*text); !parsed) {
    return Fail(ErrorCode::kDataLoss,
                path + " is not JSON: remove it, and restart the sessions that use the gateway");
  }
  const JsonView version = document.Root()["version"];
  if (const auto number = version.Integer(); !number || *number < 1 || *number > kVersion) {
    return Fail(ErrorCode::kUnsupported, path + " has version " + OneLine(version.Raw(), 20) +
                                             ", and this Katra reads " + "versions 1 to " +
                                             std::to_string(kVersion) +
                                             ": use the Katra that wrote it, or remove the file "
                                             "and restart the sessions that use the gateway");
  }
  for (const JsonView entry : document.Root()["tokens"]) {
    Grant grant;
    if (!FromHex(entry["sha256"].Text(), &grant.hash)) continue;
    grant.id = entry["id"].Text();
    grant.persona = entry["persona"].Text();
    if (!ReadSession(entry["session"], &grant.session)) continue;
    if (!ReadPermit(entry, &grant.permit)) continue;
    grant.folder = entry["folder"].Text();
    grant.created_at = FromUnixMillis(entry["created_at_ms"].Integer().value_or(0));
    grants.push_back(std::move(grant));
  }
  return grants;
}

Status WriteGrants(const std::string& path, const std::vector<Grant>& grants) {
  std::string text;
  JsonWriter writer(text);
  writer.BeginObject().Key("version").Integer(kVersion).Key("tokens").BeginArray();
  for (const Grant& grant : grants) {
    writer.BeginObject().Key("id").String(grant.id).Key("persona").String(grant.persona);
    writer.Key("sha256").String(ToHex(grant.hash));
    WriteSession(grant.session, writer);
    WritePermit(grant.permit, writer);
    if (!grant.folder.empty()) writer.Key("folder").String(grant.folder);
    writer.Key("created_at_ms").Integer(ToUnixMillis(grant.created_at)).EndObject();
  }
  writer.EndArray().EndObject();
  text += '\n';
  return WriteFileAtomically(path, text);
}

// Changes the file while holding its lock.
template <typename Change>
Status Edit(const std::string& home, Change&& change) {
  if (auto folder = EnsurePrivateFolder(home + "/run"); !folder) return folder;
  auto lock = LockFile::Open(home + "/run/tokens.lock");
  if (!lock) return Pass(std::move(lock));
  if (auto got = lock->Acquire(std::chrono::steady_clock::now() + kLockPatience); !got) return got;
  auto grants = ReadGrants(TokensPath(home));
  if (!grants) return Pass(std::move(grants));
  if (Status changed = change(*grants); !changed) return changed;
  return WriteGrants(TokensPath(home), *grants);
}

void DropExpired(std::vector<Grant>& grants, WallTime now) {
  const auto expired = [now](const Grant& grant) { return grant.permit.Expired(now); };
  grants.erase(std::remove_if(grants.begin(), grants.end(), expired), grants.end());
}

}  // namespace

bool IsGatewayToken(std::string_view text) { return text.substr(0, kPrefix.size()) == kPrefix; }

std::string TokensPath(const std::string& home) { return home + "/run/tokens.json"; }

Result<MintedToken> MintToken(const std::string& home, const std::string& persona,
                              const SessionChoice& session, const Clock& clock, Random& random,
                              const Permit& permit, const std::string& folder) {
  if (!IsName(persona)) {
    return Fail(ErrorCode::kInvalidArgument,
                "\"" + OneLine(persona, 80) +
                    "\" is not a persona's name: use 1 to 64 letters, "
                    "digits, _ and -, beginning with a letter or a digit");
  }
  if (auto fits = CheckSessionChoice(session); !fits) return Pass(std::move(fits));
  if (!folder.empty() && (folder.front() != '/' || folder.size() > kMaxFolderBytes)) {
    return Fail(ErrorCode::kInvalidArgument, "\"" + OneLine(folder, 80) +
                                                 "\" is not a folder's absolute path of at most " +
                                                 std::to_string(kMaxFolderBytes) + " bytes");
  }
  std::string secret;
  while (secret.size() < kSecretBytes) {
    uint64_t bits = random.Next();
    for (int i = 0; i < 8; ++i, bits >>= 8U) secret += static_cast<char>(bits & 0xFFU);
  }
  MintedToken minted;
  minted.token = std::string(kPrefix) + translate::ToBase64Url(secret);
  minted.grant.hash = Sha256(minted.token);
  minted.grant.id = MakeUuidV7(clock.Now(), random);
  minted.grant.persona = persona;
  minted.grant.session = session;
  minted.grant.permit = permit;
  minted.grant.folder = folder;
  minted.grant.created_at = clock.Now();
  auto edited = Edit(home, [&](std::vector<Grant>& grants) -> Status {
    if (grants.size() >= kMaxTokens) DropExpired(grants, clock.Now());
    if (grants.size() >= kMaxTokens) {
      return Fail(ErrorCode::kResourceExhausted,
                  "this home has " + std::to_string(grants.size()) +
                      " gateway tokens, as many as it may have: `katra token list` shows them, "
                      "`katra token end ID` or `--persona NAME` ends unused ones");
    }
    grants.push_back(minted.grant);
    return {};
  });
  if (!edited) return Pass(std::move(edited));
  return minted;
}

Result<std::vector<std::string>> RevokeTokens(const std::string& home, const std::string& persona) {
  std::vector<std::string> ended;
  const std::string wanted = ToLowerAscii(persona);
  auto edited = Edit(home, [&](std::vector<Grant>& grants) -> Status {
    const auto gone = std::stable_partition(grants.begin(), grants.end(), [&](const Grant& grant) {
      return ToLowerAscii(grant.persona) != wanted;
    });
    for (auto at = gone; at != grants.end(); ++at) ended.push_back(at->id);
    grants.erase(gone, grants.end());
    return {};
  });
  if (!edited) return Pass(std::move(edited));
  return ended;
}

Result<Grant> RevokeToken(const std::string& home, const std::string& id) {
  const std::string wanted = ToLowerAscii(id);
  std::optional<Grant> ended;
  auto edited = Edit(home, [&](std::vector<Grant>& grants) -> Status {
    const auto begins = [&](const Grant& grant) { return grant.id.starts_with(wanted); };
    const auto found = std::find_if(grants.begin(), grants.end(), begins);
    if (found == grants.end() || wanted.empty()) {
      return Fail(ErrorCode::kNotFound, "there is no token with the id \"" + OneLine(id, 80) +
                                            "\": `katra token list` shows them");
    }
    const bool whole = found->id == wanted;
    if (!whole &&
        (wanted.size() < kMinIdPrefix || std::count_if(found, grants.end(), begins) > 1)) {
      return Fail(ErrorCode::kInvalidArgument,
                  "\"" + OneLine(id, 80) +
                      "\" is too short to identify one token: give more of it, as "
                      "`katra token list` shows it");
    }
    ended = *found;
    grants.erase(found);
    return {};
  });
  if (!edited) return Pass(std::move(edited));
  return *ended;
}

Result<std::vector<Grant>> ListTokens(const std::string& home) {
  return ReadGrants(TokensPath(home));
}

AuditEvent TokenMade(const Result<MintedToken>& minted, const std::string& persona) {
  AuditEvent event{"token.create", minted ? "ok" : "failed", IsName(persona) ? persona : ""};
  if (minted) {
    event.token_id = minted->grant.id;
    const Permit& permit = minted->grant.permit;
    event.detail = "scope " + ShowScopes(permit);
    if (permit.expires_at) event.detail += ", expires " + FormatRfc3339(*permit.expires_at);
    if (!permit.providers.empty() || !permit.models.empty()) {
      event.detail += ", " + ShowAllowance(permit);
    }
  }
  if (!minted) event.detail = NamesOf(minted.error().code).name;
  return event;
}

std::vector<AuditEvent> TokensEnded(const Result<std::vector<std::string>>& ended,
                                    const std::string& persona) {
  const std::string whose = IsName(persona) ? persona : "";
  std::vector<AuditEvent> events;
  if (!ended) {
    events.push_back({"token.end", "failed", whose, "", NamesOf(ended.error().code).name});
    return events;
  }
  for (const std::string& id : *ended) events.push_back({"token.end", "ok", whose, id});
  return events;
}

void TokenBook::Refresh() {
  const SteadyTime time = clock_.Steady();
  if (looked_at_ && time - *looked_at_ < kLookEvery) return;
  looked_at_ = time;
  struct stat info {};
  Seen now;
  if (stat(path_.c_str(), &info) == 0) {
    now = {info.st_ino, info.st_size, info.st_mtim.tv_sec, info.st_mtim.tv_nsec};
  }
  if (seen_ == now) return;
  auto grants = ReadGrants(path_);
  trouble_ = grants ? std::string() : grants.error().message;
  grants_ = grants ? std::move(*grants) : std::vector<Grant>();
  ids_.clear();
  for (const Grant& grant : grants_) ids_.insert(grant.id);
  ++readings_;
  seen_ = now;
}

const Grant* TokenBook::Find(std::string_view token) {
  Refresh();
  const Sha256Digest hash = digests_.Of(token);
  const Grant* found = nullptr;
  for (const Grant& grant : grants_) {
    unsigned difference = 0;
    for (size_t i = 0; i < hash.size(); ++i) {
      difference |= static_cast<unsigned>(hash[i] ^ grant.hash[i]);
    }
    if (difference == 0) found = &grant;
  }
  return found;
}

}  // namespace katra::router::gateway
