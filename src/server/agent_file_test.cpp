#include "server/agent_file.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <boost/json.hpp>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "server/duration_text.hpp"

namespace offhook::server {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;
namespace json = boost::json;

const std::string agents_dir = std::string(OFFHOOK_SOURCE_DIR) + "/agents";
const std::string least = "name: a\ninstructions: Be brief.\n";

Environment with_key(std::string value) {
  return [value](const std::string& name) -> std::optional<std::string> {
    if (name == "OPENAI_API_KEY" || name == "MY_KEY") return value;
    return std::nullopt;
  };
}
// Every vendor's usual variable.
const Environment all_words = [](const std::string& name) -> std::optional<std::string> {
  return name.ends_with("_API_KEY") ? std::optional("word-" + name) : std::nullopt;
};
const Environment no_keys = [](const std::string&) { return std::nullopt; };

AgentFile good(const std::string& text, const Environment& environment = no_keys) {
  auto agent = parse_agent(text, "f", environment);
  EXPECT_TRUE(agent) << text << "\n" << (agent ? "" : agent.error().what);
  return agent ? *agent : AgentFile{};
}

std::string wrong(const std::string& text, const Environment& environment = no_keys) {
  const auto agent = parse_agent(text, "f", environment);
  EXPECT_FALSE(agent) << text;
  return agent ? "" : agent.error().what;
}

TEST(AgentFile, a_name_and_instructions_are_enough) {
  const AgentFile a = good(least);
  const call::Settings usual;
  EXPECT_EQ(a.agent.name, "a");
  EXPECT_EQ(a.agent.instructions, "Be brief.");
  EXPECT_EQ(a.agent.settings.greeting, "");
  ASSERT_TRUE(a.stt.size() == 1 && a.llm.size() == 1 && a.tts.size() == 1);
  EXPECT_TRUE(a.thinks_here());
  EXPECT_EQ(a.stt[0].spec.provider, "local");
  EXPECT_EQ(a.tts[0].spec.voice, "en_US-joe-medium");
  EXPECT_EQ(a.agent.settings.min_delay, usual.min_delay);
  EXPECT_EQ(a.agent.settings.max_delay, usual.max_delay);
  EXPECT_EQ(a.agent.settings.eagerness_percent, 100);
  EXPECT_TRUE(a.agent.settings.detector);
  EXPECT_TRUE(a.record.events && a.record.words && a.agent.record_words && !a.record.sound);
  EXPECT_EQ(a.record.keep_days, 7);
  EXPECT_TRUE(a.called.empty());
}

TEST(AgentFile, each_key_reaches_its_setting) {
  const AgentFile a = good(R"(
name: front-desk_2
greeting: "Hello: who is it?"
instructions: |
  You are brief.
stt: { provider: local }
llm: { provider: openai, base_url: "http://127.0.0.1:8000/v1/", model: qwen3-4b, api_key: { env: MY_KEY },
       temperature: 0.7, max_answer_tokens: 99 }
tts: { provider: local, voice: en_US-joe-medium }
turn: { owner: offhook, detector: none, eagerness: low, min_delay: 0.5s, max_delay: 2s, interruptions: immediate,
        min_words: 2, min_duration: 400ms, mute: greeting, rule: threshold, threshold: 0.6, vad_stop: 200ms,
        adaptive: off, filler: 0.8s }
phrases: { idle: "Hello?", goodbye: Bye., apology: "Pardon?", failure: Sorry. }
audio: { echo: off, noise: rnnoise }
limits: { call: 10m, idle: 20s, idle_prompts: 2, turn: 45s, cost: 0.25 }
record: { events: on, words: off, sound: on, keep: 3d }
context: { strategy: append, max_tokens: 4000 }
called: ["+15550100", "200"]
)",
                           with_key("sesame"));
  const call::Settings& s = a.agent.settings;
  EXPECT_EQ(a.agent.name, "front-desk_2");
  EXPECT_EQ(s.greeting, "Hello: who is it?");
  EXPECT_EQ(a.agent.instructions, "You are brief.\n");
  EXPECT_FALSE(a.thinks_here());
  EXPECT_EQ(a.llm[0].base_url, "http://127.0.0.1:8000/v1");
  EXPECT_EQ(a.llm[0].model, "qwen3-4b");
  EXPECT_EQ(a.llm[0].api_key, "sesame");
  EXPECT_EQ(a.agent.temperature, 0.7);
  EXPECT_EQ(a.agent.max_answer_tokens, 99);
  EXPECT_EQ(a.agent.room.max_tokens, 4000u);
  EXPECT_EQ(a.noise, noise::Kind::rnnoise);
  EXPECT_FALSE(s.detector);
  EXPECT_EQ(s.eagerness_percent, 160);
  EXPECT_EQ(s.min_delay, Duration(500ms));
  EXPECT_EQ(s.max_delay, Duration(2s));
  EXPECT_EQ(s.interruptions, call::Interruptions::immediate);
  EXPECT_EQ(s.min_words, 2);
  EXPECT_EQ(s.min_duration, Duration(400ms));
  EXPECT_EQ(s.mute, call::Mute::greeting);
  EXPECT_EQ(s.rule, call::Rule::threshold);
  EXPECT_EQ(s.threshold, 600);
  EXPECT_EQ(s.vad_stop, Duration(200ms));
  EXPECT_FALSE(s.adaptive);
  EXPECT_EQ(s.filler, Duration(800ms));
  EXPECT_EQ(s.idle_prompts, 2);
  EXPECT_EQ(s.idle_text, "Hello?");
  EXPECT_EQ(s.goodbye_text, "Bye.");
  EXPECT_EQ(s.apology_text, "Pardon?");
  EXPECT_EQ(s.failure_text, "Sorry.");
  EXPECT_EQ(a.echo, AgentFile::Echo::off);
  EXPECT_FALSE(a.agent.echo);
  EXPECT_EQ(s.longest_call, Duration(10min));
  EXPECT_EQ(s.idle, Duration(20s));
  EXPECT_EQ(s.longest_turn, Duration(45s));
  EXPECT_EQ(s.budget_micros, 250'000);
  EXPECT_TRUE(a.record.events);
  EXPECT_FALSE(a.record.words);
  EXPECT_FALSE(a.agent.record_words);
  EXPECT_TRUE(a.record.sound);
  EXPECT_EQ(a.record.keep_days, 3);
  EXPECT_EQ(a.called, (std::vector<std::string>{"+15550100", "200"}));
  EXPECT_EQ(good(least + "turn: {eagerness: high}").agent.settings.eagerness_percent, 60);
}

TEST(AgentFile, a_mistake_is_told_with_place_found_expected_and_remedy) {
  EXPECT_EQ(wrong(least + "turn:\n  min_delay: soon\n"),
            "f:4:14: turn.min_delay: found \"soon\", expected a duration with its unit (ms, s, m, h, d) such as 300ms");
  EXPECT_EQ(wrong(least + "turn: {detector: smart}"),
            "f:3:18: turn.detector: found \"smart\", expected smart-turn or none");
  EXPECT_EQ(wrong(least + "trun: {}"), "f:3:1: unknown key \"trun\"; did you mean turn?");
  EXPECT_EQ(wrong(least + "eagerness: low"),
            "f:3:1: unknown key \"eagerness\"; did you mean turn.eagerness? Check the indentation");
  EXPECT_THAT(wrong(least + "turn: {min_delay: 2s, max_delay: 1s}"),
              HasSubstr("turn.min_delay: min_delay 2s is longer than max_delay 1s"));
  EXPECT_THAT(wrong("instructions: x"), HasSubstr("expected a name"));
  EXPECT_THAT(wrong("name: a"), HasSubstr("expected instructions"));
  EXPECT_THAT(wrong(""), AllOf(HasSubstr("expected a name"), HasSubstr("expected instructions")));
  for (const char* name : {"Anna", "a b", "ä", "a/b", "..", "''"})
    EXPECT_THAT(wrong("instructions: x\nname: " + std::string(name)), StartsWith("f:2:7: name: ")) << name;
  EXPECT_THAT(wrong("instructions: x\nname: " + std::string(65, 'a')), HasSubstr("at most 64"));
  EXPECT_THAT(wrong(least + "record: {keep: 36h}"), HasSubstr("whole days"));
  EXPECT_THAT(wrong(least + "called: [\"+1 555\"]"), StartsWith("f:3:10: called[0]: expected a number"));
  EXPECT_THAT(wrong(least + "called: [123, 123]"), StartsWith("f:3:15: called[1]: found this number a second time"));
}

TEST(AgentFile, all_mistakes_are_told_at_once) {
  const std::string said = wrong("name: A\nturn: {min_words: many}\nlimits: {call: 1}\nfilters: []\n");
  EXPECT_EQ(std::count(said.begin(), said.end(), '\n'), 4) << said;
  for (const char* part : {"expected instructions", "name: ", "turn.min_words", "limits.call", "filters: is part"})
    EXPECT_THAT(said, HasSubstr(part));
}

TEST(AgentFile, what_the_contract_promises_for_later_says_so) {
  for (const char* text : {"filters: []", "listeners: []", "app: {}", "turn: {owner: mind}", "audio: {noise: on}",
                           "audio: {echo: on}", "stt: {provider: azure}", "tts: {provider: rime}"})
    EXPECT_THAT(wrong(least + text), HasSubstr("is part of the agent file's contract but not built yet")) << text;
}

TEST(AgentFile, a_long_call_is_summed_up_by_whom_the_file_names_but_not_by_the_embedded_model) {
  const std::string thinks = least + "llm: { provider: openai, model: m, base_url: 'http://127.0.0.1:1/v1' }\n";
  const AgentFile own = good(thinks + "context: { strategy: summarize, max_tokens: 3000 }");
  EXPECT_GT(own.agent.settings.summarize_tokens, 1000);
  EXPECT_LT(own.agent.settings.summarize_tokens, 1500);
  EXPECT_EQ(own.agent.settings.summarize_keep, 6);
  EXPECT_EQ(own.agent.room.turns, 0u);
  EXPECT_TRUE(own.summarizing.empty());
  const AgentFile other =
      good(thinks + "context: { strategy: summarize, turns: 3, llm: { provider: ollama, model: q } }");
  EXPECT_EQ(other.agent.settings.summarize_keep, 3);
  ASSERT_EQ(other.summarizing.size(), 1u);
  EXPECT_EQ(other.summarizing[0].model, "q");
  EXPECT_THAT(wrong(least + "context: { strategy: summarize }"), HasSubstr("too small to sum up a call"));
  good(least + "context: { strategy: summarize, llm: { provider: ollama, model: q } }");
}

TEST(AgentFile, no_more_is_asked_with_than_the_model_is_known_to_read) {
  const std::string thinks = least + "llm: { provider: openai, model: gpt-4, base_url: 'http://127.0.0.1:1/v1' }\n";
  EXPECT_THAT(wrong(thinks + "context: { max_tokens: 9000 }"),
              HasSubstr("found 9000, but gpt-4 reads 8192 tokens, its answer included; expected at most 8032"));
  good(thinks + "context: { max_tokens: 8000 }");
}

TEST(AgentFile, the_vendors_key_goes_to_the_vendor_alone) {
  const std::string vendor = least + "llm: {provider: openai, model: m}";
  EXPECT_EQ(good(vendor, with_key("sesame")).llm[0].api_key, "sesame");
  EXPECT_EQ(good(vendor, with_key("sesame")).llm[0].base_url, "https://api.openai.com/v1");
  EXPECT_THAT(wrong(vendor),
              AllOf(StartsWith("f:3:6: llm: expected api_key"), HasSubstr("OPENAI_API_KEY is not set; export it")));
  EXPECT_THAT(wrong(vendor, with_key("")), HasSubstr("is empty"));
  for (const char* url : {"http://127.0.0.1:8000/v1", "https://api.openai.com.example.com/v1",
                          "http://api.openai.com/v1", "https://example.com/api.openai.com"})
    EXPECT_EQ(
        good(least + "llm: {provider: openai, model: m, base_url: \"" + url + "\"}", with_key("sesame")).llm[0].api_key,
        "")
        << url;
}

TEST(AgentFile, no_secret_stands_in_an_error_or_a_summary) {
  for (const char* llm :
       {"{provider: openai, model: m, api_key: SE CRET}", "{provider: openai, model: m, api_key: [SECRET]}",
        "{provider: openai, model: m, base_url: \"https://me:SECRET@example.com\"}",
        "{provider: openai, model: m, base_url: \"https://example.com/?key=SECRET\"}",
        "{provider: local, api_key: SECRET}"})
    EXPECT_THAT(wrong(least + "llm: " + llm), Not(HasSubstr("SECRET"))) << llm;
  EXPECT_THAT(summary(good(least + "llm: {provider: openai, model: m, api_key: SECRET}")),
              AllOf(HasSubstr("with a key"), Not(HasSubstr("SECRET"))));
}

TEST(AgentFile, an_endpoint_is_an_address_and_a_model) {
  const auto llm = [](const std::string& keys) { return least + "llm: {provider: openai, " + keys + "}"; };
  EXPECT_THAT(wrong(llm("base_url: \"http://a/v1\"")), HasSubstr("llm: expected model"));
  EXPECT_THAT(wrong(llm("model: m, base_url: \"ws://a/v1\"")), HasSubstr("expected http:// or https://"));
  EXPECT_THAT(wrong(llm("model: m, base_url: localhost")), HasSubstr("llm.base_url: "));
  EXPECT_THAT(wrong(llm("model: m, base_url: \"http://a/v1/chat/completions\"")), HasSubstr("leave it out"));
  EXPECT_THAT(wrong(least + "llm: {model: m}"), HasSubstr("llm.model: belongs to a service"));
}

TEST(AgentFile, the_embedded_model_is_not_asked_with_more_than_it_reads) {
  EXPECT_EQ(good(least).agent.room.max_tokens, 2048u - 160u);
  EXPECT_EQ(good(least + "llm: {max_answer_tokens: 48}").agent.room.max_tokens, 2000u);
  EXPECT_EQ(good(least + "context: {max_tokens: 500}").agent.room.max_tokens, 500u);
  EXPECT_THAT(wrong(least + "context: {max_tokens: 6000}"), HasSubstr("reads at most 1888"));
  EXPECT_EQ(good(least).agent.room.turns, 0u);
  EXPECT_EQ(good(least + "context: {strategy: window}").agent.room.turns, 20u);
  EXPECT_EQ(good(least + "context: {strategy: window, turns: 6}").agent.room.turns, 6u);
  EXPECT_EQ(good(least + "context: {turns: 6}").agent.room.turns, 6u);
  EXPECT_THAT(wrong(least + "llm: {max_answer_tokens: 2000}"), HasSubstr("no room"));
  EXPECT_EQ(good(least + "llm: {provider: openai, model: m, base_url: \"http://a\"}").agent.room.max_tokens, 6000u);
  EXPECT_THAT(wrong("name: a\ninstructions: " + std::string(6000, 'x')),
              HasSubstr("f:2:15: instructions: they take about"));
}

TEST(AgentFile, the_summary_says_what_will_be_used) {
  const std::string plain = summary(good(least));
  for (const char* part : {"Agent a lets the caller speak first", "Moonshine", "SmolLM2", "en_US-joe-medium",
                           "300ms to 3s", "smart-turn", "kept 7 days", "sound is not recorded."})
    EXPECT_THAT(plain, HasSubstr(part));
  EXPECT_EQ(plain.find('\n'), plain.npos);
  EXPECT_THAT(plain, Not(HasSubstr("noise")));
  EXPECT_THAT(summary(good(least + "audio: {noise: deepfilter}")), HasSubstr("noise suppression by deepfilter"));
  const std::string other =
      summary(good(least + "greeting: \"Hello\\nthere\"\nrecord: {events: off, sound: on}\nturn: {detector: none, "
                           "interruptions: never, mute: always}\n"
                           "llm: {provider: openai, model: big, base_url: \"http://a/v1\"}\ncalled: [123]"));
  for (const char* part :
       {"greets with \"Hello there\"", "openai big at a without a key", "by silence alone", "not interrupted",
        "no event log", "sound is recorded, both sides, kept 7 days", "calls to 123"})
    EXPECT_THAT(other, HasSubstr(part));
}

TEST(AgentFile, what_is_said_is_put_into_the_words_of_the_language_that_is_spoken) {
  const auto language = [](const std::string& text) { return speech_language(good(least + text)); };
  const std::string service = "tts: { provider: openai, voice: v, base_url: 'http://127.0.0.1:1'";
  EXPECT_EQ(language(""), "en-US");
  EXPECT_EQ(language("speech: { language: de }"), "de");
  EXPECT_EQ(language(service + " }"), "en-US");
  EXPECT_EQ(language(service + ", language: de-AT }"), "de-AT");
  EXPECT_EQ(language(service + ", language: de-AT }\nspeech: { language: en }"), "en");
  const std::string hears = "stt: { provider: deepgram, base_url: 'ws://127.0.0.1:1', language: fr }\n";
  EXPECT_EQ(language(hears + service + " }"), "fr");
  EXPECT_EQ(language(hears), "en-US");  // the voice of this machine is English
}

TEST(AgentFile, what_it_says_on_its_own_account_is_in_the_language_it_speaks) {
  const call::Settings german =
      good(least + "speech: { language: de-AT }\nphrases: { goodbye: Servus. }").agent.settings;
  EXPECT_EQ(german.idle_text, "Sind Sie noch da?");
  EXPECT_THAT(german.apology_text, HasSubstr("nicht verstanden. Können Sie"));
  EXPECT_EQ(german.tool_text, "Einen Moment bitte.");
  EXPECT_EQ(german.goodbye_text, "Servus.");
  EXPECT_EQ(good(least).agent.settings.apology_text, call::Settings().apology_text);
  EXPECT_THAT(wrong(least + "speech: { language: de }\nturn: { filler: 1s }"), HasSubstr("turn.filler: what it says"));
}

TEST(AgentFile, a_lexicon_is_read_and_what_it_cannot_be_is_told) {
  const AgentFile agent = good(least + "speech: { lexicon: { Siobhan: Shivawn, GmbH: G m b H } }");
  EXPECT_TRUE(agent.speech.in_words);
  EXPECT_EQ(agent.speech.lexicon, (dialog::Lexicon{{"Siobhan", "Shivawn"}, {"GmbH", "G m b H"}}));
  EXPECT_THAT(summary(agent), HasSubstr("2 words by its lexicon"));
  EXPECT_FALSE(good(least + "speech: { in_words: off }").speech.in_words);
  EXPECT_THAT(wrong(least + "speech: { lexicn: {} }"), HasSubstr("did you mean lexicon?"));
  EXPECT_THAT(wrong(least + "speech: { lexicon: [a] }"), HasSubstr("speech.lexicon: found a list"));
  EXPECT_THAT(wrong(least + "speech: { in_words: off, lexicon: { a: b } }"), HasSubstr("remove one of them"));
}

TEST(AgentFile, every_example_is_an_agent_that_names_the_schema) {
  int count = 0;
  for (const auto& entry : std::filesystem::directory_iterator(agents_dir)) {
    if (entry.path().extension() != ".yaml") continue;
    ++count;
    const auto agent = read_agent(entry.path().string(), all_words);
    EXPECT_TRUE(agent) << (agent ? "" : agent.error().what);
    std::string first;
    std::getline(std::ifstream(entry.path()) >> std::ws, first);
    EXPECT_EQ(first, "# yaml-language-server: $schema=agent.schema.json") << entry.path();
  }
  EXPECT_GE(count, 3);
}

// ---- services

TEST(AgentFile, the_language_model_judges_words_where_calls_are_heard_or_answered_here_or_it_is_asked_to) {
  const std::string thinks = "llm: { provider: openai, base_url: 'http://127.0.0.1:1/v1', model: m }\n";
  const std::string hears =
      "stt: { provider: deepgram, base_url: 'ws://127.0.0.1:1', fallback: [{ provider: local }] }\n";
  const std::string elsewhere = thinks + hears;
  const auto judges = [](const std::string& text) { return good(least + text).agent.settings.word_scorer; };
  EXPECT_TRUE(judges(""));
  EXPECT_TRUE(judges(thinks));
  EXPECT_TRUE(judges(hears));
  EXPECT_FALSE(judges(elsewhere));
  EXPECT_TRUE(judges(elsewhere + "turn: { words: model }"));
  EXPECT_FALSE(judges("turn: { words: tables }"));
  EXPECT_FALSE(judges("turn: { words: model, rule: threshold }")) << "the turn model alone";
  EXPECT_THAT(summary(good(least)), HasSubstr("judged by smart-turn and the embedded language model"));
}

TEST(AgentFile, services_are_read_in_their_order_with_what_the_provider_brings) {
  const AgentFile a = good(least + R"(
stt: { provider: deepgram, language: en-US, keyterms: [Bluebird], fallback: [{ provider: openai, partials: off }, { provider: local }] }
llm: { provider: anthropic, fallback: [{ provider: openai }, { provider: ollama, model: qwen3 }] }
tts: { provider: cartesia, voice: v, concurrency: 5, fallback: [{ provider: local }] }
)",
                           all_words);
  ASSERT_EQ(a.stt.size(), 3u);
  EXPECT_EQ(a.stt[0].spec.base_url, "wss://api.deepgram.com");
  EXPECT_EQ(a.stt[0].spec.api_key, "word-DEEPGRAM_API_KEY");
  EXPECT_EQ(a.stt[0].spec.model, "nova-3");
  EXPECT_EQ(a.stt[0].spec.keyterms, std::vector<std::string>{"Bluebird"});
  EXPECT_EQ(a.stt[1].spec.partials, stt::Spec::Partials::off);
  EXPECT_EQ(a.stt[2].spec.provider, "local");
  ASSERT_EQ(a.llm.size(), 3u);
  EXPECT_EQ(a.llm[0].api_key, "word-ANTHROPIC_API_KEY");
  EXPECT_EQ(service_name(a.llm[2]), "ollama qwen3");
  EXPECT_EQ(a.llm[2].api_key, "");
  ASSERT_EQ(a.tts.size(), 2u);
  EXPECT_EQ(a.tts[0].spec.concurrency, 5);
  EXPECT_EQ(a.tts[1].spec.voice, "en_US-joe-medium");
  EXPECT_THAT(summary(a), AllOf(HasSubstr("deepgram nova-3 at api.deepgram.com with a key, else openai"),
                                HasSubstr("else the embedded voice"), Not(HasSubstr("word-"))));
}

