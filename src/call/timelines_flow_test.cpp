// Flows: what is found out and done in which order, whatever the caller says and the tools return.
#include "call/timelines_testing.hpp"

namespace offhook::call {
namespace {

using dialog::SlotKind;

FlowSlot slot(std::string field, SlotKind kind, std::string ask) {
  return {.field = std::move(field), .kind = kind, .ask = ask, .again = "Sorry? " + ask};
}

// A practice that books: what for, when, is that right, then the booking.
Settings booking() {
  Settings s = with_tool();
  FlowNode wish{.name = "wish"};
  wish.collect = {slot("wish", SlotKind::one_of, "What can I do for you?")};
  wish.collect[0].choices = {{"book", {"appointment"}}, {"cancel", {"cancel"}}};
  wish.next = {{.to = "bye", .conditions = {{"wish", {"cancel"}}}}, {.to = "when"}};
  FlowNode when{.name = "when"};
  when.collect = {slot("day", SlotKind::day, "Which day?"), slot("time", SlotKind::time, "At what time?")};
  when.next = {{.to = "sure"}};
  FlowNode sure{.name = "sure", .say = "So {day} at {time}."};
  sure.collect = {slot("sure", SlotKind::yes_no, "Is that right?")};
  sure.next = {{.to = "when", .conditions = {{"sure", {"no"}}}}, {.to = "make"}};
  FlowNode make{.name = "make", .say = "One moment.", .call = "book"};
  make.arguments = R"({"day":"{day}","time":"{time}"})";
  make.keep = {{"code", "code"}};
  make.next = {{.to = "sorry", .result = CallResult::failed}, {.to = "done"}};
  FlowNode done{.name = "done", .say = "It is booked, your code is {code}. Goodbye.", .end = true};
  FlowNode sorry{.name = "sorry", .say = "That did not work. Please call again. Goodbye.", .end = true};
  FlowNode bye{.name = "bye", .say = "Goodbye.", .end = true};
  s.flow.nodes = {wish, when, sure, make, done, sorry, bye};
  s.flow.language = "en";
  s.greeting = "What can I do for you?";
  s.tools.push_back({.name = "end_call", .builtin = Builtin::end_call});
  return s;
}

Rehearsal calls(Settings s, std::vector<Rehearsal::Speech> speech) {
  auto w = world(std::move(s));
  w.speech = std::move(speech);
  w.use = [](const action::CallTool&) { return Rehearsal::Tool{.after = 300ms, .result = R"({"code":"B7"})"}; };
  return w;
}

// Long enough behind each other that every answer has been heard.
std::vector<Rehearsal::Speech> one_by_one(const std::vector<std::string>& texts) {
  std::vector<Rehearsal::Speech> out;
  Duration at = 4s;
  for (const auto& text : texts) {
    out.push_back({at, at + 1s, text});
    at += 8s;
  }
  return out;
}

std::string nodes(const Rehearsal& w) {
  std::string out;
  for (int n = 0; auto* e = nth<action::Enter>(w, n); ++n) out += (out.empty() ? "" : " ") + e->node;
  return out;
}

}  // namespace

TEST(Flows, an_appointment_is_booked_without_the_model_and_the_call_ends) {
  auto w = calls(booking(), one_by_one({"I'd like an appointment", "on Tuesday", "half past three", "yes please"}));
  w.run(60s);
  EXPECT_EQ(nodes(w), "wish when sure make done") << w.timeline_text();
  EXPECT_EQ(said(w),
            "What can I do for you? | Which day? | At what time? | So Tuesday at half past three. | "
            "Is that right? | One moment. | It is booked, your code is B7. | Goodbye.");
  ASSERT_EQ(count_of<action::CallTool>(w), 1);
  EXPECT_EQ(nth<action::CallTool>(w)->arguments, R"({"day":"tuesday","time":"15:30"})");
  EXPECT_EQ(w.count("hang up"), 1) << w.timeline_text();
  for (int n = 0; auto* ask = nth<action::Ask>(w, n); ++n) EXPECT_TRUE(ask->script) << n;
}

TEST(Flows, what_is_told_in_passing_is_not_asked_for) {
  auto w = calls(booking(), one_by_one({"an appointment on Tuesday at half past three please"}));
  w.run(14s);
  EXPECT_EQ(nodes(w), "wish when sure") << w.timeline_text();
  EXPECT_EQ(said(w), "What can I do for you? | So Tuesday at half past three. | Is that right?");
}

TEST(Flows, a_correction_is_taken_where_it_is_said) {
  auto w = calls(booking(), one_by_one({"an appointment on Tuesday", "oh sorry, Wednesday", "half past three", "yes"}));
  w.run(44s);
  ASSERT_EQ(count_of<action::CallTool>(w), 1) << w.timeline_text();
  EXPECT_EQ(nth<action::CallTool>(w)->arguments, R"({"day":"wednesday","time":"15:30"})");
}

TEST(Flows, a_no_goes_back_and_asks_anew) {
  auto w =
      calls(booking(), one_by_one({"an appointment on Tuesday at half past three", "no", "Wednesday at ten", "yes"}));
  w.run(44s);
  EXPECT_EQ(nodes(w), "wish when sure when sure make done") << w.timeline_text();
  ASSERT_EQ(count_of<action::CallTool>(w), 1);
  EXPECT_EQ(nth<action::CallTool>(w)->arguments, R"({"day":"wednesday","time":"10:00"})");
}

TEST(Flows, a_no_with_the_right_value_in_it_is_not_asked_again_for_it) {
  auto w = calls(booking(), one_by_one({"an appointment on Tuesday at half past three", "no, Wednesday", "at ten"}));
  w.run(30s);
  EXPECT_EQ(said(w),
            "What can I do for you? | So Tuesday at half past three. | Is that right? | At what time? | "
            "So Wednesday at ten. | Is that right?")
      << w.timeline_text();
}

TEST(Flows, a_tool_that_fails_takes_the_way_for_that) {
  auto w = calls(booking(), one_by_one({"an appointment on Tuesday at half past three", "yes"}));
  w.use = [](const action::CallTool&) { return Rehearsal::Tool{.after = 300ms, .result = "No.", .ok = false}; };
  w.run(40s);
  EXPECT_EQ(nodes(w), "wish when sure make sorry") << w.timeline_text();
  EXPECT_EQ(w.count("hang up"), 1);
}

TEST(Flows, a_tool_that_never_returns_fails_by_its_deadline) {
  auto w = calls(booking(), one_by_one({"an appointment on Tuesday at half past three", "yes"}));
  w.use = [](const action::CallTool&) { return Rehearsal::Tool{.never = true}; };
  w.run(60s);
  EXPECT_EQ(nodes(w), "wish when sure make sorry") << w.timeline_text();
  EXPECT_GE(w.count("listening"), 3);  // a word on the way: the caller is not left in silence
}

TEST(Flows, the_caller_who_speaks_while_the_tool_runs_neither_stops_nor_repeats_it) {
  auto w = calls(booking(), one_by_one({"an appointment on Tuesday at half past three", "yes", "are you still there"}));
  w.use = [](const action::CallTool&) { return Rehearsal::Tool{.after = 9s, .result = R"({"code":"B7"})"}; };
  w.run(60s);
  EXPECT_EQ(count_of<action::CallTool>(w), 1) << w.timeline_text();
  EXPECT_EQ(count_of<action::CancelTool>(w), 0);
  EXPECT_EQ(nodes(w), "wish when sure make done") << w.timeline_text();
}

TEST(Flows, an_answer_that_is_not_understood_is_asked_for_again_then_leaves_by_unclear) {
  auto s = booking();
  s.flow.nodes[1].unclear = "bye";
  s.flow.nodes[1].tries = 2;
  auto w = calls(s, one_by_one({"an appointment", "purple", "the sea"}));
  w.run(40s);
  EXPECT_EQ(said(w), "What can I do for you? | Which day? | Sorry? | Which day? | Goodbye.") << w.timeline_text();
  EXPECT_EQ(nodes(w), "wish when bye");
}

TEST(Flows, a_question_in_between_is_the_models_and_the_flow_asks_again_behind_it) {
  auto s = booking();
  s.flow.nodes[1].task = "Ask for the day and the time.";
  s.flow.nodes[1].talks = true;
  auto w = calls(s, one_by_one({"an appointment", "where are you located", "Tuesday"}));
  w.think = [](const std::string&, int) { return answer("In Green Street."); };
  w.run(28s);
  EXPECT_EQ(said(w), "What can I do for you? | Which day? | In Green Street. | Which day? | At what time?")
      << w.timeline_text();
}

TEST(Flows, a_models_answer_that_asks_is_not_followed_by_another_question) {
  auto s = booking();
  s.flow.nodes[1].task = "Ask for the day and the time.";
  s.flow.nodes[1].talks = true;
  auto w = calls(s, one_by_one({"an appointment", "where are you located"}));
  w.think = [](const std::string&, int) { return answer("In Green Street. Does Tuesday suit you?"); };
  w.run(24s);
  EXPECT_EQ(said(w), "What can I do for you? | Which day? | In Green Street. | Does Tuesday suit you?")
      << w.timeline_text();
}

TEST(Flows, words_that_lead_anywhere_are_heard_in_every_node) {
  auto s = booking();
  s.flow.anywhere = {{.to = "bye", .hears = {"goodbye", "forget it"}}};
  auto w = calls(s, one_by_one({"an appointment", "oh just forget it"}));
  w.run(40s);
  EXPECT_EQ(nodes(w), "wish when bye") << w.timeline_text();
}

TEST(Flows, what_a_way_says_is_said_before_the_next_node_speaks) {
  auto s = booking();
  s.flow.nodes[2].next[0].say = "My mistake.";
  auto w = calls(s, one_by_one({"an appointment on Tuesday at half past three", "no"}));
  w.run(20s);
  EXPECT_NE(said(w).find("My mistake. | Which day?"), std::string::npos) << said(w);
}

TEST(Flows, an_interrupted_question_counts_as_asked) {
  auto w = calls(booking(), {{4s, 5s, "an appointment"}, {5700ms, 6700ms, "on Tuesday"}});
  w.run(12s);
  EXPECT_EQ(nodes(w), "wish when") << w.timeline_text();
  EXPECT_EQ(said(w), "What can I do for you? | Which day? | At what time?");
}

TEST(Flows, what_was_prepared_before_the_turn_was_decided_is_said_and_moves_only_once) {
  auto w = calls(booking(), one_by_one({"an appointment"}));
  w.run(12s);
  ASSERT_GE(count_of<action::Ask>(w), 1);
  EXPECT_TRUE(nth<action::Ask>(w)->speculative) << w.timeline_text();
  EXPECT_EQ(count_of<action::Enter>(w), 2);
}

TEST(Flows, words_that_lead_back_to_their_own_question_are_answered_once) {
  Settings s;
  FlowNode menu{.name = "menu"};
  menu.collect = {slot("topic", SlotKind::one_of, "What would you like to know?")};
  menu.collect[0].choices = {{"hours", {"hours"}}, {"place", {"address"}}};
  menu.next = {{.to = "hours", .conditions = {{"topic", {"hours"}}}}, {.to = "place"}};
  FlowNode hours{.name = "hours", .say = "From eight to five."};
  hours.next = {{.to = "menu"}};
  FlowNode place{.name = "place", .say = "Green Street."};
  place.next = {{.to = "menu"}};
  s.flow.nodes = {menu, hours, place};
  s.flow.language = "en";
  s.greeting = "What would you like to know?";
  auto w = calls(s, one_by_one({"what are your hours", "and your address"}));
  w.run(20s);
  EXPECT_EQ(said(w),
            "What would you like to know? | From eight to five. | What would you like to know? | Green Street. | "
            "What would you like to know?")
      << w.timeline_text();
}

namespace {

// Looks things up by their number, again and again.
Settings looking_up() {
  Settings s = with_tool();
  FlowNode number{.name = "number"};
  number.collect = {slot("order", SlotKind::digits, "Which number?")};
  number.next = {{.to = "look"}};
  FlowNode look{.name = "look", .call = "book"};
  look.arguments = R"({"number":"{order}"})";
  look.keep = {{"status", "status"}};
  look.next = {{.to = "shipped", .conditions = {{"status", {"shipped"}}}}, {.to = "unknown"}};
  FlowNode shipped{.name = "shipped", .say = "It is on its way."};
  shipped.next = {{.to = "number"}};
  FlowNode unknown{.name = "unknown", .say = "I find no such order."};
  unknown.next = {{.to = "number"}};
  s.flow.nodes = {number, look, shipped, unknown};
  s.flow.anywhere = {{.to = "number", .hears = {"start over"}}};
  s.flow.language = "en";
  s.greeting = "Which number?";
  return s;
}

}  // namespace

TEST(Flows, what_one_call_has_brought_does_not_answer_for_the_next) {
  auto w = calls(looking_up(), one_by_one({"four four seven one", "nine nine nine nine"}));
  w.use = [](const action::CallTool& call) {
    const bool known = call.arguments.find("4471") != std::string::npos;
    return Rehearsal::Tool{.after = 300ms, .result = known ? R"({"status":"shipped"})" : "Not found.", .ok = known};
  };
  w.run(22s);
  EXPECT_EQ(nodes(w), "number look shipped number look unknown number") << w.timeline_text();
}

TEST(Flows, a_result_that_comes_late_is_not_taken_for_that_of_the_next_call) {
  auto w = calls(looking_up(), one_by_one({"four four seven one", "please start over", "nine nine nine nine"}));
  w.use = [](const action::CallTool& call) {
    const bool first = call.arguments.find("4471") != std::string::npos;
    return first ? Rehearsal::Tool{.after = 9500ms, .result = R"({"status":"shipped"})"}
                 : Rehearsal::Tool{.after = 3s, .result = R"({"status":"lost"})"};
  };
  w.speech = {{4s, 5s, "four four seven one"}, {8s, 9s, "please start over"}, {12s, 13s, "nine nine nine nine"}};
  w.run(30s);
  EXPECT_EQ(count_of<action::CallTool>(w), 2) << w.timeline_text();
  EXPECT_EQ(nodes(w), "number look number look unknown number") << w.timeline_text();
}

TEST(Flows, a_late_result_makes_nobody_speak_where_the_caller_is_awaited) {
  auto w = calls(looking_up(), {});
  w.speech = {{4s, 5s, "four four seven one"}, {8s, 9s, "please start over"}};
  w.use = [](const action::CallTool&) { return Rehearsal::Tool{.after = 8s, .result = "late"}; };
  w.run(20s);
  for (int n = 0; auto* ask = nth<action::Ask>(w, n); ++n) EXPECT_TRUE(ask->script) << n << w.timeline_text();
}

TEST(Flows, a_call_whose_deadline_passes_as_the_caller_ends_a_turn_has_failed_all_the_same) {
  for (int ms = 0; ms < 400; ms += 20) {
    auto s = looking_up();
    s.tools[0].timeout_us = 4'000'000 + ms * 1000;
    auto w = calls(s, {{4s, 5s, "four four seven one"}, {8s, 9s, "hello"}});
    w.use = [](const action::CallTool&) { return Rehearsal::Tool{.never = true}; };
    w.run(22s);
    EXPECT_EQ(count_of<action::CallTool>(w), 1) << ms << w.timeline_text();
    EXPECT_EQ(nodes(w), "number look unknown number") << ms << w.timeline_text();
  }
}

// ---- a model that calls tools

namespace {

Settings led() {
  Settings s = with_tool();
  FlowNode talk{.name = "talk", .task = "Find out what they want.", .talks = true};
  talk.tools = {"go_to_book"};
  talk.next = {{.to = "book", .when = "they want an appointment"}};
  FlowNode book{.name = "book", .task = "Book it.", .talks = true};
  book.collect = {{.field = "day", .kind = SlotKind::day}};
  book.tools = {"note_book", "book"};
  book.next = {{.to = "bye", .after = "book", .result = CallResult::ok}};
  FlowNode bye{.name = "bye", .say = "Booked. Goodbye.", .end = true};
  s.flow.nodes = {talk, book, bye};
  s.flow.language = "en";
  s.tools.push_back({.name = "go_to_book", .builtin = Builtin::go_to});
  s.tools.push_back({.name = "note_book", .builtin = Builtin::note});
  s.tools.push_back({.name = "end_call", .builtin = Builtin::end_call});
  return s;
}

}  // namespace

TEST(Flows, the_model_goes_on_and_is_asked_by_the_new_nodes_task) {
  auto w = calls(led(), {{500ms, 1500ms, "hello I need a dentist"}});
  std::vector<action::Ask> asks;
  w.mind = [&](const action::Ask& ask) {
    asks.push_back(ask);
    Rehearsal::Answer a;
    if (asks.back().prompt.notes.find("Find out") != std::string::npos)
      a.calls = {{"m1", "go_to_book", "{}"}};
    else
      a.tokens = {"Which day?"};
    return a;
  };
  w.run(8s);
  EXPECT_EQ(nodes(w), "talk book") << w.timeline_text();
  EXPECT_EQ(said(w), "Which day?");
  EXPECT_NE(asks.back().prompt.notes.find("Book it."), std::string::npos);
  EXPECT_NE(asks.back().prompt.notes.find("Still to be found out: day."), std::string::npos);
}

TEST(Flows, a_tool_of_another_node_does_not_exist_for_the_model) {
  auto w = calls(led(), {{500ms, 1500ms, "hello I need a dentist"}});
  w.answers = {calling(answer("", 0ms), {{"m1", "book", "{}"}}), answer("I cannot yet.", 1s)};
  w.answers[0].tokens.clear();
  w.run(8s);
  EXPECT_EQ(count_of<action::CallTool>(w), 0) << w.timeline_text();
  EXPECT_NE(w.context().find("There is no tool of that name."), std::string::npos) << w.context();
}

TEST(Flows, what_the_model_notes_is_known_and_its_tools_success_takes_the_way_behind_it) {
  auto w = calls(led(), one_by_one({"hello I need a dentist", "well the day after Monday you know"}));
  int n = 0;
  w.mind = [&](const action::Ask&) {
    Rehearsal::Answer a;
    switch (n++) {
      case 0: a.calls = {{"m1", "go_to_book", "{}"}}; break;
      case 1: a.tokens = {"Which day?"}; break;
      default:
        if (n == 3) a.calls = {{"m3", "note_book", R"({"day":"tuesday"})"}, {"m4", "book", R"({"day":"tuesday"})"}};
    }
    return a;
  };
  w.delays.permille = 1000;
  w.run(40s);
  EXPECT_EQ(nodes(w), "talk book bye") << w.timeline_text();
  EXPECT_EQ(w.state().flow.fields.at(0).value, "tuesday");
  EXPECT_EQ(w.count("hang up"), 1) << w.timeline_text();
}

TEST(Flows, a_way_that_is_not_open_yet_is_not_taken_by_the_model_either) {
  auto s = led();
  s.flow.nodes[0].next[0].conditions = {{"day", {"monday"}}};
  auto w = calls(s, {{500ms, 1500ms, "hello I need a dentist"}});
  w.answers = {calling(answer("", 0ms), {{"m1", "go_to_book", "{}"}}), answer("Not yet.", 1s)};
  w.answers[0].tokens.clear();
  w.run(8s);
  EXPECT_EQ(nodes(w), "talk") << w.timeline_text();
  EXPECT_NE(w.context().find("This is not possible yet."), std::string::npos) << w.context();
}

TEST(Flows, what_the_way_says_is_said_where_the_model_takes_it_too) {
  auto s = led();
  s.flow.nodes[0].next[0].say = "With pleasure.";
  auto w = calls(s, {{500ms, 1500ms, "hello I need a dentist"}});
  w.answers = {calling(answer("", 0ms), {{"m1", "go_to_book", "{}"}})};
  w.answers[0].tokens.clear();
  w.run(8s);
  EXPECT_EQ(said(w), "With pleasure.") << w.timeline_text();
}

TEST(Flows, questions_that_the_model_answers_are_no_misunderstandings) {
  auto s = booking();
  s.flow.nodes[1].talks = true;
  s.flow.nodes[1].unclear = "bye";
  s.flow.nodes[1].tries = 2;
  auto w = calls(s, one_by_one({"an appointment", "where are you located", "and where do I park", "is it far"}));
  w.think = [](const std::string&, int) { return answer("In Green Street."); };
  w.run(36s);
  EXPECT_EQ(nodes(w), "wish when") << w.timeline_text();
}

TEST(Flows, a_note_that_does_not_fit_is_told_to_the_model_in_a_sentence) {
  auto s = led();
  s.flow.nodes.erase(s.flow.nodes.begin());
  auto w = calls(s, {{500ms, 1500ms, "hello"}});
  w.answers = {calling(answer("", 0ms), {{"m1", "note_book", R"({"day":"purple"})"}}), answer("Which day?", 1s)};
  w.answers[0].tokens.clear();
  w.run(8s);
  EXPECT_NE(w.context().find("The day is \"purple\", which is not understood."), std::string::npos) << w.context();
}

TEST(Flows, reset_tells_the_model_nothing_from_before_the_callers_last_words) {
  auto s = led();
  s.flow.nodes[1].memory = FlowMemory::reset;
  auto w = calls(s, one_by_one({"hello there", "I need a dentist"}));
  std::vector<action::Ask> asks;
  w.mind = [&](const action::Ask& ask) {
    asks.push_back(ask);
    Rehearsal::Answer a;
    if (ask.context.back()->kind == dialog::Item::Kind::caller && ask.context.back()->text == "I need a dentist")
      a.calls = {{"m" + std::to_string(asks.size()), "go_to_book", "{}"}};
    else
      a.tokens = {"Yes?"};
    return a;
  };
  w.run(20s);
  ASSERT_EQ(nodes(w), "talk book") << w.timeline_text();
  EXPECT_EQ(asks.back().context.front()->text, "I need a dentist");
}

TEST(Flows, a_role_stands_in_place_of_the_instructions) {
  auto s = led();
  s.flow.nodes[0].role = "You are a pirate.";
  auto w = calls(s, {{500ms, 1500ms, "hello"}});
  w.answers = {answer("Arr.")};
  w.run(6s);
  ASSERT_GE(count_of<action::Ask>(w), 1);
  EXPECT_EQ(nth<action::Ask>(w)->prompt.role, "You are a pirate.");
}

}  // namespace offhook::call
