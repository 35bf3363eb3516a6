#include <gtest/gtest.h>

#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "net/virtual_loop.hpp"
#include "vad/vad.hpp"

namespace offhook::vad {
namespace {

// Answers with a window's first sample, and keeps in each call's memory the sum of them: so order and memory are seen.
class FakeModel final : public Model {
 public:
  struct Seen {
    std::vector<std::size_t> batches;
    std::vector<Time> times;
    std::map<const Memory*, std::vector<float>> by_call;
    std::map<const Memory*, std::vector<float>> states;  // counts the windows that the memory holds
    bool fails = false;
  };
  FakeModel(Seen& seen, const Clock& clock) : seen_(seen), clock_(clock) {}

  Result<void> run(std::span<Window> batch) override {
    if (seen_.fails) return Error{Errc::internal, "told to fail"};
    std::set<Memory*> calls;
    for (Window& w : batch) {
      EXPECT_TRUE(calls.insert(w.memory).second) << "two windows of one call in one batch";
      EXPECT_EQ(w.samples.size(), static_cast<std::size_t>(kWindow));
      w.probability = w.samples[0];
      w.memory->state[0] += 1;
      seen_.states[w.memory].push_back(w.memory->state[0]);
      seen_.by_call[w.memory].push_back(w.samples[0]);
    }
    seen_.batches.push_back(batch.size());
    seen_.times.push_back(clock_.now());
    return {};
  }

 private:
  Seen& seen_;
  const Clock& clock_;
};

using Sizes = std::vector<std::size_t>;
using Answer = std::pair<float, std::int64_t>;

class VadBatcher : public testing::Test {
 protected:
  struct Line {
    std::unique_ptr<Batcher::Stream> stream;
    std::vector<Answer> heard;
  };

  VadBatcher() : batcher(Batcher::create(loop, std::make_unique<FakeModel>(seen, loop))) {}

  void open(std::size_t n) {
    lines.resize(n);
    for (Line& line : lines)
      line.stream = batcher->open([&line](float p, std::int64_t position) { line.heard.emplace_back(p, position); });
  }
  static std::vector<float> window(float level) { return std::vector<float>(kWindow, level); }
  void push(std::size_t i, float level, std::int64_t position = 512) { lines[i].stream->push(window(level), position); }

