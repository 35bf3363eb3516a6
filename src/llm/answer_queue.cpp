#include "llm/answer_queue.hpp"

#include <deque>
#include <utility>

namespace offhook::llm {
namespace {

// One question's place, until its answer or its handle ends.
class Place {
 public:
  Place(net::Loop& loop, std::shared_ptr<AnswerQueue> queue)
      : loop_(loop), queue_(std::move(queue)), asked_(loop.now()), waits_(++queue_->under_way > queue_->slots) {
    if (waits_) look_.after(kLook);
  }
  ~Place() { leave(); }

  void begun() {
    look_.cancel();
    if (std::exchange(waits_, false)) tell();
  }
  void leave() {
    begun();
    if (!std::exchange(left_, true)) --queue_->under_way;
  }

 private:
  static constexpr Duration kLook = 250ms;

  void tell() { queue_->told(loop_.now(), loop_.now() - asked_); }

  net::Loop& loop_;
  const std::shared_ptr<AnswerQueue> queue_;
  const Time asked_;
  bool waits_, left_ = false;
  net::Timer look_{loop_, [this] {  // a queue that stands still must not look like an empty one
                     tell();
                     look_.after(kLook);
                   }};
};

struct Handle final : net::Pending {
  Handle(std::shared_ptr<Place> place, std::unique_ptr<net::Pending> inner)
      : place(std::move(place)), inner(std::move(inner)) {}
  ~Handle() override {
    inner.reset();
    place->leave();
  }
  std::shared_ptr<Place> place;
  std::unique_ptr<net::Pending> inner;
};

class Watched final : public Client {
 public:
  Watched(net::Loop& loop, std::unique_ptr<Client> client, std::shared_ptr<AnswerQueue> queue)
      : loop_(loop), client_(std::move(client)), queue_(std::move(queue)) {}

  std::unique_ptr<net::Pending> chat(Request request, Sink sink) override {
    auto place = std::make_shared<Place>(loop_, queue_);
    if (sink.token)
      sink.token = [place, token = std::move(sink.token)](std::string_view text) {
        place->begun();
        token(text);
      };
    if (sink.tool_call)
      sink.tool_call = [place, tool_call = std::move(sink.tool_call)](ToolCall call) {
        place->begun();
        tool_call(std::move(call));
      };
    sink.done = [place, done = std::move(sink.done)](Result<Answer> answer) {
      place->leave();
      if (done) done(std::move(answer));
    };
    auto inner = client_->chat(std::move(request), std::move(sink));
    return std::make_unique<Handle>(std::move(place), std::move(inner));
  }
  void warm() override { client_->warm(); }

  // Asked for one token behind what the next question will begin with: its slot keeps the rest. Not while anyone waits
  // for an answer, and no place in the queue.
  void read_ahead(const std::function<std::vector<Message>()>& conversation) override {
    if (queue_->under_way >= queue_->slots) return;
    std::vector<Message> messages = conversation();
    messages.push_back({Role::user, "I", {}, {}});
    const Deadline deadline = Deadline::in(loop_.now(), kReading);
    reading_.push_back(
        client_->chat({.messages = std::move(messages), .max_tokens = 1, .first_token = deadline, .deadline = deadline},
                      {.done = [](const Result<Answer>&) {}}));
    if (reading_.size() > static_cast<std::size_t>(queue_->slots)) reading_.pop_front();
  }

 private:
  static constexpr Duration kReading = 5s;

  net::Loop& loop_;
  const std::unique_ptr<Client> client_;
  const std::shared_ptr<AnswerQueue> queue_;
  std::deque<std::unique_ptr<net::Pending>> reading_;  // or read; as many as there are slots
};

}  // namespace

std::unique_ptr<Client> watched(net::Loop& loop, std::unique_ptr<Client> client, std::shared_ptr<AnswerQueue> queue) {
  return std::make_unique<Watched>(loop, std::move(client), std::move(queue));
}

}  // namespace offhook::llm
