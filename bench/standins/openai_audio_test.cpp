#include "standins/client_testing.hpp"

namespace offhook::standins::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;

const net::Headers key = {{"Authorization", "Bearer k"}};
const std::string transcriptions = "/v1/audio/transcriptions", speech = "/v1/audio/speech";

std::string wav(const std::string& samples, int rate) {
  const auto number = [](std::uint32_t value, int bytes) {
    std::string text;
    for (int i = 0; i < bytes; ++i) text += static_cast<char>(value >> (8 * i) & 0xFF);
    return text;
  };
  const auto size = static_cast<std::uint32_t>(samples.size()), hz = static_cast<std::uint32_t>(rate);
  return "RIFF" + number(36 + size, 4) + "WAVEfmt " + number(16, 4) + number(1, 2) + number(1, 2) + number(hz, 4) +
         number(hz * 2, 4) + number(2, 2) + number(16, 2) + "data" + number(size, 4) + samples;
}

std::string form(std::vector<std::pair<std::string, std::string>> fields, const std::string& file) {
  std::string body;
  for (const auto& [name, value] : fields)
    body += "--B\r\nContent-Disposition: form-data; name=\"" + name + "\"\r\n\r\n" + value + "\r\n";
  if (!file.empty())
    body +=
        "--B\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.wav\"\r\nContent-Type: audio/wav\r\n\r\n" +
        file + "\r\n";
  return body + "--B--\r\n";
}

net::Headers upload() {
  net::Headers headers = key;
  headers.emplace_back("Content-Type", "multipart/form-data; boundary=B");
  return headers;
}

TEST(OpenAiTranscriptions, hears_speech_and_silence) {
  Client client;
  const auto heard = [&](const std::string& file) {
    return text_at(
        client.send(transcriptions, upload(), form({{"model", "gpt-4o-transcribe"}, {"response_format", "json"}}, file))
            .body,
        "text");
  };
  EXPECT_EQ(heard(wav(sound(1, true), 8000)), "what time do you open on saturday");
  EXPECT_EQ(heard(wav(sound(1, false), 8000)), "");
  const Answer streamed = client.send(
      transcriptions, upload(), form({{"model", "gpt-4o-transcribe"}, {"stream", "true"}}, wav(sound(1, true), 8000)));
  EXPECT_EQ(text_at(streamed.events().front(), "delta"), "what");
  EXPECT_EQ(text_at(streamed.events().back(), "text"), "what time do you open on saturday");
  EXPECT_NEAR(client.standins.counters(Service::openai_transcriptions).seconds_in, 3, 1e-6);
  EXPECT_THAT(client.standins.complaints(), IsEmpty());
}

TEST(OpenAiTranscriptions, refuses_what_is_no_upload_of_sound) {
  Client client;
  const auto refused = [&](const std::string& body, const net::Headers& headers) {
    EXPECT_EQ(client.send(transcriptions, headers, body).status, 400);
  };
  refused(form({{"model", "whisper-1"}}, ""), upload());
  refused(form({}, wav(sound(1, true), 8000)), upload());
  refused(form({{"model", "whisper-1"}}, "not a recording"), upload());
  refused(form({{"model", "whisper-1"}, {"colour", "red"}}, wav(sound(1, true), 8000)), upload());
  refused("{}", key);
  EXPECT_THAT(client.standins.complaints(),
              ElementsAre(HasSubstr("\"file\" is missing"), HasSubstr("\"model\" is missing"),
                          HasSubstr("Invalid file"), HasSubstr("colour"), HasSubstr("multipart/form-data")));
}

TEST(OpenAiSpeech, streams_sound_and_refuses_what_it_cannot_make) {
  Client client;
  const Answer answer = client.post(
      speech, key, R"({"model":"gpt-4o-mini-tts","input":"Hello.","voice":"alloy","response_format":"pcm"})");
  EXPECT_EQ(answer.body.size(), 6u * 60 * 24 * 2) << "60 ms a character, 24 kHz, 16 bit";
  const Answer events = client.post(
      speech, key,
      R"({"model":"gpt-4o-mini-tts","input":"Hello.","voice":"alloy","response_format":"pcm","stream_format":"sse"})");
  EXPECT_EQ(text_at(events.events().front(), "type"), "speech.audio.delta");
  EXPECT_EQ(text_at(events.events().back(), "type"), "speech.audio.done");
  EXPECT_EQ(client.standins.counters(Service::openai_speech).characters, 12);
  EXPECT_THAT(client.standins.complaints(), IsEmpty());
  EXPECT_EQ(client.post(speech, key, R"({"model":"tts-1","input":"","voice":"alloy","response_format":"pcm"})").status,
            400);
  EXPECT_EQ(client.post(speech, key, R"({"model":"tts-1","input":"x","voice":"alloy"})").status, 400);
  EXPECT_THAT(client.standins.complaints(), ElementsAre(HasSubstr("input"), HasSubstr("mp3")));
}

}  // namespace
}  // namespace offhook::standins::testing
