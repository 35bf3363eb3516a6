#include "inference/model_fetch.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

namespace offhook::inference {
namespace {

ModelFile file(std::string name, std::string url, std::string path, std::string package = {}) {
  ModelFile f;
  f.name = std::move(name);
  f.url = std::move(url);
  f.path = std::move(path);
  f.package = std::move(package);
  return f;
}

struct ModelFetch : testing::Test {
  net::EventLoop loop{"fetch"};
  std::unique_ptr<net::HttpClient> http;
  void SetUp() override {
    http = net::HttpClient::create(loop);
    loop.start();
  }
  void TearDown() override {
    loop.stop();
    loop.join();
    http.reset();
  }
};

}  // namespace

TEST_F(ModelFetch, a_file_without_a_home_says_which_package_has_it) {
  const auto result = fetch_model(loop, *http, file("tokens", "", "", "moonshine-voice 0.0.73"), {});
  ASSERT_FALSE(result);
  EXPECT_THAT(result.error().what, testing::HasSubstr("moonshine-voice 0.0.73"));
}

TEST_F(ModelFetch, an_unreachable_home_leaves_nothing_behind) {
  const std::string path = testing::TempDir() + "model_fetch/model.bin";
  const auto result = fetch_model(loop, *http, file("m", "https://127.0.0.1:1/model.bin", path), {});
  ASSERT_FALSE(result);
  EXPECT_THAT(result.error().what, testing::HasSubstr("fetching m"));
  EXPECT_TRUE(std::filesystem::is_empty(testing::TempDir() + "model_fetch"));
}

TEST_F(ModelFetch, plain_http_is_refused) {
  const auto result = fetch_model(loop, *http, file("m", "http://127.0.0.1/x", testing::TempDir() + "x"), {});
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, Errc::refused);
}

}  // namespace offhook::inference
