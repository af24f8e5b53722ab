#include "tests/support/cpp/conversations.h"

#include <algorithm>
#include <array>
#include <random>
#include <string_view>

namespace katra::testing {
namespace {

constexpr int64_t kFirstMillis = 1'767'258'000'000;  // 2026-01-01 09:00 UTC

// One thing that one of the two tells: asked for in the talk, and later in a question about the
// talk. {x}: what it is about; {y}: the answer; {s}: the one who tells; {o}: the other.
struct Fact {
  std::string_view asked;
  std::string_view told;
  std::string_view question;
  std::vector<std::string_view> things;
  std::vector<std::string_view> answers;
};

const std::vector<Fact>& Facts() {
  static const std::vector<Fact> facts = {
      {"So what did you end up calling the {x}?",
       "We went with {y} in the end, it just fits",
       "What is the name of {s}'s {x}?",
       {"puppy", "kitten", "parrot", "hamster", "tortoise"},
       {"Biscuit", "Pepper", "Juno", "Waffles", "Otto", "Clementine"}},
      {"Where are you off to for the {x}?",
       "{y}, two weeks, I cannot wait",
       "Where did {s} go for the {x}?",
       {"honeymoon", "holidays", "spring break", "reunion"},
       {"Lisbon", "Kyoto", "the Lofoten islands", "Marrakesh", "Quebec"}},
      {"How did the {x} go?",
       "Better than I feared, they liked the part about {y}",
       "What did people like at {s}'s {x}?",
       {"interview", "presentation", "recital", "audition"},
       {"teamwork", "the prototype", "my own song", "the budget", "the old photos"}},
      {"Did you get the {x} fixed?",
       "Yes! Turned out to be {y} all along",
       "What was wrong with {s}'s {x}?",
       {"car", "dishwasher", "bicycle", "laptop", "boiler"},
       {"a loose belt", "a dead battery", "the fuse", "a cracked valve", "mice"}},
      {"Which {x} are you reading now?",
       "I am halfway through {y} and cannot put it down",
       "Which {x} did {s} enjoy?",
       {"novel", "biography", "comic", "memoir"},
       {"The Glass Harbour", "Winter Letters", "A Map of Bees", "Salt and Iron"}},
      {"Who is helping you with the {x}?",
       "{y} offered, which is a relief",
       "Who helps {s} with the {x}?",
       {"move", "garden", "wedding", "renovation", "tax return"},
       {"my cousin Theo", "a neighbour called Ines", "Uncle Raymond", "my old roommate"}},
      {"What do you use for the {x} these days?",
       "Switched to {y} last month, much calmer",
       "What does {s} use for the {x}?",
       {"budget", "meal plan", "workouts", "notes", "backups"},
       {"a paper notebook", "a spreadsheet", "index cards", "a shared calendar",
        "a rusty old script"}},
      {"How long have you been doing {x}?",
       "Since {y}, believe it or not",
       "When did {s} start {x}?",
       {"pottery", "archery", "beekeeping", "fencing", "choir"},
       {"college", "the lockdown", "I was nine", "my divorce", "last autumn"}},
      {"What made you quit the {x}?",
       "Honestly, {y} got too much for me",
       "Why did {s} leave the {x}?",
       {"bakery", "band", "night shift", "committee", "football club"},
       {"the commute", "the noise", "the early mornings", "the gossip"}},
      {"What are you giving {o2} for the {x}?",
       "I found {y} at the flea market",
       "What present did {s} find for the {x}?",
       {"birthday", "anniversary", "graduation"},
       {"an old typewriter", "a silver compass", "a record player", "a chess set"}},
  };
  return facts;
}

constexpr std::array<std::string_view, 24> kSmallTalk = {
    "Ha, that sounds just like you!",
    "I know what you mean, it has been a long week here too.",
    "That is so good to hear, you deserve it.",
    "By the way, the weather has been awful since Monday.",
    "Oh wow, I had no idea. How do you feel about it?",
    "Same here, I could use a break.",
    "Let us talk about it over coffee some time.",
    "My sister said the same thing the other day.",
    "True, and it keeps me busy at least.",
    "I am proud of you for trying.",
    "Sorry, I was late to reply, work was crazy.",
    "It is never boring around here, is it?",
    "I took some photos, I will send them later.",
    "Family comes first, of course.",
    "You always find the right words.",
    "I started cooking more at home, it helps me relax.",
    "Did you sleep well after all that?",
    "The kids were asking about you yesterday.",
    "I have been thinking about that a lot.",
    "We should plan something for the weekend.",
    "Thanks for listening, it means a lot to me.",
    "Some days are harder than others.",
    "That reminds me of the old days in school.",
    "Fingers crossed, tell me how it goes.",
};

// Turns that mention the thing of a fact and answer nothing.
constexpr std::array<std::string_view, 8> kMentions = {
    "I keep thinking about the {x}, you know.",
    "There was something about a {x} on the radio today.",
    "My brother would love the {x}.",
    "A {x} is a lot of work, people say.",
    "Everybody talks about the {x} at the moment.",
    "I dreamt of a {x} last night, strange.",
    "Good luck with the {x}!",
    "You and your {x}, I love it.",
};

class Maker {
 public:
  explicit Maker(unsigned seed) : random_(seed) {}

