#include "tools/http_request.hpp"

#include <gtest/gtest.h>

namespace offhook::tools {
namespace {

namespace json = boost::json;

const json::value kSchema = json::parse(R"({"type":"object","required":["table"],"properties":{
  "table":{"type":"string"},"day":{"type":"string"},"people":{"type":"integer"},"notes":{"type":"array"}}})");

Http get(std::string url) {
  Http http;
  http.method = "GET";
  http.url = std::move(url);
  return http;
}
Http post(std::string url, std::string body = "") {
  Http http;
  http.url = std::move(url);
  http.body = std::move(body);
  return http;
}

net::HttpCall made(const Http& http, const std::string& arguments) {
  EXPECT_FALSE(mistake_in(http, kSchema)) << mistake_in(http, kSchema)->what;
  auto call = request_of(http, json::parse(arguments).as_object());
  EXPECT_TRUE(call) << call.error().what;
  return call ? *call : net::HttpCall{};
}

TEST(HttpRequest, arguments_fill_the_url_and_what_it_does_not_hold_is_the_query) {
  EXPECT_EQ(made(get("https://a.example/tables/{table}?day={day}"),
                 R"({"table":"4/2 ?&#","day":"Ünd","people":2,"notes":["a b"]})")
                .url,
            "https://a.example/tables/4%2F2%20%3F%26%23?day=%C3%9Cnd&people=2&notes=%5B%22a%20b%22%5D");
  EXPECT_EQ(made(get("https://a.example/tables/{table}"), R"({"table":"7","day":null})").url,
            "https://a.example/tables/7");
  EXPECT_EQ(made(get("https://a.example/t?x=1"), R"({"table":"7"})").url, "https://a.example/t?x=1&table=7");
  EXPECT_EQ(made(get("https://a.example/t?day={day}"), R"({"table":"7"})").url, "https://a.example/t?day=&table=7");
  EXPECT_EQ(made(get("https://a.example/t"), R"({"table":"7"})").body, "");
}

TEST(HttpRequest, a_post_sends_what_the_url_does_not_hold_as_json) {
  const auto call = made(post("https://a.example/{table}/book"), R"({"table":"7","people":2,"notes":["x"]})");
  EXPECT_EQ(call.url, "https://a.example/7/book");
  EXPECT_EQ(call.body, R"({"people":2,"notes":["x"]})");
  EXPECT_EQ(net::find_header(call.headers, "content-type"), "application/json");
}

TEST(HttpRequest, a_body_keeps_types_and_leaves_out_what_was_not_given) {
  const Http http = post("https://a.example/book",
                         R"({"n":"{people}","who":"table {table}, {day}","left":"{day}","x":[1,"{notes}"],"{":"{ }"})");
  EXPECT_EQ(made(http, R"({"table":"\"7","people":2,"notes":["x"]})").body,
            R"({"n":2,"who":"table \"7, ","x":[1,["x"]],"{":"{ }"})");
}

TEST(HttpRequest, a_path_that_means_another_place_is_refused) {
  for (const char* value : {"..", ".", ""}) {
    const auto call =
        request_of(get("https://a.example/tables/{table}/free"), json::object{{"table", std::string(value)}});
    ASSERT_FALSE(call) << value;
    EXPECT_EQ(call.error().what, "The argument \"table\" is \"" + std::string(value) + "\", expected some text.");
  }
  EXPECT_EQ(made(get("https://a.example/tables/{table}"), R"({"table":"../admin"})").url,
            "https://a.example/tables/..%2Fadmin");
}

TEST(HttpRequest, an_endless_argument_is_refused) {
  EXPECT_FALSE(request_of(get("https://a.example/t"), json::object{{"table", std::string(9000, 'x')}}));
}

TEST(HttpRequest, what_cannot_work_is_a_mistake) {
  const auto mistake = [](const Http& http) {
    const auto found = mistake_in(http, kSchema);
    return found ? found->key + ": " + found->what : "";
  };
  EXPECT_EQ(mistake(get("https://{table}.example/x")),
            "url: found a placeholder in the host, expected it behind: a model must not choose where to send");
  EXPECT_EQ(mistake(get("https://a.example/{chair}")),
            "url: found the placeholder {chair}, expected one of the parameters' properties");
  EXPECT_EQ(mistake(get("https://a.example/{day}")),
            "url: found {day} in the path, expected it among the required parameters");
  EXPECT_EQ(mistake(get("ws://a.example/")), "url: found ws, expected http or https");
  EXPECT_EQ(mistake(get("https://a.example/<a>")),
            "url: found a blank, a brace or a letter that no URL holds; write it percent-encoded");
  EXPECT_EQ(mistake(post("https://a.example/", R"({"a":["{chair}"]})")),
            "body: found the placeholder {chair}, expected one of the parameters' properties");
  Http both = get("https://a.example/");
  both.body = "{}";
  EXPECT_EQ(mistake(both), "body: found a body, but GET sends none");
  Http header = get("https://a.example/");
  header.headers = {{"X", "a\nb"}};
  EXPECT_EQ(mistake(header), "headers: found a name or value that HTTP does not allow in \"X\"");
  EXPECT_NE(mistake(get("a.example")), "");
}

}  // namespace
}  // namespace offhook::tools
