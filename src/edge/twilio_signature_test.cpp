#include "edge/twilio_signature.hpp"

#include <gtest/gtest.h>

namespace offhook::edge {
namespace {

using Form = std::vector<std::pair<std::string, std::string>>;
const Form form = {{"CallSid", "CA1234567890ABCDE"},
                   {"Caller", "+14158675309"},
                   {"Digits", "1234"},
                   {"From", "+14158675309"},
                   {"To", "+18005551212"}};
const std::string webhook = "https://mycompany.com/myapp.php?foo=1&bar=2";

bool fits(const std::string& url, const std::string& signature, const Form& parameters = {}) {
  return check_twilio_signature("12345", signature, {url, parameters, std::nullopt}).ok();
}

TEST(TwilioSignature, agrees_with_the_vectors_of_the_helper_library) {
  EXPECT_EQ(twilio_signature("12345", webhook, form), "RSOYDt4T1cUTdK1PDd93/VVr8B8=");
  EXPECT_EQ(twilio_signature("12345", "wss://example.com/media"), "7PR3qMkpDyEJtMrVOY/LDyNq8J8=");
  EXPECT_TRUE(fits(webhook, "RSOYDt4T1cUTdK1PDd93/VVr8B8=", form));
  EXPECT_TRUE(fits("wss://example.com/media", "7PR3qMkpDyEJtMrVOY/LDyNq8J8="));
}

TEST(TwilioSignature, the_order_of_parameters_does_not_matter) {
  EXPECT_TRUE(fits(webhook, "RSOYDt4T1cUTdK1PDd93/VVr8B8=", Form(form.rbegin(), form.rend())));
}

TEST(TwilioSignature, any_change_is_refused) {
  const std::string good = "RSOYDt4T1cUTdK1PDd93/VVr8B8=";
  Form changed = form;
  changed[2].second = "1235";
  EXPECT_FALSE(fits(webhook, good, changed));
  EXPECT_FALSE(fits(webhook + "&x=1", good, form));
  EXPECT_FALSE(fits("http://mycompany.com/myapp.php?foo=1&bar=2", good, form));
  EXPECT_FALSE(fits(webhook, good));
  EXPECT_FALSE(check_twilio_signature("12346", good, {webhook, form, std::nullopt}));
  for (const char* header :
       {"", "RSOYDt4T1cUTdK1PDd93/VVr8B8", "RSOYDt4T1cUTdK1PDd93", "%%%", "SSOYDt4T1cUTdK1PDd93/VVr8B8="})
    EXPECT_FALSE(fits(webhook, header, form)) << header;
}

TEST(TwilioSignature, an_empty_token_opens_nothing) {
  EXPECT_FALSE(check_twilio_signature("", twilio_signature("", webhook, form), {webhook, form, std::nullopt}));
}

TEST(TwilioSignature, the_usual_port_may_be_said_or_left_out_on_either_side) {
  const std::string with = "https://example.com:443/a?b=c", without = "https://example.com/a?b=c";
  EXPECT_TRUE(fits(with, twilio_signature("12345", without)));
  EXPECT_TRUE(fits(without, twilio_signature("12345", with)));
  EXPECT_TRUE(fits("http://example.com/a", twilio_signature("12345", "http://example.com:80/a")));
  EXPECT_TRUE(fits("https://example.com:8443/a", twilio_signature("12345", "https://example.com/a")));
  EXPECT_TRUE(fits("https://example.com:8443/a", twilio_signature("12345", "https://example.com:8443/a")));
  EXPECT_TRUE(fits("https://[2001:db8::1]/a", twilio_signature("12345", "https://[2001:db8::1]:443/a")));
  EXPECT_FALSE(fits("https://example.com/a", twilio_signature("12345", "https://example.com:8443/a")));
}

TEST(TwilioSignature, an_upgrade_also_fits_as_https_or_with_a_slash_but_a_webhook_does_not) {
  const std::string url = "wss://example.com/phone";
  for (const char* variant : {"https://example.com/phone", "wss://example.com/phone/", "https://example.com:443/phone/",
                              "wss://example.com:443/phone", "wss://example.com:80/phone"})
    EXPECT_TRUE(fits(url, twilio_signature("12345", variant))) << variant;
  EXPECT_FALSE(fits(url, twilio_signature("12345", "wss://example.org/phone")));
  EXPECT_FALSE(fits("https://example.com/phone", twilio_signature("12345", "wss://example.com/phone")));
  EXPECT_FALSE(fits("https://example.com/phone", twilio_signature("12345", "https://example.com/phone/")));
}

TEST(TwilioSignature, values_repeated_under_one_name_count_once_and_sorted) {
  const std::string url = "https://example.com/a";
  const std::string signature = twilio_signature("12345", url + "MediabMediacToz");
  EXPECT_TRUE(fits(url, signature, {{"To", "z"}, {"Media", "c"}, {"Media", "b"}, {"Media", "c"}}));
}

TEST(TwilioSignature, a_body_that_is_no_form_is_held_by_the_hash_in_the_url) {
  const std::string hash = "015abd7f5cc57a2dd94b7590f04ad8084273905ee33ec5cebeae62276a97f862";
  const std::string url = "https://example.com/a?x=1&bodySHA256=" + hash;
  const std::string signature = twilio_signature("12345", url);
  EXPECT_TRUE(check_twilio_signature("12345", signature, {url, {}, R"({"a":1})"}));
  EXPECT_FALSE(check_twilio_signature("12345", signature, {url, {}, R"({"a":2})"}));
  const std::string bare = "https://example.com/a";
  EXPECT_FALSE(check_twilio_signature("12345", twilio_signature("12345", bare), {bare, {}, R"({"a":1})"}));
}

}  // namespace
}  // namespace offhook::edge
