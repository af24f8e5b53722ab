// The store on one SQLite file, shared by all processes of a home. Each .cc file beside this one
// implements one group of methods: sessions, presence, messages, hearing, history, memories,
// transfer.
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>
#include <utility>

#include "core/clock.h"
#include "core/ids.h"
#include "store/open.h"
#include "store/search/synonyms.h"
#include "store/sqlite/bell.h"
#include "store/sqlite/database.h"
#include "store/sqlite/full_text/term_statistics.h"
#include "store/sqlite/liveness.h"
#include "store/sqlite/memory_use.h"
#include "store/sqlite/quota_check.h"
#include "store/store.h"

namespace katra::store::sqlite {

class SqliteStore final : public Store {
 public:
  // See OpenSqliteStore.
  static Result<std::unique_ptr<Store>> Open(const std::string& home, const OpenOptions& options,
                                             const CallContext& context);

  Result<Session> OpenSession(const SessionStart& start, const CallContext& context) override;
  Status DescribeClient(SessionId session, const std::string& client, const std::string& version,
                        const CallContext& context) override;
  Result<Session> Register(SessionId session, const std::string& name, const std::string& role,
                           const CallContext& context) override;
  Status SetProviderTag(SessionId session, const ProviderTag& tag,
                        const CallContext& context) override;
  Status EndSession(SessionId session, const std::string& reason,
                    const CallContext& context) override;
  Status Heartbeat(SessionId session, bool active, const CallContext& context) override;
  Status SetActivity(SessionId session, Activity activity, const CallContext& context) override;
  Status SetClientSession(SessionId session, const std::string& client_session_id,
                          const CallContext& context) override;
  Result<std::vector<Session>> LiveSessions(const SessionFilter& filter,
                                            const CallContext& context) override;
  Result<Session> GetSession(SessionId session, const CallContext& context) override;
  Result<std::vector<Presence>> WhoIsHere(const std::string& room,
                                          const CallContext& context) override;
  Result<std::vector<Persona>> ListPersonas(const CallContext& context) override;
  Result<std::vector<QuotaUse>> ListQuotaUse(const CallContext& context) override;

  Result<PersonaProfile> ShowPersona(const std::string& name, const CallContext& context) override;
  Status RetirePersona(const std::string& name, const CallContext& context) override;
  Result<Session> RetireOwnPersona(SessionId session, const std::string& name,
                                   const CallContext& context) override;
  Status BringPersonaBack(const std::string& name, const CallContext& context) override;
  Status RenamePersona(const std::string& from, const std::string& to,
                       const CallContext& context) override;
  Result<MergeReceipt> MergePersonas(const std::string& from, const std::string& into,
                                     const CallContext& context) override;

  Result<std::vector<RoomSummary>> ListRooms(const CallContext& context) override;
  Result<SayReceipt> Say(const SayRequest& request, const CallContext& context) override;
  Result<HearReply> Hear(const HearRequest& request, const CallContext& context) override;
  Status Acknowledge(SessionId session, const std::string& room, MessageId through,
                     const CallContext& context) override;
  Result<SkipReply> Skip(const SkipRequest& request, const CallContext& context) override;
  Result<ReceiptsReply> Receipts(SessionId session, MessageId message,
                                 const CallContext& context) override;
  Status NoteWoken(SessionId session, MessageId message, const CallContext& context) override;
  Status Undeliver(SessionId session, const std::string& room, const CallContext& context) override;
  Result<HistoryReply> History(const HistoryRequest& request, const CallContext& context) override;
  Result<MessageId> LatestMessage(SessionId session, const std::string& room,
                                  const CallContext& context) override;

  Result<RememberReceipt> Remember(const RememberRequest& request,
                                   const CallContext& context) override;
  Result<std::vector<MemoryHit>> NearestMemories(SessionId session, const std::string& content,
                                                 MemoryId except, int limit,
                                                 const CallContext& context) override;
  Result<RecallReply> Recall(const RecallRequest& request, const CallContext& context) override;
  Result<Memory> GetMemory(SessionId session, MemoryId id, const CallContext& context) override;
  Result<ForgetReceipt> Forget(SessionId session, MemoryId id, const std::string& reason,
                               const CallContext& context) override;
  Result<ReviewReply> Review(const ReviewRequest& request, const CallContext& context) override;
  Status KeepMemory(SessionId session, MemoryId id, const CallContext& context) override;
  Status Purge(MemoryId id, const CallContext& context) override;

  Result<ClaimReceipt> ClaimPaths(const ClaimRequest& request, const CallContext& context) override;
  Result<std::vector<Claim>> ReleaseClaims(const ReleaseRequest& request,
                                           const CallContext& context) override;
  Result<std::vector<Claim>> ListClaims(const CallContext& context) override;

