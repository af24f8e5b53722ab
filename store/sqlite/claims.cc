// Claims on paths: store/claim_store.h.
#include "store/sqlite/claims.h"

#include <algorithm>

#include "core/text.h"
#include "store/sqlite/rows.h"
#include "store/sqlite/sqlite_store.h"

namespace katra::store::sqlite {
namespace {

Status Check(const ClaimRequest& request) {
  if (request.paths.empty()) {
    return Fail(ErrorCode::kInvalidArgument, "no paths are given: name at least one to claim");
  }
  if (request.time < std::chrono::minutes(1) || request.time > kMaxClaimTime) {
    return Fail(ErrorCode::kInvalidArgument,
                "a claim lasts 1 to " + std::to_string(kMaxClaimTime.count()) + " minutes");
  }
  return CheckText(request.reason, "reason", kMaxClaimReasonBytes, true);
}

void DeleteEnded(Connection& connection, int64_t now) {
  Query remove = connection.Prepare("DELETE FROM claims WHERE ends_at <= ?1");
  remove.Bind(now)->exec();
}

// Returns the row's id.
int64_t Put(Connection& connection, const Caller& caller, const ClaimRequest& request,
            const ClaimPath& path, int64_t now) {
  Query put = connection.Prepare(
      "INSERT INTO claims(persona_id, session_id, project, root, pattern, reason, made_at, ends_at)"
      " VALUES (?1, nullif(?2, 0), ?3, ?4, ?5, ?6, ?7, ?8)"
      " ON CONFLICT DO UPDATE SET session_id = excluded.session_id, ends_at = excluded.ends_at,"
      "  reason = iif(excluded.reason = '', reason, excluded.reason)"
      " RETURNING id");
  const int64_t until = now + std::chrono::milliseconds(request.time).count();
  put.Bind(caller.persona, request.outlasts_session ? SessionId{0} : caller.session, path.project,
           path.root, path.pattern, request.reason, now, until);
  put->executeStep();
  return put->getColumn(0).getInt64();
}

std::string Patterns(const std::vector<Claim>& claims) {
  constexpr size_t kMostShown = 20;
  std::vector<std::string> shown;
  for (const Claim& claim : claims) {
    if (shown.size() == kMostShown) break;
    shown.push_back(OneLine(claim.path.pattern, 200));
  }
  return Join(shown, ", ") + (claims.size() > kMostShown ? ", …" : "");
}

}  // namespace

std::vector<Claim> LoadClaims(
    Connection& connection, int64_t now,
    const std::function<bool(const ProcessIdentity&, WallTime heartbeat_at)>& is_live) {
  Query query = connection.Prepare(
      "SELECT c.id, p.name, ifnull(c.session_id, 0), c.project, c.root, c.pattern, c.reason,"
      " c.made_at, c.ends_at, s.ended_at, s.pid, s.pid_start, s.pid_domain, s.heartbeat_at"
      " FROM claims c JOIN personas p ON p.id = c.persona_id"
      " LEFT JOIN sessions s ON s.id = c.session_id WHERE c.ends_at > ?1 ORDER BY c.id");
  query.Bind(now);
  std::vector<Claim> claims;
  while (query->executeStep()) {
    Claim claim;
    claim.id = query->getColumn(0).getInt64();
    claim.persona = query->getColumn(1).getString();
    claim.session = query->getColumn(2).getInt64();
    claim.path = {query->getColumn(3).getString(), query->getColumn(4).getString(),
                  query->getColumn(5).getString()};
    claim.reason = query->getColumn(6).getString();
    claim.since = FromUnixMillis(query->getColumn(7).getInt64());
    claim.until = FromUnixMillis(query->getColumn(8).getInt64());
    if (claim.session != 0) {
      const ProcessIdentity process{query->getColumn(10).getInt64(),
                                    query->getColumn(11).getInt64(),
                                    query->getColumn(12).getString()};
      const bool live = query->getColumn(9).isNull() &&
                        is_live(process, FromUnixMillis(query->getColumn(13).getInt64()));
      if (!live) continue;
    }
    claims.push_back(std::move(claim));
  }
  return claims;
}

void EndClaimsOfSession(Connection& connection, SessionId session) {
  Query remove = connection.Prepare("DELETE FROM claims WHERE session_id = ?1");
  remove.Bind(session)->exec();
}

void EndClaimsOfPersona(Connection& connection, PersonaId persona) {
  Query remove = connection.Prepare("DELETE FROM claims WHERE persona_id = ?1");
  remove.Bind(persona)->exec();
}

void MoveClaimsOfSession(Connection& connection, SessionId session, PersonaId to) {
  Query move =
      connection.Prepare("UPDATE OR REPLACE claims SET persona_id = ?2 WHERE session_id = ?1");
  move.Bind(session, to)->exec();
}

std::vector<Claim> SqliteStore::LiveClaims(Connection& connection) const {
  return LoadClaims(connection, Now(), [this](const ProcessIdentity& process, WallTime heartbeat) {
    return liveness_.IsLive(process, heartbeat);
  });
}

Result<ClaimReceipt> SqliteStore::ClaimPaths(const ClaimRequest& request,
                                             const CallContext& context) {
  if (auto checked = Check(request); !checked) return Pass(std::move(checked));
  auto claimed = database_->Write(context, "claim", [&](Connection& c) -> Result<ClaimReceipt> {
    const auto caller = FindCaller(c, request.session);
    if (!caller) return Pass(Result<Caller>(caller));
    const int64_t now = Now();
    SweepDeadSessions(c);
    DeleteEnded(c, now);
    ClaimReceipt receipt;
    receipt.others = ClaimsOfOthers(LiveClaims(c), caller->name, request.paths);
    if (!receipt.others.empty()) return receipt;
    std::vector<int64_t> ids;
    for (const ClaimPath& path : request.paths) ids.push_back(Put(c, *caller, request, path, now));
    size_t own = 0;
    for (Claim& claim : LiveClaims(c)) {
      if (!IsClaimOf(claim, caller->name)) continue;
      ++own;
      if (std::find(ids.begin(), ids.end(), claim.id) != ids.end()) {
        receipt.claims.push_back(std::move(claim));
      }
    }
    if (own > kMaxClaimsOfPersona) {
      return Fail(ErrorCode::kResourceExhausted,
                  caller->name + " would hold " + std::to_string(own) + " claims; the limit is " +
                      std::to_string(kMaxClaimsOfPersona) +
                      ": claim folders instead of files, or release some");
    }
    return receipt;
  });
  if (claimed && !claimed->claims.empty()) Ring();
  return claimed;
}

Result<std::vector<Claim>> SqliteStore::ReleaseClaims(const ReleaseRequest& request,
                                                      const CallContext& context) {
  using Claims = std::vector<Claim>;
  auto released = database_->Write(context, "release", [&](Connection& c) -> Result<Claims> {
    const auto caller = FindCaller(c, request.session);
    if (!caller) return Pass(Result<Caller>(caller));
    std::string of = caller->name;
    if (!request.of.empty()) {
      auto persona = RequirePersona(c, request.of);
      if (!persona) return Pass(std::move(persona));
      of = persona->name;
    }
    Claims held = LiveClaims(c);
    std::erase_if(held, [&](const Claim& claim) { return !IsClaimOf(claim, of); });
    Claims ended;
    for (const Claim& claim : held) {
      const bool named =
          request.paths.empty() ||
          std::any_of(request.paths.begin(), request.paths.end(),
                      [&](const ClaimPath& path) { return PathContains(path, claim.path); });
      if (!named) continue;
      Query remove = c.Prepare("DELETE FROM claims WHERE id = ?1");
      remove.Bind(claim.id)->exec();
      ended.push_back(claim);
    }
    if (ended.empty() && !request.paths.empty()) {
      return Fail(
          ErrorCode::kNotFound,
          of + (held.empty() ? " has no claims"
                             : " has no claim in these paths; it has claimed " + Patterns(held)));
    }
    return ended;
  });
  if (released && !released->empty()) Ring();
  return released;
}

Result<std::vector<Claim>> SqliteStore::ListClaims(const CallContext& context) {
  return database_->Read(
      context, "listing the claims",
      [&](Connection& c) -> Result<std::vector<Claim>> { return LiveClaims(c); });
}

}  // namespace katra::store::sqlite
