// The store's domain values: plain structs, freely copied. They know nothing of SQL, MCP or HTTP.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/clock.h"
#include "core/process.h"
#include "store/quotas.h"

namespace katra::store {

// Ids within one store. 0 is never a valid id.
using PersonaId = int64_t;
using SessionId = int64_t;
using MessageId = int64_t;  // increases in commit order across all rooms
using MemoryId = int64_t;

inline constexpr size_t kMaxMessageBytes = 65'536;
inline constexpr size_t kMaxMemoryBytes = 262'144;
inline constexpr size_t kMaxRoleBytes = 200;
inline constexpr size_t kMaxNameBytes = 64;
inline constexpr size_t kMaxTags = 10;
inline constexpr size_t kMaxTagBytes = 64;
inline constexpr size_t kMaxRecipients = 100;
inline constexpr int kHistoryForNewcomers =
    20;  // the latest messages of a room that a new persona hears first
inline constexpr std::string_view kMainRoom = "main";
inline constexpr int64_t kMaxRepliesCounted = 1000;
inline constexpr size_t kMaxQuoteBytes = 80;

// How a session's provider and model are known, weakest first. kImported never belongs to a
// session: speaker, provider and time come from a file and are unverified. kHuman has no model: a
// person typed at a terminal.
enum class TagSource {
  kUnknown = 0,
  kClient = 1,
  kLaunch = 2,
  kVerified = 3,
  kImported = 4,
  kHuman = 5
};

// What a session's agent is doing, as reported by its client.
enum class Activity {
  kUnknown = 0,
  kWorking = 1,
  kIdle = 2,
  kWaiting = 3
};  // kWaiting: for input from its user

// The provider and model of a session. Empty strings: unknown.
struct ProviderTag {
  std::string provider;
  std::string model;
  TagSource source = TagSource::kUnknown;
};

// A persona's current use of its quotas.
struct QuotaUse {
  PersonaId persona_id = 0;
  std::string persona;
  int64_t messages = 0;       // in the current hour
  int64_t message_bytes = 0;  // in the current hour
  int64_t rooms = 0;          // created in the current day
  int64_t memories = 0;       // in the last 24 hours; counted up to 100,000
  Quotas limits;
};

struct Persona {
  PersonaId id = 0;
  std::string name;
  std::string role;
  WallTime created_at;
  bool live = false;  // at least one live session
  std::optional<WallTime> retired_at;
};

// A persona and what belongs to it.
struct PersonaProfile {
  Persona persona;
  bool guest = false;
  std::vector<std::string> earlier_names;  // which still lead to it; by name
  int64_t messages = 0;                    // that it said
  int64_t memories = 0;                    // of its own, private ones included
  std::optional<WallTime> last_active;     // of its newest session
};

// What a merge moved to the remaining persona.
struct MergeReceipt {
  std::string into;
  int64_t messages = 0;  // said by the merged persona
  int64_t memories = 0;
};

// What a process states about itself when its session begins.
struct SessionStart {
  std::string persona;     // empty: a guest with a generated name
  bool comes_back = true;  // brings a retired persona back; false: it is refused
  std::string role;        // empty: keeps the persona's role
  std::string room{kMainRoom};
  ProviderTag tag;
  std::string client;  // e.g. "claude-code"; empty until the client says so
  std::string client_version;
  std::string client_session_id;  // the client's own id, e.g. CLAUDE_CODE_SESSION_ID
  std::string working_folder;
  // The project's identity; empty: that of the repository in which the working folder is.
  std::string project;
  std::string host;
  ProcessIdentity process;
};

struct Session {
  SessionId id = 0;
  std::string uuid;  // UUIDv7, identifies the session outside the store
  PersonaId persona_id = 0;
  std::string persona;
  std::string role;
  bool guest = false;  // the name was generated; katra_register may replace it
  std::string room;
  ProviderTag tag;
  std::string client;
  std::string client_version;
  std::string client_session_id;
  std::string working_folder;
  std::string project;  // the repository that the folder is in; empty: none
  std::string host;
  ProcessIdentity process;
  WallTime started_at;
  WallTime last_active;
  Activity activity = Activity::kUnknown;
  WallTime activity_since;  // when `activity` began, if known
};

// Selects sessions; empty fields match all.
struct SessionFilter {
  std::string persona;  // case-insensitive
  std::string client_session_id;
};

// One line of who_is_here.
struct Presence {
  Session session;
  int64_t unheard = 0;            // messages for this persona that this session has not been given
  bool unheard_is_floor = false;  // counting stopped; there may be more
  std::vector<std::string> claims;  // patterns of the session's claims, at most five
  int64_t claims_in_all = 0;
};

struct RoomSummary {
  std::string name;
  WallTime created_at;
  int64_t messages = 0;                  // messages to everyone; direct messages are not counted
  std::optional<WallTime> last_said_at;  // the latest message to everyone
};

struct Message {
  MessageId id = 0;
  std::string room;
  std::string from;             // the persona's name, set by the server
  ProviderTag tag;              // of the speaker's session at that time
  std::vector<std::string> to;  // empty: to everyone
  std::optional<MessageId> reply_to;
  std::string body;  // valid UTF-8, 1..kMaxMessageBytes, no NUL
  WallTime said_at;
  std::string project;                // of the speaker's session; empty: none, or not known
  std::optional<MessageId> corrects;  // an earlier message of the speaker that this one replaces
  // Set by History only, as far as the viewer may see the other messages:
  std::optional<MessageId> corrected_by;
  int64_t replies = 0;       // messages that answer this one, at most kMaxRepliesCounted
  std::string answers_from;  // the speaker of the message that `reply_to` names
  std::string answers;       // the beginning of that message, at most kMaxQuoteBytes
};

struct SayRequest {
  SessionId session = 0;
  std::string room;  // empty: the session's room
  std::string body;
  std::vector<std::string> to;  // persona names; empty: everyone
  std::optional<MessageId> reply_to;
  std::string idempotency_key;  // empty: none
  // The speaker's own message that this one replaces. Room and recipients are then those of that
  // message: `room`, `to` and `reply_to` must be unset or the same.
  std::optional<MessageId> corrects = {};
};

// A recipient of a message. `live`: it has a session now and can hear the message at once;
// otherwise the message waits for the persona's next session.
struct Recipient {
  std::string name;
  bool live = false;
};

struct SayReceipt {
  MessageId id = 0;
  std::string room;
  WallTime said_at;
  bool repeated = false;  // the idempotency key was seen before; `id` is the first message's
  bool direct = false;
  std::vector<Recipient> recipients;  // live ones first, then by name
  bool gone_guests = false;           // guests were in the room, but their sessions have ended
};

struct HearRequest {
  SessionId session = 0;
  std::string room;  // empty: the session's room
  int limit = 50;    // 1..200
  // A peek changes nothing: no cursor, no acknowledgement.
  bool peek = false;
  // Acknowledges what was delivered up to and including this id; unset: everything delivered. (A
  // server passes what its client can have received when the call arrived.)
  std::optional<MessageId> acknowledge_through;
  // Stops adding messages when their bodies exceed this total; the first message is always
  // included.
  size_t max_body_bytes = 48 * 1024;
  // The size to count for a message instead of its body's, e.g. its size as rendered. Called on the
  // store's thread, possibly more than once per message.
  std::function<size_t(const Message&)> weight;
};

struct HeardMessage {
  Message message;
  bool history = false;      // said before this persona first came to the room
  bool redelivered = false;  // it was delivered before, but the persona never acknowledged it
  bool direct = false;       // only for the personas in `message.to`
};

struct HearReply {
  std::string room;
  std::vector<HeardMessage> messages;  // oldest first
  int64_t left = 0;                    // still unheard after these
  bool left_is_floor = false;
  // First visit only: older messages of the room, before the history included here.
  int64_t earlier = 0;
  bool earlier_is_floor = false;
};

struct Speaker {
  std::string name;
  int64_t messages = 0;
};

struct SkipRequest {
  SessionId session = 0;
  std::string room;       // empty: the session's room
  MessageId through = 0;  // skips up to and including this id; 0: all
  bool peek = false;      // only summarises: no cursor moves
  // As in HearRequest, for what was delivered before.
  std::optional<MessageId> acknowledge_through;
};

// A summary of the skipped backlog.
struct SkipReply {
  std::string room;
  MessageId through = 0;          // skipped up to and including this id
  int64_t skipped = 0;            // messages by others
  std::vector<Speaker> speakers;  // most messages first, at most twelve
  int64_t other_speakers = 0;     // further speakers not in `speakers`
  // The newest twenty that are addressed to the persona or contain its @name, oldest first.
  std::vector<Message> naming;
};

// What is known of one recipient of a message.
enum class ReceiptState {
  kWaiting,  // not given to any of its sessions
  kGiven,    // returned to a session, which has not acknowledged it
  kHeard,    // acknowledged
  kSkipped   // left behind with a backlog
};

struct Receipt {
  std::string persona;
  ReceiptState state = ReceiptState::kWaiting;
  std::optional<WallTime> heard_at;  // when it was acknowledged; unset if that was not recorded
  std::optional<WallTime> woken_at;  // when a session was first woken while it waited
  bool with_correction = false;      // heard or given after it was corrected, so perhaps only that
};

struct ReceiptsReply {
  Message message;
  std::vector<Receipt> receipts;  // by name; empty if the message is imported
  bool imported = false;          // nothing is recorded of an imported message
};

struct HistoryRequest {
  SessionId session = 0;
  std::string room;                 // empty: the session's room; "*": every room
  std::string query;                // empty: newest first by id; else ranked full-text search
  std::string from;                 // a persona's name; empty: anyone
  std::optional<MessageId> before;  // ids below this
  std::optional<MessageId> after;   // ids above this; results are then oldest first
  int limit = 20;                   // 1..200
};

struct HistoryHit {
  Message message;
  double score = 0;  // 0 without a query
};

struct HistoryReply {
  std::string room;
  std::vector<HistoryHit> hits;  // by id ascending without a query, best first with one
  bool more = false;
  std::string note;  // e.g. that very common words limited the search; usually empty
};

enum class MemoryKind { kNote, kFact, kDecision, kInsight, kPreference, kTask };
enum class MemoryScope { kShared, kPrivate };

struct Memory {
  MemoryId id = 0;
  std::string author;  // persona's name
  ProviderTag tag;     // of the author's session at that time
  std::string content;
  std::string reasoning;
  MemoryKind kind = MemoryKind::kNote;
  MemoryScope scope = MemoryScope::kShared;
  std::vector<std::string> tags;
  double importance = 0.5;  // 0..1
  WallTime created_at;
  std::optional<MemoryId> supersedes;
  std::optional<MemoryId> superseded_by;
  bool session_only = false;
  std::string project;                      // of the author's session; empty: none, or not known
  std::optional<WallTime> expires_at = {};  // when it is forgotten; unset: never
};

struct RememberRequest {
  SessionId session = 0;
  std::string content;
  std::string reasoning;
  MemoryKind kind = MemoryKind::kNote;
  MemoryScope scope = MemoryScope::kShared;
  std::vector<std::string> tags;
  double importance = 0.5;
  std::optional<MemoryId> supersedes;
  bool session_only = false;
  bool another = false;  // stored even if an identical memory exists
  std::string idempotency_key;
  std::optional<WallTime> expires_at = {};  // in the future
};

struct MemoryHit {
  Memory memory;
  double score = 0;  // larger is better; comparable within one reply only
};

struct RememberReceipt {
  MemoryId id = 0;
  bool repeated = false;  // nothing new was stored: the key was used before, or see `same_by`
  WallTime created_at;
  std::string same_by;  // author of the identical memory, if there is one
};

enum class RecallInclude { kMemories, kMessages, kAll };

struct RecallRequest {
  SessionId session = 0;
  std::string query;  // empty: the newest
  RecallInclude include = RecallInclude::kMemories;
  std::optional<MemoryKind> kind;
  std::vector<std::string> tags;  // the memory must have all of them
  std::string from;               // author; empty: anyone
  std::optional<WallTime> since;
  std::optional<WallTime> until;
  std::optional<MemoryScope> scope;
  bool include_superseded = false;
  // Empty: everywhere, with the hits of the session's own project raised. "*": everywhere, without
  // that. Else only in this project: its identity, or the end of it after a '/'.
  std::string project;
  int limit = 8;  // 1..50
  int offset = 0;
};

// Exactly one of `memory` and `message` is set.
struct RecallHit {
  std::optional<Memory> memory;
  std::optional<Message> message;
  double score = 0;
};

struct RecallReply {
  std::vector<RecallHit> hits;  // best first
  int64_t total = 0;            // number of all hits
  bool total_is_floor = false;  // counting stopped; there are at least `total`
  std::string note;             // as in HistoryReply
  std::string project;          // the session's own
};

// Why a memory is worth a review.
enum class ReviewReason { kExpiresSoon, kNearlySame, kSuperseded, kUnused };

struct ReviewRequest {
  SessionId session = 0;
  std::string author;    // a persona's name; empty: anybody
  int unused_days = 90;  // 1..36,500: not recalled for this long, and older
  int limit = 100;       // 1 or more
};

// Of the newest memories, at most this many are compared with the others.
inline constexpr size_t kMaxMemoriesCompared = 1000;

struct ReviewItem {
  Memory memory;
  std::vector<ReviewReason> reasons;    // not empty
  std::optional<MemoryId> like;         // the newer memory that says nearly the same
  std::optional<WallTime> recalled_on;  // the beginning of the day of the last recall, UTC
};

struct ReviewReply {
  std::vector<ReviewItem> items;
  int64_t total = 0;         // number of all
  bool compared_all = true;  // false: only the newest kMaxMemoriesCompared were
  WallTime recalls_since;    // nothing is known of recalls before
};

struct ForgetReceipt {
  MemoryId id = 0;
  bool repeated = false;  // it had already been forgotten
};

[[nodiscard]] inline bool IsExpired(const Memory& memory, WallTime now) {
  return memory.expires_at && *memory.expires_at <= now;
}

[[nodiscard]] const char* ToString(TagSource source);
[[nodiscard]] const char* ToString(Activity activity);  // "working"; "unknown" if never reported
[[nodiscard]] const char* ToString(MemoryKind kind);
[[nodiscard]] const char* ToString(ReviewReason reason);  // "expires_soon", "nearly_same", …
[[nodiscard]] const char* ToString(ReceiptState state);   // "waiting", "given", …
[[nodiscard]] const char* ToString(MemoryScope scope);
[[nodiscard]] std::optional<TagSource> ParseTagSource(std::string_view text);
[[nodiscard]] std::optional<MemoryKind> ParseMemoryKind(std::string_view text);
[[nodiscard]] std::optional<MemoryScope> ParseMemoryScope(std::string_view text);

// "anthropic/claude-opus-4, verified"; "anthropic, own choice" if the client chooses the model
// itself; "human"; "imported"; "unknown" if nothing is known.
[[nodiscard]] std::string Describe(const ProviderTag& tag);
// Without the source: "anthropic/claude-opus-4", "anthropic".
[[nodiscard]] std::string DescribeModel(const ProviderTag& tag);

}  // namespace katra::store
