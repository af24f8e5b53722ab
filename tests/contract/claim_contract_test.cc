// What every store promises of claims.
#include "store/claim_store.h"
#include "tests/contract/backend.h"
#include "tests/support/cpp/catch.h"

using namespace katra;                   // NOLINT: a test file
using namespace katra::store;            // NOLINT
using namespace katra::store::contract;  // NOLINT

using Lines = std::vector<std::string>;
using std::chrono::minutes;

namespace {

std::unique_ptr<Backend> Any() { return MakeBackend(GENERATE(from_range(BackendNames()))); }

ClaimPath At(const std::string& pattern, const std::string& root = "/r") {
  return {"example.org/p", root, pattern};
}

Result<ClaimReceipt> TryClaim(Store& store, const Session& session, const Lines& patterns,
                              minutes time = minutes(60), bool outlasts = false) {
  ClaimRequest request;
  request.session = session.id;
  for (const std::string& pattern : patterns) request.paths.push_back(At(pattern));
  request.time = time;
  request.reason = "work on it";
  request.outlasts_session = outlasts;
  return store.ClaimPaths(request, CallContext{});
}

ClaimReceipt Claims(Backend& backend, const Session& session, const Lines& patterns,
                    minutes time = minutes(60), bool outlasts = false) {
  auto receipt = TryClaim(backend.store(), session, patterns, time, outlasts);
  INFO((receipt ? "" : receipt.error().message));
  REQUIRE(receipt);
  return *receipt;
}

// "Sam src/**", oldest first.
Lines Listed(Store& store) {
  const auto claims = store.ListClaims(CallContext{});
  REQUIRE(claims);
  Lines lines;
  for (const Claim& claim : *claims) lines.push_back(claim.persona + " " + claim.path.pattern);
  return lines;
}

Result<std::vector<Claim>> Release(Backend& backend, const Session& session,
                                   const Lines& patterns = {}, const std::string& of = "") {
  ReleaseRequest request;
  request.session = session.id;
  for (const std::string& pattern : patterns) request.paths.push_back(At(pattern));
  request.of = of;
  return backend.store().ReleaseClaims(request, CallContext{});
}

}  // namespace

TEST_CASE("what one persona has claimed another cannot, and is told whose it is", "[contract]") {
  auto backend = Any();
  const Session sam = Enter(*backend, "Sam");
  const Session dario = Enter(*backend, "Dario");
  const ClaimReceipt made = Claims(*backend, sam, {"src/**", "docs/a.md"});
  REQUIRE(made.claims.size() == 2);
  CHECK(made.claims[0].until - made.claims[0].since == minutes(60));
  const ClaimReceipt refused = Claims(*backend, dario, {"README.md", "src/a.cc"});
  CHECK(refused.claims.empty());
  REQUIRE(refused.others.size() == 1);
  CHECK(refused.others[0].persona == "Sam");
  CHECK(refused.others[0].path == At("src/**"));
  CHECK(refused.others[0].reason == "work on it");
  CHECK(refused.others[0].since == made.claims[0].since);
  CHECK(refused.others[0].until == made.claims[0].until);
  CHECK(Listed(backend->store()) == Lines{"Sam src/**", "Sam docs/a.md"});
  CHECK(Claims(*backend, dario, {"README.md"}).claims.size() == 1);
  SECTION("and another process sees it") {
    const auto other = backend->OpenAnother();
    CHECK(Listed(*other).size() == 3);
    CHECK(TryClaim(*other, dario, {"src/b.cc"})->others.size() == 1);
  }
}

TEST_CASE("claiming again moves the end and keeps the beginning", "[contract]") {
  auto backend = Any();
  const Session sam = Enter(*backend, "Sam");
  const Claim first = Claims(*backend, sam, {"src/**"}).claims.at(0);
  backend->clock.Advance(minutes(30));
  const Claim again = Claims(*backend, sam, {"src/**"}).claims.at(0);
  CHECK(again.id == first.id);
  CHECK(again.since == first.since);
  CHECK(again.until - first.until == minutes(30));
  CHECK(Claims(*backend, Enter(*backend, "Sam"), {"src/a.cc"}).others.empty());
}

