// The store: personas, sessions, rooms, messages, memories. Everything above it sees only this
// interface, so that another backend changes nothing there. tests/contract/ runs one suite against
// every backend.
//
// Threads: every method may be called from any thread; calls may block on the disk and on other
// processes' writes, so that no event loop calls them directly (see store/executor.h).
//
// Durability: a method that changes something returns after the change is committed and synced.
// An error means that nothing was changed.
//
// Visibility: whatever takes a session shows only what that session's persona may see: messages to
// all, direct messages it said or was named in, shared memories and its own private ones. What may
// not be seen is reported exactly as what does not exist (kNotFound).
//
// Errors of every method: kUnavailable (another process held the write lock too long),
// kResourceExhausted (disk full, a quota), kDataLoss (corrupt file), kPermissionDenied (read-only),
// kCancelled and kDeadlineExceeded (by CallContext). Others are named at the method.
#pragma once

#include <atomic>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"
#include "store/usage.h"
#include "store/types.h"

namespace katra::store {

// How long a call may take, and whether its caller still wants it. Borrowed for the call.
struct CallContext {
  SteadyTime deadline = SteadyTime::max();
  const std::atomic<bool>* cancelled = nullptr;
};

struct StoreInfo {
  std::string location;  // e.g. the path of the database
  int schema_version = 0;
  int64_t size_bytes = 0;
  int64_t personas = 0;
  int64_t messages = 0;
  int64_t memories = 0;
};

// Takes one JSON Lines record, without its newline; an error stops the export.
using LineSink = std::function<Status(std::string_view line)>;
// Gives the next line, or false at the end.
using LineSource = std::function<Result<bool>(std::string* line)>;

struct ExportOptions {
  std::string viewer;  // a persona's name: only what it may see. Empty: everything
  bool messages = true;
  bool memories = true;
};

// A record that was not taken: it says that it is one of this store, and is not the same.
struct ImportRefusal {
  int64_t line = 0;
  std::string reason;
};

struct ImportReceipt {
  static constexpr size_t kMaxRefusals = 20;

  int64_t personas = 0;
  int64_t messages = 0;
  int64_t memories = 0;
  int64_t skipped = 0;   // were there already
  int64_t unlinked = 0;  // memories that were taken without replacing what they say they replace
  int64_t refused = 0;
  std::vector<ImportRefusal> refusals;  // the first kMaxRefusals of them
};

class Store {
 public:
  virtual ~Store() = default;

  // --- Sessions and presence ---

  // Begins a session, making the persona and the room when they are new. A persona that is live
  // already is allowed (a client reconnects before its old process has gone).
  // kInvalidArgument: a name, role or tag of the wrong form.
  virtual Result<Session> OpenSession(const SessionStart& start, const CallContext& context) = 0;

  // Records what the client said of itself after the session began. Empty strings change nothing.
  virtual Status DescribeClient(SessionId session, const std::string& client,
                                const std::string& version, const CallContext& context) = 0;

  // Names a guest's session. An unknown name renames the guest; the name of a persona that is away
  // takes that persona up, with its cursors and private memories. Registering the session's own
  // name again only updates the role.
  // kAlreadyExists: a live session has the name. kFailedPrecondition: the session was named at
  // launch, or registered before.
  virtual Result<Session> Register(SessionId session, const std::string& name,
                                   const std::string& role, const CallContext& context) = 0;

  // Records the provider and model of a session. A weaker source never replaces a stronger one.
  virtual Status SetProviderTag(SessionId session, const ProviderTag& tag,
                                const CallContext& context) = 0;

  // Ends a session; forgets its session_only memories. Ending twice is no error.
  virtual Status EndSession(SessionId session, const std::string& reason,
                            const CallContext& context) = 0;

  // Says that the session is alive; `active`: its agent just did something.
  // Not synced to disk: presence may be lost with the power, since the process is too.
  virtual Status Heartbeat(SessionId session, bool active, const CallContext& context) = 0;

  // Records what the session's agent is doing. Not synced to disk. kNotFound: it has ended.
  virtual Status SetActivity(SessionId session, Activity activity, const CallContext& context) = 0;

  // Records the client's own name for its conversation, which may change while a session lives.
  virtual Status SetClientSession(SessionId session, const std::string& client_session_id,
                                  const CallContext& context) = 0;

  // kNotFound: no such session, or it has ended.
  virtual Result<Session> GetSession(SessionId session, const CallContext& context) = 0;

  // Live sessions, oldest first; `room` empty: of all rooms.
  virtual Result<std::vector<Presence>> WhoIsHere(const std::string& room,
                                                  const CallContext& context) = 0;

  // The live sessions that fit, newest first; none is no error.
  virtual Result<std::vector<Session>> LiveSessions(const SessionFilter& filter,
                                                    const CallContext& context) = 0;

  // Every persona that ever was, by name; of guests only those who are live.
  virtual Result<std::vector<Persona>> ListPersonas(const CallContext& context) = 0;

  // What every persona that used something lately has used of its quotas, by name.
  virtual Result<std::vector<QuotaUse>> ListQuotaUse(const CallContext& context) = 0;

  // --- Rooms and messages ---

