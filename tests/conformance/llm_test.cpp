// Language models: each dialect alone, then behind resilient(), against stand-ins as strict as the vendors.
//
// The next provider is one more row. A row's `before` counts the messages of a stream before its first word.
#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>
#include <optional>

#include "conformance/harness.hpp"
#include "llm/providers.hpp"
#include "llm/resilient.hpp"
#include "net/service_health.hpp"

namespace offhook::conformance {
namespace {

using llm::Message;
using llm::Role;
using ::testing::AllOf;
using ::testing::AnyOf;
using ::testing::Contains;
using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::SizeIs;
using ::testing::StartsWith;

struct Row {
  const char* provider;
  const char* path;  // of base_url
  Service service;
  std::size_t before;
};

// Azure is missing: its key comes in a header of its own, which the stand-in does not take.
constexpr Row rows[] = {
    {"openai", "/v1", Service::openai_chat, 1},   // the role
    {"groq", "/v1", Service::openai_chat, 1},     // as all that speak OpenAI's dialect at another base_url
    {"anthropic", "/v1", Service::anthropic, 3},  // message_start, ping, content_block_start
    {"google", "/v1beta", Service::gemini, 0},
};

std::string named(const ::testing::TestParamInfo<Row>& info) {
  return title(info.param.provider);
}

constexpr std::string_view key = "sk-of-the-test-123";

llm::Spec spec_of(const Row& row, const Standins& at) {
  llm::Spec spec;
  spec.provider = row.provider;
  spec.base_url = at.http_url() + row.path;
  spec.api_key = key;
  return spec;
}

// One chat and what came of it; belongs to the loop.
struct Talk {
  std::string text;
  std::vector<std::string> words, asked;
  std::vector<llm::ToolCall> calls;
  std::optional<Result<llm::Answer>> result;
  int done = 0;
  bool late = false;        // something came after done
  std::size_t drop_at = 0;  // this word's callback destroys the handle; 0: none does
  Duration took{};
  std::unique_ptr<net::Pending> handle;

  bool ok() const { return result && result->ok(); }
  Error error() const { return result && !result->ok() ? result->error() : Error{Errc::internal, "there is none"}; }
};

llm::Request saying(std::vector<Message> messages) {
  llm::Request request;
  request.messages = std::move(messages);
  return request;
}

const Message user{Role::user, "When are you open?", {}, {}};

std::vector<std::string> words_of(std::string_view text) {  // as the stand-ins cut them
  std::vector<std::string> words;
  while (!text.empty()) {
    const std::size_t length = std::min(text.find(' '), text.size() - 1) + 1;
    words.emplace_back(text.substr(0, length));
    text.remove_prefix(length);
  }
  return words;
}

std::string first_words(std::string_view text, std::size_t count) {
  std::string out;
  for (const std::string& word : words_of(text))
    if (count > 0 && count-- > 0) out += word;
  return out;
}

std::string repeated(std::size_t times, std::string_view word) {
  std::string text;
  for (std::size_t i = 0; i < times; ++i) text += word;
  return text;
}

class LlmFixture : public ::testing::TestWithParam<Row> {
 protected:
  ~LlmFixture() override {
    rig.on_loop([this] {
      for (const auto& talk : talks_) {
        EXPECT_LE(talk->done, 1);
        EXPECT_FALSE(talk->late);
        talk->handle.reset();
      }
    });
  }

  llm::Client* connect(const llm::Spec& spec) {
    return rig.keep(rig.on_loop([&] { return llm::connect(rig.loop, *rig.http, spec); }));
  }