TEST(AgentFile, a_missing_key_is_a_mistake_only_at_the_vendors_own_address) {
  EXPECT_THAT(wrong(least + "stt: {provider: deepgram}"), HasSubstr("DEEPGRAM_API_KEY is not set"));
  EXPECT_THAT(wrong(least + "tts: {provider: local, fallback: [{provider: cartesia, voice: v}]}"),
              HasSubstr("f:3:35: tts.fallback[]: expected api_key"));
  EXPECT_EQ(good(least + "stt: {provider: deepgram, base_url: \"ws://127.0.0.1:9100\"}").stt[0].spec.api_key, "");
  EXPECT_EQ(good(least + "stt: {provider: deepgram, base_url: \"ws://127.0.0.1:9100\"}", all_words).stt[0].spec.api_key,
            "")
      << "nor does a stranger get it";
}

TEST(AgentFile, what_does_not_belong_to_a_provider_is_not_passed_over) {
  const std::string flux = "provider: deepgram, model: flux-general-en, api_key: k";
  EXPECT_EQ(good(least + "stt: {" + flux + ", end_of_turn: 0.8, eager_end_of_turn: 0.4}").stt[0].spec.end_of_turn, 0.8);
  for (const char* text : {"stt: {provider: deepgram, api_key: k, end_of_turn: 0.8}", "stt: {language: en}",
                           "stt: {tokens: a}", "tts: {speed: 1.2}", "tts: {base_url: \"ws://a\"}",
                           "llm: {reasoning: low}", "stt: {provider: deepgram, api_key: k, partials: on}",
                           "llm: {fallback: [{model: m}]}", "stt: {concurrency: 3}", "tts: {voices: a}"})
    EXPECT_THAT(wrong(least + text), HasSubstr("belongs to ")) << text;
  EXPECT_THAT(wrong(least + "stt: {" + flux + ", eager_end_of_turn: 0.9, end_of_turn: 0.6}"),
              HasSubstr("the lesser one"));
  EXPECT_THAT(wrong(least + "stt: {" + flux + ", end_of_turn: 0.2}"), HasSubstr("expected 0.5 to 1"));
  EXPECT_EQ(good(least + "tts: {provider: deepgram, api_key: k, voice: aura-2-orion-en}").tts[0].spec.voice,
            "aura-2-orion-en");
  EXPECT_EQ(good(least + "tts: {provider: deepgram, api_key: k}").tts[0].spec.voice, "aura-2-thalia-en");
  EXPECT_THAT(wrong(least + "tts: {provider: deepgram, api_key: k, model: m}"), HasSubstr("write it as voice"));
  EXPECT_THAT(wrong(least + "tts: {provider: cartesia, api_key: k}"), HasSubstr("expected voice"));
  EXPECT_THAT(wrong(least + "llm: {provider: vllm}"), HasSubstr("expected model"));
  EXPECT_THAT(wrong(least + "stt: {provider: deepgrm}"), HasSubstr("found \"deepgrm\", expected local, "));
  EXPECT_THAT(wrong(least + "stt: {fallback: {provider: local}}"), HasSubstr("expected a list of maps"));
  EXPECT_THAT(wrong(least + "stt: {fallback: [local]}"), HasSubstr("expected a map such as { provider: local }"));
  EXPECT_THAT(wrong(least + "stt: {fallback: [{provder: local}]}"), HasSubstr("did you mean provider?"));
  EXPECT_THAT(wrong(least + "stt: {fallback: [{fallback: []}]}"), HasSubstr("unknown key"));
}

