#include "standins/cartesia.hpp"

#include <algorithm>
#include <boost/json/serialize.hpp>
#include <map>

#include "base/base64.hpp"
#include "base/ids.hpp"
#include "standins/voice.hpp"

namespace offhook::standins {
namespace {

constexpr Service service = Service::cartesia;
constexpr int pieces_after_cancel = 1;

std::string base64(std::string_view bytes) {
  std::string text;
  append_base64(text, {reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()});
  return text;
}

struct Generation {
  std::string context, transcript;
  bool more = false, flush = false, timestamps = false;
  Voice::Format format;
  double speed = 1;
  Duration most_delay = 3s;  // text without an end of sentence waits so long for more
  json::object fixed;        // what may not change within a context
};

Generation read_generation(const json::object& object, Problem& problem) {
  Generation g;
  Fields fields(object, "generation request", problem);
  g.context = fields.text("context_id", Need::required);
  if (g.context.empty()) problem.found("generation request: \"context_id\" must not be empty");
  fields.text("model_id", Need::required);
  g.transcript = fields.text("transcript", Need::required);
  g.more = fields.flag("continue").value_or(false);
  g.flush = fields.flag("flush").value_or(false);
  g.timestamps = fields.flag("add_timestamps").value_or(false);
  fields.flag("add_phoneme_timestamps");
  fields.flag("use_normalized_timestamps");
  const json::value* voice = fields.any("voice");
  if (voice && voice->is_object()) {
    Fields inner(voice->get_object(), "voice", problem);
    inner.choice("mode", {"id"});
    if (inner.text("id", Need::required).empty()) problem.found("voice: \"id\" must not be empty");
    inner.end();
  } else if (!voice || !voice->is_string() || voice->get_string().empty()) {  // newer versions take the id alone
    fields.wrong("voice", "an object with an id, or the id");
  }
  if (const json::object* format = fields.object("output_format", Need::required)) {
    Fields inner(*format, "output_format", problem);
    inner.choice("container", {"raw"}, Need::required);
    const std::string encoding =
        inner.choice("encoding", {"pcm_s16le", "pcm_f32le", "pcm_mulaw", "pcm_alaw"}, Need::required);
    g.format.encoding = encoding == "pcm_f32le"   ? Encoding::pcm_f32le
                        : encoding == "pcm_mulaw" ? Encoding::mulaw
                        : encoding == "pcm_alaw"  ? Encoding::alaw
                                                  : Encoding::pcm_s16le;
    const auto rate = inner.whole("sample_rate", 8000, 48000);
    if (!rate ||
        (*rate != 8000 && *rate != 16000 && *rate != 22050 && *rate != 24000 && *rate != 44100 && *rate != 48000))
      inner.wrong("sample_rate", "8000, 16000, 22050, 24000, 44100 or 48000");
    g.format.rate = static_cast<int>(rate.value_or(24000));
    inner.end();
  }
  if (const json::object* config = fields.object("generation_config")) {
    Fields inner(*config, "generation_config", problem);
    g.speed = inner.number("speed", 0.6, 1.5).value_or(1);
    inner.number("volume", 0.5, 2.0);
    inner.ignore({"emotion"});
    inner.end();
  }
  g.most_delay = std::chrono::milliseconds(fields.whole("max_buffer_delay_ms", 0, 5000).value_or(3000));
  fields.choice("speed", {"slow", "normal", "fast"});
  fields.text("language");
  fields.text("locale");
  fields.text("normalization");
  fields.text("pronunciation_dict_id");
  fields.end();
  g.fixed = object;
  for (const char* name : {"transcript", "continue", "flush"}) g.fixed.erase(name);
  return g;
}

class Stand;

// One context, from its first request until it is spoken, cancelled or expired.
class Context {
 public:
  Context(Stand& stand, const Generation& first);

