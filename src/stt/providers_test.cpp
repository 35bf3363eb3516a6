#include "stt/providers.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "net/fake_services_testing.hpp"
#include "net/virtual_loop.hpp"

namespace offhook::stt {
namespace {

using testing::StartsWith;

class SttProvidersTest : public testing::Test {
 protected:
  std::unique_ptr<Session> open(const Spec& spec) {
    recognizer_ = connect(loop_, http_, spec);
    if (!recognizer_) return nullptr;
    return recognizer_->open(loop_, {});
  }
  // How many requests there are before the caller pauses.
  std::size_t partials(const Spec& spec) {
    const auto session = open(spec);
    http_.sent.clear();
    session->begin();
    for (int i = 0; i < 100; ++i) session->audio(std::vector<float>(320, 0.1f));
    return http_.sent.size();
  }

  net::VirtualLoop loop_;
  net::FakeHttp http_;
  std::unique_ptr<Recognizer> recognizer_;
};

TEST_F(SttProvidersTest, every_row_is_whole_and_found_by_its_name_alone) {
  std::set<std::string_view> names;
  for (const Provider& p : providers()) {
    EXPECT_TRUE(names.insert(p.name).second);
    EXPECT_EQ(find_provider(p.name), &p);
    EXPECT_FALSE(p.base_url.empty() || p.key_variable.empty() || p.model.empty()) << p.name;
    EXPECT_NE(open({.provider = std::string(p.name)}), nullptr);
  }
  EXPECT_EQ(find_provider("local"), nullptr);
  EXPECT_EQ(connect(loop_, http_, {.provider = "local"}), nullptr);
  EXPECT_EQ(connect(loop_, http_, {.provider = "nobody"}), nullptr);
}

TEST_F(SttProvidersTest, what_the_spec_leaves_out_is_the_vendors) {
  const auto nova = open({.provider = "deepgram"});
  EXPECT_THAT(http_.last_connect().call.url, StartsWith("wss://api.deepgram.com/v1/listen?model=nova-3&"));
  EXPECT_FALSE(recognizer_->traits().continuous);
  const auto flux = open({.provider = "deepgram", .base_url = "http://127.0.0.1:9/", .model = "flux-general-en"});
  EXPECT_THAT(http_.last_connect().call.url, StartsWith("ws://127.0.0.1:9/v2/listen?model=flux-general-en&"));
  EXPECT_TRUE(recognizer_->traits().continuous);
}

TEST_F(SttProvidersTest, partials_by_request_are_for_ones_own_server_unless_asked_for) {
  EXPECT_EQ(partials({.provider = "openai"}), 0u);
  EXPECT_EQ(partials({.provider = "groq", .base_url = "https://api.groq.com/openai/v1/"}), 0u);
  EXPECT_EQ(partials({.provider = "openai", .base_url = "http://127.0.0.1:8000/v1"}), 1u);
  EXPECT_EQ(partials({.provider = "openai", .partials = Spec::Partials::on}), 1u);
  EXPECT_EQ(partials({.provider = "openai", .base_url = "http://127.0.0.1:8000/v1", .partials = Spec::Partials::off}),
            0u);
}

}  // namespace
}  // namespace offhook::stt