TEST(AgentFile, a_budget_that_cannot_see_a_service_says_so) {
  telemetry::Prices prices;
  prices.llm["openai gpt-4.1-mini"] = {};
  const std::string services =
      least + "llm: {provider: openai, api_key: k, fallback: [{provider: groq, api_key: k}]}\n";
  EXPECT_TRUE(unpriced(good(services), prices).empty()) << "without a budget nobody asks";
  EXPECT_EQ(unpriced(good(services + "limits: {cost: 1}"), prices),
            std::vector<std::string>{"groq llama-3.3-70b-versatile"});
}

TEST(AgentFile, only_a_recogniser_that_finds_turns_may_own_them) {
  EXPECT_THAT(wrong(least + "turn: {owner: stt}"), HasSubstr("turn.owner: found stt, but local does not find turns"));
  const AgentFile a = good(least + "turn: {owner: stt}\nstt: {provider: deepgram, model: flux-general-en, api_key: k}");
  EXPECT_EQ(a.agent.settings.owner, call::Owner::stt);
}

TEST(AgentFile, the_stand_ins_agent_is_the_clouds_but_for_three_addresses) {
  const AgentFile cloud = [&] {
    auto read = read_agent(agents_dir + "/cloud.yaml", all_words);
    EXPECT_TRUE(read) << (read ? "" : read.error().what);
    return *read;
  }();
  const auto standins = read_agent(std::string(OFFHOOK_SOURCE_DIR) + "/bench/agents/standins.yaml", no_keys);
  ASSERT_TRUE(standins) << standins.error().what;
  const auto lines = [](const std::string& path) {
    std::vector<std::string> out;
    std::ifstream in(path);
    for (std::string line; std::getline(in, line);)
      if (!line.starts_with('#')) out.push_back(line);
    return out;
  };
  auto ours = lines(cloud.file), theirs = lines(standins->file);
  std::vector<std::string> added;
  for (const auto& line : theirs)
    if (const auto at = std::find(ours.begin(), ours.end(), line); at != ours.end())
      ours.erase(at);
    else
      added.push_back(line);
  EXPECT_EQ(ours, std::vector<std::string>{});
  EXPECT_EQ(added, (std::vector<std::string>{"  base_url: ws://127.0.0.1:9100", "  base_url: http://127.0.0.1:9100/v1",
                                             "  base_url: ws://127.0.0.1:9100"}));
}

