// The second line of defence against the agent's own voice in the caller's sound: what it may still have been
// understood as. Pure.
#pragma once

#include <string_view>

namespace offhook::dialog {

// Is this transcript nothing but what the agent itself has just said? `said`: its words of the last seconds, heard and
// under way; the transcript is of speech that began while they could be heard. At any other time the same words are an
// answer, so ask only then.
//
// Recognisers mishear, more so an echo: words count as the same when most of their letters are, and they must stand
// together and in order. Of four words or more, seven of ten must be the agent's; of three, all. One or two words are
// taken for an echo only where nobody would answer with them ("and your", "to the"): a short answer is often a word of
// the question ("Thursday or Friday?" "Thursday."), and to lose one is worse than to hear one too many. Nor is it an
// echo where a word that only the caller can mean stands among the rest: "no, Thursday at ten".
bool echoed(std::string_view transcript, std::string_view said);

}  // namespace offhook::dialog
