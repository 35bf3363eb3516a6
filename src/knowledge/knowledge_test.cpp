#include "knowledge/knowledge.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <optional>

#include "inference/pool_testing.hpp"
#include "net/virtual_loop.hpp"

namespace offhook::knowledge {
namespace {

using testing::HasSubstr;
using Answer = Result<std::vector<Found>>;

class KnowledgeSearch : public testing::Test {
 protected:
  void SetUp() override {
    std::string name = testing::TempDir() + "knowledge-XXXXXX";
    ASSERT_NE(::mkdtemp(name.data()), nullptr);
    dir_ = name;
    auto opened = Knowledge::open(OFFHOOK_SOURCE_DIR "/tests/data/knowledge", name, pool_, clock_);
    ASSERT_TRUE(opened.ok()) << opened.error().what;
    knowledge_ = std::move(*opened);
  }
  void TearDown() override {
    inference::wait_until_free(pool_, 1);
    std::filesystem::remove_all(dir_);
  }

  std::unique_ptr<net::Pending> ask(std::optional<Answer>& answer, Deadline deadline = Deadline::never()) {
    auto inside = std::make_shared<bool>(true);
    auto handle = knowledge_->search(loop_, "Does anyone speak Swedish?", Knowledge::kUsual, deadline,
                                     [this, &answer, inside](Answer found) {
                                       EXPECT_FALSE(*inside) << "answered from inside search()";
                                       EXPECT_TRUE(loop_.is_home());
                                       EXPECT_FALSE(answer.has_value()) << "answered twice";
                                       answer = std::move(found);
                                     });
    *inside = false;
    return handle;
  }

  VirtualClock clock_;
  net::VirtualLoop loop_;
  inference::Pool pool_{clock_, 1, 2};
  std::filesystem::path dir_;
  std::unique_ptr<Knowledge> knowledge_;
};

TEST_F(KnowledgeSearch, an_answer_comes_once_on_the_loop) {
  EXPECT_EQ(knowledge_->report().files, 7u);
  std::optional<Answer> answer;
  const auto handle = ask(answer);
  ASSERT_TRUE(loop_.wait_until([&] { return answer.has_value(); }));
  ASSERT_TRUE(answer->ok()) << answer->error().what;
  EXPECT_THAT((**answer)[0].text, HasSubstr("Swedish"));
  loop_.run_ready();
}

TEST_F(KnowledgeSearch, one_that_is_cancelled_says_nothing) {
  std::promise<void> let_go = inference::occupy(pool_, 1);
  std::optional<Answer> waiting, answered;
  ask(waiting);  // while it waits
  let_go.set_value();
  inference::wait_until_free(pool_, 1);
  auto handle = ask(answered);
  inference::wait_until_free(pool_, 1);
  handle.reset();  // while its answer is on the way
  loop_.run_ready();
  EXPECT_FALSE(waiting || answered);
}

TEST_F(KnowledgeSearch, a_pool_that_comes_too_late_or_is_full_is_an_error) {
  std::promise<void> let_go = inference::occupy(pool_, 1);
  std::array<std::optional<Answer>, 3> answers;
  std::vector<std::unique_ptr<net::Pending>> handles;
  for (auto& answer : answers) handles.push_back(ask(answer, Deadline::in(clock_.now(), 1s)));
  loop_.run_ready();
  ASSERT_TRUE(answers[2].has_value());
  EXPECT_EQ(answers[2]->error().code, Errc::full);
  EXPECT_THAT(answers[2]->error().what, HasSubstr("looking something up in the knowledge folder: "));
  clock_.advance(1s);
  let_go.set_value();
  ASSERT_TRUE(loop_.wait_until([&] { return answers[0] && answers[1]; }));
  EXPECT_EQ(answers[0]->error().code, Errc::timeout);
  EXPECT_EQ(answers[1]->error().code, Errc::timeout);
}

TEST_F(KnowledgeSearch, searches_under_way_outlive_who_offered_them) {
  std::promise<void> let_go = inference::occupy(pool_, 1);
  std::optional<Answer> answer;
  const auto handle = ask(answer);
  knowledge_.reset();
  let_go.set_value();
  ASSERT_TRUE(loop_.wait_until([&] { return answer.has_value(); }));
  EXPECT_TRUE(answer->ok());
}

TEST(KnowledgeFolders, one_that_is_not_there_is_said_when_it_is_opened) {
  const VirtualClock clock;
  inference::Pool pool(clock, 1);
  const auto opened = Knowledge::open("/nowhere/at/all", testing::TempDir(), pool, clock);
  ASSERT_FALSE(opened.ok());
  EXPECT_THAT(opened.error().what, HasSubstr("reading the knowledge folder '/nowhere/at/all': it cannot be found"));
}

}  // namespace
}  // namespace offhook::knowledge
