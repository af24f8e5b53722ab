// The part of a store that the protocol itself uses: one session, and what was done with it. All
// else fails as unsupported.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "store/store.h"

namespace katra::mcp {

class SessionStore final : public store::Store {
 public:
  // What the next calls do, and what the last did.
  std::optional<Error> open_error;
  std::optional<Error> heartbeat_error;
  store::SessionStart start;
  store::Session session;
  int opened = 0;
  std::vector<bool> heartbeats;  // whether active
  int tended = 0;
  bool tends_more = false;
  std::vector<std::string> descriptions;
  std::vector<std::string> undelivered;  // rooms
  std::string end_reason;

  Result<store::Session> OpenSession(const store::SessionStart& given,
                                     const store::CallContext& context) override;
  Status DescribeClient(store::SessionId id, const std::string& client, const std::string& version,
                        const store::CallContext& context) override;
  Status Heartbeat(store::SessionId id, bool active, const store::CallContext& context) override;
  Result<store::Session> GetSession(store::SessionId id,
                                    const store::CallContext& context) override;
  Status EndSession(store::SessionId id, const std::string& reason,
                    const store::CallContext& context) override;
  Status Undeliver(store::SessionId id, const std::string& room,
                   const store::CallContext& context) override;

  Result<store::Session> Register(store::SessionId, const std::string&, const std::string&,
                                  const store::CallContext&) override;
  Status SetProviderTag(store::SessionId, const store::ProviderTag&,
                        const store::CallContext&) override;
  Status SetActivity(store::SessionId, store::Activity, const store::CallContext&) override;
  Status SetClientSession(store::SessionId, const std::string&, const store::CallContext&) override;
  Result<std::vector<store::Session>> LiveSessions(const store::SessionFilter&,
                                                   const store::CallContext&) override;
  Status Acknowledge(store::SessionId, const std::string&, store::MessageId,
                     const store::CallContext&) override;
  Result<std::vector<store::Presence>> WhoIsHere(const std::string&,
                                                 const store::CallContext&) override;
  Result<std::vector<store::Persona>> ListPersonas(const store::CallContext&) override;
  Result<store::PersonaProfile> ShowPersona(const std::string&, const store::CallContext&) override;
  Status RetirePersona(const std::string&, const store::CallContext&) override;
  Result<store::Session> RetireOwnPersona(store::SessionId, const std::string&,
                                          const store::CallContext&) override;
  Status BringPersonaBack(const std::string&, const store::CallContext&) override;
  Status RenamePersona(const std::string&, const std::string&, const store::CallContext&) override;
  Result<store::MergeReceipt> MergePersonas(const std::string&, const std::string&,
                                            const store::CallContext&) override;
  Result<std::vector<store::QuotaUse>> ListQuotaUse(const store::CallContext&) override;
  Result<std::vector<store::RoomSummary>> ListRooms(const store::CallContext&) override;
  Result<store::SayReceipt> Say(const store::SayRequest&, const store::CallContext&) override;
  Result<store::HearReply> Hear(const store::HearRequest&, const store::CallContext&) override;
  Result<store::SkipReply> Skip(const store::SkipRequest&, const store::CallContext&) override;
  Result<store::ReceiptsReply> Receipts(store::SessionId, store::MessageId,
                                        const store::CallContext&) override;
  Result<store::ReviewReply> Review(const store::ReviewRequest&,
                                    const store::CallContext&) override;
  Status KeepMemory(store::SessionId, store::MemoryId, const store::CallContext&) override;
  Result<store::TendReceipt> Tend(const store::CallContext&) override;
  Status NoteWoken(store::SessionId, store::MessageId, const store::CallContext&) override;
  Result<store::HistoryReply> History(const store::HistoryRequest&,
                                      const store::CallContext&) override;
  Result<store::MessageId> LatestMessage(store::SessionId, const std::string&,
                                         const store::CallContext&) override;
  Result<store::RememberReceipt> Remember(const store::RememberRequest&,
                                          const store::CallContext&) override;
  Result<std::vector<store::MemoryHit>> NearestMemories(store::SessionId, const std::string&,
                                                        store::MemoryId, int,
                                                        const store::CallContext&) override;
  Result<store::RecallReply> Recall(const store::RecallRequest&,
                                    const store::CallContext&) override;
  Result<store::Memory> GetMemory(store::SessionId, store::MemoryId,
                                  const store::CallContext&) override;
  Result<store::ForgetReceipt> Forget(store::SessionId, store::MemoryId, const std::string&,
                                      const store::CallContext&) override;
  Status Purge(store::MemoryId, const store::CallContext&) override;
  Result<store::ClaimReceipt> ClaimPaths(const store::ClaimRequest&,
                                         const store::CallContext&) override;
  Result<std::vector<store::Claim>> ReleaseClaims(const store::ReleaseRequest&,
                                                  const store::CallContext&) override;
  Result<std::vector<store::Claim>> ListClaims(const store::CallContext&) override;
  Status RecordUsage(const std::vector<store::UsageRecord>&, const store::CallContext&) override;
  Result<std::vector<store::UsageSum>> SumUsage(store::UsageGroup, WallTime,
                                                const store::CallContext&) override;
  Result<std::vector<store::SpendingSum>> SumSpending(WallTime, WallTime,
                                                      const store::CallContext&) override;
  Result<std::vector<store::UsageRecord>> LatestUsage(const store::UsageFilter&,
                                                      const store::CallContext&) override;
  Result<std::vector<store::RouteSum>> SumRoutes(store::RouteGroup, const std::string&, WallTime,
                                                 const store::CallContext&) override;
  Status KeepReasoning(const std::vector<store::KeptReasoning>&,
                       const store::CallContext&) override;
  Result<std::vector<store::KeptReasoning>> LatestReasoning(int,
                                                            const store::CallContext&) override;
  Status Backup(const std::string&, const store::CallContext&) override;
  Status Export(const store::ExportOptions&, const store::LineSink&,
                const store::CallContext&) override;
  Result<store::ImportReceipt> Import(const store::LineSource&, const store::CallContext&) override;
  Status CheckIntegrity(const store::CallContext&) override;
  Result<store::StoreInfo> Info(const store::CallContext&) override;
  Result<std::unique_ptr<store::ChangeWatch>> Watch(uv::Loop&, std::function<void()>) override;
  Status WakeWatches() override;
};

}  // namespace katra::mcp
