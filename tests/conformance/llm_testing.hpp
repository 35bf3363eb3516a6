// What the tests of language models share: the table of providers, and one chat with what came of it.
//
// The next provider is one more row.
#pragma once

#include <algorithm>
#include <iterator>
#include <optional>
#include <ostream>
#include <string_view>

#include "conformance/harness.hpp"
#include "llm/providers.hpp"

namespace offhook::conformance::language {

using llm::Message;
using llm::Role;

struct Row {
  const char* provider;
  const char* path;  // of base_url
  Service service;
  std::size_t before;  // messages of a stream before its first word
};

// Azure is missing: its key comes in a header of its own, which the stand-in does not take.
inline constexpr Row rows[] = {
    {"openai", "/v1", Service::openai_chat, 1},   // the role
    {"groq", "/v1", Service::openai_chat, 1},     // as all that speak OpenAI's dialect at another base_url
    {"anthropic", "/v1", Service::anthropic, 3},  // message_start, ping, content_block_start
    {"google", "/v1beta", Service::gemini, 0},
};

inline void PrintTo(const Row& row, std::ostream* out) {
  *out << row.provider;
}

inline std::string named(const ::testing::TestParamInfo<Row>& info) {
  return title(info.param.provider);
}

inline constexpr std::string_view key = "sk-of-the-test-123";

inline llm::Spec spec_of(const Row& row, const Standins& at) {
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

inline llm::Request saying(std::vector<Message> messages) {
  llm::Request request;
  request.messages = std::move(messages);
  return request;
}

inline const Message user{Role::user, "When are you open?", {}, {}};

inline const std::string opening_hours = "We open at nine.";

inline std::vector<std::string> words_of(std::string_view text) {  // as the stand-ins cut them
  std::vector<std::string> words;
  while (!text.empty()) {
    const std::size_t length = std::min(text.find(' '), text.size() - 1) + 1;
    words.emplace_back(text.substr(0, length));
    text.remove_prefix(length);
  }
  return words;
}

inline std::string first_words(std::string_view text, std::size_t count) {
  std::string out;
  for (const std::string& word : words_of(text))
    if (count > 0 && count-- > 0) out += word;
  return out;
}

inline std::string repeated(std::size_t times, std::string_view word) {
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

}  // namespace offhook::conformance::language
