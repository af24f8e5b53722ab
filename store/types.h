// The values that the store keeps and hands out: plain structs, copied freely. They know no SQL,
// no MCP and no HTTP.
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

// Handles within one store. 0 is never a valid handle.
using PersonaId = int64_t;
using SessionId = int64_t;
using MessageId = int64_t;  // numbers messages in commit order, across all rooms
using MemoryId = int64_t;

inline constexpr size_t kMaxMessageBytes = 65'536;
inline constexpr size_t kMaxMemoryBytes = 262'144;
inline constexpr size_t kMaxRoleBytes = 200;
inline constexpr size_t kMaxNameBytes = 64;
inline constexpr size_t kMaxTags = 10;
inline constexpr size_t kMaxTagBytes = 64;
inline constexpr size_t kMaxRecipients = 100;
inline constexpr int kHistoryForNewcomers =
    20;  // messages of a room that a new persona first hears
inline constexpr std::string_view kMainRoom = "main";

// How it is known which provider and model a session runs on, weakest first. kImported is no
// session's: the speaker, the provider and the time are what a file said, and nobody vouches for
// it. kHuman has no model: somebody typed at a terminal.
enum class TagSource {
  kUnknown = 0,
  kClient = 1,
  kLaunch = 2,
  kVerified = 3,
  kImported = 4,
  kHuman = 5
};

// What a session's agent is doing, as its client tells.
enum class Activity {
  kUnknown = 0,
  kWorking = 1,
  kIdle = 2,
  kWaiting = 3
};  // kWaiting: for its user

// `provider/model` of a session. Empty strings: not known.
struct ProviderTag {
  std::string provider;
  std::string model;
  TagSource source = TagSource::kUnknown;
};

// What a persona uses of its quotas now.
struct QuotaUse {
  PersonaId persona_id = 0;
  std::string persona;
  int64_t messages = 0;       // in its hour
  int64_t message_bytes = 0;  // likewise
  int64_t rooms = 0;          // that it made in its day
  int64_t memories = 0;       // in the last 24 hours; counted up to 100,000
  Quotas limits;
};

struct Persona {
  PersonaId id = 0;
  std::string name;
  std::string role;
  WallTime created_at;
  bool live = false;  // at least one live session
};

// What a process says of itself when its session begins.
struct SessionStart {
  std::string persona;  // empty: a guest with a generated name
  std::string role;     // empty: keeps the persona's role
  std::string room{kMainRoom};
  ProviderTag tag;
  std::string client;  // e.g. "claude-code"; empty until the client says so
  std::string client_version;
  std::string client_session_id;  // the client's own id, e.g. CLAUDE_CODE_SESSION_ID
  std::string working_folder;
  std::string host;
  ProcessIdentity process;
};

struct Session {
  SessionId id = 0;
  std::string uuid;  // UUIDv7, the name of the session outside of the store
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
  std::string host;
  ProcessIdentity process;
  WallTime started_at;
  WallTime last_active;
  Activity activity = Activity::kUnknown;
  WallTime activity_since;  // of `activity`, when that is known
};

// Which sessions are looked for; what is empty does not matter.
struct SessionFilter {
  std::string persona;  // without regard to case
  std::string client_session_id;
};

// One line of who_is_here.
struct Presence {
  Session session;
  int64_t unheard = 0;            // messages for this persona that this session has not been given
  bool unheard_is_floor = false;  // there are more than `unheard`: counting stopped
};

struct RoomSummary {
  std::string name;
  WallTime created_at;
  int64_t messages = 0;                  // said to all; direct messages are not counted
  std::optional<WallTime> last_said_at;  // of a message to all
};

struct Message {
  MessageId id = 0;
  std::string room;
  std::string from;             // the persona's name, stamped by the server
  ProviderTag tag;              // of the speaker's session, when it was said
  std::vector<std::string> to;  // empty: to all
  std::optional<MessageId> reply_to;
  std::string body;  // valid UTF-8, 1..kMaxMessageBytes, no NUL
  WallTime said_at;
};

struct SayRequest {
  SessionId session = 0;
  std::string room;  // empty: the session's room
  std::string body;
  std::vector<std::string> to;  // persona names; empty: all
  std::optional<MessageId> reply_to;
  std::string idempotency_key;  // empty: none
};

// Someone whom a message is for. `live`: has a session now, so that the message can be heard at
// once; otherwise it waits for the persona's next session.
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
  bool gone_guests = false;           // guests were in the room, and their sessions have ended
};

