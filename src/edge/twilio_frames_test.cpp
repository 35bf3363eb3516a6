#include "edge/twilio_frames.hpp"

#include <gtest/gtest.h>

#include <boost/json.hpp>

#include "base/base64.hpp"

namespace offhook::edge {
namespace {

constexpr std::string_view usual =
    R"({"event":"media","sequenceNumber":"4","media":{"track":"inbound","chunk":"2","timestamp":"40","payload":"AAH/fw=="},"streamSid":"MZ1"})";

// Each frame through all three readers, which must agree.
struct Reader {
  FrameBuffer buffer, other;
  Frame frame;

  const Frame& operator()(std::string_view text) {
    frame = parse_frame(text, buffer);
    const Frame slow = read_frame(text, other);
    EXPECT_EQ(frame.index(), slow.index()) << text;
    if (const auto* a = std::get_if<Media>(&frame)) {
      const auto* b = std::get_if<Media>(&slow);
      if (b) {
        EXPECT_EQ(a->stream_sid, b->stream_sid);
        EXPECT_TRUE(std::ranges::equal(a->audio, b->audio));
        EXPECT_EQ(a->timestamp_ms, b->timestamp_ms);
        EXPECT_EQ(a->inbound, b->inbound);
      }
    }
    return frame;
  }
  const Media& media(std::string_view text) { return std::get<Media>((*this)(text)); }
  BadFrame bad(std::string_view text) {
    const auto* found = std::get_if<Bad>(&(*this)(text));
    EXPECT_TRUE(found) << text;
    return found ? found->kind : BadFrame::binary;
  }
};

TEST(TwilioFrames, reads_media) {
  Reader read;
  const Media& media = read.media(usual);
  EXPECT_EQ(media.stream_sid, "MZ1");
  EXPECT_EQ(media.timestamp_ms, 40);
  EXPECT_TRUE(media.inbound);
  EXPECT_TRUE(std::ranges::equal(media.audio, std::vector<std::uint8_t>{0, 1, 0xFF, 0x7F}));
}

TEST(TwilioFrames, usual_media_and_marks_take_the_fast_path_in_any_order_and_spacing) {
  FrameBuffer buffer;
  for (std::string_view text :
       {usual, std::string_view(R"({"streamSid":"MZ1","media":{"payload":"AAH/fw==","timestamp":40},"event":"media"})"),
        std::string_view("\n{ \"event\" : \"media\" ,\t\"media\" : { \"payload\" : \"\" } , \"streamSid\" : \"\" , "
                         "\"sequenceNumber\":7}\r\n"),
        std::string_view(R"({"event":"mark","streamSid":"MZ1","mark":{"name":"7:3200:1"}})")}) {
    EXPECT_TRUE(scan_frame(text, buffer)) << text;
    Reader()(text);
  }
}

TEST(TwilioFrames, what_the_fast_path_cannot_judge_is_read_slowly_and_rightly) {
  Reader read;
  EXPECT_EQ(read.media(R"({"event":"m\u0065dia","media":{"payload":"AAH\/fw=="},"streamSid":"MZ\u00e9"})").stream_sid,
            "MZ\xC3\xA9");
  EXPECT_EQ(read.frame.index(), Frame(Media{}).index());
  EXPECT_EQ(read.media(R"({"event":"media","x":{"event":"stop","y":[1,{}]},"media":{"payload":"AA==","z":null}})")
                .audio.size(),
            1u);
  EXPECT_EQ(read.media(R"({"event":"stop","event":"media","media":{"payload":"AA=="},"media":{"payload":"AAAA"}})")
                .audio.size(),
            3u);
  EXPECT_EQ(
      read.media(
              R"({"event":"media","x":"\"media\":{\"payload\":\"AA==\"}","media":{"payload":"AAAA"},"streamSid":"M"})")
          .audio.size(),
      3u);
}

TEST(TwilioFrames, a_timestamp_is_a_number_or_its_digits_or_unknown) {
  Reader read;
  const auto stamp = [&](std::string_view value) {
    return read
        .media(R"({"event":"media","streamSid":"M","media":{"payload":"","timestamp":)" + std::string(value) + "}}")
        .timestamp_ms;
  };
  EXPECT_EQ(stamp("0"), 0);
  EXPECT_EQ(stamp("\"0040\""), 40);
  EXPECT_EQ(stamp("40"), 40);
  EXPECT_EQ(stamp("40.0"), 40);
  EXPECT_EQ(stamp("4e1"), 40);
  EXPECT_EQ(stamp("999999999999999999"), 999'999'999'999'999'999);
  EXPECT_EQ(stamp("\"999999999999999999\""), 999'999'999'999'999'999);
  for (const char* value :
       {"-1", "40.5", "\"\"", "\"-1\"", "\" 40\"", "\"40ms\"", "1000000000000000000", "\"1000000000000000000\"",
        "99999999999999999999999", "1e300", "null", "true", "[]", "\"9999999999999999999\""})
    EXPECT_EQ(stamp(value), std::nullopt) << value;
}

TEST(TwilioFrames, knows_the_agents_own_track) {
  Reader read;
  EXPECT_FALSE(read.media(R"({"event":"media","streamSid":"M","media":{"track":"outbound","payload":""}})").inbound);
  EXPECT_FALSE(
      read.media(R"({"event":"media","streamSid":"M","media":{"track":"outbound_track","payload":""}})").inbound);
  EXPECT_TRUE(read.media(R"({"event":"media","streamSid":"M","media":{"payload":""}})").inbound);
}

TEST(TwilioFrames, sound_that_is_not_base64_or_too_long_is_named) {
  Reader read;
  const auto payload = [](std::string_view text) {
    return R"({"event":"media","streamSid":"M","media":{"payload":")" + std::string(text) + "\"}}";
  };
  for (const char* text : {"A", "AA", "AA=", "A===", "AA==AA==", "AB==", "A A=", "\\u00e9AAA"})
    EXPECT_EQ(read.bad(payload(text)), BadFrame::bad_audio) << text;
  std::string sound;
  append_base64(sound, std::vector<std::uint8_t>(8000, 0x7F));
  EXPECT_EQ(read.media(payload(sound)).audio.size(), 8000u);
  sound.clear();
  append_base64(sound, std::vector<std::uint8_t>(8001, 0x7F));
  EXPECT_NE(std::get_if<Bad>(&read(payload(sound))), nullptr);
  EXPECT_EQ(read.bad(payload(sound + "AAAA")), BadFrame::too_long);
}

TEST(TwilioFrames, garbage_is_bad_and_never_more_than_bad) {
  Reader read;
  for (std::string_view text :
       {"",
        " ",
        "{",
        "{}",
        "[]",
        "null",
        "\"media\"",
        "{\"event\":}",
        "{\"event\":\"media\"}",
        "{\"event\":\"media\",\"media\":[]}",
        "{\"event\":\"media\",\"media\":{\"payload\":1}}",
        "{\"event\":7}",
        "{\"event\":\"\"}",
        "{\"event\":\"start\"}",
        "{\"event\":\"start\",\"start\":{}}",
        "{\"event\":\"mark\",\"mark\":{}}",
        "{\"event\":\"dtmf\",\"dtmf\":{\"digit\":\"\"}}",
        "{\"event\":\"dtmf\",\"dtmf\":{\"digit\":\"12\"}}",
        "{\"event\":\"dtmf\",\"dtmf\":{\"digit\":\"x\"}}",
        "{\"event\":\"media\",\"streamSid\":\"M\",\"media\":{\"payload\":\"\"}} x",
        "{\"event\":\"media\",\"streamSid\":\"M\",\"media\":{\"payload\":\"\"},}",
        "{\"event\":\"media\",\"streamSid\":\"\xFF\",\"media\":{\"payload\":\"\"}}",
        "{\"event\":\"media\",\"streamSid\":\"M\",\"media\":{\"payload\":\"\",\"timestamp\":007}}",
        "{\"event\":\"start\",\"streamSid\":\"a\",\"start\":{\"streamSid\":\"b\"}}"})
    EXPECT_EQ(read.bad(text), BadFrame::garbage) << text;
  EXPECT_EQ(read.bad(R"({"event":"stop","streamSid":")" + std::string(257, 'x') + "\"}"), BadFrame::garbage);
}

TEST(TwilioFrames, depth_and_size_are_bounded) {
  Reader read;
  EXPECT_EQ(read.bad("{\"event\":\"stop\",\"x\":" + std::string(16, '[') + std::string(16, ']') + "}"),
            BadFrame::garbage);
  EXPECT_NE(std::get_if<Stop>(&read("{\"event\":\"stop\",\"x\":" + std::string(14, '[') + std::string(14, ']') + "}")),
            nullptr);
  EXPECT_EQ(read.bad(std::string(60'000, '[')), BadFrame::garbage);
  std::string long_one(usual);
  long_one.append(max_frame_bytes - long_one.size(), ' ');
  EXPECT_EQ(read.media(long_one).audio.size(), 4u);
  EXPECT_EQ(read.bad(long_one + ' '), BadFrame::too_long);
}

TEST(TwilioFrames, reads_start_with_its_parameters) {
  Reader read;
  const auto& start = std::get<Start>(read(
      R"({"event":"start","sequenceNumber":"1","start":{"streamSid":"MZ1","accountSid":"AC1","callSid":"CA1","tracks":["inbound"],)"
      R"("customParameters":{"to":"+1555","n":7,"o":{"a":[true]},"é":"\n"},)"
      R"("mediaFormat":{"encoding":"audio/x-mulaw","sampleRate":8000,"channels":1}},"streamSid":"MZ1"})"));
  EXPECT_EQ(start.stream_sid, "MZ1");
  EXPECT_EQ(start.call_sid, "CA1");
  EXPECT_EQ(start.encoding, "audio/x-mulaw");
  EXPECT_EQ(start.sample_rate, 8000);
  const decltype(start.parameters) expected = {
      {"to", "+1555"}, {"n", "7"}, {"o", R"({"a":[true]})"}, {"\xC3\xA9", "\n"}};
  EXPECT_EQ(start.parameters, expected);
}

TEST(TwilioFrames, start_may_name_its_stream_inside_only_and_say_nothing_of_its_sound) {
  Reader read;
  const auto& start = std::get<Start>(read(R"({"event":"start","start":{"streamSid":"MZ1"}})"));
  EXPECT_EQ(start.stream_sid, "MZ1");
  EXPECT_EQ(start.channels, 1);
  const auto& other = std::get<Start>(read(
      R"({"event":"start","streamSid":"M","start":{"mediaFormat":{"encoding":"audio/opus","sampleRate":"16000"}}})"));
  EXPECT_EQ(other.encoding, "audio/opus");
  EXPECT_EQ(other.sample_rate, 16000);
}

TEST(TwilioFrames, reads_the_small_ones) {
  Reader read;
  EXPECT_NE(std::get_if<Connected>(&read(R"({"event":"connected","protocol":"Call","version":"1.0.0"})")), nullptr);
  EXPECT_EQ(
      std::get<Dtmf>(
          read(R"({"event":"dtmf","streamSid":"M","sequenceNumber":"5","dtmf":{"track":"inbound_track","digit":"#"}})"))
          .digit,
      '#');
  const auto& mark = std::get<Mark>(read(R"({"event":"mark","streamSid":"M\u0041","mark":{"name":"a\"b"}})"));
  EXPECT_EQ(mark.stream_sid, "MA");
  EXPECT_EQ(mark.name, "a\"b");
  EXPECT_EQ(std::get<Stop>(read(R"({"event":"stop","streamSid":"M","stop":{"callSid":"CA"}})")).stream_sid, "M");
  EXPECT_EQ(std::get<Unknown>(read(R"({"event":"transcription","streamSid":"M"})")).event, "transcription");
}

TEST(TwilioFrames, what_we_write_is_what_the_carrier_expects) {
  std::string out;
  const std::uint8_t sound[] = {0, 1, 0xFF, 0x7F};
  write_media(out, "MZ1", sound);
  EXPECT_EQ(out, R"({"event":"media","streamSid":"MZ1","media":{"payload":"AAH/fw=="}})");
  out.clear();
  write_mark(out, "MZ1", "7:3200:1");
  EXPECT_EQ(out, R"({"event":"mark","streamSid":"MZ1","mark":{"name":"7:3200:1"}})");
  out.clear();
  write_clear(out, "MZ1");
  EXPECT_EQ(out, R"({"event":"clear","streamSid":"MZ1"})");
}

TEST(TwilioFrames, a_name_cannot_break_out_of_its_string) {
  std::string out;
  write_mark(out, "a\",\"event\":\"x\\", std::string_view("\0\n\x1F\xFF\xC3\xA9", 6));
  const auto value = boost::json::parse(out).as_object();
  EXPECT_EQ(value.size(), 3u);
  EXPECT_EQ(value.at("streamSid").as_string(), "a\",\"event\":\"x\\");
  EXPECT_EQ(value.at("mark").at("name").as_string(), boost::json::string_view("\0\n\x1F\xEF\xBF\xBD\xC3\xA9", 8));
}

}  // namespace
}  // namespace offhook::edge
