// offhook-standins: the vendors' stand-ins as a program, for load measurements and end-to-end tests.
#include <CLI/CLI.hpp>
#include <csignal>
#include <cstdio>
#include <exception>
#include <map>

#include "base/log.hpp"
#include "standins/standins.hpp"

namespace {

using offhook::Duration;

// "300ms", "0.3s"; a bare number is milliseconds.
struct DurationOption {
  Duration& target;
  double milliseconds = static_cast<double>(target.count()) / 1e3;

  void add(CLI::App& app, const std::string& name, const std::string& what) {
    app.add_option(name, milliseconds, what)
        ->transform(CLI::AsNumberWithUnit(std::map<std::string, double>{{"ms", 1.0}, {"s", 1000.0}}))
        ->type_name("DURATION")
        ->capture_default_str()
        ->check(CLI::NonNegativeNumber);
  }
  void take() { target = Duration(static_cast<Duration::rep>(milliseconds * 1e3)); }
};

// Calls the tool whose name the caller says; then says what it returned.
offhook::standins::Reply use_tools(const offhook::standins::Asked& asked, const std::string& arguments,
                                   const std::string& reply) {
  if (asked.after_tool) return {"It says: " + asked.tool_result, {}};
  for (const std::string& tool : asked.tools)
    if (asked.last_user.find(tool) != std::string::npos) return {"", {{tool, arguments}}};
  return {reply, {}};
}

int run(const offhook::standins::Settings& settings) {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);  // before the loop's thread, which inherits it
  offhook::standins::Standins standins(settings);
  std::printf("stand-ins listen on %s\n", standins.http_url().c_str());
  std::fflush(stdout);
  int signal = 0;
  sigwait(&signals, &signal);
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app{"Stand-ins for speech and language services: their protocols, without them."};
  app.name("offhook-standins");
  offhook::standins::Settings settings;
  settings.log_lines = 200;
  std::string listen = "127.0.0.1:9100", keys = "required";
  app.add_option("--listen", listen, "where to listen; port 0 takes a free one")
      ->type_name("HOST:PORT")
      ->capture_default_str();
  DurationOption endpoint{settings.stt_endpoint}, answer{settings.stt_answer}, first{settings.llm_first},
      token{settings.llm_token}, sound{settings.tts_first};
  endpoint.add(app, "--stt-endpoint", "silence in the audio until a final transcript");
  answer.add(app, "--stt-answer", "until what was asked for is answered: Finalize, a transcription");
  first.add(app, "--llm-first", "until the first token");
  token.add(app, "--llm-token", "between tokens");
  sound.add(app, "--tts-first", "from a text to its first sound");
  app.add_option("--tts-speed", settings.tts_speed, "how many times faster than real time")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  app.add_option("--reply", settings.reply, "what the language models say")->capture_default_str();
  std::string arguments;
  app.add_option("--tools", arguments,
                 "the language models call the tool whose name the caller says, with these arguments, and say what it "
                 "returned")
      ->type_name("JSON");
  std::vector<std::string> phrases;
  app.add_option("--phrase", phrases, "what the caller says, utterance by utterance; may come more than once");
  app.add_option("--keys", keys, "required: every request needs one; open: none is right too")
      ->check(CLI::IsMember({"required", "open"}))
      ->capture_default_str();
  app.add_option("--tls-certificate", settings.tls_certificate, "PEM")->type_name("FILE");
  app.add_option("--tls-key", settings.tls_key, "PEM")->type_name("FILE");
  try {
    app.parse(argc, argv);
    for (DurationOption* option : {&endpoint, &answer, &first, &token, &sound}) option->take();
    const std::size_t colon = listen.rfind(':');
    const std::string port = colon == std::string::npos ? std::string() : listen.substr(colon + 1);
    if (port.empty() || port.size() > 5 || port.find_first_not_of("0123456789") != std::string::npos ||
        std::stoi(port) > 65535)
      throw CLI::ValidationError("--listen", "found \"" + listen + "\", expected HOST:PORT");
    settings.host = listen.substr(0, colon);
    settings.port = static_cast<std::uint16_t>(std::stoi(port));
    settings.keys_required = keys == "required";
    if (!arguments.empty())
      settings.think = [arguments, reply = settings.reply](const offhook::standins::Asked& asked) {
        return use_tools(asked, arguments, reply);
      };
    if (!phrases.empty()) settings.phrases = phrases;
    return run(settings);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "offhook-standins: %s\n", error.what());
    return 1;
  }
}