  FakeModel::Seen seen;
  net::VirtualLoop loop;
  std::unique_ptr<Batcher> batcher;
  std::vector<Line> lines;
};

TEST_F(VadBatcher, a_second_of_quiet_makes_the_model_forget_and_a_sound_in_it_does_not) {
  open(1);
  const auto hear = [&](float level, int windows) {
    for (int n = 0; n < windows; ++n) {
      push(0, level);
      loop.advance(32ms);
    }
    return seen.states.begin()->second.back();
  };
  EXPECT_EQ(hear(0.9f, 100), 100) << "speech is never forgotten";
  EXPECT_EQ(hear(0.05f, Batcher::kForget - 1), 130);
  EXPECT_EQ(hear(0.9f, 1), 131);
  EXPECT_EQ(hear(0.05f, Batcher::kForget), 162);
  EXPECT_EQ(hear(0.9f, 1), 1) << "a clean state";
  EXPECT_EQ(hear(0.05f, 3 * Batcher::kForget), Batcher::kForget) << "again and again in a long silence";
}

TEST_F(VadBatcher, once_it_has_forgotten_the_model_is_not_asked_about_silence) {
  open(1);
  std::int64_t position = 0;
  const auto asked = [&](float level, int windows) {
    const auto before = batcher->stats().windows;
    for (int n = 0; n < windows; ++n) {
      push(0, level, ++position);
      loop.advance(32ms);
    }
    return batcher->stats().windows - before;
  };
  EXPECT_EQ(asked(0.0f, 10), 0u);
  EXPECT_EQ(lines[0].heard.back(), (Answer{0.0f, 10})) << "it is answered all the same, in its order";
  EXPECT_EQ(asked(0.9f, 2), 2u);
  EXPECT_EQ(seen.states.begin()->second.front(), 1) << "a clean state";
  EXPECT_EQ(asked(0.0f, 3 * Batcher::kForget), static_cast<std::uint64_t>(Batcher::kForget));
  EXPECT_EQ(asked(0.002f, 5), 5u) << "a noise";
  EXPECT_EQ(batcher->stats().silent, 10u + 2 * Batcher::kForget);
  EXPECT_EQ(lines[0].heard.size(), static_cast<std::size_t>(position));
}

TEST_F(VadBatcher, calls_in_silence_and_calls_with_sound_are_answered_together) {
  open(3);
  push(0, 0.0f, 1);
  push(1, 0.7f, 2);
  push(2, 0.0f, 3);
  loop.run_ready();
  EXPECT_EQ(seen.batches, (Sizes{1}));
  EXPECT_EQ(lines[0].heard, (std::vector<Answer>{{0.0f, 1}}));
  EXPECT_EQ(lines[1].heard, (std::vector<Answer>{{0.7f, 2}}));
  EXPECT_EQ(lines[2].heard, (std::vector<Answer>{{0.0f, 3}}));
}

TEST_F(VadBatcher, sixteen_run_at_once_and_never_inside_a_push) {
  open(20);
  for (std::size_t i = 0; i < 16; ++i) push(i, 0.01f * static_cast<float>(i + 1), static_cast<std::int64_t>(i));
  EXPECT_TRUE(seen.batches.empty());
  loop.run_ready();
  EXPECT_EQ(seen.batches, (Sizes{16}));
  for (std::size_t i = 0; i < 16; ++i)
    EXPECT_EQ(lines[i].heard, (std::vector<Answer>{{0.01f * static_cast<float>(i + 1), static_cast<std::int64_t>(i)}}));
  EXPECT_TRUE(lines[16].heard.empty());
}

TEST_F(VadBatcher, fewer_wait_until_the_oldest_is_five_milliseconds_old) {
  open(20);
  push(0, 0.1f);
  loop.advance(3ms);
  push(1, 0.2f);
  loop.advance(1999us);
  EXPECT_TRUE(seen.batches.empty());
  loop.advance(1us);
  EXPECT_EQ(seen.batches, (Sizes{2}));
  EXPECT_EQ(seen.times, (std::vector<Time>{Time{} + 5ms}));
  push(2, 0.3f);  // patience begins anew
  loop.advance(4999us);
  EXPECT_EQ(seen.batches.size(), 1u);
  loop.advance(1us);
  EXPECT_EQ(seen.batches, (Sizes{2, 1}));
}

TEST_F(VadBatcher, nobody_waits_for_others_when_there_are_no_others) {
  open(1);
  push(0, 0.4f, 7);
  loop.run_ready();
  EXPECT_EQ(lines[0].heard, (std::vector<Answer>{{0.4f, 7}}));
  EXPECT_EQ(loop.now(), Time{});

  open(3);  // the first is opened anew
  push(0, 0.1f);
  push(1, 0.2f);
  loop.run_ready();
  EXPECT_EQ(seen.batches, (Sizes{1}));
  lines[2].stream.reset();  // now the two are all
  loop.run_ready();
  EXPECT_EQ(seen.batches, (Sizes{1, 2}));
}

TEST_F(VadBatcher, what_is_beyond_a_batch_waits_no_longer_than_its_own_patience) {
  open(40);
  for (std::size_t i = 0; i < 36; ++i) push(i, 0.1f);
  loop.run_ready();
  EXPECT_EQ(seen.batches, (Sizes{16, 16}));
  loop.advance(4ms);
  EXPECT_EQ(seen.batches, (Sizes{16, 16}));
  loop.advance(1ms);
  EXPECT_EQ(seen.batches, (Sizes{16, 16, 4}));
}

TEST_F(VadBatcher, windows_of_one_call_go_one_after_the_other_with_their_memory) {
  open(2);
  for (int i = 1; i <= 5; ++i) push(0, 0.1f * static_cast<float>(i), i);
  push(1, 0.9f, 1);
  loop.advance(5ms);
  EXPECT_EQ(seen.batches, (Sizes{2, 1, 1, 1, 1}));
  ASSERT_EQ(lines[0].heard.size(), 5u);
  for (int i = 1; i <= 5; ++i)
    EXPECT_EQ(lines[0].heard[static_cast<std::size_t>(i - 1)], (Answer{0.1f * static_cast<float>(i), i}));
  EXPECT_EQ(seen.by_call.size(), 2u);
  EXPECT_EQ(loop.now() - seen.times.back(), 0ms);
}

TEST_F(VadBatcher, a_stream_destroyed_while_queued_is_forgotten) {
  open(20);
  push(0, 0.1f);
  push(1, 0.2f);
  push(2, 0.3f);
  lines[1].stream.reset();
  loop.advance(5ms);
  EXPECT_EQ(seen.batches, (Sizes{2}));
  EXPECT_TRUE(lines[1].heard.empty());
  EXPECT_EQ(lines[2].heard.size(), 1u);
  push(0, 0.1f);
  lines[0].stream.reset();  // the last that waited
  EXPECT_EQ(loop.armed_timers(), 0u);
}

TEST_F(VadBatcher, a_callback_may_destroy_its_own_stream_and_its_neighbours) {
  lines.resize(3);
  auto token = std::make_shared<int>(5);
  const std::weak_ptr<int> held = token;
  lines[0].stream = batcher->open([this, token = std::move(token)](float p, std::int64_t position) {
    lines[0].stream.reset();
    lines[1].stream.reset();
    lines[0].heard.emplace_back(p, position + *token);  // what the callback holds outlives its stream until it returns
  });
  for (std::size_t i : {1u, 2u})
    lines[i].stream =
        batcher->open([this, i](float p, std::int64_t position) { lines[i].heard.emplace_back(p, position); });
  for (std::size_t i = 0; i < 3; ++i) push(i, 0.5f, 10);
  push(0, 0.6f, 20);
  loop.advance(5ms);
  EXPECT_EQ(lines[0].heard, (std::vector<Answer>{{0.5f, 15}}));
  EXPECT_TRUE(lines[1].heard.empty());
  EXPECT_EQ(lines[2].heard, (std::vector<Answer>{{0.5f, 10}}));
  EXPECT_TRUE(held.expired());
}

TEST_F(VadBatcher, a_callback_may_push_and_open) {
  lines.resize(2);
  lines[0].stream = batcher->open([this](float p, std::int64_t position) {
    lines[0].heard.emplace_back(p, position);
    if (position == 1) push(0, 0.2f, 2);
    if (position == 2) {
      lines[1].stream = batcher->open([this](float q, std::int64_t at) { lines[1].heard.emplace_back(q, at); });
      push(1, 0.3f, 3);
    }
  });
  push(0, 0.1f, 1);
  loop.advance(5ms);
  EXPECT_EQ(lines[0].heard, (std::vector<Answer>{{0.1f, 1}, {0.2f, 2}}));
  EXPECT_EQ(lines[1].heard, (std::vector<Answer>{{0.3f, 3}}));
}

TEST_F(VadBatcher, a_burst_beyond_its_bound_loses_its_oldest_and_is_counted) {
  open(1);
  for (std::size_t i = 0; i < Batcher::kMaxQueued + 3; ++i) push(0, 0.5f, static_cast<std::int64_t>(i));
  loop.run_ready();
  ASSERT_EQ(lines[0].heard.size(), Batcher::kMaxQueued);
  EXPECT_EQ(lines[0].heard.front().second, 3);
  EXPECT_EQ(batcher->stats().dropped, 3u);
  EXPECT_EQ(batcher->stats().windows, Batcher::kMaxQueued);
}

TEST_F(VadBatcher, a_failing_model_answers_zero_and_is_counted) {
  open(2);
  seen.fails = true;
  push(0, 0.5f, 1);
  push(1, 0.5f, 2);
  loop.run_ready();
  EXPECT_EQ(lines[0].heard, (std::vector<Answer>{{0.0f, 1}}));
  EXPECT_EQ(lines[1].heard, (std::vector<Answer>{{0.0f, 2}}));
  EXPECT_EQ(batcher->stats().failed, 2u);
  seen.fails = false;
  push(0, 0.5f, 3);
  loop.advance(5ms);
  EXPECT_EQ(lines[0].heard.back(), (Answer{0.5f, 3}));
}

}  // namespace
}  // namespace offhook::vad
