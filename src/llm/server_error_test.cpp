#include "llm/server_error.hpp"

#include <gtest/gtest.h>

#include <boost/json.hpp>

namespace offhook::llm {
namespace {

TEST(ServerMessage, is_one_short_line_whatever_was_sent) {
  EXPECT_EQ(server_message(R"({"error":{"message":"Loading model","code":503}})"), "Loading model");
  EXPECT_EQ(server_message(R"({"detail":"Not Found"})"), "Not Found");
  EXPECT_EQ(server_message(R"([{"error":{"code":400,"message":"API key not valid."}}])"), "API key not valid.");
  EXPECT_EQ(server_message("<html>\r\nBad\x01"), "<html> Bad");
  EXPECT_EQ(server_message(std::string(5000, 'x')).size(), 200u);
  std::string euros;
  for (int i = 0; i < 300; ++i) euros += "\xE2\x82\xAC";
  EXPECT_EQ(server_message(euros), euros.substr(0, 600));
}

TEST(ServerError, what_waiting_does_not_cure_is_a_refusal_whatever_its_status) {
  EXPECT_EQ(errc_of_refusal(429, R"({"error":{"message":"no","code":"insufficient_quota"}})"), Errc::refused);
  EXPECT_EQ(errc_of_refusal(429, R"({"error":{"message":"no","code":"rate_limit_exceeded"}})"), Errc::full);
  EXPECT_EQ(errc_of_refusal(400, R"({"error":{"details":[{"reason":"API_KEY_INVALID"}]}})"), Errc::refused);
  EXPECT_EQ(errc_of_refusal(400, "{}"), Errc::invalid);
  EXPECT_EQ(errc_of_refusal(529, R"({"error":{"type":"overloaded_error"}})"), Errc::unavailable);
}

TEST(ServerError, kinds_of_all_vendors_mean_the_same) {
  const std::pair<const char*, Errc> cases[] = {{R"({"error":{"type":"overloaded_error"}})", Errc::unavailable},
                                                {R"({"error":{"type":"api_error"}})", Errc::unavailable},
                                                {R"({"error":{"type":"rate_limit_error"}})", Errc::full},
                                                {R"({"error":{"type":"authentication_error"}})", Errc::refused},
                                                {R"({"error":{"type":"billing_error"}})", Errc::refused},
                                                {R"({"error":{"type":"invalid_request_error"}})", Errc::invalid},
                                                {R"({"error":{"type":"request_too_large"}})", Errc::invalid},
                                                {R"({"error":{"type":"not_found_error"}})", Errc::not_found},
                                                {R"({"error":{"type":"timeout_error"}})", Errc::timeout},
                                                {R"({"error":{"code":429,"status":"RESOURCE_EXHAUSTED"}})", Errc::full},
                                                {R"({"error":{"status":"RESOURCE_EXHAUSTED"}})", Errc::full},
                                                {R"({"error":{"status":"UNAVAILABLE"}})", Errc::unavailable},
                                                {R"({"error":{"status":"PERMISSION_DENIED"}})", Errc::refused},
                                                {R"({"message":"gone"})", Errc::unavailable}};
  for (const auto& [text, code] : cases)
    EXPECT_EQ(error_in_stream(boost::json::parse(text).as_object()).code, code) << text;
}

}  // namespace
}  // namespace offhook::llm
