#include "server/local_models.hpp"

#include <future>
#include <utility>

#include "base/log.hpp"

namespace offhook::server {
namespace {

// What tells one model from another.
std::string key_of(const Hearing& h) {
  if (h.spec.provider == "local") return "local";
  if (h.spec.provider != "sherpa") return {};
  const auto& f = h.files;
  return "sherpa|" + std::string(name(f.family)) + "|" + f.encoder + "|" + f.decoder + "|" + f.joiner + "|" + f.model +
         "|" + f.tokens + "|" + f.language;
}
std::string key_of(const Speaking& s) {
  if (s.spec.provider == "local") return "local";
  if (s.spec.provider != "kokoro") return {};
  return "kokoro|" + s.files.model + "|" + s.files.voices + "|" + s.files.voice + "|" + s.files.language + "|" +
         std::to_string(s.files.speed);
}

template <class T>
T* find(const std::map<std::string, std::unique_ptr<T>>& models, const std::string& key) {
  const auto it = models.find(key);
  return it == models.end() ? nullptr : it->second.get();
}

Result<void> find_files(const inference::ModelStore& store,
                        std::initializer_list<std::pair<const char*, std::string*>> wanted) {
  for (const auto& [name, to] : wanted) {
    auto path = store.path(name);
    if (!path) return path.error();
    *to = *path;
  }
  return {};
}

}  // namespace

LocalModels::~LocalModels() {
  pool_.reset();
}

Result<std::unique_ptr<LocalModels>> LocalModels::load(const inference::ModelStore& store, const std::string& data_dir,
                                                       const Clock& clock, const std::vector<AgentFile>& agents,
                                                       const Say& say, inference::Pool::Told age) {
  std::unique_ptr<LocalModels> models(new LocalModels);
  models->pool_ = std::make_unique<inference::Pool>(clock, 0, inference::Pool::kCapacity, std::move(age));
  // Side by side: reading a voice's model takes as long as all else.
  std::future<Result<void>> voices =
      std::async(std::launch::async, [&] { return models->load_voices(store, agents, say); });
  const Result<void> rest = models->load_hearing(store, agents, say);
  const Result<void> spoken = voices.get();
  const Result<void> searched = models->load_knowledge(data_dir + "/knowledge", agents, clock, say);
  if (!rest) return rest.error();
  if (!spoken) return spoken.error();
  if (!searched) return searched.error();
  return models;
}

Result<void> LocalModels::load_hearing(const inference::ModelStore& store, const std::vector<AgentFile>& agents,
                                       const Say& say) {
  say("loading turn detection");
  std::string smart_turn;
  if (auto found = find_files(store, {{"smart-turn-v3.2", &smart_turn}}); !found) return found;
  auto detector = turn::load_smart_turn(smart_turn, *pool_);
  if (!detector) return detector.error();
  detector_ = std::move(*detector);
  for (const AgentFile& agent : agents) {
    if (auto loaded = load_suppressor(store, agent.noise, say); !loaded) return loaded;
    for (const Hearing& hearing : agent.stt)
      if (auto loaded = load_recognizer(store, hearing, say); !loaded) return loaded;
  }
  return {};
}

Result<void> LocalModels::load_knowledge(const std::string& indices, const std::vector<AgentFile>& agents,
                                         const Clock& clock, const Say& say) {
  for (const AgentFile& agent : agents)
    for (const tools::Tool& tool : agent.tools) {
      if (tool.knowledge.empty() || folders_.contains(tool.knowledge)) continue;
      say("reading " + tool.knowledge);
      auto folder = knowledge::Knowledge::open(tool.knowledge, indices, *pool_, clock);
      if (!folder) return folder.error().within("the tool " + tool.name + " of " + agent.file);
      for (const auto& skipped : (*folder)->report().skipped)
        log::warn("knowledge_skipped", {{"folder", tool.knowledge}, {"file", skipped.file}, {"why", skipped.why}});
      folders_.emplace(tool.knowledge, std::move(*folder));
    }
  return {};
}

knowledge::Knowledge* LocalModels::knowledge(const std::string& folder) const {
  const auto it = folders_.find(folder);
  return it == folders_.end() ? nullptr : it->second.get();
}

Result<void> LocalModels::load_voices(const inference::ModelStore& store, const std::vector<AgentFile>& agents,
                                      const Say& say) {
  for (const AgentFile& agent : agents)
    for (const Speaking& speaking : agent.tts)
      if (auto loaded = load_voice(store, speaking, say); !loaded) return loaded;
  return {};
}

Result<void> LocalModels::load_recognizer(const inference::ModelStore& store, const Hearing& hearing, const Say& say) {
  const std::string key = key_of(hearing);
  if (key.empty() || recognizers_.contains(key)) return {};
  say("loading speech recognition");
  Result<std::unique_ptr<stt::Recognizer>> recognizer = Error{};
  if (key == "local") {
    stt::MoonshineFiles files;
    if (auto found = find_files(store, {{"moonshine-tiny-en/encoder", &files.encoder},
                                        {"moonshine-tiny-en/decoder", &files.decoder},
                                        {"moonshine-tiny-en/tokens", &files.tokens}});
        !found)
      return found;
    recognizer = stt::load_moonshine(files, *pool_);
  } else {
    recognizer = stt::load_sherpa(hearing.files, *pool_);
  }
  if (!recognizer) return recognizer.error();
  recognizers_.emplace(key, std::move(*recognizer));
  return {};
}

Result<void> LocalModels::load_voice(const inference::ModelStore& store, const Speaking& speaking, const Say& say) {
  const std::string key = key_of(speaking);
  if (key.empty() || voices_.contains(key)) return {};
  say("loading the voice");
  Result<std::unique_ptr<tts::Voice>> voice = Error{};
  if (key == "local") {
    tts::PiperFiles files;
    if (auto found = find_files(
            store, {{"piper-en_US-joe-medium/voice", &files.model}, {"piper-en_US-joe-medium/config", &files.config}});
        !found)
      return found;
    voice = tts::load_piper(files, *pool_);
  } else {
    voice = tts::load_kokoro(speaking.files, *pool_);
  }
  if (!voice) return voice.error();
  voices_.emplace(key, std::move(*voice));
  return {};
}

Result<void> LocalModels::load_suppressor(const inference::ModelStore& store, noise::Kind kind, const Say& say) {
  if (kind == noise::Kind::off || suppressors_.contains(kind)) return {};
  say("loading noise suppression");
  Result<std::unique_ptr<noise::Suppressor>> suppressor = Error{};
  if (kind == noise::Kind::rnnoise) {
    std::string library;
    if (auto found = find_files(store, {{"rnnoise", &library}}); !found) return found;
    suppressor = noise::load_rnnoise(library);
  } else {
    noise::DeepFilterFiles files;
    if (auto found =
            find_files(store, {{"deepfilternet-3/library", &files.library}, {"deepfilternet-3/model", &files.model}});
        !found)
      return found;
    suppressor = noise::load_deepfilter(files);
  }
  if (!suppressor) return suppressor.error();
  suppressors_.emplace(kind, std::move(*suppressor));
  return {};
}

noise::Suppressor* LocalModels::suppressor(noise::Kind kind) const {
  const auto it = suppressors_.find(kind);
  return it == suppressors_.end() ? nullptr : it->second.get();
}
stt::Recognizer* LocalModels::recognizer(const Hearing& hearing) const {
  return find(recognizers_, key_of(hearing));
}
tts::Voice* LocalModels::voice(const Speaking& speaking) const {
  return find(voices_, key_of(speaking));
}

}  // namespace offhook::server
