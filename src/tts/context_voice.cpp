#include "tts/context_voice.hpp"

#include <utility>

#include "tts/context_pool.hpp"

namespace offhook::tts {

namespace {

class ContextVoice final : public Voice {
 public:
  ContextVoice(net::Loop& loop, net::HttpClient& http, std::unique_ptr<const Dialect> dialect)
      : pool_(std::make_shared<ContextPool>(loop, http, std::move(dialect))) {}
  ~ContextVoice() override { pool_->shut(); }

  const std::string& key() const override { return pool_->traits().key; }
  std::unique_ptr<net::Pending> synthesize(net::Loop&, Speech speech, Sink sink) override {
    return std::make_unique<Handle>(pool_->take(std::move(speech), std::move(sink)));
  }
  void warm(net::Loop&) override { pool_->warm(); }

 private:
  struct Handle final : net::Pending {
    explicit Handle(std::shared_ptr<ContextClause> c) : clause(std::move(c)) {}
    ~Handle() override { clause->pool->cancel(clause); }
    const std::shared_ptr<ContextClause> clause;
  };
  const std::shared_ptr<ContextPool> pool_;
};

}  // namespace

std::unique_ptr<Voice> context_voice(net::Loop& loop, net::HttpClient& http, std::unique_ptr<const Dialect> dialect) {
  return std::make_unique<ContextVoice>(loop, http, std::move(dialect));
}

}  // namespace offhook::tts