TEST_CASE("a claim ends with its time", "[contract]") {
  auto backend = Any();
  const Session sam = Enter(*backend, "Sam");
  const Session dario = Enter(*backend, "Dario");
  Claims(*backend, sam, {"src/**"}, minutes(5));
  backend->clock.Advance(minutes(5) - std::chrono::milliseconds(1));
  CHECK(Listed(backend->store()).size() == 1);
  backend->clock.Advance(std::chrono::milliseconds(1));
  CHECK(Listed(backend->store()).empty());
  CHECK(Claims(*backend, dario, {"src/a.cc"}).claims.size() == 1);
}

TEST_CASE("a claim ends with its session, however that ends", "[contract]") {
  auto backend = Any();
  const Session dario = Enter(*backend, "Dario");
  SECTION("in good order") {
    const Session sam = Enter(*backend, "Sam");
    Claims(*backend, sam, {"src/**"});
    REQUIRE(backend->store().EndSession(sam.id, "left", CallContext{}));
  }
  SECTION("because its process died") { Claims(*backend, EnterDead(*backend, "Sam"), {"src/**"}); }
  CHECK(Listed(backend->store()).empty());
  CHECK(Claims(*backend, dario, {"src/**"}).claims.size() == 1);
}

TEST_CASE("a claim that was made in a terminal outlasts the command, not its time", "[contract]") {
  auto backend = Any();
  const Session me = Enter(*backend, "me");
  Claims(*backend, me, {"src/**"}, minutes(60), true);
  REQUIRE(backend->store().EndSession(me.id, "done", CallContext{}));
  backend->Reopen();
  CHECK(Listed(backend->store()) == Lines{"me src/**"});
  CHECK(Claims(*backend, Enter(*backend, "Sam"), {"src/a.cc"}).others.size() == 1);
  backend->clock.Advance(minutes(60));
  CHECK(Listed(backend->store()).empty());
}

TEST_CASE("released claims are free for others", "[contract]") {
  auto backend = Any();
  const Session sam = Enter(*backend, "Sam");
  const Session dario = Enter(*backend, "Dario");
  Claims(*backend, sam, {"src/**", "docs/a.md", "docs/b.md"});
  SECTION("one by one or by their folder") {
    CHECK(Release(*backend, sam, {"docs/**"})->size() == 2);
    CHECK(Listed(backend->store()) == Lines{"Sam src/**"});
    const auto missed = Release(*backend, sam, {"src/a.cc"});
    REQUIRE_FALSE(missed);
    CHECK(missed.error().code == ErrorCode::kNotFound);
    CHECK(missed.error().message.find("src/**") != std::string::npos);
  }
  SECTION("all of one's own, and nobody else's") {
    Claims(*backend, dario, {"lib/**"});
    CHECK(Release(*backend, sam)->size() == 3);
    CHECK(Release(*backend, sam)->empty());
    CHECK(Listed(backend->store()) == Lines{"Dario lib/**"});
  }
  SECTION("by a person for somebody else") {
    CHECK(Release(*backend, dario, {"src/**"}, "sam")->size() == 1);
    CHECK_FALSE(Release(*backend, dario, {}, "Nobody-here"));
  }
}

