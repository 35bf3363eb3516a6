#include "standins/elevenlabs.hpp"

#include <algorithm>
#include <boost/json/serialize.hpp>
#include <cmath>
#include <list>
#include <map>
#include <memory>

#include "base/base64.hpp"
#include "standins/voice.hpp"

namespace offhook::standins {
namespace {

constexpr Service service = Service::elevenlabs;
constexpr std::size_t most_contexts = 5;  // of a socket
constexpr std::size_t try_at_least = 50;  // characters, for try_trigger_generation
constexpr std::uint16_t policy = 1008;    // close code

struct Options {
  bool multi = false, auto_mode = false;
  bool has_key = false;  // else the first message must bring one
  Duration inactivity = 20s;
  Voice::Format format;
};

Options read_query(const net::HttpRequest& request, Problem& problem) {
  Query query(net::parse_form(request.query()), "query", problem);
  Options options;
  query.text("model_id");
  const std::string format =
      query.has("output_format")
          ? query.choice("output_format", {"pcm_8000", "pcm_16000", "pcm_22050", "pcm_24000", "pcm_44100", "ulaw_8000",
                                           "alaw_8000"})  // others this stand-in cannot make
          : "";
  if (format.empty()) problem.found("query: output_format: the default is mp3, which this stand-in cannot make");
  options.format.encoding = format.starts_with("ulaw")   ? Encoding::mulaw
                            : format.starts_with("alaw") ? Encoding::alaw
                                                         : Encoding::pcm_s16le;
  if (!problem) options.format.rate = std::stoi(format.substr(format.find('_') + 1));
  options.inactivity = std::chrono::seconds(query.whole("inactivity_timeout", 1, 180).value_or(20));
  options.auto_mode = query.flag("auto_mode").value_or(false);
  query.choice("apply_text_normalization", {"auto", "on", "off"});
  for (const std::string_view name : {"enable_logging", "enable_ssml_parsing", "sync_alignment"}) query.flag(name);
  query.whole("seed", 0, 4294967295);
  query.ignore({"language_code", "authorization"});
  query.end();
  return options;
}

using Schedule = std::vector<std::size_t>;  // characters that must wait, for the first, second, … generation

// What only a context's first message may bring.
struct Setup {
  bool given = false;
  bool key = false;
  double speed = 1;
  Schedule schedule{120, 160, 250, 290};
};

Setup read_setup(Fields& fields, Problem& problem) {
  Setup setup;
  if (const json::object* voice = fields.object("voice_settings")) {
    Fields inner(*voice, "voice_settings", problem);
    for (const std::string_view name : {"stability", "similarity_boost", "style"}) inner.number(name, 0, 1);
    inner.flag("use_speaker_boost");
    setup.speed = inner.number("speed", 0.7, 1.2).value_or(1);
    inner.end();
    setup.given = true;
  }
  if (const json::object* config = fields.object("generation_config")) {
    Fields inner(*config, "generation_config", problem);
    if (const json::array* list = inner.array("chunk_length_schedule")) {
      setup.schedule.clear();
      for (const json::value& item : *list) {
        boost::system::error_code error;
        const auto length = item.is_number() ? item.to_number<std::int64_t>(error) : std::int64_t{};
        if (error || length < 50 || length > 500)
          inner.wrong("chunk_length_schedule", "numbers from 50 to 500");
        else
          setup.schedule.push_back(static_cast<std::size_t>(length));
      }
      if (setup.schedule.empty()) inner.wrong("chunk_length_schedule", "numbers from 50 to 500");
    }
    inner.end();
    setup.given = true;
  }
  if (const json::array* list = fields.array("pronunciation_dictionary_locators")) setup.given = !list->empty();
  setup.key = !fields.text("xi-api-key").empty();
  setup.key = !fields.text("xi_api_key").empty() || setup.key;
  setup.key = !fields.text("authorization").empty() || setup.key;
  return setup;
}

// A stream of text and its sound.
//
//   text ──▶ waiting ── as many characters as the schedule wants, flush, or auto_mode ──▶ voice
class Stream {
 public:
  Stream(Site& site, const Options& options, const Setup& setup, std::function<void(const Piece&)> piece)
      : auto_mode_(options.auto_mode),
        schedule_(setup.schedule),
        voice_(site.loop, site.settings, options.format, std::move(piece)) {
    voice_.pace = setup.speed;
  }