  virtual Result<std::vector<RoomSummary>> ListRooms(const CallContext& context) = 0;

  // kInvalidArgument: body empty, too long, not UTF-8, or with NUL; a name of the wrong form.
  // kNotFound: an unknown recipient (names near matches) or reply_to.
  virtual Result<SayReceipt> Say(const SayRequest& request, const CallContext& context) = 0;

  // What was said since the persona last heard: the room's messages to all, and direct messages to
  // the persona from every room. Without `peek`, what the session was given before is acknowledged
  // first, and what is returned becomes delivered.
  // kNotFound: no such room (names near matches).
  virtual Result<HearReply> Hear(const HearRequest& request, const CallContext& context) = 0;

  // Acknowledges what the session was given, up to and including `through`, without giving it more:
  // for a reader that knows at once that the words arrived. `room` empty: the session's room.
  // kNotFound: no such room, or the session has ended.
  virtual Status Acknowledge(SessionId session, const std::string& room, MessageId through,
                             const CallContext& context) = 0;

  // Takes back the delivery of what was not acknowledged: the client never received it. The next
  // Hear returns it again.
  virtual Status Undeliver(SessionId session, const std::string& room,
                           const CallContext& context) = 0;

  // kNotFound: no such room or persona.
  virtual Result<HistoryReply> History(const HistoryRequest& request,
                                       const CallContext& context) = 0;

  // The newest message of the room that the session may see, by anyone; 0: none yet.
  // kNotFound: no such room.
  virtual Result<MessageId> LatestMessage(SessionId session, const std::string& room,
                                          const CallContext& context) = 0;

  // --- Memories ---

  // kInvalidArgument: size, tags, importance. kNotFound: there is no such memory to supersede, or
  // it is another's private one. kFailedPrecondition: it is superseded already (names the newest).
  virtual Result<RememberReceipt> Remember(const RememberRequest& request,
                                           const CallContext& context) = 0;

  // The memories nearest to `content` that the session may see, without `except`.
  virtual Result<std::vector<MemoryHit>> NearestMemories(SessionId session,
                                                         const std::string& content,
                                                         MemoryId except, int limit,
                                                         const CallContext& context) = 0;

  virtual Result<RecallReply> Recall(const RecallRequest& request, const CallContext& context) = 0;

  // Superseded ones too; forgotten ones not. kNotFound.
  virtual Result<Memory> GetMemory(SessionId session, MemoryId id, const CallContext& context) = 0;

  // Hides a memory and keeps an audit row. Only the author may. kNotFound, kPermissionDenied.
  virtual Result<ForgetReceipt> Forget(SessionId session, MemoryId id, const std::string& reason,
                                       const CallContext& context) = 0;

  // Erases a memory, forgotten or not, and its text from every index. For `katra memory purge`.
  virtual Status Purge(MemoryId id, const CallContext& context) = 0;

  // --- Answers of models, through the gateway ---

  // Keeps what was answered, and makes the tags of the sessions verified that an answer was for
  // (UsageRecord::verifies). Not synced to disk.
  virtual Status RecordUsage(const std::vector<UsageRecord>& records,
                               const CallContext& context) = 0;

  // By key; requests since `since`.
  virtual Result<std::vector<UsageSum>> SumUsage(UsageGroup group, WallTime since,
                                                 const CallContext& context) = 0;

  // Keeps what a provider wants back with a tool call; an id that is there is replaced. What is
  // older than 30 days goes. Not synced to disk.
  virtual Status KeepReasoning(const std::vector<KeptReasoning>& kept,
                               const CallContext& context) = 0;

  // The newest first.
  virtual Result<std::vector<KeptReasoning>> LatestReasoning(int limit,
                                                             const CallContext& context) = 0;

  // --- The whole ---

  // Copies the live database to a new file (mode 0600), consistent, while others write.
  // kAlreadyExists: `path` exists.
  virtual Status Backup(const std::string& path, const CallContext& context) = 0;

  // Writes JSON Lines (schemas/export-v1.json).
  virtual Status Export(const ExportOptions& options, const LineSink& sink,
                        const CallContext& context) = 0;

  // Takes in an export, all of it or (an error names the line) nothing. Importing again changes
  // nothing. Nobody vouches for a file: what is taken has the tag source kImported. Messages get
  // new numbers, in their order; they are history, unheard for nobody, and wake nobody. No record
  // replaces, hides or supersedes what was said or remembered here; who is named and new becomes a
  // persona that is not live. kInvalidArgument: a line is no record of an export.
  virtual Result<ImportReceipt> Import(const LineSource& source, const CallContext& context) = 0;

  // Checks the file as a whole. kDataLoss says what is wrong.
  virtual Status CheckIntegrity(const CallContext& context) = 0;

  virtual Result<StoreInfo> Info(const CallContext& context) = 0;

  // Passes over what was not heard up to and including `through` (0: everything), in the room and
  // among direct messages: it counts as heard. Never goes back. `room` empty: the session's room.
  // kNotFound: no such room.
  virtual Result<SkipReply> Skip(SessionId session, const std::string& room, MessageId through,
                                 const CallContext& context) = 0;
};

}  // namespace katra::store