  void add(const Generation& g);
  void cancel();
  void kill();  // falls silent at once
  const json::object& fixed() const { return fixed_; }
  bool ended() const { return ended_; }
  bool open() const { return open_; }  // neither cancelled nor spoken to its end

 private:
  void speak();
  void made(const Piece& piece);
  void add_words(const Piece& piece, json::array& words, json::array& starts, json::array& ends);
  void finish();

  Stand& stand_;
  const std::string id_;
  const json::object fixed_;
  const bool timestamps_;
  const Duration most_delay_;
  std::string waiting_;  // text that is not spoken yet
  std::string word_;     // of the timestamps, under way
  double word_start_ = 0, word_end_ = 0;
  Voice voice_;
  net::Timer delay_;  // of waiting_
  net::Timer expiry_;
  std::int64_t flushes_ = 0;  // asked for
  std::int64_t flushed_ = 0;  // done
  bool ended_ = false, open_ = true;
};

class Stand final : public SocketSession {
 public:
  explicit Stand(Site& site) : SocketSession(site, service) { idle_.after(site.settings.cartesia_idle); }
  ~Stand() override {
    for (const auto& [id, place] : contexts_)
      if (place.context && place.context->open()) count([](Counters& c) { --c.contexts_open; });
  }

  Site& site() { return site_; }
  void say(json::object message) { out_.send(json::serialize(message)); }
  bool loses_end() { return out_.loses_end(); }
  void forget(const std::string& id);  // soon: the context is on the stack
  template <class F>
  void note(F change) {
    count(change);
  }

 private:
  void text(std::string_view text) override;
  void binary(std::string_view) override { reject({}, 400, "a binary message; only JSON text is understood"); }
  void fail(const std::string& said) override;
  void generate(const json::object& object);
  void cancel(const json::object& object);
  void error(std::string_view context, int status, std::string_view said);
  void reject(std::string_view context, int status, std::string_view said) {
    complain(said);
    error(context, status, said);
  }