  struct Patience {
    Duration first_token = 8s, whole = 9s;
  };
  Talk& ask(llm::Client* client, llm::Request request, Patience patience, std::size_t drop_at = 0) {
    talks_.push_back(std::make_unique<Talk>());
    Talk& talk = *talks_.back();
    talk.drop_at = drop_at;
    rig.on_loop([&] {
      const Time asked = rig.loop.now();
      request.first_token = Deadline(asked + patience.first_token);
      request.deadline = Deadline(asked + patience.whole);
      llm::Sink sink;
      sink.token = [&talk](std::string_view text) {
        talk.late = talk.late || talk.done > 0;
        talk.text += text;
        talk.words.emplace_back(text);
        if (talk.words.size() == talk.drop_at) talk.handle.reset();
      };
      sink.tool_call = [&talk](llm::ToolCall call) {
        talk.late = talk.late || talk.done > 0;
        talk.calls.push_back(std::move(call));
      };
      sink.asked = [&talk](std::string_view who) { talk.asked.emplace_back(who); };
      sink.done = [this, &talk, asked](Result<llm::Answer> result) {
        ++talk.done;
        talk.result = std::move(result);
        talk.took = rig.loop.now() - asked;
      };
      talk.handle = client->chat(std::move(request), std::move(sink));
      EXPECT_EQ(talk.done, 0) << "called back from inside chat()";
    });
    return talk;
  }
  Talk& ask(llm::Client* client, llm::Request request = saying({user})) { return ask(client, std::move(request), {}); }
  const Talk& wait(const Talk& talk) {
    EXPECT_TRUE(rig.until([&] { return talk.done > 0; })) << "no end; so far: " << talk.text;
    return talk;
  }
  // What a conversation asks after whatever went wrong.
  void expect_well(llm::Client* client, const std::string& reply) {
    const Talk& talk = wait(ask(client));
    EXPECT_TRUE(talk.ok()) << talk.error().what;
    EXPECT_EQ(talk.text, reply);
  }

  Rig rig;
  const Row row = GetParam();

 private:
  std::vector<std::unique_ptr<Talk>> talks_;
};

class Llm : public LlmFixture {
 protected:
  llm::Client* const client = connect(spec_of(row, rig.standins));