  Status RecordUsage(const std::vector<UsageRecord>& records, const CallContext& context) override;
  Result<std::vector<UsageSum>> SumUsage(UsageGroup group, WallTime since,
                                         const CallContext& context) override;
  Result<std::vector<SpendingSum>> SumSpending(WallTime since, WallTime until,
                                               const CallContext& context) override;
  Result<std::vector<UsageRecord>> LatestUsage(const UsageFilter& filter,
                                               const CallContext& context) override;
  Result<std::vector<RouteSum>> SumRoutes(RouteGroup group, const std::string& persona,
                                          WallTime since, const CallContext& context) override;
  Status KeepReasoning(const std::vector<KeptReasoning>& kept, const CallContext& context) override;
  Result<std::vector<KeptReasoning>> LatestReasoning(int limit,
                                                     const CallContext& context) override;

  Status Backup(const std::string& path, const CallContext& context) override;
  Status Export(const ExportOptions& options, const LineSink& sink,
                const CallContext& context) override;
  Result<ImportReceipt> Import(const LineSource& source, const CallContext& context) override;
  Result<TendReceipt> Tend(const CallContext& context) override;
  Status CheckIntegrity(const CallContext& context) override;
  Result<StoreInfo> Info(const CallContext& context) override;

  Result<std::unique_ptr<ChangeWatch>> Watch(uv::Loop& loop,
                                             std::function<void()> changed) override;
  Status WakeWatches() override;

 private:
  SqliteStore(std::string home, std::unique_ptr<Database> database, const OpenOptions& options)
      : bell_path_(home + "/bell"),
        database_(std::move(database)),
        clock_(*options.clock),
        random_(*options.random),
        liveness_(*options.clock),
        quotas_(options.quotas),
        retention_(options.retention) {}

  [[nodiscard]] int64_t Now() const { return ToUnixMillis(clock_.Now()); }
  // Wakes waiting readers. Call it after the commit, so that they can see the change.
  void Ring() const {
    if (bell_ != nullptr) bell_->Ring();
  }
  // Indexes messages said since the last batch. Returns an empty string, or a note for the user of
  // the search: messages that could not be indexed are not found yet, but the search is otherwise
  // correct.
  std::string CatchUpSearch(const CallContext& context);
  // Forgets memories that have reached their time. False: the lock was not to be had in time.
  bool SettleExpired(const CallContext& context);
  // Checks whether the database is the same file as when it was last opened.
  Status SettleCopy(const CallContext& context);
  // Ends all sessions if the database is a copy (a backup, or another home's file): its sessions
  // belong to the original. In a write transaction.
  void EndCopiedSessions(Connection& connection);
  // Ends the sessions of this machine whose processes have died. In a write transaction.
  void SweepDeadSessions(Connection& connection);
  // The claims that have not ended, oldest first. In a transaction.
  [[nodiscard]] std::vector<Claim> LiveClaims(Connection& connection) const;
  // Forgets what is known of sessions whose persona has changed.
  void ForgetSilence() {
    const std::lock_guard<std::mutex> lock(silence_mutex_);
    silence_.clear();
  }
  // Whether these personas can be sent a direct message, and which of them are live. In a
  // transaction. kFailedPrecondition: one is retired; kNotFound: a guest that has left. A
  // correction reaches those too, because they were sent what it replaces.
  [[nodiscard]] Result<std::vector<Recipient>> Reach(Connection& connection,
                                                     const std::vector<PersonaRow>& to,
                                                     bool is_correction);
  // The recipients of a message to everyone in the room. Sets `gone_guests` if guests were there
  // whose sessions have ended.
  [[nodiscard]] std::vector<Recipient> Listeners(Connection& connection, int64_t room_id,
                                                 PersonaId speaker, bool* gone_guests);

  // For EnsureRoom: counts a new room against the persona's quota. Borrows the connection.
  [[nodiscard]] std::function<Status()> RoomQuota(Connection& connection, const PersonaRow& persona,
                                                  int64_t now) {
    return [this, &connection, persona, now] { return quotas_.Room(connection, persona, now); };
  }

  const std::string bell_path_;
  std::unique_ptr<Database> database_;
  std::unique_ptr<Bell> bell_;  // null while the store is being opened
  const Clock& clock_;
  Random& random_;
  LivenessCheck liveness_;
  QuotaCheck quotas_;
  const std::function<Retention()> retention_;
  RecalledMemories recalled_;
  full_text::TermStatistics message_terms_;
  full_text::TermStatistics memory_terms_;
  // The built-in list with the user's own (HOME/synonyms.txt) added; null: the user has none.
  std::unique_ptr<const search::Synonyms> synonyms_;

  // Per session and room: no message by others is between `base` and `through`. Saves Hear from
  // reading the persona's own messages again and again.
  struct Silence {
    MessageId base = 0;
    MessageId through = 0;
  };
  std::mutex silence_mutex_;
  std::unordered_map<uint64_t, Silence> silence_;
};

}  // namespace katra::store::sqlite
