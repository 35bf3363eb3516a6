#include "net/http.hpp"

#include <gmock/gmock.h>

namespace offhook::net {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Pair;

TEST(Http, headers_are_found_without_case_and_the_first_wins) {
  HttpRequest request;
  request.headers = {{"X-Twilio-Signature", "abc"}, {"x-twilio-signature", "def"}, {"X-Twilio", "no"}};
  EXPECT_EQ(request.header("x-TWILIO-signature"), "abc");
  EXPECT_EQ(request.header("X-Twilio-Sig"), "");
}

TEST(Http, a_target_is_path_and_query) {
  HttpRequest request;
  request.target = "/phone/answer?a=1?b=2";
  EXPECT_EQ(request.path(), "/phone/answer");
  EXPECT_EQ(request.query(), "a=1?b=2");
  request.target = "/phone?";
  EXPECT_EQ(request.path(), "/phone");
  EXPECT_EQ(request.query(), "");
  request.target = "/phone";
  EXPECT_EQ(request.query(), "");
}

TEST(Http, a_form_is_unescaped) {
  EXPECT_THAT(parse_form("a=1&b=x%20y+z&c&=d&&From=%2B1555&e="),
              ElementsAre(Pair("a", "1"), Pair("b", "x y z"), Pair("c", ""), Pair("", "d"), Pair("From", "+1555"),
                          Pair("e", "")));
  EXPECT_THAT(parse_form(""), IsEmpty());
}

TEST(Http, broken_escapes_are_kept_as_they_stand) {
  EXPECT_THAT(parse_form("a=100%&b=%2&c=%zz&d=%41"),
              ElementsAre(Pair("a", "100%"), Pair("b", "%2"), Pair("c", "%zz"), Pair("d", "A")));
}

TEST(Http, a_header_cannot_begin_another_one) {
  EXPECT_TRUE(fits_header("X-Name", "value with spaces\t and ümlaut"));
  EXPECT_FALSE(fits_header("X-Name", "a\r\nSet-Cookie: b"));
  EXPECT_FALSE(fits_header("X-Name", std::string_view("a\0b", 3)));
  EXPECT_FALSE(fits_header("X Name", "a"));
  EXPECT_FALSE(fits_header("X:", "a"));
  EXPECT_FALSE(fits_header("", "a"));
}

TEST(Http, a_status_is_a_kind_of_error) {
  for (const int status : {401, 402, 403}) EXPECT_EQ(errc_of_status(status), Errc::refused) << status;
  EXPECT_EQ(errc_of_status(404), Errc::not_found);
  EXPECT_EQ(errc_of_status(408), Errc::timeout);
  EXPECT_EQ(errc_of_status(429), Errc::full);
  for (const int status : {500, 503, 529, 599}) EXPECT_EQ(errc_of_status(status), Errc::unavailable) << status;
  for (const int status : {200, 302, 400, 422, 499, 600, 0}) EXPECT_EQ(errc_of_status(status), Errc::invalid) << status;
}

}  // namespace
}  // namespace offhook::net