  void think(std::function<standins::Reply(const standins::Asked&)> think) {
    rig.standins.change([&](Settings& settings) { settings.think = think; });
  }
  void fail_with(Fault fault) { rig.standins.set_faults(row.service, {std::move(fault)}); }
  Counters counters() const { return rig.standins.counters(row.service); }
  // The vendor sees that we have gone, and makes nothing more.
  void expect_left() {
    EXPECT_TRUE(eventually([&] { return Rig::idle(rig.standins); })) << rig.standins.stats();
  }
  // Strikes after 0, 1, 2 … messages of an answer with words and calls, until that is over before. Each time what came
  // before is delivered, no call is half, the error is one of `codes` and says `words`, and the next chat is well.
  void at_every_message(Fault fault, const std::vector<Errc>& codes, const std::string& words);
};

// An answer with everything in it.
const std::string opening_hours = "We open at nine.";
const std::vector<standins::Reply::ToolUse> two_tools = {{"book", R"({"when":"noon","people":4})"},
                                                         {"weather", R"({"city":"Zürich","days":[1,2]})"}};
const std::vector<llm::Tool> offered = {
    {"book", "Books a table.", R"({"type":"object","properties":{"when":{"type":"string"}}})"},
    {"weather", "Says how the weather will be.", ""}};

llm::Request with_tools(std::vector<Message> messages) {
  llm::Request request = saying(std::move(messages));
  request.tools = offered;
  return request;
}

void expect_both_calls(const std::vector<llm::ToolCall>& calls) {
  ASSERT_THAT(calls, SizeIs(2));
  for (std::size_t i = 0; i < 2; ++i) {
    EXPECT_EQ(calls[i].name, two_tools[i].name);
    boost::system::error_code error;
    EXPECT_EQ(boost::json::parse(calls[i].arguments, error), boost::json::parse(two_tools[i].arguments));
    EXPECT_FALSE(error) << calls[i].arguments;
    EXPECT_NE(calls[i].id, "");
  }
  EXPECT_NE(calls[0].id, calls[1].id);
}

void Llm::at_every_message(Fault fault, const std::vector<Errc>& codes, const std::string& words) {
  think([](const standins::Asked&) -> standins::Reply { return {opening_hours, two_tools}; });  // if there are tools
  const std::size_t all = words_of(opening_hours).size();
  bool whole = false, struck = true;
  for (; struck && fault.after < 50; ++fault.after) {
    SCOPED_TRACE("after " + std::to_string(fault.after) + " messages");
    const auto strikes = counters().faults;
    fail_with(fault);
    const Talk& talk = wait(ask(client, with_tools({user})));
    fail_with({.times = 0});
    struck = counters().faults > strikes;

    const std::size_t came = std::min(fault.after - std::min(fault.after, row.before), all);
    EXPECT_EQ(talk.text, first_words(opening_hours, came));
    if (talk.ok() || !talk.calls.empty()) expect_both_calls(talk.calls);
    EXPECT_TRUE(talk.ok() || !whole) << "less came after more messages";
    whole = talk.ok();
    EXPECT_TRUE(whole || struck) << talk.error().what;
    EXPECT_TRUE(!whole || came == all);
    if (!whole) {
      EXPECT_THAT(codes, Contains(talk.error().code)) << talk.error().what;
      EXPECT_THAT(talk.error().what, HasSubstr(words));
    }
    expect_well(client, opening_hours);
  }
  EXPECT_FALSE(struck);
  EXPECT_GT(fault.after, row.before + all + 1) << "the answer was too short for this to mean anything";
}

TEST_P(Llm, streams_its_words_in_order_and_ends_with_what_they_cost) {
  rig.standins.change([](Settings& settings) { settings.llm_cached = 7; });
  const std::string reply = Settings().reply;
  const Talk& talk = wait(ask(client, saying({{Role::system, "You are a waiter.", {}, {}}, user})));
  ASSERT_TRUE(talk.ok()) << talk.error().what;
  EXPECT_EQ(talk.words, words_of(reply));
  const llm::Answer& answer = talk.result->value();
  EXPECT_EQ(answer.finish, "stop");
  EXPECT_EQ(answer.usage.completion_tokens, static_cast<int>(words_of(reply).size()));
  EXPECT_EQ(answer.usage.cached_tokens, 7);
  const std::string request = rig.standins.received(row.service).back();  // "POST /v1/… {…}"; four bytes are a token
  EXPECT_EQ(answer.usage.prompt_tokens, static_cast<int>((request.size() - request.find('{')) / 4 + 1));
}

TEST_P(Llm, says_when_its_answer_was_cut_at_max_tokens) {
  llm::Request request = saying({user});
  request.max_tokens = 3;
  const Talk& talk = wait(ask(client, std::move(request)));
  ASSERT_TRUE(talk.ok()) << talk.error().what;
  EXPECT_EQ(talk.text, "We are open ");
  EXPECT_EQ(talk.result->value().finish, "length");
}

TEST_P(Llm, calls_two_tools_at_once_and_takes_their_results) {
  think([](const standins::Asked& asked) -> standins::Reply {
    if (asked.after_tool) return {"Noon, and " + asked.tool_result, {}};
    return {"Let me see. ", two_tools};
  });
  const Talk& called = wait(ask(client, with_tools({user})));
  ASSERT_TRUE(called.ok()) << called.error().what;
  EXPECT_EQ(called.result->value().finish, "tool_calls");
  EXPECT_EQ(called.text, "Let me see. ");
  ASSERT_NO_FATAL_FAILURE(expect_both_calls(called.calls));

  // The weather was known first.
  const Message results[] = {{Role::tool, "it is sunny", {}, called.calls[1].id},
                             {Role::tool, "a table at noon", {}, called.calls[0].id}};
  const Talk& told =
      wait(ask(client, with_tools({user, {Role::assistant, called.text, called.calls, {}}, results[0], results[1]})));
  ASSERT_TRUE(told.ok()) << told.error().what;
  EXPECT_THAT(told.text, AllOf(StartsWith("Noon, and "), HasSubstr("it is sunny")));  // the last as they were called
  EXPECT_THAT(rig.standins.received(row.service).back(), AllOf(HasSubstr("a table at noon"), HasSubstr("it is sunny")));
}

TEST_P(Llm, leaves_the_vendor_when_its_handle_goes) {
  rig.standins.change([](Settings& settings) { settings.reply = repeated(4000, "word "); });
  llm::Request request = saying({user});
  request.max_tokens = 5000;
  Talk& talk = ask(client, request);
  EXPECT_TRUE(rig.until([&] { return talk.words.size() >= 3; }));
  const std::size_t heard = rig.on_loop([&] {
    talk.handle.reset();
    return talk.words.size();
  });
  expect_left();
  Talk& from_inside = ask(client, request, {}, 3);
  EXPECT_TRUE(rig.until([&] { return !from_inside.handle; }));
  expect_left();
  EXPECT_EQ(counters().cancels, 2);
  EXPECT_LT(counters().tokens_out, 4000);
  expect_well(client, repeated(200, "word "));  // max_tokens
  rig.on_loop([&] {
    EXPECT_EQ(talk.words.size(), heard);
    EXPECT_EQ(from_inside.words.size(), 3u);
    EXPECT_EQ(talk.done + from_inside.done, 0);
  });
}

TEST_P(Llm, keeps_two_at_once_apart) {
  think([](const standins::Asked& asked) -> standins::Reply { return {repeated(40, asked.last_user + " "), {}}; });
  const Talk& one = ask(client, saying({{Role::user, "one", {}, {}}}));
  const Talk& two = ask(client, saying({{Role::user, "two", {}, {}}}));
  EXPECT_TRUE(rig.until([&] { return one.done > 0 && two.done > 0; }));
  EXPECT_EQ(one.text, repeated(40, "one "));
  EXPECT_EQ(two.text, repeated(40, "two "));
  EXPECT_EQ(counters().most_open, 2);
}

TEST_P(Llm, sends_nothing_that_the_vendor_would_refuse) {
  const Message system{Role::system, "You are a waiter.", {}, {}}, greeting{Role::assistant, "Hello! ", {}, {}};
  const Message nothing{Role::user, "", {}, {}};
  const Message calls{Role::assistant, "", {{"call_1", "book", "{}"}, {"call_2", "weather", "{broken"}}, {}};
  const Message foreign{Role::assistant, "Well,", {{"functions.book:0 " + repeated(60, "x"), "book", "[1]"}}, {}};
  const std::vector<std::pair<std::string, std::vector<Message>>> cases = {
      {"nothing at all", {}},
      {"an empty user", {nothing}},
      {"only the system", {system}},
      {"the system and blanks", {system, {Role::user, " \n ", {}, {}}}},
      {"begins with the assistant", {system, greeting, user}},
      {"ends with the assistant", {user, greeting}},
      {"two users in a row", {user, user}},
      {"two assistants in a row", {user, greeting, greeting, user}},
      {"the system speaks later", {system, user, greeting, {Role::system, "Be quick.", {}, {}}}},
      {"a result of no call", {user, {Role::tool, "noon", {}, "call_9"}, user}},
      {"only a result", {{Role::tool, "noon", {}, "call_9"}}},
      {"calls without results", {user, calls, user}},
      {"one result of two, twice", {user, calls, {Role::tool, "", {}, "call_2"}, {Role::tool, "b", {}, "call_2"}}},
      {"a result after the next user", {user, calls, user, {Role::tool, "noon", {}, "call_1"}}},
      {"the same id in two turns", {user, calls, user, calls, {Role::tool, "noon", {}, "call_1"}}},
      {"another vendor's ids", {user, foreign, {Role::tool, "noon", {}, foreign.tool_calls[0].id}}},
      {"begins with calls", {calls, {Role::tool, "noon", {}, "call_1"}, user}},
      {"no UTF-8", {{Role::user, "caf\xe9 \xff\x80", {}, {}}}},
  };
  for (const auto& [name, messages] : cases)
    for (llm::Request request : {saying(messages), with_tools(messages)}) {
      const Talk& talk = wait(ask(client, std::move(request)));
      EXPECT_TRUE(talk.ok()) << name << ": " << talk.error().what;
    }
}

TEST_P(Llm, waits_for_the_first_word_no_longer_than_it_may) {
  rig.standins.change([](Settings& settings) { settings.llm_first = 60s; });
  const Talk& slow = wait(ask(client, saying({user}), {.first_token = 100ms}));
  rig.standins.change([](Settings& settings) { settings.llm_first = 5ms; });
  fail_with({.kind = Fault::Kind::silent, .after = row.before});  // the head came, and no word
  const Talk& silent = wait(ask(client, saying({user}), {.first_token = 150ms}));
  for (const Talk* talk : {&slow, &silent}) {
    EXPECT_EQ(talk->error().code, Errc::timeout);
    EXPECT_THAT(talk->error().what, HasSubstr("no word within"));
    EXPECT_LT(talk->took, 5s);
  }
  expect_left();
  fail_with({.times = 0});
  expect_well(client, Settings().reply);
}

TEST_P(Llm, waits_for_the_end_no_longer_than_it_may) {
  fail_with({.kind = Fault::Kind::stop_reading});
  const Talk& unread = wait(ask(client, saying({user}), {.whole = 100ms}));
  EXPECT_THAT(unread.error().what, HasSubstr("no answer within"));
  fail_with({.kind = Fault::Kind::silent, .after = row.before + 2});  // half open
  const Talk& silent = wait(ask(client, saying({user}), {.whole = 700ms}));
  EXPECT_EQ(silent.text, "We are ");
  EXPECT_THAT(silent.error().what, HasSubstr("had begun but not ended"));
  for (const Talk* talk : {&unread, &silent}) {
    EXPECT_EQ(talk->error().code, Errc::timeout);
    EXPECT_LT(talk->took, 5s);
  }
  expect_left();
  fail_with({.times = 0});
  expect_well(client, Settings().reply);
}

TEST_P(Llm, says_what_a_refusal_means_in_the_vendors_words) {
  // The stand-ins take any model: 404 is what a vendor says of one that it does not have.
  const std::pair<int, Errc> statuses[] = {{400, Errc::invalid}, {403, Errc::refused},     {404, Errc::not_found},
                                           {429, Errc::full},    {500, Errc::unavailable}, {529, Errc::unavailable}};
  for (const auto& [status, code] : statuses) {
    fail_with({.kind = Fault::Kind::refuse, .status = status});
    const Error error = wait(ask(client)).error();
    EXPECT_EQ(error.code, code) << error.what;
    EXPECT_THAT(error.what, AllOf(HasSubstr(std::to_string(status)), HasSubstr("the service is not available")));
    EXPECT_EQ(error.retry_after, Duration()) << error.what;
  }
  fail_with({.kind = Fault::Kind::refuse, .status = 502, .body = "<html>Bad Gateway</html>"});
  const Error proxy = wait(ask(client)).error();
  EXPECT_EQ(proxy.code, Errc::unavailable);
  EXPECT_THAT(proxy.what, HasSubstr("Bad Gateway"));
  fail_with({.kind = Fault::Kind::refuse, .status = 429, .retry_after = 7s});
  const Error busy = wait(ask(client)).error();
  EXPECT_EQ(busy.code, Errc::full);
  EXPECT_EQ(busy.retry_after, 7s);
}

TEST_P(Llm, shows_no_key_when_that_is_refused) {
  llm::Spec spec = spec_of(row, rig.standins);
  spec.api_key = "wrong";
  const Error wrong = wait(ask(connect(spec))).error();
  EXPECT_EQ(wrong.code, Errc::refused);
  EXPECT_THAT(wrong.what, AllOf(HasSubstr("the key is invalid"), HasSubstr("check the API key")));
  const std::string repeated_key = R"({"error":{"message":"Incorrect API key provided: )" + std::string(key) + "\"}}";
  fail_with({.kind = Fault::Kind::refuse, .status = 401, .body = repeated_key});
  const Error error = wait(ask(client)).error();
  EXPECT_EQ(error.code, Errc::refused);
  EXPECT_THAT(error.what, AllOf(HasSubstr("Incorrect API key provided: ***"), Not(HasSubstr(std::string(key)))));
}

TEST_P(Llm, survives_being_cut_after_any_message) {
  at_every_message({.kind = Fault::Kind::cut}, {Errc::closed}, "");
}

TEST_P(Llm, survives_the_vendors_error_after_any_message) {
  at_every_message({.kind = Fault::Kind::error, .body = "the model fell over"}, {Errc::unavailable},
                   "the model fell over");
}

TEST_P(Llm, survives_garbage_for_any_message) {
  at_every_message({.kind = Fault::Kind::garbage}, {Errc::invalid}, "no JSON");
}

// Bytes that are no event at all are passed over, and may take the next event with them: the answer lacks words, but
// ends.
TEST_P(Llm, ends_also_when_noise_comes_for_any_message) {
  for (std::size_t after = 0; after < 12; ++after) {
    fail_with({.kind = Fault::Kind::garbage, .after = after, .binary = true});
    wait(ask(client));
    fail_with({.times = 0});
    expect_well(client, Settings().reply);
  }
  EXPECT_EQ(counters().faults, 12);
}

TEST_P(Llm, takes_no_answer_for_whole_that_lacks_its_end) {
  fail_with({.kind = Fault::Kind::no_end});
  const Talk& talk = wait(ask(client));
  EXPECT_EQ(talk.text, Settings().reply);
  EXPECT_EQ(talk.error().code, Errc::closed);
  EXPECT_THAT(talk.error().what, HasSubstr("without saying that it was complete"));
}

TEST_P(Llm, asks_anew_where_its_connections_have_died) {
  expect_well(client, Settings().reply);  // leaves some that are kept
  rig.standins.stop();
  const Error error = wait(ask(client)).error();
  EXPECT_EQ(error.code, Errc::unavailable);
  EXPECT_THAT(error.what, HasSubstr("is the server running at " + rig.standins.http_url()));
  rig.standins.start();
  expect_well(client, Settings().reply);
}

INSTANTIATE_TEST_SUITE_P(Providers, Llm, ::testing::ValuesIn(rows), named);

// Two choices: the row's provider, and at stand-ins of its own the next row's.
class LlmResilient : public LlmFixture {
 protected:
  LlmResilient() {
    rig.standins.change([](Settings& settings) { settings.reply = opening_hours; });
    second_at.change([](Settings& settings) { settings.reply = spare; });
  }