struct HearRequest {
  SessionId session = 0;
  std::string room;  // empty: the session's room
  int limit = 50;    // 1..200
  // A peek changes nothing: no cursor, no acknowledgement.
  bool peek = false;
  // Acknowledges what was delivered up to and including this id; unset: all that was delivered.
  // (A server passes what its client can have received when the call came in.)
  std::optional<MessageId> acknowledge_through;
  // Stops adding messages when their bodies pass this many bytes (the first is always given).
  size_t max_body_bytes = 48 * 1024;
  // What a message counts for instead of its body's bytes: e.g. of the form in which it is shown.
  // Called on the store's thread, maybe more than once a message.
  std::function<size_t(const Message&)> weight;
};

struct HeardMessage {
  Message message;
  bool history = false;  // said before this persona first came to the room
  bool redelivered =
      false;            // an earlier session of the persona was given it, and never acknowledged
  bool direct = false;  // only for the personas in `message.to`
};

struct HearReply {
  std::string room;
  std::vector<HeardMessage> messages;  // oldest first
  int64_t left = 0;                    // still unheard after these
  bool left_is_floor = false;
  int64_t earlier = 0;  // first visit only: older messages of the room, before the history shown
  bool earlier_is_floor = false;
};

struct Speaker {
  std::string name;
  int64_t messages = 0;
};

// What a backlog was that is left behind.
struct SkipReply {
  std::string room;
  MessageId through = 0;          // what is passed over: up to and including this
  int64_t skipped = 0;            // messages by others
  std::vector<Speaker> speakers;  // who said most comes first; a dozen at most
  int64_t other_speakers = 0;     // beside these
  std::vector<Message> naming;  // the newest twenty to the persona or with its @name, oldest first
};

struct HistoryRequest {
  SessionId session = 0;
  std::string room;                 // empty: the session's room; "*": every room
  std::string query;                // empty: newest first by id; else ranked full-text search
  std::string from;                 // a persona's name; empty: anyone
  std::optional<MessageId> before;  // ids below this
  std::optional<MessageId> after;   // ids above this: then oldest first
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
  std::string note;  // e.g. that very common words limited the search; empty mostly
};

enum class MemoryKind { kNote, kFact, kDecision, kInsight, kPreference, kTask };
enum class MemoryScope { kShared, kPrivate };

struct Memory {
  MemoryId id = 0;
  std::string author;  // persona's name
  ProviderTag tag;     // of the author's session, when it was remembered
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
  bool another = false;  // stored even when the same words are remembered already
  std::string idempotency_key;
};

struct MemoryHit {
  Memory memory;
  double score = 0;  // larger is better; comparable within one reply only
};

struct RememberReceipt {
  MemoryId id = 0;
  bool repeated = false;  // nothing new was stored: the key was seen before, or see `same_by`
  WallTime created_at;
  std::string same_by;  // the author of a memory that says the same; empty: there is none
};

enum class RecallInclude { kMemories, kMessages, kAll };

struct RecallRequest {
  SessionId session = 0;
  std::string query;  // empty: the newest
  RecallInclude include = RecallInclude::kMemories;
  std::optional<MemoryKind> kind;
  std::vector<std::string> tags;  // all of them must be on the memory
  std::string from;               // author; empty: anyone
  std::optional<WallTime> since;
  std::optional<WallTime> until;
  std::optional<MemoryScope> scope;
  bool include_superseded = false;
  int limit = 8;  // 1..50
  int offset = 0;
};

// Exactly one of the two is set.
struct RecallHit {
  std::optional<Memory> memory;
  std::optional<Message> message;
  double score = 0;
};

struct RecallReply {
  std::vector<RecallHit> hits;  // best first
  int64_t total = 0;            // hits in all
  bool total_is_floor = false;  // counting stopped: there are at least `total`
  std::string note;             // as in HistoryReply
};

struct ForgetReceipt {
  MemoryId id = 0;
  bool repeated = false;  // it was forgotten before
};

[[nodiscard]] const char* ToString(TagSource source);
[[nodiscard]] const char* ToString(Activity activity);  // "working"; "unknown" when never told
[[nodiscard]] const char* ToString(MemoryKind kind);
[[nodiscard]] const char* ToString(MemoryScope scope);
[[nodiscard]] std::optional<TagSource> ParseTagSource(std::string_view text);
[[nodiscard]] std::optional<MemoryKind> ParseMemoryKind(std::string_view text);
[[nodiscard]] std::optional<MemoryScope> ParseMemoryScope(std::string_view text);

// "anthropic/claude-opus-4, verified"; "anthropic, own choice" where the client was left to choose
// the model; "human"; "imported"; "unknown" when nothing is known.
[[nodiscard]] std::string Describe(const ProviderTag& tag);
// The same without how it is known: "anthropic/claude-opus-4", "anthropic".
[[nodiscard]] std::string DescribeModel(const ProviderTag& tag);

}  // namespace katra::store