// ---- the schema

json::object schema() {
  std::ifstream in(agents_dir + "/agent.schema.json");
  std::stringstream text;
  text << in.rdbuf();
  return json::parse(text.str()).as_object();
}

// A default in the schema's words: bool, number and text alike.
std::string as_written(const json::value& value) {
  return value.is_string() ? std::string(value.as_string()) : json::serialize(value);
}

void walk(const json::object& properties, const std::string& path,
          const std::map<std::string, Reader::Key, std::less<>>& keys, std::vector<std::string>& seen) {
  using Kind = Reader::Key::Kind;
  for (const auto& [name, value] : properties) {
    const std::string here = path + std::string(name);
    SCOPED_TRACE(here);
    seen.push_back(here);
    const json::object& said = value.as_object();
    EXPECT_GT(said.at("description").as_string().size(), 10u);
    const auto found = keys.find(here);
    if (found == keys.end()) {
      ADD_FAILURE() << "in the schema, but nothing reads it";
      continue;
    }
    const Reader::Key& key = found->second;
    EXPECT_NE(key.kind, Kind::not_built);
    EXPECT_EQ(said.contains("properties"), key.kind == Kind::map);
    if (key.kind == Kind::list) {
      const json::object& entry = said.at("items").as_object();
      EXPECT_EQ(entry.at("additionalProperties"), json::value(false));
      walk(entry.at("properties").as_object(), here + "[].", keys, seen);
    }
    if (said.contains("properties")) {
      EXPECT_EQ(said.at("additionalProperties"), json::value(false));
      walk(said.at("properties").as_object(), here + ".", keys, seen);
    }
    if (key.kind == Kind::choice) {
      std::vector<std::string> words;
      for (const auto& word : said.at("enum").as_array())
        if (word.is_string()) words.emplace_back(word.as_string());
      EXPECT_EQ(words, key.choices);
    }
    if (key.kind == Kind::duration) {
      EXPECT_EQ(said.at("$ref").as_string(), "#/$defs/duration");
      EXPECT_EQ(parse_duration(as_written(said.at("default"))), parse_duration(key.fallback));
    } else if (!key.fallback.empty()) {
      const json::value* fallback = said.if_contains("default");
      EXPECT_TRUE(fallback && (key.kind == Kind::number ? fallback->to_number<double>() == std::stod(key.fallback)
                                                        : as_written(*fallback) == key.fallback))
          << "the reader's default is " << key.fallback;
    } else {
      EXPECT_FALSE(said.contains("default"));
    }
  }
}

