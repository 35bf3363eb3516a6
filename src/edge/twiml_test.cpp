#include "edge/twiml.hpp"

#include <gtest/gtest.h>

namespace offhook::edge {
namespace {

const std::string head = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";

TEST(Twiml, connects_the_stream_and_carries_who_called_whom) {
  EXPECT_EQ(twiml_connect("wss://voice.example.com/phone/desk",
                          {{"CallSid", "CA1"}, {"From", "+15550001"}, {"To", "+15550002"}, {"CallStatus", "ringing"}}),
            head +
                "<Response><Connect><Stream url=\"wss://voice.example.com/phone/desk\">"
                "<Parameter name=\"to\" value=\"+15550002\"/><Parameter name=\"from\" value=\"+15550001\"/>"
                "<Parameter name=\"call_sid\" value=\"CA1\"/></Stream></Connect></Response>");
}

TEST(Twiml, leaves_out_what_the_form_lacks_or_what_is_too_long) {
  EXPECT_EQ(twiml_connect("wss://h/p", {{"To", std::string(498, 'x')}, {"From", ""}}),
            head + "<Response><Connect><Stream url=\"wss://h/p\"></Stream></Connect></Response>");
  EXPECT_NE(twiml_connect("wss://h/p", {{"To", std::string(497, 'x')}}).find("name=\"to\""), std::string::npos);
}

TEST(Twiml, a_caller_cannot_write_xml) {
  const std::string xml = twiml_connect("wss://h/p?a=1&b=2", {{"From", "\"/><Dial>+1900</Dial><x y=\""}});
  EXPECT_EQ(xml.find("<Dial>"), std::string::npos);
  EXPECT_NE(xml.find("url=\"wss://h/p?a=1&amp;b=2\""), std::string::npos);
  EXPECT_NE(xml.find("value=\"&quot;/&gt;&lt;Dial&gt;+1900&lt;/Dial&gt;&lt;x y=&quot;\""), std::string::npos);
}

TEST(Twiml, what_xml_cannot_carry_is_replaced) {
  EXPECT_EQ(xml_escaped("a&b<c>d\"e'f"), "a&amp;b&lt;c&gt;d&quot;e&apos;f");
  EXPECT_EQ(xml_escaped(std::string_view("a\0b\x1F", 4)),
            "a\xEF\xBF\xBD"
            "b\xEF\xBF\xBD");
  EXPECT_EQ(xml_escaped("\t\r\n"), "&#9;&#13;&#10;");
  EXPECT_EQ(xml_escaped("\xFFJos\xC3\xA9\xE2\x82"), "\xEF\xBF\xBDJos\xC3\xA9\xEF\xBF\xBD\xEF\xBF\xBD");
  EXPECT_EQ(xml_escaped("\xEF\xBF\xBF"), "\xEF\xBF\xBD");
}

TEST(Twiml, rejects_with_a_busy_tone) {
  EXPECT_EQ(twiml_reject_busy(), head + "<Response><Reject reason=\"busy\"/></Response>");
}

}  // namespace
}  // namespace offhook::edge
