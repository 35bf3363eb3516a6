#include <poll.h>

#include <CLI/CLI.hpp>
#include <cmath>
#include <cstdio>

#include "audio/wav.hpp"
#include "base/ids.hpp"
#include "base/log.hpp"
#include "cli/call_screen.hpp"
#include "cli/commands.hpp"
#include "cli/placed_call.hpp"
#include "cli/signals.hpp"
#include "net/url.hpp"

namespace offhook::cli {
namespace {

constexpr int kDone = 0, kFailed = 1, kUsage = 2;

struct Options {
  std::string to, mic, speaker, record, auth_token, from, to_number;
  std::vector<std::string> say, parameters;
  double interrupt_after = 0, timeout = 300;
  int interrupt_turn = 0;
  bool quiet = false, no_greeting = false, use_mic = false, use_speaker = false;
};

Duration seconds(double s) {
  return Duration(std::llround(s * 1e6));
}

int fail(const std::string& what, int status) {
  std::fprintf(stderr, "offhook call: %s\n", what.c_str());
  return status;
}

Result<CallPlan> plan_of(const Options& o) {
  auto url = net::parse_url(o.to);
  if (!url) return url.error();
  if (url->scheme != "ws" && url->scheme != "wss")
    return Error{Errc::invalid, "--to " + o.to + ": expected ws://HOST:PORT/phone or wss://…"};
  CallPlan plan;
  plan.url = o.to;
  plan.auth_token = o.auth_token;
  plan.record = !o.record.empty();
  plan.script.stream_sid = "MZ" + random_hex(16);
  plan.script.call_sid = "CA" + random_hex(16);
  plan.script.greeting = !o.no_greeting;
  plan.script.longest = seconds(o.timeout);
  if (o.interrupt_after > 0) plan.script.interrupt_after = seconds(o.interrupt_after);
  plan.script.interrupt_turn = o.interrupt_turn;
  plan.events_url = url->scheme + "://" + url->authority() + "/api/events?stream=" + plan.script.stream_sid;
  if (!o.from.empty()) plan.script.parameters.emplace_back("from", o.from);
  if (!o.to_number.empty()) plan.script.parameters.emplace_back("to", o.to_number);
  for (const std::string& p : o.parameters) {
    const std::size_t equals = p.find('=');
    if (equals == std::string::npos || equals == 0)
      return Error{Errc::invalid, "--parameter " + p + ": expected NAME=VALUE"};
    plan.script.parameters.emplace_back(p.substr(0, equals), p.substr(equals + 1));
  }
  for (const std::string& path : o.say) {
    const auto wav = audio::read_wav(path);
    if (!wav) return wav.error().within("--say");
    auto utterance = edge::utterance_of(*wav);
    if (!utterance) return utterance.error().within("--say " + path);
    plan.script.says.push_back(std::move(*utterance));
  }
  return plan;
}

Result<void> write_recording(const std::string& path, const CallResult& result) {
  auto wav = audio::WavWriter::create(path, 8000, 2);
  if (!wav) return wav.error();
  std::array<std::int16_t, 2 * edge::Earpiece::kFrame> both;
  for (std::size_t n = 0; n < result.sent.size(); ++n) {
    for (std::size_t i = 0; i < edge::Earpiece::kFrame; ++i) {
      both[2 * i] = result.sent[n][i];
      both[2 * i + 1] = result.heard[n][i];
    }
    if (auto written = (*wav)->write(both); !written) return written;
  }
  return (*wav)->close();
}

std::unique_ptr<CallResult> follow(PlacedCall& call, Signals& signals, CallScreen& screen) {
  for (;;) {
    pollfd fds[] = {{call.ready_fd(), POLLIN, 0}, {signals.fd(), POLLIN, 0}};
    ::poll(fds, 2, 1000);
    if (signals.came()) call.hang_up("ended by a signal");
    auto news = call.news();
    for (const auto& note : news.notes) screen.note(note);
    for (const auto& event : news.events) screen.show(event);
    if (news.result) return std::move(news.result);
  }
}

void report(const CallResult& result, CallScreen& screen) {
  if (!result.outcome.broken) screen.note("the call is over: " + result.outcome.why);
  if (result.dropped_bytes > 0)
    screen.note(std::to_string(result.dropped_bytes / 8) +
                " ms of the agent's sound were dropped: it was sent too far ahead");
  if (result.strange > 0) screen.note(std::to_string(result.strange) + " messages of the agent were not understood");
  screen.report("", "");
  for (const auto& turn : result.turns) {
    const std::string text = edge::waterfall(turn, edge::told_of(turn, result.told));
    const std::size_t line = text.find('\n');
    screen.report(text.substr(0, line), text.substr(line + 1));
  }
}

int call(const Options& o) {
  if (o.say.empty() && !o.use_mic)
    return fail("nothing to say; name a recording (--say FILE) or a microphone (--mic)", kUsage);
  auto plan = plan_of(o);
  if (!plan) return fail(plan.error().what, kUsage);
  log::set_level(log::Level::error);  // what matters is said in the conversation
  Signals signals;
  std::unique_ptr<Microphone> mic;
  std::unique_ptr<Speaker> speaker;
  if (o.use_mic) {
    auto opened = Microphone::open(o.mic.empty() ? "default" : o.mic);
    if (!opened) return fail(opened.error().what, kFailed);
    mic = std::move(*opened);
    plan->script.live = mic.get();
  }
  if (o.use_speaker) {
    auto opened = Speaker::open(o.speaker.empty() ? "default" : o.speaker);
    if (!opened) return fail(opened.error().what, kFailed);
    speaker = std::move(*opened);
    plan->speaker = speaker.get();
  }

  CallScreen screen(o.quiet);
  std::unique_ptr<CallResult> result;
  {
    PlacedCall placed(std::move(*plan));
    result = follow(placed, signals, screen);
  }
  int status = result->answered && !result->outcome.broken ? kDone : kFailed;
  if (result->outcome.broken) fail(result->outcome.why, kFailed);
  report(*result, screen);
  if (speaker && speaker->lost() > 0)
    screen.note(std::to_string(speaker->lost() * 20) + " ms were not played: the loudspeaker is slower than the call");
  if (!o.record.empty() && result->connected) {
    const auto written = write_recording(o.record, *result);
    if (written)
      screen.report("recording: " + o.record, "");
    else
      status = fail(written.error().what, kFailed);
  }
  std::printf("%s\n", edge::result_json(result->turns, result->underruns, result->transcript).c_str());
  std::fflush(stdout);
  return status;
}

}  // namespace

void add_call(CLI::App& app, int& status) {
  auto o = std::make_shared<Options>();
  auto* c = app.add_subcommand("call", "Places a call, as a telephone carrier would, and shows what the caller hears.");
  c->add_option("--to", o->to, "where the agent answers: ws://HOST:PORT/phone[/NAME]")->required()->type_name("URL");
  auto* say =
      c->add_option("--say", o->say,
                    "recordings to say, one a turn; each 600 ms behind the agent's answer to the one before, or "
                    "12 s after it where none comes")
          ->type_name("WAV");
  auto* mic = c->add_option("--mic", o->mic, "speak live, from this ALSA device")
                  ->expected(0, 1)
                  ->type_name("[DEVICE]")
                  ->excludes(say);
  auto* speaker = c->add_option("--speaker", o->speaker, "hear the agent on this ALSA device")
                      ->expected(0, 1)
                      ->type_name("[DEVICE]");
  auto* after =
      c->add_option("--interrupt-after", o->interrupt_after,
                    "interrupt once: so long after an answer's first audible sample, say the next recording over "
                    "it; of the first answer that is still heard by then")
          ->type_name("S")
          ->check(CLI::Range(0.02, 600.0).description(""));
  c->add_option("--interrupt-turn", o->interrupt_turn, "… only of this turn's answer")
      ->type_name("N")
      ->check(CLI::Range(1, 1000).description(""))
      ->needs(after);
  c->add_option("--record", o->record, "write the call here: left what was said, right what was heard")
      ->type_name("WAV");
  c->add_option("--auth-token", o->auth_token, "sign the call with X-Twilio-Signature")->type_name("TOKEN");
  c->add_option("--from", o->from, "the caller's number, the stream's parameter `from`")->type_name("NUMBER");
  c->add_option("--to-number", o->to_number, "the number called, the stream's parameter `to`")->type_name("NUMBER");
  c->add_option("--parameter", o->parameters, "any other parameter of the stream")->type_name("NAME=VALUE");
  c->add_option("--timeout", o->timeout, "the longest the call may be (default 300)")
      ->type_name("S")
      ->check(CLI::Range(1.0, 7200.0).description(""));
  c->add_flag("--no-greeting", o->no_greeting, "speak first, instead of waiting up to 10 s for a greeting");
  c->add_flag("--quiet", o->quiet, "print the last line only, the result in JSON");
  c->footer(
      "Times are measured on sound above an rms of 200: v2v_ms from the end of what the caller said to the arrival of "
      "the\n"
      "first audible message, barge_in_ms from an interruption's first sample to the agent's last audible one. The "
      "part\n"
      "`line` of a turn is the difference to what the server measured: the way there and back, less 20 ms that a "
      "frame\n"
      "is sent before its end, and what the server's voice detector sees otherwise.\n"
      "Exit status: 0 if the agent answered at least once and the call was not broken, 1 if not, 2 for wrong usage.");
  c->callback([o, mic, speaker, &status] {
    o->use_mic = mic->count() > 0;
    o->use_speaker = speaker->count() > 0;
    status = call(*o);
  });
}

}  // namespace offhook::cli