  void add(std::string_view text, bool flush, bool trigger) {
    waiting_ += text;
    const std::size_t waits = characters_of(waiting_).size();
    const std::size_t wanted = schedule_[std::min(generations_, schedule_.size() - 1)];
    if (!voice_.busy()) flushed_ = false;  // what was flushed has been spoken
    if (flush || auto_mode_ || waits >= wanted || (trigger && waits >= try_at_least)) release();
    flushed_ = flushed_ || flush;
  }
  void release() {
    if (waiting_.find_first_not_of(' ') == std::string::npos) return waiting_.clear();
    ++generations_;
    voice_.say(std::exchange(waiting_, {}));
  }
  void after(std::function<void()> then) { voice_.after(std::move(then)); }
  // Closing: what was flushed is spoken to its end; else one more piece of what is being made.
  bool stop() {
    if (flushed_) return false;
    const bool cut = voice_.busy() || !waiting_.empty();
    waiting_.clear();
    voice_.stop(1);
    stopped_ = true;
    return cut;
  }
  void silence() { voice_.stop(); }
  bool stopped() const { return stopped_; }

 private:
  const bool auto_mode_;
  const Schedule schedule_;
  std::string waiting_;
  std::size_t generations_ = 0;
  bool flushed_ = false, stopped_ = false;
  Voice voice_;
};

json::object audio_message(const Piece& piece) {
  json::array chars, starts, durations;
  for (const Character& character : piece.characters) {
    chars.emplace_back(character.text);
    starts.emplace_back(std::llround((character.start - piece.start) * 1e3));
    durations.emplace_back(std::llround(character.length * 1e3));
  }
  std::string audio;
  append_base64(audio, {reinterpret_cast<const std::uint8_t*>(piece.bytes.data()), piece.bytes.size()});
  const json::object alignment{{"chars", chars}, {"charStartTimesMs", starts}, {"charDurationsMs", durations}};
  return {{"audio", audio}, {"alignment", alignment}, {"normalizedAlignment", alignment}};
}

class Stand : public SocketSession {
 public:
  Stand(Site& site, Options options) : SocketSession(site, service), options_(std::move(options)) {
    idle_.after(options_.inactivity);
  }

 protected:
  void text(std::string_view text) final {
    idle_.after(options_.inactivity);
    Problem problem;
    const auto object = parse_object(text, problem);
    if (object && !over_) message(*object, problem);
    if (problem) reject(problem.what());
  }
  void binary(std::string_view) final { reject("a binary message; only JSON text is understood"); }
  void fail(const std::string& said) final { error(said, "internal_error", 1011); }
  virtual void message(const json::object& object, Problem& problem) = 0;

  void spoken(const Piece& piece, bool cancelled, json::object extra = {}) {
    count([&](Counters& c) {
      c.seconds_out += piece.length;
      if (cancelled) c.seconds_after_cancel += piece.length;
    });
    json::object message = audio_message(piece);
    for (const auto& item : extra) message[item.key()] = item.value();
    out_.send(json::serialize(message));
  }
  void paid(std::string_view text) {
    const auto characters = static_cast<std::int64_t>(characters_of(text).size());
    count([&](Counters& c) { c.characters += characters; });
  }
  void reject(const std::string& said) {
    complain(said);
    error(said, "invalid_message", policy);
  }
  // [?] the vendor's exact words and codes are not known
  void error(const std::string& said, std::string_view kind, std::uint16_t code) {
    over_ = true;
    silence();
    out_.send(json::serialize(json::object{{"message", said}, {"error", kind}, {"code", code}}));
    out_.end(code, said);
  }
  virtual void silence() = 0;
  virtual void idle() { error("no text within the inactivity timeout", "input_timeout_exceeded", policy); }
  bool key_missing(const Setup& setup) const { return !options_.has_key && !setup.key && site_.settings.keys_required; }

  const Options options_;
  bool over_ = false;  // nothing is taken any more
  net::Timer idle_{site_.loop, [this] { idle(); }};
};

class Single final : public Stand {
 public:
  using Stand::Stand;
  ~Single() override { close_stream(); }

