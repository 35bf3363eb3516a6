#include "turn/word_scorer.hpp"

#include <algorithm>
#include <cmath>
#include <optional>
#include <utility>

#include "base/json_fields.hpp"
#include "base/utf8.hpp"

namespace offhook::turn {
namespace {

constexpr std::string_view kDoing = "asking whether the words are a whole message";
constexpr int kNext = 40;                     // of the likeliest tokens: the rest is a thousandth
constexpr std::size_t kMostAnswer = 1 << 16;  // bytes; an answer has some 8,000

// What a message ends with: its last mark, a new line, or one of the model's own marks.
bool ends_message(std::string_view token) {
  while (!token.empty() && token.front() == ' ') token.remove_prefix(1);
  return !token.empty() && (token.find_first_not_of(".?!\n") == std::string_view::npos || token.starts_with("<|"));
}

// The end of `words` from a blank on, without its last marks: whether there is one is what is asked.
std::string_view end_of(std::string_view words) {
  while (!words.empty() && (words.back() == ' ' || words.back() == '.' || words.back() == ',' || words.back() == '?' ||
                            words.back() == '!' || words.back() == '\n'))
    words.remove_suffix(1);
  if (words.size() <= WordScorer::kMostBytes) return words;
  words.remove_prefix(words.size() - WordScorer::kMostBytes);
  const auto blank = words.find(' ');
  return blank == std::string_view::npos ? words : words.substr(blank + 1);
}

class LlamaScorer final : public WordScorer {
 public:
  LlamaScorer(net::Loop& loop, net::HttpClient& http, const std::string& origin)
      : loop_(loop), http_(http), url_(origin + "/completion") {}

  std::unique_ptr<net::Pending> score(std::string_view words, Deadline deadline,
                                      std::function<void(Result<float>)> done) override {
    auto asked = std::make_unique<Asked>();
    if (*under_way_ >= kMostAtOnce) {
      asked->refusal.emplace(loop_, [done = std::move(done)] {
        done(Error{Errc::full, std::string(kDoing) + ": " + std::to_string(kMostAtOnce) + " questions are under way"});
      });
      asked->refusal->after(Duration::zero());
      return asked;
    }
    asked->place = std::make_shared<Place>(under_way_);
    net::HttpCall call;
    call.url = url_;
    call.headers = {{"Content-Type", "application/json"}};
    call.body = encode_word_score(words);
    call.deadline = deadline;
    call.max_body = kMostAnswer;
    auto body = std::make_shared<std::string>();
    auto status = std::make_shared<int>(0);
    asked->http =
        http_.send(std::move(call),
                   {.head = [status](int code, const net::Headers&) { *status = code; },
                    .body = [body](std::string_view chunk) { *body += chunk; },
                    .done =
                        [status, body, done = std::move(done), place = asked->place](Result<void> result) mutable {
                          place->leave();
                          if (!result) return done(result.error().within(kDoing));
                          if (*status != 200)
                            return done(Error{net::errc_of_status(*status), std::string(kDoing) + ": HTTP " +
                                                                                std::to_string(*status) + ": " +
                                                                                service_words(*body)});
                          done(decode_word_score(*body));
                        }});
    return asked;
  }

 private:
  // One of those that may be under way at a time; held from the question to its answer, or until nobody wants it.
  struct Place {
    explicit Place(std::shared_ptr<int> taken) : taken_(std::move(taken)) { ++*taken_; }
    ~Place() { leave(); }
    void leave() {
      if (taken_) --*std::exchange(taken_, nullptr);
    }

   private:
    std::shared_ptr<int> taken_;
  };
  struct Asked final : net::Pending {
    ~Asked() override {
      http.reset();
      if (place) place->leave();
    }
    std::optional<net::Timer> refusal;
    std::shared_ptr<Place> place;
    std::unique_ptr<net::Pending> http;
  };

  net::Loop& loop_;
  net::HttpClient& http_;
  const std::string url_;
  std::shared_ptr<int> under_way_ = std::make_shared<int>(0);
};

}  // namespace

std::string encode_word_score(std::string_view words) {
  // Behind the mark between two texts a new one begins: as it is, without a chat's frame, it tells ends best.
  const std::string prompt = "<|endoftext|>" + clean_utf8(end_of(words));
  return json::serialize(json::object{
      {"prompt", prompt}, {"n_predict", 1}, {"n_probs", kNext}, {"temperature", 0}, {"cache_prompt", true}});
}

Result<float> decode_word_score(std::string_view body) {
  const auto wrong = [](std::string_view found) -> Error {
    return {Errc::invalid, std::string(kDoing) + ": found " + std::string(found) +
                               ", expected completion_probabilities with top_logprobs, as llama-server writes them"};
  };
  const auto answer = read_message(body);
  if (!answer) return answer.error().within(kDoing);
  const json::array& all = array_in(*answer, "completion_probabilities");
  const json::object* first = all.empty() ? nullptr : all[0].if_object();
  if (!first || array_in(*first, "top_logprobs").empty()) return wrong("an answer without probabilities");
  double sum = 0;
  for (const json::value& each : array_in(*first, "top_logprobs")) {
    const json::object* token = each.if_object();
    const auto logprob = token ? number_in(*token, "logprob") : std::nullopt;
    if (!logprob) return wrong("a token without its logprob");
    if (ends_message(text_in(*token, "token"))) sum += std::exp(*logprob);
  }
  if (!std::isfinite(sum)) return wrong("a probability that is no number");
  return static_cast<float>(std::clamp(sum, 0.0, 1.0));
}

std::unique_ptr<WordScorer> connect_word_scorer(net::Loop& loop, net::HttpClient& http, std::string origin) {
  return std::make_unique<LlamaScorer>(loop, http, origin);
}

}  // namespace offhook::turn