  Conversation Make(size_t turns) {
    constexpr std::array<std::array<std::string_view, 2>, 4> kPairs = {
        {{"Alice", "Bruno"}, {"Chiara", "Dmitri"}, {"Elif", "Farid"}, {"Grace", "Hugo"}}};
    for (const std::string_view name : Pick(kPairs)) made_.speakers.emplace_back(name);
    now_ = FromUnixMillis(kFirstMillis);
    while (made_.turns.size() < turns) Session();
    return std::move(made_);
  }

 private:
  template <typename List>
  const typename List::value_type& Pick(const List& list) {
    return list[random_() % list.size()];
  }

  static void Replace(std::string* text, std::string_view name, std::string_view value) {
    for (size_t at = text->find(name); at != std::string::npos; at = text->find(name, at)) {
      text->replace(at, name.size(), value);
    }
  }

  std::string Fill(std::string_view form, size_t teller, std::string_view thing,
                   std::string_view answer) {
    std::string text(form);
    Replace(&text, "{x}", thing);
    Replace(&text, "{y}", answer);
    Replace(&text, "{s}", made_.speakers[teller]);
    Replace(&text, "{o2}", "her");
    return text;
  }

  size_t Add(size_t speaker, std::string body) {
    now_ += std::chrono::seconds(20 + random_() % 200);
    made_.turns.push_back({speaker, std::move(body), now_});
    return made_.turns.size() - 1;
  }

  void SmallTalk() {
    const size_t count = random_() % 3;
    for (size_t i = 0; i < count; ++i) Add(random_() % 2, std::string(Pick(kSmallTalk)));
  }

  void Session() {
    now_ += std::chrono::hours(24 * (3 + random_() % 12));
    Add(0, "Hey " + made_.speakers[1] + "! Long time no talk, how are you?");
    Add(1, "Hi " + made_.speakers[0] + ", pretty good. And you?");
    for (int matter = 0; matter < 4; ++matter) {
      SmallTalk();
      Matter();
    }
    Add(random_() % 2, "Talk soon, take care!");
  }

  // Tells a fact, or mentions a thing in passing.
  void Matter() {
    const Fact& fact = Pick(Facts());
    const std::string thing(Pick(fact.things));
    const size_t teller = random_() % 2;
    const auto key = std::make_pair(teller, thing);
    const bool told = std::find(told_.begin(), told_.end(), key) != told_.end();
    if (told || random_() % 3 == 0) {
      Add(random_() % 2, Fill(Pick(kMentions), teller, thing, ""));
      return;
    }
    told_.push_back(key);
    const std::string answer(Pick(fact.answers));
    Add(1 - teller, Fill(fact.asked, teller, thing, answer));
    if (random_() % 4 == 0) Add(teller, std::string(Pick(kSmallTalk)));
    const size_t turn = Add(teller, Fill(fact.told, teller, thing, answer));
    made_.questions.push_back({Fill(fact.question, teller, thing, answer), {turn}});
  }

  std::mt19937 random_;
  Conversation made_;
  WallTime now_;
  std::vector<std::pair<size_t, std::string>> told_;
};

}  // namespace

Conversation MakeConversation(unsigned seed, size_t turns) { return Maker(seed).Make(turns); }

}  // namespace katra::testing