 private:
  void message(const json::object& object, Problem& problem) override;
  void silence() override {
    if (stream_) stream_->silence();
  }
  void close_stream() {
    if (std::exchange(counted_, false)) count([](Counters& c) { --c.contexts_open; });
  }

  std::unique_ptr<Stream> stream_;  // from the first message on
  bool counted_ = false;
  bool ended_ = false;  // the empty text has come
};

void Single::message(const json::object& object, Problem& problem) {
  Fields fields(object, stream_ ? "text" : "first message", problem);
  const std::string text = fields.text("text", Need::required);
  const bool trigger = fields.flag("try_trigger_generation").value_or(false);
  if (stream_) {
    const bool flush = fields.flag("flush").value_or(false);
    fields.end();
    if (ended_) problem.found("text after the end: the empty text had come");
    if (problem) return;
    paid(text);
    if (!text.empty()) return stream_->add(text, flush, trigger);
    ended_ = true;
    idle_.cancel();
    stream_->release();
    return stream_->after([this] {
      close_stream();
      if (!out_.loses_end()) out_.send(json::serialize(json::object{{"audio", nullptr}, {"isFinal", true}}));
      out_.end(1000, "");
    });
  }
  const Setup setup = read_setup(fields, problem);
  fields.end();
  if (text != " ") fields.wrong("text", "one blank, to begin with");
  if (problem) return;
  if (key_missing(setup)) return reject("no key was sent");
  stream_ = std::make_unique<Stream>(site_, options_, setup, [this](const Piece& piece) { spoken(piece, false); });
  counted_ = true;
  count([](Counters& c) {
    ++c.contexts;
    c.most_contexts = std::max(c.most_contexts, ++c.contexts_open);
  });
}

class Multi final : public Stand {
 public:
  using Stand::Stand;
  ~Multi() override {
    for (std::size_t i = 0; i < contexts_.size(); ++i) count([](Counters& c) { --c.contexts_open; });
  }

 private:
  struct Context {
    std::string id;
    std::unique_ptr<Stream> stream;
    std::unique_ptr<net::Timer> idle;
  };
  void message(const json::object& object, Problem& problem) override;
  void silence() override {
    for (const auto& [id, context] : contexts_) context->stream->silence();
    for (const auto& context : closing_) context->stream->silence();
  }
  void idle() override {
    if (contexts_.empty()) Stand::idle();  // else each context has its own
  }
  void open(const std::string& id, const Setup& setup);
  void close(const std::string& id);
  void close_socket();
  void finish(const Context* context);

