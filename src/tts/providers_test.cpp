#include "tts/providers.hpp"

#include <gmock/gmock.h>

#include <set>

#include "net/fake_services_testing.hpp"
#include "net/virtual_loop.hpp"
#include "tts/dialect.hpp"

namespace offhook::tts {
namespace {

TEST(Providers, each_can_be_made_by_its_name_alone) {
  net::VirtualLoop loop;
  net::FakeHttp http;
  std::set<std::string> keys;
  for (const Provider& provider : providers()) {
    EXPECT_EQ(find_provider(provider.name), &provider);
    EXPECT_TRUE(provider.key_variable.ends_with("_API_KEY")) << provider.name;
    const auto voice = connect(loop, http, {.provider = std::string(provider.name)});
    ASSERT_TRUE(voice) << provider.name;
    EXPECT_THAT(voice->key(), testing::StartsWith(std::string(provider.name) + "|" + std::string(provider.base_url)));
    keys.insert(voice->key());
  }
  EXPECT_EQ(keys.size(), providers().size());
  EXPECT_EQ(find_provider("local"), nullptr);
  EXPECT_EQ(connect(loop, http, {}), nullptr);
  EXPECT_EQ(connect(loop, http, {.provider = "cartesia2"}), nullptr);
}

TEST(Providers, whatever_changes_the_sound_changes_the_key_and_the_secret_does_not) {
  net::VirtualLoop loop;
  net::FakeHttp http;
  const auto key = [&](Spec spec) {
    spec.provider = "cartesia";
    return connect(loop, http, std::move(spec))->key();
  };
  const std::string plain = key({});
  for (const Spec& spec : {Spec{.base_url = "ws://127.0.0.1"}, Spec{.model = "m"}, Spec{.voice = "v"},
                           Spec{.language = "de"}, Spec{.speed = 1.1}})
    EXPECT_NE(key(spec), plain);
  EXPECT_EQ(key({.api_key = "k"}), plain);
  EXPECT_EQ(key({.speed = 1}), plain);
}

TEST(Providers, a_socket_may_be_named_by_http) {
  EXPECT_EQ(socket_base("http://127.0.0.1:8000/x//"), "ws://127.0.0.1:8000/x");
  EXPECT_EQ(socket_base("https://a"), "wss://a");
  EXPECT_EQ(socket_base("wss://a/"), "wss://a");
}

TEST(Providers, no_rate_loses_what_was_wanted) {
  EXPECT_EQ(rate_of(8000, {8000, 16000}), 8000);
  EXPECT_EQ(rate_of(8001, {8000, 16000}), 16000);
  EXPECT_EQ(rate_of(48000, {8000, 16000}), 16000);
}

}  // namespace
}  // namespace offhook::tts
