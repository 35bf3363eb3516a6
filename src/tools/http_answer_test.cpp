#include "tools/http_answer.hpp"

#include <gtest/gtest.h>

namespace offhook::tools {
namespace {

Told told(int status, const std::string& type, const std::string& body) {
  HttpAnswer answer({"s3cret"});
  answer.head(status, type.empty() ? net::Headers{} : net::Headers{{"content-type", type}});
  for (std::size_t at = 0; at < body.size(); at += 1000) answer.body(std::string_view(body).substr(at, 1000));
  return answer.told();
}

TEST(HttpAnswer, what_is_text_is_told_as_it_is) {
  for (const char* type : {"application/json", "Application/JSON ; charset=utf-8", "text/plain", "", "text/csv",
                           "application/problem+json"}) {
    const Told t = told(200, type, "{\"free\": [\"nine\"]}");
    EXPECT_TRUE(t.ok) << type;
    EXPECT_EQ(t.text, "{\"free\": [\"nine\"]}") << type;
  }
}

TEST(HttpAnswer, what_is_none_is_one_sentence) {
  const struct {
    int status;
    const char *type, *body, *text;
  } kTable[] = {
      {200, "text/html", "<html>", "The tool answered with a web page instead of data."},
      {200, "image/png", "\x89PNG", "The tool answered with something that is no text."},
      {200, "application/json", "{\"a\":\"\xFF\"}", "The tool answered with something that is no text."},
      {302, "application/json", "{}", "The tool answered with a redirect, which is not followed."},
      {500, "application/json", "{\"error\":\"at db-7.internal\"}", "The tool failed on its side; it may work later."},
      {503, "text/html", "<html>", "The tool failed on its side; it may work later."},
      {404, "text/html", "<html>", "The tool refused this."},
      {409, "application/json", "{\"error\":{\"message\":\"taken\"}}", "The tool refused this: taken"},
  };
  for (const auto& row : kTable) {
    const Told t = told(row.status, row.type, row.body);
    EXPECT_FALSE(t.ok) << row.text;
    EXPECT_EQ(t.text, row.text);
  }
}

TEST(HttpAnswer, nothing_is_a_success_that_says_so) {
  for (const char* body : {"", " \r\n"}) {
    const Told t = told(204, "", body);
    EXPECT_TRUE(t.ok);
    EXPECT_EQ(t.text, "The tool succeeded and returned nothing.");
  }
}

TEST(HttpAnswer, much_is_cut_between_characters) {
  std::string body = "x";
  while (body.size() < 100'000) body += "ü";
  const Told t = told(200, "text/plain", body);
  EXPECT_TRUE(t.ok);
  EXPECT_EQ(t.text, body.substr(0, HttpAnswer::kTold - 1) + " … (the rest is left out)");
  const std::string fits(HttpAnswer::kTold, 'x');
  EXPECT_EQ(told(200, "text/plain", fits).text, fits);
}

TEST(HttpAnswer, a_secret_that_comes_back_is_not_told) {
  EXPECT_EQ(told(200, "text/plain", "you sent s3cret, s3cret").text, "you sent ***, ***");
  EXPECT_EQ(told(400, "application/json", "{\"error\":\"bad key s3cret\"}").text, "The tool refused this: bad key ***");
}

TEST(HttpAnswer, an_exchange_without_an_end_tells_nothing_internal) {
  for (const Errc code : {Errc::timeout, Errc::full, Errc::refused, Errc::unavailable, Errc::not_found, Errc::closed,
                          Errc::invalid, Errc::internal}) {
    const Told t = told_of({code, "GET http://10.0.0.7/x?key=s3cret"});
    EXPECT_FALSE(t.ok);
    EXPECT_EQ(t.text.find("10.0"), std::string::npos);
    EXPECT_TRUE(t.text.starts_with("The tool ") && t.text.ends_with(".")) << t.text;
  }
}

}  // namespace
}  // namespace offhook::tools