TEST_CASE("claims follow their persona", "[contract]") {
  auto backend = Any();
  const Session dario = Enter(*backend, "Dario");
  SECTION("a guest takes its claims along to its name") {
    const Session guest = Enter(*backend, "");
    Claims(*backend, guest, {"src/**"});
    SECTION("a new one") {
      REQUIRE(backend->store().Register(guest.id, "Lead", "", CallContext{}));
    }
    SECTION("one that was away") {
      REQUIRE(backend->store().EndSession(Enter(*backend, "Lead").id, "left", CallContext{}));
      REQUIRE(backend->store().Register(guest.id, "Lead", "", CallContext{}));
    }
    CHECK(Listed(backend->store()) == Lines{"Lead src/**"});
  }
  SECTION("a renamed one keeps them, a merged one hands them over, a retired one loses them") {
    for (const char* name : {"Sam", "Old", "Eve"}) {
      const Session session = Enter(*backend, name);
      Claims(*backend, session, {std::string(name) + "/**"}, minutes(60), true);
      REQUIRE(backend->store().EndSession(session.id, "left", CallContext{}));
    }
    REQUIRE(backend->store().RenamePersona("Sam", "Samuel", CallContext{}));
    REQUIRE(backend->store().MergePersonas("Old", "Samuel", CallContext{}));
    REQUIRE(backend->store().RetirePersona("Eve", CallContext{}));
    CHECK(Listed(backend->store()) == Lines{"Samuel Sam/**", "Samuel Old/**"});
  }
  SECTION("one that retires itself gives its claims up") {
    const Session sam = Enter(*backend, "Sam");
    Claims(*backend, sam, {"src/**"});
    REQUIRE(backend->store().RetireOwnPersona(sam.id, "Sam", CallContext{}));
    CHECK(Listed(backend->store()).empty());
  }
}

TEST_CASE("who is here shows the claims of each session", "[contract]") {
  auto backend = Any();
  const Session sam = Enter(*backend, "Sam");
  const Session dario = Enter(*backend, "Dario");
  Claims(*backend, sam, {"a", "b", "c", "d", "e", "f"});
  const auto here = backend->store().WhoIsHere("", CallContext{});
  REQUIRE(here);
  REQUIRE(here->size() == 2);
  CHECK(here->at(0).claims == Lines{"a", "b", "c", "d", "e"});
  CHECK(here->at(0).claims_in_all == 6);
  CHECK(here->at(1).claims_in_all == 0);
  static_cast<void>(dario);
}

TEST_CASE("a claim and its release wake those who watch, a refused one does not", "[contract]") {
  auto backend = Any();
  const Session sam = Enter(*backend, "Sam");
  const Session dario = Enter(*backend, "Dario");
  static_cast<void>(backend->Woken());
  Claims(*backend, sam, {"src/**"});
  CHECK(backend->Woken());
  Claims(*backend, dario, {"src/a.cc"});
  CHECK_FALSE(backend->Woken());
  CHECK(Release(*backend, sam));
  CHECK(backend->Woken());
}

TEST_CASE("a claim that is not one is refused, and nothing is claimed", "[contract]") {
  auto backend = Any();
  const Session sam = Enter(*backend, "Sam");
  CHECK_FALSE(TryClaim(backend->store(), sam, {}));
  CHECK_FALSE(TryClaim(backend->store(), sam, {"a"}, minutes(0)));
  CHECK_FALSE(TryClaim(backend->store(), sam, {"a"}, kMaxClaimTime + minutes(1)));
  Lines many;
  for (size_t i = 0; i <= kMaxClaimsOfPersona; ++i) many.push_back("f" + std::to_string(i));
  const auto full = TryClaim(backend->store(), sam, many);
  REQUIRE_FALSE(full);
  CHECK(full.error().code == ErrorCode::kResourceExhausted);
  REQUIRE(backend->store().EndSession(sam.id, "left", CallContext{}));
  const auto gone = TryClaim(backend->store(), sam, {"a"});
  REQUIRE_FALSE(gone);
  CHECK(gone.error().code == ErrorCode::kNotFound);
  CHECK(Listed(backend->store()).empty());
}

TEST_CASE("claims are not exported", "[contract]") {
  auto backend = Any();
  Claims(*backend, Enter(*backend, "Sam"), {"src/very-private-name.cc"}, minutes(60), true);
  std::string text;
  REQUIRE(backend->store().Export(
      {},
      [&](std::string_view line) -> Status {
        text += line;
        return {};
      },
      CallContext{}));
  CHECK(text.find("very-private-name") == std::string::npos);
}
