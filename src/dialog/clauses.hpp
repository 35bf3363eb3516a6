// Cuts a stream of tokens into clauses for the voice: early, so that the first sound comes soon, but never inside a
// number, an abbreviation, an e-mail address, a URL or a tag. A value: copies and compares like one.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace offhook::dialog {

class ClauseCutter {
 public:
  // Lengths in bytes. The first clause may be short; later ones are longer because the voice is already ahead.
  static constexpr std::size_t kFirstComma = 12;   // a comma ends the first clause from here on
  static constexpr std::size_t kFirstPhrase = 14;  // … and where it is wanted soon, "We are open | from eight"
  static constexpr std::size_t kComma = 40;        // … and a later one
  static constexpr std::size_t kConjunction = 60;  // " and ", " but " end a clause that has no punctuation
  static constexpr std::size_t kLongest = 240;     // cut at the last space, whatever it is

  // For a text that is all there from the beginning: its first clause is as long as the others.
  static ClauseCutter unhurried() {
    ClauseCutter cutter;
    cutter.first_ = false;
    return cutter;
  }

  // The clauses that this text completes, trimmed, none empty. Markdown's marks (* # `) are dropped, but for "#12".
  // `soon`: the model is slow, and the first clause is better short than late.
  std::vector<std::string> feed(std::string_view text, bool soon = false);
  // What is left, when the stream has ended.
  std::optional<std::string> finish();
  bool empty() const;  // nothing but space waits

  friend bool operator==(const ClauseCutter&, const ClauseCutter&) = default;

 private:
  std::optional<std::size_t> next_cut(bool soon) const;

  std::string waiting_;
  bool first_ = true;
};

}  // namespace offhook::dialog