  std::map<std::string, std::unique_ptr<Context>, std::less<>> contexts_;
  std::list<std::unique_ptr<Context>> closing_;  // closed ones that are still spoken
  std::list<std::unique_ptr<Context>> gone_;
  net::Timer sweep_{site_.loop, [this] { gone_.clear(); }};
};

void Multi::message(const json::object& object, Problem& problem) {
  Fields fields(object, "message", problem);
  const bool has_text = fields.has("text");
  const std::string text = fields.text("text");
  const std::string id = fields.text("context_id");
  const bool flush = fields.flag("flush").value_or(false), closes = fields.flag("close_context").value_or(false);
  const bool trigger = fields.flag("try_trigger_generation").value_or(false);
  const bool ends = fields.flag("close_socket").value_or(false);
  const Setup setup = read_setup(fields, problem);
  fields.end();
  if (problem) return;
  if (ends) return close_socket();
  const auto found = contexts_.find(id);
  const bool known = found != contexts_.end();
  const std::string named = "context \"" + id + "\"";
  if (closes) {
    if (!known) return complain("close_context: " + named + " is not open");
    return close(id);
  }
  if (!has_text && !flush) return problem.found("message: neither text, flush, close_context nor close_socket");
  if (known) {
    if (setup.given) return problem.found(named + ": settings may only come with its first message");
    found->second->idle->after(options_.inactivity);
    if (text.empty() && !flush) return count([](Counters& c) { ++c.keepalives; });
    paid(text);
    return found->second->stream->add(text, flush, trigger);
  }
  if (text.empty() && id.empty() && !flush) return count([](Counters& c) { ++c.keepalives; });  // of the socket
  if (text.empty())
    return problem.found(named + ": an empty text before its first message takes the place of that, without settings");
  if (text != " ") return problem.found(named + ": the first message's text: expected one blank");
  if (key_missing(setup)) return problem.found("no key was sent");
  open(id, setup);
}

void Multi::open(const std::string& id, const Setup& setup) {
  const Fault* limit = site_.faults.limit(service);
  if (contexts_.size() >= most_contexts) return reject("more than 5 contexts at once on one socket");
  if (limit && site_.ledger.counters(service).contexts_open >= static_cast<std::int64_t>(limit->limit))
    return error("too many contexts at once for this account", "too_many_concurrent_requests", policy);
  auto context = std::make_unique<Context>();
  Context* const raw = context.get();
  context->id = id;
  context->stream = std::make_unique<Stream>(site_, options_, setup, [this, raw](const Piece& piece) {
    spoken(piece, raw->stream->stopped(), {{"contextId", raw->id}});
  });
  context->idle = std::make_unique<net::Timer>(site_.loop, [this, raw] { close(raw->id); });
  context->idle->after(options_.inactivity);
  contexts_[id] = std::move(context);
  count([](Counters& c) {
    ++c.contexts;
    c.most_contexts = std::max(c.most_contexts, ++c.contexts_open);
  });
}

void Multi::close(const std::string& id) {
  const auto found = contexts_.find(id);
  Context* const context = found->second.get();
  closing_.push_back(std::move(found->second));
  contexts_.erase(found);
  context->idle->cancel();
  const bool cancelled = context->stream->stop();
  count([&](Counters& c) {
    --c.contexts_open;
    c.cancels += cancelled ? 1 : 0;
  });
  context->stream->after([this, context] { finish(context); });
}

void Multi::finish(const Context* context) {
  if (!out_.loses_end())
    out_.send(json::serialize(json::object{{"audio", nullptr}, {"isFinal", true}, {"contextId", context->id}}));
  const auto found = std::find_if(closing_.begin(), closing_.end(), [&](const auto& c) { return c.get() == context; });
  if (found != closing_.end()) gone_.splice(gone_.end(), closing_, found);
  sweep_.after(Duration());
  if (over_ && closing_.empty()) out_.end(1000, "");
}

void Multi::close_socket() {
  over_ = true;
  idle_.cancel();
  while (!contexts_.empty()) close(std::string(contexts_.begin()->first));
  if (closing_.empty()) out_.end(1000, "");
}

net::HttpResponse refusal(int status, std::string_view said) {
  const std::string_view code = status == 401   ? "invalid_api_key"
                                : status == 429 ? "too_many_concurrent_requests"
                                                : "invalid_request";
  return json_response(status, {{"detail", json::object{{"status", code}, {"message", said}}}});
}

}  // namespace

std::optional<ElevenLabsPath> elevenlabs_path(std::string_view path) {
  constexpr std::string_view before = "/v1/text-to-speech/", single = "/stream-input", multi = "/multi-stream-input";
  if (!path.starts_with(before)) return std::nullopt;
  path.remove_prefix(before.size());
  const std::size_t slash = path.find('/');
  if (slash == 0 || slash == std::string_view::npos) return std::nullopt;
  const std::string_view rest = path.substr(slash);
  if (rest != single && rest != multi) return std::nullopt;
  return ElevenLabsPath{std::string(path.substr(0, slash)), rest == multi};
}

Verdict open_elevenlabs(Site& site, const net::HttpRequest& request, const ElevenLabsPath& path) {
  Door door(site, service, refusal);
  std::string key(request.header("xi-api-key"));
  if (key.empty()) key = credentials(request.header("Authorization"), "Bearer");
  for (const auto& [name, value] : net::parse_form(request.query()))
    if (key.empty() && name == "authorization") key = value;
  // Without one in the header, the first message may bring it.
  if (auto refusal = door.knock(key.empty() ? "later" : key)) return std::move(*refusal);
  Problem problem;
  Options options = read_query(request, problem);
  if (problem) return door.refuse(400, problem.what());
  options.multi = path.multi;
  options.has_key = !key.empty();
  if (path.multi) return SocketSession::accept<Multi>(site, options);
  return SocketSession::accept<Single>(site, options);
}

}  // namespace offhook::standins
