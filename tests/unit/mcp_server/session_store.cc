#include "tests/unit/mcp_server/session_store.h"

namespace katra::mcp {

using namespace store;  // NOLINT(google-build-using-namespace): names of the interface, only here

namespace {

tl::unexpected<Error> Unused() { return Fail(ErrorCode::kUnsupported, "not part of this store"); }

}  // namespace

Result<Session> SessionStore::OpenSession(const SessionStart& given, const CallContext&) {
  start = given;
  if (open_error) return tl::unexpected(*open_error);
  ++opened;
  session.id = opened;
  session.persona = given.persona.empty() ? "guest-1" : given.persona;
  session.guest = given.persona.empty();
  session.room = given.room;
  return session;
}

Status SessionStore::DescribeClient(SessionId, const std::string& client,
                                    const std::string& version, const CallContext&) {
  descriptions.push_back(client + " " + version);
  return {};
}

Status SessionStore::Heartbeat(SessionId, bool active, const CallContext&) {
  if (heartbeat_error) return tl::unexpected(*heartbeat_error);
  heartbeats.push_back(active);
  return {};
}

Result<Session> SessionStore::GetSession(SessionId, const CallContext&) { return session; }

Status SessionStore::EndSession(SessionId, const std::string& reason, const CallContext&) {
  end_reason = reason;
  return {};
}

Status SessionStore::Undeliver(SessionId, const std::string& room, const CallContext&) {
  undelivered.push_back(room);
  return {};
}

Result<Session> SessionStore::Register(SessionId, const std::string&, const std::string&,
                                       const CallContext&) {
  return Unused();
}
Status SessionStore::SetProviderTag(SessionId, const ProviderTag&, const CallContext&) {
  return Unused();
}
Result<std::vector<Presence>> SessionStore::WhoIsHere(const std::string&, const CallContext&) {
  return Unused();
}
Result<std::vector<Persona>> SessionStore::ListPersonas(const CallContext&) { return Unused(); }
Result<PersonaProfile> SessionStore::ShowPersona(const std::string&, const CallContext&) {
  return Unused();
}
Status SessionStore::RetirePersona(const std::string&, const CallContext&) { return Unused(); }
Result<Session> SessionStore::RetireOwnPersona(SessionId, const std::string&, const CallContext&) {
  return Unused();
}
Status SessionStore::BringPersonaBack(const std::string&, const CallContext&) { return Unused(); }
Status SessionStore::RenamePersona(const std::string&, const std::string&, const CallContext&) {
  return Unused();
}
Result<MergeReceipt> SessionStore::MergePersonas(const std::string&, const std::string&,
                                                 const CallContext&) {
  return Unused();
}
Result<std::vector<QuotaUse>> SessionStore::ListQuotaUse(const CallContext&) { return Unused(); }
Result<std::vector<RoomSummary>> SessionStore::ListRooms(const CallContext&) { return Unused(); }
Status SessionStore::SetActivity(SessionId, Activity, const CallContext&) { return Unused(); }
Status SessionStore::SetClientSession(SessionId, const std::string&, const CallContext&) {
  return Unused();
}
Result<std::vector<Session>> SessionStore::LiveSessions(const SessionFilter&, const CallContext&) {
  return Unused();
}
Status SessionStore::Acknowledge(SessionId, const std::string&, MessageId, const CallContext&) {
  return Unused();
}
Result<SayReceipt> SessionStore::Say(const SayRequest&, const CallContext&) { return Unused(); }
Result<HearReply> SessionStore::Hear(const HearRequest&, const CallContext&) { return Unused(); }
Result<SkipReply> SessionStore::Skip(const SkipRequest&, const CallContext&) { return Unused(); }
Result<ReviewReply> SessionStore::Review(const ReviewRequest&, const CallContext&) {
  return Unused();
}
Status SessionStore::KeepMemory(SessionId, MemoryId, const CallContext&) { return Unused(); }
Result<TendReceipt> SessionStore::Tend(const CallContext&) {
  ++tended;
  TendReceipt receipt;
  receipt.more = tends_more;
  return receipt;
}
Result<ReceiptsReply> SessionStore::Receipts(SessionId, MessageId, const CallContext&) {
  return Unused();
}
Status SessionStore::NoteWoken(SessionId, MessageId, const CallContext&) { return Unused(); }
Result<HistoryReply> SessionStore::History(const HistoryRequest&, const CallContext&) {
  return Unused();
}
Result<MessageId> SessionStore::LatestMessage(SessionId, const std::string&, const CallContext&) {
  return Unused();
}
Result<RememberReceipt> SessionStore::Remember(const RememberRequest&, const CallContext&) {
  return Unused();
}
Result<std::vector<MemoryHit>> SessionStore::NearestMemories(SessionId, const std::string&,
                                                             MemoryId, int, const CallContext&) {
  return Unused();
}
Result<RecallReply> SessionStore::Recall(const RecallRequest&, const CallContext&) {
  return Unused();
}
Result<Memory> SessionStore::GetMemory(SessionId, MemoryId, const CallContext&) { return Unused(); }
Result<ForgetReceipt> SessionStore::Forget(SessionId, MemoryId, const std::string&,
                                           const CallContext&) {
  return Unused();
}
Status SessionStore::Purge(MemoryId, const CallContext&) { return Unused(); }
Result<store::ClaimReceipt> SessionStore::ClaimPaths(const store::ClaimRequest&,
                                                     const CallContext&) {
  return Unused();
}
Result<std::vector<store::Claim>> SessionStore::ReleaseClaims(const store::ReleaseRequest&,
                                                              const CallContext&) {
  return Unused();
}
Result<std::vector<store::Claim>> SessionStore::ListClaims(const CallContext&) { return Unused(); }
Status SessionStore::RecordUsage(const std::vector<UsageRecord>&, const CallContext&) {
  return Unused();
}
Result<std::vector<UsageSum>> SessionStore::SumUsage(UsageGroup, WallTime, const CallContext&) {
  return Unused();
}
Result<std::vector<UsageRecord>> SessionStore::LatestUsage(const UsageFilter&, const CallContext&) {
  return Unused();
}
Result<std::vector<SpendingSum>> SessionStore::SumSpending(WallTime, WallTime, const CallContext&) {
  return Unused();
}
Result<std::vector<RouteSum>> SessionStore::SumRoutes(RouteGroup, const std::string&, WallTime,
                                                      const CallContext&) {
  return Unused();
}
Status SessionStore::KeepReasoning(const std::vector<KeptReasoning>&, const CallContext&) {
  return Unused();
}
Result<std::vector<KeptReasoning>> SessionStore::LatestReasoning(int, const CallContext&) {
  return Unused();
}
Status SessionStore::Backup(const std::string&, const CallContext&) { return Unused(); }
Status SessionStore::Export(const ExportOptions&, const LineSink&, const CallContext&) {
  return Unused();
}
Result<ImportReceipt> SessionStore::Import(const LineSource&, const CallContext&) {
  return Unused();
}
Status SessionStore::CheckIntegrity(const CallContext&) { return Unused(); }
Result<StoreInfo> SessionStore::Info(const CallContext&) { return Unused(); }
Result<std::unique_ptr<store::ChangeWatch>> SessionStore::Watch(uv::Loop&, std::function<void()>) {
  return Unused();
}
Status SessionStore::WakeWatches() { return Unused(); }

}  // namespace katra::mcp