  llm::Choice choice(const char* name, llm::Client* client, net::HealthPolicy policy) {
    return {name, client, rig.keep(std::make_unique<net::ServiceHealth>(name, policy))};
  }
  llm::Client* both(llm::ResiliencePolicy policy = {}, net::HealthPolicy health = {}) {
    std::vector<llm::Choice> choices = {choice("first", first, health), choice("second", second, health)};
    return rig.keep(rig.on_loop([&] { return llm::resilient(rig.loop, std::move(choices), policy); }));
  }
  static const Row& next(const Row& row) {
    std::size_t i = 0;
    while (rows[i].provider != std::string_view(row.provider)) ++i;
    return rows[(i + 1) % std::size(rows)];
  }

  static inline const std::string spare = "The other one answers.";
  Standins& second_at = rig.another();
  llm::Client* const first = connect(spec_of(row, rig.standins));
  llm::Client* const second = connect(spec_of(next(row), second_at));
};

TEST_P(LlmResilient, answers_whole_from_the_second_where_the_first_is_cut_before_its_first_word) {
  for (std::size_t after = 0; after <= row.before + 2; ++after) {
    SCOPED_TRACE("after " + std::to_string(after) + " messages");
    rig.standins.set_faults(row.service, {{.kind = Fault::Kind::cut, .after = after}});
    const Talk& talk = wait(ask(both({.first_token = 8s, .try_again_within = 8s})));
    EXPECT_LT(talk.took, 3s);
    if (after <= row.before) {
      EXPECT_TRUE(talk.ok()) << talk.error().what;
      EXPECT_EQ(talk.text, spare);
      EXPECT_THAT(talk.asked, ElementsAre("first", "first", "second"));
      continue;
    }
    EXPECT_EQ(talk.error().code, Errc::closed);  // half an answer cannot be gone on with by another
    EXPECT_EQ(talk.text, first_words(opening_hours, after - row.before));
    EXPECT_THAT(talk.asked, ElementsAre("first"));
  }
}

TEST_P(LlmResilient, answers_in_time_while_the_first_is_gone_and_goes_back_to_it) {
  llm::Client* const client = both({}, {.back_off = 50ms});
  EXPECT_EQ(wait(ask(client)).text, opening_hours);

  // Killed while it thinks about an answer.
  rig.standins.change([](Settings& settings) { settings.llm_first = 60s; });
  const Talk& caught = ask(client);
  EXPECT_TRUE(eventually([&] { return rig.standins.counters(row.service).open == 1; }));
  rig.standins.stop();
  wait(caught);
  rig.standins.change([](Settings& settings) { settings.llm_first = 5ms; });
  std::vector<const Talk*> talks = {&caught};
  for (int i = 0; i < 4; ++i) talks.push_back(&wait(ask(client)));  // its breaker opens meanwhile
  for (const Talk* talk : talks) {
    EXPECT_EQ(talk->text, spare) << talk->error().what;
    EXPECT_LT(talk->took, 3s);
  }

  rig.standins.start();
  EXPECT_TRUE(eventually([&] { return wait(ask(client)).text == opening_hours; })) << "never asked again";
  const Talk& again = wait(ask(client));
  EXPECT_EQ(again.text, opening_hours);
  EXPECT_THAT(again.asked, ElementsAre("first"));
}

TEST_P(LlmResilient, leaves_a_first_that_is_silent) {
  rig.standins.set_faults(row.service, {{.kind = Fault::Kind::silent, .after = row.before}});
  const Talk& talk = wait(ask(both({.first_token = 200ms})));
  EXPECT_EQ(talk.text, spare) << talk.error().what;
  EXPECT_LT(talk.took, 3s);
  EXPECT_THAT(talk.asked, ElementsAre("first", "second"));
  EXPECT_TRUE(eventually([&] { return Rig::idle(rig.standins); })) << "the first answer is still waited for";
}

TEST_P(LlmResilient, never_asks_more_at_once_than_the_account_bears) {
  rig.standins.change([](Settings& settings) { settings.llm_first = 50ms; });
  rig.standins.set_faults(row.service, {{.kind = Fault::Kind::limit, .limit = 2}});
  llm::Spec spec = spec_of(row, rig.standins);
  spec.concurrency = 2;
  std::vector<llm::Choice> choices = {choice("first", first, {.concurrency = spec.concurrency})};
  llm::Client* const client =
      rig.keep(rig.on_loop([&] { return llm::resilient(rig.loop, std::move(choices), {.first_token = 9s}); }));
  std::vector<const Talk*> talks;
  for (int i = 0; i < 8; ++i) talks.push_back(&ask(client));
  for (const Talk* talk : talks) EXPECT_TRUE(rig.until([&] { return talk->done > 0; }));
  for (const Talk* talk : talks) EXPECT_EQ(talk->text, opening_hours) << talk->error().what;
  EXPECT_EQ(rig.standins.counters(row.service).refused, 0);
  EXPECT_EQ(rig.standins.counters(row.service).most_open, 2);

  talks.clear();
  for (int i = 0; i < 8; ++i) talks.push_back(&ask(first));  // nobody counts
  for (const Talk* talk : talks) EXPECT_TRUE(rig.until([&] { return talk->done > 0; }));
  EXPECT_GT(rig.standins.counters(row.service).refused, 0) << "the limit strikes nobody";
}

INSTANTIATE_TEST_SUITE_P(Providers, LlmResilient, ::testing::ValuesIn(rows), named);

}  // namespace
}  // namespace offhook::conformance