  struct Place {
    std::unique_ptr<Context> context;  // null: it has gone, its id is used up
    bool cancelled = false;
  };
  std::map<std::string, Place, std::less<>> contexts_;
  std::vector<std::string> forgotten_;
  net::Timer sweep_{site_.loop, [this] {
                      for (const std::string& id : forgotten_) contexts_[id].context = nullptr;
                      forgotten_.clear();
                    }};
  net::Timer idle_{site_.loop, [this] { out_.end(1000, "idle for too long"); }};
};

Context::Context(Stand& stand, const Generation& first)
    : stand_(stand),
      id_(first.context),
      fixed_(first.fixed),
      timestamps_(first.timestamps),
      most_delay_(first.most_delay),
      voice_(stand.site().loop, stand.site().settings, first.format, [this](const Piece& piece) { made(piece); }),
      delay_(stand.site().loop, [this] { speak(); }),
      expiry_(stand.site().loop, [this] { finish(); }) {
  voice_.pace = first.speed;
}

void Context::add(const Generation& g) {
  expiry_.cancel();
  const auto characters = static_cast<std::int64_t>(characters_of(g.transcript).size());
  stand_.note([&](Counters& c) { c.characters += characters; });
  waiting_ += g.transcript;
  ended_ = !g.more;
  const std::size_t last = waiting_.find_last_not_of(' ');
  const bool sentence =
      last != std::string::npos && std::string_view(".!?").find(waiting_[last]) != std::string_view::npos;
  if (ended_ || g.flush || sentence || most_delay_ == Duration())
    speak();
  else if (!waiting_.empty())
    delay_.after(most_delay_);
  if (g.flush && g.more) {
    ++flushes_;
    voice_.after([this] {
      stand_.say({{"type", "flush_done"},
                  {"context_id", id_},
                  {"flush_id", ++flushed_},
                  {"flush_done", true},
                  {"done", false},
                  {"status_code", 206}});
    });
  }
  if (ended_) voice_.after([this] { finish(); });
}

void Context::speak() {
  delay_.cancel();
  voice_.say(std::exchange(waiting_, {}));
}

void Context::cancel() {
  open_ = false;
  stand_.note([](Counters& c) {
    ++c.cancels;
    --c.contexts_open;
  });
  delay_.cancel();
  expiry_.cancel();
  voice_.stop(pieces_after_cancel);
  if (!voice_.busy()) stand_.forget(id_);
}

void Context::kill() {
  open_ = false;
  stand_.note([](Counters& c) { --c.contexts_open; });
  delay_.cancel();
  expiry_.cancel();
  voice_.stop();
  stand_.forget(id_);
}

void Context::made(const Piece& piece) {
  stand_.note([&](Counters& c) {
    c.seconds_out += piece.length;
    if (!open_) c.seconds_after_cancel += piece.length;
  });
  json::object chunk{{"type", "chunk"}, {"context_id", id_},  {"data", base64(piece.bytes)},
                     {"done", false},   {"status_code", 206}, {"step_time", 1.0}};
  if (flushes_ > 0) chunk["flush_id"] = flushed_ + 1;
  stand_.say(std::move(chunk));
  if (!open_) {
    if (!voice_.busy()) stand_.forget(id_);
    return;
  }
  json::array words, starts, ends;
  if (timestamps_) add_words(piece, words, starts, ends);
  if (!words.empty())
    stand_.say({{"type", "timestamps"},
                {"context_id", id_},
                {"done", false},
                {"status_code", 206},
                {"word_timestamps", json::object{{"words", words}, {"start", starts}, {"end", ends}}}});
  if (open_ && !voice_.busy() && waiting_.empty() && !ended_)
    expiry_.after(stand_.site().settings.cartesia_context_idle);
}

// A word is told when the blank behind it, or the end of what there is to say, is being made.
void Context::add_words(const Piece& piece, json::array& words, json::array& starts, json::array& ends) {
  const auto tell = [&] {
    if (word_.empty()) return;
    words.emplace_back(std::exchange(word_, {}));
    starts.emplace_back(word_start_);
    ends.emplace_back(word_end_);
  };
  for (const Character& character : piece.characters) {
    if (character.text == " ") {
      tell();
      continue;
    }
    if (word_.empty()) word_start_ = character.start;
    word_ += character.text;
    word_end_ = character.start + character.length;
  }
  if (word_end_ <= piece.start + piece.length + 1e-9 && !voice_.busy()) tell();
}

void Context::finish() {
  open_ = false;
  stand_.note([](Counters& c) { --c.contexts_open; });
  if (!stand_.loses_end()) stand_.say({{"type", "done"}, {"context_id", id_}, {"done", true}, {"status_code", 200}});
  stand_.forget(id_);
}

void Stand::forget(const std::string& id) {
  forgotten_.push_back(id);
  sweep_.after(Duration());
}

void Stand::text(std::string_view text) {
  idle_.after(site_.settings.cartesia_idle);
  Problem problem;
  const auto object = parse_object(text, problem);
  if (!object) return reject({}, 400, problem.what());
  if (object->if_contains("cancel"))
    cancel(*object);
  else
    generate(*object);
}

void Stand::cancel(const json::object& object) {
  Problem problem;
  Fields fields(object, "cancel", problem);
  const std::string id = fields.text("context_id", Need::required);
  if (!fields.flag("cancel").value_or(false)) fields.wrong("cancel", "true");
  fields.end();
  if (problem) return reject(id, 400, problem.what());
  const auto found = contexts_.find(id);
  if (found == contexts_.end()) return complain("cancel: there never was a context \"" + id + "\"");
  // One that has just been spoken to its end may be cancelled: the two messages cross.
  if (!found->second.context || !found->second.context->open()) return;
  found->second.cancelled = true;
  found->second.context->cancel();
}

void Stand::fail(const std::string& said) {
  bool told = false;
  for (const auto& [id, place] : contexts_) {
    if (!place.context || !place.context->open()) continue;
    place.context->kill();
    error(id, 500, said);
    told = true;
  }
  if (!told) error({}, 500, said);
}

void Stand::generate(const json::object& object) {
  Problem problem;
  const Generation g = read_generation(object, problem);
  if (problem) return reject(g.context, 400, problem.what());
  const auto found = contexts_.find(g.context);
  Context* context = found == contexts_.end() ? nullptr : found->second.context.get();
  const std::string named = "context \"" + g.context + "\"";
  if (found != contexts_.end() && found->second.cancelled) {
    count([&](Counters& c) {
      c.characters_after_cancel += static_cast<std::int64_t>(characters_of(g.transcript).size());
    });
    return reject(g.context, 400, named + " was cancelled");
  }
  if (found != contexts_.end() && (!context || !context->open() || context->ended()))
    return reject(g.context, 400, named + " has expired or was ended; its id cannot be used again");
  if (context && context->fixed() != g.fixed)
    return reject(g.context, 400, named + ": only transcript, continue and flush may change within it");
  if (!context) {
    const Fault* limit = site_.faults.limit(service);
    const auto open = site_.ledger.counters(service).contexts_open;
    if (limit && open >= static_cast<std::int64_t>(limit->limit))
      return error(g.context, 429, "too many contexts at once for this account");
    if (g.transcript.empty() && g.more && !g.flush) complain(named + " begins without text");
    count([](Counters& c) {
      ++c.contexts;
      c.most_contexts = std::max(c.most_contexts, ++c.contexts_open);
    });
    context = (contexts_[g.context].context = std::make_unique<Context>(*this, g)).get();
  }
  context->add(g);
}

void Stand::error(std::string_view context, int status, std::string_view said) {
  json::object message{{"type", "error"},
                       {"done", true},
                       {"status_code", status},
                       {"title", status == 429  ? "Too many requests"
                                 : status < 500 ? "Bad request"
                                                : "Internal error"},
                       {"message", said},
                       {"error_code", status == 429  ? "concurrency_limited"
                                      : status < 500 ? "invalid_request"
                                                     : "internal_error"},
                       {"request_id", random_hex(8)}};
  if (!context.empty()) message["context_id"] = context;
  say(std::move(message));
}

net::HttpResponse refusal(int status, std::string_view said) {
  return json_response(status, {{"status_code", status},
                                {"title", status == 401   ? "Unauthorized"
                                          : status == 429 ? "Too many requests"
                                                          : "Bad request"},
                                {"message", said},
                                {"error_code", status == 401   ? "unauthorized"
                                               : status == 429 ? "concurrency_limited"
                                                               : "invalid_request"},
                                {"request_id", random_hex(8)}});
}

bool is_date(std::string_view text) {
  if (text.size() != 10) return false;
  for (std::size_t i = 0; i < text.size(); ++i)
    if (i == 4 || i == 7 ? text[i] != '-' : text[i] < '0' || text[i] > '9') return false;
  return true;
}

}  // namespace

Verdict open_cartesia(Site& site, const net::HttpRequest& request) {
  Door door(site, service, refusal);
  Problem problem;
  Query query(net::parse_form(request.query()), "query", problem);
  std::string key(request.header("X-API-Key"));
  if (key.empty()) key = credentials(request.header("Authorization"), "Bearer");
  if (key.empty() && query.has("api_key")) key = query.text("api_key");
  if (key.empty() && query.has("access_token")) key = query.text("access_token");
  if (auto refusal = door.knock(key)) return std::move(*refusal);
  std::string version(request.header("Cartesia-Version"));
  if (version.empty()) version = query.text("cartesia_version");
  query.ignore({"api_key", "access_token", "cartesia_version"});
  query.end();
  if (!is_date(version))
    problem.found("Cartesia-Version: found \"" + version + "\", expected a date such as 2026-03-01");
  if (problem) return door.refuse(400, problem.what());
  return SocketSession::accept<Stand>(site);
}

}  // namespace offhook::standins
