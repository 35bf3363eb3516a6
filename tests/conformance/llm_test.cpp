// Language models: each provider's dialect alone, against a stand-in as strict as its vendor.
#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>

#include "conformance/llm_testing.hpp"

namespace offhook::conformance::language {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::SizeIs;
using ::testing::StartsWith;

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

// With `opening_hours`, an answer with everything in it.
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

TEST_P(Llm, calls_none_where_none_may_be_called) {
  think([](const standins::Asked& asked) -> standins::Reply { return {"Just words.", two_tools}; });
  llm::Request request = with_tools({user});
  request.may_call = false;
  const Talk& talk = wait(ask(client, std::move(request)));
  EXPECT_TRUE(talk.calls.empty());
  EXPECT_EQ(talk.text, "Just words.");
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
  const auto made = counters().tokens_out;
  EXPECT_LT(made, 4000);
  expect_well(client, repeated(200, "word "));  // max_tokens
  EXPECT_EQ(counters().tokens_out, made + 200);
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
      {"only the system", {system}},
      {"an empty user", {system, nothing}},
      {"the system and blanks", {system, {Role::user, " \n ", {}, {}}}},
      {"begins with the assistant", {system, greeting, user}},
      {"ends with the assistant", {user, greeting}},
      {"two users in a row", {user, user}},
      {"two assistants in a row", {user, greeting, greeting, user}},
      {"the system speaks later", {system, user, greeting, {Role::system, "Be quick.", {}, {}}}},
      {"a result of no call", {user, {Role::tool, "noon", {}, "call_9"}, user}},
      {"only a result", {system, {Role::tool, "noon", {}, "call_9"}}},
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

TEST_P(Llm, has_a_question_to_send_when_nobody_has_said_anything) {
  for (const std::vector<Message>& messages :
       {std::vector<Message>{}, {{Role::user, "", {}, {}}}, {{Role::tool, "noon", {}, "call_9"}}}) {
    const Talk& talk = wait(ask(client, saying(messages)));
    EXPECT_TRUE(talk.ok()) << talk.error().what;
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

}  // namespace
}  // namespace offhook::conformance::language