TEST(AgentFile, the_schema_knows_what_the_reader_knows) {
  const auto keys = agent_keys();
  std::vector<std::string> seen;
  const json::object root = schema();
  EXPECT_EQ(root.at("additionalProperties"), json::value(false));
  walk(root.at("properties").as_object(), "", keys, seen);
  for (const auto& [path, key] : keys) {
    const bool in_schema = std::find(seen.begin(), seen.end(), path) != seen.end();
    EXPECT_EQ(in_schema, key.kind != Reader::Key::Kind::not_built) << path;
  }
}

// The schema's bounds are the reader's: at the bound both accept, beyond it the reader refuses.
TEST(AgentFile, the_schemas_bounds_are_the_readers) {
  const json::object root = schema();
  const json::object& maps = root.at("properties").as_object();
  int bounds = 0;
  for (const auto& [map, value] : maps) {
    if (!value.as_object().contains("properties")) continue;
    for (const auto& [key, said] : value.at("properties").as_object()) {
      if (!said.as_object().contains("minimum")) continue;
      ++bounds;
      const auto text = [&, map = std::string(map), key = std::string(key)](double number) {
        std::ostringstream out;
        const auto needs = [](const std::string& of) -> std::string {  // a provider that takes all of its keys
          if (of == "llm") return "provider: openai, model: m, base_url: \"http://a\", ";
          if (of == "stt") return "provider: deepgram, model: flux-general-en, base_url: \"ws://a\", ";
          return of == "tts" ? "provider: cartesia, voice: v, base_url: \"ws://a\", " : "";
        };
        if (map != "llm") out << "llm: {" << needs("llm") << "}\n";
        out << least << map << ": {" << needs(map) << key << ": " << static_cast<long>(number) << "}\n";
        return out.str();
      };
      const double low = said.at("minimum").to_number<double>(), high = said.at("maximum").to_number<double>();
      good(text(low));
      good(text(high));
      EXPECT_THAT(wrong(text(low - 1)), HasSubstr("." + std::string(key) + ": found"));
      EXPECT_THAT(wrong(text(high + 1)), HasSubstr("." + std::string(key) + ": found"));
    }
  }
  EXPECT_GE(bounds, 4);
}

}  // namespace
}  // namespace offhook::server
