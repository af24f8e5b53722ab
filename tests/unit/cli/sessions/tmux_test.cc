// What tmux is asked, and with which variables; only sessions that carry this home's mark are ever
// touched. The tmux here writes down how it was called; a real one is in tests/e2e/cli.
#include "cli/sessions/tmux.h"

#include <unistd.h>

#include "core/text.h"
#include "tests/support/cpp/catch.h"
#include "tests/unit/cli/test_user.h"

namespace katra::cli::testing {
namespace {

// Writes its arguments, a line each, and its environment; then does `rest`.
class FakeTmux {
 public:
  TestUser user;

  explicit FakeTmux(const std::string& rest = "") { Does(rest); }
  void Does(const std::string& rest) {
    user.Install("tmux", "for word in \"$@\"; do printf '%s\\n' \"$word\"; done >>" +
                             user.Path("called") + "; echo --- >>" + user.Path("called") +
                             "; env >>" + user.Path("environment") + "; " + rest);
  }
  Tmux Find(const std::string& path = "") {
    const Context context = user.Make();
    auto tmux = Tmux::Find(context, path);
    REQUIRE(tmux);
    return std::move(*tmux);
  }
  // The words of each call, with spaces between them.
  [[nodiscard]] std::vector<std::string> Calls() const {
    std::vector<std::string> calls;
    std::string words;
    for (const std::string& line : Split(user.Read("called"), '\n')) {
      if (line == "---") {
        calls.push_back(words);
        words.clear();
      } else {
        words += (words.empty() ? "" : " ") + line;
      }
    }
    return calls;
  }
};

TEST_CASE("the server is the one of the record, else of the variable, else the usual one") {
  FakeTmux fake;
  REQUIRE(fake.Find().List());
  fake.user.environment["KATRA_TMUX_SOCKET"] = "mine";
  REQUIRE(fake.Find().List());
  REQUIRE(fake.Find("/tmp/own").List());
  const auto calls = fake.Calls();
  REQUIRE(calls.size() == 3);
  CHECK(calls[0].starts_with("list-sessions "));
  CHECK(calls[1].starts_with("-L mine list-sessions "));
  CHECK(calls[2].starts_with("-S /tmp/own list-sessions "));
}

TEST_CASE("tmux gets the variables of a terminal, and none that could be a key") {
  FakeTmux fake;
  fake.user.environment["OPENAI_API_KEY"] = "sk-secret";
  fake.user.environment["MY_OWN"] = "secret-too";
  fake.user.environment["KATRA_PERSONA"] = "Sam";
  fake.user.environment["LC_ALL"] = "C.UTF-8";
  fake.user.environment["XDG_RUNTIME_DIR"] = "/run/user/7";
  fake.user.environment["TERM"] = "xterm";
  REQUIRE(fake.Find().List());
  const std::string seen = "\n" + fake.user.Read("environment");
  for (const char* kept : {"\nLC_ALL=C.UTF-8", "\nXDG_RUNTIME_DIR=/run/user/7", "\nTERM=xterm"}) {
    CHECK(Contains(seen, kept));
  }
  for (const char* gone : {"secret", "OPENAI_API_KEY", "MY_OWN", "KATRA_PERSONA"}) {
    CHECK_FALSE(Contains(seen, gone));
  }
}

TEST_CASE("only sessions with this home's mark are listed") {
  FakeTmux fake;
  fake.user.Write("link", "");
  std::filesystem::remove(fake.user.Path("link"));
  std::filesystem::create_directory_symlink(fake.user.home(), fake.user.Path("link"));
  fake.Does("printf 'katra-Sam\\t" + fake.user.home() +
            "\\nkatra-Kim\\t/other\\nwork\\t\\nkatra-Ada\\t" + fake.user.Path("link") + "\\n'");
  CHECK(fake.Find().List() == std::vector<std::string>{"katra-Sam", "katra-Ada"});
  CHECK(fake.Find().Has("katra-Sam") == true);
  CHECK(fake.Find().Has("katra-Kim") == false);
}

TEST_CASE("a session of another home or of nobody's is not ended, whatever it is called") {
  FakeTmux fake;
  fake.Does("test \"$1\" = list-sessions && printf 'katra-Sam\\t/other\\nkatra-Kim\\t" +
            fake.user.home() + "\\n'; exit 0");
  CHECK(fake.Find().Kill("katra-Sam"));
  CHECK(fake.Calls().size() == 1);
  CHECK(fake.Find().Kill("katra-Kim"));
  CHECK(fake.Calls().back() == "kill-session -t =katra-Kim");
}

TEST_CASE("no server is no sessions, and another failure is told with what to type") {
  for (const char* said :
       {"no server running on /tmp/x", "error connecting to /tmp/x (No such file)", "no sessions",
        "server exited unexpectedly"}) {
    INFO(said);
    FakeTmux fake("echo '" + std::string(said) + "' >&2; exit 1");
    CHECK(fake.Find().List() == std::vector<std::string>{});
  }
  FakeTmux fake("echo 'lost\nits mind' >&2; exit 1");
  const auto failed = fake.Find("/tmp/own").List();
  REQUIRE_FALSE(failed);
  CHECK(failed.error().code == ErrorCode::kUnavailable);
  CHECK(failed.error().message ==
        "tmux failed: lost\\u{a}its mind; try `tmux -S /tmp/own list-sessions`");
}

TEST_CASE("a new session is marked in the call that makes it, and says which server has it") {
  FakeTmux fake("echo '812 /tmp/tmux-0/default'");
  const auto made =
      fake.Find().New("Sam", fake.user.Path("work"), {"/bin/katra", "session-run", "/s k"});
  REQUIRE(made);
  CHECK(made->name == "katra-Sam");
  CHECK(made->server == 812);
  CHECK(made->server_path == "/tmp/tmux-0/default");
  const auto calls = fake.Calls();
  REQUIRE(calls.size() == 1);
  CHECK(calls[0].starts_with("new-session -d -P -F #{pid} #{socket_path} -s katra-Sam"));
  CHECK(Contains(calls[0], "-- /bin/katra session-run /s k ;"));
  CHECK(Contains(calls[0], "; set-option -t =katra-Sam: @katra_home " + fake.user.home()));
  CHECK(Contains(calls[0], "destroy-unattached off"));
  CHECK(Contains(calls[0], "remain-on-exit off"));
}

TEST_CASE("a server that says nothing of itself is not known") {
  FakeTmux fake("exit 0");
  const auto made = fake.Find().New("Sam", fake.user.Path("work"), {"x"});
  REQUIRE(made);
  CHECK(made->server == 0);
  CHECK(made->server_path.empty());
}

TEST_CASE(
    "a name that is taken is evaded for another home's session, and refused for a stranger's") {
  const auto fake_with_mark = [](FakeTmux& fake, const std::string& mark) {
    fake.Does(
        "case \"$*\" in *'-s katra-Sam -x'*) echo 'duplicate session: katra-Sam' >&2; exit 1;; "
        "*show-options*) echo '" +
        mark + "';; *new-session*) echo '1 /s';; esac");
  };
  FakeTmux other;
  fake_with_mark(other, "/another/home");
  const Tmux tmux = other.Find();
  const auto made = tmux.New("Sam", other.user.Path("work"), {"x"});
  REQUIRE(made);
  CHECK(made->name == tmux.OwnNameFor("Sam"));
  CHECK(made->name.starts_with("katra-Sam-"));
  for (const bool ours : {true, false}) {
    FakeTmux fake;
    fake_with_mark(fake, ours ? fake.user.home() : "");
    const auto refused = fake.Find().New("Sam", fake.user.Path("work"), {"x"});
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == ErrorCode::kAlreadyExists);
    CHECK(
        Contains(refused.error().message, "rename it: tmux rename-session -t katra-Sam NEW-NAME"));
  }
  FakeTmux elsewhere;
  elsewhere.user.environment["KATRA_TMUX_SOCKET"] = "mine";
  elsewhere.Does("case \"$*\" in *new-session*) echo 'duplicate session: x' >&2; exit 1;; esac");
  CHECK(Contains(elsewhere.Find().New("Sam", "/", {"x"}).error().message,
                 "tmux -L mine rename-session -t katra-Sam NEW-NAME"));
}

TEST_CASE("a server that ends just now is asked again, three times at most") {
  FakeTmux fake;
  fake.Does(
      "n=$(grep -c -- --- " + fake.user.Path("called") +
      "); if [ $n -lt 3 ]; then echo 'server exited unexpectedly' >&2; exit 1; fi; echo '5 /s'");
  CHECK(fake.Find().New("Sam", fake.user.Path("work"), {"x"})->server == 5);
  FakeTmux never("echo 'lost server' >&2; exit 1");
  CHECK_FALSE(never.Find().New("Sam", never.user.Path("work"), {"x"}));
  CHECK(never.Calls().size() == 4);
}

TEST_CASE("the screens of this home's sessions are shown without blank lines, with their time") {
  FakeTmux fake;
  fake.Does("case \"$1\" in list-sessions) printf 'katra-Sam\\t1795262400\\t" + fake.user.home() +
            "\\nkatra-Kim\\t1\\t/other\\n';; "
            "*) printf '\\n  one\\ntwo  \\n\\n\\f\\n';; esac");
  const auto looks = fake.Find().Screens({"katra-Sam", "katra-Kim", "katra-Zoe"});
  REQUIRE(looks);
  REQUIRE(looks->size() == 1);
  CHECK(looks->at("katra-Sam").text == "one\ntwo");
  CHECK(looks->at("katra-Sam").changed_at == FromUnixMillis(1'795'262'400'000));
  CHECK_FALSE(Contains(fake.Calls().back(), "katra-Kim"));
}

TEST_CASE("a terminal within the same server changes over, and any other attaches") {
  FakeTmux fake;
  const auto words = [&fake](const std::string& path, const std::string& inside) {
    fake.user.environment["TMUX"] = inside;
    const ProcessSpec spec = fake.Find(path).Attach("katra-Sam");
    CHECK((spec.environment.count("TMUX") == 0) == Contains(Join(spec.arguments, " "), "attach"));
    return Join(spec.arguments, " ");
  };
  CHECK(words("", "") == "attach-session -t =katra-Sam");
  CHECK(words("", "/tmp/tmux-0/default,1,0") == "switch-client -t =katra-Sam");
  CHECK(words("/tmp/own", "/tmp/own,1,0") == "-S /tmp/own switch-client -t =katra-Sam");
  CHECK(words("/tmp/own", "/tmp/other,1,0") == "-S /tmp/own attach-session -t =katra-Sam");
  fake.user.environment["KATRA_TMUX_SOCKET"] = "mine";
  CHECK(words("", "/tmp/other,1,0") == "-L mine attach-session -t =katra-Sam");
}

}  // namespace
}  // namespace katra::cli::testing
